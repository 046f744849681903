"""Columns and rules that several sources share: the unit and its edition, the value, the evidence, the provenance."""

from __future__ import annotations

from orchestration.landing.contracts.definition import (
    AtLeast,
    Blank,
    Column,
    DistinctTogether,
    NoneOf,
    Rule,
)

# How long after the end of a series' latest edition a time may lie. A time further off is a typing error, and the
# latest capture of a value wins over all others. It is counted from the editions and not from today, so that a row
# judged again is judged alike; from the latest edition, for a series may be collected long after its early years.
YEARS_AFTER_LATEST_EDITION = 10

STATES = ("observed", "not_published", "not_collected", "not_applicable")

UNIT_CODE = Column(
    "unit_code",
    "code",
    "被评单位代码:县级行政区划代码(6位),保留前导零",
    "Code of the assessed unit: the six-digit division code; keep leading zeros",
    "520102",
    required=True,
    title_zh="单位代码",
    synonyms=(
        "行政区划代码",
        "区划代码",
        "被评单位代码",
        "县级代码",
        "区县代码",
        "县(市、区)代码",
        "地区代码",
        "单位编码",
        "代码",
    ),
)
ASSESSMENT_YEAR = Column(
    "assessment_year",
    "integer",
    "评估年度",
    "Assessed year (the edition)",
    "2019",
    required=True,
    title_zh="评估年度",
    synonyms=("年度", "评估年份", "年份", "考核年度", "评价年度"),
)
EVIDENCE_URL = Column(
    "evidence_url",
    "text",
    "证据网址",
    "Address of the evidence",
    "https://www.example.gov.cn/art/2019/12/3/art_1.html",
    regex=r"^https?://\S+$",
    regex_says="an address that starts with http:// or https:// and has no blanks",
    max_length=2000,
    title_zh="证据网址",
    synonyms=("网址", "链接", "证据链接", "来源网址", "来源链接"),
)
EVIDENCE_HASH = Column(
    "evidence_hash",
    "code",
    "证据文件的 SHA-256 校验值(64位十六进制)",
    "SHA-256 of the evidence as saved (64 hexadecimal digits)",
    "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    regex=r"^[0-9a-fA-F]{64}$",
    regex_says="64 hexadecimal digits",
    title_zh="证据校验值",
    synonyms=("证据SHA-256", "SHA-256", "SHA256", "校验值", "证据哈希值"),
)
PROVENANCE = Column(
    "provenance",
    "choice",
    "数据来历:collected 采集;published 已公开发布的数据集;synthetic 合成(演示)",
    "Where the row comes from: collected by people or machines, published data set, or synthetic (demo)",
    "collected",
    required=True,
    choices=("collected", "published", "synthetic"),
    title_zh="数据来历",
    synonyms=("数据来源", "来历"),
)

SUBJECT_KEY_RULE = Rule(
    "subject_key_unfit",
    "subject",
    "an observation is named by measure_code, an opinion event by cluster_code",
    "subject '{subject}' with measure_code '{measure_code}' and cluster_code '{cluster_code}': name an observation by"
    " measure_code alone, an opinion event by cluster_code alone",
    NoneOf("subject_key_standing", ("unfit",)),
)

MEASURE_RULES = (
    Rule(
        "measure_code_unknown",
        "measure_code",
        "measure_code is a measure of seeds/methodology/measure.csv",
        "measure_code '{measure_code}' is not a known measure{measure_suggestion}: see seeds/methodology/measure.csv",
        NoneOf("measure_standing", ("unknown",)),
    ),
    Rule(
        "measure_comes_from_events",
        "measure_code",
        "measure_code is not computed from opinion events",
        "measure '{measure_code}' is computed from opinion events: deliver the events in inbox/opinion_event instead",
        NoneOf("measure_standing", ("computed_from_events",)),
    ),
)

YEAR_RULE = Rule(
    "assessment_year_unknown",
    "assessment_year",
    "assessment_year is an edition of the series",
    "assessment_year {assessment_year} is not an edition of series {series_code} (it has {series_years}): correct the"
    " year, or add the edition to seeds/methodology/edition.csv",
    NoneOf("year_standing", ("no_edition",)),
)

