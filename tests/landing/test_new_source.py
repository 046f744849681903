"""A source is registered in one place: its contract. Template, inbox, store, raw table and Dagster asset follow."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
import yaml

from orchestration.home import project_root
from orchestration.landing import contracts
from orchestration.landing.contracts import CONTRACTS
from orchestration.landing.store import Store
from orchestration.landing.template import write_template
from orchestration.seeds import DBT_PROJECT
from orchestration.warehouse.raw import load_raw

from .conftest import World, csv_text

NEW = "contract_performance"


@pytest.fixture
def registered(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """With one more module among the contracts, as if its file had been put there."""
    monkeypatch.setattr(contracts, "__path__", [*contracts.__path__, str(Path(__file__).parent / "new_source")])
    monkeypatch.setitem(CONTRACTS, NEW, contracts.registered()[NEW])
    yield
    del sys.modules[f"{contracts.__name__}.{NEW}"]


def test_a_contract_is_all_that_a_source_needs(registered: None, world: World) -> None:
    template = write_template("contract_performance", world.home.inbox / "contract_performance" / "t.csv")
    assert "合同编号" in template.read_text(encoding="utf-8-sig")
    template.unlink()
    good = {
        "contract_code": "HT-1",
        "unit_code": "520102",
        "assessment_year": "2019",
        "amount": "100",
        "paid": "50",
        "due_at": "2019年12月31日",
    }
    bad = [
        good | {"contract_code": "HT-2", "amount": "0", "paid": "0"},
        good | {"contract_code": "HT-3", "paid": "101"},
        good | {"contract_code": "HT-4", "due_at": "2018-12-31"},
    ]
    landed = world.land_one(csv_text([good, *bad]), source="contract_performance")
    assert (landed.accepted_count, landed.readings) == (1, {"date_year_first": 3})
    assert [row["rule"] for row in world.quarantined(landed)] == [
        *("amount_not_positive", "paid_above_amount", "due_at_before_year"),
    ]
    with duckdb.connect() as connection:
        counts = load_raw(connection, world.home)
        assert counts["contract_performance"] == 1
        row = connection.execute("select contract_code, unit_code, paid from raw.contract_performance").fetchone()
    assert (row[0], row[1], float(row[2])) == ("HT-1", "520102", 50.0)
    assert [batch.source for batch in Store(world.home.landing).effective_batches()] == ["contract_performance"]
    assert list(contracts.registered()) == list(CONTRACTS)
    assert list(CONTRACTS)[-1] == NEW


def test_the_table_of_a_source_stands_beside_its_staging_model() -> None:
    """So that dbt needs two files of a source: the model, and what documents it."""
    folder = project_root() / DBT_PROJECT / "models" / "staging" / "raw"
    tables = {
        table["name"]: path.name
        for path in sorted(folder.glob("*.yml"))
        for source in yaml.safe_load(path.read_text(encoding="utf-8")).get("sources", ())
        for table in source["tables"]
    }
    assert {name: tables.get(name) for name in CONTRACTS} == {name: f"stg_{name}.yml" for name in CONTRACTS}
