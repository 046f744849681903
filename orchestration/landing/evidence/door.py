"""Parts the rows of a file of evidence into accepted and quarantined, in DuckDB and within a fixed memory.

rows in = accepted + quarantined. One pass checks the rows and writes those that break no rule to Parquet, a file per
year; the numbers that are missing there are the broken ones, and messages are made for these alone. A file with a
column of personal data is refused, and nothing of it is kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from orchestration.landing import cells, checked_rows
from orchestration.landing.check import (
    QUARANTINE_SCHEMA,
    ROW_UNREADABLE,
    SAMPLE_SIZE,
    CheckedFile,
    broken_rules,
    could_not_check,
    no_rows,
    row_records,
    rows_lost,
    structure_faults,
    structure_message,
    structure_records,
)
from orchestration.landing.contracts.definition import Column, Contract, Rule
from orchestration.landing.evidence.kinds import EvidenceKind
from orchestration.landing.evidence.received import Received, cell, look_at, stream
from orchestration.landing.readers.table import FileRejected, ReaderFailed
from orchestration.landing.store import (
    ACCEPTED_NAME,
    LANDED,
    QUARANTINED_NAME,
    REJECTED,
    RESULTS_NAME,
    Batch,
    now_text,
    write_json,
)
from orchestration.wording import Wording
from orchestration.writing.sql import identifier, literal

# What the database may keep in memory for a file of any size; beyond it, it writes to the folder of unfinished work.
MEMORY_LIMIT = "1500MB"
ACCEPTED_FORMAT = "format parquet, compression zstd, compression_level 1, parquet_version v2"
# What lies in the folder of a batch while it is made.
SCRATCH = ("received.parquet", "text.utf8", ACCEPTED_NAME)
SQL_TYPES = {"integer": "integer", "decimal": "decimal(20, 9)", "date": "date", "timestamp": "timestamp"}
NATIVE_TIMES = ("TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS", "DATE", "TIMESTAMP WITH TIME ZONE")
NATIVE_NUMBERS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER", "DOUBLE", "FLOAT")

UNREADABLE = Wording(
    "这一行不能按表头拆成各列:请检查逗号与引号",
    "the row cannot be taken apart into the header's columns: look at commas and quotation marks",
)


class PersonalData(ReaderFailed):
    """A file with a column of personal data: refused, and nothing of it is kept."""

    def __init__(self, columns: dict[str, Wording]) -> None:
        zh = "、".join(f"{name}({says.zh})" for name, says in columns.items())
        en = ", ".join(f"{name} ({says.en})" for name, says in columns.items())
        super().__init__(
            "personal_data",
            Wording(
                f"文件含个人信息列:{zh}。未保存任何内容:请删除这些列后重新提交",
                f"the file has columns of personal data: {en}. Nothing of it is kept: remove them and deliver it anew",
            ),
        )


class EvidenceDoor:
    """The database in which files of evidence are checked, one at a time."""

    def __init__(self, work_folder: Path, memory_limit: str = MEMORY_LIMIT) -> None:
        temporary = str(work_folder / "evidence")
        self._connection = duckdb.connect(config={"memory_limit": memory_limit, "temp_directory": temporary})
        self._connection.execute("set timezone = 'UTC'")
        self._known_years: dict[str, tuple[int, int]] | None = None

    def close(self) -> None:
        self._connection.close()

    def make_batch(self, kind: EvidenceKind, facts: dict[str, Any], original: Path, work: Path) -> Batch:
        """Check the file at `original` and leave what is kept in `work`; `facts` are those of its ledger entry.

        Raises `PersonalData`, and `ReaderFailed` where the program is at fault; of neither anything is kept.
        """
        contract = kind.contract
        found = None
        try:
            found = look_at(self._connection, original, contract, work)
            if personal := kind.personal_columns(found.names):
                raise PersonalData(personal)
            faults = structure_faults(contract, found.header)
            if any(faults.values()):
                write_json(work / RESULTS_NAME, {"results": structure_records(contract, found, faults)})
                rule = next(name for name, count in faults.items() if count)
                return self._rejected(facts, found, rule, structure_message(contract, found.header))
            stream(self._connection, found, contract, work)
            checked = self._checked(kind, found, facts["batch_id"], work)
        except ReaderFailed:
            raise
        except FileRejected as refused:
            write_json(work / RESULTS_NAME, {"results": []})
            return self._rejected(facts, found, refused.rule, refused.wording)
        except duckdb.Error as error:
            raise could_not_check(error) from error
        finally:
            for path in work.iterdir():
                if path.name in SCRATCH:
                    path.unlink()
        results = structure_records(contract, found, faults) + row_records(contract, found, checked)
        write_json(work / RESULTS_NAME, {"results": results})
        return Batch(
            **facts | _form(found),
            state=LANDED,
            row_count=checked.accepted_count + checked.quarantined_count,
            accepted_count=checked.accepted_count,
            quarantined_count=checked.quarantined_count,
            rules=checked.first_broken,
        )

    @staticmethod
    def _rejected(facts: dict[str, Any], found: Received | None, rule: str, wording: Wording) -> Batch:
        return Batch(
            **facts | _form(found),
            state=REJECTED,
            row_count=0,
            accepted_count=0,
            quarantined_count=0,
            error_rule=rule,
            error_message=wording.en,
            error_message_zh=wording.zh,
        )

    def _checked(self, kind: EvidenceKind, found: Received, batch_id: str, work: Path) -> CheckedFile:
        contract, execute = kind.contract, self._connection.execute
        self._know_codes(kind.division_years)
        with self._unreadable(found):
            types = self._types(found)
            typed = _checked_query(kind, found, types, in_words=False)
            broken = " or ".join(f"coalesce(({rule.broken}), false)" for rule in contract.rules())
            stored = ", ".join(_stored(column) for column in contract.columns)
            accepted = work / ACCEPTED_NAME
            [(count,)] = execute(
                f"copy (select {stored}, {literal(batch_id)} as batch_id, row_number from ({typed})"
                f" where not ({broken})) to {literal(str(accepted))} ({ACCEPTED_FORMAT})"
            ).fetchall()
            checked = CheckedFile(accepted_count=count)
            execute(
                "create or replace temp table broken as"
                f" select {_row_number(found)} as row_number, received.* exclude (file_row_number)"
                f" from read_parquet({literal(str(found.rows))}, file_row_number = true) as received"
                f" where {_row_number(found)} in ({_missing_numbers(found, accepted)})"
            )
            self._part_years(kind, accepted, work)
            self._write_quarantined(kind, found, batch_id, work, checked)
        judged = checked.accepted_count + checked.quarantined_count
        if judged != found.row_count:
            raise rows_lost(found.row_count, judged)
        return checked

    def _part_years(self, kind: EvidenceKind, accepted: Path, work: Path) -> None:
        """Have a file for each year of the accepted rows; mostly they are of one."""
        rows = f"read_parquet({literal(str(accepted))})"
        year_of = f"extract(year from {kind.date_column})"
        years = self._connection.execute(f"select distinct {year_of}::integer as year from {rows} order by year")
        files = [(year, work / f"accepted_{year}.parquet") for (year,) in years.fetchall()]
        if len(files) == 1:
            accepted.rename(files[0][1])
            return
        for year, path in files:
            self._connection.execute(
                f"copy (select * from {rows} where {year_of} = {year}) to {literal(str(path))} ({ACCEPTED_FORMAT})"
            )
        accepted.unlink()

    def _know_codes(self, years: dict[str, tuple[int, int]]) -> None:
        """Have the codes of divisions as an enumeration and the years of each as lists in its order, in a row of a
        table: rows that are joined with a table of many come out in another order than they went in."""
        if years is self._known_years:
            return
        execute = self._connection.execute
        first, last = zip(*years.values(), strict=True) if years else ((), ())
        known = {"code": pa.array(years, pa.string()), "first": pa.array(first, pa.int32())}
        self._connection.register("years_given", pa.table(known | {"last": pa.array(last, pa.int32())}))
        execute("drop type if exists division_code")
        execute("create type division_code as enum (select code from years_given)")
        execute(
            "create or replace temp table division_years as"
            " select list(first) as first_years, list(last) as last_years from years_given"
        )
        self._connection.unregister("years_given")
        self._known_years = years

    @contextmanager
    def _unreadable(self, found: Received) -> Iterator[None]:
        """Have what could not be read as a table while the context lasts."""
        unreadable = pa.table(
            {
                "line": pa.array([line for line, _ in found.unreadable], pa.int64()),
                "content": pa.array([text for _, text in found.unreadable], pa.string()),
            }
        )
        self._connection.register("unreadable_row", unreadable)
        try:
            yield
        finally:
            self._connection.unregister("unreadable_row")

    def _types(self, found: Received) -> dict[str, str]:
        """The type of each column of `rows`, by its name there."""
        described = self._connection.execute(f"describe select * from read_parquet({literal(str(found.rows))})")
        return {row[0]: row[1] for row in described.fetchall()}

    def _write_quarantined(
        self, kind: EvidenceKind, found: Received, batch_id: str, work: Path, checked: CheckedFile
    ) -> None:
        contract, execute = kind.contract, self._connection.execute
        if not found.unreadable and not execute("select 1 from broken limit 1").fetchall():
            # To plan the words of all messages takes longer than all else of a small file.
            (work / QUARANTINED_NAME).write_bytes(no_rows(QUARANTINE_SCHEMA))
            return
        rules = list(enumerate(contract.rules()))
        worded = _checked_query(kind, found, self._types(found), in_words=True)
        execute(f"create or replace temp table looked_at as {worded}")
        broken = broken_rules(self._connection, rules)
        faults = checked_rows.with_faults(contract, "from looked_at", broken)
        execute(f"create or replace temp table judged as {faults}")
        quarantined = f"{_broken_rows(kind, found, batch_id, rules)} union all {_unreadable_rows(kind, batch_id)}"
        [(checked.quarantined_count,)] = execute(
            f"copy (select * from ({quarantined})"
            f" order by row_number) to {literal(str(work / QUARANTINED_NAME))} (format parquet, compression zstd)"
        ).fetchall()
        self._count_faults(rules, checked)
        if found.unreadable:
            checked.first_broken[ROW_UNREADABLE] = len(found.unreadable)

    def _count_faults(self, rules: Sequence[tuple[int, Rule]], checked: CheckedFile) -> None:
        counted = self._connection.execute(
            f"""
            select fault.rule, count(*), count(*) filter (where is_first),
                list(struct_pack(r := row_number, zh := fault.zh, en := fault.en) order by row_number)[1:{SAMPLE_SIZE}]
            from (
                select row_number, unnest(faults) as fault, unnest(range(len(faults))) = 0 as is_first from judged
            )
            group by all order by all
            """
        ).fetchall()
        names = {number: rule.name for number, rule in rules}
        for number, count, first, samples in counted:
            name = names[number]
            checked.broken[name] = checked.broken.get(name, 0) + count
            if first:
                checked.first_broken[name] = checked.first_broken.get(name, 0) + first
            checked.samples[name] = [
                Wording(f"第 {sample['r']} 行:{sample['zh']}", f"row {sample['r']}: {sample['en']}")
                for sample in samples
            ]


def _form(found: Received | None) -> dict[str, str]:
    form = {"file_format": found.file_format, "encoding": found.encoding} if found else {}
    return {"file_format": "", "encoding": "", "landed_at": now_text()} | form


def _checked_query(kind: EvidenceKind, found: Received, types: dict[str, str], in_words: bool) -> str:
    """SQL of the checked rows, all in words or none: with `in_words` of the broken ones alone, every cell as text, as
    messages show it; else cells that came with a type keep it, for nothing is gained by writing them out."""
    contract = kind.contract
    rows = "broken" if in_words else f"read_parquet({literal(str(found.rows))}, file_row_number = true)"
    # In two stages: to say the text of a cell wherever it is looked at takes longer to plan than all else.
    columns, read = [f"{'received.row_number' if in_words else _row_number(found)} as row_number"], ["cells.*"]
    for column in contract.columns:
        name = cell(column, found)
        type_in_file = types.get(name, "VARCHAR") if name else "VARCHAR"
        source = f"received.{identifier(name)}" if name else "null::varchar"
        if native := _native(column, source, type_in_file):
            columns.append(f"{source}{'::varchar' if in_words else ''} as {column.name}")
            columns.append(f"{native} as {column.name}_read")
            continue
        columns.append(f"{_trimmed(source if type_in_file == 'VARCHAR' else f'{source}::varchar')} as {column.name}")
        if cells.is_typed(column):
            read.append(f"{_read(column, f'cells.{column.name}')} as {column.name}_read")
    cells_of = f"select {', '.join(read)} from (select {', '.join(columns)} from {rows} as received) as cells"
    forms = "".join(
        f", {_form_of(column)} as {column.name}_form" for column in contract.columns if cells.is_typed(column)
    )
    year = f"extract(year from {kind.date_column}_read)::integer"
    dated = (
        f"select cells.*, {year} as record_year, null::varchar as spreadsheet_error{forms} from ({cells_of}) as cells"
    )
    place = "enum_code(try_cast(dated.unit_code as division_code)) + 1"
    return (
        f"select dated.*, first_years[{place}] as unit_first_year, last_years[{place}] as unit_last_year"
        f" from ({dated}) as dated cross join division_years"
    )


def _missing_numbers(found: Received, accepted: Path) -> str:
    """SQL of the numbers of rows that were read and are not among the accepted ones, which stand in their order."""
    before_first, after_last = found.first_row - 1, found.first_row + found.readable_count + len(found.left_out)
    left_out = ", ".join(f"({number})" for number in found.left_out) or "(null::integer)"
    return f"""
        select row_number
        from (
            select unnest(range(previous + 1, row_number))::integer as row_number
            from (
                select row_number, lag(row_number, 1, {before_first}) over () as previous
                from read_parquet({literal(str(accepted))})
                union all
                select {after_last}, coalesce(max(row_number), {before_first})
                from read_parquet({literal(str(accepted))})
            )
            where row_number > previous + 1
        )
        anti join (values {left_out}) as left_out(row_number) using (row_number)
    """


def _row_number(found: Received) -> str:
    """The row as a spreadsheet shows it: rows that are blank, or could not be read, stand between the others."""
    steps: dict[int, int] = {}
    for before, number in enumerate(found.left_out):
        steps[number - found.first_row - before] = before + 1
    return f"(received.file_row_number + {found.first_row} + {_steps(list(steps.items()))})::integer"


def _steps(steps: Sequence[tuple[int, int]], below: int = 0) -> str:
    """SQL of how many rows that were left out stand before a row (`below` for the first of them), searched by halves:
    every row asks for it."""
    if not steps:
        return str(below)
    middle = len(steps) // 2
    position, count = steps[middle]
    return (
        f"case when received.file_row_number < {position} then {_steps(steps[:middle], below)}"
        f" else {_steps(steps[middle + 1 :], count)} end"
    )


def _native(column: Column, source: str, type_in_file: str) -> str:
    """SQL of what a cell says that came as a time or number; nothing for one that came as something else."""
    is_number = type_in_file in NATIVE_NUMBERS or type_in_file.startswith("DECIMAL")
    if column.kind == "timestamp" and type_in_file in NATIVE_TIMES:
        if type_in_file == "TIMESTAMP WITH TIME ZONE":
            return f"({source}::timestamp + interval 8 hour)"
        return f"{source}::timestamp"
    if column.kind in ("integer", "decimal") and is_number:
        read = f"try_cast({source} as {SQL_TYPES[column.kind]})"
        if column.kind == "integer" and not type_in_file.endswith("INT") and type_in_file != "INTEGER":
            return f"case when {source} = trunc({source}) then {read} end"
        return read
    return ""


def _read(column: Column, text: str) -> str:
    """SQL of what the text of a typed column says."""
    if column.kind == "timestamp":
        plain = f"length({text}) in (10, 16, 19) and substr({text}, 5, 1) = '-'"
        return f"coalesce(case when {plain} then try_cast({text} as timestamp) end, {cells.read_time(text)})"
    if column.kind == "integer":
        return f"case when regexp_full_match({text}, '[0-9]{{1,9}}') then try_cast({text} as integer) end"
    plain = f"regexp_full_match({text}, '[+-]?[0-9]{{1,11}}(\\.[0-9]{{1,9}})?')"
    return f"case when {plain} then try_cast({text} as {SQL_TYPES['decimal']}) end"


def _trimmed(text: str) -> str:
    """A cell without blanks around it, null where there is nothing else; most have none, and are not written anew."""
    is_padded = f"{text} = '' or starts_with({text}, ' ') or ends_with({text}, ' ')"
    return f"case when {is_padded} then nullif(trim({text}), '') else {text} end"


def _form_of(column: Column) -> str:
    return f"case when {column.name} is not null and {column.name}_read is null then 'malformed' end"


def _stored(column: Column) -> str:
    if cells.is_typed(column):
        return f"{column.name}_read::{SQL_TYPES[column.kind]} as {column.name}"
    return column.name


def _broken_rows(kind: EvidenceKind, found: Received, batch_id: str, rules: Sequence[tuple[int, Rule]]) -> str:
    contract: Contract = kind.contract
    key = ", ".join(f"coalesce(judged.{name}::varchar, '')" for name in contract.key)
    named = ", ".join(
        f"({number}, {literal(rule.name)}, {literal(rule.column) if rule.column else 'null'})" for number, rule in rules
    )
    payload = ", ".join(f"{literal(name)}, received.{identifier(name)}::varchar" for name in dict.fromkeys(found.names))
    return f"""
        select
            {literal(contract.source)} as source,
            {literal(batch_id)} as batch_id,
            judged.row_number,
            judged.unit_code,
            judged.record_year as assessment_year,
            null::varchar as measure_code,
            concat_ws('|', {key}) as row_key,
            rules.name as rule,
            rules.column_name,
            array_to_string(list_transform(faults, lambda fault: fault.en), '; ') as message,
            array_to_string(list_transform(faults, lambda fault: fault.zh), ';') as message_zh,
            json_object({payload})::varchar as raw_payload
        from judged
        join (values {named}) as rules(number, name, column_name) on rules.number = faults[1].rule
        join broken as received on received.row_number = judged.row_number
    """


def _unreadable_rows(kind: EvidenceKind, batch_id: str) -> str:
    return f"""
        select
            {literal(kind.code)}, {literal(batch_id)}, line::integer, null, null, null, '',
            {literal(ROW_UNREADABLE)}, null, {literal(UNREADABLE.en)}, {literal(UNREADABLE.zh)},
            json_object('line', content)::varchar
        from unreadable_row
    """
