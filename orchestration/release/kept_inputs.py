"""What the releases remember of the landing store: deliveries, batches and decisions that must still be there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from orchestration.home import Home
from orchestration.landing.chain import ReleasedEntry
from orchestration.landing.integrity import ADVICE
from orchestration.landing.store import Store, StoreDamaged
from orchestration.release.catalogue import INTERNAL, Catalogue, ReleaseId, parquet_of
from orchestration.wording import Wording

DELIVERY_MISSING = Wording(
    "{release} 所依据的投递 {number}({source}/{file})缺失;{advice}",
    "delivery {number} ({source}/{file}), from which {release} was made, is missing; {advice}",
)
ANOTHER_DELIVERY = Wording(
    "{release} 所依据的投递 {number}({source}/{file})现为另一个;{advice}",
    "delivery {number} ({source}/{file}), from which {release} was made, is another one now; {advice}",
)
BATCH_MISSING = Wording(
    "{release} 所依据的批次 {source}/{batch} 缺失;{advice}",
    "batch {source}/{batch}, from which {release} was made, is missing; {advice}",
)


def released_entries(catalogue: Catalogue) -> Iterator[ReleasedEntry]:
    """The entries of the log of decisions that each release holds, withdrawn ones too."""
    for release in catalogue.releases():
        path = parquet_of(catalogue.database(release, INTERNAL), "decision_log")
        if not path.exists():
            continue
        try:
            kept = pq.read_table(path, columns=["entry_number", "decision_code", "entry_hash"]).to_pylist()
        except (OSError, pa.ArrowException) as error:
            raise StoreDamaged(
                Wording(
                    f"{path} 无法读取({error});请从备份恢复该发布",
                    f"{path} cannot be read ({error}); restore the release from its backup",
                )
            ) from error
        for entry in kept:
            yield ReleasedEntry(str(release), entry["entry_number"], entry["decision_code"], entry["entry_hash"])


def released_inputs_missing(home: Home) -> list[Wording]:
    """Deliveries and batches that a release was made from and that the landing store does not hold any more, or holds
    otherwise; one text each."""
    catalogue, store = Catalogue(home.releases), Store(home.landing)
    there = {delivery.seq: asdict(delivery) for delivery in store.deliveries()}
    found: dict[Wording, None] = {}
    for release in catalogue.releases():
        if catalogue.has_lock(release):
            found |= dict.fromkeys(_missing(catalogue.lock_of(release), release, store, there))
    return list(found)


def _missing(
    lock: dict[str, Any], release: ReleaseId, store: Store, there: dict[int, dict[str, Any]]
) -> Iterator[Wording]:
    for delivery in lock["deliveries"]:
        kept = {name: value for name, value in delivery.items() if name != "is_effective"}
        now = there.get(delivery["seq"])
        if now is None or any(now.get(name) != value for name, value in kept.items()):
            yield (DELIVERY_MISSING if now is None else ANOTHER_DELIVERY).filled(
                release=release,
                number=delivery["seq"],
                source=delivery["source"],
                file=delivery["file_name"],
                advice=ADVICE,
            )
    for batch in lock["batches"]:
        if not store.has_batch(batch["source"], batch["batch_id"]):
            yield BATCH_MISSING.filled(release=release, source=batch["source"], batch=batch["batch_id"], advice=ADVICE)
