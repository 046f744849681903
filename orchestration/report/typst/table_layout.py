"""How wide a table's columns are, how large its type and where its headings break: numbers never break, names get what
is left, codes and addresses break at their marks."""

from __future__ import annotations

import re
from dataclasses import dataclass

from orchestration.report.charts.text import ELLIPSIS, breakable_pieces, text_width, wrapped
from orchestration.report.document import Align, Column, Table, Text

TEXT_WIDTH = 453.0  # points
TEXT_SIZES = (8.5, 8.0, 7.5, 7.0)
DENSE_TEXT_SIZES = TEXT_SIZES[2:]
CELL_PADDING = 9.5
TIGHT_CELL_PADDING = 6.0
BOLD = 1.03  # times as wide
HYPHENATED_SHARE = 0.7  # of a long word, in its longer part
LONG_WORD = 8  # letters; shorter ones often have no place for a hyphen
LONG_CODE = re.compile(r"[!-~]{13,}")
CODE_BREAK = re.compile(r"(?<=[/_])(?=.)|(?<=[.'])(?=[A-Za-z])")
INDENT = 8.0
WIDE_NAME = 105.0  # half a long name: two lines of it


@dataclass(frozen=True)
class TableLayout:
    """`widths` of the columns in points, together the text width; `text_size` and `cell_padding` (left and right
    together) in points; `headings` with a line break where a heading is to break."""

    widths: list[float]
    text_size: float
    cell_padding: float
    headings: list[str]


@dataclass(frozen=True)
class Setting:
    """A way to set a table. `name_room`: what a column of names gets at least, if half of its longest name wants it;
    `hyphenated`: long words of headings may break."""

    text_size: float
    name_room: float
    cell_padding: float = CELL_PADDING
    hyphenated: bool = False


@dataclass(frozen=True)
class ColumnNeed:
    """In points: what must fit into one line, what would fit everything into one line, the share of what is left."""

    least: float
    natural: float
    share: float


def table_layout(table: Table) -> TableLayout:
    """The largest type in which every number and every word fits, with room for names if it can be; else with less
    space between columns and hyphens in headings; at last columns shrink in proportion."""
    sizes = DENSE_TEXT_SIZES if table.dense else TEXT_SIZES
    settings = [Setting(size, name_room) for name_room in (WIDE_NAME, 0.0) for size in sizes]
    settings += [Setting(size, 0.0, TIGHT_CELL_PADDING, True) for size in sizes]
    for setting in settings:
        needs = [column_need(table, index, setting) for index in range(len(table.columns))]
        total = sum(need.least for need in needs)
        if total <= TEXT_WIDTH:
            widths = shared_widths(needs)
            break
    else:
        widths = [round(need.least * TEXT_WIDTH / total, 2) for need in needs]
    headings = [
        broken_heading(column, width - setting.cell_padding, setting.text_size)
        for column, width in zip(table.columns, widths, strict=True)
    ]
    return TableLayout(widths, setting.text_size, setting.cell_padding, headings)


def column_need(table: Table, index: int, setting: Setting) -> ColumnNeed:
    column, size = table.columns[index], setting.text_size
    texts = [plain_text(row.cells[index].runs) for row in table.rows]
    indents = [row.depth * INDENT if index == 0 else 0 for row in table.rows]
    natural = max((text_width(text, size) + indent for text, indent in zip(texts, indents, strict=True)), default=0)
    heading = heading_width(column, setting)
    if column.align is Align.decimal:
        least = max(natural, heading)
    else:
        words = (part for text in texts for piece in breakable_pieces(text) for part in code_parts(piece))
        longest = max((text_width(word.rstrip(), size) for word in words), default=0)
        least = max(heading, min(natural, max(longest, 4 * size, min(natural / 2, setting.name_room))))
    return ColumnNeed(least + setting.cell_padding, max(least, natural) + setting.cell_padding, column.width)


def heading_width(column: Column, setting: Setting) -> float:
    """The longest part of the heading that may not break: a word, a line of a Chinese one, the unit below."""
    size = setting.text_size
    pieces = [piece.rstrip() for piece in breakable_pieces(column.heading)]
    longest = max((text_width(piece, size) * hyphenated_share(piece, setting) for piece in pieces), default=0)
    lines = 1 if len(column.heading) < 4 else 2 if len(column.heading) < 8 else 3
    part = text_width(column.heading, size) / lines * (HYPHENATED_SHARE if setting.hyphenated else 1)
    return max(longest, min(part, 7 * size), text_width(column.unit, size * 0.9)) * BOLD


def hyphenated_share(word: str, setting: Setting) -> float:
    return HYPHENATED_SHARE if setting.hyphenated and len(word) > LONG_WORD else 1.0


def broken_heading(column: Column, width: float, size: float) -> str:
    """The heading in lines of about equal length; as it is, where a word of it is wider than the column."""
    lines = wrapped(column.heading, size * BOLD, width, lines=4)
    whole = not any(line.endswith(ELLIPSIS) for line in lines)
    return "\n".join(lines) if whole else column.heading


def code_parts(text: str) -> list[str]:
    """The parts of a text between which a line may break as nothing else would let it: after the marks in long codes,
    addresses and names in Latin letters."""
    breaks = [
        found.start() + place.start() for found in LONG_CODE.finditer(text) for place in CODE_BREAK.finditer(found[0])
    ]
    return [text[start:end] for start, end in zip([0, *breaks], [*breaks, len(text)], strict=True)]


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
