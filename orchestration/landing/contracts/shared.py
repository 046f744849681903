"""Columns and rules that several sources share: the unit and its edition, the value, the evidence, the provenance."""

from __future__ import annotations

from orchestration.landing.contracts.definition import AcrossFiles, Column, Rule, Step
from orchestration.wording import Wording
from orchestration.writing.sql import literal

# How long after the end of a series' latest edition a time may lie. A time further off is a typing error, and the
# latest capture of a value wins over all others. It is counted from the editions and not from today, so that a row
# judged again is judged alike; from the latest edition, for a series may be collected long after its early years.
YEARS_AFTER_LATEST_EDITION = 10
# Years that a person may mean and every program can hold.
FIRST_YEAR, LAST_YEAR = 1900, 2199


def squeezed(column: str) -> str:
    """SQL of a name without blanks: tables pad short names with them."""
    return f"regexp_replace({column}, '[\\s\\pZ]', '', 'g')"


STATES = ("observed", "not_published", "not_collected", "not_applicable")

UNIT_CODE = Column(
    "unit_code",
    "code",
    "被评单位代码,如行政区划代码(6位);保留前导零",
    "Code of the assessed unit, such as the six-digit division code; keep leading zeros",
    "520102",
    required=True,
    stand_in="unit_name",
    is_digits=True,
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
    regex_says_zh="以 http:// 或 https:// 开头、不含空格的网址",
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
    regex_says_zh="64 位十六进制数字",
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
    choice_titles={"collected": ("采集",), "published": ("已公开发布", "公开数据"), "synthetic": ("合成", "演示")},
    title_zh="数据来历",
    synonyms=("数据来源", "来历"),
)

# The choices of several sources, with the Chinese words that stand for them in a cell.
STATE_TITLES = {
    "observed": ("已采集", "有值"),
    "not_published": ("未公开", "未公布", "未发布"),
    "not_collected": ("未采集", "未收集"),
    "not_applicable": ("不适用",),
}
SUBJECT_TITLES = {"observation": ("观测值",), "opinion_event": ("舆情事件", "事件")}

UNIT_NAME = Column(
    "unit_name",
    "text",
    "单位名称:与代码核对;代码为空时用来查代码",
    "Name of the unit: compared with the code, or, where the code is blank, looked up",
    "南明区",
    title_zh="单位名称",
    synonyms=("被评单位", "被评单位名称", "区县名称", "县名", "县(市、区)", "县(市、区)名称", "区县", "地区名称"),
    is_stored=False,
)
REGION_NAME = Column(
    "region_name",
    "text",
    "单位所在市州或省的名称,用于区分同名单位",
    "Name of the prefecture or province of the unit, to tell units of one name apart",
    "贵阳市",
    title_zh="所在地区",
    synonyms=("所属市州", "市州", "所属地市", "地市", "所属省份", "省份", "所在市州"),
    is_stored=False,
)


# --- look-ups ---

MEASURE_STEP = Step(
    {
        "measure_is_known": "m.measure_code is not null",
        "measure_series": "m.series_code",
        "measure_is_percentage": "coalesce(m.is_percentage, false)",
        "measure_is_whole_number": "m.is_whole_number",
        "measure_is_from_events": "m.is_from_events",
        "measure_lower_bound": "m.lower_bound",
        "measure_upper_bound": "m.upper_bound",
        "funnel_earlier_measure_code": "m.earlier_stage",
        "measure_is_earlier_stage": "coalesce(m.is_earlier_stage, false)",
        "measure_hint_zh": "nm.hint_zh",
        "measure_hint_en": "nm.hint_en",
    },
    "left join reference.measure as m on m.measure_code = r.measure_code"
    " left join reference.near_measure as nm on nm.measure_code = r.measure_code",
)

MEASURE_SERIES_STEP = Step({"series_code": "r.measure_series"})

# An event is told from others by its unit only: its series is, of those with events, the first that knows the unit.
SUBJECT_SERIES_STEP = Step(
    {
        "series_code": """
            case r.subject
                when 'observation' then r.measure_series
                when 'opinion_event'
                    then coalesce(es.series_code, (select min(series_code) from reference.event_series))
            end
        """
    },
    "left join reference.event_series_of_unit as es on es.unit_code = r.unit_code",
)

