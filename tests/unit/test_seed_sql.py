"""The SQL over the seeds, run without dbt: each singular test, and each generic test of a seed on each of its columns,
must be able to fail, and the analyses that draft the frame and the regions of an edition must give the rows that the
seeds hold."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from orchestration.home import Home, project_root
from orchestration.seeds import seeds_folder
from orchestration.warehouse.seed_check import GenericTest, SeedSql, load_seeds
from tests.small.home import lay_demo_seeds

ROOT = project_root()
EXAMPLE = ROOT / "orchestration" / "demo" / "data" / "asem"
Database = duckdb.DuckDBPyConnection
# E within ±15 instead of ±20, from 2021 on: as a maintainer would write it.
CAPPED = """
    insert into tree values ('county_capped', 'county_5_19_60', '上限15', 'Capped at 15');
    insert into methodology
        select 'presence_capped', '1.0', series_code, 'county_capped', 'presence', name_zh, name_en, description_zh,
            description_en, rank_basis, min_ranked_coverage, origin, origin_note
        from methodology where methodology_code = 'presence';
    insert into methodology_change values
        ('node', 'county_capped', 'E', 'override', 'full_mark', '15', 'within 15'),
        ('node', 'county_capped', 'E', 'override', 'min_mark', '-15', 'within 15'),
        ('node', 'county_capped', 'composite', 'override', 'full_mark', '95', 'within 15'),
        ('node', 'county_capped', 'composite', 'override', 'min_mark', '-15', 'within 15');
    update edition_methodology set methodology_code = 'presence_capped'
        where methodology_code = 'presence' and assessment_year >= 2021;
