"""Work in a process of its own whose file operations fail at an exact point: killed before it, killed with the file
torn, or refused by the system.

What counts are the operations by which something becomes lasting or visible (rename, replace, fsync, unlink) on paths
of the home; so a point is a number, and the same number is always the same point.
"""

from __future__ import annotations

import errno
import os
import signal
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path

import typer

from orchestration.errors import UsageError, full_disk, system_refusal
from orchestration.home import Home
from tests.small.forked import PROCESSES

OPERATIONS = ("rename", "replace", "fsync", "unlink")
KILLED, TORN, FULL, READ_ONLY = "killed", "torn", "full", "read_only"
ERRORS = {FULL: errno.ENOSPC, READ_ONLY: errno.EROFS}

LONGEST_SECONDS = 900

Step = Callable[[Home], None]


class _Faults:
    """Counts the operations on a home and lets one of them fail."""

    def __init__(self, home: Path, fault: str | None, point: int) -> None:
        self.home, self.fault, self.point, self.count = str(home), fault, point, 0

    def install(self) -> None:
        for name in OPERATIONS:
            setattr(os, name, self._faulty(name, getattr(os, name)))

    def _faulty(self, name: str, real: Callable) -> Callable:
        def operation(target, *arguments, **options):
            if "dir_fd" not in options and self._is_of_home(target):
                self.count += 1
                if self.count == self.point:
                    self._fail(name, target)
            return real(target, *arguments, **options)

        return operation

    def _is_of_home(self, target: object) -> bool:
        path = os.readlink(f"/proc/self/fd/{target}") if isinstance(target, int) else os.fspath(target)
        return os.fsdecode(path).startswith(self.home)

    def _fail(self, name: str, target: object) -> None:
        if self.fault == TORN and name == "fsync":
            _tear(target)
        if self.fault in (KILLED, TORN):
            os.kill(os.getpid(), signal.SIGKILL)
        if self.fault in ERRORS:
            raise OSError(ERRORS[self.fault], os.strerror(ERRORS[self.fault]), self.home)


def _tear(descriptor: int) -> None:
    """Half of what was written never reached the disk."""
    path = Path(os.readlink(f"/proc/self/fd/{descriptor}"))
    if path.is_file():
        os.truncate(path, path.stat().st_size // 2)


def _work(step: Step, home: Path, fault: str | None, point: int, variables: dict[str, str], answers) -> None:
    os.environ.update(variables)
    faults = _Faults(home, fault, point)
    faults.install()
    said, printed = None, StringIO()
    try:
        with redirect_stdout(printed), redirect_stderr(printed):
            step(Home(home))
    except UsageError as error:
        said = str(error)
    except OSError as error:
        refused = system_refusal(error) or full_disk(error, home)
        said = refused and refused.en
    except typer.Exit:
        said = "\n".join(line for line in printed.getvalue().splitlines() if line.startswith("error:"))
    answers.put((faults.count, said))


def perform(step: Step, home: Home, fault: str | None = None, point: int = 0) -> tuple[int, str | None] | None:
    """Let a step run into a fault; how many operations there were and what was said, None where it was killed."""
    answers = PROCESSES.SimpleQueue()
    process = PROCESSES.Process(target=_work, args=(step, home.root, fault, point, dict(os.environ), answers))
    process.start()
    process.join(LONGEST_SECONDS)
    if process.exitcode == -signal.SIGKILL:
        return None
    assert process.exitcode == 0, f"the step ended with {process.exitcode}"
    return answers.get()
