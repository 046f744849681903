"""Processes that write side by side for one command, and end when it ends."""

from __future__ import annotations

import os
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context, parent_process
from threading import Thread


def worker_processes(count: int, replaced: bool = False) -> ProcessPoolExecutor:
    """At most `count` processes; `replaced`: each is replaced after its first task, with all the memory that it took.

    After its first, not its second: Python 3.11 forgets to replace a process when others have finished tasks meanwhile,
    and waits for ever once all have gone (CPython issue 115634).

    A command that is killed takes its workers with it: they would write on beside the next one.
    """
    tasks = 1 if replaced else None
    return ProcessPoolExecutor(
        count, mp_context=get_context("spawn"), max_tasks_per_child=tasks, initializer=_end_with_parent
    )


def _end_with_parent() -> None:
    Thread(target=_wait_for_the_end, daemon=True).start()


def _wait_for_the_end() -> None:
    parent = parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)
