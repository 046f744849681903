"""Cuts an edition out of the build warehouse into files of their own: DuckDB and Parquet, for each audience."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

import duckdb

from orchestration.release.catalogue import INTERNAL, PUBLIC, ReleaseId, database_name
from orchestration.release.logical_hash import logical_hash
from orchestration.release.tables import READERS_SCHEMA, ReleaseTable, released_methodologies
from orchestration.warehouse.connection import STORAGE_VERSION
from orchestration.writing.sql import literal

AUDIENCES = (PUBLIC, INTERNAL)
# Methodologies under which the edition is not published, a backcast's, and their variants.
OF_OTHER_METHODOLOGIES = f"""
    select methodology_code from {READERS_SCHEMA}.dim_methodology
    where methodology_code not in (select unnest($methods))
    union all
    select variant_code from {READERS_SCHEMA}.dim_variant
    where methodology_code not in (select unnest($methods))
"""


@dataclass(frozen=True)
class ReleaseFacts:
    """What is known of a release beside its tables; `released_at` is China Standard Time in ISO 8601."""

    release: ReleaseId
    series_code: str
    note: str
    released_at: str
    git_revision: str | None

    def as_columns(self) -> dict[str, object]:
        """The columns of `release_info` that only a release can fill."""
        return {
            "release_id": str(self.release),
            "revision_number": self.release.revision,
            "release_note": self.note,
            "released_at": datetime.fromisoformat(self.released_at).replace(tzinfo=None),
            "git_revision": self.git_revision,
        }


@dataclass(frozen=True)
class TableSummary:
    """A table of a candidate: rows, the hash of all of it, and, as releases are compared by their public files, for
    those the hash of its figures without provenance."""

    rows: int
    sha256: str
    figures_sha256: str | None = None

    def as_record(self) -> dict[str, object]:
        return {name: value for name, value in asdict(self).items() if value is not None}


def cut_public(
    connection: duckdb.DuckDBPyConnection, tables: Sequence[ReleaseTable], facts: ReleaseFacts, folder: Path
) -> Path:
    """Write the public database below `folder`, anew where it is there; `connection` holds the warehouse."""
    database = folder / database_name(facts.release, PUBLIC)
    database.parent.mkdir(parents=True, exist_ok=True)
    database.unlink(missing_ok=True)
    cut_into(connection, database, visible_tables(tables, PUBLIC), facts)
    return database


def cut_internal(
    connection: duckdb.DuckDBPyConnection,
    tables: Sequence[ReleaseTable],
    facts: ReleaseFacts,
    public: Path,
    folder: Path,
) -> Path:
    """Write the internal database below `folder`: what the database `public` holds, and all that it lacks."""
    database = folder / database_name(facts.release, INTERNAL)
    database.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(public, database)
    cut_into(connection, database, only_internal(tables), facts)
    return database


def cut_into(
    connection: duckdb.DuckDBPyConnection, database: Path, tables: Sequence[ReleaseTable], facts: ReleaseFacts
) -> None:
    """Write `tables` into a release's database, anew where they are there."""
    version = "" if database.exists() else f" (storage_version '{STORAGE_VERSION}')"
    connection.execute(f"attach {literal(database)} as candidate{version}")
    try:
        connection.execute(f"create schema if not exists candidate.{READERS_SCHEMA}")
        for table in tables:
            connection.execute(f"drop table if exists candidate.{READERS_SCHEMA}.{table.name}")
        _insert(connection, tables, facts)
    finally:
        connection.execute("detach candidate")


def _insert(connection: duckdb.DuckDBPyConnection, tables: Sequence[ReleaseTable], facts: ReleaseFacts) -> None:
    # One transaction: hundreds of comments would else wait for the disk one by one.
    connection.execute("begin")
    try:
        for table in tables:
            _create(connection, table)
            query, parameters = _rows_of_edition(connection, table, facts)
            connection.execute(
                f"insert into candidate.{READERS_SCHEMA}.{table.name} by name "
                f"select * from ({query}) order by {_order(table)}",
                parameters,
            )
        connection.execute("commit")
    except BaseException:
        connection.execute("rollback")
        raise
    connection.execute("checkpoint candidate")


def visible_tables(tables: Sequence[ReleaseTable], audience: str) -> list[ReleaseTable]:
    """The tables as the audience sees them."""
    return [seen for table in tables if (seen := table.for_audience(audience))]


