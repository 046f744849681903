"""The seeds of a home: the user's rows over the shipped ones or alone, one folder for all, collisions refused."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from orchestration.errors import UsageError
from orchestration.home import Home, shipped_seeds
from orchestration.seeds import dbt_folder, seed_tables, seeds_folder
from orchestration.warehouse.dbt import project_digest

SERIES = "methodology/series.csv"
OWN_SERIES = "series_code,name_en,unit_name_en,publication_digits,is_released\nown,Own index,town,2,1\n"


def write_own(root: Path, place: str, text: str | bytes) -> Home:
    path = root / "seeds" / place
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return Home(root)


def rows(folder: Path, place: str) -> list[dict[str, str]]:
    with (folder / place).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_a_home_without_rows_has_the_shipped_seeds_and_nothing_is_written(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    assert seeds_folder(home) == shipped_seeds()
    assert not home.root.exists()


def test_own_rows_are_laid_over_the_shipped_ones(tmp_path: Path) -> None:
    folder = seeds_folder(write_own(tmp_path, SERIES, OWN_SERIES))
    assert [row["series_code"] for row in rows(folder, SERIES)] == ["county_integrity", "hdi", "census", "own"]
    # A column that was left out is empty, and the order of columns is the shipped one.
    assert rows(folder, SERIES)[-1]["name_zh"] == ""
    assert (folder / SERIES).read_text("utf-8").splitlines()[:-1] == (
        (shipped_seeds() / SERIES).read_text("utf-8").splitlines()
    )
    assert (folder / "geography/region.csv").read_bytes() == (shipped_seeds() / "geography/region.csv").read_bytes()


def test_own_rows_stand_alone_where_the_home_says_so(tmp_path: Path) -> None:
    home = write_own(tmp_path, SERIES, OWN_SERIES)
    home.settings.write_text('seeds = "own"\n', encoding="utf-8")
    folder = seeds_folder(home)
    assert [row["series_code"] for row in rows(folder, SERIES)] == ["own"]
    assert sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.csv")) == sorted(seed_tables())
    assert rows(folder, "geography/division_history.csv") == []


def test_the_state_of_the_seeds_names_their_folder(tmp_path: Path) -> None:
    home = write_own(tmp_path, SERIES, OWN_SERIES)
    before, digest = seeds_folder(home), project_digest(home)
    assert seeds_folder(home) == before
    write_own(tmp_path, SERIES, OWN_SERIES.replace("town", "city"))
    after = seeds_folder(home)
    assert after != before
    assert project_digest(home) != digest
    # Who began under the state before still reads it.
    assert rows(before, SERIES)[-1]["unit_name_en"] == "town"
    write_own(tmp_path, SERIES, OWN_SERIES)
    assert (seeds_folder(home), project_digest(home)) == (before, digest)


def test_old_states_are_dropped(tmp_path: Path) -> None:
    for number in range(6):
        home = write_own(tmp_path, SERIES, OWN_SERIES.replace("town", f"town {number}"))
        seeds_folder(home)
    assert len(list((home.dbt / "resolved").iterdir())) == 3
    assert rows(seeds_folder(home), SERIES)[-1]["unit_name_en"] == "town 5"


def test_dbt_finds_the_same_seeds_by_a_relative_path(tmp_path: Path) -> None:
    home = write_own(tmp_path, SERIES, OWN_SERIES)
    project = dbt_folder(home)
    assert (project / ".." / "seeds").resolve() == seeds_folder(home)
    assert (project / "dbt_project.yml").is_file()
    assert not project.is_symlink()


@pytest.mark.parametrize(
    ("place", "text", "message"),
    [
        (SERIES, "series_code,name_en\nown,One\nhdi,Mine\n", r"row 3: series_code hdi stands already in .*row 3"),
        (SERIES, "series_code,name_en\nown,One\nown,Two\n", r"row 3: series_code own stands already in .*row 2"),
        (SERIES, "series_code,nom\nown,One\n", r"row 1: there is no column 'nom'. The columns are series_code"),
        (SERIES, "series_code,series_code\nown,One\n", r"row 1: column series_code stands twice"),
        (SERIES, "name_en\nOne\n", r"row 1: column series_code is missing"),
        (SERIES, "series_code,name_en\nown\n", r"row 2 has 1 cells where the header has 2"),
        (SERIES, "series_code,name_zh\nown,指数\n".encode("gb18030"), r"is not UTF-8 .*save it as CSV UTF-8"),
        ("methodology/serie.csv", OWN_SERIES, r"is no seed. Is methodology/series.csv meant\?"),
        ("series.csv", OWN_SERIES, r"is no seed"),
    ],
)
def test_a_row_that_cannot_be_is_refused_with_its_place(
    tmp_path: Path, place: str, text: str | bytes, message: str
) -> None:
    home = write_own(tmp_path, place, text)
    with pytest.raises(UsageError, match=message) as caught:
        seeds_folder(home)
    assert str(home.seeds / place) in str(caught.value)
    assert not list((home.dbt / "resolved").glob("*"))


def test_a_collision_names_both_places(tmp_path: Path) -> None:
    home = write_own(tmp_path, SERIES, "series_code,name_en\nhdi,Mine\n")
    with pytest.raises(UsageError) as caught:
        seeds_folder(home)
    assert f"{home.seeds / SERIES}, row 2" in str(caught.value)
    assert f"{shipped_seeds() / SERIES}, row 3" in str(caught.value)


def test_what_a_spreadsheet_leaves_is_read(tmp_path: Path) -> None:
    text = '\ufeffname_en,series_code\r\n"Own, index",own\r\n,\r\n'
    folder = seeds_folder(write_own(tmp_path, SERIES, text))
    last = rows(folder, SERIES)[-1]
    assert (last["series_code"], last["name_en"]) == ("own", "Own, index")
    assert len(rows(folder, SERIES)) == len(rows(shipped_seeds(), SERIES)) + 1
