"""Connections to the build warehouse, opened for one purpose and closed for sure.

DuckDB lets one process write or many read, never both, and a process keeps the file for as long as any of its
handles is open: so every connection of this package is opened here and lives for one `with` block.
"""

from __future__ import annotations

import errno
import os
import re
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import duckdb

from orchestration.errors import UsageError, WarehouseBusy, WarehouseDamaged, WarehouseMissing, system_refusal
from orchestration.warehouse import built_editions, lock
from orchestration.wording import Wording

RETRY_EVERY_SECONDS = 0.25
# Read by DuckDB 1.4 and everything since, also by clients that are older than the one that wrote it. DuckDB's default,
# which still older ones read, takes half as long again to write text.
STORAGE_VERSION = "v1.4.0"
# What serves a reader sees one file and nothing else: no other file, no network, no extension, and none of its SQL can
# take that back.
READER_SETTINGS = {"enable_external_access": "false", "lock_configuration": "true"}


def connect_reader(database: Path, threads: int | None = None) -> duckdb.DuckDBPyConnection:
    """A read-only connection to `database` for SQL that a reader writes or causes; close it. Raises `duckdb.Error`."""
    settings: dict[str, Any] = READER_SETTINGS | ({} if threads is None else {"threads": str(threads)})
    return duckdb.connect(str(database), read_only=True, config=settings)


def connect_reader_of_folder(folder: Path) -> duckdb.DuckDBPyConnection:
    """A connection without a database whose SQL can read the files below `folder` and nothing else; close it."""
    connection = duckdb.connect()
    connection.execute("set allowed_directories = [$1]", [f"{folder}/"])
    for setting, value in READER_SETTINGS.items():
        connection.execute(f"set {setting} = {value}")
    return connection


@contextmanager
def reading(warehouse: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A read-only connection. Raises `WarehouseMissing` or, while a run writes, `WarehouseBusy`; never waits."""
    if not warehouse.exists():
        raise WarehouseMissing(
            Wording(
                f"{warehouse} 处还没有数据库。请先运行:zhengxin run(或用 --home 指定另一个主目录)。",
                f"There is no warehouse at {warehouse} yet. Run the pipeline first: zhengxin run "
                "(or name another home with --home).",
            )
        )
    try:
        connection = connect_reader(warehouse)
    except duckdb.Error as error:
        if _is_conflict(error) and lock.is_held(warehouse):
            holder = lock.holder(warehouse)
            raise WarehouseBusy(
                Wording(
                    f"数据库 {warehouse} 正由 {holder} 写入。请等它结束后再试;zhengxin status 显示进度。",
                    f"The warehouse {warehouse} is being written by {holder}. Try again when it has ended; "
                    "zhengxin status shows how far it is.",
                )
            ) from error
        raise _explained(warehouse, error) from error
    with closing(connection):
        yield connection


@contextmanager
def writing(
    warehouse: Path, wait_seconds: float | None = None, say: Callable[[str], None] | None = None
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A read-write connection; hold the `writer_lock` around it. The file is made when absent.

    The lock keeps other writers of this package out, but not a reader (an open query, a BI tool) nor a dbt process
    whose parent was killed: these are waited for, up to `wait_seconds` (default as for the lock).
    """
    limit = lock.wait_limit(warehouse) if wait_seconds is None else wait_seconds
    warehouse.parent.mkdir(parents=True, exist_ok=True)
    with closing(_connect_when_free(warehouse, limit, say or (lambda _: None))) as connection:
        yield connection


def wait_until_free(warehouse: Path, say: Callable[[str], None] | None = None) -> None:
    """Return once the file can be opened for writing, so that a program started now (dbt) meets no reader."""
    with writing(warehouse, say=say):
        pass


def drop(warehouse: Path, say: Callable[[str], None] | None = None) -> None:
    """Remove the warehouse file and its write-ahead log; hold the `writer_lock` around it."""
    if warehouse.exists():
        try:
            wait_until_free(warehouse, say)
        except WarehouseDamaged as error:
            # One of the reasons to rebuild.
            if say:
                say(f"{error} It is removed all the same.")
    built_editions.forget(warehouse)
    warehouse.unlink(missing_ok=True)
    warehouse.with_name(warehouse.name + ".wal").unlink(missing_ok=True)


def _connect_when_free(warehouse: Path, limit: float, say: Callable[[str], None]) -> duckdb.DuckDBPyConnection:
    deadline = time.monotonic() + limit
    announced = False
    while True:
        try:
            return duckdb.connect(str(warehouse), config={"storage_compatibility_version": STORAGE_VERSION})
        except duckdb.Error as error:
            if not _is_conflict(error) or time.monotonic() >= deadline:
                raise _explained(warehouse, error) from error
            if not announced:
                say(f"Waiting for the warehouse: it is open in {_process_of(error)}. Giving up after {limit:.0f} s.")
                announced = True
            time.sleep(RETRY_EVERY_SECONDS)


def _explained(warehouse: Path, error: duckdb.Error) -> UsageError:
    for number in (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC):
        if isinstance(error, duckdb.IOException) and os.strerror(number) in str(error):
            refusal = system_refusal(OSError(number, os.strerror(number), str(warehouse)))
            if refusal:
                return UsageError(refusal)
    if not _is_conflict(error):
        return WarehouseDamaged(
            Wording(
                f"数据库 {warehouse} 无法打开:{str(error).splitlines()[0]} "
                "可由已入库的内容重建:zhengxin rebuild(任务 rebuild_warehouse)。",
                f"The warehouse {warehouse} cannot be opened: {str(error).splitlines()[0]} "
                "It can be built anew from what has landed: zhengxin rebuild (the job rebuild_warehouse).",
            )
        )
    process = _process_of(error)
    return WarehouseBusy(
        Wording(
            f"数据库 {warehouse} 已被 {process} 打开。请关闭该连接后再试"
            "(打开着的查询或 BI 工具会阻挡运行,运行会阻挡读者)。",
            f"The warehouse {warehouse} is open in {process}. Close that connection (an open query or BI tool "
            "blocks a run, a run blocks readers) and try again.",
        )
    )


def _is_conflict(error: duckdb.Error) -> bool:
    return isinstance(error, duckdb.IOException) and "lock on file" in str(error)


def _process_of(error: duckdb.Error) -> str:
    found = re.search(r"held in (?P<program>\S+)? ?\(PID (?P<pid>\d+)\)", str(error))
    if not found:
        return "another process"
    return f"process {found['pid']} ({Path(found['program'] or 'unknown').name})"
