"""Makes a release of an edition: cut, compare, judge, publish, switch; or offer it, where a person has to say why.

    work folder ─▶ candidate ─▶ unchanged: swept
                            ├─▶ offer: r<N>.offer/ with the difference, until somebody decides, with the reason it needs
                            └─▶ gates ─▶ release: its internal part renamed, then its public one ─▶ index, current

Killed at any point, what is there is the old state or the new one; the next to hold the lock sweeps and mends the rest.
"""

from __future__ import annotations

import os
import shlex
import shutil
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from orchestration.errors import UsageError
from orchestration.file_digest import sha256_of
from orchestration.home import Home
from orchestration.landing import chain
from orchestration.landing.store import now_text
from orchestration.last_run import this_version
from orchestration.release.candidate import Candidate, cut_candidate, record_changes
from orchestration.release.catalogue import (
    DIFFERENCE_NAME,
    INTERNAL,
    LOCK_NAME,
    MANIFEST_NAME,
    OFFER_NOTE,
    PARQUET_FOLDER,
    PUBLIC,
    Catalogue,
    ReleaseId,
    read_json,
)
from orchestration.release.causes import Causes, causes_between, upgrade_since
from orchestration.release.cut import (
    ReleaseFacts,
    TableSummary,
    only_internal,
    visible_tables,
    write_parquet,
)
from orchestration.release.data_dictionary import data_dictionary
from orchestration.release.difference import (
    Change,
    changes_between,
    changes_in_words,
    departures_from_published,
    digest_of,
    restated_figures,
    write_changes,
)
from orchestration.release.edition_change import edition_change_in_words
from orchestration.release.files import (
    OWNER_FILE,
    OWNER_FOLDER,
    PUBLIC_FILE,
    PUBLIC_FOLDER,
    hashes_of_files,
    make_folder,
    seal,
    sync,
    write_checksums,
    write_json,
)
from orchestration.release.gates import GateResult, run_gates, tested_gates
from orchestration.release.history import load_releases_in_force
from orchestration.release.inputs import (
    ARCHIVE_NAME,
    drawn_points,
    git_revision,
    lock_of,
    require_built_from_inputs,
    state_of,
    write_source_archive,
)
from orchestration.release.links import next_chain, require_clock
from orchestration.release.signature import key_id, signing_key, write_signature
from orchestration.release.tables import tables_of_edition
from orchestration.settings import settings_of
from orchestration.warehouse import build_record
from orchestration.warehouse.build_record import GateTest
from orchestration.warehouse.connection import STORAGE_VERSION
from orchestration.wording import Wording
from orchestration.writing import markdown

PUBLISHED, UNCHANGED, OFFERED = "published", "unchanged", "offered"
FIRST_NOTE = "首次发布 / First release"
SHOWN_CELLS = 3
# The test that tells which cells nothing came in for.
WAITS_FOR_OBSERVATIONS = "no_cell_is_left_to_be_assessed"
STILL_WAITING = Wording(
    "{year} 未发布:还有 {count} 个单元格待评估(例如 {examples})。请为每格提交一条观测值,或说明为何没有(state 填 "
    "not_collected、not_applicable 或 not_published),然后再次运行。",
    "{year} is not released: {count} cells are still to be assessed (such as {examples}). Deliver an observation for "
    "each, or one that says why there is none (state not_collected, not_applicable, not_published), and run again.",
)
OF_ANOTHER_VERSION = Wording(
    "它由 zhengxin {before} 生成,现为 {now}。", " It was made with zhengxin {before}; this is {now}."
)
IS_PUBLISHED = Wording(
    "{release} 已发布:{note}。链首:{head}", "{release} is published: {note}. Head of the chain: {head}"
)
DIFFERS = Wording(":{count} 个数值与 {base} 不同", ": {count} figures differ from {base}")
FIRST_OF_ITS_EDITION = Wording(",是该年度的第一个", ", the first of its edition")


class EditionIncomplete(UsageError):
    """Cells that must exist have no observation yet: too early for a release."""


