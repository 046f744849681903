"""How a part of the country comes to lie in a frame of pixels, in Albers' equal-area conic projection.

Vega projects the shapes; here is told with which parameters, and where single points come to lie."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import cos, radians, sin, sqrt
from typing import Any

from orchestration.report.maps.topology import Line, Point

NEAREST_POINTS = 0.7  # pixels


@dataclass(frozen=True)
class Frame:
    """The projection of the meridian `longitude` and the parallels `south` and `north`, `scale` pixels to the radius of
    the earth, (`left`, `top`) at the point of that meridian on the equator."""

    longitude: float
    south: float
    north: float
    scale: float = 1.0
    left: float = 0.0
    top: float = 0.0
    width: float = 0.0
    height: float = 0.0

    def __call__(self, point: Point) -> Point:
        cone = (sin(radians(self.south)) + sin(radians(self.north))) / 2
        constant = cos(radians(self.south)) ** 2 + 2 * cone * sin(radians(self.south))
        distance = sqrt(constant - 2 * cone * sin(radians(point[1]))) / cone
        angle = cone * radians(point[0] - self.longitude)
        down = distance * cos(angle) - sqrt(constant) / cone
        return self.left + self.scale * distance * sin(angle), self.top + self.scale * down

    def holds(self, point: Point) -> bool:
        x, y = self(point)
        return 0 <= x <= self.width and 0 <= y <= self.height

    def thinned(self, line: Line) -> Line:
        """The line without points that fall on the one before; its ends always stay, so that lines that meet still
        do."""
        kept, last = line[:1], self(line[0])
        for point in line[1:-1]:
            x, y = self(point)
            if abs(x - last[0]) + abs(y - last[1]) >= NEAREST_POINTS:
                kept.append(point)
                last = x, y
        return [*kept, line[-1]]

    def projection(self, name: str) -> dict[str, Any]:
        """The same for Vega."""
        return {
            "name": name,
            "type": "conicEqualArea",
            "rotate": [-self.longitude, 0, 0],
            "center": [0, 0],
            "parallels": [self.south, self.north],
            "scale": self.scale,
            "translate": [self.left, self.top],
            "precision": 0,
        }


NATION = Frame(longitude=105, south=25, north=47)


def local(points: Line) -> Frame:
    """For any smaller part: parallels at a sixth of the height from the edges."""
    west, east = min(x for x, _ in points), max(x for x, _ in points)
    south, north = min(y for _, y in points), max(y for _, y in points)
    sixth = (north - south) / 6
    return Frame((west + east) / 2, south + sixth, north - sixth)


def fitted(frame: Frame, points: Line, width: float, highest: float) -> Frame:
    """The frame that shows all points in `width`, no higher than `highest`, in the middle where it is narrower."""
    placed = [frame(point) for point in points]
    west, east = min(x for x, _ in placed), max(x for x, _ in placed)
    north, south = min(y for _, y in placed), max(y for _, y in placed)
    scale = min(width / (east - west), highest / (south - north))
    left = (width - (west + east) * scale) / 2
    return replace(frame, scale=scale, left=left, top=-north * scale, width=width, height=(south - north) * scale)
