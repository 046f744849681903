"""The last run that Dagster recorded in a home, read without importing Dagster, which takes seconds."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import yaml

from orchestration.home import Home

LAST = """
    select pipeline_name, status, coalesce(start_time, cast(strftime('%s', create_timestamp) as real)), run_id
    from runs
    order by id desc
    limit 1
"""


@dataclass(frozen=True)
class RecordedRun:
    """A run: its job, how it stands in Dagster's words, when it began (local time)."""

    job: str
    status: str
    started: datetime
    run_id: str


def is_in_home(home: Home) -> bool:
    """Whether the runs lie in the home and not in a database server that its settings name."""
    settings = yaml.safe_load((home.dagster / "dagster.yaml").read_text(encoding="utf-8")) or {}
    return not {"storage", "run_storage"}.intersection(settings)


def last_run(home: Home) -> RecordedRun | None:
    """The run that was recorded last, None where there is none."""
    database = _database(home)
    if not database.exists():
        return None
    with closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)) as connection:
        row = connection.execute(LAST).fetchone()
    return row and RecordedRun(row[0], row[1].lower(), datetime.fromtimestamp(row[2]), row[3])


def _database(home: Home) -> Path:
    return home.dagster / "history" / "runs.db"
