"""The document: what a report says, in its language, before anything decides how it looks.

Everything here is frozen and free of markup. A text is a tuple of runs; every number that comes from the release is a
`Figure` run, which names the source that it was read from. Renderers (HTML, typst) walk `Report.sections` in order and
know nothing of releases; the composer (`orchestration.report.sections`) knows nothing of markup. All text, units,
captions and alternative texts are already in the report's language; numbers in text and tables are already formatted.
Renderers must escape every string themselves.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum


@dataclass(frozen=True)
class Source:
    """One query that figures were read from.

    `key` is unique in a report and fit for an attribute (`region_score.composite`); `number` counts from 1 in the order
    in which the sources are listed in the appendix; `tables` are the marts that it reads; `statement` says in the
    report's language what it asks; `sql` is what was executed, with its parameters written out, so that a reader can
    run it against the release file.
    """

    key: str
    number: int
    tables: tuple[str, ...]
    statement: str
    sql: str


@dataclass(frozen=True)
class Figure:
    """A number in text or table: as printed (`80.74`, `99.10%`, `-`), and the key of the `Source` it was read from.

    HTML writes `<data class="figure" data-source="KEY" value="TEXT">TEXT</data>`; paper shows the text, and the numbers
    of all sources of a paragraph, each once, as superscript at the paragraph's end. Never broken over lines.
    """

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


@dataclass(frozen=True)
class BulletList:
    """Short items, each a text of its own."""

    items: tuple[Text, ...]


class Align(StrEnum):
    """Where the texts of a column stand."""

    start = "start"
    center = "center"
    decimal = "decimal"  # a number: right-aligned with tabular digits (all rows of a column have equal decimals)


@dataclass(frozen=True)
class Column:
    """A table's column. `unit` (points, %, …) is shown below or after the heading; `width` is a share of the free width
    (a heading column of names has 2 or 3, numbers 1); `group` puts columns that follow each other with an equal,
    non-empty group under one spanning heading."""

    heading: str
    align: Align = Align.start
    unit: str = ""
    width: float = 1
    group: str = ""


@dataclass(frozen=True)
class Cell:
    """A table's cell: its text, and how it is to be read. An empty text is a cell without content.

    A bare `Text` is not a cell; use `Cell((...,))`.
    """

    runs: Text
    tone: Tone = Tone.neutral


@dataclass(frozen=True)
class Row:
    """A table's row, with as many cells as the table has columns.

    The first cell heads its row (`<th scope=row>`). `depth` indents the first cell (0, 1, 2: trees of indicators);
    `emphasis` sets the row apart (totals, the region itself).
    """

    cells: tuple[Cell, ...]
    depth: int = 0
    emphasis: bool = False


@dataclass(frozen=True)
class Table:
    """Rows under columns; breaks over pages between rows, its heading repeated on each page (`repeat_header`).

    `caption` stands above it and starts without a number: renderers number tables 1… through the whole report
    (`表 1`, `Table 1`). `note` stands below. `dense` asks for the smaller type of annexes.
    """

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    caption: str
    note: Text = ()
    repeat_header: bool = True
    dense: bool = False


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
    """What a chart shows; `values` of every series run along `categories`.

    * bar: one horizontal bar per category and series (1–3 series, up to 35 categories), values at the bars' ends;
      negative values go to the left. Bars start at zero, or at `Chart.minimum`, which is then marked as a cut axis.
    * dot: one line per category, one dot per series on a common axis, joined by a thin line (comparison of a region
      with nation and best); series told apart by shape, not by colour alone.
    * line: categories are years in order; one line per series with values written at its points.
    """

    bar = "bar"
    dot = "dot"
    line = "line"


@dataclass(frozen=True)
class Series:
    """One row of values: as many as the chart has categories; None is a gap (no bar, no dot, a broken line).

    `labels` are the values as they are printed (same length, "" where there is none). `role` decides its look alike in
    all charts: subject (the region or unit of the report), reference (national mean), best, previous, other.
    """

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
    """A chart's content. `alt` says in words what a reader would see; `caption` stands below it, without its number
    (renderers number charts and maps together: `图 1`, `Figure 1`). `unit` labels the value axis. `minimum`/`maximum`
    fix the value axis; None lets the drawer choose (bars always include zero). `highlight` are indexes of categories to
    set apart (the region itself in a ranking of regions). `source` is the key of the `Source` of all values.
    """

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
    """Which shapes a map shows.

    * nation: all provinces of China from the national map, with boundary lines and the South China Sea dashes; a value
      a province. Provinces without a value are drawn as "no data", never left out.
    * province: all county-level shapes of the province `region_code`, a value a unit; prefecture borders are drawn and
      labelled.
    * prefecture: all county-level shapes of the prefecture `region_code`, a value a unit, units labelled.
    """

    nation = "nation"
    province = "province"
    prefecture = "prefecture"


@dataclass(frozen=True)
class MapArea:
    """A region or unit on a map: `code` as in the release (units: code of `assessment_year`), its name and value.

    `band` is the index into `Map.bands`, None where there is no value. `text` is the value as printed.
    """

    code: str
    name: str
    value: Decimal | None
    text: str
    band: int | None


@dataclass(frozen=True)
class MapBand:
    """One colour class of the legend, from best to worst: `label` (`80.00–90.00`), lower bound inclusive, upper bound
    exclusive, None for open ends."""

    label: str
    lower: Decimal | None
    upper: Decimal | None


@dataclass(frozen=True)
class Map:
    """A map's content: colours go from dark (best) to light (worst) and stay apart in grey; areas without value are
    grey and named in the legend by `no_value_label`.

    `assessment_year` picks the shapes that a unit code had in that edition (frame at the end of the year before).
    `attribution` (source and 审图号) is printed inside the image. `caption`, `alt`, `source` as in `Chart`.
    `place` marks one area to be outlined (a unit's own report), by code.
    """

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
    """One problem that a stated rule found: a heading, the sentence with its figures, the rule in words with its
    thresholds, and who is concerned (names, each maybe with a figure), most concerned first."""

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
    """Pairs of a term and its value (release id, hashes, versions): a description list; values may be long and break
    anywhere (`monospace`)."""

    items: tuple[tuple[str, Text], ...]
    monospace: bool = False


@dataclass(frozen=True)
class Code:
    """A command or query to be run, verbatim, monospaced, its lines kept (long lines may wrap)."""

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
    """A heading with its blocks, in order. Level 1 sections may start a page on paper; levels 2 and 3 lie inside.

    `number` is the heading's number as printed (`一`, `(二)`, `1`, `Annex A`; may be empty); `anchor` is unique in the
    report. Sections are a flat list: a level 2 section belongs to the level 1 section before it. Headings of levels 1
    and 2 go into the table of contents unless `in_contents` is False (unit pages of a big annex: level 1 only).
    """

    heading: str
    level: int
    anchor: str
    blocks: tuple[Block, ...]
    number: str = ""
    in_contents: bool = True


@dataclass(frozen=True)
class Labels:
    """The renderers' own words, in the report's language."""

    contents: str  # 目录
    figure: str  # 图 {number}
    table: str  # 表 {number}
    page: str  # 第 {page} 页 共 {pages} 页
    skip_to_content: str
    sources: str  # heading of a paragraph's source numbers, for tooltips: 出处
    rule: str  # 规则
    continued: str  # (续)
    of_release: str  # 发布版本
    missing_signs: str = ""  # what {mark} stands for: {characters}
    quoted_from: str = ""  # 引自


@dataclass(frozen=True)
class Report:
    """A whole report.

    The first section is the message (摘要): it stands on the first page, below the title, before the contents.
    `language` is zh or en (attribute lang: zh-CN, en-GB). `publisher` may be empty. `notice` is the line on every page
    (empty where data are real); `watermark` the short word laid over the pages behind the text (合成数据), empty where
    data are real. `edition` is the line below the title: release, date, kind of data. `running_head` stands at the top
    of every page but the first. `file_stem` names its files without ending. `description` is one sentence for document
    metadata; `released_at` is the date in a file's metadata, China Standard Time, None before release.
    `has_contents` is False for a short report; the contents follow the first section at once unless it `fills_a_page`.
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
