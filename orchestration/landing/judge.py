"""The second judge at the door: Great Expectations, on what the SQL of the rules let through and on what it found.

Per source, four suites. `<source>.accepted` looks at the accepted rows with expectations of its own (types, sets,
ranges, patterns, keys, pairs), written without that SQL: a row that breaks one has passed a door that is out of order,
and nothing of its file is kept. `<source>.structure`, `<source>.reading` and `<source>.rows` have one expectation per
rule, on a frame with one row a file: how many columns or rows of it broke the rule.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import great_expectations as gx
import great_expectations.expectations as gxe
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from great_expectations.expectations.metadata_types import FailureSeverity

from orchestration.landing.check import (
    ROW_UNREADABLE,
    ROW_UNREADABLE_SAYS,
    ROWS_MISSING,
    ROWS_MISSING_SAYS,
    STRUCTURE_RULES,
)
from orchestration.landing.contracts.definition import DECIMAL_SCALE, Column, Contract
from orchestration.landing.contracts.shared import FIRST_YEAR, LAST_YEAR
from orchestration.landing.readers.rows import FEW_ROWS
from orchestration.landing.reference import Reference
from orchestration.validation import run_suite, unmet

GX_SEVERITY = {"error": FailureSeverity.CRITICAL, "warning": FailureSeverity.WARNING}
ROWS_AT_A_TIME = 1_000_000
# Columns with so many different cells are looked at together, those with more apart.
FEW_DIFFERENT = 10_000
# Ends the names of columns in which each text of a column stands once, for what is slow to tell of a text.
DIFFERENT = "_different"
# Columns that are looked at in combinations.
PUT_TOGETHER = {"series_code", "assessment_year", "unit_code", "value", "state", "topic", "severity", "polarity"}
PUT_TOGETHER |= {"event_date", "measure_code", "attribute_code"}
# Ends the names of columns that tell whether a text is one of a long list: Great Expectations copies a list that an
# expectation holds some fifty times.
IS_LISTED = "_is_listed"
# Has a cell for each column of which no cell may be blank: blank where one is, for one expectation takes as long to be
# prepared whatever it looks at.
NEVER_BLANK = "never_blank"
LISTED_CODES = ("measure_code", "attribute_code")


def structure_suite(contract: Contract) -> gx.ExpectationSuite:
    """Expectations on the columns of files; a frame has one row a file and a column of counts per rule."""
    expectations = [
        _none_broken(rule, description.en, "error", "column_name") for rule, description in STRUCTURE_RULES.items()
    ]
    return gx.ExpectationSuite(name=f"{contract.source}.structure", expectations=expectations)


def reading_suite(contract: Contract) -> gx.ExpectationSuite:
    """Expectations on which rows of files could be taken apart."""
    return gx.ExpectationSuite(
        name=f"{contract.source}.reading",
        expectations=[
            gxe.ExpectColumnValuesToBeBetween(
                column=ROWS_MISSING,
                min_value=1,
                severity=GX_SEVERITY["warning"],
                description=ROWS_MISSING_SAYS.en,
                meta={"rule": ROWS_MISSING, "column": "(table)"},
            ),
            _none_broken(ROW_UNREADABLE, ROW_UNREADABLE_SAYS.en, "error", "(row)"),
        ],
    )


def row_suite(contract: Contract) -> gx.ExpectationSuite:
    """One expectation per rule of the contract, in the contract's order."""
    expectations = [
        _none_broken(rule.name, rule.requirement.en, rule.severity, rule.column) for rule in contract.rules()
    ]
    return gx.ExpectationSuite(name=f"{contract.source}.rows", expectations=expectations)


def _none_broken(rule: str, description: str, severity: str, column: str) -> gxe.Expectation:
    return gxe.ExpectColumnValuesToBeBetween(
        column=rule,
        max_value=0,
        severity=GX_SEVERITY[severity],
        description=description,
        meta={"rule": rule, "column": column or "(row)"},
    )


