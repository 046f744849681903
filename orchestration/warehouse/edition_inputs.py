"""What the tables of an edition are made from, as one fingerprint: a build makes anew only editions whose fingerprint
is not that of the build before.

Code, seeds and packages are part of all. Of what has landed, an edition depends on

* the rows of its own year (`YEARLY`),
* events, decisions, objections and verifications of all years that hang together with its own by a common event,
  decision or objection: what is reported in one year may count in another (`LINKED`),
* all else in schema raw, whole; but for what only tables read that every build makes in full (`READ_IN_FULL`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

import duckdb

from orchestration.editions import EDITIONS
from orchestration.file_digest import content_digest, files_below
from orchestration.home import PACKAGE, Home
from orchestration.seeds import read_seed, seeds_folder
from orchestration.warehouse import dbt
from orchestration.warehouse.build_record import CONTENT, Contents
from orchestration.warehouse.built_editions import EditionsToBuild
from orchestration.warehouse.built_from import package_versions

YEARLY = ("observation", "quarantined_row")
# With the columns by which rows of several years hang together.
LINKED = {
    "opinion_event": ("cluster_code",),
    "verification": ("cluster_code",),
    "objection": ("cluster_code", "objection_code"),
    "decision": ("cluster_code", "objection_code", "decision_code"),
}
READ_IN_FULL = {
    "batch",
    "decision_log",
    "narrative",
    "released_indicator_score",
    "released_region_score",
    "released_unit_score",
    "revised_figure",
}
# What Python models import, whose rows are taken over as those of an edition are.
DRAWING = PACKAGE / "robustness"
# The order of its files decides which value of an attribute counts.
ATTRIBUTES_IN_ORDER = """
    select attributes.*, deliveries.delivery_seq
    from raw.unit_attribute as attributes
    left join (
        select batch_id, max(delivery_seq) as delivery_seq from raw.batch where is_effective group by batch_id
    ) as deliveries
        on attributes.batch_id = deliveries.batch_id
"""


def inputs_of_editions(connection: duckdb.DuckDBPyConnection, home: Home) -> dict[int, str]:
    """The fingerprint of each year of which anything has landed, by the tables of schema raw as they are now."""
    tables = {
        name
        for (name,) in connection.execute("select table_name from duckdb_tables() where schema_name = 'raw'").fetchall()
    }
    own = {table: _by_year(connection, table) for table in YEARLY}
    linked = {table: _by_year(connection, table) for table in LINKED}
    of_all = [_code(home)]
    for table in sorted(tables - READ_IN_FULL - own.keys() - linked.keys()):
        rows = f"({ATTRIBUTES_IN_ORDER})" if table == "unit_attribute" else f'raw."{table}"'
        of_all.append(f"{table} {_sum(connection, rows)}")
    if dbt.compares_units(home):
        # What a unit is measured against may be the units of all editions.
        of_all.append(str(own))
    years = sorted(set().union(*own.values(), *linked.values()))
    together = _years_together(connection, years)
    return {
        year: _digest(
            [
                *of_all,
                *(f"{table} {sums.get(year)}" for table, sums in own.items()),
                *(f"{table} {other} {sums.get(other)}" for table, sums in linked.items() for other in together[year]),
            ]
        )
        for year in years
    }


def environment(home: Home, editions: EditionsToBuild) -> dict[str, str]:
    """What tells dbt which editions to build."""
    if editions.are_all:
        return {}
    return {
        "ZHENGXIN_EDITIONS": _listed(editions.built),
        "ZHENGXIN_EDITIONS_AND_NEXT": _listed(_with_next(home, editions.built)),
    }


def taken_over(
    home: Home, editions: EditionsToBuild, manifest: Mapping[str, Any], contents: Contents
) -> dict[str, dict[str, str]]:
    """Of what was recorded of the tables before, what a build of `editions` leaves as it is."""
    written = {False: {*editions.built}, True: _with_next(home, editions.built)}
    left = {
        looks_back: [str(year) for year in editions.taken_over if year not in years]
        for looks_back, years in written.items()
    }
    tables = {
        f"{node['schema']}.{node['alias']}": left[bool(node["config"].get("looks_back"))]
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model" and node["config"]["materialized"] == "by_edition"
    }
    return {
        table: {year: contents[table][year] for year in years if year in contents[table]}
        for table, years in tables.items()
        if table in contents
    }


def _with_next(home: Home, years: Iterable[int]) -> set[int]:
    years = set(years)
    return years.union(*(_next_years(home, year) for year in years))


def _listed(years: Iterable[int]) -> str:
    return " ".join(map(str, sorted(years)))


def _next_years(home: Home, year: int) -> set[int]:
    """The edition that follows on a year, of each series: its comparison with the one before looks back on it."""
    later: dict[str, list[int]] = {}
    for row in read_seed(seeds_folder(home) / EDITIONS):
        if int(row["assessment_year"]) > year:
            later.setdefault(row["series_code"], []).append(int(row["assessment_year"]))
    return {min(years) for years in later.values()}


def _code(home: Home) -> str:
    drawing = (f"{name} {content_digest(file)}" for name, file in files_below(DRAWING, {"__pycache__"}))
    return _digest([dbt.project_digest(home), *package_versions(), *drawing])


def _by_year(connection: duckdb.DuckDBPyConnection, table: str) -> dict[int, str]:
    """The content of the rows of each year."""
    found = connection.execute(
        f'select assessment_year, {CONTENT} from raw."{table}" as lines'
        " where assessment_year is not null group by assessment_year"
    ).fetchall()
    return {year: f"{count} {total}" for year, count, total in found}


def _sum(connection: duckdb.DuckDBPyConnection, rows: str) -> str:
    [(count, total)] = connection.execute(f"select {CONTENT} from {rows} as lines").fetchall()
    return f"{count} {total}"


def _years_together(connection: duckdb.DuckDBPyConnection, years: Iterable[int]) -> Mapping[int, list[int]]:
    """For each year those that hang together with it by rows of `LINKED`, itself among them, sorted."""
    codes = "\nunion all\n".join(
        f"select assessment_year, '{column} ' || {column} as code from raw.{table}"
        for table, columns in LINKED.items()
        for column in columns
    )
    shared = connection.execute(
        f"select list(distinct assessment_year) from ({codes}) where code is not null and assessment_year is not null"
        " group by code having count(distinct assessment_year) > 1"
    ).fetchall()
    together = {year: {year} for year in years}
    for (group,) in shared:
        joined = set().union(*(together[year] for year in group))
        together.update(dict.fromkeys(joined, joined))
    return {year: sorted(others) for year, others in together.items()}


def _digest(texts: Iterable[str]) -> str:
    digest = hashlib.sha256()
    for text in texts:
        digest.update(text.encode() + b"\0")
    return digest.hexdigest()
