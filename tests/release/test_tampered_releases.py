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
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from orchestration.errors import UsageError
from orchestration.file_digest import sha256_of
from orchestration.home import Home
from orchestration.release import links
from orchestration.release.catalogue import INTERNAL, PUBLIC, Catalogue, ReleaseId
from orchestration.release.publish import PUBLISHED, withdraw
from orchestration.release.signature import KEY_VARIABLE, is_signed_by, public_key
from orchestration.release.verify import Verification, verify_tables
from orchestration.release.verify_all import CHAIN, parts_to_verify, verify_part
from tests.release.conftest import Call, alter, release
from tests.release.forging import open_up, redo_manifest, redo_sums, rewrite

FIRST, EARLIER = ReleaseId(2019, 1), ReleaseId(2018, 1)


def problems(home: Home, key: Path | None = None, head: str | None = None) -> list[str]:
    """What `zhengxin verify --all` says is not as it was."""
    parts = parts_to_verify(home, public_key(key) if key else None, head)
    return [problem.en for _, check in parts for problem in verify_part(check).problems]


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


# What only the hashes of tables tell.
IN_TABLES = [*RELEASES][:5]


def named(catalogue: Catalogue, release_id: ReleaseId, audience: str) -> Verification:
    """In place of hashing all tables, which takes most of a verification."""
    return Verification(len(catalogue.tables(release_id)[audience]), [])


@pytest.fixture
def unhashed_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is changed here is found without hashing tables."""
    monkeypatch.setattr("orchestration.release.verify.verify_tables", named)


@pytest.fixture
def hashed_where_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the tables of the release that is changed are hashed."""

    def hashed(catalogue: Catalogue, release_id: ReleaseId, audience: str) -> Verification:
        return (verify_tables if release_id == FIRST else named)(catalogue, release_id, audience)

    monkeypatch.setattr("orchestration.release.verify.verify_tables", hashed)


def test_untouched_home_is_whole(released: Home) -> None:
    assert problems(released) == []
    assert links.head(Catalogue(released.releases)).release == FIRST


@pytest.mark.usefixtures("hashed_where_changed")
@pytest.mark.parametrize("case", IN_TABLES)
def test_tampered_tables(home: Home, case: str) -> None:
    assert_told(home, *RELEASES[case])


@pytest.mark.usefixtures("unhashed_tables")
@pytest.mark.parametrize("case", [case for case in RELEASES if case not in IN_TABLES])
def test_tampered_release(home: Home, case: str) -> None:
    assert_told(home, *RELEASES[case])


def assert_told(home: Home, tamper: Callable[[Catalogue], object], said: str) -> None:
    catalogue = Catalogue(home.releases)
    open_up(catalogue)
    tamper(catalogue)
    found = problems(home)
    assert any(said in problem for problem in found), found


@pytest.mark.usefixtures("unhashed_tables")
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


def withdrawal_of_earlier_times(catalogue: Catalogue) -> None:
    """With index and `current` made to fit; the release that came after it does not know it."""
    moment = catalogue.manifest(EARLIER)["released_at"]
    catalogue.withdrawal_note(EARLIER).write_text(json.dumps({"reason": "x", "withdrawn_at": moment}))
    with catalogue.lock("a careful forger"):
        pass


def stray_note(catalogue: Catalogue) -> None:
    (catalogue.root / "2019" / "r7.withdrawn.json").write_text("{}")


def linked_file(catalogue: Catalogue) -> None:
    """The same bytes today; tomorrow whatever the other file holds."""
    path = catalogue.folder(FIRST) / "diff.md"
    elsewhere = catalogue.root.parent / "elsewhere.md"
    os.rename(path, elsewhere)
    path.symlink_to(elsewhere)


