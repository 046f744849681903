"""The process that crawls: `python -m orchestration.collect.crawler`, started by `crawl` with its orders as JSON.

It is a process of its own because Scrapy's reactor runs once in one, and nobody else needs it. It ends where the one
that started it ends, and on an interruption when the answers that are under way have come.
"""

from __future__ import annotations

import json
import logging
import sys
import time
from pathlib import Path
from threading import Thread
from typing import Any

import filelock
from scrapy.crawler import CrawlerProcess

from orchestration.collect.archive import Archive
from orchestration.collect.journal import Crawl, Journal
from orchestration.collect.orders import BUSY, Orders
from orchestration.collect.politeness import MEGABYTE, Bounds, Surroundings
from orchestration.collect.portals import Configuration, read_portals
from orchestration.collect.spider import PortalSpider
from orchestration.home import Home
from orchestration.last_run import this_version

LOCK = "collect.lock"
SEVERAL_HOSTS = 32
TOLD_EVERY_SECONDS = 0.5


def settings(configuration: Configuration, user_agent: str, page_megabytes: int) -> dict[str, Any]:
    """How Scrapy is set: one request at a time and host, no cookies, no proxy, nothing that asks elsewhere."""
    here = "orchestration.collect.politeness"
    slots = {
        host.name: {"concurrency": 1, "delay": host.delay_seconds, "jitter": 0} for host in configuration.hosts.values()
    }
    return {
        "USER_AGENT": user_agent,
        "ROBOTSTXT_OBEY": True,
        "CONCURRENT_REQUESTS": SEVERAL_HOSTS,
        "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
        "DOWNLOAD_DELAY": 1.0,
        "DOWNLOAD_DELAY_JITTER": 0,
        "DOWNLOAD_SLOTS": slots,
        "DOWNLOAD_MAXSIZE": page_megabytes * MEGABYTE,
        "DOWNLOAD_WARNSIZE": 0,
        # What lies behind a broken certificate is public all the same, and that it opens is what a reader sees.
        "DOWNLOAD_VERIFY_CERTIFICATES": False,
        "RETRY_TIMES": 2,
        "REDIRECT_MAX_TIMES": 5,
        "HTTPERROR_ALLOW_ALL": True,
        # Requests are answered in the order in which they were found.
        "SCHEDULER_MEMORY_QUEUE": "scrapy.squeues.FifoMemoryQueue",
        "SCHEDULER_START_MEMORY_QUEUE": "scrapy.squeues.FifoMemoryQueue",
        "COOKIES_ENABLED": False,
        "HTTPPROXY_ENABLED": False,
        "TELNETCONSOLE_ENABLED": False,
        "REMOTE_CONTROL_ENABLED": False,
        "TWISTED_DNS_RESOLVER": f"{here}.GuardedResolver",
        "DEFAULT_REQUEST_HEADERS": {
            "Accept": "text/html,application/xhtml+xml,*/*;q=0.8",
            "Accept-Language": "zh-CN,zh;q=0.9",
        },
        "DOWNLOADER_MIDDLEWARES": {
            "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,
            f"{here}.Gate": 50,
            "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
            f"{here}.Robots": 100,
            f"{here}.Pace": 960,
            f"{here}.Recorder": 980,
        },
        "LOG_LEVEL": "INFO",
        "LOG_FORMAT": "%(asctime)s %(levelname)s %(message)s",
    }


def main() -> int:
    orders = Orders.from_json(sys.stdin.readline())
    store = Path(orders.store)
    store.mkdir(parents=True, exist_ok=True)
    lock = filelock.FileLock(store / LOCK, timeout=0, preserve_lock_file=True)
    try:
        with lock:
            _crawl(orders, store)
    except filelock.Timeout:
        return BUSY
    return 0


def _crawl(orders: Orders, store: Path) -> None:
    configuration = read_portals(Home(Path(orders.home)))
    wanted = {code: portal for code, portal in configuration.portals.items() if code in orders.portals}
    journal = Journal(store)
    crawl = journal.begin(orders.scope, wanted.values())
    journal.drop_portals(crawl, wanted)
    user_agent = f"zhengxin/{this_version()} (+{orders.contact})"
    archive = Archive(store, journal, crawl.crawl_id, user_agent)
    bounds = Bounds(orders.pages, orders.megabytes, orders.minutes)
    surroundings = Surroundings(Configuration(wanted, configuration.hosts), archive, bounds, orders.any_hour)
    teller = _Teller(journal, crawl)
    process = CrawlerProcess(settings(configuration, user_agent, orders.page_megabytes))
    crawler = process.create_crawler(PortalSpider)
    process.crawl(
        crawler,
        crawl=crawl,
        journal=journal,
        surroundings=surroundings,
        tell=teller.tell_now_and_then,
    )
    _end_with_who_started(process)
    try:
        process.start()
    finally:
        archive.close()
        journal.complete(crawl)
        teller.tell()
        journal.close()


class _Teller:
    """Tells who started the crawl how far it is; who does not listen any more is no reason to fail."""

    def __init__(self, journal: Journal, crawl: Crawl) -> None:
        self._journal, self._crawl, self._told_at = journal, crawl, 0.0

    def tell_now_and_then(self) -> None:
        if time.monotonic() - self._told_at > TOLD_EVERY_SECONDS:
            self.tell()

    def tell(self) -> None:
        counts = self._journal.counts(self._crawl)
        line = {
            "crawl_id": self._crawl.crawl_id,
            "pages": sum(count.page_count for count in counts),
            "records": sum(count.record_count for count in counts),
            "waiting": sum(count.waiting_count for count in counts),
        }
        self._told_at = time.monotonic()
        try:
            print(json.dumps(line), flush=True)
        except OSError:
            logging.getLogger(__name__).info("nobody listens")


def _end_with_who_started(process: CrawlerProcess) -> None:
    def wait() -> None:
        from twisted.internet import reactor

        while sys.stdin.readline():
            pass
        reactor.callFromThread(process.stop)

    Thread(target=wait, daemon=True).start()


if __name__ == "__main__":
    sys.exit(main())
