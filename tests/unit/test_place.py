"""Places are found by whatever people write of them, the best fit first, and an ambiguous name lists its candidates."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest

from orchestration.errors import UsageError
from orchestration.warehouse.place import REGION, UNIT, find_places, require_place, series_of

SERIES, YEAR = "county_integrity", 2019
REGION_TABLE = (
    f"create table marts.dim_region as select '{SERIES}' as series_code, {YEAR} as assessment_year, "
    "'{code}' as region_code, '{zh}' as name_zh, '{en}' as name_en, null::varchar as parent_region_code"
)
LOOKUPS = [
    (UNIT, "520123", "name_zh", "修文县"),
    (UNIT, "520123", "name_en", "Xiuwen County"),
    (UNIT, "520123", "pinyin", "xiuwenxian"),
    (UNIT, "520123", "initials", "xwx"),
    (UNIT, "520281", "name_zh", "盘州市"),
    (UNIT, "520281", "former_name_zh", "盘县"),
    (UNIT, "520281", "former_code", "520222"),
    (UNIT, "511002", "name_zh", "市中区"),
    (UNIT, "370402", "name_zh", "市中区"),
    (REGION, "520000", "name_zh", "贵州省"),
    (REGION, "520000", "code", "520000"),
]


@pytest.fixture(scope="module")
def marts() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute("create schema marts")
        connection.execute(
            "create table marts.place_lookup (series_code varchar, assessment_year int, place_kind varchar, "
            "place_code varchar, lookup_kind varchar, lookup_text varchar)"
        )
        connection.executemany(
            f"insert into marts.place_lookup values ('{SERIES}', {YEAR}, ?, ?, ?, ?)", [list(row) for row in LOOKUPS]
        )
        connection.execute(
            f"create table marts.dim_unit as select '{SERIES}' as series_code, {YEAR} as assessment_year, "
            "place_code as unit_code, lookup_text as name_zh, null::varchar as name_en, '贵州省' as province_name_zh, "
            "'Guizhou' as province_name_en, null::varchar as prefecture_name_zh, null::varchar as prefecture_name_en "
            "from marts.place_lookup where place_kind = 'unit' and lookup_kind = 'name_zh'"
        )
        connection.execute(REGION_TABLE.format(code="520000", zh="贵州省", en="Guizhou Province"))
        yield connection


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ("修文县", "520123"),
        ("修文", "520123"),
        ("xiuwen county", "520123"),
        ("Xiuwen", "520123"),
        ("xwx", "520123"),
        ("盘县", "520281"),
        ("520222", "520281"),
        ("贵州", "520000"),
        ("520000", "520000"),
    ],
)
def test_a_place_is_found(marts: duckdb.DuckDBPyConnection, asked: str, code: str) -> None:
    assert require_place(marts, SERIES, YEAR, asked).code == code


def test_an_ambiguous_name_lists_its_candidates(marts: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(UsageError) as refused:
        require_place(marts, SERIES, YEAR, "市中区")
    assert refused.value.in_language("en") == (
        "'市中区' names 2 places of 2019; write a code: 370402 市中区 (Guizhou), 511002 市中区 (Guizhou)."
    )
    assert refused.value.in_language("zh") == (
        "2019 年度有 2 个地区或单位叫“市中区”;请写代码:370402 贵州省 市中区、511002 贵州省 市中区。"
    )


@pytest.mark.parametrize("asked", ["", " ", "nowhere", "' or true --"])
def test_what_names_no_place_finds_none(marts: duckdb.DuckDBPyConnection, asked: str) -> None:
    assert find_places(marts, SERIES, YEAR, asked) == []
    with pytest.raises(UsageError, match="no region or unit") as refused:
        require_place(marts, SERIES, YEAR, asked)
    assert "没有地区或单位" in refused.value.in_language("zh")


def test_only_places_of_the_kind_asked_for(marts: duckdb.DuckDBPyConnection) -> None:
    assert find_places(marts, SERIES, YEAR, "贵州", (UNIT,)) == []


def test_a_file_without_the_look_up_is_searched_by_code_and_name() -> None:
    with duckdb.connect() as connection:
        connection.execute("create schema marts")
        connection.execute(
            f"create table marts.dim_unit as select '{SERIES}' as series_code, {YEAR} as assessment_year, "
            "'U1' as unit_code, '甲' as name_zh, 'Alpha' as name_en, null::varchar as province_name_zh, "
            "null::varchar as province_name_en, null::varchar as prefecture_name_zh, "
            "null::varchar as prefecture_name_en"
        )
        connection.execute(REGION_TABLE.format(code="R1", zh="乙", en="Beta"))
        found = [require_place(connection, SERIES, YEAR, asked).code for asked in ("alpha", "乙", "U1")]
        assert found == ["U1", "R1", "U1"]
        assert series_of(connection) == ""
