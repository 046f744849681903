"""Dots on one axis: a line per category, a mark per series, and the printed values in columns beside the plot, whose
headings name the series and show its mark."""

from __future__ import annotations

from typing import Any

from orchestration.report.charts.axis import name_rows, round_axis
from orchestration.report.charts.look import FULL_WIDTH, GRID, INK, MUTED, RULE, SMALL_TEXT_SIZE, TEXT_SIZE, role_look
from orchestration.report.charts.text import text_width, wrapped
from orchestration.report.charts.vega import mark, single, specification
from orchestration.report.document import Chart, Series

LINE_HEIGHT = {1: 22.0, 2: 29.0}
LONGEST_NAME = 200.0
NARROWEST_COLUMN, WIDEST_COLUMN = 58.0, 84.0
HEADING_HEIGHT = 44.0


def dot_specification(chart: Chart, language: str) -> dict[str, Any]:
    names = [wrapped(name, TEXT_SIZE, LONGEST_NAME) for name in chart.categories]
    line_height = LINE_HEIGHT[max(map(len, names), default=1)]
    middles = [(index + 0.5) * line_height for index in range(len(names))]
    left = max(text_width(line, TEXT_SIZE) for lines in names for line in lines) + 16
    columns = [column_width(series) for series in chart.series]
    width, height = FULL_WIDTH - left - sum(columns) - 12, line_height * len(names)
    values = [value for series in chart.series for value in series.values if value is not None]
    axis = round_axis(values, chart.minimum, chart.maximum)
    data: dict[str, list[dict[str, Any]]] = {"names": [], "ranges": [], "dots": [], "ticks": axis.rows(width)}
    for index, (lines, y) in enumerate(zip(names, middles, strict=True)):
        data["names"] += name_rows(chart, index, lines, line_height)
        # The subject's dot is drawn last, so that it lies on top.
        shown = [each for each in sorted(chart.series, key=is_subject) if each.values[index] is not None]
        places = [axis.at(value, width) for each in shown if (value := each.values[index]) is not None]
        data["ranges"].append({"y": y, "from": min(places, default=0.0), "to": max(places, default=0.0)})
        data["dots"] += [{"x": x, "y": y, **dot_look(each)} for x, each in zip(places, shown, strict=True)]
    data["lines"] = [{"x": axis.at(line.value, width), "label": line.label} for line in chart.reference_lines]
    small, dot = {"align": "center", "fontSize": SMALL_TEXT_SIZE}, {"size": 64, "strokeWidth": 1.6}
    marks = [
        mark("rule", "ticks", x="@at", y=0, y2=height, stroke=GRID),
        mark("text", "ticks", x="@at", y=height + 13, text="@label", fill=MUTED, **small),
        mark("rule", "ranges", x=0, x2=FULL_WIDTH - left, y="@y", stroke=GRID),
        mark("rule", "lines", x="@x", y=0, y2=height, stroke=INK, strokeDash=[4, 3]),
        mark("text", "lines", x="@x", y=-5, text="@label", **small),
        mark("text", "names", x=-12, y="@y", text="@name", align="right", baseline="middle", fontWeight="@weight"),
        mark("rule", "ranges", x="@from", x2="@to", y="@y", stroke=RULE, strokeWidth=2),
        mark("symbol", "dots", x="@x", y="@y", shape="@shape", fill="@fill", stroke="@stroke", **dot),
        single("text", x=width, y=height + 26, text=chart.unit, **{**small, "align": "right", "fill": MUTED}),
    ]
    right = width + 12
    for series, room in zip(chart.series, columns, strict=True):
        right += room
        marks += column_marks(series, right, room, middles)
    bottom = 30 if chart.unit else 18
    return specification(
        size=(FULL_WIDTH - left, height), padding=(left, HEADING_HEIGHT, 0, bottom), data=data, marks=marks
    )


def is_subject(series: Series) -> bool:
    return series.role == "subject"


def dot_look(series: Series) -> dict[str, str]:
    look = role_look(series.role)
    fill = look.colour if series.role in ("subject", "reference") else "#ffffff"
    return {"shape": look.shape, "stroke": look.colour, "fill": fill}


def column_width(series: Series) -> float:
    """Wide enough for the values and for the heading in two lines."""
    heading = text_width(series.name, SMALL_TEXT_SIZE) / 2 + 14
    values = max(text_width(label, TEXT_SIZE) for label in series.labels) + 14
    return max(values, min(WIDEST_COLUMN, max(NARROWEST_COLUMN, heading)))


def column_marks(series: Series, right: float, room: float, middles: list[float]) -> list[dict[str, Any]]:
    """A series' mark and name as a heading, and its printed values."""
    lines = wrapped(series.name, SMALL_TEXT_SIZE, room - 8)
    heading = {"x": right - 2, "align": "right", "fontSize": SMALL_TEXT_SIZE, "fill": role_look(series.role).colour}
    value = {"x": right - 2, "align": "right", "baseline": "middle"}
    weight = "bold" if is_subject(series) else "normal"
    return [
        single("symbol", x=right - 7, y=-36, size=52, strokeWidth=1.6, **dot_look(series)),
        *(single("text", y=-8 - 12 * (len(lines) - 1 - n), text=line, **heading) for n, line in enumerate(lines)),
        *(
            single("text", y=y, text=label, fontWeight=weight, **value)
            for y, label in zip(middles, series.labels, strict=True)
        ),
    ]
