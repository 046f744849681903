"""Puts what crawls have found into the inbox, one file per crawl and kind, where it is landed like anything else.

A file is there whole or not at all. A crawl that goes on writes its file anew with more records, which supersedes what
landed before; a file whose records are the same is left as it is.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path

from orchestration.collect.journal import Journal
from orchestration.home import Home
from orchestration.landing.inbox import EVIDENCE_FOLDER


@dataclass(frozen=True)
class Delivered:
    """A file in the inbox that holds the records of one kind of a crawl."""

    crawl_id: str
    path: Path
    record_count: int


def deliver(home: Home) -> list[Delivered]:
    """Have the inbox hold what crawls have found that were open until now; return the files of these crawls."""
    journal = Journal(home.collected)
    try:
        delivered = []
        for crawl_id in journal.to_deliver():
            delivered += _deliver(journal, home, crawl_id)
            journal.delivered(crawl_id)
        return delivered
    finally:
        journal.close()


def _deliver(journal: Journal, home: Home, crawl_id: str) -> list[Delivered]:
    lines: dict[str, list[str]] = {}
    for kind, cells in journal.evidence(crawl_id):
        lines.setdefault(kind, []).append(json.dumps(cells, ensure_ascii=False))
    return [
        Delivered(
            crawl_id, _write(home.inbox / EVIDENCE_FOLDER / kind / f"collect_{crawl_id}.jsonl", found), len(found)
        )
        for kind, found in lines.items()
    ]


def _write(path: Path, lines: list[str]) -> Path:
    content = ("\n".join(lines) + "\n").encode()
    if path.exists() and path.read_bytes() == content:
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    # The inbox passes over what begins with a full stop.
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    with partial.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)
    return path
