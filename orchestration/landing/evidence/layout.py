"""The evidence in effect by kind and year, as any engine that reads partitioned Parquet finds it.

    landing/evidence/evidence_kind=<kind>/record_year=<year>/<batch_id>.parquet

The files are those of the batches (`accepted_<year>.parquet`) under a second name: a link, or a copy where the file
system has none. The folder follows from the ledger alone and can be thrown away; what went out of effect is taken out
of it.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

from orchestration.home import Home
from orchestration.landing.inbox import EVIDENCE_FOLDER
from orchestration.landing.store import Batch, Store
from orchestration.seeds import read_seed, seeds_folder

KIND_SEED = "evidence/evidence_kind.csv"


def evidence_folder(root: Path) -> Path:
    """Where the evidence of the landing store at `root` lies by kind and year."""
    return root / "evidence"


def kind_folder(root: Path, kind: str) -> Path:
    return evidence_folder(root) / f"evidence_kind={kind}"


def kind_codes(home: Home) -> list[str]:
    """The kinds of evidence that the seeds of a home know."""
    seed = seeds_folder(home) / KIND_SEED
    return [row["kind_code"] for row in read_seed(seed)] if seed.exists() else []


def landed_kinds(home: Home) -> list[str]:
    """The kinds of which files have landed, in effect or not."""
    return [kind for kind in kind_codes(home) if (home.landing / "batches" / kind).is_dir()]


def has_evidence(home: Home) -> bool:
    """Whether any evidence has come in, landed or not: without it nothing that concerns it is built."""
    waiting = (home.inbox / EVIDENCE_FOLDER / kind for kind in kind_codes(home))
    return bool(landed_kinds(home)) or any(folder.is_dir() and any(folder.iterdir()) for folder in waiting)


def accepted_files(store: Store, batch: Batch) -> Iterator[tuple[int, Path]]:
    """(year, file) of the accepted rows of a batch of evidence."""
    for path in sorted(store.batch_folder(batch.source, batch.batch_id).glob("accepted_*.parquet")):
        yield int(path.stem.removeprefix("accepted_")), path


def lay_out(store: Store, kinds: Iterable[str]) -> dict[tuple[str, int], list[str]]:
    """Have the folder hold what is in effect and nothing else; return the batches of each kind and year."""
    wanted: dict[Path, Path] = {}
    partitions: dict[tuple[str, int], list[str]] = {}
    of_evidence = set(kinds)
    for batch in store.effective_batches():
        if batch.source not in of_evidence:
            continue
        for year, path in accepted_files(store, batch):
            partitions.setdefault((batch.source, year), []).append(batch.batch_id)
            folder = kind_folder(store.root, batch.source) / f"record_year={year}"
            wanted[folder / f"{batch.batch_id}.parquet"] = path
    root = evidence_folder(store.root)
    for path in sorted(root.rglob("*.parquet")) if root.exists() else ():
        if path not in wanted:
            path.unlink()
    for path, original in wanted.items():
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            _link(original, path)
    for folder in sorted(root.glob("*/*"), reverse=True) if root.exists() else ():
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()
    return partitions


def _link(original: Path, path: Path) -> None:
    try:
        os.link(original, path)
    except OSError:
        partial = path.with_suffix(".tmp")
        shutil.copyfile(original, partial)
        partial.replace(path)
