"""A source is registered in one place: its contract. Template, inbox, store, raw table and Dagster asset follow."""

from __future__ import annotations

import duckdb
import pytest

from orchestration.landing import contracts
from orchestration.landing.contracts import CONTRACTS, Column, Contract, Rule
from orchestration.landing.contracts.definition import Step
from orchestration.landing.contracts.shared import (
    ASSESSMENT_YEAR,
    EDITION_STEP,
    NAME_STEP,
    REGION_NAME,
    UNIT_CODE,
    UNIT_NAME,
    YEAR_RULE,
    unit_steps,
)
from orchestration.landing.store import Store
from orchestration.landing.template import write_template
from orchestration.warehouse.raw import load_raw
from orchestration.wording import Wording

from .conftest import World, csv_text

CONTRACT_PERFORMANCE = Contract(
    source="contract_performance",
    version="1",
    title_zh="合同履约",
    title_en="Performance of contracts",
    key=("contract_code", "unit_code", "assessment_year"),
    columns=(
        Column("contract_code", "code", "合同编号", "Code of the contract", "HT-1", required=True, title_zh="合同编号"),
        UNIT_CODE,
        UNIT_NAME,
        REGION_NAME,
        ASSESSMENT_YEAR,
        Column("amount", "decimal", "合同金额", "Amount", "100", required=True, title_zh="合同金额"),
        Column("paid", "decimal", "已付金额", "Amount paid", "50", required=True, title_zh="已付金额"),
        Column("due_at", "timestamp", "应付日期", "Due", "2019-12-31", required=True, title_zh="应付日期"),
    ),
    row_rules=(
        YEAR_RULE,
        Rule(
            "amount_not_positive",
            "amount",
            Wording("合同金额大于零", "the amount is above zero"),
            Wording("合同金额 {amount} 不大于零:请改正", "amount {amount} is not above zero: correct it"),
            "amount_read <= 0",
        ),
        Rule(
            "paid_above_amount",
            "paid",
            Wording("已付金额不超过合同金额", "no more is paid than the amount"),
            Wording("已付 {paid} 超过金额 {amount}:请改正", "paid {paid} is more than {amount}: correct one of them"),
            "paid_read > amount_read",
        ),
    ),
    steps=(Step({"series_code": "'county_integrity'"}), EDITION_STEP, NAME_STEP),
    unit_steps=unit_steps(),
)


@pytest.fixture
def registered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(contracts.CONTRACTS, "contract_performance", CONTRACT_PERFORMANCE)


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
    ]
    landed = world.land_one(csv_text([good, *bad]), source="contract_performance")
    assert (landed.accepted_count, landed.readings) == (1, {"date_year_first": 3})
    assert [row["rule"] for row in world.quarantined(landed)] == ["amount_not_positive", "paid_above_amount"]
    with duckdb.connect() as connection:
        counts = load_raw(connection, world.home)
        assert counts["contract_performance"] == 1
        row = connection.execute("select contract_code, unit_code, paid from raw.contract_performance").fetchone()
    assert (row[0], row[1], float(row[2])) == ("HT-1", "520102", 50.0)
    assert [batch.source for batch in Store(world.home.landing).effective_batches()] == ["contract_performance"]
    assert list(CONTRACTS)[-1] == "contract_performance"
