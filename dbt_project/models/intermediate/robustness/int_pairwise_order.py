import numpy as np
import pandas as pd

from orchestration.robustness.ranks import before_share
from orchestration.robustness.tables import rows

COLUMNS = {
    "subject_number": "int32",
    "first_unit_code": "str",
    "second_unit_code": "str",
    "before_share": "float64",
    "level_share": "float64",
}


def model(dbt, session):
    dbt.config(materialized="table")
    intervals, pairs = dbt.ref("int_rank_interval"), dbt.ref("int_neighbour_pair")
    subjects = dbt.ref("int_scenario_subject").order("subject_number").fetchnumpy()["subject_number"]
    found = [pd.DataFrame(columns=list(COLUMNS))]
    found += [_table(int(number), intervals, pairs) for number in subjects]
    return pd.concat(found, ignore_index=True).astype(COLUMNS)


def _table(number, intervals, pairs):
    mine = f"subject_number = {number}"
    ranked = intervals.filter(f"{mine} and ranks is not null").order("unit_code").project("unit_code, ranks")
    ranked = ranked.fetch_arrow_table().combine_chunks()
    places = {code: place for place, code in enumerate(ranked["unit_code"].to_pylist())}
    wanted = rows(pairs, mine, "first_unit_code, second_unit_code")
    first = np.array([places[code] for code in wanted["first_unit_code"]], dtype=int)
    second = np.array([places[code] for code in wanted["second_unit_code"]], dtype=int)
    lists = ranked["ranks"].combine_chunks() if first.size else None
    if lists is None:
        return pd.DataFrame(columns=list(COLUMNS))
    ranks = np.asarray(lists.values).reshape(len(places), -1)
    before, level = before_share(ranks, first, second)
    return pd.DataFrame(
        {
            "subject_number": number,
            "first_unit_code": np.asarray(wanted["first_unit_code"], dtype=str),
            "second_unit_code": np.asarray(wanted["second_unit_code"], dtype=str),
            "before_share": before,
            "level_share": level,
        }
    )
