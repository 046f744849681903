"""What a report says where data are missing, few, odd or long."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.errors import UsageError
from orchestration.report.document import (
    BulletList,
    Chart,
    Code,
    Figure,
    FindingList,
    Map,
    OnScreen,
    Paragraph,
    Report,
    Section,
    Table,
)
from orchestration.report.texts import Texts, plain
from orchestration.report.typst.content import ReportContent
from tests.report.figure_check import assert_figures_stand_in_the_release, figures_of, texts_of
from tests.report.paper_check import SOURCE_MARKS, departures, departures_from
from tests.report.read_once import composed_anew, paper_of, report_of
from tests.report.small_world import (
    BEIJING,
    DIRECT,
    GUIYANG,
    GUIZHOU,
    LONG_NAME_EN,
    LONG_NAME_ZH,
    LONG_NAMED,
    LOST_A_LOT,
    NATION,
    NEVER_SCORED,
    PLAIN,
    QINGHAI,
    WITHOUT_A_DIMENSION,
    WITHOUT_EVENTS,
)

REGIONS = (NATION, GUIZHOU, BEIJING, QINGHAI, GUIYANG, "520200", PLAIN, WITHOUT_EVENTS, WITHOUT_A_DIMENSION, LOST_A_LOT)

# Numbers that no query answers: a year, code or version names something; limits are those of rules.toml or of a table;
# a title, description, reason or warning is the release's own wording; parts were filled, and watched, before.
BARE_NUMBERS = {"year", "code", "version", "limit", "shown", "share", "title", "description", "reason", "text", "parts"}


def blocks_of(section: Section) -> list:
    """The blocks of a section, those for the screen alone among them."""
    return [inner for block in section.blocks for inner in (block.blocks if isinstance(block, OnScreen) else (block,))]


def words(section: Section) -> str:
    """The running text of a section."""
    parts = []
    for block in blocks_of(section):
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
    assert assert_figures_stand_in_the_release(small_release, report) > 60


@pytest.mark.parametrize(
    ("table", "change"),
    [
        pytest.param("region_score", "rank_within_parent = rank_within_parent + 3, rank_in_level = 9", id="rank"),
        pytest.param("region_score", "scored_unit_count = 7, unit_count = unit_count + 700", id="count"),
        pytest.param(
            "fct_unit_score",
            "rank_overall = 9 - rank_overall, rank_national = 9 - rank_national",
            id="ranks changed round",
        ),
    ],
)
def test_a_figure_that_the_release_does_not_give_is_found(
    small_release: Path, tmp_path: Path, table: str, change: str
) -> None:
    report = report_of(small_release, GUIZHOU)
    changed = tmp_path / "changed.duckdb"
    changed.write_bytes(small_release.read_bytes())
    with duckdb.connect(str(changed)) as connection:
        connection.execute(f"update marts.{table} set {change}")
    with pytest.raises(AssertionError):
        assert_figures_stand_in_the_release(changed, report)


@pytest.mark.parametrize(
    ("region_code", "language"),
    [
        (NATION, "zh"),
        (GUIZHOU, "en"),
        (LOST_A_LOT, "zh"),
        pytest.param(LOST_A_LOT, "en", marks=pytest.mark.slow),
        pytest.param(NATION, "en", marks=pytest.mark.slow),
        pytest.param(GUIZHOU, "zh", marks=pytest.mark.slow),
    ],
)
def test_paper_says_what_the_report_says(small_release: Path, region_code: str, language: str) -> None:
    """And what the report says is the release's, as above."""
    report = report_of(small_release, region_code, language)
    assert departures(report, paper_of(small_release, region_code, language)) == []


@pytest.mark.parametrize("language", ["zh", "en"])
def test_each_number_on_paper_that_is_another_is_found(small_release: Path, language: str) -> None:
    """Scores, ranks, counts, shares, dates, ticks of axes, numbers of tables, of pages: all of one page but the marks
    of sources."""
    content = ReportContent(report_of(small_release, LOST_A_LOT, language)).content()
    pages = paper_of(small_release, LOST_A_LOT, language)
    sources = [range(*mark.span()) for mark in SOURCE_MARKS.finditer(pages[2])]
    numbers = [
        number for number in re.finditer(r"\d+", pages[2]) if not any(number.start() in each for each in sources)
    ]
    assert len(numbers) > 40
    for number in numbers:
        other = pages[2][: number.end() - 1] + str((int(number[0][-1]) + 1) % 10) + pages[2][number.end() :]
        assert _differs(content, [*pages[:2], other, *pages[3:]]), pages[2][number.start() - 20 : number.end() + 20]


