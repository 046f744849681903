"""Headlines that no report must fail on, nor obey: written into a release, and the reports read from it."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from orchestration.cli import app
from orchestration.home import HOME_VARIABLE, Home, project_root
from orchestration.report.write import Format, ReportsFailed, nation_and_provinces, write_all, write_report
from orchestration.writing.html import CONTENT_SECURITY_POLICY
from tests.guard.hostile import HOSTILE
from tests.landing.conftest import World
from tests.report.paper_check import page_texts
from tests.report.small_world import GUIZHOU, LOST_A_LOT, PLAIN

CASES = Path(__file__).parents[1] / "landing" / "cases" / "09-headline-without-glyph"
# What the font lacks, from each script that was met in headlines.
SCRIPTS = {"emoji": "🚧", "Tibetan": "བ", "Mongolian": "ᠮ", "Uyghur": "ئ", "Yi": "ꀀ", "private use": "\ue000"}


@pytest.fixture(scope="module")
def hostile_release(small_release: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    release = tmp_path_factory.mktemp("hostile") / small_release.name
    shutil.copyfile(small_release, release)
    storable = "  ".join(text.replace("\x00", "").encode("utf-8", "ignore").decode() for text in HOSTILE)
    with duckdb.connect(str(release)) as connection:
        connection.execute("update marts.opinion_event set headline = headline || $1", [storable])
        assert connection.execute("select count(*) from marts.opinion_event").fetchone()[0] > 0
    return release


@pytest.mark.parametrize(("region", "language"), [(GUIZHOU, "zh"), (LOST_A_LOT, "en")])
def test_a_hostile_headline_is_text_in_page_and_paper(
    hostile_release: Path, tmp_path: Path, region: str, language: str
) -> None:
    written = write_report(hostile_release, region, language, Format.both, tmp_path)
    page, paper = (path.read_bytes() for path in written.files)
    text = page.decode()
    assert f'content="{CONTENT_SECURITY_POLICY}"'.replace("'", "&#39;") in text
    for live in ("<script", "<img", "<iframe", "onerror=alert(1)>", 'javascript:alert(1)"', "</style><script"):
        assert live not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e\u2066]", text)
    assert "&lt;U+001B&gt;[2J" in text and "&lt;U+202E&gt;" in text
    assert "🚧" in text and "བོད" in text, "a browser finds a font"
    missing = {f"U+{ord(character):04X}" for character in SCRIPTS.values()}
    assert missing <= set(written.missing_signs)
    said = re.sub(r"\s+", "", "".join(page_texts(paper)))
    assert "〓" in said and all(number in said for number in sorted(missing)[:4])
    assert "=cmd|" in said and "#setpage()" in said, "nothing is read as typst's markup"


def test_landed_headlines_without_glyphs_end_no_report(small_release: Path, tmp_path: Path) -> None:
    world = World(Home(tmp_path / "home"), project_root() / "seeds")
    landed = world.land_one((CASES / "opinion_event.csv").read_bytes(), "opinion_event.csv", "opinion_event")
    headlines = [row["headline"] for row in world.accepted(landed)]
    assert len(headlines) == 6
    release = tmp_path / small_release.name
    shutil.copyfile(small_release, release)
    with duckdb.connect(str(release)) as connection:
        connection.execute("update marts.opinion_event set headline = $1", ["，".join(headlines)])
    written = write_report(release, LOST_A_LOT, "zh", Format.both, tmp_path)
    page, paper = (path.read_bytes() for path in written.files)
    assert all(headline in page.decode() for headline in headlines)
    said = re.sub(r"\s+", "", "".join(page_texts(paper)))
    assert "〓欠薪" in said and all(sign in said for sign in written.missing_signs[:4])


def test_an_ordinary_report_has_no_marks(small_release: Path, tmp_path: Path) -> None:
    for language in ("zh", "en"):
        written = write_report(small_release, PLAIN, language, Format.pdf, tmp_path)
        assert written.missing_signs == ()


@pytest.mark.parametrize(("language", "told"), [("zh", "网页版照原文列出"), ("en", "which its font lacks")])
def test_the_command_says_what_the_paper_lacks(
    hostile_release: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, language: str, told: str
) -> None:
    """In the language of the home, whatever that of the report."""
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path))
    (tmp_path / "zhengxin.toml").write_text(f'language = "{language}"\n', encoding="utf-8")
    arguments = ["report", "--region", LOST_A_LOT, "--release", str(hostile_release), "--format", "pdf"]
    done = CliRunner().invoke(app, [*arguments, "--output", str(tmp_path)])
    assert done.exit_code == 0, done.exception
    assert "U+1F6A7" in done.output and told in done.output.replace("\n", "")


@pytest.mark.usefixtures("written_in_this_process")
def test_one_regions_failure_ends_no_other(small_release: Path, tmp_path: Path) -> None:
    codes = nation_and_provinces(small_release)
    [first] = write_report(small_release, GUIZHOU, "zh", Format.html, tmp_path).files
    first.unlink()
    (first / "in the way").mkdir(parents=True)
    with pytest.raises(ReportsFailed, match=rf"1 of {len(codes)} .*{GUIZHOU}: IsADirectoryError") as failed:
        write_all(small_release, "zh", Format.html, tmp_path)
    assert [one.region_code for one in failed.value.written] == [code for code in codes if code != GUIZHOU]
    assert all(path.is_file() for one in failed.value.written for path in one.files)
