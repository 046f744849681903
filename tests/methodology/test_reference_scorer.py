"""The reference scorer against numbers worked out by hand from the text of the method, and against itself.

What belongs here: cases small enough to be checked with pencil and paper, one rule of the text each; the published
results that the shipped seeds must give; and properties that hold for every random world. No warehouse is needed.
"""

from __future__ import annotations

import random
from collections import Counter
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from .random_method import EMPTY_STATES, RESPONSE_FAULTS, WorldRecipe, random_world, recipes
from .reference_scorer import (
    Result,
    Row,
    World,
    methodologies_of_fixed_goal_posts,
    score,
    with_taken_over,
    world_from_csv_seeds,
)

SEEDS = Path(__file__).resolve().parents[2] / "seeds"
SERIES, YEAR, METHOD, UNIT = "s", 2019, "m", "u"
SCOPE = (SERIES, YEAR, METHOD)


# ----------------------------------------------------------------------------------------------- worlds of a few rows


def node(code: str, parent: str = "", full: str = "10", low: str = "0", **columns: object) -> Row:
    row = {
        "tree_code": "t",
        "node_code": code,
        "parent_node_code": parent,
        "full_mark": full,
        "min_mark": low,
        "is_base": "1",
        "aggregation": "sum",
        "weight": "1",
        "min_coverage_numerator": "0",
        "min_coverage_denominator": "1",
        "rounding_mode": "none",
        "rounding_digits": "",
    }
    return row | columns


def linear(node_code: str, measure: str = "", weight: str = "1", floor: str = "0", target: str = "1", **columns) -> Row:
    """A linear rule; the measure is named like its node when no other name is given."""
    row = {
        "methodology_code": METHOD,
        "measure_code": measure or node_code,
        "node_code": node_code,
        "rule_family": "linear",
        "weight": weight,
        "transform": "identity",
        "floor": floor,
        "target": target,
    }
    return row | columns


def deduct(node_code: str, measure: str, per_case: str, weight: str = "0") -> Row:
    return linear(node_code, measure, weight, "", "") | {"rule_family": "deduct", "deduct_per_case": per_case}


def veto(node_code: str, measure: str, operator: str, threshold: str, weight: str = "0") -> Row:
    row = linear(node_code, measure, weight, "", "")
    return row | {"rule_family": "veto", "veto_operator": operator, "veto_threshold": threshold}


def event_rule(node_code: str, source: str = "event") -> Row:
    return linear(node_code, node_code, "1", "", "") | {"rule_family": "event", "event_source": source}


def observation(measure: str, value: str, unit: str = UNIT, **columns: object) -> Row:
    """One observation of a value, or of a state when the text names one."""
    is_state = value.startswith("not_")
    row = {
        "series_code": SERIES,
        "unit_code": unit,
        "assessment_year": YEAR,
        "measure_code": measure,
        "value": "" if is_state else value,
        "state": value if is_state else "observed",
        "channel": "internet",
        "collection_mode": "online",
        "captured_at": "2019-11-01",
        "batch_id": "b1",
        "row_number": 2,
    }
    return row | columns


def verification(
    measure: str, verdict: str, value: str = "", verified_at: str = "2019-12-01", **columns: object
) -> Row:
    row = observation(measure, value) | {"subject": "observation", "verdict": verdict, "verified_at": verified_at}
    return row | ({} if value else {"state": ""}) | columns


def quarantined(measure: str, source: str = "observation") -> Row:
    return {"source": source, "assessment_year": str(YEAR), "unit_code": UNIT, "measure_code": measure}


def in_frame(unit: str, region: str, is_included: str = "1") -> Row:
    row = {"series_code": SERIES, "assessment_year": YEAR, "unit_code": unit}
    return row | {"region_code": region, "is_included": is_included}


def region(code: str, level: str, parent: str = "") -> Row:
    row = {"series_code": SERIES, "assessment_year": YEAR, "region_code": code}
    return row | {"region_level": level, "parent_region_code": parent}


def small_world(nodes: list[Row], rules: list[Row], observations: list[Row], **tables: object) -> World:
    """One methodology; one unit `u` directly below one region `n`, unless other tables say otherwise."""
    method = {"methodology_code": METHOD, "series_code": SERIES, "tree_code": "t", "min_ranked_coverage": "0.65"}
    world = {
        "methodology": [method],
        "edition_methodology": [{"series_code": SERIES, "assessment_year": YEAR, "methodology_code": METHOD}],
        "node": nodes,
        "measure_rule": rules,
        "observation": observations,
        "assessment_frame": [in_frame(UNIT, "n")],
        "region": [region("n", "nation")],
    }
    return world | tables


def leaf_world(leaf: Row, rules: list[Row], observations: list[Row], **tables: object) -> World:
    """A root with one leaf."""
    return small_world([node("top", full=leaf["full_mark"], low=leaf["min_mark"]), leaf], rules, observations, **tables)


def node_score(world: World, code: str, unit: str = UNIT) -> str | None:
    found = score(world).nodes[(*SCOPE, unit, code)].score
    return None if found is None else str(found)


def of_decimal(text: str) -> Decimal:
    return Decimal(text)


# --------------------------------------------------------------------------------------- 1. one value a cell, statuses


ONE_LEAF = [node("top"), node("a", "top")]


def cell_of(observations: list[Row], verifications: list[Row] = (), quarantined_rows: list[Row] = ()) -> tuple:
    world = small_world(
        ONE_LEAF, [linear("a")], observations, verification=verifications, quarantined_row=quarantined_rows
    )
    status, value = score(world).cells[(*SCOPE, UNIT, "a")]
    return status, None if value is None else str(value)


EARLY, MIDDLE, LATE = "2019-11-01", "2019-12-01", "2019-12-31"


@pytest.mark.parametrize(
    ("observations", "expected"),
    [
        pytest.param([], ("to_be_assessed", None), id="nothing came in"),
        pytest.param([observation("a", "3")], ("observed", "3"), id="a value"),
        pytest.param([observation("a", "not_published")], ("not_published", None), id="a state"),
        pytest.param(
            [
                observation("a", "1", collection_mode="offline", captured_at=EARLY),
                observation("a", "2", captured_at=LATE),
            ],
            ("observed", "1"),
            id="offline before a later online",
        ),
        pytest.param(
            [
                observation("a", "1", captured_at="2019-11-01 08:00"),
                observation("a", "2", captured_at="2019-11-01T08:01"),
            ],
            ("observed", "2"),
            id="the latest",
        ),
        pytest.param(
            [
                observation("a", "1", captured_at="2019-11-01 08:00:00"),
                observation("a", "2", captured_at="2019-11-01T01:00:00+00:00"),
            ],
            ("observed", "2"),
            id="an offset counts: 01:00 UTC is 09:00 in China",
        ),
        pytest.param(
            [observation("a", "not_published"), observation("a", "0")], ("observed", "0"), id="a value before a state"
        ),
        pytest.param([observation("a", "9"), observation("a", "10")], ("observed", "10"), id="the larger, as a number"),
        pytest.param(
            [observation("a", "not_published"), observation("a", "not_applicable"), observation("a", "not_collected")],
            ("not_applicable", None),
            id="states in alphabetical order",
        ),
    ],
)
def test_best_observation_wins(observations, expected):
    assert cell_of(observations) == expected
    assert cell_of(observations[::-1]) == expected


