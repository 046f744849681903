"""Writing inbox files: the same rows always give the same bytes, and a file is there whole or not at all."""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq

from orchestration.writing.sheet import saved

Row = Sequence[str | None]

DECIMAL = pa.decimal128(20, 9)
PARQUET_TYPES = {"assessment_year": pa.int32(), "value": DECIMAL, "captured_at": pa.timestamp("us")}
WORKBOOK_TIME = datetime(2020, 6, 30)


def write_csv(path: Path, columns: Sequence[str], rows: Iterable[Row], encoding: str = "utf-8") -> Path:
    """Comma-separated text with a header; None is written as an empty cell."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return _replace(path, text.getvalue().encode(encoding))


def write_jsonl(path: Path, columns: Sequence[str], rows: Iterable[Row]) -> Path:
    """One JSON object a line; years as numbers, None as null."""
    lines = []
    for row in rows:
        record = {
            name: int(cell) if name == "assessment_year" and cell and cell.isascii() and cell.isdigit() else cell
            for name, cell in zip(columns, row, strict=True)
        }
        lines.append(json.dumps(record, ensure_ascii=False))
    return _replace(path, ("\n".join(lines) + "\n").encode())


def write_parquet(path: Path, columns: Sequence[str], rows: Sequence[Row]) -> Path:
    """Typed columns: whole years, exact decimals, times; the rest text."""
    table = pa.table(
        {name: _arrow_column(name, cells) for name, cells in zip(columns, zip(*rows, strict=True), strict=True)}
    )
    buffer = io.BytesIO()
    pq.write_table(table, buffer, compression="zstd", version="2.6", row_group_size=100_000)
    return _replace(path, buffer.getvalue())


def _arrow_column(name: str, cells: Sequence[str | None]) -> pa.Array:
    if name == "value":
        known: dict[str | None, Decimal | None] = {cell: Decimal(cell) for cell in set(cells) if cell is not None}
        return pa.array([known.get(cell) for cell in cells], DECIMAL)
    return pa.array(cells, pa.string()).cast(PARQUET_TYPES.get(name, pa.string()))


def write_workbook(path: Path, columns: Sequence[str], rows: Iterable[Row]) -> Path:
    """A workbook with one sheet: codes as text, years and values as numbers, times as times of the program."""
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("observation")
    sheet.append(list(columns))
    for row in rows:
        sheet.append([_workbook_cell(name, cell) for name, cell in zip(columns, row, strict=True)])
    return _replace(path, saved(book, WORKBOOK_TIME))


def _workbook_cell(name: str, cell: str | None) -> str | int | float | datetime | None:
    if cell is None:
        return None
    if name == "assessment_year":
        return int(cell)
    if name == "value":
        return int(cell) if cell.isdigit() else float(cell)
    if name == "captured_at":
        return datetime.fromisoformat(cell)
    return cell


def _replace(path: Path, content: bytes) -> Path:
    """Write beside the place and rename, so that a reader never sees half a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # A name that starts with a dot is not taken for a delivery while it grows.
    growing = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        growing.write_bytes(content)
        os.replace(growing, path)
    finally:
        growing.unlink(missing_ok=True)
    return path
