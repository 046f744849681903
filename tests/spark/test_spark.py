"""The evidence models on a real cluster of Spark: what it counts is what DuckDB counts, to the last digit."""

from __future__ import annotations

import csv
import os
import shutil
from pathlib import Path

import duckdb
import pytest

from orchestration.demo.evidence import frame_units, write_evidence
from orchestration.home import Home
from orchestration.landing.run import land_inbox
from orchestration.warehouse import connection, dbt
from orchestration.warehouse.evidence_elsewhere import table_files
from orchestration.warehouse.raw import load_raw
from tests.spark.conftest import Spark

pytestmark = pytest.mark.slow

RECORDS = int(os.environ.get("ZHENGXIN_SPARK_RECORDS", "2000000"))
YEARS = [2018, 2019]
SEEDS = ("evidence_kind", "evidence_column", "measure", "measure_derivation", "measure_derivation_condition")
TABLES = (
    "int_evidence_check",
    "int_evidence_duplicate",
    "int_evidence_count",
    "int_evidence_measure",
    "int_evidence_partition",
)


def load_and_build(home: Home, *nodes: str) -> None:
    """What a run does with evidence, on DuckDB."""
    home.warehouse.parent.mkdir(parents=True, exist_ok=True)
    with connection.writing(home.warehouse) as open_connection:
        load_raw(open_connection, home)
    dbt.run(home, ["build", "--select", *nodes, "tag:evidence", "--exclude-resource-type", "test", "unit_test"])


def differences(home: Home) -> dict[str, tuple[int, int, int]]:
    """Of each table: the rows that DuckDB has, those that only it has, and those that only Spark has."""
    found = {}
    with duckdb.connect(str(home.warehouse), read_only=True) as warehouse:
        for table in TABLES:
            columns = warehouse.execute(f"describe intermediate.{table}").fetchall()
            names = ", ".join(name for name, *_ in columns)
            typed = ", ".join(f"cast({name} as {kind}) as {name}" for name, kind, *_ in columns)
            own = f"select {names} from intermediate.{table}"
            theirs = (
                f"select {typed} from read_parquet('{table_files(home, table)}',"
                " hive_partitioning = true, hive_types_autocast = false)"
            )
            counts = (own, f"{own} except all {theirs}", f"{theirs} except all {own}")
            found[table] = tuple(warehouse.execute(f"select count(*) from ({query})").fetchone()[0] for query in counts)
    return found


def alike(found: dict[str, tuple[int, int, int]]) -> bool:
    return all(rows > 0 and (ours, theirs) == (0, 0) for rows, ours, theirs in found.values())


def test_spark_counts_what_duckdb_counts_and_the_warehouse_takes_it_over(cluster: Spark, tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    inbox = home.inbox / "evidence"
    units = frame_units(YEARS)
    write_evidence(inbox, units, YEARS, RECORDS)
    landed = land_inbox(home)
    assert sum(file.quarantined_count for file in landed) > 0
    load_and_build(home, *SEEDS)
    said = cluster.count(home)
    accepted = sum(file.accepted_count for file in landed)
    assert f"{accepted:,}" in said
    assert alike(found := differences(home)), found

    # By steps: the same records under another name, one that is known of later, one whose day moves into another year.
    with duckdb.connect(str(home.warehouse), read_only=True) as warehouse:
        before = warehouse.execute("select count(*) from intermediate.int_evidence_duplicate").fetchone()
    again = sorted((inbox / "court_default").glob("*.parquet"))[0]
    shutil.copyfile(again, again.with_name("again.parquet"))
    with duckdb.connect() as reader:
        messages = reader.execute(
            "select unit_code, message_code, provenance from read_parquet(?)"
            " where message_code is not null and length(unit_code) = 6 order by all limit 3",
            [str(sorted((inbox / "citizen_message").glob("*2018*.parquet"))[0])],
        ).fetchall()
    with (inbox / "citizen_message" / "later.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(["unit_code", "message_code", "submitted_at", "due_at", "answered_at", "provenance"])
        for (unit, code, provenance), day in zip(messages, ("2018-03-01", "2019-02-01", "2019-12-31"), strict=True):
            rows.writerow([unit, code, day, day, day, provenance])
    land_inbox(home)
    cluster.count(home)
    # The warehouse takes over what Spark has counted, and counts nothing itself.
    load_and_build(home)
    assert alike(found := differences(home)), found
    assert found["int_evidence_duplicate"][0] > before[0] + 2
    (compiled,) = dbt.target_folder(home).glob("compiled/**/int_evidence_count.sql")
    assert "read_parquet" not in compiled.read_text(encoding="utf-8")
    # And a warehouse made anew by DuckDB alone says the same.
    shutil.move(home.spark, tmp_path / "aside")
    home.warehouse.unlink()
    load_and_build(home, *SEEDS)
    assert "read_parquet" in compiled.read_text(encoding="utf-8")
    shutil.move(tmp_path / "aside", home.spark)
    assert alike(found := differences(home)), found
