"""What is in quarantine, counted: the table `raw.quarantined_row` by source and rule."""

from __future__ import annotations

from typing import NamedTuple

import duckdb

ROWS_BY_RULE = "select source, rule, count(*), min(message) from raw.quarantined_row group by all order by 3 desc, 1, 2"


class BrokenRule(NamedTuple):
    """A rule of a source, how many rows of the files in effect broke it, and one of their messages."""

    source: str
    rule: str
    row_count: int
    example: str


def rows_by_rule(connection: duckdb.DuckDBPyConnection) -> list[BrokenRule]:
    """The rules that rows in quarantine broke, the most frequent first."""
    return [BrokenRule(*row) for row in connection.execute(ROWS_BY_RULE).fetchall()]
