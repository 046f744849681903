"""The contract of `inbox/decision`: what an officer decided on an objection, a wrong value or a repair."""

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
    MEASURE_STEP,
    NAME_STEP,
    OBSERVED_STATE,
    PROVENANCE,
    REGION_NAME,
    STATE_TITLES,
    STATES,
    SUBJECT_KEY_RULE,
    SUBJECT_SERIES_STEP,
    SUBJECT_TITLES,
    UNIT_CODE,
    UNIT_IS_PART,
    UNIT_NAME,
    UNIT_NOT_ASSESSED,
    YEAR_RULE,
    is_before,
    no_placeholder,
    no_rounded_number,
    not_too_late,
    unit_rules,
    unit_steps,
    unrepeated_across_files,
    unrepeated_code,
    year_started,
)
from orchestration.wording import Wording

DECISION_KINDS = ("objection", "correction", "repair")

SETS_VALUE = "subject = 'observation' and outcome = 'upheld'"
CODE_STEP, CODE_RULE = unrepeated_code("decision_code")
# Officers by their terms of office; the unit of a term of any time is compared under its code in the edition.
OFFICER_STEP = Step(
    {
        "officer_is_known": "exists (select 1 from reference.term as t where t.officer_code = r.officer_code)",
        "officer_holds_role": """
            exists (
                select 1 from reference.term as t
                where t.officer_code = r.officer_code and t.role_code = r.role_code
                    and t.valid_from <= r.decided_at_read::date
                    and (t.valid_to is null or r.decided_at_read::date < t.valid_to)
            )
        """,
        "role_is_allowed": """
            exists (
                select 1 from reference.authority as a
                where a.role_code = r.role_code and a.decision_kind = r.decision_kind
            )
        """,
        "allowed_roles": "k.roles",
        "officer_belongs_to_unit": """
            exists (
                select 1 from reference.term as t
                where t.officer_code = r.officer_code and t.unit_code = r.unit_code_in_edition
            )
            or exists (
                select 1 from reference.term as t
                join reference.standing as st on st.received_code = t.unit_code
                where t.officer_code = r.officer_code and st.series_code = r.series_code
                    and st.assessment_year = r.assessment_year_read and st.unit_code = r.unit_code_in_edition
            )
        """,
    },
    "left join (select decision_kind, string_agg(role_code, ', ' order by role_code) as roles"
    " from reference.authority group by all) as k on k.decision_kind = r.decision_kind",
)

