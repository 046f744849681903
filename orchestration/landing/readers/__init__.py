"""Readers of inbox files: one module a format; the kind is told from the content, so a wrong extension does no harm."""

from __future__ import annotations

from pathlib import Path

from orchestration.landing.contracts.definition import Contract
from orchestration.landing.readers.delimited import read_delimited
from orchestration.landing.readers.json_lines import read_json_lines
from orchestration.landing.readers.parquet import read_parquet
from orchestration.landing.readers.table import ROWS_FILE, FileRejected, FileTable, Limits, ReaderFailed, UnreadableRow
from orchestration.landing.readers.text import decode
from orchestration.landing.readers.workbook import read_workbook
from orchestration.wording import Wording

SUPPORTED = Wording(
    "请提交 CSV、Excel(.xlsx)、Parquet 或 JSON Lines", "deliver CSV, Excel (.xlsx), Parquet or JSON Lines"
)
OLE_MAGIC = bytes.fromhex("d0cf11e0a1b11ae1")
ENCRYPTED_PART = "EncryptedPackage".encode("utf-16-le")
# Beginnings of kinds that people do drop into an inbox and that would otherwise end in a puzzling message about text.
FOREIGN_KINDS = {
    b"%PDF": Wording("PDF 文件", "a PDF"),
    b"\x1f\x8b": Wording("gzip 压缩包", "a gzip archive"),
    b"7z\xbc\xaf": Wording("7-Zip 压缩包", "a 7-Zip archive"),
    b"Rar!": Wording("RAR 压缩包", "a RAR archive"),
    b"\x89PNG": Wording("图片", "a picture"),
    b"\xff\xd8\xff": Wording("图片", "a picture"),
    b"SQLite format 3": Wording("SQLite 数据库", "a SQLite database"),
}
DEFAULT_LIMITS = Limits()


def read_table(path: Path, contract: Contract, work_folder: Path, limits: Limits = DEFAULT_LIMITS) -> FileTable:
    """All rows of a file as text, written below `work_folder`, or `FileRejected` with what to do: a reader raises
    nothing else."""
    try:
        return _read(path.read_bytes(), contract, work_folder, limits)
    except FileRejected:
        raise
    except Exception as error:
        fault = f"{type(error).__name__}: {error}"
        raise ReaderFailed(
            "reader_failed",
            Wording(
                f"文件无法读取({fault}),这是程序的缺陷:请报告,并暂以另一种格式提交({SUPPORTED.zh})",
                f"the file cannot be read ({fault}), which is a fault of the program: report it, and meanwhile"
                f" {SUPPORTED.en} in another of these formats",
            ),
        ) from error


def _read(content: bytes, contract: Contract, work_folder: Path, limits: Limits) -> FileTable:
    if not content.strip():
        raise FileRejected(
            "file_empty",
            Wording("文件是空的:请重新提交或删除", "the file is empty: deliver it anew, or remove it"),
        )
    if content.startswith(b"PK\x03\x04"):
        return read_workbook(content, contract, work_folder, limits)
    if content.startswith(b"PAR1"):
        return read_parquet(content, work_folder)
    if content.startswith(OLE_MAGIC):
        raise _old_office_file(content)
    for beginning, name in FOREIGN_KINDS.items():
        if content.startswith(beginning):
            raise FileRejected(
                "kind_unsupported",
                Wording(f"文件是{name.zh}:{SUPPORTED.zh}", f"the file is {name.en}: {SUPPORTED.en}"),
            )
    text, encoding = decode(content)
    first = text.lstrip()[:1]
    if first == "{":
        return read_json_lines(text, encoding, contract, work_folder)
    if first == "[":
        raise FileRejected(
            "kind_unsupported",
            Wording(
                "文件是 JSON 数组:请每行写一个对象(JSON Lines)",
                "the file is a JSON array: write one object a line (JSON Lines)",
            ),
        )
    return read_delimited(text, encoding, contract, work_folder)


def _old_office_file(content: bytes) -> FileRejected:
    if ENCRYPTED_PART in content:
        return FileRejected(
            "workbook_encrypted",
            Wording(
                "工作簿有密码保护:请取消密码后保存", "the workbook is protected by a password: save it without one"
            ),
        )
    return FileRejected(
        "kind_unsupported",
        Wording(
            "文件是旧版 Excel 或 Office 文件:请另存为 .xlsx 或 CSV",
            "the file is an old Excel or Office file: save it as .xlsx or CSV",
        ),
    )


__all__ = [
    "DEFAULT_LIMITS",
    "ROWS_FILE",
    "FileRejected",
    "FileTable",
    "Limits",
    "ReaderFailed",
    "UnreadableRow",
    "read_table",
]
