"""Which tables and columns a release holds and who may see them, from the dbt project's manifest.

`config.meta` of a mart: `audience` public or internal (internal where nothing is said); `years` edition (default) or
`up_to_edition`; `compared` false where a difference makes no new release, because the table tells of releases, or goes
on after the edition (warnings, objections). Of a column: `audience` internal hides it from the public file, `role`
provenance marks what tells where a row came from and is no figure.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import duckdb

from orchestration.errors import UsageError
from orchestration.release.catalogue import INTERNAL, PUBLIC
from orchestration.wording import Wording

READERS_SCHEMA = "marts"


@dataclass(frozen=True)
class Column:
    """A column as the warehouse has it; `data_type` is DuckDB's name of the type."""

    name: str
    data_type: str
    comment: str
    audience: str
    is_key: bool
    is_provenance: bool
    # A column of a wide table that stands for one node of a tree; no yml can name it.
    is_of_node: bool = False


@dataclass(frozen=True)
class ReleaseTable:
    """A mart as a release holds it; `declared` is its contract: data type by column, None without one."""

    name: str
    comment: str
    audience: str
    holds_earlier_years: bool
    is_compared: bool
    columns: tuple[Column, ...]
    declared: dict[str, str] | None

    @property
    def key(self) -> list[str]:
        return [column.name for column in self.columns if column.is_key]

    @property
    def column_names(self) -> list[str]:
        return [column.name for column in self.columns]

    @property
    def order(self) -> list[str]:
        """The columns whose values put each row in its place: the key, or all where there is none."""
        return self.key or self.column_names

    @property
    def figures(self) -> list[str]:
        return [column.name for column in self.columns if not column.is_provenance]

    def for_audience(self, audience: str) -> ReleaseTable | None:
        """The table with the columns that the audience may see; None where it may not see the table."""
        if audience == INTERNAL:
            return self
        if self.audience != PUBLIC:
            return None
        visible = tuple(column for column in self.columns if column.audience == PUBLIC)
        return replace(self, audience=PUBLIC, columns=visible)


def release_tables(connection: duckdb.DuckDBPyConnection, manifest: Path) -> list[ReleaseTable]:
    """The marts of the warehouse behind `connection`, by name."""
    nodes = json.loads(manifest.read_text(encoding="utf-8"))["nodes"].values()
    marts = [node for node in nodes if node["resource_type"] == "model" and node["schema"] == READERS_SCHEMA]
    columns = _columns_by_table(connection)
    return [_table(node, columns.get(node["name"], [])) for node in sorted(marts, key=lambda node: node["name"])]


def tables_of_edition(
    connection: duckdb.DuckDBPyConnection, manifest: Path, series_code: str, year: int
) -> list[ReleaseTable]:
    """The marts as a release of the edition holds them: without the columns of nodes that only other editions have."""
    found = connection.execute(
        f"select distinct node_code from {READERS_SCHEMA}.dim_indicator where methodology_code in (select unnest($1))",
        [released_methodologies(connection, series_code, [year])],
    ).fetchall()
    wanted = {re.sub("[^a-z0-9]", "_", code.lower()) + "_score" for (code,) in found}
    return [
        replace(
            table, columns=tuple(column for column in table.columns if not column.is_of_node or column.name in wanted)
        )
        for table in release_tables(connection, manifest)
    ]


def released_methodologies(connection: duckdb.DuckDBPyConnection, series_code: str, years: Iterable[int]) -> list[str]:
    """Methodologies under which editions of these years are published, by code; a backcast is none of them."""
    found = connection.execute(
        f"select distinct methodology_code from {READERS_SCHEMA}.release_info where series_code = $1 "
        "and assessment_year in (select unnest($2)) and methodology_purpose <> 'backcast' order by all",
        [series_code, list(years)],
    ).fetchall()
    return [code for (code,) in found]


def _columns_by_table(connection: duckdb.DuckDBPyConnection) -> dict[str, list[tuple[str, str, str | None]]]:
    """Name, type and comment of the columns of each mart in the warehouse."""
    found = connection.execute(
        "select table_name, column_name, data_type, comment from duckdb_columns() "
        "where database_name = current_database() and schema_name = $1 order by table_name, column_index",
        [READERS_SCHEMA],
    ).fetchall()
    columns: dict[str, list[tuple[str, str, str | None]]] = {}
    for table, *column in found:
        columns.setdefault(table, []).append(tuple(column))
    return columns


def _table(node: dict[str, Any], found: Sequence[tuple[str, str, str | None]]) -> ReleaseTable:
    """The mart of a node of the manifest with the columns `found` in the warehouse."""
    if not found:
        raise UsageError(
            Wording(
                f"数据库中没有表 {READERS_SCHEMA}.{node['name']}。请先运行:zhengxin run",
                f"The warehouse has no table {READERS_SCHEMA}.{node['name']}. Run first: zhengxin run",
            )
        )
    meta = node["config"].get("meta") or {}
    has_contract = node["config"].get("contract", {}).get("enforced", False)
    columns = tuple(
        _column(name, data_type, comment or "", node["columns"].get(name), has_contract)
        for name, data_type, comment in found
    )
    declared = {name: column["data_type"] for name, column in node["columns"].items()} if has_contract else None
    return ReleaseTable(
        name=node["name"],
        comment=node["description"].strip(),
        audience=audience_of_table(node),
        holds_earlier_years=meta.get("years") == "up_to_edition",
        is_compared=meta.get("compared", True),
        columns=columns,
        declared=declared,
    )


def _column(name: str, data_type: str, comment: str, declared: dict[str, Any] | None, has_contract: bool) -> Column:
    """A column that a contract does not name is internal; without a contract it has its table's audience."""
    if declared is None:
        return Column(name, data_type, comment, INTERNAL if has_contract else PUBLIC, False, False, not has_contract)
    meta = _meta(declared)
    is_key = any(constraint["type"] == "not_null" for constraint in declared.get("constraints", []))
    text = comment or " ".join(declared["description"].split())
    return Column(name, data_type, text, audience_of_column(declared), is_key, meta.get("role") == "provenance")


def audience_of_table(node: dict[str, Any]) -> str:
    """Who may see a mart, from its node in the manifest: a table that says nothing is internal."""
    return (node["config"].get("meta") or {}).get("audience", INTERNAL)


def audience_of_column(column: dict[str, Any]) -> str:
    """Who may see a column that a mart's yml declares, where it may see the mart: public if it says nothing."""
    return _meta(column).get("audience", PUBLIC)


def _meta(column: dict[str, Any]) -> dict[str, Any]:
    return column.get("config", {}).get("meta") or column.get("meta") or {}
