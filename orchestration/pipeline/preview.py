"""Tables shown to people in the UI: small query results as Markdown, and row counts."""

from __future__ import annotations

import dagster as dg
import duckdb

from orchestration.writing import markdown

PREVIEW_ROWS = 5
# What a materialization or a check shows in the UI, by name.
Metadata = dict[str, int | str | dg.MetadataValue]


def preview(connection: duckdb.DuckDBPyConnection, relation: str) -> dg.MetadataValue:
    """The first rows of a table."""
    result = connection.execute(f"select * from {relation} limit {PREVIEW_ROWS}")
    columns = [column[0] for column in result.description]
    return dg.MetadataValue.md(markdown.table(columns, result.fetchall()))


def row_count(connection: duckdb.DuckDBPyConnection, relation: str) -> int:
    [(count,)] = connection.execute(f"select count(*) from {relation}").fetchall()
    return count
