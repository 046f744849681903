"""How sections make tables, key figures, numbers of headings, and series of charts.

A table is data: the rows of a query, and a line per column, `"heading kind:column*width"`: the key of its heading
(`column.…`), how it is printed (`Texts.told`; `change` is a difference whose sign is its tone; `word.GROUP` the word
for a code), which column of the query (default: named as the heading), and its share of the width.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from decimal import ROUND_FLOOR, Decimal
from typing import Any

from orchestration.report.document import (
    Align,
    Block,
    Cell,
    Chart,
    ChartKind,
    Column,
    Figure,
    KeyFigure,
    Labels,
    Row,
    Run,
    ScoreCard,
    Section,
    Series,
    Table,
    Text,
    Tone,
)
from orchestration.report.release import NO_VALUE, PRINTED, Answer
from orchestration.report.texts import Texts

CHINESE_DIGITS = "零一二三四五六七八九十"
NAME_WIDTH = 2.5


@dataclass(frozen=True)
class Col:
    """A column of a table: its heading, and what it shows of a row."""

    column: Column
    cell: Callable[[Any], Cell]


def col(t: Texts, line: str, group: str = "", cell: Callable[[Any], Run | Text | Cell] | None = None) -> Col:
    """The column that `line` tells of; `cell` shows a row where no column of the query does."""
    heading, _, told = line.rpartition(" ")
    told, _, width = told.partition("*")
    kind, _, name = told.partition(":")
    is_number = (kind in PRINTED and kind != "text") or kind == "change"
    share = float(width) if width else 1.0 if is_number or kind == "text" else NAME_WIDTH
    text = t.word(f"column.{heading}") if t.known(f"column.{heading}", "") else heading
    column = Column(text, Align.decimal if is_number else Align.start, "", share, group)
    if cell is None:
        cell = _teller(t, kind, name or heading)
    return Col(column, lambda row: as_cell(cell(row)))


def band_column(t: Texts, bands: Answer, group: str = "") -> list[Col]:
    """In which ranks nine draws in ten lie, by the query `rank_band`; no column where the release has none of it."""
    by_unit = bands.by("unit_code")

    def told(unit: Any) -> Text:
        band = by_unit.get(unit.unit_code)
        return t("regions.band", band) if band else ("–",)

    return [col(t, "band count*1.5", group, told)] if bands else []


def _teller(t: Texts, kind: str, name: str) -> Callable[[Any], Run | Text | Cell]:
    if kind == "change":
        return lambda row: change_cell(row.figure("signed", name))
    if kind.startswith("word."):
        return lambda row: t.known(f"{kind[5:]}.{getattr(row, name)}", getattr(row, name) or "")
    if kind == "raw":
        return lambda row: getattr(row, name) or ""
    return lambda row: t.told(row, name, kind)


def table(
    rows: Iterable[Any],
    caption: str,
    columns: Iterable[Col],
    emphasis: Callable[[Any], bool] = lambda row: False,
    depth: Callable[[Any], int] = lambda row: 0,
    note: Text = (),
    dense: bool = False,
) -> Table:
    columns = list(columns)
    made = tuple(Row(tuple(each.cell(row) for each in columns), depth(row), emphasis(row)) for row in rows)
    return Table(tuple(each.column for each in columns), made, caption, note=note, dense=dense)


def as_cell(entry: Run | Text | Cell) -> Cell:
    if isinstance(entry, Cell):
        return entry
    return Cell(tuple(run for run in (entry if isinstance(entry, tuple) else (entry,)) if run != ""))


def change_cell(figure: Figure) -> Cell:
    """A difference: its sign says what its tone says."""
    tone = {"+": Tone.good, "−": Tone.bad}.get(figure.text[:1], Tone.neutral)
    return Cell((figure,), tone)


def key_figure(
    t: Texts, label: str, value: Figure, unit: str = "", note: Text = (), tone: Tone = Tone.neutral
) -> KeyFigure:
    """A big number with its unit; where there is none, the word for that and no unit."""
    if value.text == NO_VALUE:
        return KeyFigure(label, Figure(t.word("word.none"), value.source), "", note, tone)
    return KeyFigure(label, value, unit, note, tone)


def card(t: Texts, *figures: tuple[str, Figure, str, Text]) -> ScoreCard:
    """Key figures by the keys of their labels: label, value, unit, note; a difference is told by its tone as well."""
    return ScoreCard(
        tuple(
            key_figure(t, t.word(f"card.{key}"), value, t.known(f"unit.{unit}", unit), note, change_cell(value).tone)
            for key, value, unit, note in figures
        )
    )


def with_ties(t: Texts, name: Run, row: Any, column: str) -> Text:
    """The first of those that share a place, with how many they are: nobody is called the highest who is one of ten."""
    if (getattr(row, column) or 0) > 1:
        return t("word.and_others", name=name, n=row.figure("count", column))
    return (name,)


def chinese_number(number: int) -> str:
    """1–99 in Chinese numerals, as headings count."""
    tens, ones = divmod(number, 10)
    if not tens:
        return CHINESE_DIGITS[ones]
    return ("" if tens == 1 else CHINESE_DIGITS[tens]) + "十" + (CHINESE_DIGITS[ones] if ones else "")


def labels(t: Texts) -> Labels:
    """The renderers' own words."""
    return Labels(**{label.name: t.known(f"label.{label.name}", "") for label in fields(Labels)})


