"""From bytes to text: UTF-8 with or without mark, UTF-16 with mark, GB18030; anything else is refused by name."""

from __future__ import annotations

import codecs

from orchestration.landing.readers.table import FileRejected
from orchestration.wording import Wording

SAVE_AS_UTF8 = Wording("请另存为 CSV UTF-8", "save it as CSV UTF-8")


def decode(content: bytes) -> tuple[str, str]:
    """Return (text without byte-order mark, encoding name), or raise `FileRejected`."""
    if content.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        raise FileRejected(
            "encoding_unsupported",
            Wording(f"文件为 UTF-32 编码:{SAVE_AS_UTF8.zh}", f"the file is UTF-32: {SAVE_AS_UTF8.en}"),
        )
    if content.startswith(codecs.BOM_UTF8):
        return _strict(content, "utf-8-sig"), "utf-8-sig"
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _strict(content, "utf-16"), "utf-16"
    if content.count(0) > len(content) // 5:
        raise FileRejected(
            "encoding_unsupported",
            Wording(
                f"文件中有大量 NUL 字节(二进制文件,或无字节序标记的 UTF-16):{SAVE_AS_UTF8.zh}",
                f"the file is full of NUL bytes (binary, or UTF-16 without byte-order mark): {SAVE_AS_UTF8.en}",
            ),
        )
    try:
        return content.decode("utf-8"), "utf-8"
    except UnicodeDecodeError as error:
        _refuse_damaged_utf8(content, error)
    try:
        return content.decode("gb18030"), "gb18030"
    except UnicodeDecodeError as error:
        raise FileRejected(
            "encoding_unreadable",
            Wording(
                f"文本既非 UTF-8 也非 GB18030(首个无法识别的字节在第 {_line(content, error.start)} 行):"
                f"{SAVE_AS_UTF8.zh}",
                f"the text is neither UTF-8 nor GB18030 (first unreadable byte in line {_line(content, error.start)}):"
                f" {SAVE_AS_UTF8.en}",
            ),
        ) from None


def _strict(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        raise FileRejected(
            "encoding_unreadable",
            Wording(
                f"文件开头为 {encoding.upper()},但第 {error.start} 字节"
                f"(第 {_line(content, error.start)} 行)的字符已损坏:请重新保存或复制",
                f"the file begins as {encoding.upper()} but has a damaged character at byte {error.start}"
                f" (line {_line(content, error.start)}): save or copy it anew",
            ),
        ) from None


def _refuse_damaged_utf8(content: bytes, error: UnicodeDecodeError) -> None:
    """UTF-8 with a few broken bytes would pass as GB18030 with wrong characters: refuse it instead."""
    characters = content.decode("utf-8", errors="replace")
    damaged = characters.count("\ufffd")
    # A GB18030 text read as UTF-8 breaks at nearly every Chinese character; a damaged UTF-8 text at a few.
    sound = sum(1 for character in characters if character > "\x7f" and character != "\ufffd")
    if sound > 10 * damaged:
        raise FileRejected(
            "encoding_unreadable",
            Wording(
                f"文件为 UTF-8,但第 {_line(content, error.start)} 行有损坏的字符"
                "(被截断,或用其他编码编辑过):请重新保存或复制",
                f"the file is UTF-8 with a damaged character in line {_line(content, error.start)} (cut off, or edited"
                " with another encoding): save or copy it anew",
            ),
        )


def _line(content: bytes, position: int) -> int:
    return content.count(b"\n", 0, position) + 1
