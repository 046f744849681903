"""Which series a home holds, and the years of which the series has an edition.

An edition is one assessed year of a series, a row of `methodology/edition.csv` in the seeds of the home. Nothing here
knows Dagster.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from orchestration.errors import UsageError
from orchestration.home import Home
from orchestration.landing.accepted import accepted_rows_by_series
from orchestration.seeds import Row, read_seed, seeds_folder
from orchestration.settings import SERIES_VARIABLE, settings_of
from orchestration.wording import Wording

EDITIONS = "methodology/edition.csv"
SERIES = "methodology/series.csv"
# What a home holds that says nothing of itself: the index that is shipped with its units, its regions and a demo.
DEFAULT_SERIES = "county_integrity"


YES_OR_NO = Wording(
    "{place}:{series} 的 {column} 写作“{written}”;只写 1(是)或 0(否)。",
    "{place}: {column} of {series} is '{written}'; write 1 for yes, 0 for no.",
)


def series_of(home: Home) -> str:
    """Code of the series that the home holds: the one that its settings name, else the one that its rows are of, else
    the only one of its own seeds, else the county series.

    Raises `UsageError` where the rows or the seeds leave several, and for a series without an edition.
    """
    known = series_codes(home)
    named = settings_of(home).series
    if named:
        if named not in known:
            raise UsageError(
                Wording(
                    f"没有系列 '{named}'(来自 {SERIES_VARIABLE} 或 {home.settings});{EDITIONS}"
                    f" 中有 {', '.join(known) or '无'} 的年度。",
                    f"There is no series '{named}' (from {SERIES_VARIABLE} or {home.settings}); "
                    f"{EDITIONS} has editions of "
                    f"{', '.join(known) or 'none'}.",
                )
            )
        return named
    accepted = sorted(accepted_rows_by_series(home).keys() & set(known))
    candidates = accepted or _own_series(home, known) or [code for code in known if code == DEFAULT_SERIES] or known
    if len(candidates) == 1:
        return candidates[0]
    if not candidates:
        raise UsageError(
            Wording(
                f"还没有任何系列的年度:请在 {home.seeds / EDITIONS} 中为每个年度写一行。",
                f"No series has an edition yet: give {home.seeds / EDITIONS} a row for each year.",
            )
        )
    why = Wording("种子文件中有多个系列", "The seeds have several series")
    if accepted:
        why = Wording("已接收多个系列的行", "Rows of several series were accepted")
    raise UsageError(
        Wording(
            f"{why.zh}:{', '.join(candidates)}。请在 {home.settings} "
            f'中写明此主目录属于哪一个,例如 series = "{candidates[0]}";'
            "其他系列各用自己的主目录。",
            f"{why.en}: {', '.join(candidates)}. Write into {home.settings} which one this home "
            "holds, such as series = "
            f'"{candidates[0]}"; each other one has a home of its own.',
        )
    )


def series_codes(home: Home) -> list[str]:
    """Codes of all series of which the home's seeds have an edition, sorted."""
    return sorted({row["series_code"] for row in _rows(home, EDITIONS)})


def edition_years(home: Home, series_code: str) -> list[int]:
    """Years of the series' editions, ascending."""
    return sorted({int(row["assessment_year"]) for row in _rows(home, EDITIONS) if row["series_code"] == series_code})


def check_years(home: Home, years: Iterable[int | str], series_code: str) -> None:
    """Raise `UsageError` if one of the years, as number or partition key, has no edition in the series."""
    known = edition_years(home, series_code)
    unknown = sorted({str(year) for year in years} - {str(year) for year in known})
    if unknown:
        raise UsageError(
            Wording(
                f"{series_code} 没有年度 {', '.join(unknown)}。已有 "
                f"{years_in_words(known)}。新年度须在 {home.seeds / EDITIONS} 中写一行,"
                "并在 geography/assessment_frame.csv 中列出其单位。",
                f"There is no edition {', '.join(unknown)} of {series_code}. It has {years_in_words(known)}. "
                f"A new edition is a row in {home.seeds / EDITIONS} with its frame in geography/assessment_frame.csv.",
            )
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


def is_released(home: Home, series_code: str) -> bool:
    """Whether yearly runs cut releases of the series' editions (`is_released` in methodology/series.csv)."""
    return any(_is_yes(row, "is_released") for row in _rows(home, SERIES) if row["series_code"] == series_code)


def years_in_words(years: Iterable[int]) -> str:
    """Years as a person writes them: 2017–2019, 2021."""
    wanted = sorted(set(years))
    calendar = range(wanted[0], wanted[-1] + 1) if wanted else range(0)
    spans = year_spans(wanted, calendar)
    return ", ".join(str(span[0]) if len(span) == 1 else f"{span[0]}–{span[-1]}" for span in spans)


def _is_yes(row: Row, column: str) -> bool:
    """A yes or no of the series' seed, which is spelt 1 or 0."""
    if row[column] not in ("0", "1"):
        raise UsageError(YES_OR_NO.filled(place=SERIES, column=column, series=row["series_code"], written=row[column]))
    return row[column] == "1"


def _own_series(home: Home, known: Sequence[str]) -> list[str]:
    """The series of which the home's own rows have an edition."""
    own = home.seeds / EDITIONS
    named = {row.get("series_code", "") for row in read_seed(own)} if own.exists() else set()
    return sorted(named.intersection(known))


def _rows(home: Home, place: str) -> list[Row]:
    return read_seed(seeds_folder(home) / place)
