"""Objections, decisions and second verifications of the demo: synthetic, and chosen so that no published figure moves.

A corrected share stays above 0, which is all that `presence` asks; what a second verifier says comes before the first
one's word and so decides nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from orchestration.demo import observation_rows
from orchestration.demo.fault import Record
from orchestration.demo.observation_rows import PROVENANCE, VERIFIER
from orchestration.landing.contracts import CONTRACTS

YEAR = 2019
SECOND_VERIFIER = "合成查验二组 (second synthetic verification team)"
OBJECTION_COLUMNS = tuple(column.name for column in CONTRACTS["objection"].stored_columns)
DECISION_COLUMNS = tuple(column.name for column in CONTRACTS["decision"].stored_columns)
VERIFICATION_COLUMNS = tuple(column.name for column in CONTRACTS["verification"].stored_columns)

# Shares in percent; of each unit the first that one observation alone speaks for.
MEASURES = ("T5.1.linked_share", "C2.2", "C2.3", "T4.2", "T3.4", "T2.2")
# Unit → what becomes of its case.
CASES = {
    "520115": "upheld",
    "520402": "rejected",
    "520602": "open",
    "522601": "corrected",
}
GAIN = Decimal("1.5")
PROVINCE_OF_SECOND_VERIFIER = "52"
DISAGREES_EVERY = 6


def disputes(
    rows: Iterable[Sequence[Any]], verifications: Iterable[Sequence[Any]]
) -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]:
    """(objections, decisions) about the observation rows of the year that were delivered, as rows of the contracts."""
    told: dict[tuple[str, str], list[Record]] = defaultdict(list)
    for row in rows:
        record = dict(zip(observation_rows.COLUMNS, row, strict=True))
        told[str(record["unit_code"]), str(record["measure_code"])].append(record)
    verified = {(row[1], row[3]) for row in verifications}
    objections, decisions = [], []
    for unit, case in CASES.items():
        subject = next((found for measure in MEASURES if (found := _alone(told, verified, unit, measure))), None)
        if subject is None:
            continue
        if case != "corrected":
            objections.append(_objection(subject))
        if case != "open":
            decisions.append(_decision(subject, case))
    return (
        [tuple(record.get(name) for name in OBJECTION_COLUMNS) for record in objections],
        [tuple(record.get(name) for name in DECISION_COLUMNS) for record in decisions],
    )


def second_verifications(
    rows: Iterable[Sequence[Any]], verifications: Iterable[Sequence[Any]]
) -> list[tuple[Any, ...]]:
    """What a second verifier said of the confirmed observations (`rows`) of one province, a day before the first.
    Verifications that are broken on purpose have none."""
    observed = {
        (record["unit_code"], record["measure_code"], record["assessment_year"])
        for record in (dict(zip(observation_rows.COLUMNS, row, strict=True)) for row in rows)
    }
    records = [dict(zip(VERIFICATION_COLUMNS, row, strict=True)) for row in verifications]
    confirmed = [
        record
        for record in records
        if record["subject"] == "observation"
        and record["verdict"] == "confirm"
        and str(record["unit_code"]).startswith(PROVINCE_OF_SECOND_VERIFIER)
        and (record["unit_code"], record["measure_code"], record["assessment_year"]) in observed
        and _is_sound(record)
    ]
    second = []
    for record in confirmed:
        at = datetime.fromisoformat(str(record["verified_at"])) - timedelta(days=1)
        disagrees = int(str(record["evidence_hash"])[:8], 16) % DISAGREES_EVERY == 0
        second.append(
            record
            | {"verifier": SECOND_VERIFIER, "verified_at": f"{at:%Y-%m-%d %H:%M}"}
            | ({"verdict": "reject", "reason": "合成:证据不足 (synthetic)"} if disagrees else {})
        )
    return [tuple(record[name] for name in VERIFICATION_COLUMNS) for record in second]


def _is_sound(record: Record) -> bool:
    """Whether a confirmation is as the teller wrote it: broken ones lack a part, or hold one that cannot be read."""
    try:
        datetime.fromisoformat(str(record["verified_at"]))
    except ValueError:
        return False
    is_plain = not record["value"] and not record["state"] and not record["cluster_code"]
    return is_plain and record["verifier"] == VERIFIER and record["provenance"] == PROVENANCE


def _alone(
    told: dict[tuple[str, str], list[Record]], verified: set[tuple[Any, ...]], unit: str, measure: str
) -> dict[str, str] | None:
    """Key and value of a cell that one plain observation alone speaks for, None for any other."""
    records = told.get((unit, measure), [])
    if len(records) != 1 or (unit, measure) in verified or not records[0]["value"]:
        return None
    value = Decimal(str(records[0]["value"]))
    if not 0 < value <= 100 - GAIN:
        return None
    return {"unit_code": unit, "measure_code": measure, "value": f"{value}", "claimed": f"{value + GAIN}"}


def _objection(subject: dict[str, str]) -> Record:
    unit, measure = subject["unit_code"], subject["measure_code"]
    return {
        "objection_code": f"synthetic-{YEAR}-{unit}",
        "unit_code": unit,
        "assessment_year": str(YEAR),
        "subject": "observation",
        "measure_code": measure,
        "request": "correct",
        "value": subject["claimed"],
        "reason": "合成:年末统计页数值更高 (synthetic)",
        "evidence_url": f"https://synthetic.example.invalid/{YEAR}/{unit}/objection/{measure}",
        "submitted_by": "合成申请机构 (synthetic body)",
        "submitted_at": f"{YEAR + 1}-05-20 09:00",
        "provenance": PROVENANCE,
    }


def _decision(subject: dict[str, str], case: str) -> Record:
    unit, measure = subject["unit_code"], subject["measure_code"]
    is_correction, is_upheld = case == "corrected", case != "rejected"
    officer, role = ("OFF-02", "data_steward") if is_correction else ("OFF-03", "review_panel")
    return {
        "decision_code": f"synthetic-decision-{YEAR}-{unit}",
        "decision_kind": "correction" if is_correction else "objection",
        "objection_code": None if is_correction else f"synthetic-{YEAR}-{unit}",
        "outcome": "upheld" if is_upheld else "rejected",
        "unit_code": unit,
        "assessment_year": str(YEAR),
        "subject": "observation",
        "measure_code": measure,
        "expected_value": subject["value"] if is_upheld else None,
        "value": subject["claimed"] if is_upheld else None,
        "reason": "合成:复核统计页属实 (synthetic)" if is_upheld else "合成:证据为次年数据 (synthetic)",
        "officer_code": officer,
        "role_code": role,
        "decided_at": f"{YEAR + 1}-05-28 10:00",
        "evidence_url": f"https://synthetic.example.invalid/{YEAR}/{unit}/decision/{measure}",
        "provenance": PROVENANCE,
    }
