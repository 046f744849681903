"""How wide a table's columns are and how large its type: numbers never break, names get what is left."""

from __future__ import annotations

from dataclasses import dataclass

from orchestration.report.charts.text import breakable_pieces, text_width
from orchestration.report.document import Align, Column, Table, Text

TEXT_WIDTH = 453.0  # points
TEXT_SIZES = (8.5, 8.0, 7.5, 7.0, 6.5, 6.0, 5.5)
EASY_TEXT_SIZE = 7.0
DENSE_TEXT_SIZES = TEXT_SIZES[2:]
CELL_PADDING = 9.5
INDENT = 8.0
WIDE_NAME = 105.0  # half a long name: two lines of it


@dataclass(frozen=True)
class TableLayout:
    """`widths` of the columns in points, together the text width; `text_size` in points."""

    widths: list[float]
    text_size: float


@dataclass(frozen=True)
class ColumnNeed:
    """In points: what must fit into one line, what would fit everything into one line, the share of what is left."""

    least: float
    natural: float
    share: float


def table_layout(table: Table) -> TableLayout:
    """The largest type in which every number and every word fits, with room for names while the type is easily read;
    in the smallest, columns shrink in proportion."""
    sizes = DENSE_TEXT_SIZES if table.dense else TEXT_SIZES
    easy = [(size, WIDE_NAME) for size in sizes if size >= EASY_TEXT_SIZE]
    for size, name_room in [*easy, *((size, 0.0) for size in sizes)]:
        needs = [column_need(table, index, size, name_room) for index in range(len(table.columns))]
        if sum(need.least for need in needs) <= TEXT_WIDTH:
            return TableLayout(shared_widths(needs), size)
    total = sum(need.least for need in needs)
    return TableLayout([round(need.least * TEXT_WIDTH / total, 2) for need in needs], sizes[-1])


def column_need(table: Table, index: int, size: float, name_room: float) -> ColumnNeed:
    """`name_room`: what a column of names gets at least, if half of its longest name wants it."""
    column = table.columns[index]
    texts = [plain_text(row.cells[index].runs) for row in table.rows]
    indents = [row.depth * INDENT if index == 0 else 0 for row in table.rows]
    natural = max((text_width(text, size) + indent for text, indent in zip(texts, indents, strict=True)), default=0)
    heading = heading_width(column, size)
    if column.align is Align.decimal:
        least = max(natural, heading)
    else:
        words = (piece for text in texts for piece in breakable_pieces(text))
        longest = max((text_width(word.rstrip(), size) for word in words), default=0)
        least = max(heading, min(natural, max(longest, 4 * size, min(natural / 2, name_room))))
    return ColumnNeed(least + CELL_PADDING, max(least, natural) + CELL_PADDING, column.width)


def heading_width(column: Column, size: float) -> float:
    """The longest part of the heading that may not break: a word, a line of a Chinese one, the unit below."""
    pieces = breakable_pieces(column.heading)
    longest = max((text_width(piece.rstrip(), size) for piece in pieces), default=0)
    lines = 1 if len(column.heading) < 4 else 2 if len(column.heading) < 8 else 3
    part = text_width(column.heading, size) / lines
    return max(longest, min(part, 7 * size), text_width(column.unit, size * 0.9)) * 1.03


def shared_widths(needs: list[ColumnNeed]) -> list[float]:
    """Least widths first; what is left goes to columns that want more, by their share; then to all."""
    widths = [need.least for need in needs]
    left = TEXT_WIDTH - sum(widths)
    while left > 0.01:
        wanting = [index for index, need in enumerate(needs) if need.natural - widths[index] > 0.01]
        if not wanting:
            break
        shares = sum(needs[index].share for index in wanting)
        step = min(left / shares, min((needs[index].natural - widths[index]) / needs[index].share for index in wanting))
        for index in wanting:
            widths[index] += step * needs[index].share
        left -= step * shares
    spare = left / len(widths)
    return [round(width + spare, 2) for width in widths]


def plain_text(text: Text) -> str:
    return "".join(run if isinstance(run, str) else run.text for run in text)
