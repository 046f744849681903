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
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from orchestration.landing import checked_rows
from orchestration.landing.cells import READINGS
from orchestration.landing.contracts.definition import DECIMAL_PRECISION, DECIMAL_SCALE, Contract, Rule, Severity
from orchestration.landing.readers import FileTable, ReaderFailed
from orchestration.landing.readers.table import ROW_NUMBER
from orchestration.landing.reference import Reference
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
# From so many rows on it pays to judge files with odd cells in a statement of their own.
WORTH_PARTING = 5_000
ACCEPTED_NAME, QUARANTINED_NAME = "accepted.parquet", "quarantined.parquet"
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


STRUCTURE_RULES = {
    "column_missing": Wording("文件有全部必需的列", "the file has every required column"),
    "column_unknown": Wording("文件没有其他列", "the file has no other columns"),
    "column_repeated": Wording("没有一列出现两次", "no column appears twice"),
}
ROWS_MISSING, ROW_UNREADABLE = "rows_missing", "row_unreadable"
ROWS_MISSING_SAYS = Wording("表头之下有数据行", "the file has rows below its header")
ROW_UNREADABLE_SAYS = Wording("每一行都能按表头拆成各列", "every row can be taken apart into the header's columns")


def structure_records(contract: Contract, table: FileTable, faults: Mapping[str, int]) -> list[dict[str, Any]]:
    """Records of the rules on a header: how many columns break each."""
    suite, evaluated = f"{contract.source}.structure", len(table.header)
    return [
        _record(suite, rule, "column_name", says, "error", evaluated, faults[rule], ())
        for rule, says in STRUCTURE_RULES.items()
    ]


def row_records(contract: Contract, table: FileTable, found: CheckedFile) -> list[dict[str, Any]]:
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


