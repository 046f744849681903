import numpy as np
import pandas as pd

from orchestration.robustness.intervals import shares_between

COLUMNS = {"subject_number": "int32", "unit_code": "str", "grade": "str", "draw_share": "float64"}


def model(dbt, session):
    dbt.config(materialized="table")
    scores, bands = dbt.ref("int_draw_score"), dbt.ref("stg_grade_band").df()
    subjects = dbt.ref("int_scenario_subject").filter("nominal_variant_code is null").order("subject_number").df()
    found = [pd.DataFrame(columns=list(COLUMNS))]
    for subject in subjects.itertuples():
        here = scores.filter(f"subject_number = {subject.subject_number}").order("unit_place")
        table = here.project("unit_code, scores").fetch_arrow_table().combine_chunks()
        unit_codes = table["unit_code"].to_pylist()
        # The first score of the list is the nominal one.
        drawn = np.asarray(table["scores"].combine_chunks().values).reshape(len(unit_codes), -1)[:, 1:]
        for band in bands[bands["methodology_code"] == subject.methodology_code].itertuples():
            share = shares_between(drawn, _bound(band.lower_bound, -np.inf), _bound(band.upper_bound, np.inf))
            found.append(
                pd.DataFrame(
                    {
                        "subject_number": subject.subject_number,
                        "unit_code": unit_codes,
                        "grade": band.grade,
                        "draw_share": share,
                    }
                )
            )
    return pd.concat(found, ignore_index=True).astype(COLUMNS)


def _bound(value, without):
    return without if pd.isna(value) else float(value)
