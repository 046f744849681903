"""Releases of older versions, read as if they had the columns that came later.

A release is never changed, so readers meet it as it was made. A column that says what others of its row already said is
read from those; one that an older version did not compute is empty. Which columns came later stands here and nowhere
else; a table that came later is asked for by those who read it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

import duckdb

from orchestration.warehouse.connection import READER_SETTINGS, connect_reader
from orchestration.writing.sql import literal

DECIMAL_NULL = "cast(null as decimal(18, 10))"
TEXT_NULL = "cast(null as varchar)"
# The rank among all stood in the widest ranking that the edition had.
WIDEST_RANK = {
    "rank_overall": "coalesce(rank_national, rank_in_province, rank_in_prefecture)",
    "ranked_unit_count_overall": "coalesce(ranked_unit_count_national, ranked_unit_count_in_province, "
    "ranked_unit_count_in_prefecture)",
}
LATER_COLUMNS: Mapping[str, Mapping[str, str]] = {
    "fct_unit_score": WIDEST_RANK,
    "unit_scorecard": WIDEST_RANK | {"previous_rank_overall": "previous_rank_national"},
    "unit_history": {
        "rank_overall": "rank_national",
        "ranked_unit_count_overall": "ranked_unit_count_national",
    },
    "unit_trend": {"rank_overall": "rank_national", "previous_rank_overall": "previous_rank_national"},
    "rank_interval": {
        "scope_name_zh": TEXT_NULL,
        "scope_name_en": TEXT_NULL,
        "lower_whole_rank": "cast(floor(lower_rank) as integer)",
        "upper_whole_rank": "cast(ceil(upper_rank) as integer)",
    },
    "region_score": {"weighted_mean_of_units": DECIMAL_NULL, "published_weighted_mean_of_units": DECIMAL_NULL},
    "region_history": {"weighted_mean_of_units": DECIMAL_NULL, "published_weighted_mean_of_units": DECIMAL_NULL},
    "region_trend": dict.fromkeys(
        (
            *("mean_of_subregions", "mean_of_subregions_change_from_previous", "mean_of_subregions_three_year_change"),
            *("weighted_mean_of_units", "weighted_mean_change_from_previous", "weighted_mean_three_year_change"),
        ),
        DECIMAL_NULL,
    ),
}


def lacking(tables: Mapping[str, Collection[str]]) -> dict[str, dict[str, str]]:
    """Of the tables of a release (their columns by name): the columns that came later, as expressions over its own."""
    found = {
        table: {name: expression for name, expression in later.items() if name not in tables[table]}
        for table, later in LATER_COLUMNS.items()
        if table in tables
    }
    return {table: columns for table, columns in found.items() if columns}


def as_now(columns: Mapping[str, str]) -> str:
    """What to select from a table that lacks `columns`, to have them too."""
    return ", ".join(["*", *(f"{expression} as {name}" for name, expression in columns.items())])


def columns_by_table(connection: duckdb.DuckDBPyConnection, database: str | None = None) -> dict[str, list[str]]:
    """The columns of the readers' tables of a database (None: the one that was opened)."""
    return dict(
        connection.execute(
            "select table_name, list(column_name order by column_index) from duckdb_columns() where schema_name = "
            "'marts' and not internal and database_name = coalesce($1, current_database()) group by 1 order by 1",
            [database],
        ).fetchall()
    )


def connect_release(path: Path, threads: int | None = None) -> duckdb.DuckDBPyConnection:
    """As `connect_reader`: read-only, for SQL that a reader writes or causes; a release of an older version has the
    columns that came later. Raises `duckdb.Error`."""
    connection = connect_reader(path, threads)
    missing = lacking(columns_by_table(connection))
    if not missing:
        return connection
    connection.close()
    views = duckdb.connect(config={} if threads is None else {"threads": str(threads)})
    views.execute(f"attach {literal(path)} as released (read_only)")
    views.execute("create schema marts")
    for table in columns_by_table(views, "released"):
        selected = as_now(missing.get(table, {}))
        views.execute(f"create view marts.{table} as select {selected} from released.marts.{table}")
    for setting, value in READER_SETTINGS.items():
        views.execute(f"set {setting} = {value}")
    return views
