"""One crawl of a portal that does everything that portals do to a crawler; each test looks at one thing of it."""

from __future__ import annotations

import gzip
import hashlib
import itertools
import socket
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from warcio.archiveiterator import ArchiveIterator

from orchestration.collect.crawl import CrawlReport
from orchestration.collect.reading import short_hash
from orchestration.collect.show import shown
from tests.collect.conftest import UNIT, Collector, make_collector
from tests.collect.site import Portal, Reply, detail_page, list_page, served

LIMITS = "page_megabytes = 1\n"
HTML = {"Content-Type": "text/html"}
FAILING = ("gone", "broken", "slow", "drip", "endless", "loop")


@dataclass
class Crawled:
    """A crawl that is over."""

    portal: Portal
    collector: Collector
    report: CrawlReport

    def record(self, path: str) -> dict[str, str]:
        (found,) = [record for record in self.collector.records() if record["url"] == self.portal.address + path]
        return found

    def reasons(self, portal_code: str) -> dict[str, int]:
        return {reason: number for code, reason, _, number in self.report.not_read if code == portal_code}


def forever(chunk: bytes, pause: float) -> Iterator[bytes]:
    while True:
        yield chunk
        time.sleep(pause)


def put_odd_pages(portal: Portal) -> None:
    """A column whose entries are as bad as any."""
    hosts = {"elsewhere": f"http://127.0.0.2:{portal.port}/off.html", "off": f"{portal.address}/odd/off.html"}
    links = [
        *("good.html", "good.html#part", "./good.html", "/odd/../odd/good.html"),
        *("query.html?b=2&a=1", "query.html?a=1&b=2"),
        *("gb-header.html", "gb-meta.html", "moved.html", "/private/secret.html"),
        *(f"{name}.html" for name in FAILING),
        *("paper.pdf", "packed.html", "http://127.0.0.1:99999/odd/far.html"),
        *hosts.values(),
        *("javascript:void(0)", "mailto:someone@example.invalid", "http://[broken/"),
    ]
    portal.put("/odd/", list_page([(link, "题目", "2019-05-01") for link in links], "list2.html"))
    portal.put("/odd/list2.html", list_page([("last.html", "末条", "2018-12-31")]))
    portal.put("/odd/last.html", detail_page("末条", "2018年12月31日 8时05分"))
    portal.put("/odd/good.html", detail_page("好", "2019-05-01 10:00"))
    portal.put("/odd/query.html?b=2&a=1", detail_page("查询", "2019-05-02"))
    chinese = detail_page("镇宁县龍頭山镇〇号文", "2019-05-03").encode("gb18030")
    portal.put("/odd/gb-header.html", chinese, "text/html; charset=gb2312")
    meta = '<meta http-equiv="Content-Type" content="text/html; charset=gb2312"><title>公告</title>'
    portal.put(
        "/odd/gb-meta.html", (meta + detail_page("镇宁县龍頭山镇〇号文", "2019-05-04")).encode("gb18030"), "text/html"
    )
    portal.pages["/odd/moved.html"] = Reply(status=302, headers={"Location": "/odd/moved-here.html"})
    portal.put("/odd/moved-here.html", detail_page("搬", "2019-05-05"))
    portal.put("/private/secret.html", detail_page("密", "2019-05-06"))
    portal.pages["/odd/broken.html"] = Reply(b"boom", 500, HTML)
    portal.pages["/odd/slow.html"] = lambda: time.sleep(3) or Reply(b"late", 200, HTML)
    portal.pages["/odd/drip.html"] = Reply(b"<p>", 200, HTML, lambda: forever(b".", 0.2))
    portal.pages["/odd/endless.html"] = Reply(b"<p>", 200, HTML, lambda: forever(b"x" * 65536, 0))
    portal.pages["/odd/loop.html"] = Reply(status=302, headers={"Location": "/odd/loop.html"})
    portal.pages["/odd/off.html"] = Reply(status=302, headers={"Location": hosts["elsewhere"]})
    portal.put("/odd/paper.pdf", b"%PDF-1.4 \x00\x01", "application/pdf")
    packed = gzip.compress(detail_page("压", "2019-05-07").encode())
    portal.pages["/odd/packed.html"] = Reply(packed, 200, HTML | {"Content-Encoding": "gzip"})
    portal.put("/robots.txt", "User-agent: *\nDisallow: /private/\n", "text/plain")


def put_calendar(portal: Portal) -> None:
    """A list without entries whose next page is always there."""
    numbers = itertools.count()

    def page() -> Reply:
        return Reply(list_page([], f"month{next(numbers)}.html").encode(), 200, HTML)

    portal.pages |= {"/calendar/": page} | {f"/calendar/month{number}.html": page for number in range(100)}


