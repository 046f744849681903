"""Jobs done by processes that are replaced: all of them are done, and what one fails on is told."""

from __future__ import annotations

import os
from collections import Counter
from concurrent.futures.process import BrokenProcessPool

import pytest

from orchestration.worker_processes import results_as_done


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
