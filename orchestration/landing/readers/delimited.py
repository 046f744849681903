"""Reader of delimited text (CSV): comma, semicolon or tab, quoted line breaks, rows with a wrong number of cells."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

from orchestration.landing.contracts.definition import Contract
from orchestration.landing.readers.table import (
    FileRejected,
    FileTable,
    UnreadableRow,
    clean_name,
    drop_unnamed_columns,
    help_notice,
    is_blank,
    is_help,
    write_rows,
)
from orchestration.wording import Wording

DELIMITERS = (",", ";", "\t")

# One record: its cells, or None with the text as it stands, the rule that it breaks and what is wrong with it.
Record = tuple[list[str] | None, str, str, Wording]
NO_PROBLEM = Wording("", "")


def read_delimited(text: str, encoding: str, contract: Contract, work_folder: Path) -> FileTable:
    """Rows of a CSV text. Raises `FileRejected` where there is no header."""
    delimiter = _delimiter(text, contract)
    records = _records(text, delimiter)
    header_position = next((i for i, (cells, raw, *_) in enumerate(records) if not is_blank(cells or [raw])), None)
    if header_position is None or records[header_position][0] is None:
        raise FileRejected(
            "header_missing",
            Wording(
                "首行不是表头:文件请以列名开头", "the first row is no header: begin the file with the column names"
            ),
        )
    header = [clean_name(cell) for cell in records[header_position][0]]
    width = len(header)

    rows: list[list[str | None]] = []
    row_numbers: list[int] = []
    unreadable: list[UnreadableRow] = []
    helps = 0
    has_nul = "\0" in text
    for position in range(header_position + 1, len(records)):
        cells, raw, rule, problem = records[position]
        row_number = position + 1
        if cells is None:
            unreadable.append(UnreadableRow(row_number, rule, problem, {"row": raw}))
            continue
        if not cells or (not cells[0].strip() and is_blank(cells)):
            continue
        if cells[0].startswith("#") and is_help(cells):
            helps += 1
            continue
        if len(cells) > width and is_blank(cells[width:]):
            cells = cells[:width]
        if len(cells) != width:
            unreadable.append(_ragged(row_number, cells, header))
        elif has_nul and any("\0" in cell for cell in cells):
            payload = dict(zip(header, cells, strict=True))
            message = Wording("该行含 NUL 字节:请重新导出文件", "the row contains NUL bytes: export the file anew")
            unreadable.append(UnreadableRow(row_number, "nul_byte", message, payload))
        else:
            rows.append(cells)
            row_numbers.append(row_number)
    header, rows = drop_unnamed_columns(header, rows)
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(header)
    return FileTable(
        file_format="csv",
        encoding=encoding,
        header=header,
        rows=write_rows(work_folder, header, row_numbers, columns),
        readable_count=len(rows),
        unreadable=unreadable,
        notices=help_notice(helps),
    )


def _delimiter(text: str, contract: Contract) -> str:
    """The delimiter under which the header line has the most known names."""
    line = next((line for line in io.StringIO(text, newline=None) if line.strip(" \t\r\n,;")), "")
    known = set(contract.column_names)

    def known_names(delimiter: str) -> int:
        try:
            names = next(csv.reader([line], delimiter=delimiter), [])
        except csv.Error:
            return 0
        return sum(clean_name(name) in known for name in names)

    best = max(DELIMITERS, key=known_names)
    if known_names(best) == 0:
        shown = line.strip()[:80]
        raise FileRejected(
            "header_missing",
            Wording(
                f"首行('{shown}')没有 {contract.source} 的任何列名:文件请以列名开头"
                f"({', '.join(contract.header_required)}),以逗号分隔",
                f"no column name of {contract.source} in the first row ('{shown}'): begin the file with the column"
                f" names ({', '.join(contract.header_required)}), separated by commas",
            ),
        )
    return best


def _ragged(row_number: int, cells: list[str], header: list[str]) -> UnreadableRow:
    payload: dict[str, str | None] = dict(zip(header, cells, strict=False))
    if len(cells) > len(header):
        payload["(beyond the header)"] = ",".join(cells[len(header) :])
    message = Wording(
        f"该行有 {len(cells)} 格而表头有 {len(header)} 列:请补全该行,含逗号的内容请加引号",
        f"the row has {len(cells)} cells and the header {len(header)}: complete the row, and put cells with a comma in"
        " quotation marks",
    )
    return UnreadableRow(row_number, "ragged_row", message, payload)


def _records(text: str, delimiter: str) -> list[Record]:
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error:
        return list(_records_around_broken_quotes(text, delimiter))
    width = next((len(cells) for cells in rows if not is_blank(cells)), 0)
    if any(_swallows_lines(cells, width) for cells in rows if len(cells) != width):
        return list(_records_around_broken_quotes(text, delimiter))
    return [(cells, "", "", NO_PROBLEM) for cells in rows]


def _swallows_lines(cells: list[str], width: int) -> bool:
    """Whether a row has a wrong number of cells and one of them runs over several lines: two stray quotation marks
    make one row of all that lies between them."""
    is_wrong = len(cells) < width or not is_blank(cells[width:])
    return is_wrong and any("\n" in cell or "\r" in cell for cell in cells)


def _records_around_broken_quotes(text: str, delimiter: str) -> Iterator[Record]:
    """Take the text apart though quotation marks are broken: the line where such a record begins is set aside, and
    reading goes on at the next line, so that a stray mark does not swallow the rows after it."""
    lines = list(io.StringIO(text, newline=""))
    width: int | None = None
    start = 0
    while start < len(lines):
        consumed = start

        def feed(first: int) -> Iterator[str]:
            nonlocal consumed
            for position in range(first, len(lines)):
                consumed = position + 1
                yield lines[position]

        problem = NO_PROBLEM
        try:
            for cells in csv.reader(feed(start), delimiter=delimiter, strict=True):
                if width is not None and _swallows_lines(cells, width):
                    lines_run_over = consumed - start
                    problem = Wording(f"一格跨 {lines_run_over} 行", f"one cell runs over {lines_run_over} lines")
                    break
                if width is None and not is_blank(cells):
                    width = len(cells)
                yield cells, "", "", NO_PROBLEM
                start = consumed
        except csv.Error as error:
            problem = Wording(str(error), str(error))
        if problem != NO_PROBLEM:
            line = lines[start].rstrip("\r\n")
            rule = "quotation_broken"
            message = Wording(
                f"该行引号不成对({problem.zh}):格内的引号请双写,每个引号都要闭合",
                f"the row's quotation marks are broken ({problem.en}): double a mark inside a cell, close every mark",
            )
            # In a shorter line it is a stray mark that has swallowed the lines after it.
            if "field limit" in problem.en and len(line) > csv.field_size_limit():
                rule = "cell_too_long"
                limit = f"{csv.field_size_limit():,}"
                message = Wording(
                    f"一格超过 {limit} 个字符:请缩短", f"a cell has more than {limit} characters: shorten it"
                )
            yield None, line, rule, message
            start += 1
