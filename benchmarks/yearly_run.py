"""How long landing and the yearly run take over the whole county demo, and against what.

    python benchmarks/yearly_run.py

Prints seconds, rows per second, peak memory (the largest process), and ratios measured in the same call: landing against
DuckDB reading the same CSV files without a single check, three years against one, and the build with its data tests
against the models alone. Takes some minutes and needs 3 GB of disk for its temporary home.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import duckdb

from orchestration.home import Home
from orchestration.warehouse import dbt


def timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def zhengxin(home: Home, *arguments: str) -> None:
    command = [sys.executable, "-m", "orchestration.cli", "--home", str(home.root), *arguments]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def build(home: Home, command: str) -> None:
    arguments = [str(dbt.executable()), "--quiet", command, "--exclude-resource-type", "unit_test"]
    if command == "run":
        arguments = arguments[:3]
    subprocess.run(
        arguments,
        check=True,
        cwd=dbt.project_folder(),
        env=os.environ | dbt.environment(home),
        stdout=subprocess.DEVNULL,
    )


def read_unchecked(home: Home) -> int:
    """Rows of all observation CSV files, read into memory by DuckDB."""
    files = sorted(str(path) for path in (home.inbox / "observation").rglob("*.csv"))
    with duckdb.connect() as connection:
        for file in files:
            # One of the files is GB18030, which DuckDB reads only with an extension: it is left out.
            try:
                connection.execute(f"create or replace table t as select * from read_csv('{file}', all_varchar = true)")
            except duckdb.Error:
                print(f"  left out of the plain read: {Path(file).name}")
    return len(files)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder) / "home")
        print(f"demo inputs written in        {timed(lambda: zhengxin(home, 'demo', 'county')):7.1f} s")
        landing = timed(lambda: zhengxin(home, "land"))
        plain = timed(lambda: read_unchecked(home))
        first = timed(lambda: zhengxin(home, "run", "2017-2019"))
        with duckdb.connect(str(home.warehouse), read_only=True) as connection:
            [(landed_rows,)] = connection.execute("select sum(row_count) from raw.batch").fetchall()
        again = timed(lambda: zhengxin(home, "run", "2017-2019"))
        tested = timed(lambda: build(home, "build"))
        models = timed(lambda: build(home, "run"))
        single = Home(Path(folder) / "single")
        zhengxin(single, "demo", "county", "--years", "2019")
        zhengxin(single, "land")
        one_year = timed(lambda: zhengxin(single, "run", "2019"))
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        print(f"landing                       {landing:7.1f} s  {landed_rows / landing:10,.0f} rows/s")
        print(f"  against a read without checks        × {landing / plain:5.1f}")
        print(
            f"yearly run, three years       {first:7.1f} s  again {again:.1f} s  (all of it: start, build, tests, validation)"
        )
        print(f"  against one year                     × {first / one_year:5.2f}")
        print(f"dbt build with data tests     {tested:7.1f} s")
        print(f"  against the models alone             × {tested / models:5.2f}")
        print(f"peak memory, largest process  {peak:7.0f} MB")


if __name__ == "__main__":
    main()
