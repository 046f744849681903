"""Lines over years: one per series, the printed value at each point, the series' name at the line's end."""

from __future__ import annotations

from typing import Any

from orchestration.report.charts.axis import Axis, round_axis
from orchestration.report.charts.look import FULL_WIDTH, GRID, INK, MUTED, RULE, SMALL_TEXT_SIZE, TEXT_SIZE, role_look
from orchestration.report.charts.text import apart, text_width, wrapped
from orchestration.report.charts.vega import mark, specification
from orchestration.report.document import Chart, Series

HEIGHT = 150.0
LABEL_HEIGHT = 12.5
NAME_WIDTH = 150.0
INSET = 34.0
POINT_DISTANCE = 11.0
HIGHEST_LABEL = -12.0
LOWEST_LABEL = HEIGHT - 5


def line_specification(chart: Chart, language: str) -> dict[str, Any]:
    values = [value for series in chart.series for value in series.values if value is not None]
    values += [line.value for line in chart.reference_lines]
    axis = round_axis(values, chart.minimum, chart.maximum, tick_count=4)
    left = max((text_width(label, SMALL_TEXT_SIZE) for label in axis.labels), default=0) + 10
    right = min(NAME_WIDTH, max(text_width(series.name, SMALL_TEXT_SIZE) for series in chart.series) + 4) + 12
    width = FULL_WIDTH - left - right
    data: dict[str, list[dict[str, Any]]] = {
        "ticks": [{"y": HEIGHT - row["at"], "label": row["label"]} for row in axis.rows(HEIGHT)],
        "years": [{"x": year_place(chart, index, width), "label": name} for index, name in enumerate(chart.categories)],
        "lines": [{"y": HEIGHT - axis.at(line.value, HEIGHT), "label": line.label} for line in chart.reference_lines],
        "values": value_rows(chart, axis, width),
        "names": name_rows(chart, axis, width, right),
    }
    marks = [
        mark("rule", "ticks", x=0, x2=width, y="@y", stroke=GRID),
        mark(
            "text",
            "ticks",
            x=-8,
            y="@y",
            text="@label",
            align="right",
            baseline="middle",
            fontSize=SMALL_TEXT_SIZE,
            fill=MUTED,
        ),
        mark("rule", "years", x="@x", y=HEIGHT, y2=HEIGHT + 4, stroke=RULE),
        mark("text", "years", x="@x", y=HEIGHT + 17, text="@label", align="center", fontSize=TEXT_SIZE),
        mark("rule", "lines", x=0, x2=width, y="@y", stroke=INK, strokeDash=[4, 3]),
        mark("text", "lines", x=4, y="@y", dy=-4, text="@label", fontSize=SMALL_TEXT_SIZE),
    ]
    for number, series in reversed(list(enumerate(chart.series))):
        data[f"points{number}"] = point_rows(chart, series, axis, width)
        marks += series_marks(series, number)
    label = {
        "x": "@x",
        "y": "@y",
        "text": "@label",
        "align": "center",
        "baseline": "middle",
        "fontSize": SMALL_TEXT_SIZE,
    }
    marks += [
        mark("text", "values", fill="@colour", stroke="#ffffff", strokeWidth=3, fontWeight="@weight", **label),
        mark(
            "text",
            "names",
            x="@x",
            y="@y",
            text="@label",
            baseline="middle",
            fontSize=SMALL_TEXT_SIZE,
            fill="@colour",
            fontWeight="@weight",
        ),
    ]
    if chart.unit:
        data["unit"] = [{"label": chart.unit}]
        marks.append(
            mark("text", "unit", x=-left, y=-16, text="@label", align="left", fontSize=SMALL_TEXT_SIZE, fill=MUTED)
        )
    return specification(
        size=(width, HEIGHT), padding=(left, 28 if chart.unit else 18, right, 24), data=data, marks=marks
    )


def year_place(chart: Chart, index: int, width: float) -> float:
    if len(chart.categories) == 1:
        return width / 2
    return INSET + index * (width - 2 * INSET) / (len(chart.categories) - 1)


def point_rows(chart: Chart, series: Series, axis: Axis, width: float) -> list[dict[str, Any]]:
    return [
        {
            "x": year_place(chart, index, width),
            "y": HEIGHT - (0 if value is None else axis.at(value, HEIGHT)),
            "defined": value is not None,
            "opacity": 0 if value is None else 1,
        }
        for index, value in enumerate(series.values)
    ]


def series_marks(series: Series, number: int) -> list[dict[str, Any]]:
    look = role_look(series.role)
    line = mark(
        "line",
        f"points{number}",
        x="@x",
        y="@y",
        defined="@defined",
        stroke=look.colour,
        strokeWidth=look.line_width,
        strokeDash=list(look.dash),
    )
    points = mark(
        "symbol", f"points{number}", x="@x", y="@y", shape=look.shape, size=44, fill=look.colour, opacity="@opacity"
    )
    return [line, points]


def value_rows(chart: Chart, axis: Axis, width: float) -> list[dict[str, Any]]:
    """The printed values, above their points, the lowest one's below; clear of all points and of each other."""
    rows = []
    for index in range(len(chart.categories)):
        shown = [series for series in chart.series if series.values[index] is not None]
        heights = [HEIGHT - axis.at(series.values[index], HEIGHT) for series in shown]
        for series, y in zip(shown, value_places(heights), strict=True):
            rows.append(
                {
                    "x": year_place(chart, index, width),
                    "y": y,
                    "label": series.labels[index],
                    "colour": role_look(series.role).colour,
                    "weight": "bold" if series.role == "subject" else "normal",
                }
            )
    return rows


def value_places(points: list[float]) -> list[float]:
    """Where the labels of one year's points stand: as near as may be, on no point and on no other label."""
    places: dict[int, float] = {}
    for index in sorted(range(len(points)), key=lambda index: (points[index], index)):
        below = len(points) > 1 and points[index] == max(points)
        steps = [POINT_DISTANCE + number * LABEL_HEIGHT / 2 for number in range(2 * len(points) + 1)]
        candidates = [points[index] + sign * step for step in steps for sign in ((1, -1) if below else (-1, 1))]
        free = [
            y
            for y in candidates
            if HIGHEST_LABEL <= y <= LOWEST_LABEL
            and all(abs(y - point) > POINT_DISTANCE - 1 for point in points)
            and all(abs(y - other) >= LABEL_HEIGHT for other in places.values())
        ]
        places[index] = [*free, candidates[0]][0]
    return [places[index] for index in range(len(points))]


def name_rows(chart: Chart, axis: Axis, width: float, room: float) -> list[dict[str, Any]]:
    """The series' names right of their last values, in up to two lines, moved apart where they collide."""
    named = [series for series in chart.series if any(value is not None for value in series.values)]
    texts = [wrapped(series.name, SMALL_TEXT_SIZE, room - 4) for series in named]
    last = [next(value for value in reversed(series.values) if value is not None) for series in named]
    distance = LABEL_HEIGHT * max((len(lines) for lines in texts), default=1)
    places = apart([HEIGHT - axis.at(value, HEIGHT) for value in last], distance, 0, HEIGHT)
    return [
        {
            "x": width - INSET + 26,
            "y": y + (number - (len(lines) - 1) / 2) * LABEL_HEIGHT,
            "label": line,
            "colour": role_look(series.role).colour,
            "weight": "bold" if series.role == "subject" else "normal",
        }
        for series, lines, y in zip(named, texts, places, strict=True)
        for number, line in enumerate(lines)
    ]
