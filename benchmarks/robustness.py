"""How long ranks under many draws take: NumPy written by hand, and the same through the robustness package.

    python benchmarks/robustness.py [--draws 1000] [--units 2737]

Both get the same draws of the marks of 60 indicators and give the same intervals. The hand-written product cannot take
gaps; ours is timed a second time with a gap in a tenth of the units. Prints seconds, ratios, and the most memory held.
"""

from __future__ import annotations

import argparse
import resource
import time
from collections.abc import Callable

import numpy as np

from orchestration.robustness.evaluate import Subject, scores
from orchestration.robustness.exact import MARK_UNIT
from orchestration.robustness.intervals import rank_intervals
from orchestration.robustness.scenario import Drawn, Factor, nominal_marks, resolve, sobol_draws
from orchestration.robustness.tree import ARITHMETIC, Node, Tree

DIMENSIONS, PER_DIMENSION, PER_PILLAR = 4, 5, 3
GAP_SHARE = 0.1


def county_like_tree() -> tuple[Tree, np.ndarray]:
    """Four dimensions of 20 marks, 20 pillars, 60 indicators; and its nominal marks."""
    nodes = [Node("composite", None, 0, False, ARITHMETIC)]
    for _ in range(DIMENSIONS):
        dimension = len(nodes)
        nodes.append(Node(f"D{dimension}", 0, 1, False, ARITHMETIC))
        for _ in range(PER_DIMENSION):
            pillar = len(nodes)
            nodes.append(Node(f"P{pillar}", dimension, 2, False, ARITHMETIC))
            for _ in range(PER_PILLAR):
                nodes.append(Node(f"I{len(nodes)}", pillar, 3, True, ARITHMETIC))
    tree = Tree(nodes)
    full = np.array([80.0 / {0: 1, 1: 4, 2: 20, 3: 60}[node.depth] for node in nodes])
    return tree, nominal_marks(tree, full, np.ones(len(nodes)), np.ones(len(nodes), dtype=bool))


def by_hand(rates: np.ndarray, marks: np.ndarray) -> np.ndarray:
    """Three quantiles of each unit's rank: a matrix product, a sort for the ranks and one for the quantiles."""
    points = marks.T @ rates.T
    order = np.argsort(-points, axis=1)
    ranks = np.empty(points.shape, dtype=np.int32)
    np.put_along_axis(ranks, order, np.arange(1, points.shape[1] + 1, dtype=np.int32)[None, :], axis=1)
    return np.quantile(ranks, [0.05, 0.5, 0.95], axis=0)


def timed(work: Callable[[], object]) -> tuple[float, object]:
    """The least seconds of three runs, and what the work gave."""
    seconds, found = [], None
    for _ in range(3):
        start = time.perf_counter()
        found = work()
        seconds.append(time.perf_counter() - start)
    return min(seconds), found


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--draws", type=int, default=1000)
    arguments.add_argument("--units", type=int, default=2737)
    asked = arguments.parse_args()
    tree, nominal = county_like_tree()
    factors = [
        Factor(f"weight_{depth}", "weight", tuple(p for p, node in enumerate(tree.nodes) if node.depth == depth), 0.25)
        for depth in (1, 2, 3)
    ]
    random = np.random.default_rng(2737)
    rates = np.round(random.beta(5, 2, size=(asked.units, len(tree.leaf_places))), 10)
    gapped = rates.copy()
    with_gaps = random.random(asked.units) < GAP_SHARE
    gapped[with_gaps, random.integers(0, rates.shape[1], size=with_gaps.sum())] = np.nan
    is_scored = np.ones((asked.units, len(tree.nodes)), dtype=bool)

    drawing, drawn = timed(lambda: resolve(tree, nominal, factors, sobol_draws(factors, asked.draws, 1)))
    # The nominal draw stands first and is in no interval.
    with_nominal = Drawn(np.column_stack([nominal, drawn.marks]))
    leaf_marks = drawn.marks[tree.leaf_places] * MARK_UNIT
    groups = np.zeros(asked.units, dtype=int)

    def ours(values: np.ndarray) -> Callable[[], object]:
        subject = Subject(tree, {"stated": values}, is_scored, np.zeros(asked.units))
        return lambda: rank_intervals(scores(subject, factors, with_nominal), rates.sum(axis=1), groups)

    hand_seconds, hand = timed(lambda: by_hand(rates, leaf_marks))
    our_seconds, found = timed(ours(rates))
    gap_seconds, _ = timed(ours(gapped))
    # Both interpolate between whole ranks, in another order of the same arithmetic.
    same = np.array_equal(np.round(hand, 9), np.round([found.lower_rank, found.median_rank, found.upper_rank], 9))
    print(f"{asked.draws} draws × {asked.units} units × {len(tree.leaf_places)} indicators")
    print(f"  draws and marks            {drawing:6.2f} s")
    print(f"  NumPy by hand              {hand_seconds:6.2f} s")
    print(f"  ours                       {our_seconds:6.2f} s  {our_seconds / hand_seconds:4.1f} × by hand")
    print(f"  ours, a tenth with gaps    {gap_seconds:6.2f} s  {gap_seconds / hand_seconds:4.1f} × by hand")
    print(
        f"  intervals equal: {same}; most memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20:.1f} GiB"
    )


if __name__ == "__main__":
    main()
