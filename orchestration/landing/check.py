"""Puts files to the checks at the door and parts their rows into accepted and quarantined.

rows in = accepted + quarantined. Generated SQL finds the broken rules of all rows of the files that are judged together
(see `checked_rows`); the rows go from Parquet to Parquet and are at no time objects of Python. What was accepted is
then looked at by a second judge that knows nothing of that SQL (see `judge`): if it finds a fault, the program is at
fault, and nothing of these files is kept.
"""

from __future__ import annotations

import difflib
import itertools
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Protocol

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from orchestration.landing import checked_rows
from orchestration.landing.cells import READINGS
from orchestration.landing.contracts.definition import DECIMAL_PRECISION, DECIMAL_SCALE, Contract, Rule, Severity
from orchestration.landing.readers import FileTable, ReaderFailed
from orchestration.landing.readers.rows import FEW_ROWS
from orchestration.landing.reference import Reference
from orchestration.landing.store import ACCEPTED_NAME, QUARANTINED_NAME
from orchestration.wording import Wording
from orchestration.writing.sql import identifier, literal

ARROW_TYPES = {
    "code": pa.string(),
    "text": pa.string(),
    "choice": pa.string(),
    "integer": pa.int32(),
    "decimal": pa.decimal128(DECIMAL_PRECISION, DECIMAL_SCALE),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us"),
}

SAMPLE_SIZE = 5
# What the database of the checks may keep in memory; beyond it, it writes to the folder of unfinished work.
MEMORY_LIMIT = "800MB"
ROWS_AT_A_TIME = 100_000
# Rows that stand in their order but for so many places are cut there, and not written anew.
FEW_RUNS = 1_000
# From so many rows on it pays to judge those with odd cells in a statement of their own.
WORTH_PARTING = 5_000
# Of a judged row: that its unit stands in no frame as such, and was not looked up yet.
UNANSWERED = "unit_is_unanswered"
# Finding what an unknown code may mean is slow: a column of something else entirely must not take hours.
MOST_EXPLAINED_MEASURES, MOST_EXPLAINED_UNITS = 100, 10_000

QUARANTINE_SCHEMA = pa.schema(
    [
        ("source", pa.string()),
        ("batch_id", pa.string()),
        ("row_number", pa.int32()),
        ("unit_code", pa.string()),
        ("assessment_year", pa.int32()),
        ("measure_code", pa.string()),
        ("row_key", pa.string()),
        ("rule", pa.string()),
        ("column_name", pa.string()),
        ("message", pa.string()),
        ("message_zh", pa.string()),
        ("raw_payload", pa.string()),
    ]
)


def accepted_schema(contract: Contract) -> pa.Schema:
    """Columns of a source's accepted rows, as stored in a batch and loaded into `raw.<source>`."""
    fields = [("series_code", pa.string())]
    for column in contract.stored_columns:
        fields.append((column.name, ARROW_TYPES[column.kind]))
        if column.name == "unit_code":
            fields.append(("unit_code_received", pa.string()))
    fields += [("batch_id", pa.string()), ("row_number", pa.int32())]
    return pa.schema(fields)


@dataclass(frozen=True)
class FileToCheck:
    """A file as read, to be judged as the batch `batch_id`, whose rows go into `folder`."""

    batch_id: str
    table: FileTable
    folder: Path


@dataclass
class CheckedFile:
    """What was found in a file: how many rows were accepted and quarantined, and by rule (its name, unreadable rows
    included) how many broke it and what was said of the first; `readings` counts what was interpreted."""

    accepted_count: int = 0
    quarantined_count: int = 0
    broken: dict[str, int] = field(default_factory=dict)
    first_broken: dict[str, int] = field(default_factory=dict)
    samples: dict[str, list[Wording]] = field(default_factory=dict)
    readings: dict[str, int] = field(default_factory=dict)


class ReadFile(Protocol):
    """What the records of a file tell of it."""

    header: list[str]

    @property
    def row_count(self) -> int: ...

    @property
    def unreadable(self) -> Sequence[object]: ...