class ReleaseRefused(UsageError):
    """A gate does not let the candidate through; the message names gate and findings, `gates` holds all results."""

    def __init__(self, release: ReleaseId, gates: Sequence[GateResult]) -> None:
        self.gates = list(gates)
        failed = [gate for gate in gates if not gate.passed]
        lines_zh = "\n".join(
            f"{gate.name}({gate.holds.zh}):{';'.join(said.zh for said in gate.findings)}" for gate in failed
        )
        lines_en = "\n".join(
            f"{gate.name} ({gate.holds.en}): {'; '.join(said.en for said in gate.findings)}" for gate in failed
        )
        super().__init__(
            Wording(
                f"{release} 未发布,没有任何改动。{lines_zh}",
                f"{release} is not published, nothing was changed. {lines_en}",
            )
        )


@dataclass(frozen=True)
class Outcome:
    """What became of an edition: `state` is published, unchanged or offered; `message` says it to a person, `head` is
    that of the chain after what was published."""

    state: str
    release: ReleaseId
    message: Wording
    changes: int = 0
    gates: list[GateResult] = field(default_factory=list)
    head: str | None = None


def release_edition(
    home: Home,
    warehouse: duckdb.DuckDBPyConnection,
    manifest: Path,
    series_code: str,
    year: int,
    note: str | None = None,
    acknowledged: str | None = None,
    say: Callable[[str], None] = lambda _: None,
    *,
    is_decided: bool = True,
) -> Outcome:
    """Release the edition as it stands in the warehouse, if it differs from what was released last.

    `warehouse` writes the build warehouse, whose lock is held. A first release needs no `note`; a revision does, and
    `acknowledged` must be the digest of the difference where figures of earlier editions stand differently now, or
    where figures that were published elsewhere are not met: without them, and where nobody `is_decided` to release, the
    result is offered. Raises
    `EditionIncomplete` where cells are still to be assessed, `BuildUnsound` where a test failed on these tables or one
    of them was not tested, and `ReleaseRefused` where a gate finds something.
    """
    require_built_from_inputs(warehouse, home)
    tests = build_record.require_sound(home, warehouse, year)
    require_complete(tests, year)
    catalogue = Catalogue(home.releases)
    with catalogue.lock(f"release of {year}"):
        attempt = _Attempt(home, catalogue, warehouse, manifest, series_code, year, note, say, is_decided, tests)
        try:
            return attempt.run(acknowledged)
        finally:
            catalogue.clear_work()
            # The candidate stood in the warehouse's history while it was cut.
            load_releases_in_force(warehouse, home)


