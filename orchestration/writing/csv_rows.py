"""CSV files for people and their spreadsheet programs: no text in them is a formula."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import IO, Any

from orchestration.writing.plain import may_calculate, visible

NUMBER = re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?%?")
# Spreadsheet programs take a file with this mark for UTF-8.
CSV_ENCODING = "utf-8-sig"


@contextmanager
def csv_file(path: Path, encoding: str = CSV_ENCODING) -> Iterator[CsvRows]:
    """A CSV file to write rows into."""
    with path.open("w", encoding=encoding, newline="") as file:
        yield CsvRows(file)


class CsvRows:
    """Rows of CSV for people and their spreadsheet programs, which calculate what begins with `=`, `+`, `-` or `@`:
    such text gets an apostrophe before it. Numbers, also negative ones, are left as they are."""

    def __init__(self, file: IO[str]) -> None:
        self._writer = csv.writer(file, lineterminator="\n")

    def write(self, row: Sequence[Any]) -> None:
        self._writer.writerow([csv_text(value) for value in row])

    def write_all(self, rows: Iterable[Sequence[Any]]) -> None:
        self._writer.writerows([csv_text(value) for value in row] for row in rows)


def csv_text(value: Any) -> str:
    """A cell of CSV; nothing for None."""
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return f"{value:f}"
    if not isinstance(value, str):
        return str(value)
    text = visible(value)
    return f"'{text}" if may_calculate(text) and not NUMBER.fullmatch(text) else text
