"""Processes that write side by side for one command, and end when it ends."""

from __future__ import annotations

import os
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context, parent_process
from threading import Thread


def worker_processes(count: int, tasks_a_process: int | None = None) -> ProcessPoolExecutor:
    """At most `count` processes, each replaced after `tasks_a_process` tasks.

    A command that is killed takes its workers with it: they would write on beside the next one.
    """
    return ProcessPoolExecutor(
        count, mp_context=get_context("spawn"), max_tasks_per_child=tasks_a_process, initializer=_end_with_parent
    )


def _end_with_parent() -> None:
    Thread(target=_wait_for_the_end, daemon=True).start()


def _wait_for_the_end() -> None:
    parent = parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)
