"""The Superset assets of `bi/superset` as the tests read them, and its scripts, which are no package."""

from __future__ import annotations

import importlib
import sys
from types import ModuleType
from typing import Any

import yaml

from orchestration.home import project_root

FOLDER = project_root() / "bi" / "superset"
ASSETS = FOLDER / "assets"


def assets(kind: str) -> dict[str, dict[str, Any]]:
    """The assets of one kind (`charts`, `datasets` …) by file name."""
    files = sorted((ASSETS / kind).rglob("*.yaml"))
    assert files, f"no {kind} in {ASSETS}"
    return {file.stem: yaml.safe_load(file.read_text(encoding="utf-8")) for file in files}


def script(name: str) -> ModuleType:
    """`bi/superset/<name>.py`, with its neighbours importable as they are when it is called."""
    if str(FOLDER) not in sys.path:
        sys.path.append(str(FOLDER))
    return importlib.import_module(name)


def relation(dataset: dict[str, Any]) -> str:
    """What stands behind a dataset, to put after `from`."""
    return f"({dataset['sql']})" if dataset["sql"] else f"{dataset['schema']}.{dataset['table_name']}"


def used_columns(params: dict[str, Any]) -> set[str]:
    """The columns that a chart groups, shows, filters or sorts by."""
    filtered = {each["subject"] for each in params["adhoc_filters"]}
    grouped = {*params.get("groupby", []), *params.get("all_columns", [])}
    axis = {params["x_axis"]} if "x_axis" in params else set()
    return filtered | grouped | axis


def used_metrics(params: dict[str, Any]) -> set[str]:
    """The metrics that a chart shows or sorts by."""
    single = {params["metric"]} if "metric" in params else set()
    return {*params.get("metrics", [])} | single
