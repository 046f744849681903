"""Reader of Excel workbooks (.xlsx): what Excel shows is what lands, or it is refused with sheet and cells named.

One visible sheet holds the table. Hidden sheets are not read; another visible sheet with a table refuses the file.
Cells merged down a column are filled; rows that are hidden, or whose cells are merged across columns, are set aside.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from openpyxl.utils import get_column_letter

from orchestration.landing.readers.layout import HEADER_WITHIN, Layout, find_layout, header_missing
from orchestration.landing.readers.rows import BATCH_CHARACTERS, RowProblem, RowsFile, text_array
from orchestration.landing.readers.sheet import Range, SheetFrame, SheetRow, address, read_frame, read_rows
from orchestration.landing.readers.table import FileRejected, FileTable, Limits, shortly
from orchestration.landing.readers.task import Task
from orchestration.landing.readers.workbook_parts import Sheet, WorkbookParts
from orchestration.wording import Wording

# Sheets that zhengxin itself writes beside the one to fill in begin with one of these.
COMPANION_SHEETS = ("说明 ", "清单 ", "待查验 ")
# A sheet whose rows all have fewer filled cells is a remark, not a table.
TABLE_FROM_CELLS = 3
BATCH_ROWS = 20_000
SHOWN_CELLS = 5


@dataclass(frozen=True)
class _Found:
    """A sheet with a header, and whether that has all the columns that must be there."""

    sheet: Sheet
    frame: SheetFrame
    layout: Layout
    is_complete: bool


def read_workbook(path: Path, task: Task) -> FileTable:
    """Rows of the one visible sheet that has the header. Raises `FileRejected`."""
    try:
        with WorkbookParts(path, task.limits) as parts:
            found, notices = _find_sheet(parts, task)
            with RowsFile(task, found.layout) as rows:
                notices += _SheetReader(parts, found, rows, task).read()
                return rows.finished("xlsx", "", notices)
    except FileRejected:
        raise
    except Exception as error:  # zipfile, lxml and the parts themselves raise whatever damage leads them to
        raise FileRejected(
            "workbook_unreadable",
            Wording(
                f"工作簿已损坏({shortly(error)}):请打开后重新保存",
                f"the workbook is damaged ({shortly(error)}): open it and save it anew",
            ),
        ) from error


# --- which sheet ---


def _find_sheet(parts: WorkbookParts, task: Task) -> tuple[_Found, list[Wording]]:
    """The sheet to read and what is said about the others. Raises `FileRejected` where that is not one sheet."""
    sheets = [sheet for sheet in parts.sheets if not sheet.title.startswith(COMPANION_SHEETS)]
    shown = [sheet for sheet in sheets if sheet.is_visible]
    hidden = [sheet for sheet in sheets if not sheet.is_visible]
    tables = [found for sheet in shown if (found := _header_of(parts, sheet, task))]
    filled = [(found, cell) for found in tables if (cell := _first_cell_below(parts, found, task.limits))]
    chosen = _chosen(tables, filled)
    if chosen is None:
        for sheet in hidden:
            if _header_of(parts, sheet, task):
                raise FileRejected(
                    "sheet_hidden",
                    Wording(
                        f"唯一有表头的工作表 '{sheet.title}' 是隐藏的:请取消隐藏",
                        f"the only sheet with the header, '{sheet.title}', is hidden: unhide it",
                    ),
                )
        raise header_missing(task.contract, _first_text(parts, shown, task.limits))
    notices = []
    empty = {found.sheet for found in tables if found.is_complete} - {found.sheet for found, _ in filled}
    for sheet in shown:
        if sheet != chosen.sheet and sheet not in empty and (remark := _remark_notice(parts, sheet, task.limits)):
            notices.append(remark)
    if hidden:
        titles = ", ".join(f"'{sheet.title}'" for sheet in hidden)
        notices.append(Wording(f"未读取隐藏的工作表 {titles}", f"the hidden sheet {titles} is not read"))
    return chosen, notices


def _header_of(parts: WorkbookParts, sheet: Sheet, task: Task) -> _Found | None:
    frame = read_frame(parts, sheet, task.limits)
    grid = _first_rows(parts, sheet, frame, task.limits)
    # Cells that are merely formatted make sheets wide.
    grid = [row[: max((at for at, cell in enumerate(row, start=1) if cell), default=0)] for row in grid]
    layout = find_layout(grid, task.names, task.contract, task.limits)
    if layout is None:
        return None
    return _Found(sheet, frame, layout, not task.contract.missing_columns(layout.header))


def _first_rows(parts: WorkbookParts, sheet: Sheet, frame: SheetFrame, limits: Limits) -> list[list[str | None]]:
    """The rows where a header may stand, one for each row number, merged cells filled."""
    grid: list[list[str | None]] = []
    for row in read_rows(parts, sheet, frame, limits):
        if row.number > HEADER_WITHIN + 1:
            break
        grid += [[] for _ in range(row.number - len(grid))]
        grid[row.number - 1] = row.cells
    for merged in frame.merged:
        if merged.first_row > len(grid):
            continue
        origin = grid[merged.first_row - 1]
        text = origin[merged.first_column - 1] if merged.first_column <= len(origin) else None
        if text is None:
            continue
        last_column = min(merged.last_column, limits.columns)
        for number in range(merged.first_row, min(merged.last_row, len(grid)) + 1):
            cells = grid[number - 1]
            cells.extend([None] * (last_column - len(cells)))
            cells[merged.first_column - 1 : last_column] = [text] * (last_column - merged.first_column + 1)
    return grid


def _chosen(tables: Sequence[_Found], filled: Sequence[tuple[_Found, str]]) -> _Found | None:
    """The one table of the workbook: of those with rows, each with its first cell, the one with all its columns, or the
    first that has some. Raises `FileRejected` where several have all."""
    filled = [(found, cell) for found, cell in filled if found.is_complete] or filled[:1]
    if len(filled) > 1:
        places = ", ".join(f"'{found.sheet.title}'!{cell}" for found, cell in filled)
        raise FileRejected(
            "several_sheets",
            Wording(
                f"多个工作表都有数据(自 {places} 起):每个文件只交一个工作表,请分开保存,或删除、隐藏多余的工作表",
                f"several sheets hold rows (from {places}): deliver one sheet a file, so save them apart, or delete or"
                " hide what is not meant",
            ),
        )
    complete = [found for found in tables if found.is_complete]
    return filled[0][0] if filled else next(iter(complete or tables), None)


def _first_cell_below(parts: WorkbookParts, found: _Found, limits: Limits) -> str | None:
    """The first filled cell below a header; None where the table is empty."""
    for row in read_rows(parts, found.sheet, found.frame, limits):
        if row.number > found.layout.last_header_row and (row.cells or row.flaws):
            position = next((at for at, cell in enumerate(row.cells) if cell is not None), 0)
            return address(position, row.number)
    return None


def _remark_notice(parts: WorkbookParts, sheet: Sheet, limits: Limits) -> Wording | None:
    """What is said of a visible sheet that is not read; None for an empty one. Raises `FileRejected` for a table."""
    frame = read_frame(parts, sheet, limits)
    has_content = False
    for row in read_rows(parts, sheet, frame, limits):
        filled = [position for position, cell in enumerate(row.cells) if cell is not None and cell.strip()]
        has_content = has_content or bool(filled)
        if len(filled) >= TABLE_FROM_CELLS:
            place = f"'{sheet.title}'!{address(filled[0], row.number)}"
            raise FileRejected(
                "sheet_left_over",
                Wording(
                    f"另一个可见的工作表也有表格({place} 起),不能只读一部分:请单独保存为文件,或删除、隐藏它",
                    f"another visible sheet holds a table too (from {place}), and a workbook is not read in part: save"
                    " it as a file of its own, or delete or hide it",
                ),
            )
    if not has_content:
        return None
    return Wording(
        f"工作表 '{sheet.title}' 只有文字说明,未读取", f"sheet '{sheet.title}' holds remarks only and is not read"
    )


def _first_text(parts: WorkbookParts, sheets: Sequence[Sheet], limits: Limits) -> str:
    for sheet in sheets:
        for row in read_rows(parts, sheet, SheetFrame((), frozenset(), False), limits):
            if row.cells:
                return ", ".join(cell for cell in row.cells if cell)
    return ""


# --- its rows ---


class _SheetReader:
    """Reads the rows below the header into a `RowsFile`."""

    def __init__(self, parts: WorkbookParts, found: _Found, rows: RowsFile, task: Task) -> None:
        self.layout = found.layout
        self.title = found.sheet.title
        self.hidden = {column - 1 for column in found.frame.hidden_columns}
        self.merged = _Merged(found.frame.merged, found.layout)
        self.rows = rows
        self.texts = found.layout.text_positions(task.contract)
        self._source = read_rows(parts, found.sheet, found.frame, task.limits)

    def read(self) -> list[Wording]:
        """Hand all rows on, and return what there is to say."""
        below = (row for row in self._source if row.number > self.layout.last_header_row)
        for batch in _batched(below):
            numbers, grid, problems = [], [], {}
            for row in batch:
                problem = self._prepared(row)
                numbers.append(row.number)
                cells = row.cells[: self.layout.width]
                grid.append(cells + [None] * (self.layout.width - len(cells)))
                if problem:
                    problems[row.number] = problem
            columns = zip(*grid, strict=True) if grid else [()] * self.layout.width
            self.rows.add(numbers, [text_array(column) for column in columns], problems)
        return self.merged.notices()

    def _prepared(self, row: SheetRow) -> RowProblem | None:
        """Fill and clear the row's cells as Excel shows them; what is wrong with it, the first thing first."""
        self._clear_hidden_columns(row)
        is_blank = not row.flaws and not any(cell and cell.strip() for cell in row.cells)
        across = self.merged.fill(row, is_blank)
        if is_blank:
            return None
        problem = self._flaw(row)
        if problem:
            return problem
        if row.is_hidden:
            return RowProblem(
                "row_hidden",
                Wording(
                    f"工作表 '{self.title}' 的第 {row.number} 行是隐藏的:请取消隐藏(或清除筛选),或删除该行",
                    f"row {row.number} of sheet '{self.title}' is hidden: unhide it (or clear the filter), or delete"
                    " it",
                ),
            )
        if across:
            return RowProblem(
                "cells_merged",
                Wording(
                    f"{across} 跨列或跨表头合并,无法判断各列的值:请取消合并并逐格填写",
                    f"{across} is merged across columns or with the header, so what each cell holds cannot be told:"
                    " unmerge it and fill in each cell",
                ),
            )
        beyond = row.cells[self.layout.width :]
        if any(cell and cell.strip() for cell in beyond):
            return self._beyond(beyond)
        return None

    def _clear_hidden_columns(self, row: SheetRow) -> None:
        """Take out what stands in hidden columns. Raises `FileRejected` where such a column is one of the table's."""
        for position in self.hidden:
            if position >= len(row.cells) or row.cells[position] is None:
                continue
            label = self.layout.labels[position] if position < self.layout.width else ""
            if label and position not in self.layout.notes:
                letter = get_column_letter(position + 1)
                raise FileRejected(
                    "column_hidden",
                    Wording(
                        f"工作表 '{self.title}' 的 {letter} 列('{label}')是隐藏的,而 {address(position, row.number)}"
                        " 有内容:请取消隐藏,或删除该列",
                        f"column {letter} ('{label}') of sheet '{self.title}' is hidden, and"
                        f" {address(position, row.number)} has content: unhide the column, or delete it",
                    ),
                )
            row.cells[position] = None
            row.flaws.pop(position, None)

    def _flaw(self, row: SheetRow) -> RowProblem | None:
        flaws = {position: flaw for position, flaw in row.flaws.items() if position < self.layout.width}
        of_formulas = [address(position, row.number) for position, flaw in flaws.items() if flaw == "formula"]
        if of_formulas:
            addresses = ", ".join(of_formulas)
            return RowProblem(
                "formula_without_value",
                Wording(
                    f"{addresses} 的公式没有保存结果:请用表格软件打开并保存,或直接填写数值",
                    f"the formula in {addresses} has no stored result: open the workbook in a spreadsheet program and"
                    " save it, or type the value",
                ),
            )
        for position, flaw in flaws.items():
            cell = address(position, row.number)
            if flaw == "rounded" and position in self.texts:
                shown = row.cells[position]
                return RowProblem(
                    "number_rounded",
                    Wording(
                        f"{cell} 是超过 15 位的数字({shown}),Excel 已丢失其后各位:请把该列设为文本后重新录入",
                        f"{cell} is a number of more than 15 digits ({shown}), of which Excel has lost the last:"
                        " format the column as text and enter it anew",
                    ),
                )
            if flaw == "half":
                return RowProblem(
                    "half_character",
                    Wording(
                        f"{cell} 含半个字符(截断的表情或生僻字):请补全或删除",
                        f"{cell} contains half a character (a cut-off emoji or rare character): complete or delete it",
                    ),
                )
        return None

    def _beyond(self, beyond: Sequence[str | None]) -> RowProblem:
        width = self.layout.width
        return RowProblem(
            "ragged_row",
            Wording(
                f"该行在表头的 {width} 列之外还有内容:请补列名或清空",
                f"the row has content beyond the {width} columns of the header: name the column or clear the cell",
            ),
            {"(beyond the header)": ",".join(cell or "" for cell in beyond)},
        )


