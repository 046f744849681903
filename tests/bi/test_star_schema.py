"""The joins that docs/bi.md names: every row of a fact finds exactly one row of its dimension."""

from __future__ import annotations

import duckdb
import pytest

from orchestration.home import project_root

UNIT = "series_code, assessment_year, unit_code"
REGION = "series_code, assessment_year, region_code"
EDITION = "series_code, assessment_year"
NODE = "methodology_code, node_code"
# A fact, its dimension, the columns that join them, and what else has to hold for there to be anything to join.
JOINS = [
    *((fact, "dim_unit", UNIT, "true") for fact in ("fct_unit_score", "fct_dimension_score", "fct_indicator_score")),
    ("fct_measure_score", "dim_unit", UNIT, "true"),
    ("unit_scorecard", "dim_unit", UNIT, "true"),
    ("unit_ranking", "dim_unit", UNIT, "true"),
    ("unit_attribute", "dim_unit", UNIT, "true"),
    ("peer_ranking", "dim_unit", UNIT, "true"),
    ("unit_ranking", "dim_region", REGION, "true"),
    ("dim_unit", "dim_region", REGION, "true"),
    ("region_score", "dim_region", REGION, "true"),
    ("region_comparison", "dim_region", REGION, "true"),
    ("fct_dimension_score", "dim_indicator", NODE, "true"),
    ("fct_indicator_score", "dim_indicator", NODE, "true"),
    ("region_score", "dim_indicator", NODE, "node_code <> 'base'"),
    ("region_comparison", "dim_indicator", NODE, "node_code <> 'base'"),
    ("fct_measure_score", "dim_measure", "methodology_code, measure_code", "true"),
    ("dim_measure", "dim_indicator", NODE, "true"),
    ("fct_unit_score", "dim_methodology", "methodology_code", "true"),
    ("fct_unit_score", "dim_edition", EDITION, "true"),
    ("region_score", "dim_edition", EDITION, "true"),
    ("release_info", "dim_edition", EDITION, "true"),
    ("fct_unit_score", "release_info", "series_code, assessment_year, methodology_code", "true"),
    ("fct_unit_score", "dim_grade", "methodology_code, grade", "grade is not null"),
]


@pytest.mark.parametrize(("fact", "dimension", "columns", "condition"), JOINS)
def test_every_row_finds_its_one_dimension_row(
    direct: duckdb.DuckDBPyConnection, fact: str, dimension: str, columns: str, condition: str
) -> None:
    rows = f"(from marts.{fact} where {condition})"
    (expected,) = direct.execute(f"select count(*) from {rows}").fetchone()
    (joined,) = direct.execute(f"select count(*) from {rows} inner join marts.{dimension} using ({columns})").fetchone()
    (repeated,) = direct.execute(
        f"select count(*) from (select {columns} from marts.{dimension} group by all having count(*) > 1)"
    ).fetchone()
    assert expected > 0
    assert (joined, repeated) == (expected, 0)


def test_the_documented_joins_are_the_tested_ones() -> None:
    text = (project_root() / "docs" / "bi.md").read_text(encoding="utf-8")
    documented = {
        (fact, dimension, columns)
        for fact, dimension, columns in (
            (cell.strip().strip("`") for cell in line.strip("| \n").split("|")[:3])
            for line in text.splitlines()
            if line.startswith("| `") and line.count("|") == 4 and "_code" in line
        )
    }
    assert documented == {(fact, dimension, columns) for fact, dimension, columns, _ in JOINS}


def test_what_people_read_stands_in_both_languages(direct: duckdb.DuckDBPyConnection) -> None:
    """A name or title in one language has its twin in the other, in every table."""
    columns = direct.execute(
        "select table_name, column_name from duckdb_columns() where schema_name = 'marts'"
    ).fetchall()
    known = set(columns)
    lonely = [
        (table, column)
        for table, column in columns
        if column.endswith(("name_zh", "title_zh")) and (table, column[:-2] + "en") not in known
    ]
    assert lonely == []
