"""Which series the rows in effect are of, as the landing told it from their measures."""

from __future__ import annotations

from collections import Counter

import pyarrow as pa
import pyarrow.compute as compute
import pyarrow.parquet as parquet

from orchestration.errors import UsageError
from orchestration.home import Home
from orchestration.landing.store import Store


def accepted_rows_by_series(home: Home) -> Counter[str]:
    """Observations in effect by the code of their series; a batch that is damaged counts for none, since loading it
    says so and names it."""
    store = Store(home.landing)
    rows: Counter[str] = Counter()
    try:
        batches = store.effective_batches("observation")
    except UsageError:
        return rows
    for batch in batches:
        try:
            column = parquet.read_table(store.accepted_path(batch), columns=["series_code"])["series_code"]
        except (OSError, pa.ArrowException):
            continue
        rows.update({count["values"]: count["counts"] for count in compute.value_counts(column).to_pylist()})
    return rows
