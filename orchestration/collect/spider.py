"""The spider: asks for the pages that wait in the journal, and enters what they give.

A page is entered with all that came of it before its links are asked for, so that the journal is never behind.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import scrapy
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadTimeoutError,
    IgnoreRequest,
)
from scrapy.http import Request, Response, TextResponse
from twisted.python.failure import Failure

from orchestration.collect import reading
from orchestration.collect.journal import (
    DETAIL_PAGE,
    DONE,
    FAILED,
    LIST_PAGE,
    PROBE,
    REFUSED,
    WAITING,
    Crawl,
    Found,
    FoundRecord,
    Journal,
    KeptAnswer,
    Page,
    now,
)
from orchestration.collect.politeness import IS_PROBE, KEPT, PAGE, SECONDS, Refused, Surroundings
from orchestration.collect.portals import Portal, host_of

# So many pages of a list one after the other that tell nothing new are the end of it, or a trap.
MOST_BARREN_PAGES = 3
# Left for the next call: the page is neither read nor refused for good.
LEFT = ("hours", "bound_pages", "bound_megabytes", "bound_minutes")
FAILURES = {
    DownloadTimeoutError: "timeout",
    DownloadConnectionRefusedError: "connection_refused",
    CannotResolveHostError: "unresolved",
    DownloadCancelledError: "too_large",
}


class PortalSpider(scrapy.Spider):
    """Crawls all portals of a configuration side by side."""

    name = "portal"

    def __init__(
        self,
        crawl: Crawl,
        journal: Journal,
        surroundings: Surroundings,
        tell: Callable[[], None],
        **words: Any,
    ) -> None:
        super().__init__(**words)
        self.crawl, self.journal, self.surroundings, self._tell = crawl, journal, surroundings, tell

    async def start(self) -> AsyncIterator[Request]:
        for page in self.journal.waiting(self.crawl):
            yield self._request(page)

    def _portal(self, page: Page) -> Portal:
        return self.surroundings.configuration.portals[page.portal_code]

    def _request(self, page: Page) -> Request:
        is_probe = page.role == PROBE
        host = self.surroundings.host(page.address)
        meta = {PAGE: page, IS_PROBE: is_probe, "dont_retry": is_probe}
        if host:
            meta["download_timeout"] = host.timeout_seconds
        callback = self.read_probe if is_probe else self.read_page
        # Pages stand once in the journal, which knows them from call to call.
        return Request(page.address, callback, errback=self.fail, meta=meta, dont_filter=True)

    # What came

    def read_page(self, response: Response) -> Iterator[Request]:
        """Enter a list, or a page behind one, with what it gives."""
        page: Page = response.meta[PAGE]
        read = self._read_list if page.role == LIST_PAGE else self._read_detail
        text = self._text(response, page)
        if text is None:
            return
        try:
            found = read(response, page, text)
        except Exception:
            # Whatever stands on a page, it must not wait for ever.
            self.logger.exception("cannot be read: %s", response.url)
            self._enter(response, page, FAILED, "unreadable")
            return
        for new in self._enter(response, page, DONE, **found):
            yield self._request(new)

    def _read_list(self, response: Response, page: Page, text: str) -> dict[str, Any]:
        portal = self._portal(page)
        links: list[Found] = []
        records: list[FoundRecord] = []
        is_barren = True
        for entry in reading.entries(text, response.url, portal):
            when = self._side_of_year(portal, entry)
            # A list runs back from the latest: what is later than the year only stands before it.
            is_barren = is_barren and when <= 0
            if when or not entry.address or host_of(entry.address) not in self.surroundings.configuration.hosts:
                continue
            link = Found(DETAIL_PAGE, entry.address, reading.same_as(entry.address), cells=entry.cells)
            if self.journal.is_known(self.crawl, portal, link.same_as):
                continue
            if portal.layout.of_detail:
                is_barren = is_barren and self.journal.is_found(self.crawl, portal, link)
                links.append(link)
            else:
                is_barren = is_barren and self.journal.is_recorded(self.crawl, portal, link.same_as)
                cells = reading.record_cells(portal, entry.address, entry.cells)
                records.append(self._record(portal, cells, response.meta[KEPT]))
        barren_count = page.barren_count + 1 if is_barren else 0
        further = self._next(text, response.url, portal, page, barren_count)
        return {"links": [*links, *further], "records": records}

    def _read_detail(self, response: Response, page: Page, text: str) -> dict[str, Any]:
        portal = self._portal(page)
        found = {**page.cells, **reading.detail_cells(text, response.url, portal)}
        cells = reading.record_cells(portal, page.address, found)
        return {"records": [self._record(portal, cells, response.meta[KEPT])]}

    def read_probe(self, response: Response) -> None:
        self._enter_probe(response.meta[PAGE], response.meta, response.status, is_resolved=True)

    def _next(self, text: str, address: str, portal: Portal, page: Page, barren_count: int) -> list[Found]:
        if barren_count >= MOST_BARREN_PAGES:
            return []
        found = reading.next_page(text, address, portal.layout, portal.address, page.number)
        if not found or host_of(found) not in self.surroundings.configuration.hosts:
            return []
        return [Found(LIST_PAGE, found, reading.same_as(found), page.number + 1, barren_count)]

    def _side_of_year(self, portal: Portal, entry: reading.Entry) -> int:
        """Below 0: the entry is of a year before the one that is collected; above 0: after it; 0: of it, or not known
        yet."""
        day = reading.day_of(entry.cells.get(portal.date_column, ""))
        year = self.crawl.year
        return 0 if year is None or day is None else (day.year > year) - (day.year < year)

    def _text(self, response: Response, page: Page) -> str | None:
        """The text of a page; None where it is none, which is entered then."""
        reason = ""
        if response.status != 200:
            # The page behind the last one, where addresses of pages are counted, is the end of the list.
            is_end = response.status == 404 and page.role == LIST_PAGE and page.number > 0
            reason = "" if is_end and self._portal(page).layout.page_address else str(response.status)
            if not reason:
                self._enter(response, page, DONE)
                return None
        elif not isinstance(response, TextResponse):
            reason = "no_text"
        if reason:
            self._enter(response, page, FAILED, reason)
            return None
        return response.text

    @staticmethod
    def _record(portal: Portal, cells: dict[str, str], kept: KeptAnswer) -> FoundRecord:
        shown_by = {"evidence_url": kept.record_id, "evidence_hash": kept.payload_digest}
        return FoundRecord(
            reading.key_of(portal, cells),
            reading.same_as(cells["url"]),
            cells | shown_by,
            reading.is_settled(portal, cells),
        )

    # What did not come

    def fail(self, failure: Failure) -> None:
        request: Request = failure.request
        page: Page = request.meta[PAGE]
        error = failure.value
        if isinstance(error, IgnoreRequest):
            reason = error.reason if isinstance(error, Refused) else "redirects"
            if reason in LEFT:
                self._enter_page(page, WAITING, reason)
            elif page.role == PROBE and reason in ("off_host", "redirects"):
                # It did answer: that the page lies elsewhere.
                kept = request.meta[KEPT]
                self._enter_probe(page, request.meta, kept.status, is_resolved=True)
            else:
                self._enter_page(page, REFUSED, reason)
            return
        reason = next((word for kind, word in FAILURES.items() if isinstance(error, kind)), "no_answer")
        if reason == "unresolved" and host_of(request.url) in self.surroundings.private_names:
            self._enter_page(page, REFUSED, "private_address")
        elif page.role == PROBE:
            if reason == "timeout":
                request.meta[SECONDS] = request.meta.get(SECONDS, 0.0) + request.meta["download_timeout"]
            self._enter_probe(page, request.meta, None, is_resolved=reason != "unresolved")
        else:
            kept = request.meta.get(KEPT)
            self._enter_page(page, FAILED, reason, record_id=kept.record_id if kept else None)

    # Entering

    def _enter_probe(self, page: Page, meta: dict[str, Any], status: int | None, is_resolved: bool) -> None:
        portal = self._portal(page)
        kept: KeptAnswer = meta[KEPT]
        found = {"probed_at": now().strftime("%Y-%m-%d %H:%M:%S"), "is_resolved": str(int(is_resolved))}
        if status is not None:
            found["http_status"] = str(status)
        if SECONDS in meta:
            found["seconds"] = f"{meta[SECONDS]:.3f}"
        cells = reading.record_cells(portal, page.address, found)
        self._enter_page(page, DONE, record_id=kept.record_id, records=[self._record(portal, cells, kept)])

    def _enter(self, response: Response, page: Page, state: str, reason: str | None = None, **what: Any) -> list[Page]:
        return self._enter_page(page, state, reason, record_id=response.meta[KEPT].record_id, **what)

    def _enter_page(self, page: Page, state: str, reason: str | None = None, **what: Any) -> list[Page]:
        new = self.journal.finish(self.crawl, self._portal(page), page, state, reason, **what)
        self._tell()
        return new
