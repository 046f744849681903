"""Horizontal bars: one line per category, a bar per series, the printed value at its end. They begin at zero, or at the
chart's own minimum: then the axis is cut, which a broken line and the value at its foot say."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from orchestration.report.charts.axis import name_rows
from orchestration.report.charts.legend import Entry, legend_height, legend_marks
from orchestration.report.charts.look import ACCENT, FULL_WIDTH, INK, MUTED, RULE, SMALL_TEXT_SIZE, TEXT_SIZE, role_look
from orchestration.report.charts.text import text_width, wrapped
from orchestration.report.charts.vega import mark, scaled, single, specification
from orchestration.report.document import Chart

BAR_HEIGHT = {1: 12.0, 2: 11.0, 3: 11.0}
LINE_GAP = 6.0
LONGEST_NAME = 230.0
TWO_LINES_HEIGHT = 29.0
LABEL_GAP = 4.0
QUIET_FILL, NEGATIVE = "#9fb4c8", "#a63d2f"
SMALL = {"fontSize": SMALL_TEXT_SIZE}


def bar_specification(chart: Chart, language: str) -> dict[str, Any]:
    names = [wrapped(name, TEXT_SIZE, LONGEST_NAME) for name in chart.categories]
    line_height = BAR_HEIGHT[len(chart.series)] * len(chart.series) + LINE_GAP
    if any(len(lines) > 1 for lines in names):
        line_height = max(line_height, TWO_LINES_HEIGHT)
    left = max(text_width(line, TEXT_SIZE) for lines in names for line in lines) + 12
    room = max((text_width(label, SMALL_TEXT_SIZE) for each in chart.series for label in each.labels), default=0) + 6
    width, height = FULL_WIDTH - left - 8, line_height * len(names)
    entries = [Entry(series.name, role_look(series.role)) for series in chart.series] if len(chart.series) > 1 else []
    top = (legend_height(entries, FULL_WIDTH) + 4 if entries else 0) + (18 if chart.reference_lines else 2)
    lower, upper = extent(chart)
    foot, start, end = max(lower, 0.0), room if lower < 0 else 0.0, width - room

    def at(value: float) -> float:
        return start + (value - lower) / (upper - lower) * (end - start)

    data = {
        "names": [row for index, lines in enumerate(names) for row in name_rows(chart, index, lines, line_height)],
        "bars": bar_rows(chart, line_height, at),
        "lines": [{"value": float(line.value)} for line in chart.reference_lines],
    }
    x, x_of_foot = scaled("x", "value"), {"scale": "x", "value": foot}
    edge = {"stroke": "#ffffff", "strokeWidth": 2.4}
    label = {"text": "@label", "align": "@align", "fontWeight": "@weight", "fill": INK, "baseline": "middle"}
    dash = [2, 3] if foot else []
    bar = {"y": "@y", "height": "@height", "fill": "@fill", "stroke": "@stroke", "strokeWidth": 0.8}
    marks = [
        *(legend_marks(entries, FULL_WIDTH, -left, -top) if entries else []),
        mark("text", "names", x=-8, y="@y", text="@name", align="right", baseline="middle", fontWeight="@weight"),
        mark("rect", "bars", x=x, x2=x_of_foot, **bar),
        mark("rule", "lines", x=x, y=-3, y2=height, stroke=INK, strokeWidth=1, strokeDash=[4, 3]),
        mark("text", "bars", x=x, dx="@dx", y="@middle", **label, **SMALL, **edge),
        single("rule", x=x_of_foot, y=0, y2=height, stroke=RULE, strokeDash=dash),
        *reference_labels(chart, at),
        *(cut_marks(chart.minimum, height) if foot and chart.minimum else []),
    ]
    if chart.unit:
        marks.append(single("text", x=width, y=height + 13, text=chart.unit, align="right", fill=MUTED, **SMALL))
    scale = {"name": "x", "type": "linear", "zero": False, "domain": [lower, upper], "range": [start, end]}
    bottom = 20 if chart.unit or foot else 4
    return specification(size=(width, height), padding=(left, top, 8, bottom), data=data, scales=[scale], marks=marks)


def extent(chart: Chart) -> tuple[float, float]:
    """The value axis: what the chart asks for, widened to hold every value and line, and zero unless it is cut."""
    foot = float(chart.minimum) if chart.minimum and chart.minimum > 0 else 0.0
    shown = [foot, *(float(value) for series in chart.series for value in series.values if value is not None)]
    shown += [float(line.value) for line in chart.reference_lines]
    shown += [float(bound) for bound in (chart.minimum, chart.maximum) if bound is not None]
    lower, upper = min(shown), max(shown)
    return (lower, upper) if upper > lower else (0.0, 1.0)


def cut_marks(minimum: Decimal, height: float) -> list[dict[str, Any]]:
    """That the axis does not begin at zero: a break in its line, and the value that it begins at."""
    return [
        single("path", path=f"M0,{height}l-4,3l8,4l-4,3", stroke=MUTED, strokeWidth=1.2),
        single("text", x=8, y=height + 13, text=f"{minimum.normalize():f}", fill=MUTED, **SMALL),
    ]


def bar_rows(chart: Chart, line_height: float, at: Callable[[float], float]) -> list[dict[str, Any]]:
    """A row per bar. With `highlight`, a single series is quiet but for the highlighted bars."""
    rows, alone, bar_height = [], len(chart.series) == 1, BAR_HEIGHT[len(chart.series)]
    crossing = [at(float(line.value)) for line in chart.reference_lines]
    top = (line_height - bar_height * len(chart.series)) / 2
    for number, series in enumerate(chart.series):
        look = role_look(series.role)
        for index, (given, label) in enumerate(zip(series.values, series.labels, strict=True)):
            y, value = index * line_height + top + number * bar_height, float(given or 0)
            highlighted = index in chart.highlight
            fill, stroke = look.fill, look.bar_stroke
            if alone and chart.highlight and not highlighted:
                fill = stroke = QUIET_FILL
            if alone and value < 0:
                fill, stroke = "#ffffff", NEGATIVE
            rows.append(
                {
                    **{"value": value, "label": label, "fill": fill, "stroke": stroke},
                    **{"y": y + 0.75, "height": bar_height - 1.5, "middle": y + bar_height / 2},
                    "dx": label_step(at(value), label, crossing, -1 if value < 0 else 1),
                    "align": "right" if value < 0 else "left",
                    "weight": "bold" if highlighted else "normal",
                }
            )
    return rows


def label_step(end: float, label: str, crossing: list[float], direction: int) -> float:
    """From a bar's end to its label: next to it, or behind a reference line that would run through the label."""
    step, width = LABEL_GAP, text_width(label, SMALL_TEXT_SIZE)
    for distance in sorted((x - end) * direction for x in crossing):
        if step - LABEL_GAP < distance < step + width + LABEL_GAP / 2:
            step = distance + LABEL_GAP
    return step * direction


def reference_labels(chart: Chart, at: Callable[[float], float]) -> list[dict[str, Any]]:
    """The labels above the plot: at their lines, moved inwards at the right edge."""
    return [
        single("text", x=max(0.0, at(float(line.value)) - text_width(line.label, SMALL_TEXT_SIZE) + 4), y=-6,
               text=line.label, align="left", fill=ACCENT, **SMALL)
        for line in chart.reference_lines
    ]  # fmt: skip
