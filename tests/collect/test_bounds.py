"""What a crawl does not do: too much, too fast, at the wrong time, or where nobody sent it."""

from __future__ import annotations

import itertools
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from scrapy.http import HtmlResponse, Request
from scrapy.settings import Settings
from twisted.internet.base import ReactorBase
from twisted.internet.error import DNSLookupError

from orchestration.collect import reading
from orchestration.collect.journal import Journal, now
from orchestration.collect.politeness import KEPT, PAGE, GuardedResolver
from orchestration.collect.portals import Configuration, Host, read_portals
from orchestration.collect.spider import PortalSpider
from orchestration.errors import UsageError
from tests.collect.conftest import Collector, make_collector
from tests.collect.site import Portal, Reply, detail_page, list_page

# A request that comes late on a busy machine leaves less until the next one, which is on time.
SHARE_OF_DISTANCE = 0.6
LIST_ONLY = [
    ("row", "", "ul.list > li", ""),
    ("page_address", "", "page{page}.html", ""),
    ("published_at", "list", "span.day", ""),
]


def column(collector: Collector, portal: Portal, layout: str = "news", **cells: str) -> None:
    collector.portals(
        {"portal_code": "n", "shape": "items", "url": f"{portal.address}/n/", "layout_code": layout} | cells
    )


def gaps(portal: Portal) -> list[float]:
    """Seconds between the requests that came, one after the other."""
    return [later.at - earlier.at for earlier, later in itertools.pairwise(portal.asked)]


def test_a_host_is_asked_once_a_second_unless_it_is_told_otherwise(portal: Portal, collector: Collector) -> None:
    collector.host(delay_seconds="")
    portal.put("/n/", list_page([("1.html", "一", "")]))
    portal.put("/n/1.html", detail_page("一", "2019-01-01"))
    column(collector, portal)
    assert collector.collect().total("record_count") == 1
    assert portal.paths() == ["/robots.txt", "/n/", "/n/1.html"]
    assert all(gap > 1 * SHARE_OF_DISTANCE for gap in gaps(portal))


def test_a_host_gets_the_distance_that_it_asks_for(portal: Portal, collector: Collector) -> None:
    """In robots.txt, or with an answer that it is overloaded, after which it gets twice as long as before."""
    answers = iter([Reply(b"busy", 503, {"Retry-After": "1"}), Reply(list_page([("1.html", "一", "")]).encode())])
    portal.put("/robots.txt", "User-agent: zhengxin\nCrawl-delay: 0.4\n", "text/plain")
    portal.pages["/n/"] = lambda: next(answers)
    portal.put("/n/1.html", detail_page("一", "2019-01-01"))
    column(collector, portal)
    assert collector.collect().total("record_count") == 1
    assert portal.paths() == ["/robots.txt", "/n/", "/n/", "/n/1.html"]
    after_robots, after_busy, after_list = gaps(portal)
    assert after_robots > 0.4 * SHARE_OF_DISTANCE
    assert after_busy > 1 * SHARE_OF_DISTANCE
    assert after_list > 0.4 * SHARE_OF_DISTANCE


def test_where_robots_txt_fails_nothing_is_asked(portal: Portal, collector: Collector) -> None:
    portal.pages["/robots.txt"] = Reply(b"", 503)
    portal.put("/n/", list_page([("1.html", "一", "2019-01-01")]))
    column(collector, portal)
    report = collector.collect()
    assert {reason for _, reason, _, _ in report.not_read} == {"robots_unreachable"}
    assert set(portal.paths()) == {"/robots.txt"}


def test_a_list_without_end_is_read_in_portions(tmp_path, portal: Portal) -> None:
    collector = make_collector(tmp_path, "pages = 7\n")
    collector.write("selector.csv", collector.layout("endless", LIST_ONLY))
    pages = {
        f"/n/{f'page{number}.html' if number else ''}": list_page([(f"{number}.html", "条", "2019-01-01")]).encode()
        for number in range(100)
    }
    portal.pages |= {path: Reply(page) for path, page in pages.items()}
    column(collector, portal, "endless")
    first = collector.collect()
    assert not first.is_complete
    assert first.left == ["bound_pages"]
    assert collector.urls() == [f"n/{number}.html" for number in range(7)]
    second = collector.collect()
    assert second.crawl_id == first.crawl_id
    assert collector.urls() == [f"n/{number}.html" for number in range(14)]


def test_a_counted_list_ends_with_the_page_that_is_not_there(portal: Portal, collector: Collector) -> None:
    collector.write("selector.csv", collector.layout("counted", LIST_ONLY))
    portal.put("/n/", list_page([("1.html", "条", "2019-01-01")]))
    portal.put("/n/page1.html", list_page([("2.html", "条", "2019-01-01")]))
    column(collector, portal, "counted")
    report = collector.collect()
    assert report.is_complete
    assert report.not_read == []
    assert collector.urls() == ["n/1.html", "n/2.html"]


