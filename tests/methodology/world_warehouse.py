"""A warehouse made from a world (see `reference_scorer`): its seed and raw tables, and the models run over them.

The tables are written directly, past the seeds' files and the landing, because what is compared here is the method.
`dbt` runs in a process of its own, as it does for anyone who calls it by hand.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import pyarrow as pa

from orchestration.home import Home, project_root, shipped_seeds
from orchestration.warehouse import dbt
from orchestration.warehouse.raw import load_raw
from tests.methodology.reference_scorer import World
from tests.small.made_once import made_once

WORKSHOP = TemporaryDirectory(prefix="zhengxin-worlds-")
# Models with all that they need: of the scores of nodes, and of all that the reference computes.
NODE_SCORES = ("+int_node_score",)
COMPARED = (
    *NODE_SCORES,
    *("+dim_indicator", "+fct_measure_score", "+int_unit_score", "+unit_ranking", "+region_score", "+opinion_event"),
)
# No world holds what they are about: figures of a report.
WITHOUT_INPUT = (
    "published_reconciliation",
    "published_unit_reconciliation",
    "int_region_statistic",
    "int_published_figure",
    "int_published_constraint",
)
# What a world holds that a run is told of: decisions that cannot take effect, cells that nobody assessed, and events of
# topics that no methodology counts, which are refused in seeds.
TOLD_OF = (
    "decision_reaches_its_cell",
    "decision_takes_effect_or_says_why",
    "event_counts_once_in_its_year",
    "no_cell_is_left_to_be_assessed",
)


def build_warehouse(world: World, folder: Path, wanted: Sequence[str] = ()) -> Path:
    """Write the world's tables below `folder`, run the models that are wanted, or all, return the warehouse's path."""
    path = folder / "warehouse.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema seed")
        for seed in sorted(shipped_seeds().rglob("*.csv")):
            _write_seed(connection, seed, world)
        # The messages are the project's own: in every world they are the same.
        for seed in (project_root() / "dbt_project" / "seeds").glob("*.csv"):
            connection.execute(
                f"create table seed.{seed.stem} as from read_csv('{seed}', header = true, all_varchar = true)"
            )
        # An empty landing store gives the raw tables as a run makes them.
        for table in load_raw(connection, Home(folder)):
            _fill_raw(connection, table, world.get(table, []))
    run_models(path, wanted)
    return path


def run_models(path: Path, wanted: Sequence[str] = ()) -> None:
    """Run the models that are wanted, or all, over the tables that lie in the warehouse at `path`."""
    selection = ("--select", *wanted) if wanted else ("--exclude", *WITHOUT_INPUT)
    _call_dbt(["--quiet", "run", *selection], path, Path(WORKSHOP.name), _parsed())


def check_models(path: Path) -> None:
    """Ask of the models in the warehouse at `path`, all of them, what must hold of intermediate models and marts."""
    asked = ("models/intermediate", "models/marts", "tests/intermediate", "tests/marts")
    selection = (
        *(f"path:{folder}" for folder in asked),
        "--exclude",
        "path:tests/seeds",
        *WITHOUT_INPUT,
        *TOLD_OF,
        "test_type:unit",
    )
    _call_dbt(["--quiet", "test", "--select", *selection], path, Path(WORKSHOP.name), _parsed())


def _parsed() -> Path:
    return made_once("worlds", _parse) / "target" / dbt.PARSED_NAME


def _parse(folder: Path) -> None:
    """All worlds have the same models, and what is parsed does not depend on a warehouse."""
    _call_dbt(["--quiet", "parse"], folder / "warehouse.duckdb", folder, None)


def _call_dbt(command: Sequence[str], warehouse: Path, folder: Path, parsed: Path | None) -> None:
    root = project_root()
    environment = {
        **os.environ,
        "ZHENGXIN_WAREHOUSE": str(warehouse),
        # Draws, other methods and statistics start from the scores and lead nowhere back.
        "ZHENGXIN_DRAW_COUNT": "0",
        "ZHENGXIN_OVER_UNITS": "1",
        "ZHENGXIN_PARSED": str(parsed or ""),
        "DBT_TARGET_PATH": str(folder / "target"),
        "DBT_LOG_PATH": str(folder / "logs"),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "DO_NOT_TRACK": "1",
    }
    place = ["--project-dir", str(root / "dbt_project"), "--profiles-dir", str(root)]
    done = subprocess.run([*dbt.command(), *command, *place], env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def _write_seed(connection: duckdb.DuckDBPyConnection, seed: Path, world: World) -> None:
    """A seed table holds text here: the staging models cast each column themselves."""
    header = seed.read_text(encoding="utf-8").splitlines()[0].split(",")
    _register(connection, header, world.get(seed.stem, []))
    connection.execute(f"create table seed.{seed.stem} as select * from incoming")


def _fill_raw(connection: duckdb.DuckDBPyConnection, table: str, rows: list[Mapping[str, Any]]) -> None:
    """Fill a raw table that is there already, empty; its own types take the text."""
    names = [name for (name, *_) in connection.execute(f"describe raw.{table}").fetchall()]
    _register(connection, names, rows)
    connection.execute(f"insert into raw.{table} by name select * from incoming")


def _register(connection: duckdb.DuckDBPyConnection, names: list[str], rows: list[Mapping[str, Any]]) -> None:
    columns = {name: pa.array([_text(row.get(name)) for row in rows], pa.string()) for name in names}
    connection.register("incoming", pa.table(columns))


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
