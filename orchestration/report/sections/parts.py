"""How sections make cells, rows, key figures, numbers of headings, and series of charts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import fields
from decimal import ROUND_FLOOR, Decimal

from orchestration.report.document import Align, Cell, Column, Figure, KeyFigure, Labels, Row, Run, Series, Text, Tone
from orchestration.report.release import NO_VALUE, rate_text
from orchestration.report.texts import Texts

RADAR_STEP = Decimal(20)
CHINESE_DIGITS = "零一二三四五六七八九十"


def cell(*runs: Run, tone: Tone = Tone.neutral) -> Cell:
    return Cell(tuple(run for run in runs if run != ""), tone)


def row(*entries: Run | Text | Cell, depth: int = 0, emphasis: bool = False, anchor: str = "") -> Row:
    """A row of runs, texts or ready cells."""
    return Row(tuple(_as_cell(entry) for entry in entries), depth, emphasis, anchor)


def _as_cell(entry: Run | Text | Cell) -> Cell:
    if isinstance(entry, Cell):
        return entry
    return Cell(entry) if isinstance(entry, tuple) else cell(entry)


def change_cell(figure: Figure) -> Cell:
    """A difference: its sign says what its tone says."""
    if figure.text.startswith("+"):
        return cell(figure, tone=Tone.good)
    return cell(figure, tone=Tone.bad if figure.text.startswith("−") else Tone.neutral)


def key_figure(
    t: Texts, label: str, value: Figure, unit: str = "", note: Text = (), tone: Tone = Tone.neutral
) -> KeyFigure:
    """A big number with its unit; where there is none, the word for that and no unit."""
    if value.text == NO_VALUE:
        return KeyFigure(label, Figure(t.word("word.none"), value.source), "", note, tone)
    return KeyFigure(label, value, unit, note, tone)


def with_ties(t: Texts, name: Run, tied: int, count: Figure) -> Text:
    """The first of those that share a place, with how many they are: nobody is called the highest who is one of ten."""
    return t("word.and_others", name=name, n=count) if tied > 1 else (name,)


def number_column(heading: str, unit: str = "", width: float = 1, group: str = "") -> Column:
    return Column(heading, Align.decimal, unit, width, group)


def names_column(heading: str, width: float = 2.5) -> Column:
    return Column(heading, Align.start, "", width)


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


def rate_series(name: str, rates: Iterable[Decimal | None], role: str) -> Series:
    """Score rates (shares of one) as per cent."""
    values = tuple(None if rate is None else 100 * Decimal(rate) for rate in rates)
    labels = tuple("" if value is None else rate_text(value / 100) for value in values)
    return Series(name, values, labels, role)


def score_series(name: str, values: Sequence[Decimal | None], figures: Sequence[Figure], role: str) -> Series:
    """Scores with the labels that their figures print."""
    labels = ["" if value is None else figure.text for value, figure in zip(values, figures, strict=True)]
    return Series(name, tuple(values), tuple(labels), role)


def radar_minimum(series: Iterable[Series]) -> Decimal:
    """Where a radar's axes begin: zero, or below the lowest rate at a round number (events can be negative)."""
    lowest = min((value for each in series for value in each.values if value is not None), default=Decimal(0))
    return min(Decimal(0), RADAR_STEP * (lowest / RADAR_STEP).to_integral_value(ROUND_FLOOR))
