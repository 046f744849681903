"""Opinion events: how many, which, how they were answered.

Each class is the row of the query of the same name in `queries/`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True)
class EventCount:
    """Events counted in the region: positive and negative, points, and how they were answered."""

    polarity: str
    event_count: int
    unit_count: int
    major_count: int
    points: Decimal | None
    response_fault_points: Decimal | None
    timely_count: int
    timely_share: Decimal | None
    repaired_count: int
    answered_count: int
    answered_share: Decimal | None
    late_count: int
    off_point_count: int
    wrong_body_count: int
    silent_count: int
    median_response_hours: Decimal | None


@dataclass(frozen=True)
class EventSeverity:
    """Events counted in the region, by severity."""

    polarity: str
    severity: str
    base_value: Decimal | None
    event_count: int
    points: Decimal | None


@dataclass(frozen=True)
class EventLargest:
    """The five largest positive and the five largest negative events of the region."""

    unit_code: str
    event_date: date | None
    polarity: str
    severity: str
    reach: str
    responsibility: str
    topic: str
    headline: str
    response_kind: str
    response_level: str
    responsible_body: str
    responder: str
    response_hours: Decimal | None
    is_late: bool
    is_off_point: bool
    is_wrong_body: bool
    is_silent: bool
    points: Decimal | None
    response_fault_points: Decimal | None
    is_rejected: bool


@dataclass(frozen=True)
class UnitEvent:
    """Events of the region's units."""

    unit_code: str
    event_date: date | None
    polarity: str
    severity: str
    reach: str
    responsibility: str
    topic: str
    headline: str
    response_kind: str
    response_level: str
    responsible_body: str
    responder: str
    response_hours: Decimal | None
    is_late: bool
    is_off_point: bool
    is_wrong_body: bool
    is_silent: bool
    points: Decimal | None
    response_fault_points: Decimal | None
    is_rejected: bool
