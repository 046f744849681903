"""The installed package works from any folder, without a checkout: seeds and dbt project come with the wheel."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import time
from pathlib import Path

import pytest

from tests.installed.conftest import Call, environment
from tests.small.home import make_small_home
from tests.small.inbox import write_small_inbox

pytestmark = pytest.mark.in_ci


@pytest.fixture(scope="module")
def small_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project folder of a small index, as a user's, with a year of data that waits."""
    home = make_small_home(tmp_path_factory.mktemp("somewhere") / "my index")
    write_small_inbox(home.inbox, [2019])
    return home.root


def test_without_a_folder_it_says_how_to_make_one(zhengxin: Call, tmp_path: Path) -> None:
    said = zhengxin(tmp_path, "status", code=1).stderr
    assert "There is no zhengxin.toml" in " ".join(said.split())
    assert "zhengxin init DIR" in " ".join(said.split())


def test_the_shipped_seeds_are_there(zhengxin: Call, tmp_path: Path) -> None:
    zhengxin(tmp_path, "init", "--from", "county", "counties")
    assert "种子文件无误" in zhengxin(tmp_path / "counties", "check-seeds").stdout
    # As git finds its root: from a folder below, too.
    assert "county_integrity,年度 2017" in zhengxin(tmp_path / "counties" / "inbox", "status").stdout


@pytest.mark.slow
def test_run_release_and_report_from_the_folder(zhengxin: Call, small_folder: Path) -> None:
    zhengxin(small_folder, "run")
    assert (small_folder / "releases" / "current.duckdb").exists()
    assert "2019-r1" in zhengxin(small_folder, "release", "2019").stdout
    zhengxin(small_folder, "report", "--region", "520400", "--format", "html")
    assert list((small_folder / "reports" / "2019").glob("*.html"))
    assert "520402" in zhengxin(small_folder, "explain", "520402", "--year", "2019").stdout


@pytest.mark.slow
def test_a_release_of_an_installed_package_is_rebuilt(zhengxin: Call, small_folder: Path) -> None:
    zhengxin(small_folder, "run")
    said = zhengxin(small_folder, "verify", "2019-r1", "--rebuild").stdout
    # Each table of the release was built anew and is as it was released: what differs ends with an error.
    assert re.search(r"^2019-r1 的重建:已核验 [1-9]\d+ 项$", said, re.MULTILINE), said


@pytest.mark.slow
def test_the_demo_makes_a_folder_of_its_own(zhengxin: Call, tmp_path: Path) -> None:
    said = zhengxin(tmp_path, "demo", "--years", "2019").stdout
    assert "cd zhengxin-demo && zhengxin run" in " ".join(said.split())
    zhengxin(tmp_path / "zhengxin-demo", "run")
    assert (tmp_path / "zhengxin-demo" / "releases" / "current.duckdb").exists()


@pytest.mark.slow
def test_the_web_server_starts_and_ends(installed: Path, small_folder: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen([str(installed), "ui", "--port", str(port)], cwd=small_folder, env=environment())
    try:
        deadline = time.monotonic() + 180
        while time.monotonic() < deadline and server.poll() is None:
            with socket.socket() as asking:
                if asking.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.5)
        assert server.poll() is None and time.monotonic() < deadline
    finally:
        os.kill(server.pid, signal.SIGINT)
        assert server.wait(timeout=60) == 0
