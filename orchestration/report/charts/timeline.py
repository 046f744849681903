"""Events over a year: a stem per event on its day, up for positive and down for negative points."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from orchestration.report.charts.axis import round_axis
from orchestration.report.charts.look import ACCENT, FULL_WIDTH, GRID, INK, MUTED, NEGATIVE, SMALL_TEXT_SIZE
from orchestration.report.charts.text import fitted, text_width
from orchestration.report.charts.vega import mark, single, specification
from orchestration.report.document import Chart

HEIGHT = 150.0
LABEL_WIDTH = 130.0
LABEL_HEIGHT = 12.0
LABELLED = 6
REMARKS = re.compile(r"^\[[^\]]*\]\s*|\s*\([^)]*synthetic[^)]*\)$")
PLACE = re.compile(r"[\u4e00-\u9fff]{2,12}?[省市州盟区县旗]")


def timeline_specification(chart: Chart, language: str) -> dict[str, Any]:
    days = [date.fromisoformat(category) for category in chart.categories]
    values = [value for series in chart.series for value in series.values if value is not None]
    axis = round_axis([Decimal(0), *values], chart.minimum, chart.maximum, tick_count=5)
    left = max(text_width(label, SMALL_TEXT_SIZE) for label in axis.labels) + 10
    width = FULL_WIDTH - left - 8
    first, last = date(min(days).year, 1, 1), date(max(days).year, 12, 31)
    span = (last - first).days
    names = [telling_parts(series.labels) for series in chart.series]
    zero = HEIGHT - axis.at(Decimal(0), HEIGHT)
    stems = [
        {
            "x": (day - first).days / span * width,
            "y": HEIGHT - axis.at(value, HEIGHT),
            "colour": ACCENT if value >= 0 else NEGATIVE,
            "shape": "circle" if value >= 0 else "square",
            "fill": ACCENT if value >= 0 else "#ffffff",
            "label": names[number][index],
            "size": float(abs(value)),
        }
        for number, series in enumerate(chart.series)
        for index, (day, value) in enumerate(zip(days, series.values, strict=True))
        if value is not None
    ]
    data = {
        "ticks": [{"y": HEIGHT - row["at"], "label": row["label"]} for row in axis.rows(HEIGHT)],
        "months": month_rows(first, last, span, width),
        "stems": stems,
        "labels": label_rows(stems, width),
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
        mark("rule", "months", x="@x", y=0, y2=HEIGHT, stroke=GRID),
        mark(
            "text",
            "months",
            x="@middle",
            y=HEIGHT + 14,
            text="@label",
            align="center",
            fontSize=SMALL_TEXT_SIZE,
            fill=MUTED,
        ),
        single("rule", x=0, x2=width, y=zero, stroke=INK),
        mark("rule", "stems", x="@x", y=zero, y2="@y", stroke="@colour", strokeWidth=1.4),
        mark(
            "symbol", "stems", x="@x", y="@y", shape="@shape", size=36, fill="@fill", stroke="@colour", strokeWidth=1.4
        ),
        mark(
            "text",
            "labels",
            x="@x",
            y="@y",
            text="@label",
            align="@align",
            baseline="middle",
            fontSize=SMALL_TEXT_SIZE,
            fill=INK,
            stroke="#ffffff",
            strokeWidth=3,
        ),
    ]
    if chart.unit:
        marks.append(single("text", x=-left, y=-10, text=chart.unit, fontSize=SMALL_TEXT_SIZE, fill=MUTED))
    return specification(size=(width, HEIGHT), padding=(left, 22 if chart.unit else 10, 8, 20), data=data, marks=marks)


def telling_parts(labels: Sequence[str]) -> list[str]:
    """The labels without remarks in brackets and without the place that several of them begin with."""
    bare = [REMARKS.sub("", label) for label in labels]
    places = Counter(found[0] for label in bare if (found := PLACE.match(label)))
    return [
        label.removeprefix(found[0]) or label if (found := PLACE.match(label)) and places[found[0]] > 1 else label
        for label in bare
    ]


def month_rows(first: date, last: date, span: int, width: float) -> list[dict[str, Any]]:
    """The months' beginnings, and their numbers in the middle."""
    starts = [date(year, month, 1) for year in range(first.year, last.year + 1) for month in range(1, 13)]
    ends = [*starts[1:], last]
    return [
        {
            "x": (start - first).days / span * width,
            "middle": ((start - first).days + (end - first).days) / 2 / span * width,
            "label": f"{start.month}",
        }
        for start, end in zip(starts, ends, strict=True)
    ]


def label_rows(stems: list[dict[str, Any]], width: float) -> list[dict[str, Any]]:
    """Labels of the largest events, where they do not cover each other."""
    rows: list[dict[str, Any]] = []
    taken: list[tuple[float, float, float]] = []
    for stem in sorted(stems, key=lambda stem: (-stem["size"], stem["x"]))[:LABELLED]:
        label = fitted(stem["label"], SMALL_TEXT_SIZE, LABEL_WIDTH)
        length = text_width(label, SMALL_TEXT_SIZE)
        rightwards = stem["x"] + 8 + length <= width
        start = stem["x"] + 8 if rightwards else stem["x"] - 8 - length
        box = (start, start + length, stem["y"])
        if any(box[0] < end and begin < box[1] and abs(box[2] - y) < LABEL_HEIGHT for begin, end, y in taken):
            continue
        taken.append(box)
        rows.append(
            {
                "x": stem["x"] + (8 if rightwards else -8),
                "y": stem["y"],
                "label": label,
                "align": "left" if rightwards else "right",
            }
        )
    return rows
