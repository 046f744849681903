"""From a derived measure to the records behind it: the counts from the marts, the records from the evidence store."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import duckdb

from orchestration.errors import UsageError
from orchestration.landing.evidence.layout import evidence_folder, kind_folder
from orchestration.landing.store import Store
from orchestration.warehouse.connection import connect_reader_of_folder
from orchestration.wording import Wording
from orchestration.writing.sql import literal

# Of these the records that do not count are what a reader asks for; of all others those that do.
SHARES = ("share", "lapsed_count")
# Columns that stand in the heading of every list, or say nothing of one record.
UNSHOWN = ("provenance", "channel", "batch_id", "evidence_kind", "record_year", "title_hash")


class Which(StrEnum):
    """Which of the records that a derivation looks at."""

    all = "all"
    counted = "counted"
    others = "others"


@dataclass(frozen=True)
class DerivedMeasure:
    """A measure of one unit and year that records give, with the rule by which they are counted."""

    measure_code: str
    derivation_code: str
    derivation_version: int
    evidence_kind: str
    family: str
    among_count: int
    counted_count: int
    value: Any
    state: str
    is_effective: bool
    effective_value: Any
    effective_source: str | None
    is_contradicted: bool
    time_window: str
    among_condition: str
    counted_condition: str
    value_expression: str | None
    note_zh: str
    note_en: str

    @property
    def which_to_show(self) -> Which:
        return Which.others if self.family in SHARES else Which.counted

    @property
    def shown_as(self) -> str:
        """What is told of each record: a column's value, or days."""
        return "value" if (self.value_expression or "").isidentifier() else "days"

    def count_of(self, which: Which) -> int:
        counts = {Which.all: self.among_count, Which.counted: self.counted_count}
        return counts.get(which, self.among_count - self.counted_count)


@dataclass(frozen=True)
class Records:
    """Records in the order in which they are to be read, by column."""

    columns: list[str]
    rows: list[tuple[Any, ...]]


def derived_measures(
    connection: duckdb.DuckDBPyConnection, series: str, year: int, unit: str
) -> dict[str, DerivedMeasure]:
    """The derived measures of a unit by their codes; none where the warehouse has no evidence."""
    there = connection.execute(
        "select count(*) from information_schema.tables where table_schema = 'marts'"
        " and table_name in ('evidence_measure', 'dim_derivation')"
    ).fetchone()
    if there != (2,):
        return {}
    rows = connection.execute(
        """
        select measures.measure_code, measures.derivation_code, measures.derivation_version, measures.evidence_kind,
            measures.family, measures.among_count, measures.counted_count, measures.value, measures.state,
            measures.is_effective, measures.effective_value, measures.effective_source, measures.is_contradicted,
            rules.time_window, rules.among_condition, rules.counted_condition, rules.value_expression,
            rules.note_zh, rules.note_en
        from marts.evidence_measure as measures
        inner join marts.dim_derivation as rules
            on measures.derivation_code = rules.derivation_code
        where measures.series_code = $1 and measures.assessment_year = $2 and measures.unit_code = $3
        order by measures.measure_code
        """,
        [series, year, unit],
    ).fetchall()
    return {row[0]: DerivedMeasure(*row) for row in rows}


def records_query(measure: DerivedMeasure, root: Path, year: int, which: Which, limit: int | None) -> str:
    """SQL of the records behind a measure, over the store at `root`, the codes of the unit (`code`), the records that
    are not counted (`duplicate`) and the files (`file`)."""
    files = literal(kind_folder(root, measure.evidence_kind) / "*" / "*.parquet")
    window = "=" if measure.time_window == "year" else "<="
    wanted = {Which.counted: "where is_counted", Which.others: "where not is_counted"}.get(which, "")
    shown = f"({measure.value_expression})" if measure.value_expression else "null"
    return f"""
        select is_counted, shown as {measure.shown_as}, found.* exclude (is_counted, shown), file.file_name
        from (
            select
                coalesce({measure.counted_condition}, false) as is_counted,
                {shown} as shown,
                * exclude (window_end)
            from (
                select records.*, make_date({year}, 12, 31) as window_end
                from read_parquet({files}, hive_partitioning = true, union_by_name = true,
                    hive_types = {{'evidence_kind': varchar, 'record_year': integer}}) as records
                semi join code on records.unit_code = code.received_code
                anti join duplicate
                    on records.batch_id = duplicate.batch_id and records.row_number = duplicate.row_number
                where records.record_year {window} {year}
            ) as records
            where {measure.among_condition}
        ) as found
        left join file on found.batch_id = file.batch_id
        {wanted}
        order by shown desc nulls last, file.file_name, found.row_number
        {f"limit {limit}" if limit else ""}
    """


def records_behind(
    connection: duckdb.DuckDBPyConnection,
    store: Store,
    measure: DerivedMeasure,
    series: str,
    year: int,
    unit: str,
    which: Which = Which.all,
    limit: int | None = None,
) -> Records:
    """The records that a derived measure of a unit looks at, each key once; the furthest from good first."""
    given = {
        "code": connection.execute(
            "select received_code from raw.evidence_unit"
            " where series_code = $1 and assessment_year = $2 and unit_code = $3",
            [series, year, unit],
        ).to_arrow_table(),
        "duplicate": connection.execute(
            "select batch_id, row_number from intermediate.int_evidence_duplicate"
            " where evidence_kind = $1 and record_year <= $2",
            [measure.evidence_kind, year],
        ).to_arrow_table(),
        "file": connection.execute(
            "select batch_id, min(file_name) as file_name from raw.batch where is_effective and source = $1"
            " group by batch_id",
            [measure.evidence_kind],
        ).to_arrow_table(),
    }
    with closing(connect_reader_of_folder(evidence_folder(store.root))) as reader:
        for name, table in given.items():
            reader.register(name, table)
        try:
            answer = reader.execute(records_query(measure, store.root, year, which, limit))
        except duckdb.IOException as error:
            raise UsageError(
                Wording(
                    f"无法从 {evidence_folder(store.root)} 读取 {measure.evidence_kind} "
                    "的记录:zhengxin land 由已入库的内容重新整理。",
                    f"The records of {measure.evidence_kind} cannot be read from "
                    f"{evidence_folder(store.root)}: zhengxin"
                    " land lays them out anew from what has landed.",
                )
            ) from error
        names = [column[0] for column in answer.description]
        rows = answer.fetchall()
    shown = [number for number, name in enumerate(names) if name not in UNSHOWN]
    return Records([names[number] for number in shown], [tuple(row[number] for number in shown) for row in rows])