class Door:
    """The database in which rows are judged: the reference tables, and the rows of a few files at a time."""

    def __init__(self, reference: Reference, work_folder: Path) -> None:
        self._reference = reference
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
        results: dict[str, CheckedFile] = {}
        try:
            for rows in self._alike(contract, files):
                results |= zip((file.batch_id for file in rows.files), self._check_alike(contract, rows), strict=True)
        except duckdb.Error as error:
            raise could_not_check(error) from error
        return [results[file.batch_id] for file in files]

    def _alike(self, contract: Contract, files: Sequence[FileToCheck]) -> list[_Rows]:
        """The files in two parts: those whose cells all say what stands in them, which need no interpretation, and the
        others. Few rows are not parted, for two statements take longer to plan than theirs to run."""
        rows = _Rows(self._connection, contract, files)
        plain = rows.plain_columns()
        odd = [number for number, names in enumerate(plain) if len(names) < len(contract.column_names)]
        even = [number for number in range(len(files)) if number not in set(odd)]
        if sum(file.table.row_count for file in files) < WORTH_PARTING or not odd or not even:
            return [rows.of_plain(frozenset.intersection(*plain))]
        parts = [[files[number] for number in numbers] for numbers in (even, odd)]
        return [
            _Rows(self._connection, contract, part).of_plain(frozenset.intersection(*(plain[at] for at in numbers)))
            for part, numbers in zip(parts, (even, odd), strict=True)
        ]

    def _check_alike(self, contract: Contract, rows: _Rows) -> list[CheckedFile]:
        results = [CheckedFile() for _ in rows.files]
        with self._judged(contract, rows):
            self._leave_out_judged(rows.files)
            self._count_accepted(results)
            self._count_faults(contract, results)
            self._count_readings(results)
            for number, (file, result) in enumerate(zip(rows.files, results, strict=True)):
                self._write_quarantined(contract, number, file, result)
                judged = result.accepted_count + result.quarantined_count
                if judged != file.table.row_count:
                    raise rows_lost(file.table.row_count, judged)
        return results

    @contextmanager
    def _judged(self, contract: Contract, rows: _Rows) -> Iterator[None]:
        """Have what is kept of all rows as `checked`, of those in order as `accepted`, and what is wrong with some as
        `judged` (those that are to go to quarantine) and `warned`, while the context lasts. The rows that break no rule
        by themselves have been written as accepted ones then."""
        execute = self._connection.execute
        try:
            if "unit_name" in rows.header:
                self._look_up_names(rows)
            if "officer_code" in contract.column_names:
                self._look_up_officers(rows.checked())
            self._look_up_measures(contract, rows)
            self._look_up_units(rows.likely_unanswered())
            columns = self._write_accepted(contract, rows)
            if self._has_unanswered(columns) and self._look_up_units(rows.checked()):
                self._write_accepted(contract, rows)
            copies = rows.told(checked_rows.ROWS_ALIKE, checked_rows.copies_query)
            execute(f"create temp table copies as {copies or checked_rows.NO_COPIES}")
            self._put_into_words(rows, "judged", checked_rows.broken_query(contract, columns), "error")
            execute(
                "create temp view accepted as select * from checked anti join judged using (file_number, row_number)"
            )
            self._put_into_words(rows, "warned", checked_rows.doubtful_query(contract, columns), "warning")
            yield
        finally:
            execute("drop view if exists accepted")
            for name in ("warned", "judged", "copies", "told", "found", "checked"):
                execute(f"drop table if exists {name}")

    def _put_into_words(self, rows: _Rows, table: str, found: str, severity: Severity) -> None:
        """Make the table of the rows that a query finds, with what they break."""
        worded = rows.told(found, partial(checked_rows.worded_query, severity=severity))
        self._connection.execute(f"create temp table {table} as {worded or checked_rows.NO_ROWS_WITH_FAULTS}")

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

    def _look_up_units(self, checked: checked_rows.Query) -> bool:
        """Have the reference tables answer for the units of checked rows that no frame holds as such. Says whether
        there are any."""
        if "unit_is_unanswered" not in checked.columns:
            return False
        keys = self._connection.execute(
            f"{checked_rows.unanswered_query(checked)} order by all limit {MOST_EXPLAINED_UNITS}"
        ).fetchall()
        self._reference.add_standings(self._connection, keys)
        return bool(keys)

    def _has_unanswered(self, columns: Collection[str]) -> bool:
        asked = "select 1 from checked where unit_is_unanswered limit 1"
        return "unit_is_unanswered" in columns and bool(self._connection.execute(asked).fetchall())

    def _write_accepted(self, contract: Contract, rows: _Rows) -> list[str]:
        """Write the rows that break no rule by themselves as accepted ones, and keep of all rows what the others are
        looked at with, as the table `checked`; its columns are given back."""
        schema = accepted_schema(contract)
        stored = [f"stored_{number}" for number, _ in enumerate(checked_rows.stored_expressions(contract))]
        judged = checked_rows.judged_query(contract, rows.checked(checked_rows.asked(contract)))
        columns: list[str] = []
        # A connection of its own, for the statement whose rows are taken is still running.
        with self._connection.cursor() as keeper, _Writers(rows.files, ACCEPTED_NAME, schema) as writers:
            for table in self._batches(f"{judged} order by file_number, row_number"):
                kept = table.drop_columns(stored)
                keeper.register("kept", kept)
                keep = "insert into checked" if columns else "create or replace table checked as"
                keeper.execute(f"{keep} select * from kept")
                columns = kept.column_names
                for number, its_rows in _by_file(table):
                    writers.write(number, its_rows, stored)
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

    def _leave_out_judged(self, files: Sequence[FileToCheck]) -> None:
        """Take rows that break a rule about the other rows out of what was written as accepted."""
        found = self._connection.execute(
            "select file_number, list(row_number) from judged semi join (select * from checked where not is_broken)"
            " using (file_number, row_number) group by all"
        ).fetchall()
        for number, row_numbers in found:
            path = files[number].folder / ACCEPTED_NAME
            rows = pq.read_table(path)
            is_judged = pc.is_in(rows["row_number"], pa.array(row_numbers, pa.int32()))
            pq.write_table(rows.filter(pc.invert(is_judged)), path, compression="zstd")

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

    def _write_quarantined(self, contract: Contract, number: int, file: FileToCheck, result: CheckedFile) -> None:
        rules = contract.rules()
        has_broken = any(rule.severity == "error" and result.broken.get(rule.name) for rule in rules)
        if not file.table.unreadable and not has_broken:
            (file.folder / QUARANTINED_NAME).write_bytes(_no_quarantined_rows())
            return
        quarantined = [self._unreadable_rows(contract, file)]
        if has_broken:
            quarantined.append(self._broken_rows(contract, number, file))
        table = pa.concat_tables(quarantined).sort_by("row_number")
        pq.write_table(table, file.folder / QUARANTINED_NAME, compression="zstd")
        result.quarantined_count = table.num_rows
        counts = sorted(table.column("rule").value_counts().to_pylist(), key=lambda entry: entry["values"])
        result.first_broken = {entry["values"]: entry["counts"] for entry in counts}

    def _broken_rows(self, contract: Contract, number: int, file: FileToCheck) -> pa.Table:
        rules = contract.rules()
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
                join read_parquet({literal(str(file.table.rows))}) as received
                    on received.row_number = judged.row_number
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


@cache
def _no_quarantined_rows() -> bytes:
    """The file of a batch of which nothing is in quarantine."""
    file = pa.BufferOutputStream()
    pq.write_table(QUARANTINE_SCHEMA.empty_table(), file, compression="zstd")
    return file.getvalue().to_pybytes()


