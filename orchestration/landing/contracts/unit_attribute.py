"""The contract of `inbox/unit_attribute`: what is known of units beside what is assessed, such as their population.

A table of attributes also prints totals of regions, and areas that count in them and are no units: each row says what
its code stands for, and which region's total counts it, so that the totals can be held against their parts.
"""

from __future__ import annotations

from orchestration.landing.contracts.definition import Column, Contract, Rule, Step
from orchestration.landing.contracts.shared import (
    DUPLICATE_ROW,
    EVIDENCE_URL,
    FIRST_YEAR,
    PROVENANCE,
    YEARS_AFTER_LATEST_EDITION,
    repeated_across_files,
    repeated_key,
)
from orchestration.wording import Wording

ATTRIBUTE_STEP = Step(
    {
        "attribute_is_known": "a.attribute_code is not null",
        "attribute_is_count": "a.is_count",
        "attribute_lower_bound": "a.lower_bound",
        "attribute_upper_bound": "a.upper_bound",
        "last_plausible_year": f"(select max(latest_year) from reference.series) + {YEARS_AFTER_LATEST_EDITION}",
    },
    "left join reference.attribute as a on a.attribute_code = r.attribute_code",
)

# An attribute belongs to a day, not to an edition: its code stands as received, and the models follow it to the units.
CODE_STEP = Step(
    {
        "series_code": "null::varchar",
        "assessment_year_read": "null::integer",
        "edition_is_known": "false",
        "unit_is_named": "false",
        "unit_code_in_edition": "r.unit_code",
        "unit_is_known": """
            r.unit_code in (select unit_code from reference.division)
            or r.unit_code in (select unit_code from reference.frame)
        """,
    }
)

REGION_STEP = Step(
    {"part_of_is_region": "g.unit_code is not null"},
    "left join (select distinct file_number, unit_code from accepted where area_kind = 'region') as g"
    " on g.file_number = r.file_number and g.unit_code = r.part_of_code",
)

KEY_STEP, KEY_RULE = repeated_key(
    {"unit_code": "unit_code", "attribute_code": "attribute_code", "as_of": "as_of_read"},
    Wording("每个区域每个属性每个日期", "the value of an attribute of an area on a day"),
)

