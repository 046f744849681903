"""Where everything on a map stands: the shapes in their frame, the legend at the right, the inset of the South China
Sea, names, and the source below. Vega projects and draws the shapes."""

from __future__ import annotations

import re
from typing import Any

import vl_convert

from orchestration.report.charts.look import FULL_WIDTH, INK, MUTED, RULE, SMALL_TEXT_SIZE, band_colours
from orchestration.report.charts.text import wrapped
from orchestration.report.charts.vega import channels, single, specification
from orchestration.report.document import Map, MapKind
from orchestration.report.maps.content import MapContent
from orchestration.report.maps.frame import NATION, Frame, fitted
from orchestration.report.maps.label import placed
from orchestration.report.maps.topology import Line, other_boundary_lines, south_china_sea_dashes

MAP_WIDTH = 470.0
HIGHEST = 450.0
LEGEND_LEFT = 486.0
LEGEND_WIDTH = FULL_WIDTH - LEGEND_LEFT
LEGEND_LINE = 19.0
INSET_HEIGHT = 146.0
INSET_EXTENT = [(106.5, 2.8), (122.5, 2.8), (106.5, 24.8), (122.5, 24.8)]
NAME_SIZE = {MapKind.nation: 9.0, MapKind.province: 11.0, MapKind.prefecture: 9.5}
MARGIN = 4.0
SHOWN_NAMES = 4
# Stripes across each area without a value: readable in grey, and unlike any band.
STRIPES = 14
NO_VALUE_FILL = {
    "gradient": "linear",
    **{"x1": 0, "y1": 0, "x2": 1, "y2": 1},
    "stops": [
        {"offset": (number + side) / STRIPES, "color": colour}
        for number in range(STRIPES)
        for colour, start, end in (("#ffffff", 0.0, 0.7), ("#b9c1c9", 0.7, 1.0))
        for side in (start, end)
    ],
}
WORDS = {
    "zh": {
        "key": "图中编号:{names}。",
        "more": "{names}等{count}个单位",
        "hidden": "行政区划按2024年边界绘制;{names}与相邻单位共用图形,未单独着色。",
        "sea": "南海诸岛",
        "between": "、",
    },
    "en": {
        "key": "Numbers on the map: {names}.",
        "more": "{names} and others ({count} units)",
        "hidden": "Boundaries of 2024; {names}: part of a neighbour's shape, not coloured on their own.",
        "sea": "South China Sea Islands",
        "between": ", ",
    },
}


def map_specification(map: Map, content: MapContent, language: str) -> dict[str, Any]:
    frame = content.frame(MAP_WIDTH - 2 * MARGIN, HIGHEST)
    colours = band_colours(len(map.bands))
    legend_bottom = MARGIN + 22 + LEGEND_LINE * (len(map.bands) + 1)
    inset_top = max(legend_bottom + 14, frame.height - INSET_HEIGHT)
    height = max(frame.height, inset_top + INSET_HEIGHT if content.has_sea_inset else legend_bottom) + 2 * MARGIN
    size = NAME_SIZE[map.kind]
    names = placed(content.labels(frame), size, frame.width, frame.height)
    box = (MARGIN, MARGIN, MAP_WIDTH - 2 * MARGIN, height - 2 * MARGIN)
    data, drawn = shapes(content, frame, "map", colours)
    texts = [_name(name.text, name.x, name.y, size) for name in names.labels]
    groups = [_group(box, [*drawn, *texts]), *_legend(map, colours)]
    projections = [frame.projection("map")]
    if content.has_sea_inset:
        sea = fitted(NATION, INSET_EXTENT, LEGEND_WIDTH - 2, INSET_HEIGHT - 2)
        more, drawn = shapes(content, sea, "sea", colours)
        middle = {"x": LEGEND_WIDTH / 2 - 1, "y": INSET_HEIGHT - 8, "align": "center"}
        title = single("text", text=WORDS[language]["sea"], fontSize=8, **middle)
        place = (LEGEND_LEFT, inset_top, LEGEND_WIDTH - 2, INSET_HEIGHT - 2)
        groups.append(_group(place, [*drawn, title], stroke={"value": RULE}))
        data, projections = data + more, [*projections, sea.projection("sea")]
    notes = _notes(map, content, names.key, language)
    groups += [
        single("text", x=0, y=height + 14 + number * 13, text=line, fontSize=9, fill=MUTED)
        for number, line in enumerate(notes)
    ]
    made = specification(size=(FULL_WIDTH, height), padding=(0, 0, 0, 6 + 13 * len(notes)), data={}, marks=groups)
    return {**made, "data": data, "projections": projections}


