"""What one long file costs at the door: time, and the memory of the process that lands it.

    python benchmarks/long_file.py [ROWS]

Makes a file of observations of the county series (5 million rows unless said otherwise, each with a key of its own) in
a temporary home, lands it in a process of its own, and prints seconds, rows, and the most memory that the process held.
Needs some 2 GB of disk.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from multiprocessing import get_context
from pathlib import Path

import duckdb

from orchestration.home import Home, shipped_seeds
from orchestration.landing.run import land_inbox

ROWS = 5_000_000
YEAR, SERIES = 2019, "county_integrity"
MAKE = """
    copy (
        with units as (
            select unit_code from read_csv('{frame}', all_varchar = true)
            where series_code = '{series}' and assessment_year = '{year}' and is_included = '1'
        ),
        measures as (
            select measure_code, coalesce(lower_bound, '0') as value from read_csv('{measure}', all_varchar = true)
            where series_code = '{series}' and value_kind <> 'event_points'
        ),
        cells as (select * from units cross join measures)
        select
            unit_code, {year} as assessment_year, measure_code, value, 'internet' as channel,
            'online' as collection_mode,
            strftime(timestamp '{year}-03-01' + to_minutes(cast(round.number as integer)), '%Y-%m-%d %H:%M:%S')
                as captured_at,
            'benchmark' as collector, 'synthetic' as provenance
        from cells cross join range(1 + {rows} // (select count(*) from cells)) as round (number)
        limit {rows}
    ) to '{target}' (header)
"""


def make_file(home: Home, rows: int) -> Path:
    target = home.inbox / "observation" / "long.csv"
    target.parent.mkdir(parents=True)
    with duckdb.connect() as connection:
        connection.execute(
            MAKE.format(
                frame=shipped_seeds() / "geography" / "assessment_frame.csv",
                measure=shipped_seeds() / "methodology" / "measure.csv",
                series=SERIES,
                year=YEAR,
                rows=rows,
                target=target,
            )
        )
    return target


def land(home: Home, answers) -> None:
    began = time.perf_counter()
    [landed] = land_inbox(home)
    seconds = time.perf_counter() - began
    used = resource.getrusage(resource.RUSAGE_SELF)
    processor, peak = used.ru_utime + used.ru_stime, used.ru_maxrss / 1024
    answers.put((seconds, processor, landed.outcome, landed.row_count, landed.accepted_count, peak))


def main() -> None:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder) / "home")
        path = make_file(home, rows)
        print(f"{path.stat().st_size / 1e6:,.0f} MB", flush=True)
        processes = get_context("spawn")
        answers = processes.SimpleQueue()
        process = processes.Process(target=land, args=(home, answers))
        process.start()
        process.join()
        if process.exitcode:
            sys.exit(f"the process ended with {process.exitcode}")
        seconds, processor, outcome, found, accepted, peak = answers.get()
        print(f"{outcome}: {found:,} rows, {accepted:,} accepted")
        print(f"{seconds:.1f} s, {processor:.1f} s of processor time; at most {peak:,.0f} MiB")


if __name__ == "__main__":
    main()
