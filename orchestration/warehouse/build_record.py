"""Whether the tables may be published: which tests failed or never ran on them, what the tests behind the gates of a
release found of each edition, and which years were validated.

The record lies beside the warehouse file and speaks of exactly the tables whose fingerprint it holds. A build removes
it before it touches a table and writes it when dbt has ended; validation adds to it. So a build that was killed, or one
that was never validated, has no record that says otherwise.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

import duckdb

from orchestration.errors import UsageError
from orchestration.home import Home
from orchestration.warehouse import built_editions
from orchestration.whole_file import write_whole
from orchestration.wording import Wording

PASSED = ("success", "pass", "warn", "no-op")
# What lies downstream of a failure; what the build was not asked for counts alike.
SKIPPED = "skipped"
BUILT_TYPES = {"model", "seed"}
# What dbt says of a test that ran.
PASS, WARN, FAIL = "pass", "warn", "fail"
# The tag of tests behind a gate of a release; which one stands in their meta as `gate`.
GATE_TAG = "release_gate"
SHOWN_NAMES = 5
SHOWN_ROWS = 5
# What tells rows, named `lines`, from others.
CONTENT = "count(*), sum(cast(hash(lines) as hugeint))"
# What a release is cut from: the readers' tables, what their views read, and which batches were loaded.
BATCHES = "raw.batch"
FINGERPRINTED = f"""
    select tables.schema_name || '.' || tables.table_name, columns.column_name is not null as has_editions
    from duckdb_tables() as tables
    left join duckdb_columns() as columns
        on tables.table_oid = columns.table_oid
        and tables.database_oid = columns.database_oid
        and columns.column_name = 'assessment_year'
    where tables.database_name = current_database()
        and (
            tables.schema_name in ('marts', 'intermediate', 'seed')
            or tables.schema_name || '.' || tables.table_name = '{BATCHES}'
        )
    order by all
"""
# Number and sum of hashes of the rows of a table (SCHEMA.NAME), by edition where they have one.
Contents = Mapping[str, Mapping[str, str]]
_fingerprints: WeakKeyDictionary[duckdb.DuckDBPyConnection, str] = WeakKeyDictionary()

FAILED = Wording("上次构建中未通过的有:{names}", "in the last build these failed: {names}")
NOT_RUN = Wording("上次只构建了一部分,缺 {names}", "the last build was one of a part, without {names}")
NOT_VALIDATED = Wording(
    "上次构建后没有校验其结果表(zhengxin run {year} 会校验)",
    "its marts were not validated after the last build (zhengxin run {year} does)",
)
INVALID = Wording(
    "Great Expectations 在其结果表上发现错误:{names}", "Great Expectations found errors on its marts: {names}"
)
NO_GATES = Wording(
    "上次构建没有记录各道关口的检验结果",
    "the last build recorded no results of the tests behind the gates of a release",
)
AGAIN = Wording("请消除原因后再次运行:zhengxin run", "Mend the cause and run again: zhengxin run")


class BuildUnsound(UsageError):
    """The tables may not be published: a test failed on them, or not everything was tested; the message names what."""


@dataclass(frozen=True)
class GateTest:
    """What a test behind a gate of a release found of one edition: how many rows, and the first of them as text by
    column. `status` is dbt's word for the test on all editions, `other_years` are those it found rows of."""

    test: str
    gate: str
    status: str
    row_count: int
    rows: Sequence[Mapping[str, str]]
    other_years: Sequence[int]


def record_path(home: Home) -> Path:
    return home.warehouse.with_name("build.json")


def forget(home: Home) -> None:
    """The tables are about to change."""
    record_path(home).unlink(missing_ok=True)


