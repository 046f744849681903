"""What counts as missing from a build: what dbt was to run and did not, and nothing that it never runs."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest

from orchestration.home import Home
from orchestration.warehouse import build_record, built_editions
from orchestration.warehouse.build_record import BuildUnsound

NODES = {
    "model.p.scores": {"name": "scores", "resource_type": "model", "config": {"materialized": "table"}},
    "model.p.inlined": {"name": "inlined", "resource_type": "model", "config": {"materialized": "ephemeral"}},
    "test.p.key": {"name": "key", "resource_type": "test", "config": {"severity": "ERROR", "enabled": True}},
    "test.p.left_out": {"name": "left_out", "resource_type": "test", "config": {"severity": "ERROR", "enabled": False}},
    "test.p.hint": {"name": "hint", "resource_type": "test", "config": {"severity": "warn"}},
    "test.p.waits": {
        "name": "waits",
        "resource_type": "test",
        "config": {"severity": "warn", "meta": {"gate": "cells_assessed"}},
        "tags": [build_record.GATE_TAG],
    },
}
SOUND = {"model.p.scores": "success", "test.p.key": "pass", "test.p.waits": "pass"}
# Seven rows of an edition and one of another.
FOUND = "select 2018 + row // 7 as assessment_year, 'u' || row as unit_code, null as note from range(8) as found(row)"


def recorded(folder: Path, statuses: dict[str, str]) -> tuple[Home, duckdb.DuckDBPyConnection]:
    home, connection = Home(folder), duckdb.connect()
    home.warehouse.parent.mkdir(parents=True)
    results = [{"unique_id": name, "status": status, "compiled_code": FOUND} for name, status in statuses.items()]
    build_record.record_build(home, connection, {"nodes": NODES}, results)
    build_record.record_validation(home, {2019: []})
    return home, connection


def test_what_dbt_never_runs_is_not_missing(tmp_path: Path) -> None:
    home, connection = recorded(tmp_path, SOUND)
    build_record.require_sound(home, connection, 2019)


@pytest.mark.parametrize(("year", "count", "first", "other"), [(2018, 7, "u0", 2019), (2019, 1, "u7", 2018)])
def test_what_a_gate_rests_on_is_recorded_by_edition(
    tmp_path: Path, year: int, count: int, first: str, other: int
) -> None:
    home, connection = recorded(tmp_path, SOUND | {"test.p.waits": "warn"})
    build_record.record_validation(home, {2018: []})
    [test] = build_record.require_sound(home, connection, year)
    assert (test.gate, test.test, test.status, test.row_count) == ("cells_assessed", "waits", "warn", count)
    assert len(test.rows) == min(count, build_record.SHOWN_ROWS) and test.other_years == [other]
    assert test.rows[0] == {"assessment_year": str(year), "unit_code": first, "note": "–"}


def test_a_gate_judges_its_own_tests(tmp_path: Path) -> None:
    """That one failed is no matter of the build: the gate says of which edition."""
    home, connection = recorded(tmp_path, SOUND | {"test.p.waits": "fail"})
    assert [test.status for test in build_record.require_sound(home, connection, 2019)] == ["fail"]


def test_a_record_of_an_older_version_opens_no_gate(tmp_path: Path) -> None:
    home, connection = recorded(tmp_path, SOUND)
    record = json.loads(build_record.record_path(home).read_text(encoding="utf-8"))
    del record["gates"]
    build_record.record_path(home).write_text(json.dumps(record), encoding="utf-8")
    with pytest.raises(BuildUnsound, match="recorded no results"):
        build_record.require_sound(home, connection, 2019)


@pytest.mark.parametrize(
    ("statuses", "words"),
    [
        (SOUND | {"test.p.key": "skipped"}, "one of a part, without key"),
        ({name: SOUND[name] for name in SOUND if name != "test.p.key"}, "one of a part, without key"),
        ({name: SOUND[name] for name in SOUND if name != "model.p.scores"}, "one of a part, without scores"),
        ({name: SOUND[name] for name in SOUND if name != "test.p.waits"}, "one of a part, without waits"),
        (SOUND | {"test.p.key": "fail"}, "these failed: key"),
    ],
)
def test_what_was_to_run_is(tmp_path: Path, statuses: dict[str, str], words: str) -> None:
    home, connection = recorded(tmp_path, statuses)
    with pytest.raises(BuildUnsound, match=words):
        build_record.require_sound(home, connection, 2019)


def test_rows_of_editions_that_are_taken_over_are_believed() -> None:
    """All others are looked at, those of no edition too."""
    connection = duckdb.connect()
    connection.execute("create schema marts")
    connection.execute(
        "create table marts.scores as from (values (2018, 1), (2019, 2), (null, 3)) as t(assessment_year, score)"
    )
    whole = build_record.contents_of(connection, {})
    assert whole["marts.scores"].keys() == {"", "2018", "2019"}
    connection.execute("update marts.scores set score = score + 1")
    changed = build_record.contents_of(connection, {"marts.scores": {"2018": whole["marts.scores"]["2018"]}})
    same = {part for part, content in changed["marts.scores"].items() if content == whole["marts.scores"][part]}
    assert same == {"2018"}


def test_tables_are_looked_at_where_somebody_may_have_been_at_the_file(tmp_path: Path) -> None:
    """Nobody has: what the note says of them is believed, but for the batches, which are loaded between builds."""
    home = Home(tmp_path)
    home.warehouse.parent.mkdir(parents=True)
    results = [{"unique_id": name, "status": status, "compiled_code": FOUND} for name, status in SOUND.items()]
    with built_editions.custody(home.warehouse), duckdb.connect(str(home.warehouse)) as connection:
        connection.execute("create schema marts")
        connection.execute("create table marts.scores as select 2019 as assessment_year, 1 as score")
        connection.execute("create schema raw")
        connection.execute("create table raw.batch as select 'b' as batch_id")
        tables = build_record.record_build(home, connection, {"nodes": NODES}, results)
        build_record.record_validation(home, {2019: []})
        built_editions.record(home.warehouse, built_editions.begin(home.warehouse, {2019: "a"}), tables)

    def is_sound() -> bool:
        with duckdb.connect(str(home.warehouse), read_only=True) as connection:
            try:
                build_record.require_sound(home, connection, 2019)
            except BuildUnsound:
                return False
        return True

    def change(statement: str) -> None:
        with duckdb.connect(str(home.warehouse)) as connection:
            connection.execute(statement)

    assert is_sound()
    with built_editions.custody(home.warehouse):
        change("insert into raw.batch values ('c')")
    assert not is_sound()
    with built_editions.custody(home.warehouse):
        change("delete from raw.batch where batch_id = 'c'")
    assert is_sound()
    change("update marts.scores set score = 2")
    assert not is_sound()
    change("update marts.scores set score = 1")
    assert is_sound() and built_editions.tables_left(home.warehouse) is None
