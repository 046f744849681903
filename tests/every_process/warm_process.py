"""The process that has imported everything: forks one process for each that `warm_start.py` hands over.

It ends with the tests, which remove its socket, or are gone.
"""

from __future__ import annotations

import array
import atexit
import contextlib
import gc
import importlib
import io
import json
import os
import pkgutil
import resource
import runpy
import selectors
import signal
import socket
import sys
import threading
import time
from collections.abc import Iterable
from typing import Any, Protocol

from warm_start import MODULES, SIZE, STATUS, TESTS

LIBRARIES = ("dbt.cli.main", "dbt.adapters.duckdb", "great_expectations", "dagster", "dagster_dbt", "openpyxl")
# What a process would import by itself: all of ours but what starts something when it is imported.
OWN = "orchestration"
LEFT_OUT = ("orchestration.collect", "orchestration.pipeline.definitions", "orchestration.project_folder")
# dbt describes them when it first reads one, which takes half a second.
DBT_CONFIGURATION = (
    *(("dbt.contracts.project", name) for name in ("Project", "ProjectFlags", "Configuration", "PackageConfig")),
    ("dbt.adapters.duckdb.credentials", "DuckDBCredentials"),
)
# Scrapy's reactor is made by the one process that it runs in, not by an import. What a crawl loads by name looks
# through all modules that there are, and of those this process has thousands.
CRAWLER = ("orchestration.collect.crawler", "scrapy.core.downloader.handlers.http11")
SECONDS_TO_LOOK = 1.0


class Closable(Protocol):
    def close(self) -> None: ...


def import_everything() -> None:
    for name in LIBRARIES:
        importlib.import_module(name)
    package = importlib.import_module(OWN)
    for module in pkgutil.walk_packages(package.__path__, f"{OWN}."):
        if not module.name.startswith(LEFT_OUT):
            importlib.import_module(module.name)
    with contextlib.suppress(ModuleNotFoundError):  # an extra that need not be there
        for name in CRAWLER:
            importlib.import_module(name)
    for name, contract in DBT_CONFIGURATION:
        getattr(importlib.import_module(name), contract).json_schema()
    for name in MODULES:
        sys.modules.pop(name, None)  # each is the program that is run
    gc.collect()
    gc.freeze()
    # What has threads of its own by now, DuckDB's default connection and the memory of Arrow, does without in a copy.
    assert threading.active_count() == 1, threading.enumerate()


def serve(address: str) -> None:
    with open(os.path.join(os.path.dirname(address), TESTS), encoding="ascii") as file:
        tests = int(file.read())
    waiting = selectors.DefaultSelector()
    ended, told = socket.socketpair()
    for end in (ended, told):
        end.setblocking(False)
    signal.signal(signal.SIGCHLD, lambda number, frame: None)
    signal.set_wakeup_fd(told.fileno())
    running: dict[int, socket.socket] = {}
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(f"{address}.new")
        listening.listen(64)
        os.rename(f"{address}.new", address)
        waiting.register(listening, selectors.EVENT_READ)
        waiting.register(ended, selectors.EVENT_READ)
        while os.path.exists(address) and is_running(tests):
            for key, _ in waiting.select(SECONDS_TO_LOOK):
                if key.fileobj is listening:
                    connection, _ = listening.accept()
                    others = (listening, ended, told, waiting, connection, *running.values())
                    running[copy_for(connection, others)] = connection
                    waiting.register(connection, selectors.EVENT_READ)
                elif key.fileobj is ended:
                    ended.recv(1024)
                elif isinstance(key.fileobj, socket.socket) and not pass_signal_on(key.fileobj, running):
                    waiting.unregister(key.fileobj)
            answer_ended(running, waiting)


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def answer_ended(running: dict[int, socket.socket], waiting: selectors.BaseSelector) -> None:
    """Tell who waits for a process that has ended how it did."""
    while running:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if not pid:
            return
        connection = running.pop(pid)
        with contextlib.suppress(KeyError):
            waiting.unregister(connection)
        with contextlib.suppress(OSError):
            connection.sendall(STATUS.pack(status))
        connection.close()


def pass_signal_on(connection: socket.socket, running: dict[int, socket.socket]) -> bool:
    """Whether who waits is still there; if it was killed, so is the process that runs for it."""
    [pid] = [pid for pid, other in running.items() if other is connection]
    try:
        received = connection.recv(1)
    except ConnectionError:
        received = b""
    os.kill(pid, received[0] if received else signal.SIGKILL)
    return bool(received)


def copy_for(connection: socket.socket, opened: Iterable[Closable]) -> int:
    """Fork a process that runs what is handed over, with nothing open that only this one needs; its number."""
    files = array.array("i")
    size, extra, _, _ = connection.recvmsg(SIZE.size, socket.CMSG_SPACE(3 * files.itemsize))
    files.frombytes(extra[0][2])
    message = b""
    while len(message) < SIZE.unpack(size)[0]:
        message += connection.recv(1 << 20)
    pid = os.fork()
    if pid == 0:
        signal.set_wakeup_fd(-1)
        for each in opened:
            each.close()
        run(json.loads(message), list(files))
    for number in files:
        os.close(number)
    return pid


def run(told: dict[str, Any], files: list[int]) -> None:
    """Become the process that was started; does not return."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for number, file in enumerate(files):
        os.dup2(file, number)
        os.close(file)
    os.chdir(told["folder"])
    os.umask(told["mask"])
    for kind, limit in told["limits"].items():
        resource.setrlimit(int(kind), tuple(limit))
    os.environ.clear()
    os.environ.update(told["environment"])
    time.tzset()
    open_standard_files()
    from_folder, module, arguments = told["started"]
    sys.orig_argv = told["words"]
    sys.argv = [module, *arguments]
    if from_folder:
        sys.path.insert(0, told["folder"])
    end(_exit_code(module))


def open_standard_files() -> None:
    """`sys.stdin` and its like, as Python opens them when it starts."""
    encoding, _, errors = os.environ.get("PYTHONIOENCODING", "utf-8").partition(":")
    at_once = {"line_buffering": os.isatty(1), "write_through": bool(os.environ.get("PYTHONUNBUFFERED"))}
    sys.stdin = io.TextIOWrapper(io.BufferedReader(io.FileIO(0)), encoding, errors or None)
    sys.stdout = io.TextIOWrapper(io.BufferedWriter(io.FileIO(1, "w")), encoding, errors or None, **at_once)
    sys.stderr = io.TextIOWrapper(
        io.BufferedWriter(io.FileIO(2, "w")), encoding, "backslashreplace", line_buffering=True
    )
    sys.__stdin__, sys.__stdout__, sys.__stderr__ = sys.stdin, sys.stdout, sys.stderr  # type: ignore[misc]


def _exit_code(module: str) -> int:
    try:
        runpy.run_module(module, run_name="__main__", alter_sys=True)
    except SystemExit as ended:
        if ended.code is None or isinstance(ended.code, int):
            return ended.code or 0
        print(ended.code, file=sys.stderr)
        return 1
    except BaseException as error:
        sys.excepthook(type(error), error, error.__traceback__)
        return 128 + signal.SIGINT if isinstance(error, KeyboardInterrupt) else 1
    return 0


def end(code: int) -> None:
    """As Python ends, but for the time that it takes to free everything."""
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            stream.flush()
    os._exit(code & 0xFF)


if __name__ == "__main__":
    import_everything()
    serve(sys.argv[1])
