"""The SQL on attributes of units, run without dbt over the seeds and the census of 2020: totals against their parts,
codes followed to the units of editions before and after the census, weights, and peer groups."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import jinja2
import pyarrow as pa
import pytest
import yaml

from orchestration.demo.census import AS_OF, LICENCE, SOURCE, read_areas
from orchestration.home import project_root

ROOT = project_root()
MODELS = ROOT / "dbt_project" / "models"
COUNTY = "county_integrity"
# The editions that stand for all: before the census, after it, and after later changes of codes.
EDITIONS = [("census", 2020), (COUNTY, 2019), (COUNTY, 2021), (COUNTY, 2025)]
PEER_GROUPS = ("int_peer_value", "int_peer_group_by_value", "int_peer_group")
BUILT = (
    "int_area_attribute",
    "int_area_ancestor",
    "int_attribute_unit",
    "int_unit_attribute",
    "int_unit_weight",
    "int_region",
    "int_region_ancestor",
    "int_unit_region",
    *PEER_GROUPS,
    "attribute_total",
)


def render(path: Path) -> str:
    """The SQL of a model, its refs naming tables of the same name."""
    macros = "".join((ROOT / "dbt_project" / "macros" / f"{name}.sql").read_text("utf-8") for name in MACROS)
    template = jinja2.Template(macros + path.read_text("utf-8"))
    return template.render(ref=lambda name: name, var=lambda name: VARIABLES[name], config=lambda **_: "")


MACROS = [
    path.stem
    for path in sorted((ROOT / "dbt_project" / "macros").glob("*.sql"))
    if re.search("macro (score_quotient|filled)", path.read_text("utf-8"))
]
VARIABLES = yaml.safe_load((ROOT / "dbt_project" / "dbt_project.yml").read_text("utf-8"))["vars"]


def build(connection: duckdb.DuckDBPyConnection, *models: str) -> None:
    for model in models:
        (path,) = MODELS.glob(f"**/{model}.sql")
        connection.execute(f"create or replace table {model} as {render(path)}")


@pytest.fixture(scope="module")
def built() -> Iterator[duckdb.DuckDBPyConnection]:
    connection = duckdb.connect()
    for yml in (*sorted((ROOT / "seeds").glob("*/_*.yml")), ROOT / "dbt_project" / "seeds" / "_message.yml"):
        for seed in yaml.safe_load(yml.read_text("utf-8"))["seeds"]:
            columns = ", ".join(f"{name} {kind}" for name, kind in seed["config"]["column_types"].items())
            connection.execute(f"create table seed_{seed['name']} ({columns})")
            connection.execute(
                f"insert into seed_{seed['name']} from read_csv(?, all_varchar = true, header = true)",
                [str(yml.parent / f"{seed['name']}.csv")],
            )
            connection.execute(f"create view stg_{seed['name']} as from seed_{seed['name']}")
    connection.execute(
        "create or replace view stg_division_change as select *, year as change_year from seed_division_change"
    )
    connection.execute("create view stg_batch as select 'b' as batch_id, true as is_effective, 1 as delivery_seq")
    wanted = ", ".join(f"('{series}', {year})" for series, year in EDITIONS)
    connection.execute(
        f"create table int_edition as from seed_edition where (series_code, assessment_year) in ({wanted})"
    )
    connection.execute(
        f"create table int_unit as from seed_assessment_frame where (series_code, assessment_year) in ({wanted})"
    )
    rows = [
        {
            "area_code": area.code,
            "area_name": area.name,
            "area_kind": area.kind,
            "part_of_code": area.part_of or None,
            "attribute_code": name,
            "as_of": date.fromisoformat(AS_OF),
            "value": Decimal(value),
        }
        for area in read_areas()
        for name, value in area.values.items()
    ]
    table = pa.Table.from_pylist(rows)
    connection.register("census_rows", table)
    connection.execute(
        "create table stg_unit_attribute as select * replace (value::decimal(20, 9) as value), ? as source_title, "
        "? as licence, null::varchar as evidence_url, 'published' as provenance, 'b' as batch_id, "
        "row_number() over () as row_number from census_rows",
        [SOURCE, LICENCE],
    )
    build(connection, *BUILT)
    yield connection
    connection.close()


@pytest.fixture
def census(built: duckdb.DuckDBPyConnection) -> Iterator[duckdb.DuckDBPyConnection]:
    """The built tables, in a transaction that the test's changes do not outlive."""
    built.begin()
    yield built
    built.rollback()


