"""The parts of an Excel workbook (.xlsx) that reading needs: its sheets, shared strings and number formats.

Read from the parts themselves and not through openpyxl, which stops at styles that other office programs write, knows
neither the dates of Chinese Excel (formats 27 to 58) nor, when it reads in a stream, merged cells and hidden rows.
Nothing is unpacked before the sizes that the archive states are within the limits; Python's zipfile reads no more of a
part than is stated.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import IO

from lxml import etree
from openpyxl.styles.numbers import BUILTIN_FORMATS

from orchestration.landing.readers.table import BeyondLimit, FileRejected, Limits
from orchestration.wording import Wording

WORKSHEET = "/worksheet"
LARGEST_PART_COUNT = 10_000
# Dates and times that Excel writes by number alone; 27 to 36 and 50 to 58 are those of Chinese Excel.
DATE_FORMAT_IDS = {
    **{number: BUILTIN_FORMATS[number] for number in (*range(14, 23), *range(45, 48))},
    **dict.fromkeys((*range(27, 32), 36, *range(50, 55), 57, 58), "yyyy-mm-dd"),
    **dict.fromkeys((*range(32, 36), 55, 56), "h:mm:ss"),
}
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


@dataclass(frozen=True)
class Sheet:
    """A worksheet: its title, whether Excel shows it, and where its part is."""

    title: str
    is_visible: bool
    part: str


class WorkbookParts:
    """An open workbook; a context that closes the archive. Raises `FileRejected` for what is none or is too large."""

    def __init__(self, path: Path, limits: Limits) -> None:
        self._archive = zipfile.ZipFile(path)
        try:
            self._check(limits)
        except BaseException:
            self._archive.close()
            raise

    def __enter__(self) -> WorkbookParts:
        return self

    def __exit__(self, *_: object) -> None:
        self._archive.close()

    def open(self, part: str) -> IO[bytes]:
        return self._archive.open(part)

    @cached_property
    def sheets(self) -> list[Sheet]:
        """The worksheets in the order of their tabs; sheets that hold only a chart are left out."""
        targets = dict(self._related(self._workbook_part))
        sheets = []
        for element in self._workbook.iterfind("{*}sheets/{*}sheet"):
            relation = next((value for name, value in element.items() if name.endswith("}id")), "")
            kind, part = targets.get(relation, ("", ""))
            if kind.endswith(WORKSHEET):
                sheets.append(Sheet(element.get("name", ""), element.get("state", "visible") == "visible", part))
        return sheets

    @cached_property
    def counts_from_1904(self) -> bool:
        """Whether days are counted from 1904, as in workbooks that began on an old Mac."""
        properties = self._workbook.find("{*}workbookPr")
        return properties is not None and properties.get("date1904", "0") in ("1", "true")

    @cached_property
    def strings(self) -> list[str]:
        """The texts that cells refer to by number."""
        part = self._part_of("/sharedStrings")
        if not part:
            return []
        with self.open(part) as file:
            return [rich_text(element) for element in elements(file, "si")]

    @cached_property
    def formats(self) -> list[str]:
        """The number format of each cell style."""
        part = self._part_of("/styles")
        if not part:
            return []
        root = self._root(part)
        own = {int(each.get("numFmtId")): each.get("formatCode", "") for each in root.iterfind("{*}numFmts/{*}numFmt")}
        numbers = [int(style.get("numFmtId", 0)) for style in root.iterfind("{*}cellXfs/{*}xf")]
        return [
            own.get(number) or DATE_FORMAT_IDS.get(number) or BUILTIN_FORMATS.get(number, "General")
            for number in numbers
        ]

    # --- parts ---

    def _check(self, limits: Limits) -> None:
        parts = self._archive.infolist()
        names = {part.filename for part in parts}
        if "xl/workbook.bin" in names:
            raise _unsupported(Wording("Excel 二进制工作簿(.xlsb)", "a binary Excel workbook (.xlsb)"))
        if "content.xml" in names and "mimetype" in names:
            raise _unsupported(Wording("LibreOffice/OpenOffice 文件", "a LibreOffice or OpenOffice file"))
        if "word/document.xml" in names:
            raise _unsupported(Wording("Word 文档", "a Word document"))
        if not any(name.startswith("xl/worksheets/") for name in names):
            raise FileRejected(
                "kind_unsupported",
                Wording(
                    "文件是 zip 压缩包而不是工作簿:请先解压", "the file is a zip archive, not a workbook: unpack it"
                ),
            )
        unpacked = sum(part.file_size for part in parts)
        if unpacked > limits.unpacked_megabytes * 1024**2 or len(parts) > LARGEST_PART_COUNT:
            raise _too_large(unpacked, limits.unpacked_megabytes, "unpacked_megabytes")
        strings = sum(part.file_size for part in parts if part.filename.endswith("sharedStrings.xml"))
        if strings > limits.shared_text_megabytes * 1024**2:
            raise _too_large(strings, limits.shared_text_megabytes, "shared_text_megabytes")

    @cached_property
    def _workbook_part(self) -> str:
        return next(part for kind, part in dict(self._related("")).values() if kind.endswith("/officeDocument"))

    @cached_property
    def _workbook(self) -> etree._Element:
        return self._root(self._workbook_part)

    def _part_of(self, kind: str) -> str | None:
        found = (
            part for its_kind, part in dict(self._related(self._workbook_part)).values() if its_kind.endswith(kind)
        )
        part = next(found, None)
        return part if part in self._archive.namelist() else None

    def _related(self, part: str) -> Iterator[tuple[str, tuple[str, str]]]:
        """(id, (kind, part)) of what a part refers to; the empty part is the archive itself."""
        folder, name = posixpath.split(part)
        for relation in self._root(posixpath.join(folder, "_rels", f"{name}.rels")):
            target = relation.get("Target", "")
            target = target[1:] if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
            yield relation.get("Id", ""), (relation.get("Type", ""), target)

    def _root(self, part: str) -> etree._Element:
        with self.open(part) as file:
            return etree.parse(file, etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)).getroot()


def elements(file: IO[bytes], name: str) -> Iterator[etree._Element]:
    """The elements of a name, one after the other, each forgotten when the next one comes."""
    for _, element in etree.iterparse(
        file, events=("end",), tag=f"{{*}}{name}", resolve_entities=False, no_network=True, load_dtd=False
    ):
        yield element
        element.clear()
        parent = element.getparent()
        while parent is not None and element.getprevious() is not None:
            del parent[0]


def rich_text(element: etree._Element) -> str:
    """The text of a string item: of itself and its runs, without what only says how it is pronounced."""
    if len(element) == 1 and str(element[0].tag).endswith("}t"):
        return unescaped(element[0].text or "")
    parts = [each.text or "" for each in element.iterfind("{*}t")]
    parts += [each.text or "" for each in element.iterfind("{*}r/{*}t")]
    return unescaped("".join(parts))


def unescaped(text: str) -> str:
    """The text with characters that XML cannot hold, which workbooks write as _x0007_; half a character may remain."""
    if "_x" not in text:
        return text
    text = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")


def _unsupported(kind: Wording) -> FileRejected:
    return FileRejected(
        "kind_unsupported",
        Wording(f"文件是{kind.zh}:请另存为 .xlsx 或 CSV", f"the file is {kind.en}: save it as .xlsx or CSV"),
    )


def _too_large(size: int, limit: int, name: str) -> FileRejected:
    megabytes = f"{size / 1024**2:,.0f}"
    return BeyondLimit(
        "workbook_too_large",
        Wording(
            f"工作簿解压后为 {megabytes} MB,上限为 {limit:,} MB(limits.{name}):请拆分,或提交 Parquet",
            f"the workbook unpacks to {megabytes} MB, more than {limit:,} MB (limits.{name}): split it, or deliver"
            " Parquet",
        ),
    )
