"""Starts the process that crawls, waits for it, and hands what was found on to the inbox, however the crawl ended."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from orchestration.collect import delivery
from orchestration.collect.extra import require_extra
from orchestration.collect.journal import Crawl, Journal, PortalCount, now
from orchestration.collect.orders import BUSY, Orders, collect_settings, contact_of
from orchestration.collect.portals import Configuration, Portal, Shape, read_portals
from orchestration.errors import Interrupted, UsageError
from orchestration.home import Home
from orchestration.wording import Wording

# Called with crawl_id, pages, records and waiting whenever a page is done.
Progress = Callable[[Mapping[str, Any]], None]
BUSY_MESSAGE = Wording(
    "另一个进程正在采集 {home}:请等它结束。", "Another process is collecting for {home}: wait until it ends."
)


@dataclass(frozen=True)
class CrawlReport:
    """What a call came to: per portal, what was not read and why, and the files that are in the inbox now."""

    crawl_id: str
    is_complete: bool
    portals: list[PortalCount]
    not_read: list[tuple[str, str, str, int]]
    left: list[str]
    files: list[delivery.Delivered]

    def total(self, column: str) -> int:
        return sum(getattr(count, column) for count in self.portals)


def collect(
    home: Home,
    portals: Iterable[str] = (),
    units: Iterable[str] = (),
    year: int | None = None,
    anew: bool = False,
    progress: Progress | None = None,
) -> CrawlReport:
    """Go on with the crawl of this scope, or begin one, and deliver what it has found so far.

    Raises `UsageError` where nothing can be asked: no configuration, nobody who answers for it, nothing at this hour.
    """
    require_extra()
    configuration = read_portals(home)
    wanted = chosen(configuration, portals, units)
    if year is not None and year != now().year:
        # A probe tells of the day on which it is made.
        wanted = {code: portal for code, portal in wanted.items() if portal.shape is not Shape.probe}
    if not wanted:
        raise UsageError(
            Wording(
                "没有要采集的门户:portal.csv 中没有启用的行,或探测不能补做往年的。",
                "There is no portal to collect: portal.csv has no row that is on, or only probes, which tell nothing of"
                " another year.",
            )
        )
    _require_open(configuration, wanted)
    settings = collect_settings(home)
    orders = Orders(
        home=str(home.root),
        store=str(home.collected),
        contact=contact_of(settings, home),
        portals=sorted(wanted),
        scope={"year": year, "anew": anew, "portals": sorted(portals), "units": sorted(units)},
        pages=settings.pages,
        megabytes=settings.megabytes,
        minutes=settings.minutes,
        page_megabytes=settings.page_megabytes,
    )
    try:
        told = run(orders, home, progress)
    finally:
        files = delivery.deliver(home)
    return _report(home, told["crawl_id"], files)


def chosen(configuration: Configuration, portals: Iterable[str], units: Iterable[str]) -> dict[str, Portal]:
    """The portals that are named, or of the units that are; all without either."""
    codes, of_units = set(portals), set(units)
    unknown = sorted(codes - set(configuration.portals))
    if unknown:
        there = ", ".join(configuration.portals) or "-"
        raise UsageError(
            Wording(
                f"portal.csv 中没有启用的门户 {', '.join(unknown)}:有 {there}。",
                f"portal.csv has no portal {', '.join(unknown)} that is on: there are {there}.",
            )
        )
    return {
        code: portal
        for code, portal in configuration.portals.items()
        if (not codes or code in codes) and (not of_units or portal.unit_code in of_units)
    }


def _require_open(configuration: Configuration, wanted: Mapping[str, Portal]) -> None:
    hosts = [configuration.hosts[portal.host] for portal in wanted.values() if portal.shape is not Shape.probe]
    has_probe = any(portal.shape is Shape.probe for portal in wanted.values())
    if has_probe or any(host.is_open(now().time()) for host in hosts):
        return
    hours = ", ".join(sorted({f"{host.name} {host.hours_text}" for host in hosts}))
    raise UsageError(
        Wording(
            f"现在(北京时间 {now():%H:%M})不在允许采集的时段:{hours}。请在该时段运行,"
            "或在 host.csv 的 hours 中另行规定。",
            f"It is {now():%H:%M} in China, outside the hours in which these may be asked: {hours}. Run it then, or set"
            " hours in host.csv.",
        )
    )


def run(orders: Orders, home: Home, progress: Progress | None = None) -> Mapping[str, Any]:
    """Have the crawl done by a process of its own; return what it told last. Ctrl-C lets it end what is under way."""
    log = Path(orders.store) / "collect.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    told: dict[str, Any] = {}
    with log.open("ab") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", "orchestration.collect.crawler"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            env=os.environ | {"PYTHONUNBUFFERED": "1"},
            text=True,
            encoding="utf-8",
            # Ctrl-C reaches it through its parent, once.
            start_new_session=True,
        )
        with process, _ending(process) as is_interrupted:
            assert process.stdin and process.stdout, "asked for above"
            process.stdin.write(orders.to_json() + "\n")
            process.stdin.flush()
            for line in process.stdout:
                if line.startswith("{"):
                    told = json.loads(line)
                    if progress:
                        progress(told)
            code = process.wait()
            interrupted = is_interrupted()
    if interrupted:
        raise Interrupted(
            Wording(
                "已中断。已采集的保留,已放入收件箱;再次运行即可继续。",
                "Interrupted. What was collected stays and is in the inbox; run it again to go on.",
            )
        )
    if code == BUSY:
        raise UsageError(BUSY_MESSAGE.filled(home=home.root))
    if code or not told:
        raise UsageError(
            Wording(
                f"采集进程意外结束({code}):原因见 {log};已采集的保留,再次运行即可继续。",
                f"The process that collects ended unexpectedly ({code}): {log} says why. What was collected stays; run"
                " it again to go on.",
            )
        )
    return told


@contextmanager
def _ending(process: subprocess.Popen[str]) -> Iterator[Callable[[], bool]]:
    """While the block runs, an interruption of this process is handed on."""
    interruptions: list[int] = []

    def hand_on(number: int, _: object) -> None:
        interruptions.append(number)
        process.send_signal(signal.SIGINT)

    # Signals can be watched in the main thread only; elsewhere the end of the input ends the process.
    try:
        before = signal.signal(signal.SIGINT, hand_on)
    except ValueError:
        before = None
    try:
        yield lambda: bool(interruptions)
    finally:
        if before is not None:
            signal.signal(signal.SIGINT, before)


def _report(home: Home, crawl_id: str, files: list[delivery.Delivered]) -> CrawlReport:
    journal = Journal(home.collected)
    try:
        crawl = Crawl(crawl_id, {})
        return CrawlReport(
            crawl_id,
            crawl_id not in journal.open_crawls(),
            journal.counts(crawl),
            journal.not_read(crawl),
            journal.reasons_left(crawl),
            [file for file in files if file.crawl_id == crawl_id],
        )
    finally:
        journal.close()
