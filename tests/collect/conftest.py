"""A home that collects from a portal of the tests, described by the same rows as a user writes."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from orchestration.collect.crawl import CrawlReport, collect
from orchestration.home import Home
from tests.collect.site import Portal, served
from tests.small.cold import cold

UNIT = "520115"
SETTINGS = '[collect]\ncontact = "mailto:tests@example.invalid"\n'
ITEMS = [
    ("row", "", "ul.list > li", ""),
    ("next", "", "a.next::attr(href)", ""),
    ("published_at", "list", "span.day", ""),
    ("title_hash", "detail", "h1", ""),
    ("published_at", "detail", ".info", "发布时间:(.*)"),
]
MESSAGES = [
    ("row", "", "ul.list > li", ""),
    ("next", "", "a.next::attr(href)", ""),
    ("message_code", "detail", ".code", ""),
    ("submitted_at", "detail", ".asked", ""),
    ("answered_at", "detail", ".reply .day", ""),
    ("rating", "detail", ".stars::attr(data-stars)", ""),
]


@dataclass
class Collector:
    """A home, what is configured in it, and what came of it."""

    home: Home

    def write(self, name: str, rows: list[dict[str, Any]]) -> Path:
        path = self.home.root / "collect" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        text = io.StringIO(newline="")
        columns = list(dict.fromkeys(key for row in rows for key in row))
        writer = csv.DictWriter(text, columns, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
        path.write_text(text.getvalue(), encoding="utf-8")
        return path

    def portals(self, *rows: dict[str, Any]) -> None:
        self.write("portal.csv", [{"unit_code": UNIT} | row for row in rows])

    def layout(self, code: str, parts: list[tuple[str, str, str, str]]) -> list[dict[str, str]]:
        return [
            {"layout_code": code, "part": part, "place": place, "selector": selector, "pattern": pattern}
            for part, place, selector, pattern in parts
        ]

    def host(self, name: str = "127.0.0.1", **cells: str) -> None:
        row = {"host": name, "delay_seconds": "0", "hours": "00:00-24:00", "is_private": "1"} | cells
        self.write("host.csv", [row])

    def collect(self, **words: Any) -> CrawlReport:
        """A crawl as the command does it, in a process of its own."""
        return collect(self.home, **words)

    def call(self, *words: str, code: int = 0) -> str:
        done = self._started(os.environ, words)
        out, err = done.communicate(timeout=120)
        log = self.home.collected / "collect.log"
        said = log.read_text(encoding="utf-8") if log.exists() else ""
        assert done.returncode == code, out + err + said[-5000:]
        return out + err

    def start(self, *words: str) -> subprocess.Popen:
        """For who ends it at a moment."""
        return self._started(cold(os.environ), words)

    def _started(self, environment: Mapping[str, str], words: Sequence[str]) -> subprocess.Popen:
        return subprocess.Popen(
            [sys.executable, "-m", "orchestration.cli", "collect", *words],
            env={**environment} | {"ZHENGXIN_HOME": str(self.home.root)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )

    def records(self, kind: str = "disclosure_item") -> list[dict[str, Any]]:
        """What lies in the inbox, of all files."""
        folder = self.home.inbox / "evidence" / kind
        files = sorted(folder.glob("collect_*.jsonl")) if folder.is_dir() else []
        return [json.loads(line) for path in files for line in path.read_text(encoding="utf-8").splitlines()]

    def urls(self, kind: str = "disclosure_item") -> list[str]:
        return [record["url"].split("/", 3)[3] for record in self.records(kind)]


@pytest.fixture
def portal() -> Iterator[Portal]:
    with served(Portal()) as running:
        yield running


@pytest.fixture
def collector(tmp_path: Path) -> Collector:
    return make_collector(tmp_path)


def make_collector(root: Path, more_settings: str = "") -> Collector:
    home = Home(root)
    home.settings.write_text(SETTINGS + more_settings, encoding="utf-8")
    made = Collector(home)
    made.host()
    made.write("selector.csv", made.layout("news", ITEMS) + made.layout("board", MESSAGES))
    return made