"""
CHECKS = sorted(path for name in ("seeds", "shipped_seeds") for path in ROOT.glob(f"dbt_project/tests/{name}/*.sql"))

# For each check, changes of the seeds that it has to catch. Values that a person could type, not noise.
FAULTS = {
    "assumed_exclusion_says_so": [
        "update assessment_frame set exclusion_reason_en = 'for some reason' where exclusion_origin = 'assumed'",
        "update assessment_frame set exclusion_reason_zh = null where exclusion_origin = 'assumed'",
    ],
    "basis_is_sound": [
        "update tree set based_on = 'county_5_19_61' where tree_code = 'county_capped'",
        "update tree set based_on = 'county_capped' where tree_code = 'county_5_19_60'",
        "update tree set based_on = tree_code where tree_code = 'hdi'",
        "update methodology set based_on = 'hdi' where methodology_code = 'presence_capped'",
        "update methodology set tree_code = 'hdi' where methodology_code = 'presence_capped'",
        "insert into tree select 'chain_' || number, case number when 0 then 'hdi' else 'chain_' || (number - 1) end, "
        "'链', null from range(8) as numbers (number)",
    ],
    "derivation_is_sound": [
        "update evidence_kind set date_column = 'published_on' where kind_code = 'disclosure_item'",
        "update evidence_kind set date_column = 'url' where kind_code = 'disclosure_item'",
        "update evidence_kind set key_columns = 'unit_code,url' where kind_code = 'disclosure_item'",
        "delete from evidence_column where kind_code = 'site_probe' and column_name = 'provenance'",
        "update measure_derivation_condition set column_name = 'rated' where column_name = 'rating'",
        "update measure_derivation_condition set operand = 'four' where operator = 'at_least'",
        "update measure_derivation_condition set operand = 'due' where operator = 'not_after_column'",
        "update measure_derivation_condition set column_name = 'url' where operator = 'by_window_end'",
        "update measure_derivation_condition set operand = null where operator = 'one_of'",
        "update measure_derivation_condition set operand = 'half a year' where operator = 'within_days_of_end'",
        "update measure_derivation set parameter = null where family = 'share_over_limit'",
        "update measure_derivation set parameter = 1 where family = 'share'",
        "update measure_derivation set from_column = null where family = 'days_late'",
        "update measure_derivation set value_column = null where family = 'lapsed_count'",
        "update measure_derivation set min_record_count = 0 where derivation_code = 'T5.2'",
        "update measure_derivation set measure_code = 'T5.2' where derivation_code = 'T4.2'",
    ],
    "methodology_change_takes_effect": [
        "update methodology_change set owner_code = 'county_uncapped'",
        "update tree set based_on = null where tree_code = 'county_capped'",
        "update methodology_change set row_key = 'E9' where row_key = 'E'",
        "update methodology_change set column_name = 'cap' where value = '15'",
        "update methodology_change set value = '20.0' where value = '15'",
        "update methodology_change set value = 'fifteen' where value = '15'",
        "update methodology_change set change_kind = 'remove' where value = '15'",
        "update methodology_change set column_name = '*' where value = '15'",
        "insert into node select 'county_capped', * exclude tree_code from node where node_code = 'E1.1'",
        "insert into measure_rule select 'presence_capped', * exclude methodology_code from measure_rule "
        "where methodology_code = 'presence' and measure_code = 'T1.1'",
    ],
    "attribute_weight_is_sound": [
        "update attribute set weight_attribute_code = 'household_size' where attribute_code = 'share_0_14_percent'",
        "update attribute set weight_attribute_code = 'people' where attribute_code = 'share_0_14_percent'",
        "update attribute set mean_tolerance = null where attribute_code = 'share_0_14_percent'",
        "update attribute set weight_attribute_code = 'population', mean_tolerance = 1 "
        "where attribute_code = 'urban_population'",
        "update attribute set upper_bound = 0 where attribute_code = 'share_0_14_percent'",
    ],
    "county_counts_match_the_ministry": [
        "delete from division_history where code = '110101'",
        "update division_history set prefecture_code = '520200' where prefecture_code = '520100'",
        "update division_history set last_year = 2017 where code = '110101'",
    ],
    "division_periods_are_sound": [
        "update division_history set valid_to = valid_from where code = '360402' and version = 1",
        "update division_history set valid_to = date '2016-03-21' where code = '360402' and version = 1",
        "update division_history set is_open = '0' where code = '110101'",
        "update division_history set last_year = 2023 where code = '110101'",
    ],
    "edition_is_complete": [
        "update assessment_frame set is_included = '0' where assessment_year = 2019",
        "delete from region where parent_region_code is null and assessment_year = 2019",
        "delete from edition where assessment_year = 2019",
        "update region set parent_region_code = null where region_code = '520100'",
        "insert into edition select series_code, 2030, frame_date, title_zh, title_en "
        "from edition where series_code = 'county_integrity' and assessment_year = 2019",
    ],
    "edition_names_its_methodologies": [
        "update edition_methodology set methodology_code = 'hdi' where assessment_year = 2019",
        "update edition_methodology set is_primary = '0' where methodology_code = 'hdi'",
        "update edition_methodology set is_primary = '1' where methodology_code = 'quality'",
        "update edition_methodology set purpose = 'backcast' where methodology_code = 'presence'",
        "update edition_methodology set purpose = 'official' where methodology_code = 'quality'",
        "delete from edition_methodology where assessment_year = 2019 and methodology_code = 'presence'",
        "delete from edition where assessment_year = 2019",
    ],
    "event_factors_are_complete": [
        "delete from event_factor where factor_kind = 'reach' and factor_level = 'national'",
        "update event_factor set factor_level = 'nationwide' where factor_kind = 'reach' and factor_level = 'national'",
        "update event_factor set limit_hours = null where factor_level = 'particularly_major'",
        "update event_factor set factor_value = 1 where factor_level = 'late'",
    ],
    "event_topic_counts_in_an_event_node": [
        "update event_topic set node_code = 'E1' where topic = 'media_coverage'",
        "update event_topic set node_code = 'E2.3' where topic = 'safety_or_public_event'",
        "update event_topic set polarity = 'negative' where topic = 'media_coverage'",
    ],
    "exclusion_has_a_reason": [
        "update assessment_frame set exclusion_reason_zh = null, exclusion_reason_en = null where unit_code = '350527'",
        "update assessment_frame set exclusion_origin = null where unit_code = '350527'",
        "update assessment_frame set is_included = '1' where unit_code = '350527'",
    ],
    "frame_agrees_with_division_history": [
        "delete from assessment_frame where unit_code = '441900' and assessment_year = 2018",
        "update assessment_frame set name_zh = '兴仁县' where unit_code = '522302'",
        "update assessment_frame set region_code = '520100' where unit_code = '520221'",
        "update assessment_frame set unit_code = '522322' where unit_code = '522302'",
    ],
    "frame_of_2019_matches_the_report": [
        "update assessment_frame set is_included = '1' where unit_code = '350527' and assessment_year = 2019",
        "update assessment_frame set is_included = '0' where unit_code = '520102' and assessment_year = 2019",
    ],
    "frame_region_exists": [
        "update assessment_frame set region_code = '520900' where unit_code = '520102'",
        "delete from region where region_code = '520100' and assessment_year = 2017",
        "insert into region select series_code, assessment_year, '719900', region_level, parent_region_code, name_zh, "
        "name_en from region where region_code = '520100'",
    ],
    "grade_bands_are_contiguous": [
        "update grade_band set lower_bound = 79 where methodology_code = 'quality' and grade = 'B'",
        "update grade_band set upper_bound = 100 where methodology_code = 'quality' and grade = 'A'",
        "update grade_band set lower_bound = 0 where methodology_code = 'quality' and grade = 'E'",
        "delete from grade_band where methodology_code = 'quality' and grade = 'C'",
    ],
    "leaf_has_rule": [
        "delete from measure_rule where methodology_code = 'quality' and measure_code = 'T1.1'",
        "update measure_rule set weight = 0 where methodology_code = 'quality' and measure_code = 'T1.1'",
        "update measure_rule set weight = null where methodology_code = 'quality' "
        "and measure_code = 'T5.1.linked_share'",
        "update measure_rule set rule_family = 'event' where methodology_code = 'quality' "
        "and measure_code = 'T5.1.linked_share'",
    ],
    "measure_bounds_are_sound": [
        "update measure set upper_bound = lower_bound where measure_code = 'T1.1'",
        "update measure set upper_bound = 1 where measure_code = 'T1.2'",
        "update measure set is_whole_number = '0' where measure_code = 'T1.1'",
        "update measure set funnel_earlier_measure_code = 'life_expectancy_years' "
        "where measure_code = 'T5.2.on_time_count'",
    ],
    "node_marks_sum_to_parent": [
        "update node set full_mark = 2 where node_code = 'T1.1'",
        "update node set min_mark = -1 where node_code = 'T1.1'",
        "update node set full_mark = 31 where node_code = 'T'",
        "update node set full_mark = 79 where node_code = 'composite'",
        "update node set min_mark = 1 where node_code = 'composite'",
        "update methodology_change set value = '79' where value = '95'",
    ],
    "node_parameters_are_sound": [
        "update node set min_mark = full_mark where node_code = 'T1.1'",
        "update node set min_coverage_numerator = 4 where node_code = 'T1'",
        "update node set rounding_mode = 'half_up' where node_code = 'hdi'",
        "update node set rounding_digits = 3 where node_code = 'hdi'",
        "update node set position = 2 where node_code = 'T1.1'",
    ],
    "node_weight_is_positive": [
        "update node set weight = null where node_code = 'health'",
        "update node set weight = 0 where node_code = 'mean_schooling'",
        "update node set full_mark = 0, min_mark = -1 where node_code = 'health'",
    ],
    "peer_group_belongs_to_a_rule": [
        "update peer_band set peer_rule_code = 'population_fifth' where peer_rule_code = 'urban_share'",
        "update peer_list set unit_code = '999999' where unit_code = '210202'",
        "delete from peer_rule where peer_rule_code = 'plan_city_district'",
    ],
    "peer_rule_has_its_parameters": [
        "update peer_rule set region_level = 'county' where peer_rule_code = 'province'",
        "update peer_rule set attribute_code = 'people' where peer_rule_code = 'population_fifth'",
        "update peer_rule set per_attribute_code = 'people' where peer_rule_code = 'urban_share'",
        "update peer_rule set group_count = 1 where peer_rule_code = 'population_fifth'",
        "update peer_band set upper_bound = 40 where group_code = 'under_35'",
        "delete from peer_band where group_code = 'from_70'",
        "delete from peer_band",
        "delete from peer_list",
        "update peer_rule set rule_kind = 'unit_type' where peer_rule_code = 'province'",
    ],
    "published_figure_can_be_joined": [
        "update published_figure set region_code = '529900' where region_code = '520400'",
        "update published_figure set region_level = 'province' where region_code = '520400'",
        "update published_figure set reference_region_code = '990000' where statistic = 'gap_to_best'",
        "update published_figure set node_code = 'X' where node_code = 'S'",
        "update published_figure set value = null where statistic = 'gap_to_best'",
        "update published_figure set tolerance = null where statistic = 'gap_to_best'",
        "update published_constraint_term set node_code = 'X' where node_code = 'S'",
        "update published_constraint_term set region_code = '990000' where region_code = '310000'",
        "update published_constraint set value = null where constraint_id = 'K06'",
        "update published_constraint set tolerance = null where constraint_id = 'K06'",
    ],
    "published_hdi_is_complete": [
        "delete from published_unit_score where unit_code = 'NAM' and assessment_year = 2000",
    ],
    "published_unit_score_can_be_joined": [
        "update published_unit_score set unit_code = 'XXX' where unit_code = 'NAM'",
        "update published_unit_score set node_code = 'index' where unit_code = 'NAM'",
        "update published_unit_score set published_value = 55.4 where unit_code = 'NAM'",
    ],
    "region_agrees_with_division_history": [
        "update region set name_zh = '贵阳' where region_code = '520100'",
        "update region set parent_region_code = '510000' where region_code = '520100'",
    ],
    "region_parent_is_one_level_up": [
        "update region set parent_region_code = '000000' where region_code = '520100'",
        "update region set parent_region_code = '530000' where region_code = '520000'",
        "update region set region_level = 'county' where region_code = '520100'",
    ],
    "relative_rules_have_their_variant": [
        "update measure_rule set rule_family = 'relative' where methodology_code = 'quality' and measure_code = 'T1.1'",
        "update variant set is_published = '1' where variant_code = 'quality_equal_weights'",
    ],
    "rule_has_its_parameters": [
        "update measure_rule set target = null where methodology_code = 'quality' and measure_code = 'T1.1'",
        "update measure_rule set floor = target where methodology_code = 'quality' and measure_code = 'T1.1'",
        "update measure_rule set floor = 0 where measure_code = 'gni_per_capita_ppp_usd'",
        "update measure_rule set deduct_per_case = null where measure_code = 'P1.4.breach_count'",
        "update measure_rule set veto_threshold = null where measure_code = 'T4.1.probe_timeout_rate'",
        "update measure_rule set event_source = null where measure_code = 'E1.1'",
        "update measure_rule set deduct_per_case = 1 where methodology_code = 'quality' and measure_code = 'T1.1'",
        "update measure_rule set weight = 0 where methodology_code = 'quality' and measure_code = 'T1.1'",
    ],
    "rule_sits_on_a_leaf": [
        "update measure_rule set node_code = 'T1' where methodology_code = 'quality' and measure_code = 'T1.1'",
        "update measure_rule set node_code = 'X' where methodology_code = 'quality' and measure_code = 'T1.1'",
        "update measure set series_code = 'hdi' where measure_code = 'T1.1'",
    ],
    "succession_links_known_divisions": [
        "update division_change set to_code = '522399' where to_code = '522302'",
        "update division_change set from_code = '522399' where to_code = '522302'",
        "update division_change set year = 2015 where to_code = '522302'",
    ],
    "tree_has_one_root": [
        "update node set parent_node_code = null where node_code = 'T'",
        "update node set parent_node_code = 'T1' where node_code = 'composite'",
    ],
    "tree_is_no_deeper_than_unrolled": [
        "update node set node_level = 9 where node_code = 'T1.1'",
    ],
    "tree_reaches_every_node": [
        "update node set parent_node_code = 'T1' where node_code = 'T'",
        "update node set parent_node_code = 'T9' where node_code = 'T1.1'",
        "update node set node_level = 2 where node_code = 'T1.1'",
    ],
}


@pytest.fixture(scope="module")
def sql(tmp_path_factory: pytest.TempPathFactory) -> SeedSql:
    """Renders over the seeds of the demo's home, so that none is empty."""
    home = Home(tmp_path_factory.mktemp("demo"))
    lay_demo_seeds(home)
    return SeedSql(ROOT / "dbt_project", seeds_folder(home))


