"""What a report is about: a nation, a province, a prefecture or one unit, with the names that its text needs."""

from __future__ import annotations

import tomllib
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Any

from orchestration.errors import UsageError
from orchestration.report.release import Answer, Release
from orchestration.report.subject import Subject
from orchestration.wording import Wording, either, joined

RULES = Path(__file__).parent / "rules.toml"
ROOT_NODE, BASE_NODE = "composite", "base"
# The whole country; a root under any other code is a part of it, whatever its level.
COUNTRY_CODE = "000000"
OTHER_LEVELS = Wording(
    "这不是县级政府评估的发布版本:报告涉及全国、省、市和单位,此版本有 {levels}。",
    "This is not a release of county governments: reports are about nation, provinces, prefectures and units, the "
    "release has {levels}.",
)
NO_UNITS = Wording(
    "{name}({code})在 {year} 年度没有参评单位,没有可写的内容。",
    "{name} ({code}) has no assessed unit in {year}: nothing to report on.",
)
NO_PLACE = Wording(
    "{year} 年度没有地区或单位 {code}。代码为六位:520000 为省,520100 为市,520115 为单位,{nation} 为全部。列出全部:"
    'zhengxin query "select region_code, name_zh from marts.dim_region where assessment_year = {year}"',
    "There is no region or unit {code} in the edition of {year}. Codes have six digits: 520000 a province, 520100 a "
    "prefecture, 520115 a unit, {nation} the whole. This lists them: "
    'zhengxin query "select region_code, name_zh from marts.dim_region where assessment_year = {year}"',
)
LEFT_OUT = Wording("{name}({code})未纳入 {year} 年度:{reason}。", "{name} ({code}) is left out of {year}: {reason}.")


class Kind(StrEnum):
    """Whom a report is about."""

    nation = "nation"
    province = "province"
    prefecture = "prefecture"
    unit = "unit"


class Context(Subject):
    """What every section of the county report is handed: what it is about, and names by code."""

    def __init__(self, release: Release, region_code: str, language: str, methodology_code: str | None = None) -> None:
        kinds = {"unit": self.unit_name, "node": self.node_name, "short": self.short_node_name}
        super().__init__(release, language, methodology_code, **kinds, region=self.region_name)
        self.region_by_code = self.regions.by("region_code")
        self.nation, self.code = self.root.region_code, region_code
        self.kind = _kind(release, self.regions, region_code, self.nation, self.year)
        self.units = self.ask("unit").by("unit_code")
        self.nodes = self.ask("node").by("node_code")
        self.dimensions = [node for node in self.nodes.values() if node.node_level == 1]
        self.rules = tomllib.loads(RULES.read_text(encoding="utf-8"))
        self.t.everywhere["region"] = self.subject_name
        held = {"region": not self.is_unit, "part": not self.is_whole, "compared": self.is_compared}
        held["inner"] = self.has_nation and not self.is_nation
        self.flags = {flag for flag, is_held in held.items() if is_held}

    @property
    def is_nation(self) -> bool:
        return self.kind is Kind.nation

    @property
    def is_whole(self) -> bool:
        """Whether the report is about all that the edition assesses: it has no rank, and no whole to compare with."""
        return self.code == self.nation

    @property
    def has_nation(self) -> bool:
        """Whether the edition is wider than a province: else there is nothing national to be compared with."""
        return self.region_by_code[self.nation].region_level == Kind.nation

    @property
    def is_compared(self) -> bool:
        """Whether the subject is a part of a nation, whose mean stands beside its own."""
        return self.has_nation and not self.is_whole

    @property
    def title_key(self) -> str:
        """Which title the report has: only what is about the whole country bears its name."""
        is_part = self.is_nation and self.code != COUNTRY_CODE
        return str(Kind.province if is_part else self.kind)

    @property
    def is_unit(self) -> bool:
        return self.kind is Kind.unit

    def per_scope(self, key: str) -> str:
        """The key of a heading or caption: the nation has no rank, and is compared with its own parts alone."""
        return f"{key}_nation" if self.is_whole else key

    def limit(self, rule: str, name: str) -> Decimal:
        return Decimal(self.rules[rule]["limits"][name])

    @cached_property
    def scores(self) -> Answer:
        """Means and ranks of the region, of those below and above it, and of the nation."""
        return self.ask("region_score")

    @cached_property
    def own(self) -> dict[str, Any]:
        """The region's own scores by node, where it has one."""
        rows = (row for row in self.scores if row.region_code == self.code and row.mean_of_units is not None)
        return {row.node_code: row for row in rows}

    def children(self, node_code: str) -> list[Any]:
        return [node for node in self.nodes.values() if node.parent_node_code == node_code]

    def node_name(self, node_code: str) -> str:
        if node_code == BASE_NODE:
            return self.t.word("word.base")
        return self.named(self.nodes[node_code]) if node_code in self.nodes else ""

    def short_node_name(self, node_code: str) -> str:
        """A dimension's name without what stands in brackets, for sentences, axes and narrow columns."""
        return self.t.known(f"short_node.{node_code}", self.node_name(node_code))

    def region_name(self, region_code: str) -> str:
        return self.named(self.region_by_code[region_code])

    @cached_property
    def subject_name(self) -> str:
        """The name of the region or unit that the report is about."""
        return self.named(self.units[self.code]) if self.is_unit else self.region_name(self.code)

    def unit_name(self, unit_code: str) -> str:
        """A unit's name; in a report of the nation with its province, because names repeat."""
        unit = self.units[unit_code]
        return self.word("word.unit_of_province", unit) if self.is_nation else self.named(unit)


def _kind(release: Release, regions: Answer, code: str, nation: str, year: int) -> Kind:
    """Whom the report is about. Raises `UsageError` for what is no region or assessed unit."""
    if odd := sorted({region.region_level for region in regions} - {kind.value for kind in Kind}):
        raise UsageError(OTHER_LEVELS.filled(levels=joined(odd)))
    for region in regions:
        if region.region_code == code:
            if not region.unit_count:
                raise UsageError(NO_UNITS.filled(name=_name(region), code=code, year=year))
            return Kind(region.region_level)
    found = release.ask("unit", region=code, nation=nation)
    if not found:
        raise UsageError(NO_PLACE.filled(code=code, year=year, nation=nation))
    if not found[0].is_included:
        reason = either(found[0].exclusion_reason_zh, found[0].exclusion_reason_en)
        raise UsageError(LEFT_OUT.filled(name=_name(found[0]), code=code, year=year, reason=reason))
    return Kind.unit


def _name(place: Any) -> Wording:
    return either(place.name_zh, place.name_en)
