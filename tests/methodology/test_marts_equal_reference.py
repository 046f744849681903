"""The marts against the reference scorer, on random worlds: every cell, score, rank, mean and event point.

One run of the models scores many random methodologies, so few worlds carry many trees. Numbers must be equal to the
last digit, except below a node that takes logarithms, powers or sums of quotients: two libraries of double precision
may differ in the last place of those, and no more than that is allowed for.
"""

from __future__ import annotations

import random
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, Phase, given, settings

from tests.methodology.one_world import home_of_one_world, one_world
from tests.methodology.random_method import WorldRecipe, random_world, recipes
from tests.methodology.reference_scorer import Result, World, score
from tests.methodology.world_warehouse import COMPARED, build_warehouse, check_models

LAST_PLACES = Decimal("0.000000001")
MARK_TOLERANCE = Fraction(1, 10**11)


def compare(world: World, warehouse: Path) -> None:
    """Fail with the first differences between the warehouse's tables and the reference's result."""
    reference = score(world)
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        differences = [
            *_cell_differences(connection, reference),
            *_node_differences(connection, reference),
            *_unit_differences(connection, reference),
            *_rank_differences(connection, reference),
            *_region_differences(connection, reference),
            *_event_differences(connection, reference),
        ]
    assert not differences, f"{len(differences)} differences, the first:\n" + "\n".join(differences[:10])


def _rows(connection: duckdb.DuckDBPyConnection, key_length: int, query: str) -> dict[tuple, tuple]:
    return {row[:key_length]: row[key_length:] for row in connection.execute(query).fetchall()}


def _differences(what: str, computed: dict, expected: dict, same) -> list[str]:
    found = [f"{what} {key}: only in the warehouse" for key in sorted(computed.keys() - expected.keys())]
    found += [f"{what} {key}: only in the reference" for key in sorted(expected.keys() - computed.keys())]
    for key in sorted(computed.keys() & expected.keys()):
        if not same(key, computed[key], expected[key]):
            found.append(f"{what} {key}: warehouse {computed[key]}, reference {expected[key]}")
    return found


def _equal(_key: tuple, computed: tuple, expected: tuple) -> bool:
    return computed == expected


def _equal_marks(_key: tuple, computed: tuple, expected: tuple) -> bool:
    """Marks are kept to 13 decimals, rounded once a measure: thirds are not whole."""
    return all(abs(Fraction(found) - mark) < MARK_TOLERANCE for found, mark in zip(computed, expected, strict=True))


def _close(computed: Decimal | None, expected: Decimal | None) -> bool:
    if computed is None or expected is None:
        return computed is expected
    return abs(computed - expected) <= LAST_PLACES


def _same_numbers(reference: Result, methodology_and_node):
    """Equality to the last digit, or within the last places where the node is inexact."""

    def same(key: tuple, computed: tuple, expected: tuple) -> bool:
        if computed == expected:
            return True
        is_inexact = methodology_and_node(key) in reference.inexact_nodes
        return is_inexact and all(_close(*pair) for pair in zip(computed, expected, strict=True))

    return same


def _cell_differences(connection: duckdb.DuckDBPyConnection, reference: Result) -> list[str]:
    computed = _rows(
        connection,
        5,
        """
        select series_code, assessment_year, methodology_code, unit_code, measure_code, status,
            case when status in ('observed', 'verified') then value end
        from marts.fct_measure_score
        """,
    )
    expected = {key: (cell.status, cell.value) for key, cell in reference.cells.items()}
    return _differences("cell", computed, expected, _equal)


def _node_differences(connection: duckdb.DuckDBPyConnection, reference: Result) -> list[str]:
    query = """
        select series_code, assessment_year, methodology_code, unit_code, node_code, {columns}
        from intermediate.int_node_score
    """
    marks = _rows(connection, 5, query.format(columns="applicable_mark, assessed_mark"))
    expected_marks = {key: (node.applicable_mark, node.assessed_mark) for key, node in reference.nodes.items()}
    scores = _rows(connection, 5, query.format(columns="unrounded_score, score"))
    expected_scores = {key: (node.unrounded, node.score) for key, node in reference.nodes.items()}
    same = _same_numbers(reference, lambda key: (key[2], key[4]))
    return [
        *_differences("marks of node", marks, expected_marks, _equal_marks),
        *_differences("score of node", scores, expected_scores, same),
    ]


