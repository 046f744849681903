"""The jobs through Dagster's own API, in process, on a small home."""

from __future__ import annotations

from pathlib import Path

import dagster as dg
import pytest
from dagster_shared.check import CheckError

from orchestration.home import Home
from orchestration.pipeline.code_location import definitions_of
from orchestration.pipeline.execution import RunOutcome, execute
from orchestration.pipeline.instance import open_instance
from orchestration.pipeline.partitions import PARTITION_TAG, span_tags
from orchestration.warehouse.connection import reading, writing
from tests.orchestration.conftest import YEAR, BuiltHome
from tests.small.build import say_sound
from tests.small.copied import copy_home
from tests.small.inbox import write_small_inbox


def run_job(home: Home, job: str, tags: dict[str, str]) -> RunOutcome:
    with open_instance(home) as instance:
        return execute(instance, definitions_of(home).resolve_job_def(job), tags)


def latest_metadata(home: Home, *key: str) -> dict[str, object]:
    with open_instance(home) as instance:
        event = instance.get_latest_materialization_event(dg.AssetKey(key))
    return {name: value.value for name, value in event.asset_materialization.metadata.items()}


def test_annual_run_succeeds(built: BuiltHome) -> None:
    assert built.outcome.errors == []
    assert built.outcome.success
    assert built.outcome.checks.failed == []


def test_every_accepted_row_is_scored(built: BuiltHome) -> None:
    with reading(built.home.warehouse) as connection:
        rows = connection.execute("select count(*), count(distinct unit_code) from raw.observation").fetchone()
        scored = connection.execute(
            "select count(*) filter (score is not null) from marts.fct_unit_score where unit_code in "
            "(select unit_code from raw.observation) and methodology_code = 'quality'"
        ).fetchone()
    assert rows == (built.good_rows, 6)
    assert scored == (6,)


def test_bad_row_warns_and_does_not_block(built: BuiltHome) -> None:
    assert "raw/observation:rows_accepted" in built.outcome.checks.warned
    with reading(built.home.warehouse) as connection:
        quarantined = connection.execute("select unit_code, rule from raw.quarantined_row").fetchall()
    assert quarantined == [("999999", "unit_code_unknown")]


def test_raw_assets_tell_rows_batches_and_quarantine(built: BuiltHome) -> None:
    metadata = latest_metadata(built.home, "raw", "observation")
    assert metadata["dagster/row_count"] == built.good_rows
    assert metadata["quarantined_rows"] == 1
    assert len(metadata["batch_ids"]) == 1
    assert f"| small_{YEAR}.csv | landed | {metadata['batch_ids'][0]} |" in metadata["files"]
    assert f"| {YEAR} | {built.good_rows} | 1 |" in metadata["rows_per_year"]
    assert "unit_code_unknown" in latest_metadata(built.home, "raw", "quarantined_row")["rules"]


def test_marts_tell_rows_and_show_some(built: BuiltHome) -> None:
    metadata = latest_metadata(built.home, "marts", "fct_unit_score")
    with reading(built.home.warehouse) as connection:
        [(rows,)] = connection.execute("select count(*) from marts.fct_unit_score").fetchall()
    assert metadata["dagster/row_count"] == rows
    assert metadata["preview"].startswith("| series_code | assessment_year |")
    assert metadata["path"] == str(built.home.warehouse)


def test_validation_writes_results_and_data_docs(built: BuiltHome) -> None:
    docs = Path(latest_metadata(built.home, "quality", "validation_result")["data_docs"])
    assert docs.is_relative_to(built.home.quality) and docs.exists()
    with reading(built.home.warehouse) as connection:
        layers = connection.execute("select distinct layer from quality.validation_result order by 1").fetchall()
    assert layers == [("door",), ("marts",)]


def test_no_handle_on_the_warehouse_is_left(built: BuiltHome) -> None:
    """Read-only beside a leftover handle would be refused within this process."""
    with reading(built.home.warehouse):
        pass


@pytest.mark.parametrize(
    ("tags", "complaint"),
    [
        ({PARTITION_TAG: "2035"}, "county_integrity 没有年度 2035。已有 2017–2025。"),
        ({}, "annual_run 启动时没有年度"),
    ],
)
def test_wrong_year_fails_before_anything_is_touched(home: Home, tags: dict[str, str], complaint: str) -> None:
    write_small_inbox(home.inbox, [YEAR])
    outcome = run_job(home, "annual_run", tags)
    assert not outcome.success
    assert len(outcome.errors) == 1 and outcome.errors[0].startswith(f"land_inbox: {complaint}")
    assert not home.warehouse.exists()
    assert not home.landing.exists()


def test_range_past_the_editions_is_refused_at_launch(home: Home) -> None:
    write_small_inbox(home.inbox, [YEAR])
    with pytest.raises(CheckError, match="range end 2035 is after"):
        run_job(home, "annual_run", span_tags([2019, 2035]))
    assert not home.warehouse.exists()
    assert not home.landing.exists()


def test_year_without_data_fails_with_what_to_do(home: Home) -> None:
    write_small_inbox(home.inbox, [2019])
    outcome = run_job(home, "annual_run", span_tags([2017, 2019]))
    assert not outcome.success
    [error] = outcome.errors
    assert error.startswith("land_inbox: 没有已接收的 2017, 2018 年度观测值。")
    assert str(home.inbox / "observation") in error and "zhengxin template observation" in error
    assert error.endswith("其预警随每次运行给出:zhengxin run 2019。")


