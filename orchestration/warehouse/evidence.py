"""Tells the evidence models what lies in the evidence store: kinds and years with the hash of what they are counted
from, the files with their hashes, and which unit a code stands for in each edition. The records are read from the store
and never loaded.

A partition whose hash is that of the last build is not counted again. A hash covers the batches in their order, and
what else the counts follow from: derivations, columns, units, and the SQL itself.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from orchestration.home import Home, project_root
from orchestration.landing.evidence.kinds import COLUMN_SEED, EvidenceKind, division_years, read_kinds
from orchestration.landing.evidence.layout import KIND_SEED, accepted_files, has_evidence, lay_out
from orchestration.landing.reference import Reference, read_reference
from orchestration.landing.store import Store
from orchestration.seeds import DBT_PROJECT, Row, read_seed, seeds_folder

DERIVATION_SEED = "evidence/measure_derivation.csv"
CONDITION_SEED = "evidence/measure_derivation_condition.csv"
MEASURE_SEED = "methodology/measure.csv"
# Every record of the year, or all up to its end.
OF_THE_YEAR, UNTIL = "year", "until"

STATE_SCHEMA = pa.schema(
    [
        ("evidence_kind", pa.string()),
        ("partition_kind", pa.string()),
        ("partition_year", pa.int32()),
        ("state_hash", pa.string()),
        ("file_count", pa.int32()),
        ("record_count", pa.int64()),
    ]
)
UNIT_SCHEMA = pa.schema(
    [
        ("series_code", pa.string()),
        ("assessment_year", pa.int32()),
        ("received_code", pa.string()),
        ("unit_code", pa.string()),
    ]
)
FILE_SCHEMA = pa.schema(
    [
        ("evidence_kind", pa.string()),
        ("record_year", pa.int32()),
        ("batch_id", pa.string()),
        ("file_name", pa.string()),
        ("file_sha256", pa.string()),
        ("records_sha256", pa.string()),
        ("record_count", pa.int64()),
    ]
)
RULE_SCHEMA = pa.schema(
    [
        ("evidence_kind", pa.string()),
        ("position", pa.int32()),
        ("rule", pa.string()),
        ("column_name", pa.string()),
        ("broken", pa.string()),
    ]
)
CODE_SCHEMA = pa.schema([("code", pa.string()), ("unit_first_year", pa.int32()), ("unit_last_year", pa.int32())])
TABLES = {
    "evidence_state": STATE_SCHEMA,
    "evidence_unit": UNIT_SCHEMA,
    "evidence_rule": RULE_SCHEMA,
    "evidence_code": CODE_SCHEMA,
    "evidence_file": FILE_SCHEMA,
}


def load_evidence(connection: duckdb.DuckDBPyConnection, home: Home, store: Store) -> dict[str, int]:
    """Replace the tables of `TABLES` in schema raw; drop them where the home has no evidence. Rows by table."""
    if not has_evidence(home):
        for table in TABLES:
            connection.execute(f"drop table if exists raw.{table}")
        return {}
    tables = evidence_tables(home, store)
    for name, rows in tables.items():
        connection.register("evidence_rows", rows)
        connection.execute(f"create or replace table raw.{name} as select * from evidence_rows")
        connection.unregister("evidence_rows")
    return {name: rows.num_rows for name, rows in tables.items()}


def evidence_tables(home: Home, store: Store) -> dict[str, pa.Table]:
    """What the models must know of a home's evidence beside the records, by name."""
    seeds = seeds_folder(home)
    reference = read_reference(seeds)
    kinds = read_kinds(seeds, reference)
    units = list(units_of_codes(reference, _series(seeds)))
    rules = [row for kind in kinds.values() for row in _rules(kind)]
    codes = [
        {"code": code, "unit_first_year": first, "unit_last_year": last}
        for code, (first, last) in sorted(division_years(reference).items())
    ]
    rows = {
        "evidence_state": list(_states(store, seeds, kinds, units, rules, codes)),
        "evidence_unit": units,
        "evidence_rule": rules,
        "evidence_code": codes,
        "evidence_file": list(_files(store, kinds)),
    }
    return {name: pa.Table.from_pylist(rows[name], schema=schema) for name, schema in TABLES.items()}


def _rules(kind: EvidenceKind) -> Iterator[dict[str, Any]]:
    """The rules of the door, and that of the layout: a record lies in the year of its day."""
    rules = [(rule.name, rule.column, rule.broken) for rule in kind.contract.rules()]
    rules.append(
        ("record_year_of_another_day", kind.date_column, f"record_year <> extract(year from {kind.date_column}_read)")
    )
    for position, (name, column, broken) in enumerate(rules, start=1):
        yield {
            "evidence_kind": kind.code,
            "position": position,
            "rule": name,
            "column_name": column,
            "broken": broken,
        }


