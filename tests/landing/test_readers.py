"""Files as people and programs write them: encodings, delimiters, broken rows, workbooks, Parquet, JSON Lines."""

from __future__ import annotations

import datetime
import io
import json
import zipfile
from decimal import Decimal

import openpyxl
import pandas as pd
import pytest

from orchestration.landing.contracts import CONTRACTS
from orchestration.landing.readers import FileRejected

from .conftest import OBSERVATION_ROW, ReadFile, csv_text, observations, read_bytes

OBSERVATION = CONTRACTS["observation"]
COLUMNS = list(OBSERVATION_ROW)
HEADER = ",".join(COLUMNS)
GOOD = csv_text(observations(3))


def read(content: str | bytes) -> ReadFile:
    return read_bytes(content, OBSERVATION)


def rejection(content: str | bytes) -> FileRejected:
    with pytest.raises(FileRejected) as caught:
        read(content)
    return caught.value


def workbook_bytes(*sheets: tuple[str, list[list[object]]]) -> bytes:
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.active)
    for title, rows in sheets:
        sheet = workbook.create_sheet(title)
        for row in rows:
            sheet.append(row)
    buffer = io.BytesIO()
    workbook.save(buffer)
    return buffer.getvalue()


def parquet_bytes(frame: pd.DataFrame) -> bytes:
    buffer = io.BytesIO()
    frame.to_parquet(buffer)
    return buffer.getvalue()


# --- encodings ---


@pytest.mark.parametrize(
    ("encoding", "name"),
    [("utf-8", "utf-8"), ("utf-8-sig", "utf-8-sig"), ("utf-16", "utf-16"), ("gb18030", "gb18030")],
)
def test_encodings(encoding: str, name: str) -> None:
    row = OBSERVATION_ROW | {"collector": "采集三组㐀𠀀"}
    table = read(csv_text([row]).encode(encoding))
    assert (table.encoding, table.cells["collector"][0]) == (name, "采集三组㐀𠀀")
    assert table.header == COLUMNS


def test_utf16_big_endian_with_mark() -> None:
    assert read(b"\xfe\xff" + GOOD.encode("utf-16-be")).row_count == 3


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (b"", "file_empty"),
        (b"\n  \n", "file_empty"),
        (GOOD.encode("utf-16-le"), "encoding_unsupported"),
        (GOOD.encode("utf-32"), "encoding_unsupported"),
        (GOOD.encode() + b"\xff\xff", "encoding_unreadable"),
        (
            csv_text([OBSERVATION_ROW | {"collector": "采集小组" * 20}]).encode()[:-20] + b"\xe9,x",
            "encoding_unreadable",
        ),
        (b"\xef\xbb\xbf" + GOOD.encode() + b"\xe9", "encoding_unreadable"),
        (b"%PDF-1.4", "kind_unsupported"),
        (b"\x1f\x8b\x08\x00", "kind_unsupported"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(64), "kind_unsupported"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "workbook_encrypted"),
        (b"[{}]", "kind_unsupported"),
        (b"hello\nworld\n", "header_missing"),
        (b"1,2,3\n4,5,6\n", "header_missing"),
        (b"PAR1 cut off", "parquet_unreadable"),
        (b"PK\x03\x04 cut off", "workbook_unreadable"),
        (b"{broken\n{worse\n", "header_missing"),
    ],
)
def test_files_that_are_refused(content: bytes, rule: str) -> None:
    refused = rejection(content)
    assert refused.rule == rule
    assert ":" in refused.message


def test_damaged_character_is_located() -> None:
    damaged = (
        csv_text([OBSERVATION_ROW | {"collector": "采集小组" * 20}] * 5).encode().replace("采".encode(), b"\xe9", 1)
    )
    assert "line 2" in rejection(damaged).message


# --- CSV ---


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_delimiters(delimiter: str) -> None:
    table = read(csv_text(observations(2), delimiter=delimiter))
    assert (table.header, table.row_count) == (COLUMNS, 2)


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_line_ends(line_end: str) -> None:
    table = read(GOOD.replace("\n", line_end))
    assert list(table.row_numbers) == [2, 3, 4]
    assert table.cells["provenance"][2] == "synthetic"


