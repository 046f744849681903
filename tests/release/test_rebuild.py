"""A stranger's check: the release built anew from its lock, in a fresh home, with its own code."""

from __future__ import annotations

from orchestration.home import Home
from orchestration.release.catalogue import Catalogue, ReleaseId
from tests.release.conftest import Call


def test_rebuild_gives_every_logical_hash_again(home: Home, zhengxin: Call) -> None:
    home.warehouse.unlink()
    done = zhengxin(home, "verify", "2019-r1", "--rebuild")
    assert done.returncode == 0, done.stdout + done.stderr
    tables = sum(len(each) for each in Catalogue(home.releases).tables(ReleaseId(2019, 1)).values())
    assert f"rebuild of 2019-r1: {tables} checked" in done.stdout


def test_missing_batch_is_named(home: Home, zhengxin: Call) -> None:
    lost = next(home.landing.glob("batches/observation/*/accepted.parquet"))
    lost.unlink()
    done = zhengxin(home, "verify", "2019-r1", "--rebuild")
    assert done.returncode == 1 and lost.parent.name in done.stderr and "restore" in done.stderr
