"""Readers under files that nobody meant: no crash, no hang, and every row is accounted for once."""

from __future__ import annotations

import io
import json
import os
import random
import subprocess
import sys
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestration.landing.contracts import CONTRACTS
from orchestration.landing.readers import FileRejected, Limits, Names, ReaderFailed, read_table

from .conftest import OBSERVATION_ROW
from .test_office_layouts import COLUMNS, TITLES, WIDE, WIDE_ROW

OBSERVATION = CONTRACTS["observation"]
NAMES = Names(OBSERVATION, {"share": "share", "found": "found"})
# Small, so that examples reach them.
SMALL = Limits(rows=60, columns=40, cell_characters=300, unreadable_rows=25, line_megabytes=1, unpacked_megabytes=4)

ODD_CELLS = (
    *(
        "",
        " ",
        "0",
        "合计",
        "填表人:x",
        "#zh: x",
        "备注",
        "unit_code",
        "单位代码",
        "share",
        '"',
        "'",
        "a\nb",
        "\r",
        "\0",
    ),
    *("\ufeff", "\u200b", "\ud83d", "x" * 400, "2019/1/2", "91.64%", "=1+1", "520102.0", "1e400", "{", "[", ",", ";"),
)
CELLS = st.one_of(st.sampled_from(ODD_CELLS), st.text(max_size=6), st.integers(-(10**18), 10**18).map(str))
KEYS = st.sampled_from([*COLUMNS, *TITLES, "share", "备注", "?"])
HEADERS = st.sampled_from(
    [COLUMNS, TITLES, [*COLUMNS, "备注"], [*WIDE, "share", "found"], COLUMNS[:3], [*COLUMNS, "?"], ["", *COLUMNS]]
)


@st.composite
def grids(draw: st.DrawFn) -> list[list[str]]:
    """Rows with a header somewhere near the top, mostly of its width."""
    header = list(draw(HEADERS))
    good = [*WIDE_ROW, "1", "2"] if "share" in header else [*OBSERVATION_ROW.values(), "x"][: len(header)]
    rows = [draw(st.lists(CELLS, max_size=4)) for _ in range(draw(st.integers(0, 2)))]
    rows.append(header)
    for _ in range(draw(st.integers(0, 12))):
        row = list(good)
        for position in draw(st.lists(st.integers(0, len(row) - 1), max_size=3)):
            row[position] = draw(CELLS)
        rows.append(draw(st.one_of(st.just(row), st.lists(CELLS, max_size=16))))
    return rows


def check(content: bytes, limits: Limits = SMALL) -> None:
    """Read the bytes; whatever comes of it, rows are numbered once and counted, and a refusal says what to do."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        path.write_bytes(content)
        try:
            table = read_table(path, OBSERVATION, Path(folder), limits, NAMES)
        except FileRejected as refused:
            assert not isinstance(refused, ReaderFailed), refused.message
            assert refused.wording.zh and refused.wording.en and len(refused.wording.en) < 1500
            return
        rows = table.read()
    numbers = [*rows.column("row_number").to_pylist(), *(row.row_number for row in table.unreadable)]
    assert len(set(numbers)) == len(numbers) == table.row_count
    assert table.readable_count == rows.num_rows
    assert rows.column("row_number").to_pylist() == sorted(rows.column("row_number").to_pylist())
    for row in table.unreadable:
        assert row.rule and row.wording.zh and row.wording.en
        json.dumps(row.payload, ensure_ascii=False).encode()
    for name in rows.column_names[1:]:
        for cell in rows.column(name).to_pylist():
            assert cell is None or (cell == cell.strip() != "" and "\0" not in cell and "\ufeff" not in cell)


def lone_free(text: str) -> str:
    return text.encode("utf-8", "replace").decode()


def as_csv(rows: list[list[str]], delimiter: str, line_end: str, quotes: str) -> str:
    def cell(text: str) -> str:
        text = lone_free(text)
        if quotes == "always" or (quotes == "sound" and any(mark in text for mark in '",;\t\r\n')):
            return '"' + text.replace('"', '""') + '"'
        return text

    return line_end.join(delimiter.join(map(cell, row)) for row in rows)


@settings(max_examples=150, derandomize=True, deadline=None)
@given(
    rows=grids(),
    delimiter=st.sampled_from(",;\t"),
    line_end=st.sampled_from(["\n", "\r\n", "\r"]),
    quotes=st.sampled_from(["sound", "always", "never"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "gb18030"]),
)
def test_delimited_text(rows: list[list[str]], delimiter: str, line_end: str, quotes: str, encoding: str) -> None:
    check(as_csv(rows, delimiter, line_end, quotes).encode(encoding))


@settings(max_examples=100, derandomize=True, deadline=None)
@given(rows=grids(), delimiter=st.sampled_from(",;\t"))
def test_sound_quotation_loses_no_row(rows: list[list[str]], delimiter: str) -> None:
    """Rows of the header's width whose marks are in order are read, each under the number of its record."""
    header = next(
        position for position, row in enumerate(rows) if row and row[-1] in (*COLUMNS, *TITLES, "found", "?", "备注")
    )
    whole = [row for row in rows[header + 1 :] if row == list(OBSERVATION_ROW.values()) and rows[header] == COLUMNS]
    content = as_csv(rows, delimiter, "\n", "sound").encode()
    with TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        path.write_bytes(content)
        try:
            table = read_table(path, OBSERVATION, Path(folder), Limits(), NAMES)
        except FileRejected:
            return
        assert table.row_count >= len(whole)


