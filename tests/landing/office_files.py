"""Nine workbooks as the offices of Guizhou's nine prefectures make them, a GB18030 CSV, and a crawler's JSON Lines.

Everything in them is made up; only codes and names of the counties are true. Each office has its own way: together they
hold what the readers and the door are to read without a word to the offices, and a few rows that have to stop.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import openpyxl
from openpyxl.worksheet.worksheet import Worksheet

from orchestration.landing.template import FIRST_ROW, write_template

# Share of standard catalogues published, in percent; offices that lead disclosure, 0 to 3; complete guides, in percent.
MEASURES = ("T1.2", "T1.1", "T2.2")
MEASURE_NAMES = ("政务公开标准目录编制率", "政务公开组织领导与责任机构", "公开指南与办事指南要素完整率")
# The digits and signs that a Chinese keyboard types when nobody minds.
FULL_WIDTH = {ord(sign): ord(sign) + 0xFEE0 for sign in "0123456789.-:"}
LONG_HEADER = [
    *(
        "行政区划代码",
        "评估年度",
        "指标代码",
        "数值",
        "状态",
        "采集渠道",
        "采集方式",
        "采集时间",
        "采集单位",
        "数据来历",
    ),
]
EVENT_HEADER = [
    *(
        "事件编号",
        "行政区划代码",
        "评估年度",
        "事件发生日期",
        "报道时间",
        "正负面",
        "等级",
        "传播范围",
        "责任认定",
        "主题代码",
    ),
    *("标题", "责任单位", "回应单位", "回应时间", "回应情况", "采集时间", "采集单位", "数据来历", "备注"),
]


@dataclass(frozen=True)
class County:
    code: str
    name: str
    prefecture: str


@dataclass(frozen=True)
class Delivered:
    """A file below `inbox/<source>`, and how many of its rows are in order and how many are not, by rule."""

    source: str
    name: str
    accepted: int
    quarantined: dict[str, int]


def read_counties(seeds: Path) -> list[County]:
    """The counties of Guizhou in the frame of 2019, in the order of their codes."""
    with (seeds / "geography" / "division_history.csv").open(encoding="utf-8", newline="") as file:
        prefectures = {row["code"]: row["prefecture_name"] for row in csv.DictReader(file)}
    with (seeds / "geography" / "assessment_frame.csv").open(encoding="utf-8", newline="") as file:
        frame = [row for row in csv.DictReader(file) if row["series_code"] == "county_integrity"]
    return [
        County(row["unit_code"], row["name_zh"], prefectures[row["unit_code"]])
        for row in sorted(frame, key=lambda row: row["unit_code"])
        if row["assessment_year"] == "2019" and row["unit_code"].startswith("52")
    ]


def values_of(county: County) -> tuple[str, str, str]:
    """Made-up values of the three measures, other ones for each county."""
    number = int(county.code)
    return f"{60 + number % 37}.{number % 10}5", str(number % 4), f"{55 + number % 41}"


def write_office_files(inbox: Path, seeds: Path) -> list[Delivered]:
    """Write all eleven files below `inbox`, and return what is to become of each."""
    by_prefecture: dict[str, list[County]] = {}
    for county in read_counties(seeds):
        by_prefecture.setdefault(county.code[:4], []).append(county)
    folder = inbox / "observation"
    folder.mkdir(parents=True, exist_ok=True)
    delivered = [
        Delivered("observation", path, *office(folder / path, by_prefecture[prefix], seeds))
        for prefix, path, office in OFFICES
    ]
    everyone = [county for counties in by_prefecture.values() for county in counties]
    return [*delivered, _events(inbox / "opinion_event", everyone), _crawled(folder, everyone)]


def _save(path: Path, rows: Sequence[Sequence[object]], finish: Callable[[Worksheet], None] | None = None) -> None:
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    sheet.title = "Sheet1"
    for row in rows:
        sheet.append(list(row))
    if finish:
        finish(sheet)
    workbook.save(path)


def _long(county: County, **changes: str) -> list[list[str]]:
    """A county's three rows under `LONG_HEADER`."""
    cells = {"year": "2019", "channel": "政务公开", "mode": "线上", "time": "2019-12-03 10:15"} | changes
    return [
        [
            *(cells.get("code", county.code), cells["year"], measure, value, ""),
            *(cells["channel"], cells["mode"], cells["time"], "采集小组", "采集"),
        ]
        for measure, value in zip(MEASURES, values_of(county), strict=True)
    ]


# --- the nine offices; each returns how many rows are in order, and how many are not, by rule ---

Outcome = tuple[int, dict[str, int]]