class _Attempt:
    """One way from the warehouse to a release, with what its steps share."""

    def __init__(
        self,
        home: Home,
        catalogue: Catalogue,
        warehouse: duckdb.DuckDBPyConnection,
        manifest: Path,
        series_code: str,
        year: int,
        note: str | None,
        say: Callable[[str], None],
        is_decided: bool,
        tests: Sequence[GateTest],
    ) -> None:
        self.home, self.catalogue, self.warehouse, self.manifest, self.say = home, catalogue, warehouse, manifest, say
        self.is_decided, self.tests = is_decided, tests
        self.previous = catalogue.latest(year)
        self.in_force = catalogue.in_force(year)
        # What readers had last: the release in force, or the one that was withdrawn.
        self.base = self.in_force or self.previous
        release = self.previous.next if self.previous else ReleaseId(year, 1)
        note = (note or "").strip()
        self.has_note = bool(note)
        self.key = signing_key(home)
        self.facts = ReleaseFacts(release, series_code, note or FIRST_NOTE, now_text(), git_revision())
        self.earlier = [each for each in catalogue.all_in_force() if each.year < year]
        self.tables = tables_of_edition(warehouse, manifest, series_code, year)

    @property
    def release(self) -> ReleaseId:
        return self.facts.release

    def run(self, acknowledged: str | None) -> Outcome:
        self._require(tested_gates(self.tests))
        self.say(f"{self.release}: cutting")
        candidate = cut_candidate(
            self.warehouse,
            self.catalogue,
            self.tables,
            self.facts,
            self.earlier,
            self.previous,
            self.catalogue.work_folder(),
        )
        differing = self._differing_tables(candidate.summaries[PUBLIC])
        if self.in_force and not differing:
            shutil.rmtree(self.catalogue.offer(self.release), ignore_errors=True)
            upgrade = self._upgrade_in_words()
            message = Wording(
                f"{self.in_force} 仍然有效:此后数值没有变化。{upgrade.zh}",
                f"{self.in_force} stands: no figure has changed since.{upgrade.en}",
            )
            return Outcome(UNCHANGED, self.in_force, message)
        changes = self._changes(candidate, differing)
        if changes and self.base:
            record_changes(self.warehouse, candidate, self.base, changes)
        candidate.cut_internal(self.warehouse)
        restated = restated_figures(candidate.database(PUBLIC), self.release.year)
        departures = departures_from_published(candidate.database(PUBLIC))
        gates = run_gates(candidate, self.warehouse, self.tests)
        self._require(gates)
        missing = self._missing_word([*restated, *departures], acknowledged)
        self._write_difference(candidate, changes, restated, departures, missing)
        if missing:
            return self._offer(candidate, missing, len(changes), gates)
        self._complete(candidate)
        head = sha256_of(candidate.part(PUBLIC) / MANIFEST_NAME)
        self._publish(candidate)
        message = IS_PUBLISHED.filled(release=self.release, note=self.facts.note, head=head)
        return Outcome(PUBLISHED, self.release, message, len(changes), gates, head)

    def _require(self, gates: list[GateResult]) -> None:
        if not all(gate.passed for gate in gates):
            raise ReleaseRefused(self.release, gates)

    def _differing_tables(self, public: dict[str, TableSummary]) -> list[str]:
        """Compared public tables whose figures are not those that were released last."""
        if self.base is None:
            return []
        released = self.catalogue.manifest(self.base)["tables"][PUBLIC]
        names = {table.name for table in self.tables if table.is_compared} & (released.keys() | public.keys())
        return sorted(
            name
            for name in names
            if name not in released
            or name not in public
            or released[name]["figures_sha256"] != public[name].figures_sha256
        )

    def _changes(self, candidate: Candidate, differing: Sequence[str]) -> list[Change]:
        """Against what was released last; nothing for a first release."""
        if self.base is None:
            return []
        tables = [table for table in visible_tables(self.tables, PUBLIC) if table.name in differing]
        return changes_between(self.catalogue.database(self.base), candidate.database(PUBLIC), tables)

    def _base_lock(self) -> dict[str, Any] | None:
        """The lock of what was released last; None where nothing was, or its lock is elsewhere."""
        return self.catalogue.lock_of(self.base) if self.base and self.catalogue.has_lock(self.base) else None

    def _causes(self) -> Causes | None:
        """What has changed since what was released last, where that is known."""
        lock = self._base_lock()
        return None if lock is None else causes_between(self.home, lock, state_of(self.home))

    def _upgrade_in_words(self) -> Wording:
        """Of which version the figures were, where it is not the one that runs now."""
        upgrade = upgrade_since(self._base_lock() or {}, this_version())
        return OF_ANOTHER_VERSION.filled(before=upgrade[0], now=upgrade[1]) if upgrade else Wording("", "")

    def _missing_word(self, to_acknowledge: Sequence[Change], acknowledged: str | None) -> str | None:
        """What a person still has to say, as the command that says it; None where nothing is missing."""
        needs_note = self.previous is not None or bool(to_acknowledge)
        is_acknowledged = not to_acknowledge or acknowledged == digest_of(to_acknowledge)
        if self.is_decided and is_acknowledged and (self.has_note or not needs_note):
            return None
        options = f" --note {shlex.quote(self.facts.note) if self.has_note else self._example_note()}" * needs_note
        if to_acknowledge:
            options += f" --acknowledge {digest_of(to_acknowledge)}"
        return f"zhengxin release {self.release.year}{options}"

    def _example_note(self) -> str:
        return '"why the figures changed"' if self.base else '"why published figures are not met"'

    def _write_difference(
        self,
        candidate: Candidate,
        changes: Sequence[Change],
        restated: Sequence[Change],
        departures: Sequence[Change],
        missing: str | None,
    ) -> None:
        against = "First release 首次发布"
        if self.base:
            withdrawn = "" if self.in_force else " (withdrawn 已撤回)"
            against = f"Against {self.base}{withdrawn} 与 {self.base} 相比"
        parts = [
            f"# {self.release}",
            "",
            f"Note · 说明: {markdown.prose(self.facts.note)}" if not missing else f"To publish · 发布: `{missing}`",
            "",
        ]
        parts.append(changes_in_words(against, changes) if self.base else f"## {against}\n")
        if causes := self._causes():
            parts.append(f"### What is not as it was 与当时不同之处\n\n{_as_list(causes.in_words())}\n")
        if restated:
            parts.append(
                changes_in_words("Published by earlier editions, restated 早先公布、重算后不同的数值", restated)
            )
        if departures:
            parts.append(
                changes_in_words("Published figures that are no longer met 与已公布数值不再一致的数值", departures)
            )
        before = self.earlier[-1] if self.earlier else None
        if before:
            title = f"Against the edition before, {before} 与上一年度 {before} 相比"
            parts.append(edition_change_in_words(self.catalogue.database(before), candidate.database(PUBLIC), title))
        folder = candidate.part(PUBLIC)
        (folder / DIFFERENCE_NAME).write_text("\n".join(parts), encoding="utf-8")
        write_changes([*changes, *restated, *departures], folder / "diff.csv")

    def _offer(self, candidate: Candidate, missing: str, changes: int, gates: list[GateResult]) -> Outcome:
        offer = self.catalogue.offer(self.release)
        shutil.rmtree(offer, ignore_errors=True)
        make_folder(offer.parent, OWNER_FOLDER)
        ready = self.catalogue.work_folder() / offer.name
        make_folder(ready, OWNER_FOLDER)
        for name in (DIFFERENCE_NAME, "diff.csv"):
            os.replace(candidate.part(PUBLIC) / name, ready / name)
        write_json(ready / OFFER_NOTE, {"command": missing}, OWNER_FILE)
        os.replace(ready, offer)
        difference = DIFFERS.filled(count=f"{changes:,}", base=self.base) if self.base else FIRST_OF_ITS_EDITION
        upgrade = self._upgrade_in_words()
        message = Wording(
            f"{self.release} 已生成候选{difference.zh}。{upgrade.zh}请阅读 {offer / DIFFERENCE_NAME},然后:{missing}",
            f"{self.release} is offered{difference.en}.{upgrade.en} Read {offer / DIFFERENCE_NAME}, then: {missing}",
        )
        return Outcome(OFFERED, self.release, message, changes, gates)

    def _complete(self, candidate: Candidate) -> None:
        """All files of the release beside its databases: the internal part first, for the public one names its hash."""
        self.say(f"{self.release}: writing Parquet, lock and manifests")
        self._complete_internal(candidate)
        folder = candidate.part(PUBLIC)
        write_parquet(candidate.database(PUBLIC), visible_tables(self.tables, PUBLIC), folder / PARQUET_FOLDER)
        (folder / "data_dictionary.md").write_text(data_dictionary(self.manifest, PUBLIC), encoding="utf-8")
        manifest = folder / MANIFEST_NAME
        write_json(manifest, self._public_manifest(candidate), PUBLIC_FILE)
        if self.key:
            write_signature(manifest, manifest.read_bytes(), self.key)
        write_checksums(folder)

    def _complete_internal(self, candidate: Candidate) -> None:
        folder = candidate.part(INTERNAL)
        write_parquet(candidate.database(INTERNAL), only_internal(self.tables), folder / PARQUET_FOLDER)
        write_source_archive(self.home, folder / ARCHIVE_NAME)
        read = [*self.earlier, *sorted({release for release in (self.previous, self.base) if release})]
        lock = lock_of(self.home, self.catalogue, self.facts, self._methodologies(candidate), read) | {
            "compared_with": str(self.base) if self.base else None,
            "draws": drawn_points(candidate.database(INTERNAL)),
            "draw_count": settings_of(self.home).draws,
            "source_archive_sha256": sha256_of(folder / ARCHIVE_NAME),
        }
        write_json(folder / LOCK_NAME, lock, OWNER_FILE)
        write_json(folder / MANIFEST_NAME, self._identity() | self._contents(candidate, INTERNAL), OWNER_FILE)
        write_checksums(folder)

    def _methodologies(self, candidate: Candidate) -> dict[str, str]:
        with duckdb.connect(str(candidate.database(PUBLIC)), read_only=True) as connection:
            return dict(
                connection.execute(
                    "select methodology_code, methodology_version from marts.dim_methodology order by 1"
                ).fetchall()
            )

    def _public_manifest(self, candidate: Candidate) -> dict[str, Any]:
        with duckdb.connect(str(candidate.database(PUBLIC)), read_only=True) as connection:
            kinds = connection.execute("select distinct data_kind from marts.release_info order by 1").fetchall()
        internal = candidate.part(INTERNAL)
        return {
            **self._identity(),
            "data_kind": ", ".join(kind for (kind,) in kinds),
            "storage_version": STORAGE_VERSION,
            "logical_hash": "SHA-256 of each table as docs/trust.md describes it",
            "source_archive_sha256": sha256_of(internal / ARCHIVE_NAME),
            "internal_manifest_sha256": sha256_of(internal / MANIFEST_NAME),
            "signed_with": key_id(self.key) if self.key else None,
            "chain": next_chain(self.catalogue, self.facts.released_at, chain.head(self.home)),
            **self._contents(candidate, PUBLIC),
        }

    def _identity(self) -> dict[str, Any]:
        facts = self.facts.as_columns()
        return {
            "series_code": self.facts.series_code,
            "assessment_year": self.release.year,
            **{name: facts[name] for name in ("release_id", "revision_number", "release_note", "git_revision")},
            "released_at": self.facts.released_at,
        }

    def _contents(self, candidate: Candidate, audience: str) -> dict[str, Any]:
        """The tables of a part with their logical hashes, and its files with those of their bytes."""
        return {
            "tables": {
                audience: {
                    table.name: {"key": table.key, **candidate.summaries[audience][table.name].as_record()}
                    for table in visible_tables(self.tables, audience)
                }
            },
            "files": hashes_of_files(candidate.part(audience)),
        }

    def _publish(self, candidate: Candidate) -> None:
        """The commit point is the rename of the public part; what follows is repeated by the next to hold the lock."""
        seal(candidate.part(INTERNAL), OWNER_FILE, OWNER_FOLDER)
        seal(candidate.part(PUBLIC), PUBLIC_FILE, PUBLIC_FOLDER)
        for audience, mode in ((INTERNAL, OWNER_FOLDER), (PUBLIC, PUBLIC_FOLDER)):
            target = self.catalogue.folder(self.release, audience)
            make_folder(target.parent, mode)
            os.rename(candidate.part(audience), target)
            sync(target.parent)
        shutil.rmtree(self.catalogue.offer(self.release), ignore_errors=True)
        self.catalogue.settle()


