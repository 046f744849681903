"""Principal components of a group of columns, and how consistent the group is (Cronbach's alpha)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from orchestration.robustness.moments import pair_moments

DECIMALS = 12


@dataclass(frozen=True)
class Components:
    """Components of a correlation matrix, the largest first: variances, and loadings (columns × components)."""

    variances: np.ndarray
    loadings: np.ndarray
    row_count: int

    @property
    def variance_shares(self) -> np.ndarray:
        return np.round(self.variances / self.variances.sum(), DECIMALS)


def principal_components(values: np.ndarray) -> Components | None:
    """Components of the standardised columns, over the rows without a gap. None where a column does not vary.

    A component's sign is free: it is turned so that its loadings add up to more than 0, or, where they add up to
    nothing, that the first one is positive.
    """
    complete = values[np.isfinite(values).all(axis=1)]
    if complete.shape[0] < 3 or complete.shape[1] == 0:
        return None
    correlations = pair_moments(complete).correlations
    if not np.isfinite(correlations).all():
        return None
    variances, loadings = np.linalg.eigh(correlations)
    variances, loadings = variances[::-1], loadings[:, ::-1]
    sums = np.round(loadings.sum(axis=0), 9)
    first = loadings[np.argmax(np.round(np.abs(loadings), 9) > 0, axis=0), np.arange(loadings.shape[1])]
    signs = np.where(sums != 0, np.sign(sums), np.sign(first))
    return Components(
        np.round(np.maximum(variances, 0.0), DECIMALS) + 0.0,
        np.round(loadings * np.where(signs == 0, 1.0, signs), DECIMALS) + 0.0,
        complete.shape[0],
    )


def cronbach_alpha(values: np.ndarray) -> float | None:
    """Alpha of the columns, from pairwise covariances; None with fewer than two columns or without any spread."""
    column_count = values.shape[1]
    if column_count < 2:
        return None
    moments = pair_moments(values)
    own = np.diag(moments.first_variances)
    between = moments.covariances.copy()
    np.fill_diagonal(between, own)
    total = between.sum()
    if not np.isfinite(total) or total == 0:
        return None
    return round(float(column_count / (column_count - 1) * (1 - own.sum() / total)), DECIMALS)
