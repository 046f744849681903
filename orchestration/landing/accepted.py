"""Which series the rows in effect are of, as the landing told it from their measures."""

from __future__ import annotations

from collections import Counter

import duckdb

from orchestration.errors import UsageError
from orchestration.home import Home
from orchestration.landing.store import Store
from orchestration.writing.sql import literal


def accepted_rows_by_series(home: Home) -> Counter[str]:
    """Observations in effect by the code of their series; a batch that is damaged counts for none, since loading it
    says so and names it."""
    store = Store(home.landing)
    rows: Counter[str] = Counter()
    try:
        batches = store.effective_batches("observation")
    except UsageError:
        return rows
    with duckdb.connect() as connection:
        for batch in batches:
            try:
                found = connection.execute(
                    f"select series_code, count(*) from read_parquet({literal(store.accepted_path(batch))})"
                    " group by series_code"
                ).fetchall()
            except duckdb.Error:
                continue
            rows.update(dict(found))
    return rows
