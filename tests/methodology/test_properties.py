"""Properties of the method that hold for any tree: compared between runs of the models over changed worlds."""

from __future__ import annotations

import copy
import random
import shutil
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from tests.methodology.one_world import home_of_one_world, one_world
from tests.methodology.reference_scorer import World, methodologies_of_fixed_goal_posts
from tests.methodology.world_warehouse import NODE_SCORES, build_warehouse, run_models

SEED = 20190705
FACTS = ("fct_unit_score", "fct_dimension_score", "fct_indicator_score", "fct_measure_score")


@pytest.fixture(scope="module")
def world() -> World:
    return one_world()


@pytest.fixture(scope="module")
def warehouse() -> Path:
    return home_of_one_world().warehouse


def _marts(warehouse: Path) -> dict[str, list[tuple]]:
    """Every mart's rows as text, in the order in which the table holds them."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        names = connection.execute(
            "select table_name from duckdb_tables() where schema_name = 'marts' order by table_name"
        ).fetchall()
        return {name: connection.execute(f"select * from marts.{name}").fetchall() for (name,) in names}


def _scores(warehouse: Path) -> dict[tuple, Decimal | None]:
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        rows = connection.execute(
            """
            select series_code, assessment_year, methodology_code, unit_code, node_code, unrounded_score
            from intermediate.int_node_score
            """
        ).fetchall()
    return {row[:5]: row[5] for row in rows}


@pytest.mark.slow
def test_a_second_run_gives_the_same_tables(warehouse: Path, tmp_path: Path) -> None:
    before = _marts(warehouse)
    copied = Path(shutil.copyfile(warehouse, tmp_path / warehouse.name))
    run_models(copied)
    assert _marts(copied) == before
    assert sum(len(rows) for rows in before.values()) > 1000


@pytest.mark.in_ci
def test_the_order_of_rows_changes_nothing(world: World, warehouse: Path, tmp_path: Path) -> None:
    shuffled = {table: random.Random(SEED + 1).sample(rows, len(rows)) for table, rows in world.items()}
    assert _marts(build_warehouse(shuffled, tmp_path)) == _marts(warehouse)


def test_another_unit_changes_nobody_elses_score(world: World, warehouse: Path, tmp_path: Path) -> None:
    """A copy of one unit joins every edition, with all its rows; the goal posts are fixed."""
    fixed = methodologies_of_fixed_goal_posts(world)
    joined = copy.deepcopy(world)
    newcomer = "U_NEW"
    template = next(row["unit_code"] for row in joined["assessment_frame"] if row["is_included"])
    for table in ("assessment_frame", "observation", "verification", "opinion_event"):
        joined[table] += [
            {**row, "unit_code": newcomer, "row_number": int(row.get("row_number") or 0) + 100_000}
            for row in joined[table]
            if row["unit_code"] == template
        ]
    before, after = (
        {key: found for key, found in _scores(path).items() if key[2] in fixed}
        for path in (warehouse, build_warehouse(joined, tmp_path, NODE_SCORES))
    )
    newcomers = {key for key in after if key[3] == newcomer}
    assert newcomers
    assert {key: score for key, score in after.items() if key not in newcomers} == before


@pytest.mark.slow
def test_raising_an_observation_never_lowers_a_score(world: World, warehouse: Path, tmp_path: Path) -> None:
    """Every value of the measures for which more is better under every rule that uses them is raised, and so is what
    decisions expect to find. The goal posts are fixed: against the others, or divided by a measure, more may be less.
    """
    fixed = methodologies_of_fixed_goal_posts(world)
    rising, falling = set(), set()
    for rule in world["measure_rule"]:
        is_rising = rule["rule_family"] == "linear" and Decimal(rule["target"]) > Decimal(rule["floor"])
        (rising if is_rising else falling).add(rule["measure_code"])
    raised_measures = rising - falling
    raised = copy.deepcopy(world)
    count = 0
    for table in ("observation", "verification", "decision"):
        for row in raised[table]:
            for column in ("value", "expected_value"):
                if row.get("measure_code") in raised_measures and row.get(column) not in (None, ""):
                    row[column] = Decimal(row[column]) + Decimal("0.75")
                    count += 1
    before, after = _scores(warehouse), _scores(build_warehouse(raised, tmp_path, NODE_SCORES))
    after = {key: score for key, score in after.items() if key[2] in fixed}
    assert count > 100
    lowered = {key: (before[key], score) for key, score in after.items() if score is not None and score < before[key]}
    assert not lowered
    assert sum(score is not None and score > before[key] for key, score in after.items()) > 10
