"""`zhengxin query`: SQL against the warehouse, read-only, as a table, CSV or JSON."""

from __future__ import annotations

import difflib
import re
import sys
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any

import duckdb
import typer
from rich.console import Console

from orchestration.commands.language import language_of
from orchestration.commands.terminal import cell_text, messages, natural_width, output, styled, table
from orchestration.errors import UsageError
from orchestration.home import Home
from orchestration.warehouse.connection import reading
from orchestration.warehouse.place import find_places, listed, series_of
from orchestration.wording import Wording
from orchestration.writing.csv_rows import CsvRows
from orchestration.writing.plain import json_text

DEFAULT_ROWS = 100
NO_SUCH_TABLE = re.compile(r"Table with name (?P<name>.+) does not exist")
QUOTED = re.compile(r"'((?:[^']|''){2,60})'")
WILDCARDS = "%_"
SHORTEST_NAME = 2
FIRST_ROWS = Wording(
    "以上是前 {limit} 行;--rows 0 显示全部,--format csv 可写入文件。",
    "The first {limit} rows; --rows 0 shows all, --format csv writes them to a file.",
)
ROW = Wording("[dim]第 {} 行[/]", "[dim]row {}[/]")
MAY_MEAN = Wording("“{asked}”可能是:{names}。", "'{asked}' may mean: {names}.")
DUCKDB_SUGGESTION = re.compile(r"Did you mean .*\?\s*")


Rows = list[tuple[Any, ...]]


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
    """Ask the warehouse in SQL. Nothing can be changed, and nothing but the warehouse can be read.

    The tables for readers are in the schema marts. Many columns are shown as one block per row.

    [dim]zhengxin query "show tables from marts"
    zhengxin query "select * from marts.unit_ranking limit 10"
    zhengxin query "describe marts.fct_unit_score"
    zhengxin query -f csv "select * from marts.region_score" > region_score.csv[/dim]
    """
    statement = sys.stdin.read() if sql == "-" else sql
    with reading(Home.from_environment().warehouse) as connection:
        try:
            relation = connection.execute(statement)
            if relation is None:
                raise UsageError(
                    Wording(
                        '没有可执行的 SQL 语句:请给出一条,例如 "show tables from marts"。',
                        'There is no SQL statement to answer: give one, such as "show tables from marts".',
                    )
                )
            columns = [column[0] for column in relation.description or []]
            if format is OutputFormat.csv:
                seen = _write_csv(columns, relation)
            elif format is OutputFormat.json:
                seen = _write_json(columns, relation)
            else:
                seen = _write_table(columns, relation, rows)
            if _is_nothing(seen):
                _hint_at_places(statement, connection)
        except duckdb.Error as error:
            raise UsageError(_explained(error, connection)) from error


def _explained(error: duckdb.Error, connection: duckdb.DuckDBPyConnection) -> Wording:
    text = str(error).strip()
    if "read-only" in text:
        return Wording(
            "数据库以只读方式打开:查询不能改动任何内容。",
            "The warehouse is open for reading only: a query cannot change anything.",
        )
    if isinstance(error, duckdb.PermissionException):
        return Wording(
            "查询只读取数据库中的表,不涉及其他文件、网络或扩展。要保存结果:zhengxin query --format csv … > file.csv",
            "A query reads the tables of the warehouse and nothing else: no other file, no network, no extension. To"
            " keep what it answers: zhengxin query --format csv … > file.csv",
        )
    if "configuration has been locked" in text:
        return Wording(
            "查询不能改变读取数据库的方式:请去掉该设置。",
            "A query cannot change how the warehouse is read: leave the setting out.",
        )
    if missing := NO_SUCH_TABLE.search(text):
        text = DUCKDB_SUGGESTION.sub("", text).strip()
        tables = _tables_for_readers(missing["name"], connection)
        return Wording(f"查询无法执行。{text}\n{tables.zh}", f"The query cannot be answered. {text}\n{tables.en}")
    return Wording(f"查询无法执行。{text}", f"The query cannot be answered. {text}")


