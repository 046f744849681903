"""A stranger's check: the release built anew from its lock, in a fresh home, with its own code."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

import pytest

from orchestration.errors import UsageError
from orchestration.home import Home
from orchestration.release.catalogue import INTERNAL, Catalogue, ReleaseId
from orchestration.release.verify import verify_rebuild
from tests.release.conftest import Call
from tests.release.forging import redo_manifest


@pytest.mark.in_ci
def test_rebuild_gives_every_logical_hash_again(home: Home, zhengxin: Call) -> None:
    home.warehouse.unlink()
    done = zhengxin(home, "verify", "2019-r1", "--rebuild")
    assert done.returncode == 0, done.stdout + done.stderr
    tables = sum(len(each) for each in Catalogue(home.releases).tables(ReleaseId(2019, 1)).values())
    assert f"2019-r1 的重建:已核验 {tables} 项" in done.stdout


def test_missing_batch_is_named(home: Home, zhengxin: Call) -> None:
    lost = next(home.landing.glob("batches/observation/*/accepted.parquet"))
    lost.unlink()
    done = zhengxin(home, "verify", "2019-r1", "--rebuild")
    assert done.returncode == 1 and lost.parent.name in done.stderr and "请从备份恢复" in done.stderr


def test_code_that_was_not_released_is_not_run(home: Home, tmp_path: Path) -> None:
    """The archive of another, with the hashes beside it made anew: the public manifest names the one that was there."""
    folder = Catalogue(home.releases).folder(ReleaseId(2019, 1), INTERNAL)
    archive, written = folder / "source.tar.gz", tmp_path / "written"
    folder.chmod(0o700)
    archive.chmod(0o600)
    code = f"open({str(written)!r}, 'w')".encode()
    with tarfile.open(archive, "w:gz") as made:
        for name in (
            "orchestration/__init__.py",
            "orchestration/release/__init__.py",
            "orchestration/release/rebuild.py",
        ):
            member = tarfile.TarInfo(name)
            member.size = len(code)
            made.addfile(member, io.BytesIO(code))
    with pytest.raises(UsageError, match=r"2019-r1 is not built anew.*source.tar.gz was changed"):
        verify_rebuild(home, ReleaseId(2019, 1))
    redo_manifest(folder)
    with pytest.raises(UsageError, match=r"2019-r1 is not built anew.*is not the one that the public manifest names"):
        verify_rebuild(home, ReleaseId(2019, 1))
    assert not written.exists()
