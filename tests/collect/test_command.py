"""What the command says: of a crawl, of a trial, of a page that it kept, and of what is missing."""

from __future__ import annotations

import hashlib
import io
from importlib.machinery import ModuleSpec
from importlib.util import find_spec

import pytest
from typer.testing import CliRunner, Result
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from orchestration.cli import app
from orchestration.collect import extra
from orchestration.collect.journal import Journal
from orchestration.errors import UsageError
from orchestration.home import HOME_VARIABLE
from tests.collect.conftest import SETTINGS, Collector
from tests.collect.site import Portal, Reply, detail_page, list_page


def zhengxin(collector: Collector, *words: str) -> Result:
    return CliRunner().invoke(app, words, env={HOME_VARIABLE: str(collector.home.root), "COLUMNS": "160"})


def refused(collector: Collector, *words: str) -> UsageError:
    error = zhengxin(collector, *words).exception
    assert isinstance(error, UsageError)
    return error


@pytest.fixture
def news(portal: Portal, collector: Collector) -> Portal:
    portal.put("/n/", list_page([("1.html", "一", ""), ("2.html", "二", "")], "list2.html"))
    portal.put("/n/1.html", detail_page("第一号公告", "2019-05-01 08:00").encode("gb18030"), "text/html; charset=gbk")
    portal.pages["/n/2.html"] = Reply(b"", 500)
    collector.portals({"portal_code": "n", "shape": "items", "url": f"{portal.address}/n/", "layout_code": "news"})
    return portal


def test_a_crawl_is_told_and_its_pages_are_shown(news: Portal, collector: Collector) -> None:
    said = zhengxin(collector, "collect", "--language", "en").output
    assert "Pages read: 2, records: 1, of them new: 1." in said
    assert "HTTP status 500" in said
    assert "HTTP status 404" in said
    (record,) = collector.records()
    assert f"collect_{said.split()[1]}.jsonl, records: 1. To land it: zhengxin land" in said
    for name in (record["evidence_url"], record["evidence_url"].removeprefix("urn:uuid:"), record["url"]):
        shown = zhengxin(collector, "collect", "show", name).output
        assert record["evidence_hash"] in shown
        assert "第一号公告" in shown
        assert f"disclosure_item: url {record['url']}, published_at 2019-05-01 08:00:00" in shown
    file = collector.home.root / "page.html"
    zhengxin(collector, "collect", "show", record["url"], "--save", str(file))
    assert hashlib.sha256(file.read_bytes()).hexdigest() == record["evidence_hash"]
    assert "第一号公告" in file.read_bytes().decode("gb18030")
    assert "no unknown" in str(refused(collector, "collect", "show", "unknown"))


def test_an_archive_that_was_changed_is_not_shown(news: Portal, collector: Collector) -> None:
    collector.collect()
    (record,) = collector.records()
    (segment,) = (collector.home.collected / "warc").glob("*.warc.gz")
    journal = Journal(collector.home.collected)
    kept = journal.answer(record["evidence_url"])
    journal.close()
    content = segment.read_bytes()
    changed = {
        "does not hold": content[:100] + content,
        "is not what was fetched": content[: kept.position] + forged(record) + content[kept.position + kept.length :],
    }
    for says, bytes_now in changed.items():
        segment.write_bytes(bytes_now)
        assert says in str(refused(collector, "collect", "show", record["evidence_url"]))


def forged(record: dict[str, str]) -> bytes:
    """Another page under the id of the one that was kept."""
    file = io.BytesIO()
    writer = WARCWriter(file, gzip=True)
    writer.write_record(
        writer.create_warc_record(
            record["url"],
            "response",
            payload=io.BytesIO(detail_page("第一号公告", "2019-04-01").encode()),
            http_headers=StatusAndHeaders("200 OK", [("Content-Type", "text/html")], protocol="HTTP/1.1"),
            warc_headers_dict={"WARC-Record-ID": f"<{record['evidence_url']}>"},
        )
    )
    return file.getvalue()


def test_a_trial_shows_what_selectors_find_and_keeps_nothing(news: Portal, collector: Collector) -> None:
    # At any hour, for it is three requests.
    collector.host(hours="00:00-00:01")
    said = zhengxin(collector, "collect", "try", "n", "--language", "en").output
    assert f"{news.address}/n/: 2 entries" in said
    assert f"next page: {news.address}/n/list2.html" in said
    assert "published_at  2019-05-01 08:00:00" in said
    assert not collector.home.collected.exists()
    assert not collector.home.inbox.exists()
    news.put("/n/", "<html><ul></ul></html>")
    assert "Not one entry" in zhengxin(collector, "collect", "try", "n", "--language", "en").output


def test_rows_are_checked_without_asking_anybody(news: Portal, collector: Collector) -> None:
    said = zhengxin(collector, "collect", "check").output
    assert "配置无误:1 个门户,1 个主机" in said
    assert "00:00-24:00" in said
    assert news.asked == []


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ("", "needs somebody who answers for it"),
        ('[collect]\ncontact = "me"\n', "contact is 'me': write"),
        (f"{SETTINGS}pages = 0\n", "pages is 0: write a whole number above zero"),
        (f"{SETTINGS}minutes = true\n", "minutes is True: write a whole number above zero"),
        (f"{SETTINGS}dagster = 1\n", "dagster is 1: write true or false"),
        (f"{SETTINGS}page = 5\n", "there is no such setting (is pages meant?)"),
        ("collect = 5\n", "write a table, [collect]"),
    ],
)
def test_nobody_is_asked_without_sound_settings(news: Portal, collector: Collector, settings: str, says: str) -> None:
    collector.home.settings.write_text(settings, encoding="utf-8")
    assert says in str(refused(collector, "collect"))
    assert news.asked == []


def test_a_portal_that_there_is_none_of_is_named(news: Portal, collector: Collector) -> None:
    assert "no portal other that is on: there are n" in str(refused(collector, "collect", "--portal", "other"))
    assert "no portal to collect" in str(refused(collector, "collect", "--unit", "520102"))


def test_without_the_extra_it_is_said_what_to_install(collector: Collector, monkeypatch: pytest.MonkeyPatch) -> None:
    def without_scrapy(name: str) -> ModuleSpec | None:
        return None if name == "scrapy" else find_spec(name)

    monkeypatch.setattr(extra, "find_spec", without_scrapy)
    for words in (["collect"], ["collect", "check"], ["collect", "try", "n"], ["collect", "show", "x"]):
        wording = refused(collector, *words).wording
        assert "pip install 'zhengxin[collect]'" in wording.zh
        assert "pip install 'zhengxin[collect]'" in wording.en
        assert wording.zh.startswith("没有安装 scrapy")
