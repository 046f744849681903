"""Dots on one axis: a line per category, a mark per series, and the printed values in columns beside the plot, whose
headings name the series and show its mark."""

from __future__ import annotations

from typing import Any

from orchestration.report.charts.axis import Axis, round_axis
from orchestration.report.charts.look import FULL_WIDTH, GRID, INK, MUTED, RULE, SMALL_TEXT_SIZE, TEXT_SIZE, role_look
from orchestration.report.charts.text import text_width, wrapped
from orchestration.report.charts.vega import mark, single, specification
from orchestration.report.document import Chart

LINE_HEIGHT = 22.0
TWO_LINES_HEIGHT = 29.0
NAME_LINE_HEIGHT = 13.0
LONGEST_NAME = 200.0
NARROWEST_COLUMN = 58.0
WIDEST_COLUMN = 84.0
HEADING_HEIGHT = 44.0


def dot_specification(chart: Chart, language: str) -> dict[str, Any]:
    names = [wrapped(name, TEXT_SIZE, LONGEST_NAME) for name in chart.categories]
    line_height = TWO_LINES_HEIGHT if any(len(lines) > 1 for lines in names) else LINE_HEIGHT
    left = max(text_width(line, TEXT_SIZE) for lines in names for line in lines) + 16
    columns = [column_width(chart, number) for number in range(len(chart.series))]
    plot_width = FULL_WIDTH - left - sum(columns) - 12
    height = line_height * len(names)
    values = [value for series in chart.series for value in series.values if value is not None]
    axis = round_axis(values, chart.minimum, chart.maximum)
    data = {
        "names": [
            {
                "name": line,
                "y": middle(index, line_height) + (number - (len(lines) - 1) / 2) * NAME_LINE_HEIGHT,
                "weight": "bold" if index in chart.highlight else "normal",
            }
            for index, lines in enumerate(names)
            for number, line in enumerate(lines)
        ],
        "ranges": [
            {"y": middle(index, line_height), "from": min(places, default=0.0), "to": max(places, default=0.0)}
            for index in range(len(names))
            for places in [places_of(chart, axis, index, plot_width)]
        ],
        "ticks": axis.rows(plot_width),
        "dots": dot_rows(chart, axis, plot_width, line_height),
        "lines": [{"x": axis.at(line.value, plot_width), "label": line.label} for line in chart.reference_lines],
    }
    marks = [
        mark("rule", "ticks", x="@at", y=0, y2=height, stroke=GRID),
        mark(
            "text", "ticks", x="@at", y=height + 13, text="@label", align="center", fontSize=SMALL_TEXT_SIZE, fill=MUTED
        ),
        mark("rule", "ranges", x=0, x2=FULL_WIDTH - left, y="@y", stroke=GRID),
        mark("rule", "lines", x="@x", y=0, y2=height, stroke=INK, strokeDash=[4, 3]),
        mark("text", "lines", x="@x", y=-5, text="@label", align="center", fontSize=SMALL_TEXT_SIZE),
        mark("text", "names", x=-12, y="@y", text="@name", align="right", baseline="middle", fontWeight="@weight"),
        mark("rule", "ranges", x="@from", x2="@to", y="@y", stroke=RULE, strokeWidth=2),
        mark(
            "symbol",
            "dots",
            x="@x",
            y="@y",
            shape="@shape",
            size=64,
            fill="@fill",
            stroke="@colour",
            strokeWidth=1.6,
        ),
        *column_marks(chart, columns, plot_width + 12, line_height),
        single(
            "text",
            x=plot_width,
            y=height + 26,
            text=chart.unit,
            align="right",
            fontSize=SMALL_TEXT_SIZE,
            fill=MUTED,
        ),
    ]
    bottom = 30 if chart.unit else 18
    return specification(
        size=(FULL_WIDTH - left, height), padding=(left, HEADING_HEIGHT, 0, bottom), data=data, marks=marks
    )


def middle(index: int, line_height: float) -> float:
    return (index + 0.5) * line_height


def column_width(chart: Chart, number: int) -> float:
    """Wide enough for the values and for the heading in two lines."""
    series = chart.series[number]
    heading = text_width(series.name, SMALL_TEXT_SIZE) / 2 + 14
    values = max(text_width(label, TEXT_SIZE) for label in series.labels) + 14
    return max(values, min(WIDEST_COLUMN, max(NARROWEST_COLUMN, heading)))


def places_of(chart: Chart, axis: Axis, index: int, width: float) -> list[float]:
    return [axis.at(value, width) for series in chart.series if (value := series.values[index]) is not None]


def dot_rows(chart: Chart, axis: Axis, width: float, line_height: float) -> list[dict[str, Any]]:
    """The marks, the subject's last so that it lies on top."""
    rows = []
    for series in sorted(chart.series, key=lambda series: series.role == "subject"):
        look = role_look(series.role)
        fill = look.colour if series.role in ("subject", "reference") else "#ffffff"
        for index, value in enumerate(series.values):
            if value is not None:
                rows.append(
                    {
                        "x": axis.at(value, width),
                        "y": middle(index, line_height),
                        "shape": look.shape,
                        "colour": look.colour,
                        "fill": fill,
                    }
                )
    return rows


def column_marks(chart: Chart, columns: list[float], left: float, line_height: float) -> list[dict[str, Any]]:
    marks: list[dict[str, Any]] = []
    right = left
    for series, width in zip(chart.series, columns, strict=True):
        right += width
        look = role_look(series.role)
        fill = look.colour if series.role in ("subject", "reference") else "#ffffff"
        lines = wrapped(series.name, SMALL_TEXT_SIZE, width - 8)
        heading = {"x": right - 2, "align": "right", "fontSize": SMALL_TEXT_SIZE, "fill": look.colour}
        marks.append(
            single(
                "symbol", x=right - 7, y=-36, shape=look.shape, size=52, fill=fill, stroke=look.colour, strokeWidth=1.6
            )
        )
        for number, line in enumerate(lines):
            marks.append(single("text", y=-8 - 12 * (len(lines) - 1 - number), text=line, **heading))
        for index, label in enumerate(series.labels):
            weight = "bold" if series.role == "subject" else "normal"
            marks.append(
                single(
                    "text",
                    x=right - 2,
                    y=middle(index, line_height),
                    text=label,
                    align="right",
                    baseline="middle",
                    fontWeight=weight,
                )
            )
    return marks
