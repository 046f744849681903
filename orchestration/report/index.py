"""The report on any index: its title, units, levels and sections come from the series' own words and tree.

The county series has a report of its own (`compose`), which knows its provinces and dimensions. This one knows nothing
but what every release holds.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
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
    Run,
    SourceList,
    Text,
)
from orchestration.report.parts import Outline, band_column, card, chart, col, labels, series, table
from orchestration.report.release import Answer, Release
from orchestration.report.scope import primary_or_named
from orchestration.report.score_map import score_map
from orchestration.report.texts import Texts
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
FACTS = ("release_id", "released_at", "note", "methodology", "data_kind", "input_row_count", "synthetic_row_count")
FACTS += ("batch_count", "input_digest", "file", "file_sha256")


def compose_index(release: Release, code: str | None, language: str, methodology_code: str | None = None) -> Report:
    """The report on a region or unit of an index (`code` None: on all of it), in `zh` or `en`.

    Raises `UsageError` for a code that is neither, and for an unknown methodology.
    """
    return _IndexReport(release, code, language, methodology_code).compose()


class _IndexReport:
    """One report while it is put together."""

    def __init__(self, release: Release, code: str | None, language: str, methodology_code: str | None) -> None:
        self.release, self.language, self.t = release, language, Texts(language)
        self.info = primary_or_named(release.ask("release"), methodology_code)
        release.digits = 2 if self.info.publication_digits is None else self.info.publication_digits
        self.regions = release.ask("region")
        self.root = next(region for region in self.regions if region.parent_region_code is None)
        self.code = code or self.root.region_code
        self.region = self.regions.by("region_code").get(self.code)
        self.units = self.ask("index_unit")
        self.unit = None if self.region else next(iter(self.units), None)
        if self.region is None and self.unit is None:
            known = joined(region.region_code for region in self.regions[:SHOWN_REGIONS])
            raise UsageError(NO_PLACE.filled(code=self.code, year=self.info.assessment_year, known=known))
        [self.words] = self.ask("index_words")

    def ask(self, name: str) -> Answer:
        """Ask the release about the region or unit; the root stands for the nation of the county index."""
        given = {"methodology": self.info.methodology_code, "year": self.info.assessment_year}
        return self.release.ask(name, **given, region=self.code, nation=self.root.region_code)

    def say(self, key: str, row: Any = None, **places: Run | Text) -> Text:
        given = {"subject": self.subject, "year": str(self.info.assessment_year), "noun": self.noun}
        return self.t(key, row, **{**given, **places})

    def word(self, key: str, row: Any = None, **places: Run | Text) -> str:
        return "".join(run if isinstance(run, str) else run.text for run in self.say(key, row, **places))

    @cached_property
    def subject(self) -> str:
        if self.unit:
            return self.t.named(self.unit, "unit_name", self.unit.unit_code)
        return self.t.named(self.region, default=self.region.region_code)

    @cached_property
    def method_name(self) -> str:
        return self.t.named(self.info, "methodology_name", self.info.methodology_code)

    @cached_property
    def noun(self) -> str:
        """What a unit of the series is called."""
        return self.t.named(self.words, "unit_noun", self.t.word("index.unit"))

    def compose(self) -> Report:
        info, series_name = self.info, self.t.named(self.words, "series_name", self.info.series_code)
        title = series_name if self.region is self.root else self.word("index.title", series=series_name)
        outline = Outline(self.language)
        parts = [("overview", self._unit_card()), ("tree", [self._contributions()]), ("values", [self._values()])]
        if self.region:
            parts = [("overview", self._region_card()), ("map", self._map()), ("ranking", self._ranking())]
            parts += [("regions", self._subregions()), ("tree", self._means())]
        closing = [Paragraph(self.t("about.sources")), SourceList()]
        for name, blocks in (*parts, ("method", self._method()), ("release", self._release()), ("sources", closing)):
            if blocks:
                outline.chapter(self.word(f"index.{name}_heading"), name, *blocks)
        named = [] if info.is_primary_methodology else [info.methodology_code]
        internal = ["internal"] if self.release.has("quarantined_row") else []
        return Report(
            title=title,
            subtitle=self.t.named(info, "title", self.word("index.edition")),
            language=self.language,
            file_stem="-".join([str(info.assessment_year), self.code, self.language, *named, *internal]),
            description=self.word("title.description", info, title=title),
            notice=self.t.word(f"index.notice_{info.data_kind}"),
            watermark=self.t.word(f"watermark.{info.data_kind}"),
            running_head=self.word("title.running_head", title=title),
            edition=self.say("title.edition_line", info, kind=self.t.word(f"data_kind_name.{info.data_kind}")),
            labels=labels(self.t),
            sections=tuple(outline.sections),
            sources=self.release.sources(),
            released_at=info.released_at,
            fills_a_page=False,
        )

    def _release(self) -> list[Block]:
        """The release, and how to check it and write the report anew."""
        info = self.info
        words = {
            "note": info.release_note or self.t.word("word.none"),
            "methodology": f"{self.method_name} ({info.methodology_version})",
            "data_kind": self.t.word(f"data_kind_name.{info.data_kind}"),
            "file": self.release.path.name,
            "file_sha256": self.release.file_hash,
        }
        kinds = {name: "count" if name.endswith("_count") else "text" for name in FACTS}
        items = [
            (self.t.word(f"release.{name}"), (words.get(name) or info.figure(kinds[name], name),)) for name in FACTS
        ]
        options = "" if info.is_primary_methodology else f" --methodology {info.methodology_code}"
        again = (
            f"zhengxin verify {info.release_id}\nzhengxin report --region {self.code} --year {info.assessment_year} "
            f"--release {info.release_id} --language {self.language}{options}"
        )
        said = OnScreen((Paragraph(self.t("about.reproduce")), Code(again)), self.t("about.reproduce_on_screen"))
        return [Facts(tuple(items), monospace=True), said]

    def _region_card(self) -> list[Block]:
        root = next((row for row in self.ask("index_node_mean") if row.node_level == 0), None)
        count = self.region.figure("count", "unit_count")
        mean = [("mean_of_units", root.figure("mark", "published_mean_of_units"), "", ())] if root else []
        scored = root.figure("count", "scored_unit_count") if root else "–"
        level = self.t.named(self.region, "region_level_name", self.region.region_level)
        text = self.say("index.region_text", self.region, scored=scored, level=level)
        return [card(self.t, *mean, ("units", count, self.noun, ())), Paragraph(text)]

    def _unit_card(self) -> list[Block]:
        unit = self.unit
        if unit is None:
            return []
        figures = [("score", unit.figure("mark", "published_score"), "", ())]
        if unit.is_ranked:
            figures.append(("rank", unit.figure("count", "unit_rank"), "", self.t("card.of_ranked", unit)))
        if unit.grade:
            figures.append(("grade", unit.figure("text", "grade"), "", ()))
        figures.append(("coverage", unit.figure("rate", "coverage"), "", ()))
        place = self.t.named(unit, "region_name", unit.region_code)
        return [card(self.t, *figures), Paragraph(self.say("index.unit_text", place=place))]

    def _named(self, stem: str, code: str) -> Any:
        """A column of names, by a code where there is none."""
        return lambda row: self.t.named(row, stem, getattr(row, code))

    def _ranking(self) -> list[Block]:
        """All units; where they are many, on paper the first and the last of those that have a rank."""
        everything = self._ranking_of(self.units, self.word("index.ranking_caption"))
        ranked = [unit for unit in self.units if unit.is_ranked]
        if len(self.units) <= MOST_ON_PAPER:
            return [everything]
        ends = [("top", ranked[:SHOWN_UNITS]), ("bottom", ranked[-SHOWN_UNITS:])]
        made = [self._ranking_of(units, self.word(f"index.{key}_caption", n=str(len(units)))) for key, units in ends]
        count = self.units.figure("count", len(self.units))
        return [*made, OnScreen((everything,), self.say("index.full_ranking", n=count))]

    def _ranking_of(self, units: Iterable[Any], caption: str) -> Block:
        t = self.t
        columns = [
            col(t, f"{self.noun} name", cell=self._named("unit_name", "unit_code")),
            col(t, "code raw:unit_code*1"),
            col(t, "region name*2", cell=self._named("region_name", "region_code")),
            col(t, "score mark:published_score"),
            col(t, "rank count:unit_rank"),
            *band_column(t, self.ask("rank_band")),
            *([col(t, "grade raw*1")] if any(unit.grade for unit in self.units) else []),
        ]
        return table(units, caption, columns, dense=True)

    def _map(self) -> list[Block]:
        """Where the region is one of China's divisions, as its areas' codes tell."""
        if self.region.region_level not in set(MapKind):
            return []
        kind, code = MapKind(self.region.region_level), self.region.region_code
        region = (kind, code, self.subject)
        named = self._named("name", "area_code")
        return [*score_map(self.t, self.ask("map_area"), region, self.info.assessment_year, named)]

    def _subregions(self) -> list[Block]:
        t, below = self.t, self.ask("index_subregion")
        columns = [
            col(t, "region name", cell=self._named("region_name", "region_code")),
            col(t, f"{t.word('index.level')} name:region_level_name*1.5"),
            col(t, f"{self.noun} count:unit_count"),
            col(t, f"{t.word('index.mean_of_units')} mark:published_mean_of_units"),
            col(t, "rank count:rank_within_parent"),
        ]
        return [table(below, self.word("index.regions_caption"), columns)] if below else []

    def _means(self) -> list[Block]:
        t, means = self.t, self.ask("index_node_mean")
        columns = [
            col(t, "indicator name*3", cell=self._named("name", "node_code")),
            col(t, "full_mark plain"),
            col(t, f"{t.word('index.mean_of_units')} mark:published_mean_of_units"),
            col(t, f"{t.word('index.lowest')} mark:min_score"),
            col(t, f"{t.word('index.highest')} mark:max_score"),
        ]
        made = self._tree(means, "index.tree_caption", columns)
        first = [row for row in means if row.node_level == 1 and row.score_rate is not None]
        if not 1 < len(first) <= CHARTED_NODES:
            return [made]
        names = [t.named(row, default=row.node_code) for row in first]
        drawn = [series(self.subject, first, "rate", "score_rate")]
        return [chart(t, ChartKind.bar, names, drawn, means.source, self.word("index.chart_caption"), unit="%"), made]

    def _tree(self, rows: Answer, caption: str, columns: list) -> Block:
        return table(
            rows,
            self.word(caption),
            columns,
            lambda row: row.node_level == 0,
            lambda row: min(row.node_level, 2),
            dense=True,
        )

    def _contributions(self) -> Block:
        t = self.t
        columns = [
            col(t, "indicator name*3", cell=self._named("node_name", "node_code")),
            col(t, "full_mark plain"),
            col(t, "score mark"),
            col(t, f"{t.word('index.gives')} mark:points"),
            col(t, "points_lost mark"),
            col(
                t,
                "reason name*3",
                cell=lambda row: t.named(row, "reason") if row.points_lost or row.score is None else "",
            ),
        ]
        return self._tree(self.ask("index_contribution"), "index.contributions_caption", columns)

    def _values(self) -> Block:
        t = self.t
        columns = [
            col(t, "measure name*3", cell=self._named("name", "measure_code")),
            col(t, "code raw:node_code*2"),
            col(t, "value plain"),
            col(t, f"{t.word('index.measurement_unit')} raw:measurement_unit*1"),
            col(t, "status word.status*1.5"),
        ]
        return table(self.ask("index_value"), self.word("index.values_caption"), columns, dense=True)

    def _method(self) -> list[Block]:
        t = self.t
        columns = [
            col(t, "measure name*3", cell=self._named("name", "measure_code")),
            col(t, "code raw:node_code*2"),
            col(t, "rule name*1.5", cell=lambda row: t.known(f"index.rule_{row.rule_family}", row.rule_family)),
            col(t, f"{t.word('index.floor')} plain:floor"),
            col(t, f"{t.word('index.target')} plain:target"),
            col(t, "meaning name:rule_text*3"),
        ]
        caption = t.word("index.method_caption", methodology=self.method_name)
        description = t.named(self.info, "description")
        said: list[Block] = [Paragraph((description,))] if description else []
        return [*said, table(self.ask("index_rule"), caption, columns, dense=True)]
