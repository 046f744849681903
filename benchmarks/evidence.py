"""How fast evidence lands and measures are derived from it, and against what.

    python benchmarks/evidence.py [--rows 2000000] [--format parquet|csv|jsonl] [--folder DIR]

Writes SYNTHETIC records of every kind for the units of the 2019 edition into a home below `--folder` (a temporary one
by default; 65 million rows take 12 GB of disk), lands them with all checks, and builds the evidence models. Prints,
measured in the same call: rows a second of landing beside a bare DuckDB copy of the same files to Parquet; seconds of
finding duplicates and of deriving all measures beside bare aggregates (the same by code and year as received, without
duplicates, units and windows) over the same Parquet; seconds of a second build after one more file of 100,000 messages;
and the most memory that landing and dbt took.
"""

from __future__ import annotations

import argparse
import json
import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb

from orchestration.demo.evidence import frame_units, write_evidence
from orchestration.home import Home
from orchestration.landing.run import land_inbox
from orchestration.warehouse import connection, dbt
from orchestration.warehouse.raw import load_raw

SEEDS = ("evidence_kind", "evidence_column", "measure", "measure_derivation", "measure_derivation_condition")
MODELS = (
    "int_evidence_check",
    "int_evidence_duplicate",
    "int_evidence_count",
    "int_evidence_partition",
    "int_evidence_measure",
)
READERS = {"parquet": "read_parquet", "csv": "read_csv", "jsonl": "read_json"}
AGGREGATES = {"lapsed_count": "count(distinct ", "largest_age": "max(", "days_late": "max("}
ADDED_MESSAGES = 100_000
YEAR = 2019


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    began = time.perf_counter()
    answer = work()
    return time.perf_counter() - began, answer


def bare_copy(files: list[Path], file_format: str, target: Path) -> None:
    """What DuckDB takes to copy the same files to Parquet, without a check."""
    with duckdb.connect() as bare:
        for path in files:
            bare.execute(
                f"copy (from {READERS[file_format]}('{path}')) to '{target}' (format parquet, compression zstd)"
            )


def build(home: Home, nodes: tuple[str, ...]) -> dict[str, float]:
    """Run seeds and models; return the seconds of each."""
    with connection.writing(home.warehouse) as open_connection:
        load_raw(open_connection, home)
    dbt.run(home, ["build", "--full-refresh", "--select", *nodes, "--exclude-resource-type", "test", "unit_test"])
    results = json.loads((dbt.target_folder(home) / "run_results.json").read_text(encoding="utf-8"))["results"]
    return {result["unique_id"].split(".")[-1]: result["execution_time"] for result in results}


def bare_aggregates(home: Home) -> None:
    """What every derivation counts, by unit code and year as received, over all records of the store."""
    with duckdb.connect(str(home.warehouse), read_only=True) as warehouse:
        rules = warehouse.execute(
            "select evidence_kind, among_condition, counted_condition, family, value_expression"
            " from marts.dim_derivation order by all"
        ).fetchall()
    with duckdb.connect() as bare:
        for kind in sorted({rule[0] for rule in rules}):
            counts = ", ".join(
                f"count(*) filter (where {among}), count(*) filter (where ({among}) and ({counted}))"
                + (f", {AGGREGATES[family]}{value})" if family in AGGREGATES else "")
                for of_kind, among, counted, family, value in rules
                if of_kind == kind
            )
            files = home.landing / "evidence" / f"evidence_kind={kind}"
            bare.execute(
                f"select unit_code, record_year, {counts} from (select *, date '{YEAR}-12-31' as window_end"
                f" from read_parquet('{files}/*/*.parquet', hive_partitioning = true)) group by all"
            ).fetchall()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=2_000_000)
    parser.add_argument("--format", choices=READERS, default="parquet")
    parser.add_argument("--folder", type=Path)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=asked.folder) as folder:
        home = Home(Path(folder) / "home")
        inbox = home.inbox / "evidence"
        seconds, files = timed(lambda: write_evidence(inbox, frame_units([YEAR]), [YEAR], asked.rows, asked.format))
        size = sum(path.stat().st_size for path in files) / 1e6
        print(f"SYNTHETIC: {asked.rows:,} rows, {len(files)} files, {size:,.0f} MB, written in {seconds:.1f} s")
        copying, _ = timed(lambda: bare_copy(files, asked.format, Path(folder) / "bare.parquet"))
        worked = time.process_time()
        landing, landed = timed(lambda: land_inbox(home))
        worked = time.process_time() - worked
        rows, refused = (sum(getattr(file, name) for file in landed) for name in ("row_count", "quarantined_count"))
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"landed {rows:,} rows ({refused:,} to quarantine) in {landing:.1f} s: {rows / landing:,.0f} rows/s")
        print(f"  {worked:.1f} s of processor time: {rows / worked:,.0f} rows a second of one core")
        print(f"  {landing / copying:.1f} times a bare copy ({rows / copying:,.0f} rows/s); {memory:,.0f} MB at most")
        home.warehouse.parent.mkdir(parents=True, exist_ok=True)
        took = build(home, (*SEEDS, *MODELS, "dim_derivation"))
        bare, _ = timed(lambda: bare_aggregates(home))
        print(f"checked where they lie in {took['int_evidence_check']:.1f} s")
        print(f"duplicates found in {took['int_evidence_duplicate']:.1f} s")
        print(f"measures derived in {took['int_evidence_count']:.1f} s, bare aggregates {bare:.1f} s")
        print(f"  {took['int_evidence_count'] / bare:.2f} times the bare aggregates")
        print(f"  {resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024:,.0f} MB at most in dbt's process")
        one = Path(folder) / "one"
        (added,) = (
            path
            for path in write_evidence(one, frame_units([YEAR]), [YEAR], ADDED_MESSAGES * 5)
            if "citizen" in path.name
        )
        added.rename(inbox / "citizen_message" / "later.parquet")
        again, _ = timed(lambda: (land_inbox(home), build(home, MODELS)))
        print(f"{ADDED_MESSAGES:,} messages more: landed and derived in {again:.1f} s, dbt's start included")


if __name__ == "__main__":
    main()
