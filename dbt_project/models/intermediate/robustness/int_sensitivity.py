import numpy as np
import pyarrow as pa

from orchestration.robustness.evaluate import scores
from orchestration.robustness.ranks import rank_matrix
from orchestration.robustness.scenario import resolve
from orchestration.robustness.sensitivity import base_count, sensitivity
from orchestration.robustness.tables import Subjects, plain

SCHEMA = pa.schema(
    [
        ("subject_code", pa.string()),
        ("factor_code", pa.string()),
        ("first_order", pa.float64()),
        ("first_order_error", pa.float64()),
        ("total_order", pa.float64()),
        ("total_order_error", pa.float64()),
        ("evaluated_draw_count", pa.int32()),
    ]
)


def model(dbt, session):
    dbt.config(materialized="table")
    subjects = Subjects(
        # What moves ranks is asked of the present.
        dbt.ref("int_scenario_subject").filter("is_latest"),
        dbt.ref("int_scenario_node"),
        dbt.ref("stg_scenario_factor"),
        dbt.ref("int_scenario_unit"),
        dbt.ref("int_scenario_rate"),
        dbt.ref("int_scenario_error"),
    )
    found = []
    for subject in subjects.subjects:
        tree, nominal = subjects.tree(subject)
        factors = subjects.factors(subject, tree)
        # One factor explains everything, and sets of weights are not a distribution to draw from.
        if len(factors) < 2 or any(factor.kind == "weight_set" for factor in factors):
            continue
        effect = _rank_shift(subjects.read(subject, tree), nominal, factors, subjects.units(subject))
        indices, evaluated = sensitivity(factors, base_count(subject["draw_count"]), subject["seed"], effect)
        found += [(subject["subject_code"], *vars(index).values(), evaluated) for index in indices]
    return pa.Table.from_pylist([dict(zip(SCHEMA.names, row, strict=True)) for row in found], SCHEMA)


def _rank_shift(subject, nominal_marks, factors, units):
    """How far the ranks of a draw are from the published ones: their mean distance over the ranked units."""
    is_ranked = units["is_ranked"].to_numpy()
    nominal_ranks = rank_matrix(plain(units["nominal_score"])[None, is_ranked])

    def effect(points):
        drawn = resolve(subject.tree, nominal_marks, factors, points)
        ranks = rank_matrix(scores(subject, factors, drawn)[:, is_ranked])
        return np.abs(ranks - nominal_ranks).sum(axis=1) / ranks.shape[1]

    return effect