UNIT_ATTRIBUTE = Contract(
    source="unit_attribute",
    place=6,
    version="1",
    title_zh="单元属性",
    title_en="Attributes of units",
    key=("unit_code", "attribute_code", "as_of"),
    columns=(
        Column(
            "unit_code",
            "code",
            "区域代码:被评单位的代码,或公布总数的地区、计入地区的功能区的代码",
            "Code of the area: a unit, a region with its published total, or a zone that is counted in one",
            "520123",
            required=True,
            max_length=20,
            title_zh="区域代码",
            synonyms=("单位代码", "行政区划代码", "区划代码", "代码"),
        ),
        Column(
            "area_name",
            "text",
            "区域名称,依资料",
            "Name of the area, as the source has it",
            "修文县",
            max_length=200,
            title_zh="区域名称",
            synonyms=("名称", "单位名称", "地区名称"),
        ),
        Column(
            "area_kind",
            "choice",
            "区域类别:unit 被评单位;region 公布总数的地区;zone 计入地区、但不是被评单位的功能区",
            "Kind of area: unit, region (a published total), or zone (counted in a region, but no unit)",
            "unit",
            required=True,
            choices=("unit", "region", "zone"),
            choice_titles={"unit": ("单位",), "region": ("地区",), "zone": ("功能区",)},
            title_zh="区域类别",
        ),
        Column(
            "part_of_code",
            "code",
            "总数包含该区域的地区代码;最上级为空",
            "Code of the region whose total counts the area; blank for the topmost",
            "520100",
            max_length=20,
            title_zh="所属地区代码",
        ),
        Column(
            "attribute_code",
            "code",
            "属性代码,见 seeds/attributes/attribute.csv",
            "Code of the attribute, see seeds/attributes/attribute.csv",
            "population",
            required=True,
            title_zh="属性代码",
            synonyms=("属性",),
        ),
        Column(
            "as_of",
            "date",
            "属性所指日期",
            "Day that the value speaks of",
            "2020-11-01",
            required=True,
            title_zh="日期",
            synonyms=("时点", "截至日期"),
        ),
        Column("value", "decimal", "值", "Value", "288332", required=True, title_zh="值", synonyms=("数值",)),
        Column(
            "source_title",
            "text",
            "资料来源名称",
            "Source, as it is called",
            "2020中国人口普查分县资料",
            required=True,
            max_length=500,
            title_zh="资料来源",
            synonyms=("来源",),
        ),
        Column(
            "licence",
            "text",
            "资料许可",
            "Licence under which the source may be used",
            "MIT",
            required=True,
            max_length=200,
            title_zh="许可",
        ),
        EVIDENCE_URL,
        PROVENANCE,
    ),
    row_rules=(
        Rule(
            "attribute_code_unknown",
            "attribute_code",
            Wording(
                "attribute_code 是 seeds/attributes/attribute.csv 中的属性",
                "attribute_code is an attribute of seeds/attributes/attribute.csv",
            ),
            Wording(
                "attribute_code '{attribute_code}' 不是已知的属性:请改正,或在 seeds/attributes/attribute.csv 增加",
                "attribute_code '{attribute_code}' is not a known attribute: correct it, or add the attribute to"
                " seeds/attributes/attribute.csv",
            ),
            "attribute_code is not null and not attribute_is_known",
        ),
        Rule(
            "unit_code_unknown",
            "unit_code",
            Wording("被评单位的代码在某一年度存在", "the code of a unit is known in some year"),
            Wording(
                "unit_code '{unit_code}' 在任何年度都不是被评单位或行政区划:请改正代码,或把区域类别改为 zone",
                "unit_code '{unit_code}' is no unit and no division in any year: correct the code, or say that the area"
                " is a zone",
            ),
            "area_kind = 'unit' and not unit_is_known",
        ),
        Rule(
            "part_of_itself",
            "part_of_code",
            Wording("区域不属于自身", "no area is part of itself"),
            Wording(
                "unit_code '{unit_code}' 以自身为所属地区:请填写上级地区的代码",
                "unit_code '{unit_code}' is said to be part of itself: give the region above it",
            ),
            "part_of_code = unit_code",
        ),
        Rule(
            "value_above_upper_bound",
            "value",
            Wording("value 不大于属性的上限", "value is no larger than the attribute's upper bound"),
            Wording(
                "{attribute_code} 的值 {value} 高于上限 {attribute_upper_bound}:请改正",
                "value {value} of {attribute_code} is above the upper bound {attribute_upper_bound}: correct the value",
            ),
            "value_read > attribute_upper_bound",
        ),
        Rule(
            "value_below_lower_bound",
            "value",
            Wording("value 不小于属性的下限", "value is no smaller than the attribute's lower bound"),
            Wording(
                "{attribute_code} 的值 {value} 低于下限 {attribute_lower_bound}:请改正",
                "value {value} of {attribute_code} is below the lower bound {attribute_lower_bound}: correct the value",
            ),
            "value_read < attribute_lower_bound",
        ),
        Rule(
            "value_not_whole",
            "value",
            Wording("计数的值为整数", "value of a count is a whole number"),
            Wording(
                "{attribute_code} 的值 {value} 应为整数:请改正",
                "value {value} of {attribute_code} must be a whole number: correct the value",
            ),
            "attribute_is_count and value_read <> trunc(value_read)",
        ),
        Rule(
            "as_of_implausible",
            "as_of",
            Wording(
                f"as_of 不早于 {FIRST_YEAR} 年,不晚于最新年度后 {YEARS_AFTER_LATEST_EDITION} 年",
                f"as_of is from {FIRST_YEAR} to {YEARS_AFTER_LATEST_EDITION} years after the latest edition",
            ),
            Wording(
                f"as_of {{as_of}} 不在 {FIRST_YEAR} 年至 {{last_plausible_year}} 年之间:请改正日期",
                f"as_of {{as_of}} is not between {FIRST_YEAR} and {{last_plausible_year}}: correct the day",
            ),
            f"year(as_of_read) < {FIRST_YEAR} or year(as_of_read) > last_plausible_year",
        ),
        DUPLICATE_ROW,
        KEY_RULE,
        Rule(
            "part_of_without_total",
            "part_of_code",
            Wording("所属地区在文件中有公布总数", "the region that an area is part of has its total in the file"),
            Wording(
                "所属地区 '{part_of_code}' 在文件中没有 region 行:其总数不能核对",
                "the region '{part_of_code}' has no row of kind region in the file: its total cannot be checked",
            ),
            "part_of_code is not null and not part_of_is_region",
            severity="warning",
        ),
    ),
    text_steps=(ATTRIBUTE_STEP,),
    steps=(CODE_STEP,),
    accepted_facts=(KEY_STEP, REGION_STEP),
    across_files=(repeated_across_files(("unit_code", "attribute_code", "as_of"), "value"),),
    year_of_row="year(as_of)",
)