def pipe(catalogue: Catalogue) -> None:
    """Whoever reads it waits for good."""
    sums = catalogue.folder(FIRST) / "SHA256SUMS"
    sums.unlink()
    os.mkfifo(sums)


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
        "2019/r1.withdrawn.json is no note of a withdrawal",
    ),
    "withdrawal forged": (
        lambda catalogue: (catalogue.root / "2019" / "r1.withdrawn.json").write_text(
            '{"reason": "x", "withdrawn_at": "2031-01-01T00:00:00+08:00"}'
        ),
        "index.json says state 'in_force' of 2019-r1, the release 'withdrawn'",
    ),
    "withdrawal of earlier times": (
        withdrawal_of_earlier_times,
        "2019-r1, made after it",
    ),
    "note of no release": (stray_note, "2019/r7.withdrawn.json is a note of a release that is not there"),
    "stray folder": (
        lambda catalogue: (catalogue.root / "2019" / "r1 copy").mkdir(),
        "2019/r1 copy is neither a release nor a note of one",
    ),
    "public part removed": (
        lambda catalogue: shutil.rmtree(catalogue.folder(FIRST)),
        "the public part of 2019-r1 is missing",
    ),
    "link in the place of a file": (linked_file, "diff.md is neither a file nor a folder"),
    "pipe in the place of a file": (pipe, "SHA256SUMS is neither a file nor a folder"),
}


@pytest.mark.usefixtures("unhashed_tables")
@pytest.mark.parametrize("case", BESIDE)
def test_tampered_files_beside_the_releases(home: Home, case: str) -> None:
    assert_told(home, *BESIDE[case])


@pytest.mark.usefixtures("unhashed_tables")
@pytest.mark.parametrize("content", ["{}", "null", '{"chain": 7}', "[" * 100_000])
def test_whatever_a_note_holds_is_told_and_ends_nothing(home: Home, content: str) -> None:
    catalogue = Catalogue(home.releases)
    open_up(catalogue)
    lock = catalogue.folder(FIRST, INTERNAL) / "lock.json"
    notes = [catalogue.manifest_path(FIRST), catalogue.manifest_path(FIRST, INTERNAL), lock]
    for path in [*notes, catalogue.root / "index.json", catalogue.pointer(PUBLIC), catalogue.withdrawal_note(EARLIER)]:
        kept = path.read_bytes() if path.exists() else None
        path.write_text(content)
        assert problems(home), path
        path.unlink() if kept is None else path.write_bytes(kept)
    assert problems(home) == []


def test_a_table_named_like_a_statement_writes_nothing(home: Home, tmp_path: Path) -> None:
    """The folder of somebody else, verified: its names of columns are no SQL, its views are not asked."""
    catalogue = Catalogue(home.releases)
    open_up(catalogue)
    written = tmp_path / "written.csv"
    name = (
        f"x\" as varchar)]) as varchar) from marts.unit_ranking; copy (select 1) to '{written}'; "
        'select cast(to_json([cast("x'
    )
    quoted = name.replace('"', '""')
    with duckdb.connect(str(catalogue.database(FIRST))) as opened:
        opened.execute(f'create or replace table marts.unit_ranking (x int, "{quoted}" int)')
        opened.execute("drop table marts.warning")
        opened.execute("create view marts.warning as select sum(range) from range(1000000000000)")
        parquet = catalogue.folder(FIRST) / "parquet" / "unit_ranking.parquet"
        opened.execute(f"copy marts.unit_ranking to '{parquet}' (format parquet)")
    redo_manifest(catalogue.folder(FIRST))
    found = problems(home)
    assert not written.exists()
    for said in ("table unit_ranking is not what was released", "table warning is missing"):
        assert any(said in problem for problem in found), found


@pytest.mark.usefixtures("unhashed_tables")
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


@pytest.mark.usefixtures("unhashed_tables")
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


