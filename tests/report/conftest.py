"""The small world's release file, built once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.report.small_world import build_release


@pytest.fixture(scope="session")
def small_release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_release(tmp_path_factory.mktemp("small_world"))


@pytest.fixture
def written_in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reports are written one after the other here: each process of its own imports everything first."""

    def results(work: Callable[..., Any], jobs: Iterable[tuple[Any, ...]], *_: int) -> Iterator[Any]:
        return (work(*job) for job in jobs)

    monkeypatch.setattr("orchestration.report.write.results_as_done", results)
