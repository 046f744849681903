"""An indicator tree with marks, and the points that units get by it under many draws of the marks at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from orchestration.robustness.exact import MARK_UNIT, mark_halves, points, rate_halves

ARITHMETIC, GEOMETRIC, HARMONIC = "arithmetic", "geometric", "harmonic"
# A mean of logarithms cannot take a rate of 0: one below this counts as this.
LEAST_RATE = 0.01
DECIMALS = 12


@dataclass(frozen=True)
class Node:
    """A node of a tree; `parent` is its parent's place in the list, None for the root, which comes first."""

    code: str
    parent: int | None
    depth: int
    is_leaf: bool
    aggregation: str


@dataclass
class Tree:
    """The nodes of a tree, each after its parent."""

    nodes: Sequence[Node]
    children: list[list[int]] = field(init=False)
    leaves: list[list[int]] = field(init=False)
    leaf_places: list[int] = field(init=False)

    def __post_init__(self) -> None:
        self.children = [[] for _ in self.nodes]
        for place, node in enumerate(self.nodes):
            if node.parent is not None:
                self.children[node.parent].append(place)
        self.leaf_places = [place for place, node in enumerate(self.nodes) if node.is_leaf]
        self.leaves = [[] for _ in self.nodes]
        for number, place in enumerate(self.leaf_places):
            above: int | None = place
            while above is not None:
                self.leaves[above].append(number)
                above = self.nodes[above].parent


def roll_up(
    tree: Tree,
    rates: np.ndarray,
    is_scored: np.ndarray,
    marks: np.ndarray,
    aggregations: Mapping[int, str] | None = None,
) -> np.ndarray:
    """Points of the root for each unit and draw (units × draws); NaN where the root is not scored.

    `rates`: units × leaves, a leaf's score as a share of its full mark, NaN where it has none. `is_scored`: units ×
    nodes, whether a node has a score (its coverage decides, not the draw). `marks`: nodes × draws, whole numbers of
    10^-12 marks; those of children add up to their parent's. `aggregations`: by depth of the parent, in place of the
    tree's own.

    Children without a score are left out and the parent's mark is spread over the others.
    """
    return _RollUp(tree, rates, is_scored, marks, aggregations or {}).points_of(0, np.arange(rates.shape[0]))


class _RollUp:
    def __init__(
        self, tree: Tree, rates: np.ndarray, is_scored: np.ndarray, marks: np.ndarray, aggregations: Mapping[int, str]
    ) -> None:
        self.tree, self.rates, self.marks = tree, rates, marks
        self.is_scored = is_scored
        self.halves = rate_halves(rates)
        self.leaf_marks = mark_halves(marks[tree.leaf_places])
        self.mark_points = marks * MARK_UNIT
        self.aggregations = [aggregations.get(node.depth, node.aggregation) for node in tree.nodes]
        self.held = np.isfinite(rates)
        self.whole_marks = marks[tree.leaf_places].astype(float)
        self.is_whole = np.stack([self.held[:, leaves].all(axis=1) for leaves in tree.leaves], axis=1)
        for place, node in enumerate(tree.nodes):
            if not node.is_leaf:
                below = self._below(place)
                self.is_whole[:, place] &= is_scored[:, below].all(axis=1) & self._is_linear(place)

    def points_of(self, place: int, rows: np.ndarray) -> np.ndarray:
        """Points of a node for `rows`, of which all are expected to have a score in it."""
        is_whole = self.is_whole[rows, place]
        if is_whole.all():
            return self._product(place, rows)
        found = np.full((rows.size, self.marks.shape[1]), np.nan)
        if is_whole.any():
            found[is_whole] = self._product(place, rows[is_whole])
        if not self.tree.nodes[place].is_leaf:
            found[~is_whole] = self._mean(place, rows[~is_whole])
        return found

    def _below(self, place: int) -> list[int]:
        found = [place]
        for child in self.tree.children[place]:
            found += self._below(child)
        return found

    def _is_linear(self, place: int) -> bool:
        return all(
            self.aggregations[below] == ARITHMETIC for below in self._below(place) if not self.tree.nodes[below].is_leaf
        )

    def _product(self, place: int, rows: np.ndarray) -> np.ndarray:
        leaves = self.tree.leaves[place]
        if len(leaves) == len(self.tree.leaf_places):
            rates = self.halves[rows] if rows.size < self.rates.shape[0] else self.halves
            return points(rates, self.leaf_marks)
        return points(self.halves[np.ix_(rows, np.asarray(leaves))], self.leaf_marks[leaves])

    def _mean(self, place: int, rows: np.ndarray) -> np.ndarray:
        """The parent's mark by the mean of its children, weighed by their marks, over those that have a score."""
        aggregation = self.aggregations[place]
        if aggregation != HARMONIC and all(self.tree.nodes[child].is_leaf for child in self.tree.children[place]):
            return self._mean_of_leaves(place, rows, aggregation)
        total = np.zeros((rows.size, self.marks.shape[1]))
        weight = np.zeros_like(total)
        for child in self.tree.children[place]:
            is_here = self.is_scored[rows, child]
            if not is_here.any():
                continue
            here = slice(None) if is_here.all() else is_here
            mark = self.mark_points[child]
            weight[here] += mark
            total[here] += _term(self.points_of(child, rows[is_here]), mark, aggregation)
        return self.mark_points[place] * _mean_rate(total, weight, aggregation)

    def _mean_of_leaves(self, place: int, rows: np.ndarray, aggregation: str) -> np.ndarray:
        """The same where all children are leaves, in one product: a leaf without a score has no points and no mark."""
        leaves = self.tree.leaves[place]
        # Whole numbers below 2^53: their sum is exact as it is.
        weight = self.held[np.ix_(rows, np.asarray(leaves))].astype(float) @ self.whole_marks[leaves] * MARK_UNIT
        if aggregation == ARITHMETIC:
            return self.mark_points[place] * _mean_rate(self._product(place, rows), weight, aggregation)
        # Logarithms do not depend on the draw: they are weighed like rates, as parts of that of the least rate.
        least = np.log(LEAST_RATE)
        parts = rate_halves(np.log(np.maximum(self.rates[np.ix_(rows, np.asarray(leaves))], LEAST_RATE)) / least)
        total = least * points(parts, self.leaf_marks[leaves])
        return self.mark_points[place] * _mean_rate(total, weight, aggregation)


def _term(child_points: np.ndarray, mark: np.ndarray, aggregation: str) -> np.ndarray:
    if aggregation == ARITHMETIC:
        return child_points
    with np.errstate(divide="ignore", invalid="ignore"):
        rates = np.maximum(child_points / mark, LEAST_RATE)
    rates[:, mark == 0] = 1.0
    if aggregation == GEOMETRIC:
        return np.round(mark * np.log(rates), DECIMALS)
    return np.round(mark / rates, DECIMALS)


def _mean_rate(total: np.ndarray, weight: np.ndarray, aggregation: str) -> np.ndarray:
    with np.errstate(divide="ignore", invalid="ignore"):
        if aggregation == HARMONIC:
            return weight / total
        mean = total / weight
    return np.exp(mean) if aggregation == GEOMETRIC else mean
