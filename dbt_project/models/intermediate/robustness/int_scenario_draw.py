import numpy as np
import pandas as pd

from orchestration.robustness.scenario import option_numbers, sobol_draws
from orchestration.robustness.tables import plain, read_factors, read_tree, rows

COLUMNS = {
    "scenario_code": "str",
    "methodology_code": "str",
    "draw_number": "int32",
    "factor_code": "str",
    "dimension_number": "int32",
    "node_code": "str",
    "drawn": "float64",
    "option_number": "int32",
    "chosen_option": "str",
}


def model(dbt, session):
    dbt.config(materialized="table")
    default_count = int(dbt.config.get("draw_count"))
    nodes, factors, given = (
        dbt.ref("int_scenario_node"),
        dbt.ref("stg_scenario_factor"),
        dbt.ref("stg_scenario_given_draw"),
    )
    subjects = dbt.ref("int_scenario_subject").df()
    found = [pd.DataFrame(columns=list(COLUMNS))]
    for (scenario, methodology), group in subjects.groupby(["scenario_code", "methodology_code"], sort=True):
        first = group.iloc[0]
        tree, _ = read_tree(rows(nodes, f"subject_number = {first.subject_number}", "node_place"))
        scenario_factors = read_factors(tree, rows(factors, f"scenario_code = '{scenario}'", "position"))
        points = _given(given, scenario, scenario_factors)
        if points is None:
            count = default_count if pd.isna(first.draw_count) else int(first.draw_count)
            points = sobol_draws(scenario_factors, count, int(first.seed))
        found += list(_tables(scenario, methodology, tree, scenario_factors, points))
    return pd.concat(found, ignore_index=True).astype(COLUMNS)


def _given(given, scenario, factors):
    """Draws that a seed gives in place of a sequence, in the order of the factors; None where it gives none."""
    found = rows(given, f"scenario_code = '{scenario}'", "draw_number")
    codes = np.asarray(found["factor_code"], dtype=str)
    if codes.size == 0:
        return None
    return np.stack([plain(found["drawn"][codes == factor.code]) for factor in factors], axis=1)


def _tables(scenario, methodology, tree, factors, points):
    column = 0
    for factor in factors:
        for number in range(factor.dimension_count):
            drawn = points[:, column]
            column += 1
            options = option_numbers(drawn, len(factor.options)) if factor.options else np.full(drawn.size, -1)
            yield pd.DataFrame(
                {
                    "scenario_code": scenario,
                    "methodology_code": methodology,
                    "draw_number": np.arange(1, drawn.size + 1),
                    "factor_code": factor.code,
                    "dimension_number": number,
                    "node_code": tree.nodes[factor.nodes[number]].code if factor.nodes else "",
                    "drawn": drawn,
                    "option_number": options,
                    "chosen_option": np.array([*factor.options, ""], dtype=object)[options],
                }
            )
