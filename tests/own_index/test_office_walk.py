"""The agency's year, walked as a new user would: a folder of one's own, files as offices make them, what stopped
mended, a candidate, a release, an objection upheld, and the release after it. Nothing but the command line, and the
repository is not touched."""

from __future__ import annotations

import csv
import re
from html import unescape
from pathlib import Path

import duckdb
import openpyxl
import pytest

from tests.landing.office_files import MEASURES, write_office_files
from tests.own_index.conftest import Shell

pytestmark = pytest.mark.slow

OFFICER = "OFF-01,review_panel,异议复核组,Review panel for objections,,2019-01-01,,collected\n"
MEASURE = "T4.1.probe_timeout_rate"
OBJECTION = {
    "异议编号": "Y-1",
    "行政区划代码": "520181",
    "评估年度": "2019",
    "对象": "observation",
    "测量项代码": MEASURE,
    "请求": "更正",
    "理由": "已修复",
    "提出单位": "清镇市政府办公室",
    "提出时间": "2020/7/10",
    "证据网址": "https://example.invalid/1",
    "数据来历": "采集",
}
DECISION = {
    "决定编号": "D-1",
    "决定类型": "异议",
    "异议编号": "Y-1",
    "结论": "成立",
    "行政区划代码": "520181",
    "评估年度": "2019",
    "对象": "observation",
    "测量项代码": MEASURE,
    "理由": "属实",
    "经办人": "OFF-01",
    "角色": "review_panel",
    "决定时间": "2020/7/20",
    "数据来历": "采集",
}


def rows(database: Path, query: str) -> list[tuple]:
    with duckdb.connect(str(database), read_only=True) as connection:
        return connection.execute(query).fetchall()


def write_csv(path: Path, written: list[dict[str, str]]) -> None:
    """As Excel saves it in Chinese Windows."""
    with path.open("w", encoding="gb18030", newline="") as file:
        writer = csv.DictWriter(file, list(written[0]))
        writer.writeheader()
        writer.writerows(written)


def write_the_rest(folder: Path) -> None:
    """Every measure that the offices did not send, of every county, and the one cell that an office left blank."""
    seeds = folder / "seeds"

    def seed(place: str) -> list[dict[str, str]]:
        with (seeds / place).open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    counties = [row for row in seed("geography/assessment_frame.csv") if row["assessment_year"] == "2019"]
    measures = [
        row
        for row in seed("methodology/measure.csv")
        if row["value_kind"] != "event_points" and row["measure_code"] not in MEASURES
    ]
    written = [
        _row(county["unit_code"], measure, place) for place, county in enumerate(counties) for measure in measures
    ]
    blank = next(row for row in seed("methodology/measure.csv") if row["measure_code"] == "T1.1")
    written.append(_row("520382", blank, 3))
    write_csv(folder / "inbox" / "observation" / "其余.csv", written)


def _row(unit: str, measure: dict[str, str], place: int) -> dict[str, str]:
    low = int(float(measure["lower_bound"] or 0))
    high = int(float(measure["upper_bound"])) if measure["upper_bound"] else low + 10
    return {
        "行政区划代码": unit,
        "评估年度": "2019",
        "指标代码": measure["measure_code"],
        "数值": str(low + (place * 7) % (high - low + 1)),
        "采集渠道": "政务公开",
        "采集方式": "线上",
        "采集时间": "2019/12/5",
        "采集单位": "工作组",
        "数据来历": "合成",
    }


def mend(folder: Path) -> None:
    """Correct what `errors-*.xlsx` name, and put the workbooks into the inbox."""
    for source in ("observation", "opinion_event"):
        workbook = openpyxl.load_workbook(folder / f"errors-{source}.xlsx")
        sheet = workbook[source]
        place = {(sheet.cell(2, at).value or sheet.cell(1, at).value): at for at in range(1, sheet.max_column + 1)}
        for number in range(3, sheet.max_row + 1):
            if source == "opinion_event":
                sheet.cell(number, place["headline"], "群众反映问题")
                continue
            if sheet.cell(number, place["unit_code"]).value == "522600":
                sheet.cell(number, place["unit_code"], "522601")
                sheet.cell(number, place["captured_at"], "2019-12-05")
            if sheet.cell(number, place["unit_name"]).value == "碧江县":
                sheet.cell(number, place["unit_name"], "碧江区")
            if sheet.cell(number, place["unit_name"]).value == "福泉市":
                sheet.cell(number, place["unit_name"]).value = None
            if "\\ud83d" in (sheet.cell(number, place["collector"]).value or ""):
                sheet.cell(number, place["collector"], "crawler 2")
        workbook.save(folder / "inbox" / source / "mended.xlsx")


