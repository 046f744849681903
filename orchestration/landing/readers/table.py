"""What every reader returns: a file's rows as text, the rows that could not be read, and why a file is refused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from orchestration.landing.contracts.definition import DECIMAL_SCALE
from orchestration.wording import Wording

# Help rows of a filled-in template begin with one of these; readers pass over them.
HELP_MARKS = ("#zh:", "#en:", "#format:", "#example:")

ROW_NUMBER = "row_number"
ROWS_FILE = "rows.parquet"


@dataclass(frozen=True)
class Limits:
    """What a reader takes at most, so that one file cannot fill memory or disk."""

    # More than any sheet of a million rows needs; a larger one is a zip made to fill the memory.
    unpacked_bytes: int = 4 * 1024**3


class FileRejected(Exception):
    """A file that cannot be read as a whole. `rule` is a stable name, the wording says what to do."""

    def __init__(self, rule: str, wording: Wording) -> None:
        super().__init__(wording.en)
        self.rule = rule
        self.wording = wording

    @property
    def message(self) -> str:
        return self.wording.en


class ReaderFailed(FileRejected):
    """A file on which a reader broke down: no verdict on the file, for the next version of the reader may read it."""


@dataclass(frozen=True)
class UnreadableRow:
    """A row that the reader could not take apart; it goes to quarantine as it stands."""

    row_number: int
    rule: str
    wording: Wording
    payload: dict[str, str | None]

    @property
    def message(self) -> str:
        return self.wording.en


@dataclass
class FileTable:
    """A file's rows, every cell as text, before any check.

    `rows` is a Parquet file in the batch's work folder: `row_number` (int32, as a spreadsheet shows it: header = 1;
    JSON Lines: the line; Parquet: 1-based row + 1), then one column of text per distinct name of `header`, blank cells
    null. `readable_count` is the number of its rows. `readings` counts what the reader interpreted, by kind.
    """

    file_format: str
    encoding: str
    header: list[str]
    rows: Path
    readable_count: int
    unreadable: list[UnreadableRow] = field(default_factory=list)
    notices: list[Wording] = field(default_factory=list)
    readings: dict[str, int] = field(default_factory=dict)

    @property
    def row_count(self) -> int:
        return self.readable_count + len(self.unreadable)


def write_rows(
    folder: Path, header: Sequence[str], row_numbers: Sequence[int], columns: Sequence[Sequence[str | None]]
) -> Path:
    """Write rows as `FileTable.rows` holds them and return the file's path.

    Of columns under one name the first is kept (the structure check refuses the file).
    """
    arrays: dict[str, pa.Array] = {ROW_NUMBER: pa.array(row_numbers, pa.int32())}
    for name, cells in zip(header, columns, strict=True):
        if name not in arrays:
            arrays[name] = pa.array([cell if cell and cell.strip() else None for cell in cells], pa.string())
    path = folder / ROWS_FILE
    pq.write_table(pa.table(arrays), path, compression="zstd")
    return path


def clean_name(cell: object) -> str:
    """A column name as compared: without blanks or marks around it, in lower case."""
    return "" if cell is None else str(cell).strip().strip("\ufeff\u200b").strip().lower()


def is_blank(cells: Sequence[str | None]) -> bool:
    return not any(cell and cell.strip() for cell in cells)


def is_help(cells: Sequence[str | None]) -> bool:
    return bool(cells) and bool(cells[0]) and cells[0].lstrip().lower().startswith(HELP_MARKS)


def help_notice(count: int) -> list[Wording]:
    if not count:
        return []
    return [Wording(f"跳过模板的 {count} 行说明", f"{count} help rows of the template passed over")]


def drop_unnamed_columns(header: list[str], rows: list[list[str | None]]) -> tuple[list[str], list[list[str | None]]]:
    """Leave out columns that have no name and no content; refuse content under no name."""
    unnamed = [position for position, name in enumerate(header) if not name]
    if not unnamed:
        return header, rows
    for position in unnamed:
        if any(row[position] and row[position].strip() for row in rows):
            raise FileRejected(
                "column_unnamed",
                Wording(
                    f"第 {position + 1} 列有内容而表头无列名:请补列名或清空该列",
                    f"column {position + 1} has content but no name in the header: name it or clear it",
                ),
            )
    kept = [position for position, name in enumerate(header) if name]
    return [header[position] for position in kept], [[row[position] for position in kept] for row in rows]


def number_text(number: float) -> str:
    """Text of a binary number as its program shows it: 15 significant digits, at most nine decimals, no exponent.

    Only numbers that a format stores as binary fractions come here (workbooks, Parquet doubles); 0.1 + 0.2 is 0.3.
    """
    if number != number or number in (float("inf"), float("-inf")):
        return str(number)
    exact = Decimal(format(number, ".15g"))
    if exact != exact.to_integral_value() and -exact.as_tuple().exponent > DECIMAL_SCALE:
        exact = exact.quantize(Decimal(1).scaleb(-DECIMAL_SCALE), rounding=ROUND_HALF_UP)
    text = format(exact, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
