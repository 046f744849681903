"""Two homes, each filled and run once by the command line: the whole county demo, and the Human Development Index."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from orchestration.home import Home


def call(home: Home, *arguments: str) -> str:
    """Call `zhengxin --home HOME ARGUMENTS…` as a process; fails with all that it printed."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ZHENGXIN_", "DAGSTER_", "DBT_"))}
    done = subprocess.run(
        [sys.executable, "-m", "orchestration.cli", "--home", str(home.root), *arguments],
        env=kept | {"PYTHONIOENCODING": "utf-8", "COLUMNS": "160"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="session")
def county_home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The demo of all provinces and three years, landed and scored. Look, don't change."""
    home = Home(tmp_path_factory.mktemp("county"))
    call(home, "demo", "county")
    (home.root / "summary.txt").write_text(call(home, "run", "2017-2019"), encoding="utf-8")
    return home


@pytest.fixture(scope="session")
def hdi_home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The HDI's 33 years, landed and scored. Look, don't change."""
    home = Home(tmp_path_factory.mktemp("hdi"))
    call(home, "demo", "hdi")
    (home.root / "summary.txt").write_text(call(home, "run"), encoding="utf-8")
    return home


def rows(home: Home, query: str) -> list[tuple]:
    with duckdb.connect(str(home.warehouse), read_only=True) as connection:
        return connection.execute(query).fetchall()


def summary(home: Home) -> str:
    return Path(home.root / "summary.txt").read_text(encoding="utf-8")
