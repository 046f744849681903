"""The county demo, from inbox files to marts: published figures, what real data has, the READMEs' examples."""

from __future__ import annotations

import re

import pytest

from orchestration.home import Home, project_root
from orchestration.release.data_dictionary import data_dictionary
from orchestration.seeds import seeds_folder
from orchestration.warehouse import dbt
from tests.methodology.reference_scorer import world_from_csv_seeds
from tests.methodology.test_marts_equal_reference import compare
from tests.yearly_run.conftest import NATION, of_both_and_the_nation, of_the_nation, rows, summary
from tests.yearly_run.examples import example_queries

RAW_TABLES = ("observation", "opinion_event", "verification", "objection", "decision", "quarantined_row")


def test_every_published_figure_that_can_be_compared_agrees(county_home: Home, request: pytest.FixtureRequest) -> None:
    outcomes = rows(
        county_home,
        "select published_id, outcome, published_value, computed_value from marts.published_reconciliation",
    )
    assert [row for row in outcomes if row[1] == "mismatch"] == []
    # Those of Guizhou that need no other province; in the nation all.
    comparable = 95 if NATION in request.node.callspec.id else 38
    assert sum(row[1] == "match" for row in outcomes) >= comparable


@of_both_and_the_nation(
    ("region_code", "node_code", "column", "published"),
    [
        ("520000", "composite", "published_mean_of_units", "80.74"),
        ("520000", "S", "published_mean_of_units", "9.91"),
        ("520000", "E", "published_mean_of_units", "0.83"),
        ("520400", "composite", "published_mean_of_units", "82.33"),
        ("520100", "composite", "published_mean_of_units", "82.20"),
        ("522700", "composite", "published_mean_of_units", "81.83"),
        ("522600", "composite", "published_mean_of_units", "79.31"),
        ("520000", "T", "min_score", "30"),
        ("520000", "C", "min_score", "20"),
        ("520000", "P", "min_score", "20"),
    ],
    [
        ("000000", "composite", "published_mean_of_subregions", "79.38"),
        ("310000", "composite", "published_mean_of_units", "88.32"),
        ("520000", "composite", "rank_in_level", "11"),
        ("310000", "E", "published_mean_of_units", "9.07"),
    ],
)
def test_figures_of_the_2019_report(
    county_home: Home, region_code: str, node_code: str, column: str, published: str
) -> None:
    """Held against the report here, past the seeds and the reconciliation mart."""
    [(computed,)] = rows(
        county_home,
        f"""
        select {column} = {published} from marts.region_score
        where assessment_year = 2019 and methodology_code = 'presence'
            and region_code = '{region_code}' and node_code = '{node_code}'
        """,
    )
    assert computed


def test_prefectures_stand_in_the_order_of_the_report(county_home: Home) -> None:
    order = rows(
        county_home,
        """
        select region_code from marts.region_score
        where assessment_year = 2019 and methodology_code = 'presence' and node_code = 'composite'
            and parent_region_code = '520000'
        order by rank_within_parent
        """,
    )
    published = ["520400", "520100", "522700", "522300", "520300", "520200", "520600", "520500", "522600"]
    assert [code for (code,) in order] == published


def test_the_frame_of_2019_is_scored(county_home: Home, request: pytest.FixtureRequest) -> None:
    [(units, provinces)] = rows(
        county_home,
        """
        select count(*), count(distinct units.province_code)
        from marts.fct_unit_score as scores
        inner join marts.dim_unit as units using (series_code, assessment_year, unit_code)
        where assessment_year = 2019 and methodology_code = 'presence' and score is not null
        """,
    )
    assert (units, provinces) == ((2737, 30) if NATION in request.node.callspec.id else (88, 1))


def test_synthetic_data_says_so(county_home: Home) -> None:
    assert rows(county_home, "select distinct data_kind from marts.release_info") == [("synthetic",)]
    assert "SYNTHETIC" in summary(county_home)


def test_what_real_data_has_is_there(county_home: Home) -> None:
    statuses = {status for (status,) in rows(county_home, "select distinct status from marts.fct_measure_score")}
    assert statuses == {"observed", "verified", "not_published", "not_collected", "not_applicable", "quarantined"}
    rules = {rule for (rule,) in rows(county_home, "select distinct rule from marts.quarantined_row")}
    assert {
        "duplicate_row",
        "event_date_outside_year",
        "responsibility_missing",
        "unit_code_too_short",
        "unit_code_split",
        "value_above_upper_bound",
    } <= rules
    reasons = {reason for (reason,) in rows(county_home, "select distinct reason from marts.verification_queue")}
    assert {"outlier", "year_on_year_jump", "conflict", "veto", "zero", "random_sample", "negative_event"} == reasons
    [(conflicts,)] = rows(county_home, "select count(*) from marts.observation_conflict where not is_effective")
    [(mapped,)] = rows(county_home, "select count(*) from raw.observation where unit_code <> unit_code_received")
    assert conflicts > 0
    assert mapped > 0


