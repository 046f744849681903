"""Tables on which a test failed, or which nobody tested, are never released, in whatever way somebody asks for it."""

from __future__ import annotations

import json
from pathlib import Path

import dagster as dg
import pytest

from orchestration.errors import UsageError
from orchestration.home import Home
from orchestration.landing.run import land_inbox
from orchestration.pipeline.code_location import definitions_of
from orchestration.pipeline.execution import execute
from orchestration.pipeline.instance import open_instance
from orchestration.pipeline.partitions import span_tags
from orchestration.pipeline.quality import mart_key, validated
from orchestration.release.catalogue import Catalogue, ReleaseId
from orchestration.warehouse import build_record
from orchestration.warehouse.connection import reading, writing
from tests.daily.small_home import DECISION, OBJECTION
from tests.landing.conftest import csv_text
from tests.orchestration.conftest import YEAR, BuiltHome, Call
from tests.small.build import say_sound
from tests.small.copied import copy_home

OTHER_GRADE = "update marts.fct_unit_score set grade = 'X' where unit_code = '520403'"


@pytest.fixture
def home(built: BuiltHome, tmp_path: Path) -> Home:
    """A home with one release, to change."""
    return copy_home(built.home, tmp_path / "home")


def run(home: Home, job: str = "annual_run"):
    with open_instance(home) as instance:
        return execute(instance, definitions_of(home).resolve_job_def(job), span_tags([YEAR]))


def build_only(home: Home, *tables: dg.AssetKey) -> None:
    """Let Dagster build some tables, or all of them, and nothing else."""
    definitions = definitions_of(home)
    [models] = [asset for asset in definitions.assets if asset.op.name == "build_models"]
    selection = list(tables or models.keys)
    with open_instance(home) as instance:
        job = definitions.resolve_implicit_global_asset_job_def()
        job.execute_in_process(instance=instance, asset_selection=selection, raise_on_error=False)


def assert_refused(home: Home, zhengxin: Call, *words: str) -> None:
    """Neither the command nor the job publishes, and both say why."""
    done = zhengxin(home, "release", str(YEAR), "--note", "all the same")
    assert done.returncode == 1, done.stdout
    job = run(home, "publish_release")
    assert not job.success
    for said in (" ".join(done.stderr.split()), job.errors[0]):
        assert all(word in said for word in (f"{YEAR} 未发布", *words)), said
    assert Catalogue(home.releases).releases() == [ReleaseId(YEAR, 1)]
    assert not list(home.root.glob("releases*/tmp"))


@pytest.mark.slow
def test_failed_model_test(home: Home, zhengxin: Call) -> None:
    """A damaged warehouse is rebuilt while a decision waits that expects a value which its source does not hold: all
    models are built all the same."""
    for source, row in (("objection", OBJECTION), ("decision", DECISION | {"expected_value": "79.5"})):
        (home.inbox / source).mkdir(parents=True, exist_ok=True)
        (home.inbox / source / "one.csv").write_text(csv_text([row]), encoding="utf-8")
    land_inbox(home)
    home.warehouse.write_bytes(b"damaged" * 1000)
    assert "zhengxin rebuild" in zhengxin(home, "query", "select 1").stderr
    assert zhengxin(home, "rebuild").returncode == 1
    with open_instance(home) as instance:
        assert instance.get_runs(limit=1)[0].job_name == "rebuild_warehouse"
    with reading(home.warehouse) as warehouse:
        assert warehouse.execute("select count(*) from marts.fct_unit_score where score is not null").fetchone() == (
            12,
        )
    assert_refused(home, zhengxin, "decision_takes_effect_or_says_why")


@pytest.mark.slow
def test_failed_seed_test(home: Home, zhengxin: Call) -> None:
    with writing(home.warehouse) as warehouse:
        warehouse.execute("delete from seed.grade_band where grade = 'B'")
    # The test asks the table in which each methodology has its bands.
    build_only(home, dg.AssetKey(["intermediate", "int_methodology_grade_band"]))
    assert_refused(home, zhengxin, "grade_bands_are_contiguous")


def test_failed_validation(home: Home, zhengxin: Call) -> None:
    with writing(home.warehouse) as warehouse:
        warehouse.execute("update marts.fct_unit_score set score = full_mark + 1 where unit_code = '520403'")
        say_sound(home, warehouse, [])
    assert not validate(home)
    assert_refused(home, zhengxin, "Great Expectations", "marts.fct_unit_score")


def test_killed_between_build_and_validation(home: Home, zhengxin: Call) -> None:
    record = build_record.record_path(home)
    built_alone = json.loads(record.read_text(encoding="utf-8")) | {"validated": {}}
    record.write_text(json.dumps(built_alone), encoding="utf-8")
    assert_refused(home, zhengxin, "没有校验其结果表")
    assert validate(home)
    assert "2019-r1 仍然有效" in zhengxin(home, "release", str(YEAR)).stdout


def test_killed_within_the_build(home: Home, zhengxin: Call) -> None:
    build_record.forget(home)
    assert_refused(home, zhengxin, "没有完成")


@pytest.mark.slow
def test_built_in_part(home: Home, zhengxin: Call) -> None:
    build_only(home, mart_key("published_reconciliation"))
    assert_refused(home, zhengxin, "只构建了一部分")


def test_changed_after_the_tests(home: Home, zhengxin: Call) -> None:
    with writing(home.warehouse) as warehouse:
        warehouse.execute(OTHER_GRADE)
    assert_refused(home, zhengxin, "不是检验过的那些")


def test_another_year_was_validated(home: Home) -> None:
    with reading(home.warehouse) as warehouse:
        build_record.require_sound(home, warehouse, YEAR)
        with pytest.raises(UsageError, match=r"2018 is not released.*not validated"):
            build_record.require_sound(home, warehouse, 2018)


def validate(home: Home) -> bool:
    """What the step of a run does that validates the marts; whether they hold."""
    return all(run.success for run in validated(dg.build_op_context(), home, [YEAR]))
