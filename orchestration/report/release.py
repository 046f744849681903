"""The release file that a report is read from: found, opened read-only, asked by named queries.

Each query is a file in `queries/`, headed by what it asks in both languages. Its own columns name what its rows hold,
and every row knows its query, so that every figure printed from it carries its source.
"""

from __future__ import annotations

import re
from collections import namedtuple
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import duckdb

from orchestration.errors import UsageError
from orchestration.file_digest import sha256_of
from orchestration.home import Home
from orchestration.release.catalogue import INTERNAL, PUBLIC, Catalogue, ReleaseId
from orchestration.release.older import connect_release
from orchestration.report.document import Figure, Source
from orchestration.warehouse.place import require_place
from orchestration.wording import Wording, joined
from orchestration.writing.sql import literal

QUERIES = Path(__file__).parent / "queries"
NO_VALUE = "–"
MINUS = "−"
NOT_OPENED = Wording("发布文件 {path} 打不开:{error}", "The release file {path} cannot be opened: {error}")
NO_RELEASE_FILE = Wording(
    "{path} 不是发布文件:其中没有 marts.release_info。", "{path} is no release file: it holds no marts.release_info."
)
NO_FILE = Wording("没有发布文件 {path}。", "There is no release file {path}.")
NONE = Wording("无", "none")
NO_RELEASE_OF_YEAR = Wording(
    "{folder} 中没有 {year} 年度的发布版本,报告只据发布版本编写(有效版本:{known})。请先运行 zhengxin run {year}。",
    "There is no release of {year} in {folder}, and a report is only written from a release (in force: {known}). "
    "zhengxin run {year} makes one.",
)
OF_ANOTHER_YEAR = Wording(
    "发布版本 {release} 不属于 {year} 年度:两处请写同一年。",
    "The release {release} is none of {year}: name the same year twice.",
)
NO_RELEASE_YET = Wording(
    "{folder} 中还没有发布版本,报告只据发布版本编写。请先运行 zhengxin run。",
    "There is no release in {folder} yet, and a report is only written from a release. zhengxin run makes one.",
)


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

    def asking(self, values: dict[str, Any]) -> str:
        """The SQL that a reader can run: with values in the place of parameters."""
        return re.sub(r"\$(\w+)", lambda found: _literal(values[found[1]]), self.sql)


@cache
def query_named(name: str) -> Query:
    text = (QUERIES / f"{name}.sql").read_text(encoding="utf-8")
    heads = dict(re.findall(r"^-- (zh|en): (.+)$", text, flags=re.MULTILINE))
    sql = "\n".join(line for line in text.splitlines() if not line.startswith("-- ")).strip()
    return Query(name, heads, sql)


class Row:
    """A row of a query: its columns by name, and each as a figure with its source (`row.figure("mark", "score")`)."""

    __slots__ = ()
    source: str
    digits: int

    def figure(self, kind: str, column: str) -> Figure:
        return figure(kind, getattr(self, column), self.source, self.digits)


class Answer(list[Any]):
    """The rows of a query, and its key; a number of rows is a figure as well."""

    def __init__(self, rows: list[Any], source: str, digits: int) -> None:
        super().__init__(rows)
        self.source, self.digits = source, digits

    def figure(self, kind: str, value: Any) -> Figure:
        return figure(kind, value, self.source, self.digits)

    @property
    def size(self) -> Figure:
        return self.figure("count", len(self))

    def by(self, *columns: str) -> dict[Any, Any]:
        """The rows by a column that tells them apart, or by several."""
        if len(columns) == 1:
            return {getattr(row, columns[0]): row for row in self}
        return {tuple(getattr(row, column) for column in columns): row for row in self}


def figure(kind: str, value: Any, source: str, digits: int = 2) -> Figure:
    """A value as a figure: `mark` (a score, rounded half up to the series' digits), `size` (the same without its sign),
    `signed`, `rate` (a share of one, as per cent), `count`, `gain` (a signed count), `plain` (the digits that it has),
    `text` (a date, code or digest as it is)."""
    return Figure(PRINTED[kind](value, digits), source)


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
    """One decimal; what is more than nothing is never printed as nothing."""
    if value is None:
        return NO_VALUE
    text = decimal_text(100 * Decimal(value), 1)
    return f"{text}%" if text != "0.0" or not value else f"{plain_text(Decimal(f'{100 * Decimal(value):.1g}'))}%"


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
    return value.strftime("%Y-%m-%d %H:%M") if isinstance(value, datetime) else str(value)


PRINTED: dict[str, Callable[[Any, int], str]] = {
    "mark": decimal_text,
    "size": lambda value, digits: decimal_text(None if value is None else abs(value), digits),
    "signed": signed_text,
    "rate": lambda value, _: rate_text(value),
    "count": lambda value, _: count_text(value),
    "gain": lambda value, _: signed_text(value, 0),
    "plain": lambda value, _: plain_text(value),
    "text": lambda value, _: value_text(value),
}