EDITION_STEP = Step(
    {
        "edition_is_known": "e.assessment_year is not null",
        "series_years": "coalesce(s.years, 'none')",
        "series_years_zh": "coalesce(s.years_zh, '无')",
        "last_plausible_year": f"s.latest_year + {YEARS_AFTER_LATEST_EDITION}",
        "year_start": f"""
            case
                when r.assessment_year_read between {FIRST_YEAR} and {LAST_YEAR}
                    then make_timestamp(r.assessment_year_read, 1, 1, 0, 0, 0)
            end
        """,
    },
    "left join reference.edition as e"
    " on e.series_code = r.series_code and e.assessment_year = r.assessment_year_read"
    " left join reference.series as s on s.series_code = r.series_code",
)

NAME_STEP = Step(
    {
        "unit_code": "coalesce(r.unit_code, n.unit_code)",
        "unit_is_named": "r.unit_code is null and n.unit_code is not null",
        "name_hint_zh": "n.hint_zh",
        "name_hint_en": "n.hint_en",
    },
    "left join reference.unit_of_name as n on n.series_code = r.series_code"
    " and n.assessment_year = r.assessment_year_read and n.full_name = case when r.unit_code is null"
    f" then coalesce({squeezed('r.region_name')}, '') || {squeezed('r.unit_name')} end",
    of_column="unit_name",
    otherwise={"unit_is_named": "false", "name_hint_zh": "null::varchar", "name_hint_en": "null::varchar"},
)


def unit_steps(event_condition: str = "false") -> tuple[Step, ...]:
    """What a row's unit code is in the edition.

    Of rows for which `event_condition` holds, a code that went into a larger unit stands for that unit: what happened
    in a part of a unit happened in the unit, while a measure of a part says nothing of the whole.
    """
    is_part = f"(({event_condition}) and st.standing = 'merged' and f.unit_code is null)"
    return (
        Step(
            {
                "unit_standing": f"""
                    case
                        when r.unit_code is null then null
                        when f.unit_code is not null then if(f.is_included, 'in_edition', 'left_out')
                        when {is_part} then if(st.whole_is_included, 'in_edition', 'left_out')
                        when ({event_condition}) and r.series_code is null then 'unknown'
                        when not r.edition_is_known then null
                        else coalesce(st.standing, 'unknown')
                    end
                """,
                "unit_code_in_edition": f"""
                    coalesce(f.unit_code, st.unit_code, case when {is_part} then st.whole_unit_code end)
                """,
                "unit_is_part": is_part,
                # A code that no frame holds as such, and of which nothing is known yet.
                "unit_is_unanswered": """
                    r.edition_is_known and r.unit_code is not null and f.unit_code is null and st.received_code is null
                """,
                "unit_candidates": "st.candidates",
                "unit_hint_zh": "st.hint_zh",
                "unit_hint_en": "st.hint_en",
                "unit_code_first_day": "st.first_day",
            },
            "left join reference.frame as f on f.series_code = r.series_code"
            " and f.assessment_year = r.assessment_year_read and f.unit_code = r.unit_code"
            " left join reference.standing as st on st.series_code = r.series_code"
            " and st.assessment_year = r.assessment_year_read and st.received_code = r.unit_code",
        ),
        Step(
            {
                "unit_frame_name": "uf.name_zh",
            },
            "left join reference.frame as uf on uf.series_code = r.series_code"
            " and uf.assessment_year = r.assessment_year_read and uf.unit_code = r.unit_code_in_edition",
        ),
        Step(
            {
                "unit_name_fits": f"""
                    r.unit_name is null
                    or list_contains(un.names, coalesce({squeezed("r.region_name")}, '') || {squeezed("r.unit_name")})
                """,
            },
            "left join reference.unit_names as un on un.series_code = r.series_code"
            " and un.assessment_year = r.assessment_year_read and un.unit_code = r.unit_code_in_edition",
            of_column="unit_name",
            otherwise={"unit_name_fits": "true"},
        ),
    )


# Which of value and state a row gives; the state observed only accompanies a value.
GIVEN_STEP = Step(
    {
        "given": """
            case
                when r.value is not null and r.state <> 'observed' then 'both'
                when r.value is not null then 'value'
                when r.state <> 'observed' then 'state'
                else 'neither'
            end
        """
    }
)
GIVEN_WORD_STEP = Step({"given_zh": "case r.given when 'both' then '两者都' else '两者均未' end"})

# A value is observed whatever stands beside it.
OBSERVED_STATE = {"state": "case when value is not null then 'observed' else state end"}


# --- rules ---

