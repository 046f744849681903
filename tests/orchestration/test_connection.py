"""Connections close for sure, and say in words what stands in their way."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from orchestration.errors import UsageError, WarehouseBusy, WarehouseMissing
from orchestration.warehouse import connection
from orchestration.warehouse.lock import writer_lock
from tests.orchestration.conftest import process_environment

KEEP_OPEN = """
import sys, time, duckdb
connection = duckdb.connect(sys.argv[1], read_only=sys.argv[2] == "read")
print("open", flush=True)
time.sleep(float(sys.argv[3]))
"""


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    path = tmp_path / "warehouse" / "warehouse.duckdb"
    with connection.writing(path) as writer:
        writer.execute("create table kept as select 1 as number")
    return path


def keep_open(warehouse: Path, mode: str, seconds: float) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", KEEP_OPEN, str(warehouse), mode, str(seconds)],
        env=process_environment(),
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout.readline().strip() == "open"
    return process


def test_a_new_warehouse_has_the_storage_of_releases(warehouse: Path) -> None:
    with connection.reading(warehouse) as reader:
        (tags,) = reader.execute("select tags from duckdb_databases() where database_name = 'warehouse'").fetchone()
    assert tags["storage_version"].startswith(connection.STORAGE_VERSION)


def test_what_was_written_can_be_read_in_the_same_process(warehouse: Path) -> None:
    with connection.reading(warehouse) as reader:
        assert reader.execute("select number from kept").fetchall() == [(1,)]
        with pytest.raises(duckdb.InvalidInputException, match="read-only"):
            reader.execute("drop table kept")
    with connection.writing(warehouse) as writer:
        writer.execute("insert into kept values (2)")


def test_missing_warehouse_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(WarehouseMissing, match="zhengxin run"), connection.reading(tmp_path / "none.duckdb"):
        pass
    assert list(tmp_path.iterdir()) == []


def test_reader_is_told_who_writes(warehouse: Path) -> None:
    process = keep_open(warehouse, "write", 60)
    try:
        with (
            pytest.raises(WarehouseBusy, match=f"is open in process {process.pid} "),
            connection.reading(warehouse),
        ):
            pass
        with (
            writer_lock(warehouse, "the run of the test"),
            pytest.raises(WarehouseBusy, match="is being written by the run of the test"),
            connection.reading(warehouse),
        ):
            pass
    finally:
        process.kill()
        process.wait()


def test_writer_waits_for_a_reader(warehouse: Path) -> None:
    process = keep_open(warehouse, "read", 1)
    said: list[str] = []
    with connection.writing(warehouse, wait_seconds=30, say=said.append) as writer:
        writer.execute("insert into kept values (2)")
    assert process.wait(timeout=5) == 0
    assert len(said) == 1 and f"process {process.pid} " in said[0]


def test_writer_gives_up_on_a_reader(warehouse: Path) -> None:
    process = keep_open(warehouse, "read", 60)
    try:
        with (
            pytest.raises(WarehouseBusy, match=f"process {process.pid} .*Close that connection"),
            connection.writing(warehouse, wait_seconds=0.3),
        ):
            pass
    finally:
        process.kill()
        process.wait()


def test_a_writer_that_gives_up_names_the_reader_and_not_itself(warehouse: Path) -> None:
    process = keep_open(warehouse, "read", 60)
    try:
        with (
            writer_lock(warehouse, "the release of the test"),
            pytest.raises(WarehouseBusy, match=f"is open in process {process.pid} .*Close that connection"),
            connection.writing(warehouse, wait_seconds=0.3),
        ):
            pass
    finally:
        process.kill()
        process.wait()


def test_a_file_that_may_not_be_opened_is_not_called_damaged(warehouse: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Root may open everything, so the system's answer is put into DuckDB's mouth."""

    def refuse(path: str, **_: object) -> None:
        raise duckdb.IOException(f'IO Error: Cannot open file "{path}": Permission denied')

    monkeypatch.setattr(duckdb, "connect", refuse)
    with pytest.raises(UsageError, match="Permission denied") as refused, connection.reading(warehouse):
        pass
    assert str(warehouse) in str(refused.value)
    assert "rebuild" not in str(refused.value)


def test_damaged_file_is_named_and_can_be_dropped(warehouse: Path) -> None:
    warehouse.write_bytes(b"no database" * 1000)
    with pytest.raises(UsageError, match=r"cannot be opened.*zhengxin rebuild"), connection.reading(warehouse):
        pass
    said: list[str] = []
    connection.drop(warehouse, say=said.append)
    assert not warehouse.exists()
    assert "cannot be opened" in said[0]


def test_drop_of_what_is_not_there(tmp_path: Path) -> None:
    connection.drop(tmp_path / "none.duckdb")
    assert list(tmp_path.iterdir()) == []
