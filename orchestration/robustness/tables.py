"""From the warehouse's tables to trees, factors and subjects: tables come as Arrow has them, arrays go out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from orchestration.robustness.evaluate import Subject
from orchestration.robustness.scenario import ON, SPLIT, STATED, WEIGHT, Drawn, Factor, nominal_marks
from orchestration.robustness.tree import Node, Tree


class Relation(Protocol):
    """A table of the warehouse, as DuckDB hands it to a Python model."""

    def to_arrow_table(self) -> pa.Table: ...

    def join(self, other_rel: Self, condition: str, how: str) -> Self: ...


class Subjects:
    """What subjects are read from: each table once, and of units and rates those of the subjects alone.

    A subject is a row of `int_scenario_subject` as a mapping. Without `units` and `rates` only trees and factors can be
    read.
    """

    def __init__(
        self,
        subjects: Relation,
        nodes: Relation,
        factors: Relation,
        units: Relation | None = None,
        rates: Relation | None = None,
        errors: Relation | None = None,
    ) -> None:
        self.subjects = subjects.to_arrow_table().sort_by("subject_code").to_pylist()
        ordered = nodes.to_arrow_table().sort_by([("methodology_code", "ascending"), ("node_place", "ascending")])
        self._nodes = parts(ordered, "methodology_code")
        self._factors = parts(factors.to_arrow_table().sort_by("position"), "scenario_code")
        self._errors = {} if errors is None else parts(errors.to_arrow_table(), "methodology_code")
        self._units = (
            {} if units is None else parts(_of(subjects, units, "subject_code").sort_by("unit_place"), "subject_code")
        )
        self._rates = {} if rates is None else parts(_of(subjects, rates, "target_code"), "target_code")

    def tree(self, subject: Mapping[str, Any]) -> tuple[Tree, np.ndarray]:
        return read_tree(self._nodes[subject["methodology_code"]])

    def factors(self, subject: Mapping[str, Any], tree: Tree) -> list[Factor]:
        return read_factors(tree, self._factors[subject["scenario_code"]].to_pylist())

    def units(self, subject: Mapping[str, Any]) -> pa.Table:
        """The units of a subject in the order of their place."""
        return self._units[subject["subject_code"]]

    def read(self, subject: Mapping[str, Any], tree: Tree) -> Subject:
        found = read_subject(tree, self.units(subject), self._rates[subject["target_code"]])
        return replace(
            found,
            lowest=subject["lowest"],
            highest=subject["highest"],
            errors=read_errors(tree, self._errors.get(subject["methodology_code"])),
            seed=subject["seed"],
        )


def _of(subjects: Relation, relation: Relation, column: str) -> pa.Table:
    return relation.join(subjects, column, "semi").to_arrow_table()


def parts(table: pa.Table, column: str) -> dict[Any, pa.Table]:
    """The rows of a table by their value in a column, in their order."""
    return {value.as_py(): table.filter(pc.equal(table[column], value)) for value in pc.unique(table[column])}


def read_tree(nodes: pa.Table) -> tuple[Tree, np.ndarray]:
    """A methodology's tree and its nominal marks (whole numbers of 10^-12 marks), from `int_scenario_node` in order."""
    rows = nodes.to_pylist()
    tree = Tree(
        [
            Node(
                row["node_code"],
                None if row["parent_place"] < 0 else row["parent_place"],
                row["depth"],
                row["is_leaf"],
                row["aggregation"],
            )
            for row in rows
        ]
    )
    is_sum = np.array([row["is_sum"] for row in rows], dtype=bool)
    return tree, nominal_marks(tree, plain(nodes["full_mark"]), plain(nodes["weight"]), is_sum)


def read_factors(tree: Tree, factors: Sequence[Mapping[str, Any]]) -> list[Factor]:
    """The factors of a scenario, from `stg_scenario_factor` in the order of position."""
    return [_factor(tree, row) for row in factors]


def read_subject(tree: Tree, units: pa.Table, rates: pa.Table) -> Subject:
    """A subject from `int_scenario_unit` in the order of place, and `int_scenario_rate`."""
    unit_count, node_count = units.num_rows, len(tree.nodes)
    leaf_number = np.full(node_count, -1)
    leaf_number[tree.leaf_places] = np.arange(len(tree.leaf_places))
    found: dict[str, np.ndarray] = {}
    for code, rows in sorted(parts(rates, "normalisation_code").items()):
        matrix = np.full((unit_count, len(tree.leaf_places)), np.nan)
        places = pc.index_in(rows["unit_code"], value_set=units["unit_code"]).to_numpy()
        lists = rows["rates"].combine_chunks()
        cells, lengths = lists.flatten(), lists.value_lengths().to_numpy()
        columns = leaf_number[cells.field("node_place").to_numpy()]
        matrix[np.repeat(places, lengths), columns] = cells.field("rate").to_numpy()
        found[code] = matrix
    is_scored = np.ones((unit_count, node_count), dtype=bool)
    gaps = units["unscored_places"].combine_chunks()
    rows_with_gaps = np.repeat(np.arange(unit_count), pc.fill_null(gaps.value_lengths(), 0).to_numpy())
    is_scored[rows_with_gaps, gaps.flatten().to_numpy()] = False
    return Subject(tree, found, is_scored, plain(units["additional_points"]))


def read_errors(tree: Tree, errors: pa.Table | None) -> dict[int, np.ndarray]:
    """Errors by the number of the leaf, from `int_scenario_error`; what an index has nothing of stays as it is."""
    if errors is None:
        return {}
    numbers = {place: number for number, place in enumerate(tree.leaf_places)}
    return {numbers[row["node_place"]]: np.array(row["errors"]) for row in errors.to_pylist()}


def drawn_from(draws: pa.Table, factors: Sequence[Factor], nominal_variant: str | None) -> Drawn:
    """Draws from `int_scenario_draw` in the order of draw, the nominal one first; that one has the options in which
    nothing is varied."""
    marks = np.asarray(draws["marks"].combine_chunks().flatten()).reshape(draws.num_rows, -1)
    points = draws["points"].combine_chunks().flatten()
    options = points.field("option_number").to_numpy().reshape(draws.num_rows - 1, -1)
    choices, column = {}, 0
    for factor in factors:
        if factor.options:
            unvaried = [nominal_variant, STATED, ON, "none"]
            nominal = next((factor.options.index(option) for option in unvaried if option in factor.options), 0)
            choices[factor.code] = np.concatenate([[nominal], options[:, column]])
        column += factor.dimension_count
    return Drawn(marks.T.copy(), choices)


def plain(column: pa.ChunkedArray) -> np.ndarray:
    """Doubles with NaN where there is no value."""
    return column.to_numpy().astype(float)


def _factor(tree: Tree, row: Mapping[str, Any]) -> Factor:
    kind, depth, named = row["factor_kind"], row["node_level"], _words(row["node_codes"])
    nodes: Sequence[int] = ()
    if kind in (WEIGHT, SPLIT):
        nodes = [
            place
            for place, node in enumerate(tree.nodes)
            if node.parent is not None and (node.code in named if named else node.depth == depth)
        ]
    return Factor(row["factor_code"], kind, tuple(nodes), row["spread"] or 0.0, tuple(_words(row["options"])), depth)


def _words(value: str | None) -> list[str]:
    return value.split(";") if value else []
