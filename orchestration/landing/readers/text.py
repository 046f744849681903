"""From bytes to UTF-8: UTF-8 with or without marks, UTF-16 with mark, GB18030; anything else is refused by name.

Files are looked through block by block, so that their size costs no memory. GB18030 takes nearly any bytes for
characters, so what it gives must be plausible Chinese: text of another code page is refused instead of landing as
rare characters that nobody wrote.
"""

from __future__ import annotations

import codecs
import io
import itertools
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from orchestration.landing.readers.table import BeyondLimit, FileRejected, Limits
from orchestration.wording import Wording

BLOCK = 4 * 1024 * 1024
MARK = "\ufeff"
# Where a text that is not UTF-8 is written anew, below the work folder.
REWRITTEN = "text.utf8"
SAVE_AS_UTF8 = Wording("请另存为 CSV UTF-8", "save it as CSV UTF-8")
# Characters beyond these shares and numbers are another code page; Chinese office text is GB 2312 nearly whole, rare
# names and traditional forms aside.
WESTERN_SHARE, BIG5_SHARE, CHINESE_SHARE = 0.8, 0.75, 0.5
ENOUGH_CHARACTERS = 10
LOOKED_AT_BLOCKS = 16
# Kinds that hold NUL bytes and are told apart elsewhere: archives, Parquet, Office files of the old kind.
BINARY_KINDS = (b"PK\x03\x04", b"PAR1", bytes.fromhex("d0cf11e0a1b11ae1"))


@dataclass(frozen=True)
class TextFile:
    """A text as UTF-8: `path` holds it from `offset` on, without byte-order mark; `encoding` is what it came in. Of a
    short one `content` is the same."""

    path: Path
    offset: int
    encoding: str
    content: bytes | None = None

    def blocks(self) -> Iterator[bytes]:
        """The text in blocks of whole lines (the last may have no line end); one line is longer than a block where
        the text has no shorter ones."""
        if self.content is not None:
            end = self.content.rfind(b"\n") + 1
            yield from filter(None, (self.content[:end], self.content[end:]))
            return
        with self.path.open("rb") as file:
            file.seek(self.offset)
            kept = b""
            while block := file.read(BLOCK):
                end = block.rfind(b"\n") + 1
                if end:
                    yield kept + block[:end]
                    kept = block[end:]
                else:
                    kept += block
                    if len(kept) > 2 * BLOCK:
                        yield kept
                        kept = b""
            if kept:
                yield kept

    def first_character(self) -> str:
        """The first character that a person sees; empty where there is none."""
        decoder = codecs.getincrementaldecoder("utf-8")()
        with io.BytesIO(self.content) if self.content is not None else self.path.open("rb") as file:
            file.seek(0 if self.content is not None else self.offset)
            while block := file.read(BLOCK):
                if text := decoder.decode(block).strip(" \t\r\n\f\v\u200b" + MARK):
                    return text[0]
        return ""


def read_text(path: Path, work_folder: Path) -> TextFile:
    """The text of a file, written anew below `work_folder` where it is not UTF-8. Raises `FileRejected`."""
    with path.open("rb") as file:
        head = file.read(BLOCK)
    if head.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        raise FileRejected(
            "encoding_unsupported",
            Wording(f"文件是 UTF-32 编码:{SAVE_AS_UTF8.zh}", f"the file is UTF-32: {SAVE_AS_UTF8.en}"),
        )
    has_foreign_line_ends = b"\n" not in head and b"\r" in head
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _rewritten(path, work_folder, "utf-16")
    refuse_binary(head)
    has_mark = head.startswith(codecs.BOM_UTF8)
    is_short = len(head) < BLOCK
    failed_at = None if is_short and _is_utf8(head) else _first_unreadable(path, "utf-8")
    if failed_at is None:
        if has_foreign_line_ends:
            return _rewritten(path, work_folder, "utf-8-sig" if has_mark else "utf-8")
        offset = 0
        while head.startswith(codecs.BOM_UTF8, offset):
            offset += len(codecs.BOM_UTF8)
        content = head[offset:] if is_short else None
        return TextFile(path, offset, "utf-8-sig" if has_mark else "utf-8", content)
    if has_mark:
        raise _damaged("UTF-8", path, failed_at)
    _refuse_damaged_utf8(path, failed_at)
    failed_at = _first_unreadable(path, "gb18030")
    if failed_at is not None:
        line = _line(path, failed_at)
        raise FileRejected(
            "encoding_unreadable",
            Wording(
                f"文本既不是 UTF-8 也不是 GB18030(首个无法读取的字节在第 {line} 行):{SAVE_AS_UTF8.zh}",
                f"the text is neither UTF-8 nor GB18030 (first unreadable byte in line {line}): {SAVE_AS_UTF8.en}",
            ),
        )
    _refuse_implausible(path)
    return _rewritten(path, work_folder, "gb18030")


