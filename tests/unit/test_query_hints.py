"""A query that finds nothing is answered with the places that its texts may mean, however they are written."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from orchestration.cli import app

LOOKUPS = [
    ("520123", 2018, "name_zh", "修文县"),
    ("520123", 2019, "name_zh", "修文县"),
    ("520123", 2019, "pinyin", "xiuwenxian"),
    ("522725", 2019, "name_en", "Weng'an"),
    ("520222", 2018, "name_zh", "盘县"),
]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("home")
    (folder / "warehouse").mkdir()
    with duckdb.connect(str(folder / "warehouse" / "warehouse.duckdb")) as connection:
        connection.execute("create schema marts")
        connection.execute(
            "create table marts.place_lookup (series_code varchar, assessment_year integer, place_kind varchar, "
            "place_code varchar, lookup_kind varchar, lookup_text varchar)"
        )
        connection.executemany("insert into marts.place_lookup values ('s', $2, 'unit', $1, $3, $4)", LOOKUPS)
        connection.execute(
            "create table marts.dim_unit as select distinct series_code, assessment_year, place_code as unit_code, "
            "case place_code when '520123' then '修文县' when '520222' then '盘县' else '瓮安县' end as name_zh, "
            "null::varchar as name_en, '贵州省' as province_name_zh, null::varchar as province_name_en, "
            "null::varchar as prefecture_name_zh, null::varchar as prefecture_name_en from marts.place_lookup"
        )
        connection.execute(
            "create table marts.dim_region as select 's' as series_code, 2019 as assessment_year, '0' as region_code, "
            "'全国' as name_zh, 'China' as name_en, null::varchar as parent_region_code"
        )
        connection.execute(
            "create table marts.release_info as select distinct series_code, assessment_year from marts.place_lookup"
        )
    return folder


def said(home: Path, statement: str, *options: str) -> str:
    done = CliRunner().invoke(app, ["--home", str(home), "query", *options, statement])
    assert done.exit_code == 0, done.output
    return done.stderr


@pytest.mark.parametrize(
    ("statement", "asked", "code"),
    [
        pytest.param("select * from marts.dim_unit where name_zh = '修文'", "修文", "520123", id="no row"),
        pytest.param("select * from marts.dim_unit where name_zh like '%xiuwen%'", "xiuwen", "520123", id="a pattern"),
        pytest.param("select count(*) from marts.dim_unit where name_zh = '修文'", "修文", "520123", id="a count"),
        pytest.param(
            "select max(name_zh) from marts.dim_unit where name_zh = '修文'", "修文", "520123", id="a maximum"
        ),
        pytest.param("select 1 from marts.dim_unit where name_en = 'Weng''an'", "Weng'an", "522725", id="apostrophe"),
        pytest.param("select * from marts.dim_unit where unit_code = '盘县'", "盘县", "520222", id="an edition before"),
    ],
)
@pytest.mark.parametrize("options", [(), ("--format", "csv"), ("--format", "json")], ids=["table", "csv", "json"])
def test_what_finds_nothing_is_answered_with_places(
    home: Path, statement: str, asked: str, code: str, options: tuple[str, ...]
) -> None:
    assert f"“{asked}”可能是:{code} 贵州省" in said(home, statement, *options)


@pytest.mark.parametrize(
    "statement",
    [
        pytest.param("select count(*) from marts.dim_unit where name_zh = '修文县'", id="it finds something"),
        pytest.param("select * from marts.dim_unit where unit_code = '520123' and 1 = 0", id="a code is no riddle"),
        pytest.param("select * from marts.dim_unit where name_zh = '没有这个县'", id="no such place"),
        pytest.param("select * from marts.dim_unit where name_zh like '%_县%'", id="one character names none"),
    ],
)
def test_nothing_is_said_where_there_is_nothing_to_say(home: Path, statement: str) -> None:
    assert said(home, statement) == ""