ODD_VALUES = st.recursive(st.none() | st.booleans() | st.floats() | CELLS, lambda inner: st.lists(inner, max_size=2))
LINES = st.one_of(
    st.dictionaries(KEYS | st.just("\ud83d"), CELLS, max_size=5).map(json.dumps),
    st.dictionaries(KEYS, ODD_VALUES, max_size=3).map(json.dumps),
    st.text(max_size=12).map(lone_free),
    st.just(json.dumps(OBSERVATION_ROW)),
)


@settings(max_examples=80, derandomize=True, deadline=None)
@given(lines=st.lists(LINES, max_size=15))
def test_json_lines(lines: list[str]) -> None:
    check("\n".join(["{}", *lines]).encode())


def workbook(rows: list[list[str]], draw: random.Random) -> bytes:
    """A workbook of the rows, as text and numbers, with merged cells, hidden rows and columns, and further sheets."""
    book = openpyxl.Workbook()
    sheet = book.active
    for number, row in enumerate(rows, start=1):
        for position, text in enumerate(row, start=1):
            text = "".join(each for each in lone_free(text) if each >= " " or each in "\t\n\r")
            cell = sheet.cell(number, position)
            if text.lstrip("-").isdecimal() and text.isascii() and draw.random() < 0.5:
                cell.value = int(text)
                cell.number_format = draw.choice(
                    ["General", "0%", "yyyy-mm-dd", "h:mm", "[h]:mm", "000000", '#,##0"元"']
                )
            else:
                cell.value = text or None
    for _ in range(draw.randint(0, 2)):
        first_row, first_column = draw.randint(1, len(rows) + 1), draw.randint(1, 12)
        sheet.merge_cells(
            start_row=first_row,
            start_column=first_column,
            end_row=first_row + draw.randint(0, 3),
            end_column=first_column + draw.randint(0, 1),
        )
    if draw.random() < 0.3:
        sheet.row_dimensions[draw.randint(1, len(rows) + 1)].hidden = True
    if draw.random() < 0.2:
        sheet.column_dimensions["CDEZ"[draw.randint(0, 3)]].hidden = True
    if draw.random() < 0.3:
        other = book.create_sheet("另表")
        other.append(["说明"] * draw.randint(0, 4))
        other.sheet_state = draw.choice(["visible", "hidden", "veryHidden"])
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


@settings(max_examples=60, derandomize=True, deadline=None)
@given(rows=grids(), draw=st.randoms(use_true_random=False))
def test_workbooks(rows: list[list[str]], draw: random.Random) -> None:
    check(workbook(rows, draw))


def arrays(cells: st.SearchStrategy, kind: pa.DataType) -> st.SearchStrategy:
    return st.lists(st.none() | cells, min_size=3, max_size=3).map(lambda drawn: pa.array(drawn, kind))


