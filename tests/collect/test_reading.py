"""Reading a page: days however they are written, numbers, links, and what is told apart by a pattern."""

from __future__ import annotations

import hashlib

import pytest

from orchestration.collect import reading
from orchestration.collect.portals import Layout, Portal, Selector, Shape
from orchestration.landing.contracts.definition import Column

ADDRESS = "http://a.example/zwgk/index.html"


def column(name: str, kind: str) -> Column:
    return Column(name, kind, "", "", "")


def cell(name: str, kind: str, text: str, pattern: str = "") -> str | None:
    import parsel

    page = parsel.Selector(text=f"<p>{text}</p>")
    return reading.cells_of(page, {name: Selector("p", pattern)}, (column(name, kind),), ADDRESS).get(name)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("2019-03-01", "2019-03-01"),
        ("[2019/3/1]", "2019-03-01"),
        ("发布时间:2019年3月1日 9时05分", "2019-03-01 09:05:00"),
        ("2019.03.01 09:05:30", "2019-03-01 09:05:30"),
        ("2019-03-01T09:05", "2019-03-01 09:05:00"),
        ("文号〔2019〕3-45 号,2019-12-31印发", "2019-12-31"),
        ("2019-13-01 或 2019-03-02", "2019-03-02"),
        ("2019-02-30", None),
        ("120190301", None),
        ("三月一日", None),
    ],
)
def test_a_day_is_found_in_a_text(text: str, read: str | None) -> None:
    assert cell("published_at", "timestamp", text) == read


@pytest.mark.parametrize(
    ("name", "kind", "text", "pattern", "read"),
    [
        ("rating", "integer", "满意度 4 分", "", "4"),
        ("message_code", "text", "  编号:\n GZ-12 ", "编号:\\s*(.*)", "GZ-12"),
        ("message_code", "text", "编号", "号(x)?", None),
        ("related_url", "text", "../jd/1.html#top", "", "http://a.example/jd/1.html"),
        ("related_url", "text", "javascript:void(0)", "", None),
        ("title_hash", "text", "关于 公告", "", hashlib.sha256("关于 公告".encode()).hexdigest()),
        ("title_hash", "text", "", "", None),
    ],
)
def test_a_cell_is_what_its_column_is(name: str, kind: str, text: str, pattern: str, read: str | None) -> None:
    assert cell(name, kind, text, pattern) == read


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("http://a.example/x.html?b=2&a=1", "http://a.example/x.html?a=1&b=2"),
        ("http://A.example/x.html", "http://a.example/x.html"),
        ("http://a.example/x.html#part", "http://a.example/x.html"),
    ],
)
def test_spellings_of_an_address_are_the_same(one: str, other: str) -> None:
    assert reading.same_as(one) == reading.same_as(other)


def test_pages_that_scripts_number_are_counted_from_the_first() -> None:
    layout = Layout("trs", page_address="index_{page}.html")
    first = "http://a.example/zwgk/"
    assert reading.next_page("", first, layout, first, 0) == "http://a.example/zwgk/index_1.html"
    assert reading.next_page("", "http://a.example/zwgk/index_1.html", layout, first, 1) == f"{first}index_2.html"


def test_a_message_without_a_number_goes_by_its_address() -> None:
    portal = Portal("m", "520115", Shape.messages, ADDRESS, Layout(""), (), "submitted_at", due_days=30)
    cells = reading.record_cells(portal, "http://a.example/1.html", {"submitted_at": "2019-12-15 10:00:00"})
    assert cells["message_code"] == reading.short_hash("http://a.example/1.html")
    assert cells["due_at"] == "2020-01-14"
    assert not reading.is_settled(portal, cells)