STRUCTURE_RULES = {
    "column_missing": Wording("文件有全部必需的列", "the file has every required column"),
    "column_unknown": Wording("文件没有其他列", "the file has no other columns"),
    "column_repeated": Wording("没有一列出现两次", "no column appears twice"),
}
ROWS_MISSING, ROW_UNREADABLE = "rows_missing", "row_unreadable"
ROWS_MISSING_SAYS = Wording("表头之下有数据行", "the file has rows below its header")
ROW_UNREADABLE_SAYS = Wording("每一行都能按表头拆成各列", "every row can be taken apart into the header's columns")


def structure_records(contract: Contract, table: ReadFile, faults: Mapping[str, int]) -> list[dict[str, Any]]:
    """Records of the rules on a header: how many columns break each."""
    suite, evaluated = f"{contract.source}.structure", len(table.header)
    return [
        _record(suite, rule, "column_name", says, "error", evaluated, faults[rule], ())
        for rule, says in STRUCTURE_RULES.items()
    ]


def row_records(contract: Contract, table: ReadFile, found: CheckedFile) -> list[dict[str, Any]]:
    """Records of the rules on a file's rows: how many break each, and some of what was said."""
    suite, evaluated = f"{contract.source}.reading", table.row_count
    rows_missing = int(not evaluated)
    return [
        _record(suite, ROWS_MISSING, "(table)", ROWS_MISSING_SAYS, "warning", evaluated, rows_missing, ()),
        _record(suite, ROW_UNREADABLE, "(row)", ROW_UNREADABLE_SAYS, "error", evaluated, len(table.unreadable), ()),
        *(
            _record(
                f"{contract.source}.rows",
                rule.name,
                rule.column or "(row)",
                rule.requirement,
                rule.severity,
                evaluated,
                found.broken.get(rule.name, 0),
                found.samples.get(rule.name, ()),
            )
            for rule in contract.rules()
        ),
    ]


def _record(
    suite: str,
    rule: str,
    column: str,
    says: Wording,
    severity: str,
    evaluated: int,
    broken: int,
    samples: Sequence[Wording],
) -> dict[str, Any]:
    """One line of a batch's `validation.json`; `landing/judge.py` has the expectation of each rule."""
    return {
        "suite": suite,
        "rule": rule,
        "expectation": "expect_column_values_to_be_between",
        "column": column,
        "description": says.en,
        "description_zh": says.zh,
        "severity": severity,
        "success": not broken,
        "evaluated_count": evaluated,
        "unexpected_count": broken,
        "sample": [said.en for said in samples],
        "sample_zh": [said.zh for said in samples],
    }


def could_not_check(error: duckdb.Error) -> ReaderFailed:
    """The file's statements cannot be run."""
    return ReaderFailed(
        "check_failed",
        Wording(
            f"文件无法检查({error}),这是程序的缺陷:请报告",
            f"the file cannot be checked ({error}), which is a fault of the program: report it",
        ),
    )


def rows_lost(received: int, judged: int) -> ReaderFailed:
    """Not every row is among the accepted or the quarantined ones, or one is twice."""
    return ReaderFailed(
        "rows_lost",
        Wording(
            f"{received} 行中只有 {judged} 行有结果,这是程序的缺陷:请报告",
            f"of {received} rows {judged} were judged, which is a fault of the program: report it",
        ),
    )


def structure_faults(contract: Contract, header: Sequence[str]) -> dict[str, int]:
    """How many columns break each rule on a header: column_missing, column_unknown, column_repeated."""
    return {
        "column_missing": len(contract.missing_columns(list(header))),
        "column_unknown": len({name for name in header if name not in contract.column_names}),
        "column_repeated": len({name for name in header if list(header).count(name) > 1}),
    }


def structure_message(contract: Contract, header: Sequence[str]) -> Wording:
    """What is wrong with a header, all at once, with the nearest name for each strange one."""
    known, header = contract.column_names, list(header)
    parts = []
    titles = {column.name: f"{column.name}({column.title_zh})" for column in contract.columns}
    missing = contract.missing_columns(header)
    if missing:
        titled = ", ".join(titles[name] for name in missing)
        parts.append(Wording(f"缺少列 {titled}", f"the column {', '.join(missing)} is missing"))
    for name in dict.fromkeys(header):
        if name not in known:
            candidates = [other for other in known if other not in header] or known
            near = _nearest(contract, name, candidates)
            meant = Wording(f"(是否为 {titles[near]}?)", f" (did you mean {near}?)") if near else Wording("", "")
            parts.append(Wording(f"未知的列 '{name}'{meant.zh}", f"the column '{name}' is unknown{meant.en}"))
        elif header.count(name) > 1:
            count = header.count(name)
            parts.append(Wording(f"列 {name} 出现了 {count} 次", f"the column {name} appears {count} times"))
    return Wording(
        f"{';'.join(part.zh for part in parts)}。{contract.source} 的列:{', '.join(titles[name] for name in known)}",
        f"{'; '.join(part.en for part in parts)}. Columns of {contract.source}: {', '.join(known)}",
    )