def totals(connection: duckdb.DuckDBPyConnection, outcome: str) -> list[tuple]:
    return connection.execute(
        "select attribute_code, area_code, difference from attribute_total "
        "where series_code = 'census' and outcome = ? order by 1, 2",
        [outcome],
    ).fetchall()


def unnamed(connection: duckdb.DuckDBPyConnection) -> int:
    """Rows of the test that fails a build."""
    check = render(ROOT / "dbt_project" / "tests" / "marts" / "attribute_totals_hold_or_are_named.sql")
    return len(connection.execute(f"select * from ({check}) where series_code = 'census'").fetchall())


def test_all_totals_of_the_census_hold_but_the_named_ones(census: duckdb.DuckDBPyConnection) -> None:
    outcomes = Counter(
        outcome
        for (outcome,) in census.execute("select outcome from attribute_total where series_code = 'census'").fetchall()
    )
    assert outcomes == {"equal": 8476, "not_compared": 738, "named_exception": 2}
    households = "family_household_population"
    assert totals(census, "named_exception") == [(households, "000000", 270), (households, "410000", 270)]
    assert unnamed(census) == 0


def test_wrong_total_is_named_by_region_and_amount(census: duckdb.DuckDBPyConnection) -> None:
    """A county with one inhabitant more: its prefecture, its province and the nation do not add up."""
    census.execute(
        "update stg_unit_attribute set value = value + 1 where area_code = '520123' and attribute_code = 'population'"
    )
    build(census, "int_area_attribute", "attribute_total")
    assert totals(census, "differs") == [("population", code, -1) for code in ("000000", "520000", "520100")]
    assert unnamed(census) == 3


def test_exception_that_no_longer_holds_is_found(census: duckdb.DuckDBPyConnection) -> None:
    census.execute(
        "update stg_unit_attribute set value = value - 270 "
        "where area_code in ('410000', '000000') and attribute_code = 'family_household_population'"
    )
    build(census, "int_area_attribute", "attribute_total")
    assert totals(census, "named_exception") == []
    assert unnamed(census) == 2


def test_mean_outside_of_what_rounding_explains_is_found(census: duckdb.DuckDBPyConnection) -> None:
    census.execute(
        "update stg_unit_attribute set value = value + 0.03 "
        "where area_code = '520000' and attribute_code = 'share_65_up_percent'"
    )
    build(census, "int_area_attribute", "attribute_total")
    assert [row[:2] for row in totals(census, "differs")] == [("share_65_up_percent", "520000")]


@pytest.mark.parametrize(
    ("edition", "unit", "areas"),
    [
        (("census", 2020), "320613", ["320611", "320613"]),  # 崇川区 has taken in 港闸区
        ((COUNTY, 2021), "340209", ["340208", "340209"]),
        ((COUNTY, 2025), "520581", ["520522"]),  # 黔西县 became a city in 2021
        ((COUNTY, 2025), "350404", ["350402", "350403"]),  # 梅列区 and the old 三元区
        ((COUNTY, 2025), "330114", []),  # 钱塘区 is a part of 江干区, which was split
        ((COUNTY, 2019), "220381", ["220184"]),  # back to the code before 2020
        ((COUNTY, 2019), "520221", []),  # 水城县, which gave a part to 钟山区
        ((COUNTY, 2019), "520123", ["520123"]),
    ],
)
def test_code_is_followed_to_the_unit(
    census: duckdb.DuckDBPyConnection, edition: tuple[str, int], unit: str, areas: list[str]
) -> None:
    found = census.execute(
        "select area_code from int_attribute_unit "
        "where series_code = ? and assessment_year = ? and unit_code = ? order by 1",
        [*edition, unit],
    ).fetchall()
    assert [code for (code,) in found] == areas
    values = dict(
        census.execute(
            "select attribute_code, value from int_unit_attribute "
            "where series_code = ? and assessment_year = ? and unit_code = ?",
            [*edition, unit],
        ).fetchall()
    )
    expected = census.execute(
        "select sum(value) from stg_unit_attribute where attribute_code = 'population' and list_contains(?, area_code)",
        [areas],
    ).fetchone()[0]
    assert values.get("population") == expected
    # The mean of several areas is not known.
    assert ("mean_years_of_schooling" in values) == (len(areas) == 1)


