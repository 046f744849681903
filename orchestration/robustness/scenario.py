"""What a scenario varies, its draws from a low-discrepancy sequence, and the marks and options that follow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from orchestration.robustness.exact import MARK_UNIT
from orchestration.robustness.tree import Tree

# Kinds of factor. The first two draw a number for each node, the others choose one of several options.
WEIGHT, SPLIT = "weight", "split"
EQUAL_WEIGHT, LEFT_OUT, WEIGHT_SET = "equal_weight", "left_out", "weight_set"
NORMALISATION, AGGREGATION, EVENT, UNCOLLECTED = "normalisation", "aggregation", "event", "uncollected"
OBSERVATION = "observation"
# What an option says when nothing is varied.
STATED, NOTHING, ON = "stated", "none", "on"
# Draws are kept to so many decimals.
DRAW_DECIMALS = 9


@dataclass(frozen=True)
class Factor:
    """One thing that a scenario varies. `nodes`: places in the tree that it draws for; `options`: what it chooses."""

    code: str
    kind: str
    nodes: tuple[int, ...] = ()
    spread: float = 0.0
    options: tuple[str, ...] = ()
    depth: int | None = None

    @property
    def dimension_count(self) -> int:
        return len(self.nodes) if self.kind in (WEIGHT, SPLIT) else 1


@dataclass(frozen=True)
class Drawn:
    """What draws come to: marks (nodes × draws, whole numbers of 10^-12 marks) and, by factor, the option's number."""

    marks: np.ndarray
    choices: dict[str, np.ndarray] = field(default_factory=dict)


def sobol_draws(factors: Sequence[Factor], draw_count: int, seed: int) -> np.ndarray:
    """`draw_count` points of a scrambled Sobol' sequence (draws × dimensions of all factors), in [0, 1)."""
    from scipy.stats import qmc

    dimensions = sum(factor.dimension_count for factor in factors)
    sequence = qmc.Sobol(dimensions, scramble=True, rng=np.random.default_rng(seed))
    exponent = max(int(draw_count - 1).bit_length(), 0)
    return np.minimum(np.round(sequence.random_base2(exponent)[:draw_count], DRAW_DECIMALS), 1 - 10.0**-DRAW_DECIMALS)


def option_numbers(points: np.ndarray, option_count: int) -> np.ndarray:
    """[0, 1) cut evenly into `option_count` pieces: which piece each point lies in."""
    return np.minimum((points * option_count).astype(int), option_count - 1)


def resolve(
    tree: Tree,
    nominal: np.ndarray,
    factors: Sequence[Factor],
    points: np.ndarray,
    weight_sets: dict[str, np.ndarray] | None = None,
) -> Drawn:
    """Marks and options of each draw. `nominal`: by node, whole numbers of 10^-12 marks that add up; `points`: draws ×
    dimensions; `weight_sets`: by option of a weight_set factor, a weight for each node, NaN where stated.
    """
    weights = np.repeat(nominal.astype(float)[:, None], points.shape[0], axis=1)
    choices: dict[str, np.ndarray] = {}
    start = 0
    for factor in factors:
        drawn = points[:, start : start + factor.dimension_count]
        start += factor.dimension_count
        if factor.kind in (WEIGHT, SPLIT):
            _spread(weights, factor, drawn)
            continue
        numbers = option_numbers(drawn[:, 0], len(factor.options))
        choices[factor.code] = numbers
        if factor.kind == EQUAL_WEIGHT:
            _equalise(weights, tree, factor, numbers)
        elif factor.kind == LEFT_OUT:
            _leave_out(weights, tree, factor, numbers)
        elif factor.kind == WEIGHT_SET:
            _take_sets(weights, factor, numbers, weight_sets or {})
    return Drawn(_shared_out(tree, int(nominal[0]), weights), choices)


def nominal_marks(tree: Tree, full_marks: np.ndarray, weights: np.ndarray, is_sum: np.ndarray) -> np.ndarray:
    """The marks of each node (whole numbers of 10^-12) that add up to the root's: a parent's mark is shared out by the
    full marks of its children where it sums them (`is_sum`, by parent), else by their weights.
    """
    shares = weights.astype(float).copy()
    for place, node in enumerate(tree.nodes):
        if node.parent is not None and is_sum[node.parent]:
            shares[place] = full_marks[place]
    root = full_marks[tree.children[0]].sum() if is_sum[0] else full_marks[0]
    return _shared_out(tree, round(root / MARK_UNIT), shares[:, None])[:, 0]


def _spread(weights: np.ndarray, factor: Factor, drawn: np.ndarray) -> None:
    nodes = list(factor.nodes)
    before = weights[nodes].sum(axis=0)
    weights[nodes] *= 1 + factor.spread * (2 * drawn.T - 1)
    if factor.kind == SPLIT:
        weights[nodes] *= before / weights[nodes].sum(axis=0)


def _equalise(weights: np.ndarray, tree: Tree, factor: Factor, numbers: np.ndarray) -> None:
    is_equal = np.array([option != STATED for option in factor.options])[numbers]
    for siblings in tree.children:
        for place in siblings:
            if factor.depth is None or tree.nodes[place].depth == factor.depth:
                weights[place, is_equal] = 1.0


def _leave_out(weights: np.ndarray, tree: Tree, factor: Factor, numbers: np.ndarray) -> None:
    places = {node.code: place for place, node in enumerate(tree.nodes)}
    for number, option in enumerate(factor.options):
        if option != NOTHING:
            weights[places[option], numbers == number] = 0.0


def _take_sets(weights: np.ndarray, factor: Factor, numbers: np.ndarray, weight_sets: dict[str, np.ndarray]) -> None:
    for number, option in enumerate(factor.options):
        if option == STATED:
            continue
        given = weight_sets[option]
        is_given = np.isfinite(given)
        chosen = numbers == number
        weights[np.ix_(is_given, chosen)] = given[is_given][:, None]


def _shared_out(tree: Tree, root_mark: int, weights: np.ndarray) -> np.ndarray:
    """Each parent's mark among its children by their weights, in whole numbers that add up to it exactly."""
    marks = np.zeros(weights.shape, dtype=np.int64)
    marks[0] = root_mark
    for place, siblings in enumerate(tree.children):
        if siblings:
            so_far = np.cumsum(weights[siblings], axis=0)
            with np.errstate(divide="ignore", invalid="ignore"):
                ends = np.rint(np.nan_to_num(so_far / so_far[-1]) * marks[place]).astype(np.int64)
            ends[-1] = np.where(so_far[-1] > 0, marks[place], 0)
            marks[siblings] = np.diff(ends, axis=0, prepend=0)
    return marks
