"""Scores of the base under `presence`, by simple arithmetic: what the generator aims with.

Only for calibration; the proof is the pipeline, which shares nothing with this.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from orchestration.demo.frame import Dimension, Group

TOLERANCE = 1e-9


class State(IntEnum):
    """What is true of a cell. `QUARANTINED`: all its rows are broken."""

    VALUE = 0
    NOT_PUBLISHED = 1
    NOT_COLLECTED = 2
    NOT_APPLICABLE = 3
    QUARANTINED = 4


@dataclass(frozen=True)
class Cells:
    """Values in hundredths and states, both unit × measure."""

    values: np.ndarray
    states: np.ndarray


def dimension_scores(cells: Cells, dimension: Dimension) -> np.ndarray:
    """Score of each unit in one dimension; NaN for NA."""
    return _rolled_up(
        [(group.full_mark, _group_scores(cells, group)) for group in dimension.groups], dimension.full_mark
    )


def base_scores(by_dimension: list[tuple[float, np.ndarray]]) -> np.ndarray:
    """Base of each unit from (full mark, scores) of the dimensions; NaN for NA."""
    return _rolled_up(by_dimension, sum(full_mark for full_mark, _ in by_dimension))


def _group_scores(cells: Cells, group: Group) -> np.ndarray:
    unit_count = len(cells.states)
    applicable, assessed = np.zeros(unit_count), np.zeros(unit_count)
    leaf_scores = []
    for leaf in group.leaves:
        earned, weights = np.zeros(unit_count), np.zeros(unit_count)
        for index, weight, any_value_earns in leaf.rules:
            state = cells.states[:, index]
            has_value = state == State.VALUE
            is_assessed = has_value | (state == State.NOT_PUBLISHED)
            earned += weight * (has_value & (any_value_earns | (cells.values[:, index] > 0)))
            weights += weight * is_assessed
            assessed += leaf.full_mark * weight * is_assessed
            applicable += leaf.full_mark * weight * (state != State.NOT_APPLICABLE)
        with np.errstate(invalid="ignore"):
            leaf_scores.append((leaf.full_mark, leaf.full_mark * earned / weights))
    scores = _rolled_up(leaf_scores, group.full_mark)
    is_covered = (applicable > TOLERANCE) & (assessed >= applicable * group.min_coverage - TOLERANCE)
    return np.where(is_covered, scores, np.nan)


def _rolled_up(children: list[tuple[float, np.ndarray]], full_mark: float) -> np.ndarray:
    """`full_mark` × sum of the scores / sum of their full marks, over the children with a score."""
    total = sum(np.where(np.isnan(scores), 0, scores) for _, scores in children)
    full = sum(np.where(np.isnan(scores), 0, child_mark) for child_mark, scores in children)
    with np.errstate(invalid="ignore"):
        return np.where(full > TOLERANCE, full_mark * total / np.where(full > TOLERANCE, full, 1), np.nan)
