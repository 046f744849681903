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

from orchestration.file_digest import sha256_of
from orchestration.landing.store import (
    DELIVERY_NAME,
    FIRST_HASH,
    LANDED,
    Batch,
    Delivery,
    Store,
    StoreDamaged,
    batch_id_of,
)
from orchestration.wording import Wording

ENTRY_NAME = "batch.json"
ADVICE = Wording("请从备份恢复入库文件夹", "restore the landing folder from its backup")
FOREIGN = Wording("deliveries/{name} 不是投递记录:请移走", "deliveries/{name} is no delivery: move it away")
BATCH_MISSING = Wording(
    "投递 {number}({source}/{file})的批次 {batch} 缺失;{advice}",
    "delivery {number} ({source}/{file}): its batch {batch} is missing; {advice}",
)
OTHER_NUMBER = Wording(
    "deliveries/{name} 自称第 {number} 号;{advice}", "deliveries/{name} says that it is number {number}; {advice}"
)
DELIVERY_MISSING = Wording("投递 {number} 缺失;{advice}", "delivery {number} is missing; {advice}")
DOES_NOT_FOLLOW = Wording(
    "投递 {number}({source}/{file})不承接投递 {before}:其中之一被改动;{advice}",
    "delivery {number} ({source}/{file}) does not follow from delivery {before}: that one, or this one, was changed; "
    "{advice}",
)
NOT_WHAT_CAME = Wording(
    "{place} 不是投递 {number} 所带来的;{advice}", "{place} is not what delivery {number} brought; {advice}"
)
OF_ANOTHER_BATCH = Wording(
    "{place}:其记录属于另一批次;{advice}", "{place}: its entry is that of another batch; {advice}"
)
COUNTS_DIFFER = Wording("{place}:行数对不上;{advice}", "{place}: its numbers of rows do not add up; {advice}")
IS_MISSING = Wording("{place} 缺失;{advice}", "{place} is missing; {advice}")
WAS_ADDED = Wording("{place} 是后来加入的;{advice}", "{place} was added; {advice}")
WAS_CHANGED = Wording("{place} 被改动;{advice}", "{place} was changed; {advice}")
TWO_HASHES = Wording(
    "{place}:其记录对收到的文件写有两个哈希值;{advice}",
    "{place}: its entry names two hashes of the file as received; {advice}",
)
UNREADABLE = Wording("{place} 无法读取({error});{advice}", "{place} cannot be read ({error}); {advice}")
OTHER_COUNT = Wording(
    "{place} 有 {found} 行,入库时为 {wanted} 行;{advice}", "{place} has {found} rows where {wanted} landed; {advice}"
)
TAKEN_AWAY = Wording("{place} 没有投递记录:被取走;{advice}", "{place} has no delivery: it was taken away; {advice}")
AND_MORE = Wording("另有 {count} 处", "and {count} more")
SHOWN_FINDINGS = 5


@dataclass(frozen=True)
class Finding:
    """Something that is not as it landed: `text` names it; a run may go on where it touches no row in effect."""

    text: Wording
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
        Finding(
            BATCH_MISSING.filled(
                number=item.seq, source=item.source, file=item.file_name, batch=item.batch_id, advice=ADVICE
            )
        )
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


def require_whole(store: Store, more: Iterable[Wording] = ()) -> None:
    """Raise `StoreDamaged` with the findings that stop a run, and with `more` that somebody else found."""
    _refuse([*check_store(store).findings, *map(Finding, more)])


def _refuse(findings: Iterable[Finding]) -> None:
    found = [finding.text for finding in findings if finding.stops_run]
    if found:
        rest = len(found) - SHOWN_FINDINGS
        told = found[:SHOWN_FINDINGS] + ([AND_MORE.filled(count=rest)] if rest > 0 else [])
        zh, en = ";".join(each.zh for each in told), "; ".join(each.en for each in told)
        raise StoreDamaged(
            Wording(
                f"入库存储与当初不同:{zh}。zhengxin verify --all 显示全部。",
                f"The landing store is not as it was: {en}. zhengxin verify --all shows everything.",
            )
        )


def _foreign_files(store: Store) -> Iterator[Finding]:
    for path in sorted((store.root / "deliveries").glob("*")):
        if not DELIVERY_NAME.fullmatch(path.name):
            yield Finding(FOREIGN.filled(name=path.name), stops_run=False)


def _readable_deliveries(store: Store) -> tuple[dict[int, Delivery], list[Finding]]:
    """The deliveries by the number of their file, and what cannot be read."""
    deliveries, findings = {}, []
    for path in store.delivery_paths():
        number = int(path.stem)
        try:
            delivery = store.delivery(path)
        except StoreDamaged as error:
            findings.append(Finding(error.wording))
            continue
        if delivery.seq != number:
            findings.append(Finding(OTHER_NUMBER.filled(name=path.name, number=delivery.seq, advice=ADVICE)))
        deliveries[number] = delivery
    return deliveries, findings