def test_outside_its_hours_a_host_is_not_asked(portal: Portal, collector: Collector) -> None:
    shut = [(now() + timedelta(hours=hours)).strftime("%H:%M") for hours in (2, 3)]
    collector.host(hours="-".join(shut))
    column(collector, portal)
    with pytest.raises(UsageError, match=f"127.0.0.1 {'-'.join(shut)}"):
        collector.collect()
    # A probe is one request, which may be made at any hour; the column beside it waits.
    home_page = {"portal_code": "home", "shape": "probe", "url": f"{portal.address}/"}
    collector.portals(
        {"portal_code": "n", "shape": "items", "url": f"{portal.address}/n/", "layout_code": "news"}, home_page
    )
    report = collector.collect()
    assert (report.is_complete, report.left) == (False, ["hours"])
    assert portal.paths() == ["/robots.txt", "/"]


def test_a_year_is_read_from_a_list_that_runs_back(portal: Portal, collector: Collector) -> None:
    years = {0: 2021, 1: 2020, 2: 2019, 3: 2018, 4: 2017, 5: 2016, 6: 2015}
    for number, year in years.items():
        name = f"list{number}.html" if number else ""
        rows = [(f"{year}-{entry}.html", "条", f"{year}-05-0{entry}") for entry in (2, 1)]
        portal.put(f"/n/{name}", list_page(rows, f"list{number + 1}.html"))
    for entry in (1, 2):
        portal.put(f"/n/2019-{entry}.html", detail_page("条", f"2019-05-0{entry}"))
    column(collector, portal)
    report = collector.collect(year=2019)
    assert report.is_complete
    assert collector.urls() == ["n/2019-2.html", "n/2019-1.html"]
    # Three lists of years before tell that the rest is older still.
    assert "/n/list5.html" in portal.paths()
    assert "/n/list6.html" not in portal.paths()


def test_a_name_that_leads_to_a_private_address_is_not_followed(portal: Portal, collector: Collector) -> None:
    """`localhost` is asked only where its row says that it is meant."""
    address = f"http://localhost:{portal.port}/n/"
    portal.put("/n/", list_page([("1.html", "一", "2019-01-01")]))
    collector.portals({"portal_code": "n", "shape": "items", "url": address, "layout_code": "news"})
    with pytest.raises(UsageError, match="url_private"):
        collector.collect()
    collector.host("localhost")
    collector.collect()
    assert "/n/" in portal.paths()


def test_a_page_that_cannot_be_read_does_not_wait_for_ever(
    tmp_path: Path, collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    collector.portals({"portal_code": "n", "shape": "items", "url": "http://a.example/", "layout_code": "news"})
    configuration = read_portals(collector.home)
    journal = Journal(tmp_path / "kept")
    crawl = journal.begin({"year": None, "anew": False}, configuration.portals.values())
    (page,) = journal.waiting(crawl)
    spider = PortalSpider(crawl, journal, SimpleNamespace(configuration=configuration), lambda: None)
    monkeypatch.setattr(reading, "entries", lambda *_: 1 / 0)
    request = Request("http://a.example/", meta={PAGE: page, KEPT: SimpleNamespace(record_id="urn:uuid:1")})
    assert list(spider.read_page(HtmlResponse("http://a.example/", body=b"<p>", request=request))) == []
    assert journal.not_read(crawl) == [("n", "unreadable", "http://a.example/", 1)]
    assert journal.complete(crawl)
    journal.close()


@pytest.mark.parametrize(
    "address", ["10.0.0.5", "127.0.0.1", "169.254.169.254", "192.168.1.1", "100.64.0.1", "224.0.0.1"]
)
def test_what_dns_says_of_a_name_is_judged_before_it_is_connected_to(address: str) -> None:
    hosts = {"www.example.gov.cn": Host("www.example.gov.cn"), "own.example": Host("own.example", is_private=True)}
    around = SimpleNamespace(configuration=Configuration({}, hosts), private_names={})
    process = SimpleNamespace(
        settings=Settings(), crawlers=[SimpleNamespace(spider=SimpleNamespace(surroundings=around))]
    )
    resolver = GuardedResolver.from_crawler(process, ReactorBase.__new__(ReactorBase))
    with pytest.raises(DNSLookupError, match="private address"):
        resolver._judge(address, "www.example.gov.cn")
    assert around.private_names == {"www.example.gov.cn": address}
    assert resolver._judge(address, "own.example") == address
    assert resolver._judge("8.8.8.8", "www.example.gov.cn") == "8.8.8.8"