def summarise(database: Path, tables: Sequence[ReleaseTable], with_figures: bool) -> dict[str, TableSummary]:
    """Rows and logical hashes of the `tables` as they stand in a release's database."""
    with duckdb.connect(str(database), read_only=True) as connection:
        return {table.name: _summary(connection, table, with_figures) for table in tables}


def only_internal(tables: Sequence[ReleaseTable]) -> list[ReleaseTable]:
    """The tables of which the public file lacks something: all of them, or columns."""
    return [table for table in tables if table.for_audience(PUBLIC) != table]


def write_parquet(database: Path, tables: Sequence[ReleaseTable], folder: Path) -> None:
    """Write each table as one Parquet file, its rows in the order in which the database holds them: that of its key."""
    folder.mkdir(parents=True)
    with duckdb.connect(str(database), read_only=True) as connection:
        for table in tables:
            target = literal(folder / f"{table.name}.parquet")
            connection.execute(f"copy {READERS_SCHEMA}.{table.name} to {target} (format parquet, compression zstd)")


def _summary(connection: duckdb.DuckDBPyConnection, table: ReleaseTable, with_figures: bool) -> TableSummary:
    relation = f"{READERS_SCHEMA}.{table.name}"
    [(rows,)] = connection.execute(f"select count(*) from {relation}").fetchall()
    types = {column.name: column.data_type for column in table.columns}
    whole = logical_hash(connection, relation, list(types.items()))
    if not with_figures:
        return TableSummary(rows, whole)
    if table.figures == table.column_names:
        return TableSummary(rows, whole, whole)
    figures = logical_hash(connection, relation, [(name, types[name]) for name in table.figures])
    return TableSummary(rows, whole, figures)


def _create(connection: duckdb.DuckDBPyConnection, table: ReleaseTable) -> None:
    name = f"candidate.{READERS_SCHEMA}.{table.name}"
    columns = ", ".join(
        f'"{column.name}" {column.data_type}{" not null" if column.is_key else ""}' for column in table.columns
    )
    comments = (f'comment on column {name}."{column.name}" is {literal(column.comment)}' for column in table.columns)
    statements = (f"create table {name} ({columns})", f"comment on table {name} is {literal(table.comment)}", *comments)
    connection.execute("; ".join(statements))


def _rows_of_edition(
    connection: duckdb.DuckDBPyConnection, table: ReleaseTable, facts: ReleaseFacts
) -> tuple[str, dict[str, object]]:
    """Query and parameters of the rows that belong to the edition; a row without a readable year belongs to each."""
    filled = facts.as_columns() if table.name == "release_info" else {}
    parameters = dict(filled)
    columns = ", ".join(f'${name} as "{name}"' if name in filled else f'"{name}"' for name in table.column_names)
    conditions = []
    if "series_code" in table.column_names:
        conditions.append("series_code = $series_code")
        parameters["series_code"] = facts.series_code
    if "assessment_year" in table.column_names:
        condition = f"assessment_year {'<=' if table.holds_earlier_years else '='} $assessment_year"
        # A key is never null, and only a plain condition reaches the tables that a view joins.
        conditions.append(condition if "assessment_year" in table.key else f"({condition} or assessment_year is null)")
        parameters["assessment_year"] = facts.release.year
    if "methodology_code" in table.column_names:
        years = range(facts.release.year + 1) if table.holds_earlier_years else [facts.release.year]
        condition = "methodology_code in (select unnest($methodologies))"
        is_needed = "methodology_code" in table.key
        conditions.append(condition if is_needed else f"({condition} or methodology_code is null)")
        parameters["methodologies"] = released_methodologies(connection, facts.series_code, years)
    for column in {"method_code", "variant_code"}.intersection(table.column_names):
        # A methodology, a variant of one, or the series for what no method has touched.
        conditions.append(f"{column} not in ({OF_OTHER_METHODOLOGIES})")
        parameters["methods"] = released_methodologies(connection, facts.series_code, [facts.release.year])
    where = f" where {' and '.join(conditions)}" if conditions else ""
    return f"select {columns} from {READERS_SCHEMA}.{table.name}{where}", parameters


def _order(table: ReleaseTable) -> str:
    return ", ".join(f'"{name}"' for name in table.order)
