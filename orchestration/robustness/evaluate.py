"""Scores of units under the draws of a scenario, for one edition and methodology."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from orchestration.robustness.ranks import SCORE_DECIMALS
from orchestration.robustness.scenario import (
    AGGREGATION,
    EVENT,
    NORMALISATION,
    OBSERVATION,
    ON,
    STATED,
    UNCOLLECTED,
    Drawn,
    Factor,
)
from orchestration.robustness.tree import Tree, roll_up

BEST, WORST = "best", "worst"
# So many draws at once: what is held meanwhile is a few tables of units × draws.
DRAWS_AT_ONCE = 500


@dataclass(frozen=True)
class Subject:
    """An edition under a methodology.

    `rates`: by normalisation (`stated`, or a variant's code) units × leaves, NaN without a score; `is_scored`: units ×
    nodes; `additional`: points of events by unit; `lowest`, `highest`: bounds of the composite; `errors`: by number of
    the leaf, by how much verifications moved its rate; `seed`: of what is drawn from these.
    """

    tree: Tree
    rates: dict[str, np.ndarray]
    is_scored: np.ndarray
    additional: np.ndarray
    lowest: float = -np.inf
    highest: float = np.inf
    errors: Mapping[int, np.ndarray] = field(default_factory=dict)
    seed: int = 0

    @property
    def unit_count(self) -> int:
        return self.is_scored.shape[0]


def scores(subject: Subject, factors: Sequence[Factor], drawn: Drawn) -> np.ndarray:
    """Composite scores (draws × units, 10 decimals), NaN where a unit has none."""
    draw_count = drawn.marks.shape[1]
    found = np.empty((draw_count, subject.unit_count))
    options = _options(factors, drawn, draw_count)
    for start in range(0, draw_count, DRAWS_AT_ONCE):
        block = np.arange(start, min(start + DRAWS_AT_ONCE, draw_count))
        for settings in sorted(set(map(tuple, options[block]))):
            chosen = block[(options[block] == np.array(settings, dtype=object)).all(axis=1)]
            found[chosen] = _scores(subject, settings, drawn.marks[:, chosen]).T
    return np.round(found, SCORE_DECIMALS)


KINDS = (NORMALISATION, AGGREGATION, EVENT, UNCOLLECTED, OBSERVATION)


def _options(factors: Sequence[Factor], drawn: Drawn, draw_count: int) -> np.ndarray:
    """Draws × kinds: the option of each kind that is chosen rather than weighed."""
    found = np.full((draw_count, len(KINDS)), "", dtype=object)
    found[:] = (STATED, STATED, ON, STATED, STATED)
    for factor in factors:
        if factor.kind in KINDS:
            names = np.array(factor.options, dtype=object)
            found[:, KINDS.index(factor.kind)] = names[drawn.choices[factor.code]]
    return found


def _scores(subject: Subject, settings: tuple[str, ...], marks: np.ndarray) -> np.ndarray:
    normalisation, aggregation, event, uncollected, observation = settings
    rates, is_scored = subject.rates[normalisation], subject.is_scored
    if observation != STATED:
        rates = with_errors(rates, subject.errors, subject.seed, int(observation))
    if uncollected in (BEST, WORST):
        rates = np.where(np.isfinite(rates), rates, 1.0 if uncollected == BEST else 0.0)
        is_scored = np.ones_like(is_scored)
    else:
        is_scored = is_scored.copy()
        is_scored[:, subject.tree.leaf_places] = np.isfinite(rates)
    depths = {node.depth for node in subject.tree.nodes if not node.is_leaf}
    aggregations = {} if aggregation == STATED else dict.fromkeys(depths, aggregation)
    found = roll_up(subject.tree, rates, is_scored, marks, aggregations)
    found[~is_scored[:, 0]] = np.nan
    if event == ON:
        found += subject.additional[:, None]
    return np.clip(found, subject.lowest, subject.highest, out=found)


def with_errors(rates: np.ndarray, errors: Mapping[int, np.ndarray], seed: int, number: int) -> np.ndarray:
    """The rates (units × leaves), each moved by one of the errors that verification found in its leaf, within [0, 1].

    Which one, bits of Philox say under the key of seed and `number`: the same for the same two, wherever it runs.
    """
    found = rates.copy()
    bits = np.random.Philox(key=[seed, number]).random_raw(rates.size).reshape(rates.shape)
    for leaf, moved_by in errors.items():
        # The upper half of the bits times the count, whole numbers throughout.
        chosen = ((bits[:, leaf] >> np.uint64(32)) * np.uint64(moved_by.size)) >> np.uint64(32)
        found[:, leaf] = np.clip(rates[:, leaf] + moved_by[chosen.astype(np.int64)], 0.0, 1.0)
    return found
