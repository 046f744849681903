"""A release as a spreadsheet workbook, or as CSV files, from its public database."""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import duckdb
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from orchestration.errors import UsageError
from orchestration.warehouse.connection import connect_reader
from orchestration.writing.sheet import append, csv_file

PRIMARY = "methodology_code in (select methodology_code from marts.release_info where is_primary_methodology)"
# Name of the sheet or file, its query. Units and regions show the primary methodology; the others are in the database.
SHEETS = {
    "summary": "select * from marts.release_info order by not is_primary_methodology, methodology_code",
    "units": f"select * from marts.unit_scorecard where {PRIMARY} order by rank_overall nulls last, unit_code",
    "regions": f"""
        select * from marts.region_score where {PRIMARY} and node_level <= 1
        order by region_level, region_code, node_code
    """,
    "indicators": """
        select * from marts.dim_indicator order by methodology_code, sort_path
    """,
    "methodology": "select * from marts.dim_measure order by methodology_code, measure_code",
    "dictionary": """
        select table_name, column_name, data_type, comment from duckdb_columns()
        where schema_name = 'marts' order by table_name, column_index
    """,
}
HEAD_FILL = PatternFill("solid", fgColor="DDE6EE")
NOTICE_FILL = PatternFill("solid", fgColor="FFE699")
WIDEST = 48
NOTICES = {
    "synthetic": "合成数据,非真实观测 / SYNTHETIC DATA: drawn at random, not observed",
    "partly_synthetic": "含合成数据 / PARTLY SYNTHETIC DATA: some rows are drawn at random",
}


def write_workbook(database: Path, target: Path) -> None:
    """Write the workbook at `target`, which must not exist; each sheet names its release and its kind of data."""
    _require_free(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    workbook = Workbook()
    workbook.remove(workbook.active)
    with connect_reader(database) as connection:
        head = _head(connection)
        for name, query in SHEETS.items():
            _write_sheet(workbook.create_sheet(name), head, connection.execute(query))
    partial = target.with_name(target.name + ".tmp")
    workbook.save(partial)
    os.replace(partial, target)


def write_csv_files(database: Path, target: Path) -> None:
    """Write one CSV file a sheet into the folder `target`, which must not exist (UTF-8 with a mark, as Excel needs)."""
    _require_free(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    # With the modes of any folder that its owner makes: an export is for colleagues.
    work = target.parent / f".zhengxin-export-{uuid.uuid4().hex}"
    work.mkdir()
    try:
        with connect_reader(database) as connection:
            for name, query in SHEETS.items():
                result = connection.execute(query)
                with csv_file(work / f"{name}.csv") as rows:
                    rows.write([column[0] for column in result.description])
                    rows.write_all(_rows(result))
        os.rename(work, target)
    except BaseException:
        shutil.rmtree(work, ignore_errors=True)
        raise


def _require_free(target: Path) -> None:
    if target.exists():
        raise UsageError(f"{target} is there already: name another with --output, or move it away.")


def _head(connection: duckdb.DuckDBPyConnection) -> str:
    release, kind = connection.execute(
        "select release_id, data_kind from marts.release_info order by not is_primary_methodology limit 1"
    ).fetchone()
    return f"zhengxin {release}  {NOTICES.get(kind, '')}".strip()


def _write_sheet(sheet, head: str, result: duckdb.DuckDBPyConnection) -> None:
    columns = [column[0] for column in result.description]
    append(sheet, [head])
    sheet["A1"].fill = NOTICE_FILL
    sheet["A1"].font = Font(bold=True)
    append(sheet, columns)
    widths = [len(name) for name in columns]
    for row in _rows(result):
        append(sheet, row)
        widths = [max(width, _width(value)) for width, value in zip(widths, row, strict=True)]
    for cell in sheet[2]:
        cell.font, cell.fill, cell.alignment = Font(bold=True), HEAD_FILL, Alignment(vertical="top")
    for position, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(position)].width = min(width, WIDEST) + 2
    sheet.freeze_panes = "A3"
    sheet.auto_filter.ref = f"A2:{get_column_letter(len(columns))}{sheet.max_row}"


def _rows(result: duckdb.DuckDBPyConnection) -> Iterator[tuple]:
    while batch := result.fetchmany(5_000):
        yield from batch


def _width(value: object) -> int:
    """Cells that the text takes; a Chinese character takes two."""
    text = "" if value is None else f"{value:f}" if isinstance(value, Decimal) else str(value)
    return sum(2 if ord(character) > 0x2E80 else 1 for character in text)