def _guiyang(path: Path, counties: list[County], seeds: Path) -> Outcome:
    """The template, filled in; with a hidden helper sheet that holds other values."""
    write_template("observation", path, seeds)
    workbook = openpyxl.load_workbook(path)
    sheet = workbook["observation"]
    position = {sheet.cell(2, column).value: column for column in range(1, sheet.max_column + 1)}
    row = FIRST_ROW
    for county in counties:
        for measure, value in zip(MEASURES, values_of(county), strict=True):
            cells = {"unit_code": county.code, "assessment_year": 2019, "measure_code": measure, "value": float(value)}
            cells |= {"channel": "government_disclosure", "collection_mode": "online", "captured_at": date(2019, 12, 3)}
            cells |= {"collector": "采集小组", "provenance": "collected"}
            for name, cell in cells.items():
                sheet.cell(row, position[name], cell)
            row += 1
    helper = workbook.create_sheet("辅助", 0)
    helper.append(LONG_HEADER)
    helper.append(_long(counties[0])[0])
    helper.sheet_state = "hidden"
    workbook.active = 1
    workbook.save(path)
    return 3 * len(counties), {}


def _liupanshui(path: Path, counties: list[County], seeds: Path) -> Outcome:
    """A title, a header of merged cells over two rows, codes merged over each county's rows, signatures below."""
    rows = [["六盘水市2019年度政务公开情况采集表"]]
    rows.append(["被评单位", "评估年度", "指标", "", "", "采集情况", "", "", "", "数据来历"])
    rows.append(["行政区划代码", "", "指标代码", "数值", "状态", "渠道", "方式", "采集时间", "采集单位", ""])
    for county in counties:
        rows += _long(county)
        rows[-2][0] = rows[-1][0] = ""
    rows.append(["填表人:某某", "", "", "审核人:某某", "", "", "", "填表日期:2020年1月5日"])

    def merge(sheet: Worksheet) -> None:
        for cells in ("A1:J1", "B2:B3", "C2:E2", "F2:I2", "J2:J3"):
            sheet.merge_cells(cells)
        for number in range(len(counties)):
            sheet.merge_cells(start_row=4 + 3 * number, end_row=6 + 3 * number, start_column=1, end_column=1)

    _save(path, [[cell or None for cell in row] for row in rows], merge)
    return 3 * len(counties), {}


def _zunyi(path: Path, counties: list[County], seeds: Path) -> Outcome:
    """A wide table with the measures' names as headers, percentages and dates as Excel's, and a line of totals."""
    shares, offices, guides = MEASURE_NAMES
    header = ["序号", "单位代码", "年度", f"{shares}(%)", offices, f"{guides}(%)"]
    rows: list[list[object]] = [[*header, "采集渠道", "采集方式", "采集日期", "采集单位", "数据来历", "备注"]]
    for number, county in enumerate(counties, start=1):
        values = [float(value) for value in values_of(county)]
        cells: list[object] = [number, int(county.code), 2019, values[0] / 100, int(values[1]), values[2] / 100]
        rows.append(
            [*cells, "政务公开", "线上", date(2019, 12, 3), "采集小组", "采集", "据官网" if number % 2 else None]
        )
    rows[-1][4] = None
    rows.append(["合计", None, None, 0.8, 20, 0.7])

    def percent(sheet: Worksheet) -> None:
        for row in sheet.iter_rows(min_row=2):
            row[3].number_format = row[5].number_format = "0.00%"

    _save(path, rows, percent)
    return 3 * len(counties) - 1, {}


def _anshun(path: Path, counties: list[County], seeds: Path) -> Outcome:
    """Percent cells, days as `2019/12/3`, and remarks on a sheet of their own."""
    rows: list[list[object]] = [LONG_HEADER]
    for county in counties:
        for row in _long(county, time="2019/12/3"):
            rows.append([*row[:3], float(row[3]) / 100 if row[2] != "T1.1" else int(row[3]), *row[4:]])

    def finish(sheet: Worksheet) -> None:
        for row in sheet.iter_rows(min_row=2):
            if row[2].value != "T1.1":
                row[3].number_format = "0.00%"
        remarks = sheet.parent.create_sheet("填报要求")
        remarks.append(["一、请如实填写"])

    _save(path, rows, finish)
    return 3 * len(counties), {}


def _bijie(path: Path, counties: list[County], seeds: Path) -> Outcome:
    """Full-width digits in codes, years, values and times."""
    rows = [LONG_HEADER]
    for county in counties:
        for row in _long(county):
            rows.append([cell.translate(FULL_WIDTH) if at in (0, 1, 3, 7) else cell for at, cell in enumerate(row)])
    _save(path, rows)
    return 3 * len(counties), {}