@pytest.mark.usefixtures("unhashed_tables")
@pytest.mark.skipif(shutil.which("openssl") is None, reason="needs openssl")
def test_who_signs_answers_for_what_is_not_signed(home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the published key nothing passes that neither its holder signed nor a signed release follows on."""
    private, public = tmp_path / "key.pem", tmp_path / "publisher.pem"
    openssl("genpkey", "-algorithm", "ed25519", "-out", private)
    openssl("pkey", "-in", private, "-pubout", "-out", public)
    assert [problem.partition(",")[0] for problem in problems(home, key=public)] == [
        "2018-r1 is not signed",
        "2019-r1 is not signed",
    ]
    withdraw(home, EARLIER, "before there was a key")
    assert any("2018/r1.withdrawn.json is not signed" in problem for problem in problems(home, key=public))
    monkeypatch.setenv(KEY_VARIABLE, str(private))
    assert release(home, 2018, note="signed").state == PUBLISHED
    assert problems(home, key=public) == []

    catalogue = Catalogue(home.releases)
    open_up(catalogue)
    (catalogue.root / "2019" / "r1.withdrawn.json").write_text('{"reason": "x", "withdrawn_at": "2031-01-01"}')
    with catalogue.lock("a careful forger"):
        pass
    assert problems(home) == [], "without the key nobody can tell"
    assert any("2019/r1.withdrawn.json is not signed" in problem for problem in problems(home, key=public))
    (catalogue.root / "2019" / "r1.withdrawn.json").unlink()

    second = catalogue.folder(ReleaseId(2018, 2))
    (second / "manifest.json.sig").unlink()
    rewrite(second / "manifest.json", signed_with=None, release_note="forged")
    redo_manifest(second)
    with catalogue.lock("a careful forger"):
        pass
    assert problems(home) == [], "without the key nobody can tell"
    assert any("2018-r2 is not signed, and no signed" in problem for problem in problems(home, key=public))


@pytest.mark.usefixtures("unhashed_tables")
def test_a_killed_withdrawal_leaves_no_note_without_signature(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The signature is there before the note; withdrawn again, both are those of the second time."""
    key = Ed25519PrivateKey.generate()
    catalogue = Catalogue(home.releases)
    note = catalogue.withdrawal_note(FIRST)

    def killed(path: Path, content: bytes, mode: int) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt), catalogue.lock("killed"):
        patch.setattr("orchestration.release.catalogue.write_file", killed)
        catalogue.withdraw(FIRST, "a reason", key)
    assert not note.exists() and problems(home) == []
    with catalogue.lock("again"):
        catalogue.withdraw(FIRST, "another reason", key)
    assert is_signed_by(note, key.public_key())


def test_a_clock_that_was_set_back_is_noticed(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    alter(home, "update marts.fct_unit_score set grade = 'X' where unit_code = '520403'")
    last = datetime.fromisoformat(links.head(Catalogue(home.releases)).released_at)
    before = (last - timedelta(days=1)).isoformat(timespec="seconds")
    monkeypatch.setattr("orchestration.release.publish.now_text", lambda: before)
    with pytest.raises(links.ClockSetBack, match="set the clock"):
        release(home, 2019, note="too early")
    with pytest.raises(links.ClockSetBack, match="set the clock"):
        withdraw(home, FIRST, "too early")
    assert Catalogue(home.releases).releases() == [EARLIER, FIRST]


@pytest.mark.usefixtures("unhashed_tables")
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
    chain_part = dict(parts_to_verify(home, None, None))[CHAIN]
    assert "2018-r1, 2019-r1 come from an older version and have no link" in verify_part(chain_part).gaps[0].en

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
    assert f"链首:{head}(2019-r1)" in "".join(done.stdout.split())
    assert "入库存储:已核验" in done.stdout and "没有签名" in done.stdout

    copy = Home(tmp_path / "copy")
    shutil.copytree(home.releases, copy.releases)
    done = zhengxin(copy, "verify", "--all", "--head", head)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "其内部部分不在此处" in "".join(done.stdout.split())
    assert [path.name for path in copy.root.iterdir()] == ["releases"]

    (copy.releases / "2019" / "r1" / "diff.md").chmod(0o644)
    (copy.releases / "2019" / "r1" / "diff.md").write_text("changed")
    (copy.releases / "2019" / "r1" / "added.txt").write_text("x")
    done = zhengxin(copy, "verify", "2019-r1")
    assert done.returncode == 1
    said = " ".join(done.stderr.split())
    assert "diff.md 被改动" in said and "added.txt 是后来加入的" in said
    unused = zhengxin(copy, "verify", "2018-r1", "--head", head)
    assert unused.returncode == 1 and "--key 与 --head 须与 --all 同用" in " ".join(unused.stderr.split())
    assert zhengxin(copy, "verify").returncode == zhengxin(copy, "verify", "--all", "2019-r1").returncode == 1