@pytest.mark.parametrize(
    ("observations", "verifications", "expected"),
    [
        pytest.param(
            [observation("a", "1", captured_at=LATE)],
            [verification("a", "correct", "5", MIDDLE)],
            ("verified", "5"),
            id="a correction wins over everything",
        ),
        pytest.param(
            [], [verification("a", "correct", "5")], ("verified", "5"), id="a correction needs no observation"
        ),
        pytest.param(
            [observation("a", "1")],
            [verification("a", "correct", "not_applicable")],
            ("not_applicable", None),
            id="a corrected state is that state",
        ),
        pytest.param(
            [observation("a", "1", captured_at=MIDDLE)],
            [verification("a", "reject", verified_at=MIDDLE)],
            ("not_collected", None),
            id="rejected although captured at the same time",
        ),
        pytest.param(
            [observation("a", "1", captured_at=EARLY), observation("a", "2", captured_at=LATE)],
            [verification("a", "reject", verified_at=MIDDLE)],
            ("observed", "2"),
            id="a later observation survives a rejection",
        ),
        pytest.param([], [verification("a", "reject")], ("to_be_assessed", None), id="nothing to reject"),
        pytest.param(
            [observation("a", "1", captured_at=EARLY), observation("a", "2", captured_at=LATE)],
            [verification("a", "confirm", verified_at=MIDDLE)],
            ("verified", "1"),
            id="the confirmed one wins over a later one",
        ),
        pytest.param(
            [observation("a", "1", captured_at=MIDDLE)],
            [verification("a", "confirm", verified_at=MIDDLE)],
            ("verified", "1"),
            id="confirmed at the moment of capture",
        ),
        pytest.param(
            [observation("a", "not_published", captured_at=EARLY)],
            [verification("a", "confirm", verified_at=MIDDLE)],
            ("not_published", None),
            id="a confirmed state is that state",
        ),
        pytest.param(
            [observation("a", "2", captured_at=LATE)],
            [verification("a", "confirm", verified_at=MIDDLE)],
            ("observed", "2"),
            id="a confirmation of nothing has no effect",
        ),
        pytest.param(
            [observation("a", "1", captured_at=EARLY)],
            [verification("a", "correct", "5", EARLY), verification("a", "reject", verified_at=LATE)],
            ("not_collected", None),
            id="the latest verification decides",
        ),
        pytest.param(
            [observation("a", "1", captured_at=EARLY)],
            [verification("a", "confirm"), verification("a", "reject"), verification("a", "correct", "5")],
            ("verified", "5"),
            id="tie: correct first",
        ),
        pytest.param(
            [observation("a", "1", captured_at=EARLY)],
            [verification("a", "confirm"), verification("a", "reject")],
            ("not_collected", None),
            id="tie: reject before confirm",
        ),
        pytest.param(
            [],
            [
                verification("a", "correct", "not_published"),
                verification("a", "correct", "9"),
                verification("a", "correct", "10"),
            ],
            ("verified", "10"),
            id="tie of corrections: the larger value",
        ),
        pytest.param(
            [],
            [
                verification("a", "correct", "not_published", row_number=10),
                verification("a", "correct", "not_applicable", row_number=9),
            ],
            ("not_applicable", None),
            id="last resort: the smaller row number",
        ),
    ],
)
def test_verification_decides(observations, verifications, expected):
    assert cell_of(observations, verifications) == expected
    assert cell_of(observations[::-1], verifications[::-1]) == expected


def test_quarantined_only_where_nothing_else_came_in():
    assert cell_of([], [], [quarantined("a")]) == ("quarantined", None)
    assert cell_of([observation("a", "1")], [], [quarantined("a")]) == ("observed", "1")
    assert cell_of([observation("a", "1")], [verification("a", "reject")], [quarantined("a")]) == (
        "not_collected",
        None,
    )
    assert cell_of([], [verification("a", "confirm")], [quarantined("a")]) == ("quarantined", None)
    assert cell_of([], [], [quarantined("a", source="verification")]) == ("to_be_assessed", None)
    assert cell_of([], [], [quarantined("a") | {"measure_code": ""}]) == ("to_be_assessed", None)


def test_only_included_units_and_measures_with_a_rule_have_cells():
    frame = [in_frame(UNIT, "n"), in_frame("x", "n", is_included="0")]
    observations = [observation("a", "1"), observation("a", "1", unit="x"), observation("b", "1")]
    result = score(small_world(ONE_LEAF, [linear("a")], observations, assessment_frame=frame))
    assert list(result.cells) == [(*SCOPE, UNIT, "a")]
    assert list(result.units) == [(*SCOPE, UNIT)]


# ------------------------------------------------------------------------------------------------------- 2. measures


@pytest.mark.parametrize(
    ("floor", "target", "value", "expected"),
    [
        ("50", "100", "49.9999", "0"),
        ("50", "100", "50", "0"),
        ("50", "100", "50.0001", "0.00002"),
        ("50", "100", "75", "5"),
        ("50", "100", "99.9999", "9.99998"),
        ("50", "100", "100", "10"),
        ("50", "100", "101", "10"),
        # the floor exceeds the target: days late
        ("60", "0", "0", "10"),
        ("60", "0", "15", "7.5"),
        ("60", "0", "60", "0"),
        ("60", "0", "366", "0"),
        ("60", "0", "-1", "10"),
        ("0", "3", "1", "3.3333333333"),
        ("0", "3", "2", "6.6666666667"),
    ],
)
def test_linear(floor, target, value, expected):
    world = leaf_world(node("a", "top"), [linear("a", floor=floor, target=target)], [observation("a", value)])
    assert of_decimal(node_score(world, "a")) == of_decimal(expected)


def test_normalised_value_is_rounded_to_12_decimals_before_it_meets_the_mark():
    world = leaf_world(node("a", "top", "1000"), [linear("a", target="3")], [observation("a", "2")])
    assert node_score(world, "a") == "666.6666666670"


@pytest.mark.parametrize(
    ("transform", "floor", "target", "value", "expected"),
    [
        ("log", "100", "10000", "1000", "5"),
        ("log", "100", "10000", "100", "0"),
        ("log", "100", "10000", "99", "0"),
        ("log", "100", "10000", "20000", "10"),
        ("log", "100", "10000", "0", "0"),
        ("log", "100", "10000", "-5", "0"),
        ("log", "10000", "100", "100", "10"),
        ("log", "10000", "100", "10000", "0"),
        ("log", "10000", "100", "0", "10"),  # zero lies below the target, too
        ("positive", "0", "1", "0", "0"),
        ("positive", "0", "1", "0.0001", "10"),
        ("positive", "0", "1", "-3", "0"),
        ("positive", "0", "2", "7", "5"),
        ("observed", "0", "1", "0", "10"),
        ("observed", "0", "1", "366", "10"),
        ("positive", "0", "1", "not_published", "0"),
        ("observed", "0", "1", "not_published", "0"),
    ],
)
def test_transform(transform, floor, target, value, expected):
    rule = linear("a", floor=floor, target=target, transform=transform)
    assert of_decimal(node_score(leaf_world(node("a", "top"), [rule], [observation("a", value)]), "a")) == of_decimal(
        expected
    )


@pytest.mark.parametrize(
    ("cases", "expected"), [("0", "1"), ("1", "0.5"), ("2", "0"), ("3", "0"), ("10000", "0"), ("not_published", "0")]
)
def test_deduct_from_the_full_mark_never_below_zero(cases, expected):
    world = leaf_world(node("a", "top", "1"), [deduct("a", "a", "0.5", weight="1")], [observation("a", cases)])
    assert of_decimal(node_score(world, "a")) == of_decimal(expected)


@pytest.mark.parametrize(
    ("rate", "cases", "low", "expected"),
    [
        ("80", "0", "0", "1.2"),
        ("80", "1", "0", "0.7"),
        ("80", "3", "0", "0"),
        ("80", "3", "-0.25", "-0.25"),  # down to the lowest mark of the node
        ("80", "3", "-2", "-0.3"),
        ("80", "not_published", "0", "1.2"),
        ("80", "not_collected", "0", "1.2"),
        ("not_published", "1", "-2", "-0.5"),
        ("not_collected", "0", "0", None),  # what only takes away makes no score
        ("not_applicable", "0", "0", None),
    ],
)
def test_deduct_beside_another_measure(rate, cases, low, expected):
    rules = [linear("a", "rate", target="100"), deduct("a", "cases", "0.5")]
    found = node_score(
        leaf_world(node("a", "top", "1.5", low), rules, [observation("rate", rate), observation("cases", cases)]), "a"
    )
    assert (None if found is None else of_decimal(found)) == (None if expected is None else of_decimal(expected))


