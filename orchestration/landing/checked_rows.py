"""The SQL that takes a source's rows from text to judged: generated from its contract, one statement per stage.

The stages, each a relation that sees the columns of the one before it:

    read      the cells as text, with what is interpreted in them, and their numbers, dates and times; the row's series,
              edition and unit code. A view, for what is asked of it first is only which codes come up.
    checked   and what the code is in the edition: the table on which all rules are judged
    judged    and the other rows of the file, with the faults of each row: [(rule, message in Chinese, in English)]

`file_number` parts the files that are judged together, so that many small files cost one statement.
"""

from __future__ import annotations

import string
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from orchestration.landing import cells
from orchestration.landing.contracts.definition import Column, Contract, Rule, Step
from orchestration.writing.sql import literal

LONGEST_SHOWN = 120

# Of the rows with the same cells the first is none the less a row; the others are its copies.
COPIES_STEP = Step(
    {"copy_of_row": "case when r.row_number > d.first_row then d.first_row end"},
    "left join (select file_number, row_hash, min(row_number) as first_row from checked group by all"
    " having count(*) > 1) as d on d.file_number = r.file_number and d.row_hash = r.row_hash",
)


@dataclass
class _Query:
    """A query that grows by a stage at a time, and the names of the columns that it gives."""

    sql: str
    columns: list[str]

    def add(self, columns: dict[str, str], joins: str = "") -> None:
        """One more stage: columns that replace those of their name or come after all others."""
        kept = ", ".join(f"r.{name}" for name in self.columns if name not in columns)
        added = ", ".join(f"{expression} as {name}" for name, expression in columns.items())
        self.sql = f"select {kept}, {added} from ({self.sql}) as r {joins}"
        self.columns = [name for name in self.columns if name not in columns] + list(columns)

    def add_step(self, step: Step) -> None:
        self.add(step.columns, step.joins)


def read_query(contract: Contract, header: Iterable[str], source: str) -> tuple[str, list[str]]:
    """(SQL, its columns) of the stage `read`; `source` has `file_number`, `row_number` and the columns of `header`."""
    present = set(header)
    query = _Query(f"select * from {source}", ["file_number", "row_number"])
    query.add(
        {
            column.name: cells.trimmed(f"r.{column.name}") if column.name in present else "null::varchar"
            for column in contract.columns
        }
    )
    query.add({"spreadsheet_error": cells.spreadsheet_error(contract)})
    coded = [column for column in contract.columns if column.kind != "text"]
    as_written = {f"{column.name}_written": f"r.{column.name}" for column in coded}
    query.add({column.name: cells.plain(f"r.{column.name}") for column in coded} | as_written)
    query.add({"full_width": _sum(f"r.{column.name} <> r.{column.name}_written" for column in coded)})
    query.columns = [name for name in query.columns if name not in as_written]
    _read_words(query, contract)
    for step in contract.text_steps:
        query.add_step(step)
    _read_values(query, contract)
    for step in contract.steps:
        query.add_step(step)
    return query.sql, query.columns


def _read_words(query: _Query, contract: Contract) -> None:
    """Words for a choice, words in place of a value, and numbers for a code."""
    titled = [column for column in contract.columns if column.choice_titles]
    numbers = [column for column in contract.columns if column.is_digits]
    texts = {column.name: cells.coded(column, f"r.{column.name}") for column in (*titled, *numbers)}
    changed = {
        "choice_title": _sum(f"({texts[column.name]}) <> r.{column.name}" for column in titled),
        "number_for_code": _sum(f"({texts[column.name]}) <> r.{column.name}" for column in numbers),
    }
    query.add(texts | changed)
    worded = [column for column in contract.columns if column.state_column]
    words = {column.name: cells.state_of_word(contract, column, f"r.{column.name}") for column in worded}
    query.add({f"{name}_word": word for name, word in words.items()} | {"word_for_value": "0"})
    is_word = {
        column.name: f"coalesce(r.{column.name}_word = coalesce(r.{column.state_column}, r.{column.name}_word), false)"
        for column in worded
    }
    query.add(
        {column.name: f"case when {is_word[column.name]} then null else r.{column.name} end" for column in worded}
        | {column.state_column: f"coalesce(r.{column.state_column}, r.{column.name}_word)" for column in worded}
        | {"word_for_value": _sum(is_word.values())}
    )


def _read_values(query: _Query, contract: Contract) -> None:
    typed = [column for column in contract.columns if cells.is_typed(column)]
    is_percentage = "r.measure_is_percentage" if "measure_is_percentage" in query.columns else "false"
    stages = [cells.typed(column, is_percentage) for column in typed]
    for position in (0, 1):
        query.add({name: sql for stage in stages for name, sql in stage[position].items()})
    dates = [column for column in typed if column.kind in ("date", "timestamp")]
    decimals = [column.name for column in typed if column.kind == "decimal"]
    query.add(
        {
            "date_year_first": _sum(cells.is_interpreted(column) for column in dates),
            "percent": _sum(f"r.{name}_read is not null and ends_with(r.{name}, '%')" for name in decimals),
        }
    )


