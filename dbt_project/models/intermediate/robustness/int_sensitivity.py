import numpy as np
import pandas as pd

from orchestration.robustness.evaluate import scores
from orchestration.robustness.ranks import rank_matrix
from orchestration.robustness.scenario import resolve
from orchestration.robustness.sensitivity import base_count, sensitivity
from orchestration.robustness.tables import plain, read_factors, read_subject, read_tree, rows

COLUMNS = {
    "subject_number": "int32",
    "factor_code": "str",
    "first_order": "float64",
    "first_order_error": "float64",
    "total_order": "float64",
    "total_order_error": "float64",
    "evaluated_draw_count": "int32",
}


def model(dbt, session):
    dbt.config(materialized="table")
    nodes, factors, units = dbt.ref("int_scenario_node"), dbt.ref("stg_scenario_factor"), dbt.ref("int_scenario_unit")
    rates, gaps = dbt.ref("int_scenario_rate"), dbt.ref("int_scenario_gap")
    draw_counts = dbt.ref("int_scenario_draw_count").df().set_index(["scenario_code", "methodology_code"])["draw_count"]
    subjects = dbt.ref("int_scenario_subject").order("subject_number").df()
    bounds = dbt.ref("int_scenario_bound").df().set_index("subject_number")
    found = []
    for subject in subjects.itertuples():
        mine = f"subject_number = {subject.subject_number}"
        tree, nominal = read_tree(rows(nodes, mine, "node_place"))
        scenario_factors = read_factors(tree, rows(factors, f"scenario_code = '{subject.scenario_code}'", "position"))
        # One factor explains everything, and sets of weights are not a distribution to draw from.
        if len(scenario_factors) < 2 or any(factor.kind == "weight_set" for factor in scenario_factors):
            continue
        here = rows(units, mine, "unit_place")
        read = read_subject(
            tree,
            here,
            rates.filter(mine).fetchnumpy(),
            gaps.filter(mine).fetchnumpy(),
            tuple(bounds.loc[subject.subject_number]),
        )
        effect = _rank_shift(read, nominal, scenario_factors, here)
        count = draw_counts.loc[subject.scenario_code, subject.methodology_code]
        indices, evaluated = sensitivity(scenario_factors, base_count(int(count)), int(subject.seed), effect)
        found += [(subject.subject_number, *vars(index).values(), evaluated) for index in indices]
    return pd.DataFrame(found, columns=list(COLUMNS)).astype(COLUMNS)


def _rank_shift(subject, nominal_marks, factors, units):
    """How far the ranks of a draw are from the published ones: their mean distance over the ranked units."""
    is_ranked = np.asarray(units["is_ranked"], dtype=bool)
    nominal_ranks = rank_matrix(plain(units["nominal_score"])[None, is_ranked])

    def effect(points):
        drawn = resolve(subject.tree, nominal_marks, factors, points)
        ranks = rank_matrix(scores(subject, factors, drawn)[:, is_ranked])
        return np.abs(ranks - nominal_ranks).sum(axis=1) / ranks.shape[1]

    return effect