def _differs(content: dict[str, Any], pages: list[str]) -> bool:
    try:
        return departures_from(content, pages) != []
    except AssertionError:  # of a page's head or foot
        return True


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
    assert ranking.startswith(f"只有一个参加排名的县\uff08市、区\uff09\uff1a{LONG_NAME_ZH}")
    [table] = [block for block in blocks_of(section(report, "unit-ranking")) if isinstance(block, Table)]
    assert len(table.rows) == 1
    assert "没有其他参加排名的县" in words(section(report_of(small_release, LONG_NAMED), "peers"))


def test_one_of_several_equal_ones_shares_the_highest_place(small_release: Path) -> None:
    composite = section(report_of(small_release, QINGHAI), "composite")
    assert "与其他地区并列最高\uff0c并列者共2个" in words(composite)
    assert "最高的北京市等2个" in words(section(report_of(small_release, GUIZHOU), "composite"))
    assert "最高的是北京市等2个" in words(section(report_of(small_release, NATION), "composite"))


def test_units_that_share_a_place_are_not_called_the_highest(small_release: Path) -> None:
    assert words(section(report_of(small_release, BEIJING), "unit-ranking")).startswith(
        "参加排名的县\uff08市、区\uff09得分相同"
    )
    assert "得分最高的是南明区" in words(section(report_of(small_release, GUIZHOU), "unit-ranking"))


def test_the_units_that_lost_most_are_counted(small_release: Path, tmp_path: Path) -> None:
    tied = tmp_path / "tied.duckdb"
    tied.write_bytes(small_release.read_bytes())
    with duckdb.connect(str(tied)) as connection:
        connection.execute(
            "update marts.fct_indicator_score set score = 0 where node_code = 'C1.1' and methodology_code = 'presence' "
            f"and unit_code in ('{PLAIN}', '{LOST_A_LOT}')"
        )
    [table] = [
        block
        for block in blocks_of(section(report_of(tied, GUIZHOU), "dimension-c"))
        if isinstance(block, Table) and "失分最多" in block.caption
    ]
    assert "南明区等2个" in {plain(row.cells[5].runs) for row in table.rows}


def test_events_say_by_whom_they_were_answered(small_release: Path) -> None:
    own = {plain(run) for run in texts_of(report_of(small_release, PLAIN))}
    assert any(text.startswith("答复\uff1a宣传部\uff08责任主体\uff1a财政局\uff09") for text in own)
    english = {plain(run) for run in texts_of(report_of(small_release, GUIZHOU, "en"))}
    assert any(text.startswith("Answered by 宣传部 (responsible: 财政局)") for text in english)
    assert "no answer (responsible: 财政局)" in english


def test_the_nation_is_compared_with_its_own_regions_and_has_no_rank(small_release: Path) -> None:
    report = report_of(small_release, NATION)
    [chart] = [block for block in blocks_of(section(report, "summary")) if isinstance(block, Chart)]
    assert [(series.name, series.role) for series in chart.series] == [
        ("全国", "subject"),
        ("北京市", "best"),
        ("贵州省", "other"),
    ]
    for each in (section(report, "profile"), section(report, "trend"), section(report, "methodologies")):
        captions = [block.caption for block in blocks_of(each) if isinstance(block, Table)]
        assert [caption for caption in captions if "名次" in caption] == []
        assert "全国和最高地区" not in each.heading


def test_the_nation_counts_the_units_concerned_by_province(small_release: Path) -> None:
    [findings] = [
        block
        for block in blocks_of(section(report_of(small_release, NATION), "problems"))
        if isinstance(block, FindingList)
    ]
    silent = next(finding for finding in findings.findings if finding.heading == "负面事件没有回应")
    assert [plain(item) for item in silent.concerned] == ["贵州省 1"]
    assert any(isinstance(run, Figure) for run in silent.concerned[0])


