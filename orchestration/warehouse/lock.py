"""One writer at a time, of the warehouse or of the releases: the lock beside it, with a note of who holds it.

Dagster's run queue already lets one run write at a time; this lock also holds between a run in the UI, the command
line and anything else that writes through this package. It is an advisory lock of the operating system, so it goes
with its process however that process ends; the note beside it only tells people who holds it.
"""

from __future__ import annotations

import json
import os
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from filelock import FileLock, Timeout

from orchestration.errors import WarehouseBusy
from orchestration.home import Home
from orchestration.settings import WAIT_VARIABLE, settings_of
from orchestration.warehouse import built_editions
from orchestration.whole_file import write_whole
from orchestration.wording import Wording

REMIND_EVERY_SECONDS = 30.0


def wait_limit(warehouse: Path) -> float:
    """Seconds that a writer of this warehouse waits for another before it gives up, by the settings of its home."""
    return settings_of(Home.of_warehouse(warehouse)).wait_seconds


def lock_path(warehouse: Path) -> Path:
    return warehouse.with_name(warehouse.name + ".lock")


def note_path(warehouse: Path) -> Path:
    return warehouse.with_name(warehouse.name + ".writer.json")


def holder(warehouse: Path) -> str:
    """Who writes the warehouse at this moment, in words; an unknown process where the note cannot be read."""
    try:
        note = json.loads(note_path(warehouse).read_text(encoding="utf-8"))
        return f"{note['what']} (process {note['pid']} on {note['host']}, since {note['since']})"
    except (OSError, ValueError, KeyError, TypeError):
        return "another process (it left no note)"


def is_held(warehouse: Path) -> bool:
    """Whether a writer holds the lock now."""
    if not lock_path(warehouse).exists():
        return False
    try:
        with FileLock(lock_path(warehouse), timeout=0, preserve_lock_file=True):
            return False
    except Timeout:
        return True


@contextmanager
def writer_lock(
    warehouse: Path,
    what: str,
    wait_seconds: float | None = None,
    say: Callable[[str], None] | None = None,
) -> Iterator[None]:
    """Hold the warehouse for writing while the block runs.

    `what` is told to those who wait; `say` gets a message when this writer has to wait itself, and again every half
    minute. After `wait_seconds` (default: the home's `wait_seconds`) of waiting `WarehouseBusy` names the holder.
    """
    limit = wait_limit(warehouse) if wait_seconds is None else wait_seconds
    warehouse.parent.mkdir(parents=True, exist_ok=True)
    # The lock file stays: removing it while another process waits on it would let two writers in.
    lock = FileLock(lock_path(warehouse), preserve_lock_file=True)
    _acquire(lock, warehouse, limit, say or (lambda _: None))
    try:
        _write_note(warehouse, what)
        with built_editions.custody(warehouse):
            yield
    finally:
        note_path(warehouse).unlink(missing_ok=True)
        lock.release()


def _acquire(lock: FileLock, warehouse: Path, limit: float, say: Callable[[str], None]) -> None:
    started = time.monotonic()
    try:
        lock.acquire(timeout=0)
        return
    except Timeout:
        say(f"Waiting for the warehouse: {holder(warehouse)} is writing it. Giving up after {limit:.0f} s.")
    while True:
        left = limit - (time.monotonic() - started)
        try:
            lock.acquire(timeout=max(0.0, min(left, REMIND_EVERY_SECONDS)), poll_interval=0.2)
            return
        except Timeout:
            waited = time.monotonic() - started
            if waited < limit:
                say(f"Still waiting after {waited:.0f} s for {holder(warehouse)}.")
                continue
            raise WarehouseBusy(
                Wording(
                    f"{warehouse} 正由 {holder(warehouse)} 写入;已等待 {waited:.0f} 秒。"
                    f"请等它结束后再试,或用 {WAIT_VARIABLE}=1800 延长等待。",
                    f"{warehouse} is being written by {holder(warehouse)}; waited {waited:.0f} s. "
                    f"Try again when it has ended, or wait longer with {WAIT_VARIABLE}=1800.",
                )
            ) from None


def _write_note(warehouse: Path, what: str) -> None:
    note = {
        "what": what,
        "pid": os.getpid(),
        "host": socket.gethostname(),
        "since": datetime.now().astimezone().isoformat(sep=" ", timespec="seconds"),
    }
    write_whole(note_path(warehouse), json.dumps(note, ensure_ascii=False))
