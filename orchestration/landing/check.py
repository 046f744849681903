"""Puts a file to the checks at the door and parts its rows into accepted and quarantined.

rows in = accepted + quarantined. The checks are the Great Expectations suites of `quality/door.py`; here their failing
rows become quarantined rows with a rule, a message and the row as received, and the others get their stored types.
"""

from __future__ import annotations

import difflib
import json
import string
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from orchestration.landing.contracts.definition import (
    DECIMAL_PRECISION,
    DECIMAL_SCALE,
    Contract,
    DistinctTogether,
    Rule,
    read_column,
)
from orchestration.landing.derive import derive
from orchestration.landing.readers import FileRejected, FileTable
from orchestration.landing.reference import Reference
from orchestration.wording import Wording

ARROW_TYPES = {
    "code": pa.string(),
    "text": pa.string(),
    "choice": pa.string(),
    "integer": pa.int32(),
    "decimal": pa.decimal128(DECIMAL_PRECISION, DECIMAL_SCALE),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us"),
}

SAMPLE_SIZE = 5

QUARANTINE_SCHEMA = pa.schema(
    [
        ("source", pa.string()),
        ("batch_id", pa.string()),
        ("row_number", pa.int32()),
        ("unit_code", pa.string()),
        ("assessment_year", pa.int32()),
        ("measure_code", pa.string()),
        ("row_key", pa.string()),
        ("rule", pa.string()),
        ("column_name", pa.string()),
        ("message", pa.string()),
        ("raw_payload", pa.string()),
    ]
)


def accepted_schema(contract: Contract) -> pa.Schema:
    """Columns of a source's accepted rows, as stored in a batch and loaded into `raw.<source>`."""
    fields = [("series_code", pa.string())]
    for column in contract.columns:
        fields.append((column.name, ARROW_TYPES[column.kind]))
        if column.name == "unit_code":
            fields.append(("unit_code_received", pa.string()))
    fields += [("batch_id", pa.string()), ("row_number", pa.int32())]
    return pa.schema(fields)


@dataclass(frozen=True)
class CheckedFile:
    """A file's rows after the checks, ready to be stored; `validation` holds records of every expectation."""

    accepted: pa.Table
    quarantined: pa.Table
    validation: dict[str, Any]


class StructureRejected(FileRejected):
    """A file whose header does not fit the contract. Carries the records of the structure suite."""

    def __init__(self, rule: str, wording: Wording, validation: dict[str, Any]) -> None:
        super().__init__(rule, wording)
        self.validation = validation


def check_file(contract: Contract, table: FileTable, reference: Reference, batch_id: str) -> CheckedFile:
    """Part the rows of `table`. Raises `StructureRejected` when the header does not fit."""
    # Great Expectations takes seconds to import; a landing with nothing to check does without.
    from orchestration.quality import door

    structure = door.check_structure(contract, table.header)
    if not structure.success:
        failed = [outcome.rule for outcome in structure.outcomes if not outcome.success]
        raise StructureRejected(failed[0], _structure_message(contract, table.header), _validation([structure]))

    frame = derive(contract, table, reference)
    problems = [None] * len(frame) + [row.message for row in table.unreadable]
    numbers = [*frame["row_number"], *(row.row_number for row in table.unreadable)]
    reading = door.check_reading(contract, numbers, problems)
    rows = door.check_rows(contract, frame)

    rules = {rule.name: rule for rule in contract.rules()}
    position_of = pd.Series(np.arange(len(frame)), index=frame["row_number"])
    failing = {
        outcome.rule: position_of.loc[[key[0] for key in outcome.failing_keys]].to_numpy()
        for outcome in rows.outcomes
        if outcome.failing_keys
    }
    broken: dict[int, list[tuple[Rule, str]]] = {}
    for name, positions in failing.items():
        rule = rules[name]
        if rule.severity == "error":
            for position, message in zip(positions, _messages(rule, frame, positions), strict=True):
                broken.setdefault(int(position), []).append((rule, message))
    is_accepted = np.ones(len(frame), dtype=bool)
    is_accepted[list(broken)] = False

    outcomes = []
    for outcome in rows.outcomes:
        if outcome.rule not in failing:
            outcomes.append(outcome)
            continue
        rule, positions = rules[outcome.rule], failing[outcome.rule]
        if rule.severity == "warning":
            positions = _warned(rule, frame, positions[is_accepted[positions]])
            outcome = replace(outcome, success=not len(positions), unexpected_count=len(positions))
        shown = positions[:SAMPLE_SIZE]
        sample = tuple(
            f"row {frame['row_number'].iloc[position]}: {message}"
            for position, message in zip(shown, _messages(rule, frame, shown), strict=True)
        )
        outcomes.append(replace(outcome, sample=sample))
    rows = replace(rows, outcomes=tuple(outcomes))

    return CheckedFile(
        accepted=_accepted(contract, frame.loc[is_accepted], batch_id),
        quarantined=_quarantined(contract, table, frame, broken, batch_id),
        validation=_validation([structure, reading, rows]),
    )


