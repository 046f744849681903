"""What lies in what: the regions of each edition, from the whole down."""

from __future__ import annotations

from collections.abc import Sequence

from orchestration.site.editions import Row


class Regions:
    """The regions of all editions by year and code, whatever levels an index has."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self._rows = {(row["assessment_year"], row["region_code"]): row for row in rows}

    def holding(self, year: int, code: str | None) -> list[Row]:
        """A region and those that hold it, the largest first, without the whole."""
        found: list[Row] = []
        while (region := self._rows.get((year, code))) and region["parent_region_code"] is not None:
            found.insert(0, region)
            code = region["parent_region_code"]
        return found
