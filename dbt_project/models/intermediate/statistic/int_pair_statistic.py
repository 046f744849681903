import numpy as np
import pandas as pd

from orchestration.robustness.matrix import groups
from orchestration.robustness.moments import pair_moments
from orchestration.robustness.ranks import average_ranks

KEYS = ("series_code", "assessment_year", "method_code", "stage")
DECIMALS = 12


def model(dbt, session):
    dbt.config(materialized="table")
    wanted = dbt.ref("int_data_set").filter("stage in ('observed', 'scored', 'treated', 'aggregated')")
    table = wanted.to_arrow_table()
    return pd.concat([_pairs(group) for group in groups(table, KEYS, "unit_code", "code", "value")], ignore_index=True)


def _pairs(group):
    moments, rank_moments = pair_moments(group.values), pair_moments(average_ranks(group.values))
    first, second = np.triu_indices(len(group.codes))
    return pd.DataFrame(
        dict(zip(KEYS, group.key, strict=True))
        | {
            "first_code": group.codes[first],
            "second_code": group.codes[second],
            "unit_count": moments.counts[first, second].astype("int32"),
            "covariance": moments.covariances[first, second],
            "pearson": np.round(moments.correlations[first, second], DECIMALS),
            "spearman": np.round(rank_moments.correlations[first, second], DECIMALS),
        }
    ).astype({"assessment_year": "int32"})
