"""Tables that count as tested: to test and validate them takes most of a test's time."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import duckdb

from orchestration.home import Home
from orchestration.warehouse import build_record, dbt

# dbt builds the tables and runs no tests but those behind the gates of a release.
BUILT = ("resource_type:model", "resource_type:seed", f"tag:{build_record.GATE_TAG}")
BUILD_UNTESTED = ("build", "--quiet", "--indirect-selection", "empty", "--select", *BUILT)


def say_sound(home: Home, connection: duckdb.DuckDBPyConnection, years: Iterable[int]) -> None:
    """Let all tests count as passed on the tables as they are now, but for those behind the gates of a release, which
    are asked; and the marts of `years` as validated."""
    gates, results = _gates(home)
    asked = [result | {"status": _status(connection, gates[result["unique_id"]], result)} for result in results]
    build_record.record_build(home, connection, {"nodes": gates}, asked)
    build_record.record_validation(home, {year: [] for year in years})


def _gates(home: Home) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The tests behind the gates, and what dbt said of them when it built last."""
    target = dbt.target_folder(home)
    nodes = json.loads((target / "manifest.json").read_text(encoding="utf-8"))["nodes"]
    gates = {name: node for name, node in nodes.items() if build_record.GATE_TAG in node["tags"]}
    results = json.loads((target / "run_results.json").read_text(encoding="utf-8"))["results"]
    return gates, [result for result in results if result["unique_id"] in gates]


def _status(connection: duckdb.DuckDBPyConnection, test: dict[str, Any], result: dict[str, Any]) -> str:
    if not connection.execute(result["compiled_code"]).fetchall():
        return build_record.PASS
    return build_record.WARN if test["config"]["severity"].lower() == "warn" else build_record.FAIL
