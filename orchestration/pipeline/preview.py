"""Tables shown to people in the UI: small query results as Markdown, and row counts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import dagster as dg
import duckdb

PREVIEW_ROWS = 5


def markdown_table(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """A table in Markdown; an empty cell for None."""
    lines = ["| " + " | ".join(columns) + " |", "|" + " --- |" * len(columns)]
    lines += ["| " + " | ".join(_cell(value) for value in row) + " |" for row in rows]
    return "\n".join(lines)


def preview(connection: duckdb.DuckDBPyConnection, relation: str) -> dg.MetadataValue:
    """The first rows of a table."""
    result = connection.execute(f"select * from {relation} limit {PREVIEW_ROWS}")
    columns = [column[0] for column in result.description]
    return dg.MetadataValue.md(markdown_table(columns, result.fetchall()))


def row_count(connection: duckdb.DuckDBPyConnection, relation: str) -> int:
    return connection.execute(f"select count(*) from {relation}").fetchone()[0]


def _cell(value: Any) -> str:
    return "" if value is None else str(value).replace("|", "\\|").replace("\n", " ")
