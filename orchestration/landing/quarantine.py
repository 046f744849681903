"""What is in quarantine: the rows of the batches in effect that broke a rule at the door, counted by rule."""

from __future__ import annotations

from typing import NamedTuple

import duckdb

from orchestration.landing.store import Store

ROWS_BY_RULE = """
    select source, rule, count(*), min({message})
    from read_parquet($1, union_by_name = true)
    group by all
    order by 3 desc, 1, 2
"""


class BrokenRule(NamedTuple):
    """A rule of a source, how many rows of the files in effect broke it, and one of their messages."""

    source: str
    rule: str
    row_count: int
    example: str


def rows_by_rule(store: Store, language: str = "en") -> list[BrokenRule]:
    """The rules that rows in quarantine broke, the most frequent first; messages in `language` (zh or en)."""
    paths = [str(store.quarantined_path(batch)) for batch in store.effective_batches() if batch.quarantined_count]
    if not paths:
        return []
    query = ROWS_BY_RULE.format(message="message_zh" if language == "zh" else "message")
    with duckdb.connect() as connection:
        return [BrokenRule(*row) for row in connection.execute(query, [paths]).fetchall()]
