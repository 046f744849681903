"""One horizontal bar per category, its parts side by side from dark to light, each with its number where there is
room."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from orchestration.report.charts.bar import LONGEST_NAME, unit_mark
from orchestration.report.charts.legend import Entry, legend_height, legend_marks
from orchestration.report.charts.look import (
    FULL_WIDTH,
    SMALL_TEXT_SIZE,
    TEXT_SIZE,
    band_colours,
    role_look,
    text_colour_on,
)
from orchestration.report.charts.text import fitted, text_width
from orchestration.report.charts.vega import mark, specification
from orchestration.report.document import Chart

LINE_HEIGHT = 25.0
BAR_HEIGHT = 18.0
OUTLINE = "#7d8893"


def stacked_specification(chart: Chart, language: str) -> dict[str, Any]:
    names = [fitted(name, TEXT_SIZE, LONGEST_NAME) for name in chart.categories]
    left = max(text_width(name, TEXT_SIZE) for name in names) + 12
    width = FULL_WIDTH - left - 2
    height = LINE_HEIGHT * len(names)
    colours = band_colours(len(chart.series))
    entries = [
        Entry(series.name, replace(role_look("other"), fill=colour, bar_stroke=OUTLINE))
        for series, colour in zip(chart.series, colours, strict=True)
    ]
    top = legend_height(entries, FULL_WIDTH - left) + 6
    data = {
        "names": [
            {
                "name": name,
                "y": (index + 0.5) * LINE_HEIGHT,
                "weight": "bold" if index in chart.highlight else "normal",
            }
            for index, name in enumerate(names)
        ],
        "parts": part_rows(chart, colours, width),
    }
    marks = [
        *legend_marks(entries, FULL_WIDTH - left, 0, -top),
        mark("text", "names", x=-8, y="@y", text="@name", align="right", baseline="middle", fontWeight="@weight"),
        mark(
            "rect",
            "parts",
            x="@x",
            width="@width",
            y="@y",
            height=BAR_HEIGHT,
            fill="@fill",
            stroke=OUTLINE,
            strokeWidth=0.6,
        ),
        mark(
            "text",
            "parts",
            x="@middle",
            y="@text_y",
            text="@label",
            align="center",
            baseline="middle",
            fontSize=SMALL_TEXT_SIZE,
            fill="@colour",
        ),
    ]
    if chart.unit:
        marks.append(unit_mark(chart.unit, width, height + 12))
    return specification(size=(width, height), padding=(left, top, 2, 18 if chart.unit else 4), data=data, marks=marks)


def part_rows(chart: Chart, colours: list[str], width: float) -> list[dict[str, Any]]:
    """A row per part above zero; all bars share one scale, the longest takes the whole width."""
    totals = [
        sum(float(series.values[index] or 0) for series in chart.series) for index in range(len(chart.categories))
    ]
    scale = width / max([*totals, 0.000001])
    rows = []
    for index in range(len(chart.categories)):
        x = 0.0
        for series, colour in zip(chart.series, colours, strict=True):
            part = float(series.values[index] or 0) * scale
            if part <= 0:
                continue
            label = series.labels[index]
            fits = text_width(label, SMALL_TEXT_SIZE) + 4 <= part
            rows.append(
                {
                    "x": x,
                    "width": part,
                    "y": index * LINE_HEIGHT + (LINE_HEIGHT - BAR_HEIGHT) / 2,
                    "middle": x + part / 2,
                    "text_y": (index + 0.5) * LINE_HEIGHT,
                    "label": label if fits else "",
                    "fill": colour,
                    "colour": text_colour_on(colour),
                }
            )
            x += part
    return rows
