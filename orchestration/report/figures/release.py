"""What the release says of itself, of its regions, units and methodology.

Each class is the row of the query of the same name in `queries/`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal


@dataclass(frozen=True)
class Release:
    """The release: edition, methodologies, kind of data, digest of its inputs."""

    series_code: str
    assessment_year: int
    methodology_code: str
    methodology_version: str
    is_primary_methodology: bool
    title_zh: str
    title_en: str
    frame_date: date | None
    data_kind: str
    unit_count: int
    excluded_unit_count: int
    scored_unit_count: int
    ranked_unit_count: int
    input_row_count: int
    synthetic_row_count: int
    batch_count: int
    input_digest: str
    release_id: str
    revision_number: int
    release_note: str | None
    released_at: datetime | None
    git_revision: str | None
    methodology_name_zh: str
    methodology_name_en: str
    description_zh: str
    description_en: str
    min_ranked_coverage: Decimal | None
    publication_digits: int | None
    origin: str
    origin_note: str


@dataclass(frozen=True)
class Region:
    """Regions: level, parent and numbers of units."""

    region_code: str
    region_level: str
    level_position: int
    region_level_name_zh: str
    region_level_name_en: str
    parent_region_code: str | None
    name_zh: str
    name_en: str
    frame_unit_count: int
    unit_count: int
    excluded_unit_count: int
    direct_unit_count: int
    subregion_count: int


@dataclass(frozen=True)
class Unit:
    """Units: names, regions, reason for each exclusion."""

    unit_code: str
    name_zh: str
    name_en: str
    unit_type: str
    region_code: str
    prefecture_code: str | None
    prefecture_name_zh: str | None
    prefecture_name_en: str | None
    province_code: str
    province_name_zh: str
    province_name_en: str
    is_included: bool
    exclusion_reason_zh: str | None
    exclusion_reason_en: str | None
    exclusion_origin: str | None


@dataclass(frozen=True)
class Exclusion:
    """Units left out, counted by reason."""

    exclusion_reason_zh: str | None
    exclusion_reason_en: str | None
    exclusion_origin: str | None
    unit_count: int


@dataclass(frozen=True)
class Node:
    """Nodes of the methodology: full mark, rule, origin."""

    node_code: str
    parent_node_code: str | None
    node_level: int
    dimension_code: str
    sort_path: str
    is_leaf: bool
    name_zh: str
    name_en: str
    full_mark: Decimal | None
    min_mark: Decimal | None
    is_base: bool
    rule_text_zh: str
    rule_text_en: str
    origin: str
    second_level_count: int
    third_level_count: int


@dataclass(frozen=True)
class NodeOrigin:
    """Nodes of each level counted by origin."""

    node_level: int
    origin: str
    node_count: int


@dataclass(frozen=True)
class Grade:
    """Bands of the grades."""

    grade: str | None
    grade_position: int
    name_zh: str
    name_en: str
    grade_lower_bound: Decimal | None
    grade_upper_bound: Decimal | None
