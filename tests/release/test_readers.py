"""Readers do not wait and see no mixture: four processes query `current` while releases are published."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import duckdb

from orchestration.home import Home
from orchestration.release.catalogue import Catalogue
from tests.release.conftest import Call, process_environment

READER = Path(__file__).with_name("reader.py")


def test_readers_see_whole_releases_and_no_error(home: Home, zhengxin: Call, tmp_path: Path) -> None:
    stop = tmp_path / "stop"
    current = Catalogue(home.releases).current()
    readers = [
        subprocess.Popen(
            [sys.executable, str(READER), str(current), str(stop), kind],
            env=process_environment(),
            stdout=subprocess.PIPE,
            text=True,
        )
        for kind in ("held", "held", "anew", "anew")
    ]
    for number, grade in enumerate("XY", start=2):
        with duckdb.connect(str(home.warehouse)) as warehouse:
            warehouse.execute(f"update marts.fct_unit_score set grade = '{grade}' where unit_code = '520403'")
        done = zhengxin(home, "release", "2019", "--note", f"grade {grade}")
        assert done.returncode == 0 and f"2019-r{number}" in done.stdout, done.stdout + done.stderr
    stop.touch()
    answers = [json.loads(reader.communicate()[0]) for reader in readers]
    assert [answer["failed"] for answer in answers] == [[], [], [], []]
    assert all(answer["rounds"] > 2 for answer in answers)
    assert all(released == own for answer in answers for released, own, _ in answer["seen"])
    releases = [[released for released, _, _ in answer["seen"]] for answer in answers]
    assert releases[:2] == [["2019-r1"], ["2019-r1"]]
    assert [each[-1] for each in releases[2:]] == ["2019-r3", "2019-r3"]
