"""A home with a release, made once."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from orchestration.home import Home
from orchestration.release.catalogue import ReleaseId
from tests.bi.small_release import build_small_home, publish

RELEASE = ReleaseId(2019, 1)


@pytest.fixture(scope="session")
def released_home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The small home with 2019-r1 as its current release. Look, don't change."""
    home = build_small_home(tmp_path_factory.mktemp("bi") / "home")
    publish(home, RELEASE)
    return home


@pytest.fixture(scope="session")
def current(released_home: Home) -> Path:
    """The file that readers open."""
    return released_home.releases / "current.duckdb"


@pytest.fixture(scope="session")
def parquet(released_home: Home) -> Path:
    """Folder of the release's Parquet files."""
    return released_home.releases / "2019" / "r1" / "parquet"


@pytest.fixture(scope="session")
def direct(current: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """What the release says, asked directly; a copy, for DuckDB opens a file in one configuration a process."""
    copy = tmp_path_factory.mktemp("direct") / "copy.duckdb"
    shutil.copyfile(current, copy)
    with duckdb.connect(str(copy), read_only=True) as connection:
        yield connection
