"""A file's digest is that of its content, however often and however soon after a change it is asked for."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from orchestration import file_digest
from orchestration.file_digest import SETTLED_NANOSECONDS, content_digest


def test_a_change_is_seen_at_once(tmp_path: Path) -> None:
    path = tmp_path / "seed.csv"
    for content in (b"1", b"2", b"3"):
        path.write_bytes(content)
        assert content_digest(path) == hashlib.sha256(content).hexdigest()


def test_a_file_put_in_the_place_of_another_of_the_same_size_and_time_is_seen(tmp_path: Path) -> None:
    path, other = tmp_path / "seed.csv", tmp_path / "other.csv"
    for each, content in ((path, b"1"), (other, b"2")):
        each.write_bytes(content)
        os.utime(each, ns=(10**18, 10**18))
    content_digest(path)
    other.replace(path)
    assert content_digest(path) == hashlib.sha256(b"2").hexdigest()


def test_what_has_settled_is_read_once(tmp_path: Path, monkeypatch) -> None:
    path = tmp_path / "seed.csv"
    path.write_bytes(b"1")
    monkeypatch.setattr(file_digest.time, "time_ns", lambda: path.stat().st_ctime_ns + 2 * SETTLED_NANOSECONDS)
    first = content_digest(path)
    monkeypatch.setattr(file_digest, "sha256_of", lambda _: "another")
    assert content_digest(path) == first
