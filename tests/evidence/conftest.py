"""A home with the shipped seeds and an inbox of evidence to fill."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from orchestration.home import Home
from orchestration.landing.run import LandedFile, land_inbox
from orchestration.landing.store import Store

HEADER = "unit_code,message_code,submitted_at,due_at,answered_at,rating,provenance"
GOOD = "520115,{code},2019-03-01 10:00,2019-03-08,2019-03-07 09:30,5,synthetic"


@dataclass(frozen=True)
class Evidence:
    """A home, and how evidence gets into it."""

    home: Home

    @property
    def store(self) -> Store:
        return Store(self.home.landing)

    def put(self, kind: str, name: str, content: str | bytes) -> Path:
        path = self.home.inbox / "evidence" / kind / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def put_parquet(self, kind: str, name: str, table: pa.Table) -> Path:
        path = self.home.inbox / "evidence" / kind / name
        path.parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(table, path)
        return path

    def land(self) -> list[LandedFile]:
        return land_inbox(self.home)

    def landed(self, kind: str, name: str, content: str | bytes) -> LandedFile:
        self.put(kind, name, content)
        (file,) = [file for file in self.land() if file.file_name == name]
        return file

    def accepted(self, kind: str) -> list[dict]:
        """The records in effect as they are laid out, by file and row."""
        rows = []
        for path in sorted(self.home.landing.glob(f"evidence/evidence_kind={kind}/*/*.parquet")):
            year = int(path.parent.name.removeprefix("record_year="))
            rows += [row | {"record_year": year} for row in pq.ParquetFile(path).read().to_pylist()]
        return sorted(rows, key=lambda row: (row["batch_id"], row["row_number"]))

    def quarantined(self, file: LandedFile) -> list[dict]:
        return self.store.quarantined(self.store.batch(file.source, file.batch_id)).to_pylist()


@pytest.fixture
def evidence(tmp_path: Path) -> Evidence:
    return Evidence(Home(tmp_path))


def messages(*rows: str) -> str:
    return "\n".join((HEADER, *rows)) + "\n"