def _tongren(path: Path, counties: list[County], seeds: Path) -> Outcome:
    """Names without codes, with the prefecture; one name is misspelt."""
    rows = [["单位名称", "所属市州", *LONG_HEADER[1:]]]
    for county in counties:
        for row in _long(county, time="2019年12月3日"):
            rows.append([county.name, county.prefecture, *row[1:]])
    rows[1][0] = "碧江县"
    _save(path, rows)
    return 3 * len(counties) - 1, {"unit_code_missing": 1}


def _qianxinan(path: Path, counties: list[County], seeds: Path) -> Outcome:
    """Codes that went through a program that takes them for numbers, and words in place of values."""
    rows = [LONG_HEADER]
    for county in counties:
        rows += _long(county, code=f"{county.code}.0", year="2019.0", time="2019-12-3 9:05")
    rows[1][3], rows[4][3], rows[7][3] = "未公开", "不适用", "未采集"
    _save(path, rows)
    return 3 * len(counties), {}


def _qiandongnan(path: Path, counties: list[County], seeds: Path) -> Outcome:
    """Times as people write them, a hidden row, and a row of the prefecture among those of the counties."""
    rows = [LONG_HEADER]
    for county in counties:
        rows += _long(county, time="2019年12月3日10时15分")
    rows.append(["522600", *rows[1][1:]])

    def hide(sheet: Worksheet) -> None:
        sheet.row_dimensions[2].hidden = True

    _save(path, rows, hide)
    return 3 * len(counties) - 1, {"row_hidden": 1, "unit_code_not_in_edition": 1}


def _qiannan(path: Path, counties: list[County], seeds: Path) -> Outcome:
    """Codes beside names, one of which is another county's; the header again on a second page."""
    rows = [[LONG_HEADER[0], "单位名称", *LONG_HEADER[1:]]]
    for county in counties:
        rows += [[row[0], county.name, *row[1:]] for row in _long(county)]
    rows[1][1] = "福泉市"
    rows.insert(19, rows[0])
    _save(path, rows)
    return 3 * len(counties) - 1, {"unit_name_unfit": 1}


OFFICES = (
    ("5201", "贵阳.xlsx", _guiyang),
    ("5202", "六盘水.xlsx", _liupanshui),
    ("5203", "遵义.xlsx", _zunyi),
    ("5204", "安顺.xlsx", _anshun),
    ("5205", "毕节.xlsx", _bijie),
    ("5206", "铜仁.xlsx", _tongren),
    ("5223", "黔西南.xlsx", _qianxinan),
    ("5226", "黔东南.xlsx", _qiandongnan),
    ("5227", "黔南.xlsx", _qiannan),
)


# --- what does not come from offices of prefectures ---


def _events(folder: Path, counties: list[County]) -> Delivered:
    """The province's opinion events: a CSV of Chinese Windows, semicolons in it, and a control character in one."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = []
    for number, county in enumerate(counties[::8], start=1):
        row = [f"GZ-2019-{number:03}", county.code, "2019", "2019/8/7", "2019/8/7 9:30", "负面", "一般", "本地", "认定"]
        row += ["default_or_discipline", f"拖欠工程款,{county.name}回应“正在核实”", "住建局", "县政府办"]
        rows.append([*row, "2019/8/8 15:00", "针对性回应", "2019/9/1", "监测组", "采集", ""])
    rows[3][10] = "拖欠\x07工程款"
    with (folder / "舆情.csv").open("w", encoding="gb18030", newline="") as file:
        csv.writer(file, lineterminator="\r\n").writerows([EVENT_HEADER, *rows])
    return Delivered("opinion_event", "舆情.csv", len(rows) - 1, {"control_character": 1})


def _crawled(folder: Path, counties: list[County]) -> Delivered:
    """A crawler's lines: one measure of every county, with a cut-off emoji in one and rubbish around some codes."""
    lines = []
    for number, county in enumerate(counties):
        row = {"unit_code": county.code, "assessment_year": 2019, "measure_code": "T2.2", "value": 50 + number % 50}
        row |= {"channel": "internet", "collection_mode": "online", "captured_at": "2019-12-04T08:00:00+08:00"}
        row |= {"evidence_url": f"https://www.example.gov.cn/{county.code}"}
        row |= {"collector": "crawler 2", "provenance": "collected"}
        lines.append(row)
    lines[5]["unit_code"] = f"\ufeff{lines[5]['unit_code']}\u200b"
    lines[7]["collector"] = "crawler \ud83d"
    (folder / "crawler.jsonl").write_text("\n".join(json.dumps(line) for line in lines) + "\n", encoding="utf-8")
    return Delivered("observation", "crawler.jsonl", len(lines) - 1, {"half_character": 1})
