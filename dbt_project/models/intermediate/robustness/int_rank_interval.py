import numpy as np
import pyarrow as pa

from orchestration.robustness.intervals import rank_intervals
from orchestration.robustness.tables import plain, rows

COLUMNS = {
    "subject_number": pa.int32(),
    "scope_kind": pa.string(),
    "scope_code": pa.string(),
    "unit_code": pa.string(),
    "ranked_unit_count": pa.int32(),
    "nominal_rank": pa.int32(),
    "nominal_draw_rank": pa.int32(),
    "mean_rank": pa.float64(),
    "median_rank": pa.float64(),
    "lower_rank": pa.float64(),
    "upper_rank": pa.float64(),
    "best_rank": pa.int32(),
    "worst_rank": pa.int32(),
    "share_in_top": pa.float64(),
    "overlapping_count": pa.int32(),
    "band_first_rank": pa.int32(),
    "band_last_rank": pa.int32(),
    "draw_count": pa.int32(),
}
SCHEMA = pa.schema([*COLUMNS.items(), ("ranks", pa.list_(pa.int32()))])


def model(dbt, session):
    dbt.config(materialized="table")
    units, scopes, scores = dbt.ref("int_scenario_unit"), dbt.ref("int_scenario_scope"), dbt.ref("int_draw_score")
    subjects = dbt.ref("int_scenario_subject").order("subject_number").fetchnumpy()["subject_number"]
    tables = [table for number in subjects for table in _tables(int(number), units, scopes, scores)]
    return pa.Table.from_batches(tables, SCHEMA)


def _tables(number, units, scopes, scores):
    mine = f"subject_number = {number}"
    here = rows(units, mine, "unit_place")
    unit_codes, nominal = np.asarray(here["unit_code"], dtype=str), plain(here["nominal_score"])
    lists = scores.filter(mine).order("unit_place").project("scores").fetch_arrow_table().column(0).combine_chunks()
    drawn = np.asarray(lists.values).reshape(len(unit_codes), -1)
    where = rows(scopes, mine, "scope_kind, scope_code, unit_place")
    for kind in sorted(set(np.asarray(where["scope_kind"], dtype=str))):
        chosen = np.asarray(where["scope_kind"], dtype=str) == kind
        places = where["unit_place"][chosen]
        codes = np.asarray(where["scope_code"], dtype=str)[chosen]
        found = rank_intervals(drawn[places].T, nominal[places], codes)
        is_root = bool(where["is_root"][chosen][0])
        yield _table(number, kind, codes, unit_codes[places], found, is_root)


def _table(number, kind, scope_codes, unit_codes, found, is_root):
    count = len(unit_codes)
    columns = {
        "subject_number": np.full(count, number),
        "scope_kind": [kind] * count,
        "scope_code": scope_codes,
        "unit_code": unit_codes,
        "draw_count": np.full(count, found.ranks.shape[0]),
    } | {name: getattr(found, name) for name in COLUMNS if hasattr(found, name)}
    # Only the widest circle keeps every rank.
    if is_root:
        offsets = np.arange(0, count * found.ranks.shape[0] + 1, found.ranks.shape[0], dtype=np.int32)
        ranks = pa.ListArray.from_arrays(offsets, pa.array(found.ranks.T.reshape(-1), pa.int32()))
    else:
        ranks = pa.nulls(count, pa.list_(pa.int32()))
    arrays = [pa.array(columns[name], kind_of_column) for name, kind_of_column in COLUMNS.items()]
    return pa.record_batch([*arrays, ranks], schema=SCHEMA)
