"""Charts as SVG, from chart specifications of the document. Everything that decides how a chart looks is here."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from orchestration.report.charts.bar import bar_specification
from orchestration.report.charts.dot import dot_specification
from orchestration.report.charts.line import line_specification
from orchestration.report.charts.vega import svg
from orchestration.report.document import Chart, ChartKind

SPECIFICATIONS = {
    ChartKind.bar: bar_specification,
    ChartKind.dot: dot_specification,
    ChartKind.line: line_specification,
}

# What a page needs that shows drawings in a dark scheme; paper and a light one need nothing.
DARK_STYLE = Path(__file__).parent / "dark.css"
# Web page and PDF of one report draw the same charts, one after the other: some twenty.
KEPT_DRAWINGS = 64


@lru_cache(maxsize=KEPT_DRAWINGS)
def draw(chart: Chart, language: str) -> str:
    """The chart as one `<svg>` element: vector, no script, no reference to anything outside; the same chart gives the
    same bytes on every machine. Kept for a while: a report shows its charts on a page and on paper."""
    return svg(SPECIFICATIONS[chart.kind](chart, language), chart.alt)
