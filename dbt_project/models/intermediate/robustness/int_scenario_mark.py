import numpy as np
import pandas as pd

from orchestration.robustness.scenario import resolve
from orchestration.robustness.tables import plain, read_factors, read_tree, rows

COLUMNS = {
    "scenario_code": "str",
    "methodology_code": "str",
    "draw_number": "int32",
    "node_place": "int32",
    "node_code": "str",
    "parent_node_code": "str",
    "mark": "int64",
}


def model(dbt, session):
    dbt.config(materialized="table")
    nodes, factors, draws = dbt.ref("int_scenario_node"), dbt.ref("stg_scenario_factor"), dbt.ref("int_scenario_draw")
    weight_sets = dbt.ref("stg_weight_set").df()
    subjects = dbt.ref("int_scenario_subject").df()
    found = [pd.DataFrame(columns=list(COLUMNS))]
    for (scenario, methodology), group in subjects.groupby(["scenario_code", "methodology_code"], sort=True):
        tree, nominal = read_tree(rows(nodes, f"subject_number = {group.subject_number.iloc[0]}", "node_place"))
        scenario_factors = read_factors(tree, rows(factors, f"scenario_code = '{scenario}'", "position"))
        condition = f"scenario_code = '{scenario}' and methodology_code = '{methodology}'"
        positions = {factor.code: place for place, factor in enumerate(scenario_factors)}
        points = _points(rows(draws, condition, "draw_number"), positions)
        sets = _weight_sets(weight_sets, scenario_factors, tree)
        marks = resolve(tree, nominal, scenario_factors, points, sets).marks
        # Draw 0 is what nothing is varied in.
        found.append(_table(scenario, methodology, tree, np.column_stack([nominal, marks])))
    return pd.concat(found, ignore_index=True).astype(COLUMNS)


def _points(draws, positions):
    factor_places = np.array([positions[code] for code in np.asarray(draws["factor_code"], dtype=str)])
    order = np.lexsort((draws["dimension_number"], factor_places, draws["draw_number"]))
    return plain(draws["drawn"])[order].reshape(int(draws["draw_number"].max()), -1)


def _weight_sets(weight_sets, factors, tree):
    wanted = {option for factor in factors if factor.kind == "weight_set" for option in factor.options}
    codes = [node.code for node in tree.nodes]
    return {
        code: group.set_index("node_code")["weight"].reindex(codes).to_numpy(dtype=float)
        for code, group in weight_sets[weight_sets["weight_set_code"].isin(wanted)].groupby("weight_set_code")
    }


def _table(scenario, methodology, tree, marks):
    node_count, draw_count = marks.shape
    codes = np.array([node.code for node in tree.nodes], dtype=object)
    parents = np.array(
        ["" if node.parent is None else tree.nodes[node.parent].code for node in tree.nodes], dtype=object
    )
    return pd.DataFrame(
        {
            "scenario_code": scenario,
            "methodology_code": methodology,
            "draw_number": np.repeat(np.arange(draw_count), node_count),
            "node_place": np.tile(np.arange(node_count), draw_count),
            "node_code": np.tile(codes, draw_count),
            "parent_node_code": np.tile(parents, draw_count),
            "mark": marks.T.reshape(-1),
        }
    )
