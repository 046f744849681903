"""A trial of one portal: its list and what is behind the first entries, asked for once, and nothing kept of it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from orchestration.collect.crawl import chosen, run
from orchestration.collect.extra import require_extra
from orchestration.collect.journal import Crawl, Journal
from orchestration.collect.orders import Orders, collect_settings, contact_of
from orchestration.collect.portals import Portal, Shape, read_portals
from orchestration.home import Home

# A list and two pages behind it.
MOST_REQUESTS = 3
MINUTES = 5


@dataclass(frozen=True)
class Trial:
    """What the selectors of a portal find: `missing` are columns of the layout of which no record has a cell."""

    list_address: str
    entry_count: int
    next_address: str
    records: list[dict[str, str]]
    missing: list[str]
    not_read: list[tuple[str, str]]


def try_one(home: Home, portal_code: str) -> Trial:
    """Raises `UsageError` for a portal that there is none of, and what a crawl raises."""
    require_extra()
    configuration = read_portals(home)
    portal = chosen(configuration, [portal_code], ())[portal_code]
    settings = collect_settings(home)
    with _folder() as store:
        orders = Orders(
            home=str(home.root),
            store=str(store),
            contact=contact_of(settings, home),
            portals=[portal_code],
            scope={"year": None, "anew": True, "portals": [portal_code], "units": []},
            pages=MOST_REQUESTS,
            megabytes=settings.megabytes,
            minutes=MINUTES,
            page_megabytes=settings.page_megabytes,
            any_hour=True,
        )
        told = run(orders, home)
        return _trial(store, portal, Crawl(told["crawl_id"], orders.scope))


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="zhengxin-try-") as folder:
        yield Path(folder)


def _trial(store: Path, portal: Portal, crawl: Crawl) -> Trial:
    journal = Journal(store)
    try:
        records = [cells for _, cells in journal.evidence(crawl.crawl_id)]
        not_read = [(address, reason) for _, reason, address, _ in journal.not_read(crawl)]
        answer = journal.answer(portal.address)
    finally:
        journal.close()
    wanted = {*portal.layout.of_list, *portal.layout.of_detail}
    missing = sorted(name for name in wanted if not any(name in record for record in records))
    if portal.shape is Shape.probe or answer is None or answer.status is None or answer.status >= 400:
        return Trial("", 0, "", records, [] if portal.shape is Shape.probe else missing, not_read)
    from orchestration.collect import reading
    from orchestration.collect.archive import read_record
    from orchestration.collect.show import text_of

    found = read_record(store, answer)
    text = text_of(answer.address, found.http_headers, found.unpacked)
    following = reading.next_page(text, answer.address, portal.layout, portal.address, 0)
    return Trial(
        answer.address, len(reading.entries(text, answer.address, portal)), following, records, missing, not_read
    )
