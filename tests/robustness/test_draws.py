"""Draws, roll-up and ranks against arithmetic written anew from docs/methodology.md, section 9, unit by unit."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from scipy.stats import rankdata

from orchestration.robustness.evaluate import Subject, scores, with_errors
from orchestration.robustness.exact import mark_halves, points, rate_halves
from orchestration.robustness.intervals import rank_intervals
from orchestration.robustness.moments import pair_moments
from orchestration.robustness.ranks import average_ranks, before_share, quantiles, rank_matrix
from orchestration.robustness.scenario import Factor, nominal_marks, option_numbers, resolve, sobol_draws
from orchestration.robustness.sensitivity import sensitivity
from orchestration.robustness.tree import ARITHMETIC, GEOMETRIC, LEAST_RATE, Node, Tree

UNITS = 40


def small_tree() -> tuple[Tree, np.ndarray]:
    nodes = [
        Node("root", None, 0, False, ARITHMETIC),
        Node("A", 0, 1, False, ARITHMETIC),
        Node("A1", 1, 2, True, ARITHMETIC),
        Node("A2", 1, 2, True, ARITHMETIC),
        Node("A3", 1, 2, True, ARITHMETIC),
        Node("B", 0, 1, False, ARITHMETIC),
        Node("B1", 5, 2, True, ARITHMETIC),
        Node("B2", 5, 2, True, ARITHMETIC),
    ]
    full = np.array([80, 50, 10, 20, 20, 30, 12.5, 17.5], dtype=float)
    return Tree(nodes), nominal_marks(Tree(nodes), full, np.ones(8), np.ones(8, dtype=bool))


@pytest.fixture
def subject() -> Subject:
    tree, _ = small_tree()
    random = np.random.default_rng(7)
    rates = np.round(random.random((UNITS, 5)), 10)
    rates[random.random(rates.shape) < 0.15] = np.nan
    is_scored = np.ones((UNITS, 8), dtype=bool)
    for place, leaves in ((1, [0, 1, 2]), (5, [3, 4])):
        is_scored[:, place] = np.isfinite(rates[:, leaves]).any(axis=1)
    is_scored[:, 0] = is_scored[:, [1, 5]].any(axis=1)
    return Subject(tree, {"stated": rates}, is_scored, np.round(random.normal(size=UNITS), 4))


def weights_of_two_levels(tree: Tree) -> list[Factor]:
    return [
        Factor(f"weight_{depth}", "weight", tuple(p for p, node in enumerate(tree.nodes) if node.depth == depth), 0.25)
        for depth in (1, 2)
    ]


def by_hand(subject: Subject, marks: np.ndarray, unit: int, aggregation: str = ARITHMETIC, place: int = 0) -> float:
    """Points of a node: its mark by the mean of its children that have a score, weighed by their marks."""
    tree = subject.tree
    if tree.nodes[place].is_leaf:
        return float(marks[place]) * subject.rates["stated"][unit, tree.leaf_places.index(place)]
    total, weight = 0.0, 0.0
    for child in tree.children[place]:
        is_leaf = tree.nodes[child].is_leaf
        if is_leaf and np.isnan(subject.rates["stated"][unit, tree.leaf_places.index(child)]):
            continue
        if not is_leaf and not subject.is_scored[unit, child]:
            continue
        child_points = by_hand(subject, marks, unit, aggregation, child)
        weight += marks[child]
        if aggregation == ARITHMETIC:
            total += child_points
        else:
            total += marks[child] * math.log(max(child_points / marks[child], LEAST_RATE))
    mean = total / weight
    return marks[place] * (math.exp(mean) if aggregation == GEOMETRIC else mean)


def test_children_of_every_draw_add_up_to_their_parent() -> None:
    tree, nominal = small_tree()
    factors = [*weights_of_two_levels(tree), Factor("split", "split", (1, 5), 0.5)]
    drawn = resolve(tree, nominal, factors, sobol_draws(factors, 50, 3))
    assert nominal[0] == 80 * 10**12 and (drawn.marks[0] == nominal[0]).all() and (drawn.marks >= 0).all()
    for place, children in enumerate(tree.children):
        if children:
            assert (drawn.marks[children].sum(axis=0) == drawn.marks[place]).all()
    assert (drawn.marks[1] != nominal[1]).any()


def test_weights_stay_within_their_spread() -> None:
    tree, nominal = small_tree()
    factors = weights_of_two_levels(tree)[:1]
    shares = resolve(tree, nominal, factors, sobol_draws(factors, 256, 1)).marks[1] / nominal[0]
    # 50 and 30 of 80, each within a quarter: the share of the first lies between these.
    low, high = 50 * 0.75 / (50 * 0.75 + 30 * 1.25), 50 * 1.25 / (50 * 1.25 + 30 * 0.75)
    assert low <= shares.min() < 0.53 and 0.71 < shares.max() <= high


def test_draws_repeat_and_another_seed_differs() -> None:
    tree, _ = small_tree()
    factors = weights_of_two_levels(tree)
    first = sobol_draws(factors, 100, 5)
    assert np.array_equal(first, sobol_draws(factors, 100, 5)) and first.shape == (100, 7)
    assert not np.array_equal(first, sobol_draws(factors, 100, 6))
    assert ((first >= 0) & (first < 1)).all()


@pytest.mark.parametrize("aggregation", [ARITHMETIC, GEOMETRIC])
def test_scores_equal_those_by_hand(subject: Subject, aggregation: str) -> None:
    tree, nominal = small_tree()
    factors = [*weights_of_two_levels(tree), Factor("aggregation", "aggregation", (), 0.0, (aggregation,))]
    drawn = resolve(tree, nominal, factors, sobol_draws(factors, 20, 9))
    found = scores(subject, factors, drawn)
    for draw in range(20):
        for unit in range(UNITS):
            if subject.is_scored[unit, 0]:
                expected = by_hand(subject, drawn.marks[:, draw] / 1e12, unit, aggregation) + subject.additional[unit]
                assert found[draw, unit] == pytest.approx(expected, abs=2e-10)
            else:
                assert np.isnan(found[draw, unit])


def test_events_off_and_gaps_at_their_best_and_worst(subject: Subject) -> None:
    tree, nominal = small_tree()
    factors = [
        Factor("event", "event", (), 0.0, ("off",)),
        Factor("uncollected", "uncollected", (), 0.0, ("best", "worst")),
    ]
    drawn = resolve(tree, nominal, factors, np.array([[0.2, 0.1], [0.2, 0.9]]))
    best, worst = scores(subject, factors, drawn)
    rates = subject.rates["stated"]
    marks = nominal[tree.leaf_places] / 1e12
    assert best == pytest.approx(np.where(np.isnan(rates), 1, rates) @ marks)
    assert worst == pytest.approx(np.nan_to_num(rates) @ marks)


def test_a_node_left_out_gives_its_mark_to_its_siblings() -> None:
    tree, nominal = small_tree()
    factors = [Factor("left_out", "left_out", (), 0.0, ("none", "A2"))]
    marks = resolve(tree, nominal, factors, np.array([[0.1], [0.6]])).marks / 1e12
    assert marks[2:5, 0].tolist() == [10, 20, 20]
    assert marks[2:5, 1] == pytest.approx([50 / 3, 0, 100 / 3])


def test_products_are_exact() -> None:
    random = np.random.default_rng(1)
    marks = random.integers(0, 2 * 10**12, size=(60, 5))
    rates = np.rint(random.random((7, 60)) * 2**46) / 2**46
    found = points(rate_halves(rates), mark_halves(marks))
    for unit in range(7):
        for draw in range(5):
            exact = sum(Fraction(rates[unit, leaf]) * int(marks[leaf, draw]) for leaf in range(60)) / 10**12
            assert abs(found[unit, draw] - float(exact)) <= 4 * math.ulp(float(exact))
    # Another order of leaves, another order of additions: the same digits.
    order = random.permutation(60)
    assert np.array_equal(found, points(rate_halves(rates[:, order]), mark_halves(marks[order])))


def test_ranks_share_the_lowest_and_stay_in_their_group() -> None:
    random = np.random.default_rng(2)
    values, groups = np.round(random.normal(size=(10, 120)), 1), random.integers(0, 5, 120)
    found = rank_matrix(values, groups)
    for group in range(5):
        mine = groups == group
        assert np.array_equal(found[:, mine], rankdata(-values[:, mine], method="min", axis=1))
    values[0, 3] = np.nan
    assert rank_matrix(values)[0, 3] == 0 and rank_matrix(values)[0].max() <= 119


def test_ranks_of_scores_far_apart() -> None:
    values = np.array([[1e7, -1e7, 3.0, 3.0 + 1e-7]])
    assert rank_matrix(values).tolist() == [[1, 4, 3, 2]]


def test_quantiles_interpolate_between_ranks() -> None:
    ranks = np.random.default_rng(3).integers(1, 50, size=(21, 8))
    assert quantiles(ranks, (0.05, 0.5, 0.95)) == pytest.approx(np.quantile(ranks, [0.05, 0.5, 0.95], axis=0))


def test_a_draw_without_a_rank_says_nothing_of_a_unit() -> None:
    # The second unit has no score in two of its four draws, and is third in the two others.
    drawn = np.array([[9, 5, 7], [9, np.nan, 7], [9, 5, 7], [9, np.nan, 7], [9, 5, 7]], dtype=float)
    found = rank_intervals(drawn, drawn[0], np.array(["x", "x", "x"]))
    assert found.ranks[:, 1].tolist() == [0, 3, 0, 3]
    for told in (found.best_rank, found.worst_rank, found.lower_rank, found.median_rank, found.mean_rank):
        assert told.tolist() == [1, 3, 2]
    assert found.share_in_top.tolist() == [1, 1, 1]
    before, level = before_share(found.ranks.T, np.array([1]), np.array([2]))
    assert (before.tolist(), level.tolist()) == ([0], [0])


def test_units_whose_intervals_overlap_are_counted() -> None:
    # Two units that swap, one far above both.
    drawn = np.array([[9, 5, 4], [9, 5, 4], [9, 4, 5], [9, 5, 4], [9, 4, 5]], dtype=float)
    found = rank_intervals(drawn, drawn[0], np.array(["x", "x", "x"]))
    assert found.nominal_rank.tolist() == [1, 2, 3]
    assert found.overlapping_count.tolist() == [0, 1, 1]
    assert found.band_first_rank.tolist() == [1, 2, 2] and found.band_last_rank.tolist() == [1, 3, 3]


def test_moments_equal_numpy_pair_by_pair() -> None:
    random = np.random.default_rng(4)
    values = random.normal(size=(80, 4)) * [1, 1e6, 1e-6, 3] + [0, 5e6, 2, -1]
    values[random.random(values.shape) < 0.2] = np.nan
    found = pair_moments(values)
    for first in range(4):
        for second in range(4):
            both = np.isfinite(values[:, [first, second]]).all(axis=1)
            expected = np.corrcoef(values[both][:, [first, second]], rowvar=False)[0, 1]
            assert found.counts[first, second] == both.sum()
            assert found.correlations[first, second] == pytest.approx(expected, abs=1e-10)
    assert np.array_equal(found.covariances, pair_moments(values[::-1]).covariances)


def test_average_ranks_leave_gaps() -> None:
    found = average_ranks(np.array([[2.0], [np.nan], [1.0], [2.0]]))[:, 0]
    assert found[[0, 2, 3]].tolist() == [2.5, 1, 2.5] and np.isnan(found[1])


def test_indices_name_the_factor_that_matters() -> None:
    factors = [Factor("strong", "weight", (1, 2), 0.25), Factor("weak", "event", (), 0.0, ("on", "off"))]
    indices, evaluated = sensitivity(factors, 128, 1, lambda drawn: 5 * drawn[:, 0] + drawn[:, 1] + 0.1 * drawn[:, 2])
    by_code = {index.factor_code: index for index in indices}
    assert evaluated == 128 * 4
    assert by_code["strong"].total_order > 0.95 and by_code["weak"].total_order < 0.05


def test_nothing_that_varies_has_no_index() -> None:
    factors = [Factor("a", "event", (), 0.0, ("on", "off")), Factor("b", "event", (), 0.0, ("on", "off"))]
    assert sensitivity(factors, 16, 1, lambda drawn: np.ones(len(drawn)))[0] == []


def test_options_are_cut_evenly() -> None:
    assert option_numbers(np.array([0.0, 0.332, 0.334, 0.666, 0.667, 0.999999999]), 3).tolist() == [0, 0, 1, 1, 2, 2]


def test_an_observation_moves_by_what_verification_found() -> None:
    rates = np.full((4000, 3), 0.5)
    rates[0] = np.nan
    errors = {0: np.array([-0.25, 0.0, 0.0, 0.0]), 1: np.array([-1.0, 1.0])}
    moved = with_errors(rates, errors, 7, 1)
    assert np.isnan(moved[0]).all()
    # A quarter of the first leaf's verifications took a quarter of its rate; nothing is known of the third leaf.
    assert set(moved[1:, 0]) == {0.25, 0.5} and abs((moved[1:, 0] == 0.25).mean() - 0.25) < 0.03
    assert set(moved[1:, 1]) == {0.0, 1.0} and (moved[1:, 2] == 0.5).all()
    assert np.array_equal(moved, with_errors(rates, errors, 7, 1), equal_nan=True)
    assert not np.array_equal(moved, with_errors(rates, errors, 7, 2), equal_nan=True)


def test_draws_of_observations_are_scored_one_by_one() -> None:
    tree, nominal = small_tree()
    leaf_count = len(tree.leaf_places)
    rates = np.full((UNITS, leaf_count), 0.5)
    is_scored = np.ones((UNITS, len(tree.nodes)), dtype=bool)
    errors = {number: np.array([-0.5, 0.5]) for number in range(leaf_count)}
    subject = Subject(tree, {"stated": rates}, is_scored, np.zeros(UNITS), errors=errors, seed=3)
    factor = Factor("observation", "observation", (), 0.0, ("stated", "1", "2"))
    points = np.array([[0.0], [0.4], [0.9]])
    found = scores(subject, [factor], resolve(tree, nominal, [factor], points))
    for draw, number in ((1, 1), (2, 2)):
        alone = Subject(tree, {"stated": with_errors(rates, errors, 3, number)}, is_scored, np.zeros(UNITS))
        assert np.array_equal(found[draw], scores(alone, [], resolve(tree, nominal, [], points[:1]))[0])
    assert np.ptp(found[0]) == 0 and np.ptp(found[1]) > 0
