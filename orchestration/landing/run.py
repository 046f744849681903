"""The landing run: every file of the inbox becomes a batch, or is found to be in effect already.

A file's fault never stops the others. What stops the run is what concerns all files: another lander, unreadable seeds,
a full disk; whatever was committed until then stays, and the next run goes on from there.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from itertools import chain as chained
from pathlib import Path
from typing import Any

from orchestration.errors import UsageError
from orchestration.home import Home
from orchestration.landing import chain, knowledge
from orchestration.landing.across_files import contradictions
from orchestration.landing.check import (
    CheckedFile,
    Door,
    FileToCheck,
    row_records,
    structure_faults,
    structure_message,
    structure_records,
)
from orchestration.landing.contracts import CONTRACTS, Contract
from orchestration.landing.contracts.decision import DECISION
from orchestration.landing.evidence.door import EvidenceDoor
from orchestration.landing.evidence.kinds import EvidenceKind, read_kinds
from orchestration.landing.evidence.layout import lay_out
from orchestration.landing.held import Held
from orchestration.landing.inbox import InboxItem, make_folders, scan_evidence, scan_inbox
from orchestration.landing.integrity import require_unbroken
from orchestration.landing.lists import measure_labels
from orchestration.landing.origins import write_origins
from orchestration.landing.readers import (
    BeyondLimit,
    FileRejected,
    FileTable,
    Limits,
    Names,
    ReaderFailed,
    read_table,
    refuse_at_sight,
)
from orchestration.landing.reference import Reference, read_reference
from orchestration.landing.store import (
    ACCEPTED_NAME,
    LANDED,
    ORIGINS_NAME,
    REJECTED,
    RESULTS_NAME,
    Batch,
    Delivery,
    Store,
    batch_id_of,
    now_text,
    results_text,
)
from orchestration.seeds import seeds_folder
from orchestration.settings import settings_of
from orchestration.wording import Wording

COPY_BLOCK = 1024 * 1024
# Files of a source that are judged together, at most so many or until they have so many rows.
MOST_FILES, MOST_ROWS = 2_000, 1_000_000
STILL_WRITTEN = Wording("文件仍在写入:下次入库", "the file is still being written: it lands the next time")


@dataclass(frozen=True)
class LandedFile:
    """What became of one file of the inbox.

    `outcome`: landed (new under its name), superseding (its rows replace those of `superseded_batch_id`), unchanged
    (the same bytes, checked alike, are in effect), rejected (unreadable as a whole; `error_rule` and `error` say why),
    skipped (not ready; see `notices`), waiting (it shrank sharply; see `held`). `source` is empty for what lies outside
    the source folders; `batch_id` is missing where nothing was kept. `readings` counts what was interpreted in the
    file's cells, by kind.
    """

    source: str
    file_name: str
    outcome: str
    batch_id: str | None = None
    row_count: int = 0
    accepted_count: int = 0
    quarantined_count: int = 0
    warning_count: int = 0
    error_rule: str | None = None
    error: Wording | None = None
    superseded_batch_id: str | None = None
    notices: tuple[Wording, ...] = field(default=())
    readings: dict[str, int] = field(default_factory=dict)


# Called after each file with (files done, files in all, what became of the file).
Progress = Callable[[int, int, LandedFile], None]
# Called while a file is read with (file, rows read so far).
RowProgress = Callable[[InboxItem, int], None]


@dataclass(frozen=True)
class _Desk:
    """What every file is read and judged with."""

    reference: Reference
    names: Mapping[str, Names]
    limits: Limits
    row_progress: RowProgress | None = None

    def read(self, item: InboxItem, path: Path, work: Path) -> FileTable:
        told = (lambda rows: self.row_progress(item, rows)) if self.row_progress else None
        return read_table(path, CONTRACTS[item.source], work, self.limits, self.names[item.source], told)


class FileChanging(Exception):
    """A file changed while it was copied: someone is still writing it."""


def land_inbox(
    home: Home,
    sources: Iterable[str] | None = None,
    progress: Progress | None = None,
    *,
    seeds: Path | None = None,
    wait_seconds: float = 0,
    fewer_seeds: bool = False,
    limits: Limits | None = None,
    accept_shrunk: bool = False,
    row_progress: RowProgress | None = None,
) -> list[LandedFile]:
    """Land the inbox of `home` (only `sources`, if given) and say what became of each file.

    Files in effect whose inbox file is gone are checked anew from the store when the contract or the seeds have
    changed, so that all rows in effect were judged alike. `seeds` and `limits` default to those of the home. With
    `accept_shrunk` files land that would wait because they shrank (see `held`). Raises
    `LandingLocked` when another process is landing for longer than `wait_seconds`, `SeedError` for unusable seeds,
    `SeedsKnowLess` for seeds that know less than those of the last landing (unless `fewer_seeds`), `UsageError` for an
    unknown source.
    """
    store = Store(home.landing)
    with store.lock("landing the inbox", wait_seconds):
        require_unbroken(store)
        seeds = seeds or seeds_folder(home)
        reference = read_reference(seeds)
        kinds = read_kinds(seeds, reference)
        known = [*CONTRACTS, *kinds]
        wanted = known if sources is None else list(sources)
        if unknown := [source for source in wanted if source not in known]:
            raise UsageError(
                Wording(
                    f"没有数据源 {', '.join(unknown)}:有 {', '.join(known)}",
                    f"unknown source {', '.join(unknown)}: there are {', '.join(known)}",
                )
            )
        if not fewer_seeds:
            knowledge.require_as_much(store, reference, seeds)
        knowledge.remember(store, reference, seeds)
        limits = limits or Limits.named(settings_of(home).limits, f"{home.settings}: limits")
        measures = measure_labels(seeds)
        names = {source: Names(contract, measures) for source, contract in CONTRACTS.items()}
        desk = _Desk(reference, names, limits, row_progress)
        lander = _Lander(store, desk, kinds, accept_shrunk)
        # A lander that was killed may have recorded a delivery of decisions and not yet logged it.
        chain.extend(store)
        make_folders(home.inbox)
        items = scan_inbox(home.inbox, [source for source in wanted if source in CONTRACTS])
        records = scan_evidence(home.inbox, [source for source in wanted if source in kinds])
        if sources is not None:
            records = [item for item in records if item.source]
        items += lander.to_check_anew(items, [source for source in wanted if source in CONTRACTS])
        records += lander.to_check_anew(records, [source for source in wanted if source in kinds])
        landed = []
        with closing(lander):
            for file in chained(lander.land(items), lander.land_evidence(records)):
                landed.append(file)
                if progress:
                    progress(len(landed), len(items) + len(records), file)
        lay_out(store, kinds)
        return _with_contradictions(store, landed)


def _with_contradictions(store: Store, landed: list[LandedFile]) -> list[LandedFile]:
    """The files with a notice of each contradiction between one that is new and another in effect."""
    is_new = {
        (file.source, file.file_name)
        for file in landed
        if file.outcome in ("landed", "superseding") and file.source in CONTRACTS
    }
    told: dict[tuple[str, str], list[Wording]] = {}
    for source in sorted({source for source, _ in is_new}):
        for found in contradictions(store, source):
            new = [name for name in found.file_names if (source, name) in is_new]
            if new:
                told.setdefault((source, new[-1]), []).append(found.wording)
    return [replace(file, notices=(*file.notices, *told.get((file.source, file.file_name), ()))) for file in landed]


class _Lander:
    """Lands items; keeps the ledger's last state at hand, for it holds the store's lock."""

    def __init__(
        self, store: Store, desk: _Desk, kinds: Mapping[str, EvidenceKind], accept_shrunk: bool = False
    ) -> None:
        self.store = store
        self.desk = desk
        self.kinds = kinds
        self.reference = desk.reference
        self.held = Held(store.root, desk.limits, accept_shrunk)
        self.latest = store.latest_deliveries()
        self.effective = store.effective_deliveries()
        # A lander that was killed may have delivered some batches and left their marks.
        store.unmark(store.undelivered() & {(each.source, each.batch_id) for each in store.deliveries()})
        self.in_work: set[str] = set()
        # What is written of a file in which nothing is wrong, by source and numbers of columns and rows.
        self.said_of_sound: dict[tuple[str, int, int], str] = {}
        self.door: Door | None = None
        self.evidence_door: EvidenceDoor | None = None

    def close(self) -> None:
        for door in (self.door, self.evidence_door):
            if door:
                door.close()

    def to_check_anew(self, items: list[InboxItem], sources: list[str]) -> list[InboxItem]:
        """Items for batches in effect whose file is gone from the inbox and which other rules judged."""
        present = {(item.source, item.file_name) for item in items}
        found = []
        for (source, file_name), delivery in sorted(self.effective.items()):
            if source not in sources or (source, file_name) in present:
                continue
            batch = self.store.batch(source, delivery.batch_id)
            if (batch.contract_version, batch.seeds_digest) != self._judged_by(source):
                found.append(InboxItem(source, file_name, self.store.original_path(batch)))
        return found

    def _judged_by(self, source: str) -> tuple[str, str]:
        """Contract version and digest of the seeds by which a source's rows are judged now."""
        if kind := self.kinds.get(source):
            return kind.contract.version, kind.seeds_digest
        return CONTRACTS[source].version, self.reference.digest_of(source)

    def land_evidence(self, items: Sequence[InboxItem]) -> Iterator[LandedFile]:
        """Land files of evidence, each by itself: one may have as many rows as all other files together."""
        for item in items:
            yield _left_alone(item) or self._land_records(item)

    def _land_records(self, item: InboxItem) -> LandedFile:
        kind, work = self.kinds[item.source], self.store.work_folder()
        try:
            original = work / _original_name(item.file_name)
            file_sha256 = _copy(item.path, original)
            facts = self._facts(item, original, file_sha256)
            if not self.store.has_batch(item.source, facts["batch_id"]):
                if self.evidence_door is None:
                    self.evidence_door = EvidenceDoor(self.store.root / "tmp")
                batch = self.evidence_door.make_batch(kind, facts, original, work)
                self.store.commit_batches([(work, batch)])
            [landed] = self._deliver([(item, self.store.batch(item.source, facts["batch_id"]))])
            return landed
        except FileChanging:
            return LandedFile(item.source, item.file_name, "skipped", notices=(STILL_WRITTEN,))
        except FileRejected as refused:
            return _rejected(item, refused.rule, refused.wording)
        finally:
            shutil.rmtree(work, ignore_errors=True)

    def _facts(self, item: InboxItem, original: Path, file_sha256: str) -> dict[str, Any]:
        """What the ledger says of a file whatever its rows hold."""
        version, seeds_digest = self._judged_by(item.source)
        return {
            "batch_id": batch_id_of(item.source, version, file_sha256, seeds_digest),
            "source": item.source,
            "file_name": item.file_name,
            "file_sha256": file_sha256,
            "file_size": original.stat().st_size,
            "contract_version": version,
            "seeds_digest": seeds_digest,
            "original": original.name,
        }

    def land(self, items: Sequence[InboxItem]) -> Iterator[LandedFile]:
        """Land the items in their order, and say what became of each. Small files of a source are judged together."""
        waiting: list[_Waiting] = []
        row_count = 0
        for item in items:
            prepared = self._prepare(item)
            fills_up = len(waiting) >= MOST_FILES or row_count >= MOST_ROWS
            if waiting and (fills_up or waiting[0].item.source != item.source):
                yield from self._land_together(waiting)
                waiting, row_count = [], 0
            waiting.append(prepared)
            row_count += prepared.row_count
        yield from self._land_together(waiting)

    def _prepare(self, item: InboxItem) -> _Waiting:
        """Copy a file and read it, unless it is known or cannot be taken."""
        if outcome := _left_alone(item):
            return _Waiting(item, outcome)
        work = self.store.work_folder()
        try:
            return self._copied_and_read(item, work)
        except FileChanging:
            outcome = LandedFile(item.source, item.file_name, "skipped", notices=(STILL_WRITTEN,))
        except FileRejected as refused:
            outcome = _rejected(item, refused.rule, refused.wording)
        shutil.rmtree(work, ignore_errors=True)
        return _Waiting(item, outcome)

    def _copied_and_read(self, item: InboxItem, work: Path) -> _Waiting:
        """Raises `FileChanging`, `ReaderFailed`, and `FileRejected` for a file that cannot be opened; what is wrong
        with the content of a file becomes its batch."""
        contract = CONTRACTS[item.source]
        original = work / _original_name(item.file_name)
        file_sha256 = _copy(item.path, original, self.desk.limits)
        facts = self._facts(item, original, file_sha256)
        batch_id = facts["batch_id"]
        if self.store.has_batch(item.source, batch_id) or batch_id in self.in_work:
            shutil.rmtree(work, ignore_errors=True)
            return _Waiting(item, batch_id=batch_id)
        read: FileTable | FileRejected
        try:
            read = self.desk.read(item, original, work)
            faults = structure_faults(contract, read.header)
            if any(faults.values()):
                read = StructureRejected(contract, read, faults)
        except (ReaderFailed, BeyondLimit):
            # Not kept as a batch, which would refuse the file for good.
            raise
        except FileRejected as refused:
            read = refused
        self.in_work.add(batch_id)
        return _Waiting(item, batch_id=batch_id, draft=_Draft(work, facts, read))

    def _land_together(self, waiting: Sequence[_Waiting]) -> Iterator[LandedFile]:
        """Judge the files that wait (all of one source), commit them together, and deliver them together."""
        drafts = {one.batch_id: one.draft for one in waiting if one.draft}
        made, failed = self._judge(CONTRACTS[waiting[0].item.source], drafts) if drafts else ({}, {})
        self.store.commit_batches([(drafts[batch_id].work, batch) for batch_id, batch in made.items()])
        for batch_id in failed:
            shutil.rmtree(drafts[batch_id].work, ignore_errors=True)
        self.in_work.difference_update(drafts)
        for one in waiting:
            if one.batch_id in failed:
                one.outcome = _rejected(one.item, failed[one.batch_id].rule, failed[one.batch_id].wording)
        arrived = [one for one in waiting if one.outcome is None]
        landed = iter(self._deliver([(one.item, self.store.batch(one.item.source, one.batch_id)) for one in arrived]))
        yield from (one.outcome or next(landed) for one in waiting)

    def _judge(
        self, contract: Contract, drafts: Mapping[str, _Draft]
    ) -> tuple[dict[str, Batch], dict[str, ReaderFailed]]:
        """Make batches: their rows in the folders of their drafts, their ledger entries by batch; and why nothing is to
        be kept of the others, for the program is at fault."""
        files = [
            FileToCheck(batch_id, draft.read, draft.work)
            for batch_id, draft in drafts.items()
            if isinstance(draft.read, FileTable)
        ]
        failed: dict[str, ReaderFailed] = {}
        if files:
            try:
                checked = self._door().check(contract, files)
            except ReaderFailed as failure:
                failed = {file.batch_id: failure for file in files}
            else:
                for file, found in zip(files, checked, strict=True):
                    drafts[file.batch_id].checked = found
                # Great Expectations takes seconds to import; a landing with nothing to check does without.
                from orchestration.landing import judge

                paths = [file.folder / ACCEPTED_NAME for file in files]
                faults = judge.faults_among_accepted(contract, self.reference, paths)
                failed = {batch_id: _door_out_of_order(said) for batch_id, said in faults.items()}
        made = {
            batch_id: draft.batch(contract, self.said_of_sound)
            for batch_id, draft in drafts.items()
            if batch_id not in failed
        }
        return made, failed

    def _door(self) -> Door:
        if self.door is None:
            self.door = Door(self.reference, self.store.root / "tmp")
        return self.door

    def _deliver(self, arrived: Sequence[tuple[InboxItem, Batch]]) -> list[LandedFile]:
        """Record batches under the names of their files, unless they are what came last, and say what changes by it."""
        landed, new = [], []
        for item, batch in arrived:
            key = (item.source, item.file_name)
            before = self.effective.get(key)
            is_new = key not in self.latest or self.latest[key].batch_id != batch.batch_id
            reason = None
            if is_new and before:
                reason = self.held.reason(key, batch, self.store.batch(item.source, before.batch_id))
            landed.append(self._said_of(item, batch, is_new, before, reason))
            if is_new and not reason:
                new.append((key, batch))
        if new:
            deliveries = self.store.commit_deliveries([(*key, batch.batch_id) for key, batch in new])
            self.latest |= {key: delivery for (key, _), delivery in zip(new, deliveries, strict=True)}
            in_effect = [key for key, batch in new if batch.state == LANDED]
            self.effective |= {key: self.latest[key] for key in in_effect}
            if any(source == DECISION.source for source, _ in in_effect):
                chain.extend(self.store)
        return landed

    def _said_of(
        self, item: InboxItem, batch: Batch, is_new: bool, before: Delivery | None, reason: Wording | None
    ) -> LandedFile:
        """What becomes of a batch under its file's name, with the delivery that was in effect before; it waits where
        there is a reason."""
        key = (item.source, item.file_name)
        if reason:
            return LandedFile(*key, "waiting", batch.batch_id, batch.row_count, notices=(*batch.notices, reason))
        notices = list(batch.notices)
        superseded = None
        if batch.state == REJECTED:
            outcome = "rejected"
            if before:
                notices.append(
                    Wording(
                        f"此前以该文件名入库的批次 {before.batch_id} 仍然有效",
                        f"batch {before.batch_id}, landed before under this name, stays in effect",
                    )
                )
        elif not is_new:
            outcome = "unchanged"
        elif before and before.batch_id != batch.batch_id:
            outcome, superseded = "superseding", before.batch_id
            if batch.row_count == 0:
                withdrawn = self.store.batch(item.source, before.batch_id).accepted_count
                notices.append(
                    Wording(
                        f"文件没有数据行:此前以该文件名入库的 {withdrawn} 行随之撤回",
                        f"the file has no rows: it withdraws the {withdrawn} rows landed before under its name",
                    )
                )
        else:
            outcome = "landed"
        return LandedFile(
            source=item.source,
            file_name=item.file_name,
            outcome=outcome,
            batch_id=batch.batch_id,
            row_count=batch.row_count,
            accepted_count=batch.accepted_count,
            quarantined_count=batch.quarantined_count,
            warning_count=batch.warning_count,
            error_rule=batch.error_rule,
            error=batch.error,
            superseded_batch_id=superseded,
            notices=tuple(notices),
            readings=batch.readings,
        )


