"""Reader of delimited text (CSV): comma, semicolon or tab, quoted line breaks, rows with a wrong number of cells.

A text is read in blocks. Lines without quotation marks are taken apart by Arrow; those with them record by record, so
that a stray mark costs one row. Either way rows are numbered as records: the header's is 1 where it stands first.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
from pyarrow import csv as arrow_csv

from orchestration.landing.readers.layout import HEADER_WITHIN, Layout, find_layout, header_missing
from orchestration.landing.readers.rows import RowsFile, text_array
from orchestration.landing.readers.table import FileTable, Limits, UnreadableRow
from orchestration.landing.readers.task import Task
from orchestration.landing.readers.text import TextFile, blocks_of, lines_of
from orchestration.wording import Wording

DELIMITERS = (",", ";", "\t")
BATCH_ROWS = 50_000
# A block with more quotation marks, or one of few bytes, is read record by record throughout.
FEW_MARKS, FEW_BYTES = 64, 16 * 1024
RAGGED, BROKEN, TOO_LONG = "ragged_row", "quotation_broken", "cell_too_long"


@dataclass(frozen=True)
class Record:
    """One record: its cells, or the text as it stands where its quotation marks are `problem`."""

    cells: list[str] | None
    raw: str = ""
    rule: str = ""
    problem: Wording = field(default_factory=lambda: Wording("", ""))


def read_delimited(text: TextFile, task: Task) -> FileTable:
    """Rows of a CSV text. Raises `FileRejected` where there is no header."""
    # The limit of the module is one for the whole process; every reader sets it to the same unless limits differ.
    csv.field_size_limit(task.limits.cell_characters)
    delimiter, layout = _header(text, task)
    with RowsFile(task, layout) as rows:
        _Reader(rows, delimiter, task.limits).read(text)
        return rows.finished("csv", text.encoding)


def _header(text: TextFile, task: Task) -> tuple[str, Layout]:
    """The delimiter under which the first rows make the header with the most known names, and that header."""
    lines = lines_of(next(blocks_of(text, task.limits), b"").decode())
    best: tuple[int, str, Layout] | None = None
    for delimiter in DELIMITERS:
        records = _Careful(list(lines), lambda: [], delimiter, task.limits).records()
        grid = [record.cells or [record.raw] for _, record in zip(range(HEADER_WITHIN + 1), records, strict=False)]
        layout = find_layout(grid, task.names, task.contract, task.limits)
        if layout is None:
            continue
        known = sum(task.names.find(label) is not None for label in layout.labels)
        if best is None or known > best[0]:
            best = (known, delimiter, layout)
    if best is None:
        first = next((line.strip() for line in lines if line.strip(" \t\r\n,;")), "")
        raise header_missing(task.contract, first)
    return best[1:]


class _Reader:
    """Hands the records below the header to a `RowsFile`, block by block."""

    def __init__(self, rows: RowsFile, delimiter: str, limits: Limits) -> None:
        self.rows = rows
        self.layout = rows.layout
        self.delimiter = delimiter
        self.limits = limits
        self.number = 0
        # Rows of the block, as numbers and columns, until they are handed over together.
        self._pieces: list[tuple[np.ndarray, list[pa.Array]]] = []

    def read(self, text: TextFile) -> None:
        blocks = blocks_of(text, self.limits)
        for block in blocks:
            mixed = self.layout.width > 1 and _is_mixed(block)
            start = 0
            while start < len(block):
                # Arrow numbers rows within what it reads, and knows nothing of rows above the header.
                end = self._next_mark(block, start) if mixed and self.number >= self.layout.last_header_row else start
                if end > start:
                    self._read_plain(block[start:end])
                    start = end
                else:
                    start = self._read_carefully(block, start, blocks, a_record=mixed)
            self._hand_over()

    @staticmethod
    def _next_mark(block: bytes, start: int) -> int:
        """Where the next line with a quotation mark begins; the end of the block where there is none."""
        mark = block.find(b'"', start)
        return len(block) if mark < 0 else block.rfind(b"\n", start, mark) + 1 or start

    def _keep(self, numbers: np.ndarray, columns: list[pa.Array]) -> None:
        self._pieces.append((numbers, columns))
        if sum(len(each) for each, _ in self._pieces) >= BATCH_ROWS:
            self._hand_over()

    def _hand_over(self) -> None:
        if self._pieces:
            numbers, columns = zip(*self._pieces, strict=True)
            self.rows.add(np.concatenate(numbers), [pa.concat_arrays(each) for each in zip(*columns, strict=True)])
            self._pieces = []

    # --- lines without quotation marks ---

    def _read_plain(self, block: bytes) -> None:
        strange: list[tuple[int, str]] = []

        def set_aside(row: arrow_csv.InvalidRow) -> str:
            strange.append((row.number, row.text))
            return "skip"

        columns = [str(position) for position in range(self.layout.width)]
        table = arrow_csv.read_csv(
            io.BytesIO(block),
            arrow_csv.ReadOptions(use_threads=False, block_size=len(block) + 1, column_names=columns),
            arrow_csv.ParseOptions(
                delimiter=self.delimiter, quote_char=False, ignore_empty_lines=False, invalid_row_handler=set_aside
            ),
            arrow_csv.ConvertOptions(
                check_utf8=False, column_types=dict.fromkeys(columns, pa.string()), strings_can_be_null=False
            ),
        )
        count = table.num_rows + len(strange)
        numbers = np.arange(self.number + 1, self.number + count + 1)
        kept = np.delete(numbers, np.array([position - 1 for position, _ in strange], dtype="int64"))
        mended: list[tuple[int, list[str]]] = []
        for position, line in strange:
            cells, number = line.split(self.delimiter), self.number + position
            if fitting := self._fitting(cells):
                mended.append((number, fitting))
            else:
                self._set_aside_ragged(number, cells)
        if mended:
            grid = zip(*(cells for _, cells in mended), strict=True)
            table = pa.concat_tables([table, pa.table([text_array(column) for column in grid], columns)])
            kept = np.append(kept, [number for number, _ in mended])
            order = np.argsort(kept)
            table, kept = table.take(order), kept[order]
        self._keep(kept, [column.combine_chunks() for column in table.columns])
        self.number += count

    # --- lines with quotation marks ---

    def _read_carefully(self, block: bytes, start: int, blocks: Iterator[bytes], a_record: bool) -> int:
        """Read from `start` on: the rest of the block, or, with `a_record`, the record that begins there (with what it
        swallows). Returns where the block goes on."""
        position = start

        def more() -> list[str]:
            nonlocal position
            if position < len(block):
                end = (block.find(b"\n", position) + 1 if a_record else 0) or len(block)
                lines = lines_of(block[position:end].decode())
                position = end
                return lines
            following = next(blocks, None)
            return lines_of(following.decode()) if following is not None else []

        batch: list[tuple[int, list[str]]] = []
        unchecked = max(self.layout.last_header_row - self.number, 0)
        careful = _Careful(more(), more, self.delimiter, self.limits, self.layout.width, unchecked)
        for record in careful.records():
            self.number += 1
            if self.number <= self.layout.last_header_row:
                continue
            if record.cells is None:
                self.rows.set_aside(
                    UnreadableRow(self.number, record.rule, record.problem, {"row": self._shown(record.raw)})
                )
            elif fitting := self._fitting(record.cells):
                batch.append((self.number, fitting))
            else:
                self._set_aside_ragged(self.number, record.cells)
            if len(batch) == BATCH_ROWS:
                self._add(batch)
                batch = []
        self._add(batch)
        return position

    def _add(self, batch: Sequence[tuple[int, list[str]]]) -> None:
        if batch:
            columns = zip(*(cells for _, cells in batch), strict=True)
            self._keep(np.array([number for number, _ in batch]), [text_array(column) for column in columns])

    # --- rows of another width ---

    def _fitting(self, cells: list[str]) -> list[str] | None:
        """The cells where they fit the header, blank ones beyond it left out."""
        width = self.layout.width
        if len(cells) == width:
            return cells
        return cells[:width] if len(cells) > width and not any(cell.strip() for cell in cells[width:]) else None

    def _set_aside_ragged(self, number: int, cells: list[str]) -> None:
        """Set the row aside, but for a blank one, and for a footer or a help row that is shorter than the table."""
        width = self.layout.width
        if not any(cell.strip() for cell in cells):
            return
        if len(cells) < width and self.rows.passes_over(number, cells):
            return
        wording = Wording(
            f"该行有 {len(cells)} 格而表头有 {width} 列:请补全该行,含逗号的内容请加引号",
            f"the row has {len(cells)} cells and the header {width}: complete the row, and put cells with a comma in"
            " quotation marks",
        )
        self.rows.set_aside(UnreadableRow(number, RAGGED, wording, self.rows.payload(cells)))

    def _shown(self, raw: str) -> str:
        return raw if len(raw) <= self.limits.cell_characters else raw[: self.limits.cell_characters] + "…"


def _is_mixed(block: bytes) -> bool:
    """Whether it pays to part the lines of a block: few have a quotation mark, and each of the others is a record, for
    no carriage return is on its own."""
    lone_returns = b"\r" in block and block.count(b"\r") != block.count(b"\r\n")
    return len(block) > FEW_BYTES and not lone_returns and block.count(b'"') <= FEW_MARKS


class _Careful:
    """Takes lines apart though quotation marks may be broken: the line where such a record begins is set aside, and
    reading goes on at the next line, so that a stray mark does not swallow the rows after it.

    `more` gives the lines that follow, for a record that goes on beyond the first ones. A record after the first
    `unchecked` ones that has not `width` cells and runs over several lines is taken for a broken one.
    """

    def __init__(
        self,
        lines: list[str],
        more: Callable[[], list[str]],
        delimiter: str,
        limits: Limits,
        width: int | None = None,
        unchecked: int = 0,
    ) -> None:
        self._lines = lines
        self._more = more
        self._delimiter = delimiter
        self._limit = limits.cell_characters
        self._width = width
        self._unchecked = unchecked
        self._start = self._consumed = 0

    def records(self) -> Iterator[Record]:
        count = 0
        while self._start < len(self._lines):
            problem = None
            try:
                for cells in csv.reader(self._feed(), delimiter=self._delimiter, strict=True):
                    if self._width is not None and count >= self._unchecked and _swallows_lines(cells, self._width):
                        run_over = self._consumed - self._start
                        problem = Wording(f"一格跨 {run_over} 行", f"one cell runs over {run_over} lines")
                        break
                    self._start = self._consumed
                    count += 1
                    yield Record(cells)
            except csv.Error as error:
                problem = Wording(str(error), str(error))
            if problem is None:
                return
            line = self._lines[self._start].rstrip("\r\n")
            self._start += 1
            count += 1
            yield self._broken(line, problem)

    def _feed(self) -> Iterator[str]:
        """The lines from where the open record begins; those beyond the block only where it has not ended there."""
        position = self._start
        while True:
            if position == len(self._lines):
                following = self._more() if position > self._start else []
                if not following:
                    return
                del self._lines[: self._start]
                position -= self._start
                self._start = 0
                self._lines += following
            self._consumed = position + 1
            yield self._lines[position]
            position += 1

    def _broken(self, line: str, problem: Wording) -> Record:
        # In a shorter line it is a stray mark that has swallowed the lines after it.
        if "field limit" in problem.en and len(line) > self._limit:
            limit = f"{self._limit:,}"
            wording = Wording(
                f"一格超过 {limit} 个字符(limits.cell_characters):请缩短",
                f"a cell has more than {limit} characters (limits.cell_characters): shorten it",
            )
            return Record(None, line, TOO_LONG, wording)
        wording = Wording(
            f"该行引号不成对({problem.zh}):格内的引号请双写,每个引号都要闭合",
            f"the row's quotation marks are broken ({problem.en}): double a mark inside a cell, close every mark",
        )
        return Record(None, line, BROKEN, wording)


def _swallows_lines(cells: Sequence[str], width: int) -> bool:
    """Whether a row has a wrong number of cells and one of them runs over several lines: two stray quotation marks
    make one row of all that lies between them."""
    if len(cells) == width or (len(cells) > width and not any(cell.strip() for cell in cells[width:])):
        return False
    return any("\n" in cell or "\r" in cell for cell in cells)