ARRAYS = st.one_of(
    arrays(CELLS.map(lone_free), pa.string()),
    arrays(CELLS.map(lone_free), pa.dictionary(pa.int32(), pa.string())),
    arrays(st.floats(), pa.float64()),
    arrays(st.integers(-(2**62), 2**62), pa.int64()),
    arrays(st.binary(max_size=4), pa.binary()),
    arrays(st.datetimes(), pa.timestamp("us")),
    arrays(st.lists(st.integers(0, 3), max_size=2), pa.list_(pa.int64())),
    arrays(st.booleans(), pa.bool_()),
)


@settings(max_examples=80, derandomize=True, deadline=None)
@given(columns=st.dictionaries(KEYS | st.just(""), ARRAYS, max_size=6))
def test_parquet(columns: dict[str, pa.Array]) -> None:
    buffer = io.BytesIO()
    pq.write_table(pa.table(columns), buffer)
    check(buffer.getvalue())


# --- sound files with some bytes changed ---


def samples() -> dict[str, bytes]:
    rows = [TITLES, *[list(OBSERVATION_ROW.values())] * 4]
    buffer = io.BytesIO()
    pq.write_table(pa.Table.from_pylist([OBSERVATION_ROW] * 4), buffer)
    return {
        "csv": as_csv(rows, ",", "\n", "always").encode(),
        "gb18030": as_csv(rows, ",", "\r\n", "sound").encode("gb18030"),
        "utf-16": as_csv(rows, "\t", "\r\n", "sound").encode("utf-16"),
        "jsonl": "\n".join([json.dumps(OBSERVATION_ROW, ensure_ascii=False)] * 4).encode(),
        "xlsx": workbook(rows, random.Random(1)),
        "parquet": buffer.getvalue(),
    }


SAMPLES = samples()


def damaged(content: bytes, draw: random.Random) -> bytes:
    """The bytes with a few of them changed, taken out, repeated or put in."""
    data = bytearray(content)
    for _ in range(draw.randint(1, 6)):
        at = draw.randrange(len(data) + 1)
        length = draw.choice([1, 1, 2, 8, 64])
        match draw.randint(0, 3):
            case 0:
                data[at : at + length] = draw.randbytes(min(length, len(data) - at))
            case 1:
                del data[at : at + length]
            case 2:
                data[at:at] = data[at : at + length]
            case _:
                data[at:at] = draw.choice([b"\0", b'"', b"\xff", b"\n", b"</row>", b"_x0000_", b"{", "\ufeff".encode()])
    return bytes(data)


def damaged_parts(content: bytes, draw: random.Random) -> bytes:
    """A workbook one of whose parts is damaged inside a sound archive."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(target, "w") as result:
        names = source.namelist()
        broken = draw.choice([name for name in names if "worksheets" in name or name.startswith("xl/")])
        for name in names:
            data = source.read(name)
            result.writestr(name, damaged(data, draw) if name == broken else data)
    return target.getvalue()


def rounds() -> int:
    return int(os.environ.get("ZHENGXIN_FUZZ_ROUNDS", "60"))


@pytest.mark.parametrize("kind", SAMPLES)
def test_damaged_files(kind: str) -> None:
    draw = random.Random(kind)
    for _ in range(rounds()):
        check(damaged(SAMPLES[kind], draw))


def test_damaged_parts_of_workbooks() -> None:
    draw = random.Random("parts")
    for _ in range(rounds()):
        check(damaged_parts(SAMPLES["xlsx"], draw))


@pytest.mark.slow
@pytest.mark.parametrize("kind", SAMPLES)
def test_many_damaged_files(kind: str) -> None:
    draw = random.Random(f"many {kind}")
    for _ in range(3000):
        check(damaged(SAMPLES[kind], draw))
    for _ in range(1000 if kind == "xlsx" else 0):
        check(damaged_parts(SAMPLES[kind], draw))


@pytest.mark.slow
def test_atheris_finds_nothing(tmp_path: Path) -> None:
    """A minute of looking by coverage; where it finds something, it prints the bytes and leaves them in a file."""
    pytest.importorskip("atheris")
    options = ["-max_total_time=60", f"-artifact_prefix={tmp_path}/"]
    command = [sys.executable, "-m", "tests.landing.fuzz_with_atheris", *options]
    run = subprocess.run(command, capture_output=True, text=True, cwd=Path(__file__).parents[2])
    assert run.returncode == 0, run.stderr[-3000:]
