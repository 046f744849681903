"""The site as a person meets it: opened from the disk, searched, sorted, read on a phone, without scripts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.report.small_world import BEIJING, PLAIN

pytestmark = pytest.mark.in_ci

PAGES = (
    "index.html",
    f"unit/{PLAIN}.html",
    f"region/{BEIJING}.html",
    "region/000000.html",
    "ranking/2019-presence.html",
    "indicator/T1.1.html",
    "indicators.html",
    "units.html",
    "methodology.html",
    "downloads.html",
    "releases.html",
    "about.html",
)
WIDTHS = (360, pytest.param(768, marks=pytest.mark.slow), 1280)
# A text typed into the field ten times: for how many milliseconds the page was busy with it, and how many it takes to
# make each place's names comparable, the quickest of each.
TYPED = """async (text) => {
  const field = document.getElementById("lookup"), found = document.getElementById("found");
  const typed = [], made = [];
  for (let time = 0; time < 10; time++) {
    const before = performance.now();
    window.compared = places.map((place) => [...place.slice(0, 6), ...place[6].split("|")].map((name) =>
      name.normalize("NFKC").toLowerCase().replace(/[\\s'’·]+/g, "").replace(/ü/g, "v")));
    made.push(performance.now() - before);
    found.replaceChildren();
    field.value = text;
    const began = performance.now();
    field.dispatchEvent(new Event("input", { bubbles: true }));
    for (let turn = 0; turn < 9 && !found.children.length; turn++) await null;
    found.getBoundingClientRect();
    typed.push(performance.now() - began);
  }
  return [Math.min(...typed), Math.min(...made)];
}"""
WRITTEN = ("x", "xi", "xiu", "修", "修文县7", "520007")
# Without preloading: axe would fetch the style sheet, which the page's policy rightly refuses.
ALL_RULES = {"preload": False, "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]}
# All that is otherwise on a page in another scheme.
RULES_OF_COLOUR = {"preload": False, "runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}


@pytest.fixture
def opened(browser: Browser, site: Path) -> Iterator[Callable[..., Page]]:
    """Opens a page of the site; whatever the console or the network says by then fails the test."""
    contexts, said = [], []

    def open_page(path: str, width: int = 1280, **options: object) -> Page:
        context = browser.new_context(viewport={"width": width, "height": 800}, **options)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: said.append(message.text) if message.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("request", lambda request: said.append(request.url) if not request.url.startswith("file:") else None)
        page.goto((site / path).as_uri())
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert said == []


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("width", WIDTHS)
def test_every_kind_of_page_fits_and_says_nothing_on_the_console(
    opened: Callable[..., Page], width: int, language: str
) -> None:
    page = opened(f"{language}/index.html", width)
    folder = page.url.removesuffix("index.html")
    for path in PAGES:
        page.goto(folder + path)
        too_wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert too_wide <= 0, path
        assert page.locator("h1").count() == 1


@pytest.mark.parametrize(
    ("scheme", "rules"),
    [
        pytest.param("light", ALL_RULES, id="light"),
        pytest.param("dark", RULES_OF_COLOUR, id="dark", marks=pytest.mark.slow),
    ],
)
def test_axe_finds_nothing(opened: Callable[..., Page], scheme: str, rules: dict[str, object]) -> None:
    page = opened("zh/index.html", color_scheme=scheme)
    folder = page.url.removesuffix("index.html")
    for path in PAGES:
        page.goto(folder + path)
        found = Axe().run(page, options=rules)
        assert [(each["id"], each["nodes"][0]["html"][:200]) for each in found.response["violations"]] == [], path


@pytest.mark.parametrize(
    ("written", "code"),
    [("南明区", PLAIN), ("南明", PLAIN), ("nanming", PLAIN), ("nmq", PLAIN), (PLAIN, PLAIN), ("Nanming", PLAIN)],
)
def test_a_unit_is_found_by_name_pinyin_initials_and_code(opened: Callable[..., Page], written: str, code: str) -> None:
    page = opened("zh/index.html")
    page.fill("#lookup", written)
    first = page.locator("#found li").first
    first.wait_for()
    assert code in first.inner_text()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/zh/unit/{code}.html")


def test_a_keystroke_costs_less_than_to_prepare_the_list(opened: Callable[..., Page]) -> None:
    """It is prepared once, not with each key: so on any machine."""
    page = with_national_list(opened)
    for text in WRITTEN:
        typed, made = page.evaluate(TYPED, text)
        assert typed < made, text
    assert "110007" in page.locator("#found li").first.inner_text()


@pytest.mark.slow
def test_a_keystroke_is_answered_at_once_on_a_slow_machine(opened: Callable[..., Page]) -> None:
    """A processor slowed down four times; too much for a test machine that is as slow itself."""
    page = with_national_list(opened)
    page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": 4})
    for text in WRITTEN:
        assert page.evaluate(TYPED, text)[0] < 50, text


def with_national_list(opened: Callable[..., Page]) -> Page:
    """A page in whose field a list as long as the nation's is looked up."""
    page = opened("zh/index.html")
    page.evaluate("places => { window.places = places; }", national_list())
    page.focus("#lookup")
    return page


def national_list() -> list[list[str]]:
    """As many places as China has, in the shape of `lookup.js`."""
    shown = "u", "修文县{n}", "Xiuwen County {n}", "贵阳市", "Guiyang City"
    others = "|xiuwenxian{n}|xwx{n}|旧名县{n}|jiumingxian{n}|jmx{n}|"
    return [
        [str(110000 + n), *(text.format(n=n) for text in shown), f"{others.format(n=n)}{520000 + n}"]
        for n in range(3600)
    ]


def test_the_keyboard_walks_the_list(opened: Callable[..., Page]) -> None:
    page = opened("en/index.html")
    page.focus("#lookup")
    page.keyboard.type("district")
    page.locator("#found li").nth(1).wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    chosen = page.locator("#found li[aria-selected=true]")
    assert page.locator("#found li").nth(1).inner_text() == chosen.inner_text()
    assert page.get_attribute("#lookup", "aria-activedescendant") == chosen.get_attribute("id")
    page.keyboard.press("Escape")
    assert page.locator("#found").is_hidden()


def test_what_is_not_there_is_said(opened: Callable[..., Page]) -> None:
    page = opened("zh/index.html")
    page.fill("#lookup", "没有这个县")
    page.wait_for_function("document.getElementById('found-count').textContent !== ''")
    assert page.inner_text("#found-count") == "没有找到"


def test_every_place_is_in_the_list_once(opened: Callable[..., Page]) -> None:
    page = opened("zh/index.html")
    page.focus("#lookup")
    page.wait_for_function("window.places !== undefined")
    assert page.evaluate("window.places.length") == page.evaluate("new Set(window.places.map(p => p[1] + p[0])).size")


def test_a_ranking_is_sorted_and_filtered(opened: Callable[..., Page]) -> None:
    page = opened("zh/ranking/2019-presence.html")
    scores = "[...document.querySelectorAll('#ranking tbody tr:not([hidden])')].map(row => row.cells[3].textContent)"
    head = page.locator("#ranking thead th").nth(3)
    head.locator("button").click()
    assert head.get_attribute("aria-sort") == "ascending"
    ascending = [float(text.replace("−", "-")) for text in page.evaluate(scores) if text != "–"]
    assert ascending == sorted(ascending)
    assert len(ascending) > 3
    page.fill("#filter-name", "南明")
    assert page.evaluate(scores + ".length") == 1
    assert "1" in page.inner_text("#filter-count")
    page.fill("#filter-name", "")
    page.select_option("#filter-region", BEIJING)
    assert page.evaluate(scores + ".length") == 2


def test_the_language_switch_keeps_the_page(opened: Callable[..., Page]) -> None:
    page = opened(f"zh/unit/{PLAIN}.html")
    page.click("a.language")
    page.wait_for_url(f"**/en/unit/{PLAIN}.html")
    assert page.get_attribute("html", "lang") == "en"


def test_all_is_there_without_scripts(opened: Callable[..., Page]) -> None:
    page = opened("zh/index.html", java_script_enabled=False)
    page.click("noscript a")
    page.wait_for_url("**/zh/units.html")
    page.locator("summary", has_text="贵州省").click()
    page.locator("a", has_text="南明区").click()
    page.wait_for_url(f"**/zh/unit/{PLAIN}.html")
    assert page.locator("data.published-score").count() == 1


def test_the_entrance_leads_on(opened: Callable[..., Page]) -> None:
    page = opened("index.html")
    page.wait_for_url("**/zh/index.html")
