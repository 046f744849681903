"""Holds the figures of a report against the release file that it was written from, past the report's own formatting."""

from __future__ import annotations

import re
from collections import defaultdict
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
# Columns by which the rows of these queries are read side by side in one row of a table; of all others a table's row
# shows one row of the query.
SIDE_BY_SIDE = {
    "region_score": ("region_code",),
    "unit_dimension": ("unit_code",),
    "unit_measure": ("unit_code", "node_code"),
    "methodology_score": ("node_code",),
    "node_origin": ("origin",),
}
# Rows of a unit by the methodology that they are asked under stand in a table of their own.
METHOD = re.compile(r"\.\w+$")


def texts_of(report: Report) -> Iterator[Text]:
    """All texts of a report, wherever they stand."""
    yield report.edition
    for block in report.blocks():
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


def table_rows_of(report: Report) -> Iterator[tuple[str, str, frozenset[str]]]:
    """What each row of each table shows of each query: the table's caption, the query's key, the figures."""
    for table in report.blocks():
        if not isinstance(table, Table):
            continue
        for row in table.rows:
            figures = [run for cell in row.cells for run in cell.runs if isinstance(run, Figure)]
            for source in dict.fromkeys(figure.source for figure in figures):
                shown = {figure.text for figure in figures if figure.source == source}
                yield table.caption, source, frozenset(shown - NO_VALUE)


def drawn_labels(report: Report) -> Iterator[tuple[str, str]]:
    """Every label of a chart or map with the key of its source."""
    for block in report.blocks():
        if isinstance(block, Chart):
            yield from ((label, block.source) for series in block.series for label in series.labels if label)
            yield from ((line.label.split()[-1], block.source) for line in block.reference_lines)
        elif isinstance(block, Map):
            yield from ((area.text, block.source) for area in block.areas)


def printed_values(release_file: Path, report: Report) -> dict[str, dict[str, set[tuple]]]:
    """Every way in which a value of a source may stand in print, by the source's key, and in which of its rows."""
    values: dict[str, dict[str, set[tuple]]] = {}
    with duckdb.connect(str(release_file), read_only=True) as connection:
        for source in report.sources:
            answer = connection.execute(source.sql)
            columns = [column[0] for column in answer.description]
            keys = [columns.index(column) for column in SIDE_BY_SIDE.get(METHOD.sub("", source.key), ())]
            places = values[source.key] = defaultdict(set)
            rows = answer.fetchall()
            for number, row in enumerate(rows):
                place = tuple(row[key] for key in keys) or (number,)
                for text in (text for value in row for text in _prints(value)):
                    places[text].add(place)
                for column, value in zip(columns, row, strict=True):
                    if column.endswith("_year"):
                        places[str(value)].add(place)
            for text in {*NO_VALUE, f"{len(rows):,}"} - places.keys():
                places[text] = set()
    return values


def _prints(value: Any) -> Iterable[str]:
    if value is None or isinstance(value, bool):
        return ()
    if isinstance(value, int):
        return _signed_prints([f"{value:,}"])
    if isinstance(value, Decimal):
        return _signed_prints(_decimal_prints(value))
    if isinstance(value, datetime):
        return (f"{value:%Y-%m-%d %H:%M}",)
    if isinstance(value, date):
        return (
            value.isoformat(),
            f"{value.year}年{value.month}月{value.day}日",
            f"{value.day} {value:%B} {value.year}",
        )
    return (str(value),)


def _decimal_prints(value: Decimal) -> Iterator[str]:
    """Rounded half up to 2 digits, as a percentage with 1 (a share that would be none with its first digit),
    and with all its digits: without a point only if whole."""
    yield f"{value.quantize(Decimal('0.01'), ROUND_HALF_UP):,}"
    if 0 < value < Decimal("0.0005"):
        yield f"{Decimal(f'{value * 100:.1g}'):f}%"
    else:
        yield f"{(value * 100).quantize(Decimal('0.1'), ROUND_HALF_UP):,}%"
    yield f"{value.normalize():,f}"


def _signed_prints(candidates: Iterable[str]) -> Iterator[str]:
    """With and without the sign; zero has none."""
    for text in candidates:
        size = text.lstrip("-")
        yield size
        if size.strip("0.,%"):
            yield f"−{size}" if text.startswith("-") else f"+{size}"


def assert_figures_stand_in_the_release(release_file: Path, report: Report) -> int:
    """Every figure, and every label of a drawing, is a value of the query that it names; in a table's row, those of one
    query are of one row of it. Returns how many there are."""
    values = printed_values(release_file, report)
    figures = [(figure.text, figure.source) for figure in figures_of(report)] + list(drawn_labels(report))
    strange = sorted({(text, source) for text, source in figures if text not in values[source]})
    assert strange == []
    torn = [
        (caption, source, sorted(shown))
        for caption, source, shown in table_rows_of(report)
        if shown and not set.intersection(*(values[source][text] for text in shown))
    ]
    assert torn == []
    return len(figures)
