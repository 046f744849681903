"""Tables as offices lay them out: Chinese headers, titles, notes, footers, wide tables, merged and hidden cells."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import date, datetime

import openpyxl
import pytest
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from openpyxl.worksheet.worksheet import Worksheet

from orchestration.landing.contracts import CONTRACTS
from orchestration.landing.readers import FileRejected

from .conftest import OBSERVATION_ROW, ReadFile, csv_text, observations, read_bytes

OBSERVATION = CONTRACTS["observation"]
COLUMNS = list(OBSERVATION_ROW)
TITLES = [OBSERVATION.column(name).title_zh for name in COLUMNS]
GOOD = list(OBSERVATION_ROW.values())
MEASURES = {"share": "share", "目录编制率": "share", "found": "found", "责任机构": "found"}
# What every row of a wide table has beside its measures.
WIDE = ["单位代码", "评估年度", "采集渠道", "采集方式", "采集时间", "采集者", "数据来历"]
WIDE_ROW = ["520102", "2019", "internet", "online", "2019-12-03", "team 1", "synthetic"]


def read(content: str | bytes) -> ReadFile:
    return read_bytes(content, OBSERVATION, MEASURES)


def rejection(content: str | bytes) -> FileRejected:
    with pytest.raises(FileRejected) as caught:
        read(content)
    assert caught.value.wording.zh != caught.value.wording.en
    return caught.value


def book(rows: list[list[object]], change: Callable[[Worksheet], None] | None = None, **sheets: list) -> bytes:
    """A workbook with a sheet of rows, changed, and further sheets by title."""
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    sheet.title = "data"
    for row in rows:
        sheet.append(row)
    for title, others in sheets.items():
        other = workbook.create_sheet(title)
        for row in others:
            other.append(row)
    if change:
        change(sheet)
    buffer = io.BytesIO()
    workbook.save(buffer)
    return buffer.getvalue()


def patched(content: bytes, part: str, *pairs: tuple[bytes, bytes]) -> bytes:
    """A workbook with some bytes of a part replaced, as programs write what openpyxl does not."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(target, "w") as result:
        assert part in source.namelist()
        for name in source.namelist():
            data = source.read(name)
            for old, new in pairs if name == part else ():
                assert old in data
                data = data.replace(old, new)
            result.writestr(name, data)
    return target.getvalue()


# --- headers ---


def test_every_title_and_synonym_means_one_column_of_its_contract() -> None:
    for contract in CONTRACTS.values():
        labels = [label for column in contract.columns for label in (column.name, column.title_zh, *column.synonyms)]
        assert all(labels) and len(set(labels)) == len(labels), contract.source


@pytest.mark.parametrize(
    "header",
    [
        TITLES,
        [f"{title} {name}" for title, name in zip(TITLES, COLUMNS, strict=True)],
        [f" *{title}(必填)" for title in TITLES],
        ["行政区划代码", "年 度", "测量项", "数值", "状态", *TITLES[5:]],
        [name.upper() for name in COLUMNS],
    ],
)
def test_chinese_headers_and_synonyms(header: list[str]) -> None:
    text = ",".join(header) + "\n" + csv_text([OBSERVATION_ROW]).split("\n", 1)[1]
    table = read(text)
    assert (table.header, table.row_numbers, table.notices) == (COLUMNS, [2], [])
    assert table.cells.loc[0, "value"] == "91.64"


@pytest.mark.parametrize("lines", [["贵州省2019年度观测值汇总表"], ["附件1", "", "贵州省观测值汇总表" + "," * 11]])
def test_a_title_above_the_header(lines: list[str]) -> None:
    table = read("\n".join([*lines, csv_text(observations(2))]))
    assert (table.header, table.row_numbers) == (COLUMNS, [len(lines) + 2, len(lines) + 3])


def test_titles_and_technical_names_in_two_rows() -> None:
    table = read(",".join(TITLES) + "\n" + csv_text(observations(2)))
    assert (table.header, table.row_numbers) == (COLUMNS, [3, 4])


def test_a_header_over_two_rows_without_merged_cells() -> None:
    upper = ["被评单位", "", "", "", "", "采集", "", "", "证据", "", "采集", "数据来历"]
    lower = ["代码", "评估年度", "测量项代码", "观测值", "无值状态", "渠道", "方式", "时间", "网址", "校验值", "者", ""]
    table = read("\n".join([",".join(upper), ",".join(lower), csv_text([OBSERVATION_ROW]).split("\n", 1)[1]]))
    assert (table.header, table.row_numbers) == (COLUMNS, [3])