def blocks_of(text: TextFile, limits: Limits) -> Iterator[bytes]:
    """The blocks of a text. Raises `FileRejected` for a line beyond the limit."""
    limit, lines = limits.line_megabytes * 1024**2, 0
    for block in text.blocks():
        if len(block) > limit and (at := _long_line(block, limit)) is not None:
            number = f"{lines + at:,}"
            raise BeyondLimit(
                "line_too_long",
                Wording(
                    f"第 {number} 行超过 {limits.line_megabytes} MB(limits.line_megabytes):请检查是否缺少换行",
                    f"line {number} has more than {limits.line_megabytes} MB (limits.line_megabytes): look for lost"
                    " line breaks",
                ),
            )
        lines += block.count(b"\n")
        yield block


def lines_of(text: str) -> list[str]:
    """Lines with their ends, at which only carriage return and line feed count."""
    return list(io.StringIO(text, newline=""))


def _long_line(block: bytes, limit: int) -> int | None:
    """The number, within the block, of the first line beyond the limit."""
    start = 0
    while len(block) - start > limit:
        end = block.rfind(b"\n", start, start + limit + 1)
        if end < 0:
            return block.count(b"\n", 0, start) + 1
        start = end + 1
    return None


def refuse_binary(head: bytes) -> None:
    """Refuse a file whose beginning is full of NUL bytes and none of a kind that has them."""
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, *BINARY_KINDS)):
        return
    if head.count(0) > len(head) // 5:
        raise FileRejected(
            "encoding_unsupported",
            Wording(
                f"文件充满 NUL 字节(二进制,或无字节顺序标记的 UTF-16):{SAVE_AS_UTF8.zh}",
                f"the file is full of NUL bytes (binary, or UTF-16 without byte-order mark): {SAVE_AS_UTF8.en}",
            ),
        )


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            yield block


def _is_utf8(content: bytes) -> bool:
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True


def _first_unreadable(path: Path, encoding: str) -> int | None:
    """Position of the first byte that is none of the encoding."""
    decoder = codecs.getincrementaldecoder(encoding)()
    done = 0
    for block in _blocks(path):
        pending = len(decoder.getstate()[0])
        try:
            decoder.decode(block)
        except UnicodeDecodeError as error:
            return done - pending + error.start
        done += len(block)
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return done - len(decoder.getstate()[0])
    return None


def _rewritten(path: Path, work_folder: Path, encoding: str) -> TextFile:
    """The text as UTF-8 in a file of its own, every line ended by a line feed. Raises `FileRejected`."""
    target = work_folder / REWRITTEN
    decoder = codecs.getincrementaldecoder(encoding)()
    foreign_line_ends: bool | None = None
    done, is_start = 0, True
    with target.open("wb") as file:
        for block in _blocks(path):
            try:
                text = decoder.decode(block)
            except UnicodeDecodeError as error:
                raise _damaged(encoding.upper(), path, done + error.start) from None
            done += len(block)
            if is_start:
                text = text.lstrip(MARK)
                is_start = not text
            if foreign_line_ends is None and text:
                foreign_line_ends = "\n" not in text and "\r" in text
            if foreign_line_ends:
                text = text.replace("\r", "\n")
            file.write(text.encode())
        try:
            file.write(decoder.decode(b"", final=True).encode())
        except UnicodeDecodeError:
            raise _damaged(encoding.upper(), path, done) from None
    return TextFile(target, 0, encoding)


