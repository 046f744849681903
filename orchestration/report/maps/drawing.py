"""From lines in pixels to paths, hatches and the places of labels."""

from __future__ import annotations

import numpy as np

from orchestration.report.maps.geometry import Line, Point

HATCH_DISTANCE = 5.0
GRID = 24


def path(rings: list[Line]) -> str:
    """Closed rings as an SVG path; rings that shrank to less than a triangle are left out."""
    return "".join(f"M{points_text(ring)}Z" for ring in rings if len(ring) > 2)


def open_path(lines: list[Line]) -> str:
    return "".join(f"M{points_text(line)}" for line in lines if len(line) > 1)


def points_text(line: Line) -> str:
    return "L".join(f"{x:.1f},{y:.1f}" for x, y in line)


def hatch(rings: list[Line]) -> str:
    """Diagonal lines inside the rings (even-odd), as a path: readable in grey, and no pattern that needs an id."""
    edges = [(a, b) for ring in rings for a, b in zip(ring, [*ring[1:], ring[0]], strict=True)]
    if not edges:
        return ""
    sums = [x + y for ring in rings for x, y in ring]
    level = (min(sums) // HATCH_DISTANCE + 1) * HATCH_DISTANCE
    lines: list[Line] = []
    while level < max(sums):
        crossings = sorted(crossing for a, b in edges if (crossing := crossing_of(a, b, level)) is not None)
        lines += [
            [(enter, level - enter), (leave, level - leave)]
            for enter, leave in zip(crossings[::2], crossings[1::2], strict=False)
            if leave - enter > 0.5
        ]
        level += HATCH_DISTANCE
    return open_path(lines)


def crossing_of(a: Point, b: Point, level: float) -> float | None:
    """x where the edge meets the diagonal x + y = level."""
    start, end = a[0] + a[1] - level, b[0] + b[1] - level
    if (start < 0) == (end < 0):
        return None
    return a[0] + (b[0] - a[0]) * start / (start - end)


def area(ring: Line) -> float:
    """In square pixels, whatever the direction."""
    return abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(ring, [*ring[1:], ring[0]], strict=True))) / 2


def label_point(rings: list[Line]) -> tuple[Point, float]:
    """A point well inside the largest ring, and its distance from the ring, in pixels: the best of a grid."""
    ring = max(rings, key=area)
    starts = np.array(ring)
    ends = np.roll(starts, -1, axis=0)
    x = np.linspace(starts[:, 0].min(), starts[:, 0].max(), GRID + 2)[1:-1]
    y = np.linspace(starts[:, 1].min(), starts[:, 1].max(), GRID + 2)[1:-1]
    points = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 1, 2)
    distances = np.where(inside(points, starts, ends), edge_distance(points, starts, ends), -1)
    best = int(distances.argmax())
    return (float(points[best, 0, 0]), float(points[best, 0, 1])), float(distances[best])


def inside(points: np.ndarray, starts: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """Even-odd: points (n, 1, 2) against edges (m, 2); n booleans."""
    crosses = (starts[:, 1] > points[..., 1]) != (ends[:, 1] > points[..., 1])
    height = np.where(ends[:, 1] == starts[:, 1], 1, ends[:, 1] - starts[:, 1])
    at = starts[:, 0] + (points[..., 1] - starts[:, 1]) * (ends[:, 0] - starts[:, 0]) / height
    return (crosses & (points[..., 0] < at)).sum(axis=1) % 2 == 1


def edge_distance(points: np.ndarray, starts: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """The distance of each point (n, 1, 2) from the nearest edge (m, 2)."""
    along = ends - starts
    lengths = np.maximum((along**2).sum(axis=1), 1e-9)
    share = np.clip(((points - starts) * along).sum(axis=2) / lengths, 0, 1)
    nearest = starts + share[..., None] * along
    return np.sqrt(((points - nearest) ** 2).sum(axis=2)).min(axis=1)
