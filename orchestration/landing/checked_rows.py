"""The SQL that takes a source's rows from text to judged: generated from its contract.

    checked row   the cells as text, with what is interpreted in them, and their numbers, dates and times; the row's
                  series, edition and unit code, and what that code is in the edition
    checked       a table of all rows of the files that are judged together, with what is stored and compared of them,
                  and whether a row by itself breaks a rule
    faults        of a row: [(rule, message in Chinese, in English)]; rows that break nothing are never put into words

`file_number` parts the files that are judged together, so that many small files cost one statement.
"""

from __future__ import annotations

import re
import string
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from orchestration.landing import cells
from orchestration.landing.contracts.definition import Column, Contract, Rule, Severity, Step
from orchestration.writing.sql import literal

LONGEST_SHOWN = 120

# Of the rows with the same cells the first is none the less a row; the others are its copies.
COPIES_STEP = Step(
    {"copy_of_row": "d.first_row"},
    "left join copies as d on d.file_number = r.file_number and d.row_number = r.row_number",
)

# Equal rows have equal hashes; whether rows of one hash are equal is seen from their cells.
ROWS_ALIKE = (
    "select file_number, row_number from checked"
    " semi join (select file_number, row_hash from checked group by all having count(*) > 1)"
    " using (file_number, row_hash)"
)
# As the queries of copies and of faults where there are none.
NO_COPIES = "select 0 as file_number, 0 as row_number, 0 as first_row where false"
NO_FAULTS = "null::struct(rule integer, zh varchar, en varchar)[]"
NO_ROWS_WITH_FAULTS = f"select 0 as file_number, 0 as row_number, {NO_FAULTS} as faults where false"


@dataclass
class Query:
    """A query that grows by a stage at a time, and the names of the columns that it gives."""

    sql: str
    columns: list[str]

    def add(self, columns: dict[str, str], joins: str = "") -> None:
        """One more stage: columns that replace those of their name or come after all others."""
        if not columns:
            return
        kept = ", ".join(f"r.{name}" for name in self.columns if name not in columns)
        added = ", ".join(f"{expression} as {name}" for name, expression in columns.items())
        self.sql = f"select {kept}, {added} from ({self.sql}) as r {joins}"
        self.columns = [name for name in self.columns if name not in columns] + list(columns)

    def add_steps(self, steps: Iterable[Step]) -> None:
        for step in steps:
            self.add(step.columns, step.joins)


def checked_query(
    contract: Contract,
    header: Iterable[str],
    source: str,
    plain: Collection[str] = (),
    asked: Collection[str] | None = None,
) -> Query:
    """The checked rows of `source`, which has `file_number`, `row_number` and the columns of `header`. In the columns
    of `plain` every cell says what stands in it (see `cells.is_plain`), so that they need no interpretation. Where
    only some columns are `asked` for, look-ups that give none of them are not made."""
    present = set(header)
    query = read_query(contract, present, source, plain)
    steps = _made_for((*contract.steps, *contract.unit_steps), present)
    query.add_steps(steps if asked is None else _giving(asked, steps))
    query.add({"unit_identity": "coalesce(r.unit_code_in_edition, r.unit_code)"})
    query.add(
        {
            "name_for_code": "r.unit_is_named::integer",
            "successor": "coalesce(r.unit_code_in_edition <> r.unit_code, false)::integer",
        }
    )
    for step in (*contract.facts, *contract.accepted_facts):
        query.add(step.of_row)
    return query


def read_query(contract: Contract, present: Collection[str], source: str, plain: Collection[str]) -> Query:
    """The checked rows as far as they are read: texts, numbers, dates and times, and the look-ups of texts."""
    plain = {*plain, *(name for name in contract.column_names if name not in present)}
    others = [column for column in contract.columns if column.name not in plain]
    query = Query(f"select * from {source}", ["file_number", "row_number"])
    query.add(
        {column.name: f"r.{column.name}" if column.name in present else "null::varchar" for column in contract.columns}
    )
    query.add({"spreadsheet_error": cells.spreadsheet_error([column.name for column in others])})
    coded = [column for column in others if column.kind != "text"]
    as_written = {f"{column.name}_written": f"r.{column.name}" for column in coded}
    query.add({column.name: cells.plain(f"r.{column.name}") for column in coded} | as_written)
    query.add({"full_width": _sum(f"r.{column.name} <> r.{column.name}_written" for column in coded)})
    query.columns = [name for name in query.columns if name not in as_written]
    _read_words(query, others)
    _read_states(query, contract, others)
    query.add_steps(_made_for(contract.text_steps, present))
    _read_values(query, contract, others)
    return query


def _made_for(steps: Iterable[Step], present: Collection[str]) -> list[Step]:
    """The look-ups as they are made for files with some columns only."""
    return [step if not step.of_column or step.of_column in present else Step(step.otherwise) for step in steps]


