"""From the warehouse's tables to trees, factors and subjects: a relation is anything with `filter` and `fetchnumpy`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import numpy as np

from orchestration.robustness.evaluate import Subject
from orchestration.robustness.scenario import SPLIT, WEIGHT, Drawn, Factor, nominal_marks
from orchestration.robustness.tree import Node, Tree


class Relation(Protocol):
    """A table of the warehouse, as DuckDB hands it to a Python model."""

    def filter(self, condition: str) -> Relation: ...

    def order(self, columns: str) -> Relation: ...

    def fetchnumpy(self) -> dict[str, np.ndarray]: ...


def rows(relation: Relation, condition: str, order: str) -> dict[str, np.ndarray]:
    """The columns of a relation's rows under a condition, in order."""
    return relation.filter(condition).order(order).fetchnumpy()


def read_tree(nodes: Mapping[str, np.ndarray]) -> tuple[Tree, np.ndarray]:
    """A subject's tree and its nominal marks (whole numbers of 10^-12 marks), from `int_scenario_node` in its order."""
    tree = Tree(
        [
            Node(str(code), None if parent < 0 else int(parent), int(depth), bool(is_leaf), str(aggregation))
            for code, parent, depth, is_leaf, aggregation in zip(
                nodes["node_code"],
                nodes["parent_place"],
                nodes["depth"],
                nodes["is_leaf"],
                nodes["aggregation"],
                strict=True,
            )
        ]
    )
    return tree, nominal_marks(
        tree, plain(nodes["full_mark"]), plain(nodes["weight"]), np.asarray(nodes["is_sum"], bool)
    )


def read_factors(tree: Tree, factors: Mapping[str, np.ndarray]) -> list[Factor]:
    """The factors of a scenario, from `stg_scenario_factor` in the order of position."""
    return [
        _factor(tree, {name: values[number] for name, values in factors.items()}) for number in range(_count(factors))
    ]


def read_subject(
    tree: Tree,
    units: Mapping[str, np.ndarray],
    rates: Mapping[str, np.ndarray],
    gaps: Mapping[str, np.ndarray],
    bounds: tuple[float, float],
) -> Subject:
    """A subject from `int_scenario_unit`, `int_scenario_rate` and `int_scenario_gap`; units by their place."""
    unit_count, node_count = _count(units), len(tree.nodes)
    leaf_number = {place: number for number, place in enumerate(tree.leaf_places)}
    columns = np.array([leaf_number.get(place, -1) for place in range(node_count)])
    found: dict[str, np.ndarray] = {}
    codes = np.asarray(rates["normalisation_code"], dtype=str)
    for code in sorted(set(codes)):
        chosen = codes == code
        matrix = np.full((unit_count, len(tree.leaf_places)), np.nan)
        matrix[rates["unit_place"][chosen], columns[rates["node_place"][chosen]]] = rates["rate"][chosen]
        found[code] = matrix
    is_scored = np.ones((unit_count, node_count), dtype=bool)
    is_scored[gaps["unit_place"], gaps["node_place"]] = False
    return Subject(tree, found, is_scored, plain(units["additional_points"]), *bounds)


def drawn_from(tree: Tree, draw_count: int, marks: Mapping[str, np.ndarray], choices: dict[str, np.ndarray]) -> Drawn:
    """Draws from `int_scenario_mark`: rows in the order of draw and node."""
    return Drawn(np.asarray(marks["mark"], dtype=np.int64).reshape(draw_count, len(tree.nodes)).T.copy(), choices)


def plain(column: np.ndarray) -> np.ndarray:
    return np.ma.filled(np.ma.asarray(column, dtype=float), np.nan)


def _factor(tree: Tree, row: Mapping[str, Any]) -> Factor:
    kind = str(row["factor_kind"])
    depth = _whole(row["node_level"])
    named = _words(row["node_codes"])
    nodes: Sequence[int] = ()
    if kind in (WEIGHT, SPLIT):
        nodes = [
            place
            for place, node in enumerate(tree.nodes)
            if node.parent is not None and (node.code in named if named else node.depth == depth)
        ]
    spread = 0.0 if np.ma.is_masked(row["spread"]) else float(row["spread"])
    return Factor(str(row["factor_code"]), kind, tuple(nodes), spread, tuple(_words(row["options"])), depth)


def _whole(value: Any) -> int | None:
    return None if np.ma.is_masked(value) or value is None else int(value)


def _words(value: Any) -> list[str]:
    return [] if np.ma.is_masked(value) or not isinstance(value, str) else value.split(";")


def _count(columns: Mapping[str, np.ndarray]) -> int:
    return len(next(iter(columns.values())))
