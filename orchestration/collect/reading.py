"""From a page to what stands on it: the entries of a list, the way to the next page, the cells of a record.

Plain functions over the text of a page; nothing here asks for anything.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import urljoin, urlsplit

import parsel
from w3lib.url import canonicalize_url

from orchestration.collect.portals import PAGE_PLACE, Layout, Portal, Selector, Shape
from orchestration.landing.contracts.definition import Column

# A day, with a time or without, as Chinese pages write it: year first.
DAY = re.compile(
    r"(?<!\d)(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})(?!\d)\s*日?"
    r"(?:\s*T?\s*(\d{1,2})\s*[:：时]\s*(\d{1,2})(?:\s*[:：分]\s*(\d{1,2}))?)?"
)
NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
# Columns that hold no text of a page but a hash of it.
HASHED = ("title_hash",)
CODE_LENGTH = 32
LONGEST_CELL = 2000
PROVENANCE, CHANNEL = "collected", "government_disclosure"


@dataclass(frozen=True)
class Entry:
    """One entry of a list: the page behind it (empty where it has no link), and its own cells."""

    address: str
    cells: Mapping[str, str]


def entries(page: str, address: str, portal: Portal) -> list[Entry]:
    """The entries of a list page, from the top."""
    layout = portal.layout
    assert layout.row is not None
    found = []
    for row in _nodes(parsel.Selector(text=page), layout.row):
        link = next((text.strip() for text in _texts(row, layout.link) if text.strip()), "")
        found.append(Entry(absolute(address, link), cells_of(row, layout.of_list, portal.columns, address)))
    return found


def next_page(page: str, address: str, layout: Layout, first: str, number: int) -> str:
    """The address of the page after the list's page of that number (from 0); empty where there is none."""
    if layout.page_address:
        return absolute(first, layout.page_address.replace(PAGE_PLACE, str(number + 1)))
    if layout.next is None:
        return ""
    link = next((text.strip() for text in _texts(parsel.Selector(text=page), layout.next) if text.strip()), "")
    return absolute(address, link)


def detail_cells(page: str, address: str, portal: Portal) -> dict[str, str]:
    """The cells that the page behind an entry has."""
    return cells_of(parsel.Selector(text=page), portal.layout.of_detail, portal.columns, address)


def cells_of(
    node: parsel.Selector, selectors: Mapping[str, Selector], columns: tuple[Column, ...], address: str
) -> dict[str, str]:
    """The cells that the selectors find; a column of which nothing readable is found is left out."""
    kinds = {column.name: column for column in columns}
    cells = {}
    for name, selector in selectors.items():
        readable = (_read(kinds[name], text, address) for text in _matches(node, selector))
        if value := next(filter(None, readable), None):
            cells[name] = value
    return cells


def record_cells(portal: Portal, address: str, found: Mapping[str, str]) -> dict[str, str]:
    """A record as its contract has it, but for the answer that shows it."""
    cells = {"unit_code": portal.unit_code, "url": address, **portal.fixed, **found}
    if portal.shape is Shape.messages:
        cells.setdefault("message_code", short_hash(address))
        submitted = day_of(found.get("submitted_at", ""))
        if portal.due_days and submitted:
            cells.setdefault("due_at", (submitted + timedelta(days=portal.due_days)).isoformat())
    return cells | {"channel": CHANNEL, "provenance": PROVENANCE}


def key_of(portal: Portal, cells: Mapping[str, str]) -> str:
    """What tells a record from the others of its unit."""
    keys = {
        Shape.items: same_as(cells["url"]),
        Shape.messages: cells.get("message_code", ""),
        Shape.probe: f"{cells['url']} {cells.get('probed_at')}",
    }
    return keys[portal.shape]


def is_settled(portal: Portal, cells: Mapping[str, str]) -> bool:
    """Whether asking again would tell no more: a message without an answer may have one later."""
    return portal.shape is not Shape.messages or "answered_at" in cells


def day_of(text: str) -> date | None:
    return date.fromisoformat(text[:10]) if text else None


def absolute(base: str, link: str) -> str:
    """The whole address of a link, without the place inside the page; empty for what is no address of a page."""
    if not link:
        return ""
    try:
        joined = urljoin(base, link).split("#", 1)[0]
        # A port that cannot be is told when it is asked for.
        urlsplit(joined).port  # noqa: B018
    except ValueError:
        return ""
    return joined if joined.startswith(("http://", "https://")) and len(joined) <= LONGEST_CELL else ""


def same_as(address: str) -> str:
    """One spelling for all spellings of an address that mean the same page."""
    return canonicalize_url(address)


def short_hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:CODE_LENGTH]


def _nodes(node: parsel.Selector, selector: Selector) -> Iterator[parsel.Selector]:
    yield from node.xpath(selector.text) if selector.is_xpath else node.css(selector.text)


def _texts(node: parsel.Selector, selector: Selector) -> Iterator[str]:
    for found in _nodes(node, selector):
        is_text = isinstance(found.root, str)
        yield str(found.root) if is_text else found.xpath("string()").get() or ""


def _matches(node: parsel.Selector, selector: Selector) -> Iterator[str]:
    for text in _texts(node, selector):
        folded = " ".join(text.split())
        if not selector.pattern:
            yield folded
        elif found := re.search(selector.pattern, folded):
            yield (found[1] if found.re.groups else found[0]) or ""


def _read(column: Column, text: str, address: str) -> str:
    """What a text says of a column, as the contract has it; empty where it says nothing."""
    if column.name in HASHED:
        return hashlib.sha256(text.encode()).hexdigest() if text else ""
    if column.kind in ("date", "timestamp"):
        return _time(text)
    if column.kind in ("integer", "decimal"):
        found = NUMBER.search(text)
        return found[0] if found else ""
    if column.name.endswith("url"):
        return absolute(address, text)
    return text[:LONGEST_CELL]


def _time(text: str) -> str:
    for found in DAY.finditer(text):
        year, month, day, hour, minute, second = (int(part or 0) for part in found.groups())
        try:
            read = datetime(year, month, day, hour, minute, second)
        except ValueError:
            continue
        return read.date().isoformat() if found[4] is None else read.isoformat(" ")
    return ""