def test_the_scope_says_who_is_left_out_and_why(small_release: Path, tmp_path: Path) -> None:
    complete = words(section(report_of(small_release, GUIZHOU), "scope"))
    assert "没有未纳入评估的县级政府" in complete
    assert "香港特别行政区、澳门特别行政区和台湾省" in complete
    assert "Hong Kong, Macao and Taiwan" in words(section(report_of(small_release, NATION, "en"), "scope"))
    fewer = tmp_path / "fewer.duckdb"
    fewer.write_bytes(small_release.read_bytes())
    with duckdb.connect(str(fewer)) as connection:
        connection.execute(
            "update marts.dim_unit set is_included = false, exclusion_reason_zh = '缺乏数据', "
            f"exclusion_reason_en = 'no data', exclusion_origin = 'assumed' where unit_code = '{NEVER_SCORED}'"
        )
    scope = section(report_of(fewer, GUIZHOU), "scope")
    [table] = [block for block in blocks_of(scope) if isinstance(block, Table) and "未纳入" in block.caption]
    assert [[plain(cell.runs) for cell in row.cells] for row in table.rows] == [["缺乏数据", "本项目假设", "1"]]


def test_cells_that_were_not_collected_are_listed_by_measure(small_release: Path) -> None:
    def listed(region_code: str) -> Table:
        blocks = blocks_of(section(report_of(small_release, region_code), "quality"))
        return next(block for block in blocks if isinstance(block, Table) and "未采集" in block.caption)

    province, unit = listed(GUIZHOU), listed(WITHOUT_A_DIMENSION)
    assert {plain(row.cells[2].runs) for row in province.rows} == {"未采集"}
    assert {plain(row.cells[3].runs) for row in province.rows} == {"1", "2"}
    assert len(unit.columns) == 3
    assert all(plain(row.cells[2].runs) == "未采集" for row in unit.rows)


def test_published_figures_are_told_in_words(small_release: Path, tmp_path: Path) -> None:
    published = tmp_path / "published.duckdb"
    published.write_bytes(small_release.read_bytes())
    rows = [
        (GUIZHOU, "composite", "mean_of_units", 82.2, 82.2, "composite_mean"),
        (GUIZHOU, "T", "at_full_mark", 1, 0, "五项均为满分"),
        (GUIZHOU, "T", "trend_direction", -1, -1, "下降"),
        (GUIZHOU, None, "unit_count", 5, 5, "counties_evaluated"),
        (QINGHAI, None, "unit_count", 1, 1, "elsewhere"),
    ]
    with duckdb.connect(str(published)) as connection:
        connection.execute(
            "create table marts.published_reconciliation (region_code varchar, node_code varchar, statistic varchar, "
            "published_value decimal(18, 4), computed_rounded decimal(18, 10), statement_zh varchar, "
            "published_kind varchar default 'figure', published_id varchar default 'F', "
            "region_name_zh varchar default '某地', region_name_en varchar default 'A place', "
            "comparison varchar default 'equal', published_status varchar default 'published', "
            "outcome varchar default 'match', statement_en varchar default '')"
        )
        connection.executemany(
            "insert into marts.published_reconciliation (region_code, node_code, statistic, published_value, "
            "computed_rounded, statement_zh) values (?, ?, ?, ?, ?, ?)",
            rows,
        )
        connection.execute(
            "update marts.published_reconciliation set outcome = 'mismatch' where published_value <> computed_rounded"
        )
    report = report_of(published, GUIZHOU)
    counts = words(section(report, "reconciliation"))
    assert "一致4项\uff0c不一致1项" in counts
    assert "一致3项\uff0c不一致1项" in counts
    [table] = [block for block in blocks_of(section(report, "reconciliation")) if isinstance(block, Table)]
    assert sorted([plain(cell.runs) for cell in row.cells[:7]] for row in table.rows) == [
        ["某地", "", "评估数", "", "等于", "5", "5"],
        ["某地", "综合得分", "县级平均分", "", "等于", "82.20", "82.20"],
        ["某地", "透明度\uff08政务公开\uff09", "全部为满分", "五项均为满分", "等于", "是", "否"],
        ["某地", "透明度\uff08政务公开\uff09", "变化方向", "下降", "等于", "下降", "下降"],
    ]
    assert_figures_stand_in_the_release(published, report)


