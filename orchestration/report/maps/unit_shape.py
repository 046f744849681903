"""Which shapes of 2024 a unit of an edition had: the frame of an edition is that of the year before its end."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from functools import cache

from orchestration.report.document import MapArea, MapKind
from orchestration.report.maps.topology import DATA, Topology, counties, provinces


@cache
def recoded() -> dict[tuple[int, str], tuple[str, ...]]:
    """Shapes of (year, county code) where they are not the one of the same code; empty where there is none."""
    with (DATA / "county_year_to_geometry.csv").open(encoding="utf-8", newline="") as file:
        return {
            (int(row["year"]), row["code"]): tuple(row["geometry_codes"].split(";")) if row["geometry_codes"] else ()
            for row in csv.DictReader(file)
        }


def shape_codes(topology: Topology, unit_code: str, assessment_year: int) -> tuple[str, ...]:
    """Codes of the shapes of a unit, empty where the map has none. A prefecture that is a unit has all its shapes."""
    known = recoded().get((assessment_year - 1, unit_code))
    if known is not None:
        return known
    if unit_code in topology.shapes:
        return (unit_code,)
    if not unit_code.endswith("00"):
        return ()
    return tuple(sorted(code for code in topology.shapes if code.startswith(unit_code.removesuffix("00"))))


def has_shapes(kind: MapKind, area_codes: Sequence[str], assessment_year: int) -> bool:
    """Whether the map knows most of these areas: those of an index of something else are none of China's divisions."""
    if kind is MapKind.nation:
        known = [code in provinces().shapes for code in area_codes]
    else:
        known = [bool(shape_codes(counties(), code, assessment_year)) for code in area_codes]
    return 2 * sum(known) > len(known)


def unit_of_shape(
    topology: Topology, areas: tuple[MapArea, ...], assessment_year: int
) -> tuple[dict[str, str], list[str]]:
    """Which unit colours a shape, and the units whose shape shows another unit, because divisions have changed since:
    a shape goes to a unit with a value, of the same code, with the fewest shapes, of the lowest code, in this order."""
    shapes = {area.code: shape_codes(topology, area.code, assessment_year) for area in areas}
    shown: dict[str, str] = {}
    for area in sorted(areas, key=lambda area: (area.value is None, len(shapes[area.code]), area.code)):
        for shape_code in shapes[area.code]:
            same_code = shape_code == area.code and area.value is not None
            if shape_code not in shown or same_code:
                shown[shape_code] = area.code
    visible = set(shown.values())
    return shown, [area.code for area in areas if area.code not in visible and area.value is not None]
