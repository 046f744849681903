"""Lets a process of ours go on in a copy of one that has imported everything already: imports take two to seven seconds
of processor time, and tests start hundreds of processes.

A process that is started with one of `MODULES` hands its arguments, environment, folder, limits and open files to the
process of `warm_process.py`, which forks and runs the module; here one waits for its end, passes on signals, and ends
as it did. Who kills this process kills the other one too, a moment later: tests in which the moment counts take
`WARM_PROCESSES` out of the environment, and everything starts as it does for people.
"""

import array
import contextlib
import json
import os
import signal
import socket
import struct
import subprocess
import sys
import time

# A folder that all processes of one test run share.
FOLDER = "WARM_PROCESSES"
# The file in it with the number of the process that runs the tests.
TESTS = "tests.pid"
MODULES = (
    *("orchestration.cli", "orchestration.warehouse.dbt_process", "orchestration.collect.crawler"),
    "tests.orchestration.launched_job",
)
# Python reads them before the first line of a program.
READ_AT_START = ("LANG", "LC_ALL", "LC_CTYPE", "PYTHONUTF8", "PYTHONHASHSEED", "PYTHONWARNINGS", "PYTHONDEVMODE")
PASSED_ON = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
SECONDS_TO_START = 120
SIZE = struct.Struct("!I")
STATUS = struct.Struct("!i")


def go_on_in_warm_process():
    """Does not return if it can be done."""
    started = _started_module()
    if FOLDER not in os.environ or sys.platform != "linux" or started is None:
        return
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(_listening(os.environ[FOLDER]))
        _hand_over(connection, started)
        _end_like(_status(connection))


def _started_module():
    """(whether the folder that it is called from can be imported from, module, its arguments) of `python -m module`."""
    words = sys.orig_argv[1:]
    from_folder = "-P" not in words[:1]
    words = words if from_folder else words[1:]
    is_ours = len(words) > 1 and words[0] == "-m" and words[1] in MODULES
    return (from_folder, words[1], words[2:]) if is_ours else None


def _listening(folder):
    """The address at which the warm process of this environment listens; starts it if nobody has."""
    import fcntl
    import hashlib

    at_start = [sys.executable, os.environ["PYTHONPATH"], *(os.environ.get(name, "") for name in READ_AT_START)]
    name = hashlib.sha256("\0".join(at_start).encode()).hexdigest()[:16]
    address = os.path.join(folder, name)
    with open(f"{address}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not os.path.exists(address):
            _start(address)
    return address


def _start(address):
    kept = ("PATH", "HOME", "PYTHONPATH", "REFUSED_CONNECTIONS", "TMPDIR", *READ_AT_START)
    environment = {name: os.environ[name] for name in kept if name in os.environ}
    with open(f"{address}.log", "w") as log:
        process = subprocess.Popen(
            [sys.executable, "-P", os.path.join(os.path.dirname(__file__), "warm_process.py"), address],
            env=environment | {"PYTHONIOENCODING": "utf-8", "OPENBLAS_NUM_THREADS": "1"},
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    deadline = time.monotonic() + SECONDS_TO_START
    while not os.path.exists(address):
        if process.poll() is not None or time.monotonic() > deadline:
            with open(f"{address}.log") as log:
                raise RuntimeError(f"no warm process: {log.read()}")
        time.sleep(0.05)


def _hand_over(connection, started):
    import resource

    kinds = [number for name, number in vars(resource).items() if name.startswith("RLIMIT_")]
    told = {
        "started": started,
        "words": sys.orig_argv,
        "environment": dict(os.environ),
        "folder": os.getcwd(),
        "mask": _mask(),
        "limits": {kind: resource.getrlimit(kind) for kind in set(kinds)},
    }
    message = json.dumps(told).encode()
    files = array.array("i", [0, 1, 2])
    connection.sendmsg([SIZE.pack(len(message))], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, files)])
    connection.sendall(message)
    for number in PASSED_ON:
        if signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, lambda received, frame: connection.sendall(bytes([received])))


def _mask():
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _status(connection):
    answer = b""
    while len(answer) < STATUS.size:
        received = connection.recv(STATUS.size - len(answer))
        if not received:
            raise RuntimeError("the warm process has ended")
        answer += received
    return STATUS.unpack(answer)[0]


def _end_like(status):
    if os.WIFSIGNALED(status):
        with contextlib.suppress(OSError):
            signal.signal(os.WTERMSIG(status), signal.SIG_DFL)
        os.kill(os.getpid(), os.WTERMSIG(status))
    os._exit(os.waitstatus_to_exitcode(status))
