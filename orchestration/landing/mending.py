"""Workbooks of the rows in quarantine, with what is wrong with each: to be mended and landed again.

A workbook is the template of its source, filled with the rows as they were received, every cell as text. Beside the
columns of the contract stand what is wrong (in the home's language), where the row came from, and what of it fits no
column; landing keeps these three with the row. Of them it reads the mark in the second alone, by which the mended row
takes the place of the one that it came from (see `quarantine`).
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from orchestration.errors import UsageError
from orchestration.landing.contracts import CONTRACTS
from orchestration.landing.quarantine import mark_of, replaced_by_batch
from orchestration.landing.readers.names import ORIGIN_COLUMN, PROBLEM_COLUMN, REST_COLUMN
from orchestration.landing.run import LandedFile
from orchestration.landing.store import Batch, Store
from orchestration.landing.template import FIRST_ROW, template_workbook
from orchestration.wording import Wording
from orchestration.writing.sheet import put

WIDTHS = {PROBLEM_COLUMN: 70, ORIGIN_COLUMN: 34, REST_COLUMN: 40}

NOT_A_WORKBOOK = Wording("{path}:待改的行须写入 .xlsx 文件", "{path}: rows to mend go into an .xlsx file")

# One row: where it came from, what is wrong with it, and its cells by name.
BadRow = tuple[str, str, dict[str, str | None]]


def write_errors(
    store: Store, landed: Iterable[LandedFile], path: Path, language: str, seeds: Path | None
) -> list[tuple[str, Path, int]]:
    """Write the rows in quarantine of `landed` to `path` (.xlsx), or, where they are of several sources, to a workbook
    for each beside it, named after it and the source. Return source, path and number of rows of each; none where no row
    is in quarantine. Raises `UsageError` for another extension.
    """
    if path.suffix.lower() != ".xlsx":
        raise UsageError(NOT_A_WORKBOOK.filled(path=path))
    by_source: dict[str, list[BadRow]] = {}
    replaced = replaced_by_batch(store)
    seen: set[str] = set()
    for file in landed:
        # The same content under two names is one batch.
        if file.batch_id and file.quarantined_count and file.batch_id not in seen:
            seen.add(file.batch_id)
            mended = replaced.get((file.source, file.batch_id), ())
            batch = store.batch(file.source, file.batch_id)
            by_source.setdefault(file.source, []).extend(_bad_rows(store, batch, file.file_name, mended, language))
    by_source = {source: rows for source, rows in by_source.items() if rows}
    written = []
    for source, rows in by_source.items():
        target = path if len(by_source) == 1 else path.with_name(f"{path.stem}-{source}{path.suffix}")
        _write(source, rows, target, seeds)
        written.append((source, target, len(rows)))
    return written


def _bad_rows(store: Store, batch: Batch, file_name: str, replaced: Collection[int], language: str) -> list[BadRow]:
    place = "{name} 第 {row} 行" if language == "zh" else "{name} row {row}"
    return [
        (
            f"{place.format(name=file_name, row=row['row_number'])} [{mark_of(batch, row['row_number'])}]",
            (row.get("message_zh") if language == "zh" else None) or row["message"],
            json.loads(row["raw_payload"]),
        )
        for row in store.quarantined(batch).to_pylist()
        if row["row_number"] not in replaced
    ]


def _write(source: str, rows: Sequence[BadRow], path: Path, seeds: Path | None) -> None:
    contract = CONTRACTS[source]
    workbook = template_workbook(contract, seeds)
    sheet = workbook[contract.source]
    names = [*contract.column_names, PROBLEM_COLUMN, ORIGIN_COLUMN, REST_COLUMN]
    for position in range(len(contract.columns) + 1, len(names) + 1):
        name = names[position - 1]
        put(sheet.cell(1, position), name).font = Font(bold=True)
        sheet.column_dimensions[get_column_letter(position)].width = WIDTHS[name]
    for number, (origin, problem, payload) in enumerate(rows, start=FIRST_ROW):
        rest = {name: cell for name, cell in payload.items() if name not in contract.column_names and cell}
        cells = [payload.get(name) for name in contract.column_names]
        told = "; ".join(cell if name == "row" else f"{name}: {cell}" for name, cell in rest.items())
        for position, cell in enumerate([*cells, problem, origin, told or None], start=1):
            if cell is not None:
                put(sheet.cell(number, position), cell).number_format = "@"
        sheet.cell(number, names.index(PROBLEM_COLUMN) + 1).alignment = Alignment(wrap_text=True, vertical="top")
    path.parent.mkdir(parents=True, exist_ok=True)
    workbook.save(path)
