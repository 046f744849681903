"""A row of sample and name per series, above a plot: where names cannot stand at the drawn things themselves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from orchestration.report.charts.look import INK, SMALL_TEXT_SIZE, RoleLook
from orchestration.report.charts.text import fitted, text_width
from orchestration.report.charts.vega import single

SAMPLE_WIDTH = 24.0
GAP = 16.0
ROW_HEIGHT = 17.0


@dataclass(frozen=True)
class Entry:
    """A name with the sample before it: `kind` is swatch (fill, stroke) or line (stroke, dash, shape)."""

    name: str
    look: RoleLook
    kind: str = "swatch"


def rows_of(entries: list[Entry], width: float) -> list[list[tuple[float, Entry]]]:
    """The entries in rows, each with its x, as many in a row as fit into `width`."""
    rows: list[list[tuple[float, Entry]]] = [[]]
    x = 0.0
    for entry in entries:
        needed = SAMPLE_WIDTH + text_width(entry.name, SMALL_TEXT_SIZE) + GAP
        if rows[-1] and x + needed - GAP > width:
            rows.append([])
            x = 0.0
        rows[-1].append((x, entry))
        x += needed
    return rows


def legend_height(entries: list[Entry], width: float) -> float:
    return len(rows_of(entries, width)) * ROW_HEIGHT


def legend_marks(entries: list[Entry], width: float, left: float, top: float) -> list[dict[str, Any]]:
    """Marks of the legend, with its left upper corner at (left, top) of the plot's coordinates."""
    marks: list[dict[str, Any]] = []
    for row_number, row in enumerate(rows_of(entries, width)):
        y = top + row_number * ROW_HEIGHT + ROW_HEIGHT / 2
        for x, entry in row:
            marks += sample_marks(entry, left + x, y)
            name = fitted(entry.name, SMALL_TEXT_SIZE, width - SAMPLE_WIDTH)
            place = {"x": left + x + SAMPLE_WIDTH, "y": y, "baseline": "middle"}
            marks.append(single("text", **place, text=name, fontSize=SMALL_TEXT_SIZE, fill=INK))
    return marks


def sample_marks(entry: Entry, x: float, y: float) -> list[dict[str, Any]]:
    look = entry.look
    if entry.kind == "swatch":
        return [single("rect", x=x, y=y - 5, width=18, height=10, fill=look.fill, stroke=look.bar_stroke)]
    point = single("symbol", x=x + 9, y=y, shape=look.shape, size=42, fill=look.colour, stroke=look.colour)
    dash = {"stroke": look.colour, "strokeWidth": look.line_width, "strokeDash": list(look.dash)}
    return [single("rule", x=x, x2=x + 19, y=y, **dash), point]
