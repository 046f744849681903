"""The rows of landed originals, read with nothing of the project's readers: a second opinion on file, row and hash."""

from __future__ import annotations

import csv
import hashlib
import json
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow.parquet as pq

from orchestration.home import Home

Row = dict[str, Any]


def original_of(home: Home, source: str, batch_id: str) -> Path:
    """The file as it was received."""
    [path] = (home.landing / "batches" / source / batch_id).glob("original.*")
    return path


def sha256_of(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def rows_by_number(path: Path, encoding: str) -> dict[int, Row]:
    """Rows as a spreadsheet numbers them: the header is row 1; of JSON Lines the line's number."""
    match path.suffix:
        case ".csv":
            with path.open(encoding=encoding, newline="") as file:
                return _with_header(list(csv.reader(file)))
        case ".xlsx":
            sheet = openpyxl.load_workbook(path, read_only=True).worksheets[0]
            return _with_header([list(cells) for cells in sheet.iter_rows(values_only=True)])
        case ".parquet":
            return dict(enumerate(pq.read_table(path).to_pylist(), start=2))
        case ".jsonl":
            lines = path.read_text(encoding=encoding).splitlines()
            return {number: json.loads(line) for number, line in enumerate(lines, start=1) if line.strip()}
    raise AssertionError(f"unexpected format {path}")


def _with_header(table: list[list[Any]]) -> dict[int, Row]:
    header = [str(name).strip().lstrip("\ufeff") for name in table[0]]
    return {number: dict(zip(header, cells, strict=False)) for number, cells in enumerate(table[1:], start=2)}
