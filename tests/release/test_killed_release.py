"""A release that is killed leaves the old `current` or the new one, and the next one goes through."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from orchestration.home import Home
from orchestration.release.catalogue import INTERNAL, PUBLIC, Catalogue, ReleaseId
from orchestration.release.verify import verify_release
from tests.release.conftest import Call, alter, command_line, process_environment
from tests.small.cold import cold

NEW = ReleaseId(2019, 2)
Moment = Callable[[Home], bool]


def appeared(home: Home, pattern: str) -> bool:
    try:
        return any(home.root.glob(pattern))
    except FileNotFoundError:
        return False  # a folder went while it was read


def cutting(home: Home) -> bool:
    return appeared(home, "releases-internal/tmp/*/*/*.duckdb")


def writing_files(home: Home) -> bool:
    return appeared(home, "releases-internal/tmp/*/*/parquet")


def sealing(home: Home) -> bool:
    return appeared(home, "releases-internal/tmp/*/public/SHA256SUMS")


def renamed(home: Home) -> bool:
    return Catalogue(home.releases).folder(NEW).exists()


def switching(home: Home) -> bool:
    return appeared(home, "releases*/current*.tmp")


def release_in(database: Path) -> str:
    with duckdb.connect(str(database), read_only=True) as opened:
        return opened.execute("select distinct release_id from marts.release_info").fetchone()[0]


SLOW = [pytest.param(moment, marks=pytest.mark.slow) for moment in (writing_files, sealing, renamed, switching)]


@pytest.mark.parametrize("moment", [cutting, *SLOW])
def test_killed_release(home: Home, zhengxin: Call, moment: Moment) -> None:
    alter(home, "update marts.fct_unit_score set grade = 'X' where unit_code = '520403'")
    process = subprocess.Popen(
        command_line(home, "release", "2019", "--note", "a reason"),
        env=cold(process_environment()),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    while not moment(home):
        assert process.poll() is None, "the release ended before it could be killed"
        time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    process.wait()

    catalogue = Catalogue(home.releases)
    for audience in (PUBLIC, INTERNAL):
        assert release_in(catalogue.current(audience)) in ("2019-r1", "2019-r2")
    assert all(verify_release(catalogue, each).problems == [] for each in catalogue.releases())

    again = zhengxin(home, "release", "2019", "--note", "a reason")
    assert again.returncode == 0, again.stdout + again.stderr
    assert catalogue.releases() == [ReleaseId(2018, 1), ReleaseId(2019, 1), NEW]
    assert [release_in(catalogue.current(audience)) for audience in (PUBLIC, INTERNAL)] == ["2019-r2"] * 2
    assert verify_release(catalogue, NEW).problems == []
    assert not list(home.root.glob("releases*/tmp/*"))