class _Merged:
    """The merged ranges below a header, met row by row."""

    def __init__(self, merged: Sequence[Range], layout: Layout) -> None:
        looked_at = {position + 1 for position, name in enumerate(layout.names) if name} - {
            position + 1 for position in layout.notes
        }
        self._waiting = sorted(
            (
                each
                for each in merged
                if each.last_row > layout.last_header_row
                and any(column in looked_at for column in range(each.first_column, each.last_column + 1))
            ),
            key=lambda each: each.first_row,
            reverse=True,
        )
        self._last_header_row = layout.last_header_row
        self._open: list[tuple[Range, str | None]] = []
        self._filled: list[Range] = []
        self._filled_count = 0

    def fill(self, row: SheetRow, is_blank: bool) -> str:
        """Fill the row's cells from ranges that run down to it; the ranges that cannot be filled, as text. A row with
        nothing of its own stays blank."""
        while self._waiting and self._waiting[-1].first_row <= row.number:
            each = self._waiting.pop()
            text = row.cells[each.first_column - 1] if each.first_column <= len(row.cells) else None
            self._open.append((each, text if each.first_row == row.number else None))
        self._open = [(each, text) for each, text in self._open if each.last_row >= row.number]
        if is_blank:
            return ""
        across = []
        for each, text in self._open:
            if each.first_column != each.last_column or each.first_row <= self._last_header_row:
                across.append(str(each))
            elif text is not None and row.number > each.first_row:
                self._fill(row, each, text)
        return ", ".join(across[:SHOWN_CELLS])

    def _fill(self, row: SheetRow, merged: Range, text: str) -> None:
        row.cells.extend([None] * (merged.first_column - len(row.cells)))
        if row.cells[merged.first_column - 1] is None:
            row.cells[merged.first_column - 1] = text
            self._filled_count += 1
            if len(self._filled) < SHOWN_CELLS and merged not in self._filled:
                self._filled.append(merged)

    def notices(self) -> list[Wording]:
        if not self._filled_count:
            return []
        ranges = ", ".join(map(str, self._filled)) + (", ..." if self._filled_count > len(self._filled) else "")
        count = self._filled_count
        return [
            Wording(
                f"合并单元格({ranges})的内容已填入其下 {count} 格",
                f"the content of merged cells ({ranges}) was filled into the {count} cells below",
            )
        ]


def _batched(rows: Iterator[SheetRow]) -> Iterator[list[SheetRow]]:
    """Rows in lists of some length and weight: a cell may be a text that a million others are too."""
    batch, characters = [], 0
    for row in rows:
        batch.append(row)
        characters += sum(len(cell) for cell in row.cells if cell)
        if len(batch) == BATCH_ROWS or characters > BATCH_CHARACTERS:
            yield batch
            batch, characters = [], 0
    if batch:
        yield batch
