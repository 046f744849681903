"""Processes that write side by side for one command, and end when it ends."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from multiprocessing import get_context, parent_process
from threading import Thread
from typing import Any, TypeVar

Result = TypeVar("Result")


def worker_processes(count: int) -> ProcessPoolExecutor:
    """At most `count` processes.

    A command that is killed takes its workers with it: they would write on beside the next one.
    """
    return ProcessPoolExecutor(count, mp_context=get_context("spawn"), initializer=_end_with_parent)


def results_as_done(
    work: Callable[..., Result], jobs: Iterable[tuple[Any, ...]], count: int, jobs_a_process: int
) -> Iterator[Result]:
    """What `work` makes of the arguments of each job, as it is done, by `count` processes that are replaced after
    `jobs_a_process` jobs each.

    `max_tasks_per_child` of Python's own executor leaves the jobs that wait undone (CPython's gh-115634, all 3.11).
    """
    waiting = deque(jobs)
    idle: list[tuple[ProcessPoolExecutor, int]] = []
    busy: dict[Future[Result], tuple[ProcessPoolExecutor, int]] = {}
    try:
        while waiting or busy:
            while waiting and len(busy) < count:
                worker, done = idle.pop() if idle else (worker_processes(1), 0)
                busy[worker.submit(work, *waiting.popleft())] = (worker, done + 1)
            for finished in wait(busy, return_when=FIRST_COMPLETED).done:
                worker, done = busy.pop(finished)
                if done < jobs_a_process:
                    idle.append((worker, done))
                else:
                    worker.shutdown()
                yield finished.result()
    finally:
        for worker, _ in (*idle, *busy.values()):
            worker.shutdown()


def _end_with_parent() -> None:
    Thread(target=_wait_for_the_end, daemon=True).start()


def _wait_for_the_end() -> None:
    parent = parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)
