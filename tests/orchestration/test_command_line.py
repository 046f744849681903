"""The command line: what it answers, and that every error is one message."""

from __future__ import annotations

import csv
import io
import json
import socket
from pathlib import Path

import openpyxl
import pytest
from typer.testing import CliRunner

from orchestration.cli import app
from orchestration.commands.years import parse_years
from orchestration.errors import UsageError
from orchestration.home import Home
from orchestration.warehouse.lock import writer_lock
from tests.orchestration.conftest import YEAR, BuiltHome, Call
from tests.small.inbox import write_small_inbox

COMMANDS = ("demo", "template", "land", "run", "rebuild", "status", "explain", "compare", "query", "ui")
SCORES = f"""
    select unit_code, published_score
    from marts.fct_unit_score
    where assessment_year = {YEAR} and methodology_code = 'quality' and score is not null
    order by unit_code
    limit 3
"""


def assert_is_one_message(done, *parts: str) -> None:
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.startswith("error: ")
    assert "Traceback" not in done.stderr
    for part in parts:
        assert part in done.stderr


@pytest.mark.parametrize("command", [None, *COMMANDS])
def test_help_teaches(command: str | None) -> None:
    shown = CliRunner().invoke(app, [*([command] if command else []), "--help"], env={"COLUMNS": "120"})
    assert shown.exit_code == 0
    assert f"zhengxin {command or 'demo'}" in shown.output
    for name in COMMANDS if command is None else ():
        assert name in shown.output


@pytest.mark.parametrize(
    ("words", "years"),
    [
        (["2019"], [2019]),
        (["2017-2019"], [2017, 2018, 2019]),
        (["2017–2018", "2019"], [2017, 2018, 2019]),
        (["2019,2017", "2017"], [2017, 2019]),
        ([], []),
    ],
)
def test_years(words: list[str], years: list[int]) -> None:
    assert parse_years(words) == years


@pytest.mark.parametrize("word", ["19", "2019-", "year", "2019-2017", "20192"])
def test_words_that_are_no_years(word: str) -> None:
    with pytest.raises(UsageError, match=word):
        parse_years([word])


def test_empty_home(tmp_path: Path, zhengxin: Call) -> None:
    home = Home(tmp_path / "none")
    assert "zhengxin demo" in zhengxin(home, "status").stdout
    assert_is_one_message(zhengxin(home, "query", "select 1"), str(home.warehouse), "zhengxin run")
    assert_is_one_message(zhengxin(home, "run"), "There is nothing to run", str(home.inbox), "zhengxin demo")
    assert_is_one_message(zhengxin(home, "run", "2035"), "There is no edition 2035 of county_integrity")
    assert "is empty" in zhengxin(home, "land").stdout
    assert not home.warehouse.exists()


def test_unexpected_error_is_one_message_unless_asked_for(tmp_path: Path, zhengxin: Call) -> None:
    home = Home(tmp_path / "file")
    home.root.write_text("a file where the home should be")
    done = zhengxin(home, "land")
    assert_is_one_message(done, "NotADirectoryError", "--debug")
    assert "Traceback" in zhengxin(home, "--debug", "land").stderr


def test_query_as_table_csv_and_json(built: BuiltHome, zhengxin: Call) -> None:
    table = zhengxin(built.home, "query", SCORES)
    assert table.returncode == 0
    assert len({len(line.rstrip()) for line in table.stdout.splitlines()}) == 1
    rows = list(csv.reader(io.StringIO(zhengxin(built.home, "query", "--format", "csv", SCORES).stdout)))
    assert rows[0] == ["unit_code", "published_score"] and len(rows) == 4
    records = json.loads(zhengxin(built.home, "query", "--format", "json", SCORES).stdout)
    assert [record["unit_code"] for record in records] == [row[0] for row in rows[1:]]


def test_query_keeps_chinese_aligned(built: BuiltHome, zhengxin: Call) -> None:
    shown = zhengxin(
        built.home, "query", "select '西秀区' as name, 1 as number union all select 'Xixiu', 22 order by 2"
    ).stdout.splitlines()
    assert shown == ["name    number", "西秀区       1", "Xixiu       22"]


