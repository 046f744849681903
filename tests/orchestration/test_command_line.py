"""The command line: what it answers, and that every error is one message."""

from __future__ import annotations

import csv
import errno
import io
import json
import os
import shlex
import socket
import sys
from collections.abc import Callable
from pathlib import Path

import duckdb
import openpyxl
import pytest
from rich.console import Console
from typer.testing import CliRunner

from orchestration import cli
from orchestration.cli import app
from orchestration.commands.summary import print_where_to_look
from orchestration.errors import UsageError
from orchestration.home import Home
from orchestration.release.catalogue import INTERNAL, PUBLIC, Catalogue, ReleaseId
from orchestration.warehouse.lock import writer_lock
from orchestration.years import parse_years
from tests.orchestration.conftest import YEAR, BuiltHome, Call
from tests.small.copied import copy_home
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
    assert_is_one_message(zhengxin(home, "run"), "没有可运行的内容", str(home.inbox), "zhengxin demo")
    assert_is_one_message(zhengxin(home, "run", "2035"), "county_integrity 没有年度 2035")
    assert "是空的" in zhengxin(home, "land").stdout
    assert not home.warehouse.exists()


def test_a_home_that_is_no_folder(tmp_path: Path, zhengxin: Call) -> None:
    home = Home(tmp_path / "file")
    home.root.write_text("a file where the home should be")
    assert_is_one_message(zhengxin(home, "land"), f"主目录 {home.root} 是文件", "--home")
    home = Home(tmp_path / "folder")
    home.root.mkdir()
    home.landing.write_text("a file where the landing store should be")
    assert_is_one_message(zhengxin(home, "land"), f"{home.landing}: File exists。此处应为文件夹")


@pytest.fixture
def failing_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[[Exception], str]:
    """What a command says on an error from within."""

    def told(error: Exception) -> str:
        def fail() -> None:
            raise error

        monkeypatch.setattr(cli, "app", fail)
        monkeypatch.setattr(sys, "argv", ["zhengxin", "--home", "my home", "land"])
        with pytest.raises(SystemExit):
            cli.main()
        return capsys.readouterr().err

    return told


@pytest.mark.parametrize(
    ("number", "advice"),
    [
        (errno.EROFS, "只能读取"),
        (errno.EACCES, "权限"),
        (errno.ENOSPC, "腾出空间"),
        (errno.ENOENT, "检查路径"),
    ],
)
def test_what_the_system_refuses_is_no_fault_of_the_program(
    failing_with: Callable[[Exception], str], number: int, advice: str
) -> None:
    said = failing_with(OSError(number, os.strerror(number), "/home/landing"))
    assert said.startswith(f"error: /home/landing: {os.strerror(number)}。")
    assert advice in said
    assert "程序的缺陷" not in said


