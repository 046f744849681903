"""The journal of all crawls of a home: pages to ask for, answers kept, and records found.

    collected/journal.sqlite

A page, what it led to and the records on it are entered together, in one transaction: whenever a crawl dies, a page has
either been read or waits. Scrapy's own job directory does not hold that much; after a kill it lacks what was under way.
A crawl is open until nothing waits. What earlier crawls have found is not asked for again, but for messages without an
answer and pages that failed.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from orchestration.collect.portals import Portal, Shape
from orchestration.landing.store import CHINA_STANDARD_TIME

NAME = "journal.sqlite"
# What a page is: an entry of the list's chain, a page behind an entry, or a home page.
LIST_PAGE, DETAIL_PAGE, PROBE = "list", "detail", "probe"
WAITING, DONE, FAILED, REFUSED = "waiting", "done", "failed", "refused"
OPEN, COMPLETE = "open", "complete"
# Answers that will not be other ones the next time.
GONE = ("404", "410")
BUSY_SECONDS = 60

SCHEMA = """
create table if not exists crawl (
    crawl_id text primary key,
    scope text not null,
    state text not null,
    started_at text not null,
    is_delivered integer not null default 0
);
create table if not exists page (
    page_id integer primary key,
    crawl_id text not null,
    portal_code text not null,
    unit_code text not null,
    role text not null,
    address text not null,
    same_as text not null,
    number integer not null,
    barren_count integer not null,
    cells text not null,
    state text not null,
    reason text,
    record_id text,
    unique (crawl_id, unit_code, role, same_as)
);
create index if not exists page_state on page (crawl_id, state);
create table if not exists record (
    record_id text primary key,
    crawl_id text not null,
    segment text not null,
    position integer not null,
    length integer not null,
    address text not null,
    fetched_at text not null,
    status integer,
    payload_digest text not null
);
create index if not exists record_address on record (address);
create table if not exists evidence (
    crawl_id text not null,
    evidence_kind text not null,
    unit_code text not null,
    record_key text not null,
    same_as text not null,
    portal_code text not null,
    page_id integer not null,
    cells text not null,
    is_new integer not null,
    is_settled integer not null,
    primary key (crawl_id, evidence_kind, unit_code, record_key)
);
create index if not exists evidence_key on evidence (evidence_kind, unit_code, record_key);
create index if not exists evidence_address on evidence (evidence_kind, unit_code, same_as);
"""


@dataclass(frozen=True)
class Page:
    """An address to ask for. `number` counts the pages of a list; `barren_count` the pages before it, one after the
    other, on which nothing was new; `cells` are those that the entry of the list had."""

    page_id: int
    portal_code: str
    role: str
    address: str
    number: int = 0
    barren_count: int = 0
    cells: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Found:
    """A link of a page: where to, and as what."""

    role: str
    address: str
    same_as: str
    number: int = 0
    barren_count: int = 0
    cells: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class FoundRecord:
    """A record of evidence as cells of its contract, with the address that it is known by; one that is not settled is
    asked for again the next time."""

    key: str
    same_as: str
    cells: Mapping[str, str]
    is_settled: bool = True


@dataclass(frozen=True)
class KeptAnswer:
    """Where an answer lies in the archive, and what it was."""

    record_id: str
    crawl_id: str
    segment: str
    position: int
    length: int
    address: str
    fetched_at: str
    status: int | None
    payload_digest: str


@dataclass(frozen=True)
class Crawl:
    """One crawl: its name, which is the time of its start, and what it is for."""

    crawl_id: str
    scope: Mapping[str, Any]

    @property
    def year(self) -> int | None:
        return self.scope["year"]

    @property
    def is_anew(self) -> bool:
        return self.scope["anew"]


@dataclass(frozen=True)
class PortalCount:
    """How far a crawl is with a portal."""

    portal_code: str
    page_count: int
    record_count: int
    new_count: int
    failed_count: int
    refused_count: int
    waiting_count: int


class Journal:
    """The journal in a folder, with one writer."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        # It names addresses of single people's messages: for the owner of the home alone.
        folder.chmod(0o700)
        self._connection = sqlite3.connect(folder / NAME, timeout=BUSY_SECONDS, isolation_level=None)
        self._connection.row_factory = sqlite3.Row
        self._connection.execute("pragma journal_mode = wal")
        self._connection.execute("pragma synchronous = full")
        self._connection.executescript(SCHEMA)

    def close(self) -> None:
        self._connection.close()

    def begin(self, scope: Mapping[str, Any], portals: Iterable[Portal]) -> Crawl:
        """The open crawl of this scope, else a new one; first pages of the portals wait in it, or have been read."""
        text = json.dumps(scope, ensure_ascii=False, sort_keys=True)
        with self._connection:
            self._connection.execute("begin immediate")
            found = self._connection.execute(
                "select crawl_id from crawl where scope = ? and state = ? order by crawl_id", (text, OPEN)
            ).fetchone()
            crawl = Crawl(found["crawl_id"] if found else self._free_name(), scope)
            if not found:
                self._connection.execute(
                    "insert into crawl values (?, ?, ?, ?, 0)", (crawl.crawl_id, text, OPEN, now().isoformat())
                )
            for portal in portals:
                is_probe = portal.shape is Shape.probe
                again = [] if found or is_probe or crawl.is_anew else self._to_ask_again(portal)
                first = Found(PROBE if is_probe else LIST_PAGE, portal.address, portal.address)
                for page in (first, *again):
                    self._add(crawl, portal, page)
        return crawl

    def _free_name(self) -> str:
        name, number = now().strftime("%Y%m%d-%H%M%S"), 1
        taken = {row["crawl_id"] for row in self._connection.execute("select crawl_id from crawl")}
        free = name
        while free in taken:
            number += 1
            free = f"{name}-{number}"
        return free

    def _to_ask_again(self, portal: Portal) -> list[Found]:
        """Pages of the portal's last crawl that failed, and those of records that have not been settled since."""
        rows = self._connection.execute(
            f"""
            select role, address, same_as, number, cells from page
            where portal_code = :portal and (
                crawl_id = (select max(crawl_id) from page where portal_code = :portal)
                and state = '{FAILED}' and reason not in ('{GONE[0]}', '{GONE[1]}')
                or page_id in (
                    select max(page_id) from evidence
                    where portal_code = :portal and evidence_kind = :kind
                    group by unit_code, same_as
                    having not max(is_settled)
                )
            )
            """,
            {"portal": portal.code, "kind": portal.kind},
        )
        return [
            Found(row["role"], row["address"], row["same_as"], row["number"], 0, json.loads(row["cells"]))
            for row in rows
        ]

    def open_crawls(self) -> list[str]:
        rows = self._connection.execute("select crawl_id from crawl where state = ? order by crawl_id", (OPEN,))
        return [row["crawl_id"] for row in rows]

    def complete(self, crawl: Crawl) -> bool:
        """Close the crawl if nothing waits; whether it is closed now."""
        waiting = self._connection.execute(
            "select count(*) from page where crawl_id = ? and state = ?", (crawl.crawl_id, WAITING)
        ).fetchone()[0]
        if not waiting:
            self._connection.execute("update crawl set state = ? where crawl_id = ?", (COMPLETE, crawl.crawl_id))
        return not waiting

    # Pages

    def waiting(self, crawl: Crawl) -> list[Page]:
        """The pages that wait, in the order in which they were found."""
        rows = self._connection.execute(
            "select * from page where crawl_id = ? and state = ? order by page_id", (crawl.crawl_id, WAITING)
        )
        return [_page(row) for row in rows]

    def drop_portals(self, crawl: Crawl, known: Iterable[str]) -> None:
        """Let no page wait whose portal is not configured any more."""
        names = json.dumps(sorted(known))
        self._connection.execute(
            "update page set state = ?, reason = 'portal_off' where crawl_id = ? and state = ?"
            " and portal_code not in (select value from json_each(?))",
            (REFUSED, crawl.crawl_id, WAITING, names),
        )

    def is_known(self, crawl: Crawl, portal: Portal, same_as: str) -> bool:
        """Whether an earlier crawl has found the record of that address, and need not ask again."""
        if crawl.is_anew:
            return False
        found = self._connection.execute(
            "select max(is_settled) from evidence where evidence_kind = ? and unit_code = ? and same_as = ?"
            " and crawl_id <> ?",
            (portal.kind, portal.unit_code, same_as, crawl.crawl_id),
        ).fetchone()[0]
        return bool(found)

    def is_found(self, crawl: Crawl, portal: Portal, found: Found) -> bool:
        """Whether this crawl has the page already, waiting or read."""
        there = self._connection.execute(
            "select 1 from page where crawl_id = ? and unit_code = ? and role = ? and same_as = ?",
            (crawl.crawl_id, portal.unit_code, found.role, found.same_as),
        ).fetchone()
        return there is not None

    def is_recorded(self, crawl: Crawl, portal: Portal, same_as: str) -> bool:
        """Whether this crawl has the record of that address already."""
        there = self._connection.execute(
            "select 1 from evidence where crawl_id = ? and evidence_kind = ? and unit_code = ? and same_as = ?",
            (crawl.crawl_id, portal.kind, portal.unit_code, same_as),
        ).fetchone()
        return there is not None

    def finish(
        self,
        crawl: Crawl,
        portal: Portal,
        page: Page,
        state: str,
        reason: str | None = None,
        record_id: str | None = None,
        links: Iterable[Found] = (),
        records: Iterable[FoundRecord] = (),
    ) -> list[Page]:
        """Enter what became of a page, with all that it gave; return the pages that are new."""
        new = []
        with self._connection:
            self._connection.execute("begin immediate")
            for record in records:
                self._enter(crawl, portal, page, record)
            for link in links:
                if added := self._add(crawl, portal, link):
                    new.append(added)
            self._connection.execute(
                "update page set state = ?, reason = ?, record_id = ? where page_id = ?",
                (state, reason, record_id, page.page_id),
            )
        return new

    def _add(self, crawl: Crawl, portal: Portal, found: Found) -> Page | None:
        cells = json.dumps(dict(found.cells), ensure_ascii=False)
        added = self._connection.execute(
            "insert or ignore into page (crawl_id, portal_code, unit_code, role, address, same_as, number,"
            " barren_count, cells, state) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                crawl.crawl_id,
                portal.code,
                portal.unit_code,
                found.role,
                found.address,
                found.same_as,
                found.number,
                found.barren_count,
                cells,
                WAITING,
            ),
        )
        if not added.rowcount or added.lastrowid is None:
            return None
        return Page(
            added.lastrowid, portal.code, found.role, found.address, found.number, found.barren_count, found.cells
        )

    def _enter(self, crawl: Crawl, portal: Portal, page: Page, record: FoundRecord) -> None:
        key = (portal.kind, portal.unit_code, record.key)
        before = self._connection.execute(
            "select 1 from evidence where evidence_kind = ? and unit_code = ? and record_key = ? and crawl_id <> ?",
            (*key, crawl.crawl_id),
        ).fetchone()
        self._connection.execute(
            "insert or ignore into evidence values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                crawl.crawl_id,
                *key,
                record.same_as,
                portal.code,
                page.page_id,
                json.dumps(dict(record.cells), ensure_ascii=False),
                int(before is None),
                int(record.is_settled),
            ),
        )

    # Answers

    def keep(self, answer: KeptAnswer) -> None:
        self._connection.execute(
            "insert into record values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                answer.record_id,
                answer.crawl_id,
                answer.segment,
                answer.position,
                answer.length,
                answer.address,
                answer.fetched_at,
                answer.status,
                answer.payload_digest,
            ),
        )

    def segment_end(self, segment: str) -> int:
        """How many bytes of a segment of the archive the journal knows of."""
        return self._connection.execute(
            "select coalesce(max(position + length), 0) from record where segment = ?", (segment,)
        ).fetchone()[0]

    def answer(self, name: str) -> KeptAnswer | None:
        """The answer of that record id, else the last one of that address."""
        row = self._connection.execute(
            "select * from record where record_id = :name or address = :name"
            " order by record_id = :name desc, fetched_at desc, position desc limit 1",
            {"name": name},
        ).fetchone()
        return KeptAnswer(**dict(row)) if row else None

    def records_of(self, record_id: str) -> list[tuple[str, dict[str, str]]]:
        """(kind, cells) of the records of evidence that were found in an answer."""
        rows = self._connection.execute(
            "select evidence.evidence_kind, evidence.cells from evidence inner join page using (page_id)"
            " where page.record_id = ? order by evidence.rowid",
            (record_id,),
        )
        return [(row["evidence_kind"], json.loads(row["cells"])) for row in rows]

    # What a crawl found

    def evidence(self, crawl_id: str) -> Iterator[tuple[str, dict[str, str]]]:
        """(kind, cells) of all records of a crawl, in the order of their pages and keys."""
        rows = self._connection.execute(
            "select evidence_kind, cells from evidence where crawl_id = ? order by evidence_kind, page_id, record_key",
            (crawl_id,),
        )
        for row in rows:
            yield row["evidence_kind"], json.loads(row["cells"])

    def to_deliver(self) -> list[str]:
        """The crawls that are open, or were when they were delivered last."""
        rows = self._connection.execute("select crawl_id from crawl where not is_delivered order by crawl_id")
        return [row["crawl_id"] for row in rows]

    def delivered(self, crawl_id: str) -> None:
        """What a complete crawl found will not change any more."""
        self._connection.execute(
            "update crawl set is_delivered = 1 where crawl_id = ? and state = ?", (crawl_id, COMPLETE)
        )

    def counts(self, crawl: Crawl) -> list[PortalCount]:
        rows = self._connection.execute(
            f"""
            select
                portal_code,
                count(*) filter (where state = '{DONE}') as page_count,
                (select count(*) from evidence as e
                    where e.crawl_id = page.crawl_id and e.portal_code = page.portal_code) as record_count,
                (select count(*) from evidence as e
                    where e.crawl_id = page.crawl_id and e.portal_code = page.portal_code and is_new) as new_count,
                count(*) filter (where state = '{FAILED}') as failed_count,
                count(*) filter (where state = '{REFUSED}') as refused_count,
                count(*) filter (where state = '{WAITING}') as waiting_count
            from page
            where crawl_id = ?
            group by crawl_id, portal_code
            order by portal_code
            """,
            (crawl.crawl_id,),
        )
        return [PortalCount(**dict(row)) for row in rows]

    def not_read(self, crawl: Crawl) -> list[tuple[str, str, str, int]]:
        """(portal, reason, an address, number of pages) of the pages that were not read, by portal and reason."""
        rows = self._connection.execute(
            "select portal_code, coalesce(reason, '') as reason, min(address) as address, count(*) as number"
            " from page where crawl_id = ? and state in (?, ?) group by portal_code, reason"
            " order by portal_code, reason",
            (crawl.crawl_id, FAILED, REFUSED),
        )
        return [tuple(row) for row in rows]

    def reasons_left(self, crawl: Crawl) -> list[str]:
        """Why pages were left for the next call."""
        rows = self._connection.execute(
            "select distinct reason from page where crawl_id = ? and state = ? and reason is not null order by reason",
            (crawl.crawl_id, WAITING),
        )
        return [row["reason"] for row in rows]


def now() -> datetime:
    """The time as portals and their readers have it."""
    return datetime.now(CHINA_STANDARD_TIME)


def _page(row: sqlite3.Row) -> Page:
    return Page(
        row["page_id"],
        row["portal_code"],
        row["role"],
        row["address"],
        row["number"],
        row["barren_count"],
        json.loads(row["cells"]),
    )
