"""The data dictionary: every table that readers query, with its columns, taken from the dbt project's own manifest."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

READERS_SCHEMA = "marts"
HEAD = """# Data dictionary · 数据字典

Generated from the dbt project by `zhengxin dictionary`: do not edit. The same texts are comments in DuckDB
(`select * from duckdb_columns() where schema_name = 'marts'`).

由 dbt 项目生成(`zhengxin dictionary`),请勿手工修改;同样的说明以注释形式写入 DuckDB。
"""


def data_dictionary(manifest: Path) -> str:
    """The dictionary as Markdown, from the manifest that dbt wrote; tables by name, columns in their order."""
    nodes = json.loads(manifest.read_text(encoding="utf-8"))["nodes"].values()
    marts = [node for node in nodes if node["resource_type"] == "model" and node["schema"] == READERS_SCHEMA]
    return "\n".join([HEAD, *(_table(node) for node in sorted(marts, key=lambda node: node["name"]))])


def _table(node: dict[str, Any]) -> str:
    key = _key(node)
    lines = [f"## {node['name']}", "", node["description"].strip(), ""]
    if key:
        lines += [f"Key · 主键: {', '.join(f'`{column}`' for column in key)}", ""]
    lines += ["| column | type | 说明 / meaning |", "|---|---|---|"]
    lines += [_row(column) for column in node["columns"].values()]
    return "\n".join([*lines, ""])


def _key(node: dict[str, Any]) -> list[str]:
    """The columns of the model that a contract holds not null: its key."""
    return [
        name
        for name, column in node["columns"].items()
        if any(constraint["type"] == "not_null" for constraint in column.get("constraints", []))
    ]


def _row(column: dict[str, Any]) -> str:
    meaning = " ".join(column["description"].split()).replace("|", "\\|")
    return f"| `{column['name']}` | {column['data_type']} | {meaning} |"
