"""What every reader returns: a file's rows as text, the rows that could not be read, and why a file is refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from orchestration.errors import UsageError
from orchestration.landing.contracts.definition import DECIMAL_SCALE
from orchestration.landing.readers.characters import visible
from orchestration.wording import Wording

# Help rows of a filled-in template begin with one of these; readers pass over them.
HELP_MARKS = ("#zh:", "#en:", "#format:", "#example:")

ROW_NUMBER = "row_number"
LONGEST_QUOTATION = 160


@dataclass(frozen=True)
class Limits:
    """What a reader takes at most, so that one file cannot fill memory or disk, nor keep the others waiting.

    A home sets others in `[limits]` of its zhengxin.toml. Sizes are of 1024 x 1024 bytes; a line is one of a text, or
    a row of a workbook as it stands in the file.
    """

    file_megabytes: int = 4096
    unpacked_megabytes: int = 1024
    shared_text_megabytes: int = 128
    rows: int = 20_000_000
    columns: int = 1000
    line_megabytes: int = 4
    cell_characters: int = 131_072
    unreadable_rows: int = 50_000
    # A file that shrinks below half of at least so many rows under its name waits so long for a word.
    shrunk_from_rows: int = 20
    shrunk_quiet_hours: int = 24

    @classmethod
    def named(cls, limits: Mapping[str, int], where: str = "limits") -> Limits:
        """The limits with some of them set by name. Raises `UsageError` for a name that there is none of."""
        known = [each.name for each in fields(cls)]
        for name in limits:
            if name not in known:
                raise UsageError(
                    Wording(
                        f"{where}:没有上限 '{name}'。可设的上限:{', '.join(known)}。",
                        f"{where}: there is no limit '{name}'. The limits are {', '.join(known)}.",
                    )
                )
        return cls(**limits)


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


class BeyondLimit(FileRejected):
    """A file beyond one of the `Limits`: no verdict on the file, for the home may set another limit."""


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

    `rows` is a Parquet file in the batch's work folder, or, where they are few, the rows themselves: `row_number`
    (int32, as a spreadsheet shows it: header = 1; JSON Lines: the line; Parquet: 1-based row + 1), then one column of
    text per distinct name of `header`, blank cells null; then the columns that are only kept with the rows (see
    `names.NOTES`). `readable_count` is the number of its rows. `readings` counts what the reader interpreted, by kind.
    """

    file_format: str
    encoding: str
    header: list[str]
    rows: Path | pa.Table
    readable_count: int
    unreadable: list[UnreadableRow] = field(default_factory=list)
    notices: list[Wording] = field(default_factory=list)
    readings: dict[str, int] = field(default_factory=dict)

    @property
    def row_count(self) -> int:
        return self.readable_count + len(self.unreadable)

    @property
    def column_names(self) -> list[str]:
        """The columns of `rows` beside the number."""
        schema = pq.read_schema(self.rows) if isinstance(self.rows, Path) else self.rows.schema
        return [name for name in schema.names if name != ROW_NUMBER]

    def remove(self) -> None:
        """Remove the file of the rows, where there is one."""
        if isinstance(self.rows, Path):
            self.rows.unlink(missing_ok=True)

    def read(self, columns: Sequence[str] | None = None) -> pa.Table:
        """The rows, all at once."""
        if isinstance(self.rows, Path):
            return pq.read_table(self.rows, columns=columns)
        return self.rows.select(columns) if columns else self.rows


def shortly(error: Exception) -> str:
    """What a library says of a damaged file, in one line that can be shown: it may quote the damage itself."""
    said = visible(" ".join(str(error).split()))
    said = said if len(said) <= LONGEST_QUOTATION else said[:LONGEST_QUOTATION] + "…"
    return f"{type(error).__name__}: {said}" if said else type(error).__name__


def clean_name(cell: object) -> str:
    """A column name as compared: without blanks or marks around it, in lower case."""
    return "" if cell is None else str(cell).strip().strip("\ufeff\u200b").strip().lower()


def number_text(number: float) -> str:
    """Text of a binary number as its program shows it: 15 significant digits, at most nine decimals, no exponent.

    Only numbers that a format stores as binary fractions come here (workbooks, Parquet doubles); 0.1 + 0.2 is 0.3.
    """
    if number != number or number in (float("inf"), float("-inf")):
        return str(number)
    exact = Decimal(format(number, ".15g"))
    if exact != exact.to_integral_value() and -int(exact.as_tuple().exponent) > DECIMAL_SCALE:
        exact = exact.quantize(Decimal(1).scaleb(-DECIMAL_SCALE), rounding=ROUND_HALF_UP)
    text = format(exact, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
