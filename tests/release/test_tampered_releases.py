"""Whatever is changed in what was published is named by `zhengxin verify --all`, also where the hashes beside it were
made anew; what can only be told with something that was kept elsewhere is told with it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from orchestration.errors import UsageError
from orchestration.home import Home
from orchestration.release import links
from orchestration.release.catalogue import INTERNAL, PUBLIC, Catalogue, ReleaseId
from orchestration.release.files import hashes_of_files, sha256_of
from orchestration.release.publish import PUBLISHED, withdraw
from orchestration.release.signature import KEY_VARIABLE, public_key
from orchestration.release.verify_all import parts_to_verify, verify_part
from tests.release.conftest import Call, alter, release

FIRST, EARLIER = ReleaseId(2019, 1), ReleaseId(2018, 1)


def problems(home: Home, key: Path | None = None, head: str | None = None) -> list[str]:
    """What `zhengxin verify --all` says is not as it was."""
    parts = parts_to_verify(home, public_key(key) if key else None, head)
    return [problem for _, check in parts for problem in verify_part(check).problems]


def open_up(catalogue: Catalogue) -> None:
    """Whoever forges owns the files."""
    for audience in (PUBLIC, INTERNAL):
        for path in catalogue.tree(audience).rglob("*"):
            path.chmod(0o755 if path.is_dir() else 0o644)


def rewrite(path: Path, **changes: object) -> None:
    path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8")) | changes), encoding="utf-8")


def redo_sums(folder: Path) -> None:
    hashes = {name: digest for name, digest in hashes_of_files(folder).items() if name != "SHA256SUMS"}
    (folder / "SHA256SUMS").write_text("".join(f"{digest}  {name}\n" for name, digest in hashes.items()))


def redo_manifest(folder: Path) -> None:
    """The hashes of the files in the manifest and in SHA256SUMS, as a careful forger would."""
    kept = {
        name: digest for name, digest in hashes_of_files(folder).items() if name not in ("SHA256SUMS", "manifest.json")
    }
    rewrite(folder / "manifest.json", files=kept)
    redo_sums(folder)


def alter_score(database: Path) -> None:
    with duckdb.connect(str(database)) as opened:
        opened.execute("update marts.fct_unit_score set score = score + 1 where unit_code = '520402'")


def score_and_sums(catalogue: Catalogue) -> None:
    alter_score(catalogue.database(FIRST))
    redo_sums(catalogue.folder(FIRST))


def score_and_manifest(catalogue: Catalogue) -> None:
    alter_score(catalogue.database(FIRST))
    redo_manifest(catalogue.folder(FIRST))


def internal_score(catalogue: Catalogue) -> None:
    alter_score(catalogue.database(FIRST, INTERNAL))
    redo_manifest(catalogue.folder(FIRST, INTERNAL))


def parquet_file(catalogue: Catalogue) -> None:
    path = catalogue.folder(FIRST) / "parquet" / "unit_ranking.parquet"
    with duckdb.connect() as opened:
        opened.execute(f"create table rows as select * from '{path}'")
        opened.execute("update rows set unit_rank = 1")
        opened.execute(f"copy rows to '{path}' (format parquet)")
    redo_manifest(catalogue.folder(FIRST))


def added_table(catalogue: Catalogue) -> None:
    with duckdb.connect(str(catalogue.database(FIRST))) as opened:
        opened.execute("create table marts.more as select 1 as one")
    redo_manifest(catalogue.folder(FIRST))


def earlier_note(catalogue: Catalogue) -> None:
    rewrite(catalogue.manifest_path(EARLIER), release_note="another")
    redo_sums(catalogue.folder(EARLIER))


def swapped(catalogue: Catalogue) -> None:
    for audience in (PUBLIC, INTERNAL):
        one, two = (catalogue.folder(each, audience) for each in (EARLIER, FIRST))
        aside = one.with_name("aside")
        for source, target in ((one, aside), (two, one), (aside, two)):
            os.rename(source, target)


def removed(catalogue: Catalogue) -> None:
    for audience in (PUBLIC, INTERNAL):
        shutil.rmtree(catalogue.folder(EARLIER, audience))


def inserted(catalogue: Catalogue) -> None:
    """A copy of a release as the next one of its edition, with all names and hashes made anew."""
    for audience in (PUBLIC, INTERNAL):
        folder = catalogue.folder(EARLIER, audience).with_name("r2")
        shutil.copytree(catalogue.folder(EARLIER, audience), folder)
        [database] = folder.glob("*.duckdb")
        database.rename(folder / database.name.replace("r1", "r2"))
        rewrite(folder / "manifest.json", release_id="2018-r2", revision_number=2)
        redo_manifest(folder)


def lock(catalogue: Catalogue) -> None:
    folder = catalogue.folder(FIRST, INTERNAL)
    rewrite(folder / "lock.json", batches=[])
    redo_manifest(folder)


def time_before(catalogue: Catalogue) -> None:
    rewrite(catalogue.manifest_path(FIRST), released_at="2001-01-01T00:00:00+08:00")
    redo_sums(catalogue.folder(FIRST))


RELEASES: dict[str, tuple[Callable[[Catalogue], None], str]] = {
    "score in the database, sums redone": (score_and_sums, "table fct_unit_score is not what was released"),
    "score in the database, manifest redone": (score_and_manifest, "table fct_unit_score is not what was released"),
    "score in the internal database": (internal_score, "2019-r1-internal.duckdb: table fct_unit_score is not what"),
    "rank in Parquet": (parquet_file, "public parquet/unit_ranking.parquet does not hold the table"),
    "table added": (added_table, "table more was added"),
    "manifest of an earlier release": (earlier_note, "2019-r1 follows on another 2018-r1"),
    "two releases swapped": (swapped, "is that of 2019-r1: the release lies in another's folder"),
    "release removed": (removed, "2019-r1 follows on 2018-r1, which is not there"),
    "release put between": (inserted, "number 2 is missing or there twice"),
    "lock": (lock, "manifest.json is not the one that the public manifest names"),
    "time before its predecessor": (time_before, "before its predecessor 2018-r1"),
}


def test_untouched_home_is_whole(released: Home) -> None:
    assert problems(released) == []
    assert links.head(Catalogue(released.releases)).release == FIRST


@pytest.mark.parametrize("case", RELEASES)
def test_tampered_release(home: Home, case: str) -> None:
    tamper, said = RELEASES[case]
    catalogue = Catalogue(home.releases)
    open_up(catalogue)
    tamper(catalogue)
    found = problems(home)
    assert any(said in problem for problem in found), found


def test_last_release_removed_is_told_by_a_head_kept_elsewhere(home: Home) -> None:
    catalogue = Catalogue(home.releases)
    head = links.head(catalogue).sha256
    assert problems(home, head=head) == []
    for audience in (PUBLIC, INTERNAL):
        shutil.rmtree(catalogue.folder(FIRST, audience))
    with catalogue.lock("a careful forger"):
        pass
    assert problems(home) == []
    assert f"no release here has the published head {head}" in problems(home, head=head)[0]


def index_without(catalogue: Catalogue) -> None:
    index = catalogue.root / "index.json"
    rewrite(index, releases=json.loads(index.read_text())["releases"][1:])


def index_note(catalogue: Catalogue) -> None:
    index = catalogue.root / "index.json"
    entries = json.loads(index.read_text())["releases"]
    rewrite(index, releases=[entries[0] | {"release_note": "another"}, *entries[1:]])


def current_of_the_year_before(catalogue: Catalogue) -> None:
    shutil.copyfile(catalogue.database(EARLIER), catalogue.current())
    rewrite(catalogue.root / "current.json", release_id="2018-r1")


def stray_note(catalogue: Catalogue) -> None:
    (catalogue.root / "2019" / "r7.withdrawn.json").write_text("{}")


BESIDE: dict[str, tuple[Callable[[Catalogue], object], str]] = {
    "release left out of the index": (index_without, "index.json does not name 2018-r1"),
    "note in the index": (index_note, "index.json says release_note 'another' of 2018-r1"),
    "current in the index": (
        lambda catalogue: rewrite(catalogue.root / "index.json", current="2018-r1"),
        "index.json names 2018-r1 as current, where 2019-r1 is",
    ),
    "index removed": (lambda catalogue: (catalogue.root / "index.json").unlink(), "is missing or no index"),
    "current of another edition": (current_of_the_year_before, "current.json names 2018-r1, where 2019-r1 is in force"),
    "current changed": (lambda catalogue: alter_score(catalogue.current()), "current.duckdb is not what 2019-r1 holds"),
    "current of internal readers changed": (
        lambda catalogue: alter_score(catalogue.current(INTERNAL)),
        "current-internal.duckdb is not what 2019-r1 holds",
    ),
    "withdrawal invented": (
        lambda catalogue: (catalogue.root / "2019" / "r1.withdrawn.json").write_text('{"reason": "x"}'),
        "index.json says state 'in_force' of 2019-r1, the release 'withdrawn'",
    ),
    "note of no release": (stray_note, "2019/r7.withdrawn.json is a note of a release that is not there"),
    "stray folder": (
        lambda catalogue: (catalogue.root / "2019" / "r1 copy").mkdir(),
        "2019/r1 copy is neither a release nor a note of one",
    ),
}


@pytest.mark.parametrize("case", BESIDE)
def test_tampered_files_beside_the_releases(home: Home, case: str) -> None:
    tamper, said = BESIDE[case]
    catalogue = Catalogue(home.releases)
    open_up(catalogue)
    tamper(catalogue)
    found = problems(home)
    assert any(said in problem for problem in found), found


def test_withdrawal_that_a_later_release_names_stays(home: Home) -> None:
    catalogue = Catalogue(home.releases)
    withdraw(home, EARLIER, "wrong batch")
    assert release(home, 2018, note="right batch").state == PUBLISHED
    assert problems(home) == []
    note = catalogue.withdrawal_note(EARLIER)
    note.unlink()
    with catalogue.lock("a careful forger"):
        pass
    assert any("the withdrawal of 2018-r1" in problem and "was removed" in problem for problem in problems(home))


def openssl(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["openssl", *map(str, arguments)], capture_output=True, text=True)


@pytest.mark.skipif(shutil.which("openssl") is None, reason="needs openssl")
def test_signature(home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Signed with a key outside the home; checked here and by openssl alone; removed and forged ones are named."""
    private, public, other = (tmp_path / name for name in ("key.pem", "publisher.pem", "other.pem"))
    for key in (private, other):
        assert openssl("genpkey", "-algorithm", "ed25519", "-out", key).returncode == 0
    assert openssl("pkey", "-in", private, "-pubout", "-out", public).returncode == 0
    assert openssl("pkey", "-in", other, "-pubout", "-out", other.with_suffix(".pub")).returncode == 0
    alter(home, "update marts.fct_unit_score set grade = 'X' where unit_code = '520403'")
    monkeypatch.setenv(KEY_VARIABLE, str(home.root / "key.pem"))
    with pytest.raises(UsageError, match="lies in the home"):
        release(home, 2019, note="signed")
    monkeypatch.setenv(KEY_VARIABLE, str(private))
    assert release(home, 2019, note="signed").state == PUBLISHED
    catalogue = Catalogue(home.releases)
    manifest = catalogue.manifest_path(ReleaseId(2019, 2))
    signature = manifest.with_name("manifest.json.sig")
    check = ("pkeyutl", "-verify", "-pubin", "-inkey", public, "-rawin", "-in", manifest, "-sigfile", signature)
    assert openssl(*check).returncode == 0
    assert problems(home, key=public) == []
    assert any("names another key" in problem for problem in problems(home, key=other.with_suffix(".pub")))
    withdraw(home, ReleaseId(2019, 2), "a mistake")
    assert problems(home, key=public) == []

    open_up(catalogue)
    kept = signature.read_bytes()
    signature.write_bytes(bytes(64))
    redo_sums(manifest.parent)
    assert any("manifest.json is not signed with the key given" in problem for problem in problems(home, key=public))
    signature.unlink()
    redo_sums(manifest.parent)
    assert any("has no signature, though 2019-r2 is signed" in problem for problem in problems(home, key=public))
    signature.write_bytes(kept)
    redo_sums(manifest.parent)
    rewrite(catalogue.withdrawal_note(ReleaseId(2019, 2)), reason="another")
    assert any("withdrawn.json is not signed with the key given" in each for each in problems(home, key=public))


