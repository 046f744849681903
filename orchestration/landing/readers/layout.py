"""Finds the header of a table as people lay it out: below a title, over one row or two, long or wide.

A wide table has a column for each measure; it is read as one row for each filled cell of a measure.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from orchestration.landing.contracts.definition import Contract
from orchestration.landing.readers.names import HeaderName, Names, bare
from orchestration.landing.readers.table import HELP_MARKS, BeyondLimit, FileRejected, Limits, clean_name
from orchestration.wording import Wording

# A header stands in the first so many rows.
HEADER_WITHIN = 30
# Columns that a wide table has as its header and its cells.
MEASURE_COLUMN, VALUE_COLUMN = "measure_code", "value"

Row = Sequence[str | None]


@dataclass(frozen=True)
class Layout:
    """Where a table's columns are. `names` and `labels` have one entry a position of the grid, up to the last header
    cell: the technical name (empty where the header cell is) and the header cell as written.

    `measures` maps positions to measure codes in a wide table, and is empty in a long one. `notes` are positions of
    columns kept beside the row. Rows up to `last_header_row` (counted from 1) are header or stand above it.
    """

    names: tuple[str, ...]
    labels: tuple[str, ...]
    measures: dict[int, str]
    notes: tuple[int, ...]
    last_header_row: int

    @property
    def width(self) -> int:
        return len(self.names)

    @property
    def plain(self) -> tuple[int, ...]:
        """Positions of the columns that go into a row as they are."""
        return tuple(
            position
            for position, name in enumerate(self.names)
            if name and position not in self.measures and position not in self.notes
        )

    @property
    def header(self) -> list[str]:
        """The technical names in the order of the columns; those of a wide table's cells last."""
        long = [self.names[position] for position in self.plain]
        return [*long, MEASURE_COLUMN, VALUE_COLUMN] if self.measures else long

    def text_positions(self, contract: Contract) -> set[int]:
        """Where codes and other texts stand, in which a number is to be read to its last digit."""
        return {
            position
            for position, name in enumerate(self.names)
            if name not in contract.column_names or contract.column(name).kind not in ("decimal", "integer")
        } - set(self.measures)


def find_layout(rows: Sequence[Row], names: Names, contract: Contract, limits: Limits) -> Layout | None:
    """The layout of a table that begins with `rows`, or None where no row has a known name.

    The header is the row with the most known names, or two rows whose cells make names together; help of the template
    is none. Raises `FileRejected` for more columns than the limit.
    """
    widths = [len(row) for row in rows]
    rows = [[] if _is_help(row) else row[: limits.columns + 1] for row in rows]
    best: tuple[int, int, list[str]] = (0, 0, [])
    for number, row in enumerate(rows[:HEADER_WITHIN], start=1):
        count = _known(row, names)
        if count > best[0]:
            best = (count, number, [cell or "" for cell in row])
    for number, (upper, lower) in enumerate(itertools.pairwise(rows[: HEADER_WITHIN + 1]), start=2):
        labels = _joined(upper, lower, names)
        count = _known(labels, names)
        if count > best[0]:
            best = (count, number, labels)
    _, last_row, labels = best
    if not last_row:
        return None
    if len(labels) > limits.columns:
        raise too_many_columns(widths[last_row - 1], limits)
    layout = make_layout(labels, names, contract, last_row)
    while last_row < len(rows) and _repeats(rows[last_row], layout, names):
        last_row += 1
    return make_layout(labels, names, contract, last_row)


def make_layout(labels: Sequence[str], names: Names, contract: Contract, last_row: int) -> Layout:
    """The layout of a header whose cells are `labels`."""
    meanings = [names.find(label) for label in labels]
    columns = {meaning.name for meaning in meanings if meaning and meaning.kind == "column"}
    is_wide = {MEASURE_COLUMN, VALUE_COLUMN} <= set(contract.column_names) and MEASURE_COLUMN not in columns
    measures = {
        position: meaning.name
        for position, meaning in enumerate(meanings)
        if is_wide and meaning and meaning.kind == "measure"
    }
    notes = tuple(position for position, meaning in enumerate(meanings) if meaning and meaning.kind == "note")
    return Layout(
        names=tuple(_name(meaning, label) for meaning, label in zip(meanings, labels, strict=True)),
        labels=tuple(labels),
        measures=measures,
        notes=notes,
        last_header_row=last_row,
    )


def too_many_columns(count: int, limits: Limits) -> FileRejected:
    return BeyondLimit(
        "too_many_columns",
        Wording(
            f"表头有 {count:,} 列,上限为 {limits.columns:,} 列(limits.columns):请删除多余的列",
            f"the header has {count:,} columns, more than {limits.columns:,} (limits.columns): delete what is not"
            " needed",
        ),
    )


def header_missing(contract: Contract, shown: str) -> FileRejected:
    """The refusal of a table without a header, with the beginning of its first row."""
    required = [contract.column(name) for name in contract.header_required]
    titles = "、".join(f"{column.title_zh} {column.name}" for column in required)
    return FileRejected(
        "header_missing",
        Wording(
            f"没有一行含有{contract.title_zh}的列名(首行为 '{shown[:80]}'):表格请以列名开头({titles})",
            f"no row has a column name of {contract.source} (the first one is '{shown[:80]}'): begin the table with the"
            f" column names ({', '.join(contract.header_required)})",
        ),
    )


def _name(meaning: HeaderName | None, label: str) -> str:
    if meaning is None:
        return clean_name(label)
    return meaning.name if meaning.kind == "column" else clean_name(label)


def _is_help(row: Row) -> bool:
    return bool(row) and (row[0] or "").lstrip().lower().startswith(HELP_MARKS)


def _known(labels: Row, names: Names) -> int:
    """How many columns and measures the labels name; none where they name no column, for a row of data may well hold
    the code of a measure."""
    found = {names.find(label) for label in labels if label}
    kinds = [meaning.kind for meaning in found if meaning]
    return len(kinds) - kinds.count("note") if "column" in kinds else 0


def _joined(upper: Row, lower: Row, names: Names) -> list[str]:
    """Labels of a header over two rows: group and member together where that is a name, else the member, else the
    group above an empty cell. A group stands over the cells to its right that have none of their own."""
    labels, group = [], ""
    for position in range(max(len(upper), len(lower))):
        own = (upper[position] if position < len(upper) else None) or ""
        member = (lower[position] if position < len(lower) else None) or ""
        group = own or (group if member else "")
        if not member or bare(member) == bare(group):
            labels.append(group if own else "")
        elif names.find(group + member):
            labels.append(group + member)
        else:
            labels.append(member)
    return labels


def _repeats(row: Row, layout: Layout, names: Names) -> bool:
    """Whether a row says again what the header says, as the row of technical names below Chinese titles does."""
    filled = [(position, cell) for position, cell in enumerate(row) if cell and cell.strip()]
    if not filled:
        return False
    same = 0
    for position, cell in filled:
        meaning = names.find(cell)
        if position < layout.width and meaning and meaning.kind != "note":
            same += _means(meaning, layout, position)
    return 2 * same > len(filled)


def _means(meaning: HeaderName, layout: Layout, position: int) -> bool:
    if meaning.kind == "measure":
        return layout.measures.get(position) == meaning.name
    return layout.names[position] == meaning.name
