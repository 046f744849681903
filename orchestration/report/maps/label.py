"""Short names of provinces and prefectures, and which labels have room on a map."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache

from orchestration.report.charts.text import text_width
from orchestration.report.maps.geometry import DATA


@cache
def region_labels() -> dict[str, dict[str, str]]:
    """By region code: the short name by language."""
    with (DATA / "region_label.csv").open(encoding="utf-8", newline="") as file:
        return {row["region_code"]: {"zh": row["label_zh"], "en": row["label_en"]} for row in csv.DictReader(file)}


@dataclass(frozen=True)
class Label:
    """A text at a place in pixels; `weight` is the room it would like to have: larger ones are placed first."""

    text: str
    x: float
    y: float
    weight: float


def placed(labels: list[Label], size: float) -> list[Label]:
    """The labels that do not cover one placed before, largest first; moved up or down by up to two lines where
    that helps."""
    result: list[Label] = []
    boxes: list[tuple[float, float, float, float]] = []
    for label in sorted(labels, key=lambda label: (-label.weight, label.text)):
        half = text_width(label.text, size) / 2
        steps = (0, 1, -1, 2, -2, 3, -3, 4, -4)
        candidates = [box_around(label.x, label.y + step * size / 2, half, size) for step in steps]
        free = [box for box in candidates if not any(overlaps(box, other) for other in boxes)]
        if free:
            left, top, right, bottom = free[0]
            boxes.append(free[0])
            result.append(Label(label.text, (left + right) / 2, (top + bottom) / 2, label.weight))
    return result


def box_around(x: float, y: float, half: float, size: float) -> tuple[float, float, float, float]:
    """Left, top, right, bottom of a line of text around its middle."""
    return x - half, y - size * 0.55, x + half, y + size * 0.55


def overlaps(a: tuple[float, float, float, float], b: tuple[float, float, float, float]) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
