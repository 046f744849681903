"""Horizontal bars: one line per category, a bar per series, the printed value at its end. They begin at zero, or at the
chart's own minimum: then the axis is cut, which a broken line and the value at its foot say."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from orchestration.report.charts.legend import Entry, legend_height, legend_marks
from orchestration.report.charts.look import (
    ACCENT,
    FULL_WIDTH,
    INK,
    MUTED,
    NEGATIVE,
    RULE,
    SMALL_TEXT_SIZE,
    TEXT_SIZE,
    role_look,
)
from orchestration.report.charts.text import text_width, wrapped
from orchestration.report.charts.vega import mark, scaled, single, specification
from orchestration.report.document import Chart

BAR_HEIGHT = {1: 12.0, 2: 11.0, 3: 11.0}
LINE_GAP = 6.0
LONGEST_NAME = 230.0
TWO_LINES_HEIGHT = 29.0
NAME_LINE_HEIGHT = 13.0
LABEL_GAP = 4.0
QUIET_FILL = "#9fb4c8"


def bar_specification(chart: Chart, language: str) -> dict[str, Any]:
    several = len(chart.series) > 1
    bar_height = BAR_HEIGHT[len(chart.series)]
    line_height = bar_height * len(chart.series) + LINE_GAP
    if any(text_width(name, TEXT_SIZE) > LONGEST_NAME for name in chart.categories):
        line_height = max(line_height, TWO_LINES_HEIGHT)
    names = [wrapped(name, TEXT_SIZE, LONGEST_NAME) for name in chart.categories]
    left = max(text_width(line, TEXT_SIZE) for name in names for line in name) + 12
    label_width = max((text_width(label, SMALL_TEXT_SIZE) for row in chart.series for label in row.labels), default=0)
    plot_width = FULL_WIDTH - left - 8
    height = line_height * len(chart.categories)
    entries = [Entry(series.name, role_look(series.role)) for series in chart.series] if several else []
    top = (legend_height(entries, FULL_WIDTH) + 4 if several else 0) + (18 if chart.reference_lines else 2)
    lower, upper = extent(chart)
    foot = max(lower, 0.0)
    start, end = label_width + 6 if lower < 0 else 0.0, plot_width - label_width - 6

    def at(value: float) -> float:
        return start + (value - lower) / (upper - lower) * (end - start)

    scales = [{"name": "x", "type": "linear", "zero": False, "domain": [lower, upper], "range": [start, end]}]
    data = {
        "names": [row for index, name in enumerate(names) for row in name_rows(chart, index, name, line_height)],
        "bars": bar_rows(chart, bar_height, line_height, at),
        "lines": [{"value": float(line.value), "label": line.label} for line in chart.reference_lines],
    }
    marks = [
        *(legend_marks(entries, FULL_WIDTH, -left, -top) if several else []),
        mark("text", "names", x=-8, y="@y", text="@name", align="right", baseline="middle", fontWeight="@weight"),
        mark(
            "rect",
            "bars",
            x=scaled("x", "value"),
            x2={"scale": "x", "value": foot},
            y="@y",
            height="@height",
            fill="@fill",
            stroke="@stroke",
            strokeWidth=0.8,
        ),
        mark("rule", "lines", x=scaled("x", "value"), y=-3, y2=height, stroke=INK, strokeWidth=1, strokeDash=[4, 3]),
        mark(
            "text",
            "bars",
            x=scaled("x", "end"),
            dx="@dx",
            y="@middle",
            text="@label",
            align="@align",
            baseline="middle",
            fontSize=SMALL_TEXT_SIZE,
            fontWeight="@weight",
            fill=INK,
            stroke="#ffffff",
            strokeWidth=2.4,
        ),
        single("rule", x={"scale": "x", "value": foot}, y=0, y2=height, stroke=RULE, strokeDash=[2, 3] if foot else []),
        *reference_labels(chart, at),
    ]
    if chart.unit:
        marks.append(unit_mark(chart.unit, plot_width, height + 13))
    if foot:
        marks += cut_marks(chart.minimum, height)
    return specification(
        size=(plot_width, height),
        padding=(left, top, 8, 20 if chart.unit or foot else 4),
        data=data,
        scales=scales,
        marks=marks,
    )


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
    zigzag = f"M0,{height}l-4,3l8,4l-4,3"
    label = f"{minimum.normalize():f}"
    return [
        single("path", path=zigzag, stroke=MUTED, strokeWidth=1.2),
        single("text", x=8, y=height + 13, text=label, fontSize=SMALL_TEXT_SIZE, fill=MUTED),
    ]


def name_rows(chart: Chart, index: int, lines: list[str], line_height: float) -> list[dict[str, Any]]:
    """A row per line of a category's name."""
    weight = "bold" if index in chart.highlight else "normal"
    first = (index + 0.5) * line_height - (len(lines) - 1) * NAME_LINE_HEIGHT / 2
    return [
        {"name": line, "y": first + number * NAME_LINE_HEIGHT, "weight": weight} for number, line in enumerate(lines)
    ]


def bar_rows(chart: Chart, bar_height: float, line_height: float, at: Callable[[float], float]) -> list[dict[str, Any]]:
    """A row per bar that has a value. With `highlight`, a single series is quiet but for the highlighted bars."""
    rows = []
    crossing = [at(float(line.value)) for line in chart.reference_lines]
    for number, series in enumerate(chart.series):
        look = role_look(series.role)
        for index, (value, label) in enumerate(zip(series.values, series.labels, strict=True)):
            y = index * line_height + (line_height - bar_height * len(chart.series)) / 2 + number * bar_height
            highlighted = index in chart.highlight
            fill, stroke = look.fill, look.bar_stroke
            if len(chart.series) == 1 and chart.highlight and not highlighted:
                fill = stroke = QUIET_FILL
            if value is not None and value < 0 and len(chart.series) == 1:
                fill, stroke = "#ffffff", NEGATIVE
            rows.append(
                {
                    "value": float(value or 0),
                    "end": float(value or 0),
                    "label": label,
                    "y": y + 0.75,
                    "height": bar_height - 1.5,
                    "middle": y + bar_height / 2,
                    "dx": label_step(at(float(value or 0)), label, crossing, -1 if (value or 0) < 0 else 1),
                    "align": "right" if (value or 0) < 0 else "left",
                    "fill": fill,
                    "stroke": stroke,
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
    marks = []
    for line in chart.reference_lines:
        x = at(float(line.value))
        width = text_width(line.label, SMALL_TEXT_SIZE)
        marks.append(
            single(
                "text",
                x=max(0.0, x - width + 4),
                y=-6,
                text=line.label,
                align="left",
                fontSize=SMALL_TEXT_SIZE,
                fill=ACCENT,
            )
        )
    return marks


def unit_mark(unit: str, x: float, y: float) -> dict[str, Any]:
    return single("text", x=x, y=y, text=unit, align="right", fontSize=SMALL_TEXT_SIZE, fill=MUTED)