def test_a_header_over_two_rows_of_merged_cells() -> None:
    upper = ["贵州省观测值", *[None] * 11]
    middle = [
        "被评单位",
        "评估年度",
        "测量项代码",
        "观测值",
        "无值状态",
        "采集",
        *[None] * 2,
        "证据",
        None,
        *TITLES[10:],
    ]
    lower = ["代码", *[None] * 4, "渠道", "方式", "时间", "网址", "校验值", None, None]

    def merge(sheet: Worksheet) -> None:
        for cells in ("A1:L1", "B2:B3", "C2:C3", "D2:D3", "E2:E3", "F2:H2", "I2:J2", "K2:K3", "L2:L3"):
            sheet.merge_cells(cells)

    table = read(book([upper, middle, lower, GOOD, GOOD], merge))
    assert (table.header, table.row_numbers, table.unreadable) == (COLUMNS, [4, 5], [])


def test_a_header_that_repeats_on_each_page_is_no_row() -> None:
    lines = csv_text(observations(2)).splitlines()
    table = read("\n".join([*lines, lines[0], lines[1]]))
    assert (table.row_numbers, table.row_count) == ([2, 3, 5], 3)
    assert "1 repetitions" in table.notices[0].en


def test_a_header_in_chinese_of_json_keys() -> None:
    cells = ", ".join(f'"{title}": "{cell}"' for title, cell in zip(TITLES, GOOD, strict=True))
    table = read("{" + cells + ', "备注": "据网页"}')
    assert set(COLUMNS) == set(table.header) - {"unit_name", "region_name"}
    assert table.cells.loc[0, ["unit_code", "备注"]].tolist() == ["520102", "据网页"]


def test_help_of_the_template_is_no_header() -> None:
    help_row = ",".join(["#zh: 单位代码", *TITLES[1:]])
    lines = csv_text(observations(1)).splitlines()
    table = read("\n".join([lines[0], help_row, lines[1]]))
    assert table.row_numbers == [3]


# --- notes and footers ---


def test_notes_are_kept_with_the_row_and_not_looked_at() -> None:
    text = csv_text([{"序号": "1", **OBSERVATION_ROW, "备注": "待核"}])
    table = read(text)
    assert table.header == COLUMNS
    assert table.cells.loc[0, ["序号", "备注"]].tolist() == ["1", "待核"]
    assert ["备注" in notice.zh for notice in table.notices] == [True]


FOOTERS = [
    "填表人:某某,,审核人:某某,,,,,,,,,",
    "合 计,,,91.64,,,,,,,,",
    ",,,,,,,,填表日期:2020年1月5日,,,",
    "注:1. 数据截至年底",
]


@pytest.mark.parametrize("footer", FOOTERS)
def test_footers_are_passed_over(footer: str) -> None:
    table = read(csv_text(observations(2)) + footer + "\n")
    assert (table.row_numbers, table.unreadable) == ([2, 3], [])
    assert "1 footer rows" in table.notices[0].en


@pytest.mark.parametrize("footer", ["520102,合计,,,,,,,,,,", "合计数,,,,,,,,,,,", "填表人姓名不详,,,,,,,,,,,"])
def test_a_row_that_names_a_unit_or_says_something_else_is_no_footer(footer: str) -> None:
    assert read(csv_text(observations(2)) + footer + "\n").row_numbers == [2, 3, 4]


# --- wide tables ---


def test_a_wide_table_becomes_a_row_for_each_filled_cell() -> None:
    rows = [[*WIDE, "目录编制率(%)", "found", "备注"], [*WIDE_ROW, "91.64%", "2", "x"], [*WIDE_ROW, "未公开", "", ""]]
    table = read("\n".join(",".join(row) for row in rows))
    assert table.row_numbers == [2008, 2009, 3008]
    assert table.header[-2:] == ["measure_code", "value"]
    found = table.cells[["measure_code", "value", "备注"]].astype(object)
    assert found.where(found.notna(), None).values.tolist() == [
        ["share", "91.64%", "x"],
        ["found", "2", "x"],
        ["share", "未公开", None],
    ]
    assert "1 blank cells" in table.notices[-1].en