def record_build(
    home: Home,
    connection: duckdb.DuckDBPyConnection,
    manifest: Mapping[str, Any],
    results: Iterable[Mapping[str, Any]],
    taken_over: Contents | None = None,
) -> str:
    """dbt has ended: `results` are those of its run_results.json, `manifest` names all that should be among them, and
    `taken_over` is what is known of rows that it did not touch. Returns the fingerprint of the tables."""
    found = {result["unique_id"]: result for result in results}
    statuses = {name: result["status"] for name, result in found.items()}
    gates = {name: node for name, node in manifest["nodes"].items() if GATE_TAG in node.get("tags", ())}
    expected = {
        name: node["name"] for name, node in manifest["nodes"].items() if name not in gates and _must_pass(node)
    }
    failed = [node for name, node in expected.items() if statuses.get(name, SKIPPED) not in (*PASSED, SKIPPED)]
    not_run = [node for name, node in (expected | _names_of(gates)).items() if statuses.get(name, SKIPPED) == SKIPPED]
    contents = contents_of(connection, taken_over or {})
    tables = _digest(contents)
    _write(
        home,
        {
            "tables": tables,
            "contents": contents,
            "failed": sorted(failed),
            "not_run": sorted(not_run),
            "gates": [_found_by(connection, gates[name], found[name]) for name in sorted(gates.keys() & found.keys())],
            "validated": {},
        },
    )
    return tables


def recorded_contents(home: Home) -> Contents:
    """What the last build recorded of its tables; empty where none is recorded."""
    return (_read(home) or {}).get("contents", {})


def is_sound(home: Home) -> bool:
    """Whether the last build came to its end with every test passed, and left nothing out."""
    record = _read(home)
    if record is None or record["failed"] or record["not_run"]:
        return False
    return all(gate["status"] != FAIL for gate in record["gates"])


def _found_by(
    connection: duckdb.DuckDBPyConnection, test: Mapping[str, Any], result: Mapping[str, Any]
) -> dict[str, Any]:
    """What a test behind a gate found, by edition: its rows are asked for again only where there are some."""
    status = result["status"]
    by_year = _rows_by_year(connection, result["compiled_code"]) if status in (WARN, FAIL) else {}
    return {"test": test["name"], "gate": test["config"]["meta"]["gate"], "status": status, "editions": by_year}


def _rows_by_year(connection: duckdb.DuckDBPyConnection, query: str) -> dict[str, dict[str, Any]]:
    """How many rows the test of a gate finds of each edition, and the first of them, as text."""
    connection.execute(f"create or replace temp table found_by_a_gate as {query}")
    try:
        counts = connection.execute("select assessment_year, count(*) from found_by_a_gate group by all order by all")
        return {
            str(year): {"row_count": count, "rows": _first_rows(connection, year)} for year, count in counts.fetchall()
        }
    finally:
        connection.execute("drop table found_by_a_gate")


def _first_rows(connection: duckdb.DuckDBPyConnection, year: int) -> list[dict[str, str]]:
    rows = connection.execute(
        f"select * from found_by_a_gate where assessment_year = $1 order by all limit {SHOWN_ROWS}", [year]
    )
    columns = [name for name, *_ in rows.description or ()]
    return [
        {name: "–" if value is None else str(value) for name, value in zip(columns, row, strict=True)}
        for row in rows.fetchall()
    ]


