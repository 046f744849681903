"""The report as plain data for the template: one JSON text, so that nothing in it is ever read as markup.

Every part of the document is an object of its own fields with its `kind`; texts stay lists of strings and runs. What
the template cannot know is added: numbers of tables and figures, numbers of sources, drawings, where headings break.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from typing import Any

from orchestration.report import charts, document, maps
from orchestration.report.fonts import chinese_font
from orchestration.report.texts import plain
from orchestration.writing.typst import PaperText

# Characters; a row with a longer cell may not fit a page and is broken between pages, all others are kept whole.
LONGEST_WHOLE_CELL = 400
NAMED_CHARACTERS, NAMED_UNITS, FINDINGS_OF_A_RULE = 24, 30, 6
MANY_COLUMNS = 9


def report_json(report: document.Report) -> tuple[str, tuple[str, ...]]:
    """Everything that the template shows, charts and maps as SVG texts, and the characters (`U+1F6A7`) that the font
    has no sign for."""
    content = ReportContent(report)
    return json.dumps(content.content(), ensure_ascii=False), content.text.missing


class ReportContent:
    """Walks a report once, numbering tables and figures as they come."""

    def __init__(self, report: document.Report) -> None:
        self.report = report
        self.text = PaperText(*chinese_font().file)
        self.source_numbers = {source.key: source.number for source in report.sources}
        self.table_count = self.figure_count = 0
        self.further: dict[type, Callable[[Any], dict[str, Any]]] = {
            document.Paragraph: self.paragraph,
            document.BulletList: lambda block: {"items": [self.item(item) for item in block.items]},
            document.Table: self.table,
            document.ScoreCard: lambda block: {"sources": self.sources(block)},
            document.Finding: self.finding,
            document.FindingList: self.finding_list,
            document.Facts: lambda block: {
                "items": [self.item(text) | {"term": self.text(term)} for term, text in block.items]
            },
            document.SourceList: lambda _: {"sources": [self.data(source) for source in self.report.sources]},
        }

    def content(self) -> dict[str, Any]:
        report = self.report
        texts = {each.name: getattr(report, each.name) for each in fields(report) if each.type == "str"}
        return {name: self.text(value) for name, value in texts.items()} | {
            "edition": self.data(report.edition),
            "labels": {each.name: getattr(report.labels, each.name) for each in fields(report.labels)},
            "has_contents": report.has_contents,
            "fills_a_page": report.fills_a_page,
            "sections": [self.section(section) for section in report.sections],
            "missing_signs": self.missing_signs(),
        }

    def missing_signs(self) -> str:
        """A sentence on the marks that stand in the place of characters; ask it last. Empty where there are none."""
        missing = self.text.missing
        if not missing:
            return ""
        named = ", ".join(missing[:NAMED_CHARACTERS]) + (" …" if len(missing) > NAMED_CHARACTERS else "")
        return self.report.labels.missing_signs.replace("{mark}", self.text.mark).replace("{characters}", named)

    def section(self, section: document.Section) -> dict[str, Any]:
        """A section with what paper has of its blocks."""
        blocks = [
            document.Paragraph(block.on_paper, small=True) if isinstance(block, document.OnScreen) else block
            for block in section.blocks
            if not isinstance(block, document.OnScreen) or block.on_paper
        ]
        return self.data(replace(section, blocks=tuple(blocks)))

    def data(self, value: Any) -> Any:
        """Any part of the document, as the template gets it."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, tuple):
            return [self.data(each) for each in value]
        if isinstance(value, document.Chart | document.Map):
            return self.drawing(value)
        if not is_dataclass(value):
            return value
        found = {each.name: self.data(getattr(value, each.name)) for each in fields(value)}
        return {"kind": type(value).__name__.lower()} | found | self.further.get(type(value), lambda _: {})(value)

    def sources(self, value: Any) -> list[int]:
        """The numbers of the sources of all figures in a part of the document, each once, in order."""
        return sorted(
            {self.source_numbers[each.source] for each in _figures(value) if each.source in self.source_numbers}
        )

    def item(self, text: Any) -> dict[str, Any]:
        return {"runs": self.data(text), "sources": self.sources(text)}

    def paragraph(self, block: document.Paragraph) -> dict[str, Any]:
        """A paragraph of emphasised words only heads what follows it, and stays with it."""
        return {"sources": self.sources(block.runs)} | ({"kind": "subheading"} if block.is_heading else {})

    def finding_list(self, block: document.FindingList) -> dict[str, Any]:
        """The first findings of each rule with their numbers; how many more there are."""
        found = [
            self.data(finding) | {"number": number}
            for number, finding in enumerate(block.findings, start=1)
            if [each.rule for each in block.findings[:number]].count(finding.rule) <= FINDINGS_OF_A_RULE
        ]
        left = len(block.findings) - len(found)
        return {"findings": found, "further": further(self.report.labels.further_findings, left)}

    def finding(self, finding: document.Finding) -> dict[str, Any]:
        named = finding.concerned[:NAMED_UNITS]
        return {
            "rule_label": finding.rule_label or self.report.labels.rule,
            "sources": self.sources((finding.statement, named)),
            "concerned": self.data(named),
            "further": further(self.report.labels.further, len(finding.concerned) - NAMED_UNITS),
        }

    def table(self, block: document.Table) -> dict[str, Any]:
        self.table_count += 1
        columns = [self.data(column) | {"align": str(column.align)} for column in block.columns]
        lengths = [max((len(plain(cell.runs)) for cell in row.cells), default=0) for row in block.rows]
        rows = [
            self.data(row) | {"breakable": length > LONGEST_WHOLE_CELL}
            for row, length in zip(block.rows, lengths, strict=True)
        ]
        return {
            "label": self.report.labels.table.replace("{number}", str(self.table_count)),
            "sources": self.sources(block),
            "size": 7.5 if len(columns) > MANY_COLUMNS else 8.0 if block.dense else 8.8,
            "groups": [{"heading": self.text(heading), "span": span} for heading, span in block.groups],
            "columns": columns,
            "rows": rows,
        }

    def drawing(self, block: document.Chart | document.Map) -> dict[str, Any]:
        self.figure_count += 1
        draw = charts.draw if isinstance(block, document.Chart) else maps.draw
        return {
            "kind": "drawing",
            "svg": self.text.drawing(draw(block, self.report.language)),
            "alt": self.text(block.alt),
            "label": self.report.labels.figure.replace("{number}", str(self.figure_count)),
            "caption": self.text(block.caption),
            "sources": [self.source_numbers[block.source]] if block.source in self.source_numbers else [],
        }


def further(said: str, left: int) -> str:
    return said.replace("{count}", str(left)) if left > 0 else ""


def _figures(value: Any) -> list[document.Figure]:
    if isinstance(value, document.Figure):
        return [value]
    parts = value if isinstance(value, tuple) else vars(value).values() if is_dataclass(value) else ()
    return [figure for part in parts if not isinstance(part, str) for figure in _figures(part)]