@pytest.mark.parametrize(
    ("operator", "threshold", "value", "is_vetoed"),
    [
        (">", "90", "90", False),
        (">", "90", "90.0001", True),
        (">=", "5", "4.9999", False),
        (">=", "5", "5", True),
        ("<", "5", "5", False),
        ("<=", "5", "5", True),
        (">=", "0", "not_published", False),
        (">=", "0", "not_collected", False),
        (">=", "0", "not_applicable", False),
    ],
)
def test_veto(operator, threshold, value, is_vetoed):
    rules = [linear("a", "rate", target="100"), veto("a", "days", operator, threshold)]
    world = leaf_world(node("a", "top"), rules, [observation("rate", "80"), observation("days", value)])
    found = score(world).nodes[(*SCOPE, UNIT, "a")]
    assert (found.score, found.is_vetoed) == (Decimal(0) if is_vetoed else Decimal(8), is_vetoed)


def test_veto_holds_without_a_score_and_above_a_negative_one():
    rules = [linear("a", "rate", target="100"), deduct("a", "cases", "1"), veto("a", "days", ">", "90")]
    leaf = node("a", "top", "10", "-5")
    below_zero = [observation("rate", "0"), observation("cases", "3")]
    assert of_decimal(node_score(leaf_world(leaf, rules, below_zero), "a")) == -3
    assert of_decimal(node_score(leaf_world(leaf, rules, [*below_zero, observation("days", "91")]), "a")) == 0
    assert of_decimal(node_score(leaf_world(leaf, rules, [observation("days", "91")]), "a")) == 0


@pytest.mark.parametrize(
    ("linked", "multimedia", "expected", "applicable", "assessed"),
    [
        ("50", "100", "1.1", "2", "2"),  # 2 × (0.9 × 0.5 + 0.1 × 1)
        ("50", "not_collected", "1", "2", "1.8"),
        ("50", "not_applicable", "1", "1.8", "1.8"),
        ("50", "not_published", "0.9", "2", "2"),
        ("not_collected", "100", "2", "2", "0.2"),
        ("not_collected", "not_applicable", None, "1.8", "0"),
        ("not_applicable", "not_applicable", None, "0", "0"),
    ],
)
def test_weights_and_marks_within_a_leaf(linked, multimedia, expected, applicable, assessed):
    rules = [linear("a", "linked", "0.9", target="100"), linear("a", "multimedia", "0.1", target="100")]
    world = leaf_world(
        node("a", "top", "2"), rules, [observation("linked", linked), observation("multimedia", multimedia)]
    )
    found = score(world).nodes[(*SCOPE, UNIT, "a")]
    assert found.score == (None if expected is None else of_decimal(expected))
    assert (found.applicable_mark, found.assessed_mark) == (Fraction(applicable), Fraction(assessed))


# ---------------------------------------------------------------------------------------------------------- 4. roll-up


def three_leaf_world(marks: list[str], values: list[str], numerator: str = "2", denominator: str = "3") -> World:
    """A root with one parent that has a coverage gate, and leaves a, b, c with the given marks below it."""
    full = str(sum(map(Decimal, marks)))
    parent = node("p", "top", full, min_coverage_numerator=numerator, min_coverage_denominator=denominator)
    codes = "abc"[: len(marks)]
    leaves = [node(code, "p", mark) for code, mark in zip(codes, marks, strict=True)]
    observations = [observation(code, value) for code, value in zip(codes, values, strict=True)]
    return small_world([node("top", full=full), parent, *leaves], [linear(code) for code in codes], observations)


@pytest.mark.parametrize(
    ("marks", "values", "expected"),
    [
        (["1", "1", "1"], ["1", "0.5", "not_collected"], "2.25"),  # exactly 2/3: 3 × 1.5 / 2
        (["1", "1", "1"], ["1", "not_collected", "not_collected"], None),
        (["2", "1"], ["0.5", "not_collected"], "1.5"),
        (["1.99", "1.01"], ["1", "not_collected"], None),
        (["2.01", "0.99"], ["1", "not_collected"], "3"),
        (["1", "1", "1"], ["1", "not_applicable", "not_collected"], None),  # 1/2 of what applies
        (["2", "1", "1"], ["1", "not_applicable", "not_collected"], "4"),  # 2/3 of what applies
        (["1", "1", "1"], ["0.2", "not_applicable", "not_applicable"], "0.6"),
        (["1", "1", "1"], ["not_applicable", "not_applicable", "not_applicable"], None),
        (["1", "1", "1"], ["1", "not_published", "not_collected"], "1.5"),  # not published is assessed
        (["1", "1", "1"], ["0", "0", "not_collected"], "0"),
    ],
)
def test_coverage_of_two_thirds(marks, values, expected):
    found = node_score(three_leaf_world(marks, values), "p")
    assert (None if found is None else of_decimal(found)) == (None if expected is None else of_decimal(expected))


def test_a_parent_is_na_when_nothing_applies_although_a_veto_holds_below():
    nodes = [node("top"), node("p", "top"), node("a", "p")]
    rules = [linear("a", "rate"), veto("a", "days", ">", "90")]
    observations = [observation("rate", "not_applicable"), observation("days", "91")]
    result = score(small_world(nodes, rules, observations))
    assert [result.nodes[(*SCOPE, UNIT, code)].score for code in ("a", "p", "top")] == [0, None, None]


def test_coverage_counts_the_marks_of_measures():
    """Of 3 marks, a leaf of 2 with half of them collected and one of 1 make exactly 2/3; the half scores as a whole."""
    nodes = [node("top", full="3"), node("p", "top", "3", min_coverage_numerator="2", min_coverage_denominator="3")]
    leaves = [node("a", "p", "2"), node("b", "p", "1")]
    rules = [linear("a", "x", "0.5"), linear("a", "y", "0.5"), linear("b")]
    found = score(small_world([*nodes, *leaves], rules, [observation("x", "0.75"), observation("b", "1")]))
    assert found.nodes[(*SCOPE, UNIT, "p")] == (Decimal("2.5"), Decimal("2.5"), Fraction(3), Fraction(2), False)
    rules[0]["weight"], rules[1]["weight"] = "0.49", "0.51"
    assert (
        node_score(small_world([*nodes, *leaves], rules, [observation("x", "1"), observation("b", "1")]), "p") is None
    )


def test_sum_adds_events_to_the_reweighted_base():
    nodes = [
        node("top", full="20", low="-10"),
        node("a", "top", "6"),
        node("b", "top", "4"),
        node("e", "top", "10", "-10", is_base="0"),
    ]
    rules = [linear("a"), linear("b"), event_rule("e")]
    topics = [{"tree_code": "t", "topic": "good", "node_code": "e"}]
    tables = {"event_topic": topics, "event_factor": FACTORS, "opinion_event": [positive_event()]}  # 3 points
    some = small_world(nodes, rules, [observation("a", "0.5")], **tables)
    assert of_decimal(node_score(some, "top")) == 8  # 10 × 3 / 6 + 3
    unit = score(some).units[(*SCOPE, UNIT)]
    assert (unit.base, unit.base_coverage, unit.is_ranked) == (Decimal(5), Fraction(3, 5), False)
    none = score(small_world(nodes, rules, [], **tables))
    assert none.nodes[(*SCOPE, UNIT, "e")].score == 3
    assert none.units[(*SCOPE, UNIT)][:6] == (None, None, None, Fraction(0), False, None)


def test_marks_outside_the_base_are_added_when_there_are_any():
    nodes = [node("top", full="15"), node("a", "top", "10"), node("bonus", "top", "5", is_base="0")]
    rules = [linear("a"), linear("bonus")]
    both = score(small_world(nodes, rules, [observation("a", "1"), observation("bonus", "0.4")]))
    assert both.units[(*SCOPE, UNIT)][:4] == (Decimal(12), Decimal(12), Decimal(10), Fraction(1))
    base_only = score(small_world(nodes, rules, [observation("a", "1")]))
    assert base_only.units[(*SCOPE, UNIT)][:4] == (Decimal(10), Decimal(10), Decimal(10), Fraction(1))


