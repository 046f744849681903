"""`zhengxin query`: SQL against the warehouse, read-only, as a table, CSV or JSON."""

from __future__ import annotations

import csv
import json
import sys
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any

import duckdb
import typer
from rich.console import Console

from orchestration.commands.terminal import messages, natural_width, output, table, text_of
from orchestration.errors import UsageError
from orchestration.home import Home
from orchestration.warehouse.connection import reading

DEFAULT_ROWS = 100


class OutputFormat(StrEnum):
    """How rows are written."""

    table = "table"
    csv = "csv"
    json = "json"


def query(
    sql: Annotated[str, typer.Argument(help="One SQL statement; - reads it from standard input.", show_default=False)],
    format: Annotated[OutputFormat, typer.Option("--format", "-f", help="table, csv or json.")] = OutputFormat.table,
    rows: Annotated[int, typer.Option(help="Most rows that a table shows; 0 shows all.", min=0)] = DEFAULT_ROWS,
) -> None:
    """Ask the warehouse in SQL. Nothing can be changed.

    The tables for readers are in the schema marts. Many columns are shown as one block a row.

    [dim]zhengxin query "show all tables"
    zhengxin query "select * from marts.unit_ranking limit 10"
    zhengxin query "describe marts.fct_unit_score"
    zhengxin query -f csv "select * from marts.region_score" > region_score.csv[/dim]
    """
    statement = sys.stdin.read() if sql == "-" else sql
    with reading(Home.from_environment().warehouse) as connection:
        try:
            relation = connection.execute(statement)
            if relation is None:
                raise UsageError('There is no SQL statement to answer: give one, such as "show all tables".')
            columns = [column[0] for column in relation.description or []]
            if format is OutputFormat.csv:
                _write_csv(columns, relation)
            elif format is OutputFormat.json:
                _write_json(columns, relation)
            else:
                _write_table(columns, relation, rows)
        except duckdb.Error as error:
            raise UsageError(_explained(error)) from error


def _explained(error: duckdb.Error) -> str:
    text = str(error).strip()
    if "read-only" in text:
        return "The warehouse is open for reading only: a query cannot change anything."
    return f"The query cannot be answered. {text}"


def _write_csv(columns: list[str], relation: duckdb.DuckDBPyConnection) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(columns)
    while batch := relation.fetchmany(10_000):
        writer.writerows([text_of(value) for value in row] for row in batch)


def _write_json(columns: list[str], relation: duckdb.DuckDBPyConnection) -> None:
    rows = [dict(zip(columns, row, strict=True)) for row in relation.fetchall()]
    json.dump(rows, sys.stdout, ensure_ascii=False, indent=1, default=_as_json)
    sys.stdout.write("\n")


def _as_json(value: Any) -> Any:
    """A decimal as a number where a double says exactly the same, else as text; other values as text."""
    if isinstance(value, Decimal):
        number = float(value)
        return number if Decimal(repr(number)) == value else str(value)
    if isinstance(value, date | datetime):
        return value.isoformat()
    return str(value)


def _write_table(columns: list[str], relation: duckdb.DuckDBPyConnection, limit: int) -> None:
    rows = relation.fetchmany(limit + 1) if limit else relation.fetchall()
    shown = rows[:limit] if limit else rows
    say = output()
    if say.is_terminal and natural_width(columns, shown) > say.width:
        _write_blocks(say, columns, shown)
    else:
        say.print(table(columns, shown))
    if len(rows) > len(shown):
        messages().print(f"The first {limit} rows; --rows 0 shows all, --format csv writes them to a file.")


def _write_blocks(say: Console, columns: list[str], rows: list[tuple]) -> None:
    """One block a row, one line a column: for what is wider than the terminal."""
    for number, row in enumerate(rows, start=1):
        say.print(f"[dim]row {number}[/]")
        block = table(["", ""], [(name, text_of(value)) for name, value in zip(columns, row, strict=True)])
        block.show_header = False
        say.print(block)
