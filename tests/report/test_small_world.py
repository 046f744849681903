"""What a report says where data are missing, few, odd or long."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from orchestration.errors import UsageError
from orchestration.report.compose import compose
from orchestration.report.document import BulletList, FindingList, Link, Map, Paragraph, Report, Section, Table
from orchestration.report.release import open_release
from orchestration.report.texts import plain
from tests.report.figure_check import assert_figures_stand_in_the_release, figures_of, texts_of
from tests.report.small_world import (
    BEIJING,
    DIRECT,
    GUIYANG,
    GUIZHOU,
    LONG_NAME_EN,
    LONG_NAME_ZH,
    LONG_NAMED,
    LOST_A_LOT,
    NEVER_SCORED,
    PLAIN,
    QINGHAI,
    WITHOUT_A_DIMENSION,
    WITHOUT_EVENTS,
)

NATION = "000000"
REGIONS = (NATION, GUIZHOU, BEIJING, QINGHAI, GUIYANG, "520200", PLAIN, WITHOUT_EVENTS, WITHOUT_A_DIMENSION, LOST_A_LOT)


def report_of(release_file: Path, region_code: str, language: str = "zh", methodology: str | None = None) -> Report:
    with open_release(release_file, language) as release:
        return compose(release, region_code, language, methodology)


def words(section: Section) -> str:
    """The running text of a section."""
    parts = []
    for block in section.blocks:
        if isinstance(block, Paragraph):
            parts.append(plain(block.runs))
        elif isinstance(block, BulletList):
            parts += [plain(item) for item in block.items]
        elif isinstance(block, FindingList):
            parts += [f"{finding.heading} {plain(finding.statement)}" for finding in block.findings]
    return "\n".join(parts)


def section(report: Report, anchor: str) -> Section:
    [found] = [each for each in report.sections if each.anchor == anchor]
    return found


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("region_code", [*REGIONS, NEVER_SCORED, LONG_NAMED])
def test_every_figure_stands_in_the_release(small_release: Path, region_code: str, language: str) -> None:
    report = report_of(small_release, region_code, language)
    assert assert_figures_stand_in_the_release(small_release, report) > 100


@pytest.mark.parametrize("region_code", REGIONS)
def test_links_lead_to_places_of_the_report(small_release: Path, region_code: str) -> None:
    report = report_of(small_release, region_code)
    anchors = [each.anchor for each in report.sections]
    assert len(anchors) == len(set(anchors))
    targets = {run.target for text in texts_of(report) for run in text if isinstance(run, Link)}
    assert targets <= set(anchors)


@pytest.mark.parametrize("region_code", REGIONS)
def test_rows_are_as_wide_as_their_tables(small_release: Path, region_code: str) -> None:
    for each in report_of(small_release, region_code).sections:
        for table in each.blocks:
            if isinstance(table, Table):
                assert {len(row.cells) for row in table.rows} <= {len(table.columns)}, table.caption
                assert table.rows, table.caption


def test_a_province_with_one_unit(small_release: Path) -> None:
    report = report_of(small_release, QINGHAI)
    ranking = words(section(report, "unit-ranking"))
    assert ranking.startswith(f"只有一个参加排名的单位\uff1a{LONG_NAME_ZH}")
    [table] = [block for block in section(report, "unit-ranking").blocks if isinstance(block, Table)]
    assert len(table.rows) == 1
    assert "没有其他参加排名的单位" in words(section(report, f"unit-{LONG_NAMED}"))


def test_the_first_of_several_equal_ones_is_not_behind_the_best(small_release: Path) -> None:
    assert "为最高" in words(section(report_of(small_release, QINGHAI), "composite"))


def test_units_directly_below_a_province(small_release: Path) -> None:
    report = report_of(small_release, BEIJING)
    assert not [each for each in report.sections if each.anchor == "region-comparison"]
    [drawn] = [block for block in section(report, "map").blocks if isinstance(block, Map)]
    assert {area.code for area in drawn.areas} == set(DIRECT)


def test_a_unit_without_events(small_release: Path) -> None:
    report = report_of(small_release, WITHOUT_EVENTS)
    assert "没有记录到舆情事件" in words(section(report, f"events-{WITHOUT_EVENTS}"))
    assert "No opinion event is recorded" in words(
        section(report_of(small_release, WITHOUT_EVENTS, "en"), f"events-{WITHOUT_EVENTS}")
    )


def test_a_province_without_events(small_release: Path) -> None:
    report = report_of(small_release, BEIJING)
    assert "没有计入的舆情事件" in words(section(report, "dimension-e"))


def test_a_dimension_that_nobody_collected(small_release: Path) -> None:
    report = report_of(small_release, WITHOUT_A_DIMENSION)
    [table] = [
        block for block in section(report, f"indicators-{WITHOUT_A_DIMENSION}").blocks if isinstance(block, Table)
    ]
    transparency = table.rows[0]
    assert [plain(cell.runs) for cell in transparency.cells[1:4]] == ["30", "–", "–"]
    assert "只计分、不排名" in words(section(report, f"unit-{WITHOUT_A_DIMENSION}"))
    values = {plain(row.cells[4].runs) for row in table.rows[1:26] if plain(row.cells[4].runs)}
    assert values == {"未采集"} or "未采集" in values


def test_a_unit_that_nobody_could_score(small_release: Path) -> None:
    report = report_of(small_release, NEVER_SCORED)
    assert "没有综合得分" in words(section(report, f"unit-{NEVER_SCORED}"))
    assert "失分无从计算" in words(section(report, f"lost-{NEVER_SCORED}"))
    prefecture = report_of(small_release, "520200")
    assert "本年度没有综合得分" in words(section(prefecture, "composite"))
    assert "没有参加排名的单位" in words(section(prefecture, "unit-ranking"))


def test_a_region_without_a_score_stands_in_no_comparison(small_release: Path) -> None:
    [table] = [
        block
        for block in section(report_of(small_release, GUIZHOU), "region-comparison").blocks
        if isinstance(block, Table)
    ]
    assert [plain(row.cells[0].runs) for row in table.rows] == ["贵阳市", "贵州省"]


def test_the_lowest_unit_of_a_prefecture_is_the_lowest_one(small_release: Path) -> None:
    profile = words(section(report_of(small_release, GUIZHOU), f"region-{GUIYANG}"))
    assert "最低的是乌当区" in profile


def test_very_long_names(small_release: Path) -> None:
    assert LONG_NAME_ZH in report_of(small_release, LONG_NAMED).title
    assert LONG_NAME_EN in report_of(small_release, LONG_NAMED, "en").title


def test_without_an_earlier_edition(small_release: Path) -> None:
    assert "没有2019年度以前" in words(section(report_of(small_release, GUIZHOU), "trend"))


def test_problems_name_their_rule_and_the_units(small_release: Path) -> None:
    [findings] = [
        block
        for block in section(report_of(small_release, GUIZHOU), "problems").blocks
        if isinstance(block, FindingList)
    ]
    silent = next(finding for finding in findings.findings if finding.heading == "负面事件没有回应")
    assert plain(silent.statement) == "3件负面事件中有2件没有回应\uff0c占66.7%\uff0c涉及1个单位。"
    assert [plain(item) for item in silent.concerned] == ["乌当区 2"]
    assert all(finding.rule for finding in findings.findings)


def test_a_rule_about_many_units_needs_more_than_one(small_release: Path) -> None:
    assert "普遍偏低" not in words(section(report_of(small_release, GUIZHOU), "problems"))


def test_the_public_file_has_no_evidence_and_the_report_says_so(small_release: Path) -> None:
    assert "不含证据地址" in words(section(report_of(small_release, PLAIN), f"evidence-{PLAIN}"))
    assert "不含隔离行" in words(section(report_of(small_release, PLAIN), "annex-quality"))


def test_a_file_without_optional_marts_still_gives_a_report(small_release: Path, tmp_path: Path) -> None:
    poor = tmp_path / "poor.duckdb"
    poor.write_bytes(small_release.read_bytes())
    with duckdb.connect(str(poor)) as connection:
        for table in ("warning", "lost_mark", "points_to_next", "dim_grade"):
            connection.execute(f"drop table marts.{table}")
    report = report_of(poor, GUIZHOU)
    assert "没有预警表" in words(section(report, "problems"))
    assert_figures_stand_in_the_release(poor, report)


def test_synthetic_data_are_marked(small_release: Path) -> None:
    for language, watermark in (("zh", "合成数据"), ("en", "SYNTHETIC DATA")):
        report = report_of(small_release, GUIZHOU, language)
        assert report.watermark == watermark
        assert report.notice


def test_real_data_are_not_marked(small_release: Path, tmp_path: Path) -> None:
    real = tmp_path / "real.duckdb"
    real.write_bytes(small_release.read_bytes())
    with duckdb.connect(str(real)) as connection:
        connection.execute("update marts.release_info set data_kind = 'real', synthetic_row_count = 0")
    report = report_of(real, GUIZHOU)
    assert (report.watermark, report.notice) == ("", "")


def test_another_methodology(small_release: Path) -> None:
    presence, quality = (report_of(small_release, GUIZHOU, methodology=code) for code in ("presence", "quality"))
    assert [figure.text for figure in figures_of(presence)] != [figure.text for figure in figures_of(quality)]
    with pytest.raises(UsageError, match="no methodology 'other'"):
        report_of(small_release, GUIZHOU, methodology="other")


def test_an_unknown_region_is_refused(small_release: Path) -> None:
    with pytest.raises(UsageError, match="no region or unit 529999"):
        report_of(small_release, "529999")


def test_a_region_without_units_is_refused(small_release: Path) -> None:
    with pytest.raises(UsageError, match="no assessed unit"):
        report_of(small_release, "310000")


def test_a_file_that_is_no_release_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.duckdb"
    duckdb.connect(str(path)).close()
    with pytest.raises(UsageError, match="no release file"):
        report_of(path, GUIZHOU)
