"""Reader of Parquet files: every column as text, numbers without exponent, times with their offset."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from orchestration.landing.readers.layout import make_layout, too_many_columns
from orchestration.landing.readers.rows import RowsFile, text_array
from orchestration.landing.readers.table import FileRejected, FileTable, number_text, shortly
from orchestration.landing.readers.task import Task
from orchestration.wording import Wording

BATCH_ROWS = 65_536
CAST_AS_WRITTEN = (
    *(pa.types.is_integer, pa.types.is_date, pa.types.is_string, pa.types.is_large_string),
    *(pa.types.is_binary, pa.types.is_large_binary),
)


def read_parquet(path: Path, task: Task) -> FileTable:
    """Rows of a Parquet file, numbered from 2 as if a header stood in row 1."""
    try:
        with pq.ParquetFile(path) as file:
            header = file.schema_arrow.names
            if len(header) > task.limits.columns:
                raise too_many_columns(len(header), task.limits)
            layout = make_layout(header, task.names, task.contract, 1)
            with RowsFile(task, layout) as rows:
                number = 1
                for batch in file.iter_batches(BATCH_ROWS):
                    numbers = np.arange(number + 1, number + 1 + batch.num_rows)
                    rows.add(numbers, [_text_column(column) for column in batch.columns])
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


def _text_column(column: pa.Array) -> pa.Array:
    kind = column.type
    if pa.types.is_dictionary(kind):
        column, kind = column.dictionary_decode(), kind.value_type
    if pa.types.is_null(kind):
        return pa.nulls(len(column), pa.string())
    if pa.types.is_floating(kind):
        values = column.cast(pa.float64()).to_pylist()
        return text_array([None if value is None or value != value else number_text(value) for value in values])
    if pa.types.is_decimal(kind):
        return text_array([None if value is None else format(value, "f") for value in column.to_pylist()])
    if pa.types.is_timestamp(kind):
        # Nanoseconds are cut to microseconds: nothing here is finer than a second.
        return column.cast(pa.timestamp("us", kind.tz), safe=False).cast(pa.string())
    if any(is_kind(kind) for is_kind in CAST_AS_WRITTEN):
        text = pc.cast(column, pa.string())
        text.validate(full=True)
        return text
    return text_array([None if value is None else str(value) for value in column.to_pylist()])
