"""How a cell's text is read, as SQL: what it says under another way of writing, and its number, date or time.

A way of writing is read only where it can mean one thing, and what was interpreted is counted by kind (`READINGS`):
full-width digits and letters, Chinese words for a choice or in place of a value, dates that begin with the year, a
percentage with its sign, a division code that a program took for a number. Everything else is refused by a rule.

Times without an offset are China Standard Time, times with one are converted to it; all are kept naive.
"""

from __future__ import annotations

from collections.abc import Collection

from orchestration.landing.contracts.definition import (
    DECIMAL_PRECISION,
    DECIMAL_SCALE,
    TYPED_KINDS,
    Column,
    Contract,
)
from orchestration.wording import Wording
from orchestration.writing.sql import literal

# What is interpreted, by the name under which it is counted.
READINGS = {
    "full_width": Wording(
        "{count} 格的全角字符按半角读取", "{count} cells with full-width characters read as plain ones"
    ),
    "choice_title": Wording("{count} 格的中文选项按其代码读取", "{count} Chinese words read as the choices they name"),
    "word_for_value": Wording(
        "{count} 格以文字代替数值,按状态读取", "{count} words in place of a value read as its state"
    ),
    "number_for_code": Wording(
        "{count} 个单位代码带小数点,按代码读取", "{count} unit codes written as numbers read as codes"
    ),
    "date_year_first": Wording("{count} 个日期按年/月/日读取", "{count} dates read as year/month/day"),
    "percent": Wording("{count} 格带百分号,按百分比读取", "{count} values with % read as percentages"),
    "name_for_code": Wording("{count} 行按单位名称查得代码", "{count} units without a code found by their names"),
    "successor": Wording(
        "{count} 行的单位代码按区划沿革换算", "{count} unit codes followed to the unit of the edition"
    ),
}

_PUNCTUATION = "+-./:%_"
HALF_WIDTH = "".join(chr(code) for code in range(0x21, 0x7F) if chr(code).isalnum() or chr(code) in _PUNCTUATION) + " "
FULL_WIDTH = "".join(chr(ord(character) + 0xFEE0) for character in HALF_WIDTH[:-1]) + "\u3000"

SPREADSHEET_ERRORS = ("#N/A", "#DIV/0!", "#REF!", "#VALUE!", "#NAME?", "#NULL!", "#NUM!", "#SPILL!", "#CALC!")

_HOUR, _SIXTY = "([01]?[0-9]|2[0-3])", "([0-5]?[0-9])"
# Years that a person may mean and every program can hold: 1900 to 2199.
_YEAR = "(?:19|2[01])[0-9]{2}"
_PLAIN_TIME = f"{_YEAR}-[0-9]{{2}}-[0-9]{{2}}( ([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?)?"
_YEAR_FIRST = (
    f"^({_YEAR})([-/.])([0-9]{{1,2}})([-/.])([0-9]{{1,2}})"
    rf"(?:(?:T| +){_HOUR}:{_SIXTY}(?::{_SIXTY})?(?:\.[0-9]+)? ?(Z|[+-](?:[01][0-9]|2[0-3]):?[0-5][0-9])?)?$"
)
_CHINESE = (
    f"^({_YEAR}) *年 *([0-9]{{1,2}}) *月 *([0-9]{{1,2}}) *日"
    f"(?: *{_HOUR}(?:时|点|:)(?:{_SIXTY}分?(?::?{_SIXTY}秒?)?)?)?$"
)
_NUMBER = r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)"
# Excel stores a day as the number of days since 1899-12-30; these lie in 1954 to 2119.
_SERIAL_DAY = r"[2-7][0-9]{4}(\.[0-9]+)?"


def plain(text: str) -> str:
    """A text with full-width digits, letters and signs of numbers as plain ones."""
    return (
        f"case when strlen({text}) = length({text}) then {text}"
        f" else translate({text}, {literal(FULL_WIDTH)}, {literal(HALF_WIDTH)}) end"
    )


def coded(column: Column, text: str) -> str:
    """The text of a cell with the words that stand for a choice, or the number for a code, as the code."""
    if column.is_digits:
        return f"case when regexp_full_match({text}, '[0-9]+\\.0+') then split_part({text}, '.', 1) else {text} end"
    titles = {title: choice for choice, its_titles in column.choice_titles.items() for title in its_titles}
    return _matched(text, titles, otherwise=text) if titles else text