def test_a_wide_table_with_measures_under_groups() -> None:
    def merge(sheet: Worksheet) -> None:
        sheet.merge_cells("H1:I1")
        for letter in "ABCDEFG":
            sheet.merge_cells(f"{letter}1:{letter}2")

    rows = [[*WIDE, "政务公开", None], [*[None] * 7, "目录编制率", "责任机构"], [*WIDE_ROW, 0.9164, 2]]

    def finish(sheet: Worksheet) -> None:
        merge(sheet)
        sheet["H3"].number_format = "0.00%"

    table = read(book(rows, finish))
    assert table.row_numbers == [3008, 3009]
    assert table.cells["value"].tolist() == ["91.64%", "2"]


def test_an_unknown_column_of_a_wide_table_stays_one() -> None:
    table = read("\n".join([",".join([*WIDE, "share", "不知名指标"]), ",".join([*WIDE_ROW, "1", "2"])]))
    assert "不知名指标" in table.header


# --- cells of workbooks ---


def test_numbers_and_dates_as_excel_shows_them() -> None:
    rows = [COLUMNS, GOOD, GOOD, GOOD]

    def fill(sheet: Worksheet) -> None:
        for row, (code, code_format, value, value_format, day, day_format) in enumerate(
            [
                (12345, "000000", 0.9164, "0.00%", date(2022, 1, 12), 'yyyy"年"m"月"d"日"'),
                (2019080712000001, "0", 91.64, "0.00", datetime(2022, 1, 12), "yyyy/m/d h:mm"),
                (520102, "General", 1 / 3, "0%", datetime(2022, 1, 12, 9, 30, 59), "m/d/yy"),
            ],
            start=2,
        ):
            for column, cell, shown in ((1, code, code_format), (4, value, value_format), (8, day, day_format)):
                sheet.cell(row, column, cell).number_format = shown

    cells = read(book(rows, fill)).cells
    assert cells["unit_code"].tolist() == ["012345", "2019080712000001", "520102"]
    assert cells["value"].tolist() == ["91.64%", "91.64", "33.333333333%"]
    assert cells["captured_at"].tolist() == ["2022-01-12", "2022-01-12 00:00:00", "2022-01-12 09:30:59"]


@pytest.mark.parametrize(
    ("number", "shown"), [("31", "2019-12-03"), ("58", "2019-12-03"), ("33", "2019-12-03 00:00:00")]
)
def test_date_formats_that_chinese_excel_writes_by_number_alone(number: str, shown: str) -> None:
    def fill(sheet: Worksheet) -> None:
        sheet["H2"] = 43802
        sheet["H2"].number_format = "0.0"

    content = patched(
        book([COLUMNS, GOOD], fill),
        "xl/styles.xml",
        (b'numFmtId="164"', f'numFmtId="{number}"'.encode()),
        (b"0.0", b""),
    )
    assert read(content).cells["captured_at"].tolist() == [shown]


def test_days_counted_from_1904() -> None:
    def count_anew(sheet: Worksheet) -> None:
        sheet.parent.epoch = CALENDAR_MAC_1904

    content = book([COLUMNS, [*GOOD[:7], date(2019, 12, 3), *GOOD[8:]]], count_anew)
    assert read(content).cells["captured_at"].tolist() == ["2019-12-03"]


def test_a_number_that_excel_has_rounded_costs_its_row_where_it_is_a_code() -> None:
    rows = [
        COLUMNS,
        GOOD,
        [520102199001011000, *GOOD[1:]],
        [5.2010219900101e17, *GOOD[1:]],
        [*GOOD[:3], 10**16, *GOOD[4:]],
    ]
    table = read(book(rows))
    assert [(row.row_number, row.rule) for row in table.unreadable] == [(3, "number_rounded"), (4, "number_rounded")]
    assert "A3" in table.unreadable[0].wording.zh and table.unreadable[0].payload["unit_code"] == "520102199001011000"
    assert table.row_numbers == [2, 5]


def test_cells_merged_down_a_column_are_filled() -> None:
    rows = [COLUMNS, GOOD, [None, *GOOD[1:]], [None, *GOOD[1:]], [None] * 12]
    table = read(book(rows, lambda sheet: sheet.merge_cells("A2:A5")))
    assert table.cells["unit_code"].tolist() == ["520102"] * 3
    assert "A2:A5" in table.notices[0].zh and "2 cells" in table.notices[0].en


