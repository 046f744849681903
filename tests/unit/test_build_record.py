"""What counts as missing from a build: what dbt was to run and did not, and nothing that it never runs."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from orchestration.home import Home
from orchestration.warehouse import build_record
from orchestration.warehouse.build_record import BuildUnsound

NODES = {
    "model.p.scores": {"name": "scores", "resource_type": "model", "config": {"materialized": "table"}},
    "model.p.inlined": {"name": "inlined", "resource_type": "model", "config": {"materialized": "ephemeral"}},
    "test.p.key": {"name": "key", "resource_type": "test", "config": {"severity": "ERROR", "enabled": True}},
    "test.p.left_out": {"name": "left_out", "resource_type": "test", "config": {"severity": "ERROR", "enabled": False}},
    "test.p.hint": {"name": "hint", "resource_type": "test", "config": {"severity": "warn"}},
}


def recorded(folder: Path, statuses: dict[str, str]) -> tuple[Home, duckdb.DuckDBPyConnection]:
    home, connection = Home(folder), duckdb.connect()
    home.warehouse.parent.mkdir(parents=True)
    results = [{"unique_id": name, "status": status} for name, status in statuses.items()]
    build_record.record_build(home, connection, {"nodes": NODES}, results)
    build_record.record_validation(home, {2019: []})
    return home, connection


def test_what_dbt_never_runs_is_not_missing(tmp_path: Path) -> None:
    home, connection = recorded(tmp_path, {"model.p.scores": "success", "test.p.key": "pass"})
    build_record.require_sound(home, connection, 2019)


@pytest.mark.parametrize(
    ("statuses", "words"),
    [
        ({"model.p.scores": "success"}, "one of a part, without key"),
        ({"test.p.key": "pass"}, "one of a part, without scores"),
        ({"model.p.scores": "success", "test.p.key": "fail"}, "these failed: key"),
        ({"model.p.scores": "success", "test.p.key": "skipped"}, "one of a part, without key"),
    ],
)
def test_what_was_to_run_is(tmp_path: Path, statuses: dict[str, str], words: str) -> None:
    home, connection = recorded(tmp_path, statuses)
    with pytest.raises(BuildUnsound, match=words):
        build_record.require_sound(home, connection, 2019)
