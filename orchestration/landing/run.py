"""The landing run: every file of the inbox becomes a batch, or is found to be in effect already.

A file's fault never stops the others. What stops the run is what concerns all files: another lander, unreadable seeds,
a full disk; whatever was committed until then stays, and the next run goes on from there.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow.parquet as pq

from orchestration.errors import UsageError
from orchestration.home import Home
from orchestration.landing import chain
from orchestration.landing.check import StructureRejected, check_file
from orchestration.landing.contracts import CONTRACTS
from orchestration.landing.contracts.decision import DECISION
from orchestration.landing.held import Held
from orchestration.landing.inbox import InboxItem, make_folders, scan_inbox
from orchestration.landing.integrity import require_unbroken
from orchestration.landing.lists import measure_labels
from orchestration.landing.readers import (
    BeyondLimit,
    FileRejected,
    FileTable,
    Limits,
    ReaderFailed,
    read_table,
    refuse_at_sight,
)
from orchestration.landing.reference import Reference, read_reference
from orchestration.landing.store import LANDED, REJECTED, Batch, Store, batch_id_of, now_text, write_json
from orchestration.seeds import seeds_folder
from orchestration.settings import settings_of
from orchestration.wording import Wording

COPY_BLOCK = 1024 * 1024


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
    measures: Mapping[str, str]
    limits: Limits
    row_progress: RowProgress | None = None

    def read(self, item: InboxItem, path: Path, work: Path) -> FileTable:
        told = (lambda rows: self.row_progress(item, rows)) if self.row_progress else None
        return read_table(path, CONTRACTS[item.source], work, self.limits, self.measures, told)


class FileChanging(Exception):
    """A file changed while it was copied: someone is still writing it."""


def land_inbox(
    home: Home,
    sources: Iterable[str] | None = None,
    progress: Progress | None = None,
    *,
    seeds: Path | None = None,
    wait_seconds: float = 0,
    limits: Limits | None = None,
    accept_shrunk: bool = False,
    row_progress: RowProgress | None = None,
) -> list[LandedFile]:
    """Land the inbox of `home` (only `sources`, if given) and say what became of each file.

    Files in effect whose inbox file is gone are checked anew from the store when the contract or the seeds have
    changed, so that all rows in effect were judged alike. `seeds` and `limits` default to those of the home. With
    `accept_shrunk` files land that would wait because they shrank (see `held`). Raises
    `LandingLocked` when another process is landing for longer than `wait_seconds`, `SeedError` for unusable seeds,
    `UsageError` for an unknown source.
    """
    wanted = list(CONTRACTS) if sources is None else list(sources)
    unknown = [source for source in wanted if source not in CONTRACTS]
    if unknown:
        raise UsageError(f"unknown source {', '.join(unknown)}: there are {', '.join(CONTRACTS)}")
    store = Store(home.landing)
    with store.lock("landing the inbox", wait_seconds):
        require_unbroken(store)
        seeds = seeds or seeds_folder(home)
        limits = limits or Limits.named(settings_of(home).limits, f"{home.settings}: limits")
        desk = _Desk(read_reference(seeds), measure_labels(seeds), limits, row_progress)
        lander = _Lander(store, desk, accept_shrunk)
        # A lander that was killed may have recorded a delivery of decisions and not yet logged it.
        chain.extend(store)
        make_folders(home.inbox)
        items = scan_inbox(home.inbox, wanted)
        items += lander.to_check_anew(items, wanted)
        landed = []
        for item in items:
            landed.append(lander.land(item))
            if progress:
                progress(len(landed), len(items), landed[-1])
        return landed


class _Lander:
    """Lands one item after the other; keeps the ledger's last state at hand, for it holds the store's lock."""

    def __init__(self, store: Store, desk: _Desk, accept_shrunk: bool = False) -> None:
        self.store = store
        self.desk = desk
        self.reference = desk.reference
        self.held = Held(store.root, desk.limits, accept_shrunk)
        self.latest = store.latest_deliveries()
        self.effective = store.effective_deliveries()

    def to_check_anew(self, items: list[InboxItem], sources: list[str]) -> list[InboxItem]:
        """Items for batches in effect whose file is gone from the inbox and which other rules judged."""
        present = {(item.source, item.file_name) for item in items}
        found = []
        for (source, file_name), delivery in sorted(self.effective.items()):
            if source not in sources or (source, file_name) in present:
                continue
            batch = self.store.batch(source, delivery.batch_id)
            judged_by = (CONTRACTS[source].version, self.reference.digest_of(source))
            if (batch.contract_version, batch.seeds_digest) != judged_by:
                found.append(InboxItem(source, file_name, self.store.original_path(batch)))
        return found

    def land(self, item: InboxItem) -> LandedFile:
        if item.problem:
            if item.is_notice:
                return LandedFile(item.source, item.file_name, "skipped", notices=(item.problem,))
            return LandedFile(item.source, item.file_name, "rejected", error_rule=item.problem_rule, error=item.problem)
        try:
            batch = self._batch_of(item)
        except FileChanging:
            notice = Wording("文件仍在写入:下次入库", "the file is still being written: it lands the next time")
            return LandedFile(item.source, item.file_name, "skipped", notices=(notice,))
        except FileRejected as refused:
            return LandedFile(item.source, item.file_name, "rejected", error_rule=refused.rule, error=refused.wording)
        return self._deliver(item, batch)

    def _batch_of(self, item: InboxItem) -> Batch:
        """The batch of the file's content: the one that is there, else a new one. Raises `FileChanging`."""
        contract = CONTRACTS[item.source]
        work = self.store.work_folder()
        try:
            original = work / _original_name(item.file_name)
            file_sha256 = _copy(item.path, original, self.desk.limits)
            batch_id = batch_id_of(item.source, contract.version, file_sha256, self.reference.digest_of(item.source))
            if not self.store.has_batch(item.source, batch_id):
                batch = _make_batch(work, original, item, batch_id, file_sha256, self.desk)
                self.store.commit_batch(work, batch)
        finally:
            shutil.rmtree(work, ignore_errors=True)
        return self.store.batch(item.source, batch_id)

    def _deliver(self, item: InboxItem, batch: Batch) -> LandedFile:
        """Record the batch under the file's name, unless it is what came last, and say what changes by it."""
        key = (item.source, item.file_name)
        before = self.effective.get(key)
        is_new = key not in self.latest or self.latest[key].batch_id != batch.batch_id
        if is_new and before and (reason := self.held.reason(key, batch, self.store.batch(key[0], before.batch_id))):
            return LandedFile(*key, "waiting", batch.batch_id, batch.row_count, notices=(*batch.notices, reason))
        if is_new:
            self.latest[key] = self.store.commit_delivery(*key, batch.batch_id)
            if batch.state == LANDED:
                self.effective[key] = self.latest[key]
                if item.source == DECISION.source:
                    chain.extend(self.store)
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


