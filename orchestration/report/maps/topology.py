"""The official polygons: TopoJSON read once, and the part of it that a map draws. Degrees, CGCS2000."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent / "data"
FAR_SOUTH = 10.0  # degrees

Point = tuple[float, float]
Line = list[Point]


@dataclass(frozen=True)
class Shape:
    """One polygon, maybe of several parts: lists of rings, a ring a list of arc numbers (`~n`: arc n backwards)."""

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

    def points(self, shape: Shape) -> Iterable[Point]:
        """All points of the shape's outlines."""
        return (point for arc in shape.arcs() for point in self.arcs[arc])

    def borders(self, shapes: Iterable[Shape], group: Callable[[Shape], str]) -> list[int]:
        """The arcs between shapes of different groups, and those of the outer edge of them all."""
        groups: dict[int, set[str]] = {}
        uses: dict[int, int] = {}
        for shape in shapes:
            for arc in shape.arcs():
                groups.setdefault(arc, set()).add(group(shape))
                uses[arc] = uses.get(arc, 0) + 1
        return [arc for arc in sorted(groups) if len(groups[arc]) > 1 or uses[arc] == 1]

    def pruned(
        self,
        features: list[tuple[Shape, dict[str, Any]]],
        lines: dict[str, list[int]],
        thinned: Callable[[Line], Line] = list,
    ) -> dict[str, Any]:
        """TopoJSON of these shapes, each with its properties (object `shapes`), and of lines by name, over the arcs
        that they need alone; `thinned` leaves points out."""
        needed = [arc for shape, _ in features for arc in shape.arcs()]
        used = sorted({*needed, *(arc for arcs in lines.values() for arc in arcs)})
        number = {arc: new for new, arc in enumerate(used)}
        number |= {~arc: ~new for arc, new in number.items()}
        shapes = [
            {
                "type": "MultiPolygon",
                "properties": properties,
                "arcs": [[[number[arc] for arc in ring] for ring in part] for part in shape.polygons],
            }
            for shape, properties in features
        ]
        objects: dict[str, Any] = {"shapes": {"type": "GeometryCollection", "geometries": shapes}}
        for name, arcs in lines.items():
            objects[name] = {"type": "MultiLineString", "arcs": [[number[arc]] for arc in arcs]}
        return {"type": "Topology", "objects": objects, "arcs": [thinned(self.arcs[arc]) for arc in used]}


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
    arcs = tuple(_decoded(arc, scale, origin) for arc in topology["arcs"])
    shapes = {}
    for geometry in topology["objects"][layer]["geometries"]:
        polygons = [geometry["arcs"]] if geometry["type"] == "Polygon" else geometry["arcs"]
        names = ("code", "name_zh", "name_en", "province_code", "prefecture_code")
        given = {name: geometry["properties"][name] for name in names}
        turned = tuple(
            tuple(_turned(tuple(ring), arcs, is_outline=not n) for n, ring in enumerate(polygon))
            for polygon in polygons
        )
        shapes[given["code"]] = Shape(**given, polygons=turned)
    return Topology(shapes, arcs)


def _decoded(arc: list[list[int]], scale: list[float], origin: list[float]) -> Line:
    """Degrees from quantised steps: each point is given as the step from the one before."""
    east, north = (accumulate([step[axis] for step in arc]) for axis in (0, 1))
    return [(x * scale[0] + origin[0], y * scale[1] + origin[1]) for x, y in zip(east, north, strict=True)]


def _turned(ring: tuple[int, ...], arcs: tuple[Line, ...], is_outline: bool) -> tuple[int, ...]:
    """The ring in the direction by which a sphere tells inside from outside: clockwise for an outline."""
    points = [point for arc in ring for point in (arcs[arc] if arc >= 0 else arcs[~arc][::-1])]
    doubled = sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(points, [*points[1:], points[0]], strict=True))
    return ring if (doubled < 0) == is_outline else tuple(~arc for arc in reversed(ring))


@cache
def south_china_sea_dashes() -> tuple[Line, ...]:
    """The dashes of the boundary in the South China Sea and east of Taiwan, which maps set apart."""
    return tuple(line for lines in _boundary_features() if _reaches_far_south(lines) for line in lines)


@cache
def other_boundary_lines() -> tuple[Line, ...]:
    """Boundaries that no polygon has as its edge: of a part of the western frontier, of provinces in straits."""
    return tuple(line for lines in _boundary_features() if not _reaches_far_south(lines) for line in lines)


def _reaches_far_south(lines: list[Line]) -> bool:
    """The source tells its features apart by nothing but where they lie."""
    return any(latitude < FAR_SOUTH for line in lines for _, latitude in line)


def _boundary_features() -> list[list[Line]]:
    collection = json.loads((DATA / "tianditu_boundary_lines.geojson").read_text(encoding="utf-8"))
    return [
        [[(point[0], point[1]) for point in line] for line in feature["geometry"]["coordinates"]]
        for feature in collection["features"]
    ]


@cache
def label_points() -> dict[str, tuple[Point, float]]:
    """By code of a shape or prefecture: where its name stands, and how many square kilometres it has."""
    with (DATA / "label_point.csv").open(encoding="utf-8", newline="") as file:
        return {
            row["code"]: ((float(row["longitude"]), float(row["latitude"])), float(row["square_km"]))
            for row in csv.DictReader(file)
        }
