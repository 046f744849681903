"""Scores of units, what they are made of, and what comes with them.

Each class is the row of the query of the same name in `queries/`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal


@dataclass(frozen=True)
class UnitScore:
    """Composite, base score, grade and ranks of the region's units."""

    unit_code: str
    unit_name_zh: str
    unit_name_en: str
    prefecture_code: str | None
    province_code: str
    score: Decimal | None
    full_mark: Decimal | None
    base_score: Decimal | None
    base_full_mark: Decimal | None
    grade: str | None
    is_ranked: bool
    rank_overall: int | None
    ranked_unit_count_overall: int | None
    rank_national: int | None
    ranked_unit_count_national: int | None
    rank_in_province: int | None
    ranked_unit_count_in_province: int | None
    rank_in_prefecture: int | None
    ranked_unit_count_in_prefecture: int | None
    coverage: Decimal | None
    veto_count: int
    tied_in_region: int
    tied_in_prefecture: int
    unranked_unit_count: int


@dataclass(frozen=True)
class RankBand:
    """Band of each rank, and units that cannot be told apart (default scenario)."""

    unit_code: str
    draw_count: int
    lower_rank: int
    upper_rank: int
    overlapping_count: int
    lower_rank_in_province: int | None
    upper_rank_in_province: int | None
    overlapping_count_in_province: int | None


@dataclass(frozen=True)
class Peer:
    """Composite and ranks of the units of the same province."""

    unit_code: str
    unit_name_zh: str
    unit_name_en: str
    province_code: str
    prefecture_code: str | None
    score: Decimal | None
    grade: str | None
    rank_national: int | None
    rank_in_province: int | None
    rank_in_prefecture: int | None


@dataclass(frozen=True)
class UnitDimension:
    """Dimension scores and score rates of the region's units, and the rates of their province."""

    unit_code: str
    node_code: str
    full_mark: Decimal | None
    score: Decimal | None
    score_rate: Decimal | None
    province_score_rate: Decimal | None


@dataclass(frozen=True)
class UnitIndicator:
    """Indicator scores of the region's units."""

    unit_code: str
    node_code: str
    full_mark: Decimal | None
    score: Decimal | None
    score_rate: Decimal | None
    is_vetoed: bool
    points_lost: Decimal | None
    is_leaf: bool
    is_base: bool
    lost_mark_count: int


@dataclass(frozen=True)
class UnitMeasure:
    """Measures of the region's units: value and status."""

    unit_code: str
    node_code: str
    measure_code: str
    name_zh: str
    name_en: str
    measurement_unit: str
    status: str
    value: Decimal | None
    is_vetoed: bool


@dataclass(frozen=True)
class UnitTrend:
    """Three years of the region's units: scores and change of rank."""

    unit_code: str
    node_code: str
    assessment_year: int
    score: Decimal | None
    previous_assessment_year: int | None
    previous_unit_code: str
    previous_score: Decimal | None
    change_from_previous: Decimal | None
    first_assessment_year: int | None
    first_score: Decimal | None
    three_year_change: Decimal | None
    three_year_direction: str
    rank_overall: int | None
    previous_rank_overall: int | None
    rank_gain: int | None


@dataclass(frozen=True)
class PointsToNext:
    """Points to the next rank and the next grade."""

    unit_code: str
    next_rank: int | None
    score_of_next_rank: Decimal | None
    points_to_next_rank: Decimal | None
    next_grade: str
    points_to_next_grade: Decimal | None


@dataclass(frozen=True)
class LostMark:
    """Marks lost by each unit, most first."""

    unit_code: str
    node_code: str
    points_lost: Decimal | None
    lost_rank: int | None
    lost_mark_count: int
    status: str
    reason_zh: str
    reason_en: str


@dataclass(frozen=True)
class Warning:
    """Warnings of the region's units."""

    unit_code: str
    warning_kind: str
    warning_name_zh: str
    warning_name_en: str
    severity: str
    first_seen: date | None
    last_seen: date | None
    cleared_on: date | None
    text_zh: str
    text_en: str
    standing_unit_count: int
    province_unit_count: int


@dataclass(frozen=True)
class ScoreTrace:
    """Evidence behind the measures of the region's units."""

    unit_code: str
    node_code: str
    measure_code: str
    value: Decimal | None
    state: str
    channel: str
    captured_at: datetime | None
    evidence_url: str
    evidence_hash: str
    file_name: str
    row_number: int | None
    verification_verdict: str
