"""Folders that are made once for all processes of a test run. Look, don't change: copy them to change them."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from filelock import FileLock

from tests.small.parsed import SHARED


def made_once(name: str, make: Callable[[Path], None]) -> Path:
    """The folder of that name, made by the first who asks; the others wait for it."""
    folder = Path(os.environ[SHARED]) / name
    finished = folder.with_suffix(".finished")
    with FileLock(folder.with_suffix(".lock")):
        if not finished.exists():
            make(folder)
            finished.touch()
    return folder