def fill_queue(folder: Path) -> None:
    """Confirm the first item of the queue; nobody came to the others."""
    workbook = openpyxl.load_workbook(folder / "queue.xlsx")
    sheet = workbook["verification"]
    place = {sheet.cell(2, at).value: at for at in range(1, sheet.max_column + 1)}
    filled = {"verdict": "属实", "reason": "现场查验", "verifier": "查验一组", "verified_at": "2020/3/1"}
    for column, value in filled.items():
        sheet.cell(3, place[column], value)
    sheet.delete_rows(4, sheet.max_row)
    workbook.save(folder / "inbox" / "verification" / "queue.xlsx")


def prose(page: Path) -> str:
    """What a reader of the page reads, without the queries that its sources list."""
    text = page.read_text(encoding="utf-8")
    text = re.sub(r"<(script|style|svg|pre|code).*?</\1>", "", text, flags=re.DOTALL)
    text, sources, _ = text.partition('id="source-')
    assert sources, "the sources, whose titles speak of any edition, stand last"
    return re.sub(r"\s+", " ", unescape(re.sub("<[^>]+>", " ", text)))


def test_the_year_of_an_agency(shell: Shell) -> None:
    shell.run("zhengxin init --from county --region 520000 guizhou\ncd guizhou\nzhengxin check-seeds")
    folder = shell.folder
    shell.run("zhengxin template observation 空表.xlsx")
    write_office_files(folder / "inbox", folder / "seeds")
    said = shell.run("zhengxin land --errors errors.xlsx")
    assert "6 行被隔离" in said
    mend(folder)
    write_the_rest(folder)
    shell.run("zhengxin land")
    assert "另有 6 行曾被隔离,已由其他文件中的改正行取代" in shell.run("zhengxin status")
    shell.run("zhengxin run 2019")
    assert not (folder / "releases" / "current.duckdb").exists(), "nobody released it"
    shell.run("zhengxin queue --year 2019 --output queue.xlsx")
    fill_queue(folder)
    with (folder / "seeds" / "decisions" / "decision_officer.csv").open("a", encoding="utf-8") as file:
        file.write(OFFICER)
    shell.run("zhengxin check-seeds\nzhengxin run 2019")
    assert "2019-r1" in shell.run("zhengxin release 2019")
    current = folder / "releases" / "current.duckdb"
    [(units, ranked, national, others)] = rows(
        current,
        "select count(*), count(rank_in_province), count(rank_national), count_if(rank_overall <> rank_in_province) "
        "from marts.fct_unit_score where methodology_code = 'presence'",
    )
    assert (units, ranked, national, others) == (88, 88, 0, 0)
    assert rows(current, "select region_code, rank_in_level from marts.region_score where parent_region_code is null")[
        0
    ] == ("520000", None)
    assert rows(
        current, "select count(national_mean_of_units), count(best_region_code) > 0 from marts.region_comparison"
    ) == [(0, True)]

    old = "select value from marts.fct_measure_score where unit_code = '520181' and methodology_code = 'quality' "
    [(before,)] = rows(current, f"{old} and measure_code = '{MEASURE}'")
    value = "0" if before else "60"
    write_csv(folder / "inbox" / "objection" / "一.csv", [OBJECTION | {"更正值": value}])
    write_csv(folder / "inbox" / "decision" / "一.csv", [DECISION | {"原值": f"{before:f}", "更正值": value}])
    said = shell.run("zhengxin run 2019")
    assert "2019-r2 已生成候选" in said
    assert "2019-r2" in shell.run('zhengxin release 2019 --note "异议 Y-1 成立"')
    assert rows(current, f"{old} and measure_code = '{MEASURE}'")[0][0] == int(value)
    assert "异议 Y-1 成立" in (folder / "releases" / "2019" / "r2" / "diff.md").read_text(encoding="utf-8")
    shell.run("zhengxin verify --all")

    shell.run("zhengxin report --year 2019 --format html\nzhengxin report --year 2019 --region 520181 --format html")
    whole, unit = (prose(folder / "reports" / "2019" / f"2019-{code}-zh.html") for code in ("520000", "520181"))
    assert "贵州省县级政府政务诚信监测评估报告" in whole and "88 个计分的县（市、区）" in whole
    assert "在贵州省 88 个参加排名的县（市、区）中列第" in unit
    for page in (whole, unit):
        assert "全国" not in page and "中国县级" not in page and "1 个省" not in page
    assert "520181" in shell.run("zhengxin explain 清镇市") and "全国" not in shell.run(
        "zhengxin compare 清镇市 大方县"
    )
