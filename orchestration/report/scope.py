"""What a report is about: a nation, a province, a prefecture or one unit, with the names that its text needs."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Any

from orchestration.errors import UsageError
from orchestration.report.document import Run, Text
from orchestration.report.release import Answer, Release, Row
from orchestration.report.texts import Texts
from orchestration.wording import Wording, either, joined

RULES = Path(__file__).parent / "rules.toml"
ROOT_NODE, BASE_NODE = "composite", "base"
# The whole country; a root under any other code is a part of it, whatever its level.
COUNTRY_CODE = "000000"
SEVERAL_EDITIONS = Wording(
    "报告据一个年度的发布版本编写;此文件含 {count} 个年度:{years}。请指明发布版本:--release 2019-r1。",
    "A report is written from the release of one edition; this file holds {count}: {years}. Name a release: "
    "--release 2019-r1.",
)
NO_METHODOLOGY = Wording(
    "此发布版本没有方法“{methodology}”,有 {known}。", "The release has no methodology '{methodology}'; it has {known}."
)
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


@dataclass(frozen=True)
class Scope:
    """The region or unit that a report is about. `nation` is the code of the root region, whatever its level."""

    kind: Kind
    code: str
    nation: str


class Context:
    """What every section is handed: the release, the wording, the scope, and names by code."""

    def __init__(self, release: Release, region_code: str, language: str, methodology_code: str | None = None) -> None:
        self.release, self.language = release, language
        self.t = Texts(language, unit=self.unit_name, node=self.node_name, short=self.short_node_name,
                       region=self.region_name)  # fmt: skip
        self.infos = release.ask("release")
        self.info = primary_or_named(self.infos, methodology_code)
        release.digits = self.info.publication_digits or 2
        self.regions = release.ask("region")
        self.region_by_code = self.regions.by("region_code")
        self.scope = _scope(release, self.regions, region_code, self.info.assessment_year)
        self.t.everywhere["whole"] = self.region_name(self.scope.nation)
        self.units = self.ask("unit").by("unit_code")
        self.nodes = self.ask("node").by("node_code")
        self.dimensions = [node for node in self.nodes.values() if node.node_level == 1]
        self.rules = tomllib.loads(RULES.read_text(encoding="utf-8"))

    @property
    def is_internal(self) -> bool:
        """Whether the file holds what only internal readers see."""
        return self.release.has("quarantined_row") or self.release.has("verification_queue")

    @property
    def is_nation(self) -> bool:
        return self.scope.kind is Kind.nation

    @property
    def is_whole(self) -> bool:
        """Whether the report is about all that the edition assesses: it has no rank, and no whole to compare with."""
        return self.scope.code == self.scope.nation

    @property
    def has_nation(self) -> bool:
        """Whether the edition is wider than a province: else there is nothing national to be compared with."""
        return self.region_by_code[self.scope.nation].region_level == Kind.nation

    @property
    def is_compared(self) -> bool:
        """Whether the subject is a part of a nation, whose mean stands beside its own."""
        return self.has_nation and not self.is_whole

    @property
    def title_key(self) -> str:
        """Which title the report has: only what is about the whole country bears its name."""
        is_part = self.is_nation and self.scope.code != COUNTRY_CODE
        return str(Kind.province if is_part else self.scope.kind)

    @property
    def is_unit(self) -> bool:
        return self.scope.kind is Kind.unit

    @property
    def methodology(self) -> str:
        return self.info.methodology_code

    @property
    def year(self) -> int:
        return self.info.assessment_year

    def ask(self, name: str, key: str = "", **parameters: Any) -> Answer:
        """Ask the release; methodology, region and nation are those of the report unless named."""
        given = {"methodology": self.methodology, "region": self.scope.code, "nation": self.scope.nation}
        given["year"] = self.year
        return self.release.ask(name, key, **(given | parameters))

    def say(self, key: str, row: Any = None, **places: Run | Text) -> Text:
        """The sentence `key` of a row, with the subject's name and the year at hand."""
        return self.t(key, row, **{"region": self.subject_name, "year": str(self.year), **places})

    def word(self, key: str, row: Any = None, **places: Run | Text) -> str:
        return self.t.word(key, row, **{"region": self.subject_name, "year": str(self.year), **places})

    def per_scope(self, key: str) -> str:
        """The key of a heading or caption: the nation has no rank, and is compared with its own parts alone."""
        return f"{key}_nation" if self.is_whole else key

    def limit(self, rule: str, name: str) -> Decimal:
        return Decimal(self.rules[rule][name])

    @cached_property
    def scores(self) -> Answer:
        """Means and ranks of the region, of those below and above it, and of the nation."""
        return self.ask("region_score")

    @cached_property
    def own(self) -> dict[str, Any]:
        """The region's own scores by node, where it has one."""
        return {
            row.node_code: row
            for row in self.scores
            if row.region_code == self.scope.code and row.mean_of_units is not None
        }

    def children(self, node_code: str) -> list[Any]:
        return [node for node in self.nodes.values() if node.parent_node_code == node_code]

    def named(self, row: object, stem: str = "name") -> str:
        return self.t.named(row, stem)

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
        return self.named(self.units[self.scope.code]) if self.is_unit else self.region_name(self.scope.code)

    def unit_name(self, unit_code: str) -> str:
        """A unit's name; in a report of the nation with its province, because names repeat."""
        unit = self.units[unit_code]
        if self.is_nation:
            return self.t.word("word.unit_of_province", unit)
        return self.named(unit)

    def place_of(self, unit_code: str) -> str:
        """The prefecture of a unit, or its province where it lies directly below it."""
        unit = self.units[unit_code]
        return self.named(unit, "prefecture_name" if unit.prefecture_code else "province_name")


def primary_or_named(rows: Answer, methodology_code: str | None) -> Any:
    """The row of the methodology that is named, else of the edition's primary one. Raises `UsageError` for a file of
    several editions, and for a methodology that the release has not."""
    years = sorted({row.assessment_year for row in rows})
    if len(years) != 1:
        raise UsageError(SEVERAL_EDITIONS.filled(count=len(years), years=joined(map(str, years))))
    for row in rows:
        if row.methodology_code == methodology_code or (methodology_code is None and row.is_primary_methodology):
            return row
    known = joined(row.methodology_code for row in rows)
    raise UsageError(NO_METHODOLOGY.filled(methodology=methodology_code, known=known))


def _scope(release: Release, regions: Answer, code: str, year: int) -> Scope:
    nation = next(region.region_code for region in regions if region.parent_region_code is None)
    if odd := sorted({region.region_level for region in regions} - {kind.value for kind in Kind}):
        raise UsageError(OTHER_LEVELS.filled(levels=joined(odd)))
    for region in regions:
        if region.region_code == code:
            if not region.unit_count:
                raise UsageError(NO_UNITS.filled(name=_name(region), code=code, year=year))
            return Scope(Kind(region.region_level), code, nation)
    found = release.ask("unit", region=code, nation=nation)
    if not found:
        raise UsageError(NO_PLACE.filled(code=code, year=year, nation=nation))
    if not found[0].is_included:
        reason = either(found[0].exclusion_reason_zh, found[0].exclusion_reason_en)
        raise UsageError(LEFT_OUT.filled(name=_name(found[0]), code=code, year=year, reason=reason))
    return Scope(Kind.unit, code, nation)


def _name(place: Row) -> Wording:
    return either(place.name_zh, place.name_en)
