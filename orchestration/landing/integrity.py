"""Whether the landing store holds what landed: every batch against its hashes, every delivery against the one before.

A delivery carries the hash of its batch's ledger entry, the entry carries the hashes of the batch's files, and each
delivery carries the hash of the delivery before: so nothing can be changed, taken away or put between without a word.
What older versions landed carries no hashes; of it the numbers of rows are compared, and the check says how much it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from orchestration.landing.store import (
    DELIVERY_NAME,
    FIRST_HASH,
    LANDED,
    Batch,
    Delivery,
    Store,
    StoreDamaged,
    batch_id_of,
    file_sha256,
)
from orchestration.wording import Wording

ENTRY_NAME = "batch.json"
ADVICE = "restore the landing folder from its backup"
SHOWN_FINDINGS = 5


@dataclass(frozen=True)
class Finding:
    """Something that is not as it landed: `text` names it; a run may go on where it touches no row in effect."""

    text: str
    stops_run: bool = True


@dataclass(frozen=True)
class StoreState:
    """What a check of the store found; `unsealed` batches came before hashes were kept."""

    delivery_count: int
    batch_count: int
    unsealed: int
    findings: list[Finding]


def check_store(store: Store) -> StoreState:
    """Every delivery and every batch of the store; reads all its files."""
    findings = list(_foreign_files(store))
    deliveries, unreadable = _readable_deliveries(store)
    findings += unreadable + list(_broken_links(store, deliveries))
    delivered = {(item.source, item.batch_id): item for item in deliveries.values()}
    batches: list[Batch] = []
    for folder in sorted((store.root / "batches").glob("*/*")):
        findings += _batch_findings(store, folder, batches)
    known = {(batch.source, batch.batch_id) for batch in batches}
    findings += [
        Finding(f"delivery {item.seq} ({item.source}/{item.file_name}): its batch {item.batch_id} is missing; {ADVICE}")
        for key, item in sorted(delivered.items())
        if key not in known and not store.batch_folder(*key).is_dir()
    ]
    findings += _undelivered(store, set(delivered))
    return StoreState(len(deliveries), len(batches), sum(not batch.sha256 for batch in batches), findings)


def require_unbroken(store: Store) -> None:
    """Raise `StoreDamaged` where a delivery is missing or changed, for what lands now would take its number; reads no
    rows."""
    deliveries, unreadable = _readable_deliveries(store)
    delivered = {(item.source, item.batch_id) for item in deliveries.values()}
    _refuse([*unreadable, *_broken_links(store, deliveries), *_undelivered(store, delivered)])


def require_whole(store: Store, more: Iterable[str] = ()) -> None:
    """Raise `StoreDamaged` with the findings that stop a run, and with `more` that somebody else found."""
    _refuse([*check_store(store).findings, *map(Finding, more)])


def _refuse(findings: Iterable[Finding]) -> None:
    found = [finding.text for finding in findings if finding.stops_run]
    if found:
        rest = len(found) - SHOWN_FINDINGS
        shown = "; ".join(found[:SHOWN_FINDINGS]) + (f"; and {rest} more" if rest > 0 else "")
        raise StoreDamaged(
            Wording(
                f"入库存储与当初不同:{shown}。zhengxin verify --all 显示全部。",
                f"The landing store is not as it was: {shown}. zhengxin verify --all shows everything.",
            )
        )


def _foreign_files(store: Store) -> Iterator[Finding]:
    for path in sorted((store.root / "deliveries").glob("*")):
        if not DELIVERY_NAME.fullmatch(path.name):
            yield Finding(f"deliveries/{path.name} is no delivery: move it away", stops_run=False)


def _readable_deliveries(store: Store) -> tuple[dict[int, Delivery], list[Finding]]:
    """The deliveries by the number of their file, and what cannot be read."""
    deliveries, findings = {}, []
    for path in store.delivery_paths():
        number = int(path.stem)
        try:
            delivery = store.delivery(path)
        except StoreDamaged as error:
            findings.append(Finding(str(error)))
            continue
        if delivery.seq != number:
            findings.append(Finding(f"deliveries/{path.name} says that it is number {delivery.seq}; {ADVICE}"))
        deliveries[number] = delivery
    return deliveries, findings


def _broken_links(store: Store, deliveries: dict[int, Delivery]) -> Iterator[Finding]:
    """Numbers that are missing, and deliveries that do not follow from the one before or not from their batch."""
    paths = {int(path.stem): path for path in store.delivery_paths()}
    for number in range(1, max(paths, default=0) + 1):
        if number not in paths:
            yield Finding(f"delivery {number} is missing; {ADVICE}")
    for number, delivery in sorted(deliveries.items()):
        if delivery.previous_sha256 and (number == 1 or number - 1 in paths):
            before = file_sha256(paths[number - 1]) if number > 1 else FIRST_HASH
            if delivery.previous_sha256 != before:
                yield Finding(
                    f"delivery {number} ({delivery.source}/{delivery.file_name}) does not follow from delivery "
                    f"{number - 1}: that one, or this one, was changed; {ADVICE}"
                )
        entry = store.batch_folder(delivery.source, delivery.batch_id) / ENTRY_NAME
        if delivery.batch_sha256 and entry.is_file() and file_sha256(entry) != delivery.batch_sha256:
            yield Finding(f"{_place(store, entry)} is not what delivery {number} brought; {ADVICE}")


def _batch_findings(store: Store, folder: Path, batches: list[Batch]) -> Iterator[Finding]:
    """What is wrong with one batch, which is added to `batches` where its entry can be read."""
    source = folder.parent.name
    try:
        batch = store.batch(source, folder.name)
    except StoreDamaged as error:
        yield Finding(str(error))
        return
    batches.append(batch)
    identity = batch_id_of(batch.source, batch.contract_version, batch.file_sha256, batch.seeds_digest)
    if (batch.source, batch.batch_id) != (source, folder.name) or identity != folder.name:
        yield Finding(f"{_place(store, folder)}: its entry is that of another batch; {ADVICE}")
    if batch.row_count != batch.accepted_count + batch.quarantined_count:
        yield Finding(f"{_place(store, folder)}: its numbers of rows do not add up; {ADVICE}")
    if batch.sha256:
        yield from _changed_files(store, folder, batch)
    else:
        yield from _changed_counts(store, batch)


def _changed_files(store: Store, folder: Path, batch: Batch) -> Iterator[Finding]:
    found = {path.name for path in folder.iterdir()} - {ENTRY_NAME}
    for name in sorted(found | batch.sha256.keys()):
        if name not in found:
            yield Finding(f"{_place(store, folder / name)} is missing; {ADVICE}")
        elif name not in batch.sha256:
            yield Finding(f"{_place(store, folder / name)} was added; {ADVICE}", stops_run=False)
        elif file_sha256(folder / name) != batch.sha256[name]:
            yield Finding(f"{_place(store, folder / name)} was changed; {ADVICE}")
    if batch.sha256.get(batch.original) != batch.file_sha256:
        yield Finding(f"{_place(store, folder)}: its entry names two hashes of the file as received; {ADVICE}")


def _changed_counts(store: Store, batch: Batch) -> Iterator[Finding]:
    """Of a batch without hashes: the file as received, and how many rows there are."""
    original = store.original_path(batch)
    if not original.is_file():
        yield Finding(f"{_place(store, original)} is missing; {ADVICE}")
    elif file_sha256(original) != batch.file_sha256:
        yield Finding(f"{_place(store, original)} was changed; {ADVICE}")
    if batch.state != LANDED:
        return
    for path, count in (
        (store.accepted_path(batch), batch.accepted_count),
        (store.quarantined_path(batch), batch.quarantined_count),
    ):
        try:
            rows = pq.read_metadata(path).num_rows
        except FileNotFoundError:
            yield Finding(f"{_place(store, path)} is missing; {ADVICE}")
        except (OSError, pa.ArrowException) as error:
            yield Finding(f"{_place(store, path)} cannot be read ({error}); {ADVICE}")
        else:
            if rows != count:
                yield Finding(f"{_place(store, path)} has {rows} rows where {count} landed; {ADVICE}")


def _undelivered(store: Store, delivered: set[tuple[str, str]]) -> Iterator[Finding]:
    """Batches that no delivery names, and that are not marked as undelivered."""
    marked = store.undelivered()
    for folder in sorted((store.root / "batches").glob("*/*")):
        key = folder.parent.name, folder.name
        if key in delivered or key in marked:
            continue
        # Older versions made no mark, so a lander that was killed could leave a batch without a delivery.
        is_sealed = _is_sealed(store, key)
        yield Finding(f"{_place(store, folder)} has no delivery: it was taken away; {ADVICE}", stops_run=is_sealed)


def _is_sealed(store: Store, key: tuple[str, str]) -> bool:
    """Whether the batch was landed by a version that keeps hashes."""
    try:
        return bool(store.batch(*key).sha256)
    except StoreDamaged:
        return True


def _place(store: Store, path: Path) -> str:
    return path.relative_to(store.root).as_posix()