class Numbering:
    """Numbers of headings as the language writes them: with Chinese numerals, or 1 and 1.1."""

    def __init__(self, language: str) -> None:
        self._language, self._first, self._second = language, 0, 0

    def first(self) -> str:
        self._first, self._second = self._first + 1, 0
        return f"{chinese_number(self._first)}、" if self._language == "zh" else f"{self._first}"

    def second(self) -> str:
        self._second += 1
        return (
            f"\uff08{chinese_number(self._second)}\uff09" if self._language == "zh" else f"{self._first}.{self._second}"
        )


def series(name: str, rows: Iterable[Any], kind: str, column: str, role: str = "subject") -> Series:
    """A column of rows as a chart's series, its labels as they are printed; a rate as per cent. None is a gap."""
    values, printed = [], []
    for row in rows:
        value = None if row is None else getattr(row, column)
        values.append(100 * value if kind == "rate" and value is not None else value)
        printed.append("" if value is None else row.figure(kind, column).text)
    return Series(name, tuple(values), tuple(printed), role)


def chart(
    t: Texts, kind: ChartKind, names: Iterable[str], drawn: Iterable[Series], source: str, caption: str, **further: Any
) -> Chart:
    """A chart whose alternative text says the first series' values by name. Scores that lie close together do not begin
    at zero: differences would not show."""
    names, drawn = tuple(names), tuple(drawn)
    said = t.listed(f"{name} {label or NO_VALUE}" for name, label in zip(names, drawn[0].labels, strict=True))
    alt = t.word("chart.alt", caption=caption, parts=said)
    if kind is ChartKind.bar and "minimum" not in further:
        further["minimum"] = cut_axis([value for each in drawn for value in each.values if value is not None])
    return Chart(kind, names, drawn, caption, alt, source, **further)


def cut_axis(values: list[Decimal]) -> Decimal | None:
    """Where bars begin: at zero, unless all are so alike that nothing would show; then at a round number below them."""
    if not values or min(values) <= 0 or max(values) - min(values) > min(values) / 5:
        return None
    span = max(max(values) - min(values), Decimal("0.1"))
    step = Decimal(10) ** span.adjusted()
    return ((min(values) - span / 2) / step).to_integral_value(ROUND_FLOOR) * step


class Outline:
    """The sections of a report as they are put together, numbered as they come."""

    def __init__(self, language: str) -> None:
        self._number, self.sections = Numbering(language), []

    def chapter(self, heading: str, anchor: str, *blocks: Block) -> None:
        self.sections.append(Section(heading, 1, anchor, blocks, self._number.first()))

    def section(self, heading: str, anchor: str, *blocks: Block) -> None:
        """A section of the chapter, where there is something to say."""
        if blocks:
            self.sections.append(Section(heading, 2, anchor, blocks, self._number.second()))
