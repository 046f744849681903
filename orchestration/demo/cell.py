"""What is true of every cell of one province and year: values, and the gaps that bring the means to their targets.

Gaps come in two kinds. Cells without an answer (not collected, not applicable, only broken rows) are strewn first.
Then cells are left unpublished, or show a zero, until each dimension's mean is where the target has it: the units and
measures most prone to it first, and at the end exactly the marks that are still to go.
"""

from __future__ import annotations

import numpy as np

from orchestration.demo.draws import generator
from orchestration.demo.exact_sum import ExactSum
from orchestration.demo.frame import GUIZHOU, Dimension, Frame
from orchestration.demo.presence import Cells, State, base_scores, dimension_scores
from orchestration.demo.target import Target
from orchestration.demo.value import (
    CAMPAIGN_FIRST_YEAR,
    CASE_FUNNEL,
    FUNNEL_SHARES,
    Profile,
    Quality,
    province_values,
)

NOT_COLLECTED_SHARE = 0.006
NOT_COLLECTED_SHARE_GUIZHOU_2019 = 0.0008  # the report: data complete in all counties
ZERO_SHARE = 0.12  # of the gaps that are calibrated: looked for, and zero items found
LARGE_PROVINCE = 100  # units; such a province has a unit of which too little was collected to rank it
HARDLY_COLLECTED_SHARE = 0.5
UNCOLLECTED_DIMENSION_PROVINCE = "650000"  # one unit there has a whole dimension not collected
RESERVE_MARKS = 3.0  # what is left to the exact last step
MARK_STEP = 20  # marks in twentieths: all marks of measures are multiples of 0.05


def province_cells(
    frame: Frame,
    profiles: dict[str, Profile],
    province: str,
    year: int,
    seed: int,
    quality: Quality,
    quarantined_count: int,
    targets: list[tuple[np.ndarray, Target]],
) -> Cells:
    """True cells; `targets` are (indices of the units, target), one for each part of the province with its own."""
    cells = Cells(
        province_values(frame, profiles, province, year, seed, quality),
        np.zeros(quality.lasting.shape, dtype=np.int8),
    )
    _strew_unanswered(frame, profiles, province, year, seed, quality, cells, quarantined_count)
    order = _proneness(frame, profiles, province, year, seed, quality)
    zero_chance = generator(seed, "zero", province, year).random(cells.states.shape)
    can_be_zero = np.array(
        [
            measure.is_scored
            and profiles[measure.code].shape in ("checklist", "share", "count")
            and measure.code not in FUNNEL_SHARES
            for measure in frame.measures
        ]
    )
    for units, target in targets:
        for dimension in frame.dimensions:
            for unit, index in _gaps_for_target(cells, dimension, units, target.dimensions[dimension.code], order):
                if can_be_zero[index] and zero_chance[unit, index] < ZERO_SHARE:
                    cells.values[unit, index] = 0
                else:
                    cells.states[unit, index] = State.NOT_PUBLISHED
    _leave_unscored_gaps(frame, profiles, province, year, seed, cells)
    _let_counts_follow_their_share(frame, year, cells)
    return cells


def base_of_units(frame: Frame, cells: Cells) -> np.ndarray:
    """Base of each unit under `presence`."""
    return base_scores([(dimension.full_mark, dimension_scores(cells, dimension)) for dimension in frame.dimensions])


def _strew_unanswered(
    frame: Frame,
    profiles: dict[str, Profile],
    province: str,
    year: int,
    seed: int,
    quality: Quality,
    cells: Cells,
    quarantined_count: int,
) -> None:
    draws = generator(seed, "unanswered", province, year)
    is_complete = province == GUIZHOU and year == 2019
    share = NOT_COLLECTED_SHARE_GUIZHOU_2019 if is_complete else NOT_COLLECTED_SHARE
    chance = draws.random(cells.states.shape)
    cells.states[chance < share] = State.NOT_COLLECTED
    for index, measure in enumerate(frame.measures):
        if measure.is_scored:
            is_outside = quality.lasting_uniform[:, index] < profiles[measure.code].not_applicable_share
            cells.states[is_outside, index] = State.NOT_APPLICABLE
    unit_count = len(cells.states)
    if unit_count >= LARGE_PROVINCE:
        unit = int(draws.integers(unit_count))
        cells.states[unit, chance[unit] < HARDLY_COLLECTED_SHARE] = State.NOT_COLLECTED
    if province == UNCOLLECTED_DIMENSION_PROVINCE:
        dimension = frame.dimensions[1]
        cells.states[int(draws.integers(unit_count)), dimension.measures] = State.NOT_COLLECTED
    scored = [index for index, measure in enumerate(frame.measures) if measure.is_scored]
    for _ in range(quarantined_count):
        cells.states[int(draws.integers(unit_count)), scored[int(draws.integers(len(scored)))]] = State.QUARANTINED