def checked_query(contract: Contract, columns: Sequence[str]) -> tuple[str, list[str]]:
    """(SQL, its columns) of the stage `checked`, over the view `read` with its columns."""
    query = _Query("select * from read", list(columns))
    for step in contract.unit_steps:
        query.add_step(step)
    query.add({"unit_identity": "coalesce(r.unit_code_in_edition, r.unit_code)"})
    query.add(
        {
            "row_hash": _row_hash(contract),
            "name_for_code": "r.unit_is_named::integer",
            "successor": "coalesce(r.unit_code_in_edition <> r.unit_code, false)::integer",
        }
    )
    return query.sql, query.columns


def _row_hash(contract: Contract) -> str:
    """What a row says, cell by cell, in 128 bits: equal hashes are taken for equal rows. The unit is compared as it
    stands in the edition, so that two codes of one unit are one unit."""
    names = ["unit_identity" if column.name == "unit_code" else column.name for column in contract.stored_columns]
    parts = [f"coalesce(r.{name}, chr(30))" for name in names]
    return f"md5_number(concat_ws(chr(31), {', '.join(parts)}))"


def judged_query(contract: Contract, columns: Sequence[str]) -> tuple[str, list[str]]:
    """(SQL, its columns) of the stage `judged`, over the table `checked` with its columns."""
    query = _Query("select * from checked", list(columns))
    for step in (COPIES_STEP, *contract.facts):
        query.add_step(step)
    rules = [(number, rule) for number, rule in enumerate(contract.rules()) if rule.severity == "error"]
    query.add({"faults": faults(contract, rules)})
    return query.sql, query.columns


def warned_query(contract: Contract, columns: Sequence[str]) -> str:
    """SQL of the accepted rows that break a warning, with `faults`, over the view `accepted` with its columns."""
    query = _Query("select * from accepted", [name for name in columns if name != "faults"])
    for step in contract.accepted_facts:
        query.add_step(step)
    rules = [(number, rule) for number, rule in enumerate(contract.rules()) if rule.severity == "warning"]
    query.add({"faults": faults(contract, rules)})
    return f"select file_number, row_number, faults from ({query.sql}) where faults is not null"


def faults(contract: Contract, rules: Sequence[tuple[int, Rule]]) -> str:
    """The broken rules of a row with their messages in the rules' order; null where it breaks none."""
    if not rules:
        return "null::struct(rule integer, zh varchar, en varchar)[]"
    places = {name: sql for column in contract.columns for name, sql in cells.serial_day_hints(column).items()}
    is_broken = " or ".join(f"({rule.broken})" for _, rule in rules)
    found = ", ".join(
        f"case when ({rule.broken}) then {{'rule': {number},"
        f" 'zh': {_message(rule.message.zh, places)}, 'en': {_message(rule.message.en, places)}}} end"
        for number, rule in rules
    )
    return f"case when {is_broken} then list_filter([{found}], lambda fault: fault is not null) end"


def _message(text: str, places: dict[str, str]) -> str:
    """A message as SQL: a blank cell is written as nothing, a long one is cut, a number without idle zeros."""
    parts = []
    for words, place, _, _ in string.Formatter().parse(text):
        if words:
            parts.append(literal(words))
        if place:
            parts.append(places.get(place) or f"coalesce({_shown(f'r.{place}')}, '')")
    return " || ".join(parts) or "''"


def _shown(column: str) -> str:
    text = f"{column}::varchar"
    return (
        f"case when typeof({column}) like 'DECIMAL%' then regexp_replace({text}, '\\.?0+$', '')"
        f" when length({text}) > {LONGEST_SHOWN} then left({text}, {LONGEST_SHOWN - 3}) || '...' else {text} end"
    )


def stored_expressions(contract: Contract) -> dict[str, str]:
    """SQL by stored column of the accepted rows, over the stage `judged`."""
    stored: dict[str, str] = {"series_code": "series_code"}
    for column in contract.stored_columns:
        stored[column.name] = contract.stored.get(column.name) or _stored(column)
        if column.name == "unit_code":
            stored["unit_code_received"] = "unit_code"
    return stored


def _stored(column: Column) -> str:
    if column.name == "unit_code":
        return "unit_code_in_edition"
    return f"{column.name}_read" if cells.is_typed(column) else column.name


def _sum(conditions: Iterable[str]) -> str:
    """How many of the conditions hold, as a number."""
    return " + ".join(f"coalesce({condition}, false)::integer" for condition in conditions) or "0"
