"""An inbox small enough for a test: the counties of one prefecture, every measure, a few events and one bad row."""

from __future__ import annotations

import csv
from collections.abc import Collection
from pathlib import Path

from orchestration.home import shipped_seeds

# 安顺: six counties.
PREFECTURE = "520400"
SERIES = "county_integrity"


def write_small_inbox(inbox: Path, years: list[int], regions: Collection[str] = (PREFECTURE,)) -> int:
    """Write one observation file a year for the counties right below `regions`; return the number of good rows.

    Values differ from unit to unit so that there is something to rank. The first year's file has one bad row at its
    end.
    """
    measures = [
        row
        for row in _seed("methodology/measure.csv")
        if row["series_code"] == SERIES and row["value_kind"] != "event_points"
    ]
    frame = _seed("geography/assessment_frame.csv")
    folder = inbox / "observation"
    folder.mkdir(parents=True, exist_ok=True)
    written = 0
    for year in years:
        units = [
            row["unit_code"]
            for row in frame
            if (row["series_code"], row["assessment_year"], row["is_included"]) == (SERIES, str(year), "1")
            and row["region_code"] in regions
        ]
        rows = [
            _row(unit, year, measure["measure_code"], _value(measure, position))
            for position, unit in enumerate(units)
            for measure in measures
        ]
        written += len(rows)
        if year == years[0]:
            rows.append(_row("999999", year, measures[0]["measure_code"], "1"))
        with (folder / f"small_{year}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, fieldnames=list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
    return written


def _seed(name: str) -> list[dict[str, str]]:
    with (shipped_seeds() / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _value(measure: dict[str, str], position: int) -> str:
    """A value inside the measure's bounds that grows with the unit's position; whole numbers throughout."""
    lower = int(float(measure["lower_bound"] or 0))
    upper = int(float(measure["upper_bound"])) if measure["upper_bound"] else lower + 10
    return str(min(upper, lower + position % (upper - lower + 1)))


def _row(unit: str, year: int, measure: str, value: str) -> dict[str, str]:
    return {
        "unit_code": unit,
        "assessment_year": str(year),
        "measure_code": measure,
        "value": value,
        "state": "",
        "channel": "government_disclosure",
        "collection_mode": "online",
        "captured_at": f"{year + 1}-02-01 10:00:00",
        "evidence_url": "",
        "evidence_hash": "",
        "collector": "test",
        "provenance": "synthetic",
    }
