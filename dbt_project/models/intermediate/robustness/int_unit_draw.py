from concurrent.futures import ThreadPoolExecutor
from functools import partial

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from orchestration.robustness.evaluate import scores
from orchestration.robustness.intervals import rank_intervals, shares_between
from orchestration.robustness.ranks import before_share
from orchestration.robustness.tables import Subjects, drawn_from, parts, plain

GRADE = pa.struct([("grade", pa.string()), ("draw_share", pa.float64())])
NEIGHBOUR = pa.struct([("unit_code", pa.string()), ("before_share", pa.float64()), ("level_share", pa.float64())])
SCOPE = pa.struct(
    [
        ("scope_kind", pa.string()),
        ("scope_code", pa.string()),
        ("ranked_unit_count", pa.int32()),
        ("nominal_rank", pa.int32()),
        ("nominal_draw_rank", pa.int32()),
        ("mean_rank", pa.float64()),
        ("median_rank", pa.float64()),
        ("lower_rank", pa.float64()),
        ("upper_rank", pa.float64()),
        ("best_rank", pa.int32()),
        ("worst_rank", pa.int32()),
        ("share_in_top", pa.float64()),
        ("overlapping_count", pa.int32()),
        ("band_first_rank", pa.int32()),
        ("band_last_rank", pa.int32()),
    ]
)
SCHEMA = pa.schema(
    [
        ("subject_code", pa.string()),
        ("unit_code", pa.string()),
        ("input_fingerprint", pa.string()),
        ("nominal_draw_score", pa.float64()),
        ("scopes", pa.list_(SCOPE)),
        # In the default scenario only: its rank by draw in the widest circle, and who of its region is before whom.
        ("ranks", pa.list_(pa.int32())),
        ("neighbours", pa.list_(NEIGHBOUR)),
        # Of a published score only.
        ("grades", pa.list_(GRADE)),
    ]
)

# What takes long, products and orders of matrices, leaves the other core to the other subject; each takes memory.
SUBJECTS_AT_A_TIME = 2


def model(dbt, session):
    dbt.config(materialized="by_fingerprint", inputs="int_scenario_input")
    wanted = _not_drawn_yet(session, dbt.ref("int_scenario_input"), dbt.this)
    subjects = Subjects(
        dbt.ref("int_scenario_subject").join(wanted, "subject_code"),
        dbt.ref("int_scenario_node"),
        dbt.ref("stg_scenario_factor"),
        dbt.ref("int_scenario_unit"),
        dbt.ref("int_scenario_rate"),
        dbt.ref("int_scenario_error"),
    )
    draws = parts(dbt.ref("int_scenario_draw").to_arrow_table().sort_by("draw_number"), "scenario_code")
    scopes = dbt.ref("int_scenario_scope").to_arrow_table()
    bands = dbt.ref("stg_grade_band").to_arrow_table().sort_by("position").to_pylist()
    draw = partial(_drawn, subjects, draws, scopes, bands)
    with ThreadPoolExecutor(SUBJECTS_AT_A_TIME) as threads:
        found = list(threads.map(draw, subjects.subjects))
    return pa.Table.from_batches(found, SCHEMA)


def _not_drawn_yet(session, inputs, table):
    """The inputs under whose fingerprint the table has no rows: all where everything is drawn, for then it is gone."""
    try:
        drawn = session.sql(f"select distinct input_fingerprint from {table}")
    except duckdb.CatalogException:
        return inputs
    return inputs.join(drawn, "input_fingerprint", how="anti")


def _drawn(subjects, draws, scopes, bands, subject):
    tree, _ = subjects.tree(subject)
    factors = subjects.factors(subject, tree)
    here = parts(draws[subject["scenario_code"]], "methodology_code")[subject["methodology_code"]]
    drawn = drawn_from(here, factors, subject["nominal_variant_code"])
    units = subjects.units(subject)
    drawn_scores = scores(subjects.read(subject, tree), factors, drawn)
    own_bands = [band for band in bands if band["methodology_code"] == subject["methodology_code"]]
    own_scopes = scopes.filter(pc.equal(scopes["target_code"], subject["target_code"]))
    # Among its peers a unit is ranked in the default scenario only.
    if not subject["is_default"]:
        own_scopes = own_scopes.filter(pc.invert(own_scopes["is_peer_group"]))
    return _batch(subject, units, drawn_scores, own_scopes, own_bands)


def _batch(subject, units, drawn_scores, scopes, bands):
    unit_count = units.num_rows
    by_scope = _scopes(units, drawn_scores, scopes)
    empty = pa.nulls(unit_count, SCHEMA.field("ranks").type), pa.nulls(unit_count, SCHEMA.field("neighbours").type)
    ranks, neighbours = _default(units, by_scope) if subject["is_default"] else empty
    is_published = subject["nominal_variant_code"] is None
    return pa.record_batch(
        [
            pa.repeat(subject["subject_code"], unit_count),
            units["unit_code"].combine_chunks(),
            pa.repeat(subject["input_fingerprint"], unit_count),
            pa.array(drawn_scores[0], from_pandas=True),
            _scope_lists(unit_count, by_scope),
            ranks,
            neighbours,
            _grades(drawn_scores, bands) if is_published else pa.nulls(unit_count, SCHEMA.field("grades").type),
        ],
        schema=SCHEMA,
    )


