"""Which series a home holds, and its editions as yearly partitions."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path

import dagster as dg

from orchestration.errors import UsageError
from orchestration.home import Home, seeds_folder

SERIES_VARIABLE = "ZHENGXIN_SERIES"
DEFAULT_SERIES = "county_integrity"

# Dagster's own tags: the partition of a run, or the first and last one of a run over a range of partitions.
PARTITION_TAG = "dagster/partition"
RANGE_START_TAG = "dagster/asset_partition_range_start"
RANGE_END_TAG = "dagster/asset_partition_range_end"


def series_note(home: Home) -> Path:
    """The file in which a home keeps the code of its series."""
    return home.root / "series.txt"


def series_of(home: Home) -> str:
    """Code of the series that the home holds: `ZHENGXIN_SERIES`, else what the home noted, else the county series."""
    named = os.environ.get(SERIES_VARIABLE, "").strip()
    if not named and series_note(home).exists():
        named = series_note(home).read_text(encoding="utf-8").strip()
    named = named or DEFAULT_SERIES
    known = sorted({row["series_code"] for row in _edition_rows()})
    if named not in known:
        raise UsageError(
            f"There is no series '{named}' (from {SERIES_VARIABLE} or {series_note(home)}); "
            f"seeds/methodology/edition.csv has editions of {', '.join(known)}."
        )
    return named


def note_series(home: Home, series_code: str) -> None:
    """Let the home remember its series, so that later commands need no variable."""
    home.root.mkdir(parents=True, exist_ok=True)
    series_note(home).write_text(series_code + "\n", encoding="utf-8")


def edition_years(series_code: str) -> list[int]:
    """Years of the series' editions, ascending."""
    return sorted({int(row["assessment_year"]) for row in _edition_rows() if row["series_code"] == series_code})


def check_years(years: Iterable[int | str], series_code: str) -> None:
    """Raise `UsageError` if one of the years, as number or partition key, has no edition in the series."""
    known = edition_years(series_code)
    unknown = sorted({str(year) for year in years} - {str(year) for year in known})
    if unknown:
        raise UsageError(
            f"There is no edition {', '.join(unknown)} of {series_code}. It has {years_in_words(known)}. "
            "A new edition is a row in seeds/methodology/edition.csv with its assessment frame in seeds/geography."
        )


def yearly_partitions(series_code: str) -> dg.TimeWindowPartitionsDefinition:
    """One partition per edition of the series, keyed by its year; years between without an edition are left out."""
    years = edition_years(series_code)
    gaps = sorted(set(range(years[0], years[-1])) - set(years))
    return dg.TimeWindowPartitionsDefinition(
        cron_schedule="0 0 1 1 *",
        fmt="%Y",
        start=datetime(years[0], 1, 1),
        end=datetime(years[-1] + 1, 1, 1),
        # The edition of the running year can be launched too, before the year is over.
        end_offset=1,
        exclusions=[datetime(year, 1, 1) for year in gaps] or None,
    )


def year_spans(years: Iterable[int], editions: Sequence[int]) -> list[list[int]]:
    """`years` (each an edition) as runs of neighbouring editions: what one Dagster run can work on as a range."""
    positions = {year: position for position, year in enumerate(editions)}
    spans: list[list[int]] = []
    for year in sorted(set(years)):
        if spans and positions[year] == positions[spans[-1][-1]] + 1:
            spans[-1].append(year)
        else:
            spans.append([year])
    return spans


def span_tags(years: Sequence[int]) -> dict[str, str]:
    """Tags by which one run works on the editions from the first to the last of `years`."""
    if len(years) == 1:
        return {PARTITION_TAG: str(years[0])}
    return {RANGE_START_TAG: str(years[0]), RANGE_END_TAG: str(years[-1])}


def years_in_words(years: Iterable[int]) -> str:
    """Years as a person writes them: 2017–2019, 2021."""
    wanted = sorted(set(years))
    calendar = range(wanted[0], wanted[-1] + 1) if wanted else range(0)
    spans = year_spans(wanted, calendar)
    return ", ".join(str(span[0]) if len(span) == 1 else f"{span[0]}–{span[-1]}" for span in spans)


def _edition_rows() -> list[dict[str, str]]:
    path = seeds_folder() / "methodology" / "edition.csv"
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))
    except OSError as error:
        raise UsageError(f"The editions cannot be read from {path}: {error.strerror}.") from error
