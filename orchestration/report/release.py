"""The release file that a report is read from: found, opened read-only, asked by named queries.

Each query is a file in `queries/`, headed by what it asks in both languages. What it answers knows its query, so that
every figure formatted from it carries its source.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, fields
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from pathlib import Path
from typing import Any, Generic, TypeVar

import duckdb

from orchestration.errors import UsageError
from orchestration.home import Home
from orchestration.release.catalogue import INTERNAL, PUBLIC, Catalogue, ReleaseId
from orchestration.report.document import Figure, Source
from orchestration.warehouse.connection import connect_reader

QUERIES = Path(__file__).parent / "queries"
NO_VALUE = "–"
MINUS = "−"

RowType = TypeVar("RowType")


@dataclass(frozen=True)
class Query:
    """A named query: what it asks in each language, its SQL with `$name` parameters, the marts that it reads."""

    name: str
    statement: dict[str, str]
    sql: str

    @property
    def tables(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(re.findall(r"marts\.(\w+)", self.sql)))

    @property
    def parameters(self) -> frozenset[str]:
        return frozenset(re.findall(r"\$(\w+)", self.sql))


@cache
def query_named(name: str) -> Query:
    text = (QUERIES / f"{name}.sql").read_text(encoding="utf-8")
    heads = dict(re.findall(r"^-- (zh|en): (.+)$", text, flags=re.MULTILINE))
    sql = "\n".join(line for line in text.splitlines() if not line.startswith("-- ")).strip()
    return Query(name, heads, sql)


class Answer(Generic[RowType], Sequence[RowType]):
    """The rows of a query, as dataclasses; its methods print a value of them as a figure with its source."""

    def __init__(self, rows: Sequence[RowType], source: str, digits: int) -> None:
        self._rows, self.source, self._digits = tuple(rows), source, digits

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, position: int) -> RowType:
        return self._rows[position]

    def __iter__(self) -> Iterator[RowType]:
        return iter(self._rows)

    def mark(self, value: Decimal | None) -> Figure:
        """A score or mean, rounded half up to the series' publication digits."""
        return Figure(decimal_text(value, self._digits), self.source)

    def signed(self, value: Decimal | None) -> Figure:
        """A difference, with its sign."""
        return Figure(signed_text(value, self._digits), self.source)

    def rate(self, value: Decimal | None) -> Figure:
        """A share of one, as per cent."""
        return Figure(rate_text(value), self.source)

    def count(self, value: int | Decimal | None) -> Figure:
        return Figure(count_text(value), self.source)

    def change_of_rank(self, value: int | None) -> Figure:
        return Figure(NO_VALUE if value is None else signed_text(Decimal(value), 0), self.source)

    def plain(self, value: Decimal | None) -> Figure:
        """A mark, value or factor with the digits that it has."""
        return Figure(plain_text(value), self.source)

    def text(self, value: Any) -> Figure:
        """A date, code or digest, as it is."""
        return Figure(value_text(value), self.source)


def decimal_text(value: Decimal | None, digits: int) -> str:
    """`80.74`; a dash for no value, and a real minus sign."""
    if value is None:
        return NO_VALUE
    rounded = Decimal(value).quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)
    return f"{abs(rounded):,}" if rounded >= 0 or not rounded else f"{MINUS}{abs(rounded):,}"


def signed_text(value: Decimal | None, digits: int) -> str:
    """`+1.36`, `−0.42`, `0.00`."""
    text = decimal_text(value, digits)
    return text if value is None or text.startswith(MINUS) or not text.strip("0.") else f"+{text}"


def rate_text(value: Decimal | None) -> str:
    return NO_VALUE if value is None else f"{decimal_text(100 * Decimal(value), 1)}%"


def count_text(value: int | Decimal | None) -> str:
    return NO_VALUE if value is None else decimal_text(Decimal(value), 0)


def plain_text(value: Decimal | None) -> str:
    """All digits that carry something: `1.5`, `10`, `0.825`."""
    if value is None:
        return NO_VALUE
    text = f"{abs(Decimal(value)):,f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return f"{MINUS}{text}" if value < 0 else text


def value_text(value: Any) -> str:
    if value is None or value == "":
        return NO_VALUE
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    return str(value)


