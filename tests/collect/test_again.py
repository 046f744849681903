"""The next crawl of a portal asks for what is new, for messages without an answer, and for what failed."""

from __future__ import annotations

from tests.collect.conftest import Collector
from tests.collect.site import Portal, Reply, detail_page, list_page


def message(code: str, replied: str) -> str:
    reply = f'<div class="reply"><span class="day">{replied}</span></div>' if replied else ""
    return f'<b class="code">{code}</b><i class="asked">2019-03-01</i>{reply}'


def first_state(portal: Portal) -> None:
    portal.put("/n/", list_page([("1.html", "一", ""), ("2.html", "二", "")], "list2.html"))
    portal.pages["/n/list2.html"] = Reply(b"", 500)
    for name in ("1", "2", "3", "4"):
        portal.put(f"/n/{name}.html", detail_page(name, f"2019-01-0{name}"))
    portal.pages["/n/2.html"] = Reply(b"", 500)
    portal.put("/m/", list_page([("a.html", "甲", ""), ("b.html", "乙", "")]))
    portal.put("/m/a.html", message("A", "2019-03-05"))
    portal.put("/m/b.html", message("B", ""))


def later_state(portal: Portal) -> None:
    portal.put("/n/", list_page([("5.html", "五", ""), ("1.html", "一", ""), ("2.html", "二", "")], "list2.html"))
    portal.put("/n/list2.html", list_page([("3.html", "三", ""), ("4.html", "四", "")]))
    portal.put("/n/2.html", detail_page("2", "2019-01-02"))
    portal.put("/n/5.html", detail_page("5", "2019-01-05"))
    portal.put("/m/", list_page([("a.html#top", "甲", ""), ("b.html", "乙", "")]))
    portal.put("/m/b.html", message("B", "2019-06-01"))


def test_a_second_crawl_asks_only_for_what_it_may_learn_from(portal: Portal, collector: Collector) -> None:
    first_state(portal)
    collector.portals(
        {"portal_code": "n", "shape": "items", "url": f"{portal.address}/n/", "layout_code": "news"},
        {"portal_code": "m", "shape": "messages", "url": f"{portal.address}/m/", "layout_code": "board"},
    )
    first = collector.collect()
    assert first.is_complete
    assert (first.total("new_count"), first.total("failed_count")) == (3, 2)
    later_state(portal)
    portal.asked.clear()
    second = collector.collect()
    assert second.crawl_id != first.crawl_id
    assert sorted(portal.paths()) == sorted(
        ["/robots.txt", "/n/", "/n/list2.html", *(f"/n/{n}.html" for n in (2, 3, 4, 5)), "/m/", "/m/b.html"]
    )
    # The message was found before; what it says now is new.
    assert (second.total("record_count"), second.total("new_count")) == (5, 4)
    (_, before, after) = sorted(collector.records("citizen_message"), key=lambda m: (m["message_code"], len(m)))
    assert "answered_at" not in before
    assert after["answered_at"] == "2019-06-01"
    portal.asked.clear()
    third = collector.collect()
    assert third.total("record_count") == 0
    assert sorted(portal.paths()) == ["/m/", "/n/", "/n/list2.html", "/robots.txt"]
    assert third.files == []
    portal.asked.clear()
    assert collector.collect(anew=True).total("record_count") == 7
    assert "/n/1.html" in portal.paths()
