"""Comparing warehouses: every table's rows as one number."""

from __future__ import annotations

from orchestration.home import Home
from orchestration.warehouse.connection import reading

COMPARED_SCHEMAS = ("raw", "seed", "intermediate", "marts", "quality")
# The moment at which a file was landed differs from home to home.
DIFFERING_COLUMNS = {("raw", "batch"): ("received_at",)}


def fingerprint(home: Home) -> dict[str, tuple[int, int]]:
    """Number of rows and sum of their hashes by table; two warehouses with the same rows have the same."""
    prints = {}
    with reading(home.warehouse) as connection:
        tables = connection.execute(
            "select table_schema, table_name from information_schema.tables "
            "where table_type = 'BASE TABLE' and table_schema in (select unnest($1)) order by all",
            [list(COMPARED_SCHEMAS)],
        ).fetchall()
        for schema, name in tables:
            left_out = ", ".join(DIFFERING_COLUMNS.get((schema, name), ()))
            rows = f"select * {f'exclude ({left_out})' if left_out else ''} from {schema}.{name}"
            texts = f"select rows::varchar as row_text from ({rows}) as rows"
            prints[f"{schema}.{name}"] = connection.execute(
                f"select count(*), coalesce(sum(hash(row_text)), 0) from ({texts})"
            ).fetchone()
    return prints
