"""How fast the inbox lands, and against what.

    python benchmarks/landing.py HOME [CHECKOUT]

`HOME` is a home whose inbox the county demo has filled; its inbox is copied, nothing is written there. Prints rows per
second of processor time, the ratio to DuckDB reading the same files (CSV, Parquet, JSON Lines) into tables of text
without a single check, and what 2,000 files of one row take; with `CHECKOUT`, another checkout of the project, also
what that takes, and the ratio of both. Each is measured in a process of its own, one after the other; processor time
is that of all threads, for a machine may be busy with other things. Imports are told apart: they do not grow with the
rows. Needs 2 GB of disk for temporary homes.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from importlib import import_module
from pathlib import Path

import duckdb

THIS = Path(__file__).resolve()
ONE_ROW_FILES = 2000
HEADER = "unit_code,assessment_year,measure_code,value,channel,collection_mode,captured_at,collector,provenance"
ROW = "520102,2019,T1.2,91.5,internet,online,2019-12-03 10:{minute:02d}:{second:02d},benchmark,synthetic"
READERS = {
    ".csv": "read_csv('{path}', all_varchar = true, ignore_errors = true)",
    ".parquet": "read_parquet('{path}')",
    ".jsonl": "read_json('{path}', format = 'newline_delimited', records = true)",
}


def processor_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def read_unchecked(inbox: Path) -> dict[str, float]:
    """What a read of the files takes that DuckDB can read as they are."""
    began, count = processor_seconds(), 0
    with duckdb.connect() as connection:
        for path in sorted(path for path in inbox.rglob("*") if path.suffix in READERS):
            try:
                connection.execute(
                    f"create or replace table plain as select columns(*)::varchar from {READERS[path.suffix]}".format(
                        path=path
                    )
                )
            except duckdb.Error:
                continue
            count += connection.execute("select count(*) from plain").fetchone()[0]
    return {"rows": count, "processor": processor_seconds() - began}


def land(home: Path) -> dict[str, float]:
    """What the landing of a home's inbox takes."""
    began = processor_seconds()
    # Before whatever the environment has installed: the checkout in which this process was started.
    sys.path.insert(0, os.getcwd())
    from orchestration.home import Home
    from orchestration.landing.run import land_inbox

    # The second judge, which a landing imports when it needs it; older checkouts have it elsewhere.
    with suppress(ModuleNotFoundError):
        import_module("orchestration.landing.judge")
    imported = processor_seconds()
    clock = time.perf_counter()
    landed = land_inbox(Home(home))
    return {
        "rows": sum(file.row_count for file in landed),
        "imports": imported - began,
        "processor": processor_seconds() - imported,
        "seconds": time.perf_counter() - clock,
    }


def measured(step: str, argument: Path, checkout: Path) -> dict[str, float]:
    """A step of this module in a process of its own, with the code of a checkout."""
    command = [sys.executable, str(THIS), f"--{step}", str(argument)]
    done = subprocess.run(command, cwd=checkout, check=True, capture_output=True, text=True)
    return json.loads(done.stdout.splitlines()[-1])


def landing(inbox: Path, checkout: Path) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        shutil.copytree(inbox, home / "inbox")
        return measured("land", home, checkout)


def make_small_files(inbox: Path) -> Path:
    source = inbox / "observation"
    source.mkdir(parents=True)
    for number in range(ONE_ROW_FILES):
        row = ROW.format(minute=number // 60, second=number % 60)
        (source / f"{number:04d}.csv").write_text(f"{HEADER}\n{row}\n", encoding="utf-8")
    return inbox


def main(demo: Path, checkouts: list[Path]) -> None:
    bare = measured("bare", demo / "inbox", checkouts[0])
    of_a_row = bare["processor"] / bare["rows"]
    print(f"a bare read: {1 / of_a_row:,.0f} rows per second of processor time", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        many = make_small_files(Path(folder) / "inbox")
        for what, inbox in ((f"{demo.name}", demo / "inbox"), (f"{ONE_ROW_FILES:,} files of one row", many)):
            first = None
            for checkout in checkouts:
                found = landing(inbox, checkout)
                speed = f"{found['rows'] / found['processor']:,.0f} rows/s"
                ratio = f"{found['processor'] / found['rows'] / of_a_row:.1f} times a bare read"
                print(f"{what}, {checkout.name}: {found['rows']:,.0f} rows in {found['seconds']:.1f} s")
                print(f"    {found['processor']:.1f} s of processor time, {speed}, {ratio}", flush=True)
                print(f"    imports: {found['imports']:.1f} s of processor time")
                if first:
                    print(f"    {found['processor'] / first['processor']:.2f} times as long as {checkouts[0].name}")
                first = first or found


if __name__ == "__main__":
    if len(sys.argv) == 3 and sys.argv[1] in ("--bare", "--land"):
        step = read_unchecked if sys.argv[1] == "--bare" else land
        print(json.dumps(step(Path(sys.argv[2]))))
    elif len(sys.argv) in (2, 3):
        main(Path(sys.argv[1]).resolve(), [THIS.parents[1], *(Path(each).resolve() for each in sys.argv[2:])])
    else:
        sys.exit(__doc__)
