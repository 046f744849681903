"""What the suite on composites takes for a fault, and what follows from the method."""

from __future__ import annotations

import duckdb
import pytest

from orchestration.quality.marts import MART_CHECKS
from orchestration.validation import run_suite

[CHECK] = [check for check in MART_CHECKS if check.mart == "fct_unit_score"]


@pytest.mark.parametrize(
    ("score", "dimensions", "root", "is_sound"),
    [
        pytest.param("79.3812", ["50.3812", "29"], {}, True, id="the sum"),
        pytest.param("79.3813", ["50.3812", "29"], {}, False, id="not the sum"),
        pytest.param("79.38", ["50.3812", "29"], {"mode": "half_up", "digits": 2}, True, id="rounded"),
        pytest.param("79.39", ["50.385", "29"], {"mode": "half_up", "digits": 2}, True, id="rounded from the middle"),
        pytest.param("79.37", ["50.3812", "29"], {"mode": "half_up", "digits": 2}, False, id="rounded wrongly"),
        pytest.param("95", ["80", "19"], {"full": "95"}, True, id="capped"),
        pytest.param("94", ["80", "19"], {"full": "95"}, False, id="below the cap"),
        pytest.param("-15", ["0", "-18"], {"low": "-15"}, True, id="not below the lowest mark"),
        pytest.param("70", ["80", None], {}, True, id="a dimension without a score is stood in for"),
    ],
)
def test_composite_is_the_sum_of_its_dimensions(
    score: str, dimensions: list[str | None], root: dict[str, object], is_sound: bool
) -> None:
    with duckdb.connect() as connection:
        connection.execute("create schema marts")
        connection.execute(
            """
            create table marts.fct_unit_score as
            select 's' as series_code, 2024 as assessment_year, 'm' as methodology_code, 'u' as unit_code,
                cast($1 as decimal(18, 10)) as score, 100 as full_mark, 1.0 as coverage, null as grade,
                true as is_ranked, 1 as rank_overall, 1 as ranked_unit_count_overall
            """,
            [score],
        )
        connection.execute(
            """
            create table marts.dim_indicator as
            select 'm' as methodology_code, 0 as node_level, 'sum' as aggregation,
                cast($1 as decimal(9, 4)) as full_mark, cast($2 as decimal(9, 4)) as min_mark,
                $3 as rounding_mode, cast($4 as integer) as rounding_digits
            """,
            [root.get("full", "100"), root.get("low", "0"), root.get("mode", "none"), root.get("digits")],
        )
        connection.execute(
            """
            create table marts.fct_dimension_score as
            select 's' as series_code, 2024 as assessment_year, 'm' as methodology_code, 'u' as unit_code,
                cast(unnest($1) as decimal(18, 10)) as score
            """,
            [dimensions],
        )
        found = run_suite(CHECK.suite, connection.execute(CHECK.query, [[2024]]).df(), CHECK.keys)
    assert [outcome.success for outcome in found.outcomes if outcome.rule == "sum_of_dimensions"] == [is_sound]
    assert found.success is is_sound
