"""What every reader returns: a file's rows as text, the rows that could not be read, and why a file is refused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

import numpy as np
import pandas as pd

from orchestration.landing.contracts.definition import DECIMAL_SCALE

# Help rows of a filled-in template begin with one of these; readers pass over them.
HELP_MARKS = ("#zh:", "#en:", "#format:", "#example:")


class FileRejected(Exception):
    """A file that cannot be read as a whole. `rule` is a stable name, the text says what to do."""

    def __init__(self, rule: str, message: str) -> None:
        super().__init__(message)
        self.rule = rule
        self.message = message


class ReaderFailed(FileRejected):
    """A file on which a reader broke down: no verdict on the file, for the next version of the reader may read it."""


@dataclass(frozen=True)
class UnreadableRow:
    """A row that the reader could not take apart; it goes to quarantine as it stands."""

    row_number: int
    rule: str
    message: str
    payload: dict[str, str | None]


@dataclass
class FileTable:
    """A file's rows, every cell as text (blank cells null), before any check.

    `cells` has one column per name in `header`, in the same order; `row_numbers` counts as a spreadsheet shows it
    (header = 1; JSON Lines: the line; Parquet: 1-based row + 1).
    """

    file_format: str
    encoding: str
    header: list[str]
    cells: pd.DataFrame
    row_numbers: np.ndarray
    unreadable: list[UnreadableRow] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)

    @property
    def row_count(self) -> int:
        return len(self.cells) + len(self.unreadable)


def clean_name(cell: object) -> str:
    """A column name as compared: without blanks or marks around it, in lower case."""
    return "" if cell is None else str(cell).strip().strip("\ufeff\u200b").strip().lower()


def is_blank(cells: Sequence[str | None]) -> bool:
    return not any(cell and cell.strip() for cell in cells)


def is_help(cells: Sequence[str | None]) -> bool:
    return bool(cells) and bool(cells[0]) and cells[0].lstrip().lower().startswith(HELP_MARKS)


def help_notice(count: int) -> list[str]:
    return [f"{count} help rows of the template passed over"] if count else []


def text_frame(columns: Sequence[Sequence[str | None]], header: Sequence[str]) -> pd.DataFrame:
    """Frame of text from one sequence per column; a header name may repeat (the structure check refuses that)."""
    series = [pd.Series(pd.array(list(column), dtype="str")) for column in columns]
    frame = pd.concat(series, axis=1) if series else pd.DataFrame()
    frame.columns = list(header)
    return frame


def drop_unnamed_columns(header: list[str], rows: list[list[str | None]]) -> tuple[list[str], list[list[str | None]]]:
    """Leave out columns that have no name and no content; refuse content under no name."""
    unnamed = [position for position, name in enumerate(header) if not name]
    if not unnamed:
        return header, rows
    for position in unnamed:
        if any(row[position] and row[position].strip() for row in rows):
            raise FileRejected(
                "column_unnamed", f"column {position + 1} has content but no name in the header: name it or clear it"
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