def test_a_tree_of_events_is_never_na():
    gate = {"min_coverage_numerator": "1", "min_coverage_denominator": "1", "is_base": "0"}
    nodes = [
        node("top", full="5", low="-5"),
        node("e", "top", "5", "-5", **gate),
        node("f", "e", "5", "-5", is_base="0"),
    ]
    result = score(small_world(nodes, [event_rule("f")], []))
    assert [result.nodes[(*SCOPE, UNIT, code)].score for code in ("f", "e", "top")] == [0, 0, 0]
    # No base children: the base is the composite, there is no base coverage, and so there is no rank.
    assert result.units[(*SCOPE, UNIT)][:5] == (Decimal(0), Decimal(0), Decimal(0), None, False)


@pytest.mark.parametrize(
    ("covered", "is_ranked"), [("64.99", False), ("65", True), ("65.01", True), ("100", True), ("0", False)]
)
def test_ranked_from_65_percent_of_the_base_marks(covered, is_ranked):
    open_marks = str(100 - Decimal(covered))
    leaves = [node(code, "top", mark) for code, mark in (("a", covered), ("b", open_marks)) if mark != "0"]
    rules = [linear(leaf["node_code"]) for leaf in leaves]
    unit = score(small_world([node("top", full="100"), *leaves], rules, [observation("a", "1")])).units[(*SCOPE, UNIT)]
    assert unit.is_ranked is is_ranked
    assert unit.composite == (100 if covered != "0" else None)  # scored all the same
    assert bool(unit.ranks) is is_ranked


def aggregation_world(aggregation: str, weights: list[str], values: list[str], **columns: str) -> World:
    """A root of 10 marks over leaves of 5 and 4 marks; a value is the share of the leaf's mark that it earns."""
    leaves = [
        node(code, "top", mark, "-5", weight=weight)
        for code, mark, weight in zip("ab", ("5", "4"), weights, strict=True)
    ]
    rules = [rule for code in "ab" for rule in (linear(code, f"{code}.share"), deduct(code, f"{code}.off", "1"))]
    observations = [observation(f"{code}.share", value) for code, value in zip("ab", values, strict=True)]
    return small_world([node("top", aggregation=aggregation, **columns), *leaves], rules, observations)


@pytest.mark.parametrize(
    ("aggregation", "weights", "values", "expected"),
    [
        ("weighted_arithmetic", ["1", "1"], ["0.25", "1"], "6.25"),
        ("weighted_arithmetic", ["1", "3"], ["0.25", "1"], "8.125"),
        ("weighted_arithmetic", ["0.5", "0.25"], ["1", "0"], "6.6666666667"),
        ("weighted_arithmetic", ["1", "3"], ["0.25", "not_collected"], "2.5"),
        ("geometric", ["1", "1"], ["0.25", "1"], "5"),
        ("geometric", ["1", "3"], ["1", "0.25"], "3.5355339059"),  # 10 × 0.25 ** 0.75
        ("geometric", ["1", "1"], ["0", "1"], "0"),
        ("geometric", ["1", "1"], ["not_published", "1"], "0"),
        ("geometric", ["1", "3"], ["0.25", "not_collected"], "2.5"),
        ("harmonic", ["1", "1"], ["0.25", "1"], "4"),
        ("harmonic", ["1", "3"], ["0.25", "1"], "5.7142857143"),  # 10 × 4 / (4 + 3)
        ("harmonic", ["1", "1"], ["1", "0"], "0"),
        ("harmonic", ["1", "3"], ["not_collected", "0.25"], "2.5"),
    ],
)
def test_aggregation(aggregation, weights, values, expected):
    assert of_decimal(node_score(aggregation_world(aggregation, weights, values), "top")) == of_decimal(expected)


@pytest.mark.parametrize("aggregation", ["weighted_arithmetic", "geometric", "harmonic"])
def test_base_is_the_composite_where_the_root_is_no_sum(aggregation):
    world = aggregation_world(aggregation, ["1", "3"], ["0.3", "1"], rounding_mode="half_up", rounding_digits="0")
    unit = score(world).units[(*SCOPE, UNIT)]
    assert unit.base == unit.composite_unrounded != unit.composite


@pytest.mark.parametrize("aggregation", ["sum", "geometric"])
def test_base_is_na_where_the_composite_is(aggregation):
    gate = {"min_coverage_numerator": "2", "min_coverage_denominator": "3", "full": "9"}
    unit = score(aggregation_world(aggregation, ["1", "1"], ["1", "not_collected"], **gate)).units[(*SCOPE, UNIT)]
    assert (unit.composite, unit.base, unit.base_coverage) == (None, None, Fraction(5, 9))


@pytest.mark.parametrize(("aggregation", "expected"), [("geometric", 0), ("harmonic", 0), ("weighted_arithmetic", 0)])
def test_aggregation_of_a_child_below_zero(aggregation, expected):
    world = aggregation_world(aggregation, ["1", "1"], ["0.2", "1"])
    world["observation"].append(observation("a.off", "8"))  # 1 - 8, clipped to -5 of 5: a ratio of -1
    result = score(world)
    assert result.nodes[(*SCOPE, UNIT, "a")].score == -5
    assert result.nodes[(*SCOPE, UNIT, "top")].score == expected  # arithmetic: (-1 + 1) / 2


def test_share_of_a_full_mark_is_rounded_to_12_decimals():
    leaf = node("a", "top", "3", weight="1")
    world = small_world([node("top", full="1000", aggregation="weighted_arithmetic"), leaf], [linear("a")], [])
    world["observation"] = [observation("a", "0.1")]
    assert node_score(world, "top") == "100.0000000000"
    world["node"][0]["full_mark"] = "3000"
    world["node"][1]["full_mark"] = "0.7"
    world["observation"] = [observation("a", "0.3333")]  # 0.23331 of 0.7 is 0.3333 again
    assert node_score(world, "top") == "999.9000000000"
    world["node"][1] |= {"rounding_mode": "half_up", "rounding_digits": "1"}  # 0.2 of 0.7 is 0.285714285714(286)
    assert node_score(world, "top") == "857.1428571420"


def test_quotients_of_a_harmonic_mean_are_rounded_to_12_decimals():
    nodes = [node("top", full="10000", aggregation="harmonic"), node("a", "top")]
    # 1 / 0.7 is 1.428571428571(428571)
    assert node_score(small_world(nodes, [linear("a")], [observation("a", "0.7")]), "top") == "7000.0000000021"


@pytest.mark.parametrize(
    ("mode", "digits", "value", "expected"),
    [
        ("none", "", "0.2345", "2.345"),
        ("half_up", "2", "0.2345", "2.35"),
        ("half_even", "2", "0.2345", "2.34"),
        ("half_up", "2", "0.2355", "2.36"),
        ("half_even", "2", "0.2355", "2.36"),
        ("half_up", "0", "0.25", "3"),
        ("half_even", "0", "0.25", "2"),
        ("half_even", "0", "0.2501", "3"),
        ("half_up", "1", "0.2349", "2.3"),
        ("half_up", "4", "0.33333", "3.3333"),
    ],
)
def test_rounding_policy(mode, digits, value, expected):
    leaf = node("a", "top", rounding_mode=mode, rounding_digits=digits)
    result = score(leaf_world(leaf, [linear("a")], [observation("a", value)]))
    found = result.nodes[(*SCOPE, UNIT, "a")]
    assert (found.score, found.unrounded) == (of_decimal(expected), 10 * of_decimal(value))
    assert result.nodes[(*SCOPE, UNIT, "top")].score == of_decimal(expected)  # a parent takes its children as rounded


@pytest.mark.parametrize(("mode", "expected"), [("half_up", "-2.35"), ("half_even", "-2.34")])
def test_rounding_policy_below_zero(mode, expected):
    leaf = node("a", "top", "10", "-10", rounding_mode=mode, rounding_digits="2")
    world = leaf_world(leaf, [linear("a", "share"), deduct("a", "off", "0.1")], [observation("share", "0")])
    world["observation"].append(observation("off", "23.45"))
    assert of_decimal(node_score(world, "a")) == of_decimal(expected)


