"""Maps as SVG, from map specifications of the document: shapes, projection, legend, source and review number."""

from __future__ import annotations

from functools import lru_cache

from orchestration.report.charts.vega import svg
from orchestration.report.document import Map
from orchestration.report.maps.content import map_content
from orchestration.report.maps.layout import map_specification


@lru_cache(maxsize=16)
def draw(map: Map, language: str) -> str:
    """The map as one `<svg>` element: vector, no script, no reference to anything outside; the same map gives the same
    bytes on every machine. Kept for a while: a report shows its map on a page and on paper."""
    return svg(map_specification(map, map_content(map, language), language), map.alt)