def _giving(asked: Collection[str], steps: Sequence[Step]) -> list[Step]:
    """The look-ups that give a column which is asked for, or which one after them needs."""
    needed, made = {*asked}, list[Step]()
    for step in reversed(steps):
        if needed & step.columns.keys():
            needed |= _words([step.joins, *step.columns.values()])
            made.insert(0, step)
    return made


def _read_words(query: Query, others: Sequence[Column]) -> None:
    """Words for a choice, and numbers for a code."""
    titled = [column for column in others if column.choice_titles]
    numbers = [column for column in others if column.is_digits]
    texts = {column.name: cells.coded(column, f"r.{column.name}") for column in (*titled, *numbers)}
    before = {f"{name}_before": f"r.{name}" for name in texts}
    query.add(texts | before)
    changed = {
        "choice_title": _sum(f"r.{column.name} <> r.{column.name}_before" for column in titled),
        "number_for_code": _sum(f"r.{column.name} <> r.{column.name}_before" for column in numbers),
    }
    query.add(changed)
    query.columns = [name for name in query.columns if name not in before]


def _read_states(query: Query, contract: Contract, others: Sequence[Column]) -> None:
    """Words in place of a value."""
    worded = [column for column in others if column.state_column]
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


def _read_values(query: Query, contract: Contract, others: Sequence[Column]) -> None:
    typed = [column for column in contract.columns if cells.is_typed(column)]
    is_percentage = "r.measure_is_percentage" if "measure_is_percentage" in query.columns else "false"
    stages = [cells.typed(column, is_percentage) if column in others else cells.typed_plain(column) for column in typed]
    for position in (0, 1):
        query.add({name: sql for stage in stages for name, sql in stage[position].items()})
    dates = [column for column in others if column.kind in ("date", "timestamp")]
    decimals = [column.name for column in others if column.kind == "decimal"]
    query.add(
        {
            "date_year_first": _sum(cells.is_interpreted(column) for column in dates),
            "percent": _sum(f"r.{name}_read is not null and ends_with(r.{name}, '%')" for name in decimals),
        }
    )


def odd_query(contract: Contract, names: Iterable[str], source: str) -> str:
    """SQL of the rows of `source` of which a cell, in the columns of some names, is to be interpreted; of each of these
    columns, whether it says what stands in it."""
    plain = {
        name: f"coalesce({cells.is_plain(contract.column(name), f'r.{name}')}, r.{name} is null)" for name in names
    }
    told = ", ".join(f"{is_plain} as {name}" for name, is_plain in plain.items())
    return f"select file_number, row_number, {told} from {source} as r where not ({' and '.join(plain.values())})"


def asked(contract: Contract) -> set[str]:
    """The words of all that `judged_query` says of a row."""
    texts = [rule.broken for rule in contract.rules()] + [*stored_expressions(contract).values()]
    for step in (*contract.facts, *contract.accepted_facts):
        texts += [step.joins, *step.columns.values(), *step.of_row.values()]
    return {"unit_code", "unit_code_in_edition", "unit_is_named", "unit_is_unanswered", *_words(texts)}


def judged_query(contract: Contract, checked: Query) -> str:
    """SQL of all checked rows: what is stored of them (as `stored_0` and so on), and what is kept of them while they
    are looked at beside the others: what is compared or counted, and whether a row by itself breaks a rule."""
    about_others, warned_by_others = _rules(contract, "error", True), _rules(contract, "warning", True)
    texts = [rule.broken for _, rule in (*about_others, *warned_by_others)]
    for step in (*contract.facts, *contract.accepted_facts):
        texts += [step.joins, *step.columns.values()]
    needed = {"file_number", "row_number", "unit_is_unanswered", *_words(texts)}
    columns = [f"{sql} as stored_{number}" for number, sql in enumerate(stored_expressions(contract).values())]
    columns += [f"r.{name}" for name in checked.columns if name in needed]
    columns += [f"({name})::utinyint as {name}" for name in cells.READINGS]
    columns.append(f"hash({', '.join(_said(contract))}) as row_hash")
    columns.append(f"{_any(_rules(contract, 'error', False))} as is_broken")
    columns.append(f"{_any(_rules(contract, 'warning', False))} as is_doubtful")
    return f"select {', '.join(columns)} from ({checked.sql}) as r"


def unanswered_query(checked: Query) -> str:
    """SQL of the keys of units that no frame, and no standing, holds as such, over checked rows."""
    keys = "series_code, assessment_year_read, unit_code"
    return f"select distinct {keys} from ({checked.sql}) as r where unit_is_unanswered"


