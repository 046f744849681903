"""What may be asked, and when: the parts of Scrapy through which every request and every answer goes.

`Gate` lets a request pass to configured hosts only, within their hours and the bounds of the call; `Robots` obeys
robots.txt; `Pace` keeps the distance between requests, and widens it where a host is slow or asks for it; `Recorder`
keeps every answer. A name that leads to a private address is not followed (`GuardedResolver`), whichever page or record
of DNS named it.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from scrapy import Request
from scrapy.crawler import Crawler, CrawlerProcess
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.exceptions import CannotResolveHostError, IgnoreRequest
from scrapy.http import Response
from scrapy.resolver import CachingThreadedResolver
from scrapy.robotstxt import RobotParser
from scrapy.utils.httpobj import urlparse_cached
from scrapy.utils.python import to_unicode
from twisted.internet.base import ReactorBase
from twisted.internet.defer import Deferred
from twisted.internet.error import DNSLookupError

from orchestration.collect.archive import Answer, Archive
from orchestration.collect.journal import now
from orchestration.collect.portals import Configuration, Host, host_of, is_private_literal, is_public

ROBOTS_TOKEN = "zhengxin"
# Meta of a request: the page that it is for, what it took, and the answer that was kept last.
PAGE, SECONDS, KEPT = "page", "seconds", "kept"
# Requests that are no page of a portal: robots.txt.
IS_ROBOTS = "dont_obey_robotstxt"
IS_PROBE = "is_probe"
MOST_SECONDS_BETWEEN = 120.0
OVERLOADED = (429, 500, 502, 503, 504)
MEGABYTE = 1024 * 1024


class Refused(IgnoreRequest):
    """A request that is not made; `reason` is a stable word."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass
class Bounds:
    """What one call may do at most; what is left waits for the next call."""

    pages: int
    megabytes: int
    minutes: int

    def __post_init__(self) -> None:
        self.asked: dict[str, int] = {}
        self.received_bytes = 0
        self.began = time.monotonic()

    def reason_to_stop(self, portal_code: str) -> str:
        """Which bound is reached; empty where none is."""
        if self.asked.get(portal_code, 0) >= self.pages:
            return "bound_pages"
        if self.received_bytes >= self.megabytes * MEGABYTE:
            return "bound_megabytes"
        if time.monotonic() - self.began >= self.minutes * 60:
            return "bound_minutes"
        return ""

    def count(self, portal_code: str) -> None:
        self.asked[portal_code] = self.asked.get(portal_code, 0) + 1


class Surroundings:
    """What the parts below share; Scrapy hands them the crawler alone, on whose spider this hangs."""

    def __init__(self, configuration: Configuration, archive: Archive, bounds: Bounds, any_hour: bool) -> None:
        self.configuration, self.archive, self.bounds, self.any_hour = configuration, archive, bounds, any_hour
        # Names that led to private addresses, with the address.
        self.private_names: dict[str, str] = {}
        self.least_delay: dict[str, float] = {}

    def host(self, address: str) -> Host | None:
        return self.configuration.hosts.get(host_of(address))


class Part:
    """A part that knows its surroundings."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Part:
        return cls(crawler)

    @property
    def _around(self) -> Surroundings:
        return self._crawler.spider.surroundings


class Gate(Part):
    """Every request passes here first, those of redirects and retries too."""

    def process_request(self, request: Request) -> None:
        around = self._around
        host = around.host(request.url)
        if host is None:
            raise Refused("off_host")
        if is_private_literal(host.name) and not host.is_private:
            raise Refused("private_address")
        if request.meta.get(IS_ROBOTS):
            return
        if not (around.any_hour or request.meta.get(IS_PROBE) or host.is_open(now().time())):
            raise Refused("hours")
        portal_code = request.meta[PAGE].portal_code
        if reason := around.bounds.reason_to_stop(portal_code):
            raise Refused(reason)
        around.bounds.count(portal_code)


class Robots(RobotsTxtMiddleware):
    """Obeys robots.txt, its Crawl-delay too. Where it cannot be had because the host fails, everything is forbidden
    (RFC 9309) but to probe whether the host fails."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._failing: set[str] = set()

    def process_request_2(self, rp: RobotParser | None, request: Request) -> None:
        if urlparse_cached(request).netloc in self._failing:
            if not request.meta.get(IS_PROBE):
                raise Refused("robots_unreachable")
        elif rp is not None and not rp.allowed(request.url, ROBOTS_TOKEN):
            raise Refused("robots")

    async def _parse_robots(self, response: Response, netloc: str, request: Request) -> None:
        if response.status >= 500 or response.status == 429:
            self._failing.add(netloc)
        elif response.status >= 400:
            # There is none: an error page is no robots.txt, whatever stands on it.
            response = response.replace(body=b"")
        await super()._parse_robots(response, netloc, request)
        # Of the parsers that Scrapy knows, the default one tells it.
        told = getattr(getattr(self._parsers[netloc], "rp", None), "crawl_delay", lambda _: None)(ROBOTS_TOKEN)
        if told:
            self._keep_distance(request, min(float(told), MOST_SECONDS_BETWEEN))

    def _keep_distance(self, request: Request, seconds: float) -> None:
        around: Surroundings = self.crawler.spider.surroundings
        around.least_delay[host_of(request.url)] = seconds
        slot = self.crawler.engine.downloader.slots[self.crawler.engine.downloader.get_slot_key(request)]
        slot.delay = max(slot.delay, seconds)

    def _robots_error(self, exc: Exception, netloc: str) -> None:
        if not isinstance(exc, IgnoreRequest):
            self._failing.add(netloc)
        super()._robots_error(exc, netloc)


