"""How fast the inbox lands, and against what.

    python benchmarks/landing.py HOME

`HOME` is a home whose inbox the county demo has filled; its inbox is copied, nothing is written there. Prints rows per
second, the ratio to DuckDB reading the same rows from Parquet into a table of text without a single check, and the
seconds that 2,000 files of one row take, all measured in the same call. Needs 2 GB of disk for temporary homes.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import duckdb

from orchestration.home import Home
from orchestration.landing.run import LandedFile, land_inbox

ONE_ROW_FILES = 2000
HEADER = "unit_code,assessment_year,measure_code,value,channel,collection_mode,captured_at,collector,provenance"
ROW = "520102,2019,T1.2,91.5,internet,online,2019-12-03 10:{minute:02d}:{second:02d},benchmark,synthetic"


def timed(work: Callable[[], list[LandedFile]]) -> tuple[float, int]:
    """Seconds, and rows landed."""
    began = time.perf_counter()
    landed = work()
    return time.perf_counter() - began, sum(file.row_count for file in landed)


def read_unchecked(inbox: Path) -> tuple[float, int]:
    """Seconds that a read of the UTF-8 text files takes, and their rows."""
    began, count = time.perf_counter(), 0
    with duckdb.connect() as connection:
        for path in sorted((inbox / "observation").rglob("*.csv")):
            try:
                path.read_text(encoding="utf-8")
            except UnicodeDecodeError:
                continue
            connection.execute(
                f"create or replace table plain as from read_csv('{path}', all_varchar = true, ignore_errors = true)"
            )
            count += connection.execute("select count(*) from plain").fetchone()[0]
    return time.perf_counter() - began, count


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    with tempfile.TemporaryDirectory() as folder:
        demo, small = Home(Path(folder) / "demo"), Home(Path(folder) / "small")
        shutil.copytree(Path(sys.argv[1]) / "inbox", demo.inbox)
        bare, bare_rows = read_unchecked(demo.inbox)
        seconds, rows = timed(lambda: land_inbox(demo))
        print(f"{rows:,} rows in {seconds:.1f} s: {rows / seconds:,.0f} rows/s")
        print(f"{seconds / rows / (bare / bare_rows):.1f} times a bare read ({bare_rows / bare:,.0f} rows/s)")
        source = small.inbox / "observation"
        source.mkdir(parents=True)
        for number in range(ONE_ROW_FILES):
            row = ROW.format(minute=number // 60, second=number % 60)
            (source / f"{number:04d}.csv").write_text(f"{HEADER}\n{row}\n", encoding="utf-8")
        seconds, rows = timed(lambda: land_inbox(small))
        print(f"{ONE_ROW_FILES:,} files of one row in {seconds:.1f} s ({rows:,} rows)")


if __name__ == "__main__":
    main()
