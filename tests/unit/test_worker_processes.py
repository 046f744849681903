"""Workers end with the process that started them, also when nobody can tell them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from orchestration.worker_processes import worker_processes

STARTED_BY_HAND = "from tests.unit.test_worker_processes import keep_writing; keep_writing()"


def write_on(path: Path) -> None:
    while True:
        path.write_text(f"{os.getpid()} {time.monotonic()}", encoding="utf-8")
        time.sleep(0.01)


def keep_writing() -> None:
    with worker_processes(1) as workers:
        workers.submit(write_on, Path("written")).result()


def test_a_killed_command_takes_its_workers_with_it(tmp_path: Path) -> None:
    source = str(Path(__file__).parents[2])
    command = subprocess.Popen(
        [sys.executable, "-c", STARTED_BY_HAND], cwd=tmp_path, env={**os.environ, "PYTHONPATH": source}
    )
    written = tmp_path / "written"
    wait_until(lambda: written.exists() and written.read_text(encoding="utf-8"))
    worker = int(written.read_text(encoding="utf-8").split()[0])
    command.send_signal(signal.SIGKILL)
    command.wait()
    wait_until(lambda: not runs(worker))


def wait_until(condition) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def runs(process: int) -> bool:
    """Whether it is there and no zombie that nobody has taken in yet."""
    try:
        return Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