def test_a_number_in_a_sentence_is_a_figure_with_its_source(
    small_release: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bare: set[tuple[str, str, str]] = set()
    filled = Texts.__call__

    def watched(self: Texts, key: str, row: object = None, /, **places: object) -> object:
        for name, filling in places.items():
            runs = filling if isinstance(filling, tuple) else (filling,)
            strings = "".join(run for run in runs if isinstance(run, str))
            if re.search("[0-9]", strings) and name not in BARE_NUMBERS and not name.endswith("_limit"):
                bare.add((key, name, strings))
        return filled(self, key, row, **places)

    def worded(self: Texts, key: str, row: object = None, /, **places: object) -> str:
        return plain(filled(self, key, row, **places))

    monkeypatch.setattr(Texts, "__call__", watched)
    monkeypatch.setattr(Texts, "word", worded)
    for region_code in (NATION, GUIZHOU, LOST_A_LOT):
        composed_anew(small_release, region_code)
    assert bare == set()


def test_units_directly_below_a_province(small_release: Path) -> None:
    report = report_of(small_release, BEIJING)
    assert not [each for each in report.sections if each.anchor == "region-comparison"]
    [drawn] = [block for block in blocks_of(section(report, "map")) if isinstance(block, Map)]
    assert {area.code for area in drawn.areas} == set(DIRECT)


def test_a_unit_without_events(small_release: Path) -> None:
    report = report_of(small_release, WITHOUT_EVENTS)
    assert "没有记录到舆情事件" in words(section(report, "events"))
    assert "No opinion event is recorded" in words(section(report_of(small_release, WITHOUT_EVENTS, "en"), "events"))


def test_a_province_without_events(small_release: Path) -> None:
    report = report_of(small_release, BEIJING)
    assert "没有计入的舆情事件" in words(section(report, "dimension-e"))


def test_a_dimension_that_nobody_collected(small_release: Path) -> None:
    report = report_of(small_release, WITHOUT_A_DIMENSION)
    [table] = [block for block in blocks_of(section(report, "indicators")) if isinstance(block, Table)]
    transparency = table.rows[0]
    assert [plain(cell.runs) for cell in transparency.cells[1:4]] == ["30", "–", "–"]
    assert "只计分、不排名" in words(section(report, "summary"))
    values = {plain(row.cells[4].runs) for row in table.rows[1:26] if plain(row.cells[4].runs)}
    assert values == {"未采集"} or "未采集" in values


def test_a_unit_that_nobody_could_score(small_release: Path) -> None:
    report = report_of(small_release, NEVER_SCORED)
    assert "没有综合得分" in words(section(report, "summary"))
    assert "失分无从计算" in words(section(report, "improve"))
    prefecture = report_of(small_release, "520200")
    assert "2019年度没有综合得分" in words(section(prefecture, "composite"))
    assert "没有参加排名的县" in words(section(prefecture, "unit-ranking"))


def test_a_region_without_a_score_stands_in_no_comparison(small_release: Path) -> None:
    [table] = [
        block
        for block in blocks_of(section(report_of(small_release, GUIZHOU), "region-comparison"))
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


def test_the_rank_is_compared_with_the_year_that_is_named(small_release: Path, tmp_path: Path) -> None:
    later = tmp_path / "later.duckdb"
    later.write_bytes(small_release.read_bytes())
    with duckdb.connect(str(later)) as connection:
        connection.execute(
            "update marts.region_trend set previous_assessment_year = 2018, previous_score = score - 1, "
            "change_from_previous = 1, first_assessment_year = 2017, first_score = score - 3, three_year_change = 3, "
            "previous_rank_in_level = rank_in_level, rank_gain = 0 where node_code = 'composite'"
        )
    trend = words(section(report_of(later, GUIZHOU), "trend"))
    rank = trend.index("名次与2018年度相同")
    assert trend.index("与2018年度相比") < rank < trend.index("与2017年度相比")


def test_units_that_fell_alike_are_counted(small_release: Path, tmp_path: Path) -> None:
    fallen = tmp_path / "fallen.duckdb"
    fallen.write_bytes(small_release.read_bytes())
    with duckdb.connect(str(fallen)) as connection:
        connection.execute(
            "update marts.unit_trend set previous_assessment_year = 2018, previous_score = score + 9, "
            f"change_from_previous = -9 where node_code = 'composite' and unit_code in ('{PLAIN}', '{LOST_A_LOT}')"
        )
    assert "降幅最大的是南明区等2个\uff0c下降9.00分" in words(section(report_of(fallen, GUIZHOU), "problems"))


def test_problems_name_their_rule_and_the_units(small_release: Path) -> None:
    [findings] = [
        block
        for block in blocks_of(section(report_of(small_release, GUIZHOU), "problems"))
        if isinstance(block, FindingList)
    ]
    silent = next(finding for finding in findings.findings if finding.heading == "负面事件没有回应")
    assert plain(silent.statement) == "3件负面事件中有2件没有回应\uff0c占66.7%\uff0c涉及1个县\uff08市、区\uff09。"
    assert [plain(item) for item in silent.concerned] == ["乌当区 2"]
    assert all(finding.rule for finding in findings.findings)


def test_a_rule_about_many_units_needs_more_than_one(small_release: Path) -> None:
    assert "普遍偏低" not in words(section(report_of(small_release, GUIZHOU), "problems"))


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("zh", "公开发布文件不含证据地址。各项观测的证据载于发布版本2019-r1的内部文件"),
        ("en", "The evidence behind each observation is in the internal file of release 2019-r1"),
    ],
)
def test_the_public_report_says_where_evidence_is(small_release: Path, language: str, said: str) -> None:
    own = section(report_of(small_release, PLAIN, language), "evidence")
    assert said in words(own)
    [command] = [block.text for block in blocks_of(own) if isinstance(block, Code)]
    assert command == f"zhengxin report --region {PLAIN} --year 2019 --release 2019-r1 --internal"


