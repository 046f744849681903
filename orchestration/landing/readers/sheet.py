"""One worksheet, row by row in a stream: each cell as the text a person sees, what is hidden, and what is merged."""

from __future__ import annotations

import datetime
import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache

from lxml import etree
from openpyxl.styles.numbers import is_date_format, is_timedelta_format
from openpyxl.utils import get_column_letter
from openpyxl.utils.cell import column_index_from_string, range_boundaries

from orchestration.landing.readers.characters import visible
from orchestration.landing.readers.table import BeyondLimit, Limits, number_text
from orchestration.landing.readers.workbook_parts import Sheet, WorkbookParts, elements, rich_text, unescaped
from orchestration.wording import Wording

BLOCK = 1024 * 1024
# Beginning and end of a sheet, outside its rows, are small; more than this is no sheet of an office program.
LARGEST_MARGIN = 64 * BLOCK
# Excel keeps 15 digits of a number.
EXACT_DIGITS = 15
FIRST_DAY, FIRST_DAY_1904 = datetime.datetime(1899, 12, 30), datetime.datetime(1904, 1, 1)
LARGEST_DAY = 2_958_465
SECONDS_PER_DAY = 86_400

_ROW_DATA = re.compile(rb"<(?:\w+:)?sheetData[\s/>]")
_ROW_DATA_END = re.compile(rb"</(?:\w+:)?sheetData\s*>|<(?:\w+:)?sheetData\s*/>")
_ROW_BEGIN = re.compile(rb"<(?:\w+:)?row[\s/>]")
_MERGED = re.compile(rb"<(?:\w+:)?mergeCell\s[^>]*?ref=[\"']([A-Z]+[0-9]+:[A-Z]+[0-9]+)[\"']")
_COLUMN = re.compile(rb"<(?:\w+:)?col\s[^>]*>")
_ATTRIBUTE = re.compile(rb"([\w:]+)=[\"']([^\"']*)[\"']")
_INTEGER = re.compile(r"-?[0-9]+", re.ASCII)
_ZEROS = re.compile(r"0{2,}", re.ASCII)


@dataclass(frozen=True)
class Range:
    """A rectangle of cells, counted from 1, both ends within."""

    first_column: int
    first_row: int
    last_column: int
    last_row: int

    def __str__(self) -> str:
        first = f"{get_column_letter(self.first_column)}{self.first_row}"
        return f"{first}:{get_column_letter(self.last_column)}{self.last_row}"


@dataclass(frozen=True)
class SheetFrame:
    """What a sheet says outside its rows: merged ranges, hidden columns (from 1), whether rows are hidden unless they
    say otherwise."""

    merged: tuple[Range, ...]
    hidden_columns: frozenset[int]
    hides_rows: bool


@dataclass
class SheetRow:
    """A row as Excel numbers it: cells as text by position from 0 (blank ones None), and what is the matter with some,
    by position: `formula` (no stored result), `rounded` (Excel has lost digits), `half` (half a character)."""

    number: int
    is_hidden: bool
    cells: list[str | None]
    flaws: dict[int, str] = field(default_factory=dict)


def address(position: int, row_number: int) -> str:
    """The name of a cell, position counted from 0."""
    return f"{get_column_letter(position + 1)}{row_number}"


def read_frame(parts: WorkbookParts, sheet: Sheet, limits: Limits) -> SheetFrame:
    """What the sheet says outside its rows, found without keeping them. Raises `FileRejected` for a row longer than the
    limit."""
    head, tail = _margins(parts, sheet, limits)
    merged = tuple(Range(*range_boundaries(found.decode())) for found in _MERGED.findall(tail))
    hidden: set[int] = set()
    for element in _COLUMN.findall(head):
        facts = dict(_ATTRIBUTE.findall(element))
        if facts.get(b"hidden") in (b"1", b"true") or facts.get(b"width") in (b"0", b"0.0"):
            last = min(int(facts.get(b"max", b"0")), int(facts.get(b"min", b"1")) + limits.columns)
            hidden.update(range(int(facts.get(b"min", b"1")), last + 1))
    return SheetFrame(merged, frozenset(hidden), b'zeroHeight="1"' in head or b'zeroHeight="true"' in head)


