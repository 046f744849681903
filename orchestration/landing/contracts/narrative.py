"""The contract of `inbox/narrative`: what an editor quotes of policy and practice, printed as context beside results.

A quotation is others' words with their source. It is never scored, and the report never mixes it with what it computes.
"""

from __future__ import annotations

from dataclasses import replace

from orchestration.landing.contracts.definition import Column, Contract, Rule, Step
from orchestration.landing.contracts.shared import (
    ASSESSMENT_YEAR,
    DUPLICATE_ROW,
    EVIDENCE_URL,
    PROVENANCE,
    repeated_across_files,
    repeated_key,
)
from orchestration.wording import Wording

# A quotation may speak of a region as of a unit, and belongs to no series: its code stands as received.
CODE_STEP = Step(
    {
        "series_code": "null::varchar",
        "assessment_year_read": "null::integer",
        "edition_is_known": "r.report_year_read in (select assessment_year from reference.edition)",
        "unit_is_named": "false",
        "unit_code_in_edition": "r.unit_code",
    }
)

KEY_STEP, KEY_RULE = repeated_key(
    {"unit_code": "unit_code", "report_year": "report_year_read", "position": "position_read"},
    Wording("每个地区每年度每个次序的引文", "the quotation at a place of the order, of a region and year"),
)

NARRATIVE = Contract(
    source="narrative",
    place=7,
    version="1",
    title_zh="背景资料",
    title_en="Narrative: quoted context",
    key=("unit_code", "report_year", "position"),
    columns=(
        Column(
            "unit_code",
            "code",
            "地区或被评单位的代码,如 520000、520123;全国为 000000",
            "Code of the region or unit that the quotation is on, such as 520000 or 520123; the nation is 000000",
            "520000",
            required=True,
            max_length=20,
            title_zh="区域代码",
            synonyms=("地区代码", "行政区划代码", "区划代码", "代码"),
        ),
        replace(
            ASSESSMENT_YEAR,
            name="report_year",
            description_zh="引文印在哪一评估年度的报告里",
            description_en="Assessed year in whose report the quotation is printed",
        ),
        Column(
            "section",
            "text",
            "小节标题,如“政策”“实践”",
            "Heading under which it is printed, such as policy or practice",
            "政策",
            required=True,
            max_length=100,
            title_zh="小节",
            synonyms=("栏目", "小节标题"),
        ),
        Column(
            "position",
            "integer",
            "在该地区该年度中的次序,从1起",
            "Place in the order of the region and year, from 1",
            "1",
            required=True,
            title_zh="次序",
            synonyms=("序号", "顺序"),
        ),
        Column(
            "text",
            "text",
            "引文原文,不作改写",
            "The words as quoted, not rewritten",
            "全省各级政府签订政务诚信承诺书。",
            required=True,
            max_length=4000,
            title_zh="引文",
            synonyms=("内容", "正文"),
        ),
        Column(
            "source_name",
            "text",
            "出处:文件、报刊或网站的名称",
            "Where it was said: document, newspaper or site",
            "贵州省人民政府公报",
            required=True,
            max_length=300,
            title_zh="出处",
            synonyms=("来源", "来源名称"),
        ),
        replace(
            EVIDENCE_URL,
            name="source_url",
            description_zh="出处网址",
            description_en="Address of the source",
            synonyms=("网址", "链接", "来源网址"),
            title_zh="出处网址",
            required=True,
        ),
        PROVENANCE,
    ),
    row_rules=(
        Rule(
            "report_year_unknown",
            "report_year",
            Wording("report_year 是某一系列的年度", "report_year is an edition of some series"),
            Wording(
                "report_year {report_year} 不是任何系列的年度:请改正年度",
                "report_year {report_year} is no edition of any series: correct the year",
            ),
            "report_year_read is not null and not edition_is_known",
        ),
        Rule(
            "position_not_positive",
            "position",
            Wording("次序从 1 起", "position counts from 1"),
            Wording("次序 {position} 小于 1:请从 1 起编号", "position {position} is below 1: count from 1"),
            "position_read < 1",
        ),
        DUPLICATE_ROW,
        KEY_RULE,
    ),
    steps=(CODE_STEP,),
    accepted_facts=(KEY_STEP,),
    across_files=(repeated_across_files(("unit_code", "report_year", "position"), "text"),),
    year_of_row="report_year",
)
