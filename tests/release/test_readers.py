"""Readers do not wait and see no mixture: they query `current` while an edition is offered and published."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from orchestration.home import Home
from orchestration.release.catalogue import Catalogue
from orchestration.release.publish import OFFERED, PUBLISHED
from tests.release.conftest import Call, alter, deliver_change, process_environment, release
from tests.release.figures import scoring_cell

READER = Path(__file__).with_name("reader.py")
KINDS = ("held", "anew")


@contextmanager
def readers_of(current: Path, stop: Path, kinds: Sequence[str]) -> Iterator[list[subprocess.Popen[str]]]:
    """Processes that ask until the block ends."""
    readers = [
        subprocess.Popen(
            [sys.executable, str(READER), str(current), str(stop), kind],
            env=process_environment(),
            stdout=subprocess.PIPE,
            text=True,
        )
        for kind in kinds
    ]
    try:
        yield readers
    finally:
        stop.touch()


def assert_whole(readers: list[subprocess.Popen[str]]) -> None:
    """No reader met an error, or a release with rows of another; who keeps its connection stays with what it opened."""
    answers = [json.loads(reader.communicate()[0]) for reader in readers]
    assert [answer["failed"] for answer in answers] == [[] for _ in answers]
    assert all(answer["rounds"] > 2 for answer in answers)
    assert all(released == own for answer in answers for released, own, _ in answer["seen"])
    releases = [[released for released, _, _ in answer["seen"]] for answer in answers]
    held = len(answers) // 2
    assert releases[:held] == [["2019-r1"]] * held
    assert [each[-1] for each in releases[held:]] == ["2019-r2"] * held


@pytest.mark.in_ci
def test_readers_see_whole_releases_and_no_error(home: Home, tmp_path: Path) -> None:
    with readers_of(Catalogue(home.releases).current(), tmp_path / "stop", KINDS) as readers:
        alter(home, "update marts.fct_unit_score set grade = 'X' where unit_code = '520403'")
        assert release(home, 2019).state == OFFERED
        assert release(home, 2019, note="a wrong value was corrected").state == PUBLISHED
    assert_whole(readers)


@pytest.mark.slow
def test_readers_of_a_whole_run(home: Home, zhengxin: Call, tmp_path: Path) -> None:
    """By the commands, with two readers of each kind."""
    kinds = ("held", "held", "anew", "anew")
    with readers_of(Catalogue(home.releases).current(), tmp_path / "stop", kinds) as readers:
        deliver_change(home, 2019, *scoring_cell(home, 2019), "0")
        ran = zhengxin(home, "run", "2018-2019")
        assert ran.returncode == 0 and "2019-r2 已生成候选" in ran.stderr, ran.stdout + ran.stderr
        done = zhengxin(home, "release", "2019", "--note", "a wrong value was corrected")
        assert done.returncode == 0 and "2019-r2 已发布" in done.stdout, done.stdout + done.stderr
    assert_whole(readers)
