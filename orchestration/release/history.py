"""Brings what earlier releases published, from their own files, into the raw layer, where the history marts read it."""

from __future__ import annotations

from collections.abc import Iterable

import duckdb
import pyarrow as pa

from orchestration.home import Home
from orchestration.release.catalogue import PUBLIC, Catalogue, ReleaseId
from orchestration.release.difference import Change
from orchestration.release.older import as_now, lacking
from orchestration.warehouse.raw import RELEASED_TABLES
from orchestration.writing.sql import literal

UNIT_SCORES = """
    insert into raw.released_unit_score by name
    select
        $release_id as release_id, scores.series_code, scores.assessment_year, scores.methodology_code,
        methodologies.methodology_version, scores.unit_code, scores.unit_name_zh, scores.unit_name_en, scores.score,
        scores.published_score, scores.base_score, scores.grade, scores.is_ranked,
        scores.rank_overall, scores.ranked_unit_count_overall, scores.rank_national, scores.ranked_unit_count_national
    from {unit_scores} as scores
    inner join {marts}.dim_methodology as methodologies
        on scores.methodology_code = methodologies.methodology_code
    where scores.assessment_year = $assessment_year
"""
INDICATOR_SCORES = """
    insert into raw.released_indicator_score by name
    select
        $release_id as release_id, scores.series_code, scores.assessment_year, scores.methodology_code,
        methodologies.methodology_version, scores.unit_code, units.unit_name_zh, units.unit_name_en, scores.node_code,
        scores.node_level, nodes.name_zh as node_name_zh, nodes.name_en as node_name_en, scores.full_mark, scores.score,
        scores.published_score
    from (
        select *, 1 as node_level from {marts}.fct_dimension_score
        union all by name
        select * from {marts}.fct_indicator_score where node_level = 2
    ) as scores
    inner join {marts}.dim_methodology as methodologies on scores.methodology_code = methodologies.methodology_code
    inner join {marts}.dim_indicator as nodes
        on scores.methodology_code = nodes.methodology_code and scores.node_code = nodes.node_code
    inner join {marts}.fct_unit_score as units
        on scores.series_code = units.series_code and scores.assessment_year = units.assessment_year
        and scores.methodology_code = units.methodology_code and scores.unit_code = units.unit_code
    where scores.assessment_year = $assessment_year
        and (scores.series_code, scores.assessment_year, scores.methodology_code) in (
            select (series_code, assessment_year, methodology_code)
            from {marts}.release_info
            where is_primary_methodology
        )
"""
REGION_SCORES = """
    insert into raw.released_region_score by name
    select
        $release_id as release_id, scores.series_code, scores.assessment_year, scores.methodology_code,
        methodologies.methodology_version, scores.region_code, scores.region_level, scores.region_name_zh,
        scores.region_name_en, scores.node_code, scores.node_level, scores.full_mark, scores.mean_of_units,
        scores.mean_of_subregions, scores.published_mean_of_units, scores.published_mean_of_subregions,
        scores.unit_count, scores.rank_in_level, scores.weighted_mean_of_units, scores.published_weighted_mean_of_units
    from {region_scores} as scores
    inner join {marts}.dim_methodology as methodologies
        on scores.methodology_code = methodologies.methodology_code
    where scores.assessment_year = $assessment_year
        and scores.node_level <= 1
"""
REVISED_FIGURES = """
    insert into raw.revised_figure by name
    select * from {marts}.revision where assessment_year = $assessment_year
"""


def load_history(connection: duckdb.DuckDBPyConnection, catalogue: Catalogue, releases: Iterable[ReleaseId]) -> None:
    """Replace the raw tables of what was published by what stands in the public files of `releases`.

    `connection` writes the warehouse. At most one release an edition may be given.
    """
    for table, columns in RELEASED_TABLES.items():
        connection.execute(f"create or replace table raw.{table} ({columns})")
    for release in releases:
        file = literal(catalogue.database(release, PUBLIC))
        connection.execute(f"attach {file} as released (read_only)")
        try:
            _insert_published(connection, "released.marts", release)
        finally:
            connection.execute("detach released")
        load_revisions(connection, catalogue, release)


def load_releases_in_force(connection: duckdb.DuckDBPyConnection, home: Home) -> None:
    """Let the warehouse show what is in force of every edition."""
    catalogue = Catalogue(home.releases)
    load_history(connection, catalogue, catalogue.all_in_force())


def load_revisions(connection: duckdb.DuckDBPyConnection, catalogue: Catalogue, release: ReleaseId) -> None:
    """Add what `release` and the ones of its edition before it revised."""
    file = literal(catalogue.database(release, PUBLIC))
    connection.execute(f"attach {file} as released (read_only)")
    try:
        connection.execute(REVISED_FIGURES.format(marts="released.marts"), {"assessment_year": release.year})
    finally:
        connection.execute("detach released")


def add_candidate(connection: duckdb.DuckDBPyConnection, release: ReleaseId) -> None:
    """Let the edition's own scores in the warehouse count as published by `release`, which is about to be cut."""
    _insert_published(connection, "marts", release)


def add_revisions(
    connection: duckdb.DuckDBPyConnection,
    release: ReleaseId,
    previous: ReleaseId,
    series_code: str,
    changes: Iterable[Change],
    reason: str,
) -> None:
    """Record that `release` changes figures of `previous`, with the reason."""
    rows = [
        {
            "release_id": str(release),
            "previous_release_id": str(previous),
            "series_code": series_code,
            "assessment_year": release.year,
            "reason": reason,
            **change.as_record(),
        }
        for change in changes
    ]
    if not rows:
        return
    connection.register("zhengxin_revision", pa.Table.from_pylist(rows))
    connection.execute("insert into raw.revised_figure by name select * from zhengxin_revision")
    connection.unregister("zhengxin_revision")


def _insert_published(connection: duckdb.DuckDBPyConnection, marts: str, release: ReleaseId) -> None:
    parameters = {"release_id": str(release), "assessment_year": release.year}
    tables = {
        table: [name for name, *_ in connection.execute(f"describe {marts}.{table}").fetchall()]
        for table in ("fct_unit_score", "region_score")
    }
    missing = lacking(tables)
    units, regions = (f"(select {as_now(missing.get(table, {}))} from {marts}.{table})" for table in tables)
    for statement in (UNIT_SCORES, INDICATOR_SCORES, REGION_SCORES):
        connection.execute(statement.format(marts=marts, unit_scores=units, region_scores=regions), parameters)
