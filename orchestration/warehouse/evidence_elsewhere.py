"""Counting evidence on another engine: what it is told, and what the warehouse takes over from it.

    spark/inputs/<name>.parquet     seeds, units, states and rules, written by `write_inputs`
    spark/tables/intermediate.db/   what Spark made of them and of the records: partitioned Parquet
    spark/catalogue/                which tables there are (Hive's, in Derby)

A kind that Spark has counted from the very states (files in their order, rules, units, SQL) that the warehouse would
count it from is taken over, and dbt then finds it counted. All others the warehouse counts itself.
"""

from __future__ import annotations

import os
from glob import glob
from importlib.util import find_spec
from pathlib import Path
from shutil import which

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from orchestration.errors import UsageError
from orchestration.home import Home
from orchestration.landing.store import Store
from orchestration.seeds import seed_tables, seeds_folder
from orchestration.settings import settings_of
from orchestration.warehouse import dbt
from orchestration.warehouse.evidence import evidence_tables
from orchestration.wording import Wording
from orchestration.writing.sql import identifier, literal

COMMAND = ("build", "--target", "spark", "--select", "tag:evidence")
MASTER_VARIABLE = "ZHENGXIN_SPARK_MASTER"
SEEDS = (
    "evidence/evidence_kind.csv",
    "evidence/evidence_column.csv",
    "evidence/measure_derivation.csv",
    "evidence/measure_derivation_condition.csv",
    "methodology/measure.csv",
)
BATCH_SCHEMA = pa.schema([("batch_id", pa.string()), ("delivery_seq", pa.int32()), ("is_effective", pa.bool_())])
PARTITION = "int_evidence_partition"
# The columns of what is taken over, in the order of the models.
TABLES = {
    "int_evidence_check": {
        "evidence_kind": "varchar",
        "record_year": "integer",
        "rule": "varchar",
        "column_name": "varchar",
        "record_count": "bigint",
        "broken_count": "bigint",
    },
    "int_evidence_duplicate": {
        "evidence_kind": "varchar",
        "record_year": "integer",
        "batch_id": "varchar",
        "row_number": "integer",
        "counted_record_year": "integer",
        "counted_batch_id": "varchar",
        "counted_row_number": "integer",
    },
    "int_evidence_count": {
        "series_code": "varchar",
        "assessment_year": "integer",
        "unit_code": "varchar",
        "evidence_kind": "varchar",
        "derivation_code": "varchar",
        "provenance_rank": "integer",
        "among_count": "bigint",
        "counted_count": "bigint",
        "aggregate_value": "decimal(20, 6)",
    },
    PARTITION: {
        "evidence_kind": "varchar",
        "partition_kind": "varchar",
        "partition_year": "integer",
        "state_hash": "varchar",
    },
}


def variables(master: str | None) -> dict[str, str]:
    """The variables of a build on Spark beside those of the home; `master` goes before what the environment says."""
    return {MASTER_VARIABLE: master or os.environ.get(MASTER_VARIABLE) or "local[*]"}


def count_on_spark(home: Home, master: str | None = None) -> int:
    """Write the inputs and run the evidence models on Spark; return the number of records that are counted.

    Landings wait meanwhile, for the records are those of the states that are written. Raises `UsageError`.
    """
    _require_spark()
    with Store(home.landing).lock("zhengxin spark", settings_of(home).wait_seconds):
        inputs = write_inputs(home)
        dbt.run(home, COMMAND, target=home.spark / "dbt", variables=variables(master))
    states = pq.read_table(inputs / "evidence_state.parquet").to_pylist()
    return sum(row["record_count"] for row in states if row["partition_kind"] == "record_year")


def _require_spark() -> None:
    if not all(map(find_spec, ("pyspark", "dbt.adapters.spark"))):
        raise UsageError(
            Wording(
                "没有安装 Spark:pip install 'zhengxin[spark]'(约 450 MB)。",
                "Spark is not installed: pip install 'zhengxin[spark]' (some 450 MB).",
            )
        )
    if not (os.environ.get("JAVA_HOME") or which("java")):
        raise UsageError(
            Wording(
                "没有找到 Java:请安装 Java 17(Debian:apt install openjdk-17-jre-headless)或设置 JAVA_HOME。",
                "There is no Java: install Java 17 (Debian: apt install openjdk-17-jre-headless), or set JAVA_HOME.",
            )
        )


