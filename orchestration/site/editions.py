"""Public release files of several editions, read as one.

Each mart is the union of the editions' own rows; a mart that tells of several years is read from the newest alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from pathlib import Path
from typing import Any

import duckdb

from orchestration.errors import UsageError
from orchestration.release.older import as_now, columns_by_table, lacking
from orchestration.report.release import open_release, query_named
from orchestration.wording import Wording
from orchestration.writing.sql import literal

QUERIES = Path(__file__).parent / "queries"
ACROSS_YEARS = ("unit_history", "region_history", "unit_trend", "region_trend", "revision")
SAME_YEAR = Wording(
    "{path} 和 {other} 都是 {year} 年度的:每个年度只写一个发布版本。",
    "{path} and {other} are both of {year}: name one release of each edition.",
)
SEVERAL_SERIES = Wording(
    "这些发布版本属于不同系列:一个网站只展示一个系列。", "The releases are of several series: a site shows one."
)

Row = dict[str, Any]


@dataclass(frozen=True)
class Methodology:
    """A methodology of an edition, with the release that it stands in."""

    code: str
    name: dict[str, str]
    is_primary: bool


class Editions:
    """The open releases, oldest edition first. Rows are dictionaries by column name."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, tables: dict[str, set[str]]) -> None:
        self._connection, self._tables = connection, tables

    def has(self, table: str, *columns: str) -> bool:
        return table in self._tables and self._tables[table].issuperset(columns)

    def ask(self, name: str, **parameters: Any) -> list[Row]:
        """The rows of `queries/<name>.sql`; of the parameters it is given those that it names."""
        return _rows(self._connection.execute(*self._statement(name, parameters)))

    def by(self, name: str, *keys: str, **parameters: Any) -> dict[Hashable, list[Row]]:
        """The rows of a query, in its order, by the value of one column or the values of several."""
        found: dict[Hashable, list[Row]] = defaultdict(list)
        for row in self.ask(name, **parameters):
            found[row[keys[0]] if len(keys) == 1 else tuple(row[key] for key in keys)].append(row)
        return found

    def streamed(self, name: str, key: str, **parameters: Any) -> Iterator[tuple[Any, list[Row]]]:
        """The rows of a query that is ordered by `key`, value by value, without holding them all."""
        cursor = self._connection.cursor()
        cursor.execute(*self._statement(name, parameters))
        columns = [column[0] for column in cursor.description]

        def rows() -> Iterator[Row]:
            while chunk := cursor.fetchmany(20_000):
                for row in chunk:
                    yield dict(zip(columns, row, strict=True))

        for value, members in groupby(rows(), key=lambda row: row[key]):
            yield value, list(members)

    def _statement(self, name: str, parameters: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        """The SQL of a query and the values of the parameters that it names; the edition's own need not be given."""
        sql = _query(name)
        known = {"year": self.year, "primary": self.primary, **parameters}
        return sql, {key: value for key, value in known.items() if f"${key}" in sql}

    @cached_property
    def releases(self) -> list[Row]:
        """A row per edition and methodology, newest edition first, the primary methodology before the others."""
        return _rows(self._connection.execute(_query("release")))

    @property
    def newest(self) -> Row:
        return self.releases[0]

    @property
    def year(self) -> int:
        return self.newest["assessment_year"]

    @property
    def primary(self) -> str:
        return self.newest["methodology_code"]

    @property
    def years(self) -> list[int]:
        return sorted({row["assessment_year"] for row in self.releases}, reverse=True)

    @property
    def digits(self) -> int:
        return self.newest["publication_digits"]

    def methodologies(self, year: int) -> list[Methodology]:
        return [
            Methodology(
                row["methodology_code"],
                {"zh": row["methodology_name_zh"], "en": row["methodology_name_en"]},
                row["is_primary_methodology"],
            )
            for row in self.releases
            if row["assessment_year"] == year
        ]


def _query(name: str) -> str:
    """A query of the site, else the report's of that name."""
    own = QUERIES / f"{name}.sql"
    return own.read_text(encoding="utf-8") if own.exists() else query_named(name).sql


def _rows(answer: duckdb.DuckDBPyConnection) -> list[Row]:
    columns = [column[0] for column in answer.description]
    return [dict(zip(columns, row, strict=True)) for row in answer.fetchall()]


@contextmanager
def open_editions(files: Sequence[Path]) -> Iterator[Editions]:
    """The releases of `files` as one, each of another edition of one series. Raises `UsageError` if they are not."""
    by_year: dict[int, Path] = {}
    for path in files:
        with open_release(path, "en") as release:
            year = release.year()
        if year in by_year:
            raise UsageError(SAME_YEAR.filled(path=path, other=by_year[year], year=year))
        by_year[year] = path
    connection = duckdb.connect(config={"threads": 2, "memory_limit": "1GB"})
    connection.execute("set enable_progress_bar = false")
    try:
        tables = _unite(connection, dict(sorted(by_year.items())))
        editions = Editions(connection, tables)
        if len({row["series_code"] for row in editions.releases}) > 1:
            raise UsageError(SEVERAL_SERIES)
        yield editions
    finally:
        connection.close()


def _unite(connection: duckdb.DuckDBPyConnection, by_year: dict[int, Path]) -> dict[str, set[str]]:
    """Views `marts.<table>` over the attached files; returns the columns of each."""
    for year, path in by_year.items():
        connection.execute(f"attach {literal(path)} as edition_{year} (read_only)")
    connection.execute("create schema marts")
    holders: dict[str, list[int]] = defaultdict(list)
    for database, table in connection.execute(
        "select distinct database_name, table_name from duckdb_tables() where schema_name = 'marts' order by all"
    ).fetchall():
        holders[table].append(int(database.removeprefix("edition_")))
    newest = max(by_year)
    missing = {year: lacking(columns_by_table(connection, f"edition_{year}")) for year in by_year}
    for table, years in holders.items():
        read = [year for year in years if table not in ACROSS_YEARS or year == newest]
        if read:
            union = " union all by name ".join(
                f"select {as_now(missing[year].get(table, {}))} from edition_{year}.marts.{table}" for year in read
            )
            connection.execute(f"create view marts.{table} as {union}")
    columns: dict[str, set[str]] = defaultdict(set)
    for table, column in connection.execute(
        "select table_name, column_name from duckdb_columns() where schema_name = 'marts' and database_name = 'memory'"
    ).fetchall():
        columns[table].add(column)
    return columns
