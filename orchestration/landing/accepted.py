"""What the accepted rows in effect are of: their series, as the landing told it from their measures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import duckdb

from orchestration.errors import UsageError
from orchestration.home import Home
from orchestration.landing.store import Store
from orchestration.writing.sql import literal


def accepted_rows_by_series(home: Home) -> Counter[str]:
    """Observations in effect by the code of their series; a batch that is damaged counts for none, since loading it
    says so and names it."""
    store = Store(home.landing)
    try:
        paths = [store.accepted_path(batch) for batch in store.effective_batches("observation")]
    except UsageError:
        return Counter()
    try:
        return rows_by_value(paths, "series_code")
    except duckdb.Error:
        rows: Counter[str] = Counter()
        for path in paths:
            with suppress(duckdb.Error):
                rows += rows_by_value([path], "series_code")
        return rows


def rows_by_value(paths: Sequence[Path], column: str) -> Counter[Any]:
    """How many rows of files of accepted rows have each value of a column. Raises `duckdb.Error` for a damaged file."""
    if not paths:
        return Counter()
    files = ", ".join(map(literal, paths))
    with duckdb.connect() as connection:
        found = connection.execute(f"select {column}, count(*) from read_parquet([{files}]) group by all").fetchall()
    return Counter(dict(found))