@pytest.mark.parametrize(("cells", "rows"), [("A3:B3", [3]), ("B3:C4", [3, 4]), ("A1:A2", [2])])
def test_cells_merged_across_columns_or_with_the_header_cost_their_rows(cells: str, rows: list[int]) -> None:
    table = read(book([COLUMNS, GOOD, GOOD, GOOD], lambda sheet: sheet.merge_cells(cells)))
    assert [(row.row_number, row.rule) for row in table.unreadable] == [(number, "cells_merged") for number in rows]
    assert cells in table.unreadable[0].wording.zh
    assert table.row_count == 3


def test_a_merged_title_and_footer_cost_nothing() -> None:
    def merge(sheet: Worksheet) -> None:
        sheet.merge_cells("A1:L1")
        sheet.merge_cells("A5:L5")

    table = read(book([["汇总表"], COLUMNS, GOOD, GOOD, ["填表人:某某"]], merge))
    assert (table.row_numbers, table.unreadable) == ([3, 4], [])


def test_hidden_rows_are_set_aside_and_named() -> None:
    def hide(sheet: Worksheet) -> None:
        sheet.row_dimensions[3].hidden = True

    table = read(book([COLUMNS, GOOD, GOOD, GOOD], hide))
    assert [(row.row_number, row.rule) for row in table.unreadable] == [(3, "row_hidden")]
    assert "'data'" in table.unreadable[0].wording.zh
    assert table.row_numbers == [2, 4]


def test_a_hidden_column_of_the_table_refuses_the_file() -> None:
    def hide(sheet: Worksheet) -> None:
        sheet.column_dimensions["D"].hidden = True

    refused = rejection(book([COLUMNS, GOOD], hide))
    assert refused.rule == "column_hidden"
    assert "D2" in refused.wording.zh and "'data'" in refused.wording.en


def test_a_hidden_column_beside_the_table_is_not_read() -> None:
    def hide(sheet: Worksheet) -> None:
        sheet.column_dimensions["M"].hidden = True

    table = read(book([COLUMNS, [*GOOD, "辅助"]], hide))
    assert (table.row_numbers, table.unreadable) == ([2], [])


# --- sheets ---


def hidden(title: str) -> Callable[[Worksheet], None]:
    def change(sheet: Worksheet) -> None:
        sheet.parent[title].sheet_state = "hidden"
        sheet.parent.active = next(i for i, other in enumerate(sheet.parent) if other.title != title)

    return change


def test_hidden_sheets_are_not_read() -> None:
    table = read(book([COLUMNS, GOOD], hidden("辅助"), 辅助=[COLUMNS, GOOD, GOOD]))
    assert table.row_numbers == [2]
    assert "'辅助'" in table.notices[0].zh


def test_a_header_on_a_hidden_sheet_alone_refuses_the_file() -> None:
    refused = rejection(book([COLUMNS, GOOD], hidden("data"), 说明=[["请填写"]]))
    assert (refused.rule, "'data'" in refused.wording.zh) == ("sheet_hidden", True)


def test_several_sheets_with_rows_refuse_the_file() -> None:
    refused = rejection(book([COLUMNS, GOOD], 遵义=[["汇总表"], COLUMNS, GOOD]))
    assert refused.rule == "several_sheets"
    assert "'data'!A2, '遵义'!A3" in refused.wording.zh


def test_an_empty_copy_of_the_table_does_no_harm() -> None:
    assert read(book([COLUMNS], None, 遵义=[COLUMNS, GOOD])).row_numbers == [2]


def test_another_table_in_sight_refuses_the_file() -> None:
    refused = rejection(book([COLUMNS, GOOD], 续表=[[], [None, *GOOD]]))
    assert (refused.rule, "'续表'!B2" in refused.wording.zh) == ("sheet_left_over", True)


def test_remarks_on_a_sheet_of_their_own_are_told() -> None:
    table = read(book([COLUMNS, GOOD], 填写要求=[["一、按月填写"], ["二、", "不得空缺"]], 空=[]))
    assert [notice.zh for notice in table.notices] == ["工作表 '填写要求' 只有文字说明,未读取"]


def test_other_kinds_of_archives_are_named() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", "<x/>")
    assert "LibreOffice" in rejection(buffer.getvalue()).wording.zh
