"""What a report is about: a nation, a province, a prefecture or one unit, with the names that its text needs."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from pathlib import Path

from orchestration.errors import UsageError
from orchestration.report.document import Link, Run
from orchestration.report.figures.release import Node, Region, Unit
from orchestration.report.figures.release import Release as ReleaseRow
from orchestration.report.release import MINUS, Answer, Release
from orchestration.report.texts import Texts

RULES = Path(__file__).parent / "rules.toml"
CHINESE = "\u3400-\u9fff\u3001\u3002\uff08\uff09"
FULL_WIDTH = str.maketrans("(),:;", "\uff08\uff09\uff0c\uff1a\uff1b")
BESIDE_CHINESE = f"(?<=[{CHINESE}])[(),:;]|[(),:;](?=[{CHINESE}])"
HYPHEN_AS_MINUS = re.compile(r"(?<![0-9A-Za-z-])-(?=\d)")
BRACKETED = "[(\uff08]([^()\uff08\uff09]*)[)\uff09]"
# The whole country; a root under any other code is a part of it, whatever its level.
COUNTRY_CODE = "000000"
ROOT_NODE, BASE_NODE = "composite", "base"


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

    @property
    def is_whole(self) -> bool:
        """Whether the report is about all that the edition assesses."""
        return self.code == self.nation


class Context:
    """What every section is handed: the release, the wording, the scope, and names by code."""

    def __init__(self, release: Release, region_code: str, language: str, methodology_code: str | None = None) -> None:
        self.release, self.language, self.t = release, language, Texts(language)
        self.infos = release.ask(ReleaseRow)
        self.info = primary_or_named(self.infos, methodology_code)
        release.digits = self.info.publication_digits or 2
        self.regions = release.ask(Region)
        self.scope = _scope(release, self.regions, region_code, self.info.assessment_year)
        self.t = Texts(language, whole=self.region_name(self.scope.nation))
        self.units = {unit.unit_code: unit for unit in self.ask_units()}
        self.node_answer = self.ask(Node)
        self.nodes = {node.node_code: node for node in self.node_answer}
        self.rules = tomllib.loads(RULES.read_text(encoding="utf-8"))

    @property
    def has_nation(self) -> bool:
        """Whether the edition is wider than a province: else there is nothing national to be compared with."""
        return self.region_by_code[self.scope.nation].region_level == Kind.nation

    @property
    def is_internal(self) -> bool:
        """Whether the file holds what only internal readers see."""
        return self.release.has("quarantined_row") or self.release.has("verification_queue")

    @property
    def methodology(self) -> str:
        return self.info.methodology_code

    @property
    def year(self) -> int:
        return self.info.assessment_year

    @property
    def is_synthetic(self) -> bool:
        return self.info.data_kind != "real"

    def ask(self, row_type, key: str = "", **parameters) -> Answer:
        """Ask the release; methodology, region and nation are those of the report unless named."""
        given = {"methodology": self.methodology, "region": self.scope.code, "nation": self.scope.nation}
        return self.release.ask(row_type, key, **(given | parameters))

    def ask_units(self) -> Answer[Unit]:
        return self.ask(Unit, region=self.scope.code)

    def limit(self, rule: str, name: str) -> Decimal:
        return Decimal(self.rules[rule][name])

    @cached_property
    def region_by_code(self) -> dict[str, Region]:
        return {region.region_code: region for region in self.regions}

    @cached_property
    def dimensions(self) -> tuple[Node, ...]:
        """The nodes below the root, in the order of the tree."""
        return tuple(node for node in self.nodes.values() if node.node_level == 1)

    def children(self, node_code: str) -> tuple[Node, ...]:
        return tuple(node for node in self.nodes.values() if node.parent_node_code == node_code)

    def leaves(self, node_code: str) -> tuple[Node, ...]:
        path = self.nodes[node_code].sort_path + "."
        return tuple(node for node in self.nodes.values() if node.is_leaf and node.sort_path.startswith(path))

    def named(self, row: object, stem: str = "name") -> str:
        """The name of a row in the report's language (`name_zh`, `name_en`); Chinese where English is missing."""
        name = getattr(row, f"{stem}_{self.language}") or getattr(row, f"{stem}_zh") or ""
        name = HYPHEN_AS_MINUS.sub(MINUS, name)
        return full_width(name) if self.language == "zh" else name

    def node_name(self, node_code: str) -> str:
        if node_code == BASE_NODE:
            return self.t.word("word.base")
        return self.named(self.nodes[node_code])

    def short_node_name(self, node_code: str) -> str:
        """A dimension's name without what stands in brackets, for axes and narrow columns."""
        if node_code in self.nodes and self.nodes[node_code].node_level == 1:
            return self.t.known(f"short_node.{node_code}", self.node_name(node_code))
        return self.node_name(node_code)

    def region_name(self, region_code: str) -> str:
        return self.named(self.region_by_code[region_code])

    @property
    def subject_name(self) -> str:
        """The name of the region or unit that the report is about."""
        if self.scope.kind is Kind.unit:
            return self.named(self.units[self.scope.code])
        return self.region_name(self.scope.code)

    @property
    def title_key(self) -> str:
        """Which title the report has: only what is about the whole country bears its name."""
        is_part = self.scope.kind is Kind.nation and self.scope.code != COUNTRY_CODE
        return str(Kind.province if is_part else self.scope.kind)

    @property
    def has_unit_pages(self) -> bool:
        return self.scope.kind is not Kind.nation

    def unit_name(self, unit_code: str) -> str:
        """A unit's name; in a report of the nation with its province, because names repeat."""
        unit = self.units[unit_code]
        if self.scope.kind is Kind.nation:
            return self.t.word(
                "word.unit_of_province", unit=self.named(unit), province=self.named(unit, "province_name")
            )
        return self.named(unit)

    def unit_run(self, unit_code: str) -> Run:
        """A unit's name, leading to its page where the report has one."""
        name = self.unit_name(unit_code)
        return Link(name, unit_anchor(unit_code)) if self.has_unit_pages else name

    def place_of(self, unit: Unit) -> str:
        """The prefecture of a unit, or its province where it lies directly below it."""
        return self.named(unit, "prefecture_name" if unit.prefecture_code else "province_name")