def test_header_names_are_compared_without_blanks_and_case() -> None:
    assert read(GOOD.replace("unit_code", " Unit_Code ", 1)).header == COLUMNS


def test_quoted_line_breaks_and_quotes() -> None:
    table = read(csv_text([OBSERVATION_ROW | {"collector": 'a "b"\nc, d'}, OBSERVATION_ROW]))
    assert table.cells["collector"][0] == 'a "b"\nc, d'
    assert list(table.row_numbers) == [2, 3]


def test_blank_rows_are_no_rows_but_count_in_row_numbers() -> None:
    lines = GOOD.splitlines()
    table = read("\n".join(["", *lines[:2], "", "," * 11, lines[2], ""]))
    assert list(table.row_numbers) == [3, 6]
    assert table.row_count == 2


def test_ragged_rows() -> None:
    lines = GOOD.splitlines()
    table = read("\n".join([*lines, "520102,2019", lines[1] + ",surplus", lines[1] + ",,"]))
    assert table.row_count == 6
    assert [(row.row_number, row.rule) for row in table.unreadable] == [(5, "ragged_row"), (6, "ragged_row")]
    assert table.unreadable[0].payload == {"unit_code": "520102", "assessment_year": "2019"}
    assert "surplus" in table.unreadable[1].payload["(beyond the header)"]
    assert "2 cells and the header 12" in table.unreadable[0].message


@pytest.mark.parametrize("broken", ['520102,"2019"x,share', '520102,"2019'])
def test_a_stray_quotation_mark_costs_one_row(broken: str) -> None:
    lines = GOOD.splitlines()
    table = read("\n".join([lines[0], lines[1], broken, lines[2], lines[3]]))
    assert [(row.row_number, row.rule) for row in table.unreadable] == [(3, "quotation_broken")]
    assert table.unreadable[0].payload == {"row": broken}
    assert list(table.row_numbers) == [2, 4, 5]


def test_two_stray_quotation_marks_swallow_nothing() -> None:
    lines = csv_text(observations(5)).splitlines()
    table = read("\n".join([lines[0], lines[1], '"', *lines[2:5], '"', lines[5]]))
    assert [(row.row_number, row.payload) for row in table.unreadable] == [(3, {"row": '"'}), (7, {"row": '"'})]
    assert list(table.row_numbers) == [2, 4, 5, 6, 8]


def test_a_huge_cell_costs_one_row() -> None:
    table = read(GOOD + csv_text([OBSERVATION_ROW | {"collector": "x" * 200_000}]).split("\n", 1)[1])
    assert [row.rule for row in table.unreadable] == ["cell_too_long"]
    assert "131,072 characters" in table.unreadable[0].message
    assert table.row_count == 4


def test_nul_bytes_cost_one_row() -> None:
    table = read(GOOD.replace("team 1", "team\0 1", 1))
    assert [(row.row_number, row.rule) for row in table.unreadable] == [(2, "nul_byte")]
    assert table.row_count == 3


def test_unnamed_columns() -> None:
    widened = "\n".join(line + "," for line in GOOD.splitlines())
    assert read(widened).header == COLUMNS
    assert rejection(widened + "note").rule == "column_unnamed"


# --- workbooks ---


def test_workbook_cells_as_a_person_sees_them() -> None:
    row = [
        520102,
        2019.0,
        "share",
        0.1 + 0.2,
        None,
        "internet",
        "online",
        datetime.datetime(2019, 12, 3, 10, 15, 0, 400),
    ]
    other = ["012345", "2019", "share", 100 / 3, None, "internet", "online", datetime.date(2019, 12, 3)]
    content = workbook_bytes(("data", [COLUMNS, [*row, None, None, True, "x"], [*other, None, None, 12, "x"]]))
    table = read(content)
    assert table.cells["unit_code"].tolist() == ["520102", "012345"]
    assert table.cells["assessment_year"].tolist() == ["2019", "2019"]
    assert table.cells["value"].tolist() == ["0.3", "33.333333333"]
    assert table.cells["captured_at"].tolist() == ["2019-12-03 10:15:00", "2019-12-03"]
    assert table.cells["collector"].tolist() == ["TRUE", "12"]
    assert table.cells["state"].isna().all()