def state_of_word(contract: Contract, column: Column, text: str) -> str:
    """The state that a word in place of a value names, null for other text."""
    titles = contract.column(column.state_column).choice_titles
    words = {word: choice for choice, its_titles in titles.items() for word in (choice, *its_titles)}
    words = {word: choice for word, choice in words.items() if choice != "observed"}
    return _matched(text, words, otherwise="null")


def _matched(text: str, words: dict[str, str], otherwise: str) -> str:
    cases = " ".join(f"when {literal(word)} then {literal(choice)}" for word, choice in words.items())
    return f"case {text} {cases} else {otherwise} end"


def is_plain(column: Column, text: str) -> str:
    """SQL that tells a cell (null where blank) which says what stands in it: nothing in it is to be interpreted, and
    no error of a spreadsheet program is in it. A number, date or time is read as it stands, too."""
    if column.kind == "decimal":
        return _is_plain_decimal(text)
    if column.kind == "integer":
        return f"regexp_full_match({text}, '[1-9][0-9]{{0,8}}')"
    if column.kind == "date":
        return f"({_is_plain_date(text)})"
    if column.kind == "timestamp":
        return f"({_is_plain_time(text)})"
    if column.is_digits:
        return f"regexp_full_match({text}, '[0-9A-Za-z_-]+')"
    not_an_error = f"not starts_with({text}, '#')"
    if column.kind == "text":
        return not_an_error
    titles = [title for titles in column.choice_titles.values() for title in titles if title.isascii()]
    no_title = f" and not list_contains([{', '.join(map(literal, titles))}], {text})" if titles else ""
    return f"({not_an_error} and strlen({text}) = length({text}){no_title})"


def typed_plain(column: Column) -> tuple[dict[str, str], dict[str, str]]:
    """As `typed`, of a column whose cells are all plain."""
    name, text = column.name, f"r.{column.name}"
    kinds = {"decimal": f"decimal(18, {DECIMAL_SCALE})", "integer": "integer", "date": "date", "timestamp": "timestamp"}
    value = f"{text}::{kinds[column.kind]}"
    if column.kind == "decimal":
        value += f"::decimal({DECIMAL_PRECISION}, {DECIMAL_SCALE})"
    return {f"{name}_read": value, f"{name}_form": "'well_formed'"}, {}


def _is_plain_decimal(text: str) -> str:
    return f"regexp_full_match({text}, '[0-9]{{1,9}}([.][0-9]{{1,9}})?')"


def _is_plain_date(text: str) -> str:
    return f"strlen({text}) = 10 and {text} between '1900' and '2200' and try_cast({text} as date)::varchar = {text}"


def _is_plain_time(text: str) -> str:
    said = f"try_cast({text} as timestamp)::varchar"
    # Whole seconds; Parquet gives times with millionths of a second.
    return (
        f"{text} between '1900' and '2200' and case strlen({text}) when 19 then {said} = {text}"
        f" when 10 then {said} = {text} || ' 00:00:00' when 16 then {said} = {text} || ':00'"
        f" when 26 then {said} || '.000000' = {text} end"
    )


def typed(column: Column, is_percentage: str) -> tuple[dict[str, str], dict[str, str]]:
    """SQL of `<name>_read` and `<name>_form` of a typed column, in two stages: the second sees the columns of the
    first. `is_percentage` is the SQL that tells a row whose value is a percentage.

    What programs write is told by its plain form, which costs less than to hold it against all that people write.
    """
    name, text = column.name, f"r.{column.name}"
    read, form = f"{name}_read", f"{name}_form"
    if column.kind == "decimal":
        number = f"case when {is_percentage} and ends_with({text}, '%') then rtrim(left({text}, -1)) else {text} end"
        return (
            {form: f"case when {_is_plain_decimal(text)} then 'well_formed' else {_decimal_form(text, number)} end"},
            {read: f"case when r.{form} = 'well_formed' then {_decimal(number)} end"},
        )
    if column.kind == "integer":
        is_short = f"strlen({text}) <= 9 and try_cast({text} as integer)::varchar = {text}"
        is_whole = f"regexp_full_match({text}, '[+-]?[0-9]{{1,9}}(\\.0+)?')"
        digits = f"case when {is_short} then {text} when {is_whole} then split_part({text}, '.', 1) end"
        value = f"try_cast({digits} as integer)"
    elif column.kind == "date":
        time, day = read_time(text), f"try_cast({text} as date)"
        at_midnight = _of(time, "case when p::time = time '00:00' then p::date end")
        value = f"case when {_is_plain_date(text)} then {day} else {at_midnight} end"
    else:
        value = read_time(text)
    forms = f"case when {text} is null then null when r.{read} is null then 'malformed' else 'well_formed' end"
    return {read: value}, {form: forms}