def _as_list(wordings: Iterable[Wording]) -> str:
    """Markdown: a point for each, in both languages."""
    return "\n".join(f"* {markdown.prose(wording.en)} {markdown.prose(wording.zh)}" for wording in wordings)


def require_complete(tests: Sequence[GateTest], year: int) -> None:
    """Raise `EditionIncomplete` while cells of the edition wait for an observation, with some of them."""
    for test in tests:
        if test.test == WAITS_FOR_OBSERVATIONS and test.row_count:
            examples = ", ".join(f"{row['unit_code']} {row['measure_code']}" for row in test.rows[:SHOWN_CELLS])
            raise EditionIncomplete(STILL_WAITING.filled(year=year, count=f"{test.row_count:,}", examples=examples))


def withdraw(home: Home, release: ReleaseId, reason: str) -> ReleaseId | None:
    """Take a release out of force, with the reason; return the release that `current` shows now."""
    catalogue = Catalogue(home.releases)
    if not reason.strip():
        raise UsageError(Wording("撤回须说明理由。", "A withdrawal needs a reason."))
    with catalogue.lock(f"withdrawal of {release}"):
        catalogue.require(release)
        if withdrawal := catalogue.withdrawal(release):
            raise UsageError(
                Wording(
                    f"{release} 已于 {withdrawal['withdrawn_at']} 撤回:{withdrawal['reason']}",
                    f"{release} was withdrawn already, at {withdrawal['withdrawn_at']}: {withdrawal['reason']}",
                )
            )
        require_clock(catalogue, now_text())
        catalogue.withdraw(release, reason, signing_key(home))
        in_force = catalogue.all_in_force()
    return in_force[-1] if in_force else None


def current_release(home: Home) -> str | None:
    """The release that readers of `current.duckdb` see."""
    index = home.releases / "index.json"
    return read_json(index)["current"] if index.exists() else None
