"""Which chapters start a page: all but short ones that fit whole on what is left of the page before; in a short report
only the first."""

from __future__ import annotations

from collections.abc import Iterable
from math import ceil

from orchestration.report.charts.text import text_width
from orchestration.report.document import (
    Block,
    BulletList,
    Chart,
    ChartKind,
    Code,
    Facts,
    FindingList,
    Map,
    Paragraph,
    Report,
    ScoreCard,
    Section,
    Table,
)
from orchestration.report.typst.table_layout import plain_text, table_layout

# Points, rather too much than too little: a chapter that is thought too high only starts a page.
PAGE_HEIGHT = 686.0
HEADING_HEIGHT = 60.0
LINE_HEIGHT = 19.0
LINE_CHARACTERS = 42
BLOCK_GAP = 24.0
ROW_PADDING = 7.2
ROWS_OF_A_PAGE = 45


def page_starts(report: Report) -> set[str]:
    """The anchors of the sections that start a page."""
    if not report.chapters_start_pages:
        return {section.anchor for section in report.sections[:1]}
    starting: set[str] = set()
    filled = PAGE_HEIGHT
    for chapter in chapters(report.sections):
        height = sum(HEADING_HEIGHT + sum(block_height(block) for block in section.blocks) for section in chapter)
        if filled + height > PAGE_HEIGHT:
            starting.add(chapter[0].anchor)
            filled = 0.0
        filled += height
    return starting


def chapters(sections: Iterable[Section]) -> list[list[Section]]:
    """Sections of level 1, each with what belongs to it."""
    found: list[list[Section]] = []
    for section in sections:
        if section.level == 1 or not found:
            found.append([])
        found[-1].append(section)
    return found


def block_height(block: Block) -> float:
    if isinstance(block, Paragraph):
        return lines_height(len(plain_text(block.runs)))
    if isinstance(block, BulletList):
        return sum(lines_height(len(plain_text(item))) for item in block.items)
    if isinstance(block, Table):
        return PAGE_HEIGHT if len(block.rows) > ROWS_OF_A_PAGE else table_height(block)
    if isinstance(block, ScoreCard):
        return BLOCK_GAP + 72.0 * -(-len(block.figures) // 4)
    if isinstance(block, Chart):
        return 260.0 if block.kind is ChartKind.radar else 60 + LINE_HEIGHT * max(10, 2 * len(block.categories))
    if isinstance(block, Facts):
        return BLOCK_GAP + LINE_HEIGHT * len(block.items) * 1.5
    if isinstance(block, Map | FindingList):
        return PAGE_HEIGHT
    if isinstance(block, Code):
        return BLOCK_GAP + 12.0 * (block.text.count("\n") + 1)
    return PAGE_HEIGHT


def table_height(table: Table) -> float:
    """Its caption, heading and note, and each row as high as its longest cell."""
    layout = table_layout(table)
    rooms = [width - layout.cell_padding for width in layout.widths]
    lines = sum(
        max(
            ceil(text_width(plain_text(cell.runs), layout.text_size) / room)
            for cell, room in zip(row.cells, rooms, strict=True)
        )
        or 1
        for row in table.rows
    )
    line_height = 1.5 * layout.text_size
    return 4 * BLOCK_GAP + lines * line_height + len(table.rows) * ROW_PADDING


def lines_height(character_count: int) -> float:
    return LINE_HEIGHT * (1 + character_count // LINE_CHARACTERS)