def recorded(records: Sequence[list[dict[str, Any]]], contract: Contract) -> list[list[dict[str, Any]]]:
    """Put what the door found in files to the suites: the records of their batches, with what each expectation says.

    A batch whose rules are not those of the contract (an earlier version judged it) keeps its records as they are.
    """
    if not records:
        return []
    results = [list(of_batch) for of_batch in records]
    for suite in (structure_suite(contract), reading_suite(contract), row_suite(contract)):
        rules = [*map(_rule_of, suite.expectations)]
        found = [{entry["rule"]: entry for entry in of_batch if entry["suite"] == suite.name} for of_batch in records]
        numbers = [number for number, by_rule in enumerate(found) if list(by_rule) == rules]
        if not numbers:
            continue
        counts = {rule: [_counted(found[number][rule]) for number in numbers] for rule in rules}
        for expectation, failing in _said_of_files(suite, pd.DataFrame({"file": numbers} | counts)):
            rule = _rule_of(expectation)
            said = {"expectation": expectation.configuration.type, "description": expectation.description}
            for number in numbers:
                position = results[number].index(found[number][rule])
                results[number][position] = found[number][rule] | said | {"success": number not in failing}
    return results


def _said_of_files(suite: gx.ExpectationSuite, frame: pd.DataFrame) -> Iterator[tuple[gxe.Expectation, set[int]]]:
    """Each expectation in its order and the files that do not meet it. Where the extreme of all files is within bounds,
    the expectation is on that alone, which takes a third of the time."""
    extremes = gx.ExpectationSuite(name=suite.name, expectations=[*map(_of_the_extreme, suite.expectations)])
    beyond = unmet(extremes, frame)
    looked_at = [each for each in suite.expectations if _rule_of(each) in beyond]
    run = run_suite(gx.ExpectationSuite(name=suite.name, expectations=looked_at), frame, ["file"])
    failing = {outcome.rule: {number for (number,) in outcome.failing_keys} for outcome in run.outcomes}
    for each, of_extreme in zip(suite.expectations, extremes.expectations, strict=True):
        rule = _rule_of(each)
        yield (each, failing[rule]) if rule in failing else (of_extreme, set())


def _of_the_extreme(expectation: gxe.Expectation) -> gxe.Expectation:
    """The same of the largest of a column's values, or of the smallest where that is what is bounded."""
    names = ("column", "min_value", "max_value", "severity", "description", "meta")
    kept = {name: getattr(expectation, name) for name in names}
    is_of_largest = kept["max_value"] is not None
    return (gxe.ExpectColumnMaxToBeBetween if is_of_largest else gxe.ExpectColumnMinToBeBetween)(**kept)


def _rule_of(expectation: gxe.Expectation) -> str:
    return str((expectation.meta or {})["rule"])


def _counted(entry: dict[str, Any]) -> int:
    return entry["evaluated_count"] if entry["rule"] == ROWS_MISSING else entry["unexpected_count"]


def accepted_suite(contract: Contract, reference: Reference) -> gx.ExpectationSuite:
    """Expectations on accepted rows as `_columns` gives them."""
    never_blank = ["unit_code", "row_number", "batch_id", *contract.never_blank]
    never_blank += ["series_code", "assessment_year"] if contract.is_of_editions else []
    never_blank += [column.name for column in contract.stored_columns if column.required]
    expectations: list[gxe.Expectation] = [
        *(gxe.ExpectColumnValuesToNotBeNull(column=name) for name in dict.fromkeys(never_blank)),
        gxe.ExpectCompoundColumnsToBeUnique(column_list=["batch_id", "row_number"]),
    ]
    for column in contract.stored_columns:
        expectations += _of_column(column)
    names = {*contract.column_names}
    expectations += [_in_set(f"{name}{IS_LISTED}", [True]) for name in LISTED_CODES if name in names]
    if contract.is_of_editions:
        expectations += [_in_set(f"{name}{IS_LISTED}", [True]) for name in ("edition", "unit")]
    if "value" in names and names & {"measure_code", "attribute_code"}:
        expectations.append(_at_least("value", "lower_bound"))
        expectations.append(_at_least("upper_bound", "value"))
    if {"measure_code", "value"} <= names:
        words = ("value observed", "none not_published", "none not_collected", "none not_applicable", "none none")
        expectations.append(_in_set("value_and_state", words))
    if {"topic", "severity", "polarity"} <= names:
        topics = (f"{topic} {polarity}" for topic, (_, polarity) in reference.topics.items())
        expectations.append(_in_set("topic_and_polarity", topics))
        severities = (" ".join(item) for item in reference.severities.items())
        expectations.append(_in_set("severity_and_polarity", severities))
    if "event_date" in names:
        same_year = gxe.ExpectColumnPairValuesToBeEqual(column_A="event_year", column_B="assessment_year")
        expectations.append(same_year)
    return gx.ExpectationSuite(name=f"{contract.source}.accepted", expectations=[*map(_named, expectations)])


