"""What a dbt test asserts, in words, for Dagster: its own description, else what its kind says of its table, else the
comment that its SQL begins with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from orchestration.warehouse.seed_check import opening_comment
from orchestration.wording import Wording

KINDS = {
    "unique_key": Wording("没有两行的 {columns} 相同。", "No two rows have the same {columns}."),
    "complete_columns": Wording("{columns} 没有空值。", "None of {columns} is empty."),
    "named_in_a_language": Wording("{texts} 至少有一种语言。", "{texts} stand in one language at least."),
    "listed_values": Wording("每行都在列出的值之中。", "Every row is one of the listed values."),
    "within_range": Wording("{column_name} 在界限之内({limits})。", "{column_name} lies within its limits ({limits})."),
    "relationships": Wording("{column_name} 都见于 {to} 的 {field}。", "Every {column_name} is a {field} of {to}."),
}


def check_text(node: Mapping[str, Any]) -> str:
    """Of a test in dbt's manifest; both languages where its kind says it."""
    if node.get("description"):
        return node["description"]
    told = node.get("test_metadata") or {}
    if told.get("name") in KINDS:
        given = {name: _listed(value) for name, value in told["kwargs"].items()}
        given["limits"] = "–".join(given.get(name, "") for name in ("minimum", "maximum"))
        wording = KINDS[told["name"]].filled(**given)
        return f"{wording.en} {wording.zh}"
    return opening_comment(node.get("raw_code", ""))


def _listed(value: Any) -> str:
    """Names and values after each other; of a reference the table's name."""
    if isinstance(value, list | tuple | Mapping):
        return ", ".join(map(str, value))
    return str(value).removeprefix("ref('").removesuffix("')")
