"""Results of the checks as data: the table `quality.validation_result` and the Data Docs pages.

Both hold what is in effect now: the checks at the door of every effective batch, and the last validation of the marts.
They are written anew each time, the table in one transaction, the pages by replacing the whole folder.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import jinja2
import pyarrow as pa

from orchestration.home import Home
from orchestration.landing.contracts import CONTRACTS
from orchestration.landing.evidence.kinds import landed_contracts
from orchestration.landing.judge import recorded
from orchestration.landing.store import Store
from orchestration.quality.validate import validate_marts
from orchestration.validation import SuiteRun
from orchestration.writing.html import environment

RESULT_TYPES = pa.schema(
    [
        ("layer", pa.string()),
        ("suite", pa.string()),
        ("source", pa.string()),
        ("file_name", pa.string()),
        ("batch_id", pa.string()),
        ("position", pa.int32()),
        ("rule", pa.string()),
        ("column_name", pa.string()),
        ("expectation", pa.string()),
        ("description", pa.string()),
        ("severity", pa.string()),
        ("success", pa.bool_()),
        ("evaluated_count", pa.int64()),
        ("unexpected_count", pa.int64()),
        ("sample", pa.string()),
    ]
)
TABLE_COMMENT = "每批次或结果表每条期望一行。/ One row per expectation on a batch or a mart."
COLUMN_COMMENTS = {
    "layer": "检查位置:door 入口,marts 结果表 / Where it was checked: door or marts",
    "suite": "检查组 / Great Expectations suite",
    "source": "数据源,结果表为空 / Source, empty for the marts",
    "file_name": "文件名 / File name",
    "batch_id": "落地批次号 / Landing batch",
    "position": "在检查组中的序号 / Position within the suite",
    "rule": "规则 / Rule",
    "column_name": "列 / Column",
    "expectation": "期望类型 / Expectation",
    "description": "要求 / What is required",
    "severity": "严重程度:error 阻断,warning 提示 / error blocks, warning shows",
    "success": "是否通过 / Whether it holds",
    "evaluated_count": "检查行数 / Rows looked at",
    "unexpected_count": "不符行数 / Rows that break it",
    "sample": "不符值示例 / Some of the unexpected values",
}


@dataclass(frozen=True)
class SuitePage:
    """One suite's results on one thing, as a page of the Data Docs shows them."""

    slug: str
    suite: str
    subject: str
    results: list[dict[str, Any]]

    @property
    def failed_errors(self) -> int:
        return sum(not result["success"] and result["severity"] == "error" for result in self.results)

    @property
    def failed_warnings(self) -> int:
        return sum(not result["success"] and result["severity"] == "warning" for result in self.results)


def validate_and_record(home: Home, connection: duckdb.DuckDBPyConnection, years: Iterable[int]) -> list[SuiteRun]:
    """Validate the marts of `years`; write `quality.validation_result` and the Data Docs; return the marts' runs."""
    runs = validate_marts(connection, years)
    records = _door_records(home) + _mart_records(runs)
    _write_table(connection, records)
    write_data_docs(data_docs_folder(home), records)
    return runs


def data_docs_folder(home: Home) -> Path:
    """The folder whose `index.html` is the first page of the Data Docs."""
    return home.quality / "data_docs"


def _door_records(home: Home) -> list[dict[str, Any]]:
    """What the door found in the files in effect, as the expectations of its rules say, source by source."""
    store = Store(home.landing)
    effective = [(batch, delivery) for batch, delivery, is_effective in store.ledger() if is_effective]
    records: dict[str, list[dict[str, Any]]] = {}
    for source, contract in (CONTRACTS | landed_contracts(home)).items():
        batches = {batch.batch_id: batch for batch, _ in effective if batch.source == source}
        found = [store.validation(batch)["results"] for batch in batches.values()]
        records |= dict(zip(batches, recorded(found, contract), strict=True))
    return [
        {"layer": "door", "source": batch.source, "file_name": delivery.file_name, "batch_id": batch.batch_id, **result}
        for batch, delivery in effective
        for result in _positioned(records[batch.batch_id])
    ]


def _mart_records(runs: Iterable[SuiteRun]) -> list[dict[str, Any]]:
    return [
        {"layer": "marts", "source": None, "file_name": None, "batch_id": None, **result}
        for run in runs
        for result in _positioned([outcome.as_record() for outcome in run.outcomes])
    ]


def _positioned(results: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The records under the table's names, numbered within their suite."""
    positions: dict[str, int] = {}
    positioned = []
    for result in results:
        position = positions[result["suite"]] = positions.get(result["suite"], 0) + 1
        renamed = {
            **result,
            "column_name": result["column"],
            "sample": "; ".join(result["sample"]),
            "position": position,
        }
        del renamed["column"]
        positioned.append(renamed)
    return positioned


def _write_table(connection: duckdb.DuckDBPyConnection, records: list[dict[str, Any]]) -> None:
    connection.register("incoming_results", pa.Table.from_pylist(records, schema=RESULT_TYPES))
    try:
        connection.execute("begin")
        connection.execute("create schema if not exists quality")
        connection.execute("create or replace table quality.validation_result as select * from incoming_results")
        connection.execute(f"comment on table quality.validation_result is '{TABLE_COMMENT}'")
        for column, comment in COLUMN_COMMENTS.items():
            connection.execute(f"comment on column quality.validation_result.{column} is '{comment}'")
        connection.execute("commit")
    except duckdb.Error:
        connection.execute("rollback")
        raise
    finally:
        connection.unregister("incoming_results")


def write_data_docs(folder: Path, records: list[dict[str, Any]]) -> None:
    """Write one page a suite run and an index, without anything from the network; an older folder is replaced."""
    pages = _pages(records)
    loader = jinja2.PackageLoader("orchestration.quality", "pages")
    templates = environment(loader)
    fresh = folder.with_name(folder.name + ".new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    (fresh / "index.html").write_text(templates.get_template("index.html").render(pages=pages), encoding="utf-8")
    for page in pages:
        text = templates.get_template("suite.html").render(page=page)
        (fresh / f"{page.slug}.html").write_text(text, encoding="utf-8")
    shutil.rmtree(folder, ignore_errors=True)
    fresh.replace(folder)


def _pages(records: list[dict[str, Any]]) -> list[SuitePage]:
    grouped: dict[tuple[str, str, str], list[dict[str, Any]]] = {}
    for record in records:
        subject = f"{record['source']}/{record['file_name']}" if record["file_name"] else record["suite"]
        grouped.setdefault((record["suite"], subject, record["batch_id"] or ""), []).append(record)
    return [
        SuitePage(slug=f"{number:03d}-{suite}", suite=suite, subject=subject, results=results)
        for number, ((suite, subject, _), results) in enumerate(sorted(grouped.items()), start=1)
    ]
