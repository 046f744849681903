"""Workbooks that show data as text: nothing that a cell holds is a formula, an error or half a file."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.comments import Comment
from openpyxl.worksheet.worksheet import Worksheet

from orchestration.writing.plain import may_calculate, visible

# What Excel takes in one cell; more than that it calls damage and throws away.
LONGEST_CELL = 32_767
LONGEST_COMMENT = 32_767
# Excel reads `_x000A_` in a text as the character of that number.
NUMBERED_CHARACTER = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
TEXT_FORMAT = "@"


def put(cell: Cell, value: Any) -> Cell:
    """Write one value into a cell of a workbook: text as text whatever it looks like, other kinds as what they are."""
    if isinstance(value, str):
        text = _fitting(visible(value))
        cell.value = NUMBERED_CHARACTER.sub("_x005F_", text)
        cell.data_type = "s"
        # A reader who goes into the cell and out again would make it a formula otherwise.
        cell.quotePrefix = may_calculate(text)
    else:
        cell.value = value
    return cell


def append(sheet: Worksheet, values: Iterable[Any]) -> None:
    """Write a row below the last one."""
    sheet.append([put(Cell(sheet, row=1, column=1), value) for value in values])


def note(cell: Cell, text: str, width: int, height: int) -> None:
    """Hang a note of `width` × `height` pixels on a cell."""
    shown = visible(text)
    shown = shown if len(shown) <= LONGEST_COMMENT else shown[: LONGEST_COMMENT - 1] + "…"
    cell.comment = Comment(shown, "zhengxin", width=width, height=height)


def saved(workbook: Workbook, dated: datetime) -> bytes:
    """The file's bytes: the same workbook always gives the same ones, as if it had been made at `dated`."""
    made, packed = io.BytesIO(), io.BytesIO()
    workbook.save(made)
    written_time = dated.strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    with zipfile.ZipFile(made) as source, zipfile.ZipFile(packed, "w") as target:
        for name in sorted(source.namelist()):
            content = source.read(name)
            if name == "docProps/core.xml":
                content = re.sub(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", written_time, content)
            entry = zipfile.ZipInfo(name, dated.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3
            target.writestr(entry, content)
    return packed.getvalue()


def _fitting(text: str) -> str:
    return text if len(text) <= LONGEST_CELL else text[: LONGEST_CELL - 1] + "…"
