"""The marts behind `zhengxin explain` on a random world: exact sums, fair shares, complete traces."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from decimal import Decimal
from fractions import Fraction

import duckdb
import pytest

from tests.explain.attribution import reweighted_losses, shares
from tests.explain.conftest import records

KEY = ("series_code", "assessment_year", "methodology_code", "unit_code")
# A share is cut in units of the tenth decimal, and logarithms are taken in double precision.
CUT = Fraction(2, 10**10)
DOUBLE_PRECISION = Fraction(1, 10**8)


@pytest.fixture(scope="module")
def families(warehouse: duckdb.DuckDBPyConnection) -> list[tuple[dict, list[dict]]]:
    """Each parent with its children, of every unit, year and methodology."""
    rows = records(
        warehouse,
        """
        select contributions.*, nodes.is_base, nodes.weight, nodes.aggregation, nodes.rounding_mode
        from marts.score_contribution as contributions
        inner join intermediate.int_methodology_node as nodes
            on contributions.methodology_code = nodes.methodology_code
            and contributions.node_code = nodes.node_code
        order by contributions.sort_path
        """,
    )
    nodes = {(*(row[name] for name in KEY), row["node_code"]): row for row in rows}
    children = defaultdict(list)
    for key, row in nodes.items():
        if row["parent_node_code"] is not None:
            children[(*key[:4], row["parent_node_code"])].append(row)
    return [(nodes[key], below) for key, below in children.items()]


def test_children_add_up_to_their_parent(families: list[tuple[dict, list[dict]]]) -> None:
    assert len(families) > 500
    for parent, children in families:
        for column in ("points", "full_points", "points_lost"):
            amounts = [child[column] for child in children]
            if parent[column] is None:
                assert set(amounts) == {None}, parent
            else:
                assert sum(amounts) == parent[column], (parent, column)


def test_the_root_gives_the_composite(warehouse: duckdb.DuckDBPyConnection) -> None:
    odd = records(
        warehouse,
        """
        select units.unit_code, units.score, roots.points
        from marts.fct_unit_score as units
        left join marts.score_contribution as roots
            on units.series_code = roots.series_code and units.assessment_year = roots.assessment_year
            and units.methodology_code = roots.methodology_code and units.unit_code = roots.unit_code
            and roots.parent_node_code is null
        where roots.node_code is null or roots.points is distinct from units.score
            or (units.score is not null and roots.full_points <> roots.full_mark)
        """,
    )
    assert odd == []


def test_what_is_lost_is_shared_as_documented(families: list[tuple[dict, list[dict]]]) -> None:
    seen = Counter()
    for parent, children in families:
        if parent["points"] is None:
            continue
        full, lost = shares(parent["aggregation"], children)
        full_points, points_lost = Fraction(parent["full_points"]), Fraction(parent["points_lost"])
        # Losses that add up are taken as they are, also those of a node whose rounding lifted it above its full mark.
        raw = [each["full_mark"] - (each["score"] or 0) for each in children]
        reweighted = reweighted_losses(children)
        is_plain = parent["aggregation"] == "sum" and sum(raw) == parent["points_lost"] and parent["score"] is not None
        for child, full_share, lost_share, own_loss in zip(children, full, lost, raw, strict=True):
            tolerance = CUT if parent["aggregation"] in ("sum", "weighted_arithmetic") else DOUBLE_PRECISION
            if not any(full):
                continue
            assert abs(Fraction(child["full_points"]) - full_points * full_share) <= tolerance, (parent, child)
            expected = points_lost * lost_share if parent["score"] is not None else full_points * full_share
            if is_plain and all(each["score"] is not None or not each["is_base"] for each in children):
                expected = Fraction(own_loss)
            found = Fraction(child["points_lost"])
            assert abs(found - expected) <= tolerance or (
                # Losses that add up once they are re-weighted are taken as they are, too.
                parent["aggregation"] == "sum"
                and parent["score"] is not None
                and abs(sum(reweighted) - points_lost) <= CUT * len(children)
                and min(abs(own - found) for own in reweighted) <= tolerance
            ), (parent, child)
            seen[parent["aggregation"], parent["score"] is None] += 1
    assert {aggregation for aggregation, _ in seen} == {"sum", "weighted_arithmetic", "geometric", "harmonic"}
    assert any(is_missing for _, is_missing in seen)


def test_a_tree_that_only_adds_gives_its_marks(families: list[tuple[dict, list[dict]]]) -> None:
    trees = defaultdict(list)
    for parent, children in families:
        trees[tuple(parent[name] for name in KEY)] += [parent, *children]
    plain = [
        nodes
        for nodes in trees.values()
        if all(node["score"] is not None for node in nodes)
        and all(node["is_leaf"] or (node["aggregation"], node["rounding_mode"]) == ("sum", "none") for node in nodes)
        and sum(node["full_mark"] for node in nodes if node["is_leaf"]) == nodes[0]["full_mark"]
        and sum(node["score"] for node in nodes if node["is_leaf"]) == nodes[0]["score"]
    ]
    assert plain
    for node in (node for nodes in plain for node in nodes):
        assert node["points"] == node["score"] and node["full_points"] == node["full_mark"], node


def test_a_node_without_a_score_gives_nothing(families: list[tuple[dict, list[dict]]]) -> None:
    missing = [
        child
        for parent, children in families
        for child in children
        if child["score"] is None
        and parent["points"] is not None
        # What is added outside the base takes part without a score, too, in what a parent's rounding changes.
        and (child["is_base"] or parent["aggregation"] != "sum")
    ]
    assert missing
    assert {child["points"] for child in missing} == {Decimal(0)}


def test_status_and_reason_agree_with_the_score(warehouse: duckdb.DuckDBPyConnection) -> None:
    rows = records(warehouse, "select * from marts.score_contribution")
    without_score = {"not_applicable", "not_collected", "quarantined", "to_be_assessed", "below_coverage"}
    for row in rows:
        assert (row["score"] is None) == (row["status"] in without_score), row
        if row["status"] == "full_mark":
            assert row["score"] >= row["full_mark"], row
        if row["status"] in ("vetoed", "zero_mark"):
            assert row["score"] == 0, row
        if row["is_leaf"]:
            assert row["reason_zh"] and row["reason_en"], row
    assert {row["status"] for row in rows} >= without_score - {"quarantined"} | {"vetoed", "event", "not_published"}


def test_every_cell_and_event_has_one_trace(warehouse: duckdb.DuckDBPyConnection) -> None:
    cells = records(warehouse, "select * from marts.fct_measure_score")
    traces = records(warehouse, "select * from marts.score_trace")
    keys = Counter((*(trace[name] for name in KEY), trace["node_code"], trace["item_code"]) for trace in traces)
    assert set(keys.values()) == {1}
    of_measures = {
        (*(trace[name] for name in KEY), trace["measure_code"]): trace for trace in traces if not trace["cluster_code"]
    }
    assert len(of_measures) == len(cells)
    for cell in cells:
        trace = of_measures[(*(cell[name] for name in KEY), cell["measure_code"])]
        for name, traced in (
            ("status", "state"),
            ("value", "value"),
            ("normalised_value", "normalised_value"),
            ("batch_id", "batch_id"),
            ("row_number", "row_number"),
        ):
            assert cell[name] == trace[traced], (cell, trace)


def test_what_was_overruled_is_traced_to_its_row(warehouse: duckdb.DuckDBPyConnection) -> None:
    traces = records(
        warehouse,
        "select * from marts.score_trace where source in ('verification', 'decision') and cluster_code is null",
    )
    replaced = [trace for trace in traces if trace["overruled_state"]]
    assert {trace["source"] for trace in replaced} == {"verification", "decision"}
    decided = {row["decision_code"]: row for row in records(warehouse, "select * from intermediate.int_decision")}
    collected = {
        (row["batch_id"], row["row_number"], row["unit_code"], row["measure_code"]): row
        for row in records(warehouse, "select * from intermediate.int_observation_candidate")
    }
    for trace in replaced:
        key = (trace["overruled_batch_id"], trace["overruled_row_number"], trace["unit_code"], trace["measure_code"])
        row = collected[key]
        assert (trace["overruled_value"], trace["overruled_state"]) == (row["value"], row["state"]), trace
        assert trace["overruled_source"] == row["source"] and trace["overruled_file_name"], trace
        assert trace["source"] == "decision" or row["source"] == "observation", trace
    for trace in traces:
        if trace["source"] == "decision":
            decision = decided[trace["decision_code"]]
            state = trace["overruled_state"] or "not_collected"
            assert (trace["overruled_value"], state) == (decision["found_value"], decision["found_state"]), trace
            assert trace["decision_role_code"] == decision["role_code"], trace
    others = records(
        warehouse, "select * from marts.score_trace where overruled_state is not null and source = 'observation'"
    )
    assert others == []


def test_events_of_a_leaf_explain_its_mark(warehouse: duckdb.DuckDBPyConnection) -> None:
    leaves = records(
        warehouse,
        """
        select leaves.*, nodes.full_mark, nodes.min_mark
        from intermediate.int_leaf_score as leaves
        inner join intermediate.int_methodology_node as nodes
            on leaves.methodology_code = nodes.methodology_code and leaves.node_code = nodes.node_code
        where leaves.is_event_only
        """,
    )
    sums = defaultdict(Decimal)
    for trace in records(warehouse, "select * from marts.score_trace where cluster_code is not null"):
        sums[(*(trace[name] for name in KEY), trace["node_code"])] += trace["event_points"]
    assert sum(1 for value in sums.values() if value) > 20
    for leaf in leaves:
        total = sums[(*(leaf[name] for name in KEY), leaf["node_code"])]
        assert leaf["unrounded_score"] == min(max(total, leaf["min_mark"]), leaf["full_mark"]), leaf


def test_arithmetic_comes_out_as_it_says(warehouse: duckdb.DuckDBPyConnection) -> None:
    """Formulas without logarithms are computed anew from their text."""
    traces = records(
        warehouse, "select * from marts.score_trace where arithmetic like 'clip((%' and arithmetic not like '%ln%'"
    )
    assert len(traces) > 100
    for trace in traces:
        formula, result = trace["arithmetic"].removeprefix("clip(").rsplit(") = ", 1)
        numbers = [Fraction(part.strip("() ")) for part in formula.replace(" / ", " - ").split(" - ")]
        value, floor, target, same_floor = numbers
        assert floor == same_floor
        computed = min(Fraction(1), max(Fraction(0), (value - floor) / (target - floor)))
        assert abs(computed - Fraction(result)) <= Fraction(1, 10**12), trace
        assert Fraction(result) == Fraction(trace["normalised_value"]), trace


@pytest.mark.parametrize("column", ["parameters", "arithmetic", "leaf_arithmetic"])
def test_formulas_say_the_same_in_both_languages(warehouse: duckdb.DuckDBPyConnection, column: str) -> None:
    texts = records(warehouse, f"select distinct {column} as en, {column}_zh as zh from marts.score_trace")
    assert len(texts) > 20
    for text in texts:
        # What clip() means takes two numbers more.
        zh = text["zh"].replace("限于 0 至 1", "") if column == "arithmetic" else text["zh"]
        assert re.findall(r"[\d.]+", zh) == re.findall(r"[\d.]+", text["en"]), text
        assert set(re.findall("[A-Za-z]+", zh)) <= {"ln"}, text
        assert not re.search("[一-鿿]", text["en"]), text


def test_lost_marks_are_the_leaves_that_lost(warehouse: duckdb.DuckDBPyConnection) -> None:
    lost = records(warehouse, "select * from marts.lost_mark")
    leaves = records(warehouse, "select * from marts.score_contribution where is_leaf and points_lost > 0")
    assert len(lost) == len(leaves) > 100
    units = defaultdict(list)
    for row in lost:
        units[tuple(row[name] for name in KEY)].append(row)
    for rows in units.values():
        rows.sort(key=lambda row: row["lost_rank"])
        assert [row["lost_rank"] for row in rows] == list(range(1, len(rows) + 1))
        order = [(row["is_bonus"], -row["points_lost"]) for row in rows]
        assert order == sorted(order)
    assert {row["is_bonus"] for row in lost} == {True, False}


def test_next_rank_and_grade(warehouse: duckdb.DuckDBPyConnection) -> None:
    scores = records(warehouse, "select * from intermediate.int_unit_score")
    steps = {tuple(row[name] for name in KEY): row for row in records(warehouse, "select * from marts.points_to_next")}
    bands = records(
        warehouse,
        "select methodology_code, grade, lower_bound, upper_bound from intermediate.int_methodology_grade_band",
    )
    assert len(steps) == len(scores)
    for score in scores:
        step = steps[tuple(score[name] for name in KEY)]
        better = [
            other["ranking_score"]
            for other in scores
            if other["is_ranked"]
            and all(other[name] == score[name] for name in KEY[:3])
            and score["is_ranked"]
            and other["ranking_score"] > score["ranking_score"]
        ]
        nearest = min(better, default=None)
        assert step["score_of_next_rank"] == nearest, step
        if nearest is None:
            assert step["next_rank"] is None
        else:
            assert step["next_rank"] == sum(each > nearest for each in better) + 1
            assert step["points_to_next_rank"] == nearest - score["ranking_score"] > 0
        if step["points_to_next_grade"] is not None:
            reached = score["score"] + step["points_to_next_grade"]
            [grade] = [
                band["grade"]
                for band in bands
                if band["methodology_code"] == score["methodology_code"]
                and (band["lower_bound"] is None or reached >= band["lower_bound"])
                and (band["upper_bound"] is None or reached < band["upper_bound"])
            ]
            assert grade == step["next_grade"] != step["grade"] and step["points_to_next_grade"] > 0
