"""Great Expectations finds what the door's SQL should have: a rule that no longer works is a fault of the program."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from orchestration.home import Home
from orchestration.landing import checked_rows, judge
from orchestration.landing.contracts import CONTRACTS
from orchestration.landing.judge import recorded
from orchestration.landing.reference import read_reference

from .conftest import EVENT_ROW, OBSERVATION_ROW, World, csv_text, observations

BROKEN_PREDICATES = [
    ("observation", "value_above_upper_bound", OBSERVATION_ROW | {"value": "121"}),
    ("observation", "measure_comes_from_events", OBSERVATION_ROW | {"measure_code": "E2.1", "value": "-1"}),
    ("observation", "value_or_state", OBSERVATION_ROW | {"value": "", "state": ""}),
    ("opinion_event", "topic_unfit_polarity", EVENT_ROW | {"topic": "praise"}),
    ("opinion_event", "event_date_outside_year", EVENT_ROW | {"event_date": "2018-08-07"}),
]


@pytest.mark.parametrize(("source", "rule", "bad_row"), BROKEN_PREDICATES)
def test_a_rule_out_of_order_lets_nothing_in(
    world: World, monkeypatch: pytest.MonkeyPatch, source: str, rule: str, bad_row: dict[str, str]
) -> None:
    contract = CONTRACTS[source]
    assert rule in {each.name for each in contract.row_rules}
    rules = tuple(replace(each, broken="false") if each.name == rule else each for each in contract.row_rules)
    good = OBSERVATION_ROW if source == "observation" else EVENT_ROW
    world.drop(csv_text([good, bad_row]), "bad.csv", source)
    world.drop(csv_text([good]), "good.csv", source)
    with monkeypatch.context() as patch:
        patch.setitem(CONTRACTS, source, replace(contract, row_rules=rules))
        landed = {file.file_name: file for file in world.land()}
    assert (landed["bad.csv"].outcome, landed["bad.csv"].error_rule) == ("rejected", "door_out_of_order")
    assert "row 3" in landed["bad.csv"].error.en and landed["bad.csv"].batch_id is None
    assert landed["good.csv"].outcome == "landed"
    # Nothing is kept of it, so the program as it should be judges it anew.
    again = {file.file_name: file for file in world.land()}
    assert (again["bad.csv"].accepted_count, again["bad.csv"].quarantined_count) == (1, 1)


def test_a_row_that_is_found_and_breaks_nothing_is_not_lost(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.drop(csv_text(observations(2)))
    with monkeypatch.context() as patch:
        patch.setattr(checked_rows, "broken_query", lambda *_: "select file_number, row_number from checked")
        [landed] = world.land()
    assert (landed.outcome, landed.error_rule, landed.batch_id) == ("rejected", "rows_lost", None)
    assert [again.accepted_count for again in world.land()] == [2]


def test_each_rule_is_an_expectation_with_what_the_door_found(world: World) -> None:
    landed = world.land_one(csv_text([*observations(2), OBSERVATION_ROW | {"value": "101"}]))
    found = world.store.validation(world.store.batch("observation", landed.batch_id))["results"]
    (records,) = recorded([found], CONTRACTS["observation"])
    assert [record["rule"] for record in records] == [record["rule"] for record in found]
    failed = [record for record in records if not record["success"]]
    assert [(record["rule"], record["unexpected_count"]) for record in failed] == [("value_above_upper_bound", 1)]
    assert failed[0]["expectation"] == "expect_column_values_to_be_between"


def with_cell(name: str, cell: object) -> Callable[[pa.Table], pa.Table]:
    """Another cell in the second row."""

    def changed(rows: pa.Table) -> pa.Table:
        cells = rows[name].to_pylist()
        cells[1] = cell
        return rows.set_column(
            rows.column_names.index(name), rows.schema.field(name), [pa.array(cells, rows[name].type)]
        )

    return changed


@pytest.fixture(scope="module")
def accepted(tmp_path_factory: pytest.TempPathFactory, seeds: Path) -> Path:
    """The accepted rows of a file without faults; look, don't change."""
    world = World(Home(tmp_path_factory.mktemp("accepted") / "home"), seeds)
    landed = world.land_one(csv_text(observations(3)))
    return world.store.accepted_path(world.store.batch("observation", landed.batch_id))


@pytest.mark.parametrize("few_different", [0, judge.FEW_DIFFERENT])
@pytest.mark.parametrize(
    ("change", "said"),
    [
        (with_cell("collector", None), "expect_column_values_to_not_be_null: collector"),
        (with_cell("channel", "rumour"), "expect_column_values_to_be_in_set: channel"),
        (with_cell("evidence_hash", "0"), "expect_column_values_to_match_regex: evidence_hash_different"),
        (with_cell("unit_code", "000000"), "expect_column_values_to_be_in_set: unit_is_listed"),
        (with_cell("row_number", 2), "expect_compound_columns_to_be_unique: batch_id, row_number"),
    ],
    ids=["blank", "unknown word", "malformed", "unknown unit", "twice"],
)
def test_each_cell_is_looked_at(
    accepted: Path,
    seeds: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    few_different: int,
    change: Callable,
    said: str,
) -> None:
    """Whether the different cells of a column are many or few."""
    monkeypatch.setattr(judge, "FEW_DIFFERENT", few_different)
    contract, reference = CONTRACTS["observation"], read_reference(seeds)
    assert judge.faults_among_accepted(contract, reference, [accepted]) == {}
    changed = tmp_path / "changed.parquet"
    pq.write_table(change(pq.read_table(accepted)), changed)
    (faults,) = judge.faults_among_accepted(contract, reference, [changed]).values()
    assert said in {fault.split(": ", 1)[1] for fault in faults}
