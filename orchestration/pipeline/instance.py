"""Dagster's instance of a home: its settings installed and checked, and runs that died taken off its queue."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from dagster import DagsterInstance, DagsterRun, DagsterRunStatus, RunsFilter
from filelock import FileLock

from orchestration.errors import UsageError
from orchestration.home import HOME_VARIABLE, Home
from orchestration.wording import Wording

SHIPPED_SETTINGS = Path(__file__).with_name("dagster.yaml")
REQUIRED_SETTINGS: Mapping[tuple[str, ...], Any] = {
    ("telemetry", "enabled"): False,
    ("concurrency", "pools", "default_limit"): 1,
    ("concurrency", "pools", "granularity"): "run",
    ("concurrency", "runs", "max_concurrent_runs"): 1,
}
# The process of a run started by the command line; runs of the UI name theirs in their log.
PROCESS_TAG = "zhengxin/process"
IN_PROGRESS = [DagsterRunStatus.STARTING, DagsterRunStatus.STARTED, DagsterRunStatus.CANCELING]


def instance_environment(home: Home) -> dict[str, str]:
    """The variables that put Dagster, and what it starts, on this home."""
    return {
        HOME_VARIABLE: str(home.root),
        "DAGSTER_HOME": str(home.dagster),
        "DAGSTER_DISABLE_TELEMETRY": "1",
        "DO_NOT_TRACK": "1",
        "GX_ANALYTICS_ENABLED": "false",
    }


def prepare_instance(home: Home) -> None:
    """Install the settings where there are none, else check that those the writer depends on still stand.

    Raises `UsageError` naming each setting that differs.
    """
    settings_path = home.dagster / "dagster.yaml"
    home.dagster.mkdir(parents=True, exist_ok=True)
    if not settings_path.exists():
        partial = settings_path.with_suffix(".tmp")
        shutil.copyfile(SHIPPED_SETTINGS, partial)
        partial.replace(settings_path)
    try:
        settings = yaml.safe_load(settings_path.read_text(encoding="utf-8")) or {}
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise UsageError(
            Wording(
                f"{settings_path} 无法读取:{error}。删除它即恢复随附的设置。",
                f"{settings_path} cannot be read: {error}. Remove it and the shipped one is put back.",
            )
        ) from error
    wrong = [
        f"{'.'.join(path)} must be {_as_yaml(wanted)}, not {_as_yaml(_at(settings, path))}"
        for path, wanted in REQUIRED_SETTINGS.items()
        if _at(settings, path) != wanted
    ]
    if wrong:
        raise UsageError(
            Wording(
                f"{settings_path}:{'; '.join(wrong)}。数据库只能由一个进程写入,"
                "也不向外报告。请改正该文件,或删除它以恢复随附的设置。",
                f"{settings_path}: {'; '.join(wrong)}. The warehouse has one writer, and nothing is reported outside. "
                "Mend the file, or remove it and the shipped one is put back.",
            )
        )


def open_instance(home: Home) -> DagsterInstance:
    """The instance of the home, its settings installed and checked; use it in a `with` block.

    One process at a time, for the first one creates Dagster's databases and a second one would meet half of them.
    """
    home.dagster.mkdir(parents=True, exist_ok=True)
    with FileLock(home.dagster / "opening.lock", preserve_lock_file=True):
        prepare_instance(home)
        os.environ.update(instance_environment(home))
        return DagsterInstance.from_config(str(home.dagster))


def end_abandoned_runs(instance: DagsterInstance) -> list[str]:
    """Mark as failed the runs that are recorded as running while their process is gone; return their ids.

    A run that was killed cannot record its end, and would hold the one place in the queue for ever.
    """
    ended = []
    for run in instance.get_runs(RunsFilter(statuses=IN_PROGRESS)):
        process = _process_of(instance, run)
        if process is not None and not _is_alive(process):
            instance.report_run_failed(run, f"The process {process} of this run is gone: it was killed or crashed.")
            ended.append(run.run_id)
    return ended


def _process_of(instance: DagsterInstance, run: DagsterRun) -> int | None:
    if tagged := run.tags.get(PROCESS_TAG):
        return int(tagged)
    for entry in reversed(instance.all_logs(run.run_id)):
        event = entry.dagster_event
        if event is not None and event.is_engine_event:
            named = event.engine_event_data.metadata.get("pid")
            if named is not None and str(named.value).isdecimal():
                return int(str(named.value))
    return None


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    # A process that has ended but that nobody has waited for yet (Linux).
    state = Path(f"/proc/{process}/stat")
    return not (state.exists() and state.read_text().rpartition(")")[2].split()[0] == "Z")


def _at(settings: Any, path: tuple[str, ...]) -> Any:
    for name in path:
        settings = settings.get(name) if isinstance(settings, dict) else None
    return settings


def _as_yaml(value: Any) -> str:
    return "absent" if value is None else yaml.safe_dump(value).splitlines()[0]
