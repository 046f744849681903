import numpy as np
import pyarrow as pa

from orchestration.robustness.scenario import option_numbers, resolve, sobol_draws
from orchestration.robustness.tables import Subjects, parts

POINT = pa.struct(
    [
        ("factor_code", pa.string()),
        ("dimension_number", pa.int32()),
        ("node_code", pa.string()),
        ("drawn", pa.float64()),
        ("option_number", pa.int32()),
        ("chosen_option", pa.string()),
    ]
)
SCHEMA = pa.schema(
    [
        ("scenario_code", pa.string()),
        ("methodology_code", pa.string()),
        ("draw_number", pa.int32()),
        ("points", pa.list_(POINT)),
        # By place of the node, whole numbers of 10^-12 marks.
        ("marks", pa.list_(pa.int64())),
    ]
)


def model(dbt, session):
    dbt.config(materialized="table")
    subjects = Subjects(dbt.ref("int_scenario_subject"), dbt.ref("int_scenario_node"), dbt.ref("stg_scenario_factor"))
    given = parts(dbt.ref("stg_scenario_given_draw").to_arrow_table(), "scenario_code")
    weight_sets = dbt.ref("stg_weight_set").to_arrow_table().to_pylist()
    first = {}
    for subject in subjects.subjects:
        first.setdefault((subject["scenario_code"], subject["methodology_code"]), subject)
    found = []
    for key, subject in sorted(first.items()):
        tree, nominal = subjects.tree(subject)
        factors = subjects.factors(subject, tree)
        if key[0] in given:
            points = _given(given[key[0]], factors)
        else:
            points = sobol_draws(factors, subject["draw_count"], subject["seed"])
        marks = resolve(tree, nominal, factors, points, _weight_sets(weight_sets, factors, tree)).marks
        # Draw 0 is what nothing is varied in.
        found.append(_batch(key, tree, factors, points, np.column_stack([nominal, marks])))
    return pa.Table.from_batches(found, SCHEMA)


def _given(given, factors):
    """Draws that a seed gives in place of a sequence: draws × factors."""
    drawn = {(row["factor_code"], row["draw_number"]): row["drawn"] for row in given.to_pylist()}
    numbers = sorted({number for _, number in drawn})
    return np.array([[drawn[factor.code, number] for factor in factors] for number in numbers])


def _weight_sets(weight_sets, factors, tree):
    wanted = {option for factor in factors if factor.kind == "weight_set" for option in factor.options}
    found = {}
    places = {node.code: place for place, node in enumerate(tree.nodes)}
    for row in weight_sets:
        if row["weight_set_code"] in wanted and row["node_code"] in places:
            weights = found.setdefault(row["weight_set_code"], np.full(len(places), np.nan))
            weights[places[row["node_code"]]] = row["weight"]
    return found


def _batch(key, tree, factors, points, marks):
    draw_count, dimension_count = points.shape
    codes, numbers, nodes, options, chosen = [], [], [], [], []
    for factor in factors:
        for number in range(factor.dimension_count):
            column = points[:, len(codes)]
            codes.append(factor.code)
            numbers.append(number)
            nodes.append(tree.nodes[factor.nodes[number]].code if factor.nodes else None)
            options.append(option_numbers(column, len(factor.options)) if factor.options else np.full(draw_count, -1))
            chosen.append(np.array([*factor.options, None], dtype=object)[options[-1]])
    cells = pa.StructArray.from_arrays(
        [
            pa.array(codes * draw_count, pa.string()),
            pa.array(numbers * draw_count, pa.int32()),
            pa.array(nodes * draw_count, pa.string()),
            pa.array(points.reshape(-1)),
            pa.array(np.stack(options, axis=1).reshape(-1), pa.int32()),
            pa.array(np.stack(chosen, axis=1).reshape(-1), pa.string()),
        ],
        fields=list(POINT),
    )
    # The nominal draw has no point.
    ends = np.concatenate([[0], np.arange(draw_count + 1) * dimension_count]).astype(np.int32)
    node_count = len(tree.nodes)
    mark_ends = np.arange(draw_count + 2, dtype=np.int32) * node_count
    return pa.record_batch(
        [
            pa.array([key[0]] * (draw_count + 1)),
            pa.array([key[1]] * (draw_count + 1)),
            pa.array(np.arange(draw_count + 1, dtype=np.int32)),
            pa.ListArray.from_arrays(ends, cells),
            pa.ListArray.from_arrays(mark_ends, pa.array(marks.T.reshape(-1))),
        ],
        schema=SCHEMA,
    )
