"""A source that there is not: what a newcomer would put into `orchestration/landing/contracts/`, and nothing else."""

from __future__ import annotations

from orchestration.landing.contracts.definition import Column, Contract, Rule, Step
from orchestration.landing.contracts.shared import (
    ASSESSMENT_YEAR,
    EDITION_STEP,
    NAME_STEP,
    REGION_NAME,
    UNIT_CODE,
    UNIT_NAME,
    YEAR_RULE,
    unit_steps,
    year_started,
)
from orchestration.wording import Wording

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
        year_started("due_at"),
    ),
    steps=(Step({"series_code": "'county_integrity'"}), EDITION_STEP, NAME_STEP),
    unit_steps=unit_steps(),
)
