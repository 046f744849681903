"""The raw tables hold what is in effect, in full, and change all at once or not at all."""

from __future__ import annotations

from decimal import Decimal

import duckdb
import pytest

from orchestration.landing.store import Store
from orchestration.warehouse.raw import RawLoadError, load_raw

from .conftest import EVENT_ROW, OBSERVATION_ROW, VERIFICATION_ROW, World, csv_text, observations

SOURCES = ["observation", "opinion_event", "verification", "objection", "decision"]
TABLES = [*SOURCES, "quarantined_row", "batch", "decision_log"]


@pytest.fixture
def connection():
    with duckdb.connect() as connection:
        yield connection


def rows(connection: duckdb.DuckDBPyConnection, query: str) -> list[tuple]:
    return connection.execute(query).fetchall()


def test_an_empty_store_gives_empty_typed_tables(world: World, connection: duckdb.DuckDBPyConnection) -> None:
    counts = load_raw(connection, world.home)
    assert set(TABLES) <= set(counts)
    assert set(counts.values()) == {0}
    types = dict(
        rows(
            connection,
            "select table_name || '.' || column_name, data_type from duckdb_columns() where schema_name = 'raw'",
        )
    )
    assert types["observation.value"] == types["verification.value"] == "DECIMAL(20,9)"
    assert types["observation.captured_at"] == types["batch.received_at"] == "TIMESTAMP"
    assert types["opinion_event.event_date"] == "DATE"
    assert types["observation.assessment_year"] == types["batch.delivery_seq"] == "INTEGER"
    assert types["batch.is_effective"] == "BOOLEAN"
    uncommented = (
        "select column_name from duckdb_columns() where schema_name = 'raw' and comment is null"
        f" and table_name in {tuple(TABLES)}"
    )
    assert rows(connection, uncommented) == []


INTERFACE = {
    "observation": "series_code unit_code unit_code_received assessment_year measure_code value state channel"
    " collection_mode captured_at evidence_url evidence_hash collector provenance batch_id row_number",
    "opinion_event": "series_code cluster_code unit_code unit_code_received assessment_year event_date reported_at"
    " polarity severity reach responsibility topic headline responsible_body responder response_at response_kind"
    " evidence_url evidence_hash captured_at collector provenance batch_id row_number",
    "verification": "series_code subject unit_code unit_code_received assessment_year measure_code cluster_code verdict"
    " value state reason verifier verified_at evidence_url evidence_hash provenance batch_id row_number",
    "objection": "series_code objection_code unit_code unit_code_received assessment_year subject measure_code"
    " cluster_code request value state reason evidence_url evidence_hash submitted_by submitted_at provenance batch_id"
    " row_number",
    "decision": "series_code decision_code decision_kind objection_code outcome unit_code unit_code_received"
    " assessment_year subject measure_code cluster_code expected_value expected_state value state repaired_at reason"
    " officer_code role_code decided_at evidence_url evidence_hash provenance batch_id row_number",
    "decision_log": "entry_number previous_hash entry_hash action decision_code series_code unit_code assessment_year"
    " decision delivery_seq received_at"
    " file_name file_sha256 batch_id row_number",
    "quarantined_row": "source batch_id row_number unit_code assessment_year measure_code row_key rule column_name"
    " message message_zh raw_payload replaced_by_batch_id replaced_by_row_number",
    "batch": "batch_id source file_name file_sha256 contract_version file_format encoding row_count accepted_count"
    " quarantined_count state error_rule error_message is_effective delivery_seq received_at",
}


@pytest.mark.parametrize("table", TABLES)
def test_columns_are_those_of_the_interface(world: World, connection: duckdb.DuckDBPyConnection, table: str) -> None:
    load_raw(connection, world.home)
    columns = [name for (name,) in rows(connection, f"select column_name from (describe raw.{table})")]
    assert " ".join(columns) == INTERFACE[table]


def test_only_what_is_in_effect_is_loaded(world: World, connection: duckdb.DuckDBPyConnection) -> None:
    old = world.land_one(csv_text(observations(5)))
    new = world.land_one(csv_text([*observations(2), OBSERVATION_ROW | {"value": "101"}]))
    world.drop(csv_text([EVENT_ROW]), "e.csv", "opinion_event")
    world.drop(csv_text([VERIFICATION_ROW]), "v.csv", "verification")
    copy = csv_text(observations(2, value="5"))
    world.drop(copy, "one.csv")
    world.drop(copy, "two.csv")
    world.drop("nonsense", "bad.csv")
    world.land()
    counts = load_raw(connection, world.home)
    landed = {"observation": 4, "opinion_event": 1, "verification": 1, "quarantined_row": 1, "batch": 7}
    assert {table: count for table, count in counts.items() if count} == landed
    assert load_raw(connection, world.home) == counts
    ledger = rows(connection, "select file_name, state, is_effective, batch_id from raw.batch order by delivery_seq")
    assert ledger[:2] == [("a.csv", "landed", False, old.batch_id), ("a.csv", "landed", True, new.batch_id)]
    assert ("bad.csv", "rejected", False) in [line[:3] for line in ledger]
    assert rows(
        connection, "select unit_code, assessment_year, measure_code, rule, row_number from raw.quarantined_row"
    ) == [("520102", 2019, "share", "value_above_upper_bound", 4)]
    assert rows(connection, "select value, state, row_number from raw.observation where row_number = 2 and value > 90")
    assert rows(connection, "select raw_payload ->> '$.value' from raw.quarantined_row") == [("101",)]


def test_batches_that_stay_are_not_loaded_again(world: World, connection: duckdb.DuckDBPyConnection) -> None:
    """Of a warehouse that nobody else has been at: what a row says that stays shows that it was not written again."""
    world.land_one(csv_text(observations(5)))
    world.land_one(csv_text(observations(3, value="7")), "b.csv")
    load_raw(connection, world.home)
    connection.execute("update raw.observation set collector = 'as loaded'")
    world.land_one(csv_text(observations(2, value="9")), "b.csv")
    world.land_one(csv_text(observations(1, value="3")), "c.csv")
    counts = load_raw(connection, world.home, is_known=True)
    written = "select value, count(*) from raw.observation where collector {} 'as loaded' group by all order by all"
    assert sum(count for _, count in rows(connection, written.format("="))) == 5
    assert rows(connection, written.format("<>")) == [(Decimal(3), 1), (Decimal(9), 2)]
    assert counts["observation"] == 8

    connection.execute("delete from raw.observation where value = 9")
    assert load_raw(connection, world.home, is_known=True)["observation"] == 8
    connection.execute("alter table raw.observation add column unknown integer")
    load_raw(connection, world.home, is_known=True)
    assert rows(connection, "select count(*) from raw.observation where collector = 'as loaded'") == [(0,)]


def test_a_lost_batch_changes_nothing(world: World, connection: duckdb.DuckDBPyConnection) -> None:
    landed = world.land_one(csv_text(observations(5)))
    load_raw(connection, world.home)
    world.land_one(csv_text(observations(1)), "b.csv")
    store = Store(world.home.landing)
    store.accepted_path(store.batch("observation", landed.batch_id)).unlink()
    with pytest.raises(RawLoadError, match="lost its rows"):
        load_raw(connection, world.home)
    assert rows(connection, "select count(*) from raw.observation") == [(5,)]
    assert rows(connection, "select count(*) from raw.batch") == [(1,)]
