"""Landing in a process of its own, that a test can kill or hold: what the child does, and how it is started."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from importlib import import_module
from multiprocessing.process import BaseProcess
from pathlib import Path

from orchestration.home import Home
from orchestration.landing.run import land_inbox
from tests.small.forked import PROCESSES


def start(target: Callable, *arguments: object) -> BaseProcess:
    process = PROCESSES.Process(target=target, args=arguments)
    process.start()
    return process


def land(home: Path, seeds: Path) -> None:
    land_inbox(Home(home), seeds=seeds)


def land_and_die(home: Path, seeds: Path, module: str, name: str, when: str, count: int) -> None:
    """Land, and be killed `when` (before or after) the `count`-th call of a function of `module` (SIGKILL)."""
    owner = import_module(module)
    real = getattr(owner, name)
    calls = 0

    def deadly(*arguments: object, **options: object) -> object:
        nonlocal calls
        calls += 1
        if calls == count and when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        result = real(*arguments, **options)
        if calls == count and when == "after":
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    setattr(owner, name, deadly)
    land_inbox(Home(home), seeds=seeds)


def land_and_wait(home: Path, seeds: Path, has_lock: object, may_go_on: object) -> None:
    """Land, and hold the store after the first file until told to go on."""

    def hold(done: int, total: int, landed: object) -> None:
        has_lock.set()
        may_go_on.wait(60)

    land_inbox(Home(home), seeds=seeds, progress=hold)