def table_files(home: Home, table: str) -> str:
    """The files of a table that Spark has made, as a pattern."""
    return str(home.spark / "tables" / "intermediate.db" / table / "**" / "*.parquet")


def write_inputs(home: Home) -> Path:
    """Write what an engine must know of the home beside the records; return the folder."""
    folder = home.spark / "inputs"
    folder.mkdir(parents=True, exist_ok=True)
    store = Store(home.landing)
    deliveries = store.effective_deliveries().values()
    effective = [{"batch_id": item.batch_id, "delivery_seq": item.seq, "is_effective": True} for item in deliveries]
    tables = evidence_tables(home, store) | _seeds(home)
    tables["batch"] = pa.Table.from_pylist(effective, schema=BATCH_SCHEMA)
    for name, table in tables.items():
        partial = folder / f".{name}.tmp"
        pq.write_table(table, partial)
        partial.replace(folder / f"{name}.parquet")
    return folder


def _seeds(home: Home) -> dict[str, pa.Table]:
    tables = {}
    with duckdb.connect() as reader:
        for place in SEEDS:
            seed = seed_tables()[place]
            typed = (f"cast({identifier(name)} as {kind}) as {identifier(name)}" for name, kind in seed.types.items())
            file = literal(seeds_folder(home) / place)
            tables[seed.name] = reader.execute(
                f"select {', '.join(typed)} from read_csv({file}, header = true, all_varchar = true, delim = ',',"
                " quote = '\"', escape = '\"')"
            ).to_arrow_table()
    return tables


def take_over(connection: duckdb.DuckDBPyConnection, home: Home) -> list[str]:
    """Put what Spark has counted into the warehouse, kind by kind; return the kinds.

    Of a kind all partitions must have been counted from their present states, for duplicates concern several years.
    """
    if not glob(table_files(home, PARTITION), recursive=True):
        return []
    kinds = _counted_kinds(connection, home)
    if kinds:
        connection.execute("create schema if not exists intermediate")
    for table, columns in TABLES.items() if kinds else ():
        declared = ", ".join(f"{name} {kind}" for name, kind in columns.items())
        connection.execute(f"create table if not exists intermediate.{table} ({declared})")
        listed = ", ".join(map(literal, kinds))
        connection.execute(f"delete from intermediate.{table} where evidence_kind in ({listed})")
        if glob(table_files(home, table), recursive=True):
            typed = ", ".join(f"cast({name} as {kind}) as {name}" for name, kind in columns.items())
            connection.execute(
                f"insert into intermediate.{table} by name select {typed} from {_rows(home, table)}"
                f" where evidence_kind in ({listed})"
            )
    return kinds


def _rows(home: Home, table: str) -> str:
    return f"read_parquet({literal(table_files(home, table))}, hive_partitioning = true, hive_types_autocast = false)"


def _counted_kinds(connection: duckdb.DuckDBPyConnection, home: Home) -> list[str]:
    """The kinds that Spark has counted from the present states, and the warehouse has not. The hash of an assessed year
    is followed by what came of the duplicates."""
    counted = connection.execute(f"select evidence_kind, state_hash from {_rows(home, PARTITION)}").fetchall()
    present = connection.execute("select evidence_kind, state_hash from raw.evidence_state").fetchall()
    there = connection.execute(
        "select 1 from information_schema.tables where table_schema = 'intermediate' and table_name = $1", [PARTITION]
    ).fetchall()
    own = f"select evidence_kind, state_hash from intermediate.{PARTITION}"
    known = connection.execute(own).fetchall() if there else []
    return [
        kind
        for kind in sorted({kind for kind, _ in present})
        if _states(present, kind) == {state.split("-")[0] for state in _states(counted, kind)}
        and _states(counted, kind) != _states(known, kind)
    ]


def _states(rows: list[tuple[str, str]], kind: str) -> set[str]:
    return {state for its, state in rows if its == kind}
