"""Text that is parted into lines with quotation marks and lines without reads as it does record by record."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from orchestration.landing.contracts import CONTRACTS
from orchestration.landing.readers import FileRejected, delimited
from orchestration.landing.readers.text import TextFile

from .conftest import OBSERVATION_ROW, read_bytes

HEADERS = (",".join(OBSERVATION_ROW), "Title of the table\n\n" + ",".join(f'"{name}"' for name in OBSERVATION_ROW))
CELLS = (
    "520102",
    "2019",
    "a b",
    "",
    "é·—",
    '"quoted, ""well"""',
    '"two\nlines"',
    '"',
    'x"y',
    '"open',
    "\u200b",
    "\x07",
    " ",
)


def random_text(seed: int) -> bytes:
    chance = random.Random(seed)
    width = len(OBSERVATION_ROW)
    lines = [chance.choice(HEADERS)]
    for _ in range(chance.randrange(12)):
        row = ["520102"] * chance.choice((width, width, width, width - 1, width + 1, 1))
        for _ in range(chance.choice((0, 0, 1, 3))):
            row[chance.randrange(len(row))] = chance.choice(CELLS)
        lines.append(",".join(row))
    return chance.choice(("\n", "\r\n")).join(lines).encode() + chance.choice((b"", b"\n"))


def told(content: bytes) -> object:
    try:
        found = read_bytes(content, CONTRACTS["observation"])
    except FileRejected as refused:
        return refused.rule, refused.wording
    unreadable = sorted((row.row_number, row.rule, row.wording, tuple(row.payload.items())) for row in found.unreadable)
    return found.header, found.row_numbers, found.cells.values.tolist(), repr(unreadable), found.notices


def in_small_blocks(self: TextFile) -> Iterator[bytes]:
    """A text in blocks of a line or two, as a long one is read in blocks of megabytes."""
    lines = self.path.read_bytes()[self.offset :].splitlines(keepends=True)
    return iter([b"".join(lines[start : start + 2]) for start in range(0, len(lines), 2)])


@pytest.mark.parametrize("blocks", ["whole", "small"])
def test_lines_with_and_without_marks_read_as_record_by_record(monkeypatch: pytest.MonkeyPatch, blocks: str) -> None:
    texts = [random_text(seed) for seed in range(150)]
    monkeypatch.setattr(delimited, "FEW_MARKS", -1)
    expected = [told(text) for text in texts]
    monkeypatch.setattr(delimited, "FEW_MARKS", 64)
    monkeypatch.setattr(delimited, "FEW_BYTES", -1)
    if blocks == "small":
        # The header is looked for in the first block: a header of two lines stands in it whole.
        monkeypatch.setattr(TextFile, "blocks", in_small_blocks)
        texts, expected = zip(
            *((text, known) for text, known in zip(texts, expected, strict=True) if text.startswith(b"unit_code")),
            strict=True,
        )
    for text, known in zip(texts, expected, strict=True):
        assert told(text) == known, text