def _proneness(
    frame: Frame, profiles: dict[str, Profile], province: str, year: int, seed: int, quality: Quality
) -> np.ndarray:
    """How prone each cell is to being unpublished, unit × measure; much of it stays over the years."""
    of_year = generator(seed, "unpublished", province, year).normal(0, 1, quality.lasting.shape)
    lasting = generator(seed, "lastingly unpublished", province).normal(0, 1, quality.lasting.shape)
    weights = np.array([profiles[m.code].unpublished_weight if m.is_scored else 1.0 for m in frame.measures])
    return 0.8 * lasting + 0.6 * of_year + np.log(weights) - 0.4 * quality.latent[:, None]


def _gaps_for_target(
    cells: Cells, dimension: Dimension, units: np.ndarray, target_mean: float, order: np.ndarray
) -> list[tuple[int, int]]:
    """Cells to leave without marks, so that the dimension's mean over `units` comes to `target_mean`."""
    marks = {
        index: leaf.full_mark * weight
        for group in dimension.groups
        for leaf in group.leaves
        for index, weight, _ in leaf.rules
    }
    measures = np.array(sorted(marks))
    trial = Cells(cells.values, cells.states.copy())
    scores = dimension_scores(trial, dimension)[units]
    to_lose = np.nansum(scores) - target_mean * np.count_nonzero(~np.isnan(scores))
    places = np.array([(unit, index) for unit in units for index in measures])
    places = places[np.argsort(-order[places[:, 0], places[:, 1]], kind="stable")]
    gaps: list[tuple[int, int]] = []
    for unit, index in places.tolist():
        if to_lose - marks[index] < RESERVE_MARKS:
            break
        if trial.states[unit, index] == State.VALUE:
            trial.states[unit, index] = State.NOT_PUBLISHED
            gaps.append((unit, index))
            to_lose -= marks[index]
    # Where cells are NA, the others weigh more: measure what is left, and lose it in units without such cells.
    scores = dimension_scores(trial, dimension)[units]
    to_lose = np.nansum(scores) - target_mean * np.count_nonzero(~np.isnan(scores))
    pieces = {index: round(mark * MARK_STEP) for index, mark in marks.items()}
    states = trial.states[:, measures]
    is_clean = np.all((states == State.VALUE) | (states == State.NOT_PUBLISHED), axis=1)
    rest = ExactSum(max(round(to_lose * MARK_STEP), 0), pieces.values())
    for unit, index in places.tolist():
        if rest.fits(pieces[index]) and is_clean[unit] and trial.states[unit, index] == State.VALUE:
            rest.take(pieces[index])
            trial.states[unit, index] = State.NOT_PUBLISHED
            gaps.append((unit, index))
        if not rest.left:
            break
    if rest.left:
        raise ValueError(f"calibration: too few cells for the gaps in dimension {dimension.code}; raise its target")
    return gaps


def _leave_unscored_gaps(
    frame: Frame, profiles: dict[str, Profile], province: str, year: int, seed: int, cells: Cells
) -> None:
    """Measures that `presence` does not score have gaps too, nearly as often as the others."""
    in_presence = {index for dimension in frame.dimensions for index in dimension.measures}
    chance = generator(seed, "unscored gap", province, year).random(cells.states.shape)
    for index, measure in enumerate(frame.measures):
        if index not in in_presence:
            weight = profiles[measure.code].unpublished_weight if measure.is_scored else 0.5
            is_gap = (chance[:, index] < 0.02 * weight) & (cells.states[:, index] == State.VALUE)
            cells.states[is_gap, index] = State.NOT_PUBLISHED


def _let_counts_follow_their_share(frame: Frame, year: int, cells: Cells) -> None:
    for share, (first, later, _) in FUNNEL_SHARES.items():
        of_share = cells.states[:, frame.measure_index[share]]
        for code in (first, later):
            # A share whose rows are all broken still has its counts.
            cells.states[:, frame.measure_index[code]] = np.where(of_share == State.QUARANTINED, State.VALUE, of_share)
    for code in CASE_FUNNEL:
        index = frame.measure_index[code]
        if year < CAMPAIGN_FIRST_YEAR:
            cells.states[:, index] = State.NOT_APPLICABLE
        elif year == 2019:
            cells.states[:, index] = State.VALUE  # the report's totals hold for all counties of Guizhou
