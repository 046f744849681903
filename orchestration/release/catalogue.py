"""The releases of a home: which there are, which are in force, and which one readers of `current.duckdb` see.

Two trees, so that one of them can be served as it is:

releases/<year>/r<N>/            the public part of a release, never changed once it is there
releases/<year>/r<N>.withdrawn.json   why and when it was withdrawn
releases/index.json              all of it as one page, made from the folders
releases/current.duckdb          copy of the public file of the newest edition in force

releases-internal/<year>/r<N>/   the internal part of the same release: readable by its owner only
releases-internal/<year>/r<N>.offer/   a result that waits for a person's decision
releases-internal/current-internal.duckdb   the newest edition in force with what only internal readers see
releases-internal/tmp/           work in progress; swept by the next who holds the lock

A release is there when its public folder is; an internal one without it was never finished. Releases of older versions
keep their internal part in `releases/<year>/r<N>/internal/`, and their lock beside it.
"""

from __future__ import annotations

import json
import re
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from orchestration.errors import UsageError
from orchestration.landing.store import now_text
from orchestration.release.files import (
    OWNER_FILE,
    OWNER_FOLDER,
    PUBLIC_FILE,
    PUBLIC_FOLDER,
    json_bytes,
    make_folder,
    replace_file,
    write_file,
    write_json,
)
from orchestration.release.signature import write_signature
from orchestration.warehouse.lock import writer_lock
from orchestration.wording import Wording, joined

PUBLIC, INTERNAL = "public", "internal"
INTERNAL_SUFFIX = "-internal"
MANIFEST_NAME = "manifest.json"
LOCK_NAME = "lock.json"
OFFER_NOTE = "offer.json"
# What is told to people of a difference, and the tables one by one.
DIFFERENCE_NAME = "diff.md"
PARQUET_FOLDER = "parquet"
NOT_A_RELEASE = Wording(
    "“{text}”不是发布版本:请写年度和修订号,如 2019-r1。",
    "'{text}' is no release: write the edition's year and the revision, such as 2019-r1.",
)
NO_RELEASE = Wording(
    "{root} 中没有发布版本 {release}。现有版本:{known}。", "There is no release {release} in {root}. Releases: {known}."
)
NONE_YET = Wording("还没有,zhengxin run 产生第一个", "none yet: zhengxin run makes the first")
WITHDRAWAL = ("reason", "withdrawn_at")


@dataclass(frozen=True, order=True)
class ReleaseId:
    """`2019-r1`: the first release of the edition of 2019."""

    year: int
    revision: int

    @classmethod
    def parse(cls, text: str) -> ReleaseId:
        found = re.fullmatch(r"(\d{4})-r([1-9]\d*)", text.strip())
        if not found:
            raise UsageError(NOT_A_RELEASE.filled(text=text))
        return cls(int(found[1]), int(found[2]))

    def __str__(self) -> str:
        return f"{self.year}-r{self.revision}"

    @property
    def next(self) -> ReleaseId:
        return ReleaseId(self.year, self.revision + 1)


