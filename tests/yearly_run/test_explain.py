"""From the composite of every unit of a province to the row in the landed file, and the sums on the way."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from functools import cache

import pytest

from orchestration.home import Home, project_root
from tests.yearly_run.conftest import call, rows
from tests.yearly_run.examples import SQL_BLOCK
from tests.yearly_run.landed_rows import original_of, rows_by_number, sha256_of

PROVINCE, YEAR = "520000", 2019
OF_THE_PROVINCE = f"""
    inner join marts.dim_unit as units
        on {{table}}.series_code = units.series_code and {{table}}.assessment_year = units.assessment_year
        and {{table}}.unit_code = units.unit_code
        and units.province_code = '{PROVINCE}' and units.assessment_year = {YEAR}
"""
RECEIVED = " union all ".join(
    f"select '{source}' as source, batch_id, row_number, unit_code_received from raw.{source}"
    for source in ("observation", "verification", "opinion_event", "decision")
)


def test_every_unit_of_a_province_adds_up(county_home: Home) -> None:
    nodes = rows(
        county_home,
        f"""
        select nodes.methodology_code, nodes.unit_code, nodes.node_code, nodes.parent_node_code,
            nodes.points, nodes.full_points, nodes.points_lost
        from marts.score_contribution as nodes {OF_THE_PROVINCE.format(table="nodes")}
        """,
    )
    composites = rows(
        county_home,
        f"""
        select scores.methodology_code, scores.unit_code, scores.score
        from marts.fct_unit_score as scores {OF_THE_PROVINCE.format(table="scores")}
        """,
    )
    assert len(composites) == 2 * 88
    parts = defaultdict(lambda: [Decimal(0)] * 3)
    for methodology, unit, _, parent, *amounts in nodes:
        key = (methodology, unit, parent)
        parts[key] = [before + amount for before, amount in zip(parts[key], amounts, strict=True)]
    parents = {key for key in parts if key[2] is not None}
    for methodology, unit, node, _, *amounts in nodes:
        if (methodology, unit, node) in parents:
            assert parts[methodology, unit, node] == amounts, (methodology, unit, node)
    for methodology, unit, score in composites:
        assert parts[methodology, unit, None][0] == score, (methodology, unit)


def test_every_observation_of_a_province_is_in_its_landed_file(county_home: Home) -> None:
    traces = rows(
        county_home,
        f"""
        select distinct traces.source, traces.batch_id, traces.row_number, traces.file_name, traces.file_sha256,
            traces.measure_code, traces.cluster_code, traces.value, traces.state, received.unit_code_received,
            batches.encoding
        from marts.score_trace as traces {OF_THE_PROVINCE.format(table="traces")}
        left join ({RECEIVED}) as received
            on traces.source = received.source and traces.batch_id = received.batch_id
            and traces.row_number = received.row_number
        left join raw.batch as batches
            on traces.batch_id = batches.batch_id and traces.file_name = batches.file_name and batches.is_effective
        where traces.batch_id is not null
        """,
    )
    assert len(traces) > 88 * 60
    assert {trace[0] for trace in traces} >= {"observation", "opinion_event"}

    @cache
    def landed(source: str, batch_id: str, encoding: str) -> tuple[str, dict]:
        path = original_of(county_home, source, batch_id)
        return sha256_of(path), rows_by_number(path, encoding or "utf-8")

    for source, batch_id, row_number, file_name, file_sha256, measure, cluster, value, state, unit, encoding in traces:
        where = (source, file_name, row_number)
        sha256, file_rows = landed(source, batch_id, encoding)
        assert sha256 == file_sha256, where
        row = file_rows[row_number]
        assert str(row["unit_code"]).strip() == unit, where
        if cluster is not None:
            assert str(row["cluster_code"]).strip() == cluster, where
        else:
            assert str(row["measure_code"]).strip() == measure, where
            if value is None:
                assert str(row["state"]).strip() == state, where
            else:
                assert Decimal(str(row["value"]).strip()) == value, where


def test_a_value_without_a_row_is_one_that_nobody_collected(county_home: Home) -> None:
    states = rows(
        county_home,
        f"""
        select distinct traces.state from marts.score_trace as traces {OF_THE_PROVINCE.format(table="traces")}
        where traces.batch_id is null
        """,
    )
    assert {state for (state,) in states} <= {"not_collected", "quarantined", "to_be_assessed"}


@pytest.mark.parametrize("methodology", ["presence", "quality"])
def test_explain_prints_what_the_mart_holds(county_home: Home, methodology: str) -> None:
    shown = call(county_home, "explain", "观山湖区", "--year", str(YEAR), "--methodology", methodology)
    assert "SYNTHETIC DATA" in shown
    for node, points in rows(
        county_home,
        f"""
        select node_code || ' ' || node_name_zh, points from marts.score_contribution
        where unit_code = '520115' and assessment_year = {YEAR} and methodology_code = '{methodology}'
        """,
    ):
        [line] = [line for line in shown.splitlines() if line.lstrip("│├└─ ").startswith(node + " ")]
        assert f" {points:.4f}" in line
    for file_name, row_number in rows(
        county_home,
        f"""
        select file_name, row_number from marts.score_trace
        where unit_code = '520115' and assessment_year = {YEAR} and methodology_code = '{methodology}'
            and file_name is not null
        """,
    ):
        assert f"{file_name} 第 {row_number} 行" in shown


def test_a_unit_is_compared_with_itself_before_its_code_changed(county_home: Home) -> None:
    """兴仁 was a county until 2018 and is a city since: the edition of 2018 still has the old code."""
    [(former, latter)] = rows(
        county_home,
        """
        select previous_unit_code, unit_code from marts.dim_unit
        where assessment_year = 2019 and previous_unit_code = '522322' and unit_code <> previous_unit_code
        """,
    )
    for named in (former, latter):
        shown = call(county_home, "compare", named, "--years", "2018", "2019")
        assert former in shown and latter in shown and "差额" in shown


def test_the_documented_query_reaches_file_row_and_hash(county_home: Home) -> None:
    text = (project_root() / "docs" / "explain.md").read_text(encoding="utf-8")
    query = next(block for block in SQL_BLOCK.findall(text) if "file_sha256" in block)
    answer = rows(county_home, query)
    assert len(answer) > 80
    assert any(isinstance(value, str) and len(value) == 64 for row in answer for value in row)
