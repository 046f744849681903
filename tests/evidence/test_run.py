"""A home with evidence through the whole pipeline: run, release, and the release made again from its lock."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from orchestration.demo.evidence import write_evidence
from orchestration.home import Home
from orchestration.release.catalogue import INTERNAL, PUBLIC, Catalogue, ReleaseId
from tests.small.home import make_small_home
from tests.small.inbox import write_small_inbox

MARTS = ("evidence_measure", "evidence_partition", "evidence_file", "evidence_sample", "dim_derivation")
UNITS = ["520402", "520403", "520422", "520423", "520424", "520425"]


def zhengxin(home: Home, *words: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "orchestration.cli", *words],
        env=os.environ | {"ZHENGXIN_HOME": str(home.root)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.slow
def test_what_records_give_is_run_released_and_made_again(tmp_path: Path) -> None:
    home = make_small_home(tmp_path)
    write_small_inbox(home.inbox, [2019])
    write_evidence(home.inbox / "evidence", UNITS, [2019], 3000)
    zhengxin(home, "run", "2019")
    catalogue = Catalogue(home.releases)
    release = catalogue.require(ReleaseId.parse("2019-r1"))
    counts = {}
    for audience in (PUBLIC, INTERNAL):
        with duckdb.connect(str(catalogue.database(release, audience)), read_only=True) as database:
            tables = {name for (name,) in database.execute("select table_name from duckdb_tables()").fetchall()}
            counts[audience] = {
                name: database.execute(f"select count(*) from marts.{name}").fetchone()[0]
                for name in MARTS
                if name in tables
            }
    assert counts[PUBLIC] == {}
    assert set(counts[INTERNAL]) == set(MARTS) and counts[INTERNAL]["evidence_measure"] > 100
    # Twenty of each kind.
    assert counts[INTERNAL]["evidence_sample"] == 20 * counts[INTERNAL]["evidence_partition"]
    assert "已核验" in zhengxin(home, "verify", "2019-r1", "--rebuild")
