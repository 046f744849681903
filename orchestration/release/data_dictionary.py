"""The data dictionary: every table that readers query, with its columns, taken from the dbt project's own manifest."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from orchestration.release.catalogue import INTERNAL, PUBLIC
from orchestration.release.tables import READERS_SCHEMA, audience_of_column, audience_of_table

HEAD = """# Data dictionary · 数据字典

Generated from the dbt project by `zhengxin dictionary`: do not edit. The same texts are comments in DuckDB
(`select * from duckdb_columns() where schema_name = 'marts'`).

由 dbt 项目生成(`zhengxin dictionary`),请勿手工修改;同样的说明以注释形式写入 DuckDB。
"""


AUDIENCES = {
    PUBLIC: "Public: in every release · 公开:各次发布均有",
    INTERNAL: "Internal: in the releases' internal files alone · 内部:仅内部文件有",
}
INTERNAL_MARK = "(internal · 内部)"


def data_dictionary(manifest: Path, audience: str = INTERNAL) -> str:
    """The dictionary as Markdown, from the manifest that dbt wrote; tables by name, columns in their order. For the
    public it has what the public file has."""
    nodes = json.loads(manifest.read_text(encoding="utf-8"))["nodes"].values()
    marts = [node for node in nodes if node["resource_type"] == "model" and node["schema"] == READERS_SCHEMA]
    seen = [node for node in marts if audience in (INTERNAL, audience_of_table(node))]
    return "\n".join([HEAD, *(_table(node, audience) for node in sorted(seen, key=lambda node: node["name"]))])


def _table(node: dict[str, Any], audience: str) -> str:
    key = _key(node)
    lines = [f"## {node['name']}", "", node["description"].strip(), "", AUDIENCES[audience_of_table(node)], ""]
    if key:
        lines += [f"Key · 主键: {', '.join(f'`{column}`' for column in key)}", ""]
    lines += ["| column | type | 说明 / meaning |", "|---|---|---|"]
    columns = node["columns"].values()
    lines += [_row(column) for column in columns if audience in (INTERNAL, audience_of_column(column))]
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
    mark = f" {INTERNAL_MARK}" if audience_of_column(column) == INTERNAL else ""
    return f"| `{column['name']}` | {column['data_type']} | {meaning}{mark} |"
