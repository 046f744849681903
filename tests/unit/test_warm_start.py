"""What the processes of the tests do in place of importing everything anew (see `tests/every_process/warm_start.py`)
is what a process by itself does."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import duckdb
import pytest

from orchestration.home import Home
from tests.small.cold import cold
from tests.small.waiting import wait_until

COMMAND = [sys.executable, "-m", "orchestration.cli"]
Ended = tuple[int, str, str]


def ended(words: list[str], folder: Path, *, is_warm: bool, before: Callable[[], None] | None = None) -> Ended:
    """How a process ends, with what it says."""
    environment = dict(os.environ) if is_warm else cold(os.environ)
    done = subprocess.run(
        [*COMMAND, *words],
        env=environment | {"ZHENGXIN_HOME": str(folder / "home"), "COLUMNS": "100"},
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        preexec_fn=before,
        text=True,
        encoding="utf-8",
    )
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize("words", [["--version"], ["status"], ["no-such-command"], ["land", "nowhere.csv"]])
def test_a_warm_process_says_the_same_and_ends_alike(tmp_path: Path, words: list[str]) -> None:
    warm, cold = (ended(words, tmp_path, is_warm=is_warm) for is_warm in (True, False))
    assert warm == cold
    assert any(warm[1:])


def test_it_is_started_where_it_was_called_and_with_its_limits(tmp_path: Path) -> None:
    def write_little() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))

    assert ended(["template", "observation", "here.xlsx"], tmp_path, is_warm=True)[0] == 0
    assert (tmp_path / "here.xlsx").stat().st_size > 100
    assert ended(["template", "observation", "not.xlsx"], tmp_path, is_warm=True, before=write_little)[0] != 0


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_who_ends_it_ends_what_runs_for_it(tmp_path: Path, number: signal.Signals) -> None:
    """Also where nothing that is started here would heed SIGTERM: Dagster gives it the handler of SIGINT, which a
    shell has what it runs in the background ignore."""
    warehouse = Home(tmp_path).warehouse
    warehouse.parent.mkdir()
    duckdb.connect(str(warehouse)).close()
    numbers = "range(1000000000)"
    endless = f"select count(*) from {numbers} as one, {numbers} as other where hash(one.range + other.range) = 1"
    command = [*COMMAND, "--home", str(tmp_path), "query", endless]
    process = subprocess.Popen(command, preexec_fn=lambda: signal.signal(signal.SIGTERM, signal.SIG_DFL))
    wait_until(lambda: is_open(warehouse))
    process.send_signal(number)
    assert process.wait(timeout=60) == -number
    wait_until(lambda: not is_open(warehouse))


def is_open(warehouse: Path) -> bool:
    """Whether a process has it open; to open it here would keep that process out."""
    for descriptor in Path("/proc").glob("[0-9]*/fd/*"):
        with suppress(OSError):
            if os.readlink(descriptor) == str(warehouse):
                return True
    return False
