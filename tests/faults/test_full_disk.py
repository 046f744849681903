"""A full disk is told as such, in whatever words the system, SQLite or DuckDB say it, and by every command."""

from __future__ import annotations

import errno
import os
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import duckdb
import pytest

from orchestration import errors
from orchestration.home import Home
from tests.release.conftest import Call, zhengxin

__all__ = ["zhengxin"]

SAID = "No space left on device. Make room on that disk and do it again."


@pytest.fixture
def full_home(tmp_path: Path) -> Iterator[Home]:
    """A home on a small file system without a free byte."""
    place = tmp_path / "small"
    place.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(place)], capture_output=True)
    if mounted.returncode != 0:
        pytest.skip("no file system can be mounted here")
    try:
        home = Home(place / "home")
        home.root.mkdir()
        yield home
    finally:
        subprocess.run(["umount", str(place)], check=True)


def fill(home: Home) -> None:
    with (home.root / "filling").open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError as error:
            assert error.errno == errno.ENOSPC


def sqlite_on(folder: Path) -> Exception:
    """What SQLite says when it cannot write."""
    try:
        # A connection that is left open keeps the file system busy.
        with closing(sqlite3.connect(folder / "runs.db")) as opened:
            opened.execute("create table runs as select zeroblob(1000000)")
    except sqlite3.Error as error:
        return error
    raise AssertionError("there was room")


def duckdb_on(folder: Path) -> Exception:
    try:
        with duckdb.connect(str(folder / "warehouse.duckdb")) as opened:
            opened.execute("create table numbers as select * from range(1000000)")
            opened.execute("checkpoint")
    except duckdb.Error as error:
        return error
    raise AssertionError("there was room")


@pytest.mark.parametrize("write", [sqlite_on, duckdb_on])
def test_databases(full_home: Home, write) -> None:
    fill(full_home)
    assert errors.full_disk(write(full_home.root), full_home.root).en == f"{full_home.root}: {SAID}"


@pytest.mark.parametrize("command", [("demo", "hdi"), ("land",), ("run",), ("template", "observation")])
def test_commands(full_home: Home, zhengxin: Call, command: tuple[str, ...]) -> None:
    fill(full_home)
    options = (str(full_home.root / "t.xlsx"),) if command[0] == "template" else ()
    done = zhengxin(full_home, *command, *options)
    said = " ".join(done.stderr.split())
    assert done.returncode == 1 and "No space left on device" in said and "程序的缺陷" not in said, said


def test_causes_are_looked_at(tmp_path: Path) -> None:
    try:
        try:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        except OSError as error:
            raise RuntimeError("a step failed") from error
    except RuntimeError as error:
        assert errors.full_disk(error, tmp_path).en == f"{tmp_path}: {SAID}"
    assert errors.full_disk(RuntimeError("a step failed"), tmp_path) is None


def test_a_failed_write_with_room_left_is_no_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    failed = sqlite3.OperationalError("disk I/O error")
    assert errors.full_disk(failed, tmp_path) is None
    monkeypatch.setattr(errors, "_free_bytes", lambda _: 0)
    assert errors.full_disk(failed, tmp_path).en == f"{tmp_path}: {SAID}"