def test_query_says_how_many_rows_it_left_out(built: BuiltHome, zhengxin: Call) -> None:
    done = zhengxin(built.home, "query", "--rows", "2", "select * from range(5)")
    assert len(done.stdout.splitlines()) == 3
    assert "The first 2 rows" in done.stderr
    assert len(zhengxin(built.home, "query", "--rows", "0", "select * from range(500)").stdout.splitlines()) == 501


def test_query_reads_and_never_writes(built: BuiltHome, zhengxin: Call) -> None:
    assert_is_one_message(zhengxin(built.home, "query", "drop table marts.dim_unit"), "cannot change anything")
    assert_is_one_message(zhengxin(built.home, "query", "selec 1"), "syntax error")


def test_query_while_a_run_writes(home: Home, zhengxin: Call) -> None:
    from orchestration.warehouse.connection import writing

    with writer_lock(home.warehouse, "the run of the test"), writing(home.warehouse):
        assert_is_one_message(zhengxin(home, "query", "select 1"), "is being written by the run of the test")
        assert "is being written by the run of the test" in zhengxin(home, "status").stdout


def test_status(built: BuiltHome, zhengxin: Call) -> None:
    shown = zhengxin(built.home, "status").stdout
    for part in (
        str(built.home.root),
        "county_integrity, editions 2017–2019",
        "0 files wait",
        "unit_code_unknown",
        "SYNTHETIC DATA",
        "annual_run success",
    ):
        assert part in shown


def test_land_tells_what_became_of_each_file(home: Home, zhengxin: Call) -> None:
    good_rows = write_small_inbox(home.inbox, [YEAR])
    (home.inbox / "observation" / "scan.csv").write_bytes(b"%PDF-1.7")
    done = zhengxin(home, "land")
    assert done.returncode == 1, "a file was rejected"
    lines = done.stdout.splitlines()
    [scan, small] = [next(line for line in lines if name in line) for name in ("scan.csv", f"small_{YEAR}.csv")]
    assert "rejected" in scan
    assert small.split()[1] == "landed" and small.split()[3:6] == [str(good_rows + 1), str(good_rows), "1"]
    assert any("PDF" in line for line in lines)
    waiting = zhengxin(home, "status").stdout
    assert "0 files wait" in waiting


@pytest.mark.parametrize("name", ["filled.xlsx", "filled.csv"])
def test_template(tmp_path: Path, zhengxin: Call, name: str) -> None:
    home = Home(tmp_path / "home")
    path = tmp_path / name
    done = zhengxin(home, "template", "observation", str(path))
    assert done.returncode == 0 and str(home.inbox / "observation") in done.stdout
    if path.suffix == ".csv":
        header = path.read_text(encoding="utf-8-sig").splitlines()[0].split(",")
    else:
        header = [cell.value for cell in openpyxl.load_workbook(path).active[1]]
    assert header[:3] == ["unit_code", "assessment_year", "measure_code"]
    assert_is_one_message(zhengxin(home, "template", "observation", str(path)), "exists already", "--force")
    assert zhengxin(home, "template", "observation", str(path), "--force").returncode == 0


def test_demo_is_not_mixed_with_other_data(home: Home, zhengxin: Call) -> None:
    write_small_inbox(home.inbox, [YEAR])
    assert_is_one_message(zhengxin(home, "demo"), "something else", "--home")


def test_demo_hdi_tells_the_home_its_series(home: Home, zhengxin: Call) -> None:
    assert "Real data" in zhengxin(home, "demo", "hdi").stdout
    assert "hdi, editions 1990–2022" in zhengxin(home, "status").stdout
    assert zhengxin(home, "demo", "hdi").returncode == 0
    assert_is_one_message(zhengxin(home, "demo", "county"), "something else")


def test_ui_refuses_a_port_in_use(home: Home, zhengxin: Call) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert_is_one_message(zhengxin(home, "ui", "--port", str(port)), f"Port {port}", f"--port {port + 1}")