def test_no_area_counts_in_two_units(census: duckdb.DuckDBPyConnection) -> None:
    repeated = "select 1 from int_attribute_unit group by series_code, assessment_year, area_code having count(*) > 1"
    assert census.execute(repeated).fetchall() == []


def test_only_an_attribute_of_before_the_edition_weighs(census: duckdb.DuckDBPyConnection) -> None:
    weighted = census.execute(
        "select series_code, assessment_year, count(*) from int_unit_weight group by all order by all"
    ).fetchall()
    assert weighted[:2] == [("census", 2020, 2845), (COUNTY, 2021, 2845)]
    assert [row[:2] for row in weighted[2:]] == [(COUNTY, 2025)]
    after = "select count(*) from int_unit_attribute where series_code = ? and assessment_year = 2019 and not is_before"
    assert census.execute(after, [COUNTY]).fetchone()[0] > 60_000


def test_later_day_before_the_edition_wins(census: duckdb.DuckDBPyConnection) -> None:
    for day, value in ((date(2023, 11, 1), 5), (date(2026, 1, 1), 7)):
        census.execute(
            "insert into stg_unit_attribute select * replace (?::date as as_of, ?::decimal(20, 9) as value) "
            "from stg_unit_attribute where area_code = '520123' and attribute_code = 'population' "
            "and as_of = date '2020-11-01'",
            [day, value],
        )
    build(census, *BUILT[:4])
    found = census.execute(
        "select assessment_year, as_of, is_before from int_unit_attribute "
        "where series_code = ? and unit_code = '520123' and attribute_code = 'population' order by 1",
        [COUNTY],
    ).fetchall()
    assert found == [
        (2019, date(2020, 11, 1), False),
        (2021, date(2020, 11, 1), True),
        (2025, date(2023, 11, 1), True),
    ]


def groups(connection: duckdb.DuckDBPyConnection, rule: str, series: str = "census", year: int = 2020) -> Counter:
    found = connection.execute(
        "select group_code from int_peer_group where series_code = ? and assessment_year = ? and peer_rule_code = ?",
        [series, year, rule],
    ).fetchall()
    return Counter(code for (code,) in found)


def test_peer_groups_of_the_census(census: duckdb.DuckDBPyConnection) -> None:
    assert groups(census, "nation") == {"000000": 2845}
    assert len(groups(census, "province")) == 31
    assert groups(census, "population_fifth") == {str(number): 569 for number in range(1, 6)}
    assert sum(groups(census, "unit_type").values()) == sum(groups(census, "urban_share").values()) == 2845
    assert groups(census, "plan_city_district") == {"listed": 35}
    smallest, largest = (
        census.execute(
            "select min(value), max(value) from int_peer_group join int_unit_attribute "
            "using (series_code, assessment_year, unit_code) where series_code = 'census' "
            "and peer_rule_code = 'population_fifth' and attribute_code = 'population' and group_code = ?",
            [group],
        ).fetchone()
        for group in ("1", "2")
    )
    assert smallest[1] < largest[0]


def test_band_holds_its_lower_bound(census: duckdb.DuckDBPyConnection) -> None:
    """A share of exactly 35 % stands in the band that begins there."""
    census.execute(
        "update int_unit_attribute set value = case attribute_code when 'population' then 1000 else 350 end "
        "where unit_code = '520123' and attribute_code in ('population', 'urban_population')"
    )
    build(census, *PEER_GROUPS)
    found = census.execute(
        "select distinct group_code from int_peer_group where unit_code = '520123' and peer_rule_code = 'urban_share'"
    ).fetchall()
    assert found == [("35_to_50",)]


def test_units_of_one_value_stand_in_one_group(census: duckdb.DuckDBPyConnection) -> None:
    census.execute(
        "update int_unit_attribute set value = 300000 "
        "where attribute_code = 'population' and value between 200000 and 400000"
    )
    build(census, *PEER_GROUPS)
    split = census.execute(
        "select count(distinct group_code) from int_peer_group join int_unit_attribute "
        "using (series_code, assessment_year, unit_code) where series_code = 'census' "
        "and peer_rule_code = 'population_fifth' and attribute_code = 'population' and value = 300000"
    ).fetchone()[0]
    assert split == 1
