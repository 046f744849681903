"""Lines over years: one per series, told apart in a legend, the printed value at each point."""

from __future__ import annotations

from typing import Any

from orchestration.report.charts.axis import Axis, round_axis
from orchestration.report.charts.legend import Entry, legend_height, legend_marks
from orchestration.report.charts.look import FULL_WIDTH, GRID, INK, MUTED, RULE, SMALL_TEXT_SIZE, TEXT_SIZE, role_look
from orchestration.report.charts.text import text_width
from orchestration.report.charts.vega import mark, single, specification
from orchestration.report.document import Chart, Series

HEIGHT = 150.0
INSET = 40.0
ABOVE, BELOW = -11.0, 12.0  # of a point, its printed value


def line_specification(chart: Chart, language: str) -> dict[str, Any]:
    values = [value for series in chart.series for value in series.values if value is not None]
    axis = round_axis([*values, *(line.value for line in chart.reference_lines)], chart.minimum, chart.maximum, 4)
    left = max((text_width(label, SMALL_TEXT_SIZE) for label in axis.labels), default=0) + 10
    width = FULL_WIDTH - left - 8
    entries = [Entry(series.name, role_look(series.role), "line") for series in chart.series]
    top = 28 + (legend_height(entries, width) if len(entries) > 1 else 0)
    data: dict[str, list[dict[str, Any]]] = {
        "ticks": [
            {"y": HEIGHT - axis.at(tick, HEIGHT), "label": label}
            for tick, label in zip(axis.ticks, axis.labels, strict=True)
        ],
        "years": [{"x": year_place(chart, index, width), "label": name} for index, name in enumerate(chart.categories)],
        "lines": [{"y": HEIGHT - axis.at(line.value, HEIGHT), "label": line.label} for line in chart.reference_lines],
    }
    small = {"fontSize": SMALL_TEXT_SIZE}
    muted = {**small, "fill": MUTED}
    marks = [
        mark("rule", "ticks", x=0, x2=width, y="@y", stroke=GRID),
        mark("text", "ticks", x=-8, y="@y", text="@label", align="right", baseline="middle", **muted),
        mark("rule", "years", x="@x", y=HEIGHT, y2=HEIGHT + 4, stroke=RULE),
        mark("text", "years", x="@x", y=HEIGHT + 17, text="@label", align="center", fontSize=TEXT_SIZE),
        mark("rule", "lines", x=0, x2=width, y="@y", stroke=INK, strokeDash=[4, 3]),
        mark("text", "lines", x=4, y="@y", dy=-4, text="@label", **small),
        *(legend_marks(entries, width, 0, -top + 2) if len(entries) > 1 else []),
        *([single("text", x=-left, y=-16, text=chart.unit, align="left", **muted)] if chart.unit else []),
    ]
    for number, series in reversed(list(enumerate(chart.series))):
        data[f"points{number}"] = point_rows(chart, series, axis, width)
        marks += series_marks(series, number)
    return specification(size=(width, HEIGHT), padding=(left, top, 8, 24), data=data, marks=marks)


def year_place(chart: Chart, index: int, width: float) -> float:
    if len(chart.categories) == 1:
        return width / 2
    return INSET + index * (width - 2 * INSET) / (len(chart.categories) - 1)


def point_rows(chart: Chart, series: Series, axis: Axis, width: float) -> list[dict[str, Any]]:
    """A point per year, its printed value above it, or below where another series lies higher; a gap is not drawn."""
    rows = []
    for index, (value, label) in enumerate(zip(series.values, series.labels, strict=True)):
        others = [other.values[index] for other in chart.series if other is not series]
        is_lower = value is not None and any(other is not None and other > value for other in others)
        y = HEIGHT - (0 if value is None else axis.at(value, HEIGHT))
        printed = {"label": "" if value is None else label, "label_y": y + (BELOW if is_lower else ABOVE)}
        place = {"x": year_place(chart, index, width), "y": y, "opacity": 0 if value is None else 1}
        rows.append({**place, **printed, "defined": value is not None})
    return rows


def series_marks(series: Series, number: int) -> list[dict[str, Any]]:
    look, data = role_look(series.role), f"points{number}"
    line = {"stroke": look.colour, "strokeWidth": look.line_width, "strokeDash": list(look.dash)}
    text = {"text": "@label", "align": "center", "baseline": "middle", "fontSize": SMALL_TEXT_SIZE, "fill": look.colour}
    weight = "bold" if series.role == "subject" else "normal"
    return [
        mark("line", data, x="@x", y="@y", defined="@defined", **line),
        mark("symbol", data, x="@x", y="@y", shape=look.shape, size=44, fill=look.colour, opacity="@opacity"),
        mark("text", data, x="@x", y="@label_y", stroke="#ffffff", strokeWidth=3, fontWeight=weight, **text),
    ]
