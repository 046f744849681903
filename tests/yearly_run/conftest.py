"""Two homes, each filled and run once by the command line: the county demo, and the Human Development Index."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import duckdb
import pytest

from orchestration.demo.census import BASIC_ATTRIBUTES, write_census_attributes
from orchestration.demo.county import SEED, YEARS, write_county_inbox
from orchestration.demo.county_evidence import write_county_evidence
from orchestration.home import Home, shipped_seeds
from orchestration.landing.inbox import EVIDENCE_FOLDER
from tests.small.home import Row, keep_rows, make_small_home
from tests.small.inbox import SERIES
from tests.small.parsed import share_parse

PROVINCE, NATION = "of Guizhou", "of the nation"
GUIZHOU = "520000"
WHOLE = pytest.param(NATION, marks=pytest.mark.in_ci)


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


@pytest.fixture(scope="session", params=[PROVINCE, WHOLE])
def county_home(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The demo of three years, landed and scored: of Guizhou as if it were the nation, with few draws and the last
    edition released; and whole, as people run it, which takes three times as long. Look, don't change."""
    home = Home(tmp_path_factory.mktemp("county"))
    if request.param == NATION:
        call(home, "demo", "county")
    else:
        write_demo_of_guizhou(home)
    share_parse(home)
    years = "2017-2019" if request.param == NATION else "2019"
    (home.root / "summary.txt").write_text(call(home, "run", years), encoding="utf-8")
    return home


# For what one province alone does not tell.
of_the_nation = pytest.mark.parametrize("county_home", [WHOLE], indirect=True)


def of_both_and_the_nation(
    names: tuple[str, ...], of_both: Iterable[tuple[object, ...]], of_nation: Iterable[tuple[object, ...]]
) -> pytest.MarkDecorator:
    """Parametrize a test of the demo with cases of both homes and cases that one province alone does not tell."""
    of_both = list(of_both)
    cases = [pytest.param(PROVINCE, *case) for case in of_both]
    cases += [pytest.param(NATION, *case, marks=pytest.mark.in_ci) for case in (*of_both, *of_nation)]
    return pytest.mark.parametrize(("county_home", *names), cases, indirect=["county_home"])


def write_demo_of_guizhou(home: Home) -> None:
    """The province's part of the demo's inbox, and seeds that stand alone, with no frame and no figures but its own."""
    write_county_inbox(home.inbox, provinces=[GUIZHOU])
    write_census_attributes(home.inbox, BASIC_ATTRIBUTES)
    write_county_evidence(home.inbox / EVIDENCE_FOLDER, max(YEARS), SEED)
    make_small_home(home.root, lambda row: is_of_guizhou(row["unit_code"]), draws=16)
    figures = "published/published_figure.csv"
    shutil.copyfile(shipped_seeds() / figures, home.seeds / figures)
    keep_rows(home.seeds / figures, lambda row: row["series_code"] == SERIES and is_of_guizhou_alone(row))


def is_of_guizhou(code: str) -> bool:
    return code.startswith(GUIZHOU[:2])


def is_of_guizhou_alone(figure: Row) -> bool:
    """Whether a published figure needs no other province to be computed."""
    is_among_provinces = figure["region_code"] == GUIZHOU and figure["statistic"].startswith("rank_")
    return is_of_guizhou(figure["region_code"]) and not figure["reference_region_code"] and not is_among_provinces


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