DECISION = Contract(
    source="decision",
    place=5,
    version="4",
    title_zh="处理决定",
    title_en="Decisions",
    key=("decision_code", "objection_code", "unit_code", "assessment_year"),
    columns=(
        Column(
            "decision_code",
            "code",
            "决定编号,全库唯一",
            "Code of the decision, used once",
            "JD-2019-001",
            required=True,
            max_length=100,
            is_digits=True,
            title_zh="决定编号",
            synonyms=("决定代码",),
        ),
        Column(
            "decision_kind",
            "choice",
            "种类:objection 对异议的决定;correction 依职权更正观测值;repair 认定事件已修复",
            "Kind: on an objection, a correction of an observation without one, or the finding that an event has been"
            " repaired",
            "correction",
            required=True,
            choices=DECISION_KINDS,
            choice_titles={
                "objection": ("对异议的决定", "异议"),
                "correction": ("依职权更正", "更正"),
                "repair": ("认定修复", "修复"),
            },
            title_zh="决定种类",
            synonyms=("种类", "决定类型", "决定类别"),
        ),
        Column(
            "objection_code",
            "code",
            "所处理异议的编号(对异议的决定必填,修复可填)",
            "Code of the objection decided on (required for the kind objection; a repair may name one)",
            "",
            in_header=True,
            max_length=100,
            is_digits=True,
            title_zh="异议编号",
            synonyms=("异议代码",),
        ),
        Column(
            "outcome",
            "choice",
            "结果:upheld 成立;rejected 不成立",
            "Outcome: upheld or rejected",
            "upheld",
            required=True,
            choices=("upheld", "rejected"),
            choice_titles={"upheld": ("成立",), "rejected": ("不成立",)},
            title_zh="结果",
            synonyms=("决定结果", "结论", "决定结论", "处理结果"),
        ),
        UNIT_CODE,
        UNIT_NAME,
        REGION_NAME,
        ASSESSMENT_YEAR,
        Column(
            "subject",
            "choice",
            "对象:observation 观测值;opinion_event 舆情事件",
            "What is decided on: an observation or an opinion event",
            "observation",
            required=True,
            choices=("observation", "opinion_event"),
            choice_titles=SUBJECT_TITLES,
            title_zh="对象",
            synonyms=("查验对象", "异议对象", "决定对象"),
        ),
        Column(
            "measure_code",
            "code",
            "测量项代码(观测值必填)",
            "Code of the measure (of an observation)",
            "T5.1.linked_share",
            in_header=True,
            title_zh="测量项代码",
            synonyms=("测量项", "测量项编码", "测量项编号", "指标代码", "指标编码", "指标编号"),
        ),
        Column(
            "cluster_code",
            "code",
            "事件编号(事件必填)",
            "Code of the event (of an opinion event)",
            "",
            max_length=100,
            is_digits=True,
            title_zh="事件编号",
            synonyms=("事件代码", "事件编码", "舆情编号"),
        ),
        Column(
            "expected_value",
            "decimal",
            "来源中现有的错误值;来源改正后,本决定即告失效并报错(与 expected_state 二选一)",
            "Wrong value that the source holds now; once the source holds another one the decision is refused (either"
            " expected_value or expected_state)",
            "91.64",
            in_header=True,
            state_column="expected_state",
            title_zh="现有值",
            synonyms=("原值",),
        ),
        Column(
            "expected_state",
            "choice",
            "来源中现有的错误状态;无任何观测时填 not_collected",
            "Wrong state that the source holds now; not_collected where there is no observation",
            "",
            choices=STATES[1:],
            choice_titles={choice: STATE_TITLES[choice] for choice in STATES[1:]},
            title_zh="现有状态",
            synonyms=("原状态",),
        ),
        Column(
            "value",
            "decimal",
            "决定后的值(成立且对象为观测值时填;与 state 二选一)",
            "Resulting value (upheld, of an observation; either value or state)",
            "92.5",
            in_header=True,
            state_column="state",
            title_zh="决定值",
            synonyms=("决定后的值", "更正值", "更正为"),
        ),
        Column(
            "state",
            "choice",
            "决定后的状态(撤销观测值填 not_collected)",
            "Resulting state (not_collected withdraws an observation)",
            "",
            choices=STATES,
            choice_titles=STATE_TITLES,
            title_zh="决定后状态",
            synonyms=("决定后的状态", "更正状态"),
        ),
        Column(
            "repaired_at",
            "timestamp",
            "修复完成时间(北京时间;认定修复时必填)",
            "Time of the repair (China Standard Time; of an upheld repair)",
            "",
            title_zh="修复时间",
            synonyms=("修复日期", "修复完成时间"),
        ),
        Column(
            "reason",
            "text",
            "理由",
            "Reason",
            "统计页所载为准",
            required=True,
            max_length=1000,
            title_zh="理由",
            synonyms=("原因", "决定理由"),
        ),
        Column(
            "officer_code",
            "code",
            "经办人代码,见 seeds/decisions/decision_officer.csv,不写姓名",
            "Code of the person in charge, see seeds/decisions/decision_officer.csv; no name",
            "OFF-02",
            required=True,
            title_zh="经办人代码",
            synonyms=("经办人", "决定人代码"),
        ),
        Column(
            "role_code",
            "code",
            "决定时的职责,见 seeds/decisions/decision_role.csv",
            "Role in which it was decided, see seeds/decisions/decision_role.csv",
            "data_steward",
            required=True,
            title_zh="职责代码",
            synonyms=("职责", "角色", "角色代码", "职务"),
        ),
        Column(
            "decided_at",
            "timestamp",
            "决定时间(北京时间)",
            "Time of the decision (China Standard Time)",
            "2020-03-20 10:00:00",
            required=True,
            title_zh="决定时间",
            synonyms=("决定日期", "作出时间"),
        ),
        EVIDENCE_URL,
        EVIDENCE_HASH,
        PROVENANCE,
    ),
    row_rules=(
        no_placeholder("decision_code"),
        no_rounded_number("decision_code"),
        SUBJECT_KEY_RULE,
        Rule(
            "kind_unfit_subject",
            "decision_kind",
            Wording(
                "更正针对观测值,认定修复针对舆情事件", "a correction is of an observation, a repair of an opinion event"
            ),
            Wording(
                "种类为 {decision_kind} 的决定不能针对 {subject}:更正(correction)针对观测值,"
                "认定修复(repair)针对舆情事件",
                "a decision of the kind {decision_kind} cannot be on the subject {subject}: a correction is of an"
                " observation, a repair of an opinion event",
            ),
            "(decision_kind = 'correction' and subject = 'opinion_event')"
            " or (decision_kind = 'repair' and subject = 'observation')",
        ),
        Rule(
            "objection_code_unfit",
            "objection_code",
            Wording(
                "对异议的决定写明异议,更正不写异议", "a decision on an objection names it, a correction names none"
            ),
            Wording(
                "objection_code '{objection_code}' 与种类 {decision_kind} 不符:请写明所处理的异议;"
                "更正(correction)不写异议",
                "objection_code '{objection_code}' does not go with the kind {decision_kind}: name the objection"
                " decided on; a correction has none",
            ),
            "(decision_kind = 'objection' and objection_code is null)"
            " or (decision_kind = 'correction' and objection_code is not null)",
        ),
        Rule(
            "outcome_unfit_kind",
            "outcome",
            Wording("更正的结果为成立", "a correction is upheld"),
            Wording(
                "不成立的更正没有意义:请删去该行,或写明它所驳回的异议",
                "a correction that is rejected says nothing: delete the row, or name the objection that it rejects",
            ),
            "decision_kind = 'correction' and outcome = 'rejected' and subject is distinct from 'opinion_event'",
        ),
        Rule(
            "result_incomplete",
            "value",
            Wording(
                "对观测值成立的决定恰填值与状态之一",
                "what is upheld on an observation gives exactly one of value and state",
            ),
            Wording(
                "对观测值成立的决定须恰填 value 与 state 之一,此处{given_zh}填写:请填写今后有效的内容"
                "(状态 not_collected 表示撤销观测值)",
                "an upheld decision on an observation needs exactly one of value and state, here {given} given: fill in"
                " what holds from now on (the state not_collected withdraws the observation)",
            ),
            f"{SETS_VALUE} and given in ('both', 'neither')",
        ),
        Rule(
            "expected_incomplete",
            "expected_value",
            Wording(
                "对观测值成立的决定恰填 expected_value 与 expected_state 之一",
                "what is upheld on an observation gives exactly one of expected_value and expected_state",
            ),
            Wording(
                "对观测值成立的决定须写明来源中现有的错误值:请恰填 expected_value 与 expected_state 之一"
                "(无任何观测时填 not_collected)",
                "an upheld decision on an observation names the wrong value that it expects in the source: fill in"
                " exactly one of expected_value and expected_state (not_collected where there is no observation)",
            ),
            f"{SETS_VALUE} and (expected_value is null) = (expected_state is null)",
        ),
        Rule(
            "result_not_expected",
            "value",
            Wording("驳回以及对舆情事件的决定不填值", "a rejection, and a decision on an event, give no values"),
            Wording(
                "value、state、expected_value、expected_state 只用于对观测值成立的决定:请清空",
                "value, state, expected_value and expected_state go only with an upheld decision on an observation:"
                " clear them",
            ),
            "(subject = 'opinion_event' or outcome = 'rejected')"
            " and coalesce(value, state, expected_value, expected_state) is not null",
        ),
        Rule(
            "result_changes_nothing",
            "value",
            Wording("决定后的值与现有值不同", "the resulting value differs from the expected one"),
            Wording(
                "决定后的内容与现有内容相同:请填写另一个值,或改为不成立",
                "the result is what is expected already: give another value, or reject",
            ),
            f"{SETS_VALUE} and given in ('value', 'state')"
            " and (value_read = expected_value_read or (state = expected_state and value is null))",
        ),
        Rule(
            "repaired_at_unfit",
            "repaired_at",
            Wording(
                "成立的修复写明时间,其他决定没有修复时间",
                "an upheld repair says when, other decisions have no time of repair",
            ),
            Wording(
                "repaired_at '{repaired_at}' 与种类 {decision_kind}、结果 {outcome} 不符:成立的修复须有"
                "修复时间,其他决定没有",
                "repaired_at '{repaired_at}' does not go with the kind {decision_kind} and the outcome {outcome}: an"
                " upheld repair needs the time of the repair, other decisions have none",
            ),
            "decision_kind is not null and outcome is not null"
            " and (decision_kind = 'repair' and outcome = 'upheld') <> (repaired_at is not null)",
        ),
        Rule(
            "decided_before_repair",
            "decided_at",
            Wording(
                "decided_at 不早于 repaired_at(只有日期的时间指全天)",
                "decided_at is not before repaired_at (a day without an hour covers the day)",
            ),
            Wording(
                "decided_at {decided_at} 早于 repaired_at {repaired_at}:修复完成之后才能认定,请改正其一",
                "decided_at {decided_at} is before repaired_at {repaired_at}: a repair is found after it was made, so"
                " correct one of them",
            ),
            is_before("decided_at_read", "repaired_at_read"),
        ),
        Rule(
            "officer_unknown",
            "officer_code",
            Wording(
                "officer_code 在 seeds/decisions/decision_officer.csv 中",
                "officer_code stands in seeds/decisions/decision_officer.csv",
            ),
            Wording(
                "officer_code '{officer_code}' 不存在:见 seeds/decisions/decision_officer.csv",
                "officer_code '{officer_code}' is not known: see seeds/decisions/decision_officer.csv",
            ),
            "officer_code is not null and role_code is not null and decided_at_read is not null"
            " and not officer_is_known",
        ),
        Rule(
            "officer_without_role",
            "role_code",
            Wording("经办人在决定时担任该职责", "the officer held the role at the time of the decision"),
            Wording(
                "经办人 '{officer_code}' 在 {decided_at} 未担任职责 '{role_code}':请改正职责,或 "
                "seeds/decisions/decision_officer.csv 中的任期",
                "officer '{officer_code}' did not hold the role '{role_code}' at {decided_at}: correct the role, or the"
                " terms of office in seeds/decisions/decision_officer.csv",
            ),
            "role_code is not null and decided_at_read is not null and officer_is_known and not officer_holds_role",
        ),
        Rule(
            "kind_not_allowed",
            "role_code",
            Wording("该职责可作此类决定", "the role may make this kind of decision"),
            Wording(
                "职责 '{role_code}' 不能作种类为 {decision_kind} 的决定(可作者:{allowed_roles}):请由其中之一决定",
                "the role '{role_code}' may not make decisions of the kind {decision_kind} (who may: {allowed_roles}):"
                " have one of them decide",
            ),
            "role_code is not null and decision_kind is not null and not role_is_allowed",
        ),
        Rule(
            "decider_is_party",
            "officer_code",
            Wording("无人对本单位作决定", "nobody decides on their own unit"),
            Wording(
                "经办人 '{officer_code}' 属于该决定所涉的单位 {unit_code}:请由他人决定",
                "officer '{officer_code}' belongs to the unit {unit_code} that the decision is about: have somebody"
                " else decide",
            ),
            "officer_belongs_to_unit",
        ),
        *MEASURE_RULES,
        YEAR_RULE,
        *unit_rules("decided_at"),
        *BOUND_RULES,
        year_started("decided_at"),
        not_too_late("decided_at"),
        DUPLICATE_ROW,
        CODE_RULE,
        UNIT_NOT_ASSESSED,
        UNIT_IS_PART,
    ),
    text_steps=(MEASURE_STEP,),
    steps=(GIVEN_STEP, GIVEN_WORD_STEP, SUBJECT_SERIES_STEP, EDITION_STEP, NAME_STEP),
    unit_steps=(*unit_steps(event_condition="r.subject = 'opinion_event'"), OFFICER_STEP),
    facts=(CODE_STEP,),
    stored=OBSERVED_STATE,
    across_files=(unrepeated_across_files("decision_code", "decision_kind", "outcome"),),
)
