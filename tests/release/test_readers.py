"""Readers do not wait and see no mixture: four processes query `current` during a whole run and a publication."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from orchestration.home import Home
from orchestration.release.catalogue import Catalogue
from tests.release.conftest import Call, deliver_change, process_environment
from tests.release.figures import scoring_cell

READER = Path(__file__).with_name("reader.py")
KINDS = ("held", "held", "anew", "anew")


@contextmanager
def readers_of(current: Path, stop: Path) -> Iterator[list[subprocess.Popen[str]]]:
    """Four processes that ask until the block ends."""
    readers = [
        subprocess.Popen(
            [sys.executable, str(READER), str(current), str(stop), kind],
            env=process_environment(),
            stdout=subprocess.PIPE,
            text=True,
        )
        for kind in KINDS
    ]
    try:
        yield readers
    finally:
        stop.touch()


def test_readers_see_whole_releases_and_no_error(home: Home, zhengxin: Call, tmp_path: Path) -> None:
    with readers_of(Catalogue(home.releases).current(), tmp_path / "stop") as readers:
        deliver_change(home, 2019, *scoring_cell(home, 2019), "0")
        ran = zhengxin(home, "run", "2018-2019")
        assert ran.returncode == 0 and "2019-r2 已生成候选" in ran.stderr, ran.stdout + ran.stderr
        done = zhengxin(home, "release", "2019", "--note", "a wrong value was corrected")
        assert done.returncode == 0 and "2019-r2 已发布" in done.stdout, done.stdout + done.stderr
    answers = [json.loads(reader.communicate()[0]) for reader in readers]
    assert [answer["failed"] for answer in answers] == [[], [], [], []]
    assert all(answer["rounds"] > 2 for answer in answers)
    assert all(released == own for answer in answers for released, own, _ in answer["seen"])
    releases = [[released for released, _, _ in answer["seen"]] for answer in answers]
    assert releases[:2] == [["2019-r1"], ["2019-r1"]]
    assert [each[-1] for each in releases[2:]] == ["2019-r2", "2019-r2"]
