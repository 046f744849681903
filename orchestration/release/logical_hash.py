"""What a table says, as one SHA-256 that any DuckDB, or any other program, finds again.

The canonical text: a first line with the JSON array of `[name, type]` of each column; then one line a row, the JSON
array of its values as text (decimals with all digits of their scale, dates and times as ISO 8601, booleans true or
false, a zero without a sign), null where there is none; rows in the byte order of their lines; each line ended by a
line feed; UTF-8.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from orchestration.writing.sql import identifier

ROWS_AT_ONCE = 50_000


def logical_hash(connection: duckdb.DuckDBPyConnection, relation: str, columns: Sequence[tuple[str, str]]) -> str:
    """SHA-256 of the `columns` (name, type) of `relation`, in hexadecimal; `relation` is SQL, the names are not."""
    digest = hashlib.sha256()
    digest.update((json.dumps([list(column) for column in columns], ensure_ascii=False) + "\n").encode())
    values = ", ".join(_as_text(name, data_type) for name, data_type in columns)
    query = f"select cast(to_json([{values}]) as varchar) || chr(10) as line from {relation}"
    lines = _lines(connection, query)
    # Rows in the order of their key mostly have their lines in order too, and to look takes less than to sort.
    if not pc.all(pc.less_equal(lines[:-1], lines[1:])).as_py():
        lines = _lines(connection, f"{query} order by line")
    for chunk in lines.chunks:
        digest.update(_text(chunk))
    return digest.hexdigest()


def _as_text(name: str, data_type: str) -> str:
    """Parquet's dictionaries know one zero only, so a binary -0.0 is told as 0.0."""
    column = identifier(name)
    return f"cast({column} + 0.0 as varchar)" if data_type in ("DOUBLE", "FLOAT") else f"cast({column} as varchar)"


def _lines(connection: duckdb.DuckDBPyConnection, query: str) -> pa.ChunkedArray:
    """The finished table, which DuckDB fills on all cores; a stream of it has crashed the process."""
    return connection.sql(query).to_arrow_table(ROWS_AT_ONCE).column(0)


def _text(lines: pa.StringArray) -> memoryview:
    """The lines as Arrow holds them, end to end; a Python string for each would take as long as all the rest."""
    _, ends, text = lines.buffers()
    ends = np.frombuffer(ends, dtype=np.int32)[lines.offset : lines.offset + len(lines) + 1]
    return memoryview(text)[ends[0] : ends[-1]]
