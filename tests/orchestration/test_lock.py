"""One writer at a time: the second waits, says for whom, and gives up with a message that names the holder."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from orchestration.errors import UsageError, WarehouseBusy
from orchestration.warehouse import lock
from tests.orchestration.conftest import process_environment

HOLD = """
import sys, time
from pathlib import Path
from orchestration.warehouse.lock import writer_lock
with writer_lock(Path(sys.argv[1]), "the holder of the test"):
    print("held", flush=True)
    time.sleep(float(sys.argv[2]))
"""


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    return tmp_path / "warehouse" / "warehouse.duckdb"


def hold(warehouse: Path, seconds: float) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(warehouse), str(seconds)],
        env=process_environment(),
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout.readline().strip() == "held"
    return process


def test_second_writer_gives_up_and_names_the_holder(warehouse: Path) -> None:
    process = hold(warehouse, 60)
    said: list[str] = []
    try:
        with (
            pytest.raises(WarehouseBusy) as caught,
            lock.writer_lock(warehouse, "the second", wait_seconds=0.5, say=said.append),
        ):
            pytest.fail("two writers at once")
    finally:
        process.kill()
        process.wait()
    for text in (str(caught.value), said[0]):
        assert "the holder of the test" in text
        assert f"process {process.pid} on " in text
    assert str(warehouse) in str(caught.value)
    assert "ZHENGXIN_WAIT_SECONDS" in str(caught.value)


def test_second_writer_waits_for_the_first(warehouse: Path) -> None:
    process = hold(warehouse, 1)
    started = time.monotonic()
    said: list[str] = []
    with lock.writer_lock(warehouse, "the second", wait_seconds=30, say=said.append):
        assert process.wait(timeout=5) == 0
        assert json.loads(lock.note_path(warehouse).read_text(encoding="utf-8"))["what"] == "the second"
    assert time.monotonic() - started < 10
    assert len(said) == 1 and said[0].startswith("Waiting for the warehouse")


def test_killed_holder_leaves_the_warehouse_free(warehouse: Path) -> None:
    process = hold(warehouse, 60)
    assert lock.is_held(warehouse)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert lock.note_path(warehouse).exists()
    assert not lock.is_held(warehouse)
    with lock.writer_lock(warehouse, "the next", wait_seconds=0):
        assert "the next" in lock.holder(warehouse)
    assert not lock.note_path(warehouse).exists()


def test_holder_without_a_note_is_another_process(warehouse: Path) -> None:
    assert lock.holder(warehouse) == "another process (it left no note)"
    assert not lock.is_held(warehouse)


def test_wait_limit_is_read_from_the_environment(warehouse: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(lock.WAIT_VARIABLE, "2.5")
    assert lock.wait_limit(warehouse) == 2.5
    monkeypatch.setenv(lock.WAIT_VARIABLE, "soon")
    with pytest.raises(UsageError, match="give a number of seconds"):
        lock.wait_limit(warehouse)


def test_wait_limit_is_a_setting_of_the_home(tmp_path: Path) -> None:
    (tmp_path / "zhengxin.toml").write_text("wait_seconds = 7\n", encoding="utf-8")
    assert lock.wait_limit(tmp_path / "warehouse" / "warehouse.duckdb") == 7
