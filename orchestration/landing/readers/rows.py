"""Takes the rows of a table in batches, however they were read, and writes them as `FileTable.rows`.

In this order a row is: passed over (blank, help of the template, the header again, a footer), set aside (its reader
found something wrong with it, or a cell holds what is no text), or written, a wide one as one row for each filled cell.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from orchestration.landing.readers.characters import (
    are_plain,
    has_odd_cells,
    lengths,
    normalised,
    odd_cells,
    refusal,
    visible,
)
from orchestration.landing.readers.layout import MEASURE_COLUMN, VALUE_COLUMN, Layout
from orchestration.landing.readers.names import bare
from orchestration.landing.readers.table import (
    HELP_MARKS,
    ROW_NUMBER,
    BeyondLimit,
    FileRejected,
    FileTable,
    Limits,
    UnreadableRow,
)
from orchestration.landing.readers.task import Task
from orchestration.wording import Wording

# A cell of a wide table is numbered by its row and column: row 5, column 4 is 5004.
WIDE_ROW = 1000
LARGEST_ROW_NUMBER = 2**31 - 1
# Rows within these bounds are kept as they are.
FEW_ROWS, FEW_BYTES = 1000, 128 * 1024
# What a reader hands over at once holds about so much text at most, for one text may stand in many cells of a file.
BATCH_CHARACTERS = 16 * 1024 * 1024

# First cells of rows below a table that speak of the table and of no unit; what follows a colon does not matter.
_FOOTER_WORDS = (
    *("填表人", "制表人", "填报人", "经办人", "审核人", "审核", "复核人", "复核", "负责人", "单位负责人", "联系人"),
    *("分管领导", "主管领导", "联系电话", "电话", "签字", "签章", "盖章", "单位盖章", "填报单位", "制表单位"),
    *("填表日期", "填报日期", "制表日期", "统计日期", "截至日期", "日期", "数据来源", "资料来源"),
    *("合计", "总计", "小计", "共计", "累计", "平均", "平均值", "均值", "最大值", "最小值"),
    *("备注", "说明", "注", "附注"),
)
FOOTER = rf"^(?:{'|'.join(sorted(_FOOTER_WORDS, key=len, reverse=True))})(?:[::(（].*)?$"


@dataclass(frozen=True)
class RowProblem:
    """What a reader found wrong with a row, and what it holds beside the columns."""

    rule: str
    wording: Wording
    beside: Mapping[str, str | None] = field(default_factory=dict)


class RowsFile:
    """Writes rows; a context, so that a reader that stops leaves no open file."""

    def __init__(self, task: Task, layout: Layout) -> None:
        self.layout = layout
        self.limits = task.limits
        self.unreadable: list[UnreadableRow] = []
        self.readable_count = 0
        self.help_count = 0
        self.footers: list[tuple[int, str]] = []
        self.repeated_headers = 0
        self.cleaned_count = 0
        self.blank_measure_count = 0
        self._text_bytes = 0
        self._told = task.told
        self.path = task.work_folder / "rows.parquet"
        self._note_names = _distinct([layout.labels[position] for position in layout.notes], layout.header)
        self._unit_positions = [
            position for position, name in enumerate(layout.names) if name in ("unit_code", "unit_name")
        ]
        names = list(dict.fromkeys([*layout.header, *self._note_names]))
        self._schema = pa.schema([(ROW_NUMBER, pa.int32()), *((name, pa.string()) for name in names)])
        self._writer: pq.ParquetWriter | None = None
        # Rows that are not written yet: a file of its own for a few costs more than they do.
        self._few: list[pa.Table] = []

    def __enter__(self) -> RowsFile:
        return self

    def __exit__(self, *_: object) -> None:
        if self._writer:
            self._writer.close()

    def add(
        self,
        numbers: Sequence[int] | np.ndarray,
        columns: Sequence[pa.Array],
        problems: Mapping[int, RowProblem] | None = None,
    ) -> None:
        """Take rows: their numbers, one array of text for each position of the layout, and what is wrong with some.

        Raises `FileRejected` for content under no name, and for more rows than the limits allow.
        """
        if not len(numbers):
            return
        self._weigh(columns)
        problems = problems or {}
        trimmed = [_trimmed(column) for column in columns]
        rows = pa.table([pa.array(numbers, pa.int64()), *trimmed], [str(i) for i in range(len(trimmed) + 1)])
        rows = self._without_passed_over(rows, problems)
        if not rows.num_rows:
            return
        self._refuse_unnamed(rows)
        rows = self._without_set_aside(rows, dict(problems) | self._too_long(rows))
        self._write(rows)
        if self._told:
            self._told(self.readable_count + len(self.unreadable))
        if self.readable_count + len(self.unreadable) > self.limits.rows:
            raise BeyondLimit(
                "too_many_rows",
                Wording(
                    f"文件超过 {self.limits.rows:,} 行(limits.rows):请分成几个文件",
                    f"the file has more than {self.limits.rows:,} rows (limits.rows): split it",
                ),
            )

    def set_aside(self, row: UnreadableRow) -> None:
        """Keep a row that could not be read. Raises `FileRejected` where there are too many of them."""
        self.unreadable.append(row)
        if len(self.unreadable) > self.limits.unreadable_rows:
            count = f"{self.limits.unreadable_rows:,}"
            raise BeyondLimit(
                "too_many_unreadable_rows",
                Wording(
                    f"超过 {count} 行无法读取(limits.unreadable_rows),首个问题在第 {self.unreadable[0].row_number} 行"
                    f"({self.unreadable[0].wording.zh}):请重新导出文件",
                    f"more than {count} rows cannot be read (limits.unreadable_rows); the first is row"
                    f" {self.unreadable[0].row_number} ({self.unreadable[0].wording.en}): export the file anew",
                ),
            )

    def passes_over(self, number: int, cells: Sequence[str]) -> bool:
        """Whether a row that is shorter than the table is a footer or help of the template, and count it as such."""
        first = next((cell.strip() for cell in cells if cell.strip()), "")
        is_help = first.lower().startswith(HELP_MARKS)
        if not is_help and not re.match(FOOTER, "".join(first.split())):
            return False
        padded = [*cells, *[""] * (self.layout.width - len(cells))]
        columns = [_trimmed(text_array([cell])) for cell in padded]
        names = [str(position) for position in range(len(padded) + 1)]
        row = pa.table([pa.array([number], pa.int64()), *columns], names)
        return not self._without_passed_over(row, {}).num_rows

    def finished(self, file_format: str, encoding: str, notices: Sequence[Wording] = ()) -> FileTable:
        """The table of the rows that were taken."""
        if self._writer:
            self._writer.close()
        return FileTable(
            file_format=file_format,
            encoding=encoding,
            header=self.layout.header,
            rows=self.path if self._writer else pa.concat_tables(self._few or [self._schema.empty_table()]),
            readable_count=self.readable_count,
            unreadable=self.unreadable,
            notices=[*notices, *self._notices()],
        )

    def payload(self, cells: Sequence[str | None]) -> dict[str, str | None]:
        """A row of the grid as it stands, under the names of its columns; cells beyond the header under a name of
        their own."""
        names = [name or f"({position + 1})" for position, name in enumerate(self.layout.names)]
        row: dict[str, str | None] = {}
        for name, cell in zip(names, cells, strict=False):
            row.setdefault(name, self._shown(cell) if cell is not None else None)
        if len(cells) > len(names):
            row["(beyond the header)"] = ",".join(self._shown(cell or "") for cell in cells[len(names) :])
        return row

    def _shown(self, cell: str) -> str:
        limit = self.limits.cell_characters
        return visible(cell) if len(cell) <= limit else visible(cell[:limit]) + "…"

    # --- the steps of `add` ---

    def _weigh(self, columns: Sequence[pa.Array]) -> None:
        """Refuse what unpacks to more text than a file of text may hold: a small file may say one text a million
        times."""
        self._text_bytes += sum(int(lengths(column).sum()) for column in columns)
        if self._text_bytes > self.limits.file_megabytes * 1024**2:
            raise too_much_text(self.limits)

    def _without_passed_over(self, rows: pa.Table, problems: Mapping[int, RowProblem]) -> pa.Table:
        cells = rows.columns[1:]
        first = pc.coalesce(*cells) if cells[0].null_count else cells[0]
        is_blank = pc.is_null(first).to_numpy()
        if problems:
            is_blank &= ~np.isin(rows.column(0).to_numpy(), list(problems))
        is_help = np.zeros(rows.num_rows, dtype=bool)
        if not are_plain(cells[0], "$"):
            is_help = _matches(cells[0], rf"^(?i:{'|'.join(HELP_MARKS)})")
        is_footer = self._footers(first, cells) & ~is_blank & ~is_help
        for position in np.flatnonzero(is_footer):
            self.footers.append((rows.column(0)[position].as_py(), first[position].as_py()))
        is_header = self._repeated_headers(rows, first) & ~is_footer & ~is_help
        self.help_count += int(is_help.sum())
        self.repeated_headers += int(is_header.sum())
        passed = is_blank | is_help | is_footer | is_header
        return rows.filter(pa.array(~passed)) if passed.any() else rows

    def _footers(self, first: pa.ChunkedArray, cells: Sequence[pa.ChunkedArray]) -> np.ndarray:
        """Rows that begin with a word of a footer, or have it where the unit is named, and name no unit."""
        found = _are_footers(first)
        names_unit = np.zeros(len(first), dtype=bool)
        for position in self._unit_positions:
            column = cells[position]
            is_word = _are_footers(column)
            found |= is_word
            names_unit |= pc.is_valid(column).to_numpy() & ~is_word
        return found & ~names_unit

    def _repeated_headers(self, rows: pa.Table, first: pa.ChunkedArray) -> np.ndarray:
        """Rows that say the header again, as a printed table does on each page."""
        found = np.zeros(rows.num_rows, dtype=bool)
        filled = [label for label in self.layout.labels if label.strip()]
        candidates = pc.equal(first, pa.scalar(normalised(filled[0]))) if filled else None
        if candidates is None or not pc.any(candidates).as_py():
            return found
        wanted = [bare(label) for label in self.layout.labels]
        for position in np.flatnonzero(candidates.fill_null(False).to_numpy()):
            cells = [bare(column[position].as_py() or "") for column in rows.columns[1:]]
            found[position] = cells == wanted
        return found

    def _refuse_unnamed(self, rows: pa.Table) -> None:
        for position, name in enumerate(self.layout.names):
            column = rows.column(position + 1)
            if name or column.null_count == len(column):
                continue
            at = int(np.flatnonzero(pc.is_valid(column).to_numpy())[0])
            number = rows.column(0)[at].as_py()
            raise FileRejected(
                "column_unnamed",
                Wording(
                    f"第 {position + 1} 列有内容(第 {number} 行)而表头无列名:请补列名或清空该列",
                    f"column {position + 1} has content (row {number}) but no name in the header: name it or clear it",
                ),
            )

    def _too_long(self, rows: pa.Table) -> dict[int, RowProblem]:
        """Rows that have a cell beyond the limit."""
        found: dict[int, RowProblem] = {}
        limit = self.limits.cell_characters
        for position in range(self.layout.width):
            column = rows.column(position + 1)
            # An upper bound is cheap: no character has less than a byte.
            if all(lengths(chunk).max(initial=0) <= limit for chunk in column.chunks):
                continue
            name = self.layout.names[position]
            wording = Wording(
                f"{name} 超过 {limit:,} 个字符(limits.cell_characters):请缩短",
                f"{name} has more than {limit:,} characters (limits.cell_characters): shorten it",
            )
            for at in np.flatnonzero(pc.greater(pc.utf8_length(column), limit).fill_null(False).to_numpy()):
                found[rows.column(0)[at].as_py()] = RowProblem("cell_too_long", wording)
        return found

    def _without_set_aside(self, rows: pa.Table, problems: Mapping[int, RowProblem]) -> pa.Table:
        """Rows without those that have a problem; odd characters of the others are dealt with."""
        set_aside: set[int] = set()
        if problems:
            for at in np.flatnonzero(np.isin(rows.column(0).to_numpy(), list(problems))).tolist():
                number = rows.column(0)[at].as_py()
                problem = problems[number]
                payload = self.payload(_row_cells(rows, at)) | dict(problem.beside)
                self.set_aside(UnreadableRow(number, problem.rule, problem.wording, payload))
                set_aside.add(at)
        for position in range(self.layout.width):
            if not has_odd_cells(rows.column(position + 1)):
                continue
            odd = odd_cells(rows.column(position + 1)).fill_null(False)
            cells = rows.column(position + 1).to_pylist()
            for at in np.flatnonzero(odd.to_numpy()).tolist():
                cells[at] = self._cleaned(rows, at, position, set_aside)
            rows = rows.set_column(position + 1, str(position + 1), pa.array(cells, pa.string()))
        if not set_aside:
            return rows
        keep = np.ones(rows.num_rows, dtype=bool)
        keep[list(set_aside)] = False
        return rows.filter(pa.array(keep))

    def _cleaned(self, rows: pa.Table, at: int, position: int, set_aside: set[int]) -> str | None:
        """A cell with its odd characters taken off; its row is set aside where it holds what is no text."""
        text = rows.column(position + 1)[at].as_py()
        clean = normalised(text)
        refused = refusal(self.layout.names[position], clean)
        if refused is None:
            self.cleaned_count += clean != text
            return clean or None
        if at not in set_aside:
            set_aside.add(at)
            number = rows.column(0)[at].as_py()
            self.set_aside(UnreadableRow(number, *refused, self.payload(_row_cells(rows, at))))
        return visible(clean)

    def _write(self, rows: pa.Table) -> None:
        rows = self._unpivoted(rows) if self.layout.measures else self._selected(rows)
        self.readable_count += rows.num_rows
        if self._writer is None and (self.readable_count > FEW_ROWS or self._text_bytes > FEW_BYTES):
            self._writer = pq.ParquetWriter(self.path, self._schema, compression="lz4", write_statistics=False)
        if self._writer is None:
            self._few.append(rows)
            return
        for table in (*self._few, rows):
            self._writer.write_table(table)
        self._few = []

    def _selected(self, rows: pa.Table) -> pa.Table:
        """Rows under the names of the schema; of columns under one name the first is kept (the structure check refuses
        the file)."""
        columns: dict[str, pa.ChunkedArray] = {ROW_NUMBER: rows.column(0).cast(pa.int32())}
        for position in self.layout.plain:
            columns.setdefault(self.layout.names[position], rows.column(position + 1))
        for name, position in zip(self._note_names, self.layout.notes, strict=True):
            columns[name] = rows.column(position + 1)
        return pa.table(columns, schema=self._schema)

    def _unpivoted(self, rows: pa.Table) -> pa.Table:
        """One row for each filled cell of a measure."""
        parts = []
        for position, measure in self.layout.measures.items():
            value = rows.column(position + 1)
            filled = pc.is_valid(value)
            self.blank_measure_count += value.null_count
            its_rows = rows.filter(filled)
            numbers = pc.add(pc.multiply(its_rows.column(0), WIDE_ROW), position + 1)
            if its_rows.num_rows and pc.max(numbers).as_py() > LARGEST_ROW_NUMBER:
                raise BeyondLimit(
                    "too_many_rows",
                    Wording("宽表行数过多:请分成几个文件", "the wide table has too many rows: split it"),
                )
            columns: dict[str, pa.ChunkedArray] = {ROW_NUMBER: numbers.cast(pa.int32())}
            for other in self.layout.plain:
                columns.setdefault(self.layout.names[other], its_rows.column(other + 1))
            columns[MEASURE_COLUMN] = pa.chunked_array([pa.array([measure] * its_rows.num_rows, pa.string())])
            columns[VALUE_COLUMN] = its_rows.column(position + 1)
            for name, note in zip(self._note_names, self.layout.notes, strict=True):
                columns[name] = its_rows.column(note + 1)
            parts.append(pa.table(columns).select(self._schema.names).cast(self._schema))
        return pa.concat_tables(parts).sort_by(ROW_NUMBER)

    # --- what is said about the whole ---

    def _notices(self) -> list[Wording]:
        notices = []
        if self.help_count:
            notices.append(
                Wording(
                    f"跳过模板的 {self.help_count} 行说明", f"{self.help_count} help rows of the template passed over"
                )
            )
        if self._note_names:
            shown = ", ".join(self._note_names)
            notices.append(
                Wording(
                    f"未使用的列 {shown}:内容随行保存,不参与评估",
                    f"the column {shown} is not looked at; its content is kept with the rows",
                )
            )
        if self.footers:
            shown = "; ".join(f"{number} '{text[:20]}'" for number, text in self.footers[:5])
            more = ", ..." if len(self.footers) > 5 else ""
            notices.append(
                Wording(
                    f"跳过表尾 {len(self.footers)} 行(第 {shown}{more} 行)",
                    f"{len(self.footers)} footer rows passed over (row {shown}{more})",
                )
            )
        if self.repeated_headers:
            count = self.repeated_headers
            notices.append(Wording(f"跳过重复的表头 {count} 行", f"{count} repetitions of the header passed over"))
        if self.cleaned_count:
            count = self.cleaned_count
            notices.append(
                Wording(
                    f"{count} 格中的不可见字符已去除", f"invisible characters were taken off the text of {count} cells"
                )
            )
        if self.layout.measures:
            notices.append(self._wide_notice())
        return notices

    def _wide_notice(self) -> Wording:
        count, blank = len(self.layout.measures), self.blank_measure_count
        return Wording(
            f"宽表:{count} 列测量项逐格读作一行,行号为 {WIDE_ROW} × 行 + 列(5004 即第 5 行第 4 列);空白 {blank} 格"
            "不成行",
            f"a wide table: each filled cell of its {count} measures is read as a row, numbered {WIDE_ROW} x row +"
            f" column (5004 is row 5, column 4); {blank} blank cells deliver nothing",
        )


def too_much_text(limits: Limits) -> BeyondLimit:
    megabytes = f"{limits.file_megabytes:,}"
    return BeyondLimit(
        "too_much_text",
        Wording(
            f"文件展开后的文字超过 {megabytes} MB(limits.file_megabytes):请分成几个文件",
            f"the file unpacks to more than {megabytes} MB of text (limits.file_megabytes): split it",
        ),
    )


def text_array(cells: Sequence[str | None]) -> pa.Array:
    return pa.array(cells, pa.string())


def _trimmed(cells: pa.Array) -> pa.Array:
    """Cells without blanks around them, null where there is nothing else."""
    if not are_plain(cells, "!"):
        cells = pc.utf8_trim_whitespace(cells)
    if not cells.null_count and lengths(cells).all():
        return cells
    return pc.if_else(pc.equal(cells, ""), pa.scalar(None, pa.string()), cells)


def _are_footers(cells: pa.ChunkedArray) -> np.ndarray:
    """Which cells begin with a word of a footer, whatever blanks it holds."""
    if are_plain(cells, "!"):
        return np.zeros(len(cells), dtype=bool)
    return _matches(pc.replace_substring_regex(cells, r"[\s\x{A0}\x{3000}]+", ""), FOOTER)


def _matches(cells: pa.ChunkedArray, regex: str) -> np.ndarray:
    return pc.match_substring_regex(cells, regex).fill_null(False).to_numpy()


def _row_cells(rows: pa.Table, at: int) -> list[str | None]:
    return [column[at].as_py() for column in rows.columns[1:]]


def _distinct(labels: Sequence[str], taken: Sequence[str]) -> list[str]:
    """Names for columns that are kept beside the others: the header cells, numbered where they repeat."""
    names: list[str] = []
    for label in labels:
        name, count = normalised(label).replace("\n", ""), 2
        while name in names or name in taken or name == ROW_NUMBER:
            name, count = f"{normalised(label)} {count}", count + 1
        names.append(name)
    return names