@dataclass
class _Waiting:
    """A file of the inbox on its way: `outcome` where it goes no further, else `batch_id`, and a draft unless the batch
    is there already."""

    item: InboxItem
    outcome: LandedFile | None = None
    batch_id: str = ""
    draft: _Draft | None = None

    @property
    def row_count(self) -> int:
        return self.draft.read.row_count if self.draft and isinstance(self.draft.read, FileTable) else 0


@dataclass
class _Draft:
    """A batch before it is made: its folder, the facts of its ledger entry, what was read or why it is refused, and
    what was found in the rows."""

    work: Path
    facts: dict[str, Any]
    read: FileTable | FileRejected
    checked: CheckedFile = field(default_factory=CheckedFile)

    def batch(self, contract: Contract, said_of_sound: dict[tuple[str, int, int], str]) -> Batch:
        """Write what is kept beside the rows, and return the ledger entry."""
        if isinstance(self.read, FileTable):
            return self._landed(contract, self.read, said_of_sound)
        return self._refused(contract, self.read)

    def _landed(self, contract: Contract, table: FileTable, said_of_sound: dict[tuple[str, int, int], str]) -> Batch:
        """Thousands of small files have the same results, which are put down once."""
        write_origins(table, self.work / ORIGINS_NAME)
        table.remove()
        warnings: list[dict[str, Any]] = []
        is_sound = table.row_count > 0 and not table.unreadable and not self.checked.broken
        alike = (contract.source, len(table.header), table.row_count)
        said = said_of_sound.get(alike) if is_sound else None
        if said is None:
            faults = structure_faults(contract, table.header)
            results = structure_records(contract, table, faults) + row_records(contract, table, self.checked)
            warnings = [result for result in results if result["severity"] == "warning" and not result["success"]]
            said = results_text(results)
            if is_sound:
                said_of_sound[alike] = said
        self._keep(said)
        return Batch(
            **self.facts,
            file_format=table.file_format,
            encoding=table.encoding,
            landed_at=now_text(),
            state=LANDED,
            row_count=table.row_count,
            accepted_count=self.checked.accepted_count,
            quarantined_count=self.checked.quarantined_count,
            warning_count=sum(result["unexpected_count"] or 1 for result in warnings),
            rules=self.checked.first_broken,
            notices=table.notices,
            readings=table.readings | self.checked.readings,
        )

    def _refused(self, contract: Contract, refused: FileRejected) -> Batch:
        table, results = None, list[dict[str, Any]]()
        if isinstance(refused, StructureRejected):
            table = refused.table
            table.remove()
            results = structure_records(contract, table, refused.faults)
        self._keep(results_text(results))
        return Batch(
            **self.facts,
            file_format=table.file_format if table else "",
            encoding=table.encoding if table else "",
            landed_at=now_text(),
            state=REJECTED,
            row_count=0,
            accepted_count=0,
            quarantined_count=0,
            error_rule=refused.rule,
            error_message=refused.wording.en,
            error_message_zh=refused.wording.zh,
        )

    def _keep(self, results: str) -> None:
        (self.work / RESULTS_NAME).write_text(results, encoding="utf-8")


