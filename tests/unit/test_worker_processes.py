"""Workers end with the process that started them, also when nobody can tell them; those that are replaced leave no job
undone."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import pytest

from orchestration.worker_processes import results_as_done, worker_processes
from tests.small.waiting import wait_until

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


def runs(process: int) -> bool:
    """Whether it is there and no zombie that nobody has taken in yet."""
    try:
        return Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def process_of(job: int) -> tuple[int, int]:
    return job, os.getpid()


def end_at(job: int) -> int:
    if job == 2:
        os._exit(1)
    return job


def fail_at(job: int) -> int:
    if job == 2:
        raise ValueError("job 2")
    return job


@pytest.mark.parametrize("count", [1, 2])
def test_all_jobs_are_done_by_processes_that_are_replaced(count: int) -> None:
    done = list(results_as_done(process_of, [(job,) for job in range(7)], count, 2))
    assert sorted(job for job, _ in done) == list(range(7))
    assert max(Counter(process for _, process in done).values()) == 2


def test_a_process_that_dies_ends_the_work() -> None:
    with pytest.raises(BrokenProcessPool):
        list(results_as_done(end_at, [(job,) for job in range(4)], 1, 2))


def test_what_a_job_fails_on_is_raised() -> None:
    with pytest.raises(ValueError, match="job 2"):
        list(results_as_done(fail_at, [(job,) for job in range(4)], 2, 2))


def test_no_jobs() -> None:
    assert list(results_as_done(fail_at, [], 0, 2)) == []
