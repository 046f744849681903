"""A crawl that is killed goes on where it was: nothing is lost, nothing is there twice."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from filelock import FileLock

from orchestration.collect.crawler import LOCK
from orchestration.errors import UsageError
from tests.collect.conftest import Collector
from tests.collect.site import Portal, Reply, detail_page, list_page
from tests.collect.test_crawl import answers

ITEMS = 30
EACH_PAGE = 5
PATIENCE_SECONDS = 60


def long_column(portal: Portal, collector: Collector) -> list[str]:
    """A column of many items, each of which takes a little; their paths."""
    for number in range(ITEMS):
        page = detail_page(f"公告{number}", f"2019-04-{number % 28 + 1:02d}").encode()
        portal.pages[f"/n/{number}.html"] = lambda page=page: time.sleep(0.05) or Reply(page)
    lists = range(0, ITEMS, EACH_PAGE)
    for first in lists:
        rows = [(f"{number}.html", "公告", "") for number in range(first, first + EACH_PAGE)]
        further = f"list{first + EACH_PAGE}.html" if first + EACH_PAGE < ITEMS else ""
        portal.put("/n/" if first == 0 else f"/n/list{first}.html", list_page(rows, further))
    collector.portals({"portal_code": "n", "shape": "items", "url": f"{portal.address}/n/", "layout_code": "news"})
    return [f"n/{number}.html" for number in range(ITEMS)]


def wait_for(condition: Callable[[], object]) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.01)


def child_of(process: subprocess.Popen) -> int:
    """The process that crawls."""
    (child,) = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    return int(child)


def is_running(pid: int) -> bool:
    status = Path(f"/proc/{pid}/status")
    return status.exists() and "State:\tZ" not in status.read_text()


def test_a_killed_crawl_goes_on_without_loss_or_double(portal: Portal, collector: Collector) -> None:
    wanted = long_column(portal, collector)
    # First the process that crawls, in the middle of it.
    first = collector.start()
    wait_for(lambda: len(portal.asked) > 8)
    os.kill(child_of(first), signal.SIGKILL)
    _, said = first.communicate(timeout=PATIENCE_SECONDS)
    assert first.returncode == 1
    assert "再次运行即可继续" in said
    partial = collector.urls()
    assert 0 < len(partial) < ITEMS
    # What a kill leaves half written behind the last whole answer.
    (segment,) = (collector.home.collected / "warc").glob("*.warc.gz")
    with segment.open("ab") as file:
        file.write(segment.read_bytes()[:200])
    # Then the command itself, whose crawl ends with it.
    asked_before = len(portal.asked)
    second = collector.start()
    wait_for(lambda: len(portal.asked) > asked_before + 8)
    crawling = child_of(second)
    second.kill()
    second.wait()
    wait_for(lambda: not is_running(crawling))
    assert collector.urls() == partial

    report = collector.collect()
    assert report.is_complete
    assert sorted(collector.urls()) == sorted(wanted)
    (file,) = report.files
    assert file.record_count == ITEMS
    asked = Counter(portal.paths())
    assert all(asked[f"/{path}"] in (1, 2) for path in wanted)
    assert sum(asked[f"/{path}"] for path in wanted) <= ITEMS + 1
    kept = {record_id for record_id, _, _ in answers(collector)}
    assert {record["evidence_url"] for record in collector.records()} <= kept
    assert len({record["evidence_url"] for record in collector.records()}) == ITEMS


@pytest.mark.slow
def test_an_interrupted_crawl_delivers_what_it_has(portal: Portal, collector: Collector) -> None:
    wanted = long_column(portal, collector)
    interrupted = collector.start()
    wait_for(lambda: len(portal.asked) > 8)
    interrupted.send_signal(signal.SIGINT)
    _, said = interrupted.communicate(timeout=PATIENCE_SECONDS)
    assert interrupted.returncode == 130
    assert "已中断" in said
    delivered = collector.urls()
    assert 0 < len(delivered) < ITEMS
    asked = Counter(portal.paths())
    assert collector.collect().is_complete
    assert sorted(collector.urls()) == sorted(wanted)
    assert all(Counter(portal.paths())[f"/{path}"] == asked[f"/{path}"] == 1 for path in delivered)


def test_two_crawls_of_a_home_do_not_meet(portal: Portal, collector: Collector) -> None:
    long_column(portal, collector)
    collector.home.collected.mkdir()
    with FileLock(collector.home.collected / LOCK), pytest.raises(UsageError, match="Another process is collecting"):
        collector.collect()
    assert portal.asked == []
