"""Puts files to the checks at the door and parts their rows into accepted and quarantined.

rows in = accepted + quarantined. Generated SQL finds the broken rules of all rows of the files that are judged together
(see `checked_rows`); the rows go from Parquet to Parquet and are at no time objects of Python. What was accepted is
then looked at by a second judge that knows nothing of that SQL (see `judge`): if it finds a fault, the program is at
fault, and nothing of these files is kept.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import duckdb
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
            config={"memory_limit": MEMORY_LIMIT, "temp_directory": str(work_folder / "checks")}
        )
        self._connection.execute("set timezone = 'UTC'")
        reference.fill(self._connection)
        self._knows_names = self._knows_codes_of_names = False

    def close(self) -> None:
        self._connection.close()

    def check(self, contract: Contract, files: Sequence[FileToCheck]) -> list[CheckedFile]:
        """Part the rows of files whose headers fit: `accepted.parquet` and `quarantined.parquet` go into each file's
        folder. Raises `ReaderFailed` where the statements cannot be run, which is a fault of the program."""
        try:
            with self._judged(contract, files):
                results = [CheckedFile() for _ in files]
                self._write_accepted(contract, files, results)
                self._count_faults(contract, results)
                self._count_readings(results)
                for number, file in enumerate(files):
                    self._write_quarantined(contract, number, file, results[number])
                    judged = results[number].accepted_count + results[number].quarantined_count
                    if judged != file.table.row_count:
                        raise rows_lost(file.table.row_count, judged)
                return results
        except duckdb.Error as error:
            raise could_not_check(error) from error

    @contextmanager
    def _judged(self, contract: Contract, files: Sequence[FileToCheck]) -> Iterator[None]:
        """Have the rows of the files as `accepted`, and what is wrong with some as `judged` (those that are to go to
        quarantine) and `warned`, while the context lasts."""
        execute, rows = self._connection.execute, _Rows(self._connection, contract, files)
        try:
            if "unit_name" in rows.header:
                self._look_up_names(rows)
            if "officer_code" in contract.column_names:
                self._look_up_officers(rows.checked())
            execute(f"create temp table checked as {checked_rows.narrow_query(contract, rows.checked())}")
            columns = self._columns_of("checked")
            if self._look_up_codes(columns):
                again = rows.told(checked_rows.ROWS_UNANSWERED, checked_rows.narrow_query)
                execute("delete from checked where unit_is_unanswered")
                execute(f"insert into checked {again}")
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

    def _columns_of(self, table: str) -> list[str]:
        return [name for name, *_ in self._connection.execute(f"describe {table}").fetchall()]

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

    def _look_up_codes(self, columns: Collection[str]) -> bool:
        """Have the reference tables answer for the codes of `checked` that no frame, and no seed, holds as such. Says
        whether there are units among them, whose rows are to be checked again."""
        execute = self._connection.execute
        if "measure_is_known" in columns:
            strange = execute(
                "select distinct measure_code from checked where measure_code is not null and not measure_is_known and"
                " measure_code not in (select measure_code from reference.near_measure)"
                f" order by measure_code limit {MOST_EXPLAINED_MEASURES}"
            ).fetchall()
            self._reference.add_near_measures(self._connection, [code for (code,) in strange])
        if "unit_is_unanswered" not in columns:
            return False
        keys = execute(
            "select distinct series_code, assessment_year_read, unit_code from checked where unit_is_unanswered"
            f" order by all limit {MOST_EXPLAINED_UNITS}"
        ).fetchall()
        self._reference.add_standings(self._connection, keys)
        return bool(keys)

    def _write_accepted(self, contract: Contract, files: Sequence[FileToCheck], results: Sequence[CheckedFile]) -> None:
        schema = accepted_schema(contract)
        stored = ", ".join(f"{sql} as {name}" for name, sql in checked_rows.stored_expressions(contract).items())
        batches = self._connection.execute(
            f"select file_number, {stored}, row_number from accepted order by file_number, row_number"
        ).to_arrow_reader(ROWS_AT_A_TIME)
        writers = _Writers(files, "accepted.parquet", schema)
        with writers:
            for batch in batches:
                for number, rows in _by_file(batch):
                    names = pa.array([files[number].batch_id]).take(pa.array([0] * rows.num_rows, pa.int32()))
                    rows = rows.append_column("batch_id", names).select(schema.names).cast(schema)
                    writers.write(number, rows)
                    results[number].accepted_count += rows.num_rows

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
        quarantined = [self._unreadable_rows(contract, file)]
        if sum(result.broken.get(rule.name, 0) for rule in rules if rule.severity == "error"):
            quarantined.append(self._broken_rows(contract, number, file))
        table = pa.concat_tables(quarantined).sort_by("row_number")
        pq.write_table(table, file.folder / "quarantined.parquet", compression="zstd")
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


class _Rows:
    """The rows of files that are judged together, as checked rows: all of them, or some again."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, contract: Contract, files: Sequence[FileToCheck]) -> None:
        self._execute = connection.execute
        self._contract = contract
        self.header = {name for file in files for name in file.table.header}
        paths = ", ".join(literal(str(file.table.rows)) for file in files)
        numbers = ", ".join(f"({number}, {literal(str(file.table.rows))})" for number, file in enumerate(files))
        self._received = (
            f"(select numbers.file_number, rows.* exclude (filename) from read_parquet([{paths}], union_by_name = true,"
            f" filename = true) as rows join (values {numbers}) as numbers(file_number, filename) using (filename))"
        )

    def checked(self) -> checked_rows.Query:
        return checked_rows.checked_query(self._contract, self.header, self._received)

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
        self._schema = schema
        self._number = -1
        self._writer: pq.ParquetWriter | None = None

    def __enter__(self) -> _Writers:
        return self

    def __exit__(self, *_: object) -> None:
        self._open(len(self._paths))

    def write(self, number: int, rows: pa.Table) -> None:
        self._open(number)
        self._writer.write_table(rows)

    def _open(self, number: int) -> None:
        """Close the file before `number` and open that one, passing over the ones without rows."""
        while self._number < number:
            if self._writer:
                self._writer.close()
            self._number += 1
            path = self._paths[self._number] if self._number < len(self._paths) else None
            self._writer = pq.ParquetWriter(path, self._schema, compression="zstd") if path else None


def _by_file(batch: pa.RecordBatch) -> Iterator[tuple[int, pa.Table]]:
    """The rows of each file of a batch that is in the order of files."""
    numbers = batch.column("file_number")
    table = pa.Table.from_batches([batch])
    start = 0
    for entry in pc.value_counts(numbers).to_pylist():
        yield entry["values"], table.slice(start, entry["counts"])
        start += entry["counts"]


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
