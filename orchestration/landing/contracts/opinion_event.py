"""The contract of `inbox/opinion_event`: one report of an event; the reports of one event share a cluster code."""

from __future__ import annotations

from orchestration.landing.contracts.definition import AtLeast, Blank, Column, Contract, NoneOf, Rule, Same
from orchestration.landing.contracts.shared import (
    ASSESSMENT_YEAR,
    DUPLICATE_ROW,
    EVIDENCE_HASH,
    EVIDENCE_URL,
    PROVENANCE,
    UNIT_CODE,
    UNIT_NOT_ASSESSED,
    UNIT_RULES,
    YEAR_RULE,
    not_too_late,
    year_started,
)

NEGATIVE_SEVERITIES = ("particularly_major", "major", "larger", "ordinary")
POSITIVE_SEVERITIES = ("national", "provincial", "municipal", "routine")

OPINION_EVENT = Contract(
    source="opinion_event",
    version="3",
    title_zh="政务信用舆情事件",
    title_en="Opinion events",
    key=("cluster_code", "unit_code", "assessment_year", "reported_at"),
    columns=(
        Column(
            "cluster_code",
            "code",
            "事件编号:同一事件的各篇报道用同一编号",
            "Code of the event; all reports of one event carry the same code",
            "2019-520102-001",
            required=True,
            max_length=100,
        ),
        UNIT_CODE,
        ASSESSMENT_YEAR,
        Column(
            "event_date",
            "date",
            "事件发生日期,须在评估年度内",
            "Day on which it happened; must lie in the assessed year",
            "2019-08-07",
            required=True,
        ),
        Column(
            "reported_at",
            "timestamp",
            "报道时间(北京时间)",
            "Time of the report (China Standard Time)",
            "2019-08-07 09:30:00",
            required=True,
        ),
        Column(
            "polarity",
            "choice",
            "正面或负面",
            "Positive or negative",
            "negative",
            required=True,
            choices=("positive", "negative"),
        ),
        Column(
            "severity",
            "choice",
            "等级。负面:特别重大、重大、较大、一般;正面:国家级、省级、市级、一般报道",
            "Level; negative: particularly_major, major, larger, ordinary; positive: national, provincial, municipal,"
            " routine",
            "ordinary",
            required=True,
            choices=(*NEGATIVE_SEVERITIES, *POSITIVE_SEVERITIES),
        ),
        Column(
            "reach",
            "choice",
            "传播范围:本地、全省、全国",
            "How far it was heard",
            "provincial",
            required=True,
            choices=("local", "provincial", "national"),
        ),
        Column(
            "responsibility",
            "choice",
            "政府责任:found 官方认定或判决;reported 有报道未认定;none 自然灾害或私人犯罪。"
            "负面事件必填,正面事件填 found",
            "Responsibility of the government: found by an official finding or judgment, reported but not found, none"
            " (natural disaster, private crime); required for a negative event, a positive one takes found",
            "reported",
            in_header=True,
            choices=("found", "reported", "none"),
        ),
        Column(
            "topic",
            "code",
            "主题代码,见 seeds/methodology/event_topic.csv,须与正负面相符",
            "Code of the topic, see seeds/methodology/event_topic.csv; must fit the polarity",
            "default_or_discipline",
            required=True,
        ),
        Column(
            "headline",
            "text",
            "标题,不写个人姓名",
            "Headline; no personal names",
            "拖欠工程款被媒体曝光",
            required=True,
            max_length=500,
        ),
        Column(
            "responsible_body", "text", "责任主体", "Body that is responsible", "某县住房和城乡建设局", max_length=200
        ),
        Column("responder", "text", "回应主体", "Body that answered", "某县人民政府新闻办公室", max_length=200),
        Column(
            "response_at",
            "timestamp",
            "首次回应时间(北京时间)",
            "Time of the first answer (China Standard Time)",
            "2019-08-08 15:00:00",
        ),
        Column(
            "response_kind",
            "choice",
            "回应情况(仅负面):targeted 针对性回应;off_point 答非所问;repaired 已修复并查验;none 未回应",
            "Kind of answer (negative only): targeted, off_point, repaired (and verified), none",
            "targeted",
            choices=("targeted", "off_point", "repaired", "none"),
        ),
        EVIDENCE_URL,
        EVIDENCE_HASH,
        Column(
            "captured_at",
            "timestamp",
            "采集时间(北京时间)",
            "Time of capture (China Standard Time)",
            "2019-09-01 10:15:00",
            required=True,
        ),
        Column(
            "collector",
            "text",
            "采集者:机构、小组或程序的名称,不写个人姓名",
            "Who collected: an organisation, team or program; no personal names",
            "media watch",
            required=True,
            max_length=200,
        ),
        PROVENANCE,
    ),
    row_rules=(
        Rule(
            "responsibility_missing",
            "responsibility",
            "a negative event says whether the government is responsible",
            "responsibility is blank for a negative event: write found, reported or none (a natural disaster or a"
            " private crime without a finding against the government is none)",
            NoneOf("responsibility_standing", ("missing",)),
        ),
        Rule(
            "responsibility_unfit_polarity",
            "responsibility",
            "a positive event takes the responsibility found",
            "responsibility '{responsibility}' does not go with a positive event: write found or leave it blank",
            NoneOf("responsibility_standing", ("unfit",)),
        ),
        Rule(
            "topic_unknown",
            "topic",
            "topic is a topic of seeds/methodology/event_topic.csv",
            "topic '{topic}' is not known: write one of {known_topics}",
            NoneOf("topic_standing", ("unknown",)),
        ),
        Rule(
            "topic_unfit_polarity",
            "topic",
            "topic fits the polarity",
            "topic '{topic}' is for {topic_polarity} events and the polarity is {polarity}: correct one of them",
            Same("topic_polarity", "polarity"),
        ),
        Rule(
            "severity_unfit_polarity",
            "severity",
            "severity fits the polarity",
            "severity '{severity}' is for {severity_polarity} events and the polarity is {polarity}: correct one of"
            " them",
            Same("severity_polarity", "polarity"),
        ),
        YEAR_RULE,
        *UNIT_RULES,
        Rule(
            "event_date_outside_year",
            "event_date",
            "event_date lies in the assessed year",
            "event_date {event_date} lies outside the assessed year {assessment_year}: an event counts in the year in"
            " which it happened, so correct the year or the date",
            Same("event_year", "assessment_year_read"),
        ),
        Rule(
            "response_kind_unfit_polarity",
            "response_kind",
            "only a negative event has a kind of response",
            "response_kind '{response_kind}' is for negative events only: leave it blank",
            NoneOf("response_standing", ("unfit_polarity",)),
        ),
        Rule(
            "response_incomplete",
            "response_at",
            "an answer has both a time and a kind",
            "response_at '{response_at}' and response_kind '{response_kind}' do not go together: an answer (targeted,"
            " off_point) and a repair have a time, no answer (none or blank) has no time",
            NoneOf("response_standing", ("incomplete",)),
        ),
        Rule(
            "response_before_report",
            "response_at",
            "response_at is not before reported_at",
            "response_at {response_at} is before reported_at {reported_at}: correct one of them",
            AtLeast("response_at_read", "reported_at_read"),
        ),
        year_started("captured_at"),
        not_too_late("captured_at"),
        not_too_late("reported_at"),
        not_too_late("response_at"),
        DUPLICATE_ROW,
        Rule(
            "reported_before_event",
            "reported_at",
            "reported_at is not before the day of the event",
            "reported_at {reported_at} is before event_date {event_date}: check both (the row is kept)",
            AtLeast("reported_at_read", "event_date_read"),
            severity="warning",
        ),
        Rule(
            "cluster_in_several_units",
            "cluster_code",
            "the reports of one event are about one unit",
            "cluster_code '{cluster_code}' is also used for another unit or year in this file: check it (the row is"
            " kept)",
            Blank("cluster_conflict"),
            severity="warning",
        ),
        UNIT_NOT_ASSESSED,
    ),
)