def _of_column(column: Column) -> Iterator[gxe.Expectation]:
    """What follows from a column alone."""
    if column.choices:
        yield _in_set(column.name, column.choices)
    texts = f"{column.name}{DIFFERENT}"
    if column.regex:
        yield gxe.ExpectColumnValuesToMatchRegex(column=texts, regex=column.regex)
    if column.max_length:
        yield gxe.ExpectColumnValueLengthsToBeBetween(column=texts, max_value=column.max_length)
    if column.kind == "timestamp":
        yield gxe.ExpectColumnValuesToBeBetween(
            column=f"{column.name}_year{DIFFERENT}", min_value=FIRST_YEAR, max_value=LAST_YEAR
        )


def _in_set(column: str, values: Iterable[object]) -> gxe.Expectation:
    return gxe.ExpectColumnValuesToBeInSet(column=column, value_set=list(values))


def _at_least(larger: str, smaller: str) -> gxe.Expectation:
    return gxe.ExpectColumnPairValuesAToBeGreaterThanB(
        column_A=larger, column_B=smaller, or_equal=True, ignore_row_if="either_value_is_missing"
    )


def _named(expectation: gxe.Expectation) -> gxe.Expectation:
    """The expectation as an error with a name of its own."""
    expectation.severity = FailureSeverity.CRITICAL
    expectation.meta = {"rule": f"{expectation.configuration.type}: {', '.join(_columns_of(expectation))}"}
    return expectation


def _columns_of(expectation: gxe.Expectation) -> list[str]:
    names = [getattr(expectation, place, None) for place in ("column", "column_A", "column_B")]
    return [*filter(None, names), *getattr(expectation, "column_list", ())]


def _lists(reference: Reference) -> dict[str, list[str]]:
    """The words that a text may be, by column, where the seeds list them."""
    return {
        "measure_code": [code for code, measure in reference.measures.items() if not measure.is_from_events],
        "attribute_code": [row["attribute_code"] for row in reference.attributes],
        "edition": [f"{series} {year}" for series, year in reference.frame_years],
        "unit": reference.units_in_words,
    }


def faults_among_accepted(contract: Contract, reference: Reference, paths: Sequence[Path]) -> dict[str, list[str]]:
    """Batches whose accepted rows break an expectation of the second judge, each with what is broken.

    `paths` are the files of accepted rows; they are looked at some rows at a time.
    """
    suite = accepted_suite(contract, reference)
    faults: dict[str, list[str]] = {}
    for rows in _some_rows(paths, _read_of(suite)):
        columns = _columns(reference, rows)
        if not any(unmet(*part) for part in _parts(suite, columns)):
            continue
        # Only now is it of interest in which rows the cells stand.
        run = run_suite(suite, _frame(suite, columns, each_text_once=False), ["batch_id", "row_number"])
        for outcome in run.outcomes:
            for batch_id, row_number in outcome.failing_keys:
                faults.setdefault(batch_id, []).append(f"row {row_number}: {outcome.rule}")
    return faults


def _read_of(suite: gx.ExpectationSuite) -> set[str]:
    """Names of stored columns that the suite looks at, others among them: those that are put together are read too."""
    names = {name for expectation in suite.expectations for name in _columns_of(expectation)}
    ends = (DIFFERENT, f"_year{DIFFERENT}")
    return names | {name.removesuffix(end) for name in names for end in ends} | PUT_TOGETHER


def _some_rows(paths: Sequence[Path], names: Collection[str]) -> Iterator[pa.Table]:
    """The rows of many small files together, those of a large one in parts; texts as Parquet keeps them, each once."""
    waiting: list[pa.Table] = []
    few_rows: list[pa.Table] = []
    row_count = 0
    for path in paths:
        for rows in _rows_of(path, names):
            is_encoded = any(map(pa.types.is_dictionary, rows.schema.types))
            (waiting if is_encoded else few_rows).append(rows)
            row_count += rows.num_rows
            if row_count >= ROWS_AT_A_TIME:
                yield _together(waiting, few_rows)
                waiting, few_rows, row_count = [], [], 0
    if row_count:
        yield _together(waiting, few_rows)