class Release:
    """An open release file and the record of what was asked of it."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, path: Path, language: str) -> None:
        self.connection, self.path, self.language = connection, path, language
        self._columns = self._read_columns()
        self._sources: dict[str, Source] = {}
        self._kept: dict[str, Answer] = {}
        self._ahead: dict[str, dict[str, list[tuple[Any, ...]]]] = {}
        self._fixed: dict[tuple[Any, ...], tuple[list[str], list[tuple[Any, ...]]]] = {}
        self.digits = 2

    def has(self, table: str, *columns: str) -> bool:
        """Whether the file holds the mart, with these columns: a public file lacks what only internal readers see."""
        return table in self._columns and self._columns[table].issuperset(columns)

    def ask(self, name: str, key: str = "", **parameters: Any) -> Answer:
        """The rows of `queries/<name>.sql`, asked once. `key` tells askings of one query with other parameters apart
        (default: its name). A file without a mart that the query reads has no rows of it."""
        query, key = query_named(name), key or name
        needed = {parameter: parameters[parameter] for parameter in sorted(query.parameters)}
        sql = query.asking(needed)
        if key in self._kept:
            if self._sources.get(key, Source(key, 0, (), "", sql)).sql != sql:
                raise ValueError(f"The key {key} names two queries.")
            return self._kept[key]
        columns, rows = self._rows(query, key, needed) if all(map(self.has, query.tables)) else ([], [])
        if columns:
            self._sources[key] = Source(key, len(self._sources) + 1, query.tables, query.statement[self.language], sql)
        row_type = _row_type(name, tuple(columns), key, self.digits)
        self._kept[key] = Answer([row_type(*row) for row in rows], key, self.digits)
        return self._kept[key]

    def read_ahead(self, names: tuple[str, ...], **parameters: Any) -> None:
        """Ask these queries once for a whole region; what is asked of one of its units then is its part of the answer.
        Each has a column `unit_code` and says of a unit the same whatever region is asked for."""
        for name in names:
            query = query_named(name)
            if all(map(self.has, query.tables)):
                cursor = self.connection.execute(query.sql, {each: parameters[each] for each in query.parameters})
                columns = [column[0] for column in cursor.description]
                rows: dict[str, list[tuple[Any, ...]]] = {"": [tuple(columns)]}
                for row in cursor.fetchall():
                    rows.setdefault(row[columns.index("unit_code")], []).append(row)
                self._ahead[name] = rows

    def forget(self) -> None:
        """Begin another report: what was read ahead stays, and what no region changes."""
        self._sources, self._kept = {}, {}

    def _rows(self, query: Query, key: str, needed: dict[str, Any]) -> tuple[list[str], list[tuple[Any, ...]]]:
        ahead, asked = self._ahead.get(query.name), (query.name, *needed.values())
        if ahead is not None and key == query.name:
            return list(ahead[""][0]), ahead.get(needed["region"], [])
        if asked in self._fixed:
            return self._fixed[asked]
        cursor = self.connection.execute(query.sql, needed)
        answer = [column[0] for column in cursor.description], cursor.fetchall()
        if "region" not in needed:
            self._fixed[asked] = answer
        return answer

    @cached_property
    def file_hash(self) -> str:
        """SHA-256 of the file; released files never change."""
        return sha256_of(self.path)

    def value(self, statement: str) -> Any:
        """The one value of a statement that no figure is printed from."""
        [(value,)] = self.connection.execute(statement).fetchall()
        return value

    def year(self) -> int:
        """The assessed year of the edition that the file holds."""
        return self.value("select max(assessment_year) from marts.release_info")

    def series(self) -> str:
        """Code of the series that the file is a release of."""
        return self.value("select distinct series_code from marts.release_info")

    def root_region(self) -> str:
        """Code of the region that all others lie in."""
        return self.value("select region_code from marts.dim_region where parent_region_code is null")

    def place(self, asked: str | None) -> str:
        """The code of the region or unit that was meant by a code or name (None: of all that is assessed)."""
        if not asked:
            return self.root_region()
        return require_place(self.connection, self.series(), self.year(), asked).code

    def sources(self, **words: str) -> tuple[Source, ...]:
        """All queries that were asked, in order; `words` fill the places of what they say."""
        return tuple(
            replace(source, number=n, statement=source.statement.format_map(words))
            for n, source in enumerate(self._sources.values(), start=1)
        )

    def _read_columns(self) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        for table, column in self.connection.execute(
            "select table_name, column_name from information_schema.columns where table_schema = 'marts'"
        ).fetchall():
            found.setdefault(table, set()).add(column)
        return found


@cache
def _row_type(name: str, columns: tuple[str, ...], source: str, digits: int) -> type:
    return type(name, (Row, namedtuple(name, columns)), {"source": source, "digits": digits, "__slots__": ()})


def _literal(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, int | Decimal):
        return str(value)
    return literal(value.isoformat() if isinstance(value, date) else value)


@contextmanager
def open_release(path: Path, language: str) -> Iterator[Release]:
    """Open a release file read-only. Raises `UsageError` if it is none."""
    try:
        connection = connect_release(path, threads=2)
    except duckdb.Error as error:
        raise UsageError(NOT_OPENED.filled(path=path, error=str(error).splitlines()[0])) from error
    with closing(connection):
        release = Release(connection, path, language)
        if not release.has("release_info", "assessment_year", "data_kind"):
            raise UsageError(NO_RELEASE_FILE.filled(path=path))
        yield release


def find_release(home: Home, year: int, release_id: str | None = None, internal: bool = False) -> Path:
    """The file of a release of a home: the one named, else the last one of the year that is in force.

    `release_id` may also be the path of a release file. Raises `UsageError` that says which releases there are.
    """
    if release_id and release_id.endswith(".duckdb"):
        path = Path(release_id).expanduser()
        if not path.is_file():
            raise UsageError(NO_FILE.filled(path=path))
        return path
    catalogue = Catalogue(home.releases)
    release = catalogue.require(ReleaseId.parse(release_id)) if release_id else catalogue.in_force(year)
    if release is None:
        in_force = catalogue.all_in_force()
        known = joined(map(str, in_force)) if in_force else NONE
        raise UsageError(NO_RELEASE_OF_YEAR.filled(year=year, folder=home.releases, known=known))
    if release.year != year:
        raise UsageError(OF_ANOTHER_YEAR.filled(release=release, year=year))
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
        raise UsageError(NO_RELEASE_YET.filled(folder=home.releases))
    return in_force[-1].year
