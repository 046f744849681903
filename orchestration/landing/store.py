"""The landing store: write-once batches, the ledger of deliveries, and the lock that keeps landers apart.

    landing/batches/<source>/<batch_id>/   original.<ext>  accepted.parquet  quarantined.parquet  validation.json
                                           batch.json, and origins.parquet where its rows say whence they came back
    landing/deliveries/<seq>.json          which file name carried which batch, in the order of arrival
    landing/undelivered/<source>/<batch_id>   marks a batch that no delivery has named yet
    landing/decision_log.jsonl             every decision, chained by hashes (see `chain`)
    landing/seeds.json                     what the seeds of the last landing knew (see `knowledge`)
    landing/tmp/                           work in progress; swept by the next lander
    landing/landing.lock                   held while landing; landing.lock.holder.json says by whom

A batch becomes visible by one rename of its complete, synced folder; a delivery by one rename of its file. Nothing is
changed or deleted afterwards, and each file is bound by hashes, see `integrity`. A batch without a delivery (it waits,
or the process died in between) has no effect and is found again when its file lands the next time; it has a mark.
"""

from __future__ import annotations

import ctypes
import datetime
import hashlib
import json
import os
import re
import shutil
import socket
import sys
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import filelock

from orchestration.errors import UsageError
from orchestration.file_digest import sha256_of
from orchestration.wording import Wording

if TYPE_CHECKING:
    import pyarrow as pa

CHINA_STANDARD_TIME = datetime.timezone(datetime.timedelta(hours=8))

LANDED, REJECTED = "landed", "rejected"
# The files of a batch beside its ledger entry and what was received.
ACCEPTED_NAME, QUARANTINED_NAME = "accepted.parquet", "quarantined.parquet"
RESULTS_NAME, ORIGINS_NAME = "validation.json", "origins.parquet"
DELIVERY_NAME = re.compile(r"\d{8,}\.json")
# More paths than these are synced together.
FEW_PATHS = 100
# Stands for the hash of what came before the first.
FIRST_HASH = "0" * 64


class LandingLocked(UsageError):
    """Another process is landing; the message names it."""


class StoreDamaged(UsageError):
    """A file of the store is missing or does not hold what the store wrote; the message names it."""


@dataclass(frozen=True)
class Batch:
    """One ledger entry: a file's content as checked under one contract version and one state of the seeds.

    `row_count` = `accepted_count` + `quarantined_count`. A rejected batch has no rows, and `error_rule` and
    `error_message` instead. `file_name` is the name under which the content first came. `readings` counts what was
    interpreted in its cells, by kind.
    """

    batch_id: str
    source: str
    file_name: str
    file_sha256: str
    file_size: int
    file_format: str
    encoding: str
    contract_version: str
    seeds_digest: str
    state: str
    row_count: int
    accepted_count: int
    quarantined_count: int
    error_rule: str | None = None
    error_message: str | None = None
    error_message_zh: str | None = None
    warning_count: int = 0
    rules: dict[str, int] = field(default_factory=dict)
    notices: list[Wording] = field(default_factory=list)
    readings: dict[str, int] = field(default_factory=dict)
    original: str = ""
    landed_at: str = ""
    # SHA-256 of each file of the batch but its ledger entry; empty in what older versions wrote.
    sha256: dict[str, str] = field(default_factory=dict)

    @classmethod
    def from_entry(cls, entry: dict[str, Any]) -> Batch:
        """The batch of a ledger entry; entries of earlier versions have their notices in English only."""
        notices = [
            Wording(notice, notice) if isinstance(notice, str) else Wording(**notice)
            for notice in entry.get("notices", ())
        ]
        return cls(**entry | {"notices": notices})

    @property
    def error(self) -> Wording | None:
        """Why the file was rejected, and what to do."""
        return Wording(self.error_message_zh or self.error_message, self.error_message) if self.error_message else None


@dataclass(frozen=True)
class Delivery:
    """One arrival of a batch under a file name (path below `inbox/<source>/`).

    `batch_sha256` is the SHA-256 of the batch's ledger entry, `previous_sha256` that of the delivery before (64 zeros
    before the first); both are empty in what older versions wrote.
    """

    seq: int
    source: str
    file_name: str
    batch_id: str
    received_at: str
    batch_sha256: str = ""
    previous_sha256: str = ""

    @property
    def received_time(self) -> datetime.datetime:
        """Time of arrival, naive China Standard Time."""
        return received_time(self.received_at)


def batch_id_of(source: str, contract_version: str, file_sha256: str, seeds_digest: str) -> str:
    """16 hexadecimal digits that name a content as checked: the same inputs always make the same batch."""
    parts = "\n".join((source, contract_version, file_sha256, seeds_digest))
    return hashlib.sha256(parts.encode()).hexdigest()[:16]