def test_records_contradict_three_reported_values(county_home: Home) -> None:
    """And nothing else: what records give is what was typed, and the typed value stays in force everywhere."""
    contradicted = rows(
        county_home,
        "select unit_code, measure_code, is_effective, effective_source from marts.evidence_measure"
        " where is_contradicted order by unit_code",
    )
    assert [row[:2] for row in contradicted] == [
        ("520115", "P3.2.rate"),
        ("520281", "S3.2.open_case_count"),
        ("522301", "T5.3.stale_column_count"),
    ]
    assert {row[2:] for row in contradicted} == {(False, "observation")}
    [(derived, in_force)] = rows(
        county_home, "select count(*), count(*) filter (where is_effective) from marts.evidence_measure"
    )
    assert derived > 100 and in_force == 0
    told = summary(county_home)
    assert "观山湖区 P3.2.rate:统计为 79.31" in told and "marts" in told
    queued = rows(
        county_home,
        "select subject_code from marts.verification_queue"
        " where assessment_year = 2019 and unit_code = '520115' and reason = 'conflict'",
    )
    assert ("P3.2.rate",) in queued


def test_rows_in_are_rows_accepted_and_quarantined(county_home: Home) -> None:
    [(received, accepted, quarantined)] = rows(
        county_home,
        "select sum(row_count), sum(accepted_count), sum(quarantined_count) from raw.batch where is_effective",
    )
    assert received == accepted + quarantined
    assert quarantined > 0


def test_a_recoded_unit_keeps_its_history(county_home: Home) -> None:
    """盘县 520222 of the 2017 edition is 盘州 520281 of the 2018 one."""
    [(previous, change)] = rows(
        county_home,
        """
        select previous_unit_code, change_from_previous from marts.unit_trend
        where unit_code = '520281' and assessment_year = 2018
            and methodology_code = 'presence' and node_code = 'composite'
        """,
    )
    assert previous == "520222"
    assert change is not None


@pytest.mark.slow
@of_the_nation
def test_the_marts_equal_the_reference_on_the_whole_demo(county_home: Home) -> None:
    # An edition is scored when observations of it came in: neither those of the other series, nor the running year's.
    observed = {
        None,
        *(str(year) for (year,) in rows(county_home, "select distinct assessment_year from raw.observation")),
    }
    world = {
        table: [
            row
            for row in seed
            if row.get("series_code") in (None, "county_integrity") and row.get("assessment_year") in observed
        ]
        for table, seed in world_from_csv_seeds(seeds_folder(county_home)).items()
    }
    for table in RAW_TABLES:
        columns = [name for name, *_ in rows(county_home, f"describe raw.{table}")]
        world[table] = [dict(zip(columns, row, strict=True)) for row in rows(county_home, f"select * from raw.{table}")]
    compare(world, county_home.warehouse)


@pytest.mark.parametrize(("place", "query"), example_queries(), ids=[place for place, _ in example_queries()])
def test_examples_of_the_documents_give_rows(county_home: Home, place: str, query: str) -> None:
    assert rows(county_home, query), f"the query of {place} gives nothing"


def test_there_are_examples() -> None:
    assert len(example_queries()) >= 12


def test_dbt_unit_tests_pass(county_home: Home) -> None:
    printed = dbt.run(county_home, ["test", "--select", "test_type:unit"], target=county_home.dbt / "unit_tests")
    passed = re.search(r"PASS=(\d+) WARN=0 ERROR=0 SKIP=0", printed)
    assert passed, printed
    assert int(passed[1]) >= 30


def test_tables_and_columns_carry_comments_in_both_languages(county_home: Home) -> None:
    without = rows(
        county_home,
        """
        select table_name, column_name from duckdb_columns()
        where schema_name = 'marts' and (comment is null or not regexp_matches(comment, '[一-鿿].*[A-Za-z]'))
        """,
    )
    assert without == []


def test_the_data_dictionary_is_current(county_home: Home) -> None:
    committed = (project_root() / "docs" / "data_dictionary.md").read_text(encoding="utf-8")
    assert committed == data_dictionary(dbt.prepare_manifest(county_home)), "run: zhengxin dictionary"


def test_validation_results_are_rows_and_pages(county_home: Home) -> None:
    layers = dict(rows(county_home, "select layer, count(*) from quality.validation_result group by layer"))
    assert set(layers) == {"door", "marts"}
    assert (
        rows(
            county_home,
            "select rule from quality.validation_result where severity = 'error' and layer = 'marts' and not success",
        )
        == []
    )
    index = (county_home.quality / "data_docs" / "index.html").read_text(encoding="utf-8")
    assert "marts.fct_unit_score" in index
    assert "http:" not in index and "https:" not in index
