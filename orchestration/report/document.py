"""The document: what a report says, in its language, before anything decides how it looks.

Everything here is frozen, free of markup, in the report's language, its numbers formatted. A text is a tuple of runs;
every number that comes from the release is a `Figure`, which names its source. Renderers (HTML, typst) walk
`Report.sections` in order, know nothing of releases, and escape every string themselves.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from itertools import groupby


@dataclass(frozen=True)
class Source:
    """One query that figures were read from: `key` is unique in a report, fit for an attribute, `number` its place in
    the list of sources, `tables` the marts that it reads, `statement` what it asks, `sql` what a reader can run against
    the release file."""

    key: str
    number: int
    tables: tuple[str, ...]
    statement: str
    sql: str


@dataclass(frozen=True)
class Figure:
    """A number in text or table as printed (`80.74`, `99.1%`), never broken over lines, and the key of its `Source`: in
    HTML an attribute, on paper a superscript at the paragraph's end."""

    text: str
    source: str


@dataclass(frozen=True)
class Strong:
    """Emphasised words (bold in Latin and Chinese; never italics in Chinese)."""

    text: str


Run = str | Figure | Strong
Text = tuple[Run, ...]


class Tone(StrEnum):
    """How a figure, finding or cell is to be read; shown by more than colour (sign, mark or word is in the text)."""

    neutral = "neutral"
    good = "good"
    bad = "bad"
    warning = "warning"


@dataclass(frozen=True)
class Paragraph:
    """Running text. `small` is for explanations and methods below tables and charts."""

    runs: Text
    small: bool = False

    @property
    def is_heading(self) -> bool:
        """Emphasised words only: they head what follows."""
        return bool(self.runs) and all(isinstance(run, Strong) for run in self.runs)


@dataclass(frozen=True)
class BulletList:
    """Short items, each a text of its own."""

    items: tuple[Text, ...]


class Align(StrEnum):
    """Where the texts of a column stand."""

    start = "start"
    decimal = "decimal"  # a number: right-aligned with tabular digits (all rows of a column have equal decimals)


@dataclass(frozen=True)
class Column:
    """A table's column: `unit` stands below the heading, `width` is a share of the free width; columns that follow each
    other with an equal `group` stand under one spanning heading."""

    heading: str
    align: Align = Align.start
    unit: str = ""
    width: float = 1
    group: str = ""


@dataclass(frozen=True)
class Cell:
    """A table's cell: its text, maybe empty, and how it is to be read."""

    runs: Text
    tone: Tone = Tone.neutral


@dataclass(frozen=True)
class Row:
    """A table's row, a cell per column. The first cell heads it, indented by `depth` (0, 1, 2: trees of indicators);
    `emphasis` sets the row apart (totals, the region itself)."""

    cells: tuple[Cell, ...]
    depth: int = 0
    emphasis: bool = False


@dataclass(frozen=True)
class Table:
    """Rows under columns, broken over pages between rows. `caption` stands above it, without the number that renderers
    give, `note` below. `dense` asks for the smaller type of annexes."""

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    caption: str
    note: Text = ()
    dense: bool = False

    @property
    def groups(self) -> list[tuple[str, int]]:
        """Headings that span columns, with how many; columns without one stand alone. Empty where none has one."""
        spans: list[tuple[str, int]] = []
        for group, members in groupby(self.columns, key=lambda column: column.group):
            count = len(list(members))
            spans += [(group, count)] if group else [("", 1)] * count
        return spans if any(group for group, _ in spans) else []


@dataclass(frozen=True)
class KeyFigure:
    """One big number of a score card: label, the number with its unit, a line below it."""

    label: str
    value: Figure
    unit: str = ""
    note: Text = ()
    tone: Tone = Tone.neutral


@dataclass(frozen=True)
class ScoreCard:
    """Up to eight key figures side by side, wrapping; the first is the most important and may be larger."""

    figures: tuple[KeyFigure, ...]


class ChartKind(StrEnum):
    """What a chart shows of its series along its categories.

    * bar: a horizontal bar per category and series (1–3 series), from zero, or from `Chart.minimum` on a cut axis.
    * dot: a line per category, a dot per series on a common axis, told apart by shape.
    * line: categories are years in order; a line per series with values written at its points.
    """

    bar = "bar"
    dot = "dot"
    line = "line"


@dataclass(frozen=True)
class Series:
    """One row of values, one a category (None: a gap), and the `labels` that they are printed as. `role` decides its
    look in all charts: subject (of the report), reference (national mean), best, previous, other."""

    name: str
    values: tuple[Decimal | None, ...]
    labels: tuple[str, ...]
    role: str = "subject"


@dataclass(frozen=True)
class ReferenceLine:
    """A line across all bars at a value, with its label (`全国平均 79.38`)."""

    value: Decimal
    label: str


@dataclass(frozen=True)
class Chart:
    """A chart's content. `alt` says in words what a reader would see; `caption` stands below it, without the number
    that renderers give; `source` is the key of all values' `Source`. `unit`, `minimum` and `maximum` are those of the
    value axis; `highlight` are indexes of categories to set apart."""

    kind: ChartKind
    categories: tuple[str, ...]
    series: tuple[Series, ...]
    caption: str
    alt: str
    source: str
    unit: str = ""
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    reference_lines: tuple[ReferenceLine, ...] = ()
    highlight: tuple[int, ...] = ()