@pytest.mark.slow
def test_year_past_the_data_fails_with_what_to_do(home: Home) -> None:
    """No partition of the UI, but the API takes it."""
    write_small_inbox(home.inbox, [2019])
    outcome = run_job(home, "annual_run", {PARTITION_TAG: "2021"})
    assert not outcome.success
    [error] = outcome.errors
    assert error.startswith("land_inbox: 没有已接收的 2021 年度观测值。")


@pytest.mark.slow
def test_last_editions_run_without_any_edit(home: Home) -> None:
    write_small_inbox(home.inbox, [2024, 2025])
    assert run_job(home, "annual_run", span_tags([2024, 2025])).errors == []
    with reading(home.warehouse) as connection:
        scored = connection.execute(
            "select assessment_year, count(*), count(previous_score) from marts.unit_trend "
            "where methodology_code = 'quality' and node_code = 'composite' group by 1 order by 1"
        ).fetchall()
    assert scored == [(2024, 6, 0), (2025, 6, 6)]


def test_three_years_in_one_run(home: Home) -> None:
    """What the UI launches for a backfill: one run over a range of partitions."""
    good_rows = write_small_inbox(home.inbox, [2017, 2018, 2019])
    outcome = run_job(home, "land_year", span_tags([2017, 2019]))
    assert outcome.errors == []
    with open_instance(home) as instance:
        landed = instance.get_materialized_partitions(dg.AssetKey(["raw", "observation"]))
    assert landed == {"2017", "2018", "2019"}
    with reading(home.warehouse) as connection:
        assert connection.execute("select count(*) from raw.observation").fetchone() == (good_rows,)


def test_landing_the_same_year_again_changes_nothing(built: BuiltHome, tmp_path: Path) -> None:
    home = copy_home(built.home, tmp_path / "again")
    outcome = run_job(home, "land_year", span_tags([YEAR]))
    assert outcome.errors == []
    assert "unchanged" in latest_metadata(home, "raw", "observation")["files"]
    with reading(home.warehouse) as connection:
        assert connection.execute("select count(*) from raw.batch").fetchone() == (1,)


def test_table_that_is_not_as_accepted_blocks(built: BuiltHome, tmp_path: Path) -> None:
    """Where the ledger and the accepted rows disagree, nothing is scored."""
    home = copy_home(built.home, tmp_path / "damaged")
    [accepted] = (home.landing / "batches" / "observation").glob("*/accepted.parquet")
    accepted.unlink()
    outcome = run_job(home, "annual_run", span_tags([YEAR]))
    assert not outcome.success
    assert len(outcome.errors) == 1 and "入库存储与当初不同" in outcome.errors[0]


@pytest.mark.slow
def test_some_marts_alone_with_their_checks(built: BuiltHome, tmp_path: Path) -> None:
    """What the UI launches for chosen assets: no year, and of the validation only the marts' own checks."""
    home = copy_home(built.home, tmp_path / "some")
    mart = dg.AssetKey(["marts", "published_reconciliation"])
    with open_instance(home) as instance:
        result = (
            definitions_of(home)
            .resolve_implicit_global_asset_job_def()
            .execute_in_process(instance=instance, asset_selection=[mart], raise_on_error=False)
        )
    assert result.success
    assert {event.asset_key for event in result.get_asset_materialization_events()} == {mart}
    checks = {(evaluation.asset_key, evaluation.check_name) for evaluation in result.get_asset_check_evaluations()}
    assert (mart, "great_expectations") in checks
    assert {key for key, _ in checks} == {mart}


@pytest.mark.slow
def test_changed_result_is_offered_then_published_with_its_reason(built: BuiltHome, tmp_path: Path) -> None:
    """What a person launches in the UI: `publish_release` without a note, then with one."""
    home = copy_home(built.home, tmp_path / "revised")
    with writing(home.warehouse) as connection:
        connection.execute("update marts.fct_unit_score set grade = 'X' where unit_code = '520403'")
        say_sound(home, connection, [YEAR])

    offered = run_job(home, "publish_release", span_tags([YEAR]))
    assert offered.errors == []
    assert offered.checks.warned == ["release/edition:nothing_waits"]
    assert latest_metadata(home, "release", "edition")["current"] == f"{YEAR}-r1"

    job = definitions_of(home).resolve_job_def("publish_release")
    config = {"ops": {"release_editions": {"config": {"note": "a grade was corrected"}}}}
    with open_instance(home) as instance:
        assert job.execute_in_process(run_config=config, instance=instance, tags=span_tags([YEAR])).success
    metadata = latest_metadata(home, "release", "edition")
    assert metadata["current"] == f"{YEAR}-r2"
    assert "a grade was corrected" in metadata["editions"]


def test_release_that_a_gate_refuses_fails_and_names_the_gate(built: BuiltHome, tmp_path: Path) -> None:
    home = copy_home(built.home, tmp_path / "refused")
    with writing(home.warehouse) as connection:
        connection.execute("delete from marts.fct_unit_score where unit_code = '520402'")
        say_sound(home, connection, [YEAR])
    outcome = run_job(home, "publish_release", span_tags([YEAR]))
    assert not outcome.success
    assert "release/edition:expected_counts" in outcome.checks.failed
    assert len(outcome.errors) == 1 and "fct_unit_score presence 有 5 行,应为 6 行" in outcome.errors[0]