class _Rows:
    """The rows of files that are judged together, as checked rows: all of them, or some again."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, contract: Contract, files: Sequence[FileToCheck]) -> None:
        self.files = files
        self.header = {name for file in files for name in file.table.header}
        self._execute = connection.execute
        self._contract = contract
        self._plain: frozenset[str] = frozenset()
        paths = ", ".join(literal(str(file.table.rows)) for file in files)
        self._received = (
            f"(select list_position([{paths}], filename) - 1 as file_number, * exclude (filename)"
            f" from read_parquet([{paths}], union_by_name = true, filename = true))"
        )

    def of_plain(self, columns: frozenset[str]) -> _Rows:
        """These rows, of which every cell of some columns is known to say what stands in it."""
        self._plain = columns
        return self

    def plain_columns(self) -> list[frozenset[str]]:
        """The columns of each file, the ones that it lacks among them, whose cells say what stands in them."""
        names = {*self._contract.column_names}
        found = [frozenset(names) for _ in self.files]
        if not names & self.header:
            return found
        result = self._execute(checked_rows.plain_query(self._contract, self.header, self._received))
        columns = [name for name, *_ in result.description[1:]]
        for number, *are_plain in result.fetchall():
            found[number] -= {name for name, is_plain in zip(columns, are_plain, strict=True) if not is_plain}
        return found

    def read(self) -> checked_rows.Query:
        return checked_rows.read_query(self._contract, self.header, self._received, self._plain)

    def checked(self, asked: Collection[str] | None = None) -> checked_rows.Query:
        return checked_rows.checked_query(self._contract, self.header, self._received, self._plain, asked)

    def likely_unanswered(self) -> checked_rows.Query:
        """The checked rows without those whose unit stands in a frame of the year as it is written."""
        source = self._received
        if {"unit_code", "assessment_year"} <= self.header:
            source = (
                f"(select r.* from {source} as r anti join (select distinct unit_code, assessment_year::varchar as"
                " assessment_year from reference.frame) as f using (unit_code, assessment_year))"
            )
        return checked_rows.checked_query(self._contract, self.header, source, self._plain)

    def have_no_code(self) -> bool:
        """Whether some row leaves out the code of its unit."""
        without = f"select 1 from {self._received} where unit_code is null limit 1"
        return "unit_code" not in self.header or bool(self._execute(without).fetchall())

    def told(self, found: str, words: Callable[[Contract, checked_rows.Query], str]) -> str:
        """What `words` makes of the rows that a query finds among the checked ones; nothing where it finds none, for
        planning a query takes as long as running it on some thousand rows."""
        self._execute(f"create or replace temp table found as {found}")
        if not self._execute("select 1 from found limit 1").fetchall():
            return ""
        self._execute(
            f"create or replace temp table told as select rows.* from {self._received} as rows"
            " semi join found using (file_number, row_number)"
        )
        return words(self._contract, checked_rows.checked_query(self._contract, self.header, "told"))


class _Writers:
    """Parquet files of several batches, written in their order; a batch without rows has a file without rows."""

    def __init__(self, files: Sequence[FileToCheck], name: str, schema: pa.Schema) -> None:
        self._paths = [file.folder / name for file in files]
        self._batch_ids = [file.batch_id for file in files]
        self._schema = schema
        self._number = -1
        self._writer: pq.ParquetWriter | None = None

    def __enter__(self) -> _Writers:
        return self

    def __exit__(self, *_: object) -> None:
        self._open(len(self._paths))

    def write(self, number: int, rows: pa.Table, stored: Sequence[str]) -> None:
        """Write the rows of a file that are in order by themselves, of which `stored` are the columns to store."""
        self._open(number)
        rows = rows.filter(pc.invert(rows["is_broken"])) if pc.any(rows["is_broken"]).as_py() else rows
        batch_id = pa.array([self._batch_ids[number]]).take(pa.array(np.zeros(rows.num_rows, np.int32)))
        columns = [*(rows[name] for name in stored), batch_id, rows["row_number"]]
        self._writer.write_table(pa.table(columns, self._schema.names).cast(self._schema))

    def _open(self, number: int) -> None:
        """Close the file before `number` and open that one, passing over the ones without rows."""
        while self._number < number:
            if self._writer:
                self._writer.close()
            self._number += 1
            path = self._paths[self._number] if self._number < len(self._paths) else None
            self._writer = pq.ParquetWriter(path, self._schema, compression="zstd") if path else None


def _by_file(table: pa.Table) -> Iterator[tuple[int, pa.Table]]:
    """The rows of each file of rows that are in the order of files."""
    numbers = table["file_number"].to_numpy()
    bounds = np.flatnonzero(np.diff(numbers, prepend=-1, append=-1))
    for start, end in itertools.pairwise(bounds.tolist()):
        yield int(numbers[start]), table.slice(start, end - start)


def _or_null(rule: Rule) -> str:
    return literal(rule.column) if rule.column else "null"


def _payload(table: FileTable) -> str:
    """The row as received as JSON, in the order of its columns; in delimited text a cell is blank, never missing."""
    names = [name for name in pq.read_schema(table.rows).names if name != ROW_NUMBER]
    blank = "'\"\"'" if table.file_format == "csv" else "'null'"
    cells = [
        f"{literal(json.dumps(name, ensure_ascii=False) + ': ')}"
        f" || coalesce(to_json(received.{identifier(name)})::varchar, {blank})"
        for name in names
    ]
    return "'{' || " + " || ', ' || ".join(cells) + " || '}'"
