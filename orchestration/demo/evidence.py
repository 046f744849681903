"""SYNTHETIC evidence by the million: records of every kind for the units of an edition, labelled in every row, with
dirt.

DuckDB draws and writes them, in the order of a counter: the same call gives the same records. Of a hundred rows one or
two are broken (unknown unit, no key, impossible order of days) and one says again what the row before it said.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb

from orchestration.home import shipped_seeds
from orchestration.seeds import read_seed

SERIES = "county_integrity"
PREFIX = "synthetic_"
# Every so many rows: an unknown unit, no key, an answer before the question, the key of the row before.
UNKNOWN_UNIT, NO_KEY, REVERSED, REPEATED = 199, 307, 401, 97
# The share of the rows of each kind.
SHARES = {
    "disclosure_item": 0.55,
    "citizen_message": 0.20,
    "disclosure_request": 0.04,
    "site_probe": 0.10,
    "permit_or_penalty": 0.05,
    "contract_performance": 0.03,
    "court_default": 0.01,
    "credit_record": 0.02,
}
FORMATS = {"parquet": "format parquet, compression zstd", "csv": "format csv, header", "jsonl": "format json"}


def _draw(number: int) -> str:
    """A number from 0 to 1 that looks drawn: another one for each `number` and record."""
    return (
        f"(((i + {number} * 7919) * {48271 + 2 * number * 1009} + (i // 3001) * 31 * {number}) % 1000003 / 1000003.0)"
    )


def _word(number: int, *words: str) -> str:
    """One of a few words."""
    listed = ", ".join(f"'{word}'" for word in words)
    return f"list_extract([{listed}], 1 + ({_draw(number)} * {len(words)})::integer % {len(words)})"


def _later(days: str, chance: str, number: int) -> str:
    """The first time plus up to so many days, with a chance."""
    after = f"to_seconds((60 + {_draw(number + 20)} * 86400 * ({days}))::bigint)"
    return f"case when {_draw(number)} < {chance} then first_at + {after} end"


# How good a unit is, from 0.55 to 0.95, so that units differ.
GOOD = "(0.55 + (unit_position * 37 % 41) / 100.0)"
CHANNEL, PROVENANCE = "'internet' as channel", "'synthetic' as provenance"
URL = "'https://www.example.gov.cn/' || unit_code || '/' || {kind} || '/' || serial || '.html'"


def _url(kind: str) -> str:
    return f"'https://www.example.gov.cn/' || unit_code || '/{kind}/' || serial || '.html' as url"


def _code(name: str, letter: str) -> str:
    return f"case when i % {NO_KEY} <> 0 then '{letter}' || serial end as {name}"


# The day by which the record's duty falls due, or, in a broken row, a day before it began.
DUE = "case when i % {reversed} = 0 then first_at - interval 9 day else first_at + interval {days} day end"


def _due(days: int) -> str:
    return f"date_trunc('day', {DUE.format(reversed=REVERSED, days=days)}) as due_at"


COLUMNS = {
    "disclosure_item": [
        f"case when i % {NO_KEY} <> 0 then {URL.format(kind=repr('item'))} end as url",
        "sha256(serial) as title_hash",
        f"'column ' || ({_draw(1)} * 24)::integer as site_column",
        f"{_word(2, 'notice', 'notice', 'notice', 'policy', 'interpretation', 'consultation')} as item_type",
        "first_at as published_at",
        f"{_later('30', '0.2', 3)} as updated_at",
        f"{_word(4, 'decision', 'execution', 'management', 'service', 'result')} as stage",
        f"{_word(5, 'text', 'text', 'text', 'picture', 'video')} as format",
        f"case when {_draw(6)} < {GOOD} then {URL.format(kind=repr('related'))} end as related_url",
        f"({_draw(7)} < {GOOD})::integer as is_searchable",
    ],
    "citizen_message": [
        _code("message_code", "M"),
        _url("message"),
        f"{_word(1, 'portal', 'hotline', 'app', 'letter')} as board",
        "first_at as submitted_at",
        _due(15),
        f"{_later('15', GOOD, 2)} as answered_at",
        f"case when {_draw(3)} < 0.5 then least(5, 1 + ({_draw(4)} * 4 + {GOOD} * 1.5)::integer) end as rating",
    ],
    "disclosure_request": [
        _code("request_code", "R"),
        _url("request"),
        "first_at as received_at",
        _due(20),
        f"{_later('20', GOOD, 2)} as answered_at",
    ],
    "site_probe": [
        _url("home"),
        "first_at as probed_at",
        f"case when {_draw(1)} < {GOOD} + 0.05 then 200 else 503 end as http_status",
        f"cast(round(30 * {_draw(2)} * {_draw(3)}, 3) as decimal(9, 3)) as seconds",
        f"({_draw(4)} < 0.98)::integer as is_resolved",
    ],
    "permit_or_penalty": [
        _code("document_code", "D"),
        _url("document"),
        f"{_word(1, 'permit', 'penalty', 'inspection')} as decision_type",
        "first_at as decided_at",
        _due(7),
        f"{_later('7', GOOD, 2)} as published_at",
        f"({_draw(3)} < {GOOD})::integer as is_entered",
    ],
    "contract_performance": [
        _code("contract_code", "C"),
        _url("contract"),
        f"{_word(1, 'procurement', 'project', 'promise', 'investment', 'arrears')} as contract_type",
        "first_at as signed_at",
        _due(90),
        f"{_later('90', GOOD, 2)} as performed_at",
        f"{_later('90', GOOD, 3)} as paid_at",
        f"{_later('120', GOOD, 4)} as published_at",
        f"({_draw(5)} > 0.99)::integer as is_breached",
    ],
    "court_default": [
        _code("case_code", "J"),
        _url("case"),
        "first_at as registered_at",
        f"{_later('200', GOOD, 2)} as closed_at",
    ],
    "credit_record": [
        _code("record_code", "X"),
        _url("record"),
        f"{_word(1, 'adverse', 'default', 'good')} as record_type",
        "first_at as recorded_at",
        f"{_later('200', GOOD, 2)} as resolved_at",
        f"({_draw(3)} < {GOOD})::integer as is_collected",
    ],
}


def records_query(kind: str, units: Sequence[str], year: int, first: int, count: int) -> str:
    """SQL of `count` records of a kind and year from number `first` on."""
    listed = ", ".join(f"'{unit}'" for unit in units)
    columns = ", ".join(COLUMNS[kind])
    # Of a repeated row all that tells the record is that of the row before, and the rest its own.
    return f"""
        select
            case when i % {UNKNOWN_UNIT} = 0 then '999999' else unit_code end as unit_code,
            {columns}, {CHANNEL}, {PROVENANCE}
        from (
            select
                i, k, '{year}-' || k as serial, unit_position,
                list_extract(units, unit_position + 1) as unit_code,
                timestamp '{year}-01-01' + to_seconds((k * 48271 % 1000003 / 1000003.0 * 31535000)::bigint) as first_at
            from (
                select i, k, (k * 7919 + k // 2999) % {len(units)} as unit_position, [{listed}] as units
                from (
                    select range + {first} as i, range + {first} - (range > 0 and range % {REPEATED} = 0)::bigint as k
                    from range({count})
                )
            )
        )
    """


def frame_units(years: Sequence[int]) -> list[str]:
    """The units of the county index that are assessed in each of the years, under the same code."""
    frame = read_seed(shipped_seeds() / "geography" / "assessment_frame.csv")
    of_year = {
        year: {
            row["unit_code"]
            for row in frame
            if (row["series_code"], row["assessment_year"], row["is_included"]) == (SERIES, str(year), "1")
        }
        for year in years
    }
    return sorted(set.intersection(*of_year.values()))


def write_evidence(
    folder: Path,
    units: Sequence[str],
    years: Sequence[int],
    row_count: int,
    file_format: str = "parquet",
    rows_a_file: int = 5_000_000,
) -> list[Path]:
    """Write about `row_count` records below `folder`/<kind>/, shared out over kinds and years; return the files."""
    written = []
    with duckdb.connect() as connection:
        for kind, share in SHARES.items():
            (folder / kind).mkdir(parents=True, exist_ok=True)
            for year in years:
                wanted = round(row_count * share / len(years))
                for first in range(0, wanted, rows_a_file):
                    count = min(rows_a_file, wanted - first)
                    path = folder / kind / f"{PREFIX}{kind}_{year}_{first // rows_a_file:02}.{file_format}"
                    query = records_query(kind, units, year, first, count)
                    connection.execute(f"copy ({query}) to '{path}' ({FORMATS[file_format]})")
                    written.append(path)
    return written
