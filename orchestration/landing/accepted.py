"""Which series the rows in effect are of, as the landing told it from their measures."""

from __future__ import annotations

from collections import Counter

import pyarrow.compute as compute
import pyarrow.parquet as parquet

from orchestration.home import Home
from orchestration.landing.store import Store


def accepted_rows_by_series(home: Home) -> Counter[str]:
    """Observations in effect by the code of their series."""
    store = Store(home.landing)
    rows: Counter[str] = Counter()
    for batch in store.effective_batches("observation"):
        column = parquet.read_table(store.accepted_path(batch), columns=["series_code"])["series_code"]
        rows.update({count["values"]: count["counts"] for count in compute.value_counts(column).to_pylist()})
    return rows