def test_a_parent_is_clipped_to_its_own_marks():
    leaves = [node("a", "top", "10", "-10"), node("b", "top", "10", "-10")]
    rules = [rule for code in "ab" for rule in (linear(code, f"{code}.share"), deduct(code, f"{code}.off", "1"))]
    full = [observation(f"{code}.share", "1") for code in "ab"]
    low = [observation(f"{code}.off", "15") for code in "ab"]
    assert of_decimal(node_score(small_world([node("top", full="12", low="-4"), *leaves], rules, full), "top")) == 12
    assert (
        of_decimal(node_score(small_world([node("top", full="12", low="-4"), *leaves], rules, full + low), "top")) == -4
    )


# ------------------------------------------------------------------------------------------------- ranks, grades, means


def ranked_world(values: dict[str, str], frame: list[Row] = (), regions: list[Row] = (), **root: str) -> World:
    observations = [observation("a", value, unit=unit) for unit, value in values.items()]
    world = small_world(
        [node("top", full="100", **root), node("a", "top", "100")], [linear("a", target="100")], observations
    )
    world["assessment_frame"] = list(frame) or [in_frame(unit, "n") for unit in values]
    if regions:
        world["region"] = list(regions)
    return world


def ranks_of(result: Result, level: str = "nation") -> dict[str, int]:
    return {key[3]: unit.ranks[level].rank for key, unit in result.units.items() if level in unit.ranks}


def test_ranks_are_1_2_2_4():
    values = {"p": "90", "q": "80", "r": "80", "s": "70", "t": "not_collected"}
    assert ranks_of(score(ranked_world(values))) == {"p": 1, "q": 2, "r": 2, "s": 4}


def test_rank_looks_behind_the_rounding_of_the_root():
    result = score(ranked_world({"p": "80.4", "q": "79.6", "r": "80.4"}, rounding_mode="half_up", rounding_digits="0"))
    assert {unit.composite for unit in result.units.values()} == {Decimal(80)}
    assert ranks_of(result) == {"p": 1, "q": 3, "r": 1}


REGIONS = [
    region("N", "nation"),
    region("P1", "province", "N"),
    region("P2", "province", "N"),
    region("P3", "province", "N"),
    region("Q1", "prefecture", "P1"),
    region("Q2", "prefecture", "P1"),
]
FRAME = [
    in_frame("a", "Q1"),
    in_frame("b", "Q1"),
    in_frame("c", "P1"),
    in_frame("d", "P2"),
    in_frame("e", "N"),
    in_frame("f", "Q2"),
    in_frame("g", "Q1", is_included="0"),
]
VALUES = {"a": "10", "b": "20", "c": "60", "d": "40", "e": "100", "f": "not_collected", "g": "90"}


def test_ranks_within_every_region_above():
    result = score(ranked_world(VALUES, FRAME, REGIONS))
    assert ranks_of(result) == {"e": 1, "c": 2, "d": 3, "b": 4, "a": 5}
    assert ranks_of(result, "province") == {"c": 1, "b": 2, "a": 3, "d": 1}
    assert ranks_of(result, "prefecture") == {"b": 1, "a": 2}
    assert result.units[(*SCOPE, "a")].ranks["province"] == ("P1", 3, 3)


def test_both_means_of_every_region():
    result = score(ranked_world(VALUES, FRAME, REGIONS))
    expected = {
        "N": ("46.0000000000", "56.6666666667", 6, 5, 3),  # 230 / 5; (30 + 40 + 100) / 3
        "P1": ("30.0000000000", "37.5000000000", 4, 3, 2),  # 90 / 3; (15 + 60) / 2
        "P2": ("40.0000000000", "40.0000000000", 1, 1, 1),
        "P3": (None, None, 0, 0, 0),
        "Q1": ("15.0000000000", "15.0000000000", 2, 2, 2),
        "Q2": (None, None, 1, 0, 0),
    }
    for code, mean in expected.items():
        for found in (
            result.region_means[(*SCOPE, code, "top")],
            result.region_means[(*SCOPE, code, "a")],
            result.region_base_means[(*SCOPE, code)],
        ):
            assert tuple(None if x is None else str(x) if isinstance(x, Decimal) else x for x in found) == mean


def test_units_that_are_not_ranked_count_in_the_means():
    leaves = [node("a", "top", "50"), node("b", "top", "50")]
    observations = [observation("a", "1", unit="x"), observation("b", "1", unit="x"), observation("a", "0", unit="y")]
    world = small_world([node("top", full="100"), *leaves], [linear("a"), linear("b")], observations)
    world["assessment_frame"] = [in_frame("x", "n"), in_frame("y", "n")]
    result = score(world)
    assert ranks_of(result) == {"x": 1}
    assert result.region_means[(*SCOPE, "n", "top")][:4] == (Decimal(50), Decimal(50), 2, 2)


@pytest.mark.parametrize(
    ("composite", "grade"),
    [
        ("100", "A"),
        ("90", "A"),
        ("89.9999", "B"),
        ("80", "B"),
        ("79.9999", "C"),
        ("60", "D"),
        ("59.9999", "E"),
        ("0", "E"),
    ],
)
def test_grade_bounds(composite, grade):
    world = ranked_world({UNIT: composite})
    bounds = [("A", "90", ""), ("B", "80", "90"), ("C", "70", "80"), ("D", "60", "70"), ("E", "", "60")]
    world["grade_band"] = [
        {"methodology_code": METHOD, "grade": grade, "lower_bound": lower, "upper_bound": upper}
        for grade, lower, upper in reversed(bounds)  # both bounds must hold, in whatever order the bands come
    ]
    assert score(world).units[(*SCOPE, UNIT)].grade == grade


# ----------------------------------------------------------------------------------------------------------- 3. events


FACTORS = [row | {"tree_code": "t"} for row in world_from_csv_seeds(SEEDS / "methodology")["event_factor"]]


def positive_event(**columns: object) -> Row:
    row = {
        "series_code": SERIES,
        "cluster_code": "c1",
        "unit_code": UNIT,
        "assessment_year": YEAR,
        "event_date": "2019-08-06",
        "reported_at": "2019-08-07 09:00",
        "polarity": "positive",
        "severity": "national",
        "reach": "local",
        "responsibility": "found",
        "topic": "good",
        "responsible_body": "",
        "responder": "",
        "response_at": "",
        "response_kind": "",
        "captured_at": "2019-12-01",
        "batch_id": "b1",
        "row_number": 2,
    }
    return row | columns


def negative_event(**columns: object) -> Row:
    """A major event, found, local, answered to the point by the responsible body exactly at the limit of 24 hours."""
    row = positive_event() | {
        "polarity": "negative",
        "severity": "major",
        "topic": "bad",
        "responsible_body": "the county",
        "responder": "the county",
        "response_at": "2019-08-08 09:00",
        "response_kind": "targeted",
    }
    return row | columns


def event_verification(verdict: str, verified_at: str = "2019-12-15", **columns: object) -> Row:
    row = positive_event() | {"subject": "opinion_event", "verdict": verdict, "verified_at": verified_at}
    return row | columns


def event_world(events: list[Row], verifications: list[Row] = ()) -> World:
    nodes = [
        node("top", full="30", low="-30"),
        node("a", "top", "10"),
        node("good", "top", "8", is_base="0"),
        node("bad", "top", "0", "-10", is_base="0"),
        node("answers", "top", "0", "-4", is_base="0"),
    ]
    rules = [linear("a"), event_rule("good"), event_rule("bad"), event_rule("answers", "response_fault")]
    topics = [{"tree_code": "t", "topic": topic, "node_code": topic} for topic in ("good", "bad")]
    tables = {"event_topic": topics, "event_factor": FACTORS, "opinion_event": events, "verification": verifications}
    return small_world(nodes, rules, [observation("a", "1")], **tables)


