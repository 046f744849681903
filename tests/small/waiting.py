"""Waits for what another process does."""

from __future__ import annotations

import time
from collections.abc import Callable

SECONDS = 60


def wait_until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SECONDS
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)
