"""Readers of inbox files: one module a format; the kind is told from the content, so a wrong extension does no harm."""

from __future__ import annotations

from orchestration.landing.contracts.definition import Contract
from orchestration.landing.readers.delimited import read_delimited
from orchestration.landing.readers.json_lines import read_json_lines
from orchestration.landing.readers.parquet import read_parquet
from orchestration.landing.readers.table import FileRejected, FileTable, ReaderFailed, UnreadableRow
from orchestration.landing.readers.text import decode
from orchestration.landing.readers.workbook import read_workbook

SUPPORTED = "deliver CSV, Excel (.xlsx), Parquet or JSON Lines"
OLE_MAGIC = bytes.fromhex("d0cf11e0a1b11ae1")
ENCRYPTED_PART = "EncryptedPackage".encode("utf-16-le")
# Beginnings of kinds that people do drop into an inbox and that would otherwise end in a puzzling message about text.
FOREIGN_KINDS = {
    b"%PDF": "a PDF",
    b"\x1f\x8b": "a gzip archive",
    b"7z\xbc\xaf": "a 7-Zip archive",
    b"Rar!": "a RAR archive",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"SQLite format 3": "a SQLite database",
}


def read_table(content: bytes, contract: Contract) -> FileTable:
    """All rows of a file's bytes as text, or `FileRejected` with what to do: a reader raises nothing else."""
    try:
        return _read(content, contract)
    except FileRejected:
        raise
    except Exception as error:
        raise ReaderFailed(
            "reader_failed",
            f"the file cannot be read ({type(error).__name__}: {error}), which is a fault of the program: report it,"
            f" and meanwhile {SUPPORTED} in another of these formats",
        ) from error


def _read(content: bytes, contract: Contract) -> FileTable:
    if not content.strip():
        raise FileRejected("file_empty", "the file is empty: deliver it anew, or remove it")
    if content.startswith(b"PK\x03\x04"):
        return read_workbook(content, contract)
    if content.startswith(b"PAR1"):
        return read_parquet(content)
    if content.startswith(OLE_MAGIC):
        if ENCRYPTED_PART in content:
            raise FileRejected("workbook_encrypted", "the workbook is protected by a password: save it without one")
        raise FileRejected("kind_unsupported", "the file is an old Excel or Office file: save it as .xlsx or CSV")
    for beginning, name in FOREIGN_KINDS.items():
        if content.startswith(beginning):
            raise FileRejected("kind_unsupported", f"the file is {name}: {SUPPORTED}")
    text, encoding = decode(content)
    first = text.lstrip()[:1]
    if first == "{":
        return read_json_lines(text, encoding, contract)
    if first == "[":
        raise FileRejected("kind_unsupported", "the file is a JSON array: write one object a line (JSON Lines)")
    return read_delimited(text, encoding, contract)


__all__ = ["FileRejected", "FileTable", "ReaderFailed", "UnreadableRow", "read_table"]
