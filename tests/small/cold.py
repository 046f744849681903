"""Processes that start as they do for people, see `tests/every_process/warm_start.py`: for who kills them."""

from __future__ import annotations

from collections.abc import Mapping

WARM = "WARM_PROCESSES"


def cold(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment of a process that imports all it needs itself."""
    return {name: value for name, value in environment.items() if name != WARM}