def test_a_percentage_cell_is_not_taken_for_a_fraction() -> None:
    workbook = openpyxl.load_workbook(io.BytesIO(workbook_bytes(("data", [COLUMNS, ["520102", 2019, "share", 0.95]]))))
    workbook["data"]["D2"].number_format = "0.00%"
    buffer = io.BytesIO()
    workbook.save(buffer)
    assert read(buffer.getvalue()).cells["value"].tolist() == ["95%"]


def test_the_sheet_with_the_header_is_read() -> None:
    good = [COLUMNS, list(OBSERVATION_ROW.values())]
    table = read(workbook_bytes(("notes", [["text"]]), ("data", [[], *good])))
    assert list(table.row_numbers) == [3]
    assert [notice.en for notice in table.notices] == ["sheet 'notes' holds remarks only and is not read"]


def test_workbook_without_a_header() -> None:
    assert rejection(workbook_bytes(("a", [["x"]]), ("b", []))).rule == "header_missing"


def test_a_formula_without_stored_value_costs_one_row() -> None:
    rows = [COLUMNS, list(OBSERVATION_ROW.values()), ["=1+1", *list(OBSERVATION_ROW.values())[1:]]]
    table = read(workbook_bytes(("data", rows)))
    assert [(row.row_number, row.rule) for row in table.unreadable] == [(3, "formula_without_value")]
    assert "A3" in table.unreadable[0].message
    assert list(table.row_numbers) == [2]


def test_a_formula_with_stored_value_is_read() -> None:
    """openpyxl stores no results, so one is put in by hand as a spreadsheet program would."""
    rows = [COLUMNS, ["=1+1", *list(OBSERVATION_ROW.values())[1:]]]
    content = io.BytesIO(workbook_bytes(("data", rows)))
    patched = io.BytesIO()
    with zipfile.ZipFile(content) as source, zipfile.ZipFile(patched, "w") as target:
        for part in source.namelist():
            data = source.read(part).replace(b"<f>1+1</f><v />", b"<f>1+1</f><v>520102</v>")
            target.writestr(part, data.replace(b"<f>1+1</f><v></v>", b"<f>1+1</f><v>520102</v>"))
    table = read(patched.getvalue())
    assert (table.cells["unit_code"].tolist(), table.unreadable) == (["520102"], [])


def test_workbook_content_beyond_the_header_costs_one_row() -> None:
    table = read(workbook_bytes(("data", [COLUMNS, [*OBSERVATION_ROW.values(), None, "remark"]])))
    assert [row.rule for row in table.unreadable] == ["ragged_row"]


