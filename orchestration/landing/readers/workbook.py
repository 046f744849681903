"""Reader of Excel workbooks (.xlsx): the first sheet that has the header; each cell as the text a person sees."""

from __future__ import annotations

import datetime
import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import openpyxl

from orchestration.landing.contracts.definition import Contract
from orchestration.landing.readers.table import (
    FileRejected,
    FileTable,
    Limits,
    UnreadableRow,
    clean_name,
    drop_unnamed_columns,
    help_notice,
    is_blank,
    is_help,
    number_text,
    write_rows,
)
from orchestration.wording import Wording

FORMULA = re.compile(rb"<f[ >/]")


def read_workbook(content: bytes, contract: Contract, work_folder: Path, limits: Limits) -> FileTable:
    """Rows of the first sheet whose first row has the contract's required columns (else the one nearest to it)."""
    try:
        has_formulas = _has_formulas(content, limits)
        workbook = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        name, header_row, header = _find_sheet(workbook, contract)
        rows = list(_sheet_rows(workbook[name]))
        without_value = _formulas_without_value(content, name, rows) if has_formulas else {}
        others = [sheet.title for sheet in workbook.worksheets if sheet.title != name]
    except FileRejected:
        raise
    except Exception as error:  # openpyxl raises whatever a damaged part leads it to
        raise FileRejected(
            "workbook_unreadable",
            Wording(
                f"工作簿已损坏({type(error).__name__}: {error}):请打开后重新保存",
                f"the workbook is damaged ({type(error).__name__}: {error}): open it and save it anew",
            ),
        ) from error

    width = len(header)
    kept: list[list[str | None]] = []
    row_numbers: list[int] = []
    unreadable: list[UnreadableRow] = []
    helps = 0
    for row_number, cells in enumerate(rows, start=1):
        if row_number <= header_row or (is_blank(cells) and row_number not in without_value):
            continue
        if is_help(cells):
            helps += 1
            continue
        beyond = cells[width:]
        cells = cells[:width] + [None] * (width - len(cells))
        payload = dict(zip(header, cells, strict=True))
        if row_number in without_value:
            addresses = ", ".join(without_value[row_number])
            message = Wording(
                f"{addresses} 的公式没有保存结果:请用表格软件打开并保存,或直接填写数值",
                f"the formula in {addresses} has no stored result: open the workbook in a spreadsheet program and save"
                " it, or type the value",
            )
            unreadable.append(UnreadableRow(row_number, "formula_without_value", message, payload))
        elif not is_blank(beyond):
            payload["(beyond the header)"] = ",".join(cell or "" for cell in beyond)
            message = Wording(
                f"该行在表头的 {width} 列之外还有内容:请补列名或清空",
                f"the row has content beyond the {width} columns of the header: name the column or clear the cell",
            )
            unreadable.append(UnreadableRow(row_number, "ragged_row", message, payload))
        else:
            kept.append(cells)
            row_numbers.append(row_number)
    header, kept = drop_unnamed_columns(header, kept)
    notices = help_notice(helps)
    if others:
        passed_over = ", ".join(repr(other) for other in others)
        notices.append(
            Wording(f"读取工作表 '{name}',跳过 {passed_over}", f"read sheet '{name}', passed over {passed_over}")
        )
    columns = list(zip(*kept, strict=True)) if kept else [()] * len(header)
    return FileTable(
        file_format="xlsx",
        encoding="",
        header=header,
        rows=write_rows(work_folder, header, row_numbers, columns),
        readable_count=len(kept),
        unreadable=unreadable,
        notices=notices,
    )


def _has_formulas(content: bytes, limits: Limits) -> bool:
    """Whether any sheet has a formula; reading a sheet twice, for results and formulas, is only done then."""
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        if sum(part.file_size for part in parts.infolist()) > limits.unpacked_bytes:
            most = f"{limits.unpacked_bytes / 1024**3:g} GiB"
            raise FileRejected(
                "workbook_too_large",
                Wording(
                    f"工作簿解压后超过 {most}:请拆分,或改交 Parquet",
                    f"the workbook unpacks to over {most}: split it, or deliver Parquet",
                ),
            )
        sheets = [part for part in parts.namelist() if part.startswith("xl/worksheets/") and part.endswith(".xml")]
        if not sheets:
            raise FileRejected(
                "kind_unsupported",
                Wording(
                    "文件是 zip 压缩包而不是工作簿:请先解压", "the file is a zip archive, not a workbook: unpack it"
                ),
            )
        return any(FORMULA.search(parts.read(sheet)) for sheet in sheets)


def _find_sheet(workbook: openpyxl.Workbook, contract: Contract) -> tuple[str, int, list[str]]:
    """(sheet name, header row, header): the first sheet with all required columns, else with the most known names."""
    known, required = set(contract.column_names), set(contract.header_required)
    best: tuple[int, str, int, list[str]] = (0, "", 0, [])
    for sheet in workbook.worksheets:
        for row_number, cells in enumerate(_sheet_rows(sheet), start=1):
            if is_blank(cells):
                continue
            header = [clean_name(cell) for cell in cells]
            while header and not header[-1]:
                header.pop()
            if required <= set(header):
                return sheet.title, row_number, header
            count = len(known & set(header))
            if count > best[0]:
                best = (count, sheet.title, row_number, header)
            break
    if not best[0]:
        raise FileRejected(
            "header_missing",
            Wording(
                f"没有一张工作表的首行含 {contract.source} 的列名:工作表请以列名开头"
                f"({', '.join(contract.header_required)})",
                f"no sheet has a column name of {contract.source} in its first row: begin the sheet with the column"
                f" names ({', '.join(contract.header_required)})",
            ),
        )
    return best[1:]


def _sheet_rows(sheet: object) -> Iterator[list[str | None]]:
    sheet.reset_dimensions()  # the stored size of a sheet is often wrong
    for row in sheet.iter_rows():
        yield [_cell_text(cell) for cell in row]


def _cell_text(cell: object) -> str | None:
    value = cell.value
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        # 95 % is stored as 0.95: give what the person sees, so that the check on numbers can speak about it.
        return number_text(value * 100) + "%" if "%" in (cell.number_format or "") else number_text(value)
    if isinstance(value, datetime.datetime):
        value = (value + datetime.timedelta(milliseconds=500)).replace(microsecond=0)
        midnight = value.time() == datetime.time()
        return value.strftime("%Y-%m-%d") if midnight else value.strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, datetime.date):
        return value.isoformat()
    return str(value)


def _formulas_without_value(content: bytes, sheet_name: str, rows: list[list[str | None]]) -> dict[int, list[str]]:
    """Cells by row number that hold a formula whose result was never stored."""
    found: dict[int, list[str]] = {}
    workbook = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=False)
    sheet = workbook[sheet_name]
    sheet.reset_dimensions()
    for row_number, cells in enumerate(sheet.iter_rows(), start=1):
        for position, cell in enumerate(cells):
            if getattr(cell, "data_type", "") == "f" and rows[row_number - 1][position] is None:
                found.setdefault(row_number, []).append(cell.coordinate)
    return found