class MapKind(StrEnum):
    """Which shapes a map shows: all provinces of China (a value a province; those without one are never left out), with
    boundary lines and the South China Sea; or all county-level shapes of a province or prefecture (a value a unit)."""

    nation = "nation"
    province = "province"
    prefecture = "prefecture"


@dataclass(frozen=True)
class MapArea:
    """A region or unit on a map by its code of that year; `text` is its value as printed, `band` the index into
    `Map.bands`, None where there is no value."""

    code: str
    name: str
    value: Decimal | None
    text: str
    band: int | None


@dataclass(frozen=True)
class MapBand:
    """One colour class of the legend, from best to worst; lower bound inclusive, upper exclusive."""

    label: str
    lower: Decimal | None
    upper: Decimal | None


@dataclass(frozen=True)
class Map:
    """A map's content: colours go from dark (best) to light (worst); areas without value are striped. `assessment_year`
    picks the shapes that a unit code had in that edition; `attribution` (source, 审图号) is printed inside the image;
    `place` is the code of an area to be outlined. `caption`, `alt`, `source` as in `Chart`."""

    kind: MapKind
    region_code: str
    assessment_year: int
    areas: tuple[MapArea, ...]
    bands: tuple[MapBand, ...]
    no_value_label: str
    caption: str
    alt: str
    source: str
    attribution: str
    legend_title: str
    place: str = ""


@dataclass(frozen=True)
class Finding:
    """What a stated rule found: heading, sentence, the rule in words, and who is concerned, most concerned first."""

    heading: str
    statement: Text
    rule: str
    concerned: tuple[Text, ...] = ()
    concerned_label: str = ""
    tone: Tone = Tone.warning
    rule_label: str = ""  # the renderer's own word for a rule, unless given


@dataclass(frozen=True)
class FindingList:
    """Findings in order, numbered from 1 within the list."""

    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class Facts:
    """Pairs of a term and its value: a description list; long values (`monospace`) break anywhere."""

    items: tuple[tuple[str, Text], ...]
    monospace: bool = False


@dataclass(frozen=True)
class Code:
    """A command or query to be run, verbatim, its lines kept."""

    text: str


@dataclass(frozen=True)
class SourceList:
    """The place where `Report.sources` are listed: number, statement, tables, SQL."""


@dataclass(frozen=True)
class Quote:
    """What somebody else says, word for word: a text from outside the assessment, and where it was taken from."""

    text: str
    source_name: str
    source_url: str = ""


@dataclass(frozen=True)
class OnScreen:
    """Blocks that a web page has in full (long tables, queries); on paper `on_paper` says where they are."""

    blocks: tuple[Block, ...]
    on_paper: Text


Block = (
    Paragraph
    | BulletList
    | Table
    | ScoreCard
    | Chart
    | Map
    | FindingList
    | Facts
    | Code
    | SourceList
    | Quote
    | OnScreen
)


@dataclass(frozen=True)
class Section:
    """A heading with its blocks. Sections are a flat list: one of level 2 belongs to the one of level 1 before it.
    `number` is the heading's as printed (`一`, `1.1`; may be empty), `anchor` unique in the report."""

    heading: str
    level: int
    anchor: str
    blocks: tuple[Block, ...]
    number: str = ""


@dataclass(frozen=True)
class Labels:
    """The renderers' own words, in the report's language."""

    contents: str  # 目录
    figure: str  # 图 {number}
    table: str  # 表 {number}
    page: str  # 第 {page} 页 共 {pages} 页
    skip_to_content: str
    rule: str  # 规则
    further: str  # of the units of a finding: 其余 {count} 个见网页版
    further_findings: str  # 其余 {count} 项见网页版
    missing_signs: str = ""  # what {mark} stands for: {characters}
    quoted_from: str = ""  # 引自


@dataclass(frozen=True)
class Report:
    """A whole report. The first section is the message (摘要): it stands on the first page, before the contents.

    `language` is zh or en; `notice` stands on every page and `watermark` behind the text (both empty where data are
    real), `edition` below the title, `running_head` on every page but the first. `file_stem` names its files,
    `description` and `released_at` (China Standard Time, None before release) are metadata. `has_contents` is False for
    a short report; the contents follow the first section at once unless it `fills_a_page`.
    """

    title: str
    subtitle: str
    language: str
    file_stem: str
    description: str
    notice: str
    watermark: str
    running_head: str
    edition: Text
    labels: Labels
    sections: tuple[Section, ...]
    sources: tuple[Source, ...] = field(default=())
    publisher: str = ""
    released_at: datetime | None = None
    has_contents: bool = True
    fills_a_page: bool = True

    def blocks(self, on_paper: bool = False) -> Iterator[Block]:
        """All blocks in order; of those for the screen what they hold, or on paper nothing but themselves."""
        for section in self.sections:
            for block in section.blocks:
                if isinstance(block, OnScreen) and not on_paper:
                    yield from block.blocks
                else:
                    yield block
