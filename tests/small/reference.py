"""What a landing reads of the shipped seeds, read once: it takes a second, and hundreds of small files are landed."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from orchestration.home import shipped_seeds
from orchestration.landing import run as landing_run
from orchestration.landing.reference import Reference

read_reference = landing_run.read_reference


@cache
def shipped_reference() -> Reference:
    return read_reference(shipped_seeds())


@pytest.fixture
def shipped_seeds_read_once(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    def read(seeds: Path) -> Reference:
        return shipped_reference() if seeds.resolve() == shipped_seeds().resolve() else read_reference(seeds)

    monkeypatch.setattr(landing_run, "read_reference", read)
    yield
