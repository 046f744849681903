"""The folder that a site is: figures as the release has them, addresses that stay, hostile text that stays text."""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import subprocess
from decimal import ROUND_HALF_UP, Decimal
from html.parser import HTMLParser
from pathlib import Path

import duckdb
import pytest
from openpyxl import load_workbook

from orchestration.commands.site import PARTS
from orchestration.errors import UsageError
from orchestration.site.build import build_site
from orchestration.site.page import INVENTORY
from orchestration.site.view import LANGUAGES, wording
from tests.report.site.conftest import HEAD
from tests.report.small_world import GUIZHOU, LONG_NAMED, NEVER_SCORED, PLAIN, UNITS

HOSTILE = '<script>alert(1)</script><img src=x onerror=alert(2)>"\u202e'


class Links(HTMLParser):
    """What a page leads to and loads, and its tables as rows of cell texts."""

    def __init__(self) -> None:
        super().__init__()
        self.targets: list[str] = []
        self.rows: list[list[str]] = []
        self._in_cell = False

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.targets += [value for name, value in attributes if name in ("href", "src") and value]
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th") and self.rows:
            self.rows[-1].append("")
            self._in_cell = True

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th"):
            self._in_cell = False

    def handle_data(self, data: str) -> None:
        if self._in_cell:
            self.rows[-1][-1] += data


def read(path: Path) -> Links:
    links = Links()
    links.feed(path.read_text(encoding="utf-8"))
    return links


def printed(value: Decimal) -> str:
    rounded = value.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
    return f"{rounded:,}".replace("-", "−")


def test_both_languages_have_the_same_texts_with_the_same_places() -> None:
    zh, en = (wording(language) for language in LANGUAGES)
    assert zh.keys() == en.keys()
    for key, text in zh.items():
        # English says "unit" where Chinese has the index's own word for one.
        places, others = (set(re.findall(r"\{\w+\}|%n", words)) - {"{noun}"} for words in (text, en[key]))
        assert places == others, key


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_knows_what_is_assessed(language: str) -> None:
    """What the units are called and what they lie in are words of the index."""
    named = re.compile("count(y|ies)|县|government|政府|政务|provinc|省", re.IGNORECASE)
    assert [text for text in wording(language).values() if named.search(text)] == []


def test_every_text_is_used() -> None:
    code = Path(build_site.__code__.co_filename).parent
    written = "".join(path.read_text(encoding="utf-8") for path in code.rglob("*") if path.suffix in (".py", ".html"))
    unused = [key for key in wording("zh") if f"'{key}'" not in written and f'"{key}"' not in written]
    assert [key for key in unused if not key.startswith(("about.", "site.synthetic", "site.partly_synthetic"))] == []


def test_no_link_leads_nowhere_and_none_leaves(site: Path) -> None:
    pages = list(site.rglob("*.html"))
    assert len(pages) > 2 * len(UNITS)
    for page in pages:
        for target in read(page).targets:
            assert not re.match(r"[a-z]+:", target), (page, target)
            path, _, anchor = target.partition("#")
            found = (page.parent / path).resolve() if path else page
            assert found.is_file(), (page, target)
            if anchor:
                assert f'id="{anchor}"' in found.read_text(encoding="utf-8"), (page, target)


def test_what_is_not_there_is_printed_as_nothing(site: Path) -> None:
    """A region that has no mean, a unit that has no score."""
    assert [page.name for page in site.rglob("*.html") if "None" in page.read_text(encoding="utf-8")] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_figures_on_pages_are_those_of_the_release(site: Path, small_release: Path, language: str) -> None:
    with duckdb.connect(str(small_release), read_only=True) as connection:
        scores = connection.execute(
            "select unit_code, methodology_code, score, published_score, rank_overall from marts.fct_unit_score "
            "where assessment_year = 2019"
        ).fetchall()
        means = connection.execute(
            "select node_code, mean_of_units from marts.region_score where assessment_year = 2019 "
            f"and methodology_code = 'presence' and region_code = '{GUIZHOU}' and node_level <= 1 "
            "and node_code in (select node_code from marts.dim_indicator)"
        ).fetchall()
        lost = connection.execute(
            "select node_code, points_lost from marts.lost_mark where assessment_year = 2019 "
            f"and methodology_code = 'quality' and unit_code = '{PLAIN}' and lost_rank <= 10"
        ).fetchall()
        dimensions = connection.execute(
            "select published_score from marts.fct_dimension_score where assessment_year = 2019 "
            f"and methodology_code = 'presence' and unit_code = '{PLAIN}'"
        ).fetchall()
    compared = 0
    for code, methodology, _, published, rank in scores:
        page = (site / language / "unit" / f"{code}.html").read_text(encoding="utf-8")
        if methodology == "presence":
            assert ('class="published-score"' in page) == (published is not None), code
            if published is not None:
                assert f'<data class="published-score" value="{published}">{printed(published)}</data>' in page
                compared += 1
        ranking = read(site / language / "ranking" / f"2019-{methodology}.html")
        [row] = [row for row in ranking.rows if len(row) > 4 and _leads_to(site, language, methodology, row, code)]
        assert row[3] == ("–" if published is None else printed(published))
        assert row[0] == ("–" if rank is None else str(rank))
    assert compared >= 5
    region = (site / language / "region" / f"{GUIZHOU}.html").read_text(encoding="utf-8")
    for _, mean in means:
        assert printed(mean) in region
    own = (site / language / "unit" / f"{PLAIN}.html").read_text(encoding="utf-8")
    for node, points in lost:
        assert f'<data value="{points}">{printed(points)}</data>' in own, node
    for (mark,) in dimensions:
        assert f'<data value="{mark}">{printed(mark)}</data>' in own
    assert lost and dimensions and means


