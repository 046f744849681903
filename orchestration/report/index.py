"""The report on any index: its title, units, levels and sections come from the series' own words and tree.

The county series has a report of its own (`compose`), which knows its provinces, dimensions and maps. This one knows
nothing but what every release holds.
"""

from __future__ import annotations

from orchestration.errors import UsageError
from orchestration.release.files import sha256_of
from orchestration.report.document import (
    Block,
    Chart,
    ChartKind,
    Code,
    Column,
    Facts,
    Paragraph,
    Report,
    Row,
    ScoreCard,
    Section,
    SourceList,
    Table,
)
from orchestration.report.figures.index import (
    IndexContribution,
    IndexNodeMean,
    IndexRule,
    IndexSubregion,
    IndexUnit,
    IndexValue,
    IndexWords,
)
from orchestration.report.figures.release import Region
from orchestration.report.figures.release import Release as ReleaseRow
from orchestration.report.release import Answer, Release
from orchestration.report.scope import full_width, primary_or_named
from orchestration.report.sections.parts import (
    Numbering,
    key_figure,
    labels,
    names_column,
    number_column,
    rate_series,
    row,
)
from orchestration.report.texts import Texts

# A chart of more bars than this says nothing.
CHARTED_NODES = 35


def compose_index(release: Release, code: str | None, language: str, methodology_code: str | None = None) -> Report:
    """The report on a region or unit of an index (`code` None: on all of it), in `zh` or `en`.

    Raises `UsageError` for a code that is neither, and for an unknown methodology.
    """
    return _IndexReport(release, code, language, methodology_code).compose()


