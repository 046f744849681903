"""How long landing and the yearly run take over the whole county demo, and against what.

    python benchmarks/yearly_run.py [CHECKOUT_BEFORE [CHECKOUT_AFTER]]

With checkouts of this project their yearly run of the demo is made one after the other, three years, by the environment
that runs this file, and seconds by step are printed with their ratio, also those of dbt by node and those of the nodes
that both have; with one, this checkout comes after it. Without, prints seconds, also by step, rows per second, peak
memory (the largest process), and ratios measured in the same call: landing against DuckDB reading the same CSV files
without a single check, three years against one, and the build with its data tests against the models alone. Takes some
minutes and 3 GB of disk for its temporary homes.

A checkout makes its own demo, and all that it knows of: what a later one has more is in the time of its steps.
"""

from __future__ import annotations

import json
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path

import duckdb

from orchestration.home import Home
from orchestration.seeds import dbt_folder
from orchestration.warehouse import dbt

# Of the title of a step, in either language.
DBT = "dbt: models and tests"
STEPS = {
    "landing": ("Land", "入库"),
    DBT: ("dbt",),
    "Great Expectations": ("Great Expectations",),
    "releases": ("elease", "发布"),
}
STEP_DONE = re.compile(r"^ +(?:done|完成) +(.+?) +([\d.]+) (?:s|秒)$", re.MULTILINE)


def timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def zhengxin(home: Home, *arguments: str) -> str:
    command = [sys.executable, "-m", "orchestration.cli", "--home", str(home.root), *arguments]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True).stdout


def run_dbt(home: Home, *arguments: str) -> None:
    command = [str(dbt.executable()), "--quiet", *arguments]
    environment = os.environ | dbt.environment(home)
    subprocess.run(command, check=True, cwd=dbt_folder(home), env=environment, stdout=subprocess.DEVNULL)


def read_unchecked(home: Home) -> int:
    """Rows of the UTF-8 CSV files of observations, read by DuckDB into a table of text."""
    count = 0
    with duckdb.connect() as connection:
        for path in sorted((home.inbox / "observation").rglob("*.csv")):
            # GB18030 takes DuckDB an extension from the network.
            if _is_utf8(path):
                source = f"read_csv('{path}', all_varchar = true, ignore_errors = true)"
                connection.execute(f"create or replace table plain as from {source}")
                count += connection.execute("select count(*) from plain").fetchone()[0]
    return count


def _is_utf8(path: Path) -> bool:
    try:
        path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return False
    return True


@dataclass(frozen=True)
class YearlyRun:
    """Seconds of a yearly run by step, and of dbt's part of it by node."""

    by_step: dict[str, float]
    by_node: dict[str, float]


def run_of(checkout: Path, folder: Path) -> YearlyRun:
    """What a checkout says of a yearly run over its demo."""
    home, answers = folder / "home", []
    for arguments in (["demo", "county"], ["run", "2017-2019"]):
        command = [sys.executable, "-P", "-m", "orchestration.cli", "--home", str(home), *arguments]
        environment = os.environ | {"PYTHONPATH": str(checkout)}
        done = subprocess.run(
            command, check=True, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        answers.append(done.stdout)
    found = {title: float(seconds) for title, seconds in STEP_DONE.findall(answers[-1])}
    results = json.loads((home / "dbt" / "target" / "run_results.json").read_text(encoding="utf-8"))["results"]
    return YearlyRun(
        {
            step: sum(seconds for title, seconds in found.items() if any(word in title for word in words))
            for step, words in STEPS.items()
        },
        {result["unique_id"]: result["execution_time"] for result in results},
    )


def compare(before: Path, after: Path) -> None:
    runs = []
    for checkout in (before, after):
        with tempfile.TemporaryDirectory() as folder:
            runs.append(run_of(checkout.resolve(), Path(folder)))
    first, second = runs
    for step in STEPS:
        print_both(step, first.by_step[step], second.by_step[step])
    print_both("together", sum(first.by_step.values()), sum(second.by_step.values()))
    same = first.by_node.keys() & second.by_node.keys()
    print(f"nodes of dbt: {len(first.by_node)}, then {len(second.by_node)}, {len(same)} in both")
    print_both("a node, in thousandths", *(1000 * each.by_step[DBT] / len(each.by_node) for each in runs))
    for kind in ("model", "test", "seed"):
        print_both(f"each {kind} of both", *(_seconds_of(each, same, kind) for each in runs))


def _seconds_of(run: YearlyRun, nodes: Collection[str], kind: str) -> float:
    return sum(seconds for node, seconds in run.by_node.items() if node in nodes and node.startswith(f"{kind}."))


def print_both(what: str, first: float, second: float) -> None:
    print(f"{what:<28}  {first:7.1f} s  then {second:7.1f} s  × {second / first:.2f}")


def measure() -> None:
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder) / "home")
        print(f"demo inputs written in        {timed(lambda: zhengxin(home, 'demo', 'county')):7.1f} s")
        landing = timed(lambda: zhengxin(home, "land"))
        began = time.perf_counter()
        plain_rows = read_unchecked(home)
        plain = time.perf_counter() - began
        began = time.perf_counter()
        steps = STEP_DONE.findall(zhengxin(home, "run", "2017-2019"))
        first = time.perf_counter() - began
        again = timed(lambda: zhengxin(home, "run", "2017-2019"))
        with duckdb.connect(str(home.warehouse), read_only=True) as connection:
            [(landed_rows,)] = connection.execute("select sum(row_count) from raw.batch").fetchall()
        tested = timed(lambda: run_dbt(home, "build", "--exclude-resource-type", "unit_test"))
        models = timed(lambda: run_dbt(home, "run"))
        single = Home(Path(folder) / "single")
        zhengxin(single, "demo", "county", "--years", "2019")
        zhengxin(single, "land")
        one_year = timed(lambda: zhengxin(single, "run", "2019"))
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        print(f"landing                       {landing:7.1f} s  {landed_rows / landing:10,.0f} rows/s")
        print(f"  a row, against a read without checks × {landing / landed_rows * plain_rows / plain:5.1f}")
        print(f"yearly run, three years       {first:7.1f} s  again {again:.1f} s (nothing new to release)")
        for title, seconds in steps:
            print(f"  {title}: {seconds} s")
        print(f"  against one year                     × {first / one_year:5.2f}")
        print(f"dbt build with data tests     {tested:7.1f} s")
        print(f"  against the models alone             × {tested / models:5.2f}")
        print(f"peak memory, largest process  {peak:7.0f} MB")


def main() -> None:
    if checkouts := [Path(each) for each in sys.argv[1:3]]:
        compare(*checkouts, *[Path(__file__).parents[1]][: 2 - len(checkouts)])
    else:
        measure()


if __name__ == "__main__":
    main()
