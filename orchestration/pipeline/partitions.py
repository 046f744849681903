"""The editions of a home as Dagster's yearly partitions, and the tags that put a run on them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import dagster as dg

from orchestration.editions import edition_years
from orchestration.home import Home
from orchestration.landing.waiting import newest_observed_year

# Dagster's own tags: the partition of a run, or the first and last one of a run over a range of partitions.
PARTITION_TAG = "dagster/partition"
RANGE_START_TAG = "dagster/asset_partition_range_start"
RANGE_END_TAG = "dagster/asset_partition_range_end"


def yearly_partitions(home: Home, series_code: str) -> dg.TimeWindowPartitionsDefinition:
    """One partition per offered edition of the series, keyed by its year; years between without one are left out."""
    years = offered_years(home, series_code)
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


def offered_years(home: Home, series_code: str) -> list[int]:
    """The editions up to the newest one of which observations have landed or wait in the inbox, so that "Latest" in the
    UI is a year that can be scored; every edition as long as there is no data at all."""
    editions = edition_years(home, series_code)
    newest = newest_observed_year(home, editions) or editions[-1]
    return [year for year in editions if year <= newest]


def span_tags(years: Sequence[int]) -> dict[str, str]:
    """Tags by which one run works on the editions from the first to the last of `years`."""
    if len(years) == 1:
        return {PARTITION_TAG: str(years[0])}
    return {RANGE_START_TAG: str(years[0]), RANGE_END_TAG: str(years[-1])}