class Release:
    """An open release file and the record of what was asked of it."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, path: Path, language: str) -> None:
        self._connection, self.path, self._language = connection, path, language
        self._columns = self._read_columns()
        self._sources: dict[str, Source] = {}
        self.digits = 2

    def has(self, table: str, *columns: str) -> bool:
        """Whether the file holds the mart, with these columns: a public file lacks what only internal readers see."""
        return table in self._columns and self._columns[table].issuperset(columns)

    def ask(self, row_type: type[RowType], key: str = "", **parameters: Any) -> Answer[RowType]:
        """The rows of the query that is named as `row_type` is (`RegionScore`: region_score.sql).

        `key` tells askings of one query with other parameters apart (default: the query's name).
        """
        query = query_named(re.sub(r"(?<!^)(?=[A-Z])", "_", row_type.__name__).lower())
        key = key or query.name
        needed = {parameter: parameters[parameter] for parameter in query.parameters}
        cursor = self._connection.execute(query.sql, needed)
        columns = [column[0] for column in cursor.description]
        positions = [columns.index(field.name) for field in fields(row_type)]
        rows = [row_type(*(row[position] for position in positions)) for row in cursor.fetchall()]
        self._record(key, query, needed)
        return Answer(rows, key, self.digits)

    def year(self) -> int:
        """The assessed year of the edition that the file holds."""
        [(year,)] = self._connection.execute("select max(assessment_year) from marts.release_info").fetchall()
        return year

    def series(self) -> str:
        """Code of the series that the file is a release of."""
        [(series_code,)] = self._connection.execute("select distinct series_code from marts.release_info").fetchall()
        return series_code

    def root_region(self) -> str:
        """Code of the region that all others lie in."""
        [(code,)] = self._connection.execute(
            "select region_code from marts.dim_region where parent_region_code is null"
        ).fetchall()
        return code

    def sources(self) -> tuple[Source, ...]:
        return tuple(self._sources.values())

    def _record(self, key: str, query: Query, parameters: dict[str, Any]) -> None:
        sql = re.sub(r"\$(\w+)", lambda found: _literal(parameters[found[1]]), query.sql)
        source = Source(key, len(self._sources) + 1, query.tables, query.statement[self._language], sql)
        known = self._sources.setdefault(key, source)
        if known.sql != sql:
            raise ValueError(f"The key {key} names two queries.")

    def _read_columns(self) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        for table, column in self._connection.execute(
            "select table_name, column_name from information_schema.columns where table_schema = 'marts'"
        ).fetchall():
            found.setdefault(table, set()).add(column)
        return found


def _literal(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, int | Decimal):
        return str(value)
    text = value.isoformat() if isinstance(value, date) else str(value)
    return "'" + text.replace("'", "''") + "'"


@contextmanager
def open_release(path: Path, language: str) -> Iterator[Release]:
    """Open a release file read-only. Raises `UsageError` if it is none."""
    try:
        connection = connect_reader(path, threads=2)
    except duckdb.Error as error:
        raise UsageError(f"The release file {path} cannot be opened: {str(error).splitlines()[0]}") from error
    with closing(connection):
        release = Release(connection, path, language)
        if not release.has("release_info", "assessment_year", "data_kind"):
            raise UsageError(f"{path} is no release file: it holds no marts.release_info.")
        yield release


def find_release(home: Home, year: int, release_id: str | None = None, internal: bool = False) -> Path:
    """The file of a release of a home: the one named, else the last one of the year that is in force.

    `release_id` may also be the path of a release file. Raises `UsageError` that says which releases there are.
    """
    if release_id and release_id.endswith(".duckdb"):
        path = Path(release_id).expanduser()
        if not path.is_file():
            raise UsageError(f"There is no release file {path}.")
        return path
    catalogue = Catalogue(home.releases)
    release = catalogue.require(ReleaseId.parse(release_id)) if release_id else catalogue.in_force(year)
    if release is None:
        known = ", ".join(map(str, catalogue.all_in_force())) or "none"
        raise UsageError(
            f"There is no release of {year} in {home.releases}, and a report is only written from a release "
            f"(in force: {known}). zhengxin run {year} makes one."
        )
    if release.year != year:
        raise UsageError(f"The release {release} is none of {year}: name the same year twice.")
    return catalogue.database(release, INTERNAL if internal else PUBLIC)


def year_of_request(home: Home, year: int | None, release_id: str | None) -> int:
    """The assessed year that is meant: the one named, else that of the release named, else the newest in force."""
    if year is not None:
        return year
    if release_id and release_id.endswith(".duckdb"):
        path = find_release(home, 0, release_id)
        with open_release(path, "en") as release:
            return release.year()
    if release_id:
        return ReleaseId.parse(release_id).year
    in_force = Catalogue(home.releases).all_in_force()
    if not in_force:
        raise UsageError(
            f"There is no release in {home.releases} yet, and a report is only written from a release. "
            "zhengxin run makes one."
        )
    return in_force[-1].year
