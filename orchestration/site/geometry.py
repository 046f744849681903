"""Shapes of a region's map as SVG paths: the same for both languages, drawn once and coloured by the page.

Shapes, projection, borders and the inset of the South China Sea are those of the report's maps.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from orchestration.report.document import Map, MapArea, MapKind
from orchestration.report.maps.content import MapContent, map_content
from orchestration.report.maps.frame import NATION, Frame, fitted
from orchestration.report.maps.label import placed
from orchestration.report.maps.layout import INSET_EXTENT, lines_path, outlines
from orchestration.report.maps.topology import other_boundary_lines, south_china_sea_dashes

WIDTH = 640.0
HIGHEST = 560.0
INSET_SIZE = (118.0, 146.0)
NAME_SIZE = 11.0


@dataclass(frozen=True)
class Drawing:
    """A map without colours: `areas` are paths with the code of the unit or region that they show (None: no one's).

    `labels` are names with their places, by language; `inset` is the South China Sea where the map holds it.
    """

    width: float
    height: float
    areas: tuple[tuple[str | None, str], ...]
    outer: str
    strong: str
    labels: dict[str, tuple[tuple[float, float, str], ...]]
    inset: Drawing | None = None


def drawing(kind: MapKind, region_code: str, year: int, names: Sequence[tuple[str, str, str]]) -> Drawing:
    """The map of a region; `names` are code, Chinese and English name of what it shows."""
    by_language = {
        "zh": _content(kind, region_code, year, [(code, zh) for code, zh, _ in names], "zh"),
        "en": _content(kind, region_code, year, [(code, en) for code, _, en in names], "en"),
    }
    content = by_language["zh"]
    frame = content.frame(WIDTH, HIGHEST)
    labels = {}
    for language, its_content in by_language.items():
        found = placed(its_content.labels(frame), NAME_SIZE, frame.width, frame.height)
        labels[language] = tuple(
            (round(label.x, 1), round(label.y, 1), label.text) for label in found.labels if not label.text.isdigit()
        )
    return Drawing(
        width=frame.width,
        height=frame.height,
        areas=_areas(content, frame),
        outer=_outer(content, frame),
        strong=_strong(content, frame),
        labels=labels,
        inset=_sea_inset(content) if content.has_sea_inset else None,
    )


def _content(kind: MapKind, region_code: str, year: int, names: Sequence[tuple[str, str]], language: str) -> MapContent:
    areas = tuple(MapArea(code, name, None, "", None) for code, name in names)
    return map_content(Map(kind, region_code, year, areas, (), "", "", "", "", "", ""), language)


def _areas(content: MapContent, frame: Frame) -> tuple[tuple[str | None, str], ...]:
    shown = content.areas
    return tuple((shown[code].code if code in shown else None, path) for code, path in outlines(content, frame) if path)


def _outer(content: MapContent, frame: Frame) -> str:
    if not content.is_nation:
        return ""
    edge = content.topology.borders(content.shapes, lambda shape: "all")
    return lines_path([*(content.topology.arcs[arc] for arc in edge), *other_boundary_lines()], frame)


def _strong(content: MapContent, frame: Frame) -> str:
    lines = south_china_sea_dashes() if content.is_nation else [content.topology.arcs[arc] for arc in content.strong]
    return lines_path(list(lines), frame)


def _sea_inset(content: MapContent) -> Drawing:
    frame = fitted(NATION, INSET_EXTENT, *INSET_SIZE)
    return Drawing(
        width=INSET_SIZE[0],
        height=INSET_SIZE[1],
        areas=_areas(content, frame),
        outer=lines_path(list(other_boundary_lines()), frame),
        strong=lines_path(list(south_china_sea_dashes()), frame),
        labels={},
    )