def test_a_clock_that_was_set_back_is_noticed(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    alter(home, "update marts.fct_unit_score set grade = 'X' where unit_code = '520403'")
    last = datetime.fromisoformat(links.head(Catalogue(home.releases)).released_at)
    before = (last - timedelta(days=1)).isoformat(timespec="seconds")
    monkeypatch.setattr("orchestration.release.publish.now_text", lambda: before)
    with pytest.raises(links.ClockSetBack, match="set the clock"):
        release(home, 2019, note="too early")
    assert Catalogue(home.releases).releases() == [EARLIER, FIRST]


def test_releases_of_an_older_version_verify_with_a_stated_gap(home: Home) -> None:
    """Made anew as an older version laid them out: the internal part within the public one, no link, one manifest."""
    catalogue = Catalogue(home.releases)
    open_up(catalogue)
    for one in (EARLIER, FIRST):
        public, internal = catalogue.folder(one), catalogue.folder(one, INTERNAL)
        inner = json.loads((internal / "manifest.json").read_text())["tables"]
        manifest = json.loads((public / "manifest.json").read_text())
        kept = {
            k: v for k, v in manifest.items() if k not in ("chain", "files", "internal_manifest_sha256", "signed_with")
        }
        (public / "manifest.json").write_text(json.dumps(kept | {"tables": kept["tables"] | inner}))
        for name in ("lock.json", "source.tar.gz"):
            os.rename(internal / name, public / name)
        for name in ("manifest.json", "SHA256SUMS"):
            (internal / name).unlink()
        os.rename(internal, public / "internal")
        redo_sums(public)
    with catalogue.lock("the first command of this version"):
        pass
    assert problems(home) == []
    assert (catalogue.folder(FIRST) / "internal").stat().st_mode & 0o077 == 0
    assert (catalogue.folder(FIRST) / "lock.json").stat().st_mode & 0o077 == 0
    chain_part = dict(parts_to_verify(home, None, None))["chain of the releases"]
    assert "2018-r1, 2019-r1 come from an older version and have no link" in verify_part(chain_part).gaps[0]

    alter(home, "update marts.fct_unit_score set grade = 'X' where unit_code = '520403'")
    assert release(home, 2019, note="the first with a link").state == PUBLISHED
    assert problems(home) == []
    rewrite(catalogue.manifest_path(EARLIER), release_note="another")
    redo_sums(catalogue.folder(EARLIER))
    assert any("2018-r1 is not what it was when 2019-r2 was made" in problem for problem in problems(home))


def test_command(home: Home, zhengxin: Call, tmp_path: Path) -> None:
    """On the home, on a copy of the public tree alone, and with something changed."""
    head = sha256_of(Catalogue(home.releases).manifest_path(FIRST))
    done = zhengxin(home, "verify", "--all", "--head", head)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"Head of the chain: {head} (2019-r1)" in " ".join(done.stdout.split())
    assert "landing store:" in done.stdout and "not signed" in " ".join(done.stdout.split())

    copy = Home(tmp_path / "copy")
    shutil.copytree(home.releases, copy.releases)
    done = zhengxin(copy, "verify", "--all", "--head", head)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "its internal part is not here" in " ".join(done.stdout.split())
    assert [path.name for path in copy.root.iterdir()] == ["releases"]

    (copy.releases / "2019" / "r1" / "diff.md").chmod(0o644)
    (copy.releases / "2019" / "r1" / "diff.md").write_text("changed")
    (copy.releases / "2019" / "r1" / "added.txt").write_text("x")
    done = zhengxin(copy, "verify", "2019-r1")
    assert done.returncode == 1
    said = " ".join(done.stderr.split())
    assert "diff.md was changed" in said and "added.txt was added" in said
    assert zhengxin(copy, "verify").returncode == zhengxin(copy, "verify", "--all", "2019-r1").returncode == 1
