"""What the report on any index asks of a release: the series' own words, its units, regions, tree and rules.

Each class is the row of the query of the same name in `queries/`.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class IndexWords:
    """The series' name, and what its units are called."""

    series_name_zh: str | None
    series_name_en: str | None
    unit_noun_zh: str | None
    unit_noun_en: str | None


@dataclass(frozen=True)
class IndexUnit:
    """One unit of the region, or the one that was asked for: score, grade and rank among all."""

    unit_code: str
    unit_name_zh: str | None
    unit_name_en: str | None
    region_code: str
    region_name_zh: str | None
    region_name_en: str | None
    published_score: Decimal | None
    full_mark: Decimal | None
    grade: str | None
    is_ranked: bool
    unit_rank: int | None
    ranked_unit_count: int | None
    coverage: Decimal | None


@dataclass(frozen=True)
class IndexSubregion:
    """One region directly below."""

    region_code: str
    region_name_zh: str | None
    region_name_en: str | None
    region_level_name_zh: str | None
    region_level_name_en: str | None
    published_mean_of_units: Decimal | None
    rank_within_parent: int | None
    unit_count: int
    scored_unit_count: int


@dataclass(frozen=True)
class IndexNodeMean:
    """The region at one node; `score_rate` is a share of one, None where the node has no full mark."""

    node_code: str
    name_zh: str | None
    name_en: str | None
    node_level: int
    full_mark: Decimal | None
    published_mean_of_units: Decimal | None
    score_rate: Decimal | None
    min_score: Decimal | None
    max_score: Decimal | None
    scored_unit_count: int


@dataclass(frozen=True)
class IndexContribution:
    """The unit at one node: points are those of the whole that the node gives."""

    node_code: str
    node_level: int
    node_name_zh: str | None
    node_name_en: str | None
    full_mark: Decimal | None
    score: Decimal | None
    points: Decimal | None
    points_lost: Decimal | None
    reason_zh: str | None
    reason_en: str | None


@dataclass(frozen=True)
class IndexValue:
    """One measure of the unit."""

    name_zh: str | None
    name_en: str | None
    measure_code: str
    node_code: str
    measurement_unit: str | None
    value: Decimal | None
    status: str


@dataclass(frozen=True)
class IndexRule:
    """One measure's rule."""

    measure_code: str
    node_code: str
    name_zh: str | None
    name_en: str | None
    measurement_unit: str | None
    rule_family: str
    weight: Decimal | None
    floor: Decimal | None
    target: Decimal | None
    rule_text_zh: str | None
    rule_text_en: str | None