class Store:
    """Reads the landing store, and writes it for the one who holds the lock."""

    def __init__(self, root: Path) -> None:
        self.root = root
        # Batches and deliveries never change, so what was read once stays good.
        self._batches: dict[tuple[str, str], Batch] = {}
        self._deliveries: dict[Path, Delivery] = {}
        self._last: Path | None = None

    # --- reading: needs no lock, sees complete batches and deliveries only ---

    def deliveries(self) -> list[Delivery]:
        """All deliveries in the order of arrival."""
        return [self.delivery(path) for path in self.delivery_paths()]

    def delivery(self, path: Path) -> Delivery:
        """The delivery in a file. Raises `StoreDamaged` where it is none."""
        if path not in self._deliveries:
            self._deliveries[path] = _of_record(lambda record: Delivery(**record), path)
        return self._deliveries[path]

    def delivery_paths(self) -> list[Path]:
        """The files of all deliveries in their order; what somebody else put beside them is none of ours."""
        folder = self.root / "deliveries"
        return sorted(path for path in folder.glob("*.json") if DELIVERY_NAME.fullmatch(path.name))

    def latest_deliveries(self) -> dict[tuple[str, str], Delivery]:
        """The last delivery of each (source, file name), whether its batch landed or was rejected."""
        return {(delivery.source, delivery.file_name): delivery for delivery in self.deliveries()}

    def effective_deliveries(self) -> dict[tuple[str, str], Delivery]:
        """The delivery in effect of each (source, file name): the last one whose batch landed.

        A rejected file puts nothing out of effect: what landed before under its name stays until a readable file
        supersedes it.
        """
        return {
            (delivery.source, delivery.file_name): delivery
            for delivery in self.deliveries()
            if self.batch(delivery.source, delivery.batch_id).state == LANDED
        }

    def effective_batches(self, source: str | None = None) -> list[Batch]:
        """The batches in effect, each once, by source and batch id."""
        keys = {(delivery.source, delivery.batch_id) for delivery in self.effective_deliveries().values()}
        return [self.batch(*key) for key in sorted(keys) if source in (None, key[0])]

    def rejected_batches(self, source: str) -> list[Batch]:
        """The batches of the files of a source that were rejected when they last came, by file name."""
        latest = sorted(self.latest_deliveries().items())
        batches = [self.batch(source, item.batch_id) for (its_source, _), item in latest if its_source == source]
        return [batch for batch in batches if batch.state == REJECTED]

    def ledger(self) -> list[tuple[Batch, Delivery, bool]]:
        """(batch, its last delivery under a file name, whether that delivery is in effect), in order of delivery."""
        effective = {delivery.seq for delivery in self.effective_deliveries().values()}
        last = {(item.source, item.file_name, item.batch_id): item for item in self.deliveries()}
        return [
            (self.batch(item.source, item.batch_id), item, item.seq in effective)
            for item in sorted(last.values(), key=lambda item: item.seq)
        ]

    def has_batch(self, source: str, batch_id: str) -> bool:
        return self.batch_folder(source, batch_id).is_dir()

    def batch(self, source: str, batch_id: str) -> Batch:
        """The ledger entry of a batch. Raises `StoreDamaged` where it is missing."""
        key = (source, batch_id)
        if key not in self._batches:
            self._batches[key] = _of_record(Batch.from_entry, self.batch_folder(source, batch_id) / "batch.json")
        return self._batches[key]

    def batch_folder(self, source: str, batch_id: str) -> Path:
        return self.root / "batches" / source / batch_id

    def original_path(self, batch: Batch) -> Path:
        return self.batch_folder(batch.source, batch.batch_id) / batch.original

    def accepted_path(self, batch: Batch) -> Path:
        return self.batch_folder(batch.source, batch.batch_id) / ACCEPTED_NAME

    def quarantined_path(self, batch: Batch) -> Path:
        return self.batch_folder(batch.source, batch.batch_id) / QUARANTINED_NAME

    def origins(self, batch: Batch) -> pa.Table | None:
        """Which rows of other files the rows of the batch stand for (see `quarantine`); None where it says nothing."""
        if ORIGINS_NAME not in batch.sha256:
            return None
        return _read_table(self.batch_folder(batch.source, batch.batch_id) / ORIGINS_NAME)

    def accepted(self, batch: Batch) -> pa.Table:
        return _read_table(self.accepted_path(batch))

    def quarantined(self, batch: Batch) -> pa.Table:
        return _read_table(self.quarantined_path(batch))

    def validation(self, batch: Batch) -> dict[str, Any]:
        """`results`: a record of every expectation (see `validation.ExpectationOutcome.as_record`)."""
        return read_json(self.batch_folder(batch.source, batch.batch_id) / RESULTS_NAME)

    # --- writing: only while `lock` is held ---

    @contextmanager
    def lock(self, purpose: str, wait_seconds: float = 0) -> Iterator[None]:
        """Hold the store for writing, then sweep what a dead lander left.

        Raises `LandingLocked` when another process holds it longer than `wait_seconds`. The lock is the operating
        system's and ends with its process; the note beside it only tells people who holds it.
        """
        self.root.mkdir(parents=True, exist_ok=True)
        note = self.root / "landing.lock.holder.json"
        lock = filelock.FileLock(self.root / "landing.lock", timeout=wait_seconds, preserve_lock_file=True)
        try:
            lock.acquire()
        except filelock.Timeout:
            raise LandingLocked(_locked_message(note)) from None
        try:
            holder = {"pid": os.getpid(), "host": socket.gethostname(), "since": now_text(), "what": purpose}
            note.write_text(json.dumps(holder, ensure_ascii=False), encoding="utf-8")
            self._last = None
            self._sweep()
            yield
        finally:
            note.unlink(missing_ok=True)
            lock.release()

    def work_folder(self) -> Path:
        """A new folder below `tmp/`, in which a batch is made ready."""
        folder = self.root / "tmp" / uuid.uuid4().hex
        folder.mkdir(parents=True)
        return folder

    def commit_batches(self, ready: Sequence[tuple[Path, Batch]]) -> None:
        """Make the files in each folder a batch: write its ledger entry, sync everything, rename the folder.

        The marks that they are undelivered come first: so of a batch with neither mark nor delivery, this was taken
        away. A process that is killed in between leaves some batches whole and of the others nothing.
        """
        written: list[Path] = []
        for folder, batch in ready:
            paths = sorted(folder.iterdir())
            known = {batch.original: batch.file_sha256}
            hashes = {path.name: known.get(path.name) or sha256_of(path) for path in paths}
            entry = folder / "batch.json"
            write_record(entry, vars(batch) | {"notices": [*map(asdict, batch.notices)], "sha256": hashes})
            written += [*paths, entry, folder]
        sync_paths(written, self.root)
        marks = [self._undelivered_mark(batch.source, batch.batch_id) for _, batch in ready]
        for parent in _folders_of(marks):
            _make_folder(parent)
        for mark in marks:
            mark.touch()
        for parent in _folders_of(marks):
            sync_path(parent)
        targets = [self.batch_folder(batch.source, batch.batch_id) for _, batch in ready]
        for parent in _folders_of(targets):
            _make_folder(parent)
        for (folder, _), target in zip(ready, targets, strict=True):
            os.rename(folder, target)
        for parent in _folders_of(targets):
            sync_path(parent)

    def commit_deliveries(self, arrivals: Sequence[tuple[str, str, str]]) -> list[Delivery]:
        """Record which file names now carry which batches: (source, file name, batch id) in the order of arrival. They
        come into effect one after the other, so that a process that is killed leaves the first of them."""
        folder = self.root / "deliveries"
        _make_folder(folder)
        before = self._last_delivery()
        number, previous = (int(before.stem), sha256_of(before)) if before else (0, FIRST_HASH)
        deliveries, ready = [], []
        work = self.work_folder()
        for source, file_name, batch_id in arrivals:
            number += 1
            entry = sha256_of(self.batch_folder(source, batch_id) / "batch.json")
            delivery = Delivery(number, source, file_name, batch_id, now_text(), entry, previous)
            path = work / f"{number:08d}.json"
            previous = write_record(path, vars(delivery))
            deliveries.append(delivery)
            ready.append(path)
        sync_paths(ready, self.root)
        for path in ready:
            os.rename(path, folder / path.name)
            self._last = folder / path.name
        sync_path(folder)
        work.rmdir()
        self.unmark((source, batch_id) for source, _, batch_id in arrivals)
        return deliveries

    def unmark(self, delivered: Iterable[tuple[str, str]]) -> None:
        """Take the marks away of batches, by source and id, that a delivery has named."""
        for source, batch_id in delivered:
            self._undelivered_mark(source, batch_id).unlink(missing_ok=True)

    def _last_delivery(self) -> Path | None:
        """Looked for once: nobody else delivers while the lock is held."""
        if self._last is None:
            self._last = max(self.delivery_paths(), default=None)
        return self._last

    def undelivered(self) -> set[tuple[str, str]]:
        """Source and id of the batches that no delivery has named yet: they wait, or their lander was killed."""
        return {(path.parent.name, path.name) for path in (self.root / "undelivered").glob("*/*")}

    def _undelivered_mark(self, source: str, batch_id: str) -> Path:
        return self.root / "undelivered" / source / batch_id

    def _sweep(self) -> None:
        """Remove what landers left that did not come to their end. Nobody else works there while the lock is held."""
        shutil.rmtree(self.root / "tmp", ignore_errors=True)