def _root_of(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    query = "select methodology_code, node_code from marts.dim_indicator where node_level = 0"
    return dict(connection.execute(query).fetchall())


def _unit_differences(connection: duckdb.DuckDBPyConnection, reference: Result) -> list[str]:
    roots = _root_of(connection)
    query = """
        select series_code, assessment_year, methodology_code, unit_code, {columns}
        from intermediate.int_unit_score
    """
    scores = _rows(connection, 4, query.format(columns="score, base_score"))
    expected_scores = {key: (unit.composite, unit.base) for key, unit in reference.units.items()}
    standing = _rows(connection, 4, query.format(columns="is_ranked, grade"))
    expected_standing = {key: (unit.is_ranked, unit.grade) for key, unit in reference.units.items()}
    same = _same_numbers(reference, lambda key: (key[2], roots[key[2]]))
    return [
        *_differences("unit", scores, expected_scores, same),
        *_differences("standing of unit", standing, expected_standing, _equal),
    ]


def _rank_differences(connection: duckdb.DuckDBPyConnection, reference: Result) -> list[str]:
    computed = _rows(
        connection,
        5,
        """
        select series_code, assessment_year, methodology_code, unit_code, region_level,
            region_code, unit_rank, ranked_unit_count
        from marts.unit_ranking
        """,
    )
    expected = {
        (*key, level): tuple(rank) for key, unit in reference.units.items() for level, rank in unit.ranks.items()
    }
    return _differences("rank", computed, expected, _equal)


def _region_differences(connection: duckdb.DuckDBPyConnection, reference: Result) -> list[str]:
    roots = _root_of(connection)
    query = """
        select series_code, assessment_year, methodology_code, region_code, node_code, {columns}
        from marts.region_score
    """
    means = {key: tuple(mean[:2]) for key, mean in reference.region_means.items()}
    means |= {(*key, "base"): tuple(mean[:2]) for key, mean in reference.region_base_means.items()}
    counts = {key: tuple(mean[2:]) for key, mean in reference.region_means.items()}
    counts |= {(*key, "base"): tuple(mean[2:]) for key, mean in reference.region_base_means.items()}
    # A region without units has no row in the warehouse.
    means = {key: mean for key, mean in means.items() if counts[key][0]}
    counts = {key: count for key, count in counts.items() if count[0]}
    same = _same_numbers(reference, lambda key: (key[2], roots[key[2]] if key[4] == "base" else key[4]))
    computed_means = _rows(connection, 5, query.format(columns="mean_of_units, mean_of_subregions"))
    computed_counts = _rows(connection, 5, query.format(columns="unit_count, scored_unit_count, member_count"))
    return [
        *_differences("mean", computed_means, means, same),
        *_differences("count", computed_counts, counts, _equal),
    ]


def _event_differences(connection: duckdb.DuckDBPyConnection, reference: Result) -> list[str]:
    computed = _rows(
        connection,
        5,
        """
        select series_code, assessment_year, methodology_code, unit_code, cluster_code, node_code,
            points, response_fault_points, is_rejected
        from marts.opinion_event
        """,
    )
    expected = {
        key: (event.node_code, event.points, event.fault_points, event.is_rejected)
        for key, event in reference.events.items()
    }
    return _differences("event", computed, expected, _equal)


def test_a_random_world_scores_alike() -> None:
    compare(one_world(), home_of_one_world().warehouse)


def test_what_must_hold_of_marts_holds_of_any_method() -> None:
    check_models(home_of_one_world().warehouse)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_large_random_worlds_score_alike(seed: int, tmp_path: Path) -> None:
    world = random_world(random.Random(seed), 14)
    compare(world, build_warehouse(world, tmp_path, COMPARED))


FEW = {
    "deadline": None,
    "derandomize": True,
    # Each example runs the whole project: shrinking would take an hour, and the recipe names the world well enough.
    "phases": [Phase.explicit, Phase.generate],
    "suppress_health_check": [HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
}


@pytest.mark.slow
@settings(max_examples=10, **FEW)
@given(recipe=recipes(max_methodologies=6))
def test_random_recipes_score_alike(recipe: WorldRecipe, tmp_path_factory: pytest.TempPathFactory) -> None:
    follow_recipe(recipe, tmp_path_factory.mktemp("world"))


def follow_recipe(recipe: WorldRecipe, folder: Path) -> None:
    world = recipe.build()
    compare(world, build_warehouse(world, folder, COMPARED))