@pytest.mark.parametrize(("language", "channel"), [("zh", "政府公开"), ("en", "Government disclosure")])
def test_the_internal_report_lists_the_evidence(
    small_release: Path, tmp_path: Path, language: str, channel: str
) -> None:
    internal = tmp_path / "internal.duckdb"
    internal.write_bytes(small_release.read_bytes())
    with duckdb.connect(str(internal)) as connection:
        connection.execute(
            f"""create table marts.score_trace as select
                '{PLAIN}' as unit_code, 'T1.1' as node_code, 'T.1' as sort_path, 'presence' as methodology_code,
                'T1.1.items' as measure_code, null::varchar as cluster_code, 3 as value, 'observed' as state,
                'government_disclosure' as channel, timestamp '2020-03-01 09:00' as captured_at,
                'https://example.invalid/page' as evidence_url, null::varchar as evidence_hash,
                'observations.csv' as file_name, 12 as row_number, null::varchar as verification_verdict"""
        )
    report = report_of(internal, PLAIN, language)
    [table] = [block for block in blocks_of(section(report, "evidence")) if isinstance(block, Table)]
    [cells] = [[plain(cell.runs) for cell in row.cells] for row in table.rows]
    assert cells[:4] == ["T1.1.items", channel, "2020-03-01 09:00", "https://example.invalid/page"]
    assert "observations.csv" in cells[4] and "12" in cells[4]
    assert_figures_stand_in_the_release(internal, report)


def test_the_public_report_says_that_quarantine_is_left_out(small_release: Path) -> None:
    assert "只见于内部发布文件" in words(section(report_of(small_release, PLAIN), "quality"))


def test_a_file_without_optional_marts_still_gives_a_report(small_release: Path, tmp_path: Path) -> None:
    poor = tmp_path / "poor.duckdb"
    poor.write_bytes(small_release.read_bytes())
    with duckdb.connect(str(poor)) as connection:
        for table in ("warning", "lost_mark", "points_to_next", "dim_grade"):
            connection.execute(f"drop table marts.{table}")
    report = report_of(poor, GUIZHOU)
    assert "没有预警数据" in words(section(report, "problems"))
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
    assert (presence.file_stem, quality.file_stem) == (f"2019-{GUIZHOU}-zh", f"2019-{GUIZHOU}-zh-quality")
    assert "不是本版次的主方法" in words(section(quality, "about"))
    commands = [block.text for block in blocks_of(section(quality, "release")) if isinstance(block, Code)]
    assert commands[0].endswith("--language zh --methodology quality")


def test_an_internal_file_gives_a_report_of_its_own_name(small_release: Path, tmp_path: Path) -> None:
    internal = tmp_path / "internal.duckdb"
    internal.write_bytes(small_release.read_bytes())
    with duckdb.connect(str(internal)) as connection:
        connection.execute("create table marts.quarantined_row (unit_code varchar, source varchar, rule varchar)")
    report = report_of(internal, GUIZHOU)
    assert report.file_stem == f"2019-{GUIZHOU}-zh-internal"
    commands = [block.text for block in blocks_of(section(report, "release")) if isinstance(block, Code)]
    assert commands[0].endswith("--language zh --internal")


def test_an_unknown_methodology_is_refused(small_release: Path) -> None:
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