def _leads_to(site: Path, language: str, methodology: str, row: list[str], code: str) -> bool:
    with_names = json.loads((site / "data" / "unit" / f"{code}.json").read_text(encoding="utf-8"))
    return row[1] == (with_names[f"name_{language}"] or with_names["name_zh"])


def test_what_adds_and_deducts_has_no_rate(site: Path, small_release: Path) -> None:
    """A rate of events could be negative: their page tells marks, and a region's profile leaves them out."""
    with duckdb.connect(str(small_release), read_only=True) as connection:
        scores = connection.execute(
            "select score from marts.fct_dimension_score where assessment_year = 2019 and node_code = 'E' "
            "and methodology_code = 'presence' and score is not null"
        ).fetchall()
    events = (site / "zh" / "indicator" / "E.html").read_text(encoding="utf-8")
    assert "得分率" not in events and "得分率" in (site / "zh" / "indicator" / "T1.html").read_text(encoding="utf-8")
    drawn = re.findall(r">([^<]*)</text>", events.split("<figcaption>")[0])
    marks = [float(score) for (score,) in scores]
    below, above = sum(mark < -5 for mark in marks), sum(0 < mark <= 2 for mark in marks)
    assert drawn[:7] == ["&lt; −5", "−5 – −2", "−2 – 0", "0", "0 – 2", "2 – 5", "&gt; 5"]
    assert (drawn[7], drawn[10], drawn[11]) == (str(below), str(marks.count(0)), str(above)) and below and above
    region = (site / "zh" / "region" / f"{GUIZHOU}.html").read_text(encoding="utf-8")
    profile = region[region.index('class="chart wide"') :].split("</svg>")[0]
    assert "政务公开" in profile and "舆情" not in profile


def test_the_data_of_a_unit_are_the_release_s(site: Path, small_release: Path) -> None:
    with duckdb.connect(str(small_release), read_only=True) as connection:
        nodes = connection.execute(
            "select methodology_code, node_code, score from marts.score_contribution "
            f"where assessment_year = 2019 and unit_code = '{PLAIN}' order by methodology_code, sort_path"
        ).fetchall()
    with (site / "data" / "unit" / f"{PLAIN}.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [
        (row["methodology_code"], row["node_code"], Decimal(row["score"]) if row["score"] else None) for row in rows
    ] == nodes
    told = json.loads((site / "data" / "unit" / f"{PLAIN}.json").read_text(encoding="utf-8"))
    assert len(told["nodes"]) == len(nodes)
    assert told["data_kind"]


def test_each_page_says_its_release_its_address_and_that_it_is_synthetic(site: Path) -> None:
    for page in site.glob("zh/**/*.html"):
        text = page.read_text(encoding="utf-8")
        assert "2019-r1" in text and HEAD in text
        assert f"<code>/{page.relative_to(site)}</code>" in text
        assert 'class="notice"' in text
        assert (
            "Content-Security-Policy" in text and "'unsafe-inline'" not in text.split("script-src", 1)[1].split(";")[0]
        )
        assert not re.search(r"<script(?! src=)", text)


def test_the_package_describes_each_table(site: Path, small_release: Path) -> None:
    package = json.loads((site / "data" / "2019-r1" / "datapackage.json").read_text(encoding="utf-8"))
    assert package["version"] == "2019-r1"
    for resource in package["resources"]:
        assert (site / "data" / "2019-r1" / resource["path"]).is_file()
        assert all(field["description"] for field in resource["schema"]["fields"])


def test_a_workbook_of_each_language_is_among_the_downloads(site: Path) -> None:
    workbooks = sorted((site / "data" / "2019-r1").glob("*.xlsx"))
    assert [path.stem[-3:] for path in workbooks] == ["-en", "-zh"]
    assert len(load_workbook(workbooks[0], read_only=True).sheetnames) > 3
    for language in LANGUAGES:
        targets = read(site / language / "downloads.html").targets
        assert {f"../data/2019-r1/{path.name}" for path in workbooks} <= set(targets)


