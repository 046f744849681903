"""Holds the figures of a report against the release file that it was written from, past the report's own formatting."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import duckdb

from orchestration.report.document import (
    BulletList,
    Chart,
    Facts,
    Figure,
    FindingList,
    Map,
    Paragraph,
    Report,
    ScoreCard,
    Table,
    Text,
)

NO_VALUE = {"–", "无", "none"}


def texts_of(report: Report) -> Iterator[Text]:
    """All texts of a report, wherever they stand."""
    for _, value in report.cover_facts:
        yield value
    for section in report.sections:
        for block in section.blocks:
            yield from _texts_of_block(block)


def _texts_of_block(block: object) -> Iterator[Text]:
    if isinstance(block, Paragraph):
        yield block.runs
    elif isinstance(block, BulletList):
        yield from block.items
    elif isinstance(block, Table):
        for row in block.rows:
            yield from (cell.runs for cell in row.cells)
        yield block.note
    elif isinstance(block, ScoreCard):
        for figure in block.figures:
            yield (figure.value, *figure.note)
    elif isinstance(block, FindingList):
        for finding in block.findings:
            yield from (finding.statement, *finding.concerned)
    elif isinstance(block, Facts):
        yield from (value for _, value in block.items)


def figures_of(report: Report) -> list[Figure]:
    return [run for text in texts_of(report) for run in text if isinstance(run, Figure)]


def drawn_labels(report: Report) -> Iterator[tuple[str, str]]:
    """Every label of a chart or map with the key of its source."""
    for section in report.sections:
        for block in section.blocks:
            if isinstance(block, Chart):
                yield from ((label, block.source) for series in block.series for label in series.labels if label)
            elif isinstance(block, Map):
                yield from ((area.text, block.source) for area in block.areas)


def printed_values(release_file: Path, report: Report) -> dict[str, set[str]]:
    """Every way in which a value of a source may stand in print, by the source's key."""
    with duckdb.connect(str(release_file), read_only=True) as connection:
        answers = {source.key: connection.execute(source.sql).fetchall() for source in report.sources}
    return {
        key: {*NO_VALUE, str(len(rows)), *(text for row in rows for value in row for text in _prints(value))}
        for key, rows in answers.items()
    }


def _prints(value: Any) -> Iterable[str]:
    if value is None or isinstance(value, bool):
        return ()
    if isinstance(value, int | Decimal):
        return _number_prints(Decimal(value))
    if isinstance(value, datetime):
        return (f"{value:%Y-%m-%d %H:%M}",)
    return (value.isoformat(),) if isinstance(value, date) else (str(value),)


def _number_prints(value: Decimal) -> Iterator[str]:
    """Rounded half up to 0 and 2 digits, as a percentage with 1, and with all its digits; with and without sign."""
    candidates = {
        f"{value.quantize(Decimal(1), ROUND_HALF_UP):,}",
        f"{value.quantize(Decimal('0.01'), ROUND_HALF_UP):,}",
        f"{(value * 100).quantize(Decimal('0.1'), ROUND_HALF_UP):,}%",
        f"{value.normalize():,f}",
    }
    for text in candidates:
        size = text.lstrip("-")
        is_zero = not size.strip("0.,%")
        yield size
        if not is_zero:
            yield f"−{size}" if text.startswith("-") else f"+{size}"


def assert_figures_stand_in_the_release(release_file: Path, report: Report) -> int:
    """Every figure, and every label of a drawing, is a value of the query that it names. Returns how many there are."""
    values = printed_values(release_file, report)
    figures = [(figure.text, figure.source) for figure in figures_of(report)] + list(drawn_labels(report))
    strange = sorted({(text, source) for text, source in figures if text not in values[source]})
    assert strange == []
    return len(figures)
