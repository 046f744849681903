"""What a contract is made of: columns, the checks a row can be put to, and rules.

One contract per source is the single definition from which the types, the template that a user fills
(`landing/template.py`) and the Great Expectations suites at the door (`quality/door.py`) come.
Only plain descriptions here: nothing reads a file and nothing imports Great Expectations.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["code", "text", "integer", "decimal", "date", "timestamp", "choice"]
Severity = Literal["error", "warning"]

DECIMAL_PRECISION = 20
DECIMAL_SCALE = 9


# --- checks: each says of which columns of the checked frame what must hold; a blank cell passes all but `Filled` ---


@dataclass(frozen=True)
class Filled:
    """The column holds something."""

    column: str


@dataclass(frozen=True)
class Blank:
    """The column holds nothing."""

    column: str


@dataclass(frozen=True)
class OneOf:
    """The column holds one of the values."""

    column: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class NoneOf:
    """The column holds none of the values."""

    column: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class Matches:
    """The column matches the regular expression."""

    column: str
    regex: str


@dataclass(frozen=True)
class NoLongerThan:
    """The column's text has at most so many characters."""

    column: str
    characters: int


@dataclass(frozen=True)
class AtLeast:
    """`larger` is no smaller than `smaller`."""

    larger: str
    smaller: str


@dataclass(frozen=True)
class Same:
    """Both columns hold the same."""

    left: str
    right: str


@dataclass(frozen=True)
class DistinctTogether:
    """No two rows agree in all of the columns."""

    columns: tuple[str, ...]


Check = Filled | Blank | OneOf | NoneOf | Matches | NoLongerThan | AtLeast | Same | DistinctTogether


@dataclass(frozen=True)
class Rule:
    """One thing that must hold of every row.

    `column` is the column of the file to look at (empty: the row as a whole); `requirement` says what must hold;
    `message` says what is wrong with one row and what to do, with `{column}` places filled from the row as checked.
    A broken rule of severity `error` quarantines the row, a broken `warning` is only reported.
    """

    name: str
    column: str
    requirement: str
    message: str
    check: Check
    severity: Severity = "error"


@dataclass(frozen=True)
class Column:
    """One column of an inbox file.

    `required`: each row must fill it. `in_header`: the file must have the column at all (those required always must).
    `title_zh` is the column's Chinese name in headers; `synonyms` are other names by which offices call it.
    """

    name: str
    kind: Kind
    description_zh: str
    description_en: str
    example: str
    required: bool = False
    in_header: bool = False
    choices: tuple[str, ...] = ()
    regex: str = ""
    regex_says: str = ""
    max_length: int = 0
    title_zh: str = ""
    synonyms: tuple[str, ...] = ()

    @property
    def must_be_in_header(self) -> bool:
        return self.required or self.in_header

    @property
    def format_says(self) -> str:
        """How the column's cells are to be written, in a few words."""
        if self.choices:
            return "one of " + ", ".join(self.choices)
        return {
            "integer": "a whole number in plain digits, such as 2019",
            "decimal": f"a plain number such as 12.5, without separators, units or %, with at most {DECIMAL_SCALE}"
            f" decimals and {DECIMAL_PRECISION - DECIMAL_SCALE} digits before the point",
            "date": "a date as YYYY-MM-DD",
            "timestamp": "a time as YYYY-MM-DD, YYYY-MM-DD HH:MM or YYYY-MM-DD HH:MM:SS (China Standard Time, or with"
            " an offset such as +08:00)",
        }.get(self.kind, self.regex_says or "text")

    def rules(self) -> list[Rule]:
        """The rules that follow from the column alone, in the order in which they are to be reported."""
        name = self.name
        rules = []
        if self.required:
            rules.append(
                Rule(
                    f"{name}_missing",
                    name,
                    f"{name} is filled",
                    f"{name} is blank: fill in {self.format_says}",
                    Filled(name),
                )
            )
        if self.kind in ("integer", "decimal", "date", "timestamp"):
            hint = f"{{{hint_column(name)}}}" if self.kind in ("date", "timestamp") else ""
            rules.append(
                Rule(
                    f"{name}_malformed",
                    name,
                    f"{name} is {self.format_says}",
                    f"{name} '{{{name}}}' cannot be read{hint}: write {self.format_says}",
                    NoneOf(form_column(name), ("malformed",)),
                )
            )
        if self.kind == "decimal":
            rules.append(
                Rule(
                    f"{name}_too_precise",
                    name,
                    f"{name} has at most {DECIMAL_SCALE} decimals",
                    f"{name} '{{{name}}}' has more than {DECIMAL_SCALE} decimals: round it",
                    NoneOf(form_column(name), ("too_precise",)),
                )
            )
        if self.choices:
            rules.append(
                Rule(
                    f"{name}_unknown",
                    name,
                    f"{name} is {self.format_says}",
                    f"{name} '{{{name}}}' is not known: write {self.format_says}",
                    OneOf(name, self.choices),
                )
            )
        if self.regex:
            rules.append(
                Rule(
                    f"{name}_malformed",
                    name,
                    f"{name} is {self.regex_says}",
                    f"{name} '{{{name}}}' cannot be used: write {self.regex_says}",
                    Matches(name, self.regex),
                )
            )
        if self.max_length:
            rules.append(
                Rule(
                    f"{name}_too_long",
                    name,
                    f"{name} has at most {self.max_length} characters",
                    f"{name} has more than {self.max_length} characters: shorten it, or look for a stray"
                    " quotation mark",
                    NoLongerThan(name, self.max_length),
                )
            )
        return rules


def form_column(name: str) -> str:
    """Checked-frame column that says whether the text of `name` could be read: well_formed, malformed, too_precise."""
    return f"{name}_form"


def read_column(name: str) -> str:
    """Checked-frame column with `name` as read: a number, date or time instead of text; blank where unreadable."""
    return f"{name}_read"


def hint_column(name: str) -> str:
    """Checked-frame column with what the text of the date or time `name` seems to be, for the message; else blank."""
    return f"{name}_hint"


# Goes before all others: an error in a cell is the cause of whatever else is wrong with it.
SPREADSHEET_ERROR = Rule(
    "spreadsheet_error",
    "",
    "no cell holds an error of a spreadsheet program",
    "cell {spreadsheet_error} holds an error of the spreadsheet program: correct the formula or type the value",
    Blank("spreadsheet_error"),
)


@dataclass(frozen=True)
class Contract:
    """A source: its columns, the rules over whole rows, and the columns that name a row in messages."""

    source: str
    version: str
    title_zh: str
    title_en: str
    columns: tuple[Column, ...]
    row_rules: tuple[Rule, ...]
    key: tuple[str, ...]

    @property
    def column_names(self) -> list[str]:
        return [column.name for column in self.columns]

    @property
    def header_required(self) -> list[str]:
        return [column.name for column in self.columns if column.must_be_in_header]

    def column(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)

    def rules(self) -> list[Rule]:
        """All rules in the order in which the first broken one is named in the quarantine."""
        from_columns = [rule for column in self.columns for rule in column.rules()]
        return [SPREADSHEET_ERROR, *from_columns, *self.row_rules]
