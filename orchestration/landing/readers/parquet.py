"""Reader of Parquet files: every column as text, numbers without exponent, times with their offset.

A file of some kilobytes may say one long text a billion times, so texts are read as Parquet keeps them, each once, and
weighed before they are written out for each row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from orchestration.landing.readers.layout import make_layout, too_many_columns
from orchestration.landing.readers.rows import BATCH_CHARACTERS, RowProblem, RowsFile, text_array, too_much_text
from orchestration.landing.readers.table import (
    BeyondLimit,
    FileRejected,
    FileTable,
    Limits,
    number_text,
    shortly,
)
from orchestration.landing.readers.task import Task
from orchestration.wording import Wording

BATCH_ROWS = 65_536
TEXTS = (pa.types.is_string, pa.types.is_large_string, pa.types.is_binary, pa.types.is_large_binary)
CAST_AS_WRITTEN = (pa.types.is_integer, pa.types.is_date, *TEXTS)


def read_parquet(path: Path, task: Task) -> FileTable:
    """Rows of a Parquet file, numbered from 2 as if a header stood in row 1."""
    try:
        schema = pq.read_schema(path)
        header = schema.names
        if len(header) > task.limits.columns:
            raise too_many_columns(len(header), task.limits)
        _refuse_nested(schema)
        with pq.ParquetFile(path, read_dictionary=[field.name for field in schema if _is_text(field.type)]) as file:
            _refuse_heavy(file, task.limits)
            layout = make_layout(header, task.names, task.contract, 1)
            with RowsFile(task, layout) as rows:
                number = 1
                for batch in _light(file.iter_batches(_rows_at_once(schema)), task.limits):
                    numbers = np.arange(number + 1, number + 1 + batch.num_rows)
                    problems = _rounded_codes(batch, numbers, layout.text_positions(task.contract))
                    rows.add(numbers, [_text_column(column) for column in batch.columns], problems)
                    number += batch.num_rows
                return rows.finished("parquet", "")
    except (pa.ArrowException, OSError, ValueError) as error:
        raise FileRejected(
            "parquet_unreadable",
            Wording(
                f"Parquet 文件不完整或已损坏({shortly(error)}):请重新复制或导出",
                f"the Parquet file is cut off or damaged ({shortly(error)}): copy or export it anew",
            ),
        ) from error


def _is_text(kind: pa.DataType) -> bool:
    return any(is_kind(kind) for is_kind in TEXTS)


def _rows_at_once(schema: pa.Schema) -> int:
    """Cells of a fixed width are as wide as the schema says; Parquet hands them over written out."""
    widths = [kind.byte_width for kind in schema.types if pa.types.is_fixed_size_binary(kind)]
    return max(1, min(BATCH_ROWS, BATCH_CHARACTERS // (1 + sum(widths))))


def _refuse_nested(schema: pa.Schema) -> None:
    for field in schema:
        if pa.types.is_nested(field.type):
            name = shortly(field.name)
            raise FileRejected(
                "column_nested",
                Wording(
                    f"列 {name} 的单元格是列表或结构({field.type}):每格只写一个值",
                    f"the cells of column {name} are lists or records ({field.type}): write one value a cell",
                ),
            )


def _refuse_heavy(file: pq.ParquetFile, limits: Limits) -> None:
    """Raise `BeyondLimit` where a part that is read at once says that it unpacks to more than a workbook may."""
    for number in range(file.metadata.num_row_groups):
        size = file.metadata.row_group(number).total_byte_size
        if size > limits.unpacked_megabytes * 1024**2:
            megabytes, most = f"{size / 1024**2:,.0f}", f"{limits.unpacked_megabytes:,}"
            raise BeyondLimit(
                "row_group_too_large",
                Wording(
                    f"一个行组展开后为 {megabytes} MB,上限 {most} MB(limits.unpacked_megabytes):请用较小的行组导出",
                    f"a row group unpacks to {megabytes} MB, more than {most} MB (limits.unpacked_megabytes): export"
                    " the file with smaller row groups",
                ),
            )


def _light(batches: Iterable[pa.RecordBatch], limits: Limits) -> Iterator[pa.RecordBatch]:
    """The batches, cut where their rows would hold much text once it is written out."""
    written = 0
    for batch in batches:
        widest, total = 1, 0
        for column in batch.columns:
            if pa.types.is_dictionary(column.type) and len(column.dictionary):
                lengths = pc.fill_null(pc.binary_length(column.dictionary), 0)
                widest += pc.max(lengths).as_py()
                total += pc.sum(lengths.take(column.indices)).as_py() or 0
        written += total
        if written > limits.file_megabytes * 1024**2:
            raise too_much_text(limits)
        step = max(1, min(batch.num_rows, BATCH_CHARACTERS // widest))
        for start in range(0, batch.num_rows, step):
            yield batch.slice(start, step)


def _rounded_codes(batch: pa.RecordBatch, numbers: np.ndarray, positions: Iterable[int]) -> dict[int, RowProblem]:
    """The rows, by number, with a code among numbers that no longer tell such codes apart."""
    problems: dict[int, RowProblem] = {}
    for position in positions:
        label, column = batch.schema.names[position], batch.columns[position]
        if not pa.types.is_floating(column.type):
            continue
        for number, value in zip(numbers.tolist(), column.cast(pa.float64()).to_pylist(), strict=True):
            if value is not None and value.is_integer() and abs(value) >= _exact_below(column.type):
                shown = f"{value:.0f}"
                problems[number] = RowProblem(
                    "number_rounded",
                    Wording(
                        f"列 '{label}' 以浮点数({column.type})存放长编号({shown}),其后各位已丢失:请以文本存放该列",
                        f"the column '{label}' holds long codes as binary fractions ({column.type}), of which the last"
                        f" digits are lost ({shown}): store it as text",
                    ),
                )
    return problems


def _exact_below(kind: pa.DataType) -> int:
    """Whole numbers below it are all different in this type."""
    return 2 ** {16: 11, 32: 24, 64: 53}[kind.bit_width]


def _number(value: float, exact_below: int) -> str:
    """Whole numbers to their last digit: programs store codes as such where a column has gaps."""
    return str(int(value)) if value.is_integer() and abs(value) < exact_below else number_text(value)


def _text_column(column: pa.Array) -> pa.Array:
    kind = column.type
    if pa.types.is_dictionary(kind):
        column, kind = column.dictionary_decode(), kind.value_type
    if pa.types.is_null(kind):
        return pa.nulls(len(column), pa.string())
    if pa.types.is_floating(kind):
        exact_below = _exact_below(kind)
        return _texts_of(
            column.cast(pa.float64()), lambda value: None if value != value else _number(value, exact_below)
        )
    if pa.types.is_decimal(kind):
        return _texts_of(column, lambda value: format(value, "f"))
    if pa.types.is_timestamp(kind):
        # Nanoseconds are cut to microseconds: nothing here is finer than a second.
        return column.cast(pa.timestamp("us", kind.tz), safe=False).cast(pa.string())
    if any(is_kind(kind) for is_kind in CAST_AS_WRITTEN):
        text = pc.cast(column, pa.string())
        text.validate(full=True)
        return text
    return text_array([None if value is None else str(value) for value in column.to_pylist()])


def _texts_of(column: pa.Array, text_of: Callable[[Any], str | None]) -> pa.Array:
    """The text of each value, which is made once for those that are the same."""
    encoded = column.dictionary_encode()
    return text_array([text_of(value) for value in encoded.dictionary.to_pylist()]).take(encoded.indices)
