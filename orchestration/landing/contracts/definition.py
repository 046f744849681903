"""What a contract is made of: columns, look-ups in the reference tables, and rules.

One contract per source is the single definition from which the types, the template that a user fills, the checks of
every row (`landing/check.py`) and the expectations of the second judge (`landing/judge.py`) come. A rule is one thing:
a name, a severity, what it requires and says in both languages, and the SQL predicate that is true of a broken row.
Only plain descriptions here: nothing reads a file and nothing opens a database.

A predicate, and the places of a message, speak of the *checked row*. It has per column of the contract the cell as
text under the column's own name (blank cells null, see `landing/cells.py` for what is interpreted), `<name>_read` with
its value and `<name>_form` (well_formed, malformed, too_precise) for numbers, dates and times, and then what the
contract's look-ups and facts add. What cannot be told (an unreadable year, an unknown measure) is null, and a predicate
that is null is not broken, so that only the rule at the root is.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal, get_args

from orchestration.wording import Wording
from orchestration.writing.sql import literal

Kind = Literal["code", "text", "integer", "decimal", "date", "timestamp", "choice"]
Severity = Literal["error", "warning"]
KINDS: dict[str, Kind] = {kind: kind for kind in get_args(Kind)}

DECIMAL_PRECISION = 20
DECIMAL_SCALE = 9

TYPED_KINDS = ("integer", "decimal", "date", "timestamp")
NOTHING = Wording("", "")


@dataclass(frozen=True)
class Rule:
    """One thing that must hold of every row.

    `column` is the column of the file to look at (empty: the row as a whole); `requirement` says what must hold;
    `message` says what is wrong with one row and what to do, with `{column}` places filled from the checked row;
    `broken` is the SQL predicate that is true of a row which breaks the rule. A broken rule of severity `error`
    quarantines the row; a broken `warning`, looked for among the accepted rows only, is reported.
    """

    name: str
    column: str
    requirement: Wording
    message: Wording
    broken: str
    severity: Severity = "error"


@dataclass(frozen=True)
class Step:
    """Columns that a look-up adds to the rows: SQL expressions by name, over the rows as `r` and the joined tables.

    A join must leave each row once. Joins name the tables of schema `reference` (see `landing/reference.py`), and in a
    contract's facts the rows of the files themselves as `checked` (`accepted` in facts among the accepted rows).
    `of_row` are columns of the row alone that a look-up among the other rows needs: what of each row is kept for it.
    A look-up that is made `of_column` is not made for files without it, of which the columns say what `otherwise` says.
    """

    columns: dict[str, str]
    joins: str = ""
    of_row: dict[str, str] = field(default_factory=dict)
    of_column: str = ""
    otherwise: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Column:
    """One column of an inbox file.

    `required`: each row must fill it. `in_header`: the file must have the column at all (those required always must).
    `title_zh` is the column's Chinese name in headers; `synonyms` are other names by which offices call it.
    `choice_titles` are the Chinese words that stand for a choice; `state_column` names the choice column into which a
    word in place of a number is read. `stand_in` is the column by which a header may replace this one. A column that
    is not `is_stored` only serves the checks. `is_digits` tells a code of digits, which programs take for a number.
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
    regex_says_zh: str = ""
    choice_titles: dict[str, tuple[str, ...]] = field(default_factory=dict)
    state_column: str = ""
    stand_in: str = ""
    is_stored: bool = True
    is_digits: bool = False

    @property
    def must_be_in_header(self) -> bool:
        return self.required or self.in_header

    @property
    def format_says(self) -> str:
        """How the column's cells are to be written, in a few words of English."""
        return self.format.en

    @property
    def format(self) -> Wording:
        """How the column's cells are to be written, in a few words."""
        if self.choices:
            shown = [f"{choice}({titles[0]})" for choice, titles in self.choice_titles.items() if titles]
            others = [choice for choice in self.choices if not self.choice_titles.get(choice)]
            return Wording("、".join([*shown, *others]), "one of " + ", ".join(self.choices))
        own = Wording(self.regex_says_zh, self.regex_says) if self.regex_says else Wording("文本", "text")
        return FORMATS.get(self.kind, own)

    def rules(self) -> list[Rule]:
        """The rules that follow from the column alone, in the order in which they are to be reported."""
        name, says = self.name, self.format
        rules = []
        if self.required:
            rules.append(
                Rule(
                    f"{name}_missing",
                    name,
                    Wording(f"{name} 已填写", f"{name} is filled"),
                    Wording(f"{name} 为空:请填写{says.zh}", f"{name} is blank: fill in {says.en}"),
                    f"{name} is null",
                )
            )
        if self.kind in TYPED_KINDS:
            hint = (f"{{{name}_hint_zh}}", f"{{{name}_hint_en}}") if self.kind in ("date", "timestamp") else ("", "")
            rules.append(
                Rule(
                    f"{name}_malformed",
                    name,
                    Wording(f"{name} 为{says.zh}", f"{name} is {says.en}"),
                    Wording(
                        f"{name} '{{{name}}}' 无法识别{hint[0]}:请填写{says.zh}",
                        f"{name} '{{{name}}}' cannot be read{hint[1]}: write {says.en}",
                    ),
                    f"{name}_form = 'malformed'",
                )
            )
        if self.kind == "decimal":
            rules.append(
                Rule(
                    f"{name}_too_precise",
                    name,
                    Wording(f"{name} 最多 {DECIMAL_SCALE} 位小数", f"{name} has at most {DECIMAL_SCALE} decimals"),
                    Wording(
                        f"{name} '{{{name}}}' 超过 {DECIMAL_SCALE} 位小数:请四舍五入",
                        f"{name} '{{{name}}}' has more than {DECIMAL_SCALE} decimals: round it",
                    ),
                    f"{name}_form = 'too_precise'",
                )
            )
        if self.choices:
            listed = " ".join(f"when {literal(choice)} then false" for choice in self.choices)
            rules.append(
                Rule(
                    f"{name}_unknown",
                    name,
                    Wording(f"{name} 为以下之一:{says.zh}", f"{name} is {says.en}"),
                    Wording(
                        f"{name} '{{{name}}}' 不在可选范围内:请填写以下之一:{says.zh}",
                        f"{name} '{{{name}}}' is not known: write {says.en}",
                    ),
                    # Of more than four words IN becomes a join, and rows come out of it in another order.
                    f"case {name} {listed} else {name} is not null end",
                )
            )
        if self.regex:
            rules.append(
                Rule(
                    f"{name}_malformed",
                    name,
                    Wording(f"{name} 为{says.zh}", f"{name} is {says.en}"),
                    Wording(
                        f"{name} '{{{name}}}' 不能使用:请填写{says.zh}",
                        f"{name} '{{{name}}}' cannot be used: write {says.en}",
                    ),
                    f"not regexp_full_match({name}, {literal(self.sql_regex)})",
                )
            )
        if self.max_length:
            rules.append(
                Rule(
                    f"{name}_too_long",
                    name,
                    Wording(
                        f"{name} 最多 {self.max_length} 个字符", f"{name} has at most {self.max_length} characters"
                    ),
                    Wording(
                        f"{name} 超过 {self.max_length} 个字符:请缩短,或查找多余的引号",
                        f"{name} has more than {self.max_length} characters: shorten it, or look for a stray"
                        " quotation mark",
                    ),
                    # Bytes are known without counting, and a text has no more characters than bytes.
                    f"bit_length({name}) > {8 * self.max_length} and length({name}) > {self.max_length}",
                )
            )
        return rules

    @property
    def sql_regex(self) -> str:
        """The regular expression of a whole cell as DuckDB reads it, whose blanks are those of ASCII unless told
        otherwise. To look for a match within a text, ends and all, takes twice as long."""
        return self.regex.removeprefix("^").removesuffix("$").replace(r"\S", r"[^\s\pZ]")