def _broken_links(store: Store, deliveries: dict[int, Delivery]) -> Iterator[Finding]:
    """Numbers that are missing, and deliveries that do not follow from the one before or not from their batch."""
    paths = {int(path.stem): path for path in store.delivery_paths()}
    for number in range(1, max(paths, default=0) + 1):
        if number not in paths:
            yield Finding(DELIVERY_MISSING.filled(number=number, advice=ADVICE))
    for number, delivery in sorted(deliveries.items()):
        if delivery.previous_sha256 and (number == 1 or number - 1 in paths):
            before = sha256_of(paths[number - 1]) if number > 1 else FIRST_HASH
            if delivery.previous_sha256 != before:
                yield Finding(
                    DOES_NOT_FOLLOW.filled(
                        number=number,
                        source=delivery.source,
                        file=delivery.file_name,
                        before=number - 1,
                        advice=ADVICE,
                    )
                )
        entry = store.batch_folder(delivery.source, delivery.batch_id) / ENTRY_NAME
        if delivery.batch_sha256 and entry.is_file() and sha256_of(entry) != delivery.batch_sha256:
            yield Finding(NOT_WHAT_CAME.filled(place=_place(store, entry), number=number, advice=ADVICE))


def _batch_findings(store: Store, folder: Path, batches: list[Batch]) -> Iterator[Finding]:
    """What is wrong with one batch, which is added to `batches` where its entry can be read."""
    source = folder.parent.name
    try:
        batch = store.batch(source, folder.name)
    except StoreDamaged as error:
        yield Finding(error.wording)
        return
    batches.append(batch)
    identity = batch_id_of(batch.source, batch.contract_version, batch.file_sha256, batch.seeds_digest)
    if (batch.source, batch.batch_id) != (source, folder.name) or identity != folder.name:
        yield _finding(OF_ANOTHER_BATCH, store, folder)
    if batch.row_count != batch.accepted_count + batch.quarantined_count:
        yield _finding(COUNTS_DIFFER, store, folder)
    if batch.sha256:
        yield from _changed_files(store, folder, batch)
    else:
        yield from _changed_counts(store, batch)


def _changed_files(store: Store, folder: Path, batch: Batch) -> Iterator[Finding]:
    found = {path.name for path in folder.iterdir()} - {ENTRY_NAME}
    for name in sorted(found | batch.sha256.keys()):
        if name not in found:
            yield _finding(IS_MISSING, store, folder / name)
        elif name not in batch.sha256:
            yield _finding(WAS_ADDED, store, folder / name, stops_run=False)
        elif sha256_of(folder / name) != batch.sha256[name]:
            yield _finding(WAS_CHANGED, store, folder / name)
    if batch.sha256.get(batch.original) != batch.file_sha256:
        yield _finding(TWO_HASHES, store, folder)


def _changed_counts(store: Store, batch: Batch) -> Iterator[Finding]:
    """Of a batch without hashes: the file as received, and how many rows there are."""
    original = store.original_path(batch)
    if not original.is_file():
        yield _finding(IS_MISSING, store, original)
    elif sha256_of(original) != batch.file_sha256:
        yield _finding(WAS_CHANGED, store, original)
    if batch.state != LANDED:
        return
    for path, count in (
        (store.accepted_path(batch), batch.accepted_count),
        (store.quarantined_path(batch), batch.quarantined_count),
    ):
        try:
            rows = pq.read_metadata(path).num_rows
        except FileNotFoundError:
            yield _finding(IS_MISSING, store, path)
        except (OSError, pa.ArrowException) as error:
            yield Finding(UNREADABLE.filled(place=_place(store, path), error=error, advice=ADVICE))
        else:
            if rows != count:
                yield Finding(OTHER_COUNT.filled(place=_place(store, path), found=rows, wanted=count, advice=ADVICE))


def _undelivered(store: Store, delivered: set[tuple[str, str]]) -> Iterator[Finding]:
    """Batches that no delivery names, and that are not marked as undelivered."""
    marked = store.undelivered()
    for folder in sorted((store.root / "batches").glob("*/*")):
        key = folder.parent.name, folder.name
        if key in delivered or key in marked:
            continue
        # Older versions made no mark, so a lander that was killed could leave a batch without a delivery.
        is_sealed = _is_sealed(store, key)
        yield _finding(TAKEN_AWAY, store, folder, stops_run=is_sealed)


def _is_sealed(store: Store, key: tuple[str, str]) -> bool:
    """Whether the batch was landed by a version that keeps hashes."""
    try:
        return bool(store.batch(*key).sha256)
    except StoreDamaged:
        return True


def _finding(wording: Wording, store: Store, path: Path, stops_run: bool = True) -> Finding:
    return Finding(wording.filled(place=_place(store, path), advice=ADVICE), stops_run)


def _place(store: Store, path: Path) -> str:
    return path.relative_to(store.root).as_posix()