def put_board(portal: Portal) -> None:
    def message(code: str, asked: str, reply: str, stars: str) -> str:
        answer = f'<div class="reply"><span class="day">{reply}</span></div>' if reply else ""
        head = f'<b class="code">{code}</b><i class="asked">提交:{asked}</i><i class="name">张某某 13800000000</i>'
        return f'<html>{head}{answer}<u class="stars" data-stars="{stars}"></u></html>'

    portal.put("/board/", list_page([("m1.html", "问", ""), ("m2.html", "问", "")]))
    portal.put("/board/m1.html", message("A1", "2019-03-01 10:00", "2019/3/9 9:05", "4"))
    portal.put("/board/m2.html", message("A2", "2019-03-02 10:00", "", ""))
    portal.put("/letters/", list_page([("l1.html", "信", "2019-04-01")]))


def closed_port() -> int:
    with socket.socket() as opened:
        opened.bind(("127.0.0.1", 0))
        return opened.getsockname()[1]


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crawled]:
    collector = make_collector(tmp_path_factory.mktemp("crawled"), LIMITS)
    collector.host(timeout_seconds="1")
    letters = [("row", "", "//ul/li", ""), ("submitted_at", "list", "./span", "")]
    rows = collector.layout("letters", letters)
    path = collector.home.root / "collect" / "selector.csv"
    text = "".join(",".join(row.values()) + "\n" for row in rows)
    path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")
    with served(Portal()) as portal:
        put_odd_pages(portal)
        put_calendar(portal)
        put_board(portal)
        portal.put("/home/", "<html>首页</html>")
        portal.pages["/failing/"] = Reply(b"", 503, HTML)
        portal.pages["/sleeping/"] = portal.pages["/odd/slow.html"]
        portal.pages["/leaving/"] = portal.pages["/odd/off.html"]
        lists = {"odd": "news", "calendar": "news", "board": "board", "letters": "letters"}
        probes = {name: f"{portal.address}/{name}/" for name in ("home", "failing", "sleeping", "leaving")}
        probes["refusing"] = f"http://127.0.0.1:{closed_port()}/"
        of_board = {"shape": "messages", "due_days": "7", "board": "portal"}
        collector.portals(
            *(
                {"portal_code": code, "url": f"{portal.address}/{code}/", "layout_code": layout}
                | (of_board if code in ("board", "letters") else {"shape": "items", "site_column": "通知公告"})
                for code, layout in lists.items()
            ),
            *({"portal_code": code, "shape": "probe", "url": url} for code, url in probes.items()),
        )
        yield Crawled(portal, collector, collector.collect())


def test_what_stands_on_a_page_becomes_a_record(crawled: Crawled) -> None:
    record = crawled.record("/odd/good.html")
    assert {name: value for name, value in record.items() if not name.startswith("evidence")} == {
        "unit_code": UNIT,
        "url": f"{crawled.portal.address}/odd/good.html",
        "site_column": "通知公告",
        "published_at": "2019-05-01 10:00:00",
        "title_hash": hashlib.sha256("好".encode()).hexdigest(),
        "channel": "government_disclosure",
        "provenance": "collected",
    }
    assert crawled.report.is_complete


def test_the_next_page_of_a_list_is_read(crawled: Crawled) -> None:
    assert crawled.record("/odd/last.html")["published_at"] == "2018-12-31 08:05:00"


@pytest.mark.parametrize("path", ["/odd/gb-header.html", "/odd/gb-meta.html"])
def test_pages_that_say_gb2312_are_read_as_gb18030(crawled: Crawled, path: str) -> None:
    assert crawled.record(path)["title_hash"] == hashlib.sha256("镇宁县龍頭山镇〇号文".encode()).hexdigest()


def test_a_page_that_moved_is_shown_by_where_it_is_now(crawled: Crawled) -> None:
    assert crawled.record("/odd/moved.html")["published_at"] == "2019-05-05"


def test_an_address_is_asked_once_however_it_is_spelt(crawled: Crawled) -> None:
    asked = Counter(crawled.portal.paths())
    assert asked["/odd/good.html"] == 1
    assert asked["/odd/query.html?b=2&a=1"] + asked["/odd/query.html?a=1&b=2"] == 1
    urls = [record["url"] for record in crawled.collector.records()]
    assert len(urls) == len(set(urls)) == 7


def test_what_robots_txt_forbids_is_not_asked(crawled: Crawled) -> None:
    assert "/private/secret.html" not in crawled.portal.paths()
    assert crawled.portal.paths().count("/robots.txt") == 1
    assert crawled.reasons("odd")["robots"] == 1


