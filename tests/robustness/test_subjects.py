"""Which subjects are drawn anew: `int_unit_draw` over tables of two subjects, as dbt would call it."""

from __future__ import annotations

import importlib.util
from types import ModuleType, SimpleNamespace

import duckdb
import pyarrow as pa
import pytest

from orchestration.home import project_root
from orchestration.seeds import DBT_PROJECT

MODEL = project_root() / DBT_PROJECT / "models" / "intermediate" / "robustness" / "int_unit_draw.py"
TABLES = """
    create table int_scenario_subject as
        select
            'county/' || year || '/plain/weights' as subject_code, 'county/' || year || '/plain' as target_code,
            'plain' as methodology_code, 'weights' as scenario_code, true as is_default, null::varchar as
            nominal_variant_code, 0::double as lowest, 100::double as highest, 7 as seed
        from unnest([2018, 2019]) as years(year);
    create table int_scenario_input as
        select subject_code, 'of ' || subject_code as input_fingerprint from int_scenario_subject;
    create table int_scenario_node as
        select 'plain' as methodology_code, place as node_place, 'N' || place as node_code, parent as parent_place,
            depth, place > 0 as is_leaf, 'arithmetic' as aggregation, true as is_sum, mark as full_mark, 1.0 as weight
        from (values (0, -1, 0, 100.0), (1, 0, 1, 60.0), (2, 0, 1, 40.0)) as nodes(place, parent, depth, mark);
    create table stg_scenario_factor as
        select 'weights' as scenario_code, 'mark' as factor_code, 1 as position, 'weight' as factor_kind,
            1 as node_level, null::varchar as node_codes, 0.25 as spread, null::varchar as options;
    create table int_scenario_unit as
        select subject_code, place::integer as unit_place, 'U' || place as unit_code, 'R' as region_code,
            true as is_ranked, 50.0 - place as nominal_score, 0.0 as additional_points, null::integer[] as
            unscored_places
        from int_scenario_subject cross join range(3) as places(place);
    create table int_scenario_rate as
        select target_code, 'stated' as normalisation_code, 'U' || place as unit_code,
            [{'node_place': 1, 'rate': 0.5 - place / 10}, {'node_place': 2, 'rate': 0.25 * place}] as rates
        from int_scenario_subject cross join range(3) as places(place);
    create table int_scenario_error(methodology_code varchar, node_place integer, errors double[]);
    create table int_scenario_draw as
        select 'weights' as scenario_code, 'plain' as methodology_code, number::integer as draw_number,
            [{'factor_code': 'mark', 'option_number': -1}][:number] as points,
            [whole * 1000000000000 for whole in [100, 60 - number, 40 + number]] as marks
        from range(4) as numbers(number);
    create table int_scenario_scope as
        select target_code, 'U' || place as unit_code, 'nation' as scope_kind, 'R' as scope_code, true as is_root,
            false as is_peer_group
        from int_scenario_subject cross join range(3) as places(place);
    create table stg_grade_band as
        select 'plain' as methodology_code, 'A' as grade, 1 as position, 40.0 as lower_bound, null::double as
        upper_bound;
"""


@pytest.fixture(scope="module")
def model() -> ModuleType:
    spec = importlib.util.spec_from_file_location(MODEL.stem, MODEL)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def connection() -> duckdb.DuckDBPyConnection:
    with duckdb.connect() as connection:
        connection.execute(TABLES)
        yield connection


def drawn(model: ModuleType, connection: duckdb.DuckDBPyConnection) -> pa.Table:
    dbt = SimpleNamespace(config=lambda **given: None, ref=connection.table, this=MODEL.stem)
    return model.model(dbt, connection)


def test_all_are_drawn_where_there_is_no_table(model: ModuleType, connection: duckdb.DuckDBPyConnection) -> None:
    rows = drawn(model, connection).to_pylist()
    assert [(row["subject_code"], row["unit_code"]) for row in rows] == [
        (f"county/{year}/plain/weights", f"U{place}") for year in (2018, 2019) for place in range(3)
    ]
    # Marks of 60 and 40 by rates of 0.5 and 0, 0.4 and 0.25, 0.3 and 0.5.
    assert [row["nominal_draw_score"] for row in rows[:3]] == [30.0, 34.0, 38.0]
    assert {row["input_fingerprint"] for row in rows[:3]} == {"of county/2018/plain/weights"}


def test_a_subject_is_drawn_again_where_its_inputs_changed(
    model: ModuleType, connection: duckdb.DuckDBPyConnection
) -> None:
    before = drawn(model, connection)
    connection.register("rows", before)
    connection.execute("create table int_unit_draw as select * from rows")
    assert drawn(model, connection).num_rows == 0

    connection.execute("update int_scenario_rate set rates = [rates[1]] where target_code = 'county/2019/plain'")
    connection.execute("update int_scenario_input set input_fingerprint = 'other' where subject_code like '%2019%'")
    after = drawn(model, connection)
    assert after["subject_code"].to_pylist() == ["county/2019/plain/weights"] * 3
    connection.execute("drop table int_unit_draw")
    assert pa.concat_tables([before[:3], after]) == drawn(model, connection)
    assert after.drop(["subject_code", "input_fingerprint"]) != before[3:].drop(["subject_code", "input_fingerprint"])