def sweep(root: Path) -> None:
    """Remove unfinished work below the landing store `root`. Raises `LandingLocked` while someone is landing."""
    with Store(root).lock("sweeping temporary folders"):
        pass


def now_text() -> str:
    return datetime.datetime.now(CHINA_STANDARD_TIME).isoformat(timespec="seconds")


def received_time(text: str) -> datetime.datetime:
    """A time of arrival as the store writes it, as naive China Standard Time."""
    return datetime.datetime.fromisoformat(text).astimezone(CHINA_STANDARD_TIME).replace(tzinfo=None)


def write_json(path: Path, content: Any) -> None:
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1, default=str) + "\n", encoding="utf-8")


def write_record(path: Path, record: dict[str, Any]) -> str:
    """Write a record of the ledger, a line for each of its fields, and return its SHA-256. With an indent Python takes
    several times as long, and thousands of small files have as many records."""
    lines = (f" {json.dumps(name)}: {json.dumps(said, ensure_ascii=False)}" for name, said in record.items())
    content = ("{\n" + ",\n".join(lines) + "\n}\n").encode()
    path.write_bytes(content)
    return hashlib.sha256(content).hexdigest()


def results_text(results: list[dict[str, Any]]) -> str:
    """What became of every rule, as it is written: in one line, for thousands of small files have as many of them."""
    return json.dumps({"results": results}, ensure_ascii=False) + "\n"


