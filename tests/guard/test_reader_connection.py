"""SQL that a reader writes sees one file: each kind of statement that would reach further is tried."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
import sqlalchemy as sa
import yaml
from typer.testing import CliRunner

from orchestration.cli import app
from orchestration.errors import UsageError
from orchestration.home import HOME_VARIABLE, Home, project_root
from orchestration.report.release import open_release
from orchestration.warehouse.connection import READER_SETTINGS, reading

OUTSIDE = "of the file outside"
REACHING_OUT = {
    "copy to": "copy (select 1) to '{victim}'",
    "copy to parquet": "copy (select 1) to '{victim}' (format parquet)",
    "copy from": "create temp table got (line varchar); copy got from '{outside}'",
    "export": "export database '{folder}/export'",
    "import": "import database '{folder}'",
    "attach a file": "attach '{folder}/other.duckdb' as other",
    "attach to read": "attach '{victim}' as other (read_only)",
    "attach memory": "attach ':memory:' as other",
    "install": "install spatial",
    "install from": "install spatial from '{folder}'",
    "load": "load '{folder}/own.duckdb_extension'",
    "read_text": "select * from read_text('{outside}')",
    "read_blob": "select * from read_blob('{outside}')",
    "glob": "select * from glob('{folder}/*')",
    "read_csv": "select * from read_csv('{outside}')",
    "read_json": "select * from read_json('{outside}')",
    "read_parquet": "select * from read_parquet('{outside}')",
    "sniff_csv": "select * from sniff_csv('{outside}')",
    "a file as a table": "select * from '{outside}'",
    "query_table": "select * from query_table('{outside}')",
    "the network": "select * from read_csv('http://127.0.0.1:9/x.csv')",
    "set external access": "set enable_external_access = true",
    "set the lock": "set lock_configuration = false",
    "set global": "set global temp_directory = '{folder}/spill'",
    "reset": "reset enable_external_access",
    "pragma": "pragma enable_external_access = true",
    "pragma profiling": "pragma profiling_output = '{victim}'",
    "secret": "create persistent secret (type http, bearer_token 'x')",
    "create": "create table marts.own as select 1",
    "create schema": "create schema own",
    "create view": "create view marts.own as select 1",
    "create macro": "create macro marts.own() as 1",
    "insert": "insert into marts.figure values (2)",
    "update": "update marts.figure set value = 2",
    "delete": "delete from marts.figure",
    "truncate": "truncate marts.figure",
    "alter": "alter table marts.figure add column own integer",
    "comment": "comment on table marts.figure is 'own'",
    "drop": "drop table marts.figure",
    "after a good one": "select 1; copy (select 1) to '{victim}'",
    "in explain analyze": "explain analyze copy (select 1) to '{victim}'",
    "prepared": "prepare own as copy (select 1) to '{victim}'; execute own",
}


@pytest.fixture
def warehouse(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A warehouse with one figure, and beside it a file that a reader has no business with."""
    home = Home(tmp_path / "home")
    home.warehouse.parent.mkdir(parents=True)
    with duckdb.connect(str(home.warehouse)) as connection:
        connection.execute("create schema marts; create table marts.figure as select 1 as value")
        connection.execute("create schema staging; create table staging.stg_figure as select 1 as value")
        connection.execute(
            "create table marts.release_info as select 2019 as assessment_year, 'synthetic' as data_kind"
        )
    (tmp_path / "outside.csv").write_text(f"line\n{OUTSIDE}\n", encoding="utf-8")
    (tmp_path / "victim.duckdb").write_bytes(b"released")
    monkeypatch.setenv(HOME_VARIABLE, str(home.root))
    return home.warehouse


@pytest.fixture
def spelled(warehouse: Path, tmp_path: Path) -> Iterator[dict[str, str]]:
    """Each attack with its paths; afterwards the folder must be as it was."""
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    places = {"victim": tmp_path / "victim.duckdb", "outside": tmp_path / "outside.csv", "folder": tmp_path}
    yield {name: statement.format(**places) for name, statement in REACHING_OUT.items()}
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize("attack", REACHING_OUT)
def test_a_query_reaches_nothing_but_its_tables(attack: str, spelled: dict[str, str]) -> None:
    done = CliRunner().invoke(app, ["query", "--format", "csv", spelled[attack]])
    assert isinstance(done.exception, UsageError), done.output
    assert OUTSIDE not in done.output + str(done.exception)


