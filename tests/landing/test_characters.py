"""Encodings and invisible characters: one normalisation and one refusal, in every format."""

from __future__ import annotations

import io
import json

import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from orchestration.landing.contracts import CONTRACTS
from orchestration.landing.readers import FileRejected
from orchestration.landing.readers.characters import are_plain, has_odd_cells, normalised, odd_cells, refusal, visible

from .conftest import EVENT_ROW, OBSERVATION_ROW, ReadFile, World, csv_text, read_bytes
from .test_office_layouts import patched

EVENT = CONTRACTS["opinion_event"]


def as_csv(rows: list[dict[str, str]]) -> bytes:
    return csv_text(rows).encode()


def as_json(rows: list[dict[str, str]]) -> bytes:
    return "\n".join(json.dumps(row) for row in rows).encode()


def as_parquet(rows: list[dict[str, str]]) -> bytes:
    buffer = io.BytesIO()
    pd.DataFrame(rows).to_parquet(buffer)
    return buffer.getvalue()


def as_workbook(rows: list[dict[str, str]]) -> bytes:
    """A workbook; characters that XML cannot hold are written as Excel writes them."""
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    sheet.append(list(rows[0]))
    for row in rows:
        sheet.append([cell.replace("\0", "_x0000_").replace("\a", "_x0007_") for cell in row.values()])
    buffer = io.BytesIO()
    workbook.save(buffer)
    return buffer.getvalue()


FORMATS = {"csv": as_csv, "jsonl": as_json, "parquet": as_parquet, "xlsx": as_workbook}


def read(content: bytes) -> ReadFile:
    return read_bytes(content, EVENT)


def rejection(content: bytes) -> FileRejected:
    with pytest.raises(FileRejected) as caught:
        read(content)
    return caught.value


FORBIDDEN = {"\0": "nul_byte", "\a": "control_character", "\ufffe": "control_character"}


@pytest.mark.parametrize(
    ("kind", "character"),
    # No program can write a noncharacter into a workbook.
    [(kind, character) for kind in FORMATS for character in FORBIDDEN if (kind, character) != ("xlsx", "\ufffe")],
)
def test_what_is_no_text_costs_its_row_in_every_format(kind: str, character: str) -> None:
    write, rule, shown = FORMATS[kind], FORBIDDEN[character], f"\\u{ord(character):04x}"
    table = read(write([EVENT_ROW, EVENT_ROW | {"headline": f"拖欠{character}工程款"}, EVENT_ROW]))
    (row,) = table.unreadable
    assert (row.rule, row.payload["headline"], table.row_count) == (rule, f"拖欠{shown}工程款", 3)
    assert "headline" in row.wording.zh and "U+" in row.wording.en


@pytest.mark.parametrize("write", FORMATS.values(), ids=FORMATS)
def test_invisible_characters_are_taken_off_in_every_format(write) -> None:
    changed = {
        "unit_code": "\u200b5201\u200d02\ufeff",
        "headline": "\u202a拖欠\u00ad工程款\u202c\u3000",
        "topic": " default\u00a0",
    }
    table = read(write([EVENT_ROW, EVENT_ROW | changed]))
    assert table.unreadable == []
    assert table.cells.loc[1].equals(table.cells.loc[0])
    assert any("不可见" in notice.zh for notice in table.notices)


@pytest.mark.parametrize(
    "text", ["👨‍👩‍👧 走失", "བོད་ཡིག", "ᠮᠣᠩᠭᠣᠯ", "ئۇ‌يغۇر", "ꆈꌠ", "\ue000字", "㐀𠀀", "甲\t乙\n丙", "①Ⅳ㎡"]
)
def test_what_a_person_sees_stays(text: str) -> None:
    assert normalised(text) == text
    assert refusal("headline", text) is None


def test_line_ends_are_one_kind() -> None:
    assert normalised("甲\r\n乙\r丙\u2028丁") == "甲\n乙\n丙\n丁"


EVERY_CHARACTER = [chr(code) for code in range(0x110000) if not 0xD800 <= code < 0xE000]


def test_readers_and_people_agree_on_what_is_blank() -> None:
    trimmed = pc.utf8_trim_whitespace(pa.array(EVERY_CHARACTER)).to_pylist()
    assert [text for text, rest in zip(EVERY_CHARACTER, trimmed, strict=True) if (rest == "") != text.isspace()] == []


def test_the_quick_look_at_bytes_misses_no_character() -> None:
    odd = odd_cells(pa.array(EVERY_CHARACTER)).to_pylist()
    for text, is_odd in zip(EVERY_CHARACTER[:0x3000], odd, strict=False):
        cells = pa.chunked_array([["plain", None], [text]])
        assert has_odd_cells(cells) == is_odd, hex(ord(text))
        assert not are_plain(cells, "!") or not text.isspace(), hex(ord(text))
    assert not has_odd_cells(pa.chunked_array([["plain", None], ["南明区 · 2019"]]))


