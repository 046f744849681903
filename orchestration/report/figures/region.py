"""Means, ranks, gaps and movements of regions.

Each class is the row of the query of the same name in `queries/`.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class RegionScore:
    """Means, ranks, gaps to the national mean and the best region, and change on the year before.

    Of the region itself, the regions directly below it, those above it and the nation.
    """

    region_code: str
    region_level: str
    parent_region_code: str | None
    region_name_zh: str
    region_name_en: str
    node_code: str
    node_level: int
    full_mark: Decimal | None
    mean_of_units: Decimal | None
    mean_of_subregions: Decimal | None
    score_rate: Decimal | None
    min_score: Decimal | None
    max_score: Decimal | None
    unit_count: int
    scored_unit_count: int
    rank_in_level: int | None
    rank_within_parent: int | None
    tied_within_parent: int
    national_mean_of_units: Decimal | None
    national_mean_of_subregions: Decimal | None
    national_score_rate: Decimal | None
    gap_to_national_mean_of_units: Decimal | None
    gap_to_national_mean_of_subregions: Decimal | None
    best_region_code: str
    best_region_name_zh: str
    best_region_name_en: str
    best_mean_of_units: Decimal | None
    best_score_rate: Decimal | None
    gap_to_best: Decimal | None
    previous_assessment_year: int | None
    previous_mean_of_units: Decimal | None
    change_from_previous: Decimal | None


@dataclass(frozen=True)
class BestRegionDimension:
    """Dimensions of the region of the same level with the best composite mean, and the region's gap to it."""

    region_code: str
    region_name_zh: str
    region_name_en: str
    node_code: str
    mean_of_units: Decimal | None
    score_rate: Decimal | None
    gap: Decimal | None


@dataclass(frozen=True)
class RankedRegionCount:
    """Number of ranked regions of each level, and of those that rank first."""

    region_level: str
    region_count: int
    best_region_count: int


@dataclass(frozen=True)
class GradeCount:
    """Units of each grade in the region and the nation, counts and shares."""

    grade: str
    unit_count: int
    national_unit_count: int
    share: Decimal | None
    national_share: Decimal | None


@dataclass(frozen=True)
class RegionTrend:
    """Three years under one methodology: means and ranks of region and nation."""

    region_code: str
    node_code: str
    assessment_year: int
    score: Decimal | None
    previous_assessment_year: int | None
    previous_score: Decimal | None
    change_from_previous: Decimal | None
    first_assessment_year: int | None
    first_score: Decimal | None
    three_year_change: Decimal | None
    three_year_direction: str
    rank_in_level: int | None
    previous_rank_in_level: int | None
    rank_gain: int | None


@dataclass(frozen=True)
class MethodologyScore:
    """The region's means, ranks and gaps under every methodology of the edition."""

    methodology_code: str
    node_code: str
    full_mark: Decimal | None
    mean_of_units: Decimal | None
    rank_in_level: int | None
    national_mean_of_subregions: Decimal | None
    gap_to_national_mean_of_subregions: Decimal | None
    score_rate: Decimal | None


@dataclass(frozen=True)
class FullMarkShare:
    """Share of the region's units at the full mark of each node."""

    node_code: str
    scored_unit_count: int
    full_unit_count: int
    full_share: Decimal | None


@dataclass(frozen=True)
class LeafLoss:
    """Mean marks lost at each leaf indicator of the region, how many units lost marks, and who lost most.

    `worst_unit_code` is the first of `worst_unit_count` units that lost the same."""

    dimension_code: str
    node_code: str
    full_mark: Decimal | None
    mean_points_lost: Decimal | None
    losing_unit_count: int
    scored_unit_count: int
    max_points_lost: Decimal | None
    worst_unit_code: str
    worst_unit_count: int


@dataclass(frozen=True)
class SubregionLoss:
    """Mean marks lost in each dimension by the regions directly below."""

    region_code: str
    region_name_zh: str
    region_name_en: str
    node_code: str
    mean_points_lost: Decimal | None


@dataclass(frozen=True)
class RegionHistory:
    """Composite means and ranks of the region by year: as published then, and restated under one methodology."""

    assessment_year: int
    basis: str
    methodology_code: str
    methodology_version: str
    mean_of_units: Decimal | None
    mean_of_subregions: Decimal | None
    rank_in_level: int | None
    release_id: str
