"""A run that is killed, and the run after it: the same tables as if nothing had happened."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from orchestration.home import Home
from orchestration.pipeline.instance import open_instance
from orchestration.release.catalogue import Catalogue, ReleaseId
from orchestration.release.verify import verify_release
from tests.orchestration.conftest import YEAR, BuiltHome, Call, command_line, process_environment
from tests.orchestration.tables import fingerprint
from tests.small.cold import cold
from tests.small.copied import copy_home
from tests.small.inbox import write_small_inbox

Moment = Callable[[Home], bool]


def at_once(home: Home) -> bool:
    return True


def logged(text: str) -> Moment:
    """dbt has logged it."""
    return lambda home: any(text in log.read_text(errors="replace") for log in home.dbt.glob("target/dbt.log*"))


def appeared(pattern: str) -> Moment:
    """There is such a file or folder in the home."""
    return lambda home: any(home.root.glob(pattern))


def kill_run(home: Home, after_line: str, moment: Moment) -> None:
    """Start a run and kill it once it has printed a line with the text and the moment has come."""
    for log in home.dbt.glob("target/dbt.log*"):
        log.unlink()  # what an earlier run logged is no moment of this one
    run = subprocess.Popen(
        command_line(home, "run", str(YEAR)),
        env=cold(process_environment(PYTHONUNBUFFERED="1")),
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
    while not moment(home):
        assert run.poll() is None, "the run ended before it could be killed"
        time.sleep(0.02)
    assert run.poll() is None, "the run ended before it could be killed"
    run.send_signal(signal.SIGKILL)
    run.wait()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("after_line", "moment"),
    [
        pytest.param("运行 ", at_once, id="starting"),
        pytest.param("完成    收件箱", logged("model intermediate.int_assessment_cell"), id="building"),
        pytest.param("完成    收件箱", logged("model marts.fct_unit_score"), id="marts"),
        pytest.param("完成    计算", at_once, id="validating"),
        pytest.param("完成    校验", appeared("releases-internal/tmp/*/*/*.duckdb"), id="releasing"),
    ],
)
def test_run_after_a_killed_run(home: Home, built: BuiltHome, zhengxin: Call, after_line: str, moment: Moment) -> None:
    write_small_inbox(home.inbox, [YEAR])
    kill_run(home, after_line, moment)
    done = zhengxin(home, "run", str(YEAR))
    assert done.returncode == 0, done.stdout + done.stderr
    assert fingerprint(home) == fingerprint(built.home)
    catalogue = Catalogue(home.releases)
    assert catalogue.releases() == [ReleaseId(YEAR, 1)]
    assert verify_release(catalogue, ReleaseId(YEAR, 1)).problems == []
    with open_instance(home) as instance:
        statuses = [run.status.value for run in instance.get_runs()]
    assert statuses[0] == "SUCCESS"
    assert "STARTED" not in statuses

    assert "SYNTHETIC DATA" in done.stdout
    again = zhengxin(home, "run", "--if-changed", str(YEAR))
    assert again.stdout == "上次运行之后没有任何变化。\n" + done.stdout


@pytest.mark.slow
def test_rebuild_gives_the_same_tables(built: BuiltHome, tmp_path: Path, zhengxin: Call) -> None:
    home = copy_home(built.home, tmp_path / "home")
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
