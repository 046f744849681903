"""The contract of `inbox/opinion_event`: one report of an event; the reports of one event share a cluster code."""

from __future__ import annotations

from orchestration.landing.contracts.definition import AcrossFiles, Column, Contract, Rule, Step
from orchestration.landing.contracts.shared import (
    ASSESSMENT_YEAR,
    DUPLICATE_ROW,
    EDITION_STEP,
    EVIDENCE_HASH,
    EVIDENCE_URL,
    NAME_STEP,
    PROVENANCE,
    REGION_NAME,
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
    year_started,
)
from orchestration.wording import Wording

NEGATIVE_SEVERITIES = ("particularly_major", "major", "larger", "ordinary")
POSITIVE_SEVERITIES = ("national", "provincial", "municipal", "routine")

TOPIC_STEP = Step(
    {
        "series_code": "t.series_code",
        "topic_is_known": "t.topic is not null",
        "topic_polarity": "t.polarity",
        "known_topics": "(select string_agg(topic, ', ' order by topic) from reference.topic)",
        "severity_polarity": "s.polarity",
    },
    "left join reference.topic as t on t.topic = r.topic left join reference.severity as s on s.severity = r.severity",
)
# What the file says of the events of one code.
CLUSTER_STEP = Step(
    {
        "cluster_is_in_several_units": "c.is_in_several_units",
        "cluster_first_day": "c.first_day",
        "cluster_last_day": "c.last_day",
    },
    "left join (select file_number, cluster_code, min(event_date_read) as first_day, max(event_date_read) as last_day,"
    " min(unit_identity) <> max(unit_identity) or min(assessment_year) <> max(assessment_year) as is_in_several_units"
    " from checked group by file_number, cluster_code) as c"
    " on c.file_number = r.file_number and c.cluster_code = r.cluster_code",
)

