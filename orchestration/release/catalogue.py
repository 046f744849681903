"""The releases of a home: which there are, which are in force, and which one readers of `current.duckdb` see.

releases/<year>/r<N>/            a release, never changed once it is there
releases/<year>/r<N>.withdrawn.json   why and when it was withdrawn
releases/<year>/r<N>.offer/      a changed result that waits for a person's reason
releases/index.json              all of it as one page, made from the folders
releases/current.duckdb          copy of the public file of the newest edition in force
releases/current-internal.duckdb the same with what only internal readers see
releases/tmp/                    work in progress; swept by the next who holds the lock
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

from orchestration.errors import UsageError
from orchestration.landing.store import now_text
from orchestration.release.files import replace_file, write_json
from orchestration.warehouse.lock import writer_lock

PUBLIC, INTERNAL = "public", "internal"


@dataclass(frozen=True, order=True)
class ReleaseId:
    """`2019-r1`: the first release of the edition of 2019."""

    year: int
    revision: int

    @classmethod
    def parse(cls, text: str) -> ReleaseId:
        found = re.fullmatch(r"(\d{4})-r([1-9]\d*)", text.strip())
        if not found:
            raise UsageError(f"'{text}' is no release: write the edition's year and the revision, such as 2019-r1.")
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

    def folder(self, release: ReleaseId) -> Path:
        return self.root / str(release.year) / f"r{release.revision}"

    def database(self, release: ReleaseId, audience: str = PUBLIC) -> Path:
        return self.folder(release) / database_name(release, audience)

    def current(self, audience: str = PUBLIC) -> Path:
        return self.root / ("current.duckdb" if audience == PUBLIC else "current-internal.duckdb")

    def offer(self, release: ReleaseId) -> Path:
        return self.root / str(release.year) / f"r{release.revision}.offer"

    def releases(self) -> list[ReleaseId]:
        """All releases, withdrawn ones too, by edition and revision."""
        return self._found(r"r([1-9]\d*)")

    def offers(self) -> list[ReleaseId]:
        """Revisions that wait for a reason."""
        return self._found(r"r([1-9]\d*)\.offer")

    def _found(self, pattern: str) -> list[ReleaseId]:
        """One a folder below an edition whose whole name fits; a copy that somebody put beside is none of ours."""
        folders = [path for path in self.root.glob("[0-9][0-9][0-9][0-9]/*") if path.is_dir()]
        named = [(path.parent.name, re.fullmatch(pattern, path.name)) for path in folders]
        return sorted(ReleaseId(int(year), int(name[1])) for year, name in named if name)

    def require(self, release: ReleaseId) -> ReleaseId:
        """The release itself; `UsageError` with those that there are where it is not one of them."""
        if release not in self.releases():
            known = ", ".join(map(str, self.releases())) or "none yet: zhengxin run makes the first"
            raise UsageError(f"There is no release {release} in {self.root}. Releases: {known}.")
        return release

    def withdrawal(self, release: ReleaseId) -> dict[str, str] | None:
        """`reason` and `withdrawn_at` of a withdrawn release."""
        note = self._withdrawal_note(release)
        return read_json(note) if note.exists() else None

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

    def manifest(self, release: ReleaseId) -> dict[str, Any]:
        return read_json(self.folder(release) / "manifest.json")

    def lock_of(self, release: ReleaseId) -> dict[str, Any]:
        return read_json(self.folder(release) / "lock.json")

    @contextmanager
    def lock(self, what: str) -> Iterator[None]:
        """Hold the releases for writing, sweep what a dead writer left, and mend index and `current` afterwards.

        `WarehouseBusy` names another process that holds them.
        """
        with writer_lock(self.root / "releases", what, wait_seconds=0):
            shutil.rmtree(self.root / "tmp", ignore_errors=True)
            self.settle()
            yield

    def work_folder(self) -> Path:
        folder = self.root / "tmp" / uuid.uuid4().hex
        folder.mkdir(parents=True)
        return folder

    def withdraw(self, release: ReleaseId, reason: str) -> None:
        """Take a release out of force; its files stay. Hold the lock."""
        write_json(self._withdrawal_note(release), {"reason": reason, "withdrawn_at": now_text()})
        self.settle()

    def settle(self) -> None:
        """Let index and `current` say what the folders say: safe to repeat, each file replaced in one step."""
        if not self.releases():
            return
        write_json(self.root / "index.json", self._index())
        in_force = self.all_in_force()
        for audience in (PUBLIC, INTERNAL):
            self._switch(in_force[-1] if in_force else None, audience)

    def shown(self, audience: str) -> ReleaseId | None:
        """The release that readers of `current.duckdb`, or of its internal twin, see."""
        pointer = self._pointer(audience)
        return ReleaseId.parse(read_json(pointer)["release_id"]) if pointer.exists() else None

    def _pointer(self, audience: str) -> Path:
        return self.current(audience).with_suffix(".json")

    def _switch(self, release: ReleaseId | None, audience: str) -> None:
        current, pointer = self.current(audience), self._pointer(audience)
        if release is None:
            current.unlink(missing_ok=True)
            pointer.unlink(missing_ok=True)
            return
        if current.exists() and self.shown(audience) == release:
            return
        # The file first: a switch that was cut short is found by the pointer and done again.
        replace_file(self.database(release, audience), current)
        write_json(pointer, {"release_id": str(release)})

    def _withdrawal_note(self, release: ReleaseId) -> Path:
        return self.folder(release).with_suffix(".withdrawn.json")

    def _index(self) -> dict[str, Any]:
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
    """Path of a release's database below its folder."""
    name = f"zhengxin-{release}"
    return f"{name}.duckdb" if audience == PUBLIC else f"internal/{name}-internal.duckdb"


def read_json(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UsageError(f"{path} cannot be read ({error}); restore the releases from their backup.") from error