class _IndexReport:
    """One report while it is put together."""

    def __init__(self, release: Release, code: str | None, language: str, methodology_code: str | None) -> None:
        self.release, self.language, self.t = release, language, Texts(language)
        self.infos = release.ask(ReleaseRow)
        self.info = primary_or_named(self.infos, methodology_code)
        release.digits = 2 if self.info.publication_digits is None else self.info.publication_digits
        self.regions = release.ask(Region)
        self.root = next(region for region in self.regions if region.parent_region_code is None)
        self.code = code or self.root.region_code
        self.region = next((region for region in self.regions if region.region_code == self.code), None)
        self.units = self.ask(IndexUnit)
        self.unit = None if self.region else next(iter(self.units), None)
        if self.region is None and self.unit is None:
            known = ", ".join(region.region_code for region in self.regions[:8])
            raise UsageError(
                f"There is no region or scored unit {self.code} in the edition of {self.info.assessment_year}. Regions "
                f"are {known}; zhengxin query lists all: select region_code, name_en from marts.dim_region"
            )
        [self.words] = self.ask(IndexWords)

    def ask(self, row_type: type) -> Answer:
        return self.release.ask(row_type, methodology=self.info.methodology_code, region=self.code)

    def named(self, entry: object, stem: str = "name", default: str = "") -> str:
        """The name in the report's language, else in the other one, else `default`."""
        other = "en" if self.language == "zh" else "zh"
        name = getattr(entry, f"{stem}_{self.language}") or getattr(entry, f"{stem}_{other}") or default
        return full_width(name) if self.language == "zh" else name

    @property
    def subject(self) -> str:
        if self.unit:
            return self.named(self.unit, "unit_name", self.unit.unit_code)
        return self.named(self.region, default=self.region.region_code)

    @property
    def noun(self) -> str:
        """What a unit of the series is called."""
        return self.named(self.words, "unit_noun", self.t.word("index.unit"))

    def compose(self) -> Report:
        t, info = self.t, self.info
        series = self.named(self.words, "series_name", info.series_code)
        whole = self.region is self.root
        title = series if whole else t.word("index.title", series=series, subject=self.subject)
        year = str(info.assessment_year)
        sections = self._unit_sections() if self.unit else self._region_sections()
        return Report(
            title=title,
            subtitle=self.named(info, "title", t.word("index.edition", year=year)),
            language=self.language,
            file_stem=self._file_stem(),
            description=t.word("title.description", title=title, year=year, release=info.release_id),
            notice=t.word(f"index.notice_{info.data_kind}"),
            watermark=t.word(f"watermark.{info.data_kind}"),
            running_head=t.word("title.running_head", title=title, year=year),
            cover_facts=self._facts(("release_id", "released_at", "methodology", "data_kind")),
            labels=labels(t),
            sections=tuple(sections),
            sources=self.release.sources(),
            released_at=info.released_at,
            chapters_start_pages=False,
        )

    def _file_stem(self) -> str:
        named = [] if self.info.is_primary_methodology else [self.info.methodology_code]
        internal = ["internal"] if self.release.has("quarantined_row") else []
        return "-".join([str(self.info.assessment_year), self.code, self.language, *named, *internal])

    def _facts(self, names: tuple[str, ...]) -> tuple:
        t, info = self.t, self.info
        values = {
            "release_id": (self.infos.text(info.release_id),),
            "released_at": (self.infos.text(info.released_at), t.word("word.time_zone")),
            "note": (info.release_note or t.word("word.none"),),
            "methodology": (
                self.named(info, "methodology_name", info.methodology_code),
                f" ({info.methodology_version})",
            ),
            "data_kind": (t.word(f"data_kind_name.{info.data_kind}"),),
            "input_rows": (self.infos.count(info.input_row_count),),
            "synthetic_rows": (self.infos.count(info.synthetic_row_count),),
            "batches": (self.infos.count(info.batch_count),),
            "input_digest": (self.infos.text(info.input_digest),),
            "file": (self.release.path.name,),
            "file_sha256": (sha256_of(self.release.path),),
        }
        return tuple((t.word(f"release.{name}"), values[name]) for name in names)

    def _region_sections(self) -> list[Section]:
        number = Numbering(self.language)
        parts = [
            ("overview", self._region_card()),
            ("ranking", [self._ranking()]),
            ("regions", self._subregions()),
            ("tree", self._means()),
        ]
        return [*self._made(parts, number), *self._closing(number)]

    def _unit_sections(self) -> list[Section]:
        number = Numbering(self.language)
        parts = [
            ("overview", self._unit_card()),
            ("tree", [self._contributions()]),
            ("values", [self._values()]),
        ]
        return [*self._made(parts, number), *self._closing(number)]

    def _made(self, parts: list[tuple[str, list[Block]]], number: Numbering) -> list[Section]:
        return [
            Section(self.t.word(f"index.{name}_heading", subject=self.subject), 1, name, tuple(blocks), number.first())
            for name, blocks in parts
            if blocks
        ]

    def _closing(self, number: Numbering) -> list[Section]:
        """Method, release, and where the figures come from."""
        facts = ("release_id", "released_at", "note", "methodology", "data_kind", "input_rows", "synthetic_rows")
        facts += ("batches", "input_digest", "file", "file_sha256")
        options = "" if self.info.is_primary_methodology else f" --methodology {self.info.methodology_code}"
        again = (
            f"zhengxin verify {self.info.release_id}\n"
            f"zhengxin report --region {self.code} --year {self.info.assessment_year} "
            f"--release {self.info.release_id} --language {self.language}{options}"
        )
        parts: list[tuple[str, list[Block]]] = [
            ("method", self._method()),
            ("release", [Facts(self._facts(facts), monospace=True), Paragraph(self.t("appendix.reproduce"))]),
            ("sources", [Paragraph(self.t("appendix.sources")), SourceList()]),
        ]
        parts[1][1].append(Code(again))
        return self._made(parts, number)

    def _region_card(self) -> list[Block]:
        t, info = self.t, self.info
        means = self.ask(IndexNodeMean)
        root = next((mean for mean in means if mean.node_level == 0), None)
        figures = [
            key_figure(t, t.word("card.mean_of_units"), means.mark(root and root.published_mean_of_units)),
            key_figure(t, self.noun, self.regions.count(self.region.unit_count)),
        ]
        text = t(
            "index.region_text",
            subject=self.subject,
            year=str(info.assessment_year),
            units=self.regions.count(self.region.unit_count),
            scored=means.count(root.scored_unit_count if root else 0),
            noun=self.noun,
            level=self.named(self.region, "region_level_name", self.region.region_level),
        )
        return [ScoreCard(tuple(figures)), Paragraph(text)]

    def _unit_card(self) -> list[Block]:
        t, unit, units = self.t, self.unit, self.units
        figures = [key_figure(t, t.word("column.score"), units.mark(unit.published_score))]
        if unit.is_ranked:
            note = t("card.of_units", total=units.count(unit.ranked_unit_count))
            figures.append(key_figure(t, t.word("column.rank"), units.count(unit.unit_rank), note=note))
        if unit.grade:
            figures.append(key_figure(t, t.word("column.grade"), units.text(unit.grade)))
        figures.append(key_figure(t, t.word("card.coverage"), units.rate(unit.coverage)))
        place = self.named(unit, "region_name", unit.region_code)
        return [ScoreCard(tuple(figures)), Paragraph(t("index.unit_text", subject=self.subject, place=place))]

    def _ranking(self) -> Table:
        t, units = self.t, self.units
        has_grades = any(unit.grade for unit in units)
        rows = [
            row(
                self.named(unit, "unit_name", unit.unit_code),
                unit.unit_code,
                self.named(unit, "region_name", unit.region_code),
                units.mark(unit.published_score),
                units.count(unit.unit_rank),
                *([unit.grade or ""] if has_grades else []),
            )
            for unit in units
        ]
        columns = (
            names_column(self.noun),
            Column(t.word("column.code")),
            names_column(t.word("column.region"), 2),
            number_column(t.word("column.score")),
            number_column(t.word("column.rank")),
            *([Column(t.word("column.grade"))] if has_grades else []),
        )
        return Table(columns, tuple(rows), t.word("index.ranking_caption", subject=self.subject), dense=True)

    def _subregions(self) -> list[Block]:
        t, below = self.t, self.ask(IndexSubregion)
        if not below:
            return []
        rows = [
            row(
                self.named(entry, "region_name", entry.region_code),
                self.named(entry, "region_level_name"),
                below.count(entry.unit_count),
                below.mark(entry.published_mean_of_units),
                below.count(entry.rank_within_parent),
            )
            for entry in below
        ]
        columns = (
            names_column(t.word("column.region")),
            Column(t.word("index.level"), width=1.5),
            number_column(self.noun),
            number_column(t.word("column.mean_of_units")),
            number_column(t.word("column.rank")),
        )
        return [Table(columns, tuple(rows), t.word("index.regions_caption", subject=self.subject))]

    def _means(self) -> list[Block]:
        t, means = self.t, self.ask(IndexNodeMean)
        rows = tuple(
            Row(
                row(
                    self.named(mean, default=mean.node_code),
                    means.plain(mean.full_mark),
                    means.mark(mean.published_mean_of_units),
                    means.mark(mean.min_score),
                    means.mark(mean.max_score),
                ).cells,
                depth=min(mean.node_level, 2),
                emphasis=mean.node_level == 0,
            )
            for mean in means
        )
        columns = (
            names_column(t.word("column.indicator"), 3),
            number_column(t.word("column.full_mark")),
            number_column(t.word("column.mean_of_units")),
            number_column(t.word("index.lowest")),
            number_column(t.word("index.highest")),
        )
        table = Table(columns, rows, t.word("index.tree_caption", subject=self.subject), dense=True)
        return [*self._mean_chart(means), table]

    def _mean_chart(self, means: Answer) -> list[Block]:
        """Score rates of the nodes right below the root."""
        first = [mean for mean in means if mean.node_level == 1 and mean.score_rate is not None]
        if not 1 < len(first) <= CHARTED_NODES:
            return []
        names = tuple(self.named(mean, default=mean.node_code) for mean in first)
        series = rate_series(self.subject, (mean.score_rate for mean in first), "subject")
        caption = self.t.word("index.chart_caption", subject=self.subject)
        said = "; ".join(f"{name} {label}" for name, label in zip(names, series.labels, strict=True))
        return [Chart(ChartKind.bar, names, (series,), caption, f"{caption}: {said}", means.source, unit="%")]

    def _contributions(self) -> Table:
        t, nodes = self.t, self.ask(IndexContribution)
        rows = tuple(
            Row(
                row(
                    self.named(node, "node_name", node.node_code),
                    nodes.plain(node.full_mark),
                    nodes.mark(node.score),
                    nodes.mark(node.points),
                    nodes.mark(node.points_lost),
                    self.named(node, "reason") if node.points_lost or node.score is None else "",
                ).cells,
                depth=min(node.node_level, 2),
                emphasis=node.node_level == 0,
            )
            for node in nodes
        )
        columns = (
            names_column(t.word("column.indicator"), 3),
            number_column(t.word("column.full_mark")),
            number_column(t.word("column.score")),
            number_column(t.word("index.gives")),
            number_column(t.word("column.points_lost")),
            Column(t.word("column.reason"), width=3),
        )
        return Table(columns, rows, t.word("index.contributions_caption", subject=self.subject), dense=True)

    def _values(self) -> Table:
        t, values = self.t, self.ask(IndexValue)
        rows = tuple(
            row(
                self.named(value, default=value.measure_code),
                value.node_code,
                values.plain(value.value),
                value.measurement_unit or "",
                t.known(f"status.{value.status}", value.status),
            )
            for value in values
        )
        columns = (
            names_column(t.word("column.measure"), 3),
            Column(t.word("column.code")),
            number_column(t.word("column.value")),
            Column(t.word("index.measurement_unit")),
            Column(t.word("column.status"), width=1.5),
        )
        return Table(columns, rows, t.word("index.values_caption", subject=self.subject), dense=True)

    def _method(self) -> list[Block]:
        t, rules = self.t, self.ask(IndexRule)
        rows = tuple(
            row(
                self.named(rule, default=rule.measure_code),
                rule.node_code,
                t.known(f"index.rule_{rule.rule_family}", rule.rule_family),
                rules.plain(rule.floor),
                rules.plain(rule.target),
                self.named(rule, "rule_text"),
            )
            for rule in rules
        )
        columns = (
            names_column(t.word("column.measure"), 3),
            Column(t.word("column.code")),
            Column(t.word("column.rule"), width=1.5),
            number_column(t.word("index.floor")),
            number_column(t.word("index.target")),
            Column(t.word("column.meaning"), width=3),
        )
        caption = t.word(
            "appendix.methodology_caption",
            methodology=self.named(self.info, "methodology_name", self.info.methodology_code),
        )
        description = self.named(self.info, "description")
        blocks: list[Block] = [Paragraph((description,))] if description else []
        return [*blocks, Table(columns, rows, caption, dense=True)]
