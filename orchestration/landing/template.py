"""Writes the file that a user fills in, from a source's contract: column names, and help in both languages."""

from __future__ import annotations

from pathlib import Path

import openpyxl
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from orchestration.errors import UsageError
from orchestration.landing.contracts import CONTRACTS
from orchestration.landing.contracts.definition import Column, Contract
from orchestration.writing.sheet import append, csv_file

HELP_SHEET = "说明 help"
# Rows of a template sheet that get cell formats and lists of choices.
PREPARED_ROWS = 5000


def write_template(source: str, path: Path) -> Path:
    """Write the template of `source` to `path` (.csv or .xlsx) and return it.

    In CSV, help stands in rows that begin with #zh: #en: #format: #example:, in a workbook on a second sheet; landing
    passes over both, so neither needs to be deleted. Raises `UsageError` for another extension or an unknown source.
    """
    if source not in CONTRACTS:
        raise UsageError(f"unknown source {source}: there are {', '.join(CONTRACTS)}")
    contract = CONTRACTS[source]
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix.lower() == ".csv":
        _write_csv(contract, path)
    elif path.suffix.lower() == ".xlsx":
        template_workbook(contract).save(path)
    else:
        raise UsageError(f"{path}: a template is a .csv or an .xlsx file")
    return path


def _format(column: Column) -> str:
    """How a column is to be filled, for a person."""
    return ("required; " if column.required else "") + column.format_says


def _write_csv(contract: Contract, path: Path) -> None:
    help_rows = {
        "#zh:": [column.description_zh for column in contract.columns],
        "#en:": [column.description_en for column in contract.columns],
        "#format:": [_format(column) for column in contract.columns],
        "#example:": [column.example for column in contract.columns],
    }
    with csv_file(path) as rows:
        rows.write(contract.column_names)
        for mark, cells in help_rows.items():
            rows.write([f"{mark} {cells[0]}", *cells[1:]])


def template_workbook(contract: Contract) -> openpyxl.Workbook:
    """A workbook with an empty sheet to fill in, named after the source, and a sheet of help."""
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    sheet.title = contract.source
    bold, shade = Font(bold=True), PatternFill("solid", fgColor="DDEBF7")
    for position, column in enumerate(contract.columns, start=1):
        letter = get_column_letter(position)
        cell = sheet.cell(1, position, column.name)
        cell.font = bold
        if column.required:
            cell.fill = shade
        sheet.column_dimensions[letter].width = max(14, len(column.name) + 4)
        if column.kind != "decimal":
            # Text keeps leading zeros and dates as typed.
            sheet.column_dimensions[letter].number_format = "@"
        if column.choices:
            choices = DataValidation(type="list", formula1=f'"{",".join(column.choices)}"', allow_blank=True)
            choices.add(f"{letter}2:{letter}{PREPARED_ROWS}")
            sheet.add_data_validation(choices)
    sheet.freeze_panes = "A2"

    guide = workbook.create_sheet(HELP_SHEET)
    append(guide, ["column", "必填 required", "说明", "description", "format", "example"])
    for column in contract.columns:
        required = "是 yes" if column.required else ""
        append(
            guide,
            [column.name, required, column.description_zh, column.description_en, column.format_says, column.example],
        )
    for cell in guide[1]:
        cell.font = bold
    for letter, width in zip("ABCDEF", (18, 14, 50, 50, 50, 36), strict=True):
        guide.column_dimensions[letter].width = width
    for row in guide.iter_rows(min_row=2):
        for cell in row:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            cell.number_format = "@"
    return workbook
