"""Writes the file that a user fills in, from a source's contract: column names in both languages, lists, and help.

Column names stand in two rows, Chinese above technical; a star marks what every row must fill, a remark in brackets
where one of two will do. The lists to choose from are sheets of their own. Landing knows all of these sheets.
"""

from __future__ import annotations

from pathlib import Path

import openpyxl
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from orchestration.errors import UsageError
from orchestration.landing.contracts import CONTRACTS
from orchestration.landing.contracts.definition import Column, Contract
from orchestration.landing.lists import Choices, choices_of
from orchestration.wording import Wording
from orchestration.writing.csv_rows import csv_file
from orchestration.writing.sheet import append, put

HELP_SHEET = "说明 help"
CHOICES_SHEET = "清单 choices"
# Rows of a template sheet that get lists of choices.
PREPARED_ROWS = 5000
# Below the two rows of names.
FIRST_ROW = 3
BOLD, REQUIRED = Font(bold=True), PatternFill("solid", fgColor="DDEBF7")
ONE_OF_TWO = PatternFill("solid", fgColor="FFF2CC")


def write_template(source: str, path: Path, seeds: Path | None = None) -> Path:
    """Write the template of `source` to `path` (.csv or .xlsx) with the lists of `seeds`, and return it.

    In CSV, help stands in rows that begin with #zh: #en: #format: #example:, in a workbook on a second sheet; landing
    passes over both, so neither needs to be deleted. Raises `UsageError` for another extension or an unknown source.
    """
    if source not in CONTRACTS:
        raise UsageError(
            Wording(
                f"没有数据源 {source}:有 {', '.join(CONTRACTS)}",
                f"unknown source {source}: there are {', '.join(CONTRACTS)}",
            )
        )
    contract = CONTRACTS[source]
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix.lower() == ".csv":
        _write_csv(contract, path)
    elif path.suffix.lower() == ".xlsx":
        template_workbook(contract, seeds).save(path)
    else:
        raise UsageError(
            Wording(f"{path}:模板须为 .csv 或 .xlsx 文件", f"{path}: a template is a .csv or an .xlsx file")
        )
    return path


def write_header(contract: Contract, path: Path) -> None:
    """Write a CSV of nothing but the names of a contract's columns. Raises `UsageError` for another extension."""
    if path.suffix.lower() != ".csv":
        raise UsageError(Wording(f"{path}:证据的模板须为 .csv 文件", f"{path}: a template of evidence is a .csv file"))
    path.parent.mkdir(parents=True, exist_ok=True)
    with csv_file(path) as rows:
        rows.write(contract.column_names)


def template_workbook(contract: Contract, seeds: Path | None = None) -> openpyxl.Workbook:
    """A workbook with an empty sheet to fill in, named after the source, a sheet of help, and the lists to choose from:
    those of the contract, and those of `seeds` where they are given."""
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    sheet.title = contract.source
    for position, column in enumerate(contract.columns, start=1):
        _prepare_column(sheet, position, contract, column)
    sheet.freeze_panes = f"A{FIRST_ROW}"
    _add_help(workbook, contract)
    _add_choices(workbook, contract)
    if seeds:
        for position, column in enumerate(contract.columns, start=1):
            if found := choices_of(seeds, column.name):
                _add_list(workbook, sheet, position, found)
    return workbook


def title_of(contract: Contract, column: Column) -> str:
    """A column's Chinese name with the mark of what must be filled."""
    if partners := _partners(contract, column):
        return f"{column.title_zh}(与{'、'.join(partners)}至少填一项)"
    return f"*{column.title_zh}" if column.required else column.title_zh


def _partners(contract: Contract, column: Column) -> list[str]:
    """The Chinese names of columns one of which will do in place of the column."""
    groups = [group for group in contract.either if column.name in group]
    groups += [(each.name, each.stand_in) for each in contract.columns if each.stand_in]
    return [
        contract.column(name).title_zh
        for group in groups
        if column.name in group
        for name in group
        if name != column.name
    ]


def _required(contract: Contract, column: Column) -> str:
    if partners := _partners(contract, column):
        return f"与{'、'.join(partners)}至少填一项 one of them"
    return "是 yes" if column.required else ""


