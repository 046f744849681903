"""One random world for all who look at one: many trees, all aggregations, two years, holes and conflicts."""

from __future__ import annotations

import random
from functools import cache
from pathlib import Path

from orchestration.home import Home
from tests.methodology.random_method import random_world
from tests.methodology.reference_scorer import World
from tests.methodology.world_warehouse import build_warehouse
from tests.small.made_once import made_once

SEED = 15
METHODOLOGY_COUNT = 12
UNIT_COUNT = 14


@cache
def one_world() -> World:
    """Look, don't change."""
    return random_world(random.Random(SEED), METHODOLOGY_COUNT, unit_count=UNIT_COUNT)


def home_of_one_world() -> Home:
    """A home whose warehouse holds it, with every model built. Look, don't change."""
    return Home(made_once("one_world", _make))


def _make(root: Path) -> None:
    warehouse = Home(root).warehouse
    warehouse.parent.mkdir(parents=True)
    build_warehouse(one_world(), warehouse.parent)
