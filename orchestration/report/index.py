"""The report on any index: its title, units, levels and sections come from the series' own words and tree.

The county series has a report of its own (`compose`), which knows its provinces and dimensions. This one knows nothing
but what every release holds.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from orchestration.errors import UsageError
from orchestration.report.document import (
    Block,
    ChartKind,
    Code,
    Facts,
    MapKind,
    OnScreen,
    Paragraph,
    Report,
    SourceList,
)
from orchestration.report.parts import KeyNumber, Outline, bands, card, chart, series
from orchestration.report.release import Release
from orchestration.report.score_map import score_map
from orchestration.report.subject import Subject
from orchestration.wording import Wording, joined

# A chart of more bars than this says nothing.
CHARTED_NODES = 35
# A ranking of more units than this is read on a screen; on paper stand its two ends.
MOST_ON_PAPER, SHOWN_UNITS = 250, 20
SHOWN_REGIONS = 8
NO_PLACE = Wording(
    "{year} 年度没有地区或已计分单位 {code}。地区有 {known};列出全部:zhengxin query "
    '"select region_code, name_zh from marts.dim_region"',
    "There is no region or scored unit {code} in the edition of {year}. Regions are {known}; zhengxin query lists all: "
    "select region_code, name_en from marts.dim_region",
)
FACTS = (
    *("release_id", "released_at", "note", "methodology", "data_kind", "input_row_count", "synthetic_row_count"),
    *("batch_count", "input_digest", "file", "file_sha256"),
)


def compose_index(release: Release, code: str | None, language: str, methodology_code: str | None = None) -> Report:
    """The report on a region or unit of an index (`code` None: on all of it), in `zh` or `en`.

    Raises `UsageError` for a code that is neither, and for an unknown methodology.
    """
    return _IndexReport(release, code, language, methodology_code).compose()


class _IndexReport(Subject):
    """One report while it is put together."""

    def __init__(self, release: Release, code: str | None, language: str, methodology_code: str | None) -> None:
        super().__init__(release, language, methodology_code)
        self.code = code or self.root.region_code
        self.region = self.regions.by("region_code").get(self.code)
        self.units = self.ask("index_unit")
        self.unit = None if self.region else next(iter(self.units), None)
        if self.region is None and self.unit is None:
            known = joined(region.region_code for region in self.regions[:SHOWN_REGIONS])
            raise UsageError(NO_PLACE.filled(code=self.code, year=self.year, known=known))
        [self.words] = self.ask("index_words")
        self.flags = {"graded"} if any(unit.grade for unit in self.units) else set()
        self.noun = self.named(self.words, "unit_noun", self.word("index.unit"))
        self.subject = self.named(self.region or self.unit, "name" if self.region else "unit_name", self.code)
        self.method_name = self.named(self.info, "methodology_name", self.methodology)
        self.t.everywhere |= {"subject": self.subject, "noun": self.noun, "methodology": self.method_name}

    def compose(self) -> Report:
        series_name = self.named(self.words, "series_name", self.info.series_code)
        title = series_name if self.region is self.root else self.word("index.title", series=series_name)
        outline = Outline(self.language)
        parts = [("overview", self._unit_card()), ("tree", self._contributions()), ("values", self._values())]
        if self.region:
            parts = [("overview", self._region_card(self.region)), ("map", self._map(self.region))]
            parts += [("ranking", self._ranking()), ("regions", self._subregions()), ("tree", self._means())]
        closing: list[Block] = [Paragraph(self.say("about.sources")), SourceList()]
        for name, blocks in (*parts, ("method", self._method()), ("release", self._release()), ("sources", closing)):
            if blocks:
                outline.chapter(self.word(f"index.{name}_heading"), name, *blocks)
        subtitle = self.named(self.info, "title", self.word("index.edition"))
        return self.report(title, subtitle, "index.notice_", outline.sections, fills_a_page=False)

    def _release(self) -> list[Block]:
        """The release, and how to check it and write the report anew."""
        again = (Paragraph(self.say("about.reproduce")), Code(self.commands(self.info.release_id)))
        items = self.facts(FACTS, methodology=f"{self.method_name} ({self.info.methodology_version})")
        return [Facts(items, monospace=True), OnScreen(again, self.say("about.reproduce_on_screen"))]

    def _region_card(self, region: Any) -> list[Block]:
        root = next((row for row in self.ask("index_node_mean") if row.node_level == 0), None)
        count = region.figure("count", "unit_count")
        mean = [("mean_of_units", root.figure("mark", "published_mean_of_units"), "", ())] if root else []
        scored = root.figure("count", "scored_unit_count") if root else "–"
        level = self.named(region, "region_level_name", region.region_level)
        text = self.say("index.region_text", region, scored=scored, level=level)
        return [card(self.t, *mean, ("units", count, self.noun, ())), Paragraph(text)]

    def _unit_card(self) -> list[Block]:
        unit = self.unit
        if unit is None:
            return []
        figures: list[KeyNumber] = [("score", unit.figure("mark", "published_score"), "", ())]
        if unit.is_ranked:
            figures.append(("rank", unit.figure("count", "unit_rank"), "", self.say("card.of_ranked", unit)))
        if unit.grade:
            figures.append(("grade", unit.figure("text", "grade"), "", ()))
        figures.append(("coverage", unit.figure("rate", "coverage"), "", ()))
        place = self.t.told(unit, "region_name", "coded")
        return [card(self.t, *figures), Paragraph(self.say("index.unit_text", place=place))]

    def _ranking(self) -> list[Block]:
        """All units; where they are many, on paper the first and the last of those that have a rank."""
        everything = self._ranking_of(self.units, "ranking")
        ranked = [unit for unit in self.units if unit.is_ranked]
        if len(self.units) <= MOST_ON_PAPER:
            return [everything]
        ends = [("top", ranked[:SHOWN_UNITS]), ("bottom", ranked[-SHOWN_UNITS:])]
        made = [self._ranking_of(units, key, n=str(len(units))) for key, units in ends]
        count = self.units.figure("count", len(self.units))
        return [*made, OnScreen((everything,), self.say("index.full_ranking", n=count))]

    def _ranking_of(self, units: Iterable[Any], key: str, **places: str) -> Block:
        cells, flags = bands(self)
        caption = self.word(f"index.{key}_caption", **places)
        return self.table("index_ranking", units, caption=caption, cells=cells, flags=flags, words={"noun": self.noun})

    def _map(self, region: Any) -> list[Block]:
        """Where the region is one of China's divisions, as its areas' codes tell."""
        if region.region_level not in set(MapKind):
            return []
        drawn = (MapKind(region.region_level), region.region_code, self.subject)
        answer = self.ask("map_area")
        return [*score_map(self.t, answer, drawn, self.year, lambda row: self.named(row, default=row.area_code))]

    def _subregions(self) -> list[Block]:
        below = self.ask("index_subregion")
        return [self.table("index_regions", below, words={"noun": self.noun})] if below else []

    def _means(self) -> list[Block]:
        means = self.ask("index_node_mean")
        made = self.table("index_means", means)
        first = [row for row in means if row.node_level == 1 and row.score_rate is not None]
        if not 1 < len(first) <= CHARTED_NODES:
            return [made]
        names = [self.named(row, "node_name", row.node_code) for row in first]
        drawn = [series(self.subject, first, "rate", "score_rate")]
        caption = self.word("index.chart_caption")
        return [chart(self.t, ChartKind.bar, names, drawn, means.source, caption, unit="%"), made]

    def _contributions(self) -> list[Block]:
        def reason(row: Any) -> str:
            return self.named(row, "reason") if row.points_lost or row.score is None else ""

        return [self.table("index_contributions", self.ask("index_contribution"), cells={"reason": reason})]

    def _values(self) -> list[Block]:
        return [self.table("index_values", self.ask("index_value"))]

    def _method(self) -> list[Block]:
        description = self.named(self.info, "description")
        said: list[Block] = [Paragraph((description,))] if description else []
        return [*said, self.table("index_rules", self.ask("index_rule"))]
