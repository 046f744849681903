"""Streams a file of evidence into Parquet as received: CSV and JSON Lines (plain, .gz, .zst), Parquet as it is.

DuckDB reads and writes; what a file is, is told from its content. A row of a CSV that cannot be taken apart, or a line
that is no JSON, is kept aside and counted.
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import pyarrow as pa

from orchestration.landing.contracts.definition import Column, Contract
from orchestration.landing.readers.table import FileRejected, clean_name, shortly
from orchestration.landing.readers.text import read_text
from orchestration.wording import Wording
from orchestration.writing.sql import identifier, literal

COMPRESSIONS = {b"\x1f\x8b": "gzip", b"\x28\xb5\x2f\xfd": "zstd"}
PLAIN = "uncompressed"
HEAD = 1024 * 1024
BLOCK = 4 * 1024 * 1024
# Of a block, what may be the first half of a blank line.
LONGEST_END = 16
DELIMITERS = ",;\t|"
LINE_ENDS = {"\n": "\\n", "\r\n": "\\r\\n"}
ROWS_NAME = "received.parquet"
# Bytes of the longest line of a text.
LONGEST_LINE = 4 * 1024 * 1024
# A file with more rows that cannot be taken apart has another delimiter, or lost a quotation mark.
MOST_UNREADABLE = 2000
# Numbered as a spreadsheet shows the rows (the header is row 1); of JSON Lines it is the line.
FIRST_ROW = {"csv": 2, "parquet": 2, "jsonl": 1}
SUPPORTED = Wording(
    "请提交 CSV、JSON Lines(可用 gzip 或 zstd 压缩)或 Parquet",
    "deliver CSV or JSON Lines (plain, gzip or zstd), or Parquet",
)


@dataclass
class Received:
    """A file as received: `rows` is Parquet, `header` the technical names of its columns in order, `names` theirs in
    `rows`. The row with the number n of `rows` (from 0) is row `first_row` + n of the file, and one more for each of
    the `unreadable` rows (number, text) and of the `blank` ones before it."""

    file_format: str
    encoding: str
    header: list[str]
    names: list[str]
    rows: Path
    compression: str = PLAIN
    delimiter: str = ","
    line_end: str = "\n"
    readable_count: int = 0
    unreadable: list[tuple[int, str]] = field(default_factory=list)
    blank: list[int] = field(default_factory=list)
    notices: list[Wording] = field(default_factory=list)
    readings: dict[str, int] = field(default_factory=dict)

    @property
    def first_row(self) -> int:
        return FIRST_ROW[self.file_format]

    @property
    def left_out(self) -> list[int]:
        """The numbers of the file that are not among `rows`."""
        return sorted([*self.blank, *(number for number, _ in self.unreadable)])

    @property
    def row_count(self) -> int:
        return self.readable_count + len(self.unreadable)


def look_at(connection: duckdb.DuckDBPyConnection, path: Path, contract: Contract, work: Path) -> Received:
    """What a file is and which columns it has; its rows are not read yet. Raises `FileRejected`."""
    with path.open("rb") as file:
        magic = file.read(4)
    if magic == b"PAR1":
        names = _parquet_names(connection, path)
        return Received("parquet", "", _header(names, contract), names, path)
    if magic.startswith(b"PK\x03\x04"):
        raise FileRejected(
            "kind_unsupported",
            Wording(
                f"文件是工作簿或 ZIP:证据可达百万行,{SUPPORTED.zh}",
                f"the file is a workbook or ZIP: evidence may have millions of rows, {SUPPORTED.en}",
            ),
        )
    compression = next((name for start, name in COMPRESSIONS.items() if magic.startswith(start)), PLAIN)
    encoding = "utf-8"
    if compression == PLAIN:
        text = read_text(path, work)
        encoding, path = text.encoding, text.path
    head = _head(path, compression)
    if head.lstrip("\ufeff \t\r\n").startswith("{"):
        names = _json_names(connection, path, compression)
        return Received("jsonl", encoding, _header(names, contract), names, path, compression)
    names = _csv_names(head)
    line_end = "\r\n" if head.split("\n", 1)[0].endswith("\r") else "\n"
    return Received("csv", encoding, _header(names, contract), names, path, compression, _delimiter(head), line_end)


def _head(path: Path, compression: str) -> str:
    try:
        with _opened(path, compression) as stream:
            return bytes(stream.read(HEAD)).decode("utf-8", "ignore")
    except (OSError, pa.ArrowException) as error:
        raise FileRejected(
            "archive_damaged",
            Wording(
                f"压缩文件无法解开({shortly(error)}):请重新压缩",
                f"the compressed file cannot be unpacked ({shortly(error)}): compress it anew",
            ),
        ) from error


def _delimiter(head: str) -> str:
    first = head.lstrip("\ufeff").split("\n", 1)[0]
    return max(DELIMITERS, key=first.count)


def _csv_names(head: str) -> list[str]:
    lines = head.lstrip("\ufeff").splitlines()
    names = next(csv.reader(lines[:1], delimiter=_delimiter(head)), []) if lines else []
    if not any(map(clean_name, names)):
        raise FileRejected(
            "header_missing",
            Wording("第一行不是表头:请把列名写在第一行", "the first row is no header: write the names of the columns"),
        )
    return names


def _json_names(connection: duckdb.DuckDBPyConnection, path: Path, compression: str) -> list[str]:
    """Every key that any line has: a column of personal data may stand in one line only."""
    objects = (
        f"read_ndjson_objects({literal(str(path))}, ignore_errors = true, maximum_object_size = {LONGEST_LINE},"
        f" compression = {literal(compression)})"
    )
    rows = connection.execute(
        f"select distinct unnest(json_keys(json)) as key from {objects} where json_type(json) = 'OBJECT' order by key"
    ).fetchall()
    if not rows:
        raise FileRejected(
            "header_missing",
            Wording(
                "文件中没有一行是 JSON 对象:请每行写一个对象",
                "no line of the file is a JSON object: write one object a line",
            ),
        )
    return [name for (name,) in rows]


def _parquet_names(connection: duckdb.DuckDBPyConnection, path: Path) -> list[str]:
    try:
        described = connection.execute(f"describe select * from read_parquet({literal(str(path))})").fetchall()
    except duckdb.Error as error:
        raise FileRejected(
            "parquet_damaged",
            Wording(
                f"Parquet 文件无法读取({shortly(error)}):请重新导出",
                f"the Parquet file cannot be read ({shortly(error)}): export it anew",
            ),
        ) from error
    return [row[0] for row in described]


def _header(names: list[str], contract: Contract) -> list[str]:
    """The technical name of each column: a column goes by its own name or its Chinese title."""
    titles = {column.title_zh: column.name for column in contract.columns}
    return [titles.get(clean_name(name), clean_name(name)) for name in names]


def stream(connection: duckdb.DuckDBPyConnection, found: Received, contract: Contract, work: Path) -> Received:
    """Have the rows of a file as Parquet, under the technical names of its columns. Raises `FileRejected`."""
    if found.file_format == "parquet":
        [(found.readable_count,)] = connection.execute(
            f"select count(*) from read_parquet({literal(str(found.rows))})"
        ).fetchall()
        return found
    target = work / ROWS_NAME
    read = _read_csv(found) if found.file_format == "csv" else _read_json(found)
    try:
        [(found.readable_count,)] = connection.execute(
            f"copy ({read}) to {literal(str(target))} (format parquet, compression snappy, row_group_size 122880)"
        ).fetchall()
        if found.file_format == "csv":
            found.unreadable = connection.execute(
                "select line::bigint, any_value(csv_line) from reject_errors group by line order by line"
            ).fetchall()
    except (duckdb.OutOfMemoryException, duckdb.IOException):
        # No verdict on the file.
        raise
    except duckdb.Error as error:
        raise FileRejected(
            "text_unreadable",
            Wording(
                f"文件无法逐行读取({shortly(error)}):请另存为 UTF-8 文本",
                f"the file cannot be read row by row ({shortly(error)}): save it as UTF-8 text",
            ),
        ) from error
    else:
        if len(found.unreadable) > MOST_UNREADABLE:
            raise FileRejected(
                "rows_unreadable",
                Wording(
                    f"{len(found.unreadable)} 行不能按表头拆成各列:请检查分隔符与引号",
                    f"{len(found.unreadable)} rows cannot be taken apart into the header's columns: look at the"
                    " delimiter and the quotation marks",
                ),
            )
    finally:
        for table in ("reject_errors", "reject_scans"):
            connection.execute(f"drop table if exists {table}")
    found.blank = _blank_rows(found)
    if len(found.blank) > MOST_UNREADABLE:
        raise FileRejected(
            "rows_blank",
            Wording(
                f"文件中有 {len(found.blank)} 个空行:请删除空行后重新提交",
                f"the file has {len(found.blank)} blank lines: remove them and deliver it anew",
            ),
        )
    found.rows, found.names = target, found.header
    return found


def _blank_rows(found: Received) -> list[int]:
    """The numbers of rows without anything in them, which DuckDB passes over. Looked for one by one only in a file in
    which two ends of lines meet."""
    of_json = found.file_format == "jsonl"
    ends = re.compile(rb"\n[ \t\r]*\n" if of_json else rb"\n\r?\n")
    with _opened(found.rows, found.compression) as stream:
        last = b"\n"
        while block := stream.read(BLOCK):
            if ends.search(last + block):
                break
            last = block[-LONGEST_END:]
        else:
            return []
    with _opened(found.rows, found.compression) as stream, io.TextIOWrapper(stream, "utf-8", "replace") as text:
        if of_json:
            return [number for number, line in enumerate(text, start=1) if not line.strip()]
        return [number for number, row in enumerate(csv.reader(text, delimiter=found.delimiter), start=1) if not row]


def _opened(path: Path, compression: str) -> pa.NativeFile:
    return pa.input_stream(str(path), compression=None if compression == PLAIN else compression)


def _read_csv(found: Received) -> str:
    columns = ", ".join(f"{literal(name)}: 'VARCHAR'" for name in found.header)
    return (
        f"select * from read_csv({literal(str(found.rows))}, columns = {{{columns}}}, header = true, skip = 0,"
        f" auto_detect = false, delim = {literal(found.delimiter)}, quote = '\"', escape = '\"', nullstr = '',"
        f" compression = {literal(found.compression)}, store_rejects = true, rejects_limit = 0,"
        f" max_line_size = {LONGEST_LINE}, new_line = {literal(LINE_ENDS[found.line_end])})"
    )


def _read_json(found: Received) -> str:
    columns = ", ".join(f"{literal(name)}: 'VARCHAR'" for name in found.names)
    renamed = ", ".join(
        f"{identifier(name)} as {identifier(new)}" for name, new in zip(found.names, found.header, strict=True)
    )
    return (
        f"select {renamed} from read_json({literal(str(found.rows))}, columns = {{{columns}}},"
        f" format = 'newline_delimited', ignore_errors = true, maximum_object_size = {LONGEST_LINE},"
        f" compression = {literal(found.compression)})"
    )


def cell(column: Column, found: Received) -> str | None:
    """The name in `rows` of a contract's column, None where the file lacks it."""
    if column.name not in found.header:
        return None
    return found.names[found.header.index(column.name)]
