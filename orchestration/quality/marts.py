"""The suites on the marts: what must hold of the published tables of the years that a run was asked for.

Each check reads one frame by SQL, small and keyed, and runs one suite on it. A failed `critical` expectation is an
error and blocks what is downstream; the others are warnings and show. What holds of every row by construction (keys,
types, sums to the last digit) is a dbt test; here stand the checks that a reader of the results asks for. They stand as
plain data, for the definitions list them and Great Expectations takes seconds to import; `quality/validate.py` runs
them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True)
class MartExpectation:
    """One expectation: its class in Great Expectations, the arguments of that, and the rule's stable name."""

    expectation: str
    rule: str
    description: str
    severity: Literal["critical", "warning"]
    arguments: Mapping[str, Any]


@dataclass(frozen=True)
class MartCheck:
    """A suite on one mart. `query` takes the years as its parameter and returns the frame; `keys` name its rows."""

    mart: str
    query: str
    keys: tuple[str, ...]
    expectations: tuple[MartExpectation, ...]


def _expect(
    expectation: str, rule: str, description: str, severity: Literal["critical", "warning"] = "critical", **given: Any
) -> MartExpectation:
    return MartExpectation(expectation, rule, description, severity, given)


MART_CHECKS = (
    MartCheck(
        mart="fct_unit_score",
        query="""
            select
                scores.series_code, scores.assessment_year, scores.methodology_code, scores.unit_code,
                cast(scores.score as double) as score, cast(scores.full_mark as double) as full_mark,
                cast(root.min_mark as double) as min_mark, cast(scores.coverage as double) as coverage,
                scores.grade, scores.is_ranked, scores.rank_overall, scores.ranked_unit_count_overall
            from marts.fct_unit_score as scores
            inner join marts.dim_indicator as root
                on scores.methodology_code = root.methodology_code and root.node_level = 0
            where scores.assessment_year in (select unnest($1))
            order by all
        """,
        keys=("series_code", "assessment_year", "methodology_code", "unit_code"),
        expectations=(
            _expect(
                "ExpectColumnPairValuesAToBeGreaterThanB",
                "score_above_full_mark",
                "得分不超过满分 / no score above its full mark",
                column_A="full_mark",
                column_B="score",
                or_equal=True,
                ignore_row_if="either_value_is_missing",
            ),
            _expect(
                "ExpectColumnPairValuesAToBeGreaterThanB",
                "score_below_lowest_mark",
                "得分不低于最低分 / no score below the lowest mark",
                column_A="score",
                column_B="min_mark",
                or_equal=True,
                ignore_row_if="either_value_is_missing",
            ),
            _expect(
                "ExpectColumnValuesToBeBetween",
                "coverage_range",
                "采集覆盖率在 0 与 1 之间 / coverage lies between 0 and 1",
                column="coverage",
                min_value=0,
                max_value=1,
            ),
            _expect(
                "ExpectColumnPairValuesAToBeGreaterThanB",
                "rank_within_count",
                "名次不大于参加排名的单位数 / no rank beyond the number of ranked units",
                column_A="ranked_unit_count_overall",
                column_B="rank_overall",
                or_equal=True,
                ignore_row_if="either_value_is_missing",
            ),
            _expect(
                "ExpectColumnValuesToNotBeNull",
                "unit_without_score",
                "每个评估单位都有综合得分 / every assessed unit has a composite score",
                severity="warning",
                column="score",
            ),
            _expect(
                "ExpectColumnValuesToBeInSet",
                "unit_not_ranked",
                "每个评估单位采集的都足以参加排名 / every assessed unit has enough of its marks collected to be ranked",
                severity="warning",
                column="is_ranked",
                value_set=[True],
            ),
        ),
    ),
    MartCheck(
        mart="fct_measure_score",
        query="""
            select
                series_code, assessment_year, methodology_code, measure_code, status,
                count(*) as cell_count,
                cast(min(normalised_value) as double) as lowest, cast(max(normalised_value) as double) as highest
            from marts.fct_measure_score
            where assessment_year in (select unnest($1))
            group by all
            order by all
        """,
        keys=("series_code", "assessment_year", "methodology_code", "measure_code", "status"),
        expectations=(
            _expect(
                "ExpectColumnValuesToBeBetween",
                "normalised_below_zero",
                "标准化值不小于 0 / no normalised value below 0",
                column="lowest",
                min_value=0,
                max_value=1,
            ),
            _expect(
                "ExpectColumnValuesToBeBetween",
                "normalised_above_one",
                "标准化值不大于 1 / no normalised value above 1",
                column="highest",
                min_value=0,
                max_value=1,
            ),
            _expect(
                "ExpectColumnValuesToNotBeInSet",
                "cell_quarantined",
                "没有单元格只有被隔离的行:请改正后重新入库 / "
                "no cell hangs on quarantined rows alone: correct the rows and land the file again",
                severity="warning",
                column="status",
                value_set=["quarantined"],
            ),
        ),
    ),
    MartCheck(
        mart="region_score",
        query="""
            select
                series_code, assessment_year, methodology_code, region_level, region_code, node_code,
                unit_count, scored_unit_count
            from marts.region_score
            where assessment_year in (select unnest($1)) and node_level <= 1
            order by all
        """,
        keys=("series_code", "assessment_year", "methodology_code", "region_code", "node_code"),
        expectations=(
            _expect(
                "ExpectColumnPairValuesToBeEqual",
                "region_coverage",
                "地区内每个单位都有得分 / every unit of a region is scored",
                severity="warning",
                column_A="unit_count",
                column_B="scored_unit_count",
            ),
        ),
    ),
    MartCheck(
        mart="release_info",
        query="""
            select
                series_code, assessment_year, methodology_code, unit_count, scored_unit_count, ranked_unit_count
            from marts.release_info
            where assessment_year in (select unnest($1))
            order by all
        """,
        keys=("series_code", "assessment_year", "methodology_code"),
        expectations=(
            _expect(
                "ExpectTableRowCountToBeBetween",
                "edition_missing",
                "所要的年度都已计分 / the years asked for have been scored",
                min_value=1,
            ),
        ),
    ),
    MartCheck(
        mart="published_reconciliation",
        query="""
            select
                published_kind, published_id, assessment_year, statement_en, outcome,
                cast(published_value as varchar) as published_value,
                cast(computed_rounded as varchar) as computed_rounded
            from marts.published_reconciliation
            where assessment_year in (select unnest($1))
            order by all
        """,
        keys=("published_kind", "published_id"),
        expectations=(
            _expect(
                "ExpectColumnValuesToNotBeInSet",
                "published_figure_differs",
                "年度有公布的数字时,计算值与之一致 / "
                "computed figures agree with the published ones where the edition has them",
                severity="warning",
                column="outcome",
                value_set=["mismatch"],
            ),
        ),
    ),
    MartCheck(
        mart="published_unit_reconciliation",
        query="""
            select series_code, assessment_year, unit_code, is_match
            from marts.published_unit_reconciliation
            where assessment_year in (select unnest($1))
            order by all
        """,
        keys=("series_code", "assessment_year", "unit_code"),
        expectations=(
            _expect(
                "ExpectColumnValuesToBeInSet",
                "published_score_differs",
                "年度有公布的得分时,计算值与之一致 / "
                "computed scores agree with the published ones where the edition has them",
                severity="warning",
                column="is_match",
                value_set=[True],
            ),
        ),
    ),
)