def test_a_log_of_queries_is_not_written_either(warehouse: Path, tmp_path: Path) -> None:
    """In a process of its own: DuckDB ends the one whose log it may not write."""
    statement = f"call enable_logging(storage_path = '{tmp_path / 'log'}')"
    subprocess.run([sys.executable, "-m", "orchestration.cli", "query", statement], capture_output=True)
    assert not (tmp_path / "log").exists()


def test_a_refusal_says_what_a_query_may(spelled: dict[str, str]) -> None:
    said = {
        name: str(CliRunner().invoke(app, ["query", spelled[name]]).exception)
        for name in ("copy to", "read_text", "insert", "set the lock")
    }
    assert "and nothing else" in said["copy to"] and "--format csv" in said["copy to"]
    assert "no other file" in said["read_text"]
    assert "cannot change anything" in said["insert"]
    assert "leave the setting out" in said["set the lock"]


@pytest.mark.parametrize(
    "harmless",
    [
        "select * from marts.figure",
        "show tables from marts",
        "describe marts.figure",
        "create temp table own as select 41 + value as value from marts.figure; select * from own",
        "pivot marts.figure on value using count(*)",
    ],
)
def test_what_only_reads_is_answered(harmless: str, warehouse: Path) -> None:
    done = CliRunner().invoke(app, ["query", "--format", "csv", harmless])
    assert done.exit_code == 0, done.exception


def test_a_query_that_needs_room_may_still_spill(warehouse: Path) -> None:
    sorting = "select count(*) from (select * from range(3_000_000) as t (i) order by hash(i) offset 1)"
    settings = READER_SETTINGS | {"memory_limit": "40MB", "threads": "1"}
    with duckdb.connect(str(warehouse), read_only=True, config=settings) as connection:
        assert connection.execute(sorting).fetchone() == (2_999_999,)


def test_an_unknown_table_leads_to_tables_for_readers(warehouse: Path) -> None:
    def said(sql: str) -> str:
        return str(CliRunner().invoke(app, ["query", sql]).exception)

    assert "Did you mean marts.figure?" in said("select * from figur")
    assert "Did you mean marts.figure?" in said("select * from marts.figures")
    for inner in ("select * from stg_figure", "select * from staging.stg_figur"):
        assert "staging.stg_figure?" not in said(inner) and '"stg_figure"?' not in said(inner)
    assert "show tables from marts" in said("select * from nothing_like_it")


@pytest.mark.parametrize("opened", [reading, lambda path: open_release(path, "en")], ids=["warehouse", "report"])
def test_every_connection_for_a_reader_is_closed_to_the_outside(opened, warehouse: Path, tmp_path: Path) -> None:
    with opened(warehouse) as reader:
        connection = getattr(reader, "connection", reader)
        with pytest.raises(duckdb.PermissionException):
            connection.execute(f"select * from read_text('{tmp_path / 'outside.csv'}')")
        with pytest.raises(duckdb.InvalidInputException):
            connection.execute("set enable_external_access = true")


@pytest.mark.parametrize("attack", REACHING_OUT)
def test_supersets_connection_is_as_closed(attack: str, warehouse: Path, spelled: dict[str, str]) -> None:
    asset = project_root() / "bi" / "superset" / "assets" / "databases" / "zhengxin.yaml"
    parameters = yaml.safe_load(asset.read_text(encoding="utf-8"))["extra"]["engine_params"]
    engine = sa.create_engine(f"duckdb:///{warehouse}", poolclass=sa.NullPool, **parameters)
    with engine.connect() as connection:
        assert connection.exec_driver_sql("select value from marts.figure").fetchall() == [(1,)]
        with pytest.raises(sa.exc.DBAPIError):
            connection.exec_driver_sql(spelled[attack]).fetchall()
