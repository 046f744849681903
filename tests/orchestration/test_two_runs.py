"""Two runs at once on one home, in real processes: one waits for the other, or gives up and says for whom."""

from __future__ import annotations

import subprocess
import sys

import pytest

from orchestration.home import Home
from orchestration.warehouse.connection import reading, writing
from orchestration.warehouse.lock import writer_lock
from tests.orchestration.conftest import YEAR, BuiltHome, Call, process_environment
from tests.orchestration.tables import fingerprint
from tests.small.inbox import write_small_inbox


def start(home: Home, job: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.orchestration.launched_job", str(home.root), job, str(YEAR)],
        env=process_environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def wait_until_ready(run: subprocess.Popen[str]) -> None:
    said = []
    while "ready\n" not in said:
        said.append(run.stdout.readline())
        assert said[-1], "".join(said)


@pytest.mark.parametrize("job", ["land_year", pytest.param("annual_run", marks=pytest.mark.slow)])
def test_two_runs_at_once_both_end_well(home: Home, built: BuiltHome, job: str) -> None:
    good_rows = write_small_inbox(home.inbox, [YEAR])
    runs = [start(home, job), start(home, job)]
    for run in runs:
        wait_until_ready(run)
    for run in runs:
        run.stdin.write("go\n")
        run.stdin.flush()
    for run in runs:
        said, _ = run.communicate(timeout=240)
        assert run.returncode == 0, said
    with reading(home.warehouse) as connection:
        assert connection.execute("select count(*) from raw.observation").fetchone() == (good_rows,)
        assert connection.execute("select count(*) from raw.batch").fetchone() == (1,)
    if job == "annual_run":
        assert fingerprint(home) == fingerprint(built.home)


def test_run_gives_up_on_a_writer_and_names_it(home: Home, zhengxin: Call) -> None:
    write_small_inbox(home.inbox, [YEAR])
    with writer_lock(home.warehouse, "the writer of the test"):
        done = zhengxin(home, "run", str(YEAR), ZHENGXIN_WAIT_SECONDS="1")
    assert done.returncode == 1
    assert "Waiting for the warehouse: the writer of the test (process " in done.stderr
    assert "error: land_inbox: " in done.stderr and "正由 the writer of the test" in done.stderr
    assert "Traceback" not in done.stdout + done.stderr


REPORT = f"""
import sys
from pathlib import Path
from orchestration.commands.run import _report
from orchestration.home import Home
from orchestration.pipeline.execution import CheckCount, RunOutcome
_report(Home(Path(sys.argv[1])), RunOutcome("0" * 36, True, [], CheckCount()), [{YEAR}], Path("run.log"))
"""


def test_a_run_that_is_done_ends_well_though_another_writes(home: Home) -> None:
    with writer_lock(home.warehouse, "another run"), writing(home.warehouse):
        done = subprocess.run(
            [sys.executable, "-c", REPORT, str(home.root)], env=process_environment(), capture_output=True, text=True
        )
    assert done.returncode == 0, done.stderr
    said = " ".join(done.stderr.split())
    assert "运行已完成。没有摘要" in said and "another run" in said
