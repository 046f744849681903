"""A run that is killed, and the run after it: the same tables as if nothing had happened."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

from orchestration.home import Home
from orchestration.pipeline.instance import open_instance
from tests.orchestration.conftest import YEAR, BuiltHome, Call, command_line, process_environment
from tests.orchestration.small_inbox import write_small_inbox
from tests.orchestration.tables import fingerprint


def kill_run(home: Home, after_line: str, after_log: str) -> None:
    """Start a run and kill it once it has printed a line with one text and dbt has logged the other."""
    run = subprocess.Popen(
        command_line(home, "run", str(YEAR)),
        env=process_environment(PYTHONUNBUFFERED="1"),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
    )
    printed = ""
    while after_line not in printed:
        line = run.stdout.readline()
        assert line, f"the run ended before: {printed}"
        printed += line
    while after_log and not any(
        after_log in log.read_text(errors="replace") for log in home.dbt.glob("target/dbt.log*")
    ):
        assert run.poll() is None, "the run ended before it could be killed"
        time.sleep(0.1)
    assert run.poll() is None, "the run ended before it could be killed"
    run.send_signal(signal.SIGKILL)
    run.wait()


@pytest.mark.parametrize(
    ("after_line", "after_log"),
    [
        pytest.param("Run of", "", id="starting"),
        pytest.param("done    Land", "model intermediate.int_assessment_cell", id="building"),
        pytest.param("done    Land", "model marts.fct_unit_score", id="building the marts", marks=pytest.mark.slow),
        pytest.param("done    Build", "", id="validating", marks=pytest.mark.slow),
    ],
)
def test_run_after_a_killed_run(home: Home, built: BuiltHome, zhengxin: Call, after_line: str, after_log: str) -> None:
    write_small_inbox(home.inbox, [YEAR])
    kill_run(home, after_line, after_log)
    done = zhengxin(home, "run", str(YEAR))
    assert done.returncode == 0, done.stdout + done.stderr
    assert fingerprint(home) == fingerprint(built.home)
    with open_instance(home) as instance:
        statuses = [run.status.value for run in instance.get_runs()]
    assert statuses[0] == "SUCCESS"
    assert "STARTED" not in statuses

    assert "SYNTHETIC DATA" in done.stdout
    again = zhengxin(home, "run", "--if-changed", str(YEAR))
    assert again.stdout == "Nothing has changed since the last run.\n" + done.stdout


def test_rebuild_gives_the_same_tables(built: BuiltHome, tmp_path: Path, zhengxin: Call) -> None:
    shutil.copytree(built.home.root, tmp_path / "home")
    home = Home(tmp_path / "home")
    home.warehouse.write_bytes(b"damaged" * 1000)
    assert "zhengxin rebuild" in zhengxin(home, "query", "select 1").stderr
    done = zhengxin(home, "rebuild")
    assert done.returncode == 0, done.stdout + done.stderr
    assert fingerprint(home) == fingerprint(built.home)
    with open_instance(home) as instance:
        assert instance.get_runs(limit=1)[0].job_name == "rebuild_warehouse"
    status = zhengxin(home, "status")
    assert "rebuild_warehouse success" in status.stdout
    assert json.loads(zhengxin(home, "query", "-f", "json", "select 1 as one").stdout) == [{"one": 1}]
