"""Dagster's event log in SQLite, with connections that are kept: a run of this project records over a thousand events.

Dagster's own class opens and closes the database for every event, and with the last connection closing SQLite copies
its write-ahead log back each time: recording a run took about as long as computing it. Here one connection per database
stays open, and a commit is not waited for until it is on the disk (three times as fast). What a power cut can cost is
the last moments of a run's log, never the database, and never anything of the warehouse.
"""

from __future__ import annotations

import sqlite3
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from dagster import StringSource
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.pool import StaticPool

from orchestration.pipeline.dagster_internals import ConfigurableClassData, SqliteEventLogStorage

# One database a run, and the index over all: the UI of a long history does not keep them all open.
KEPT_DATABASES = 8
BUSY_TIMEOUT_SECONDS = 60


class KeptOpenEventLogStorage(SqliteEventLogStorage):
    """`SqliteEventLogStorage` at the place where Dagster puts it by default, below `dagster_home`."""

    def __init__(self, dagster_home: str, inst_data: ConfigurableClassData | None = None) -> None:
        self._engines: OrderedDict[str, Engine] = OrderedDict()
        self._known_tables: set[str] = set()
        super().__init__(str(Path(dagster_home) / "history" / "runs"), inst_data)

    @classmethod
    def config_type(cls) -> Mapping[str, Any]:
        return {"dagster_home": StringSource}

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]
    ) -> KeptOpenEventLogStorage:
        return cls(config_value["dagster_home"], inst_data)

    @contextmanager
    def _connect(self, shard: str) -> Iterator[Connection]:
        # The lock is the base class's; it lets one thread at a time use the one connection of a database.
        with self._db_lock, self._engine(shard).connect() as connection, connection.begin():
            yield connection

    def has_table(self, table_name: str) -> bool:
        """Asked twice for each check, by opening the database anew: a table that was there once is there."""
        if table_name not in self._known_tables and super().has_table(table_name):
            self._known_tables.add(table_name)
        return table_name in self._known_tables

    def dispose(self) -> None:
        with self._db_lock:
            while self._engines:
                self._engines.popitem()[1].dispose()
        super().dispose()

    def _engine(self, shard: str) -> Engine:
        engine = self._engines.get(shard)
        if engine is None or not Path(self.path_for_shard(shard)).exists():
            engine = self._engines[shard] = _open(self.conn_string_for_shard(shard))
            self._initdb(engine)
            if len(self._engines) > KEPT_DATABASES:
                self._engines.popitem(last=False)[1].dispose()
        self._engines.move_to_end(shard)
        return engine


def _open(connection_string: str) -> Engine:
    engine = create_engine(
        connection_string,
        poolclass=StaticPool,
        connect_args={"timeout": BUSY_TIMEOUT_SECONDS, "check_same_thread": False},
    )

    @event.listens_for(engine, "connect")
    def relax(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute("pragma synchronous = normal")

    return engine
