"""Reader of Parquet files: every column as text, numbers without exponent, times with their offset."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from orchestration.landing.readers.table import FileRejected, FileTable, clean_name, number_text, write_rows
from orchestration.wording import Wording

CAST_AS_WRITTEN = (pa.types.is_integer, pa.types.is_date, pa.types.is_string, pa.types.is_large_string)


def read_parquet(content: bytes, work_folder: Path) -> FileTable:
    """Rows of a Parquet file, numbered from 2 as if a header stood in row 1."""
    try:
        table = pq.ParquetFile(pa.BufferReader(content)).read()
    except (pa.ArrowException, OSError, ValueError) as error:
        first_line = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise FileRejected(
            "parquet_unreadable",
            Wording(
                f"Parquet 文件被截断或已损坏({first_line}):请重新复制或导出",
                f"the Parquet file is cut off or damaged ({first_line}): copy or export it anew",
            ),
        ) from error
    header = [clean_name(name) for name in table.column_names]
    columns = [_text_column(table.column(position)) for position in range(table.num_columns)]
    return FileTable(
        file_format="parquet",
        encoding="",
        header=header,
        rows=write_rows(work_folder, header, range(2, table.num_rows + 2), columns),
        readable_count=table.num_rows,
    )


def _text_column(column: pa.ChunkedArray) -> list[str | None]:
    kind = column.type
    if pa.types.is_dictionary(kind):
        column, kind = column.cast(kind.value_type), kind.value_type
    if pa.types.is_null(kind):
        return [None] * len(column)
    if pa.types.is_floating(kind):
        values = column.cast(pa.float64()).to_pylist()
        return [None if value is None or value != value else number_text(value) for value in values]
    if pa.types.is_decimal(kind):
        return [None if value is None else format(value, "f") for value in column.to_pylist()]
    if pa.types.is_timestamp(kind):
        # Nanoseconds are cut to microseconds: nothing here is finer than a second.
        return column.cast(pa.timestamp("us", kind.tz), safe=False).cast(pa.string()).to_pylist()
    if any(is_kind(kind) for is_kind in CAST_AS_WRITTEN):
        return pc.cast(column, pa.string()).to_pylist()
    return [None if value is None else str(value) for value in column.to_pylist()]