def _of_record(make: Callable[[dict[str, Any]], Any], path: Path) -> Any:
    """What `make` makes of the record in a file. Raises `StoreDamaged` where the record is of another kind."""
    try:
        return make(read_json(path))
    except (TypeError, AttributeError) as error:
        raise StoreDamaged(
            Wording(
                f"{path}:不是入库存储的记录({error});请从备份恢复",
                f"{path}: is no record of the store ({error}); restore it from its backup",
            )
        ) from error


def _read_table(path: Path) -> pa.Table:
    # Arrow takes a third of a second to import, and most commands read no rows of a batch.
    import pyarrow.parquet as pq

    return pq.read_table(path)


def read_json(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise StoreDamaged(
            Wording(
                f"{path}:无法读取({error});请从备份恢复入库存储",
                f"{path}: cannot be read ({error}); restore the landing store from its backup",
            )
        ) from error


def _locked_message(note: Path) -> Wording:
    try:
        holder = json.loads(note.read_text(encoding="utf-8"))
        who = Wording(
            f"{holder['host']} 上的进程 {holder['pid']}({holder['what']},始于 {holder['since']})",
            f"process {holder['pid']} on {holder['host']} ({holder['what']}, since {holder['since']})",
        )
    except (OSError, ValueError, KeyError):
        who = Wording("另一个进程", "another process")
    return Wording(
        f"入库存储 {note.parent} 正由{who.zh}使用:请等它结束后再入库",
        f"the landing store {note.parent} is in use by {who.en}: wait until it has finished, then land again",
    )


def _folders_of(paths: Iterable[Path]) -> list[Path]:
    """The folders in which some paths lie, each once."""
    return list(dict.fromkeys(path.parent for path in paths))


def _make_folder(folder: Path) -> None:
    """Create a folder and sync the folders that gained an entry by it."""
    missing = [parent for parent in (folder, *folder.parents) if not parent.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    for parent in missing:
        sync_path(parent.parent)


def sync_paths(paths: Sequence[Path], root: Path) -> None:
    """Have the operating system write files and entries of folders to disk, all below `root`: each by itself where they
    are few, else what its file system has not written yet, which takes one call instead of thousands."""
    sync_file_system = _sync_of_file_systems() if len(paths) > FEW_PATHS else None
    if sync_file_system is None:
        for path in paths:
            sync_path(path)
        return
    descriptor = os.open(root, os.O_RDONLY)
    try:
        if sync_file_system(descriptor):
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number), str(root))
    finally:
        os.close(descriptor)


@cache
def _sync_of_file_systems() -> Callable[[int], int] | None:
    """Linux's `syncfs`, which Python has no name for; None elsewhere."""
    if not sys.platform.startswith("linux"):
        return None
    return getattr(ctypes.CDLL(None, use_errno=True), "syncfs", None)


def sync_path(path: Path) -> None:
    """Have the operating system write a file, or a folder's entries, to disk."""
    if path.is_dir() and sys.platform == "win32":
        return  # Windows has no sync of folders
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
