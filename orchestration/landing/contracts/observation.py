"""The contract of `inbox/observation`: what was found for one unit, year and measure."""

from __future__ import annotations

from orchestration.landing.contracts.definition import Column, Contract, Rule, Step
from orchestration.landing.contracts.shared import (
    ASSESSMENT_YEAR,
    BOUND_RULES,
    DUPLICATE_ROW,
    EDITION_STEP,
    EVIDENCE_HASH,
    EVIDENCE_URL,
    GIVEN_STEP,
    GIVEN_WORD_STEP,
    MEASURE_RULES,
    MEASURE_SERIES_STEP,
    MEASURE_STEP,
    NAME_STEP,
    OBSERVED_STATE,
    PROVENANCE,
    REGION_NAME,
    STATE_TITLES,
    STATES,
    UNIT_CODE,
    UNIT_NAME,
    UNIT_NOT_ASSESSED,
    YEAR_RULE,
    not_too_late,
    repeated_across_files,
    repeated_key,
    unit_rules,
    unit_steps,
    year_started,
)
from orchestration.wording import Wording

# The largest value of the earlier stage of a funnel in the same file.
EARLIER_STAGE_STEP = Step(
    {"funnel_earlier_value": "a.largest_value"},
    "left join (select file_number, stage_hash, max(stage_value) as largest_value from checked"
    " where stage_value is not null group by all) as a"
    " on a.file_number = r.file_number and a.stage_hash = r.funnel_hash",
    of_row={
        "stage_hash": "case when r.measure_is_earlier_stage"
        " then hash(r.unit_identity, r.assessment_year_read, r.measure_code) end",
        "stage_value": "case when r.measure_is_earlier_stage then r.value_read end",
        "funnel_hash": "case when r.funnel_earlier_measure_code is not null"
        " then hash(r.unit_identity, r.assessment_year_read, r.funnel_earlier_measure_code) end",
    },
)
REPEATED_KEY_STEP, REPEATED_KEY_RULE = repeated_key(
    {
        "unit_code": "unit_identity",
        "assessment_year": "assessment_year_read",
        "measure_code": "measure_code",
        "channel": "channel",
        "collection_mode": "collection_mode",
        "captured_at": "captured_at_read",
    },
    Wording("一个单位、测量项、渠道和时间", "one unit, measure, channel and time"),
)

