"""Refuses, and notes, every connection to anything but this machine; Python imports it at the start of every process.

It sees what goes through the sockets of Python, whichever library asks. Each attempt is a line in the file that
`REFUSED_CONNECTIONS` names, so that one that its library swallows shows all the same.
"""

import ipaddress
import os
import sys

HOST_OF_EVENT = {
    "socket.connect": lambda connection, address: address,
    "socket.sendto": lambda connection, address: address,
    "socket.sendmsg": lambda connection, address: address,
    "socket.getaddrinfo": lambda host, *rest: (host,),
    "socket.gethostbyname": lambda host: (host,),
}


def refuse_beyond_loopback(event, arguments):
    host_of = HOST_OF_EVENT.get(event)
    if host_of is None:
        return
    address = host_of(*arguments)
    # Sockets of the file system have a path for an address, and what listens has no host.
    if not isinstance(address, tuple) or is_loopback(address[0]):
        return
    with open(os.environ["REFUSED_CONNECTIONS"], "a", encoding="utf-8") as log:
        log.write(f"{event} {address[0]} by {' '.join(sys.orig_argv)}\n")
    raise ConnectionRefusedError(f"tests run without a network: {event} {address[0]}")


def is_loopback(host):
    if isinstance(host, bytes):
        host = host.decode()
    if not host or host == "localhost":
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


sys.addaudithook(refuse_beyond_loopback)
