"""A radar: an axis per category from the centre, a closed line per series; half a page wide, for small multiples."""

from __future__ import annotations

from decimal import Decimal
from math import cos, pi, sin
from typing import Any

from orchestration.report.charts.legend import Entry, legend_height, legend_marks
from orchestration.report.charts.look import GRID, HALF_WIDTH, INK, MUTED, RULE, SMALL_TEXT_SIZE, role_look
from orchestration.report.charts.text import wrapped
from orchestration.report.charts.vega import mark, specification
from orchestration.report.document import Chart, Series

RADIUS = 78.0
LABEL_DISTANCE = 10.0
LINE_HEIGHT = 12.0
RING_SHARES = (Decimal("0.25"), Decimal("0.5"), Decimal("0.75"), Decimal(1))
TOP = 42.0
BOTTOM = 40.0
SIDE = (HALF_WIDTH - 2 * RADIUS) / 2


def radar_specification(chart: Chart, language: str) -> dict[str, Any]:
    lower, upper = bounds(chart)
    count = len(chart.categories)
    entries = [Entry(series.name, role_look(series.role), "line") for series in chart.series]
    legend_space = legend_height(entries, HALF_WIDTH) + 2 if len(entries) > 1 else 0
    spokes = [{"x": x, "y": y} for x, y in (place(index, count, 1.0) for index in range(count))]
    data: dict[str, list[dict[str, Any]]] = {"spokes": spokes, "labels": label_rows(chart)}
    marks: list[dict[str, Any]] = []
    for number, share in enumerate(RING_SHARES):
        data[f"ring{number}"] = [
            {"x": x, "y": y} for x, y in (place(index % count, count, float(share)) for index in range(count + 1))
        ]
        outermost = share == RING_SHARES[-1]
        marks.append(mark("line", f"ring{number}", x="@x", y="@y", stroke=RULE if outermost else GRID))
    marks.append(mark("rule", "spokes", x=RADIUS, y=RADIUS, x2="@x", y2="@y", stroke=GRID))
    for number, series in reversed(list(enumerate(chart.series))):
        data |= {f"{name}{number}": rows for name, rows in series_rows(series, lower, upper).items()}
        marks += series_marks(series, number)
    data["scale"] = [
        {"y": RADIUS * (1 - float(share)), "label": ring_label(lower + (upper - lower) * share)}
        for share in (Decimal("0.5"), Decimal(1))
    ]
    marks.append(mark("text", "scale", x=RADIUS + 3, y="@y", text="@label", baseline="bottom", fontSize=8, fill=MUTED))
    marks.append(
        mark(
            "text",
            "labels",
            x="@x",
            y="@y",
            text="@text",
            align="@align",
            fontSize=SMALL_TEXT_SIZE,
            fontWeight="@weight",
            fill="@colour",
        )
    )
    if len(entries) > 1:
        marks += legend_marks(entries, HALF_WIDTH, -SIDE, 2 * RADIUS + BOTTOM)
    return specification(
        size=(2 * RADIUS, 2 * RADIUS), padding=(SIDE, TOP, SIDE, BOTTOM + legend_space), data=data, marks=marks
    )


def bounds(chart: Chart) -> tuple[Decimal, Decimal]:
    """The scale asked for (0 to 100 without), widened where a value lies beyond it."""
    values = [value for series in chart.series for value in series.values if value is not None]
    lower = Decimal(0) if chart.minimum is None else chart.minimum
    upper = Decimal(100) if chart.maximum is None else chart.maximum
    return min([lower, *values]), max([upper, *values])


def place(index: int, count: int, share: float) -> tuple[float, float]:
    """The point on an axis at a share of the radius; the first axis points up, the others follow clockwise."""
    angle = 2 * pi * index / count - pi / 2
    return round(RADIUS + RADIUS * share * cos(angle), 3), round(RADIUS + RADIUS * share * sin(angle), 3)


def ring_label(value: Decimal) -> str:
    return f"{value.normalize():f}".replace("-", "−")


def series_rows(series: Series, lower: Decimal, upper: Decimal) -> dict[str, list[dict[str, Any]]]:
    """`area`: the closed line, `defined` False where a value is missing; `points`: the values that there are."""
    count = len(series.values)
    rows = []
    for index, value in enumerate(series.values):
        share = 0.0 if value is None else float((value - lower) / (upper - lower))
        x, y = place(index, count, share)
        rows.append({"x": x, "y": y, "defined": value is not None})
    return {"area": [*rows, rows[0]], "points": [row for row in rows if row["defined"]]}


def series_marks(series: Series, number: int) -> list[dict[str, Any]]:
    look = role_look(series.role)
    whole = all(value is not None for value in series.values)
    filled = {"fill": look.colour, "fillOpacity": 0.14} if series.role == "subject" and whole else {}
    line = mark(
        "line",
        f"area{number}",
        x="@x",
        y="@y",
        defined="@defined",
        stroke=look.colour,
        strokeWidth=look.line_width,
        strokeDash=list(look.dash),
        **filled,
    )
    size = 30 if series.role == "subject" else 20
    points = mark("symbol", f"points{number}", x="@x", y="@y", shape=look.shape, size=size, fill=look.colour)
    return [line, points]


def label_rows(chart: Chart) -> list[dict[str, Any]]:
    """A row per line of text around the radar: the category in one or two lines, below it the first series' value."""
    rows: list[dict[str, Any]] = []
    count = len(chart.categories)
    for index, category in enumerate(chart.categories):
        x, y = place(index, count, 1 + LABEL_DISTANCE / RADIUS)
        sideways = (x - RADIUS) / RADIUS
        align = "center" if abs(sideways) < 0.1 else ("left" if sideways > 0 else "right")
        room = {"center": HALF_WIDTH * 0.7, "left": SIDE + 2 * RADIUS - x, "right": SIDE + x}[align]
        lines = [(line, INK, "normal") for line in wrapped(category, SMALL_TEXT_SIZE, room)]
        lines.append((chart.series[0].labels[index], role_look(chart.series[0].role).colour, "bold"))
        vertical = (y - RADIUS) / RADIUS
        first = y - (len(lines) - 1) * LINE_HEIGHT if vertical < -0.9 else y - (len(lines) - 1) * LINE_HEIGHT / 2 + 4
        if vertical > 0.7:
            first = y + 9
        for number, (text, colour, weight) in enumerate(lines):
            rows.append(
                {
                    "x": x,
                    "y": first + number * LINE_HEIGHT,
                    "text": text,
                    "align": align,
                    "colour": colour,
                    "weight": weight,
                }
            )
    return rows
