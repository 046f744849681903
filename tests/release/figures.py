"""The figures of releases read without the code under test, and what a diff must name of them."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import duckdb

from orchestration.home import Home

# These tell of releases or of where a row came from, or go on after the edition.
UNCOMPARED = {
    "decision",
    "decision_log",
    "dim_scenario",
    "dim_variant",
    "effective_weight",
    "grade_share",
    "indicator_history",
    "internal_consistency",
    "measure_statistic",
    "node_correlation",
    "objection",
    "pairwise_order",
    "principal_component",
    "rank_distinguishable",
    "rank_draw",
    "rank_interval",
    "region_history",
    "release_info",
    "revision",
    "scenario_contribution",
    "scenario_draw",
    "scenario_mark",
    "scenario_score",
    "sensitivity_index",
    "treated_value",
    "unit_history",
    "unit_scorecard_all",
    "variant_screening",
    "warning",
}
PROVENANCE = {"batch_id", "row_number"}


def rows(database: Path, query: str) -> list[tuple]:
    with duckdb.connect(str(database), read_only=True) as opened:
        return opened.execute(query).fetchall()


def scoring_cell(home: Home, year: int) -> tuple[str, str]:
    """A unit and a measure that earns it something in both methodologies."""
    return rows(
        home.warehouse,
        f"""
        select unit_code, measure_code from marts.fct_measure_score
        where assessment_year = {year} and rule_family = 'linear' and value > 0
        group by unit_code, measure_code having min(normalised_value) > 0
        order by max(measure_mark) desc, unit_code, measure_code limit 1
        """,
    )[0]


def all_figures(database: Path) -> dict[tuple, str]:
    """Each value of the public tables by (table, key, column), read without the code under test."""
    figures = {}
    with duckdb.connect(str(database), read_only=True) as opened:
        columns: dict[str, list[tuple[str, bool]]] = {}
        for table, column, is_nullable in opened.execute(
            "select table_name, column_name, is_nullable from duckdb_columns() where schema_name = 'marts' "
            "order by table_name, column_index"
        ).fetchall():
            columns.setdefault(table, []).append((column, not is_nullable))
        for table in columns.keys() - UNCOMPARED:
            for row in opened.execute(f"select * from marts.{table}").fetchall():
                pairs = list(zip(row, columns[table], strict=True))
                key = tuple(str(value) for value, (_, is_key) in pairs if is_key)
                figures |= {(table, key, name): str(value) for value, (name, _) in pairs if name not in PROVENANCE}
    return figures


def changes_in(folder: Path) -> list[dict]:
    """The lines of a release's `diff.csv`, `row_key` as a dict."""
    with (folder / "diff.csv").open(encoding="utf-8") as file:
        return [row | {"row_key": json.loads(row["row_key"])} for row in csv.DictReader(file)]


def assert_tells_every_change(changes: list[dict], before: Path, after: Path) -> None:
    """The changes are those between the two databases: none is missing, none is added."""
    old, new = all_figures(before), all_figures(after)
    changed = {place for place in old.keys() | new.keys() if old.get(place) != new.get(place)}
    told = {(row["table_name"], tuple(row["row_key"].values()), row["column_name"]) for row in changes}
    whole_rows = {place[:2] for place in told if place[2] == "*"}
    assert {place for place in changed if place[:2] not in whole_rows} == {place for place in told if place[2] != "*"}
    assert {place[:2] for place in changed if place[:2] in whole_rows} == whole_rows