SUBJECT_KEY_RULE = Rule(
    "subject_key_unfit",
    "subject",
    Wording(
        "观测值以 measure_code 指明,舆情事件以 cluster_code 指明",
        "an observation is named by measure_code, an opinion event by cluster_code",
    ),
    Wording(
        "对象 '{subject}' 的 measure_code 为 '{measure_code}',cluster_code 为 '{cluster_code}':"
        "观测值只填 measure_code,舆情事件只填 cluster_code",
        "subject '{subject}' with measure_code '{measure_code}' and cluster_code '{cluster_code}': name an observation"
        " by measure_code alone, an opinion event by cluster_code alone",
    ),
    "(subject = 'observation' and (measure_code is null or cluster_code is not null))"
    " or (subject = 'opinion_event' and (cluster_code is null or measure_code is not null))",
)

MEASURE_RULES = (
    Rule(
        "measure_code_unknown",
        "measure_code",
        Wording(
            "measure_code 是 seeds/methodology/measure.csv 中的测量项",
            "measure_code is a measure of seeds/methodology/measure.csv",
        ),
        Wording(
            "measure_code '{measure_code}' 不是已知的测量项{measure_hint_zh}:见 seeds/methodology/measure.csv",
            "measure_code '{measure_code}' is not a known measure{measure_hint_en}: see seeds/methodology/measure.csv",
        ),
        "measure_code is not null and not measure_is_known",
    ),
    Rule(
        "measure_comes_from_events",
        "measure_code",
        Wording("measure_code 不是由舆情事件计算的测量项", "measure_code is not computed from opinion events"),
        Wording(
            "测量项 '{measure_code}' 由舆情事件计算:请改在 inbox/opinion_event 提交事件",
            "measure '{measure_code}' is computed from opinion events: deliver the events in inbox/opinion_event"
            " instead",
        ),
        "measure_is_from_events",
    ),
)

YEAR_RULE = Rule(
    "assessment_year_unknown",
    "assessment_year",
    Wording("assessment_year 是该系列的一个年度", "assessment_year is an edition of the series"),
    Wording(
        "assessment_year {assessment_year} 不是系列 {series_code} 的年度(有 {series_years_zh}):请改正年度,"
        "或在 seeds/methodology/edition.csv 增加该年度",
        "assessment_year {assessment_year} is not an edition of series {series_code} (it has {series_years}): correct"
        " the year, or add the edition to seeds/methodology/edition.csv",
    ),
    "series_code is not null and assessment_year_read is not null and not edition_is_known",
)


def unit_rules(time_column: str, of_events_only: bool = False) -> tuple[Rule, ...]:
    """Rules on the unit; `time_column` tells when the code was written down. Of events alone no part of a unit is
    refused, for it counts for the whole, and no new code: an event gets its code when its year's list is put together,
    and its time of capture is that of the report."""
    rules = _unit_rules(time_column)
    unfit_for_events = ("unit_code_merged", "unit_code_before_first_day") if of_events_only else ()
    return tuple(rule for rule in rules if rule.name not in unfit_for_events)


