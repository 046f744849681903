"""What the releases remember of the landing store: deliveries, batches and decisions that must still be there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from orchestration.home import Home
from orchestration.landing.chain import ReleasedEntry
from orchestration.landing.store import Store, StoreDamaged
from orchestration.release.catalogue import INTERNAL, Catalogue, ReleaseId
from orchestration.wording import Wording

ADVICE = "restore the landing folder from its backup"


def released_entries(catalogue: Catalogue) -> Iterator[ReleasedEntry]:
    """The entries of the log of decisions that each release holds, withdrawn ones too."""
    for release in catalogue.releases():
        path = catalogue.folder(release, INTERNAL) / "parquet" / "decision_log.parquet"
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


def released_inputs_missing(home: Home) -> list[str]:
    """Deliveries and batches that a release was made from and that the landing store does not hold any more, or holds
    otherwise; one line each."""
    catalogue, store = Catalogue(home.releases), Store(home.landing)
    there = {delivery.seq: asdict(delivery) for delivery in store.deliveries()}
    found: dict[str, None] = {}
    for release in catalogue.releases():
        if catalogue.has_lock(release):
            found |= dict.fromkeys(_missing(catalogue.lock_of(release), release, store, there))
    return list(found)


def _missing(lock: dict[str, Any], release: ReleaseId, store: Store, there: dict[int, dict[str, Any]]) -> Iterator[str]:
    for delivery in lock["deliveries"]:
        kept = {name: value for name, value in delivery.items() if name != "is_effective"}
        now = there.get(delivery["seq"])
        if now is None or any(now.get(name) != value for name, value in kept.items()):
            yield (
                f"delivery {delivery['seq']} ({delivery['source']}/{delivery['file_name']}), from which {release} was "
                f"made, is {'missing' if now is None else 'another one now'}; {ADVICE}"
            )
    for batch in lock["batches"]:
        if not store.has_batch(batch["source"], batch["batch_id"]):
            yield f"batch {batch['source']}/{batch['batch_id']}, from which {release} was made, is missing; {ADVICE}"
