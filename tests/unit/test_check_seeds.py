"""`zhengxin check-seeds`: every rule of a build, over the CSV files, in seconds, each fault with its file and row."""

from __future__ import annotations

import re
import shutil
import time
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from orchestration.cli import app
from orchestration.errors import UsageError
from orchestration.home import HOME_VARIABLE, Home, project_root, shipped_seeds
from orchestration.project_folder.start import Start, start_folder
from orchestration.seeds import dbt_folder, seed_tables, seeds_folder
from orchestration.warehouse.seed_check import SeedCheck, SeedSql, check_seeds, require_sound_seeds

NODE = "methodology/node.csv"
GOAL_SECONDS = 5.0


WRONG_CELLS = [
    (NODE, ",health,hdi,1,", ",health,hdi,one,", r"row 3.*node_level is no integer.*node_level=one"),
    (NODE, ",education,hdi,1,", ",education ,hdi,1,", r"node_code has blanks around it"),
    ("methodology/edition.csv", "1990-12-31", "1990-13-31", r"row 2.*frame_date is no date"),
]
WRONG_ROWS = [
    (NODE, "geometric", "geometrical", r"methodology/node\.csv: listed_values of node: .*=geometrical"),
    (NODE, ",health,hdi,", ",health,hd,", r"row 3.*tree_reaches_every_node.*parent_node_code=hd"),
    ("methodology/measure.csv", "life_expectancy_years,hdi", "life_expectancy_years,hdr", r"relationships of measure"),
    ("geography/assessment_frame.csv", ",AFG,", ",ZZZ,", r"published_unit_score_can_be_joined.*unit_code=AFG"),
    ("geography/region.csv", "hdi,1990,WLD", "hdi,1990,WLT", r"edition_is_complete|frame_region_exists"),
]
Wrong = tuple[str, str, str, str]


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Home:
    home = Home(tmp_path_factory.mktemp("started") / "hdi")
    start_folder(home, Start.hdi)
    return home


@pytest.fixture
def hdi(started: Home, tmp_path: Path) -> Home:
    """A folder with the HDI's rows as its own."""
    return copied(started, tmp_path)


def copied(home: Home, folder: Path) -> Home:
    return Home(Path(shutil.copytree(home.root, folder / "hdi")))


@pytest.fixture(scope="module")
def faults_of_cells(started: Home, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    return faults_after(copied(started, tmp_path_factory.mktemp("cells")), WRONG_CELLS)


@pytest.fixture(scope="module")
def faults_of_rows(started: Home, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The rules are asked where all cells are of their type, so these are found in a folder of their own."""
    return faults_after(copied(started, tmp_path_factory.mktemp("rows")), WRONG_ROWS)


def faults_after(home: Home, changes: list[Wrong]) -> list[str]:
    for place, old, new, _ in changes:
        change(home, place, old, new)
    return [str(fault) for fault in check_seeds(home).faults]


@pytest.fixture(scope="module")
def shipped_check(tmp_path_factory: pytest.TempPathFactory) -> tuple[SeedCheck, float]:
    """What is found in the shipped seeds, and in how many seconds."""
    began = time.process_time()
    found = check_seeds(Home(tmp_path_factory.mktemp("shipped")))
    return found, time.process_time() - began


def change(home: Home, place: str, old: str, new: str) -> None:
    path = home.seeds / place
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.mark.parametrize(
    "start", [pytest.param(start, marks=() if start is Start.county else pytest.mark.slow) for start in Start]
)
def test_what_a_folder_starts_with_is_sound(tmp_path: Path, start: Start) -> None:
    home = Home(tmp_path / start)
    start_folder(home, start)
    found = check_seeds(home)
    assert [str(fault) for fault in found.faults] == []


def test_all_shipped_seeds_are_checked_within_the_goal(shipped_check: tuple[SeedCheck, float], tmp_path: Path) -> None:
    found, seconds = shipped_check
    assert found.fault_count == 0
    # Up to three times: other work on the machine must not fail it, a check that is too slow fails each time.
    times = [seconds]
    while len(times) < 3 and min(times) >= GOAL_SECONDS:
        began = time.process_time()
        assert check_seeds(Home(tmp_path)).fault_count == 0
        times.append(time.process_time() - began)
    assert min(times) < GOAL_SECONDS


def test_every_test_of_a_build_is_asked(shipped_check: tuple[SeedCheck, float]) -> None:
    asked = 0
    for described in shipped_seeds().glob("*/_*.yml"):
        for seed in yaml.safe_load(described.read_text(encoding="utf-8"))["seeds"]:
            asked += len(seed["data_tests"]) + sum(len(column.get("data_tests", ())) for column in seed["columns"])
    folders = ("seeds", "shipped_seeds")
    asked += sum(len(list((project_root() / "dbt_project" / "tests" / name).glob("*.sql"))) for name in folders)
    # One more: the cells of every column are of its type.
    assert shipped_check[0].rule_count == asked + 1


@pytest.mark.parametrize("expected", [expected for *_, expected in WRONG_CELLS])
def test_a_wrong_cell_is_named_with_its_file_and_row(faults_of_cells: list[str], expected: str) -> None:
    assert [fault for fault in faults_of_cells if re.search(expected, fault)], faults_of_cells


@pytest.mark.parametrize("expected", [expected for *_, expected in WRONG_ROWS])
def test_a_wrong_row_is_named_with_its_file_and_row(faults_of_rows: list[str], expected: str) -> None:
    assert [fault for fault in faults_of_rows if re.search(expected, fault)], faults_of_rows


def test_a_fault_names_the_row_of_the_users_file(hdi: Home) -> None:
    change(hdi, NODE, ",health,hdi,1,", ",health,hdi,2,")
    places = {fault.place for fault in check_seeds(hdi).faults}
    assert f"{hdi.seeds / NODE}, row 3" in places


def test_unsound_seeds_stop_a_run_before_it_lands(hdi: Home) -> None:
    change(hdi, NODE, "geometric", "geometrical")
    with pytest.raises(UsageError, match=r"seeds are not sound.*\n.*geometrical"):
        require_sound_seeds(hdi)


def test_the_command_says_rule_row_and_count(hdi: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(HOME_VARIABLE, str(hdi.root))
    done = CliRunner().invoke(app, ["check-seeds"])
    assert (done.exit_code, "The seeds are sound" in done.output) == (0, True)
    change(hdi, NODE, ",health,hdi,", ",health,hd,")
    done = CliRunner().invoke(app, ["check-seeds"])
    assert done.exit_code == 1
    # The rule's own words: the comment that its SQL opens with.
    assert "Fails for every node that cannot be reached from a root" in " ".join(done.output.split())
    assert re.search("rows? breaks? a rule", done.output)


def test_a_model_that_selects_from_seeds_alone_can_be_asked(tmp_path: Path) -> None:
    sql = SeedSql(dbt_folder(Home(tmp_path)), seeds_folder(Home(tmp_path)))
    test = tmp_path / "asked.sql"
    test.write_text("select * from {{ ref('stg_edition') }}", encoding="utf-8")
    assert sql.render(test) == "select * from stg_edition"
    [(name, select)] = sql.views
    assert name == "stg_edition"
    assert "edition" in select
    assert {table.name for table in seed_tables().values()} >= {"edition", "node"}
