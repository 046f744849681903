"""Products of whole-numbered matrices that are exact, so that they are the same with any number of threads.

Marks and rates are held as whole numbers of 10^-12 marks and of 2^-46: each is cut in two halves of 23 bits, whose
products and sums stay below 2^53 where doubles are exact. A product of matrices is then four products of halves, and
what puts them together is the same arithmetic everywhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

HALF_BITS = 23
HALF = float(1 << HALF_BITS)
MARK_UNIT = 1e-12
RATE_UNIT = 2.0 ** (-2 * HALF_BITS)
# So many leaves at once, of at most 100 marks in all, keep every sum of halves within the whole numbers of a double.
LEAVES_AT_ONCE = 64


@dataclass(frozen=True)
class Halves:
    """Non-negative whole numbers as `high` × 2^23 + `low`, both arrays of whole doubles."""

    high: np.ndarray
    low: np.ndarray

    def __getitem__(self, places: Any) -> Halves:
        return Halves(self.high[places], self.low[places])


def mark_halves(marks: np.ndarray) -> Halves:
    """Whole numbers of 10^-12 marks (int64, at most 100 marks a sum) in halves."""
    return Halves((marks >> HALF_BITS).astype(float), (marks & ((1 << HALF_BITS) - 1)).astype(float))


def rate_halves(rates: np.ndarray) -> Halves:
    """Rates of [0, 1] cut to 46 bits, in halves; NaN counts as 0."""
    scaled = np.rint(np.nan_to_num(rates) / RATE_UNIT)
    high = np.floor(scaled / HALF)
    return Halves(high, scaled - high * HALF)


def points(rates: Halves, marks: Halves) -> np.ndarray:
    """Σ rate × mark: rates (units × leaves) by marks (leaves × draws) as points, a double for each unit and draw."""
    found = _points(rates[:, :LEAVES_AT_ONCE], marks[:LEAVES_AT_ONCE])
    for start in range(LEAVES_AT_ONCE, rates.high.shape[1], LEAVES_AT_ONCE):
        block = slice(start, start + LEAVES_AT_ONCE)
        found += _points(rates[:, block], marks[block])
    return found


def _points(rates: Halves, marks: Halves) -> np.ndarray:
    found = rates.low @ marks.low
    found /= HALF
    found += rates.high @ marks.low
    found += rates.low @ marks.high
    found /= HALF
    found += rates.high @ marks.high
    found *= MARK_UNIT
    return found
