"""The example of COINr as a warehouse: its seeds and observations, built once by the project's own models."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from orchestration.demo.asem import write_asem_inbox, write_asem_seeds
from orchestration.home import Home, project_root, seeds_folder
from orchestration.landing.run import land_inbox
from orchestration.warehouse import dbt
from orchestration.warehouse.connection import writing
from orchestration.warehouse.raw import load_raw

IGNORED = shutil.ignore_patterns("target", "logs", "dbt_packages", "__pycache__", ".*")
# The models of a variant, what follows from them, and what else that needs.
WANTED = ("@zhengxin.intermediate.variant", "@zhengxin.intermediate.robustness", "@zhengxin.intermediate.statistic")


def write_project(folder: Path) -> Path:
    """The dbt project with the example's seeds beside it; a seed without a row of the example is empty."""
    shutil.copytree(project_root() / "dbt_project", folder / "dbt_project", ignore=IGNORED)
    shutil.copyfile(project_root() / "profiles.yml", folder / "profiles.yml")
    write_asem_seeds(folder / "seeds")
    for source in sorted(seeds_folder().glob("*/*")):
        target = folder / "seeds" / source.parent.name / source.name
        if source.suffix == ".yml":
            shutil.copyfile(source, target)
        elif source.suffix == ".csv" and not target.exists():
            target.write_text(source.read_text(encoding="utf-8").splitlines()[0] + "\n", encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def asem(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    root = tmp_path_factory.mktemp("asem")
    project, home = write_project(root / "project"), Home(root / "home")
    write_asem_inbox(home.inbox)
    land_inbox(home, seeds=project / "seeds")
    with writing(home.warehouse) as connection:
        load_raw(connection, home)
    environment = os.environ | dbt.environment(home)
    for command in (["seed"], ["run", "--select", *WANTED]):
        done = subprocess.run(
            [str(dbt.executable()), "--quiet", *command, "--project-dir", str(project / "dbt_project")]
            + ["--profiles-dir", str(project)],
            cwd=project,
            env=environment,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stdout + done.stderr
    with duckdb.connect(str(home.warehouse), read_only=True) as connection:
        yield connection
