"""Reader of JSON Lines: one object a line; numbers keep the text in which they are written."""

from __future__ import annotations

import io
import json
from pathlib import Path

from orchestration.landing.contracts.definition import Contract
from orchestration.landing.readers.table import FileRejected, FileTable, UnreadableRow, clean_name, write_rows
from orchestration.wording import Wording


class _BadObject(ValueError):
    """A line that is JSON but not one plain object."""


def read_json_lines(text: str, encoding: str, contract: Contract, work_folder: Path) -> FileTable:
    """Rows of a JSON Lines text; a line that is no object becomes an unreadable row.

    A key that no line may have is a wrong column where every line has it (the structure check refuses the file), and
    a fault of the row where only some have it.
    """
    objects: list[dict[str, str | None]] = []
    row_numbers: list[int] = []
    unreadable: list[UnreadableRow] = []
    for row_number, line in enumerate(io.StringIO(text, newline=None), start=1):
        line = line.strip()
        if not line:
            continue
        try:
            objects.append(_read_line(line))
            row_numbers.append(row_number)
        except ValueError as error:
            message = Wording(
                f"该行不能读作一个 JSON 对象({error}):请每行写一个对象",
                f"the line cannot be read as one JSON object ({error}): write one object a line",
            )
            unreadable.append(UnreadableRow(row_number, "json_broken", message, {"row": line}))
    if not objects:
        raise FileRejected(
            "header_missing",
            Wording(
                "文件中没有一行是 JSON 对象:请每行写一个对象",
                "no line of the file is a JSON object: write one object a line",
            ),
        )

    known = set(contract.column_names)
    every_line = set(objects[0]).intersection(*objects[1:])
    rows, kept_numbers = [], []
    for row_number, row in zip(row_numbers, objects, strict=True):
        strange = [key for key in row if key not in known and key not in every_line]
        if strange:
            names = ", ".join(contract.column_names)
            message = Wording(
                f"该行有未知的键 {', '.join(strange)}:可用的键为 {names}",
                f"the line has the unknown key {', '.join(strange)}: the keys are {names}",
            )
            unreadable.append(UnreadableRow(row_number, "column_unknown", message, row))
        else:
            rows.append(row)
            kept_numbers.append(row_number)
    header = list(dict.fromkeys(key for row in rows for key in row))
    # A line may leave out what it does not fill, so only columns that every row must fill have to appear.
    header += [column.name for column in contract.columns if not column.required and column.name not in header]
    return FileTable(
        file_format="jsonl",
        encoding=encoding,
        header=header,
        rows=write_rows(work_folder, header, kept_numbers, [[row.get(name) for row in rows] for name in header]),
        readable_count=len(rows),
        unreadable=unreadable,
    )


def _read_line(line: str) -> dict[str, str | None]:
    try:
        row = json.loads(line, parse_float=str, parse_int=str, parse_constant=_no_constant, object_pairs_hook=_distinct)
        if not isinstance(row, dict):
            raise _BadObject("it is not an object")
        return {clean_name(key): _cell(value) for key, value in row.items()}
    except RecursionError:
        raise _BadObject("it is nested too deeply") from None


def _cell(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return json.dumps(value, ensure_ascii=False)


def _no_constant(name: str) -> None:
    raise _BadObject(f"{name} is not a JSON value")


def _distinct(pairs: list[tuple[str, object]]) -> dict[str, object]:
    row = dict(pairs)
    if len({clean_name(key) for key in row}) != len(pairs):
        raise _BadObject("a key appears twice")
    return row
