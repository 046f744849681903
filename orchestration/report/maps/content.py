"""What a map shows, before it is drawn: shapes with the band or the lack of one, borders, labels, its frame."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from orchestration.report.document import Map, MapArea, MapKind
from orchestration.report.maps.frame import NATION, Frame, fitted, local
from orchestration.report.maps.label import Label, region_labels
from orchestration.report.maps.topology import Line, Point, Shape, Topology, counties, label_points, provinces
from orchestration.report.maps.unit_shape import shape_codes, unit_of_shape

HAINAN = "460000"
SANSHA = "4603"  # the beginning of its codes
MAIN_MAP_SOUTHERN_EDGE = 17.9  # degrees; what lies south of it, in the South China Sea, is shown in the inset


@dataclass(frozen=True)
class MapContent:
    """`areas` gives a shape's area by shape code, where it has one; `hidden` are areas that no shape shows; `names` are
    labels with the code of the shape or region that they stand in; `fine` and `strong` are numbers of arcs;
    `has_sea_inset`: the map holds the South China Sea."""

    topology: Topology
    shapes: tuple[Shape, ...]
    areas: dict[str, MapArea]
    hidden: tuple[MapArea, ...]
    names: tuple[tuple[str, str], ...]
    fine: list[int]
    strong: list[int]
    place_shapes: tuple[Shape, ...]
    is_nation: bool
    has_sea_inset: bool

    def frame(self, width: float, highest: float) -> Frame:
        """The main map's frame; what the inset shows does not widen it."""
        shown = [shape for shape in self.shapes if not (self.has_sea_inset and shape.code.startswith(SANSHA))]
        points: Line = [point for shape in shown for point in self.topology.points(shape)]
        if self.has_sea_inset:
            points = [point for point in points if point[1] > MAIN_MAP_SOUTHERN_EDGE]
        return fitted(NATION if self.is_nation else local(points), points, width, highest)

    def labels(self, frame: Frame) -> list[Label]:
        """The names at their places in the frame, the largest areas the weightiest."""
        found: list[tuple[str, Point, float]] = [(text, *label_points()[code]) for text, code in self.names]
        return [Label(text, *frame(point), size) for text, point, size in found if frame.holds(point)]


def map_content(map: Map, language: str) -> MapContent:
    if map.kind is MapKind.nation:
        return _nation(map, language)
    topology, by_code = counties(), {area.code: area for area in map.areas}
    shown, hidden = unit_of_shape(topology, map.areas, map.assessment_year)
    shapes = tuple(
        shape
        for shape in topology.shapes.values()
        if shape.code in shown or map.region_code in (shape.province_code, shape.prefecture_code)
    )
    place_codes = shape_codes(topology, map.place, map.assessment_year) if map.place else ()
    areas = {shape_code: by_code[unit_code] for shape_code, unit_code in shown.items()}
    is_province = map.kind is MapKind.province

    def outer(shape: Shape) -> str:
        return (shape.prefecture_code or shape.code) if is_province else map.region_code

    return MapContent(
        topology=topology,
        shapes=shapes,
        areas=areas,
        hidden=tuple(by_code[code] for code in hidden),
        names=_prefectures(shapes, language) if is_province else _units(shapes, areas, language),
        fine=topology.borders(shapes, lambda shape: shape.code),
        strong=topology.borders(shapes, outer),
        place_shapes=tuple(topology.shapes[code] for code in place_codes),
        is_nation=False,
        has_sea_inset=map.region_code == HAINAN,
    )


def _nation(map: Map, language: str) -> MapContent:
    topology = provinces()
    shapes = tuple(topology.shapes.values())
    return MapContent(
        topology=topology,
        shapes=shapes,
        areas={area.code: area for area in map.areas if area.code in topology.shapes},
        hidden=tuple(area for area in map.areas if area.code not in topology.shapes),
        names=tuple((region_labels()[shape.code][language], shape.code) for shape in shapes),
        fine=topology.borders(shapes, lambda shape: shape.code),
        strong=[],
        place_shapes=tuple(shape for shape in shapes if shape.code == map.place),
        is_nation=True,
        has_sea_inset=True,
    )


def _prefectures(shapes: Iterable[Shape], language: str) -> tuple[tuple[str, str], ...]:
    """The prefectures; counties directly under the province stand for themselves."""
    members = {shape.prefecture_code or shape.code: shape for shape in shapes}
    known = region_labels()
    return tuple(
        (known[code][language] if code in known else short_name(own_name(shape, language), language), code)
        for code, shape in members.items()
    )


def _units(shapes: Iterable[Shape], areas: dict[str, MapArea], language: str) -> tuple[tuple[str, str], ...]:
    """The units, each at its largest shape, and shapes that show no unit under their own name."""
    size: Callable[[str], float] = lambda code: label_points()[code][1]  # noqa: E731
    largest: dict[str, str] = {}
    for shape in shapes:
        name = short_name(areas[shape.code].name if shape.code in areas else own_name(shape, language), language)
        largest[name] = max(largest.get(name, shape.code), shape.code, key=size)
    return tuple(largest.items())


def short_name(name: str, language: str) -> str:
    """An English name without its kind, which a map's small shapes have no room for."""
    return name if language == "zh" else re.sub(r"(?<! Autonomous) (District|County|City)$", "", name)


def own_name(shape: Shape, language: str) -> str:
    return shape.name_zh if language == "zh" else shape.name_en.removesuffix(" City")
