"""A foreign index from a random tree goes the whole way: lands, scores as the reference scorer does, is released,
reported on, explained, compared, exported and shown as a site, and rebuilt; and nothing that comes out calls its units
counties, or draws a map of China."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from orchestration.home import Home
from orchestration.seeds import seeds_folder
from tests.methodology.random_method import RAW_TABLES
from tests.methodology.reference_scorer import world_from_csv_seeds
from tests.methodology.test_marts_equal_reference import compare
from tests.own_index.conftest import Shell
from tests.own_index.foreign import foreign_world, write_foreign_folder

COUNTY = re.compile("count(y|ies)|县", re.IGNORECASE)
# What only China's maps bear, and a missing word that was printed all the same.
OUT_OF_PLACE = re.compile(r'审图号|GS\(20|天地图|Tianditu|南海|South China|class="map"|None')
# Leaves that are said to have lost marks to a rounding that they do not have, or without any mark.
FALSE_ROUNDINGS = """
    select told.* from marts.score_contribution as told
    inner join intermediate.int_methodology_node as node using (methodology_code, node_code)
    where told.reason_en = 'lost to its rounding' and (told.score is null or node.rounding_mode = 'none')
"""
# A whole run for each example: they are few, and always the same ones.
FEW = {
    "deadline": None,
    "derandomize": True,
    "database": None,
    "phases": [Phase.generate],
    "suppress_health_check": list(HealthCheck),
}


@pytest.mark.slow
@settings(max_examples=1, **FEW)
@given(seed=st.integers(0, 2**32 - 1))
def test_a_foreign_index_of_one_edition_goes_its_way(tmp_path_factory: pytest.TempPathFactory, seed: int) -> None:
    follow_index(tmp_path_factory.mktemp("foreign"), seed, year_count=1)


@pytest.mark.slow
@settings(max_examples=5, **FEW)
@given(seed=st.integers(0, 2**32 - 1))
def test_many_foreign_indices_go_the_whole_way(tmp_path_factory: pytest.TempPathFactory, seed: int) -> None:
    folder = tmp_path_factory.mktemp("foreign")
    follow_index(folder, seed, year_count=2)
    (folder / "again").mkdir()
    shell = Shell(folder / "again")
    shell.folder = folder / "index"
    release = max(path.parent.name for path in (folder / "index" / "releases").glob("2*/r1"))
    shell.run(f"zhengxin verify {release}-r1 --rebuild")


def follow_index(folder: Path, seed: int, year_count: int) -> None:
    world = foreign_world(seed, year_count)
    home = write_foreign_folder(folder / "index", world, seed)
    shell = Shell(folder)
    shell.folder = home.root
    said = [shell.run("zhengxin check-seeds"), shell.run("zhengxin run")]
    compare(_scored_world(home), home.warehouse)
    assert _asked(home.warehouse, FALSE_ROUNDINGS) == []
    years = sorted({row["assessment_year"] for row in world["edition"]})
    last, unit = years[-1], _units(home, years[-1])
    for year in years:
        said.append(shell.run(f"zhengxin release {year} || test $? -eq 2"))
    said += [shell.run(f"zhengxin explain {unit[0]} --language {language}") for language in ("zh", "en")]
    said.append(shell.run(f"zhengxin compare {unit[0]} {unit[-1]} --year {last}"))
    said.append(shell.run(f"zhengxin queue --year {last}"))
    said.append(shell.run(f"zhengxin queue --year {last} --output tables/to_verify.xlsx"))
    said.append(shell.run("zhengxin template observation tables/observation.xlsx"))
    said.append(shell.run(f"zhengxin report --year {last} --language en"))
    said.append(shell.run(f"zhengxin report --year {last} --language zh --format html"))
    said += [
        shell.run(f"zhengxin report --year {last} --language {language} --format html --region {unit[0]}")
        for language in ("zh", "en")
    ]
    said.append(shell.run(f"zhengxin export {last}-r1 --output index.xlsx"))
    said.append(shell.run(f"zhengxin export {last}-r1 --format csv --output tables/csv"))
    said.append(shell.run("zhengxin site"))
    naming = [text for text in (*said, *_written(home), *_stored(home)) if COUNTY.search(text)]
    assert naming == []
    assert [text for text in (*said, *_pages(home)) if OUT_OF_PLACE.search(text)] == []


def _pages(home: Home) -> Iterator[str]:
    """Each page of reports and site, by its name, without the queries that it names."""
    for folder in ("reports", "site"):
        for path in sorted((home.root / folder).rglob("*.html")):
            text = re.sub(r"<(pre|script|style)\b.*?</\1>", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
            yield f"{path.name}: {text}"


def _scored_world(home: Home) -> dict[str, list[dict]]:
    """The seeds of the folder and what has landed, as the reference scorer takes them."""
    world = world_from_csv_seeds(seeds_folder(home))
    with duckdb.connect(str(home.warehouse), read_only=True) as connection:
        for table in RAW_TABLES:
            answer = connection.execute(f"select * from raw.{table}")
            names = [column[0] for column in answer.description]
            world[table] = [dict(zip(names, row, strict=True)) for row in answer.fetchall()]
    return world


def _units(home: Home, year: int) -> list[str]:
    """Units that have a score, in the order of their codes."""
    scored = (
        "select distinct unit_code from marts.fct_unit_score where assessment_year = ? and score is not null order by 1"
    )
    return [code for (code,) in _asked(home.warehouse, scored, year)]


def _asked(database: Path, query: str, *parameters: object) -> list[tuple]:
    with duckdb.connect(str(database), read_only=True) as connection:
        return connection.execute(query, parameters).fetchall()


def _written(home: Home) -> Iterator[str]:
    """What every page, table, workbook and note that people are given says, each with its name."""
    for path in sorted(home.root.rglob("*")):
        if not path.is_file() or not {"reports", "releases", "site", "tables", "index.xlsx"}.intersection(path.parts):
            continue
        if path.suffix in (".html", ".js", ".md", ".csv", ".json"):
            yield f"{path.name}: {path.read_text(encoding='utf-8')}"
        elif path.suffix == ".xlsx":
            for sheet in load_workbook(path):
                for cells in sheet.iter_rows():
                    notes = [cell.comment.text for cell in cells if cell.comment]
                    yield f"{path.name} {sheet.title}: {[cell.value for cell in cells]} {notes}"


def _stored(home: Home) -> Iterator[str]:
    """Every text in the release that readers open."""
    with duckdb.connect(str(home.releases / "current.duckdb"), read_only=True) as connection:
        for (table,) in connection.execute(
            "select table_name from duckdb_tables() where schema_name = 'marts'"
        ).fetchall():
            for row in connection.execute(f"select * from marts.{table}").fetchall():
                yield f"{table}: {row}"