def _nearest(contract: Contract, name: str, candidates: Collection[str]) -> str | None:
    """The column whose name, title or synonym is most like `name`; None where none is."""
    labels = {
        label: column.name
        for column in contract.columns
        if column.name in candidates
        for label in (column.name, column.title_zh, *column.synonyms)
        if label
    }
    near = difflib.get_close_matches(name, labels, n=1, cutoff=0.5)
    return labels[near[0]] if near else None


def broken_rules(connection: duckdb.DuckDBPyConnection, rules: Sequence[tuple[int, Rule]]) -> list[tuple[int, Rule]]:
    """Those of some rules that a row of the table `looked_at` breaks. To plan the messages of all takes longer than to
    form those that are needed."""
    [are_broken] = connection.execute(checked_rows.broken_rules_query(rules, "looked_at")).fetchall()
    return [rule for rule, is_broken in zip(rules, are_broken, strict=True) if is_broken]


class Door:
    """The database in which rows are judged: the reference tables, and the rows of a few files at a time."""

    def __init__(self, reference: Reference, work_folder: Path) -> None:
        self._reference = reference
        self._aside = str(work_folder / "aside.arrow")
        self._connection = duckdb.connect(
            # One thread takes a fifth less of processor time than two, and what comes before and after uses one.
            config={"memory_limit": MEMORY_LIMIT, "temp_directory": str(work_folder / "checks"), "threads": 1}
        )
        self._connection.execute("set timezone = 'UTC'")
        reference.fill(self._connection)
        self._knows_names = self._knows_codes_of_names = False

    def close(self) -> None:
        self._connection.close()

    def check(self, contract: Contract, files: Sequence[FileToCheck]) -> list[CheckedFile]:
        """Part the rows of files whose headers fit: `accepted.parquet` and `quarantined.parquet` go into each file's
        folder. Raises `ReaderFailed` where the statements cannot be run, which is a fault of the program."""
        results = [CheckedFile() for _ in files]
        try:
            rows = _Rows(self._connection, contract, files)
            with self._judged(contract, rows):
                self._store_accepted(contract, rows)
                self._count_accepted(results)
                self._count_faults(contract, results)
                self._count_readings(results)
                for number, (file, result) in enumerate(zip(files, results, strict=True)):
                    self._write_quarantined(contract, rows, number, result)
                    judged = result.accepted_count + result.quarantined_count
                    if judged != file.table.row_count:
                        raise rows_lost(file.table.row_count, judged)
        except duckdb.Error as error:
            raise could_not_check(error) from error
        return results

    @contextmanager
    def _judged(self, contract: Contract, rows: _Rows) -> Iterator[None]:
        """Have what is kept of all rows as `checked`, of those in order as `accepted`, and what is wrong with some as
        `judged` (those that are to go to quarantine) and `warned`, while the context lasts."""
        execute = self._connection.execute
        try:
            rows.part()
            if "unit_name" in rows.header:
                self._look_up_names(rows)
            if "officer_code" in contract.column_names:
                self._look_up_officers(rows.checked())
            self._look_up_measures(contract, rows)
            columns = self._judge_rows(contract, rows)
            copies = checked_rows.NO_COPIES
            if rows.found(checked_rows.ROWS_ALIKE):
                copies = checked_rows.copies_query(contract, rows.checked_found())
            execute(f"create temp table copies as {copies}")
            self._put_into_words(contract, rows, "judged", "error", checked_rows.broken_query(contract, columns))
            execute(
                "create temp view accepted as select * from checked anti join judged using (file_number, row_number)"
            )
            self._put_into_words(contract, rows, "warned", "warning", checked_rows.doubtful_query(contract, columns))
            yield
        finally:
            execute("drop view if exists accepted")
            for name in ("warned", "judged_told", "judged", "copies", "looked_at", "told", "found", "checked", "odd"):
                execute(f"drop table if exists {name}")

    def _put_into_words(self, contract: Contract, rows: _Rows, table: str, severity: Severity, found: str) -> None:
        """Make the table of the rows that a query finds, with what they break, and of those to go to quarantine the
        table of what was received."""
        execute = self._connection.execute
        if not rows.found(found):
            execute(f"create temp table {table} as {checked_rows.NO_ROWS_WITH_FAULTS}")
            return
        execute(
            "create or replace temp table looked_at as"
            f" {checked_rows.looked_at_query(contract, rows.checked_found(), severity)}"
        )
        rules = [(number, rule) for number, rule in enumerate(contract.rules()) if rule.severity == severity]
        broken = broken_rules(self._connection, rules)
        execute(f"create temp table {table} as {checked_rows.with_faults(contract, 'from looked_at', broken)}")
        if severity == "error":
            execute("alter table told rename to judged_told")

    def _look_up_officers(self, checked: checked_rows.Query) -> None:
        """Have `reference.standing` say what the units of officers are in the editions of these rows."""
        keys = self._connection.execute(
            f"""
            with wanted as (
                select distinct c.series_code, c.assessment_year_read as assessment_year, term.unit_code
                from ({checked.sql}) as c cross join reference.term as term
                where c.edition_is_known and term.unit_code is not null
            )
            select * from wanted anti join reference.frame using (series_code, assessment_year, unit_code)
            where not exists (
                select 1 from reference.standing as st
                where st.series_code = wanted.series_code and st.assessment_year = wanted.assessment_year
                    and st.received_code = wanted.unit_code
            )
            order by all
            """
        ).fetchall()
        self._reference.add_standings(self._connection, keys)

    def _look_up_names(self, rows: _Rows) -> None:
        """Have the reference tables know the names of units, which most files leave out, and their codes, which most
        rows give themselves."""
        if not self._knows_names:
            self._reference.fill_names(self._connection)
            self._knows_names = True
        if not self._knows_codes_of_names and rows.have_no_code():
            self._reference.fill_codes_of_names(self._connection)
            self._knows_codes_of_names = True

    def _look_up_measures(self, contract: Contract, rows: _Rows) -> None:
        """Have the reference tables say what the measure codes may mean that no seed holds."""
        if not any("measure_is_known" in step.columns for step in contract.text_steps):
            return
        strange = self._connection.execute(
            f"select distinct measure_code from ({rows.read().sql}) where measure_code is not null and"
            " not measure_is_known and measure_code not in (select measure_code from reference.near_measure)"
            f" order by measure_code limit {MOST_EXPLAINED_MEASURES}"
        ).fetchall()
        self._reference.add_near_measures(self._connection, [code for (code,) in strange])

    def _look_up_units(self, checked: checked_rows.Query) -> None:
        """Have the reference tables answer for the units of checked rows that no frame holds as such."""
        keys = self._connection.execute(
            f"{checked_rows.unanswered_query(checked)} order by all limit {MOST_EXPLAINED_UNITS}"
        ).fetchall()
        self._reference.add_standings(self._connection, keys)

    def _judge_rows(self, contract: Contract, rows: _Rows) -> list[str]:
        """Set the rows aside that break no rule by themselves, as they are to be stored, and keep of all rows what the
        others are looked at with, as the table `checked`; its columns are given back."""
        asked = checked_rows.asked(contract)
        columns: list[str] = []
        with _Aside(self._aside) as aside:
            for part in rows.checked_parts(asked):
                columns = self._judge(checked_rows.judged_query(contract, part), aside, columns)
            # What the codes of these are in the edition is looked up now, for few files have such rows.
            if UNANSWERED in columns and rows.found(f"select file_number, row_number from checked where {UNANSWERED}"):
                self._look_up_units(rows.checked_found())
                self._connection.execute(f"delete from checked where {UNANSWERED}")
                judged = checked_rows.judged_query(contract, rows.checked_found(asked))
                self._judge(judged, aside, columns, are_answered=True)
        return columns

    def _judge(self, judged: str, aside: _Aside, columns: list[str], are_answered: bool = False) -> list[str]:
        """Judge rows, and give back the columns of `checked`, which is made unless it has `columns`; rows whose unit is
        to be looked up are left for a second time."""
        # A connection of its own, for the statement whose rows are taken is still running.
        with self._connection.cursor() as keeper:
            # To have the rows in order here would take longer than all that is asked of them, and most of the memory.
            for table in self._batches(judged):
                kept = table.select([name for name in table.column_names if not name.startswith("stored_")])
                keeper.register("kept", kept)
                keep = "insert into checked by name" if columns else "create or replace table checked as"
                keeper.execute(f"{keep} select * from kept")
                columns = columns or kept.column_names
                is_left = table["is_broken"]
                if UNANSWERED in columns and not are_answered:
                    is_left = pc.or_kleene(is_left, pc.fill_null(table[UNANSWERED], False))
                aside.add(table.filter(pc.invert(is_left)))
        return columns

    def _batches(self, query: str) -> Iterator[pa.Table]:
        """What a query finds, some rows at a time; first a table of no rows."""
        batches = self._connection.execute(query).to_arrow_reader(ROWS_AT_A_TIME)
        yield batches.schema.empty_table()
        while True:
            try:
                batch = next(batches, None)
            except OSError as error:
                # So Arrow tells what DuckDB says while its rows are taken.
                raise duckdb.Error(str(error)) from error
            if batch is None:
                return
            yield pa.Table.from_batches([batch])

    def _store_accepted(self, contract: Contract, rows: _Rows) -> None:
        """Write the files of accepted rows: those set aside that break no rule about the other rows either."""
        found = self._connection.execute(
            "select file_number, list(row_number) from judged semi join (select * from checked where not is_broken)"
            " using (file_number, row_number) group by all"
        ).fetchall()
        judged = {number: pa.array(row_numbers, pa.int32()) for number, row_numbers in found}
        with _Writers(rows.files, accepted_schema(contract)) as writers, _set_aside(self._aside) as batches:
            for batch in _in_order(batches):
                writers.write(batch, judged)

    def _count_accepted(self, results: Sequence[CheckedFile]) -> None:
        counted = "select file_number, count(*) from accepted group by file_number"
        for number, count in self._connection.execute(counted).fetchall():
            results[number].accepted_count = count

    def _count_faults(self, contract: Contract, results: Sequence[CheckedFile]) -> None:
        rules = contract.rules()
        counted = self._connection.execute(
            f"""
            with faults as (
                select file_number, row_number, unnest(faults) as fault from judged
                union all
                select file_number, row_number, unnest(faults) from warned
            )
            select
                file_number,
                fault.rule,
                count(*),
                list(struct_pack(r := row_number, zh := fault.zh, en := fault.en) order by row_number)
                    [1:{SAMPLE_SIZE}]
            from faults
            group by all
            order by all
            """
        ).fetchall()
        for number, rule, count, samples in counted:
            name = rules[rule].name
            results[number].broken[name] = results[number].broken.get(name, 0) + count
            results[number].samples[name] = [
                Wording(f"第 {sample['r']} 行:{sample['zh']}", f"row {sample['r']}: {sample['en']}")
                for sample in samples
            ]

    def _count_readings(self, results: Sequence[CheckedFile]) -> None:
        sums = ", ".join(f"sum({name})" for name in READINGS)
        for number, *counts in self._connection.execute(
            f"select file_number, {sums} from checked group by file_number"
        ).fetchall():
            results[number].readings = {name: count for name, count in zip(READINGS, counts, strict=True) if count}

    def _write_quarantined(self, contract: Contract, rows: _Rows, number: int, result: CheckedFile) -> None:
        rules, file = contract.rules(), rows.files[number]
        has_broken = any(rule.severity == "error" and result.broken.get(rule.name) for rule in rules)
        if not file.table.unreadable and not has_broken:
            (file.folder / QUARANTINED_NAME).write_bytes(no_rows(QUARANTINE_SCHEMA))
            return
        quarantined = [self._unreadable_rows(contract, file)]
        if has_broken:
            quarantined.append(self._broken_rows(contract, rows, number))
        table = pa.concat_tables(quarantined).sort_by("row_number")
        pq.write_table(table, file.folder / QUARANTINED_NAME, compression="zstd")
        result.quarantined_count = table.num_rows
        counts = sorted(table.column("rule").value_counts().to_pylist(), key=lambda entry: entry["values"])
        result.first_broken = {entry["values"]: entry["counts"] for entry in counts}

    def _broken_rows(self, contract: Contract, rows: _Rows, number: int) -> pa.Table:
        rules, file = contract.rules(), rows.files[number]
        key = ", ".join(f"coalesce(judged.{name}, '')" for name in contract.key)
        names = ", ".join(
            f"({position}, {literal(rule.name)}, {_or_null(rule)})" for position, rule in enumerate(rules)
        )
        measure = "judged.measure_code" if "measure_code" in contract.column_names else "null::varchar"
        return (
            self._connection.execute(
                f"""
                select
                    {literal(contract.source)} as source,
                    {literal(file.batch_id)} as batch_id,
                    judged.row_number,
                    judged.unit_identity as unit_code,
                    judged.assessment_year_read as assessment_year,
                    {measure} as measure_code,
                    concat_ws('|', {key}) as row_key,
                    rules.name as rule,
                    rules.column_name,
                    array_to_string(list_transform(faults, lambda fault: fault.en), '; ') as message,
                    array_to_string(list_transform(faults, lambda fault: fault.zh), ';') as message_zh,
                    {_payload(file.table)} as raw_payload
                from judged
                join (values {names}) as rules(position, name, column_name) on rules.position = faults[1].rule
                join judged_told as received using (file_number, row_number)
                where judged.file_number = {number}
                """
            )
            .to_arrow_table()
            .cast(QUARANTINE_SCHEMA)
        )

    @staticmethod
    def _unreadable_rows(contract: Contract, file: FileToCheck) -> pa.Table:
        records = []
        for unreadable in file.table.unreadable:
            cells = {name: (cell or "").strip() for name, cell in unreadable.payload.items()}
            year = cells.get("assessment_year", "")
            records.append(
                {
                    "source": contract.source,
                    "batch_id": file.batch_id,
                    "row_number": unreadable.row_number,
                    "unit_code": cells.get("unit_code") or None,
                    "assessment_year": int(year) if year.isascii() and year.isdigit() and len(year) == 4 else None,
                    "measure_code": cells.get("measure_code") or None,
                    "row_key": "|".join(cells.get(name, "") for name in contract.key),
                    "rule": unreadable.rule,
                    "column_name": None,
                    "message": unreadable.wording.en,
                    "message_zh": unreadable.wording.zh,
                    "raw_payload": json.dumps(unreadable.payload, ensure_ascii=False),
                }
            )
        return pa.Table.from_pylist(records, schema=QUARANTINE_SCHEMA)


