"""The example of COINr as a warehouse: its seeds and observations, built once by the project's own models."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator

import duckdb
import pytest

from orchestration.demo.asem import write_asem_inbox, write_asem_project
from orchestration.home import Home
from orchestration.landing.run import land_inbox
from orchestration.warehouse import dbt
from orchestration.warehouse.connection import writing
from orchestration.warehouse.raw import load_raw

# The models of a variant, what follows from them, and what else that needs.
WANTED = ("@zhengxin.intermediate.variant", "@zhengxin.intermediate.robustness", "@zhengxin.intermediate.statistic")


@pytest.fixture(scope="session")
def asem(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    root = tmp_path_factory.mktemp("asem")
    project, home = write_asem_project(root / "project"), Home(root / "home")
    write_asem_inbox(home.inbox)
    land_inbox(home, seeds=project / "seeds")
    with writing(home.warehouse) as connection:
        load_raw(connection, home)
    environment = os.environ | dbt.environment(home)
    for command in (["seed"], ["run", "--select", *WANTED]):
        done = subprocess.run(
            [
                *(str(dbt.executable()), "--quiet", *command),
                *("--project-dir", str(project / "dbt_project"), "--profiles-dir", str(project)),
            ],
            cwd=project,
            env=environment,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stdout + done.stderr
    with duckdb.connect(str(home.warehouse), read_only=True) as connection:
        yield connection
