"""`zhengxin report` and the Dagster asset: which release they read, what they write, and how they refuse."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import dagster as dg
import pytest

from orchestration.errors import UsageError
from orchestration.home import Home
from orchestration.pipeline.partitions import yearly_partitions
from orchestration.pipeline.report import report_asset
from orchestration.pipeline.resources import HomeResource
from orchestration.report.release import find_release
from orchestration.report.write import Format, WrittenReport, nation_and_provinces, write_all, write_report
from orchestration.wording import Wording
from tests.report.small_world import BEIJING, GUIZHOU, PLAIN, QINGHAI, SERIES, YEAR


@pytest.fixture
def home(tmp_path: Path, small_release: Path) -> Home:
    """A home with one release of 2019."""
    home = Home(tmp_path / "home")
    _add_release(home, small_release, 1)
    return home


def _add_release(home: Home, file: Path, revision: int) -> Path:
    path = home.releases / str(YEAR) / f"r{revision}" / f"zhengxin-{YEAR}-r{revision}.duckdb"
    path.parent.mkdir(parents=True)
    os.link(file, path)
    return path


def report(home: Home, *arguments: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ZHENGXIN_", "DAGSTER_"))}
    return subprocess.run(
        [sys.executable, "-m", "orchestration.cli", "--home", str(home.root), "report", *arguments],
        env=kept | {"PYTHONIOENCODING": "utf-8", "COLUMNS": "200"},
        capture_output=True,
        text=True,
        encoding="utf-8",
    )


def test_a_report_lies_in_the_home_by_year(home: Home) -> None:
    done = report(home, "--region", PLAIN, "--format", "html")
    assert done.returncode == 0, done.stderr
    [path] = (home.reports / str(YEAR)).iterdir()
    assert path.name == f"{YEAR}-{PLAIN}-zh.html"
    assert str(path) in done.stdout
    assert "南明区" in path.read_text(encoding="utf-8")


def test_both_files_and_another_language_and_folder(home: Home, tmp_path: Path) -> None:
    done = report(home, "--region", PLAIN, "--year", str(YEAR), "--language", "en", "--output", str(tmp_path / "out"))
    assert done.returncode == 0, done.stderr
    assert sorted(path.suffix for path in (tmp_path / "out").iterdir()) == [".html", ".pdf"]
    assert "Nanming District" in done.stdout


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(
    ("arguments", "zh", "en"),
    [
        (("--region", GUIZHOU, "--all-provinces"), "请指明一个地区", "Name a region"),
        (("--region", "529999"), "没有地区或单位“529999”", "There is no region or unit '529999'"),
        (("--region", GUIZHOU, "--year", "2018"), "没有 2018 年度的发布版本", "There is no release of 2018"),
        (("--region", GUIZHOU, "--release", "2019-r7"), "没有发布版本 2019-r7", "There is no release 2019-r7"),
        (("--region", GUIZHOU, "--release", "newest"), "不是发布版本", "is no release"),
        (("--region", GUIZHOU, "--release", "2019-r1", "--year", "2018"), "不属于 2018 年度", "is none of 2018"),
        (("--region", GUIZHOU, "--release", "nowhere.duckdb"), "没有发布文件", "There is no release file"),
        (("--region", GUIZHOU, "--internal"), "打不开", "cannot be opened"),
        (("--region", GUIZHOU, "--methodology", "other"), "没有方法“other”", "no methodology 'other'"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_message(
    home: Home, language: str, arguments: tuple[str, ...], zh: str, en: str
) -> None:
    home.settings.write_text(f'language = "{language}"\n', encoding="utf-8")
    done = report(home, *arguments)
    assert done.returncode == 1
    assert done.stderr.startswith("error:")
    assert (zh if language == "zh" else en) in done.stderr
    assert "Traceback" not in done.stderr
    assert not home.reports.exists()


@pytest.mark.parametrize(("language", "message"), [("zh", "还没有发布版本"), ("en", "There is no release")])
def test_a_home_without_releases(tmp_path: Path, language: str, message: str) -> None:
    home = Home(tmp_path)
    home.settings.write_text(f'language = "{language}"\n', encoding="utf-8")
    done = report(home, "--region", GUIZHOU)
    assert done.returncode == 1
    assert message in done.stderr


def test_the_last_release_in_force_is_read(home: Home, small_release: Path) -> None:
    second = _add_release(home, small_release, 2)
    assert find_release(home, YEAR) == second
    assert find_release(home, YEAR, "2019-r1") != second
    note = second.parent.with_suffix(".withdrawn.json")
    note.write_text(json.dumps({"reason": "wrong", "withdrawn_at": "2020-08-01"}), encoding="utf-8")
    assert find_release(home, YEAR).parent.name == "r1"


def test_without_a_chinese_font_no_pdf_is_written(
    small_release: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none_found() -> None:
        raise UsageError(Wording("没有中文字体", "No Chinese font"))

    monkeypatch.setattr("orchestration.report.typst.chinese_font", none_found)
    monkeypatch.setattr("orchestration.report.typst.compiler", none_found)
    with pytest.raises(UsageError, match="No Chinese font"):
        write_report(small_release, PLAIN, "zh", Format.pdf, tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.slow
def test_all_provinces_and_the_nation(small_release: Path, tmp_path: Path) -> None:
    heard: list[tuple[int, int, str]] = []

    def hear(done: int, total: int, written: WrittenReport) -> None:
        heard.append((done, total, written.region_code))

    written = write_all(small_release, "zh", Format.html, tmp_path, progress=hear)
    assert nation_and_provinces(small_release) == ["000000", BEIJING, GUIZHOU, QINGHAI]
    assert [one.region_code for one in written] == ["000000", BEIJING, GUIZHOU, QINGHAI]
    assert [(done, total) for done, total, _ in heard] == [(1, 4), (2, 4), (3, 4), (4, 4)]
    assert {code for *_, code in heard} == {one.region_code for one in written}
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(one.files[0].name for one in written)


@pytest.mark.usefixtures("written_in_this_process")
def test_the_asset_writes_the_reports_of_its_year(home: Home) -> None:
    asset = report_asset(yearly_partitions(home, SERIES))
    result = dg.materialize(
        [asset],
        partition_key=str(YEAR),
        resources={"home": HomeResource(root=str(home.root), series_code=SERIES)},
        run_config=dg.RunConfig(ops={"write_reports": {"config": {"languages": ["en"], "format": "html"}}}),
    )
    assert result.success
    assert len(list((home.reports / str(YEAR)).glob("*-en.html"))) == 4
    [event] = result.asset_materializations_for_node("write_reports")
    assert event.metadata["reports"].value == 4


def test_the_asset_says_what_is_wrong(home: Home) -> None:
    result = dg.materialize(
        [report_asset(yearly_partitions(home, SERIES))],
        partition_key="2018",
        resources={"home": HomeResource(root=str(home.root), series_code=SERIES)},
        raise_on_error=False,
    )
    assert not result.success
    [failure] = [event for event in result.all_events if event.is_step_failure]
    assert "没有 2018 年度的发布" in failure.event_specific_data.error.message


def test_the_same_release_gives_the_same_page(small_release: Path, tmp_path: Path) -> None:
    pages = [
        write_report(small_release, GUIZHOU, "zh", Format.html, tmp_path / name).files[0].read_bytes() for name in "ab"
    ]
    assert pages[0] == pages[1]
