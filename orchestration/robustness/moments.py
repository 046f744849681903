"""Means, covariances and correlations of columns with gaps, the same to the last digit with any number of threads.

A sum of doubles depends on its order, and a matrix product on the library's. So values are brought to [0, 1], cut to 40
bits and held as two whole numbers of 20 bits: their products and sums are whole numbers below 2^53, which doubles add
exactly.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce

import numpy as np

BITS = 20
PART = float(1 << BITS)
# So many rows can be added before a sum of products leaves the whole numbers that a double holds.
MOST_ROWS = 1 << (53 - 2 * BITS)


@dataclass(frozen=True)
class PairMoments:
    """For each pair of columns, over the rows where both have a value: row counts and the covariance matrix (n - 1)."""

    counts: np.ndarray
    covariances: np.ndarray
    first_variances: np.ndarray

    @property
    def correlations(self) -> np.ndarray:
        """Pearson's correlations; NaN where a column does not vary over the rows of the pair."""
        with np.errstate(divide="ignore", invalid="ignore"):
            roots = np.sqrt(self.first_variances)
            found = self.covariances / (roots * roots.T)
        found[~np.isfinite(found)] = np.nan
        return np.clip(found, -1.0, 1.0)


def pair_moments(values: np.ndarray) -> PairMoments:
    """Moments of `values` (rows × columns, NaN where there is no value), pairwise over the rows that both have."""
    lowest, width = _ends(values)
    starts = range(0, values.shape[0], MOST_ROWS)
    parts = [_sums(values[start : start + MOST_ROWS], lowest, width) for start in starts]
    counts, sums, squares, products = (reduce(np.add, each) for each in zip(*parts, strict=True))
    return _centred(counts, sums, squares, products, width)


def _sums(
    values: np.ndarray, lowest: np.ndarray, width: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Of rows that can be added at once, for each pair of columns: counts, and sums of values, squares and products."""
    held = np.isfinite(values)
    mask = held.astype(float)
    high, low = _halves(values, lowest, width, held)
    sums = _joined(high.T @ mask, low.T @ mask)
    squares = _joined_products(high * high, high * low, low * low, mask)
    products = (high.T @ high) + ((high.T @ low) + (low.T @ high)) / PART + (low.T @ low) / PART**2
    return mask.T @ mask, sums, squares, products


def _ends(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    has_any = np.isfinite(values).any(axis=0)
    lowest = np.nanmin(np.where(has_any, values, 0.0), axis=0)
    highest = np.nanmax(np.where(has_any, values, 0.0), axis=0)
    return lowest, np.where(highest > lowest, highest - lowest, 0.0)


def _halves(values: np.ndarray, lowest: np.ndarray, width: np.ndarray, held: np.ndarray) -> tuple[np.ndarray, ...]:
    scaled = np.where(held, (values - lowest) / np.where(width > 0, width, 1.0), 0.0) * PART
    high = np.floor(scaled)
    return high, np.rint((scaled - high) * PART)


def _joined(high: np.ndarray, low: np.ndarray) -> np.ndarray:
    return high + low / PART


def _joined_products(squares: np.ndarray, mixed: np.ndarray, small: np.ndarray, mask: np.ndarray) -> np.ndarray:
    return squares.T @ mask + 2 * (mixed.T @ mask) / PART + (small.T @ mask) / PART**2


def _centred(
    counts: np.ndarray, sums: np.ndarray, squares: np.ndarray, products: np.ndarray, width: np.ndarray
) -> PairMoments:
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = (squares - sums * sums / counts) / (counts - 1) / PART**2
        joint = (products - sums * sums.T / counts) / (counts - 1) / PART**2
    spread = np.where(spread > 1e-14, spread, 0.0) * (width**2)[:, None]
    return PairMoments(counts, joint * np.outer(width, width), spread)
