"""Dagster's instance: its settings are installed, checked, and abandoned runs do not hold the queue."""

import os
import subprocess
import sys
from pathlib import Path

import dagster as dg
import pytest
from dagster import DagsterRunStatus

from orchestration.errors import UsageError
from orchestration.home import Home
from orchestration.pipeline.dagster_internals import SqliteEventLogStorage
from orchestration.pipeline.event_log import KeptOpenEventLogStorage
from orchestration.pipeline.instance import (
    PROCESS_TAG,
    SHIPPED_SETTINGS,
    end_abandoned_runs,
    open_instance,
    prepare_instance,
)
from tests.orchestration.conftest import process_environment


def test_settings_are_installed_and_in_force(tmp_path: Path) -> None:
    home = Home(tmp_path)
    with open_instance(home) as instance:
        assert instance.telemetry_enabled is False
        assert instance.get_concurrency_config().pool_config.default_pool_limit == 1
        assert instance.get_concurrency_config().run_queue_config.max_concurrent_runs == 1
        assert isinstance(instance.event_log_storage, KeptOpenEventLogStorage)
        assert Path(instance.root_directory) == home.dagster
    assert (home.dagster / "dagster.yaml").read_bytes() == SHIPPED_SETTINGS.read_bytes()


def test_edited_settings_are_kept_while_the_required_ones_stand(tmp_path: Path) -> None:
    home = Home(tmp_path)
    prepare_instance(home)
    settings = home.dagster / "dagster.yaml"
    settings.write_text(settings.read_text(encoding="utf-8") + "\nretention:\n  sensor: {purge_after_days: 3}\n")
    prepare_instance(home)
    assert "purge_after_days" in settings.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("shipped", "edited", "complaint"),
    [
        ("default_limit: 1", "default_limit: 4", "concurrency.pools.default_limit must be 1, not 4"),
        ("max_concurrent_runs: 1", "tag_concurrency_limits: []", "max_concurrent_runs must be 1, not absent"),
        ("telemetry:\n  enabled: false", "telemetry:\n  enabled: true", "telemetry.enabled must be false, not true"),
        ("nux:", "nux: [", "cannot be read"),
    ],
)
def test_settings_that_would_let_two_write_are_refused(
    tmp_path: Path, shipped: str, edited: str, complaint: str
) -> None:
    home = Home(tmp_path)
    prepare_instance(home)
    settings = home.dagster / "dagster.yaml"
    settings.write_text(settings.read_text(encoding="utf-8").replace(shipped, edited), encoding="utf-8")
    with pytest.raises(UsageError, match=complaint) as caught:
        prepare_instance(home)
    assert str(settings) in str(caught.value)


def test_runs_whose_process_is_gone_are_ended(tmp_path: Path) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()

    @dg.job
    def nothing() -> None:
        pass

    with open_instance(Home(tmp_path)) as instance:
        killed, alive = (
            instance.create_run_for_job(nothing, status=DagsterRunStatus.STARTED, tags={PROCESS_TAG: str(process)})
            for process in (gone.pid, os.getpid())
        )
        assert end_abandoned_runs(instance) == [killed.run_id]
        assert instance.get_run_by_id(killed.run_id).status == DagsterRunStatus.FAILURE
        assert instance.get_run_by_id(alive.run_id).status == DagsterRunStatus.STARTED
        assert end_abandoned_runs(instance) == []


def test_event_log_keeps_few_databases_open_and_forgets_none(tmp_path: Path) -> None:
    @dg.op
    def say(context: dg.OpExecutionContext) -> None:
        context.log.info("said")

    @dg.job
    def talk() -> None:
        say()

    with open_instance(Home(tmp_path)) as instance:
        runs = [talk.execute_in_process(instance=instance).run_id for _ in range(10)]
        for run_id in runs:
            assert any(entry.user_message == "said" for entry in instance.all_logs(run_id))
    with open_instance(Home(tmp_path)) as instance:
        assert all(instance.all_logs(run_id) for run_id in runs)


def test_a_table_of_the_event_log_is_looked_for_until_it_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_for: list[str] = []
    look = SqliteEventLogStorage.has_table

    def counted(storage: SqliteEventLogStorage, table: str) -> bool:
        looked_for.append(table)
        return look(storage, table)

    monkeypatch.setattr(SqliteEventLogStorage, "has_table", counted)
    with open_instance(Home(tmp_path)) as instance:
        storage = instance.event_log_storage
        assert [storage.supports_asset_checks for _ in range(3)] == [True] * 3
        assert [storage.has_table("later") for _ in range(2)] == [False] * 2
    assert (looked_for.count("asset_check_executions"), looked_for.count("later")) == (1, 2)


OPEN = """
import sys
from pathlib import Path
from orchestration.home import Home
from orchestration.pipeline.instance import open_instance
print("ready", flush=True)
sys.stdin.readline()
with open_instance(Home(Path(sys.argv[1]))) as instance:
    instance.get_runs()
"""


@pytest.mark.slow
def test_processes_that_open_a_new_instance_at_once_all_get_it(tmp_path: Path) -> None:
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", OPEN, str(tmp_path / "home")],
            env=process_environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    for process in processes:
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        process.stdin.write("go\n")
        process.stdin.flush()
    for process in processes:
        _, said = process.communicate(timeout=120)
        assert process.returncode == 0, said
