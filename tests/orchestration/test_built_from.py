"""The note of what a warehouse was built from: unchanged inputs are known again, any change is noticed."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from orchestration.home import PACKAGE, Home
from orchestration.warehouse import built_from
from tests.small.inbox import write_small_inbox

RESULT = {"passed": 3}


@pytest.fixture
def noted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A home whose warehouse bears a note, over a copy of this project's own code that a test may change."""
    code = tmp_path / "project" / "orchestration"
    shutil.copytree(PACKAGE, code, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(built_from, "PACKAGE", code)
    home = Home(tmp_path / "home")
    home.warehouse.parent.mkdir(parents=True)
    home.warehouse.touch()
    built_from.record(home, [2018, 2019], RESULT)
    return home


def test_unchanged_inputs_are_known_again(noted: Home) -> None:
    assert built_from.result_if_unchanged(noted, [2019, 2018]) == RESULT
    assert built_from.result_if_unchanged(noted, [2019]) is None


@pytest.mark.parametrize(
    "changed", ["warehouse/raw.py", "quality/pages/suite.html", "pipeline/dagster.yaml", "added.sql"]
)
def test_changed_code_is_noticed(noted: Home, tmp_path: Path, changed: str) -> None:
    with (tmp_path / "project" / "orchestration" / changed).open("a", encoding="utf-8") as file:
        file.write("\n")
    assert built_from.result_if_unchanged(noted, [2018, 2019]) is None


def test_compiled_code_is_no_change(noted: Home, tmp_path: Path) -> None:
    folder = tmp_path / "project" / "orchestration" / "__pycache__"
    folder.mkdir()
    (folder / "home.cpython.pyc").write_bytes(b"compiled")
    assert built_from.result_if_unchanged(noted, [2018, 2019]) == RESULT


@pytest.mark.parametrize("package", ["dbt-core", "dbt-duckdb", "duckdb", "great-expectations"])
def test_another_package_version_is_noticed(noted: Home, monkeypatch: pytest.MonkeyPatch, package: str) -> None:
    real = built_from.version
    monkeypatch.setattr(built_from, "version", lambda name: "0.0.1" if name == package else real(name))
    assert built_from.result_if_unchanged(noted, [2018, 2019]) is None


def test_changed_row_of_the_home_is_noticed(noted: Home) -> None:
    """The seeds that a build would read are those that the home's own rows are laid over."""
    own = noted.seeds / "methodology" / "series.csv"
    own.parent.mkdir(parents=True)
    own.write_text("series_code,name_en,unit_name_en,publication_digits,is_released\nown,Own,town,2,1\n")
    assert built_from.result_if_unchanged(noted, [2018, 2019]) is None


def test_other_draws_are_noticed(noted: Home) -> None:
    noted.settings.write_text("draws = 0\n", encoding="utf-8")
    assert built_from.result_if_unchanged(noted, [2018, 2019]) is None


def test_waiting_file_is_noticed(noted: Home) -> None:
    write_small_inbox(noted.inbox, [2019])
    assert built_from.result_if_unchanged(noted, [2018, 2019]) is None


def test_no_note_is_left_of_a_warehouse_that_is_being_written(noted: Home) -> None:
    built_from.forget(noted)
    assert built_from.result_if_unchanged(noted, [2018, 2019]) is None
