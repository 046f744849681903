"""What waits in the inbox: files that landing would take, told without landing them."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow.parquet as pq

from orchestration.home import Home
from orchestration.landing.contracts import CONTRACTS
from orchestration.landing.inbox import InboxItem, scan_inbox
from orchestration.landing.readers import FileRejected, read_table
from orchestration.landing.store import Store

PLAIN_YEAR = re.compile(r"[0-9]{4}", re.ASCII)


@dataclass(frozen=True)
class WaitingFile:
    """A file of the inbox whose bytes are not the ones last delivered under its name."""

    item: InboxItem
    file_sha256: str

    def assessment_years(self) -> set[int]:
        """Years named in the file's rows; empty where they cannot be read (landing will say why)."""
        with TemporaryDirectory() as folder:
            try:
                table = read_table(self.item.path, CONTRACTS[self.item.source], Path(folder))
            except (FileRejected, OSError):
                return set()
            if table.header.count("assessment_year") != 1:
                return set()
            cells = pq.read_table(table.rows, columns=["assessment_year"]).column(0).unique().drop_null().to_pylist()
        return {int(cell) for cell in map(str.strip, cells) if PLAIN_YEAR.fullmatch(cell)}


def waiting_files(home: Home) -> list[WaitingFile]:
    """Files that landing would take now, in the order of their names; those it would leave alone are not waiting."""
    store = Store(home.landing)
    latest = store.latest_deliveries()
    waiting = []
    for item in scan_inbox(home.inbox, CONTRACTS):
        if item.problem:
            continue
        try:
            with item.path.open("rb") as file:
                file_sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError:
            continue
        delivery = latest.get((item.source, item.file_name))
        if delivery is None or store.batch(item.source, delivery.batch_id).file_sha256 != file_sha256:
            waiting.append(WaitingFile(item, file_sha256))
    return waiting


def observed_years(home: Home, files: Iterable[WaitingFile]) -> set[int]:
    """Years of which observations have landed or wait among `files`: those that a run can score."""
    waiting = set().union(*(file.assessment_years() for file in files if file.item.source == "observation"))
    store = Store(home.landing)
    landed = (
        pq.read_table(store.accepted_path(batch), columns=["assessment_year"]).column(0).unique().to_pylist()
        for batch in store.effective_batches("observation")
    )
    return waiting.union(*landed)


def identity_of(files: Iterable[WaitingFile]) -> str:
    """A name for this very set of names and contents: 16 hexadecimal digits."""
    parts = sorted(f"{file.item.source}\0{file.item.file_name}\0{file.file_sha256}" for file in files)
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]
