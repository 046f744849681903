"""What differs between two releases' public files: every figure by table, row and column; and how that is told."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import duckdb

from orchestration.release.tables import READERS_SCHEMA, ReleaseTable
from orchestration.writing import markdown
from orchestration.writing.csv_rows import csv_file
from orchestration.writing.sql import literal

RESTATED = (
    ("unit_history", ("methodology_code", "unit_code", "assessment_year"), ("published_score", "rank_overall")),
    (
        "region_history",
        ("methodology_code", "region_code", "node_code", "assessment_year"),
        ("published_mean_of_units", "published_mean_of_subregions"),
    ),
)
# Figures that were published before, in a report of paper or by whoever computes the index, and do not come out so.
DEPARTURES = """
    select published_id as subject, published_value, cast(computed_rounded as decimal(18, 4)) as computed_value
    from marts.published_reconciliation
    where (outcome not in ('match', 'not_compared') or outcome is null)
        -- A mean over a part of the units is no answer to the published one.
        and not exists (
            select 1 from marts.release_info where is_primary_methodology and scored_unit_count < unit_count
        )
    union all
    select unit_code, published_value, computed_rounded
    from marts.published_unit_reconciliation where is_match is distinct from true
"""
SHOWN_CHANGES = 40
WHOLE_ROW = "*"


@dataclass(frozen=True, order=True)
class Change:
    """A figure that stands differently: `column_name` is `*` where a row was added or removed; values are text."""

    table_name: str
    row_key: str
    column_name: str
    change_kind: str
    old_value: str | None
    new_value: str | None

    def as_record(self) -> dict[str, str | None]:
        """The change with the codes of its key as columns of their own."""
        key = json.loads(self.row_key)
        codes = ("methodology_code", "unit_code", "region_code", "node_code")
        return {**asdict(self), **{name: key.get(name) for name in codes}}


def changes_between(old: Path, new: Path, tables: Sequence[ReleaseTable]) -> list[Change]:
    """All changes of figures from the database `old` to `new`; what tells where a row came from is no figure."""
    changes: list[Change] = []
    with duckdb.connect() as connection:
        for name, file in (("old", old), ("new", new)):
            connection.execute(f"attach {literal(file)} as {name} (read_only)")
        for table in tables:
            if table.is_compared:
                changes += _table_changes(connection, table)
    return sorted(changes, key=lambda change: (change.table_name, change.row_key, change.column_name))


def restated_figures(database: Path, year: int) -> list[Change]:
    """Published figures of editions before `year` that stand differently when restated under the same version."""
    changes = []
    with duckdb.connect(str(database), read_only=True) as connection:
        for table, key, figures in RESTATED:
            columns = ", ".join(f"'{name}': cast(o.{name} as varchar)" for name in key)
            for figure in figures:
                rows = connection.execute(
                    f"""
                    select
                        cast(to_json({{{columns}}}) as varchar),
                        cast(o.{figure} as varchar),
                        cast(n.{figure} as varchar)
                    from {READERS_SCHEMA}.{table} as o
                    inner join {READERS_SCHEMA}.{table} as n
                        using ({", ".join(("series_code", "methodology_version", *key))})
                    where o.basis = 'as_published' and n.basis = 'restated' and o.assessment_year < $1
                        and o.{figure} is distinct from n.{figure}
                    """,
                    [year],
                ).fetchall()
                changes += [Change(table, row_key, figure, "changed", old, new) for row_key, old, new in rows]
    return sorted(changes)


def departures_from_published(database: Path) -> list[Change]:
    """Published figures that the release in `database` does not meet: published value, then computed one."""
    with duckdb.connect(str(database), read_only=True) as connection:
        rows = connection.execute(
            "select cast(to_json({'published_id': subject}) as varchar), cast(published_value as varchar), "
            f"cast(computed_value as varchar) from ({DEPARTURES})"
        ).fetchall()
    return sorted(
        Change("published_reconciliation", row_key, "computed_rounded", "changed", published, computed)
        for row_key, published, computed in rows
    )


def digest_of(changes: Iterable[Change]) -> str:
    """Eight hexadecimal digits that name these very changes: who acknowledges them has seen them."""
    text = "\n".join(json.dumps(asdict(change), ensure_ascii=False, sort_keys=True) for change in changes)
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def changes_in_words(title: str, changes: Sequence[Change]) -> str:
    """Markdown: how many figures changed in which table and column, and the first of them."""
    lines = [f"## {title}", ""]
    if not changes:
        return "\n".join([*lines, "No figure differs. 数值无差异。", ""])
    lines += [f"{len(changes):,} figures differ. 共有 {len(changes):,} 个数值不同。", ""]
    counted = Counter((change.table_name, change.column_name, change.change_kind) for change in changes)
    kinds = ("changed", "added", "removed")
    counts = [
        (table, column, *(f"{counted[table, column, kind]:,}" for kind in kinds))
        for table, column in sorted({key[:2] for key in counted})
    ]
    shown = [
        (
            change.table_name,
            ", ".join(str(value) for value in json.loads(change.row_key).values()),
            change.column_name,
            change.old_value,
            change.new_value,
        )
        for change in changes[:SHOWN_CHANGES]
    ]
    lines += [markdown.table(["table", "column", *kinds], counts), ""]
    lines += [markdown.table(["table", "row", "column", "before", "after"], shown)]
    if len(changes) > SHOWN_CHANGES:
        lines.append(f"\nThe first {SHOWN_CHANGES}; all are in diff.csv. 仅列前 {SHOWN_CHANGES} 项,全部见 diff.csv。")
    return "\n".join([*lines, ""])


def write_changes(changes: Sequence[Change], path: Path) -> None:
    """Write all changes as CSV."""
    with csv_file(path, encoding="utf-8") as rows:
        rows.write(list(Change.__dataclass_fields__))
        rows.write_all(list(asdict(change).values()) for change in changes)


def _table_changes(connection: duckdb.DuckDBPyConnection, table: ReleaseTable) -> list[Change]:
    columns = {side: _columns(connection, side, table.name) for side in ("old", "new")}
    shared = [name for name in table.figures if all(name in columns[side] for side in columns)]
    key = [name for name in table.key if name in shared]
    changes = [
        Change(table.name, "{}", name, "added" if columns["new"].get(name) else "removed", None, None)
        for name in table.figures
        if (name in columns["old"]) != (name in columns["new"])
    ]
    if not key:
        return changes
    return changes + _row_changes(connection, table.name, key, [name for name in shared if name not in key])


def _row_changes(connection: duckdb.DuckDBPyConnection, table: str, key: list[str], values: list[str]) -> list[Change]:
    old, new = f"old.{READERS_SCHEMA}.{table}", f"new.{READERS_SCHEMA}.{table}"
    match = " and ".join(f'o."{name}" is not distinct from n."{name}"' for name in key)
    differs = " or ".join(f'o."{name}" is distinct from n."{name}"' for name in values) or "false"
    row_key = ", ".join(f'\'{name}\': cast(coalesce(o."{name}", n."{name}") as varchar)' for name in key)
    texts = ", ".join(f'cast(o."{name}" as varchar), cast(n."{name}" as varchar)' for name in values)
    first = key[0]
    query = f"""
        select
            cast(to_json({{{row_key}}}) as varchar),
            o."{first}" is null,
            n."{first}" is null{", " if texts else ""}{texts}
        from {old} as o
        full outer join {new} as n on {match}
        where o."{first}" is null or n."{first}" is null or {differs}
    """
    changes = []
    for row_text, is_added, is_removed, *pairs in connection.execute(query).fetchall():
        if is_added or is_removed:
            changes.append(Change(table, row_text, WHOLE_ROW, "added" if is_added else "removed", None, None))
            continue
        for position, name in enumerate(values):
            before, after = pairs[2 * position : 2 * position + 2]
            if before != after:
                changes.append(Change(table, row_text, name, "changed", before, after))
    return changes


def _columns(connection: duckdb.DuckDBPyConnection, database: str, table: str) -> dict[str, str]:
    found = connection.execute(
        "select column_name, data_type from duckdb_columns() "
        "where database_name = $1 and schema_name = $2 and table_name = $3",
        [database, READERS_SCHEMA, table],
    )
    return dict(found.fetchall())