OPINION_EVENT = Contract(
    source="opinion_event",
    place=2,
    version="5",
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
            is_digits=True,
            title_zh="事件编号",
            synonyms=("事件代码", "事件编码", "舆情编号"),
        ),
        UNIT_CODE,
        UNIT_NAME,
        REGION_NAME,
        ASSESSMENT_YEAR,
        Column(
            "event_date",
            "date",
            "事件发生日期,须在评估年度内",
            "Day on which it happened; must lie in the assessed year",
            "2019-08-07",
            required=True,
            title_zh="事件日期",
            synonyms=("事件发生日期", "发生日期", "事发日期", "发生时间"),
        ),
        Column(
            "reported_at",
            "timestamp",
            "报道时间(北京时间)",
            "Time of the report (China Standard Time)",
            "2019-08-07 09:30:00",
            required=True,
            title_zh="报道时间",
            synonyms=("报道日期", "发布时间", "发布日期", "曝光时间"),
        ),
        Column(
            "polarity",
            "choice",
            "正面或负面",
            "Positive or negative",
            "negative",
            required=True,
            choices=("positive", "negative"),
            choice_titles={"positive": ("正面",), "negative": ("负面",)},
            title_zh="正负面",
            synonyms=("正面或负面", "性质", "舆情性质"),
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
            choice_titles={
                "particularly_major": ("特别重大",),
                "major": ("重大",),
                "larger": ("较大",),
                "ordinary": ("一般",),
                "national": ("国家级",),
                "provincial": ("省级",),
                "municipal": ("市级",),
                "routine": ("一般报道",),
            },
            title_zh="等级",
            synonyms=("事件等级", "级别"),
        ),
        Column(
            "reach",
            "choice",
            "传播范围:本地、全省、全国",
            "How far it was heard",
            "provincial",
            required=True,
            choices=("local", "provincial", "national"),
            choice_titles={"local": ("本地",), "provincial": ("全省",), "national": ("全国",)},
            title_zh="传播范围",
            synonyms=("影响范围",),
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
            choice_titles={
                "found": ("官方认定", "认定", "有责任"),
                "reported": ("有报道未认定", "未认定"),
                "none": ("无责任", "自然灾害", "私人犯罪"),
            },
            title_zh="政府责任",
            synonyms=("责任认定", "责任"),
        ),
        Column(
            "topic",
            "code",
            "主题代码,见 seeds/methodology/event_topic.csv,须与正负面相符",
            "Code of the topic, see seeds/methodology/event_topic.csv; must fit the polarity",
            "default_or_discipline",
            required=True,
            title_zh="主题代码",
            synonyms=("主题", "事件主题"),
        ),
        Column(
            "headline",
            "text",
            "标题,不写个人姓名",
            "Headline; no personal names",
            "拖欠工程款被媒体曝光",
            required=True,
            max_length=500,
            title_zh="标题",
            synonyms=("事件标题", "报道标题", "新闻标题"),
        ),
        Column(
            "responsible_body",
            "text",
            "责任主体",
            "Body that is responsible",
            "某地住房和城乡建设局",
            max_length=200,
            title_zh="责任主体",
            synonyms=("责任单位",),
        ),
        Column(
            "responder",
            "text",
            "回应主体",
            "Body that answered",
            "某地人民政府新闻办公室",
            max_length=200,
            title_zh="回应主体",
            synonyms=("回应单位",),
        ),
        Column(
            "response_at",
            "timestamp",
            "首次回应时间(北京时间)",
            "Time of the first answer (China Standard Time)",
            "2019-08-08 15:00:00",
            title_zh="首次回应时间",
            synonyms=("回应时间", "回应日期"),
        ),
        Column(
            "response_kind",
            "choice",
            "回应情况(仅负面):targeted 针对性回应;off_point 答非所问;repaired 已修复并查验;none 未回应",
            "Kind of answer (negative only): targeted, off_point, repaired (and verified), none",
            "targeted",
            choices=("targeted", "off_point", "repaired", "none"),
            choice_titles={
                "targeted": ("针对性回应",),
                "off_point": ("答非所问",),
                "repaired": ("已修复", "已修复并查验"),
                "none": ("未回应", "无回应"),
            },
            title_zh="回应情况",
            synonyms=("回应类型", "回应方式"),
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
            title_zh="采集时间",
            synonyms=("采集日期", "采集日"),
        ),
        Column(
            "collector",
            "text",
            "采集者:机构、小组或程序的名称,不写个人姓名",
            "Who collected: an organisation, team or program; no personal names",
            "media watch",
            required=True,
            max_length=200,
            title_zh="采集者",
            synonyms=("采集单位", "采集机构", "采集小组", "采集人员所在单位"),
        ),
        PROVENANCE,
    ),
    row_rules=(
        no_placeholder("cluster_code"),
        no_rounded_number("cluster_code"),
        Rule(
            "responsibility_missing",
            "responsibility",
            Wording("负面事件写明政府责任", "a negative event says whether the government is responsible"),
            Wording(
                "负面事件的 responsibility 为空:请填写 found、reported 或 none"
                "(自然灾害,或未认定政府有责的私人犯罪,填 none)",
                "responsibility is blank for a negative event: write found, reported or none (a natural disaster or a"
                " private crime without a finding against the government is none)",
            ),
            "polarity = 'negative' and responsibility is null",
        ),
        Rule(
            "responsibility_unfit_polarity",
            "responsibility",
            Wording("正面事件的责任为 found", "a positive event takes the responsibility found"),
            Wording(
                "responsibility '{responsibility}' 与正面事件不符:请填写 found 或留空",
                "responsibility '{responsibility}' does not go with a positive event: write found or leave it blank",
            ),
            "polarity = 'positive' and responsibility in ('reported', 'none')",
        ),
        Rule(
            "topic_unknown",
            "topic",
            Wording(
                "topic 是 seeds/methodology/event_topic.csv 中的主题",
                "topic is a topic of seeds/methodology/event_topic.csv",
            ),
            Wording(
                "topic '{topic}' 不是已知的主题:请填写以下之一:{known_topics}",
                "topic '{topic}' is not known: write one of {known_topics}",
            ),
            "topic is not null and not topic_is_known",
        ),
        Rule(
            "topic_unfit_polarity",
            "topic",
            Wording("topic 与正负面相符", "topic fits the polarity"),
            Wording(
                "topic '{topic}' 用于 {topic_polarity} 事件,而 polarity 为 {polarity}:请改正其一",
                "topic '{topic}' is for {topic_polarity} events and the polarity is {polarity}: correct one of them",
            ),
            "topic_polarity <> polarity",
        ),
        Rule(
            "severity_unfit_polarity",
            "severity",
            Wording("severity 与正负面相符", "severity fits the polarity"),
            Wording(
                "severity '{severity}' 用于 {severity_polarity} 事件,而 polarity 为 {polarity}:请改正其一",
                "severity '{severity}' is for {severity_polarity} events and the polarity is {polarity}: correct one of"
                " them",
            ),
            "severity_polarity <> polarity",
        ),
        YEAR_RULE,
        *unit_rules("captured_at", of_events_only=True),
        Rule(
            "event_date_outside_year",
            "event_date",
            Wording("event_date 在评估年度内", "event_date lies in the assessed year"),
            Wording(
                "event_date {event_date} 不在评估年度 {assessment_year} 内:事件计入发生的年度,请改正年度或日期",
                "event_date {event_date} lies outside the assessed year {assessment_year}: an event counts in the year"
                " in which it happened, so correct the year or the date",
            ),
            "year(event_date_read) <> assessment_year_read",
        ),
        Rule(
            "response_kind_unfit_polarity",
            "response_kind",
            Wording("只有负面事件有回应情况", "only a negative event has a kind of response"),
            Wording(
                "response_kind '{response_kind}' 只用于负面事件:请留空",
                "response_kind '{response_kind}' is for negative events only: leave it blank",
            ),
            "polarity = 'positive' and response_kind in ('targeted', 'off_point', 'repaired')",
        ),
        Rule(
            "response_incomplete",
            "response_at",
            Wording("回应既有时间也有类型", "an answer has both a time and a kind"),
            Wording(
                "response_at '{response_at}' 与 response_kind '{response_kind}' 不相配:回应(targeted、off_point)和"
                "修复须有时间,未回应(none 或空)没有时间",
                "response_at '{response_at}' and response_kind '{response_kind}' do not go together: an answer"
                " (targeted, off_point) and a repair have a time, no answer (none or blank) has no time",
            ),
            "polarity = 'negative' and case when response_at is null"
            " then response_kind in ('targeted', 'off_point', 'repaired')"
            " else coalesce(response_kind, 'none') = 'none' end",
        ),
        Rule(
            "response_before_report",
            "response_at",
            Wording(
                "response_at 不早于 reported_at(只有日期的时间指全天)",
                "response_at is not before reported_at (a day without an hour covers the day)",
            ),
            Wording(
                "response_at {response_at} 早于 reported_at {reported_at}:请改正其一",
                "response_at {response_at} is before reported_at {reported_at}: correct one of them",
            ),
            is_before("response_at_read", "reported_at_read"),
        ),
        year_started("captured_at"),
        not_too_late("captured_at"),
        not_too_late("reported_at"),
        not_too_late("response_at"),
        DUPLICATE_ROW,
        Rule(
            "reported_before_event",
            "reported_at",
            Wording("reported_at 不早于事件发生日", "reported_at is not before the day of the event"),
            Wording(
                "reported_at {reported_at} 早于 event_date {event_date}:请核对两者(该行保留)",
                "reported_at {reported_at} is before event_date {event_date}: check both (the row is kept)",
            ),
            "reported_at_read < event_date_read",
            severity="warning",
        ),
        Rule(
            "cluster_in_several_units",
            "cluster_code",
            Wording("同一事件的报道属于一个单位", "the reports of one event are about one unit"),
            Wording(
                "cluster_code '{cluster_code}' 在本文件中还用于其他单位或年度:请核对(该行保留)",
                "cluster_code '{cluster_code}' is also used for another unit or year in this file: check it (the row is"
                " kept)",
            ),
            "cluster_is_in_several_units",
            severity="warning",
        ),
        Rule(
            "cluster_on_several_days",
            "cluster_code",
            Wording("同一事件只有一个发生日期", "the reports of one event name one day"),
            Wording(
                "cluster_code '{cluster_code}' 的各篇报道写有不同的 event_date(从 {cluster_first_day} 到"
                " {cluster_last_day}):请核对是否为同一事件(该行保留)",
                "the reports under cluster_code '{cluster_code}' name different days (from {cluster_first_day} to"
                " {cluster_last_day}): check whether they are of one event (the row is kept)",
            ),
            "cluster_first_day <> cluster_last_day",
            severity="warning",
        ),
        UNIT_NOT_ASSESSED,
        UNIT_IS_PART,
    ),
    text_steps=(TOPIC_STEP,),
    steps=(EDITION_STEP, NAME_STEP),
    unit_steps=unit_steps(event_condition="true"),
    facts=(CLUSTER_STEP,),
    stored={
        "responsibility": "case when polarity = 'negative' then responsibility else 'found' end",
        "response_kind": "case when polarity = 'negative' then coalesce(response_kind, 'none') end",
    },
    never_blank=("responsibility",),
    across_files=(
        AcrossFiles(
            "cluster_in_several_units",
            ("cluster_code",),
            ("unit_code", "assessment_year"),
            Wording(
                "cluster_code '{code}' 在多个文件({files})中用于不同的单位或年度:同一事件会重复计分,请核对(各行保留)",
                "cluster_code '{code}' is used for several units or years in the files {files}: one event would count"
                " more than once, so check it (the rows are kept)",
            ),
        ),
        AcrossFiles(
            "cluster_on_several_days",
            ("cluster_code", "unit_code", "assessment_year"),
            ("event_date",),
            Wording(
                "cluster_code '{code}' 在多个文件({files})中写有不同的 event_date(共 {count} 起这样的事件):请核对是否为"
                "同一事件(各行保留)",
                "cluster_code '{code}' has different days as event_date in the files {files} ({count} such events):"
                " check whether the reports are of one event (the rows are kept)",
            ),
            is_counted=True,
        ),
    ),
)