def test_pages_that_fail_are_told_by_their_reason_and_hold_nobody_up(crawled: Crawled) -> None:
    assert crawled.reasons("odd") == {
        "404": 1,
        "500": 1,
        "timeout": 2,
        "too_large": 1,
        "redirects": 1,
        "off_host": 1,
        "no_text": 1,
        "robots": 1,
    }
    asked = Counter(crawled.portal.paths())
    assert (asked["/odd/gone.html"], asked["/odd/broken.html"], asked["/odd/slow.html"]) == (1, 3, 3)


def test_a_list_that_goes_on_without_an_entry_is_left(crawled: Crawled) -> None:
    assert len([path for path in crawled.portal.paths() if path.startswith("/calendar/")]) == 3


def test_messages_have_the_day_of_their_reply_and_nothing_of_people(crawled: Crawled) -> None:
    records = crawled.collector.records("citizen_message")
    answered, waiting, letter = sorted(records, key=lambda record: record["submitted_at"])
    assert {name: answered[name] for name in ("message_code", "submitted_at", "due_at", "answered_at", "rating")} == {
        "message_code": "A1",
        "submitted_at": "2019-03-01 10:00:00",
        "due_at": "2019-03-08",
        "answered_at": "2019-03-09 09:05:00",
        "rating": "4",
    }
    assert "answered_at" not in waiting
    assert "rating" not in waiting
    assert letter["message_code"] == short_hash(f"{crawled.portal.address}/letters/l1.html")
    assert "张某某" not in str(answered)


def test_probes_tell_what_a_reader_would_have_met(crawled: Crawled) -> None:
    found = {record["url"].split("/", 3)[3] or "refusing": record for record in crawled.collector.records("site_probe")}
    told = {name: (probe.get("http_status"), probe["is_resolved"]) for name, probe in found.items()}
    assert told == {
        "home/": ("200", "1"),
        "failing/": ("503", "1"),
        "sleeping/": (None, "1"),
        "leaving/": ("302", "1"),
        "refusing": (None, "1"),
    }
    assert crawled.portal.paths().count("/failing/") == 1
    assert float(found["home/"]["seconds"]) < 1 == float(found["sleeping/"]["seconds"])
    assert "seconds" not in found["refusing"]


def answers(collector: Collector) -> Iterator[tuple[str, str, bytes]]:
    """(record id, type, payload) of all records of the archive, each checked against its digests by warcio."""
    for path in sorted((collector.home.collected / "warc").glob("*.warc.gz")):
        with path.open("rb") as file:
            for record in ArchiveIterator(file, check_digests="raise"):
                payload = record.raw_stream.read()
                yield record.rec_headers.get_header("WARC-Record-ID").strip("<>"), record.rec_type, payload


def test_each_record_is_shown_by_an_answer_in_the_archive(crawled: Crawled) -> None:
    kept = {record_id: hashlib.sha256(payload).hexdigest() for record_id, _, payload in answers(crawled.collector)}
    kinds = ("disclosure_item", "citizen_message", "site_probe")
    records = [record for kind in kinds for record in crawled.collector.records(kind)]
    assert len(records) == 7 + 3 + 5
    assert {record["evidence_url"]: record["evidence_hash"] for record in records}.items() <= kept.items()


def test_every_answer_is_in_the_archive(crawled: Crawled) -> None:
    types = Counter(kind for _, kind, _ in answers(crawled.collector))
    # Of what came too late, was too large, or could not be connected to (robots.txt, three times, too) there is a note.
    unanswered = Counter(crawled.portal.paths())
    failures = sum(unanswered[f"/odd/{name}.html"] for name in ("slow", "drip", "endless")) + unanswered["/sleeping/"]
    assert types["response"] == len(crawled.portal.asked) - failures
    assert types["metadata"] == failures + 4
    assert types["request"] == types["response"] + types["metadata"]


def test_a_page_that_came_packed_is_kept_as_it_came_and_shown_unpacked(crawled: Crawled) -> None:
    record = crawled.record("/odd/packed.html")
    found = shown(crawled.collector.home, record["evidence_url"])
    assert found.payload_digest == record["evidence_hash"]
    assert gzip.decompress(found.payload).decode() == found.source
    assert found.text == "压\n发布时间:2019-05-07"


def test_who_asks_says_who_answers_for_it(crawled: Crawled) -> None:
    agents = {asked.headers["User-Agent"] for asked in crawled.portal.asked}
    (agent,) = agents
    assert agent.startswith("zhengxin/")
    assert agent.endswith("(+mailto:tests@example.invalid)")
