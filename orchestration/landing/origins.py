"""Whence the rows of a mended file come: each may say for which row in quarantine it stands (see `quarantine`)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from orchestration.landing.readers.names import ORIGIN_COLUMN
from orchestration.landing.readers.table import ROW_NUMBER, FileTable

ROWS_AT_A_TIME = 65_536
MARK = re.compile(r"\b([0-9a-f]{16})#([0-9]{1,9})\b")
ORIGINS_SCHEMA = pa.schema([("row_number", pa.int32()), ("file_hash", pa.string()), ("replaced_row", pa.int32())])


def write_origins(table: FileTable, path: Path) -> None:
    """Write which rows of other files the rows of a file stand for; no file where they say nothing of it."""
    found = [
        {"row_number": number, "file_hash": named[1], "replaced_row": int(named[2])}
        for number, told in _told_origins(table)
        if told and (named := MARK.search(told))
    ]
    if found:
        pq.write_table(pa.Table.from_pylist(found, schema=ORIGINS_SCHEMA), path, compression="zstd")


def _told_origins(table: FileTable) -> Iterator[tuple[int, str | None]]:
    """What stands in the column of origins, by row; of rows that could not be read too."""
    for row in table.unreadable:
        yield row.row_number, row.payload.get(ORIGIN_COLUMN)
    if ORIGIN_COLUMN in table.column_names:
        for batch in table.read([ROW_NUMBER, ORIGIN_COLUMN]).to_batches(ROWS_AT_A_TIME):
            yield from zip(*(column.to_pylist() for column in batch.columns), strict=True)