def _damaged(encoding: str, path: Path, position: int) -> FileRejected:
    line = _line(path, position)
    return FileRejected(
        "encoding_unreadable",
        Wording(
            f"文件开头为 {encoding},但第 {position} 字节(第 {line} 行)有损坏的字符:请重新保存或复制",
            f"the file begins as {encoding} but has a damaged character at byte {position} (line {line}): save or copy"
            " it anew",
        ),
    )


def _refuse_damaged_utf8(path: Path, position: int) -> None:
    """UTF-8 with a few broken bytes would pass as GB18030 with wrong characters: refuse it instead."""
    decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
    damaged = sound = 0
    for block in _blocks(path):
        characters = decoder.decode(block)
        broken = characters.count("\ufffd")
        damaged += broken
        sound += len(characters) - len(characters.encode("ascii", "ignore")) - broken
    # A GB18030 text read as UTF-8 breaks at nearly every Chinese character; a damaged UTF-8 text at a few.
    if sound > 10 * damaged:
        line = _line(path, position)
        raise FileRejected(
            "encoding_unreadable",
            Wording(
                f"文件是 UTF-8,但第 {line} 行有损坏的字符(被截断,或用别的编码编辑过):请重新保存或复制",
                f"the file is UTF-8 with a damaged character in line {line} (cut off, or edited with another encoding):"
                " save or copy it anew",
            ),
        )


def _refuse_implausible(path: Path) -> None:
    """Refuse text that GB18030 can read and nobody wrote in it."""
    characters: Counter[str] = Counter()
    decoder = codecs.getincrementaldecoder("gb18030")()
    for block in itertools.islice(_blocks(path), LOOKED_AT_BLOCKS):
        characters.update(decoder.decode(block))
    encoded = {character: character.encode("gb18030") for character in characters if character > "\x7f"}
    count = sum(characters[character] for character in encoded)
    if not count:
        return

    def share(holds: Callable[[bytes], bool]) -> float:
        return sum(characters[character] for character, code in encoded.items() if holds(code)) / count

    # An accented letter and the letter after it: a lead byte from C0 on, and an ASCII letter.
    western = share(lambda code: len(code) == 2 and code[0] >= 0xC0 and code[1:].isalpha())
    plain = share(lambda code: len(code) == 2 and code[0] >= 0xA1 and code[1] >= 0xA1)
    if western >= WESTERN_SHARE:
        raise _implausible(Wording("西欧编码(如 cp1252)", "a western code page (such as cp1252)"), encoded, characters)
    if plain < BIG5_SHARE and _is_big5(path):
        raise _implausible(Wording("Big5(繁体中文)", "Big5 (traditional Chinese)"), encoded, characters)
    if plain < CHINESE_SHARE and count >= ENOUGH_CHARACTERS:
        raise _implausible(Wording("其他编码", "in another code page"), encoded, characters)


def _is_big5(path: Path) -> bool:
    """Whether the bytes are Big5 throughout, nearly all of its frequent characters and marks."""
    decoder = codecs.getincrementaldecoder("big5")()
    frequent = count = 0
    try:
        for block in itertools.islice(_blocks(path), LOOKED_AT_BLOCKS):
            for character in decoder.decode(block):
                if character > "\x7f":
                    count += 1
                    frequent += 0xA1 <= character.encode("big5")[0] <= 0xC6
    except UnicodeError:
        return False
    return frequent > 0.9 * count


def _implausible(kind: Wording, encoded: dict[str, bytes], characters: Counter[str]) -> FileRejected:
    rare = [each for each, code in encoded.items() if not (len(code) == 2 and code[0] >= 0xA1 and code[1] >= 0xA1)]
    shown = "".join(sorted(rare, key=lambda each: -characters[each])[:8])
    return FileRejected(
        "encoding_implausible",
        Wording(
            f"文本不是 UTF-8,按 GB18030 读出的不像中文('{shown}'),可能是{kind.zh}:{SAVE_AS_UTF8.zh}",
            f"the text is not UTF-8, and read as GB18030 it is no plausible Chinese ('{shown}'); it may be {kind.en}:"
            f" {SAVE_AS_UTF8.en}",
        ),
    )


def _line(path: Path, position: int) -> int:
    count, left = 1, position
    for block in _blocks(path):
        count += block.count(b"\n", 0, max(left, 0))
        left -= len(block)
        if left <= 0:
            break
    return count