@pytest.fixture(scope="module")
def loaded_seeds(sql: SeedSql) -> Iterator[duckdb.DuckDBPyConnection]:
    """An in-memory database with a table a seed, typed as its yml says."""
    connection = duckdb.connect()
    assert load_seeds(connection, sql.seeds) == []
    # Seeds that are empty for the counties are tested on the rows of COINr's example.
    for path in sorted(EXAMPLE.glob("*.csv")):
        if connection.execute(f"select count(*) from {path.stem}").fetchone() == (0,):
            connection.execute(
                f"insert into {path.stem} from read_csv(?, all_varchar = true, header = true)", [str(path)]
            )
    for statement in CAPPED.split(";"):
        connection.execute(statement)
    for check in CHECKS:
        sql.render(check)
    for name, select in sql.views:
        connection.execute(f"create view {name} as {select}")
    yield connection
    connection.close()


@pytest.fixture
def seeds(loaded_seeds: Database) -> Iterator[duckdb.DuckDBPyConnection]:
    """The loaded seeds, in a transaction that the test's changes do not outlive."""
    loaded_seeds.begin()
    yield loaded_seeds
    loaded_seeds.rollback()


def test_every_check_has_its_faults() -> None:
    assert sorted(FAULTS) == sorted(path.stem for path in CHECKS)