def shapes(
    content: MapContent, frame: Frame, name: str, colours: list[str]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Vega's data and marks of the areas and borders in a frame; `name` is that of its projection."""
    near = [shape for shape in content.shapes if any(map(frame.holds, content.topology.points(shape)))]
    features = [(shape, {"fill": _fill(content, shape.code, colours)}) for shape in near]
    outer = content.topology.borders(content.shapes, lambda shape: "all") if content.is_nation else []
    lines = {"fine": content.fine, "outer": outer, "strong": content.strong}
    lines["place"] = sorted({arc for shape in content.place_shapes for arc in shape.arcs()})
    topology = content.topology.pruned(features, lines, frame.thinned)
    data = [
        _layer(f"{name}-{layer}", topology, layer) for layer in ("shapes", *lines) if layer == "shapes" or lines[layer]
    ]
    fill = [{"test": "!datum.properties.fill", "value": NO_VALUE_FILL}, {"field": "properties.fill"}]
    marks = [_shape(f"{name}-shapes", name, fill=fill)]
    looks = {
        "fine": [("#f4f6f8", 0.8)],
        "outer": [(MUTED, 0.7)],
        "strong": [(INK, 1.1)],
        "place": [("#ffffff", 4.5), ("#b3541e", 2.2)],
    }
    marks += [_line(f"{name}-{layer}", name, *look) for layer, each in looks.items() if lines[layer] for look in each]
    if content.is_nation or name == "sea":
        for layer, drawn, look in (
            ("other", other_boundary_lines(), (MUTED, 0.7)),
            ("dashes", south_china_sea_dashes(), (INK, 1.1)),
        ):
            data.append({"name": f"{name}-{layer}", "values": [{"type": "MultiLineString", "coordinates": drawn}]})
            marks.append(_line(f"{name}-{layer}", name, *look))
    return data, marks


def outlines(content: MapContent, frame: Frame) -> list[tuple[str, str]]:
    """The areas as SVG paths in a frame, by the code of their shape: for a page that colours them itself."""
    near = [shape for shape in content.shapes if any(map(frame.holds, content.topology.points(shape)))]
    topology = content.topology.pruned([(shape, {}) for shape in near], {}, frame.thinned)
    return list(zip((shape.code for shape in near), _paths(_layer("map", topology, "shapes"), frame), strict=True))


def lines_path(lines: list[Line], frame: Frame) -> str:
    """Lines in degrees as one SVG path in a frame."""
    drawn = [[frame(point) for point in frame.thinned(line)] for line in lines]
    return "".join("M" + "L".join(f"{x:.1f},{y:.1f}" for x, y in line) for line in drawn)


def _paths(layer: dict[str, Any], frame: Frame) -> list[str]:
    made = specification(size=(frame.width, frame.height), padding=(0, 0, 0, 0), data={}, marks=[_shape("map", "map")])
    made |= {"data": [layer], "projections": [frame.projection("map")]}
    drawing = vl_convert.vega_to_svg(made)
    paths = re.findall(r'<path [^>]*?d="([^"]*)"', drawing.split("mark-shape", 1)[1].split("</g>", 1)[0])
    return [re.sub(r"-?\d+\.\d+", lambda found: f"{float(found[0]):.1f}", path) for path in paths]


def _fill(content: MapContent, code: str, colours: list[str]) -> str:
    area = content.areas.get(code)
    return "" if area is None or area.band is None else colours[area.band]


def _layer(name: str, topology: dict[str, Any], layer: str) -> dict[str, Any]:
    return {"name": name, "values": topology, "format": {"type": "topojson", "feature": layer}}


def _shape(data: str, projection: str, **look: Any) -> dict[str, Any]:
    return {
        "type": "shape",
        "from": {"data": data},
        "encode": {"enter": look},
        "transform": [{"type": "geoshape", "projection": projection}],
    }


def _line(data: str, projection: str, colour: str, width: float) -> dict[str, Any]:
    look = {"stroke": colour, "strokeWidth": width, "strokeJoin": "round"}
    return _shape(data, projection, **channels(look))


def _group(box: tuple[float, float, float, float], marks: list[dict[str, Any]], **look: Any) -> dict[str, Any]:
    """Marks cut at a box: left, top, width, height."""
    place = {name: {"value": value} for name, value in zip(("x", "y", "width", "height"), box, strict=True)}
    return {"type": "group", "encode": {"enter": {"clip": {"value": True}, **place, **look}}, "marks": marks}


def _name(text: str, x: float, y: float, size: float) -> dict[str, Any]:
    """A name with a white edge, so that it reads on every colour."""
    edge = {"stroke": "#ffffff", "strokeWidth": 2.6, "strokeOpacity": 0.85, "strokeJoin": "round"}
    return single("text", x=x, y=y, text=text, align="center", baseline="middle", fontSize=size, fill=INK, **edge)


def _legend(map: Map, colours: list[str]) -> list[dict[str, Any]]:
    title = wrapped(map.legend_title, SMALL_TEXT_SIZE, LEGEND_WIDTH, lines=1)[0]
    marks = [single("text", x=LEGEND_LEFT, y=MARGIN + 10, text=title, fontSize=SMALL_TEXT_SIZE, fontWeight="bold")]
    entries = [*zip((band.label for band in map.bands), colours, strict=True), (map.no_value_label, NO_VALUE_FILL)]
    for number, (label, colour) in enumerate(entries):
        y = MARGIN + 20 + number * LEGEND_LINE
        swatch = single("rect", x=LEGEND_LEFT, y=y, width=22, height=13, stroke="#8b96a1", strokeWidth=0.6)
        swatch["encode"]["enter"]["fill"] = {"value": colour}
        marks.append(swatch)
        text = single("text", x=LEGEND_LEFT + 29, y=y + 6.5, text=label, baseline="middle", fontSize=SMALL_TEXT_SIZE)
        marks.append(text)
    return marks


def _notes(map: Map, content: MapContent, key: list[tuple[int, str]], language: str) -> list[str]:
    """What numbers on the map stand for, the source with its review number, and which units have no shape of their
    own."""
    words, lines = WORDS[language], []
    if key:
        names = words["between"].join(f"{number} {name}" for number, name in key)
        lines += wrapped(words["key"].format(names=names), 9, FULL_WIDTH - 10, lines=4)
    lines += wrapped(map.attribution, 9, FULL_WIDTH - 10)
    if content.hidden:
        names = words["between"].join(area.name for area in content.hidden[:SHOWN_NAMES])
        if len(content.hidden) > SHOWN_NAMES:
            names = words["more"].format(names=names, count=len(content.hidden))
        lines += wrapped(words["hidden"].format(names=names), 9, FULL_WIDTH - 10)
    return lines
