"""What Dagster loads: a snapshot of all definitions, so that none comes, goes or moves unseen."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from orchestration.commands.run import STEP_TITLES
from orchestration.home import Home, project_root
from orchestration.pipeline.code_location import definitions_of
from orchestration.pipeline.quality import VALIDATION_RESULT
from orchestration.pipeline.resources import WRITER_POOL
from orchestration.warehouse import connection, dbt
from tests.orchestration.conftest import process_environment
from tests.small.copied import copy_home
from tests.small.inbox import SERIES
from tests.small.parsed import share_parse

SNAPSHOT = Path(__file__).with_name("snapshots") / "definitions.txt"
NAME = "Integrity assessment of China's county governments"
UPDATE_VARIABLE = "ZHENGXIN_UPDATE_SNAPSHOTS"


@pytest.fixture(scope="module")
def definitions(project_home: Home, tmp_path_factory: pytest.TempPathFactory) -> dg.Definitions:
    """Those of a home with draws: all that there are."""
    home = copy_home(project_home, tmp_path_factory.mktemp("definitions") / "home")
    home.settings.write_text(home.settings.read_text(encoding="utf-8").replace("draws = 0", "draws = 500"))
    share_parse(home)
    return definitions_of(home)


def described(definitions: dg.Definitions) -> Iterator[str]:
    """One line a definition."""
    repository = definitions.get_repository_def()
    graph = repository.asset_graph
    for key in sorted(graph.get_all_asset_keys()):
        node = graph.get(key)
        partitions = "yearly" if node.partitions_def else "unpartitioned"
        yield f"asset {key.to_user_string()}: group {node.group_name}, {partitions}"
        for check_key in sorted(node.check_keys, key=lambda check_key: check_key.name):
            blocking = "blocking" if graph.get(check_key).blocking else "warning"
            yield f"  check {check_key.name}: {blocking}"
    for job in sorted(repository.get_all_jobs(), key=lambda job: job.name):
        years = ", ".join(job.partitions_def.get_partition_keys()) if job.partitions_def else "unpartitioned"
        steps = ", ".join(node.name for node in job.nodes_in_topological_order)
        yield f"job {job.name}: {steps}; {years}"
    for sensor in repository.sensor_defs:
        yield f"sensor {sensor.name}: {sensor.default_status.value}"
    for schedule in repository.schedule_defs:
        yield f"schedule {schedule.name}: {schedule.cron_schedule} {schedule.execution_timezone}, " + (
            schedule.default_status.value
        )


def test_collecting_is_there_only_where_the_home_says_so(
    project_home: Home, definitions: dg.Definitions, tmp_path: Path
) -> None:
    home = copy_home(project_home, tmp_path / "home")
    with home.settings.open("a", encoding="utf-8") as settings:
        settings.write("\n[collect]\ndagster = true\n")
    added = set(described(definitions_of(home))) - set(described(definitions))
    asset, job = sorted(line.split(";")[0] for line in added if line.startswith(("asset collect/", "job collect_")))
    assert asset == "asset collect/evidence: group collect, yearly"
    assert job == "job collect_year: collect_portals"


def test_definitions_are_as_recorded(definitions: dg.Definitions) -> None:
    now = "\n".join(described(definitions)) + "\n"
    if os.environ.get(UPDATE_VARIABLE):
        SNAPSHOT.write_text(now, encoding="utf-8")
    assert now == SNAPSHOT.read_text(encoding="utf-8"), f"set {UPDATE_VARIABLE}=1 to record the definitions anew"


def test_every_step_of_the_command_line_has_a_title(definitions: dg.Definitions) -> None:
    for name in ("annual_run", "rebuild_warehouse"):
        job = definitions.resolve_job_def(name)
        assert {node.name for node in job.nodes_in_topological_order} <= STEP_TITLES.keys()


def test_all_that_writes_stands_in_the_one_pool(definitions: dg.Definitions) -> None:
    repository = definitions.get_repository_def()
    for name in ("annual_run", "land_year", "rebuild_warehouse"):
        for node in repository.get_job(name).nodes:
            assert node.definition.pool == WRITER_POOL, (name, node.name)


def test_every_asset_is_described(definitions: dg.Definitions) -> None:
    graph = definitions.get_repository_def().asset_graph
    bare = [key.to_user_string() for key in graph.get_all_asset_keys() if not graph.get(key).description]
    assert bare == []


def test_every_check_says_what_holds(definitions: dg.Definitions) -> None:
    graph = definitions.get_repository_def().asset_graph
    assert [key.to_user_string() for key in graph.asset_check_keys if not graph.get(key).description] == []


def test_validation_comes_after_the_marts(definitions: dg.Definitions) -> None:
    parents = definitions.get_repository_def().asset_graph.get(VALIDATION_RESULT).parent_keys
    assert {key.path[0] for key in parents} == {"marts"}


def test_manifest_is_parsed_once_for_one_state_of_the_project(
    project_home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dbt, "run", lambda *_, **__: pytest.fail("parsed again"))
    manifest = dbt.prepare_manifest(project_home)
    assert manifest.is_relative_to(project_home.root)
    monkeypatch.setattr(dbt, "manifest_digest", lambda home: "another state")
    with pytest.raises(pytest.fail.Exception, match="parsed again"):
        dbt.prepare_manifest(project_home)


def test_other_rows_of_a_seed_are_built_without_a_parse(home: Home) -> None:
    """Also where the home lies elsewhere now than when its project was parsed."""
    series = home.seeds / "methodology" / "series.csv"
    parsed, tables = dbt.manifest_digest(home), dbt.project_digest(home)
    series.write_text(series.read_text(encoding="utf-8").replace(NAME, "Renamed"), encoding="utf-8")
    assert (dbt.manifest_digest(home), dbt.project_digest(home) == tables) == (parsed, False)
    assert dbt.environment(home)["ZHENGXIN_PARSED"]
    home.warehouse.parent.mkdir()
    dbt.run(home, ["seed", "--quiet", "--select", "series"])
    with connection.reading(home.warehouse) as warehouse:
        names = warehouse.execute("select name_en from seed.series where series_code = ?", [SERIES]).fetchall()
    assert names == [("Renamed",)]


def test_settings_that_choose_models_or_tests_decide_on_a_parse(tmp_path: Path) -> None:
    """Draws or none, not how many; whether the seeds stand alone."""
    home, digests = Home(tmp_path), {}
    for seeds, draws in (("own", 0), ("own", 16), ("own", 500), ("over", 500)):
        home.settings.write_text(f'seeds = "{seeds}"\ndraws = {draws}\n', encoding="utf-8")
        digests[seeds, draws] = dbt.manifest_digest(home)
    assert digests["own", 16] == digests["own", 500]
    assert len(set(digests.values())) == 3


def test_dagster_finds_the_definitions_without_arguments(project_home: Home) -> None:
    """`dagster` in the project's root, as someone types it who does not know `zhengxin ui`."""
    done = subprocess.run(
        [sys.executable, "-m", "dagster", "definitions", "validate"],
        cwd=project_root(),
        env=process_environment(ZHENGXIN_HOME=str(project_home.root), DAGSTER_DISABLE_TELEMETRY="1"),
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_home_without_draws_has_the_scoring_path_alone(definitions: dg.Definitions, project_home: Home) -> None:
    assert groups(definitions) - groups(definitions_of(project_home)) == {
        "over_units",
        "robustness",
        "statistic",
        "variant",
    }


def groups(definitions: dg.Definitions) -> set[str | None]:
    graph = definitions.get_repository_def().asset_graph
    return {graph.get(key).group_name for key in graph.get_all_asset_keys()}