@pytest.mark.parametrize("check", CHECKS, ids=lambda path: path.stem)
def test_check_passes_on_the_seeds(check: Path, sql: SeedSql, seeds: Database) -> None:
    assert seeds.execute(sql.render(check)).fetchall() == []


@pytest.mark.parametrize(("check", "fault"), [(check, fault) for check in FAULTS for fault in FAULTS[check]])
def test_check_fails_on_a_fault(check: str, fault: str, sql: SeedSql, seeds: Database) -> None:
    (changed,) = seeds.execute(fault).fetchone()
    assert changed > 0, "the fault changes nothing"
    (path,) = (path for path in CHECKS if path.stem == check)
    assert seeds.execute(sql.render(path)).fetchall() != []


PART_OF_THE_COUNTRY = (
    "insert into edition select series_code, 2026, date '2024-12-31', title_zh, title_en from edition "
    "where series_code = 'county_integrity' and assessment_year = 2025",
    "insert into assessment_frame select * replace (2026 as assessment_year) from assessment_frame "
    "where series_code = 'county_integrity' and assessment_year = 2025 and unit_code like '52%'",
    "insert into region select * replace (2026 as assessment_year, "
    "case when region_code <> '520000' then parent_region_code end as parent_region_code) from region "
    "where series_code = 'county_integrity' and assessment_year = 2025 and region_code like '52%'",
)
OF_A_FRAME = (
    *("edition_is_complete", "exclusion_has_a_reason", "frame_agrees_with_division_history", "frame_region_exists"),
    *("region_agrees_with_division_history", "region_parent_is_one_level_up"),
)