def _margins(parts: WorkbookParts, sheet: Sheet, limits: Limits) -> tuple[bytes, bytes]:
    """The bytes before and after the rows; the longest row is measured on the way, before anyone keeps it."""
    head, tail, kept = bytearray(), bytearray(), b""
    state, since_row = "head", 0
    with parts.open(sheet.part) as file:
        while block := file.read(BLOCK):
            data = kept + block
            if state == "head":
                found = _ROW_DATA.search(data)
                if not found:
                    head, kept = head + data[:-64], data[-64:]
                    _refuse_margin(head)
                    continue
                head += data[: found.start()]
                data, state = data[found.start() :], "rows"
            if state == "rows":
                found = _ROW_DATA_END.search(data)
                rows = data[: found.start()] if found else data[:-64]
                since_row = _longest_row(rows, since_row, limits)
                if not found:
                    kept = data[-64:]
                    continue
                data, state, kept = data[found.end() :], "tail", b""
            tail += data
            _refuse_margin(tail)
    return bytes(head), bytes(tail)


def _longest_row(data: bytes, since_row: int, limits: Limits) -> int:
    """The length of the row that is open at the end of `data`. Raises `FileRejected` for one beyond the limit."""
    limit = limits.line_megabytes * 1024**2
    begins = [found.start() for found in _ROW_BEGIN.finditer(data)]
    ends = [*begins, len(data)]
    lengths = [ends[0] + since_row, *(after - before for before, after in itertools.pairwise(ends))]
    if max(lengths) > limit:
        raise BeyondLimit(
            "line_too_long",
            Wording(
                f"有一行超过 {limits.line_megabytes} MB(limits.line_megabytes):请检查工作表",
                f"a row takes more than {limits.line_megabytes} MB (limits.line_megabytes): look through the sheet",
            ),
        )
    return lengths[-1] if begins else lengths[0]


def _refuse_margin(margin: bytearray) -> None:
    if len(margin) > LARGEST_MARGIN:
        raise ValueError("the sheet has too much outside its rows")


def read_rows(parts: WorkbookParts, sheet: Sheet, frame: SheetFrame, limits: Limits) -> Iterator[SheetRow]:
    """The rows that the sheet holds, in their order. Raises `ValueError` where rows or cells are out of order."""
    reader = _CellReader(parts, limits)
    number = 0
    with parts.open(sheet.part) as file:
        for element in elements(file, "row"):
            stated = int(element.get("r", number + 1))
            if stated <= number:
                raise ValueError(f"row {stated} follows row {number}")
            number = stated
            is_hidden = element.get("hidden", "1" if frame.hides_rows else "0") in ("1", "true")
            is_hidden = is_hidden or element.get("ht") in ("0", "0.0")
            yield reader.row(element, number, is_hidden)


