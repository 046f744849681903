"""Which factor moves the ranks: Sobol' indices of first and total order, with SALib."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from orchestration.robustness.scenario import DRAW_DECIMALS, Factor

# A base sample is a power of two; with the factors' own columns it comes to some draws more than a scenario has.
LEAST_BASE, DRAWS_PER_BASE = 16, 8
DECIMALS = 9


@dataclass(frozen=True)
class Index:
    """Indices of one factor; `*_error` is half the width of SALib's 95 % interval."""

    factor_code: str
    first_order: float
    first_order_error: float
    total_order: float
    total_order_error: float


def base_count(draw_count: int) -> int:
    """Points of the base sample for so many draws: the nearest power of two to an eighth of them, at least 16."""
    return max(LEAST_BASE, 2 ** round(np.log2(max(draw_count / DRAWS_PER_BASE, 1))))


def sensitivity(
    factors: Sequence[Factor], base: int, seed: int, effect: Callable[[np.ndarray], np.ndarray]
) -> tuple[list[Index], int]:
    """Indices of each factor, and how many draws were made. `effect`: points (draws × dimensions of all factors) to one
    number a draw. A factor of several dimensions counts as one. No indices where the effect never varies.
    """
    from SALib.analyze import sobol as analysis
    from SALib.sample import sobol as sample

    problem = _problem(factors)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        points = sample.sample(problem, base, calc_second_order=False, scramble=True, seed=seed)
        points = np.minimum(np.round(points, DRAW_DECIMALS), 1 - 10.0**-DRAW_DECIMALS)
        found = effect(points)
        if np.ptp(found) == 0:
            return [], points.shape[0]
        indices = analysis.analyze(problem, found, calc_second_order=False, seed=seed)
    return [
        Index(
            factor.code,
            *(round(float(indices[name][place]), DECIMALS) + 0.0 for name in ("S1", "S1_conf", "ST", "ST_conf")),
        )
        for place, factor in enumerate(factors)
    ], points.shape[0]


def _problem(factors: Sequence[Factor]) -> dict[str, Any]:
    names, groups = [], []
    for factor in factors:
        for number in range(factor.dimension_count):
            names.append(f"{factor.code}.{number}")
            groups.append(factor.code)
    problem = {"num_vars": len(names), "names": names, "bounds": [[0.0, 1.0]] * len(names)}
    # With a factor a column, SALib wants no groups.
    return problem if len(set(groups)) == len(names) else problem | {"groups": groups}