def _names_of(nodes: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    return {name: node["name"] for name, node in nodes.items()}


def record_validation(home: Home, failures_by_year: Mapping[int, Sequence[str]]) -> None:
    """The marts of these years were validated; a failure names suite and rule. Nothing where no build was recorded."""
    record = _read(home)
    if record is not None:
        record["validated"] |= {str(year): list(failures) for year, failures in failures_by_year.items()}
        _write(home, record)


def require_sound(home: Home, connection: duckdb.DuckDBPyConnection, year: int) -> list[GateTest]:
    """Raise `BuildUnsound` unless every test ran, and passed if no gate rests on it, and `year` was validated, on the
    tables as they are now. Return what the tests behind the gates found of `year`."""
    record = _read(home)
    if record is None:
        raise _unsound(
            year,
            Wording(
                "上次构建没有完成,或没有进行检验",
                "the last build did not come to its end, or was made without its tests",
            ),
        )
    if record["failed"]:
        raise _unsound(year, FAILED.filled(names=_names(record["failed"])))
    if record["not_run"]:
        raise _unsound(year, NOT_RUN.filled(names=_names(record["not_run"])))
    if "gates" not in record:
        raise _unsound(year, NO_GATES)
    if not _is_as_recorded(home, connection, record):
        raise _unsound(
            year,
            Wording(
                "这些表不是检验过的那些:其后有载入或改动",
                "the tables are not those that were tested: something was loaded or changed since",
            ),
        )
    failures = record["validated"].get(str(year))
    if failures is None:
        raise _unsound(year, NOT_VALIDATED.filled(year=year))
    if failures:
        raise _unsound(year, INVALID.filled(names=_names(failures)))
    return [_of_edition(test, year) for test in record["gates"]]


def _of_edition(test: Mapping[str, Any], year: int) -> GateTest:
    editions = test["editions"]
    found = editions.get(str(year), {"row_count": 0, "rows": []})
    others = sorted(int(each) for each in editions if each != str(year))
    return GateTest(test["test"], test["gate"], test["status"], found["row_count"], found["rows"], others)


def _is_as_recorded(home: Home, connection: duckdb.DuckDBPyConnection, record: Mapping[str, Any]) -> bool:
    """Whether the tables are those that were tested. Where nobody but writers of ours has been at the file since, only
    what one of them loads between builds is looked at."""
    if built_editions.tables_left(home.warehouse) == record["tables"]:
        return _by_edition(connection, BATCHES, False, {}) == record["contents"][BATCHES]
    return _known_fingerprint(connection) == record["tables"]


def _known_fingerprint(connection: duckdb.DuckDBPyConnection) -> str:
    """That of the tables, once for each connection: it alone writes while it is open, and no release writes these."""
    if connection not in _fingerprints:
        _fingerprints[connection] = fingerprint(connection)
    return _fingerprints[connection]


def fingerprint(connection: duckdb.DuckDBPyConnection) -> str:
    """SHA-256 over the rows of all tables from which a release is cut, in whatever order they lie."""
    return _digest(contents_of(connection, {}))


def contents_of(connection: duckdb.DuckDBPyConnection, taken_over: Contents) -> Contents:
    """The content of all tables from which a release is cut; that of editions in `taken_over` is believed."""
    tables = connection.execute(FINGERPRINTED).fetchall()
    return {
        name: _by_edition(connection, name, has_editions, taken_over.get(name, {})) for name, has_editions in tables
    }


def _by_edition(
    connection: duckdb.DuckDBPyConnection, table: str, has_editions: bool, taken_over: Mapping[str, str]
) -> dict[str, str]:
    edition = "coalesce(cast(assessment_year as varchar), '')" if has_editions else "''"
    unknown = f"where assessment_year is null or assessment_year not in ({', '.join(taken_over)})" if taken_over else ""
    schema, name = table.split(".")
    found = connection.execute(f'select {edition}, {CONTENT} from "{schema}"."{name}" as lines {unknown} group by all')
    return dict(sorted({**taken_over, **{part: f"{count} {total}" for part, count, total in found.fetchall()}}.items()))


def _digest(contents: Contents) -> str:
    digest = hashlib.sha256()
    for table, parts in sorted(contents.items()):
        for part, content in sorted(parts.items()):
            digest.update(f"{table}\0{part}\0{content}\n".encode())
    return digest.hexdigest()


def _must_pass(node: Mapping[str, Any]) -> bool:
    # A test of a model that the home leaves out (draws = 0) stands in the manifest all the same, and a model that is
    # written into those that read it is never run itself.
    config = node.get("config", {})
    if not config.get("enabled", True) or config.get("materialized") == "ephemeral":
        return False
    if node["resource_type"] == "test":
        return str(node["config"].get("severity", "error")).lower() == "error"
    return node["resource_type"] in BUILT_TYPES


def _unsound(year: int, reason: Wording) -> BuildUnsound:
    return BuildUnsound(
        Wording(
            f"{year} 未发布,没有任何改动:{reason.zh}。{AGAIN.zh}",
            f"{year} is not released, nothing was changed: {reason.en}. {AGAIN.en}",
        )
    )


def _names(names: Sequence[str]) -> str:
    more = len(names) - SHOWN_NAMES
    return ", ".join(names[:SHOWN_NAMES]) + (f" and {more} more" if more > 0 else "")


def _read(home: Home) -> dict[str, Any] | None:
    try:
        return json.loads(record_path(home).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def _write(home: Home, record: Mapping[str, Any]) -> None:
    write_whole(record_path(home), json.dumps(record, ensure_ascii=False, indent=1) + "\n")
