"""The inbox files of the census: every row of the table, what it is part of, and the measures computed from it."""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from decimal import Decimal
from pathlib import Path

import pytest

from orchestration.demo.census import (
    BASIC_ATTRIBUTES,
    MEASURES,
    TABLE,
    Area,
    read_areas,
    write_census_attributes,
    write_census_observations,
)
from orchestration.home import shipped_seeds


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def areas() -> dict[str, Area]:
    found = read_areas()
    by_code = {area.code: area for area in found}
    assert len(by_code) == len(found) == 3358
    return by_code


def test_every_row_has_a_code_a_kind_and_a_region(areas: dict[str, Area]) -> None:
    assert Counter(area.kind for area in areas.values()) == {"unit": 2845, "region": 369, "zone": 144}
    assert [area.code for area in areas.values() if not area.part_of] == ["000000"]
    assert {areas[area.part_of].kind for area in areas.values() if area.part_of} == {"region"}


def test_units_are_those_of_the_frame(areas: dict[str, Area]) -> None:
    frame = read(shipped_seeds() / "geography" / "assessment_frame.csv")
    included = {row["unit_code"] for row in frame if row["series_code"] == "census" and row["is_included"] == "1"}
    assert {area.code for area in areas.values() if area.kind == "unit"} == included


@pytest.mark.parametrize(
    ("code", "kind", "part_of"),
    [
        ("110100", "region", "110000"),
        ("110101", "unit", "110100"),
        ("419001", "unit", "410000"),  # 济源市, which the table prints without a subtotal
        ("429004", "unit", "429000"),
        ("429000", "region", "420000"),
        ("500229", "unit", "500200"),
        ("441900", "unit", "440000"),  # 东莞市 has no counties
        ("460300", "region", "460000"),
        ("1401Z1", "zone", "140100"),  # a zone without a code
        ("320611", "zone", "320600"),  # 港闸区, merged before the end of the year
        ("632857", "zone", "632800"),
    ],
)
def test_place_in_the_table(areas: dict[str, Area], code: str, kind: str, part_of: str) -> None:
    assert (areas[code].kind, areas[code].part_of) == (kind, part_of)


def test_parts_give_the_total_everywhere_but_in_one_row(areas: dict[str, Area]) -> None:
    sums: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    counts = [name for name in areas["000000"].values if not name.endswith(("_percent", "_size", "_m2", "_schooling"))]
    for area in areas.values():
        for name in counts:
            sums[area.part_of, name] += Decimal(area.values.get(name, 0))
    wrong = [
        (area.code, name, Decimal(area.values[name]) - sums[area.code, name])
        for area in areas.values()
        if area.kind == "region"
        for name in counts
        if name in area.values and Decimal(area.values[name]) != sums[area.code, name]
    ]
    assert wrong == [("410000", "family_household_population", 270)]


def test_attributes_are_the_cells_of_the_table(tmp_path: Path) -> None:
    rows = read(write_census_attributes(tmp_path))
    cells = sum(bool(cell) for row in read(TABLE) for cell in list(row.values())[4:])
    assert len(rows) == cells == 83901
    assert {row["provenance"] for row in rows} == {"published"}
    [xiuwen] = [row for row in rows if (row["unit_code"], row["attribute_code"]) == ("520123", "population")]
    assert xiuwen["value"] == next(row["population"] for row in read(TABLE) if row["code"] == "520123")
    basic = read(write_census_attributes(tmp_path / "basic", BASIC_ATTRIBUTES))
    assert len(basic) == 2 * 3358


def test_measures_are_shares_of_the_table(tmp_path: Path) -> None:
    path = write_census_observations(tmp_path)
    before = path.read_bytes()
    assert write_census_observations(tmp_path).read_bytes() == before
    rows = read(path)
    assert len(rows) == 2845 * len(MEASURES)
    assert {row["state"] for row in rows} == {""}
    values = {(row["unit_code"], row["measure_code"]): Decimal(row["value"]) for row in rows}
    [xiuwen] = [row for row in read(TABLE) if row["code"] == "520123"]
    share = 100 * Decimal(xiuwen["households_with_bath"]) / Decimal(xiuwen["family_households_long_form"])
    assert abs(values["520123", "census_bath_share"] - share) <= Decimal("0.0000005")
    assert values["520123", "census_housing_area"] == Decimal(xiuwen["housing_area_per_person_m2"])