def test_an_edition_of_one_province_needs_its_own_rows_only(sql: SeedSql, seeds: Database) -> None:
    for statement in PART_OF_THE_COUNTRY:
        seeds.execute(statement)
    paths = {path.stem: path for path in CHECKS}
    assert seeds.execute("select count(*) from assessment_frame where assessment_year = 2026").fetchall() == [(88,)]
    for check in OF_A_FRAME:
        assert seeds.execute(sql.render(paths[check])).fetchall() == [], check
    # What stands under the province's code is the whole of it.
    seeds.execute("delete from assessment_frame where assessment_year = 2026 and unit_code = '520102'")
    assert len(seeds.execute(sql.render(paths["frame_agrees_with_division_history"])).fetchall()) == 1


def generic_tests(name: str) -> list[GenericTest]:
    """All uses of one generic test over the seeds."""
    return [test for test in SeedSql(ROOT / "dbt_project", ROOT / "seeds").generic_tests() if test.name == name]


def failures(test: GenericTest, sql: SeedSql, seeds: Database) -> list[tuple]:
    return seeds.execute(sql.render_generic(test)).fetchall()


NAMED_TESTS = ("unique_key", "complete_columns", "listed_values", "named_in_a_language")
GENERIC_TESTS = [test for name in NAMED_TESTS for test in generic_tests(name)]


