"""The SQL by which a unit finds itself in the edition before, run over the seeds without dbt: it must agree with what
the checks at the door make of a code, and lose nobody between the first edition and the last."""

from __future__ import annotations

import duckdb
import jinja2
import pytest

from orchestration.home import project_root
from orchestration.landing.reference import read_reference

ROOT = project_root()
SERIES = "county_integrity"
SEEDS = {
    "stg_edition": "select * from read_csv('{seeds}/methodology/edition.csv')",
    "stg_assessment_frame": "select * from read_csv('{seeds}/geography/assessment_frame.csv', all_varchar = true)",
    "stg_division_change": "select *, year as change_year from read_csv('{seeds}/geography/division_change.csv', "
    "types = {{'from_code': 'varchar', 'to_code': 'varchar'}})",
}


@pytest.fixture(scope="module")
def succession() -> dict[tuple[int, str], tuple[str, str]]:
    """(year, unit) → (unit of the edition before, kind of succession)."""
    connection = duckdb.connect()
    for name, query in SEEDS.items():
        connection.execute(f"create table {name} as {query.format(seeds=ROOT / 'seeds')}")
    connection.execute("alter table stg_assessment_frame alter assessment_year type integer")
    for name in ("int_edition_interval", "int_unit_succession"):
        (path,) = (ROOT / "dbt_project" / "models").glob(f"**/{name}.sql")
        model = jinja2.Template(path.read_text(encoding="utf-8"))
        connection.execute(f"create table {name} as {model.render(ref=lambda model: model)}")
    rows = connection.execute(
        "select assessment_year, unit_code, previous_unit_code, succession_kind from int_unit_succession "
        "where series_code = ?",
        [SERIES],
    ).fetchall()
    connection.close()
    return {(year, unit): (previous, kind) for year, unit, previous, kind in rows}


def test_history_and_door_agree(succession: dict[tuple[int, str], tuple[str, str]]) -> None:
    """Where the history takes a unit for a new code of an old one, the door takes the old code for the new unit."""
    reference = read_reference(ROOT / "seeds")
    recoded = {key: previous for key, (previous, kind) in succession.items() if kind == "changed_code"}
    assert len(recoded) > 40
    for (year, unit), previous in recoded.items():
        assert reference.stand(SERIES, previous, year).unit_code == unit
        assert reference.stand(SERIES, unit, year - 1).unit_code == previous


@pytest.mark.parametrize(
    ("unit", "codes"),
    [
        ("520581", ["520581"] * 4 + ["520522"] * 5),  # 黔西市, a county until 2021
        ("220184", ["220184"] * 5 + ["220381"] * 4),  # 公主岭市, from 四平 to 长春
        ("520281", ["520281"] * 8 + ["520222"]),  # 盘州市, a county until 2017
        ("520204", ["520204"] * 5),  # 水城区 begins anew: of 水城县 with a part for 钟山区
        ("330102", ["330102"] * 9),  # 上城区 keeps its history when it takes in 江干区
    ],
)
def test_unit_of_the_last_edition_is_followed_back(
    succession: dict[tuple[int, str], tuple[str, str]], unit: str, codes: list[str]
) -> None:
    followed = [unit]
    for year in range(2025, 2017, -1):
        if (year, followed[-1]) in succession:
            followed.append(succession[year, followed[-1]][0])
    assert followed == codes