def _series(seeds: Path) -> list[str]:
    """The series of the measures that are derived."""
    series_of = {row["measure_code"]: row["series_code"] for row in read_seed(seeds / MEASURE_SEED)}
    derived = {row["measure_code"] for row in read_seed(seeds / DERIVATION_SEED)}
    return sorted({series_of[code] for code in derived if code in series_of})


def units_of_codes(reference: Reference, series_codes: Iterable[str]) -> Iterator[dict[str, Any]]:
    """The unit of each edition that a code stands for: the unit itself, what it became or was, or what it went into."""
    for series in series_codes:
        codes = sorted({item.code for item in reference.divisions} | reference.known_codes[series])
        for year in reference.years(series):
            for code in codes:
                found = reference.stand(series, code, year)
                unit = found.unit_code or found.whole
                if unit and reference.frames[series, year].get(unit):
                    yield {"series_code": series, "assessment_year": year, "received_code": code, "unit_code": unit}


def _files(store: Store, kinds: Iterable[str]) -> Iterator[dict[str, Any]]:
    for kind in kinds:
        for batch in store.effective_batches(kind):
            for year, path in accepted_files(store, batch):
                yield {
                    "evidence_kind": kind,
                    "record_year": year,
                    "batch_id": batch.batch_id,
                    "file_name": batch.file_name,
                    "file_sha256": batch.file_sha256,
                    "records_sha256": batch.sha256.get(path.name),
                    "record_count": pq.read_metadata(path).num_rows,
                }


def _states(
    store: Store,
    seeds: Path,
    kinds: dict[str, EvidenceKind],
    units: list[dict[str, Any]],
    door_rules: list[dict[str, Any]],
    codes: list[dict[str, Any]],
) -> Iterator[dict[str, Any]]:
    lay_out(store, kinds)
    known_codes = _digest([json.dumps(codes)])
    rules = {name: read_seed(seeds / name) for name in (KIND_SEED, COLUMN_SEED, DERIVATION_SEED, CONDITION_SEED)}
    code = _digest(path.read_text(encoding="utf-8") for path in _sql_files())
    units_of: dict[int, list[Any]] = {}
    for row in units:
        units_of.setdefault(row["assessment_year"], []).append(tuple(row.values()))
    order = {delivery.batch_id: delivery.seq for delivery in store.effective_deliveries().values()}
    for kind in kinds:
        files: dict[int, list[tuple[int, str, int]]] = {}
        for batch in store.effective_batches(kind):
            for year, path in accepted_files(store, batch):
                count = pq.read_metadata(path).num_rows
                files.setdefault(year, []).append((order[batch.batch_id], batch.batch_id, count))
        own = _rules_of(rules, kind)
        asked = [row for row in door_rules if row["evidence_kind"] == kind]
        for year, found in sorted(files.items()):
            key = next(row["key_columns"] for row in own[KIND_SEED])
            yield _state(kind, "record_year", year, found, (key, code))
            yield _state(kind, "checked_year", year, found, (asked, known_codes, code))
        has_until = any(row["time_window"] == UNTIL for row in own[DERIVATION_SEED])
        # Of years after the last record nothing is known, not even that what was open still is.
        last = max(files, default=0)
        for year in sorted(year for year in units_of if year <= last) if own[DERIVATION_SEED] else ():
            found = [
                file for its, of_year in files.items() if its == year or (has_until and its < year) for file in of_year
            ]
            if found:
                yield _state(kind, "assessment_year", year, found, (own, code, units_of[year]))


def _rules_of(rules: dict[str, list[Row]], kind: str) -> dict[str, list[Row]]:
    """The rows of the seeds that concern a kind."""
    own = {name: [row for row in rows if row.get("kind_code") == kind] for name, rows in rules.items()}
    codes = {row["derivation_code"] for row in own[DERIVATION_SEED]}
    return own | {CONDITION_SEED: [row for row in rules[CONDITION_SEED] if row["derivation_code"] in codes]}


def _state(
    kind: str, partition_kind: str, year: int, files: list[tuple[int, str, int]], follows_from: tuple[Any, ...]
) -> dict[str, Any]:
    return {
        "evidence_kind": kind,
        "partition_kind": partition_kind,
        "partition_year": year,
        "state_hash": _digest([json.dumps([kind, partition_kind, year, sorted(files), follows_from])]),
        "file_count": len(files),
        "record_count": sum(count for _, _, count in files),
    }


def _sql_files() -> list[Path]:
    project = project_root() / DBT_PROJECT
    return sorted(
        [
            *project.glob("macros/evidence.sql"),
            *project.glob("macros/engine/*.sql"),
            *project.glob("models/evidence/*.sql"),
        ]
    )


def _digest(texts: Iterable[str]) -> str:
    digest = hashlib.sha256()
    for text in texts:
        digest.update(text.encode() + b"\0")
    return digest.hexdigest()[:16]
