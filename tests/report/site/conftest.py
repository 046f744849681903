"""The small world's site, built once, and a browser that opens it from the disk."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from orchestration.report import charts
from orchestration.site.build import build_site

HEAD = "0123abcd"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
]


@pytest.fixture(scope="session")
def site(small_release: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site") / "site"
    build_site({"2019-r1": small_release}, folder, HEAD)
    return folder


# A site has more charts than a report, for which some are kept.
drawn_once = cache(charts.draw.__wrapped__)


@pytest.fixture(autouse=True)
def _pages_written_in_this_process(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The site above was written by processes of their own, which import everything first; once is enough. So it is to
    draw the charts of sites that differ in a few."""
    monkeypatch.setattr("orchestration.site.build.worker_processes", lambda count: ThreadPoolExecutor(1))
    monkeypatch.setattr("orchestration.report.charts.draw", drawn_once)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Not for the session: while Playwright is there its event loop runs, and no test beside it may have one."""
    executable = shutil.which("chromium")
    if executable is None:
        pytest.skip("no chromium on this machine")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=executable, args=FLAGS)
        yield opened
        opened.close()
