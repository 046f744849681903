"""The contracts of the sources: one definition each, from which types, templates and checks come."""

from __future__ import annotations

from orchestration.landing.contracts.decision import DECISION
from orchestration.landing.contracts.definition import Column, Contract, Rule
from orchestration.landing.contracts.narrative import NARRATIVE
from orchestration.landing.contracts.objection import OBJECTION
from orchestration.landing.contracts.observation import OBSERVATION
from orchestration.landing.contracts.opinion_event import OPINION_EVENT
from orchestration.landing.contracts.unit_attribute import UNIT_ATTRIBUTE
from orchestration.landing.contracts.verification import VERIFICATION

CONTRACTS: dict[str, Contract] = {
    contract.source: contract
    for contract in (OBSERVATION, OPINION_EVENT, VERIFICATION, OBJECTION, DECISION, UNIT_ATTRIBUTE, NARRATIVE)
}

__all__ = ["CONTRACTS", "Column", "Contract", "Rule"]