@contextmanager
def _set_aside(path: str) -> Iterator[pa.ipc.RecordBatchFileReader]:
    """The rows that were set aside, which are removed afterwards. Read and not mapped, for a mapped file counts as
    memory."""
    try:
        with pa.OSFile(path) as file, pa.ipc.open_file(file) as batches:
            yield batches
    finally:
        Path(path).unlink(missing_ok=True)


def _in_order(batches: pa.ipc.RecordBatchFileReader) -> Iterator[pa.Table]:
    """Rows by file and number, some at a time. They stand nearly so: what a join holds back of a file comes later."""
    keys = [_keys(batches.get_batch(at)) for at in range(batches.num_record_batches)]
    starts = np.cumsum([0, *map(len, keys)])
    order = np.argsort(np.concatenate([*keys, np.zeros(0, np.int64)]), kind="stable")
    for start in range(0, len(order), ROWS_AT_A_TIME):
        wanted = order[start : start + ROWS_AT_A_TIME]
        places = np.searchsorted(starts, wanted, side="right") - 1
        tables = {place: pa.Table.from_batches([batches.get_batch(place)]) for place in np.unique(places).tolist()}
        ends = np.flatnonzero((np.diff(wanted) != 1) | (np.diff(places) != 0)) + 1
        if len(ends) <= FEW_RUNS:
            yield pa.concat_tables(
                tables[places[first]].slice(wanted[first] - starts[places[first]], end - first)
                for first, end in itertools.pairwise([0, *ends.tolist(), len(wanted)])
            )
            continue
        parts = [tables[place].take(wanted[places == place] - starts[place]) for place in tables]
        rows = pa.concat_tables(parts)
        yield rows.take(np.argsort(np.concatenate([_keys(each) for each in rows.to_batches()])))