def test_every_seed_has_a_complete_key() -> None:
    keys = {test.seed: test.arguments["columns"] for test in generic_tests("unique_key")}
    complete = {test.seed: test.arguments["columns"] for test in generic_tests("complete_columns")}
    assert sorted(keys) == sorted(path.stem for path in (ROOT / "seeds").glob("*/*.csv"))
    assert [seed for seed, key in keys.items() if not set(key) <= set(complete[seed])] == []


@pytest.mark.parametrize("test", GENERIC_TESTS, ids=lambda test: f"{test.seed}-{test.name}")
def test_generic_test_passes_on_the_seeds(test: GenericTest, sql: SeedSql, seeds: Database) -> None:
    assert failures(test, sql, seeds) == []


@pytest.mark.parametrize("test", generic_tests("unique_key"), ids=lambda test: test.seed)
def test_row_with_the_key_of_another_is_refused(test: GenericTest, sql: SeedSql, seeds: Database) -> None:
    seeds.execute(f"insert into {test.seed} from {test.seed} limit 1")
    assert [row[-1] for row in failures(test, sql, seeds)] == [2]


@pytest.mark.parametrize("test", generic_tests("complete_columns"), ids=lambda test: test.seed)
def test_empty_cell_is_refused_in_every_column(test: GenericTest, sql: SeedSql, seeds: Database) -> None:
    for count, column in enumerate(test.arguments["columns"], start=1):
        seeds.execute(f"update {test.seed} set {column} = null where rowid = (select min(rowid) from {test.seed})")
        assert sorted(row[0] for row in failures(test, sql, seeds)) == sorted(test.arguments["columns"][:count])


@pytest.mark.parametrize("test", generic_tests("listed_values"), ids=lambda test: test.seed)
def test_unlisted_value_is_refused_in_every_column(test: GenericTest, sql: SeedSql, seeds: Database) -> None:
    columns = list(test.arguments["values"])
    for count, column in enumerate(columns, start=1):
        seeds.execute(f"update {test.seed} set {column} = 'other' where rowid = (select min(rowid) from {test.seed})")
        assert sorted(failures(test, sql, seeds)) == [
            (name, "other", ", ".join(test.arguments["values"][name]), 1) for name in sorted(columns[:count])
        ]


@pytest.mark.parametrize("seed", ["assessment_frame", "region"])
@pytest.mark.parametrize("year", range(2017, 2026))
def test_analysis_drafts_the_rows_of_the_seed(seed: str, year: int, sql: SeedSql, seeds: Database) -> None:
    analysis = ROOT / "dbt_project" / "analyses" / f"{seed}_of_edition.sql"
    drafted = seeds.execute(sql.render(analysis, frame_assessment_year=year))
    columns = [column[0] for column in drafted.description]
    rows = [tuple("" if cell is None else str(cell) for cell in row) for row in drafted.fetchall()]
    with (ROOT / "seeds" / "geography" / f"{seed}.csv").open(encoding="utf-8", newline="") as file:
        header, *lines = csv.reader(file)
    assert columns == header
    assert rows == [tuple(line) for line in lines if line[:2] == ["county_integrity", str(year)]]


def test_counts_of_the_frames(seeds: Database) -> None:
    counts = seeds.execute(
        """
        select assessment_year, count(*), count(*) filter (where is_included = '1')
        from assessment_frame where series_code = 'county_integrity' group by 1 order by 1
        """
    ).fetchall()
    assert counts == [
        (2017, 2856, 2742),
        (2018, 2856, 2742),
        (2019, 2856, 2737),
        (2020, 2851, 2723),
        (2021, 2848, 2714),
        (2022, 2847, 2709),
        (2023, 2847, 2709),
        (2024, 2848, 2709),
        (2025, 2850, 2709),
    ]
    hdi = seeds.execute(
        "select count(*), count(distinct unit_code) from assessment_frame "
        "where series_code = 'hdi' and is_included = '1'"
    ).fetchone()
    assert hdi == (5808, 193)
