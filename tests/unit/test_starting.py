"""What is asked for often starts at once: a command imports no heavy package that it does without."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = ("dagster", "dbt", "great_expectations", "numpy", "openpyxl", "pandas", "pyarrow", "scipy")


@pytest.mark.parametrize("command", ["evidence", "explain", "query", "release", "status", "warnings"])
def test_imports_nothing_heavy(command: str) -> None:
    code = f"import sys, orchestration.cli, orchestration.commands.{command}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert sorted({name.partition(".")[0] for name in done.stdout.split()}.intersection(HEAVY)) == []


def test_definitions_need_nothing_that_only_runs_use() -> None:
    """They are loaded by each start of the UI and for each run that is launched there."""
    code = "import sys, orchestration.pipeline.code_location; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    loaded = {name.partition(".")[0] for name in done.stdout.split()}
    assert loaded.isdisjoint({"great_expectations", "pandas", "scipy"}) and "dagster" in loaded


def test_duckdb_looks_for_pandas_only_later() -> None:
    code = """
import sys, duckdb
from orchestration.commands.on_demand import _without_pandas
with _without_pandas(), duckdb.connect() as connection:
    print(connection.execute("select $1", ["text"]).fetchall(), bool(sys.modules["pandas"]))
import pandas
frame = pandas.DataFrame({"cell": [1, 2]})
print(duckdb.sql("select sum(cell) from frame").fetchall(), duckdb.execute("select $1", [pandas.NaT]).fetchall())
"""
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.splitlines() == ["[('text',)] False", "[(3,)] [(None,)]"]