def _rows_of(path: Path, names: Collection[str]) -> Iterator[pa.Table]:
    """The rows of a file in parts, texts encoded; those of a small one at once as they are."""
    with pa.OSFile(str(path)) as opened, pq.ParquetFile(opened) as file:
        schema = file.schema_arrow
        columns = [field.name for field in schema if field.name in names]
        if file.metadata.num_rows <= FEW_ROWS:
            yield file.read(columns, use_threads=False)
            return
    texts = [name for name in columns if pa.types.is_string(schema.field(name).type)]
    with pq.ParquetFile(path, read_dictionary=texts) as file:
        for batch in file.iter_batches(ROWS_AT_A_TIME, columns=columns):
            yield pa.Table.from_batches([batch])


def _together(encoded: Sequence[pa.Table], few_rows: Sequence[pa.Table]) -> pa.Table:
    tables = [*encoded]
    if few_rows:
        rows = pa.concat_tables(few_rows).combine_chunks()
        columns = [column.dictionary_encode() if pa.types.is_string(column.type) else column for column in rows.columns]
        tables.append(pa.table(columns, rows.column_names))
    return pa.concat_tables(tables).unify_dictionaries()


def _columns(reference: Reference, rows: pa.Table) -> dict[str, pa.Array]:
    """The columns of accepted rows, and those in which combinations are compared."""
    columns = dict(zip(rows.column_names, (column.combine_chunks() for column in rows.columns), strict=True))
    columns |= _combinations(columns)
    lists = _lists(reference)
    columns |= {f"{name}{IS_LISTED}": _are_listed(columns[name], lists[name]) for name in lists if name in columns}
    return columns | _limits(columns, reference)


def _parts(
    suite: gx.ExpectationSuite, columns: dict[str, pa.Array]
) -> Iterator[tuple[gx.ExpectationSuite, pd.DataFrame]]:
    """The suite in parts, each with its frame: what is expected of the cells of a column, on frames in which each
    different one stands once (those of columns with few and with many apart); what is expected of rows, on all rows."""
    different: dict[str, pa.Array | None] = {}
    never_blank: list[str] = []
    of_few, of_many, of_rows = (list[gxe.Expectation]() for _ in range(3))
    for expectation in suite.expectations:
        [name, *others] = _columns_of(expectation)
        if isinstance(expectation, gxe.ExpectColumnValuesToNotBeNull):
            never_blank.append(name)
            continue
        if not others and name not in different:
            different[name] = _different(name, columns)
        cells = None if others else different[name]
        (of_rows if cells is None else of_few if len(cells) <= FEW_DIFFERENT else of_many).append(expectation)
    told = [None if columns[name].null_count else name for name in never_blank]
    different[NEVER_BLANK] = pa.array(told, pa.string())
    of_few.append(gxe.ExpectColumnValuesToNotBeNull(column=NEVER_BLANK))
    for expectations in (of_few, of_many):
        if expectations:
            cells = {name: different[name] for each in expectations for name in _columns_of(each)}
            length = max(map(len, cells.values()))
            frame = pa.table({name: _repeated(each, length) for name, each in cells.items()}).to_pandas()
            yield gx.ExpectationSuite(name=suite.name, expectations=expectations), frame
    part = gx.ExpectationSuite(name=suite.name, expectations=of_rows)
    yield part, _frame(part, columns)


def _different(name: str, columns: dict[str, pa.Array]) -> pa.Array | None:
    """Each cell of a column once, a blank one too; None where most likely are different."""
    cells = _cells(name, columns)
    if pa.types.is_dictionary(cells.type):
        return cells.dictionary.take(cells.indices.unique())
    if name != "row_number" and (pa.types.is_boolean(cells.type) or pa.types.is_int32(cells.type)):
        return cells.unique()
    return None


def _repeated(cells: pa.Array, length: int) -> pa.Array:
    """Cells to a length, the first again and again."""
    places = np.arange(length)
    return cells.take(pa.array(np.where(places < len(cells), places, 0)))


