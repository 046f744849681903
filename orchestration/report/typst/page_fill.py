"""Which chapters start a page: all but short ones that fit whole on what is left of the page before."""

from __future__ import annotations

from collections.abc import Iterable

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
    ScoreCard,
    Section,
    Table,
)
from orchestration.report.typst.table_layout import plain_text

# Points, rather too much than too little: a chapter that is thought too high only starts a page.
PAGE_HEIGHT = 686.0
HEADING_HEIGHT = 60.0
LINE_HEIGHT = 19.0
LINE_CHARACTERS = 42
BLOCK_GAP = 24.0


def page_starts(sections: Iterable[Section]) -> set[str]:
    """The anchors of the sections that start a page."""
    starting: set[str] = set()
    filled = PAGE_HEIGHT
    for chapter in chapters(sections):
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
        return 80 + sum(
            max(lines_height(len(plain_text(cell.runs)) * len(row.cells)) for cell in row.cells) for row in block.rows
        )
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


def lines_height(character_count: int) -> float:
    return LINE_HEIGHT * (1 + character_count // LINE_CHARACTERS)