FORMATS = {
    "integer": Wording("普通数字的整数,如 2019", "a whole number in plain digits, such as 2019"),
    "decimal": Wording(
        f"普通数字,如 12.5,不带千分位、单位或百分号(百分比指标可带 %),小数最多 {DECIMAL_SCALE} 位,"
        f"整数最多 {DECIMAL_PRECISION - DECIMAL_SCALE} 位",
        f"a plain number such as 12.5, without separators, units or % (a percentage may carry it), with at most"
        f" {DECIMAL_SCALE} decimals and {DECIMAL_PRECISION - DECIMAL_SCALE} digits before the point",
    ),
    "date": Wording(
        "日期,格式为 YYYY-MM-DD 或年在前的 2019/1/2、2019年1月2日", "a date as YYYY-MM-DD, or year first as 2019/1/2"
    ),
    "timestamp": Wording(
        "时间,格式为 YYYY-MM-DD、YYYY-MM-DD HH:MM 或 YYYY-MM-DD HH:MM:SS(北京时间,或带 +08:00 之类的时区),"
        "也可写作年在前的 2019/1/2 9:30、2019年1月2日9时30分",
        "a time as YYYY-MM-DD, YYYY-MM-DD HH:MM or YYYY-MM-DD HH:MM:SS (China Standard Time, or with an offset such as"
        " +08:00), or year first as 2019/1/2 9:30",
    ),
}