def _unit_rules(time_column: str) -> tuple[Rule, ...]:
    return (
        Rule(
            "unit_code_too_short",
            "unit_code",
            Wording("unit_code 位数完整", "unit_code has all its digits"),
            Wording(
                "unit_code '{unit_code}' 位数不足{unit_hint_zh}:请把该列设为文本格式,填写完整代码",
                "unit_code '{unit_code}' has too few digits{unit_hint_en}: format the column as text and enter the"
                " code with all its digits",
            ),
            "unit_standing = 'too_short'",
        ),
        Rule(
            "unit_code_unknown",
            "unit_code",
            Wording("unit_code 在某一年度存在", "unit_code is known in some year"),
            Wording(
                "unit_code '{unit_code}' 在任何年度都不是系列 {series_code} 的单位{unit_hint_zh}:请改正代码",
                "unit_code '{unit_code}' is not a unit of series {series_code} in any year{unit_hint_en}: correct the"
                " code",
            ),
            "unit_standing = 'unknown'",
        ),
        Rule(
            "unit_code_not_in_edition",
            "unit_code",
            Wording(
                "unit_code 在该年度的评估范围内,或有对应单位",
                "unit_code is in the edition's frame, or has a counterpart there",
            ),
            Wording(
                "unit_code '{unit_code}' 不在 {assessment_year} 年度的评估范围内,也没有对应单位{unit_hint_zh}:"
                "请改正代码或年度",
                "unit_code '{unit_code}' is not in the frame of {assessment_year} and has no counterpart"
                " there{unit_hint_en}: correct the code or the year",
            ),
            "unit_standing = 'not_in_edition'",
        ),
        Rule(
            "unit_code_split",
            "unit_code",
            Wording(
                "unit_code 在该年度的评估范围内只有一个对应单位",
                "unit_code has one counterpart in the edition's frame",
            ),
            Wording(
                "unit_code '{unit_code}' 不在 {assessment_year} 年度的评估范围内;其地域分属多个单位"
                "({unit_candidates}):请写明是哪一个",
                "unit_code '{unit_code}' is not in the frame of {assessment_year}; its territory lies in several units"
                " there ({unit_candidates}): say which one is meant",
            ),
            "unit_standing = 'split'",
        ),
        Rule(
            "unit_code_merged",
            "unit_code",
            Wording(
                "unit_code 在该年度的对应单位没有其他来源",
                "unit_code's counterpart in the edition's frame has no other origin",
            ),
            Wording(
                "unit_code '{unit_code}' 不在 {assessment_year} 年度的评估范围内;对应的 {unit_candidates} 由多个单位"
                "合并而成,该行不能代表它:请按该年度的单位提交",
                "unit_code '{unit_code}' is not in the frame of {assessment_year}; its counterpart {unit_candidates} is"
                " made of several units, so the row cannot speak for it: deliver a row for the unit as it was in that"
                " edition",
            ),
            "unit_standing = 'merged'",
        ),
        Rule(
            "unit_code_before_first_day",
            "unit_code",
            Wording("unit_code 在写下之日已启用", "unit_code existed when it was written down"),
            Wording(
                f"unit_code '{{unit_code}}' 自 {{unit_code_first_day}} 起才启用,而该行的 {time_column} 为"
                f" {{{time_column}}}:不能据以认定为 {{unit_frame_name}},请改正代码或时间",
                f"unit_code '{{unit_code}}' exists from {{unit_code_first_day}} on, and {time_column} is"
                f" {{{time_column}}}: it cannot mean {{unit_frame_name}} then, so correct the code or the time",
            ),
            f"unit_code_in_edition is not null and {time_column}_read < unit_code_first_day",
        ),
        Rule(
            "unit_name_unfit",
            "unit_name",
            Wording("unit_name 是该代码的单位名称", "unit_name is the name of the unit of that code"),
            Wording(
                "unit_code '{unit_code}' 在 {assessment_year} 年度的评估范围内是 {unit_frame_name},该行却写"
                " {region_name}{unit_name}:请改正其一",
                "unit_code '{unit_code}' is {unit_frame_name} in the frame of {assessment_year}, and the row says"
                " {region_name}{unit_name}: correct one of them",
            ),
            "unit_code_in_edition is not null and not unit_name_fits",
        ),
        Rule(
            "unit_name_unknown",
            "unit_name",
            Wording("没有代码的单位名称只对应一个单位", "a name without a code is that of one unit"),
            Wording(
                "'{region_name}{unit_name}' 在 {assessment_year} 年度的评估范围内不能认定为一个单位{name_hint_zh}:"
                "请填写 unit_code,或在 region_name 写明市州或省",
                "'{region_name}{unit_name}' is not the name of one unit in the frame of"
                " {assessment_year}{name_hint_en}: fill in unit_code, or name the prefecture or province in"
                " region_name",
            ),
            "unit_code is null and unit_name is not null and edition_is_known",
        ),
    )


UNIT_NOT_ASSESSED = Rule(
    "unit_not_assessed",
    "unit_code",
    Wording("unit_code 是该年度评估的单位", "unit_code is a unit that the edition assesses"),
    Wording(
        "unit_code '{unit_code}' 在 {assessment_year} 年度的名单内但不参加评估:该行保留,不计分",
        "unit_code '{unit_code}' is in the frame of {assessment_year} but left out of the assessment: the row is kept"
        " and not scored",
    ),
    "unit_standing = 'left_out'",
    severity="warning",
)

UNIT_IS_PART = Rule(
    "unit_code_part_of_whole",
    "unit_code",
    Wording("unit_code 本身在该年度的名单内", "unit_code is itself in the edition's frame"),
    Wording(
        "unit_code '{unit_code}' 已并入 {unit_candidates}:其中发生的事件计入合并后的单位",
        "unit_code '{unit_code}' has become part of {unit_candidates}: what happened in the part counts for the whole",
    ),
    "unit_is_part",
    severity="warning",
)

