"""What a map shows, before it is laid out: shapes with the band or the lack of one, borders, labels."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from orchestration.report.document import Map, MapArea, MapKind
from orchestration.report.maps.geometry import (
    Line,
    Shape,
    Topology,
    counties,
    other_boundary_lines,
    provinces,
    south_china_sea_dashes,
)
from orchestration.report.maps.label import region_labels
from orchestration.report.maps.projection import NATION, Albers, local_projection
from orchestration.report.maps.unit_shape import shape_codes, unit_of_shape

HAINAN = "460000"
SANSHA = "4603"  # the beginning of its codes
MAIN_MAP_SOUTHERN_EDGE = 17.9  # degrees; what lies south of it, in the South China Sea, is shown in the inset


@dataclass(frozen=True)
class MapContent:
    """`areas` gives a shape's area by shape code, where it has one; `hidden` are areas that no shape shows;
    `name_groups` are labels with the shapes that they stand for; borders are lines in degrees; `has_sea_inset`: the map
    holds the South China Sea."""

    topology: Topology
    shapes: tuple[Shape, ...]
    areas: dict[str, MapArea]
    hidden: tuple[MapArea, ...]
    name_groups: tuple[tuple[str, tuple[Shape, ...]], ...]
    fine_borders: tuple[Line, ...]
    outer_borders: tuple[Line, ...]
    strong_borders: tuple[Line, ...]
    place_shapes: tuple[Shape, ...]
    project: Albers
    has_sea_inset: bool

    def extent_points(self) -> Line:
        """What has to lie inside the frame of the main map, in degrees."""
        return main_points(self.topology, self.shapes) if self.has_sea_inset else all_points(self.topology, self.shapes)


def map_content(map: Map, language: str) -> MapContent:
    if map.kind is MapKind.nation:
        return nation_content(map, language)
    topology = counties()
    by_code = {area.code: area for area in map.areas}
    shown, hidden = unit_of_shape(topology, map.areas, map.assessment_year)
    shapes = tuple(
        shape
        for shape in topology.shapes.values()
        if shape.code in shown or map.region_code in (shape.province_code, shape.prefecture_code)
    )
    place_codes = shape_codes(topology, map.place, map.assessment_year) if map.place else ()
    areas = {shape_code: by_code[unit_code] for shape_code, unit_code in shown.items()}
    if map.kind is MapKind.province:
        name_groups = prefecture_groups(shapes, language)
        strong = topology.borders(shapes, lambda shape: shape.prefecture_code or shape.code)
    else:
        name_groups = area_groups(shapes, areas, language)
        strong = topology.borders(shapes, lambda shape: map.region_code)
    sea = map.region_code == HAINAN
    extent = main_points(topology, shapes) if sea else all_points(topology, shapes)
    return MapContent(
        topology=topology,
        shapes=shapes,
        areas=areas,
        hidden=tuple(by_code[code] for code in hidden),
        name_groups=name_groups,
        fine_borders=tuple(topology.borders(shapes, lambda shape: shape.code)),
        outer_borders=(),
        strong_borders=tuple(strong),
        place_shapes=tuple(topology.shapes[code] for code in place_codes),
        project=local_projection(extent),
        has_sea_inset=sea,
    )


def all_points(topology: Topology, shapes: Iterable[Shape]) -> Line:
    return [point for shape in shapes for point in topology.points(shape)]


def main_points(topology: Topology, shapes: Iterable[Shape]) -> Line:
    """The points of what the main map shows where an inset shows the South China Sea."""
    shown = [shape for shape in shapes if not shape.code.startswith(SANSHA)]
    return [point for point in all_points(topology, shown) if point[1] > MAIN_MAP_SOUTHERN_EDGE]


def nation_content(map: Map, language: str) -> MapContent:
    topology = provinces()
    shapes = tuple(topology.shapes.values())
    by_code = {area.code: area for area in map.areas}
    return MapContent(
        topology=topology,
        shapes=shapes,
        areas={code: area for code, area in by_code.items() if code in topology.shapes},
        hidden=tuple(area for code, area in by_code.items() if code not in topology.shapes),
        name_groups=tuple((region_labels()[shape.code][language], (shape,)) for shape in shapes),
        fine_borders=tuple(topology.borders(shapes, lambda shape: shape.code)),
        outer_borders=(*topology.borders(shapes, lambda shape: "nation"), *other_boundary_lines()),
        strong_borders=south_china_sea_dashes(),
        place_shapes=tuple(shape for shape in shapes if shape.code == map.place),
        project=NATION,
        has_sea_inset=True,
    )


def prefecture_groups(shapes: Iterable[Shape], language: str) -> tuple[tuple[str, tuple[Shape, ...]], ...]:
    """The prefectures with their shapes; counties directly under the province stand for themselves."""
    groups: dict[str, list[Shape]] = {}
    for shape in shapes:
        groups.setdefault(shape.prefecture_code or shape.code, []).append(shape)
    return tuple(
        (
            region_labels()[code][language]
            if code in region_labels()
            else short_name(own_name(members[0], language), language),
            tuple(members),
        )
        for code, members in groups.items()
    )


def area_groups(
    shapes: Iterable[Shape], areas: dict[str, MapArea], language: str
) -> tuple[tuple[str, tuple[Shape, ...]], ...]:
    """The units with their shapes, and shapes that show no unit under their own name."""
    groups: dict[str, list[Shape]] = {}
    for shape in shapes:
        name = areas[shape.code].name if shape.code in areas else own_name(shape, language)
        groups.setdefault(name, []).append(shape)
    return tuple((short_name(name, language), tuple(members)) for name, members in groups.items())


def short_name(name: str, language: str) -> str:
    """An English name without its kind, which a map's small shapes have no room for."""
    return name if language == "zh" else re.sub(r"(?<! Autonomous) (District|County|City)$", "", name)


def own_name(shape: Shape, language: str) -> str:
    return shape.name_zh if language == "zh" else shape.name_en.removesuffix(" City")
