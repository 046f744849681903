"""Short names of provinces and prefectures, which labels have room on a map, and numbers in place of the others."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache

from orchestration.report.charts.text import text_width
from orchestration.report.maps.topology import DATA

NUMBER_STEPS = 12  # of a third of the type size each: how far a number may stand from its place


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


@dataclass(frozen=True)
class PlacedLabels:
    """Labels that cover no other, and the key of those that had no room: number and text, in order."""

    labels: list[Label]
    key: list[tuple[int, str]]


Box = tuple[float, float, float, float]  # left, top, right, bottom


def placed(labels: list[Label], size: float, width: float, height: float) -> PlacedLabels:
    """The largest labels first, each at its place or up to a line above or below, inside the frame; a number near the
    place of each of the others."""
    boxes: list[Box] = []
    found: list[Label] = []
    crowded: list[Label] = []
    by_weight = sorted(labels, key=lambda label: (-label.weight, label.text))
    for label in by_weight:
        half = text_width(label.text, size) / 2
        x = min(max(label.x, half), width - half)
        places = [(x, label.y + step * size / 2) for step in (0, 1, -1, 2, -2)]
        box = free_box(places, half, size, height, boxes)
        if box is None:
            crowded.append(label)
        else:
            boxes.append(box)
            found.append(Label(label.text, (box[0] + box[2]) / 2, (box[1] + box[3]) / 2, label.weight))
    key: list[tuple[int, str]] = []
    for label in sorted(crowded, key=lambda label: (label.y, label.x)):
        number = str(len(key) + 1)
        steps = sorted(
            ((x, y) for x in range(-NUMBER_STEPS, NUMBER_STEPS + 1) for y in range(-NUMBER_STEPS, NUMBER_STEPS + 1)),
            key=lambda step: step[0] ** 2 + step[1] ** 2,
        )
        places = [(label.x + x * size / 3, label.y + y * size / 3) for x, y in steps]
        box = free_box(places, text_width(number, size) / 2, size, height, boxes)
        if box is not None:
            boxes.append(box)
            found.append(Label(number, (box[0] + box[2]) / 2, (box[1] + box[3]) / 2, label.weight))
            key.append((len(key) + 1, label.text))
    return PlacedLabels(found, key)


def free_box(
    places: list[tuple[float, float]], half: float, size: float, height: float, taken: list[Box]
) -> Box | None:
    """The first place with room for a line of text of that half width."""
    for x, y in places:
        box = box_around(x, y, half, size)
        if box[1] >= 0 and box[3] <= height and not any(overlaps(box, other) for other in taken):
            return box
    return None


def box_around(x: float, y: float, half: float, size: float) -> Box:
    """A line of text around its middle, with the white edge that sets it off."""
    return x - half - 1, y - size * 0.65, x + half + 1, y + size * 0.65


def overlaps(a: Box, b: Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