def _scopes(units, drawn_scores, scopes):
    """By kind of circle: whether it is the widest, places of the units in it, codes of their circles, intervals."""
    nominal = plain(units["nominal_score"])
    is_ranked = units["is_ranked"].to_numpy()
    place_of = {code: place for place, code in enumerate(units["unit_code"].to_pylist())}
    found = {}
    for kind, rows in sorted(parts(scopes, "scope_kind").items()):
        places = np.array([place_of.get(code, -1) for code in rows["unit_code"].to_pylist()])
        chosen = np.flatnonzero(places >= 0)
        chosen = chosen[is_ranked[places[chosen]]]
        chosen = chosen[np.argsort(places[chosen])]
        if chosen.size:
            places = places[chosen]
            codes = np.asarray(rows["scope_code"].to_pylist(), dtype=str)[chosen]
            is_root = rows["is_root"][int(chosen[0])].as_py()
            found[kind] = (is_root, places, codes, rank_intervals(drawn_scores[:, places], nominal[places], codes))
    return found


def _scope_lists(unit_count, by_scope):
    columns = {field.name: [] for field in SCOPE}
    places = []
    for kind, (_, here, codes, intervals) in by_scope.items():
        places.append(here)
        columns["scope_kind"].append(np.full(here.size, kind, dtype=object))
        columns["scope_code"].append(codes.astype(object))
        for name in columns.keys() - {"scope_kind", "scope_code"}:
            columns[name].append(getattr(intervals, name))
    if not places:
        return pa.nulls(unit_count, pa.list_(SCOPE))
    values = [pa.array(np.concatenate(columns[field.name]), field.type) for field in SCOPE]
    return _lists(unit_count, np.concatenate(places), pa.StructArray.from_arrays(values, fields=list(SCOPE)))


def _lists(unit_count, places, values):
    """Values as lists by place, in the order in which they stand."""
    ends = np.concatenate([[0], np.cumsum(np.bincount(places, minlength=unit_count))]).astype(np.int32)
    return pa.ListArray.from_arrays(ends, values.take(pa.array(np.argsort(places, kind="stable"))))


def _default(units, by_scope):
    """Ranks by unit in the widest circle; and each unit with those of its region that are ranked behind it."""
    unit_count = units.num_rows
    found = next(((places, intervals) for is_root, places, _, intervals in by_scope.values() if is_root), None)
    if found is None:
        return pa.nulls(unit_count, pa.list_(pa.int32())), pa.nulls(unit_count, pa.list_(NEIGHBOUR))
    places, intervals = found
    ranks = intervals.ranks.T
    lists = _lists(unit_count, np.repeat(places, ranks.shape[1]), pa.array(ranks.reshape(-1), pa.int32()))
    regions = np.asarray(units["region_code"].to_pylist(), dtype=str)[places]
    first, second = _pairs(regions, intervals.nominal_rank)
    before, level = before_share(ranks, first, second)
    codes = units["unit_code"].take(pa.array(places[second])).combine_chunks()
    values = pa.StructArray.from_arrays([codes, pa.array(before), pa.array(level)], fields=list(NEIGHBOUR))
    return lists, _lists(unit_count, places[first], values)


def _pairs(regions, nominal_ranks):
    """Pairs of one region, the better ranked first; of two with one rank the smaller code, which comes first anyway."""
    order = np.lexsort((np.arange(regions.size), nominal_ranks, regions))
    _, starts = np.unique(regions[order], return_index=True)
    groups = np.split(order, starts[1:])
    pairs = [(group[first], group[second]) for group in groups for first, second in [np.triu_indices(group.size, 1)]]
    return tuple(np.concatenate(side) for side in zip(*pairs, strict=True))


def _grades(drawn_scores, bands):
    # The first score is the nominal one.
    drawn = drawn_scores[1:].T
    shares = [
        shares_between(drawn, _bound(band["lower_bound"], -np.inf), _bound(band["upper_bound"], np.inf))
        for band in bands
    ]
    if not bands:
        return pa.nulls(drawn.shape[0], pa.list_(GRADE))
    names = pa.array([band["grade"] for band in bands] * drawn.shape[0], pa.string())
    values = pa.StructArray.from_arrays([names, pa.array(np.stack(shares, axis=1).reshape(-1))], fields=list(GRADE))
    return pa.ListArray.from_arrays(np.arange(drawn.shape[0] + 1, dtype=np.int32) * len(bands), values)


def _bound(value, without):
    return without if value is None else float(value)
