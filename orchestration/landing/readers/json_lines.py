"""Reader of JSON Lines: one object a line; numbers keep the text in which they are written."""

from __future__ import annotations

import itertools
import json
from collections.abc import Collection, Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from orchestration.landing.contracts.definition import Contract
from orchestration.landing.readers.characters import may_be_refused, refusal, visible
from orchestration.landing.readers.layout import make_layout
from orchestration.landing.readers.names import Names
from orchestration.landing.readers.rows import BATCH_CHARACTERS, RowsFile, text_array
from orchestration.landing.readers.table import FileRejected, FileTable, Limits, UnreadableRow, clean_name
from orchestration.landing.readers.task import Task
from orchestration.landing.readers.text import TextFile, blocks_of, lines_of
from orchestration.wording import Wording

BATCH_ROWS = 20_000
# Different keys whose names are remembered, and different orders of them.
MOST_KEYS, MOST_ORDERS = 1000, 16

JsonRow = dict[str, str | None]


class Line(NamedTuple):
    """A line with its number, and the row on it, or why there is none."""

    number: int
    text: str
    row: JsonRow | ValueError


class _BadObject(ValueError):
    """A line that is JSON but not one plain object."""


def read_json_lines(text: TextFile, task: Task) -> FileTable:
    """Rows of a JSON Lines text; a line that is no object becomes an unreadable row.

    A key that no line may have is a wrong column where every line has it (the structure check refuses the file), and
    a fault of the row where only some have it. A line may leave out what it does not fill.
    """
    contract, limits = task.contract, task.limits
    lines = _Lines(contract, task.names)
    blocks = lines.blocks(text, limits)
    first = next(blocks, [])
    # All lines are written under all columns; those that none has are told apart afterwards.
    notes = lines.notes_of(first)
    layout = make_layout([*contract.column_names, *notes], task.names, contract, 0)
    with RowsFile(task, layout) as rows:
        reader = _Reader(lines, rows, [*contract.column_names, *notes])
        reader.read(itertools.chain([first], blocks))
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
        self._name_of_key = lru_cache(maxsize=MOST_KEYS)(self._name)
        # Most lines have the keys of the line before.
        self._names_of_keys = lru_cache(maxsize=MOST_ORDERS)(self._names_of)
        self._decode = json.JSONDecoder(
            parse_float=str, parse_int=str, parse_constant=_no_constant, object_pairs_hook=_Pairs
        ).decode

    def blocks(self, text: TextFile, limits: Limits) -> Iterator[list[Line]]:
        """The lines that hold something, block by block."""
        number = 0
        for block in blocks_of(text, limits):
            found = []
            for line in lines_of(block.decode()):
                number += 1
                line = line.strip().strip("\ufeff\u200b")
                if line:
                    found.append(Line(number, line, self._read(line)))
            yield found

    def _read(self, line: str) -> JsonRow | ValueError:
        try:
            return self._row(line)
        except ValueError as error:
            return error

    def _row(self, line: str) -> JsonRow:
        """The object on a line. Raises `ValueError` where there is none."""
        try:
            row = self._decode(line)
        except RecursionError:
            raise _BadObject("it is nested too deeply") from None
        if not isinstance(row, _Pairs):
            raise _BadObject("it is not an object")
        keys, values = zip(*row.pairs, strict=True) if row.pairs else ((), ())
        cells = [value if isinstance(value, str) else _cell(value) for value in values]
        return dict(zip(self._names_of_keys(keys), cells, strict=True))

    def _names_of(self, keys: tuple[str, ...]) -> tuple[str, ...]:
        """The names of the keys of an object. Raises `ValueError` for two of one name."""
        names = tuple(map(self._name_of_key, keys))
        if len({*names}) != len(names):
            raise _BadObject("a key appears twice")
        return names

    def is_note(self, key: str) -> bool:
        meaning = self._names.find(key)
        return meaning is not None and meaning.kind == "note"

    def notes_of(self, lines: Iterable[Line]) -> list[str]:
        """Keys of notes in the first block: they are kept with the rows."""
        keys = dict.fromkeys(key for line in lines if isinstance(line.row, dict) for key in line.row)
        return [key for key in keys if self.is_note(key)]

    def _name(self, key: str) -> str:
        meaning = self._names.find(key)
        return meaning.name if meaning and meaning.kind == "column" else clean_name(key)


class _Reader:
    """Hands the lines to a `RowsFile`, and keeps account of the keys."""

    def __init__(self, lines: _Lines, rows: RowsFile, columns: list[str]) -> None:
        self.lines = lines
        self.rows = rows
        self.columns = columns
        self._known_keys = set(columns)
        self._last_keys: Collection[str] | None = None
        self._unknown: set[str] = set()
        self.seen: dict[str, None] = {}
        self.object_count = 0
        self.in_every_line: set[str] = set()
        self._batch: list[tuple[int, JsonRow]] = []
        self._characters = 0

    def read(self, blocks: Iterable[list[Line]]) -> None:
        try:
            for line in itertools.chain.from_iterable(blocks):
                self._take(line)
        except FileRejected as refused:
            # The unknown key that all lines have is what is wrong with a file of unreadable rows.
            if refused.rule != "too_many_unreadable_rows" or not self.in_every_line:
                raise
        self._flush()

    def _take(self, line: Line) -> None:
        number, text, row = line
        if isinstance(row, ValueError):
            reason = visible(str(row))
            wording = Wording(
                f"该行不能读作一个 JSON 对象({reason}):请每行写一个对象",
                f"the line cannot be read as one JSON object ({reason}): write one object a line",
            )
            self.rows.set_aside(UnreadableRow(number, "json_broken", wording, {"row": visible(text)}))
            return
        # A row that is set aside has its columns all the same.
        if row.keys() != self._last_keys:
            self._last_keys = row.keys()
            self._unknown = row.keys() - self._known_keys
            self.in_every_line = self._unknown if not self.object_count else self.in_every_line & self._unknown
            self.seen |= dict.fromkeys(key for key in row if key in self.lines.known)
        self.object_count += 1
        problem = None
        if may_be_refused(text):
            told = (refusal(visible(key), cell) for key, cell in row.items() if cell)
            problem = next(filter(None, told), None)
        if problem:
            self.rows.set_aside(UnreadableRow(number, *problem, _payload(row)))
        elif self._unknown:
            keys, names = visible(", ".join(sorted(self._unknown))), ", ".join(self.columns)
            wording = Wording(
                f"该行有未知的键 {keys}:可用的键为 {names}",
                f"the line has the unknown key {keys}: the keys are {names}",
            )
            self.rows.set_aside(UnreadableRow(number, "column_unknown", wording, _payload(row)))
        else:
            self._batch.append((number, row))
            self._characters += len(text)
            if len(self._batch) == BATCH_ROWS or self._characters > BATCH_CHARACTERS:
                self._flush()

    def _flush(self) -> None:
        numbers = [number for number, _ in self._batch]
        columns = [text_array([row.get(name) for _, row in self._batch]) for name in self.columns]
        self.rows.add(numbers, columns)
        self._batch, self._characters = [], 0


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
