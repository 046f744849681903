"""The quality of the data: states, quarantine, verification, agreement with published figures.

Each class is the row of the query of the same name in `queries/`.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class StatusCount:
    """Cells of the region counted by status."""

    status: str
    cell_count: int
    share: Decimal | None


@dataclass(frozen=True)
class CellStatus:
    """Cells of the region that were not simply observed, by measure and status."""

    node_code: str
    measure_code: str
    name_zh: str
    name_en: str
    status: str
    unit_count: int


@dataclass(frozen=True)
class QuarantineCount:
    """Input rows of the region in quarantine, by source and rule."""

    source: str
    rule: str
    row_count: int


@dataclass(frozen=True)
class VerificationQueueCount:
    """Items of the region that wait for verification, by reason."""

    reason: str
    item_count: int
    unit_count: int


@dataclass(frozen=True)
class Reconciliation:
    """Published figures against computed ones."""

    published_id: str
    published_kind: str
    region_code: str
    region_name_zh: str | None
    region_name_en: str | None
    node_code: str | None
    statistic: str
    comparison: str
    published_status: str
    published_value: Decimal | None
    computed_rounded: Decimal | None
    outcome: str
    statement_zh: str
    statement_en: str


@dataclass(frozen=True)
class ReconciliationCount:
    """Published figures by outcome."""

    match_count: int
    mismatch_count: int
    not_compared_count: int
    own_match_count: int
    own_mismatch_count: int
