"""The report as plain data for the template: one JSON text, so that nothing in it is ever read as markup."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable, Iterable
from itertools import groupby
from typing import Any

from orchestration.report import charts, maps
from orchestration.report.document import (
    Block,
    BulletList,
    Chart,
    ChartKind,
    Code,
    Facts,
    Figure,
    FindingList,
    Link,
    Map,
    PageBreak,
    Paragraph,
    Report,
    ScoreCard,
    Section,
    SourceList,
    Strong,
    Table,
    Text,
)
from orchestration.report.texts import plain
from orchestration.report.typst.page_fill import page_starts
from orchestration.report.typst.table_layout import code_parts, table_layout

# Characters; a row with a longer cell may not fit a page and is broken between pages, all others are kept whole.
LONGEST_WHOLE_CELL = 400
CELL_SLACK = 0.25  # points; what is measured may be a hair too narrow


def report_json(report: Report) -> str:
    """Everything that the template shows, charts and maps as SVG texts. Keys are those that `report.typ` reads."""
    return json.dumps(ReportContent(report).content(), ensure_ascii=False)


class ReportContent:
    """Walks a report once, numbering tables and figures as they come."""

    def __init__(self, report: Report) -> None:
        self.report = report
        self.source_numbers = {source.key: source.number for source in report.sources}
        self.anchors = {section.anchor for section in report.sections} | {
            row.anchor
            for section in report.sections
            for block in section.blocks
            if isinstance(block, Table)
            for row in block.rows
        }
        self.table_count = 0
        self.figure_count = 0
        self.block_content: dict[type, Callable[[Any], dict[str, Any]]] = {
            Paragraph: self.paragraph,
            BulletList: self.bullet_list,
            Table: self.table,
            ScoreCard: self.score_card,
            Chart: self.drawing,
            Map: self.drawing,
            FindingList: self.finding_list,
            Facts: self.facts,
            Code: self.code,
            SourceList: self.source_list,
            PageBreak: self.page_break,
        }

    def content(self) -> dict[str, Any]:
        report = self.report
        return {
            "language": report.language,
            "title": printable(report.title),
            "subtitle": printable(report.subtitle),
            "description": printable(report.description),
            "publisher": printable(report.publisher),
            "notice": printable(report.notice),
            "watermark": printable(report.watermark),
            "running_head": printable(report.running_head),
            "page_label": report.labels.page,
            "contents_label": report.labels.contents,
            "cover_facts": [{"term": printable(term), "value": self.runs(value)} for term, value in report.cover_facts],
            "sections": self.sections(),
        }

    def sections(self) -> list[dict[str, Any]]:
        starting = page_starts(self.report)
        return [self.section(section, section.anchor in starting) for section in self.report.sections]

    def section(self, section: Section, starts_page: bool) -> dict[str, Any]:
        breaks = bool(section.blocks) and isinstance(section.blocks[0], PageBreak)
        return {
            "starts_page": starts_page or breaks,
            "heading": printable(section.heading),
            "number": printable(section.number),
            "level": section.level,
            "anchor": section.anchor,
            "in_contents": section.in_contents,
            "blocks": self.blocks(section.blocks[1:] if breaks else section.blocks),
        }

    def blocks(self, blocks: Iterable[Block]) -> list[dict[str, Any]]:
        """The blocks' contents; radars that follow each other stand side by side."""
        result: list[dict[str, Any]] = []
        for side_by_side, members in groupby(blocks, key=is_small):
            found = [self.block_content[type(block)](block) for block in members]
            result += [{"kind": "gallery", "drawings": found}] if side_by_side else found
        return result

    def runs(self, text: Text) -> list[dict[str, Any]]:
        return [self.run(run) for run in text]

    def run(self, run: str | Figure | Link | Strong) -> dict[str, Any]:
        if isinstance(run, str):
            return {"kind": "text", "text": printable(run)}
        if isinstance(run, Figure):
            return {"kind": "figure", "text": printable(run.text)}
        if isinstance(run, Link) and run.target in self.anchors:
            return {"kind": "link", "text": printable(run.text), "target": run.target}
        return {"kind": "strong" if isinstance(run, Strong) else "text", "text": printable(run.text)}

    def cell_runs(self, text: Text) -> list[dict[str, Any]]:
        """A cell is narrow: long codes and addresses in it may break."""
        return [
            {"kind": "code", "parts": [printable(part) for part in parts]}
            if isinstance(run, str) and len(parts := code_parts(run)) > 1
            else self.run(run)
            for run in text
        ]

    def sources(self, *texts: Text) -> list[int]:
        """The numbers of the sources of all figures in the texts, each once, in order."""
        keys = {run.source for text in texts for run in text if isinstance(run, Figure)}
        return sorted(self.source_numbers[key] for key in keys if key in self.source_numbers)

    def paragraph(self, block: Paragraph) -> dict[str, Any]:
        """A paragraph of emphasised words only heads what follows it, and stays with it."""
        if block.runs and all(isinstance(run, Strong) for run in block.runs):
            return {"kind": "subheading", "runs": self.runs(block.runs)}
        return {
            "kind": "paragraph",
            "runs": self.runs(block.runs),
            "sources": self.sources(block.runs),
            "small": block.small,
        }

    def bullet_list(self, block: BulletList) -> dict[str, Any]:
        items = [{"runs": self.runs(item), "sources": self.sources(item)} for item in block.items]
        return {"kind": "bullets", "items": items}

    def table(self, block: Table) -> dict[str, Any]:
        self.table_count += 1
        layout = table_layout(block)
        cells = [cell.runs for row in block.rows for cell in row.cells]
        return {
            "kind": "table",
            "label": self.report.labels.table.replace("{number}", str(self.table_count)),
            "caption": printable(block.caption),
            "note": self.runs(block.note),
            "sources": self.sources(block.note, *cells),
            "repeat_header": block.repeat_header,
            "size": layout.text_size,
            "widths": layout.widths,
            "padding": layout.cell_padding / 2 - CELL_SLACK,
            "groups": column_groups(block),
            "columns": [
                {"heading": printable(heading), "unit": printable(column.unit), "align": str(column.align)}
                for column, heading in zip(block.columns, layout.headings, strict=True)
            ],
            "rows": [
                {
                    "cells": [{"runs": self.cell_runs(cell.runs), "tone": str(cell.tone)} for cell in row.cells],
                    "depth": row.depth,
                    "emphasis": row.emphasis,
                    "anchor": row.anchor,
                    "breakable": any(len(plain(cell.runs)) > LONGEST_WHOLE_CELL for cell in row.cells),
                }
                for row in block.rows
            ],
        }

    def score_card(self, block: ScoreCard) -> dict[str, Any]:
        figures = [
            {
                "label": printable(figure.label),
                "value": printable(figure.value.text),
                "unit": printable(figure.unit),
                "note": self.runs(figure.note),
                "tone": str(figure.tone),
            }
            for figure in block.figures
        ]
        sources = self.sources(*((figure.value, *figure.note) for figure in block.figures))
        return {"kind": "score_card", "figures": figures, "sources": sources}

    def drawing(self, block: Chart | Map) -> dict[str, Any]:
        self.figure_count += 1
        draw = charts.draw if isinstance(block, Chart) else maps.draw
        return {
            "kind": "drawing",
            "svg": printable(draw(block, self.report.language)),
            "alt": printable(block.alt),
            "label": self.report.labels.figure.replace("{number}", str(self.figure_count)),
            "caption": printable(block.caption),
            "sources": [self.source_numbers[block.source]] if block.source in self.source_numbers else [],
        }

    def finding_list(self, block: FindingList) -> dict[str, Any]:
        findings = [
            {
                "heading": printable(finding.heading),
                "statement": self.runs(finding.statement),
                "rule_label": self.report.labels.rule,
                "rule": printable(finding.rule),
                "concerned_label": printable(finding.concerned_label),
                "concerned": [self.runs(item) for item in finding.concerned],
                "sources": self.sources(finding.statement, *finding.concerned),
                "tone": str(finding.tone),
            }
            for finding in block.findings
        ]
        return {"kind": "findings", "findings": findings}

    def facts(self, block: Facts) -> dict[str, Any]:
        items = [
            {"term": printable(term), "value": self.runs(value), "sources": self.sources(value)}
            for term, value in block.items
        ]
        return {"kind": "facts", "items": items, "monospace": block.monospace}

    def code(self, block: Code) -> dict[str, Any]:
        return {"kind": "code", "text": printable(block.text)}

    def source_list(self, block: SourceList) -> dict[str, Any]:
        sources = [
            {
                "number": source.number,
                "key": source.key,
                "tables": [f"marts.{name}" for name in source.tables],
                "statement": printable(source.statement),
                "sql": printable(source.sql),
            }
            for source in self.report.sources
        ]
        return {"kind": "source_list", "sources": sources}

    def page_break(self, block: PageBreak) -> dict[str, Any]:
        return {"kind": "page_break"}


def is_small(block: Block) -> bool:
    return isinstance(block, Chart) and block.kind is ChartKind.radar


def column_groups(table: Table) -> list[dict[str, Any]]:
    """Spanning headings with the number of columns each; columns without one stand alone; empty where none has one."""
    if not any(column.group for column in table.columns):
        return []
    groups: list[dict[str, Any]] = []
    for heading, members in groupby(table.columns, key=lambda column: column.group):
        count = len(list(members))
        groups += [{"heading": printable(heading), "span": count}] if heading else [{"heading": "", "span": 1}] * count
    return groups


def printable(text: str) -> str:
    """The text without control characters, which paper has no sign for; line breaks and tabs stay."""
    if text.isprintable():
        return text
    return "".join(
        character if character in "\n\t" or unicodedata.category(character) not in ("Cc", "Cs") else " "
        for character in text
    )
