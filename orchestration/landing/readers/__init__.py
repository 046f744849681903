"""Readers of inbox files: one module a format; the kind is told from the content, so a wrong extension does no harm."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from orchestration.landing.contracts.definition import Contract
from orchestration.landing.readers.delimited import read_delimited
from orchestration.landing.readers.json_lines import read_json_lines
from orchestration.landing.readers.names import Names
from orchestration.landing.readers.parquet import read_parquet
from orchestration.landing.readers.table import (
    BeyondLimit,
    FileRejected,
    FileTable,
    Limits,
    ReaderFailed,
    UnreadableRow,
    shortly,
)
from orchestration.landing.readers.task import Task
from orchestration.landing.readers.text import REWRITTEN, read_text, refuse_binary
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
LONGEST_BEGINNING = 64 * 1024
# The directory of an Office file of the old kind, which names its parts, lies near its beginning or end.
DIRECTORY_WITHIN = 64 * 1024 * 1024
DEFAULT_LIMITS = Limits()


def read_table(
    path: Path,
    contract: Contract,
    work_folder: Path,
    limits: Limits = DEFAULT_LIMITS,
    names: Names | None = None,
    told: Callable[[int], None] | None = None,
) -> FileTable:
    """All rows of a file as text, written below `work_folder`, or `FileRejected` with what to do: a reader raises
    nothing else. `names` are those that its header may use, the contract's own unless given; `told` is called with the
    number of rows read so far."""
    task = Task(contract, names or Names(contract), work_folder, limits, told)
    try:
        return _read(path, task)
    except FileRejected:
        raise
    except Exception as error:
        fault = shortly(error)
        raise ReaderFailed(
            "reader_failed",
            Wording(
                f"文件无法读取({fault}),这是程序的缺陷:请报告,并暂以另一种格式提交({SUPPORTED.zh})",
                f"the file cannot be read ({fault}), which is a fault of the program: report it, and meanwhile"
                f" {SUPPORTED.en} in another of these formats",
            ),
        ) from error
    finally:
        (work_folder / REWRITTEN).unlink(missing_ok=True)


def refuse_at_sight(path: Path, limits: Limits) -> None:
    """Refuse a file for its size or its beginning, before it is copied. Raises `FileRejected`, `OSError`."""
    size = path.stat().st_size
    if size > limits.file_megabytes * 1024**2:
        megabytes, limit = f"{size / 1024**2:,.0f}", f"{limits.file_megabytes:,}"
        raise BeyondLimit(
            "file_too_large",
            Wording(
                f"文件有 {megabytes} MB,上限为 {limit} MB(limits.file_megabytes):请分成几个文件",
                f"the file has {megabytes} MB, more than {limit} MB (limits.file_megabytes): split it",
            ),
        )
    with path.open("rb") as file:
        refuse_binary(file.read(LONGEST_BEGINNING))


def _read(path: Path, task: Task) -> FileTable:
    with path.open("rb") as file:
        head = file.read(LONGEST_BEGINNING)
    if head.startswith(b"PK\x03\x04"):
        return read_workbook(path, task)
    if head.startswith(b"PAR1"):
        return read_parquet(path, task)
    if head.startswith(OLE_MAGIC):
        raise _old_office_file(path)
    for beginning, name in FOREIGN_KINDS.items():
        if head.startswith(beginning):
            raise FileRejected(
                "kind_unsupported",
                Wording(f"文件是{name.zh}:{SUPPORTED.zh}", f"the file is {name.en}: {SUPPORTED.en}"),
            )
    text = read_text(path, task.work_folder)
    first = text.first_character()
    if not first:
        raise FileRejected(
            "file_empty",
            Wording("文件是空的:请重新提交或删除", "the file is empty: deliver it anew, or remove it"),
        )
    if first == "{":
        return read_json_lines(text, task)
    if first == "[":
        raise FileRejected(
            "kind_unsupported",
            Wording(
                "文件是 JSON 数组:请每行写一个对象(JSON Lines)",
                "the file is a JSON array: write one object a line (JSON Lines)",
            ),
        )
    return read_delimited(text, task)


def _old_office_file(path: Path) -> FileRejected:
    with path.open("rb") as file:
        is_encrypted = ENCRYPTED_PART in file.read(DIRECTORY_WITHIN)
    if is_encrypted:
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
    "BeyondLimit",
    "FileRejected",
    "FileTable",
    "Limits",
    "Names",
    "ReaderFailed",
    "UnreadableRow",
    "read_table",
    "refuse_at_sight",
]
