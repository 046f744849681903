"""What is in quarantine: rows of the batches in effect that broke a rule at the door and that no later row replaces.

A row that `zhengxin land --errors` wrote into a workbook carries whence it came: the file's hash and the row. Once the
workbook has landed, the row there stands for the one that it came from, in order or not, as long as both are in effect:
so a mended row leaves the quarantine, and one that is still wrong is in it once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import duckdb

from orchestration.landing.store import Batch, Store
from orchestration.writing.sql import literal

# As many digits of a file's hash name it.
HASH_DIGITS = 16
STANDING = "from read_parquet({files}, union_by_name = true) anti join replaced using (source, batch_id, row_number)"


class Replaced(NamedTuple):
    """A row in quarantine, and the row of another batch that stands for it."""

    source: str
    batch_id: str
    row_number: int
    replaced_by_batch_id: str
    replaced_by_row_number: int


class BrokenRule(NamedTuple):
    """A rule of a source, how many rows in quarantine broke it, and one of their messages."""

    source: str
    rule: str
    row_count: int
    example: str


def mark_of(batch: Batch, row_number: int) -> str:
    """What names a row of a file for good, whatever the file is called and by which rules it is judged."""
    return f"{batch.file_sha256[:HASH_DIGITS]}#{row_number}"


def replaced_rows(store: Store) -> list[Replaced]:
    """The rows in quarantine of the batches in effect for which a row of another batch in effect stands."""
    batches = store.effective_batches()
    by_hash: dict[tuple[str, str], list[Batch]] = {}
    for batch in batches:
        by_hash.setdefault((batch.source, batch.file_sha256[:HASH_DIGITS]), []).append(batch)
    later: dict[tuple[str, str, int], tuple[str, int]] = {}
    for batch in batches:
        origins = store.origins(batch)
        for origin in origins.to_pylist() if origins else ():
            for replaced in by_hash.get((batch.source, origin["file_hash"]), ()):
                key = batch.source, replaced.batch_id, origin["replaced_row"]
                later.setdefault(key, (batch.batch_id, origin["row_number"]))
    quarantined = set(_quarantined(store, {key[:2] for key in later}))
    return [Replaced(*key, *later[key]) for key in sorted(later.keys() & quarantined)]


def _quarantined(store: Store, batches: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str, int]]:
    """The rows in quarantine of some batches, each by source, batch and number."""
    for source, batch_id in batches:
        for number in store.quarantined(store.batch(source, batch_id)).column("row_number").to_pylist():
            yield source, batch_id, number


def replaced_by_batch(store: Store) -> dict[tuple[str, str], set[int]]:
    """The numbers of the rows that are replaced, by source and batch."""
    found: dict[tuple[str, str], set[int]] = {}
    for row in replaced_rows(store):
        found.setdefault((row.source, row.batch_id), set()).add(row.row_number)
    return found


def rows_by_rule(store: Store, language: str = "en") -> list[BrokenRule]:
    """The rules that rows in quarantine broke, the most frequent first; messages in `language` (zh or en)."""
    message = "message_zh" if language == "zh" else "message"
    query = f"select source, rule, count(*), min({message}) {STANDING} group by all order by 3 desc, 1, 2"
    return [BrokenRule(*row) for row in _asked(store, store.effective_batches(), query)]


def rows_by_batch(store: Store, source: str) -> list[tuple[str, str, int]]:
    """(batch, rule, how many rows in quarantine broke it first) of a source."""
    query = f"select batch_id, rule, count(*) {STANDING} group by all order by all"
    return _asked(store, store.effective_batches(source), query)


def counts_by_source(store: Store) -> dict[str, int]:
    """How many rows stand in quarantine, by source; sources without any are left out."""
    return dict(_asked(store, store.effective_batches(), f"select source, count(*) {STANDING} group by source"))


def _asked(store: Store, batches: Iterable[Batch], query: str) -> list[tuple[Any, ...]]:
    paths = [literal(store.quarantined_path(batch)) for batch in batches if batch.quarantined_count]
    if not paths:
        return []
    with duckdb.connect() as connection:
        connection.execute("create table replaced (source varchar, batch_id varchar, row_number integer)")
        if replaced := replaced_rows(store):
            connection.executemany("insert into replaced values ($1, $2, $3)", [row[:3] for row in replaced])
        return connection.execute(query.format(files=f"[{', '.join(paths)}]")).fetchall()
