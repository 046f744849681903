"""Loads the `raw` schema from the batches in effect: what came in, as accepted, quarantined and recorded.

The tables change together, in one transaction: a reader of the warehouse sees the old state or the new one. They are
replaced in full, but for the rows of batches that are in effect as before where nobody else has been at the file. An
empty landing store gives empty tables of the right types.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

import duckdb
import pyarrow as pa

from orchestration.errors import UsageError
from orchestration.home import Home
from orchestration.landing import chain
from orchestration.landing.check import QUARANTINE_SCHEMA, accepted_schema
from orchestration.landing.contracts import CONTRACTS
from orchestration.landing.quarantine import replaced_rows
from orchestration.landing.store import Store, received_time
from orchestration.warehouse.evidence import load_evidence
from orchestration.warehouse.evidence_elsewhere import take_over
from orchestration.wording import Wording
from orchestration.writing.sql import literal

BATCH_SCHEMA = pa.schema(
    [
        ("batch_id", pa.string()),
        ("source", pa.string()),
        ("file_name", pa.string()),
        ("file_sha256", pa.string()),
        ("contract_version", pa.string()),
        ("file_format", pa.string()),
        ("encoding", pa.string()),
        ("row_count", pa.int32()),
        ("accepted_count", pa.int32()),
        ("quarantined_count", pa.int32()),
        ("state", pa.string()),
        ("error_rule", pa.string()),
        ("error_message", pa.string()),
        ("is_effective", pa.bool_()),
        ("delivery_seq", pa.int32()),
        ("received_at", pa.timestamp("us")),
    ]
)

DECISION_LOG_SCHEMA = pa.schema(
    [
        ("entry_number", pa.int32()),
        ("previous_hash", pa.string()),
        ("entry_hash", pa.string()),
        ("action", pa.string()),
        ("decision_code", pa.string()),
        ("series_code", pa.string()),
        ("unit_code", pa.string()),
        ("assessment_year", pa.int32()),
        ("decision", pa.string()),
        ("delivery_seq", pa.int32()),
        ("received_at", pa.timestamp("us")),
        ("file_name", pa.string()),
        ("file_sha256", pa.string()),
        ("batch_id", pa.string()),
        ("row_number", pa.int32()),
    ]
)

REPLACED_BY_SCHEMA = pa.schema([("replaced_by_batch_id", pa.string()), ("replaced_by_row_number", pa.int32())])
REPLACED_SCHEMA = pa.schema(
    [("source", pa.string()), ("batch_id", pa.string()), ("row_number", pa.int32()), *REPLACED_BY_SCHEMA]
)

SQL_TYPES = {
    pa.string(): "varchar",
    pa.int32(): "integer",
    pa.bool_(): "boolean",
    pa.date32(): "date",
    pa.timestamp("us"): "timestamp",
}

# Columns that landing adds to those of the contracts (English, Chinese).
COMMENTS = {
    "series_code": ("Index series, told from the measure or the topic", "指数系列,由测量项或主题得出"),
    "unit_code_received": ("Unit code as received, before succession", "收到时的单位代码(沿革换算之前)"),
    "batch_id": ("Landed batch that the row comes from", "所属入库批次"),
    "row_number": ("Row of the file as a spreadsheet shows it (header = 1)", "文件中的行号(表头为第1行)"),
    "source": (f"Source: {', '.join(CONTRACTS)}", "数据源"),
    "row_key": ("Key of the row as received, parts separated by |", "行的键(以 | 分隔)"),
    "rule": ("First rule that the row breaks", "违反的第一条规则"),
    "column_name": ("Column to look at", "相关列"),
    "message": ("All that is wrong with the row, and what to do, in English", "全部问题及处理办法(英文)"),
    "message_zh": ("All that is wrong with the row, and what to do, in Chinese", "全部问题及处理办法(中文)"),
    "raw_payload": ("The row as received (JSON)", "收到的原始行(JSON)"),
    "replaced_by_batch_id": (
        "Batch with the row that takes its place, mended; empty while it is in quarantine",
        "取代此行的改正行所属批次;仍被隔离时为空",
    ),
    "replaced_by_row_number": ("Row of that batch's file", "该批次文件中的行号"),
    "file_name": ("Path below the source's inbox folder", "收件箱中的文件路径"),
    "file_sha256": ("SHA-256 of the file", "文件的 SHA-256"),
    "contract_version": ("Version of the contract that judged the file", "所用契约版本"),
    "file_format": ("csv, xlsx, parquet or jsonl", "文件格式"),
    "encoding": ("Text encoding as found", "文本编码"),
    "row_count": ("Rows of the file", "文件行数"),
    "accepted_count": ("Rows accepted", "接收行数"),
    "quarantined_count": ("Rows quarantined", "隔离行数"),
    "state": ("landed or rejected", "已入库或已拒收"),
    "error_rule": ("Why the file was rejected: stable name", "拒收原因代码"),
    "error_message": ("Why the file was rejected, and what to do", "拒收原因及处理办法"),
    "is_effective": ("Whether the batch is in effect under this file name", "该文件名下此批次是否有效"),
    "delivery_seq": ("Order of the batch's last delivery under this file name", "最近一次交付的顺序号"),
    "received_at": ("Time of that delivery (China Standard Time)", "交付时间(北京时间)"),
    "entry_number": ("Number of the entry in the log of decisions", "决定日志条目序号"),
    "previous_hash": ("SHA-256 of the entry before", "上一条目的 SHA-256"),
    "entry_hash": ("SHA-256 of the entry", "本条目的 SHA-256"),
    "action": ("recorded, or withdrawn by a later file", "记录或被后来文件撤回"),
    "decision_code": ("Code of the decision", "决定编号"),
    "decision": ("The decision as received (JSON)", "收到的决定(JSON)"),
}


# What earlier releases published, read from their own files by `release.history`; here only made when absent, so that
# the models that show them can be built in a home without releases.
RELEASED_TABLES = {
    "released_unit_score": """
        release_id varchar, series_code varchar, assessment_year integer, methodology_code varchar,
        methodology_version varchar, unit_code varchar, unit_name_zh varchar, unit_name_en varchar,
        score decimal(18, 10), published_score decimal(14, 4), base_score decimal(18, 10), grade varchar,
        is_ranked boolean, rank_overall integer, ranked_unit_count_overall integer, rank_national integer,
        ranked_unit_count_national integer
    """,
    "released_indicator_score": """
        release_id varchar, series_code varchar, assessment_year integer, methodology_code varchar,
        methodology_version varchar, unit_code varchar, unit_name_zh varchar, unit_name_en varchar, node_code varchar,
        node_level integer, node_name_zh varchar, node_name_en varchar, full_mark decimal(9, 4),
        score decimal(18, 10), published_score decimal(14, 4)
    """,
    "released_region_score": """
        release_id varchar, series_code varchar, assessment_year integer, methodology_code varchar,
        methodology_version varchar, region_code varchar, region_level varchar, region_name_zh varchar,
        region_name_en varchar, node_code varchar, node_level integer, full_mark decimal(9, 4),
        mean_of_units decimal(18, 10), mean_of_subregions decimal(18, 10), published_mean_of_units decimal(14, 4),
        published_mean_of_subregions decimal(14, 4), unit_count integer, rank_in_level integer,
        weighted_mean_of_units decimal(18, 10), published_weighted_mean_of_units decimal(14, 4)
    """,
    "revised_figure": """
        release_id varchar, previous_release_id varchar, series_code varchar, assessment_year integer,
        table_name varchar, row_key varchar, methodology_code varchar, unit_code varchar, region_code varchar,
        node_code varchar, column_name varchar, change_kind varchar, old_value varchar, new_value varchar,
        reason varchar
    """,
}


class RawLoadError(UsageError):
    """A batch in effect does not hold what its ledger entry says; the message names it."""


def load_raw(connection: duckdb.DuckDBPyConnection, home: Home, is_known: bool = False) -> dict[str, int]:
    """Make the tables of schema `raw` hold what is in effect in the landing store of `home`; return rows by table name.

    `connection` must be writable and have no open transaction. On any error nothing is changed. Where the tables are
    known to be as they were loaded last, rows of sources are written for batches that came, and removed of those that
    went: a batch never changes.
    """
    store = Store(home.landing)
    connection.execute("begin transaction")
    try:
        connection.execute("create schema if not exists raw")
        counts = {source: _load_source(connection, store, source, is_known) for source in CONTRACTS}
        counts["quarantined_row"] = _load_quarantine(connection, store)
        counts["batch"] = _load_batches(connection, store)
        counts["decision_log"] = _load_decision_log(connection, home)
        if evidence := load_evidence(connection, home, store):
            take_over(connection, home)
        counts |= evidence
        for table, columns in RELEASED_TABLES.items():
            connection.execute(f"create or replace temporary table as_declared ({columns})")
            connection.execute(f"create table if not exists raw.{table} ({columns})")
            # A warehouse of an older version may lack a column.
            connection.execute(
                f"create or replace table raw.{table} as from as_declared union all by name from raw.{table}"
            )
            [(counts[table],)] = connection.execute(f"select count(*) from raw.{table}").fetchall()
        connection.execute("commit")
    except BaseException:
        connection.execute("rollback")
        raise
    return counts


def _load_source(connection: duckdb.DuckDBPyConnection, store: Store, source: str, is_known: bool) -> int:
    contract = CONTRACTS[source]
    comments = {column.name: (column.description_en, column.description_zh) for column in contract.columns}
    batches = {batch.batch_id: batch for batch in store.effective_batches(source) if batch.accepted_count}
    kept: set[str] = set()
    if is_known and _has_columns(connection, source, accepted_schema(contract)):
        kept = _keep(connection, source, {name: batch.accepted_count for name, batch in batches.items()})
    else:
        _create_table(connection, source, accepted_schema(contract), comments)
    _require(store.accepted_path(batch) for batch in batches.values())
    new = [store.accepted_path(batch) for name, batch in batches.items() if name not in kept]
    return _insert(connection, source, new, sum(batch.accepted_count for batch in batches.values()))


def _has_columns(connection: duckdb.DuckDBPyConnection, table: str, schema: pa.Schema) -> bool:
    found = connection.execute(
        "select column_name, data_type from duckdb_columns() where database_name = current_database()"
        " and schema_name = 'raw' and table_name = $1 order by column_index",
        [table],
    ).fetchall()
    return [(name, kind.lower()) for name, kind in found] == [(field.name, _sql_type(field.type)) for field in schema]


def _keep(connection: duckdb.DuckDBPyConnection, table: str, row_counts: Mapping[str, int]) -> set[str]:
    """Remove all rows but those of batches that are there whole; which these are."""
    found = connection.execute(f"select batch_id, count(*) from raw.{table} group by batch_id").fetchall()
    kept = {batch_id for batch_id, count in found if row_counts.get(batch_id) == count}
    if len(kept) < len(found):
        connection.execute(
            f"delete from raw.{table} where batch_id is null or not list_contains($1, batch_id)", [sorted(kept)]
        )
    return kept


def _load_quarantine(connection: duckdb.DuckDBPyConnection, store: Store) -> int:
    """Every row that broke a rule, those that a later row replaces too: they say by which."""
    _create_table(
        connection, "quarantined_row", pa.schema([*QUARANTINE_SCHEMA, *REPLACED_BY_SCHEMA]), _shared_comments()
    )
    batches = store.effective_batches()
    paths = [store.quarantined_path(batch) for batch in batches if batch.quarantined_count]
    _require(paths)
    count = _insert(connection, "quarantined_row", paths, sum(batch.quarantined_count for batch in batches))
    replaced = pa.Table.from_pylist([row._asdict() for row in replaced_rows(store)], schema=REPLACED_SCHEMA)
    connection.register("zhengxin_replaced", replaced)
    columns = ", ".join(f"{name} = later.{name}" for name in REPLACED_BY_SCHEMA.names)
    connection.execute(
        f"update raw.quarantined_row as rows set {columns}"
        " from zhengxin_replaced as later where rows.source = later.source and rows.batch_id = later.batch_id"
        " and rows.row_number = later.row_number"
    )
    connection.unregister("zhengxin_replaced")
    return count


def _load_batches(connection: duckdb.DuckDBPyConnection, store: Store) -> int:
    _create_table(connection, "batch", BATCH_SCHEMA, {})
    rows = []
    for batch, delivery, is_effective in store.ledger():
        facts = asdict(batch)
        rows.append(
            {name: facts[name] for name in BATCH_SCHEMA.names if name in facts}
            | {
                "file_name": delivery.file_name,
                "is_effective": is_effective,
                "delivery_seq": delivery.seq,
                "received_at": delivery.received_time,
            }
        )
    return _insert_rows(connection, "batch", pa.Table.from_pylist(rows, schema=BATCH_SCHEMA))


def _load_decision_log(connection: duckdb.DuckDBPyConnection, home: Home) -> int:
    _create_table(connection, "decision_log", DECISION_LOG_SCHEMA, _shared_comments())
    rows = [
        {name: entry["decision"].get(name, entry.get(name)) for name in DECISION_LOG_SCHEMA.names}
        | {
            "entry_number": entry["number"],
            "delivery_seq": entry["delivery"],
            "received_at": received_time(entry["received_at"]),
            "decision": json.dumps(entry["decision"], ensure_ascii=False),
        }
        for entry in chain.entries(home)
    ]
    return _insert_rows(connection, "decision_log", pa.Table.from_pylist(rows, schema=DECISION_LOG_SCHEMA))


def _insert_rows(connection: duckdb.DuckDBPyConnection, table: str, rows: pa.Table) -> int:
    connection.register("zhengxin_rows", rows)
    connection.execute(f"insert into raw.{table} by name select * from zhengxin_rows")
    connection.unregister("zhengxin_rows")
    return rows.num_rows


def _insert(connection: duckdb.DuckDBPyConnection, table: str, paths: Sequence[Path], expected: int) -> int:
    """Insert the rows of Parquet files and check the number of all against the ledger."""
    if paths:
        connection.execute(
            f"insert into raw.{table} by name select * from read_parquet(?, union_by_name = true)",
            [[str(path) for path in paths]],
        )
    [(count,)] = connection.execute(f"select count(*) from raw.{table}").fetchall()
    if count != expected:
        raise RawLoadError(
            Wording(
                f"raw.{table} 将有 {count} 行,而台账为 {expected} 行:请从备份恢复入库存储",
                f"raw.{table} would hold {count} rows where the ledger counts {expected}: restore the "
                "landing store from"
                " its backup",
            )
        )
    return count


def _require(paths: Iterable[Path]) -> None:
    for path in paths:
        if not path.is_file():
            raise RawLoadError(
                Wording(
                    f"一个有效批次的行已丢失:{path} 缺失;请恢复入库存储",
                    f"a batch in effect has lost its rows: {path} is missing; restore the landing store",
                )
            )


def _create_table(
    connection: duckdb.DuckDBPyConnection, name: str, schema: pa.Schema, comments: dict[str, tuple[str, str]]
) -> None:
    columns = ", ".join(f"{field.name} {_sql_type(field.type)}" for field in schema)
    connection.execute(f"create or replace table raw.{name} ({columns})")
    for field in schema:
        comment = comments.get(field.name) or COMMENTS.get(field.name)
        if comment:
            connection.execute(f"comment on column raw.{name}.{field.name} is {literal(' / '.join(comment))}")


def _shared_comments() -> dict[str, tuple[str, str]]:
    """Comments of the key columns that the quarantine has in common with the sources."""
    columns = CONTRACTS["observation"].columns
    return {column.name: (column.description_en, column.description_zh) for column in columns}


def _sql_type(kind: pa.DataType) -> str:
    return f"decimal({kind.precision},{kind.scale})" if pa.types.is_decimal(kind) else SQL_TYPES[kind]