@pytest.mark.parametrize(
    ("columns", "points"),
    [
        ({}, "3"),
        ({"severity": "provincial", "reach": "provincial"}, "1.8"),
        ({"severity": "municipal", "reach": "national"}, "0.75"),
        ({"severity": "routine"}, "0.2"),
        ({"responsibility": "reported"}, "1.5"),
        ({"responsibility": ""}, "3"),
    ],
)
def test_positive_event(columns, points):
    result = score(event_world([positive_event(**columns)]))
    event = result.events[(*SCOPE, UNIT, "c1")]
    assert (event.points, event.response_level, event.faults) == (Fraction(points), None, ())
    assert result.nodes[(*SCOPE, UNIT, "good")].score == of_decimal(points)
    assert result.nodes[(*SCOPE, UNIT, "answers")].score == 0


LATE_BY_A_SECOND = "2019-08-08 09:00:01"


@pytest.mark.parametrize(
    ("columns", "points", "level", "faults"),
    [
        ({}, "-2.1", "timely", ()),
        ({"response_at": LATE_BY_A_SECOND}, "-3", "other", ("late",)),
        ({"severity": "larger", "response_at": "2019-08-09 09:00"}, "-1.05", "timely", ()),  # 48 hours
        ({"severity": "larger", "response_at": "2019-08-09 09:00:01"}, "-1.5", "other", ("late",)),
        ({"severity": "ordinary", "reach": "national"}, "-0.525", "timely", ()),
        ({"severity": "particularly_major", "reach": "provincial", "responsibility": "reported"}, "-2.1", "timely", ()),
        ({"response_kind": "off_point"}, "-3", "other", ("off_point",)),
        ({"responder": "a neighbour"}, "-3", "other", ("wrong_body",)),
        ({"responder": ""}, "-3", "other", ()),  # nobody known to be another body
        ({"responder": "", "responsible_body": ""}, "-3", "other", ()),  # nor to be the right one
        (
            {"response_kind": "off_point", "responder": "a neighbour", "response_at": LATE_BY_A_SECOND},
            "-3",
            "other",
            ("late", "off_point", "wrong_body"),
        ),
        ({"response_at": "", "response_kind": "none", "responder": ""}, "-3", "other", ("silent",)),
        ({"response_at": ""}, "-3", "other", ("silent",)),
        ({"response_kind": "none"}, "-3", "other", ("silent",)),
        ({"response_kind": "repaired"}, "-2.1", "timely", ()),  # not verified, but timely
        ({"response_kind": "repaired", "response_at": LATE_BY_A_SECOND}, "-3", "other", ("late",)),
        ({"responsibility": "none"}, "0", "timely", ()),
        ({"responsibility": "none", "response_at": ""}, "0", "other", ("silent",)),  # whatever its responsibility
    ],
)
def test_negative_event(columns, points, level, faults):
    result = score(event_world([negative_event(**columns)]))
    event = result.events[(*SCOPE, UNIT, "c1")]
    assert (event.points, event.response_level, event.faults) == (Fraction(points), level, faults)
    assert event.fault_points == (-2 if faults == ("silent",) else -len(faults))
    assert result.nodes[(*SCOPE, UNIT, "bad")].score == of_decimal(points)
    assert result.nodes[(*SCOPE, UNIT, "answers")].score == event.fault_points


@pytest.mark.parametrize(
    ("kind", "verifications", "points"),
    [
        ("repaired", [event_verification("confirm")], "-1.5"),
        ("targeted", [event_verification("confirm")], "-2.1"),
        ("repaired", [event_verification("confirm", "2019-12-15"), event_verification("reject", "2019-12-16")], "0"),
        ("repaired", [event_verification("reject", "2019-12-15"), event_verification("confirm", "2019-12-16")], "-1.5"),
        ("repaired", [event_verification("confirm"), event_verification("reject")], "0"),
        ("repaired", [event_verification("confirm", cluster_code="c2")], "-2.1"),
    ],
)
def test_verified_repair_and_rejection(kind, verifications, points):
    result = score(event_world([negative_event(response_kind=kind)], verifications))
    assert result.nodes[(*SCOPE, UNIT, "bad")].score == of_decimal(points)


def test_a_late_repair_that_is_verified_halves_the_points_and_is_still_late():
    event = negative_event(response_kind="repaired", response_at="2019-11-01")
    result = score(event_world([event], [event_verification("confirm")]))
    assert result.nodes[(*SCOPE, UNIT, "bad")].score == Decimal("-1.5")
    assert result.nodes[(*SCOPE, UNIT, "answers")].score == -1


def test_a_rejected_event_leaves_no_faults():
    result = score(event_world([negative_event(response_at="")], [event_verification("reject")]))
    assert [result.nodes[(*SCOPE, UNIT, code)].score for code in ("bad", "answers", "top")] == [0, 0, 10]


def test_rows_of_a_cluster_are_one_event():
    first = negative_event(reported_at="2019-08-07 08:00", reach="national", captured_at="2019-12-01", row_number=5)
    latest = negative_event(
        severity="larger", reached="local", captured_at="2019-12-02", response_at="2019-08-09 08:30"
    )
    # Latest attributes: larger (48 h). Widest reach: national. Earliest report: 08:00, so 08:30 two days later is late.
    for rows in ([first, latest], [latest, first]):
        event = score(event_world(rows)).events[(*SCOPE, UNIT, "c1")]
        assert (event.points, event.faults) == (Fraction("-2.25"), ("late",))


def test_latest_row_of_a_cluster_on_ties():
    same = {"captured_at": "2019-12-01"}
    by_report = [
        negative_event(severity="ordinary", reported_at="2019-08-07 10:00", **same),
        negative_event(severity="major", reported_at="2019-08-07 09:00", **same),
    ]
    assert score(event_world(by_report)).events[(*SCOPE, UNIT, "c1")].points == Fraction("-0.35")
    by_row = [
        negative_event(severity="major", batch_id="b2", row_number=2),
        negative_event(severity="larger", batch_id="b1", row_number=10),
        negative_event(severity="ordinary", batch_id="b1", row_number=9),
    ]
    assert score(event_world(by_row)).events[(*SCOPE, UNIT, "c1")].points == Fraction("-0.35")


def test_clusters_are_apart_by_unit_and_points_add_up_to_the_caps():
    events = [negative_event(cluster_code=f"c{n}", severity="particularly_major", response_at="") for n in range(3)]
    events += [positive_event(cluster_code=f"g{n}") for n in range(3)]
    events += [negative_event(unit_code="v")]
    world = event_world(events)
    world["assessment_frame"] = [in_frame(UNIT, "n"), in_frame("v", "n")]
    result = score(world)
    scores = {(key[3], key[4]): found.score for key, found in result.nodes.items()}
    assert scores[UNIT, "bad"] == -10  # -15
    assert scores[UNIT, "answers"] == -4  # -6
    assert scores[UNIT, "good"] == 8  # 9
    assert scores[UNIT, "top"] == 10 - 10 - 4 + 8
    assert scores["v", "bad"] == Decimal("-2.1")


# ------------------------------------------------------------------------------------------------- the shipped seeds

COUNTY = "county_integrity"


def county_world(units: dict[str, str], events: list[Row] = (), verifications: list[Row] = ()) -> World:
    """The shipped methodologies over some units of 2019; `units` gives each the value of all its measures, see below.

    `best` is the target of every rule and no case for deduction or veto; another text is an observation's state.
    """
    world = world_from_csv_seeds(SEEDS / "methodology")
    quality = {row["measure_code"]: row for row in world["measure_rule"] if row["methodology_code"] == "quality"}
    scored = [rule for rule in quality.values() if rule["rule_family"] != "event"]
    rows = []
    for unit, value in units.items():
        for rule in scored:
            best = rule["target"] or "0"
            rows.append(observation(rule["measure_code"], best if value == "best" else value, unit, series_code=COUNTY))
    county = {"series_code": COUNTY}
    return world | {
        "observation": rows,
        "assessment_frame": [in_frame(unit, "520000") | county for unit in units],
        "region": [region("520000", "province") | county],
        "opinion_event": events,
        "verification": verifications,
    }


