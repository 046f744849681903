"""The small world's release file, built once."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.report.small_world import build_release


@pytest.fixture(scope="session")
def small_release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_release(tmp_path_factory.mktemp("small_world"))
