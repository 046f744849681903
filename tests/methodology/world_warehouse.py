"""A warehouse made from a world (see `reference_scorer`): its seed and raw tables, and the models run over them.

The tables are written directly, past the seeds' files and the landing, because what is compared here is the method. `dbt`
runs in a process of its own, as it does for anyone who calls it by hand.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from orchestration.home import project_root, seeds_folder
from tests.methodology.reference_scorer import World

RAW_TABLES = ("observation", "opinion_event", "verification", "quarantined_row", "batch")
UNCOMPARED_MODELS = ("published_reconciliation", "published_unit_reconciliation", "int_region_statistic")


def build_warehouse(world: World, folder: Path) -> Path:
    """Write the world's tables below `folder`, run every model that scores, return the warehouse's path."""
    path = folder / "warehouse.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema seed; create schema raw")
        for seed in sorted(seeds_folder().rglob("*.csv")):
            _write_seed(connection, seed, world)
        for table in RAW_TABLES:
            _write_raw(connection, table, world.get(table, []))
    run_models(path, folder)
    return path


def run_models(path: Path, folder: Path) -> None:
    """Run the models over the tables that lie in the warehouse at `path`; artefacts go below `folder`."""
    root = project_root()
    command = [
        *(sys.executable, "-m", "dbt.cli.main", "--quiet", "run"),
        *("--project-dir", str(root / "dbt_project"), "--profiles-dir", str(root)),
        *("--exclude", *UNCOMPARED_MODELS),
    ]
    environment = {
        **os.environ,
        "ZHENGXIN_WAREHOUSE": str(path),
        "DBT_TARGET_PATH": str(folder / "target"),
        "DBT_LOG_PATH": str(folder / "logs"),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "DO_NOT_TRACK": "1",
    }
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def _write_seed(connection: duckdb.DuckDBPyConnection, seed: Path, world: World) -> None:
    """A seed table holds text here: the staging models cast each column themselves."""
    header = seed.read_text(encoding="utf-8").splitlines()[0].split(",")
    rows = world.get(seed.stem, [])
    columns = {name: pa.array([_text(row.get(name)) for row in rows], pa.string()) for name in header}
    _create(connection, f"seed.{seed.stem}", pa.table(columns))


RAW_TYPES = {
    "assessment_year": "integer",
    "row_number": "integer",
    "value": "decimal(20, 9)",
    "captured_at": "timestamp",
    "reported_at": "timestamp",
    "response_at": "timestamp",
    "verified_at": "timestamp",
    "received_at": "timestamp",
    "event_date": "date",
    "is_effective": "boolean",
    "row_count": "integer",
    "accepted_count": "integer",
    "quarantined_count": "integer",
    "delivery_seq": "integer",
}
RAW_COLUMNS = {
    "observation": """series_code unit_code unit_code_received assessment_year measure_code value state channel
        collection_mode captured_at evidence_url evidence_hash collector provenance batch_id row_number""",
    "opinion_event": """series_code cluster_code unit_code unit_code_received assessment_year event_date reported_at
        polarity severity reach responsibility topic headline responsible_body responder response_at response_kind
        evidence_url evidence_hash captured_at collector provenance batch_id row_number""",
    "verification": """series_code subject unit_code unit_code_received assessment_year measure_code cluster_code verdict
        value state reason verifier verified_at evidence_url evidence_hash provenance batch_id row_number""",
    "quarantined_row": """source batch_id row_number unit_code assessment_year measure_code row_key rule column_name
        message raw_payload""",
    "batch": """batch_id source file_name file_sha256 contract_version file_format encoding row_count accepted_count
        quarantined_count state error_rule error_message is_effective delivery_seq received_at""",
}


def _write_raw(connection: duckdb.DuckDBPyConnection, table: str, rows: list[Mapping[str, Any]]) -> None:
    names = RAW_COLUMNS[table].split()
    columns = {name: pa.array([_text(row.get(name)) for row in rows], pa.string()) for name in names}
    casts = ", ".join(f"cast({name} as {RAW_TYPES.get(name, 'varchar')}) as {name}" for name in names)
    _create(connection, f"raw.{table}", pa.table(columns), casts)


def _create(connection: duckdb.DuckDBPyConnection, name: str, rows: pa.Table, columns: str = "*") -> None:
    connection.register("incoming", rows)
    connection.execute(f"create table {name} as select {columns} from incoming")
    connection.unregister("incoming")


def _text(value: Any) -> str | None:
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    return str(value)