@pytest.mark.parametrize("methodology", ["presence", "quality"])
def test_full_marks_make_80_and_absence_makes_0(methodology):
    result = score(county_world({"best": "best", "absent": "not_published", "unknown": "not_collected"}))
    best, absent, unknown = (result.units[COUNTY, YEAR, methodology, unit] for unit in ("best", "absent", "unknown"))
    assert (best.composite, best.base, best.grade, best.base_coverage) == (Decimal(80), Decimal(80), "B", 1)
    assert (absent.composite, absent.grade, absent.is_ranked) == (Decimal(0), "E", True)
    assert (unknown.composite, unknown.grade, unknown.is_ranked) == (None, None, False)
    assert (best.ranks["province"].rank, absent.ranks["province"].rank) == (1, 2)
    mean = result.region_means[COUNTY, YEAR, methodology, "520000", "composite"]
    assert mean[:4] == (Decimal(40), Decimal(40), 3, 2)


def test_real_events_of_the_2019_report():
    """The examples of the report; severity, reach and responsibility are our reading of its prose."""
    county = {"series_code": COUNTY, "responsible_body": "county government", "responder": "county government"}
    safety = {"topic": "safety_or_public_event", **county}
    silent = {"response_at": "", "response_kind": "none", "responder": ""}
    vanity = {"topic": "default_or_discipline", "cluster_code": "dushan", "responsibility": "reported"}
    events = [
        # 独山: reported on 7 and 8 August, no targeted answer within the year
        negative_event(**county | vanity | silent, unit_code="522726", reach="local", reported_at="2019-08-07"),
        negative_event(**county | vanity | silent, unit_code="522726", reach="national", reported_at="2019-08-08"),
        # 清镇 "问题午餐": answered by the wrong body
        negative_event(
            **safety | {"responder": "a school"},
            unit_code="520181",
            cluster_code="qingzhen",
            severity="larger",
            reach="provincial",
            responsibility="reported",
        ),
        # 观山湖 10·28 collapse: found, answered in time
        negative_event(**safety, unit_code="520115", cluster_code="guanshanhu", reach="national"),
        # 六枝 tower crane: repaired and verified
        negative_event(
            **safety,
            unit_code="520203",
            cluster_code="liuzhi",
            severity="larger",
            reach="provincial",
            response_kind="repaired",
        ),
        # 水城 7·23 landslide, 都格 12·7 crime: nobody in government to blame
        negative_event(
            **safety, unit_code="520221", cluster_code="shuicheng", severity="particularly_major", responsibility="none"
        ),
        negative_event(**safety | silent, unit_code="520221", cluster_code="duge", responsibility="none"),
    ]
    confirmed = event_verification("confirm", series_code=COUNTY, unit_code="520203", cluster_code="liuzhi")
    units = ("522726", "520181", "520115", "520203", "520221")
    result = score(county_world(dict.fromkeys(units, "best"), events, [confirmed]))
    expected = {
        # unit: E2.1, E2.2, E2.3, composite
        "522726": ("-2.25", "0", "-2", "75.75"),  # 3 × 1.5 × 0.5
        "520181": ("0", "-0.9", "-1", "78.1"),  # 1.5 × 1.2 × 0.5
        "520115": ("0", "-3.15", "0", "76.85"),  # 3 × 1.5 × 0.7
        "520203": ("0", "-0.9", "0", "79.1"),  # 1.5 × 1.2 × 0.5
        "520221": ("0", "0", "-2", "78"),
    }
    for methodology in ("presence", "quality"):
        for unit, scores in expected.items():
            codes = ("E2.1", "E2.2", "E2.3", "composite")
            found = [result.nodes[COUNTY, YEAR, methodology, unit, code].score for code in codes]
            assert found == [of_decimal(text) for text in scores]


def test_event_caps_of_the_shipped_seeds():
    county = {"series_code": COUNTY, "unit_code": "x", "severity": "particularly_major", "reach": "national"}
    topics = ("default_or_discipline", "safety_or_public_event")
    events = [
        negative_event(**county, topic=topic, cluster_code=f"{topic}{n}", response_at="")
        for topic in topics
        for n in "12"
    ]
    good = {"series_code": COUNTY, "unit_code": "y", "reach": "national"}
    events += [
        positive_event(**good, topic=topic, cluster_code=f"{topic}{n}")
        for topic in ("media_coverage", "award_or_pilot", "governance_result")
        for n in "12"
    ]
    result = score(county_world({"x": "best", "y": "best"}, events))
    nodes = {(key[3], key[4]): found.score for key, found in result.nodes.items() if key[2] == "quality"}
    assert [nodes["x", code] for code in ("E2.1", "E2.2", "E2.3", "E2", "E", "composite")] == [
        -10,
        -6,
        -4,
        -20,
        -20,
        60,
    ]
    assert [nodes["y", code] for code in ("E1.1", "E1.2", "E1.3", "E1", "E", "composite")] == [8, 7, 5, 20, 20, 100]


# Human Development Report 2023/24, inputs and published index (CC BY 3.0 IGO).
HDI_CASES = [
    ("AFG", "1990", ("45.967", "2.936460018", "0.871961963", "3115.670448"), "0.284"),
    ("CHN", "1990", ("68.005", "8.605669975", "4.143789768", "1425.257315"), "0.482"),
    ("NOR", "1990", ("76.587", "14.01183033", "11.17730999", "41306.27469"), "0.845"),
    ("CHN", "2022", ("78.587", "15.21793605", "8.106910446", "18024.88747"), "0.788"),
    ("LIE", "2022", ("84.656", "15.46640015", "12.351169", "146673.2415"), "0.942"),  # income above its target
    ("NOR", "2022", ("83.393", "18.63846016", "13.06234279", "69189.76165"), "0.966"),  # schooling above its target
    ("CHE", "2022", ("84.255", "16.5837307", "13.90406622", "69432.78669"), "0.967"),
    ("SOM", "2022", ("56.107", "7.647232333", "1.900300026", "1072.201461"), "0.380"),
]
HDI_MEASURES = ("life_expectancy_years", "expected_schooling_years", "mean_schooling_years", "gni_per_capita_ppp_usd")
HDI_MEAN_SCHOOLING = 2


@pytest.mark.parametrize(("country", "year", "inputs", "published"), HDI_CASES)
def test_published_human_development_index(country, year, inputs, published):
    scope = {"series_code": "hdi", "assessment_year": year}
    world = world_from_csv_seeds(SEEDS / "methodology")
    world["assessment_frame"] = [in_frame(country, "WLD") | scope]
    world["region"] = [region("WLD", "world") | scope]
    world["observation"] = [
        observation(measure, value, country, **scope) for measure, value in zip(HDI_MEASURES, inputs, strict=True)
    ]
    unit = score(world).units["hdi", int(year), "hdi", country]
    assert str(unit.composite.quantize(Decimal("0.001"), "ROUND_HALF_UP")) == published
    assert unit.is_ranked
    del world["observation"][HDI_MEAN_SCHOOLING]
    incomplete = score(world).units["hdi", int(year), "hdi", country]
    assert (incomplete.composite, incomplete.is_ranked) == (None, False)


# ------------------------------------------------------------------------------------------------------- bad worlds


@pytest.mark.parametrize(
    ("nodes", "rules", "message"),
    [
        ([node("top"), node("a", "top"), node("x")], [linear("a")], "2 roots"),
        ([node("top"), node("a", "top"), node("b", "top")], [linear("a")], "leaf b needs rules"),
        (ONE_LEAF, [linear("a", "b"), event_rule("a")], "leaf a needs rules"),
        (ONE_LEAF, [linear("a"), linear("top", "b")], "top, which is no leaf"),
        (ONE_LEAF, [deduct("a", "a", "1")], "leaf a needs a weight above 0"),
        (ONE_LEAF, [linear("a"), linear("a", "b", "-0.5")], "leaf a needs a weight above 0 and none below"),
        (ONE_LEAF, [linear("a"), linear("a", "b", "")], "leaf a has weights above 0 beside empty ones"),
        (ONE_LEAF, [linear("a", rule_family="quadratic")], "expected one of linear, deduct, veto, event"),
        (ONE_LEAF, [linear("a", floor="")], "column floor is empty"),
        (ONE_LEAF, [linear("a", floor=0.1)], "binary float"),
    ],
)
def test_a_world_that_cannot_be_scored_says_why(nodes, rules, message):
    with pytest.raises(ValueError, match=message):
        score(small_world(nodes, rules, []))


