"""A home whose warehouse holds one random world: many trees, all aggregations, two years, holes and conflicts."""

from __future__ import annotations

import random

import duckdb
import pytest

from orchestration.home import Home
from tests.methodology.random_method import random_world
from tests.methodology.world_warehouse import build_warehouse

SEED = 15
METHODOLOGY_COUNT = 12


@pytest.fixture(scope="session")
def world_home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """Look, don't change."""
    home = Home(tmp_path_factory.mktemp("explained"))
    home.warehouse.parent.mkdir()
    build_warehouse(random_world(random.Random(SEED), METHODOLOGY_COUNT, unit_count=14), home.warehouse.parent)
    return home


@pytest.fixture(scope="session")
def warehouse(world_home: Home):
    with duckdb.connect(str(world_home.warehouse), read_only=True) as connection:
        yield connection


def records(connection: duckdb.DuckDBPyConnection, query: str, parameters: list | None = None) -> list[dict]:
    answer = connection.execute(query, parameters or [])
    names = [column[0] for column in answer.description]
    return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]