class StructureRejected(FileRejected):
    """A file whose header does not fit the contract; `faults` counts the columns by rule."""

    def __init__(self, contract: Contract, table: FileTable, faults: dict[str, int]) -> None:
        first = next(rule for rule, count in faults.items() if count)
        super().__init__(first, structure_message(contract, table.header))
        self.table, self.faults = table, faults


def _left_alone(item: InboxItem) -> LandedFile | None:
    """What became of something in the inbox that is not to be opened."""
    if not item.problem:
        return None
    if item.is_notice:
        return LandedFile(item.source, item.file_name, "skipped", notices=(item.problem,))
    return _rejected(item, item.problem_rule, item.problem)


def _rejected(item: InboxItem, rule: str, wording: Wording) -> LandedFile:
    return LandedFile(item.source, item.file_name, "rejected", error_rule=rule, error=wording)


def _door_out_of_order(said: Sequence[str]) -> ReaderFailed:
    shown = "; ".join(said[:5])
    return ReaderFailed(
        "door_out_of_order",
        Wording(
            f"接收的 {len(said)} 处内容违反了复核的期望({shown}),这是程序的缺陷:请报告,该文件未入库",
            f"{len(said)} accepted cells break what the second judge expects ({shown}), which is a fault of the"
            " program: report it; nothing of the file has landed",
        ),
    )