def test_unexpected_error_is_one_message_unless_asked_for(
    failing_with: Callable[[Exception], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for error in (RuntimeError("worn out"), OSError(errno.EIO, "Input/output error")):
        said = failing_with(error)
        assert f"意外:{type(error).__name__}:{error}。这是程序的缺陷" in said
        assert "zhengxin --debug --home 'my home' land 显示出处" in said
    monkeypatch.setenv(cli.DEBUG_VARIABLE, "1")
    with pytest.raises(RuntimeError, match="worn out"):
        failing_with(RuntimeError("worn out"))


def test_a_query_without_a_statement(tmp_path: Path, zhengxin: Call) -> None:
    home = Home(tmp_path / "home")
    home.warehouse.parent.mkdir(parents=True)
    duckdb.connect(str(home.warehouse)).close()
    for nothing in ("", "/* nothing */"):
        assert_is_one_message(zhengxin(home, "query", nothing), "没有可执行的 SQL 语句")


def test_quarantine_is_seen_before_anything_has_run(tmp_path: Path, zhengxin: Call) -> None:
    home = Home(tmp_path / "home")
    write_small_inbox(home.inbox, [YEAR])
    folder = home.inbox / "observation"
    header = (folder / f"small_{YEAR}.csv").read_text(encoding="utf-8").splitlines()[0]
    (folder / "bad.csv").write_text(f"{header}\n" + "x\n" * 7, encoding="utf-8")
    (folder / "scan.csv").write_bytes(b"%PDF-1.7")
    home.settings.write_text('language = "en"', encoding="utf-8")
    landed = zhengxin(home, "land").stdout
    assert landed.count("observation/bad.csv row ") == 5
    assert "observation/bad.csv row 2: ragged_row: the row has 1 cells and the header 12" in landed
    assert "observation/bad.csv: and 2 more: zhengxin land --rows 0 shows all" in landed
    assert zhengxin(home, "land", "--rows", "0").stdout.count("observation/bad.csv row ") == 7

    lines = [" ".join(line.split()) for line in zhengxin(home, "status").stdout.splitlines()]
    assert any(line.startswith("observation ragged_row 7 the row has 1 cells") for line in lines)
    assert any(line.startswith("observation/scan.csv kind_unsupported the file is a PDF") for line in lines)


def test_status_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that it works where a home can only be read."""
    home = Home(tmp_path / "home")
    home.dagster.mkdir(parents=True)
    (home.dagster / "dagster.yaml").touch()
    monkeypatch.setattr("orchestration.commands.status.os.access", lambda path, mode: mode != os.W_OK)
    shown = CliRunner().invoke(app, ["--home", str(home.root), "status"])
    assert shown.exit_code == 0, shown.output
    assert "只能读" in shown.output
    assert [path.relative_to(home.root).as_posix() for path in sorted(home.root.rglob("*"))] == [
        "dagster",
        "dagster/dagster.yaml",
    ]


def test_a_run_that_changes_nothing_looks_after_the_releases(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = Home(tmp_path / "home")
    catalogue = Catalogue(home.releases)
    for year in (2018, 2019):
        release = ReleaseId(year, 1)
        for audience in (PUBLIC, INTERNAL):
            catalogue.database(release, audience).parent.mkdir(parents=True, exist_ok=True)
            catalogue.database(release, audience).write_text(f"{release} {audience}")
        names = ("release_id", "assessment_year", "revision_number", "release_note", "released_at", "data_kind")
        (catalogue.folder(release) / "manifest.json").write_text(json.dumps(dict.fromkeys(names, "")))
    catalogue.withdraw(ReleaseId(2018, 1), "wrong batch")
    catalogue.current().unlink()
    monkeypatch.setattr("orchestration.warehouse.built_from.result_if_unchanged", lambda *_: {})
    monkeypatch.setattr("orchestration.commands.run.print_summary", lambda *_: None)
    shown = CliRunner().invoke(app, ["--home", str(home.root), "run", "--if-changed", "2017-2019"])
    assert shown.exit_code == 0, shown.output
    assert shown.output.splitlines() == [
        "上次运行之后没有任何变化。",
        f"{catalogue.current()} 缺失,已恢复。",
        "2017 年没有生效的发布:zhengxin release 2017 即可发布。",
        '2018 年没有生效的发布:zhengxin release 2018 --note "为何重新发布" 即可发布。',
    ]
    assert catalogue.current().read_text() == "2019-r1 public"


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
    assert "前 2 行" in done.stderr
    assert len(zhengxin(built.home, "query", "--rows", "0", "select * from range(500)").stdout.splitlines()) == 501


def test_query_reads_and_never_writes(built: BuiltHome, zhengxin: Call) -> None:
    assert_is_one_message(zhengxin(built.home, "query", "drop table marts.dim_unit"), "不能改动任何内容")
    assert_is_one_message(zhengxin(built.home, "query", "selec 1"), "syntax error")


def test_query_while_a_run_writes(home: Home, zhengxin: Call) -> None:
    from orchestration.warehouse.connection import writing

    with writer_lock(home.warehouse, "the run of the test"), writing(home.warehouse):
        assert_is_one_message(zhengxin(home, "query", "select 1"), "正由 the run of the test")
        assert "正由 the run of the test" in zhengxin(home, "status").stdout


def test_where_to_look_can_be_pasted_into_a_shell(tmp_path: Path) -> None:
    home, said = Home(tmp_path / "my [home]"), io.StringIO()
    print_where_to_look(Console(file=said, width=10_000), home)
    commands = [line.strip() for line in said.getvalue().splitlines() if line.startswith("  zhengxin")]
    assert [shlex.split(command.split("  ")[0])[1:3] for command in commands] == [["--home", str(home.root)]] * 3


def test_status(built: BuiltHome, zhengxin: Call) -> None:
    shown = zhengxin(built.home, "status").stdout
    for part in (
        str(built.home.root),
        "county_integrity,年度 2017–2025",
        "0 个文件待入库",
        "unit_code_unknown",
        "SYNTHETIC DATA",
        "annual_run success",
    ):
        assert part in shown


def test_status_speaks_the_language_of_the_home(built: BuiltHome, tmp_path: Path, zhengxin: Call) -> None:
    home = copy_home(built.home, tmp_path / "home")
    home.settings.write_text(home.settings.read_text(encoding="utf-8") + 'language = "en"\n', encoding="utf-8")
    shown = zhengxin(home, "status").stdout
    for part in ("county_integrity, editions 2017–2025", "0 files wait", "rows quarantined", "annual_run success"):
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
    assert "0 个文件待入库" in waiting


def test_land_prints_text_as_it_is_in_the_language_of_the_home(tmp_path: Path, zhengxin: Call) -> None:
    home = Home(tmp_path / "home")
    write_small_inbox(home.inbox, [YEAR])
    folder = home.inbox / "observation"
    header, row = (folder / f"small_{YEAR}.csv").read_text(encoding="utf-8").splitlines()[:2]
    cells = row.split(",")
    cells[header.split(",").index("value")] = ":office: [red]x[/]"
    (folder / "odd.csv").write_text(f"{header}\n{','.join(cells)}\n", encoding="utf-8")
    errors = tmp_path / "errors.xlsx"
    said = zhengxin(home, "land", "--errors", str(errors)).stdout
    line = next(line for line in said.splitlines() if line.startswith("observation/odd.csv 第 2 行:value_malformed:"))
    assert ":office: [red]x[/]" in line
    assert f"已写出 {errors}" in said
    assert [row[3].value for row in openpyxl.load_workbook(errors)["observation"].iter_rows(min_row=3)][:1] != [None]
    assert_is_one_message(zhengxin(home, "land", "--errors", str(errors)), "已存在", "--force")
    assert_is_one_message(zhengxin(home, "land", "--errors", "errors.csv"), ".xlsx")


def test_land_accepts_a_shrunk_file_on_a_word(tmp_path: Path, zhengxin: Call) -> None:
    home = Home(tmp_path / "home")
    path = home.inbox / "observation" / "a.csv"
    write_small_inbox(home.inbox, [YEAR])
    lines = (home.inbox / "observation" / f"small_{YEAR}.csv").read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join(lines[:50]), encoding="utf-8")
    zhengxin(home, "land")
    path.write_text("\n".join(lines[:3]), encoding="utf-8")
    assert "--accept-shrunk" in zhengxin(home, "land").stdout
    done = zhengxin(home, "land", "--accept-shrunk")
    assert next(line for line in done.stdout.splitlines() if "observation/a.csv" in line).split()[1] == "superseding"


@pytest.mark.parametrize("name", ["filled.xlsx", "filled.csv"])
def test_template(tmp_path: Path, zhengxin: Call, name: str) -> None:
    home = Home(tmp_path / "home")
    path = tmp_path / name
    done = zhengxin(home, "template", "observation", str(path))
    assert done.returncode == 0 and str(home.inbox / "observation") in done.stdout
    if path.suffix == ".csv":
        header = path.read_text(encoding="utf-8-sig").splitlines()[0].split(",")
    else:
        header = [cell.value for cell in openpyxl.load_workbook(path).active[2]]
    assert header[0] == "unit_code" and {"assessment_year", "measure_code"} <= set(header)
    assert_is_one_message(zhengxin(home, "template", "observation", str(path)), "已存在", "--force")
    assert zhengxin(home, "template", "observation", str(path), "--force").returncode == 0


def test_demo_is_not_mixed_with_other_data(home: Home, zhengxin: Call) -> None:
    write_small_inbox(home.inbox, [YEAR])
    assert_is_one_message(zhengxin(home, "demo"), "个其他文件", "--home")


def test_demo_hdi_tells_the_home_its_series(tmp_path: Path, zhengxin: Call) -> None:
    home = Home(tmp_path / "hdi")
    assert "Real data" in zhengxin(home, "demo", "hdi").stdout
    assert "hdi, editions 1990–2022" in zhengxin(home, "status").stdout
    assert zhengxin(home, "demo", "hdi").returncode == 0


def test_demo_is_not_mixed_with_another_index(home: Home, zhengxin: Call) -> None:
    assert_is_one_message(zhengxin(home, "demo", "hdi"), "属于另一个指数", "county_integrity", "--home")


def test_ui_refuses_a_port_in_use(home: Home, zhengxin: Call) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert_is_one_message(zhengxin(home, "ui", "--port", str(port)), f"端口 {port}", f"--port {port + 1}")