def _decimal(text: str) -> str:
    """A well-formed number, read as one of 18 digits where that is enough: more take DuckDB fifty times as long."""
    whole = f"decimal({DECIMAL_PRECISION}, {DECIMAL_SCALE})"
    return f"coalesce(try_cast({text} as decimal(18, {DECIMAL_SCALE}))::{whole}, try_cast({text} as {whole}))"


def _decimal_form(text: str, number: str) -> str:
    whole_digits = DECIMAL_PRECISION - DECIMAL_SCALE
    return f"""
        case
            when {text} is null then null
            when not regexp_full_match({number}, {literal(_NUMBER)})
                or regexp_matches({number}, '^[+-]?0*[1-9][0-9]{{{whole_digits},}}') then 'malformed'
            when regexp_matches({number}, '\\.[0-9]{{{DECIMAL_SCALE}}}[0-9]*[1-9]') then 'too_precise'
            else 'well_formed'
        end
    """


def is_interpreted(column: Column) -> str:
    """SQL that tells a readable date or time which is written otherwise than programs do."""
    text = f"r.{column.name}"
    is_as_written = (
        f"substr({text}, 5, 1) = '-' and substr({text}, 8, 1) = '-' and substr({text}, 11, 1) in ('', 'T', ' ')"
    )
    return f"{text}_read is not null and not ({is_as_written})"


def read_time(text: str) -> str:
    """The time that a text says, null where it cannot be read as one."""
    year_first = f"regexp_extract({text}, {literal(_YEAR_FIRST)}, ['y', 's1', 'm', 's2', 'd', 'h', 'i', 's', 'o'])"
    in_words = f"regexp_extract({text}, {literal(_CHINESE)}, ['y', 'm', 'd', 'h', 'i', 's'])"
    offset = "(p.o[1] || '1')::integer * (p.o[2:3]::integer * 60 + right(p.o, 2)::integer)"
    to_china = (
        "case when p.o = '' then interval 0 minute when p.o = 'Z' then interval 8 hour"
        f" else interval 8 hour - to_minutes({offset}) end"
    )
    chinese = _of(in_words, f"case when p.y <> '' then {_BUILT} end")
    by_year = _of(year_first, f"case when p.s1 = p.s2 and p.y <> '' then {_BUILT} + {to_china} end")
    time = f"try_cast({text} as timestamp)"
    return f"""
        case
            when {_is_plain_time(text)} then {time}
            when regexp_full_match({text}, {literal(_PLAIN_TIME)}) then {time}
            when contains({text}, '年') then {chinese}
            else {by_year}
        end
    """


_BUILT = (
    "try_cast(p.y || '-' || lpad(p.m, 2, '0') || '-' || lpad(p.d, 2, '0') || ' ' || lpad(p.h, 2, '0') || ':' ||"
    " lpad(p.i, 2, '0') || ':' || lpad(p.s, 2, '0') as timestamp)"
)


def _of(parts: str, expression: str) -> str:
    """An expression of `parts` as `p`, which is said once: a query of everything twice takes long to plan."""
    return f"list_transform([{parts}], lambda p: {expression})[1]"


def serial_day_hints(column: Column) -> dict[str, str]:
    """What the text of a date or time seems to be, for the message that it cannot be read, by place."""
    if column.kind not in ("date", "timestamp"):
        return {}
    name = column.name
    is_serial = f"regexp_full_match(r.{name}, {literal(_SERIAL_DAY)})"
    day = f"(date '1899-12-30' + split_part(r.{name}, '.', 1)::integer)"
    return {
        f"{name}_hint_zh": f"case when {is_serial} then ',像是 Excel 保存 ' || {day} || ' 的序列号' else '' end",
        f"{name}_hint_en": f"case when {is_serial} then ', it looks like the serial number by which Excel stores ' ||"
        f" {day} else '' end",
    }


def spreadsheet_error(names: Collection[str]) -> str:
    """Name and content of the first cell, among the columns of these names, with an error of a spreadsheet program."""
    if not names:
        return "null::varchar"
    errors = ", ".join(map(literal, SPREADSHEET_ERRORS))
    suspects = " or ".join(f"starts_with(r.{name}, '#')" for name in names)
    # IN of more than four words becomes a join, and rows come out of it in another order.
    cases = " ".join(
        f"when list_contains([{errors}], r.{name}) then {literal(name + ' ')} || r.{name}" for name in names
    )
    return f"case when {suspects} then case {cases} end end"


def is_typed(column: Column) -> bool:
    return column.kind in TYPED_KINDS
