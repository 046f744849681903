"""What the draws say of each unit's rank: its interval, and from whom it cannot be told."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from orchestration.robustness.ranks import UNRANKED, overlaps, quantiles, rank_matrix

# An interval holds nine draws in ten.
LOWER, MEDIAN, UPPER = 0.05, 0.5, 0.95
TOP = 100
DECIMALS = 12


@dataclass(frozen=True)
class RankIntervals:
    """By unit; `ranks` is draws × units. `band_first_rank` and `band_last_rank` are the nominal ranks between which
    lie all units whose interval overlaps."""

    ranks: np.ndarray
    ranked_unit_count: np.ndarray
    nominal_rank: np.ndarray
    nominal_draw_rank: np.ndarray
    mean_rank: np.ndarray
    median_rank: np.ndarray
    lower_rank: np.ndarray
    upper_rank: np.ndarray
    best_rank: np.ndarray
    worst_rank: np.ndarray
    share_in_top: np.ndarray
    overlapping_count: np.ndarray
    band_first_rank: np.ndarray
    band_last_rank: np.ndarray


def rank_intervals(scores: np.ndarray, nominal_scores: np.ndarray, groups: np.ndarray) -> RankIntervals:
    """`scores`: draws × units, the first draw the nominal one; ranks are counted within `groups` of units.

    What is told of a unit is told over the draws in which it has a rank.
    """
    all_ranks = rank_matrix(scores, groups)
    ranks = all_ranks[1:]
    nominal = rank_matrix(nominal_scores[None, :], groups)[0]
    is_ranked = ranks != UNRANKED
    ranked_draws = np.maximum(is_ranked.sum(axis=0), 1)
    worst = ranks.max(axis=0)
    lower, median, upper = quantiles(ranks, (LOWER, MEDIAN, UPPER))
    counts, first, last, sizes = _bands(nominal, lower, upper, groups)
    return RankIntervals(
        ranks=ranks,
        ranked_unit_count=sizes,
        nominal_rank=nominal,
        nominal_draw_rank=all_ranks[0],
        mean_rank=np.round(ranks.sum(axis=0, dtype=np.int64) / ranked_draws, DECIMALS),
        median_rank=median,
        lower_rank=np.round(lower, DECIMALS),
        upper_rank=np.round(upper, DECIMALS),
        best_rank=np.where(is_ranked, ranks, worst).min(axis=0),
        worst_rank=worst,
        share_in_top=(is_ranked & (ranks <= TOP)).sum(axis=0) / ranked_draws,
        overlapping_count=counts,
        band_first_rank=first,
        band_last_rank=last,
    )


def _bands(
    nominal: np.ndarray, lower: np.ndarray, upper: np.ndarray, groups: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    counts, first, last, sizes = (np.zeros(nominal.size, dtype=np.int32) for _ in range(4))
    order = np.argsort(groups, kind="stable")
    _, starts = np.unique(groups[order], return_index=True)
    for members in np.split(order, starts[1:]):
        # By nominal rank, the first and the last one that overlaps is the end of the band.
        by_rank = members[np.argsort(nominal[members], kind="stable")]
        overlap = overlaps(lower[by_rank], upper[by_rank])
        counts[by_rank] = np.count_nonzero(overlap, axis=1) - 1
        first[by_rank] = nominal[by_rank][overlap.argmax(axis=1)]
        last[by_rank] = nominal[by_rank][members.size - 1 - overlap[:, ::-1].argmax(axis=1)]
        sizes[members] = members.size
    return counts, first, last, sizes


def shares_between(scores: np.ndarray, lower: float, upper: float) -> np.ndarray:
    """By unit, the share of draws whose score lies in [lower, upper); `scores`: units × draws."""
    return ((scores >= lower) & (scores < upper)).sum(axis=1) / scores.shape[1]