OBSERVATION = Contract(
    source="observation",
    place=1,
    version="3",
    title_zh="观测值",
    title_en="Observations",
    key=("unit_code", "assessment_year", "measure_code", "channel", "collection_mode", "captured_at"),
    columns=(
        UNIT_CODE,
        UNIT_NAME,
        REGION_NAME,
        ASSESSMENT_YEAR,
        Column(
            "measure_code",
            "code",
            "测量项代码,见 seeds/methodology/measure.csv",
            "Code of the measure, see seeds/methodology/measure.csv",
            "T5.1.linked_share",
            required=True,
            title_zh="测量项代码",
            synonyms=("测量项", "测量项编码", "测量项编号", "指标代码", "指标编码", "指标编号"),
        ),
        Column(
            "value",
            "decimal",
            "观测值;百分比填 0 到 100 之间的数,不带百分号;与 state 二选一",
            "Value as observed; a percentage as a number from 0 to 100 without %; either value or state",
            "91.64",
            in_header=True,
            state_column="state",
            title_zh="观测值",
            synonyms=("值", "数值", "指标值", "测量值"),
        ),
        Column(
            "state",
            "choice",
            "无值时的状态:not_published 未公开;not_collected 未采集;not_applicable 不适用(有值时留空或填 observed)",
            "Why there is no value: not_published, not_collected, not_applicable (blank or observed beside a value)",
            "",
            choices=STATES,
            choice_titles=STATE_TITLES,
            title_zh="无值状态",
            synonyms=("状态", "数据状态"),
        ),
        Column(
            "channel",
            "choice",
            "采集渠道:政务公开、互联网、新闻媒体、信用与评级机构、二手来源",
            "Channel of collection",
            "government_disclosure",
            required=True,
            choices=("government_disclosure", "internet", "news_media", "credit_agency", "secondary_source"),
            choice_titles={
                "government_disclosure": ("政务公开", "政府公开"),
                "internet": ("互联网",),
                "news_media": ("新闻媒体", "媒体"),
                "credit_agency": ("信用与评级机构", "评级机构", "信用机构"),
                "secondary_source": ("二手来源",),
            },
            title_zh="采集渠道",
            synonyms=("渠道", "数据渠道"),
        ),
        Column(
            "collection_mode",
            "choice",
            "采集方式:online 线上;offline 线下",
            "Collected online or offline",
            "online",
            required=True,
            choices=("online", "offline"),
            choice_titles={"online": ("线上",), "offline": ("线下",)},
            title_zh="采集方式",
            synonyms=("方式",),
        ),
        Column(
            "captured_at",
            "timestamp",
            "采集时间(北京时间)",
            "Time of capture (China Standard Time)",
            "2019-12-03 10:15:00",
            required=True,
            title_zh="采集时间",
            synonyms=("采集日期", "采集日"),
        ),
        EVIDENCE_URL,
        EVIDENCE_HASH,
        Column(
            "collector",
            "text",
            "采集者:机构、小组或程序的名称,不写个人姓名",
            "Who collected: an organisation, team or program; no personal names",
            "collection team 3",
            required=True,
            max_length=200,
            title_zh="采集者",
            synonyms=("采集单位", "采集机构", "采集小组", "采集人员所在单位"),
        ),
        PROVENANCE,
    ),
    either=(("value", "state"),),
    row_rules=(
        Rule(
            "value_or_state",
            "value",
            Wording(
                "值与状态恰填其一(有值时状态可填 observed)",
                "exactly one of value and state is given (the state observed may stand beside a value)",
            ),
            Wording(
                "每行的 value 与 state 恰填其一,此处{given_zh}填写:请填写数值,或 not_published、not_collected、"
                "not_applicable 之一",
                "a row needs exactly one of value and state, here {given} given: fill in the value, or one of"
                " not_published, not_collected, not_applicable",
            ),
            "given in ('both', 'neither')",
        ),
        *MEASURE_RULES,
        YEAR_RULE,
        *unit_rules("captured_at"),
        *BOUND_RULES,
        year_started("captured_at"),
        not_too_late("captured_at"),
        DUPLICATE_ROW,
        Rule(
            "funnel_order",
            "value",
            Wording(
                "同一文件中漏斗的后一环节不大于前一环节",
                "a later stage of a funnel is no larger than an earlier one in the same file",
            ),
            Wording(
                "{measure_code} 的值 {value} 大于前一环节 {funnel_earlier_measure_code} 的"
                " {funnel_earlier_value}:请核对两者(该行保留)",
                "value {value} of {measure_code} is larger than {funnel_earlier_value} of the earlier stage"
                " {funnel_earlier_measure_code}: check both (the row is kept)",
            ),
            "value_read > funnel_earlier_value",
            severity="warning",
        ),
        UNIT_NOT_ASSESSED,
        REPEATED_KEY_RULE,
    ),
    text_steps=(MEASURE_STEP,),
    steps=(GIVEN_STEP, GIVEN_WORD_STEP, MEASURE_SERIES_STEP, EDITION_STEP, NAME_STEP),
    unit_steps=unit_steps(),
    facts=(EARLIER_STAGE_STEP,),
    accepted_facts=(REPEATED_KEY_STEP,),
    across_files=(
        repeated_across_files(
            ("unit_code", "assessment_year", "measure_code", "channel", "collection_mode", "captured_at"),
            "value",
            "state",
        ),
    ),
    stored=OBSERVED_STATE,
    never_blank=("state",),
)