class Pace(Part):
    """Sets the distance to the next request to a host: never less than configured, as long as an answer takes, doubled
    where the host fails, and as long as it asks for."""

    def process_response(self, request: Request, response: Response) -> Response:
        latency = request.meta.get("download_latency", 0.0)
        if response.status in OVERLOADED:
            self._widen(request, _seconds_to_wait(response))
        else:
            self._set(request, lambda before, least: max(least, latency, (before + latency) / 2))
        return response

    def process_exception(self, request: Request, exception: Exception) -> None:
        if not isinstance(exception, IgnoreRequest | CannotResolveHostError):
            self._widen(request, 0.0)

    def _widen(self, request: Request, asked: float) -> None:
        self._set(request, lambda before, least: max(2 * before, 2 * least, asked))

    def _set(self, request: Request, rule: Any) -> None:
        key = request.meta.get("download_slot")
        slot = self._crawler.engine.downloader.slots.get(key)
        host = self._around.host(request.url)
        if slot is None or host is None:
            return
        least = max(host.delay_seconds, self._around.least_delay.get(host.name, 0.0))
        slot.delay = min(rule(slot.delay, least), max(MOST_SECONDS_BETWEEN, least))


def _seconds_to_wait(response: Response) -> float:
    text = to_unicode(response.headers.get("Retry-After") or b"")
    return float(text) if text.isdecimal() else 0.0


class Recorder(Part):
    """Nearest to the network: keeps each answer before anything is done with it, and each failure to get one."""

    def process_response(self, request: Request, response: Response) -> Response:
        request.meta[SECONDS] = request.meta.get(SECONDS, 0.0) + request.meta.get("download_latency", 0.0)
        self._around.bounds.received_bytes += len(response.body)
        answer = Answer(request.url, response.status, _headers(response), response.body, _headers(request))
        request.meta[KEPT] = self._around.archive.keep(answer)
        return response

    def process_exception(self, request: Request, exception: Exception) -> None:
        if isinstance(exception, IgnoreRequest):
            return
        said = f"error: {type(exception).__name__}\r\nmessage: {exception}\r\n"
        payload = said.encode("utf-8", "replace")
        request.meta[KEPT] = self._around.archive.keep(Answer(request.url, None, (), payload, _headers(request)))


def _headers(message: Request | Response) -> list[tuple[str, str]]:
    return [
        (to_unicode(name, "latin-1"), to_unicode(value, "latin-1"))
        for name, values in message.headers.items()
        for value in values
    ]


class GuardedResolver(CachingThreadedResolver):
    """Resolves names, and does not resolve those that lead to private addresses. What is resolved is what is connected
    to, so a name cannot change in between."""

    @classmethod
    def from_crawler(cls, process: CrawlerProcess, reactor: ReactorBase) -> GuardedResolver:
        """One resolver serves the process, which runs one crawler."""
        resolver = super().from_crawler(process, reactor)
        resolver._process = process
        return resolver

    def getHostByName(self, name: str, timeout: Any = ()) -> Deferred[str]:
        return super().getHostByName(name, timeout).addCallback(self._judge, name)

    def _judge(self, address: str, name: str) -> str:
        (crawler,) = self._process.crawlers
        around: Surroundings = crawler.spider.surroundings
        host = around.configuration.hosts.get(name.lower())
        if not is_public(address) and not (host and host.is_private):
            around.private_names[name.lower()] = address
            raise DNSLookupError(f"{name} leads to the private address {address}")
        return address