BOUND_RULES = (
    Rule(
        "value_above_upper_bound",
        "value",
        Wording("value 不大于测量项的上限", "value is no larger than the measure's upper bound"),
        Wording(
            "{measure_code} 的值 {value} 高于上限 {measure_upper_bound}:请改正",
            "value {value} of {measure_code} is above the upper bound {measure_upper_bound}: correct the value",
        ),
        "value_read > measure_upper_bound",
    ),
    Rule(
        "value_below_lower_bound",
        "value",
        Wording("value 不小于测量项的下限", "value is no smaller than the measure's lower bound"),
        Wording(
            "{measure_code} 的值 {value} 低于下限 {measure_lower_bound}:请改正",
            "value {value} of {measure_code} is below the lower bound {measure_lower_bound}: correct the value",
        ),
        "value_read < measure_lower_bound",
    ),
    Rule(
        "value_not_whole",
        "value",
        Wording("计数的值为整数", "value of a count is a whole number"),
        Wording(
            "{measure_code} 的值 {value} 应为整数:请改正",
            "value {value} of {measure_code} must be a whole number: correct the value",
        ),
        # Both sides of AND would be computed for each row.
        "case when measure_is_whole_number then value_read <> trunc(value_read) end",
    ),
)

DUPLICATE_ROW = Rule(
    "duplicate_row",
    "",
    Wording("没有一行与前面的行逐格相同", "no row repeats an earlier one cell by cell"),
    Wording(
        "该行与第 {copy_of_row} 行逐格相同:请删去其一",
        "the row repeats row {copy_of_row} cell by cell: delete one of them",
    ),
    "copy_of_row is not null",
)


def year_started(column: str) -> Rule:
    """Rule that a time lies no earlier than the start of the assessed year."""
    return Rule(
        f"{column}_before_year",
        column,
        Wording(f"{column} 不早于评估年度开始", f"{column} is not before the assessed year starts"),
        Wording(
            f"{column} {{{column}}} 早于评估年度 {{assessment_year}} 开始:请改正时间或年度",
            f"{column} {{{column}}} is before the assessed year {{assessment_year}} starts: correct the time or the"
            " year",
        ),
        f"{column}_read < year_start",
    )


def not_too_late(column: str) -> Rule:
    """Rule that a time lies within some years of the latest edition of the series."""
    return Rule(
        f"{column}_too_late",
        column,
        Wording(
            f"{column} 不晚于该系列最新年度结束后 {YEARS_AFTER_LATEST_EDITION} 年",
            f"{column} is at most {YEARS_AFTER_LATEST_EDITION} years after the end of the series' latest edition",
        ),
        Wording(
            f"{column} {{{column}}} 晚于 {{last_plausible_year}} 年,距系列 {{series_code}} 的最新年度超过"
            f" {YEARS_AFTER_LATEST_EDITION} 年:请改正时间",
            f"{column} {{{column}}} is after {{last_plausible_year}}, more than {YEARS_AFTER_LATEST_EDITION} years"
            " after the latest edition of series {series_code}: correct the time",
        ),
        f"year({column}_read) > last_plausible_year",
    )


def is_before(earlier: str, later: str) -> str:
    """Predicate that a time lies before another. A time of midnight is a day without an hour, and covers the day."""
    return (
        f"case when {earlier}::time = time '00:00' or {later}::time = time '00:00'"
        f" then {earlier}::date < {later}::date else {earlier} < {later} end"
    )


def repeated_key(columns: dict[str, str], says: Wording) -> tuple[Step, Rule]:
    """Warning that accepted rows agree in their key and differ elsewhere; both are kept and reconciled later.

    `columns` are the columns of the checked row to compare, by the column of the file.
    """
    names, compared = ", ".join(columns), list(columns.values())
    is_complete = " and ".join(f"{column} is not null" for column in compared)
    step = Step(
        {"key_is_repeated": "k.key_hash is not null"},
        "left join (select file_number, key_hash from accepted where key_hash is not null"
        " group by all having count(*) > 1) as k on k.file_number = r.file_number and k.key_hash = r.key_hash",
        of_row={"key_hash": f"case when {is_complete} then hash({', '.join(compared)}) end"},
    )
    rule = Rule(
        "repeated_key",
        [*columns][-1],
        Wording(f"{says.zh}只有一行", f"{says.en} is described by one row"),
        Wording(
            f"文件中另有一行的 {names} 相同而内容不同:两行均保留,由归并决定",
            f"another row of the file has the same {names} and says something else: both are kept, and the"
            " reconciliation decides",
        ),
        "key_is_repeated",
        severity="warning",
    )
    return step, rule