def _tables_for_readers(asked: str, connection: duckdb.DuckDBPyConnection) -> Wording:
    """DuckDB would suggest tables of any schema; only those of marts are there for everybody."""
    known = connection.execute("select table_name from duckdb_tables() where schema_name = 'marts' order by 1")
    near = difflib.get_close_matches(asked.lower(), [name for (name,) in known.fetchall()])
    if near:
        return Wording(f"是否为 marts.{near[0]}?", f"Did you mean marts.{near[0]}?")
    listing = 'zhengxin query "show tables from marts"'
    return Wording(f"{listing} 列出全部。", f"{listing} lists what there is.")


def _write_csv(columns: list[str], relation: duckdb.DuckDBPyConnection) -> Rows:
    """Writes the rows; returns the first of them."""
    rows = CsvRows(sys.stdout)
    rows.write(columns)
    first = batch = relation.fetchmany(10_000)
    while batch:
        rows.write_all(batch)
        batch = relation.fetchmany(10_000)
    return first


def _write_json(columns: list[str], relation: duckdb.DuckDBPyConnection) -> Rows:
    """Writes the rows; returns them."""
    rows = relation.fetchall()
    sys.stdout.write(json_text([dict(zip(columns, row, strict=True)) for row in rows], _as_json) + "\n")
    return rows


def _as_json(value: Any) -> Any:
    """A decimal as a number where a double says exactly the same, else as text; other values as text."""
    if isinstance(value, Decimal):
        number = float(value)
        return number if Decimal(repr(number)) == value else str(value)
    if isinstance(value, date | datetime):
        return value.isoformat()
    return str(value)


def _is_nothing(rows: Rows) -> bool:
    """Whether a query found nothing: no row, or one that only says so (a count of none, a mean of nothing)."""
    return not rows or (len(rows) == 1 and not any(rows[0]))


def _hint_at_places(statement: str, connection: duckdb.DuckDBPyConnection) -> None:
    """Where a query finds nothing: the codes of the places that its texts name, however they are written, in the latest
    edition that has them."""
    series = series_of(connection)
    years = "select distinct assessment_year from marts.release_info order by all desc"
    editions = [year for (year,) in connection.execute(years).fetchall()] if series else []
    for text in dict.fromkeys(QUOTED.findall(statement)):
        asked = text.replace("''", "'").strip(WILDCARDS)
        if len(asked) < SHORTEST_NAME:
            continue
        found = (find_places(connection, series, year, asked) for year in editions)
        places = next(filter(None, found), [])
        if places and [place.code for place in places] != [asked]:
            names = listed([place.named for place in places])
            messages().print(MAY_MEAN.filled(asked=asked, names=names).in_language(language_of(None)), markup=False)


def _write_table(columns: list[str], relation: duckdb.DuckDBPyConnection, limit: int) -> Rows:
    """Writes the rows; returns those that are to be seen."""
    rows = relation.fetchmany(limit + 1) if limit else relation.fetchall()
    shown = rows[:limit] if limit else rows
    say = output()
    if say.is_terminal and natural_width(columns, shown) > say.width:
        _write_blocks(say, columns, shown)
    else:
        say.print(table(columns, shown))
    if len(rows) > len(shown):
        messages().print(FIRST_ROWS.filled(limit=limit).in_language(language_of(None)))
    return shown


def _write_blocks(say: Console, columns: list[str], rows: list[tuple[Any, ...]]) -> None:
    """One block per row, one line per column: for what is wider than the terminal."""
    for number, row in enumerate(rows, start=1):
        say.print(styled(ROW.in_language(language_of(None)), number))
        block = table(["", ""], [(name, cell_text(value)) for name, value in zip(columns, row, strict=True)])
        block.show_header = False
        say.print(block)