def full_width(text: str) -> str:
    """Brackets and marks that stand beside Chinese characters, in the width that Chinese is set in."""
    bracketed = re.sub(BRACKETED, "\uff08\\1\uff09", text)
    return re.sub(BESIDE_CHINESE, lambda found: found[0].translate(FULL_WIDTH), bracketed)


def unit_anchor(unit_code: str) -> str:
    return f"unit-{unit_code}"


def primary_or_named(rows: Answer[ReleaseRow], methodology_code: str | None) -> ReleaseRow:
    """The row of the methodology that is named, else of the edition's primary one. Raises `UsageError` for a file of
    several editions, and for a methodology that the release has not."""
    years = {row.assessment_year for row in rows}
    if len(years) != 1:
        raise UsageError(
            f"A report is written from the release of one edition; this file holds {len(years)}: "
            f"{', '.join(map(str, sorted(years)))}. Name a release: --release 2019-r1."
        )
    for row in rows:
        if row.methodology_code == methodology_code or (methodology_code is None and row.is_primary_methodology):
            return row
    raise UsageError(
        f"The release has no methodology '{methodology_code}'; it has "
        f"{', '.join(row.methodology_code for row in rows)}."
    )


def _scope(release: Release, regions: Answer[Region], code: str, year: int) -> Scope:
    roots = [region for region in regions if region.parent_region_code is None]
    nation = roots[0].region_code
    if {region.region_level for region in regions} - {kind.value for kind in Kind}:
        raise UsageError(
            "This is not a release of county governments: reports are about nation, provinces, prefectures and units, "
            f"the release has {', '.join(sorted({region.region_level for region in regions}))}."
        )
    for region in regions:
        if region.region_code == code:
            if not region.unit_count:
                raise UsageError(f"{region.name_zh} ({code}) has no assessed unit in {year}: nothing to report on.")
            return Scope(Kind(region.region_level), code, nation)
    found = release.ask(Unit, "unit", region=code, nation=nation)
    if not found:
        raise UsageError(
            f"There is no region or unit {code} in the edition of {year}. Codes have six digits: 520000 a province, "
            f"520100 a prefecture, 520115 a unit, {nation} the nation. zhengxin query lists them: "
            f"select region_code, name_zh from marts.dim_region where assessment_year = {year}"
        )
    if not found[0].is_included:
        raise UsageError(f"{found[0].name_zh} ({code}) is left out of {year}: {found[0].exclusion_reason_en}.")
    return Scope(Kind.unit, code, nation)
