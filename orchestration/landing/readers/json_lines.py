"""Reader of JSON Lines: one object a line; numbers keep the text in which they are written."""

from __future__ import annotations

import json
from collections.abc import Iterator

from orchestration.landing.contracts.definition import Contract
from orchestration.landing.readers.characters import refusal, visible
from orchestration.landing.readers.layout import make_layout
from orchestration.landing.readers.names import Names
from orchestration.landing.readers.rows import BATCH_CHARACTERS, RowsFile, text_array
from orchestration.landing.readers.table import FileRejected, FileTable, Limits, UnreadableRow, clean_name
from orchestration.landing.readers.task import Task
from orchestration.landing.readers.text import TextFile, blocks_of, lines_of
from orchestration.wording import Wording

BATCH_ROWS = 20_000

JsonRow = dict[str, str | None]


class _BadObject(ValueError):
    """A line that is JSON but not one plain object."""


def read_json_lines(text: TextFile, task: Task) -> FileTable:
    """Rows of a JSON Lines text; a line that is no object becomes an unreadable row.

    A key that no line may have is a wrong column where every line has it (the structure check refuses the file), and
    a fault of the row where only some have it. A line may leave out what it does not fill.
    """
    contract, limits = task.contract, task.limits
    lines = _Lines(contract, task.names)
    # All lines are written under all columns; those that none has are told apart afterwards.
    notes = lines.notes_at_the_beginning(text, limits)
    layout = make_layout([*contract.column_names, *notes], task.names, contract, 0)
    with RowsFile(task, layout) as rows:
        reader = _Reader(lines, rows, [*contract.column_names, *notes])
        reader.read(text, limits)
        table = rows.finished("jsonl", text.encoding)
    if not table.row_count or reader.object_count == 0:
        raise FileRejected(
            "header_missing",
            Wording(
                "文件中没有一行是 JSON 对象:请每行写一个对象",
                "no line of the file is a JSON object: write one object a line",
            ),
        )
    # Only columns that every row must fill have to appear.
    optional = [column.name for column in contract.columns if not column.required]
    table.header = [*dict.fromkeys([*reader.seen, *optional]), *sorted(reader.in_every_line)]
    return table


class _Lines:
    """Turns lines into rows under technical names."""

    def __init__(self, contract: Contract, names: Names) -> None:
        self.known = set(contract.column_names)
        self._names = names

    def row(self, line: str) -> JsonRow:
        """The object on a line. Raises `ValueError` where there is none."""
        try:
            row = json.loads(
                line, parse_float=str, parse_int=str, parse_constant=_no_constant, object_pairs_hook=_Pairs
            )
        except RecursionError:
            raise _BadObject("it is nested too deeply") from None
        if not isinstance(row, _Pairs):
            raise _BadObject("it is not an object")
        named = [(self._name(key), _cell(value)) for key, value in row.pairs]
        if len(dict(named)) != len(named):
            raise _BadObject("a key appears twice")
        return dict(named)

    def is_note(self, key: str) -> bool:
        meaning = self._names.find(key)
        return meaning is not None and meaning.kind == "note"

    def notes_at_the_beginning(self, text: TextFile, limits: Limits) -> list[str]:
        """Keys of notes in the first block: they are kept with the rows."""
        found: dict[str, None] = {}
        for _, line in _numbered(text, limits, only_first_block=True):
            try:
                found |= dict.fromkeys(key for key in self.row(line) if self.is_note(key))
            except ValueError:
                continue
        return list(found)

    def _name(self, key: str) -> str:
        meaning = self._names.find(key)
        return meaning.name if meaning and meaning.kind == "column" else clean_name(key)


class _Reader:
    """Hands the lines to a `RowsFile`, and keeps account of the keys."""

    def __init__(self, lines: _Lines, rows: RowsFile, columns: list[str]) -> None:
        self.lines = lines
        self.rows = rows
        self.columns = columns
        self.seen: dict[str, None] = {}
        self.object_count = 0
        self.in_every_line: set[str] = set()
        self._batch: list[tuple[int, JsonRow]] = []
        self._characters = 0

    def read(self, text: TextFile, limits: Limits) -> None:
        try:
            for number, line in _numbered(text, limits):
                self._take(number, line)
        except FileRejected as refused:
            # The unknown key that all lines have is what is wrong with a file of unreadable rows.
            if refused.rule != "too_many_unreadable_rows" or not self.in_every_line:
                raise
        self._flush()

    def _take(self, number: int, line: str) -> None:
        try:
            row = self.lines.row(line)
        except ValueError as error:
            reason = visible(str(error))
            wording = Wording(
                f"该行不能读作一个 JSON 对象({reason}):请每行写一个对象",
                f"the line cannot be read as one JSON object ({reason}): write one object a line",
            )
            self.rows.set_aside(UnreadableRow(number, "json_broken", wording, {"row": visible(line)}))
            return
        unknown = {key for key in row if key not in self.columns}
        self.in_every_line = unknown if not self.object_count else self.in_every_line & unknown
        self.object_count += 1
        # A row that is set aside has its columns all the same.
        self.seen |= dict.fromkeys(key for key in row if key in self.lines.known)
        problem = next((found for key, cell in row.items() if cell and (found := refusal(visible(key), cell))), None)
        if problem:
            self.rows.set_aside(UnreadableRow(number, *problem, _payload(row)))
        elif unknown:
            keys, names = visible(", ".join(sorted(unknown))), ", ".join(self.columns)
            wording = Wording(
                f"该行有未知的键 {keys}:可用的键为 {names}",
                f"the line has the unknown key {keys}: the keys are {names}",
            )
            self.rows.set_aside(UnreadableRow(number, "column_unknown", wording, _payload(row)))
        else:
            self._batch.append((number, row))
            self._characters += len(line)
            if len(self._batch) == BATCH_ROWS or self._characters > BATCH_CHARACTERS:
                self._flush()

    def _flush(self) -> None:
        numbers = [number for number, _ in self._batch]
        columns = [text_array([row.get(name) for _, row in self._batch]) for name in self.columns]
        self.rows.add(numbers, columns)
        self._batch, self._characters = [], 0


def _numbered(text: TextFile, limits: Limits, only_first_block: bool = False) -> Iterator[tuple[int, str]]:
    """(number, line) of the lines that hold something."""
    number = 0
    for block in blocks_of(text, limits):
        for line in lines_of(block.decode()):
            number += 1
            line = line.strip().strip("\ufeff\u200b")
            if line:
                yield number, line
        if only_first_block:
            return


class _Pairs:
    """A JSON object as its pairs, so that a key that stands twice is seen."""

    def __init__(self, pairs: list[tuple[str, object]]) -> None:
        self.pairs = pairs


def _cell(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return json.dumps(value, ensure_ascii=False, default=lambda pairs: dict(pairs.pairs))


def _payload(row: JsonRow) -> JsonRow:
    return {visible(key): visible(cell) if cell is not None else None for key, cell in row.items()}


def _no_constant(name: str) -> None:
    raise _BadObject(f"{name} is not a JSON value")
