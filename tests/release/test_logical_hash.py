"""The logical hash against one computed from its description alone, in Python."""

from __future__ import annotations

import hashlib
import json

import duckdb

from orchestration.release.logical_hash import logical_hash

COLUMNS = [("code", "VARCHAR"), ("score", "DECIMAL(18,10)"), ("seen_at", "TIMESTAMP"), ("ok", "BOOLEAN")]
ROWS = [
    ["贵阳", "1.5000000000", "2019-01-02 03:04:05", "true"],
    ['a "quoted"\nline', None, None, "false"],
    ["A", "-0.0000000001", None, None],
]


def hash_of(rows: list) -> str:
    connection = duckdb.connect()
    connection.execute("create table t (" + ", ".join(f"{name} {kind}" for name, kind in COLUMNS) + ")")
    connection.executemany("insert into t values (?, ?, ?, ?)", rows)
    return logical_hash(connection, "t", COLUMNS)


def test_it_is_what_its_description_says() -> None:
    lines = sorted(json.dumps(row, ensure_ascii=False, separators=(",", ":")) for row in ROWS)
    head = json.dumps([list(column) for column in COLUMNS])
    described = hashlib.sha256("".join(f"{line}\n" for line in [head, *lines]).encode()).hexdigest()
    assert hash_of(ROWS) == described


def test_the_order_of_rows_does_not_matter() -> None:
    assert hash_of(ROWS[::-1]) == hash_of(ROWS)


def test_one_digit_matters() -> None:
    assert hash_of([["贵阳", "1.5000000001", *ROWS[0][2:]], *ROWS[1:]]) != hash_of(ROWS)


def test_an_empty_text_is_not_no_text() -> None:
    assert hash_of([["", None, None, None]]) != hash_of([[None, None, None, None]])
