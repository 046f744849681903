"""What the rules of `rules.toml` find.

Each class is the row of the query of the same name in `queries/`.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class ProblemBelowNation:
    """Dimensions below the national mean."""

    node_code: str
    mean_of_units: Decimal | None
    national_mean_of_subregions: Decimal | None
    gap_to_national_mean_of_subregions: Decimal | None


@dataclass(frozen=True)
class ProblemCeiling:
    """Leaf indicators at the full mark in more than the limit's share of units."""

    dimension_code: str
    node_code: str
    full_share: Decimal | None
    dimension_ceiling_count: int
    ceiling_count: int
    leaf_count: int


@dataclass(frozen=True)
class ProblemDimensionFall:
    """Dimensions whose mean fell against the year before."""

    node_code: str
    score: Decimal | None
    previous_score: Decimal | None
    change_from_previous: Decimal | None
    previous_assessment_year: int | None


@dataclass(frozen=True)
class ProblemEventScore:
    """Units whose event score is at or below the limit."""

    unit_code: str
    score: Decimal | None
    province_unit_count: int


@dataclass(frozen=True)
class ProblemLowIndicator:
    """Indicators whose score rate lies below the limit in a large share of units."""

    node_code: str
    dimension_code: str
    scored_unit_count: int
    low_unit_count: int
    low_share: Decimal | None
    mean_score_rate: Decimal | None
    unit_code: str
    score_rate: Decimal | None
    province_unit_count: int


@dataclass(frozen=True)
class ProblemNotCollected:
    """Units with cells that were not collected or lie in quarantine."""

    unit_code: str
    cell_count: int
    missing_cell_count: int
    all_missing_cell_count: int
    coverage: Decimal | None
    is_ranked: bool
    unranked_unit_count: int
    province_unit_count: int


@dataclass(frozen=True)
class ProblemNotPublished:
    """Measures that were looked for and not found."""

    measure_code: str
    name_zh: str
    name_en: str
    absent_unit_count: int
    absent_share: Decimal | None
    unit_code: str
    province_unit_count: int


@dataclass(frozen=True)
class ProblemResponse:
    """Negative events with a faulty response (silent, wrong body, beside the point, late)."""

    fault: str
    unit_code: str
    event_count: int
    fault_event_count: int
    fault_unit_count: int
    negative_event_count: int
    fault_share: Decimal | None
    province_unit_count: int


@dataclass(frozen=True)
class ProblemSharpFall:
    """Units whose composite fell by the limit or more."""

    unit_code: str
    score: Decimal | None
    previous_score: Decimal | None
    change_from_previous: Decimal | None
    previous_assessment_year: int | None
    tied_unit_count: int
    province_unit_count: int


@dataclass(frozen=True)
class ProblemVeto:
    """Vetoed indicators and their units."""

    unit_code: str
    node_code: str
    full_mark: Decimal | None
    unit_count: int
    province_unit_count: int