def _write_csv(contract: Contract, path: Path) -> None:
    help_rows = {
        "#zh:": [f"{title_of(contract, column)}。{column.description_zh}" for column in contract.columns],
        "#en:": [column.description_en for column in contract.columns],
        "#format:": [_format(column) for column in contract.columns],
        "#example:": [column.example for column in contract.columns],
    }
    with csv_file(path) as rows:
        rows.write(contract.column_names)
        for mark, cells in help_rows.items():
            rows.write([f"{mark} {cells[0]}", *cells[1:]])


def _format(column: Column) -> str:
    """How a column is to be filled, for a person."""
    return ("required; " if column.required else "") + column.format_says


def _prepare_column(sheet: Worksheet, position: int, contract: Contract, column: Column) -> None:
    letter = get_column_letter(position)
    put(sheet.cell(1, position), title_of(contract, column)).font = BOLD
    put(sheet.cell(2, position), column.name).font = BOLD
    fill = ONE_OF_TWO if _partners(contract, column) else REQUIRED if column.required else None
    if fill:
        sheet.cell(1, position).fill = sheet.cell(2, position).fill = fill
    sheet.cell(1, position).alignment = Alignment(wrap_text=True, vertical="top")
    sheet.column_dimensions[letter].width = max(16, len(column.name) + 4)
    if column.kind != "decimal":
        # Text keeps leading zeros and dates as typed.
        sheet.column_dimensions[letter].number_format = "@"


def _add_help(workbook: openpyxl.Workbook, contract: Contract) -> None:
    guide = workbook.create_sheet(HELP_SHEET)
    append(
        guide, ["列 column", "标题 title", "必填 required", "说明", "description", "填写格式", "format", "示例 example"]
    )
    for column in contract.columns:
        cells = [column.name, column.title_zh, _required(contract, column)]
        cells += [column.description_zh, column.description_en, column.format.zh, column.format.en, column.example]
        append(guide, cells)
    for cell in guide[1]:
        cell.font = BOLD
    for letter, width in zip("ABCDEFGH", (18, 16, 18, 44, 44, 44, 44, 30), strict=True):
        guide.column_dimensions[letter].width = width
    for row in guide.iter_rows(min_row=2):
        for cell in row:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            cell.number_format = "@"


def _add_choices(workbook: openpyxl.Workbook, contract: Contract) -> None:
    """The choices of the contract's columns: for each, three columns of a sheet with what is written and its name."""
    listed = [(position, column) for position, column in enumerate(contract.columns, start=1) if column.choices]
    if not listed:
        return
    choices = workbook.create_sheet(CHOICES_SHEET)
    for number, (position, column) in enumerate(listed):
        first = 3 * number + 1
        put(choices.cell(1, first), f"{column.title_zh} {column.name}").font = BOLD
        for row, choice in enumerate(column.choices, start=2):
            put(choices.cell(row, first), choice)
            put(choices.cell(row, first + 1), "、".join(column.choice_titles.get(choice, ())))
        choices.column_dimensions[get_column_letter(first)].width = 26
        choices.column_dimensions[get_column_letter(first + 1)].width = 20
        letter = get_column_letter(first)
        source = f"'{CHOICES_SHEET}'!${letter}$2:${letter}${len(column.choices) + 1}"
        _offer(workbook[contract.source], position, source)


def _add_list(workbook: openpyxl.Workbook, sheet: Worksheet, position: int, choices: Choices) -> None:
    """A sheet with a list of the seeds, and its codes as choices of a column."""
    listed = workbook.create_sheet(choices.title)
    append(listed, choices.columns)
    for number, row in enumerate(choices.rows, start=2):
        for at, cell in enumerate(row, start=1):
            put(listed.cell(number, at), cell).number_format = "@"
    for cell in listed[1]:
        cell.font = BOLD
        listed.column_dimensions[cell.column_letter].width = 24
    listed.freeze_panes = "A2"
    _offer(sheet, position, f"'{choices.title}'!$A$2:$A${len(choices.rows) + 1}")


def _offer(sheet: Worksheet, position: int, source: str) -> None:
    """Offer the cells of `source` in a column; another entry is warned of, for lists are of the latest edition."""
    letter = get_column_letter(position)
    offered = DataValidation(type="list", formula1=source, allow_blank=True, errorStyle="warning")
    offered.add(f"{letter}{FIRST_ROW}:{letter}{PREPARED_ROWS}")
    sheet.add_data_validation(offered)