def _copy(path: Path, target: Path, limits: Limits | None = None) -> str:
    """Copy a file and return its SHA-256; without `limits` it may have any size. Raises `FileChanging` when it changed
    meanwhile, `FileRejected` when it cannot be opened, or is refused at sight."""
    digest = hashlib.sha256()
    try:
        if limits:
            refuse_at_sight(path, limits)
        file = path.open("rb")
    except FileNotFoundError:
        raise FileChanging from None
    except OSError as error:
        wording = Wording(
            f"文件无法打开({error}):请检查权限", f"the file cannot be opened ({error}): check its permissions"
        )
        raise FileRejected("unreadable", wording) from error
    with file, target.open("wb") as copy:
        before = os.fstat(file.fileno())
        while block := file.read(COPY_BLOCK):
            digest.update(block)
            copy.write(block)
            if copy.tell() > before.st_size:
                raise FileChanging
    try:
        after = path.stat()
    except FileNotFoundError:
        raise FileChanging from None
    if (before.st_ino, before.st_size, before.st_mtime_ns) != (after.st_ino, after.st_size, after.st_mtime_ns):
        raise FileChanging
    return digest.hexdigest()


def _original_name(file_name: str) -> str:
    """`original` with the file's own extension, where that is a plain one."""
    extension = Path(file_name).suffix.lower()
    return f"original{extension}" if re.fullmatch(r"\.[a-z0-9]{1,10}", extension) else "original"