def repeated_across_files(columns: tuple[str, ...], *compared: str) -> AcrossFiles:
    """The warning of `repeated_key` on all files in effect, where they differ in one of `compared`."""
    names = ", ".join(columns)
    return AcrossFiles(
        "repeated_key",
        columns,
        compared,
        Wording(
            f"多个文件({{files}})中有 {{count}} 处 {names} 相同而内容不同,例如 {{code}}:各行均保留,由归并决定",
            f"rows of the files {{files}} have the same {names} and say something else, {{count}} times, such as"
            " {code}: all are kept, and the reconciliation decides",
        ),
        is_counted=True,
    )


def unrepeated_code(column: str) -> tuple[Step, Rule]:
    """Rule that a code which names one row is used once in the file, exact copies of the row aside."""
    step = Step(
        {"code_is_repeated": "u.code is not null"},
        f"left join (select file_number, {column} as code from checked group by all"
        f" having count(distinct row_hash) > 1) as u on u.file_number = r.file_number and u.code = r.{column}",
    )
    rule = Rule(
        "code_repeated",
        column,
        Wording(f"{column} 只用一次", f"{column} is used once"),
        Wording(
            f"{column} '{{{column}}}' 在文件中指向多行:请为每行使用不同的编号",
            f"{column} '{{{column}}}' names several rows of the file: give each its own code",
        ),
        "code_is_repeated",
    )
    return step, rule


def unrepeated_across_files(column: str, *others: str) -> AcrossFiles:
    """Warning that files use one code for rows that differ in what they are about or in one of `others`."""
    compared = ("unit_code", "assessment_year", "subject", "measure_code", "cluster_code", "value", "state", *others)
    return AcrossFiles(
        "code_repeated",
        (column,),
        compared,
        Wording(
            f"{column} '{{code}}' 在多个文件({{files}})中指向不同的内容:请为每行使用不同的编号(各行保留)",
            f"{column} '{{code}}' names rows that differ in the files {{files}}: give each its own code (the rows are"
            " kept)",
        ),
    )


PLACEHOLDERS = (
    "0",
    "00",
    "000",
    "-",
    "--",
    "—",
    "——",
    "/",
    "\\",
    ".",
    "无",
    "暂无",
    "没有",
    "空",
    "未知",
    "不详",
    "待定",
)
PLACEHOLDERS_IN_LOWER_CASE = ("null", "none", "nan", "na", "n/a", "nil", "unknown", "tbd", "undefined")


def no_placeholder(column: str) -> Rule:
    """Rule that a code names something: rows under a placeholder would be taken for one thing."""
    words = ", ".join(map(literal, PLACEHOLDERS + PLACEHOLDERS_IN_LOWER_CASE))
    return Rule(
        f"{column}_placeholder",
        column,
        Wording(f"{column} 不是占位符", f"{column} is no placeholder"),
        Wording(
            f"{column} '{{{column}}}' 是占位符,不指向任何事项:请为每一事项填写各自的编号",
            f"{column} '{{{column}}}' is a placeholder and names nothing: give each thing a code of its own",
        ),
        f"list_contains([{words}], lower({column}))",
    )


# As spreadsheet programs show a long number, and save it into text; and as JSON may have it.
ROUNDED_NUMBER = r"[0-9](\.[0-9]+)?[eE]\+[0-9]+|[0-9]\.[0-9]+[eE][0-9]+"


def no_rounded_number(column: str) -> Rule:
    """Rule that a code is no number of which a program has kept the first digits only: several codes become one."""
    return Rule(
        f"{column}_rounded",
        column,
        Wording(f"{column} 各位数字齐全", f"{column} has all its digits"),
        Wording(
            f"{column} '{{{column}}}' 是表格软件缩写的长数字,其后各位已丢失:请把该列设为文本后重新录入",
            f"{column} '{{{column}}}' is a long number as a spreadsheet program shortens it, its last digits are lost:"
            " format the column as text and enter it anew",
        ),
        f"regexp_full_match({column}, {literal(ROUNDED_NUMBER)})",
    )