def _make_batch(work: Path, original: Path, item: InboxItem, batch_id: str, file_sha256: str, desk: _Desk) -> Batch:
    """Check the copied file and write its rows into `work`; a file that is refused has its reason in the batch."""
    contract = CONTRACTS[item.source]
    facts = {
        "batch_id": batch_id,
        "source": item.source,
        "file_name": item.file_name,
        "file_sha256": file_sha256,
        "file_size": original.stat().st_size,
        "contract_version": contract.version,
        "seeds_digest": desk.reference.digest_of(item.source),
        "original": original.name,
        "landed_at": now_text(),
    }
    table = None
    try:
        table = desk.read(item, original, work)
        checked = check_file(contract, table, desk.reference, batch_id)
    except (ReaderFailed, BeyondLimit):
        # Not kept as a batch, which would refuse the file for good.
        raise
    except FileRejected as refused:
        validation = refused.validation if isinstance(refused, StructureRejected) else {"results": []}
        write_json(work / "validation.json", validation)
        return Batch(
            **facts,
            file_format=table.file_format if table else "",
            encoding=table.encoding if table else "",
            state=REJECTED,
            row_count=0,
            accepted_count=0,
            quarantined_count=0,
            error_rule=refused.rule,
            error_message=refused.wording.en,
            error_message_zh=refused.wording.zh,
        )
    finally:
        (work / "rows.parquet").unlink(missing_ok=True)
    pq.write_table(checked.accepted, work / "accepted.parquet", compression="zstd")
    pq.write_table(checked.quarantined, work / "quarantined.parquet", compression="zstd")
    write_json(work / "validation.json", checked.validation)
    rules = checked.quarantined.column("rule").value_counts().to_pylist()
    warnings = [
        result for result in checked.validation["results"] if result["severity"] == "warning" and not result["success"]
    ]
    return Batch(
        **facts,
        file_format=table.file_format,
        encoding=table.encoding,
        state=LANDED,
        row_count=table.row_count,
        accepted_count=checked.accepted.num_rows,
        quarantined_count=checked.quarantined.num_rows,
        warning_count=sum(result["unexpected_count"] or 1 for result in warnings),
        rules={entry["values"]: entry["counts"] for entry in sorted(rules, key=lambda entry: entry["values"])},
        notices=table.notices,
        readings=table.readings,
    )


def _copy(path: Path, target: Path, limits: Limits) -> str:
    """Copy a file and return its SHA-256. Raises `FileChanging` when it changed meanwhile, `FileRejected` when it
    cannot be opened, or is refused at sight."""
    digest = hashlib.sha256()
    try:
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
