"""The report on any index: its words and its tree are the release's own, and it draws a map where its areas are China's
divisions."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pytest

from orchestration.errors import UsageError
from orchestration.report import index
from orchestration.report.document import Map, MapKind, Report, Table
from orchestration.report.release import open_release
from orchestration.report.write import Format, nation_and_provinces, write_report
from tests.report.read_once import composed_anew, report_of
from tests.report.small_world import BEIJING, GUIZHOU, NATION, PLAIN

SERIES_WORDS = """
    update marts.release_info set series_code = 'towns';
    update marts.dim_methodology set series_name_en = 'Open Town Index', series_name_zh = null,
        unit_noun_en = 'town', unit_noun_zh = 'town', name_en = 'Openness', name_zh = null, description_zh = null,
        description_en = null;
    update marts.release_info set title_en = 'Towns of 2019', title_zh = null, data_kind = 'real'
"""


@pytest.fixture(scope="module")
def release_of_towns(small_release: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small world's release, as that of a series that nobody knows, in one language."""
    path = Path(shutil.copyfile(small_release, tmp_path_factory.mktemp("towns") / "towns-2019-r1.duckdb"))
    with duckdb.connect(str(path)) as connection:
        connection.execute(SERIES_WORDS)
    return path


def report_on(path: Path, code: str | None, language: str = "en") -> Report:
    return report_of(path, code, language)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_whole_is_the_default_and_called_by_its_name(release_of_towns: Path, language: str) -> None:
    report = report_on(release_of_towns, None, language)
    assert report.title == "Open Town Index"
    assert report.subtitle == "Towns of 2019"
    assert report.file_stem == f"2019-{NATION}-{language}"
    assert (report.notice, report.watermark) == ("", "")


def test_nothing_says_county_of_its_own(release_of_towns: Path, tmp_path: Path) -> None:
    written = write_report(release_of_towns, None, "en", Format.both, tmp_path)
    page = next(path for path in written.files if path.suffix == ".html").read_text(encoding="utf-8")
    assert "Integrity of County Governments" not in page


def maps_of(report: Report) -> list[Map]:
    return [block for block in report.blocks() if isinstance(block, Map)]


def test_a_map_is_drawn_where_most_areas_are_on_it(release_of_towns: Path, tmp_path: Path) -> None:
    """The towns bear the codes of China's counties; under codes of their own they are nowhere."""
    [nation], [province] = (maps_of(report_on(release_of_towns, code)) for code in (None, GUIZHOU))
    assert (nation.kind, nation.region_code) == (MapKind.nation, NATION)
    assert (province.kind, province.region_code) == (MapKind.province, GUIZHOU)
    elsewhere = Path(shutil.copyfile(release_of_towns, tmp_path / "elsewhere.duckdb"))
    with duckdb.connect(str(elsewhere)) as connection:
        connection.execute(
            "update marts.region_score set region_code = 'X' || region_code where node_code = 'composite'"
        )
        connection.execute("update marts.dim_unit set unit_code = 'X' || unit_code")
        connection.execute("update marts.fct_unit_score set unit_code = 'X' || unit_code")
    assert [maps_of(report_on(elsewhere, code)) for code in (None, GUIZHOU)] == [[], []]
    with open_release(elsewhere, "en") as release:
        assert release.ask("map_area", methodology="quality", region=GUIZHOU, year=2019, nation=NATION)


def test_of_a_long_ranking_the_ends_are_printed(release_of_towns: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def tables(report: Report, on_paper: bool) -> list[int]:
        return [
            len(each.rows) for each in report.blocks(on_paper) if isinstance(each, Table) and "rank" in each.caption
        ]

    whole = report_on(release_of_towns, None)
    [count] = tables(whole, on_paper=True)
    assert count > 4 and tables(whole, on_paper=False) == [count]
    monkeypatch.setattr(index, "MOST_ON_PAPER", count - 1)
    monkeypatch.setattr(index, "SHOWN_UNITS", 2)
    long = composed_anew(release_of_towns, None, "en")
    assert tables(long, on_paper=False) == [count]
    shown = [each for each in long.blocks(on_paper=True) if isinstance(each, Table) and "scores, 2 of" in each.caption]
    assert [len(each.rows) for each in shown] == [2, 2] and tables(long, on_paper=True) == []


def test_regions_and_units_have_reports(release_of_towns: Path) -> None:
    region = report_on(release_of_towns, GUIZHOU)
    assert region.title.startswith("Open Town Index: ")
    assert "regions" in [section.anchor for section in region.sections]
    direct = report_on(release_of_towns, BEIJING)
    assert "regions" not in [section.anchor for section in direct.sections]
    unit = report_on(release_of_towns, PLAIN)
    assert [section.anchor for section in unit.sections][:3] == ["overview", "tree", "values"]
    assert nation_and_provinces(release_of_towns)[0] == NATION


def test_a_code_that_is_none_is_refused_with_the_regions(release_of_towns: Path) -> None:
    with pytest.raises(UsageError, match=rf"no region or scored unit nowhere.*{NATION}"):
        report_on(release_of_towns, "nowhere")
