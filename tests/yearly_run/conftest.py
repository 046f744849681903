"""Two homes, each filled and run once by the command line: the whole county demo, and the Human Development Index."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from orchestration.demo.county import write_county_inbox
from orchestration.home import Home, shipped_seeds
from tests.small.home import keep_rows, lay_demo_seeds
from tests.small.parsed import share_parse

LATEST, WHOLE = "latest year", "three years"
EARLIER, PROVINCE = (2017, 2018), "520000"
SETTINGS = 'series = "county_integrity"\nseeds = "own"\npublish = "auto"\ndraws = 16\n'


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


@pytest.fixture(scope="session", params=[LATEST, pytest.param(WHOLE, marks=pytest.mark.slow)])
def county_home(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The demo of three years, landed and scored: of all provinces in the latest year, which alone is validated and
    released, with Guizhou alone before it and few draws; and whole, as people run it, which takes two and a half times
    as long. Look, don't change."""
    home = Home(tmp_path_factory.mktemp("county"))
    if request.param == WHOLE:
        call(home, "demo", "county")
    else:
        write_latest_demo(home)
    share_parse(home)
    years = "2017-2019" if request.param == WHOLE else "2019"
    (home.root / "summary.txt").write_text(call(home, "run", years), encoding="utf-8")
    return home


def write_latest_demo(home: Home) -> None:
    """The demo's inbox, and seeds that stand alone, with frames of Guizhou for the earlier years."""
    call(home, "demo", "county", "--years", "2019")
    write_county_inbox(home.inbox, EARLIER, provinces=[PROVINCE])
    home.settings.write_text(SETTINGS, encoding="utf-8")
    shutil.copytree(shipped_seeds(), home.seeds, dirs_exist_ok=True, ignore=shutil.ignore_patterns("*.yml", "*.md"))
    lay_demo_seeds(home)
    for name, code in (("assessment_frame", "unit_code"), ("region", "region_code")):
        keep_rows(home.seeds / "geography" / f"{name}.csv", lambda row, code=code: is_kept(row, row[code]))


def is_kept(row: dict[str, str], code: str) -> bool:
    """Whether the unit or region is one of the demo's: in earlier years those of a province, in a nation."""
    is_earlier = row["series_code"] == "county_integrity" and row["assessment_year"] in map(str, EARLIER)
    return not is_earlier or code.startswith((PROVINCE[:2], "00"))


@pytest.fixture(scope="session")
def hdi_home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The HDI's 33 years, landed and scored, without draws. Look, don't change."""
    home = Home(tmp_path_factory.mktemp("hdi"))
    call(home, "demo", "hdi")
    with home.settings.open("a", encoding="utf-8") as settings:
        settings.write("\ndraws = 0\n")
    share_parse(home)
    (home.root / "summary.txt").write_text(call(home, "run"), encoding="utf-8")
    return home


def rows(home: Home, query: str) -> list[tuple]:
    with duckdb.connect(str(home.warehouse), read_only=True) as connection:
        return connection.execute(query).fetchall()


def summary(home: Home) -> str:
    return Path(home.root / "summary.txt").read_text(encoding="utf-8")