# Goes before all others: an error in a cell is the cause of whatever else is wrong with it.
SPREADSHEET_ERROR = Rule(
    "spreadsheet_error",
    "",
    Wording("没有单元格含表格软件的错误值", "no cell holds an error of a spreadsheet program"),
    Wording(
        "单元格 {spreadsheet_error} 是表格软件的错误值:请改正公式或直接填写数值",
        "cell {spreadsheet_error} holds an error of the spreadsheet program: correct the formula or type the value",
    ),
    "spreadsheet_error is not null",
)


@dataclass(frozen=True)
class AcrossFiles:
    """A warning on all files in effect: rows of several files that agree in `columns`, all filled, agree in `compared`.

    `message` has the places `{code}` and `{files}`; it is said of each code, or, where `is_counted`, once of all, with
    the first as `{code}` and how many there are as `{count}`.
    """

    name: str
    columns: tuple[str, ...]
    compared: tuple[str, ...]
    message: Wording
    is_counted: bool = False


@dataclass(frozen=True)
class Contract:
    """A source: its columns, the rules over whole rows, and the columns that name a row in messages.

    The look-ups follow one another: those of `text_steps` see the cells as text and are made before numbers and times
    are read, `steps` end with the row's series, edition and unit code, `unit_steps` say what the code is in the
    edition, `facts` tell of the other rows of the file, and `accepted_facts` of its other accepted rows. `stored` are
    expressions for columns that are stored otherwise than as read, `never_blank` columns that none of the accepted
    rows has blank, though the file may. `across_files` are the warnings on all files together. `either` are groups of
    columns of which every row fills one. `year_of_row` is the year of an accepted row, in SQL. `place` is where the
    source stands among the others; those of one place stand by name.
    """

    source: str
    version: str
    title_zh: str
    title_en: str
    columns: tuple[Column, ...]
    row_rules: tuple[Rule, ...]
    key: tuple[str, ...]
    text_steps: tuple[Step, ...] = ()
    steps: tuple[Step, ...] = ()
    unit_steps: tuple[Step, ...] = ()
    facts: tuple[Step, ...] = ()
    accepted_facts: tuple[Step, ...] = ()
    stored: dict[str, str] = field(default_factory=dict)
    never_blank: tuple[str, ...] = ()
    across_files: tuple[AcrossFiles, ...] = ()
    either: tuple[tuple[str, ...], ...] = ()
    year_of_row: str = "assessment_year"
    place: int = 100

    @property
    def column_names(self) -> list[str]:
        return [column.name for column in self.columns]

    @property
    def is_of_editions(self) -> bool:
        """Whether each row belongs to an edition; an attribute of a unit has a day of its own."""
        return "assessment_year" in self.column_names

    @property
    def header_required(self) -> list[str]:
        return [column.name for column in self.columns if column.must_be_in_header]

    @property
    def stored_columns(self) -> list[Column]:
        return [column for column in self.columns if column.is_stored]

    def column(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)

    def missing_columns(self, header: list[str]) -> list[str]:
        """The columns that a header lacks; another may stand in for a column."""
        return [name for name in self.header_required if not {name, self.column(name).stand_in} & {*header}]

    def rules(self) -> tuple[Rule, ...]:
        """All rules in the order in which the first broken one is named in the quarantine."""
        return self._rules

    @cached_property
    def _rules(self) -> tuple[Rule, ...]:
        from_columns = [rule for column in self.columns for rule in column.rules()]
        return (SPREADSHEET_ERROR, *from_columns, *self.row_rules)
