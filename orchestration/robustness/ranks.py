"""Ranks of units under many draws, and what they do: quantiles, who cannot be told from whom, who is before whom."""

from __future__ import annotations

import numpy as np

SCORE_DECIMALS = 10
# Ranks are counted from 1; a unit without one has 0.
UNRANKED = 0
KEY_BITS = 63


def rank_matrix(scores: np.ndarray, groups: np.ndarray | None = None) -> np.ndarray:
    """Ranks (draws × units, 1-2-2-4, the highest score first) of `scores` (draws × units), within `groups` of units.

    Scores are rounded to 10 decimals before they are ranked; NaN has no rank (0).
    """
    unit_count = scores.shape[1]
    numbers = np.zeros(unit_count, dtype=np.int64) if groups is None else np.unique(groups, return_inverse=True)[1]
    sizes = np.bincount(numbers) if unit_count else np.zeros(0, dtype=int)
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]]) if unit_count else sizes
    packed, unit_bits = _packed(scores, numbers)
    # Group, score and unit in one whole number: to sort these takes a fraction of what an order of doubles takes.
    packed.sort(axis=1)
    units = packed & ((1 << unit_bits) - 1)
    packed >>= unit_bits
    first_places = np.repeat(starts, sizes)
    places = np.broadcast_to((np.arange(unit_count) - first_places + 1).astype(np.int32), scores.shape).copy()
    # A tie takes the place of the first of its kind.
    is_tied = packed[:, 1:] == packed[:, :-1]
    if is_tied.any():
        _level(places, is_tied, first_places)
    ranks = np.empty(scores.shape, dtype=np.int32)
    np.put_along_axis(ranks, units, places, axis=1)
    is_missing = np.isnan(scores)
    if is_missing.any():
        ranks[is_missing] = UNRANKED
    return ranks


def quantiles(ranks: np.ndarray, shares: tuple[float, ...]) -> np.ndarray:
    """Quantiles of each unit's ranks over the draws in which it has one (shares × units), interpolated between
    neighbouring ranks; `UNRANKED` where no draw gives it any."""
    ordered = np.ascontiguousarray(ranks.T, dtype=np.int16 if ranks.max(initial=0) < 2**15 else np.int32)
    ordered.sort(axis=1)
    last = ordered.shape[1] - 1
    # Draws without a rank stand first, and are passed over.
    missing = (ordered == UNRANKED).sum(axis=1, keepdims=True)
    places = np.clip(missing + np.asarray(shares) * (last - missing), 0, last)
    below = np.floor(places).astype(int)
    above = np.minimum(below + 1, last)
    lower = np.take_along_axis(ordered, below, axis=1).astype(float)
    return (lower + (np.take_along_axis(ordered, above, axis=1) - lower) * (places - below)).T


def average_ranks(values: np.ndarray) -> np.ndarray:
    """Ranks of each column from its least value up, ties at their mean rank; NaN stays NaN."""
    found = np.full(values.shape, np.nan)
    for column in range(values.shape[1]):
        held = np.isfinite(values[:, column])
        _, places, counts = np.unique(values[held, column], return_inverse=True, return_counts=True)
        ends = np.cumsum(counts)
        found[held, column] = (ends - (counts - 1) / 2)[places]
    return found


def overlaps(lower: np.ndarray, upper: np.ndarray) -> np.ndarray:
    """Units × units: whether two intervals of ranks have a rank in common."""
    return (lower[:, None] <= upper[None, :]) & (lower[None, :] <= upper[:, None])


def before_share(ranks: np.ndarray, first: np.ndarray, second: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """For pairs of rows of `ranks` (units × draws): of the draws in which both have a rank, the share in which the
    first is before the second, and in which they are level."""
    both = (ranks[first] != UNRANKED) & (ranks[second] != UNRANKED)
    count = np.maximum(both.sum(axis=1), 1)
    before = (both & (ranks[first] < ranks[second])).sum(axis=1) / count
    level = (both & (ranks[first] == ranks[second])).sum(axis=1) / count
    return before, level


def _packed(scores: np.ndarray, numbers: np.ndarray) -> tuple[np.ndarray, int]:
    """Group number, distance to the highest score, and unit number as one whole number, and the bits of the last."""
    unit_bits = int(scores.shape[1]).bit_length()
    whole = np.rint(scores * -(10.0**SCORE_DECIMALS))
    lowest, highest = np.nanmin(whole, initial=0.0), np.nanmax(whole, initial=0.0)
    if np.isnan(whole).any():
        highest += 1
        whole[np.isnan(whole)] = highest
    whole -= lowest
    score_bits = int(highest - lowest).bit_length()
    if score_bits + unit_bits + int(numbers.max(initial=0)).bit_length() > KEY_BITS:
        whole = np.unique(whole, return_inverse=True)[1].reshape(whole.shape)
        score_bits = int(whole.max()).bit_length()
    keys = whole.astype(np.int64)
    keys += numbers.astype(np.int64) << score_bits
    keys <<= unit_bits
    keys += np.arange(scores.shape[1])
    return keys, unit_bits


def _level(places: np.ndarray, is_tied: np.ndarray, first_places: np.ndarray) -> None:
    # Within a row places only grow once the start of each group is added again.
    places += first_places.astype(np.int32)
    places[:, 1:][is_tied] = 0
    np.maximum.accumulate(places, axis=1, out=places)
    places -= first_places.astype(np.int32)
