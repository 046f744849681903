"""A home whose warehouse holds one random world."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest

from orchestration.home import Home
from tests.methodology.one_world import home_of_one_world


@pytest.fixture(scope="session")
def world_home() -> Home:
    """Look, don't change."""
    return home_of_one_world()


@pytest.fixture(scope="session")
def warehouse(world_home: Home) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(world_home.warehouse), read_only=True) as connection:
        yield connection


def records(connection: duckdb.DuckDBPyConnection, query: str, parameters: list | None = None) -> list[dict]:
    answer = connection.execute(query, parameters or [])
    names = [column[0] for column in answer.description]
    return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]