class _CellReader:
    """Turns cells into text; keeps what all cells of a workbook share."""

    def __init__(self, parts: WorkbookParts, limits: Limits) -> None:
        self._strings = parts.strings
        self._kinds = [_kind_of(code) for code in parts.formats] or ["number"]
        self._formats = parts.formats
        self._first_day = FIRST_DAY_1904 if parts.counts_from_1904 else FIRST_DAY
        self._limits = limits

    def row(self, element: etree._Element, number: int, is_hidden: bool) -> SheetRow:
        row = SheetRow(number, is_hidden, [])
        position, digits = -1, str(number)
        for cell in element:
            reference = cell.get("r")
            before, position = position, position + 1 if reference is None else _position(reference, digits)
            if position <= before:
                raise ValueError(f"cell {reference} is out of order")
            text = self._text(cell, row, position)
            if text is None or text == "":
                continue
            if position > 2 * self._limits.columns:
                raise ValueError(f"cell {reference} lies beyond {2 * self._limits.columns} columns")
            row.cells.extend([None] * (position - len(row.cells)))
            row.cells.append(text)
        return row

    def _text(self, cell: etree._Element, row: SheetRow, position: int) -> str | None:
        kind, value, has_formula = cell.get("t", "n"), None, False
        for child in cell:
            tag = str(child.tag)
            if tag.endswith("}v"):
                value = child.text
            elif tag.endswith("}f"):
                has_formula = True
            elif tag.endswith("}is"):
                return self._checked(rich_text(child), row, position)
        if not value:
            if has_formula and kind != "str":
                row.flaws[position] = "formula"
            return None
        if kind == "s":
            return self._checked(self._strings[int(value)], row, position)
        if kind == "str":
            return self._checked(unescaped(value), row, position)
        if kind == "b":
            return "TRUE" if value.strip() in ("1", "true") else "FALSE"
        if kind == "e":
            return value
        if kind == "d":
            return value.removesuffix("Z").replace("T", " ").split(".")[0]
        return self._number(value.strip(), int(cell.get("s", 0)), row, position)

    def _checked(self, text: str, row: SheetRow, position: int) -> str:
        """A text; half a character is written out, so that it can be kept at all."""
        try:
            text.encode()
        except UnicodeEncodeError:
            row.flaws[position] = "half"
            return visible(text)
        return text

    def _number(self, value: str, style: int, row: SheetRow, position: int) -> str:
        kind = self._kinds[style] if style < len(self._kinds) else "number"
        if kind == "percent":
            # 95 % is stored as 0.95: give what the person sees.
            return number_text(float(value) * 100) + "%"
        if kind in ("day", "time", "duration"):
            return _moment(value, kind, self._first_day)
        if _INTEGER.fullmatch(value):
            digits = value.lstrip("-").lstrip("0")
            if len(digits) > EXACT_DIGITS and not digits[EXACT_DIGITS:].strip("0"):
                row.flaws[position] = "rounded"
            if kind == "zeros":
                return value.zfill(len(self._formats[style]))
            return value if digits == value.lstrip("-") else number_text(float(value))
        number = float(value)
        if number == number and abs(number) >= 10**EXACT_DIGITS:
            row.flaws[position] = "rounded"
        return number_text(number)


@lru_cache(maxsize=20_000)
def _column_position(letters: str) -> int:
    return column_index_from_string(letters) - 1


def _position(reference: str, row_digits: str) -> int:
    """The position of a cell by its name, which has to end with its row's number."""
    if not reference.endswith(row_digits):
        raise ValueError(f"cell {reference} stands in row {row_digits}")
    return _column_position(reference[: -len(row_digits)])


def _kind_of(code: str) -> str:
    """What a number format makes of a number: percent, zeros (leading ones), duration, time, day or number."""
    if "%" in code:
        return "percent"
    if _ZEROS.fullmatch(code):
        return "zeros"
    if is_timedelta_format(code):
        return "duration"
    if is_date_format(code):
        shown = re.sub(r'"[^"]*"|\[[^]]*\]|\\.', "", code)
        return "time" if re.search("[hH]", shown) else "day"
    return "number"


def _moment(value: str, kind: str, first_day: datetime.datetime) -> str:
    """A day or time that Excel stores as a number of days, to the second; a number that is none stays one."""
    days = Decimal(value)
    if not 0 <= days <= LARGEST_DAY:
        return number_text(float(value))
    seconds = int((days * SECONDS_PER_DAY + Decimal("0.5")) // 1)
    if kind == "duration" or seconds < SECONDS_PER_DAY:
        hours, rest = divmod(seconds, 3600)
        return f"{hours:02}:{rest // 60:02}:{rest % 60:02}"
    if seconds < 60 * SECONDS_PER_DAY and first_day == FIRST_DAY:
        seconds += SECONDS_PER_DAY  # Excel has a 29 February 1900
    moment = first_day + datetime.timedelta(seconds=seconds)
    has_time = kind == "time" or seconds % SECONDS_PER_DAY
    return moment.strftime("%Y-%m-%d %H:%M:%S") if has_time else moment.strftime("%Y-%m-%d")