@pytest.mark.slow
def test_a_second_build_writes_nothing_and_a_smaller_one_clears_away(
    site: Path, small_release: Path, tmp_path: Path
) -> None:
    folder, heard = tmp_path / "site", set[str]()
    shutil.copytree(site, folder)
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()}
    again = build_site({"2019-r1": small_release}, folder, HEAD, heard.add, "https://example.org/zx/")
    assert heard == set(PARTS), "the command has a word for each part that is done"
    named = re.findall(r"<loc>(.*?)</loc>", (folder / "sitemap.xml").read_text(encoding="utf-8"))
    assert named == sorted(
        f"https://example.org/zx/{page.relative_to(folder).as_posix()}" for page in folder.rglob("*.html")
    )
    assert "Sitemap: https://example.org/zx/sitemap.xml" in (folder / "robots.txt").read_text(encoding="utf-8")
    assert again.changed_count == 2 and again.removed_count == 0
    written = [path for path in folder.rglob("*") if path.is_file() and path.stat().st_mtime_ns != before.get(path)]
    assert {path.name for path in written} == {"sitemap.xml", "robots.txt", INVENTORY}
    smaller = tmp_path / "smaller.duckdb"
    shutil.copyfile(small_release, smaller)
    smaller.chmod(0o644)
    with duckdb.connect(str(smaller)) as connection:
        for table in ("dim_unit", "score_contribution"):
            connection.execute(f"delete from marts.{table} where unit_code = '{NEVER_SCORED}'")
    third = build_site({"2019-r1": smaller}, folder)
    assert not (folder / "sitemap.xml").exists()
    assert third.removed_count > 0
    assert not (folder / "zh" / "unit" / f"{NEVER_SCORED}.html").exists()


def test_one_changed_score_rewrites_its_pages_alone(site: Path, small_release: Path, tmp_path: Path) -> None:
    folder, revised = tmp_path / "site", tmp_path / "revised.duckdb"
    shutil.copytree(site, folder)
    before = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    shutil.copyfile(small_release, revised)
    revised.chmod(0o644)
    with duckdb.connect(str(revised)) as connection:
        connection.execute("update marts.release_info set release_id = '2019-r2', revision_number = 2")
        for table, column in (("score_contribution", "score"), ("fct_indicator_score", "score")):
            connection.execute(
                f"update marts.{table} set {column} = {column} - 0.5 where unit_code = '{PLAIN}' and node_code = 'T1.1'"
            )
    built = build_site({"2019-r2": revised}, folder, "bb")
    after = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    changed = {path for path in after.keys() & before.keys() if after[path] != before[path]}
    own = {f"{language}/unit/{PLAIN}.html" for language in LANGUAGES} | {
        f"data/unit/{PLAIN}.{ext}" for ext in ("csv", "json")
    }
    assert own <= changed
    elsewhere = {path for path in changed if "/unit/" in path} - own
    assert elsewhere == set()
    assert built.changed_count < len(after) / 2
    assert b"2019-r2" in after[f"zh/unit/{PLAIN}.html"] and b"2019-r1" in after[f"zh/unit/{LONG_NAMED}.html"]
    assert b"2019-r2" in after["zh/releases.html"] and b"bb" in after["zh/releases.html"]


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("java") is None, reason="the Nu Html Checker needs Java")
def test_every_kind_of_page_is_valid_html(site: Path, tmp_path: Path) -> None:
    """By the Nu Html Checker: ZHENGXIN_VNU_JAR, else the one that npm brings."""
    jar = Path(os.environ.get("ZHENGXIN_VNU_JAR") or tmp_path / "node_modules/vnu-jar/build/dist/vnu.jar")
    if not jar.exists():
        install = ["npm", "install", "--ignore-scripts", "--prefix", str(tmp_path), "vnu-jar@26.9.27"]
        subprocess.run(install, check=True, capture_output=True, timeout=300)
    pages = [page for folder in site.rglob(".") for page in sorted(folder.glob("*.html"))[:20]]
    assert len(pages) > 60
    checked = subprocess.run(
        ["java", "-jar", str(jar), "--errors-only", "--format", "gnu", *map(str, pages)], capture_output=True, text=True
    )
    assert checked.stderr == "" and checked.returncode == 0


def test_hostile_names_and_headlines_stay_text(small_release: Path, tmp_path: Path) -> None:
    hostile = tmp_path / "hostile.duckdb"
    shutil.copyfile(small_release, hostile)
    hostile.chmod(0o644)
    with duckdb.connect(str(hostile)) as connection:
        connection.execute("update marts.dim_unit set name_zh = $1 where unit_code = $2", [HOSTILE, PLAIN])
        connection.execute("update marts.opinion_event set headline = $1", [HOSTILE])
        connection.execute("update marts.release_info set release_note = $1", [HOSTILE])
    folder = tmp_path / "site"
    build_site({"2019-r1": hostile}, folder)
    for page in folder.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        assert "<script>alert" not in text and "<img src=x" not in text, page
    assert "</script" not in (folder / "assets" / "lookup.js").read_text(encoding="utf-8")


def test_a_folder_with_other_files_is_left_alone(small_release: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(UsageError, match="holds other files"):
        build_site({"2019-r1": small_release}, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_two_releases_of_one_edition_are_refused(small_release: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="both of 2019"):
        build_site({"2019-r1": small_release, "2019-r2": small_release}, tmp_path / "site")