def test_what_is_no_text_is_written_out() -> None:
    assert visible("a\0b\ud83dc") == "a\\u0000b\\ud83dc"


# --- half characters ---


def test_half_a_character_costs_its_line_and_not_the_file() -> None:
    lines = [json.dumps(EVENT_ROW), json.dumps(EVENT_ROW | {"headline": "\ud83d欠薪"}), json.dumps(EVENT_ROW)]
    table = read("\n".join(lines).encode())
    assert table.row_numbers == [1, 3]
    assert [(row.row_number, row.rule) for row in table.unreadable] == [(2, "half_character")]
    assert table.unreadable[0].payload["headline"] == "\\ud83d欠薪"


def test_half_a_character_in_a_key_stops_no_landing(world: World) -> None:
    lines = [json.dumps(OBSERVATION_ROW), json.dumps(OBSERVATION_ROW | {"\ud83d": "cut \ud83d"})]
    landed = world.land_one("\n".join(lines).encode(), "cut.jsonl")
    assert (landed.outcome, landed.accepted_count, landed.quarantined_count) == ("landed", 1, 1)
    [row] = world.quarantined(landed)
    assert (row["rule"], row["message"].split()[0]) == ("half_character", "\\ud83d")


def test_a_whole_pair_of_halves_is_one_character() -> None:
    assert read(json.dumps(EVENT_ROW | {"headline": "🚧欠薪"}).encode()).cells["headline"].tolist() == ["🚧欠薪"]


@pytest.mark.parametrize(
    ("escaped", "rules", "headline"),
    [
        (b"_xD83D_", ["half_character"], None),
        (b"_xD83D__xDEA7_", [], "🚧欠薪"),
        (b"_x005F_x0007_", [], "_x0007_欠薪"),
    ],
)
def test_escapes_of_workbooks(escaped: bytes, rules: list[str], headline: str | None) -> None:
    content = as_workbook([EVENT_ROW | {"headline": "XYZ欠薪"}])
    table = read(patched(content, "xl/worksheets/sheet1.xml", (b"XYZ", escaped)))
    assert [row.rule for row in table.unreadable] == rules
    assert table.cells["headline"].tolist() == ([headline] if headline else [])


# --- byte-order marks and encodings ---


@pytest.mark.parametrize("marks", ["\ufeff", "\ufeff\ufeff", "\ufeff\ufeff\ufeff"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "gb18030"])
@pytest.mark.parametrize("quoted", [False, True])
def test_any_number_of_byte_order_marks(marks: str, encoding: str, quoted: bool) -> None:
    text = csv_text([EVENT_ROW])
    if quoted:
        text = ",".join(f'"{name}"' for name in EVENT_ROW) + text[text.index("\n") :]
    assert read((marks + text).encode(encoding)).header == list(EVENT_ROW)


def test_a_mark_in_front_of_json() -> None:
    line = json.dumps(EVENT_ROW)
    assert read(f"\ufeff\ufeff{line}\n\ufeff{line}".encode()).row_numbers == [1, 2]


TRADITIONAL = "拖欠工程款遭媒體曝光,縣政府尚未回應,業者多次陳情無果,盼有關單位儘速處理並說明原委"


@pytest.mark.parametrize(
    ("text", "encoding", "kind"),
    [
        (TRADITIONAL, "big5", "Big5"),
        ("La région a été informée des décisions Lév\xefn", "cp1252", "western"),
        ("Straßenbäume für Möbelhäuser", "latin-1", "western"),
        ("информация о решениях органов власти", "koi8-r", "code page"),
    ],
)
def test_text_of_another_code_page_is_told(text: str, encoding: str, kind: str) -> None:
    rows = [EVENT_ROW | {"headline": text.replace(",", " "), "responsible_body": "", "responder": ""}]
    refused = rejection(csv_text(rows).encode(encoding))
    assert refused.rule in ("encoding_implausible", "encoding_unreadable")
    if refused.rule == "encoding_implausible":
        assert kind in refused.wording.en
    assert "UTF-8" in refused.wording.zh


@pytest.mark.parametrize(
    "text",
    [
        "堃",
        "昇昊",
        "拖欠工程款被媒体曝光",
        "①②③ 100㎡ α β “引号”——《条例》",
        "瀼渡镇㙍村,政府已于8月回应。䶮、㐀𠀀",
        "東城區(舊稱)等繁體地名與簡體混排:拖欠工程款被媒体曝光,已责成整改并公开说明情况",
    ],
)
def test_chinese_in_gb18030_is_read(text: str) -> None:
    rows = [EVENT_ROW | {"headline": text}]
    assert read(csv_text(rows).encode("gb18030")).cells["headline"].tolist() == [text]
