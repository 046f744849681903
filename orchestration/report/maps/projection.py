"""Albers' equal-area conic projection, and how projected kilometres come to lie in a frame of pixels."""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, radians, sin, sqrt

from orchestration.report.maps.geometry import Line, Point

EARTH_RADIUS_KM = 6371.0088
NEAREST_POINTS = 0.7  # pixels


@dataclass(frozen=True)
class Albers:
    """Degrees to kilometres east and north of (`longitude`, `latitude`); areas are true everywhere, shapes along the
    parallels `south` and `north`."""

    longitude: float
    latitude: float
    south: float
    north: float

    def __call__(self, point: Point) -> Point:
        cone = (sin(radians(self.south)) + sin(radians(self.north))) / 2
        constant = cos(radians(self.south)) ** 2 + 2 * cone * sin(radians(self.south))
        angle = cone * radians(point[0] - self.longitude)
        here = sqrt(constant - 2 * cone * sin(radians(point[1]))) / cone
        origin = sqrt(constant - 2 * cone * sin(radians(self.latitude))) / cone
        return EARTH_RADIUS_KM * here * sin(angle), EARTH_RADIUS_KM * (origin - here * cos(angle))


NATION = Albers(longitude=105, latitude=36, south=25, north=47)


def local_projection(points: Line) -> Albers:
    """Albers with its parallels at a sixth of the height from the edges, for any smaller part."""
    west, east = min(x for x, _ in points), max(x for x, _ in points)
    south, north = min(y for _, y in points), max(y for _, y in points)
    sixth = (north - south) / 6
    return Albers((west + east) / 2, (south + north) / 2, south + sixth, north - sixth)


@dataclass(frozen=True)
class Frame:
    """A place of `width` × `height` pixels into which projected points are fitted, keeping their proportions."""

    project: Albers
    scale: float
    left: float
    top: float
    width: float
    height: float

    def __call__(self, point: Point) -> Point:
        east, north = self.project(point)
        return (east - self.left) * self.scale, (self.top - north) * self.scale

    def holds(self, point: Point) -> bool:
        x, y = self(point)
        return 0 <= x <= self.width and 0 <= y <= self.height

    def line(self, points: Line) -> Line:
        """The points in pixels, without those that fall on the one before; the last one always stays, so that lines
        that meet still do."""
        result: Line = []
        for x, y in map(self, points):
            if not result or abs(x - result[-1][0]) + abs(y - result[-1][1]) >= NEAREST_POINTS:
                result.append((x, y))
        if points and len(result) > 1:
            result[-1] = self(points[-1])
        return result


def fitted_frame(project: Albers, points: Line, width: float, highest: float) -> Frame:
    """The frame that shows all points (degrees) in `width`, no higher than `highest`, centred where it is narrower."""
    projected = [project(point) for point in points]
    west, east = min(x for x, _ in projected), max(x for x, _ in projected)
    south, north = min(y for _, y in projected), max(y for _, y in projected)
    scale = min(width / (east - west), highest / (north - south))
    left = west - (width / scale - (east - west)) / 2
    return Frame(project, scale, left, north, width, (north - south) * scale)
