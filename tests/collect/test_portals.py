"""The rows that describe portals: each fault is told with file, row, rule and what to do, in both languages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from orchestration.collect.portals import COLUMNS, ConfigurationRefused, Host, read_portals
from orchestration.errors import UsageError
from orchestration.home import project_root
from tests.collect.conftest import ITEMS, UNIT, Collector

CHINESE = re.compile(r"[\u4e00-\u9fff]")
GOOD = {
    "portal_code": "news",
    "shape": "items",
    "url": "http://www.example.gov.cn/news/",
    "layout_code": "news",
    "item_type": "notice",
}
BOARD = {"portal_code": "board", "shape": "messages", "url": "http://www.example.gov.cn/m/", "layout_code": "board"}


def faults(collector: Collector) -> list[tuple[str, int, str]]:
    """(file, row, rule) of each fault that is told, in both languages alike."""
    with pytest.raises(ConfigurationRefused) as refused:
        read_portals(collector.home)
    zh, en = refused.value.wording.zh.splitlines(), refused.value.wording.en.splitlines()
    assert all(CHINESE.search(line) for line in zh)
    told = [re.fullmatch(r"(.*), row (\d+), (\w+): .+", line) for line in en]
    assert len(zh) == len(en)
    assert all(
        line.startswith(f"{found[1]} 第 {found[2]} 行,{found[3]}:") for line, found in zip(zh, told, strict=True)
    )
    return [(Path(found[1]).name, int(found[2]), found[3]) for found in told]


@pytest.mark.parametrize(
    ("cells", "rule"),
    [
        ({"portal_code": "News 1"}, "portal_code_malformed"),
        ({"portal_code": ""}, "portal_code_malformed"),
        ({"unit_code": "999999"}, "unit_code_unknown"),
        ({"shape": "page"}, "shape_unknown"),
        ({"url": "www.example.gov.cn"}, "url_malformed"),
        ({"url": "ftp://www.example.gov.cn/"}, "url_malformed"),
        ({"url": "http://user:word@www.example.gov.cn/"}, "url_malformed"),
        ({"url": "http://[::1/"}, "url_malformed"),
        ({"url": "http://10.1.2.3/"}, "url_private"),
        ({"url": "http://[::1]/"}, "url_private"),
        ({"url": "http://localhost/"}, "url_private"),
        ({"url": "http://169.254.169.254/latest/meta-data/"}, "url_private"),
        ({"layout_code": "other"}, "layout_code_unknown"),
        ({"item_type": "gossip"}, "item_type_unknown"),
        ({"board": "portal"}, "board_superfluous"),
        ({"due_days": "7"}, "due_days_superfluous"),
        ({"is_on": "yes"}, "is_on_malformed"),
        ({"shape": "probe", "item_type": ""}, "layout_code_superfluous"),
    ],
)
def test_a_portal_that_cannot_be_is_refused(collector: Collector, cells: dict[str, str], rule: str) -> None:
    collector.portals(GOOD | {"portal_code": "first"}, GOOD | {"url": "http://www.example.gov.cn/other/"} | cells)
    assert faults(collector) == [("portal.csv", 3, rule)]


def test_a_portal_stands_once(collector: Collector) -> None:
    collector.portals(GOOD, GOOD | {"url": "http://www.example.gov.cn/other/"}, GOOD | {"portal_code": "third"})
    assert faults(collector) == [("portal.csv", 3, "portal_code_repeated"), ("portal.csv", 4, "url_repeated")]


@pytest.mark.parametrize("days", ["0", "x", "NaN", "400"])
def test_days_within_which_to_answer_are_a_number(collector: Collector, days: str) -> None:
    collector.portals(BOARD | {"due_days": days})
    assert faults(collector) == [("portal.csv", 2, "due_days_malformed")]


@pytest.mark.parametrize(
    ("part", "rule"),
    [
        (("title_hash", "list", "span[", ""), "selector_malformed"),
        (("title_hash", "list", "span::words", ""), "selector_malformed"),
        (("title_hash", "list", "./span[", ""), "selector_malformed"),
        (("title_hash", "list", "", ""), "selector_malformed"),
        (("title_hash", "list", "span", "(第"), "pattern_malformed"),
        (("title_hash", "below", "span", ""), "place_unknown"),
        (("title", "list", "span", ""), "part_unknown"),
        (("answered_at", "list", "span", ""), "part_unknown"),
        (("url", "list", "a", ""), "part_unknown"),
        (("evidence_hash", "list", "a", ""), "part_unknown"),
        (("留言人姓名", "list", "span", ""), "personal_data"),
        (("phone", "detail", "span", ""), "personal_data"),
        (("page_address", "", "index.html", ""), "page_address_malformed"),
        (("row", "", "tr", ""), "part_repeated"),
    ],
)
def test_a_part_that_cannot_be_is_refused(collector: Collector, part: tuple[str, str, str, str], rule: str) -> None:
    collector.portals(GOOD)
    collector.write("selector.csv", collector.layout("news", [*ITEMS, part]))
    assert faults(collector) == [("selector.csv", len(ITEMS) + 2, rule)]


@pytest.mark.parametrize(
    ("without", "rules"),
    [("row", ["row_missing"]), ("published_at", ["date_missing"])],
)
def test_a_layout_says_where_entries_and_their_days_are(collector: Collector, without: str, rules: list[str]) -> None:
    collector.portals(GOOD)
    collector.write("selector.csv", collector.layout("news", [part for part in ITEMS if part[0] != without]))
    assert faults(collector) == [("selector.csv", 2, rule) for rule in rules]


@pytest.mark.parametrize(
    ("cells", "rule"),
    [
        ({"host": "http://www.example.gov.cn"}, "host_malformed"),
        ({"host": "www.example.gov.cn:8080"}, "host_malformed"),
        ({"delay_seconds": "-1"}, "delay_seconds_malformed"),
        ({"delay_seconds": "fast"}, "delay_seconds_malformed"),
        ({"timeout_seconds": "0"}, "timeout_seconds_malformed"),
        ({"hours": "night"}, "hours_malformed"),
        ({"hours": "25:00-26:00"}, "hours_malformed"),
        ({"is_private": "maybe"}, "is_private_malformed"),
    ],
)
def test_a_host_that_cannot_be_is_refused(collector: Collector, cells: dict[str, str], rule: str) -> None:
    collector.portals(GOOD)
    collector.write("host.csv", [{"host": "www.example.gov.cn"} | cells])
    assert faults(collector) == [("host.csv", 2, rule)]


def test_headers_name_columns_that_there_are(collector: Collector) -> None:
    collector.write("portal.csv", [{"portal_code": "a", "unit": UNIT, "shape": "items", "url": "http://a.example/"}])
    assert faults(collector) == [("portal.csv", 1, "column_unknown"), ("portal.csv", 1, "column_missing")]


def test_all_faults_are_told_at_once(collector: Collector) -> None:
    collector.portals(GOOD | {"unit_code": "1"}, BOARD | {"url": "x"})
    collector.write("host.csv", [{"host": "a/b"}])
    assert [rule for _, _, rule in faults(collector)] == ["host_malformed", "unit_code_unknown", "url_malformed"]


def test_a_host_is_asked_slowly_and_at_night_unless_its_row_says_otherwise(collector: Collector) -> None:
    collector.portals(GOOD, BOARD | {"is_on": "0"}, {"portal_code": "p", "shape": "probe", "url": "https://A.example/"})
    collector.write("host.csv", [{"host": "a.example", "delay_seconds": "5", "hours": "00:00-24:00"}])
    configuration = read_portals(collector.home)
    assert sorted(configuration.portals) == ["news", "p"]
    default, own = configuration.hosts["www.example.gov.cn"], configuration.hosts["a.example"]
    assert (default.delay_seconds, own.delay_seconds) == (1, 5)
    at = [f"{hour:02d}:30" for hour in range(24)]
    assert [text for text in at if default.is_open(Host("").hours[0].fromisoformat(text))] == [*at[:7], *at[19:]]
    assert all(own.is_open(Host("").hours[0].fromisoformat(text)) for text in at)


def test_rows_saved_by_a_chinese_spreadsheet_are_read(collector: Collector) -> None:
    collector.portals(GOOD | {"site_column": "通知公告"})
    path = collector.home.root / "collect" / "portal.csv"
    path.write_bytes(path.read_text(encoding="utf-8").encode("gb18030"))
    assert read_portals(collector.home).portals["news"].fixed["site_column"] == "通知公告"


def test_without_rows_it_is_said_where_they_belong(collector: Collector) -> None:
    with pytest.raises(UsageError, match=r"no .*portal\.csv: describe the portals"):
        read_portals(collector.home)


def test_the_documents_example_is_sound(collector: Collector) -> None:
    text = (project_root() / "docs" / "collect.md").read_text(encoding="utf-8")
    blocks = ["\n".join(line[4:] for line in block.splitlines()) for block in re.findall(r"(?:^    .+\n)+", text, re.M)]
    for name, columns in COLUMNS.items():
        (block,) = [block for block in blocks if block.startswith(f"{columns[0]},")]
        (collector.home.root / "collect" / name).write_text(block + "\n", encoding="utf-8")
    configuration = read_portals(collector.home)
    assert list(configuration.portals) == ["gsh-notice", "gsh-policy", "gsh-letters", "gsh-home"]
    assert configuration.portals["gsh-letters"].due_days == 7
    assert configuration.portals["gsh-notice"].layout.page_address == "index_{page}.html"
    assert configuration.hosts["www.example.gov.cn"].delay_seconds == 2