def _frame(suite: gx.ExpectationSuite, columns: dict[str, pa.Array], each_text_once: bool = True) -> pd.DataFrame:
    """All rows as a typed frame, texts dictionary-encoded: the columns that the suite looks at."""
    wanted = {name: None for expectation in suite.expectations for name in _columns_of(expectation)}
    return pa.table({name: _looked_at(name, columns, each_text_once) for name in wanted}).to_pandas()


def _cells(name: str, columns: dict[str, pa.Array]) -> pa.Array:
    """The cells that a name of the suite speaks of, in their rows."""
    text = name.removesuffix(DIFFERENT)
    is_year = text not in columns and text.endswith("_year")
    return pc.year(columns[text.removesuffix("_year")]).cast(pa.int32()) if is_year else columns[text]


def _looked_at(name: str, columns: dict[str, pa.Array], each_text_once: bool) -> pa.Array:
    cells = _cells(name, columns)
    if name.endswith(DIFFERENT) and each_text_once:
        different = _encoded(cells).dictionary.take(_encoded(cells).indices.unique().drop_null())
        return pa.concat_arrays([different, pa.nulls(len(cells) - len(different), different.type)])
    if pa.types.is_decimal(cells.type):
        # Arrow multiplies by the scale as a double: 1000 would become a little more than its bound of 1000.
        return pc.round(cells.cast(pa.float64()), DECIMAL_SCALE)
    return cells


def _encoded(cells: pa.Array) -> pa.DictionaryArray:
    return cells if pa.types.is_dictionary(cells.type) else cells.dictionary_encode()


def _are_listed(cells: pa.Array, words: Sequence[str]) -> pa.Array:
    """Which cells are one of some words; null where blank."""
    encoded = _encoded(cells)
    return pc.is_in(encoded.dictionary, pa.array(words, encoded.dictionary.type)).take(encoded.indices)


def _limits(columns: dict[str, pa.Array], reference: Reference) -> dict[str, pa.Array]:
    """The bounds of each row's value."""
    if "value" not in columns or not columns.keys() & {"attribute_code", "measure_code"}:
        return {}
    found = {}
    for bound in ("lower_bound", "upper_bound"):
        if "attribute_code" in columns:
            codes, limits = (
                columns["attribute_code"],
                {row["attribute_code"]: row[bound] for row in reference.attributes},
            )
        else:
            codes = columns["measure_code"]
            limits = {code: getattr(measure, bound) for code, measure in reference.measures.items()}
        known = {code: float(limit) for code, limit in limits.items() if limit not in (None, "")}
        encoded = _encoded(codes)
        of_words = pa.array([known.get(word) for word in encoded.dictionary.to_pylist()], pa.float64())
        found[bound] = of_words.take(encoded.indices)
    return found


def _combinations(columns: dict[str, pa.Array]) -> dict[str, pa.Array]:
    if "assessment_year" not in columns:
        return {}
    edition = _joined(columns["series_code"], columns["assessment_year"])
    found = {"edition": edition, "unit": _joined(edition, columns["unit_code"])}
    if "value" in columns:
        given = pa.DictionaryArray.from_arrays(columns["value"].is_valid().cast(pa.int8()), ["none", "value"])
        found["value_and_state"] = _joined(given, columns["state"])
    if "polarity" in columns:
        for name in ("topic", "severity"):
            found[f"{name}_and_polarity"] = _joined(columns[name], columns["polarity"])
    if "event_date" in columns:
        found["event_year"] = pc.year(columns["event_date"]).cast(pa.int32())
    return found


def _joined(left: pa.Array, right: pa.Array) -> pa.DictionaryArray:
    """Two columns as one: their words with a blank between, `none` for a blank cell. Each pair is put together once."""
    words, indices = zip(*(_words_and_indices(cells) for cells in (left, right)), strict=True)
    pairs, places = np.unique(indices[0] * len(words[1]) + indices[1], return_inverse=True)
    joined = [f"{words[0][pair // len(words[1])]} {words[1][pair % len(words[1])]}" for pair in pairs]
    return pa.DictionaryArray.from_arrays(places.astype(np.int32), pa.array(joined, pa.string()))


def _words_and_indices(cells: pa.Array) -> tuple[list[str], np.ndarray]:
    encoded = _encoded(cells)
    words = [*map(str, encoded.dictionary.to_pylist()), "none"]
    return words, encoded.indices.fill_null(len(words) - 1).to_numpy().astype(np.int64)
