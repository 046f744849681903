"""How sections make tables, key figures, numbers of headings, and series of charts.

A table is data: the rows of a query, and the columns that `tables.toml` has under its name.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from decimal import ROUND_FLOOR, Decimal
from functools import cache
from pathlib import Path
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
    Run,
    ScoreCard,
    Section,
    Series,
    Text,
    Tone,
)
from orchestration.report.release import NO_VALUE, PRINTED
from orchestration.report.texts import Texts

CHINESE_DIGITS = "零一二三四五六七八九十"
NAME_WIDTH = 2.5
TABLES = Path(__file__).with_name("tables.toml")
LINE = re.compile(r"(\S+) ([\w.]+)(?::(\w+))?(?:\*([\d.]+))?(?: @(\S+))?(?: \?(\w+))?")

Shown = Callable[[Any], Run | Text | Cell]
# Of a score card: the key of its label, the number, its unit, a note.
KeyNumber = tuple[str, Figure, str, Text]


@dataclass(frozen=True)
class Col:
    """A column of a table: its heading, and what it shows of a row."""

    column: Column
    cell: Shown


@cache
def tables() -> dict[str, dict[str, Any]]:
    return tomllib.loads(TABLES.read_text(encoding="utf-8"))


def col(t: Texts, line: str, cell: Shown | None = None, words: Mapping[str, str] = {}) -> Col:
    """The column that a line of `tables.toml` tells of; `cell` shows a row where no column of the query does."""
    found = LINE.fullmatch(line)
    assert found, line
    heading, kind, name, width, group, _ = found.groups()
    is_number = (kind in PRINTED and kind != "text") or kind == "change"
    share = float(width) if width else 1.0 if is_number or kind == "text" else NAME_WIDTH
    align = Align.decimal if is_number else Align.start
    column = Column(_heading(t, heading, words), align, "", share, _heading(t, group or "", words))
    return Col(column, cell or _teller(t, kind, name or heading))


def _heading(t: Texts, key: str, words: Mapping[str, str]) -> str:
    if key.startswith("{"):
        return words[key[1:-1]]
    return t.word(key if "." in key else f"column.{key}") if key else ""


def _teller(t: Texts, kind: str, name: str) -> Shown:
    if kind == "change":
        return lambda row: change_cell(row.figure("signed", name))
    if kind.startswith("word."):
        return lambda row: t.known(f"{kind[5:]}.{getattr(row, name)}", getattr(row, name) or "")
    if kind == "raw":
        return lambda row: getattr(row, name) or ""
    return lambda row: t.told(row, name, kind)


def beside(found: Mapping[Any, Any], kind: str, column: str, key: str, *of: Any) -> Shown:
    """What another query says of the same thing, its rows by the column `key`, or by it and `of`; a dash where it says
    nothing."""

    def told(row: Any) -> Run:
        code = getattr(row, key)
        other = found.get((code, *of) if of else code)
        return NO_VALUE if other is None else other.figure(kind, column)

    return told


def bands(subject: Any) -> tuple[dict[str, Shown], set[str]]:
    """In which ranks nine draws in ten lie, by the query `rank_band`: what a table shows of it, and whether it does."""
    found = subject.ask("rank_band").by("unit_code")

    def told(unit: Any) -> Text:
        band = found.get(unit.unit_code)
        return subject.say("regions.band", band) if band else (NO_VALUE,)

    return {"band": told}, {"bands"} if found else set()


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


def card(t: Texts, *figures: KeyNumber) -> ScoreCard:
    """Key figures; a difference is told by its tone as well."""
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
        self._number, self.sections = Numbering(language), list[Section]()

    def chapter(self, heading: str, anchor: str, *blocks: Block) -> None:
        self.sections.append(Section(heading, 1, anchor, blocks, self._number.first()))

    def section(self, heading: str, anchor: str, *blocks: Block) -> None:
        """A section of the chapter, where there is something to say."""
        if blocks:
            self.sections.append(Section(heading, 2, anchor, blocks, self._number.second()))
