import numpy as np
import pyarrow as pa

from orchestration.robustness.evaluate import scores
from orchestration.robustness.scenario import ON, STATED
from orchestration.robustness.tables import drawn_from, read_factors, read_subject, read_tree, rows

SCHEMA = pa.schema(
    [
        ("subject_number", pa.int32()),
        ("unit_place", pa.int32()),
        ("unit_code", pa.string()),
        # By draw, the nominal one first.
        ("scores", pa.list_(pa.float64())),
    ]
)


def model(dbt, session):
    dbt.config(materialized="table")
    nodes, factors, units = dbt.ref("int_scenario_node"), dbt.ref("stg_scenario_factor"), dbt.ref("int_scenario_unit")
    rates, gaps = dbt.ref("int_scenario_rate"), dbt.ref("int_scenario_gap")
    draws, marks = dbt.ref("int_scenario_draw"), dbt.ref("int_scenario_mark")
    subjects = dbt.ref("int_scenario_subject").order("subject_number").df()
    bounds = dbt.ref("int_scenario_bound").df().set_index("subject_number")
    found = []
    for subject in subjects.itertuples():
        mine = f"subject_number = {subject.subject_number}"
        drawn_here = f"scenario_code = '{subject.scenario_code}' and methodology_code = '{subject.methodology_code}'"
        tree, _ = read_tree(rows(nodes, mine, "node_place"))
        scenario_factors = read_factors(tree, rows(factors, f"scenario_code = '{subject.scenario_code}'", "position"))
        here = rows(units, mine, "unit_place")
        read = read_subject(
            tree,
            here,
            rates.filter(mine).fetchnumpy(),
            gaps.filter(mine).fetchnumpy(),
            tuple(bounds.loc[subject.subject_number]),
        )
        choices, draw_count = _choices(rows(draws, drawn_here, "draw_number"), scenario_factors, subject)
        drawn = drawn_from(tree, draw_count, rows(marks, drawn_here, "draw_number, node_place"), choices)
        found.append(_table(subject.subject_number, here["unit_code"], scores(read, scenario_factors, drawn)))
    return pa.Table.from_batches(found, SCHEMA)


def _choices(draws, factors, subject):
    """By factor, the option of each draw; draw 0 has the option in which nothing is varied."""
    codes = np.asarray(draws["factor_code"], dtype=str)
    choices = {}
    for factor in factors:
        if factor.options:
            unvaried = [subject.nominal_variant_code, STATED, ON, "none"]
            nominal = next((factor.options.index(option) for option in unvaried if option in factor.options), 0)
            choices[factor.code] = np.concatenate([[nominal], draws["option_number"][codes == factor.code]])
    return choices, int(draws["draw_number"].max()) + 1


def _table(number, unit_codes, scores_of_draws):
    draw_count, unit_count = scores_of_draws.shape
    offsets = np.arange(0, unit_count * draw_count + 1, draw_count, dtype=np.int32)
    values = pa.array(scores_of_draws.T.reshape(-1), from_pandas=True)
    return pa.record_batch(
        [
            pa.array(np.full(unit_count, number, dtype=np.int32)),
            pa.array(np.arange(unit_count, dtype=np.int32)),
            pa.array([str(code) for code in unit_codes], pa.string()),
            pa.ListArray.from_arrays(offsets, values),
        ],
        schema=SCHEMA,
    )
