"""What the test on sums takes for a fault, and what follows from the method: its SQL, run without dbt."""

from __future__ import annotations

import duckdb
import jinja2
import pytest

from orchestration.home import project_root

TEST = project_root() / "dbt_project" / "tests" / "marts" / "complete_sum_equals_its_children.sql"
SCORE = (
    "series_code varchar, assessment_year integer, methodology_code varchar, unit_code varchar, {} "
    "score decimal(18, 10), "
)
MARKS = "applicable_mark decimal(9, 4), assessed_mark decimal(9, 4)"
TABLES = f"""
    create table dim_indicator (
        methodology_code varchar, node_code varchar, parent_node_code varchar, node_level integer, is_base boolean,
        is_leaf boolean, aggregation varchar, rounding_mode varchar, rounding_digits integer,
        min_mark decimal(9, 4), full_mark decimal(9, 4)
    );
    create table fct_unit_score ({SCORE.format("")} {MARKS});
    create table fct_dimension_score ({SCORE.format("node_code varchar,")} {MARKS});
    create table fct_indicator_score as from fct_dimension_score
"""


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
        pytest.param(None, ["50", "29"], {}, False, id="no score where all is assessed"),
        pytest.param(None, ["50", "29"], {"assessed": "20"}, True, id="no score where too little is assessed"),
        pytest.param("79", [], {}, False, id="no children"),
    ],
)
def test_composite_is_the_sum_of_its_dimensions(
    score: str | None, dimensions: list[str | None], root: dict[str, object], is_sound: bool
) -> None:
    with duckdb.connect() as connection:
        connection.execute(TABLES)
        connection.execute(
            "insert into dim_indicator values ('m', 'composite', null, 0, true, false, 'sum', $1, $2, $3, $4)",
            [root.get("mode", "none"), root.get("digits"), root.get("low", "0"), root.get("full", "100")],
        )
        assessed = root.get("assessed", "100")
        connection.execute("insert into fct_unit_score values ('s', 2024, 'm', 'u', $1, 100, $2)", [score, assessed])
        for number, dimension in enumerate(dimensions):
            node = f"d{number}"
            connection.execute(
                "insert into dim_indicator values ('m', $1, 'composite', 1, true, true, null, 'none', null, 0, 100)",
                [node],
            )
            connection.execute(
                "insert into fct_dimension_score values ('s', 2024, 'm', 'u', $1, $2, 50, 50)", [node, dimension]
            )
        sql = jinja2.Template(TEST.read_text(encoding="utf-8")).render(ref=lambda name: name, config=lambda **_: "")
        assert (connection.execute(sql).fetchall() == []) is is_sound
