"""Which series a home holds, and the years of which the series has an edition.

An edition is one assessed year of a series, a row of `seeds/methodology/edition.csv`. Nothing here knows Dagster.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from orchestration.errors import UsageError
from orchestration.home import Home, seeds_folder

SERIES_VARIABLE = "ZHENGXIN_SERIES"
DEFAULT_SERIES = "county_integrity"


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


def year_spans(years: Iterable[int], editions: Sequence[int]) -> list[list[int]]:
    """`years` (each an edition) as spans of neighbouring editions, ascending."""
    positions = {year: position for position, year in enumerate(editions)}
    spans: list[list[int]] = []
    for year in sorted(set(years)):
        if spans and positions[year] == positions[spans[-1][-1]] + 1:
            spans[-1].append(year)
        else:
            spans.append([year])
    return spans


def is_released(series_code: str) -> bool:
    """Whether yearly runs cut releases of the series' editions (`is_released` in seeds/methodology/series.csv)."""
    return any(_flag(row, "is_released", "series") for row in _rows("series") if row["series_code"] == series_code)


def years_in_words(years: Iterable[int]) -> str:
    """Years as a person writes them: 2017–2019, 2021."""
    wanted = sorted(set(years))
    calendar = range(wanted[0], wanted[-1] + 1) if wanted else range(0)
    spans = year_spans(wanted, calendar)
    return ", ".join(str(span[0]) if len(span) == 1 else f"{span[0]}–{span[-1]}" for span in spans)


def _flag(row: dict[str, str], column: str, seed: str) -> bool:
    """A yes or no of a seed, which is spelt 1 or 0."""
    if row[column] not in ("0", "1"):
        raise UsageError(
            f"seeds/methodology/{seed}.csv: {column} of {row['series_code']} is '{row[column]}'; write 1 for yes, 0 "
            f"for no. {column} 只写 1(是)或 0(否)。"
        )
    return row[column] == "1"


def _edition_rows() -> list[dict[str, str]]:
    return _rows("edition")


def _rows(seed: str) -> list[dict[str, str]]:
    path = seeds_folder() / "methodology" / f"{seed}.csv"
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}.") from error
