"""The report as plain data for the template: one JSON text, so that nothing in it is ever read as markup."""

from __future__ import annotations

import json
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
from orchestration.report.fonts import chinese_font
from orchestration.report.texts import plain
from orchestration.report.typst.page_fill import page_starts
from orchestration.report.typst.table_layout import code_parts, table_layout
from orchestration.writing.typst import PaperText

# Characters; a row with a longer cell may not fit a page and is broken between pages, all others are kept whole.
LONGEST_WHOLE_CELL = 400
NAMED_CHARACTERS = 24
CELL_SLACK = 0.25  # points; what is measured may be a hair too narrow


def report_json(report: Report) -> tuple[str, tuple[str, ...]]:
    """Everything that the template shows, charts and maps as SVG texts, and the characters (`U+1F6A7`) that the font
    has no sign for. Keys are those that `report.typ` reads."""
    content = ReportContent(report)
    return json.dumps(content.content(), ensure_ascii=False), content.text.missing


class ReportContent:
    """Walks a report once, numbering tables and figures as they come."""

    def __init__(self, report: Report) -> None:
        self.report = report
        self.text = PaperText(*chinese_font().file)
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
            "title": self.text(report.title),
            "subtitle": self.text(report.subtitle),
            "description": self.text(report.description),
            "publisher": self.text(report.publisher),
            "notice": self.text(report.notice),
            "watermark": self.text(report.watermark),
            "running_head": self.text(report.running_head),
            "page_label": report.labels.page,
            "contents_label": report.labels.contents,
            "cover_facts": [{"term": self.text(term), "value": self.runs(value)} for term, value in report.cover_facts],
            "sections": self.sections(),
            "missing_signs": self.missing_signs(),
        }

    def missing_signs(self) -> str:
        """A sentence on the marks that stand in the place of characters; ask it last. Empty where there are none."""
        missing = self.text.missing
        if not missing:
            return ""
        named = ", ".join(missing[:NAMED_CHARACTERS]) + (" …" if len(missing) > NAMED_CHARACTERS else "")
        label = self.report.labels.missing_signs
        return label.replace("{mark}", self.text.mark).replace("{characters}", named)

    def sections(self) -> list[dict[str, Any]]:
        starting = page_starts(self.report)
        return [self.section(section, section.anchor in starting) for section in self.report.sections]

    def section(self, section: Section, starts_page: bool) -> dict[str, Any]:
        breaks = bool(section.blocks) and isinstance(section.blocks[0], PageBreak)
        return {
            "starts_page": starts_page or breaks,
            "heading": self.text(section.heading),
            "number": self.text(section.number),
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
            return {"kind": "text", "text": self.text(run)}
        if isinstance(run, Figure):
            return {"kind": "figure", "text": self.text(run.text)}
        if isinstance(run, Link) and run.target in self.anchors:
            return {"kind": "link", "text": self.text(run.text), "target": run.target}
        return {"kind": "strong" if isinstance(run, Strong) else "text", "text": self.text(run.text)}

    def cell_runs(self, text: Text) -> list[dict[str, Any]]:
        """A cell is narrow: long codes and addresses in it may break."""
        return [
            {"kind": "code", "parts": [self.text(part) for part in parts]}
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
            "caption": self.text(block.caption),
            "note": self.runs(block.note),
            "sources": self.sources(block.note, *cells),
            "repeat_header": block.repeat_header,
            "size": layout.text_size,
            "widths": layout.widths,
            "padding": layout.cell_padding / 2 - CELL_SLACK,
            "groups": self.column_groups(block),
            "columns": [
                {"heading": self.text(heading), "unit": self.text(column.unit), "align": str(column.align)}
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

    def column_groups(self, table: Table) -> list[dict[str, Any]]:
        """Spanning headings with the number of columns each; columns without one stand alone; empty where none has
        one."""
        if not any(column.group for column in table.columns):
            return []
        groups: list[dict[str, Any]] = []
        for heading, members in groupby(table.columns, key=lambda column: column.group):
            count = len(list(members))
            groups += (
                [{"heading": self.text(heading), "span": count}] if heading else [{"heading": "", "span": 1}] * count
            )
        return groups

    def score_card(self, block: ScoreCard) -> dict[str, Any]:
        figures = [
            {
                "label": self.text(figure.label),
                "value": self.text(figure.value.text),
                "unit": self.text(figure.unit),
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
            "svg": self.text.drawing(draw(block, self.report.language)),
            "alt": self.text(block.alt),
            "label": self.report.labels.figure.replace("{number}", str(self.figure_count)),
            "caption": self.text(block.caption),
            "sources": [self.source_numbers[block.source]] if block.source in self.source_numbers else [],
        }

    def finding_list(self, block: FindingList) -> dict[str, Any]:
        findings = [
            {
                "heading": self.text(finding.heading),
                "statement": self.runs(finding.statement),
                "rule_label": self.report.labels.rule,
                "rule": self.text(finding.rule),
                "concerned_label": self.text(finding.concerned_label),
                "concerned": [self.runs(item) for item in finding.concerned],
                "sources": self.sources(finding.statement, *finding.concerned),
                "tone": str(finding.tone),
            }
            for finding in block.findings
        ]
        return {"kind": "findings", "findings": findings}

    def facts(self, block: Facts) -> dict[str, Any]:
        items = [
            {"term": self.text(term), "value": self.runs(value), "sources": self.sources(value)}
            for term, value in block.items
        ]
        return {"kind": "facts", "items": items, "monospace": block.monospace}

    def code(self, block: Code) -> dict[str, Any]:
        return {"kind": "code", "text": self.text(block.text)}

    def source_list(self, block: SourceList) -> dict[str, Any]:
        sources = [
            {
                "number": source.number,
                "key": source.key,
                "tables": [f"marts.{name}" for name in source.tables],
                "statement": self.text(source.statement),
                "sql": self.text(source.sql),
            }
            for source in self.report.sources
        ]
        return {"kind": "source_list", "sources": sources}

    def page_break(self, block: PageBreak) -> dict[str, Any]:
        return {"kind": "page_break"}


def is_small(block: Block) -> bool:
    return isinstance(block, Chart) and block.kind is ChartKind.radar