UNIT_RULES = (
    Rule(
        "unit_code_too_short",
        "unit_code",
        "unit_code has all its digits",
        "unit_code '{unit_code}' has too few digits{unit_candidates}: format the column as text and enter the code with"
        " all its digits",
        NoneOf("unit_standing", ("too_short",)),
    ),
    Rule(
        "unit_code_unknown",
        "unit_code",
        "unit_code is known in some year",
        "unit_code '{unit_code}' is not a unit of series {series_code} in any year: correct the code",
        NoneOf("unit_standing", ("unknown",)),
    ),
    Rule(
        "unit_code_not_in_edition",
        "unit_code",
        "unit_code is in the edition's frame, or has a counterpart there",
        "unit_code '{unit_code}' is not in the frame of {assessment_year} and has no counterpart there: correct the"
        " code or the year",
        NoneOf("unit_standing", ("not_in_edition",)),
    ),
    Rule(
        "unit_code_split",
        "unit_code",
        "unit_code has one counterpart in the edition's frame",
        "unit_code '{unit_code}' is not in the frame of {assessment_year}; its territory lies in several units there"
        " ({unit_candidates}): say which one is meant",
        NoneOf("unit_standing", ("split",)),
    ),
    Rule(
        "unit_code_merged",
        "unit_code",
        "unit_code's counterpart in the edition's frame has no other origin",
        "unit_code '{unit_code}' is not in the frame of {assessment_year}; its counterpart {unit_candidates} is made of"
        " several units, so the row cannot speak for it: deliver a row for the unit as it was in that edition",
        NoneOf("unit_standing", ("merged",)),
    ),
)

UNIT_NOT_ASSESSED = Rule(
    "unit_not_assessed",
    "unit_code",
    "unit_code is a unit that the edition assesses",
    "unit_code '{unit_code}' is in the frame of {assessment_year} but left out of the assessment: the row is kept and"
    " not scored",
    NoneOf("unit_standing", ("left_out",)),
    severity="warning",
)

BOUND_RULES = (
    Rule(
        "value_above_upper_bound",
        "value",
        "value is no larger than the measure's upper bound",
        "value {value} of {measure_code} is above the upper bound {measure_upper_bound}: correct the value",
        AtLeast("measure_upper_bound", "value_read"),
    ),
    Rule(
        "value_below_lower_bound",
        "value",
        "value is no smaller than the measure's lower bound",
        "value {value} of {measure_code} is below the lower bound {measure_lower_bound}: correct the value",
        AtLeast("value_read", "measure_lower_bound"),
    ),
    Rule(
        "value_not_whole",
        "value",
        "value of a count is a whole number",
        "value {value} of {measure_code} must be a whole number: correct the value",
        NoneOf("value_wholeness", ("fraction",)),
    ),
)

DUPLICATE_ROW = Rule(
    "duplicate_row",
    "",
    "no row repeats an earlier one cell by cell",
    "the row repeats row {copy_of_row} cell by cell: delete one of them",
    Blank("copy_of_row"),
)


def year_started(column: str) -> Rule:
    """Rule that a time lies no earlier than the start of the assessed year."""
    return Rule(
        f"{column}_before_year",
        column,
        f"{column} is not before the assessed year starts",
        f"{column} {{{column}}} is before the assessed year {{assessment_year}} starts: correct the time or the year",
        AtLeast(f"{column}_read", "year_start"),
    )


def not_too_late(column: str) -> Rule:
    """Rule that a time lies within some years of the latest edition of the series."""
    return Rule(
        f"{column}_too_late",
        column,
        f"{column} is at most {YEARS_AFTER_LATEST_EDITION} years after the end of the series' latest edition",
        f"{column} {{{column}}} is after {{last_plausible_year}}, more than {YEARS_AFTER_LATEST_EDITION} years after"
        " the latest edition of series {series_code}: correct the time",
        AtLeast("last_plausible_time", f"{column}_read"),
    )


def repeated_key(columns: tuple[str, ...], says: str) -> Rule:
    """Warning that rows agree in their key and differ elsewhere; both are kept and reconciled later."""
    return Rule(
        "repeated_key",
        columns[-1],
        f"{says} is described by one row",
        f"another row of the file has the same {', '.join(columns)} and says something else: both are kept, and the"
        " reconciliation decides",
        DistinctTogether(columns),
        severity="warning",
    )


def unrepeated_code(column: str) -> Rule:
    """Rule that a code which names one row is used once in the file."""
    return Rule(
        "code_repeated",
        column,
        f"{column} is used once",
        f"{column} '{{{column}}}' names several rows of the file: give each its own code",
        NoneOf("code_standing", ("repeated",)),
    )