def test_a_truncated_workbook_is_refused() -> None:
    content = workbook_bytes(("data", [COLUMNS, list(OBSERVATION_ROW.values())]))
    assert rejection(content[: len(content) // 2]).rule == "workbook_unreadable"


def test_a_plain_zip_is_refused() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a.csv", GOOD)
    assert rejection(buffer.getvalue()).rule == "kind_unsupported"


# --- Parquet ---


def test_parquet_types_as_text() -> None:
    zone = datetime.timezone(datetime.timedelta(hours=8))
    frame = pd.DataFrame(
        {
            "unit_code": [520102, 520103],
            "assessment_year": pd.array([2019, None], dtype="Int32"),
            "value": [0.1 + 0.2, float("nan")],
            "state": pd.Categorical([None, "not_published"]),
            "channel": [True, False],
            "captured_at": [datetime.datetime(2019, 12, 3, 10, 15, tzinfo=zone)] * 2,
            "collector": [Decimal("0.000000001"), Decimal("12.50")],
            "evidence_url": [datetime.date(2019, 1, 2), None],
        }
    )
    table = read(parquet_bytes(frame))
    cells = table.cells.astype(object).where(table.cells.notna(), None)
    assert list(table.row_numbers) == [2, 3]
    assert cells["unit_code"].tolist() == ["520102", "520103"]
    assert cells["assessment_year"].tolist() == ["2019", None]
    assert cells["value"].tolist() == ["0.3", None]
    assert cells["state"].tolist() == [None, "not_published"]
    assert cells["channel"].tolist() == ["True", "False"]
    assert cells["captured_at"].tolist() == ["2019-12-03 10:15:00.000000+0800"] * 2
    assert cells["collector"].tolist() == ["0.000000001", "12.500000000"]
    assert cells["evidence_url"].tolist() == ["2019-01-02", None]


@pytest.mark.parametrize(
    ("kind", "codes", "read_as"),
    [
        ("float64", [2019080712000001, 2019080712000002], ["2019080712000001", "2019080712000002"]),
        ("float64", [2**53 - 1, 2**53], [str(2**53 - 1)]),
        ("float32", [520102, 2019080712], ["520102"]),
        ("int64", [20190807120000012, 20190807120000013], ["20190807120000012", "20190807120000013"]),
    ],
)
def test_whole_numbers_of_parquet_keep_their_digits_or_cost_their_row(
    kind: str, codes: list[int], read_as: list[str]
) -> None:
    """A column of codes with gaps is one of binary fractions in many programs."""
    frame = pd.DataFrame([OBSERVATION_ROW] * 2)
    frame["collector"] = pd.Series(codes).astype(kind)
    table = read(parquet_bytes(frame))
    assert table.cells["collector"].tolist() == read_as
    rules = [row.rule for row in table.unreadable]
    assert rules == ["number_rounded"] * (2 - len(read_as))
    assert all("collector" in row.wording.zh for row in table.unreadable)
    # A measured value is no code: of it the digits that a program shows are read.
    frame = pd.DataFrame([OBSERVATION_ROW | {"value": 2.0**60}])
    assert read(parquet_bytes(frame)).unreadable == []


def test_truncated_parquet_is_refused() -> None:
    content = parquet_bytes(pd.DataFrame(observations(50)))
    assert rejection(content[:-10]).rule == "parquet_unreadable"


# --- JSON Lines ---


def json_lines(*rows: dict | str) -> str:
    return "\n".join(row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows)


def test_json_lines_keep_numbers_as_written() -> None:
    text = json_lines(OBSERVATION_ROW).replace('"91.64"', "91.640000000").replace('"2019"', "2019")
    table = read(text)
    assert (table.file_format, table.cells["value"][0], table.cells["assessment_year"][0]) == (
        "jsonl",
        "91.640000000",
        "2019",
    )


@pytest.mark.parametrize(
    "line", ["{", "[1]", "7", '{"unit_code": NaN}', '{"unit_code": "1", "Unit_Code": "2"}', '{"a": 1}']
)
def test_a_bad_line_costs_one_row(line: str) -> None:
    table = read(json_lines(OBSERVATION_ROW, "", line, OBSERVATION_ROW))
    assert [row.row_number for row in table.unreadable] == [3]
    assert list(table.row_numbers) == [1, 4]
    assert table.row_count == 3


def test_a_key_in_every_line_is_a_column() -> None:
    """So that the structure check refuses the file and names it, as it does for a CSV."""
    table = read(json_lines({**OBSERVATION_ROW, "vlaue": 1}, {**OBSERVATION_ROW, "vlaue": 2}))
    assert "vlaue" in table.header


def test_a_line_nested_beyond_all_measure_costs_one_row() -> None:
    table = read("\n".join([json.dumps(OBSERVATION_ROW), '{"unit_code": ' + "[" * 100_000]))
    assert [(row.row_number, row.rule) for row in table.unreadable] == [(2, "json_broken")]
    assert "nested too deeply" in table.unreadable[0].message
    assert table.row_count == 2


def test_json_lines_may_leave_out_what_they_do_not_fill() -> None:
    row = {key: cell for key, cell in OBSERVATION_ROW.items() if key not in ("value", "state")}
    table = read(json_lines({**row, "state": "not_collected"}))
    assert table.cells["value"].isna().all()
    assert table.cells["state"].tolist() == ["not_collected"]