def _keys(batch: pa.RecordBatch) -> np.ndarray:
    numbers, row_numbers = (batch[name].to_numpy().astype(np.int64) for name in ("file_number", "row_number"))
    return numbers << 32 | row_numbers


@cache
def no_rows(schema: pa.Schema) -> bytes:
    """A file of no rows."""
    file = pa.BufferOutputStream()
    pq.write_table(schema.empty_table(), file, compression="zstd")
    return file.getvalue().to_pybytes()


class _Rows:
    """The rows of files that are judged together, as checked rows: all of them, or some again."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, contract: Contract, files: Sequence[FileToCheck]) -> None:
        self.files = files
        self.header = {name for file in files for name in file.table.header}
        self._connection, self._execute = connection, connection.execute
        self._contract = contract
        # Columns of which no cell is to be interpreted.
        self._plain: frozenset[str] = frozenset()
        self._is_parted = False
        parts = [*self._written_rows(), *self._few_rows()]
        self._received = f"({' union all by name '.join(parts)})"

    def _written_rows(self) -> Iterator[str]:
        """SQL of the rows of files that stand in Parquet."""
        places = {
            str(file.table.rows): number for number, file in enumerate(self.files) if isinstance(file.table.rows, Path)
        }
        if places:
            paths, numbers = ", ".join(map(literal, places)), list(places.values())
            yield (
                f"select {numbers}[list_position([{paths}], filename)] as file_number, * exclude (filename)"
                f" from read_parquet([{paths}], union_by_name = true, filename = true)"
            )

    def _few_rows(self) -> Iterator[str]:
        """SQL of the rows of files that have few, of which a table is made."""
        tables = [
            rows.append_column("file_number", pa.repeat(pa.scalar(number, pa.int32()), rows.num_rows))
            for number, rows in enumerate(file.table.rows for file in self.files)
            if isinstance(rows, pa.Table)
        ]
        if tables:
            self._connection.register("rows_given", pa.concat_tables(tables, promote_options="default"))
            self._execute("create or replace temp table few_rows as select * from rows_given")
            self._connection.unregister("rows_given")
            yield "select * from few_rows"

    def part(self) -> None:
        """Have the rows as `odd` of which some cell is to be interpreted; the others take a shorter statement. Few rows
        are not parted, for two statements take longer to plan than theirs to run."""
        names = [name for name in self._contract.column_names if name in self.header]
        self._plain = frozenset(self._contract.column_names)
        if not names:
            return
        self._execute(
            f"create or replace temp table odd as {checked_rows.odd_query(self._contract, names, self._received)}"
        )
        told = ", ".join(f"bool_and({name})" for name in names)
        [(odd_count, *are_plain)] = self._execute(f"select count(*), {told} from odd").fetchall()
        self._plain -= {name for name, is_plain in zip(names, are_plain, strict=True) if is_plain is False}
        row_count = sum(file.table.readable_count for file in self.files)
        self._is_parted = row_count >= WORTH_PARTING and 0 < odd_count < row_count

    def checked_parts(self, asked: Collection[str]) -> Iterator[checked_rows.Query]:
        """The checked rows, in the parts that are read each by a statement of its own."""
        if not self._is_parted:
            yield self.checked(asked)
            return
        every_column = frozenset(self._contract.column_names)
        for join, plain in (("anti", every_column), ("semi", self._plain)):
            source = f"(select * from {self._received} {join} join odd using (file_number, row_number))"
            yield checked_rows.checked_query(self._contract, self.header, source, plain, asked)

    def read(self) -> checked_rows.Query:
        return checked_rows.read_query(self._contract, self.header, self._received, self._plain)

    def checked(self, asked: Collection[str] | None = None) -> checked_rows.Query:
        return checked_rows.checked_query(self._contract, self.header, self._received, self._plain, asked)

    def have_no_code(self) -> bool:
        """Whether some row leaves out the code of its unit."""
        without = f"select 1 from {self._received} where unit_code is null limit 1"
        return "unit_code" not in self.header or bool(self._execute(without).fetchall())

    def found(self, query: str) -> bool:
        """Have the rows that a query finds among the checked ones as `told`, and say whether there are any."""
        self._execute(f"create or replace temp table found as {query}")
        if not self._execute("select 1 from found limit 1").fetchall():
            return False
        self._execute(
            f"create or replace temp table told as select rows.* from {self._received} as rows"
            " semi join found using (file_number, row_number)"
        )
        return True

    def checked_found(self, asked: Collection[str] | None = None) -> checked_rows.Query:
        """The checked rows of those that were found."""
        return checked_rows.checked_query(self._contract, self.header, "told", self._plain, asked)


class _Aside:
    """A file of rows that are set aside, with their columns to store."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._writer: pa.ipc.RecordBatchFileWriter | None = None

    def __enter__(self) -> _Aside:
        return self

    def __exit__(self, *_: object) -> None:
        if self._writer:
            self._writer.close()

    def add(self, judged: pa.Table) -> None:
        stored = [name for name in judged.column_names if name.startswith("stored_")]
        rows = judged.select(["file_number", "row_number", *stored])
        if self._writer is None:
            self._schema = rows.schema
            self._writer = pa.ipc.new_file(self._path, self._schema)
        self._writer.write_table(rows.cast(self._schema))