class Catalogue:
    """Reads the releases below `root`, and writes what belongs to none of them; writers hold `lock`."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.internal_root = root.with_name(root.name + INTERNAL_SUFFIX)

    def tree(self, audience: str) -> Path:
        return self.root if audience == PUBLIC else self.internal_root

    def folder(self, release: ReleaseId, audience: str = PUBLIC) -> Path:
        folder = self.tree(audience) / str(release.year) / f"r{release.revision}"
        before = self.folder(release) / "internal" if audience == INTERNAL else folder
        return before if not folder.exists() and before.exists() else folder

    def has_two_trees(self, release: ReleaseId) -> bool:
        """Whether the release was made since there are two trees."""
        return not (self.folder(release) / "internal").exists()

    def database(self, release: ReleaseId, audience: str = PUBLIC) -> Path:
        return self.folder(release, audience) / database_name(release, audience)

    def current(self, audience: str = PUBLIC) -> Path:
        return self.tree(audience) / ("current.duckdb" if audience == PUBLIC else "current-internal.duckdb")

    def offer(self, release: ReleaseId) -> Path:
        return self.internal_root / str(release.year) / f"r{release.revision}.offer"

    def offered_difference(self, release: ReleaseId) -> Path:
        """What a person reads before deciding on an offer."""
        return self.offer(release) / DIFFERENCE_NAME

    def releases(self) -> list[ReleaseId]:
        """All releases, withdrawn ones too, by edition and revision."""
        return self._found(self.root, r"r([1-9]\d*)")

    def offers(self) -> list[ReleaseId]:
        """What waits for a person's decision."""
        return self._found(self.internal_root, r"r([1-9]\d*)\.offer")

    def without_public_part(self) -> list[ReleaseId]:
        """Internal parts whose public one is not there."""
        return sorted(set(self._found(self.internal_root, r"r([1-9]\d*)")) - set(self.releases()))

    def waits(self, offered: ReleaseId) -> str:
        """The whole command that publishes an offer."""
        return read_json(self.offer(offered) / OFFER_NOTE)["command"]

    @staticmethod
    def _found(root: Path, pattern: str) -> list[ReleaseId]:
        """One a folder below an edition whose whole name fits; a copy that somebody put beside is none of ours."""
        folders = [path for path in root.glob("[0-9][0-9][0-9][0-9]/*") if path.is_dir()]
        named = [(path.parent.name, re.fullmatch(pattern, path.name)) for path in folders]
        return sorted(ReleaseId(int(year), int(name[1])) for year, name in named if name)

    def require(self, release: ReleaseId) -> ReleaseId:
        """The release itself; `UsageError` with those that there are where it is not one of them."""
        if release not in self.releases():
            known = joined(map(str, self.releases())) if self.releases() else NONE_YET
            raise UsageError(NO_RELEASE.filled(release=release, root=self.root, known=known))
        return release

    def withdrawal(self, release: ReleaseId) -> dict[str, str] | None:
        """`reason` and `withdrawn_at` of a withdrawn release."""
        path = self.withdrawal_note(release)
        if not path.exists():
            return None
        note = read_json(path)
        if not isinstance(note, dict) or not all(isinstance(note.get(name), str) for name in WITHDRAWAL):
            raise UsageError(
                Wording(
                    f"{path} 不是撤回说明;请从备份恢复发布文件夹。",
                    f"{path} is no note of a withdrawal; restore the releases from their backup.",
                )
            )
        return note

    def latest(self, year: int) -> ReleaseId | None:
        """The last release of the edition, withdrawn or not."""
        return max((release for release in self.releases() if release.year == year), default=None)

    def withdrawn(self) -> list[ReleaseId]:
        """All releases that were taken out of force."""
        return [release for release in self.releases() if self.withdrawal(release)]

    def in_force(self, year: int) -> ReleaseId | None:
        """The last release of the edition that was not withdrawn."""
        return max((each for each in self.all_in_force() if each.year == year), default=None)

    def all_in_force(self) -> list[ReleaseId]:
        """The last release, not withdrawn, of each edition."""
        last = {each.year: each for each in self.releases() if self.withdrawal(each) is None}
        return sorted(last.values())

    def manifest_path(self, release: ReleaseId, audience: str = PUBLIC) -> Path:
        return self.folder(release, audience) / MANIFEST_NAME

    def manifest(self, release: ReleaseId) -> dict[str, Any]:
        """The public manifest."""
        return read_json(self.manifest_path(release))

    def tables(self, release: ReleaseId) -> dict[str, dict[str, dict[str, Any]]]:
        """The tables of a release by audience, as both manifests name them."""
        tables = self.manifest(release)["tables"]
        internal = self.manifest_path(release, INTERNAL)
        return tables | read_json(internal)["tables"] if internal.exists() else tables

    def has_lock(self, release: ReleaseId) -> bool:
        return self.kept(release, LOCK_NAME).exists()

    def lock_of(self, release: ReleaseId) -> dict[str, Any]:
        return read_json(self.kept(release, LOCK_NAME))

    def kept(self, release: ReleaseId, name: str) -> Path:
        """A file that tells how the release was made: its lock or the archive of its code."""
        return self.folder(release, INTERNAL if self.has_two_trees(release) else PUBLIC) / name

    @contextmanager
    def lock(self, what: str) -> Iterator[None]:
        """Hold the releases for writing, sweep what a dead writer left, and mend index and `current` afterwards.

        `WarehouseBusy` names another process that holds them.
        """
        make_folder(self.internal_root, OWNER_FOLDER)
        with writer_lock(self.internal_root / "releases", what, wait_seconds=0):
            self._sweep()
            self.settle()
            yield

    def work_folder(self) -> Path:
        folder = self.internal_root / "tmp" / uuid.uuid4().hex
        make_folder(folder, OWNER_FOLDER)
        return folder

    def withdraw(self, release: ReleaseId, reason: str, key: Ed25519PrivateKey | None = None) -> None:
        """Take a release out of force; its files stay. Hold the lock."""
        path = self.withdrawal_note(release)
        note = json_bytes({"reason": reason, "withdrawn_at": now_text()})
        if key:
            # Before the note: one without its signature could not be told from a forged one.
            write_signature(path, note, key)
        write_file(path, note, PUBLIC_FILE)
        self.settle()

    def clear_work(self) -> None:
        """Remove what was in progress. Hold the lock."""
        shutil.rmtree(self.internal_root / "tmp", ignore_errors=True)

    def _sweep(self) -> None:
        """Remove work in progress, and internal parts whose public one never came."""
        self.clear_work()
        self._clear_of_older_versions()
        for release in self.without_public_part():
            shutil.rmtree(self.internal_root / str(release.year) / f"r{release.revision}")
        for release in self.releases():
            if not self.has_two_trees(release):
                self._close_to_others(release)

    def _clear_of_older_versions(self) -> None:
        """Older versions kept work in progress, offers and the internal copy in the tree that is served now."""
        for folder in (self.root / "tmp", *self.root.glob("[0-9][0-9][0-9][0-9]/r*.offer")):
            shutil.rmtree(folder, ignore_errors=True)
        for name in ("current-internal.duckdb", "current-internal.json", "releases.lock"):
            (self.root / name).unlink(missing_ok=True)

    def _close_to_others(self, release: ReleaseId) -> None:
        """What an older version left beside the public files is for its owner only."""
        self.folder(release, INTERNAL).chmod(OWNER_FOLDER)
        self.kept(release, LOCK_NAME).chmod(OWNER_FILE)

    def settle(self) -> None:
        """Let index and `current` say what the folders say: safe to repeat, each file replaced in one step."""
        if not self.releases():
            return
        make_folder(self.root, PUBLIC_FOLDER)
        write_json(self.root / "index.json", self.index(), PUBLIC_FILE)
        in_force = self.all_in_force()
        for audience in (PUBLIC, INTERNAL):
            self._switch(in_force[-1] if in_force else None, audience)

    def shown(self, audience: str) -> ReleaseId | None:
        """The release that readers of `current.duckdb`, or of its internal twin, see; None where no file says so."""
        try:
            return ReleaseId.parse(json.loads(self.pointer(audience).read_text(encoding="utf-8"))["release_id"])
        except (OSError, ValueError, LookupError, TypeError, UsageError):
            return None

    def pointer(self, audience: str) -> Path:
        return self.current(audience).with_suffix(".json")

    def _switch(self, release: ReleaseId | None, audience: str) -> None:
        current, pointer = self.current(audience), self.pointer(audience)
        if release is None:
            current.unlink(missing_ok=True)
            pointer.unlink(missing_ok=True)
            return
        if current.exists() and self.shown(audience) == release:
            return
        # The file first: a switch that was cut short is found by the pointer and done again.
        mode = PUBLIC_FILE if audience == PUBLIC else OWNER_FILE
        replace_file(self.database(release, audience), current, mode)
        write_json(pointer, {"release_id": str(release)}, mode)

    def withdrawal_note(self, release: ReleaseId) -> Path:
        return self.folder(release).with_suffix(".withdrawn.json")

    def index(self) -> dict[str, Any]:
        """What `index.json` says: every release with its state, note and time."""
        in_force = self.all_in_force()
        entries = []
        for release in self.releases():
            manifest = self.manifest(release)
            withdrawal = self.withdrawal(release)
            state = "withdrawn" if withdrawal else "in_force" if release in in_force else "superseded"
            entries.append(
                {
                    **{name: manifest[name] for name in ("release_id", "assessment_year", "revision_number")},
                    **{name: manifest[name] for name in ("release_note", "released_at", "data_kind")},
                    "state": state,
                    **(withdrawal or {}),
                    "folder": f"{release.year}/r{release.revision}",
                }
            )
        return {"current": str(in_force[-1]) if in_force else None, "releases": entries}


def database_name(release: ReleaseId, audience: str) -> str:
    """Name of a release's database in its folder."""
    return f"zhengxin-{release}.duckdb" if audience == PUBLIC else f"zhengxin-{release}-internal.duckdb"


def parquet_of(database: Path, table: str) -> Path:
    """A table as a file beside the release's database of the same audience."""
    return database.parent / PARQUET_FOLDER / f"{table}.parquet"


def public_manifest_of(database: Path) -> Path | None:
    """The public manifest of the release whose database, of whatever audience, this is; None for a file elsewhere, and
    for a release of an older version, which has no place in the chain."""
    folder, tree = database.parent, database.parent.parent.parent
    if tree.name.endswith(INTERNAL_SUFFIX):
        folder = tree.with_name(tree.name.removesuffix(INTERNAL_SUFFIX)) / folder.parent.name / folder.name
    elif folder.name == "internal":
        folder = folder.parent
    manifest = folder / MANIFEST_NAME
    return manifest if manifest.exists() and "chain" in read_json(manifest) else None


def read_json(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UsageError(
            Wording(
                f"{path} 无法读取({error});请从备份恢复发布文件夹。",
                f"{path} cannot be read ({error}); restore the releases from their backup.",
            )
        ) from error
