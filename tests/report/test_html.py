"""The report as a web page: what readers with and without eyes, with small screens and without network get."""

from __future__ import annotations

import base64
import html as html_text
import re
import shutil
import subprocess
from dataclasses import replace
from html.parser import HTMLParser
from io import BytesIO
from itertools import pairwise
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont
from PIL import Image

from orchestration.errors import UsageError
from orchestration.report import fonts
from orchestration.report.document import Chart, Figure, Map, Paragraph, Strong
from orchestration.report.html import render, web_font
from tests.report.drawn_examples import a_report
from tests.report.figure_check import figures_of
from tests.report.read_once import report_of, web_page_of
from tests.report.small_world import GUIZHOU, LONG_NAMED, NATION, PLAIN

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine to show pages with")


class Page(HTMLParser):
    """A page's elements in order: tag, attributes, and the text directly or below it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attributes)))

    handle_startendtag = handle_starttag

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]

    def attributes(self, name: str) -> list[str]:
        return [attributes[name] or "" for _, attributes in self.elements if name in attributes]


@pytest.fixture(scope="module", params=["zh", "en"])
def rendered(request: pytest.FixtureRequest, small_release: Path):
    of = (small_release, GUIZHOU, request.param)
    return report_of(*of), web_page_of(*of)


def test_the_page_says_its_language_and_title(rendered) -> None:
    report, text = rendered
    page = Page(text)
    assert page.all("html") == [{"lang": {"zh": "zh-CN", "en": "en-GB"}[report.language]}]
    assert f"<title>{html_text.escape(report.title)}" in text


def test_every_figure_names_its_query(rendered) -> None:
    report, text = rendered
    page = Page(text)
    keys = {source.key for source in report.sources}
    shown = [(element["value"], element["data-source"]) for element in page.all("data")]
    assert {source for _, source in shown} <= keys
    for figure in figures_of(report):
        assert (figure.text, figure.source) in shown
    assert {f"source-{key}" for key in keys} <= set(page.attributes("id"))


def test_ids_are_unique_and_links_lead_somewhere(rendered) -> None:
    page = Page(rendered[1])
    ids = page.attributes("id")
    assert sorted(ids) == sorted(set(ids))
    targets = {link["href"] for link in page.all("a")}
    assert targets <= {f"#{each}" for each in ids}
    assert len(targets) > 20


def test_nothing_comes_from_the_network_and_nothing_runs(rendered) -> None:
    text = rendered[1]
    assert "<script" not in text
    assert not re.search(r"\son\w+=", re.sub(r"<pre.*?</pre>", "", text, flags=re.DOTALL))
    addresses = set(re.findall(r"https?://[^\s\"'<>)]+", text))
    assert {address for address in addresses if not address.startswith("http://www.w3.org/")} == set()
    assert not re.search(r"@import|url\((?!#|data:)", text)


def test_tables_can_be_heard(rendered) -> None:
    _, text = rendered
    for table in re.findall(r"<table.*?</table>", text, flags=re.DOTALL):
        assert "<caption>" in table
        head, body = table.split("<tbody>")
        assert head.count('scope="col"') == head.count("<col ")
        assert body.count('scope="row"') == body.count("<tr")


def test_drawings_have_words(rendered) -> None:
    report, text = rendered
    drawings = [block for block in report.blocks() if isinstance(block, Chart | Map)]
    assert len(drawings) >= 4
    assert text.count("<svg") == len(drawings)
    for drawing in drawings:
        assert drawing.alt
        assert html_text.escape(drawing.alt, quote=False)[:30] in text
        assert drawing.caption in html_text.unescape(text)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_place_of_a_wording_is_left_unfilled(small_release: Path, language: str) -> None:
    for code in (NATION, GUIZHOU, PLAIN):
        page = web_page_of(small_release, code, language).split("</style>")[-1]
        assert re.findall(r"\{[a-z_]+(?::[a-z]+)?\}", page) == [], code


def test_headings_step_down_by_one(rendered) -> None:
    levels = [int(tag[1]) for tag, _ in Page(rendered[1]).elements if re.fullmatch(r"h[1-6]", tag)]
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_the_way_past_the_contents_comes_first(rendered) -> None:
    page = Page(rendered[1])
    assert page.all("a")[0] == {"class": "skip", "href": "#content"}
    assert [element["id"] for element in page.all("main")] == ["content"]


def test_synthetic_data_are_marked_on_the_page(rendered) -> None:
    report, text = rendered
    assert text.count(report.notice) >= 2
    assert report.watermark in text


def test_the_page_brings_every_character_it_shows(rendered) -> None:
    """So it shows no boxes on a machine without a Chinese font."""
    report, text = rendered
    assert text.index("@font-face") < text.index(":root")
    [encoded] = re.findall(r"url\(data:font/woff;base64,([^)]+)\)", text)
    assert len(encoded) < 1_000_000
    font = TTFont(BytesIO(base64.b64decode(encoded)))
    shown = {character for character in text.replace(encoded, "") if not character.isascii()}
    if report.language == "en":
        shown -= set(web_font.IDEOGRAPH_WIDE_MARKS)
    assert len(shown) > 20
    assert shown | set(web_font.STYLE_CHARACTERS) <= {chr(code) for code in font.getBestCmap()}
    [weight] = [axis for axis in font["fvar"].axes if axis.axisTag == "wght"]
    assert weight.minValue <= 400 and weight.maxValue >= 700
    for style in (text.split("</style>")[0], *re.findall(r'<svg font-family="([^"]+)"', text)):
        assert "Noto Sans CJK SC" in style


def test_without_a_chinese_font_there_is_no_page(monkeypatch: pytest.MonkeyPatch) -> None:
    fonts.chinese_font.cache_clear()
    web_font.font_subset.cache_clear()
    monkeypatch.setattr(fonts, "package_folder", lambda: None)
    monkeypatch.setattr(fonts, "FAMILIES", ("No Such Font",))
    with pytest.raises(UsageError, match="No font with Chinese glyphs"):
        render(a_report())
    fonts.chinese_font.cache_clear()


def test_what_scrolls_can_be_reached_and_has_a_name(rendered) -> None:
    scrolling = [
        attributes
        for tag, attributes in Page(rendered[1]).elements
        if tag == "div" and attributes.get("class") in ("table", "drawing")
    ]
    assert len(scrolling) > 10
    assert all(each["tabindex"] == "0" and each["role"] == "region" and each["aria-label"] for each in scrolling)


def test_a_paragraph_that_heads_is_a_heading() -> None:
    text = render(a_report())
    assert re.search(r'<h3 class="part">小标题</h3>', text)


def test_chinese_in_an_english_page_is_marked() -> None:
    runs = (Figure("观山湖区a<b", "region_score"), Strong("乙"))
    for language, marked in (("en", True), ("zh", False)):
        report = a_report(language)
        section = replace(report.sections[0], blocks=(Paragraph(("x", *runs)),))
        text = render(replace(report, sections=(section,)))
        assert ('<span lang="zh">观山湖区</span>a&lt;b' in text) is marked
        assert ('<strong><span lang="zh">乙</span></strong>' in text) is marked


def test_what_names_hold_is_escaped(small_release: Path) -> None:
    report = report_of(small_release, PLAIN)
    figure = Figure("<b>1</b>", "unit_score")
    odd = replace(report, title="<i>&title</i>", edition=("<u>", figure, "<script>"))
    text = render(odd)
    assert "<script>" not in text
    assert "<i>&title</i>" not in text
    assert "&lt;b&gt;1&lt;/b&gt;" in text


def _chromium(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr", *arguments],
        capture_output=True,
        text=True,
        timeout=120,
    )


def _shown(text: str, width: int, folder: Path) -> tuple[int, list[str]]:
    """By how many pixels the page is wider than a frame of `width` pixels, and what the browser's console then says.

    A frame, because a window of headless Chromium is never narrower than 500 pixels.
    """
    measure = (
        "const page = this.contentDocument.documentElement; this.dataset.over = page.scrollWidth - page.clientWidth"
    )
    frame = (
        f'<iframe style="border:0" width="{width}" height="800" onload="{measure}" srcdoc="{html_text.escape(text)}">'
    )
    page = folder / "frame.html"
    page.write_text(f"<!doctype html><meta charset=utf-8>{frame}</iframe>", encoding="utf-8")
    done = _chromium("--window-size=1400,1000", "--dump-dom", page.as_uri())
    found = re.search(r'data-over="(-?\d+)"', done.stdout)
    assert found
    return int(found[1]), [line for line in done.stderr.splitlines() if "CONSOLE" in line]


@needs_chromium
def test_glyphs_differ_on_any_machine(tmp_path: Path) -> None:
    """Boxes would all look alike."""
    characters = "透明度合规贵州"
    cells = "".join(f"<b>{character}</b>" for character in characters)
    page = tmp_path / "glyphs.html"
    look = '*{margin:0} b{display:block;width:40px;height:40px;overflow:hidden;font:40px/1 "Noto Sans CJK SC"}'
    style = f"{web_font.font_face(characters, 'zh')}{look}"
    page.write_text(f"<!doctype html><meta charset=utf-8><style>{style}</style>{cells}", encoding="utf-8")
    shot = tmp_path / "glyphs.png"
    _chromium(f"--user-data-dir={tmp_path / 'profile'}", "--window-size=40,800", f"--screenshot={shot}", page.as_uri())
    with Image.open(shot) as image:
        glyphs = [image.crop((0, 40 * n, 40, 40 * n + 40)).tobytes() for n in range(len(characters))]
    assert len(set(glyphs)) == len(characters)


@pytest.mark.in_ci
@needs_chromium
@pytest.mark.parametrize("width", [390, 1280])
def test_the_page_fits_its_screen_and_the_browser_has_nothing_to_complain(rendered, tmp_path: Path, width: int) -> None:
    assert _shown(rendered[1], width, tmp_path) == (0, [])


@needs_chromium
def test_a_browser_would_complain(tmp_path: Path) -> None:
    _, console = _shown("<!doctype html><html><script>nothing.here()</script></html>", 390, tmp_path)
    assert console != []


@pytest.mark.in_ci
@needs_chromium
@pytest.mark.parametrize(
    "region_code", [LONG_NAMED, *(pytest.param(each, marks=pytest.mark.slow) for each in (NATION, PLAIN))]
)
def test_other_pages_fit_a_phone(small_release: Path, tmp_path: Path, region_code: str) -> None:
    for language in ("zh", "en"):
        assert _shown(web_page_of(small_release, region_code, language), 390, tmp_path) == (0, [])


@needs_chromium
def test_what_is_too_wide_for_a_screen_is_seen(tmp_path: Path) -> None:
    wide = '<!doctype html><html><div style="width:900px">wide</div></html>'
    assert _shown(wide, 390, tmp_path)[0] > 400