def _structure_message(contract: Contract, header: list[str]) -> Wording:
    """What is wrong with a header, all at once, with the nearest name for each strange one."""
    known = contract.column_names
    parts = []
    missing = ", ".join(name for name in contract.header_required if name not in header)
    if missing:
        parts.append(Wording(f"缺少列 {missing}", f"the column {missing} is missing"))
    for name in dict.fromkeys(header):
        if name not in known:
            candidates = [other for other in known if other not in header] or known
            near = difflib.get_close_matches(name, candidates, n=1, cutoff=0.5)
            meant = Wording(f"(是否为 {near[0]}?)", f" (did you mean {near[0]}?)") if near else Wording("", "")
            parts.append(Wording(f"未知的列 '{name}'{meant.zh}", f"the column '{name}' is unknown{meant.en}"))
        elif header.count(name) > 1:
            count = header.count(name)
            parts.append(Wording(f"列 {name} 出现了 {count} 次", f"the column {name} appears {count} times"))
    names = ", ".join(known)
    return Wording(
        f"{';'.join(part.zh for part in parts)}。{contract.source} 的列:{names}",
        f"{'; '.join(part.en for part in parts)}. Columns of {contract.source}: {names}",
    )


def _validation(runs: list[Any]) -> dict[str, Any]:
    return {"results": [outcome.as_record() for run in runs for outcome in run.outcomes]}


def _warned(rule: Rule, frame: pd.DataFrame, accepted: np.ndarray) -> np.ndarray:
    """Of the accepted rows that break a warning those that still do: a repetition of a quarantined row is none."""
    if not isinstance(rule.check, DistinctTogether):
        return accepted
    return accepted[frame.iloc[accepted].duplicated(list(rule.check.columns), keep=False).to_numpy()]


def _messages(rule: Rule, frame: pd.DataFrame, positions: np.ndarray) -> list[str]:
    """The rule's message for some rows; a blank cell is written as nothing, a long one is cut."""
    places = list(dict.fromkeys(name for _, name, _, _ in string.Formatter().parse(rule.message) if name))
    if not places:
        return [rule.message] * len(positions)
    rows = frame[places].iloc[positions].astype(object)
    columns = [[_shown(cell) for cell in rows[name].where(rows[name].notna(), "")] for name in places]
    return [rule.message.format_map(dict(zip(places, cells, strict=True))) for cells in zip(*columns, strict=True)]


def _shown(cell: object) -> object:
    return f"{cell[:117]}..." if isinstance(cell, str) and len(cell) > 120 else cell


def _accepted(contract: Contract, frame: pd.DataFrame, batch_id: str) -> pa.Table:
    schema = accepted_schema(contract)
    stored = _stored_cells(contract, frame)
    arrays = []
    for field in schema:
        if field.name == "batch_id":
            arrays.append(pa.array([batch_id] * len(frame), pa.string()))
        elif field.name == "row_number":
            arrays.append(pa.array(frame["row_number"].to_numpy(), pa.int32()))
        else:
            arrays.append(_arrow(stored[field.name], field.type))
    return pa.Table.from_arrays(arrays, schema=schema)


