"""The polygons: TopoJSON decoded into rings, outlines and the borders between groups of shapes. Degrees, CGCS2000."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from pathlib import Path

DATA = Path(__file__).parent / "data"
FAR_SOUTH = 10.0  # degrees

Point = tuple[float, float]
Line = list[Point]


@dataclass(frozen=True)
class Shape:
    """One polygon, maybe of several parts. `polygons` are lists of rings, a ring a list of arc numbers (`~n`: arc n
    backwards), as TopoJSON has them."""

    code: str
    name_zh: str
    name_en: str
    province_code: str
    prefecture_code: str
    polygons: tuple[tuple[tuple[int, ...], ...], ...]

    def arcs(self) -> Iterable[int]:
        """The numbers of all arcs of the outline, whatever their direction."""
        return (arc if arc >= 0 else ~arc for polygon in self.polygons for ring in polygon for arc in ring)


@dataclass(frozen=True)
class Topology:
    """Shapes by code, over arcs that neighbours share."""

    shapes: dict[str, Shape]
    arcs: tuple[Line, ...]

    def rings(self, shape: Shape) -> list[list[Line]]:
        """The shape's polygons as closed rings of points; the first ring of a polygon is its outline."""
        return [[self.ring(ring) for ring in polygon] for polygon in shape.polygons]

    def points(self, shape: Shape) -> Iterable[Point]:
        """All points of the shape's outlines."""
        return (point for arc in shape.arcs() for point in self.arcs[arc])

    def ring(self, arcs: tuple[int, ...]) -> Line:
        points: Line = []
        for arc in arcs:
            part = self.arcs[arc] if arc >= 0 else self.arcs[~arc][::-1]
            points.extend(part[1:] if points else part)
        return points

    def borders(self, shapes: Iterable[Shape], group: Callable[[Shape], str]) -> list[Line]:
        """The lines between shapes of different groups, and the outer edge of them all."""
        groups: dict[int, set[str]] = {}
        uses: dict[int, int] = {}
        for shape in shapes:
            for arc in shape.arcs():
                groups.setdefault(arc, set()).add(group(shape))
                uses[arc] = uses.get(arc, 0) + 1
        return [self.arcs[arc] for arc in sorted(groups) if len(groups[arc]) > 1 or uses[arc] == 1]


@cache
def counties() -> Topology:
    """All county-level shapes of 2024, and the prefectures without districts."""
    return read_topology("china_county.topo.json", "county")


@cache
def provinces() -> Topology:
    """All 34 provincial shapes."""
    return read_topology("china_province.topo.json", "province")


def read_topology(file_name: str, layer: str) -> Topology:
    topology = json.loads((DATA / file_name).read_text(encoding="utf-8"))
    scale, origin = topology["transform"]["scale"], topology["transform"]["translate"]
    shapes = {}
    for geometry in topology["objects"][layer]["geometries"]:
        polygons = [geometry["arcs"]] if geometry["type"] == "Polygon" else geometry["arcs"]
        properties = geometry["properties"]
        shapes[properties["code"]] = Shape(
            properties["code"],
            properties["name_zh"],
            properties["name_en"],
            properties["province_code"],
            properties["prefecture_code"],
            tuple(tuple(tuple(ring) for ring in polygon) for polygon in polygons),
        )
    return Topology(shapes, tuple(decoded_arc(arc, scale, origin) for arc in topology["arcs"]))


def decoded_arc(arc: list[list[int]], scale: list[float], origin: list[float]) -> Line:
    """Degrees from quantised steps: each point is given as the step from the one before."""
    east = accumulate(step[0] for step in arc)
    north = accumulate(step[1] for step in arc)
    return [(x * scale[0] + origin[0], y * scale[1] + origin[1]) for x, y in zip(east, north, strict=True)]


@cache
def south_china_sea_dashes() -> tuple[Line, ...]:
    """The dashes of the boundary in the South China Sea and east of Taiwan, which maps set apart."""
    return tuple(line for lines in boundary_features() if reaches_far_south(lines) for line in lines)


@cache
def other_boundary_lines() -> tuple[Line, ...]:
    """Boundaries that no polygon has as its edge: of a part of the western frontier, of provinces in straits."""
    return tuple(line for lines in boundary_features() if not reaches_far_south(lines) for line in lines)


def reaches_far_south(lines: list[Line]) -> bool:
    """The source tells its features apart by nothing but where they lie."""
    return any(latitude < FAR_SOUTH for line in lines for _, latitude in line)


def boundary_features() -> list[list[Line]]:
    collection = json.loads((DATA / "tianditu_boundary_lines.geojson").read_text(encoding="utf-8"))
    return [
        [[(point[0], point[1]) for point in line] for line in feature["geometry"]["coordinates"]]
        for feature in collection["features"]
    ]