def copies_query(contract: Contract, checked: Query) -> str:
    """SQL of the rows that say cell by cell what an earlier one says, over checked rows."""
    said = [f"coalesce({name}, chr(30))" for name in _said(contract)]
    return f"""
        select file_number, row_number, first_row from (
            select r.file_number, r.row_number, min(r.row_number) over (
                partition by r.file_number, md5_number(concat_ws(chr(31), {", ".join(said)}))
            ) as first_row
            from ({checked.sql}) as r
        ) where row_number > first_row
    """


def _said(contract: Contract) -> list[str]:
    """What a row says, cell by cell. The unit is compared as it stands in the edition, so that two codes of one unit
    are one unit."""
    return [f"r.{'unit_identity' if each.name == 'unit_code' else each.name}" for each in contract.stored_columns]


def broken_query(contract: Contract, columns: Sequence[str]) -> str:
    """SQL of the rows that break a rule, over the table `checked` with its columns."""
    query = Query("select * from checked", list(columns))
    query.add_steps((COPIES_STEP, *contract.facts))
    return _found(query, "is_broken", _rules(contract, "error", True))


def doubtful_query(contract: Contract, columns: Sequence[str]) -> str:
    """SQL of the accepted rows that break a warning, over the view `accepted`, which has the columns of `checked`."""
    query = Query("select * from accepted", list(columns))
    query.add_steps((COPIES_STEP, *contract.facts, *contract.accepted_facts))
    return _found(query, "is_doubtful", _rules(contract, "warning", True))


def _found(query: Query, by_itself: str, rules: Sequence[tuple[int, Rule]]) -> str:
    return f"select file_number, row_number from ({query.sql}) as r where {by_itself} or {_any(rules)}"


def looked_at_query(contract: Contract, checked: Query, severity: Severity) -> str:
    """SQL of checked rows with all that the rules of a severity, and their messages, speak of."""
    of_others = contract.accepted_facts if severity == "warning" else ()
    checked.add_steps((COPIES_STEP, *contract.facts, *of_others))
    return checked.sql


def broken_rules_query(rules: Sequence[tuple[int, Rule]], rows: str) -> str:
    """SQL of whether some row breaks each of some rules."""
    return f"select {', '.join(f'bool_or({rule.broken})' for _, rule in rules)} from {rows} as r"


def _rules(contract: Contract, severity: Severity, about_others: bool) -> list[tuple[int, Rule]]:
    """The rules of a severity that speak of the other rows of a file, or those that a row breaks by itself."""
    facts = {name for step in (COPIES_STEP, *contract.facts, *contract.accepted_facts) for name in step.columns}
    return [
        (number, rule)
        for number, rule in enumerate(contract.rules())
        if rule.severity == severity and bool(facts & _words([rule.broken])) == about_others
    ]


def _any(rules: Sequence[tuple[int, Rule]]) -> str:
    """That a row breaks one of the rules; as a case, of which DuckDB looks at no row longer than it must."""
    return f"case when {' or '.join(f'({rule.broken})' for _, rule in rules) or 'false'} then true else false end"


def _words(texts: Iterable[str]) -> set[str]:
    return {word for text in texts for word in re.findall(r"\w+", text)}


def with_faults(contract: Contract, checked: str, rules: Sequence[tuple[int, Rule]]) -> str:
    """SQL of checked rows (of `checked`, all of which break one of the rules) with their `faults`: the broken rules
    with their messages, in the rules' order."""
    messages = [text for _, rule in rules for text in (rule.message.zh, rule.message.en)]
    hints = {name: sql for column in contract.columns for name, sql in cells.serial_day_hints(column).items()}
    places = sorted({place for text in messages for _, place, _, _ in string.Formatter().parse(text) if place})
    shown = [f"{hints.get(place) or _shown(place)} as {place}_shown" for place in places]
    found = ", ".join(
        f"case when ({rule.broken}) then {{'rule': {number}, 'zh': {_message(rule.message.zh)},"
        f" 'en': {_message(rule.message.en)}}} end"
        for number, rule in rules
    )
    faults = f"list_filter([{found}], lambda fault: fault is not null)" if rules else NO_FAULTS
    return f"select r.*, {faults} as faults from (select {', '.join(['r.*', *shown])} from ({checked}) as r) as r"


def _message(text: str) -> str:
    """A message as SQL, its places filled with what is shown of them."""
    parts = []
    for words, place, _, _ in string.Formatter().parse(text):
        if words:
            parts.append(literal(words))
        if place:
            parts.append(f"{place}_shown")
    return " || ".join(parts) or "''"


def _shown(column: str) -> str:
    """What is shown of a cell: a blank one as nothing, a long one cut, a number without idle zeros."""
    text = f"{column}::varchar"
    return (
        f"case when {column} is null then '' when typeof({column}) like 'DECIMAL%' then"
        f" regexp_replace({text}, '\\.?0+$', '') when length({text}) > {LONGEST_SHOWN} then"
        f" left({text}, {LONGEST_SHOWN - 3}) || '...' else {text} end"
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