def _stored_cells(contract: Contract, frame: pd.DataFrame) -> dict[str, pd.Series]:
    """Cells as stored: typed, units as in the edition's frame, and what a blank cell stands for."""
    stored = {"series_code": frame["series_code"], "unit_code_received": frame["unit_code"]}
    for column in contract.columns:
        typed = read_column(column.name)
        stored[column.name] = frame[typed] if typed in frame else frame[column.name]
    stored["unit_code"] = frame["unit_code_in_edition"]
    if "value" in stored:
        stored["state"] = frame["state"].mask(frame["value"].notna(), "observed")
    if contract.source == "opinion_event":
        negative = frame["polarity"] == "negative"
        stored["responsibility"] = frame["responsibility"].mask(~negative, "found")
        stored["response_kind"] = frame["response_kind"].fillna("none").where(negative, None)
    return stored


def _arrow(cells: pd.Series, kind: pa.DataType) -> pa.Array:
    if pa.types.is_date(kind):
        return pa.Array.from_pandas(cells, type=pa.timestamp("us")).cast(kind)
    if pa.types.is_decimal(kind):
        smallest = Decimal(1).scaleb(-DECIMAL_SCALE)
        codes, distinct = pd.factorize(cells)
        scaled = [value.quantize(smallest) for value in distinct]
        return pa.array([*scaled, None], kind).take(pa.array(np.where(codes < 0, len(scaled), codes)))
    return pa.Array.from_pandas(cells, type=kind)


def _quarantined(
    contract: Contract,
    table: FileTable,
    frame: pd.DataFrame,
    broken: dict[int, list[tuple[Rule, str]]],
    batch_id: str,
) -> pa.Table:
    positions = sorted(broken)
    wanted = dict.fromkeys(["row_number", "unit_code", "unit_code_in_edition", "assessment_year_read", *contract.key])
    wanted |= {"measure_code": None} if "measure_code" in frame else {}
    rows = frame[list(wanted)].iloc[positions].astype(object)
    rows = rows.where(rows.notna(), None).to_dict("records")
    cells = pd.read_parquet(table.rows).drop(columns="row_number")
    payloads = cells.iloc[positions].astype(object)
    payloads = payloads.where(payloads.notna(), None).to_dict("records")
    records = []
    for position, row, payload in zip(positions, rows, payloads, strict=True):
        first_rule = broken[position][0][0]
        records.append(
            {
                "row_number": row["row_number"],
                "unit_code": row["unit_code_in_edition"] or row["unit_code"],
                "assessment_year": row["assessment_year_read"],
                "measure_code": row.get("measure_code"),
                "row_key": "|".join(row[name] or "" for name in contract.key),
                "rule": first_rule.name,
                "column_name": first_rule.column or None,
                "message": "; ".join(message for _, message in broken[position]),
                "raw_payload": json.dumps(payload, ensure_ascii=False),
            }
        )
    for unreadable in table.unreadable:
        payload = unreadable.payload
        year = (payload.get("assessment_year") or "").strip()
        records.append(
            {
                "row_number": unreadable.row_number,
                "unit_code": (payload.get("unit_code") or "").strip() or None,
                "assessment_year": int(year) if year.isascii() and year.isdigit() and len(year) == 4 else None,
                "measure_code": (payload.get("measure_code") or "").strip() or None,
                "row_key": "|".join((payload.get(name) or "").strip() for name in contract.key),
                "rule": unreadable.rule,
                "column_name": None,
                "message": unreadable.message,
                "raw_payload": json.dumps(payload, ensure_ascii=False),
            }
        )
    records.sort(key=lambda record: record["row_number"])
    return pa.Table.from_pylist(
        [{"source": contract.source, "batch_id": batch_id, **record} for record in records], schema=QUARANTINE_SCHEMA
    )