class _Writers:
    """The files of accepted rows of several batches, written in their order; a batch without rows has a file without
    rows."""

    def __init__(self, files: Sequence[FileToCheck], schema: pa.Schema) -> None:
        self._files = files
        self._schema = schema
        self._batch_ids = pa.array([file.batch_id for file in files], pa.string())
        self._number = -1
        self._opened = ExitStack()
        self._writer: pq.ParquetWriter  # of the file at that number

    def __enter__(self) -> _Writers:
        return self

    def __exit__(self, *_: object) -> None:
        self._go_to(len(self._files))

    def write(self, rows: pa.Table, judged: Mapping[int, pa.Array]) -> None:
        """Write rows in the order of files, but those that are `judged`, by number of file."""
        numbers, row_numbers, *stored = rows.columns
        columns = [*stored, self._batch_ids.take(numbers), row_numbers]
        rows = pa.table(columns, self._schema.names).cast(self._schema)
        bounds = np.flatnonzero(np.diff(numbers.to_numpy(), prepend=-1, append=-1))
        for start, end in itertools.pairwise(bounds.tolist()):
            number = numbers[start].as_py()
            its_rows = rows.slice(start, end - start)
            if number in judged:
                its_rows = its_rows.filter(pc.invert(pc.is_in(its_rows["row_number"], judged[number])))
            self._go_to(number)
            self._writer.write_table(its_rows)

    def _go_to(self, number: int) -> None:
        """Close the file before `number` and open that one; those between have no rows."""
        while self._number < number:
            self._opened.close()
            self._number += 1
            if self._number == number < len(self._files):
                self._writer = self._open(self._files[number])
            elif self._number < len(self._files):
                (self._files[self._number].folder / ACCEPTED_NAME).write_bytes(no_rows(self._schema))

    def _open(self, file: FileToCheck) -> pq.ParquetWriter:
        target = self._opened.enter_context(pa.OSFile(str(file.folder / ACCEPTED_NAME), "wb"))
        # Dictionaries of the words of a few rows, and their least and largest ones, take longer than all else.
        is_long = file.table.readable_count > FEW_ROWS
        writer = pq.ParquetWriter(
            target, self._schema, compression="zstd", use_dictionary=is_long, write_statistics=is_long
        )
        return self._opened.enter_context(writer)


def _or_null(rule: Rule) -> str:
    return literal(rule.column) if rule.column else "null"


def _payload(table: FileTable) -> str:
    """The row as received as JSON, in the order of its columns; in delimited text a cell is blank, never missing."""
    blank = "'\"\"'" if table.file_format == "csv" else "'null'"
    cells = [
        f"{literal(json.dumps(name, ensure_ascii=False) + ': ')}"
        f" || coalesce(to_json(received.{identifier(name)})::varchar, {blank})"
        for name in table.column_names
    ]
    return "'{' || " + " || ', ' || ".join(cells) + " || '}'"
