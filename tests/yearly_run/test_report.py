"""The 2019 report on Guizhou from the demo's release: the figures that were printed in 2020, as page and as PDF."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from orchestration.home import Home
from orchestration.report import typst
from orchestration.report.compose import compose
from orchestration.report.document import Report, Section
from orchestration.report.html import render
from orchestration.report.release import find_release, open_release
from orchestration.report.texts import plain
from orchestration.report.write import Format, Order, write_report, write_units
from tests.report.figure_check import assert_figures_stand_in_the_release, figures_of, texts_of
from tests.report.paper_check import departures, page_texts
from tests.yearly_run.conftest import call, of_both_and_the_nation, of_the_nation

PUBLISHED = {
    "dimension-s": ["9.91", "99.1%"],
    "dimension-e": ["0.83"],
    "region-comparison": ["82.33", "82.20", "81.83", "79.31"],
}
PUBLISHED_BESIDE_OTHERS = {"composite": ["80.74", "79.38", "1.36", "88.32", "7.58", "11"], "profile": ["8.24"]}
PREFECTURES = ["520400", "520100", "522700", "522300", "520300", "520200", "520600", "520500", "522600"]


@pytest.fixture(scope="module")
def release_file(county_home: Home) -> Path:
    return find_release(county_home, 2019)


@pytest.fixture(scope="module", params=["zh", pytest.param("en", marks=pytest.mark.slow)])
def guizhou(request: pytest.FixtureRequest, release_file: Path) -> Report:
    with open_release(release_file, request.param) as release:
        return compose(release, "520000", request.param)


@pytest.fixture(scope="module")
def printed(guizhou: Report) -> list[str]:
    """The texts of its pages on paper."""
    return page_texts(typst.pdf(guizhou))


@of_both_and_the_nation(("anchor", "published"), PUBLISHED.items(), PUBLISHED_BESIDE_OTHERS.items())
def test_the_published_figures_stand_where_the_original_has_them(
    guizhou: Report, anchor: str, published: list[str]
) -> None:
    [section] = [section for section in guizhou.sections if section.anchor == anchor]
    alone = [figure.text for figure in figures_of(_only(guizhou, section))]
    assert set(published) <= set(alone)


def test_prefectures_stand_in_the_order_of_the_original(guizhou: Report) -> None:
    order = [section.anchor for section in guizhou.sections if re.fullmatch(r"region-\d{6}", section.anchor)]
    assert order == [f"region-{code}" for code in PREFECTURES]


@of_the_nation
def test_the_sentences_of_the_original(release_file: Path) -> None:
    with open_release(release_file, "zh") as release:
        report = compose(release, "520000", "zh")
    text = "\n".join(plain(each) for each in texts_of(report)).translate(str.maketrans("\uff0c\uff08\uff09", ",()"))
    assert "2019年度贵州省县级政府政务诚信综合平均分为80.74分。比全国平均(各省平均)79.38分高出1.36分。" in text
    assert "在30个省级地区中列第11位,与最高的上海市(88.32分)相差7.58分。" in text
    assert "透明度、合规度和践约度的全部计分县(市、区)均为满分。" in text
    assert "低于全国平均的维度\uff1a舆情事件" in text
    assert "差距最大的维度是舆情事件,低8.24分。" in text
    assert "贵州省专项工作平均9.91分(满分10分),得分率99.1%。" in text
    assert "最低的是黔东南苗族侗族自治州,79.31分。" in text
    assert "习水县等4个" in text


@of_the_nation
def test_the_sentence_on_earlier_ranks(release_file: Path) -> None:
    """A province's rank of an earlier year needs the other provinces' scores of that year."""
    with open_release(release_file, "zh") as release:
        report = compose(release, "520000", "zh")
    text = "\n".join(plain(each) for each in texts_of(report)).replace("\uff0c", ",")
    assert "名次与2018年度相同,为第11位。与2017年度相比上升" in text


def test_every_figure_is_in_the_release(guizhou: Report, release_file: Path) -> None:
    assert assert_figures_stand_in_the_release(release_file, guizhou) > 3_000


def test_the_pdf_says_what_the_report_says_and_no_number_beside(guizhou: Report, printed: list[str]) -> None:
    """Text by text, in order: with the test before, every figure on paper is what its query gives."""
    assert departures(guizhou, printed) == []


@pytest.mark.parametrize("region_code", ["520100", "520115"])
def test_other_scopes_hold_true_figures(release_file: Path, region_code: str) -> None:
    assert_holds_true_figures(release_file, region_code)


# The nation's takes as long as all others; `tests/report` has that of a small one.
@of_the_nation
@pytest.mark.parametrize("region_code", [pytest.param("000000", marks=pytest.mark.slow), "110000", "460000"])
def test_other_provinces_and_the_nation_hold_true_figures(release_file: Path, region_code: str) -> None:
    assert_holds_true_figures(release_file, region_code)


def assert_holds_true_figures(release_file: Path, region_code: str) -> None:
    for language in ("zh", "en"):
        with open_release(release_file, language) as release:
            report = compose(release, region_code, language)
        assert assert_figures_stand_in_the_release(release_file, report) > 300
        assert report.notice in render(report)


def test_the_command_writes_both_files(county_home: Home, tmp_path: Path) -> None:
    printed = call(county_home, "report", "--region", "520115", "--year", "2019", "--output", str(tmp_path))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["2019-520115-zh.html", "2019-520115-zh.pdf"]
    assert "观山湖区" in printed


def test_the_internal_file_brings_the_evidence(county_home: Home, tmp_path: Path) -> None:
    call(
        county_home,
        *("report", "--region", "520115", "--year", "2019", "--internal", "--format", "html"),
        *("--output", str(tmp_path)),
    )
    text = (tmp_path / "2019-520115-zh-internal.html").read_text(encoding="utf-8")
    assert "synthetic.example.invalid/2019/520115" in text
    assert "未通过校验" in text
    assert "--language zh --internal" in text


@of_the_nation
def test_a_province_reads_in_some_thirty_pages_and_its_message_stands_on_the_first(
    guizhou: Report, printed: list[str]
) -> None:
    assert 25 <= len(printed) <= 30
    first = re.sub(r"\s+", "", printed[0])
    assert all(plain((run,)) in first for run in ("80.74", "88.32", "+1.36"))
    assert guizhou.sections[0].heading in printed[0] and guizhou.labels.contents in printed[1]


def test_units_are_written_apart_and_as_they_would_be_alone(release_file: Path, tmp_path: Path) -> None:
    """The batch reads a whole province at once; each report is what it would be alone."""
    heard: list[int] = []
    order = Order(release_file, ("zh",), Format.html, tmp_path / "units")
    written = write_units(order, "六盘水", lambda done, total, one: heard.append(total))
    assert len(written) == 4 and set(heard) == {4}
    for one in written:
        alone = write_report(release_file, one.region_code, "zh", Format.html, tmp_path / "alone")
        assert one.files[0].read_bytes() == alone.files[0].read_bytes()


def _only(report: Report, section: Section) -> Report:
    return replace(report, sections=(section,), edition=())
