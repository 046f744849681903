"""The map of scores: areas in bands, for every index whose units are China's divisions, by whatever name it goes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from orchestration.report.document import Map, MapArea, MapBand, MapKind
from orchestration.report.maps.unit_shape import has_shapes
from orchestration.report.release import Answer, decimal_text
from orchestration.report.texts import Texts


def score_map(
    t: Texts,
    answer: Answer,
    region: tuple[MapKind, str, str],
    year: int,
    named: Callable[[Any], str],
) -> list[Map]:
    """The map of a region (its kind, code and name); none where no area has a score, or most are not on the map.

    `answer` is that of the query `map_area`.
    """
    kind, region_code, region_name = region
    scored = [row for row in answer if row.score is not None]
    if not scored or not has_shapes(kind, [row.area_code for row in answer], year):
        return []
    first = scored[0]
    low, high = first.figure("mark", "lowest"), first.figure("mark", "highest")
    areas = tuple(MapArea(row.area_code, named(row), row.score, decimal_text(row.score, row.digits), row.band)
                  for row in answer)  # fmt: skip
    bands, words = score_bands(first.step, first.top_step, first.band_count), {"region": region_name, "year": str(year)}
    alt = t.word("map.alt", first, **words, low=low, high=high)
    said = (t.word("map.no_value"), t.word("map.caption", **words), alt, answer.source)
    return [Map(kind, region_code, year, areas, bands, *said, t.word("map.attribution"), t.word("map.legend"))]


def score_bands(step: Any, top: int, count: int) -> tuple[MapBand, ...]:
    """The bands that the query has put the areas into, best first, with their labels."""
    digits = 1 if step < 1 else 0
    lowers = [step * number for number in range(top, top - count, -1)]
    return tuple(MapBand(f"{lower:.{digits}f}–{lower + step:.{digits}f}", lower, lower + step) for lower in lowers)
