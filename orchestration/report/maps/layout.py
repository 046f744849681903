"""Where everything on a map stands: the shapes in their frame, the legend at the right, the inset of the South China
Sea, names, and the source below."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from orchestration.report.charts.look import FULL_WIDTH, INK, MUTED, RULE, SMALL_TEXT_SIZE, band_colours
from orchestration.report.charts.text import wrapped
from orchestration.report.charts.vega import single, specification
from orchestration.report.document import Map, MapKind
from orchestration.report.maps.content import MapContent
from orchestration.report.maps.drawing import area, hatch, label_point, open_path, path
from orchestration.report.maps.geometry import Line, Shape, other_boundary_lines, south_china_sea_dashes
from orchestration.report.maps.label import Label, placed
from orchestration.report.maps.projection import NATION, Frame, fitted_frame

MAP_WIDTH = 470.0
HIGHEST = 450.0
LEGEND_LEFT = 486.0
LEGEND_WIDTH = FULL_WIDTH - LEGEND_LEFT
SWATCH = (22.0, 13.0)
LEGEND_LINE = 19.0
INSET_HEIGHT = 146.0
INSET_EXTENT = [(106.5, 2.8), (122.5, 2.8), (106.5, 24.8), (122.5, 24.8)]
NAME_SIZE = {MapKind.nation: 9.0, MapKind.province: 11.0, MapKind.prefecture: 9.5}
MARGIN = 4.0
SMALLEST_PART = 0.5  # square pixels: islands below it are only drawn as their border
NOTES = {
    "zh": "行政区划按2024年边界绘制;{names}与相邻单位共用图形,未单独着色。",
    "en": "Boundaries of 2024; {names}: part of a neighbour's shape, not coloured on their own.",
}
KEYS = {"zh": "图中编号:{names}。", "en": "Numbers on the map: {names}."}
MORE_NAMES = {"zh": "{names}等{count}个单位", "en": "{names} and others ({count} units)"}
SHOWN_NAMES = 4
INSET_TITLES = {"zh": "南海诸岛", "en": "South China Sea Islands"}


def map_specification(map: Map, content: MapContent, language: str) -> dict[str, Any]:
    frame = fitted_frame(content.project, content.extent_points(), MAP_WIDTH - 2 * MARGIN, HIGHEST)
    colours = band_colours(len(map.bands))
    legend_bottom = MARGIN + 22 + LEGEND_LINE * (len(map.bands) + 1)
    inset_top = max(legend_bottom + 14, frame.height - INSET_HEIGHT)
    height = max(frame.height, inset_top + INSET_HEIGHT if content.has_sea_inset else legend_bottom) + 2 * MARGIN
    size = NAME_SIZE[map.kind]
    names = placed(name_labels(content, frame), size, frame.width, frame.height)
    groups = [map_group(content, frame, colours, height, name_marks(names.labels, size))]
    groups += legend_marks(map, colours)
    if content.has_sea_inset:
        groups.append(inset_group(content, colours, inset_top, language))
    notes = note_lines(map, content, names.key, language)
    groups += [
        single(
            "text",
            x=0,
            y=height + 14 + number * 13,
            text=line,
            fontSize=9,
            fill=MUTED,
        )
        for number, line in enumerate(notes)
    ]
    return specification(size=(FULL_WIDTH, height), padding=(0, 0, 0, 6 + 13 * len(notes)), data={}, marks=groups)


def map_group(
    content: MapContent, frame: Frame, colours: list[str], height: float, names: list[dict[str, Any]]
) -> dict[str, Any]:
    """The main map, cut at its frame."""
    marks = [*shape_marks(content, frame, colours), *border_marks(content, frame), *names]
    return {
        "type": "group",
        "encode": {
            "enter": {
                "clip": {"value": True},
                "x": {"value": MARGIN},
                "y": {"value": MARGIN},
                "width": {"value": MAP_WIDTH - 2 * MARGIN},
                "height": {"value": height - 2 * MARGIN},
            }
        },
        "marks": marks,
    }


def pixel_rings(content: MapContent, shape: Shape, frame: Frame) -> list[Line]:
    return [frame.line(ring) for polygon in content.topology.rings(shape) for ring in polygon]


def shape_marks(content: MapContent, frame: Frame, colours: list[str]) -> list[dict[str, Any]]:
    """A filled path per shape; hatched where there is no value."""
    marks = []
    for shape in content.shapes:
        rings = [ring for ring in pixel_rings(content, shape, frame) if len(ring) > 2 and area(ring) > SMALLEST_PART]
        if not rings:
            continue
        shown = content.areas.get(shape.code)
        if shown is None or shown.band is None:
            marks.append(single("path", path=path(rings), fill="#ffffff"))
            marks.append(single("path", path=hatch(rings), stroke=RULE, strokeWidth=0.6))
        else:
            marks.append(single("path", path=path(rings), fill=colours[shown.band]))
    return marks


def border_marks(content: MapContent, frame: Frame) -> list[dict[str, Any]]:
    fine = open_path([frame.line(line) for line in content.fine_borders])
    outer = open_path([frame.line(line) for line in content.outer_borders])
    strong = open_path([frame.line(line) for line in content.strong_borders])
    marks = [
        single("path", path=fine, stroke="#f4f6f8", strokeWidth=0.8, strokeJoin="round"),
        single("path", path=outer, stroke=MUTED, strokeWidth=0.7, strokeJoin="round"),
        single("path", path=strong, stroke=INK, strokeWidth=1.1, strokeJoin="round"),
    ]
    place = [ring for shape in content.place_shapes for ring in pixel_rings(content, shape, frame)]
    if place:
        marks.append(single("path", path=path(place), stroke="#ffffff", strokeWidth=4.5, strokeJoin="round"))
        marks.append(single("path", path=path(place), stroke="#b3541e", strokeWidth=2.2, strokeJoin="round"))
    return marks


def name_labels(content: MapContent, frame: Frame) -> list[Label]:
    """A label per group of shapes, in the middle of its largest shape, or in the balance of all shapes of a group."""
    labels = []
    for text, shapes in content.name_groups:
        rings = [ring for shape in shapes for ring in pixel_rings(content, shape, frame) if len(ring) > 2]
        if not rings:
            continue
        total = sum(map(area, rings))
        (x, y), _ = label_point(rings) if len(shapes) == 1 else (balance(rings), 0.0)
        if 0 <= x <= frame.width and 0 <= y <= frame.height:
            labels.append(Label(text, x, y, total))
    return labels


def balance(rings: list[Line]) -> tuple[float, float]:
    """The middle of several shapes, each weighing as much as it is large."""
    weights = [area(ring) for ring in rings]
    total = sum(weights) or 1.0
    x = sum(weight * sum(x for x, _ in ring) / len(ring) for weight, ring in zip(weights, rings, strict=True))
    y = sum(weight * sum(y for _, y in ring) / len(ring) for weight, ring in zip(weights, rings, strict=True))
    return x / total, y / total


def name_marks(names: list[Label], size: float) -> list[dict[str, Any]]:
    """Names with a white edge, so that they read on every colour."""
    return [
        single(
            "text",
            x=name.x,
            y=name.y,
            text=name.text,
            align="center",
            baseline="middle",
            fontSize=size,
            fill=INK,
            stroke="#ffffff",
            strokeWidth=2.6,
            strokeOpacity=0.85,
            strokeJoin="round",
        )
        for name in names
    ]


def legend_marks(map: Map, colours: list[str]) -> list[dict[str, Any]]:
    title = wrapped(map.legend_title, SMALL_TEXT_SIZE, LEGEND_WIDTH, lines=1)[0]
    marks = [single("text", x=LEGEND_LEFT, y=MARGIN + 10, text=title, fontSize=SMALL_TEXT_SIZE, fontWeight="bold")]
    width, height = SWATCH
    for number, (label, colour) in enumerate(
        [*((band.label, colour) for band, colour in zip(map.bands, colours, strict=True)), (map.no_value_label, "")]
    ):
        y = MARGIN + 20 + number * LEGEND_LINE
        marks.append(
            single(
                "rect",
                x=LEGEND_LEFT,
                y=y,
                width=width,
                height=height,
                fill=colour or "#ffffff",
                stroke="#8b96a1",
                strokeWidth=0.6,
            )
        )
        if not colour:
            corners = [(0.0, 0.0), (width, 0.0), (width, height), (0.0, height)]
            lines = hatch([[(x + LEGEND_LEFT, corner + y) for x, corner in corners]])
            marks.append(single("path", path=lines, stroke=RULE, strokeWidth=0.6))
        marks.append(
            single(
                "text",
                x=LEGEND_LEFT + width + 7,
                y=y + height / 2,
                text=label,
                baseline="middle",
                fontSize=SMALL_TEXT_SIZE,
            )
        )
    return marks


def inset_group(content: MapContent, colours: list[str], top: float, language: str) -> dict[str, Any]:
    """The South China Sea with its islands and the dashes of the boundary, in a frame of its own."""
    frame = fitted_frame(NATION, INSET_EXTENT, LEGEND_WIDTH - 2, INSET_HEIGHT - 2)
    near = [shape for shape in content.shapes if any(frame.holds(point) for point in content.topology.points(shape))]
    marks = shape_marks(replace(content, shapes=tuple(near)), frame, colours)
    coast = [frame.line(line) for line in content.topology.borders(near, lambda shape: shape.province_code)]
    coast += [frame.line(line) for line in other_boundary_lines()]
    marks.append(single("path", path=open_path(coast), stroke=MUTED, strokeWidth=0.5))
    dashes = open_path([frame.line(line) for line in south_china_sea_dashes()])
    marks.append(single("path", path=dashes, stroke=INK, strokeWidth=1.1))
    marks.append(
        single(
            "text",
            x=(LEGEND_WIDTH - 2) / 2,
            y=INSET_HEIGHT - 8,
            text=INSET_TITLES[language],
            align="center",
            fontSize=8,
        )
    )
    return {
        "type": "group",
        "encode": {
            "enter": {
                "clip": {"value": True},
                "x": {"value": LEGEND_LEFT},
                "y": {"value": top},
                "width": {"value": LEGEND_WIDTH - 2},
                "height": {"value": INSET_HEIGHT - 2},
                "stroke": {"value": RULE},
            }
        },
        "marks": marks,
    }


def note_lines(map: Map, content: MapContent, key: list[tuple[int, str]], language: str) -> list[str]:
    """What numbers on the map stand for, the source with its review number, and which units have no shape of their
    own."""
    lines = []
    if key:
        names = ("、" if language == "zh" else ", ").join(f"{number} {name}" for number, name in key)
        lines += wrapped(KEYS[language].format(names=names), 9, FULL_WIDTH - 10, lines=4)
    lines += wrapped(map.attribution, 9, FULL_WIDTH - 10)
    if content.hidden:
        names = ("、" if language == "zh" else ", ").join(area.name for area in content.hidden[:SHOWN_NAMES])
        if len(content.hidden) > SHOWN_NAMES:
            names = MORE_NAMES[language].format(names=names, count=len(content.hidden))
        lines += wrapped(NOTES[language].format(names=names), 9, FULL_WIDTH - 10)
    return lines