def test_a_region_that_is_missing_is_named():
    with pytest.raises(ValueError, match="region 'm'"):
        score(small_world(ONE_LEAF, [linear("a")], [], assessment_frame=[in_frame(UNIT, "m")]))


# -------------------------------------------------------------------------------------------- properties, random worlds

few_examples = settings(max_examples=25, deadline=None)


def as_text(value: object) -> object:
    """A value as a CSV file would give it."""
    if value is None:
        return ""
    return value.isoformat(" ") if isinstance(value, datetime) else str(value)


@given(recipes(), st.randoms(use_true_random=False))
@few_examples
def test_the_order_and_the_types_of_rows_do_not_matter(recipe: WorldRecipe, rng: random.Random):
    world = recipe.build()
    expected = score(world)
    shuffled = {table: rng.sample(rows, len(rows)) for table, rows in world.items()}
    assert score(shuffled) == expected
    texts = {table: [{c: as_text(v) for c, v in row.items()} for row in rows] for table, rows in world.items()}
    assert score(texts) == expected


@given(recipes())
@few_examples
def test_a_unit_that_leaves_moves_no_score(recipe: WorldRecipe):
    """Fixed goal posts: only ranks and means know the other units, and rules that are relative to them."""
    world = recipe.build()
    fixed = methodologies_of_fixed_goal_posts(world)
    before = score(world)
    world["assessment_frame"] = [row for row in world["assessment_frame"] if row["unit_code"] != "U001"]
    after = score(world)
    staying = {key: found for key, found in before.nodes.items() if key[3] != "U001" and key[2] in fixed}
    assert {key: found for key, found in after.nodes.items() if key[2] in fixed} == staying
    assert all(unit.composite == before.units[key].composite for key, unit in after.units.items() if key[2] in fixed)


@given(recipes())
@few_examples
def test_scores_lie_within_their_marks(recipe: WorldRecipe):
    world = recipe.build()
    result = score(world)
    tree_of = {row["methodology_code"]: row["tree_code"] for row in world["methodology"]}
    bounds = {
        (row["tree_code"], row["node_code"]): (row["min_mark"], row["full_mark"])
        for row in with_taken_over(world, "node")
    }
    for (_, _, methodology, _, code), found in result.nodes.items():
        low, full = bounds[tree_of[methodology], code]
        assert 0 <= found.assessed_mark <= found.applicable_mark
        if found.unrounded is not None:
            assert low <= found.unrounded <= full


def assert_bounds_hold_the_base(parent: Row, children: list[Row]) -> None:
    """The sums of the children's bounds, or a cap of its own beside children outside the base: never below these."""
    full, low = (sum(child[bound] for child in children) for bound in ("full_mark", "min_mark"))
    if (parent["full_mark"], parent["min_mark"]) == (full, low):
        return
    base = [child for child in children if child["is_base"]]
    assert len(base) < len(children)
    assert sum(child["full_mark"] for child in base) <= parent["full_mark"]
    assert sum(child["min_mark"] for child in base) >= parent["min_mark"]


@given(recipes())
@few_examples
def test_random_worlds_obey_the_rules_of_the_seeds(recipe: WorldRecipe):
    world = recipe.build()
    trees: dict[str, dict[str, Row]] = {}
    for row in with_taken_over(world, "node"):
        assert trees.setdefault(row["tree_code"], {}).setdefault(row["node_code"], row) is row
    for tree in trees.values():
        parents = [row["parent_node_code"] for row in tree.values()]
        assert parents.count(None) == 1
        assert max(row["node_level"] for row in tree.values()) in range(1, recipe.max_depth + 1)
        for code, row in tree.items():
            children = [child for child in tree.values() if child["parent_node_code"] == code]
            assert all(child["node_level"] == row["node_level"] + 1 for child in children)
            if children and row["aggregation"] == "sum":
                assert_bounds_hold_the_base(row, children)
            elif children:
                assert all(child["weight"] > 0 and child["full_mark"] > 0 for child in children)
    measures = {row["measure_code"] for row in world["measure"]}
    all_rules = with_taken_over(world, "measure_rule")
    for method in world["methodology"]:
        rules = [row for row in all_rules if row["methodology_code"] == method["methodology_code"]]
        tree = trees[method["tree_code"]]
        leaves = tree.keys() - {row["parent_node_code"] for row in tree.values()}
        assert {row["node_code"] for row in rules} == leaves
        assert len({row["measure_code"] for row in rules}) == len(rules)
        assert {row["measure_code"] for row in rules} <= measures
    for row in world["observation"]:
        assert (row["value"] is None) == (row["state"] != "observed")
    for row in world["opinion_event"]:
        assert row["event_date"].year == row["assessment_year"]
    raw = ("observation", "opinion_event", "verification", "quarantined_row")
    places = Counter((row["batch_id"], row["row_number"]) for table in raw for row in world[table])
    assert not places or max(places.values()) == 1
    for batch in world["batch"]:
        assert batch["row_count"] == batch["accepted_count"] + batch["quarantined_count"]


def test_a_large_random_world_shows_every_case():
    """What the comparison with the warehouse relies on: no step of the method is left out by the dice."""
    world = random_world(random.Random(20200101), 40)
    result = score(world)
    statuses = Counter(cell.status for cell in result.cells.values())
    assert statuses.keys() == {"observed", "verified", "quarantined", "to_be_assessed", *EMPTY_STATES}

    tree_of = {row["methodology_code"]: row["tree_code"] for row in world["methodology"]}
    nodes = with_taken_over(world, "node")
    node_of = {(row["tree_code"], row["node_code"]): row for row in nodes}
    parents = {(row["tree_code"], row["parent_node_code"]) for row in nodes}
    seen: Counter = Counter()
    for (_, _, methodology, _, code), found in result.nodes.items():
        key = tree_of[methodology], code
        row = node_of[key]
        seen["vetoed"] += found.is_vetoed
        if key not in parents:
            seen["leaf below zero"] += found.score is not None and found.score < 0 < row["full_mark"]
            continue
        seen[row["aggregation"], found.score is None] += 1
        seen[row["rounding_mode"]] += found.score != found.unrounded
        gate = Fraction(row["min_coverage_numerator"], row["min_coverage_denominator"])
        if found.score is not None and 0 < found.assessed_mark < found.applicable_mark:
            seen["exactly at the gate"] += found.assessed_mark == gate * found.applicable_mark
    for aggregation in ("sum", "weighted_arithmetic", "geometric", "harmonic"):
        assert seen[aggregation, True] > 20
        assert seen[aggregation, False] > 50
    assert min(seen[case] for case in ("vetoed", "half_up", "half_even", "exactly at the gate")) > 20
    assert seen["leaf below zero"] > 5

    assert {unit.is_ranked for unit in result.units.values() if unit.composite is not None} == {True, False}
    ranks = Counter((key[:3], r.region_code, r.rank) for key, u in result.units.items() for r in u.ranks.values())
    assert sum(count > 1 for count in ranks.values()) > 20

    events = list(result.events.values())
    assert {event.response_level for event in events} == {None, "repaired", "timely", "other"}
    assert {fault for event in events for fault in event.faults} == set(RESPONSE_FAULTS)
    assert {event.is_rejected for event in events} == {event.node_code is None for event in events} == {True, False}

    families = {(row["rule_family"], row["transform"], row["weight"] != 0) for row in world["measure_rule"]}
    assert {family for family, _, is_weighted in families if not is_weighted} == {"deduct", "veto"}
    weighted_families = {"linear", "relative", "deduct", "veto", "event"}
    assert {family for family, _, is_weighted in families if is_weighted} == weighted_families
    assert {transform for _, transform, _ in families} == {"identity", "log", "positive", "observed"}
