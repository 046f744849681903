"""The seed CSVs as files: what dbt would load without a word, and what would make a review of their diff hard."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
import yaml

from orchestration.home import project_root
from orchestration.warehouse.seed_check import NULL_WORDS

SEEDS = project_root() / "seeds"
CSV_FILES = sorted(SEEDS.glob("*/*.csv"))

# Files whose rows stand in an order that a machine can check. The methodology is kept in the order of the tree, and
# published figures in the order of the report, for the person who reads them.
SORT_KEYS = {
    "assessment_frame": ("series_code", "assessment_year", "unit_code"),
    "division_change": ("year", "event_id", "from_code", "to_code", "link_kind"),
    "division_history": ("code", "version"),
    "published_unit_score": ("series_code", "unit_code", "assessment_year"),
    "region": ("series_code", "assessment_year", "region_code"),
}


def read_rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def header_of(path: Path) -> list[str]:
    with path.open(encoding="utf-8", newline="") as file:
        return next(csv.reader(file))


def seed_entry(path: Path) -> dict:
    entries = yaml.safe_load((path.parent / f"_{path.parent.name}.yml").read_text(encoding="utf-8"))["seeds"]
    return next((entry for entry in entries if entry["name"] == path.stem), {})


@pytest.fixture(params=CSV_FILES, ids=lambda path: path.stem)
def seed(request: pytest.FixtureRequest) -> Path:
    return request.param


def test_bytes_are_utf8_with_line_feeds(seed: Path) -> None:
    content = seed.read_bytes()
    content.decode("utf-8")
    assert not content.startswith(b"\xef\xbb\xbf"), "a byte order mark would become part of the first column's name"
    assert b"\r" not in content
    assert content.endswith(b"\n") and not content.endswith(b"\n\n")


def test_rows_have_the_columns_of_the_header(seed: Path) -> None:
    with seed.open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    assert len(set(header)) == len(header)
    assert [number for number, row in enumerate(rows, start=2) if len(row) != len(header)] == []


def test_cells_are_trimmed_and_not_null_words(seed: Path) -> None:
    # dbt loads the word null as NULL, other readers do so with nan and n/a; as a syllable, nan is one
    faults = [
        (number, column, cell)
        for number, row in enumerate(read_rows(seed), start=2)
        for column, cell in row.items()
        if cell != cell.strip() or cell.lower() in NULL_WORDS or "\ufffd" in cell
    ]
    assert faults == []


def test_names_stand_in_both_languages(seed: Path) -> None:
    rows = read_rows(seed)
    stems = [column.removesuffix("_zh") for column in header_of(seed) if column.endswith("_zh")]
    faults = [
        (number, stem)
        for number, row in enumerate(rows, start=2)
        for stem in stems
        if f"{stem}_en" in row and bool(row[f"{stem}_zh"]) != bool(row[f"{stem}_en"])
    ]
    assert faults == []
    nameless = [number for number, row in enumerate(rows, start=2) if row.get("name_zh") == ""]
    assert nameless == []


def test_every_column_is_typed_and_described(seed: Path) -> None:
    entry = seed_entry(seed)
    assert entry, f"{seed.name} has no entry in _{seed.parent.name}.yml"
    header = header_of(seed)
    assert list(entry["config"]["column_types"]) == header
    assert [column["name"] for column in entry["columns"]] == header
    texts = [entry["description"], *(column["description"] for column in entry["columns"])]
    assert [text for text in texts if " / " not in text] == [], "a description is English / 中文"


@pytest.mark.parametrize("name", sorted(SORT_KEYS))
def test_rows_are_sorted(name: str) -> None:
    (path,) = SEEDS.glob(f"*/{name}.csv")

    def key(row: dict[str, str]) -> tuple:
        return tuple(int(row[column]) if column in {"version", "year"} else row[column] for column in SORT_KEYS[name])

    keys = [key(row) for row in read_rows(path)]
    assert keys == sorted(keys)


def test_seed_paths_are_relative() -> None:
    # dbt joins a seed's path to its target folder: an absolute one makes it write the SQL that it runs over the CSV
    project = yaml.safe_load((project_root() / "dbt_project" / "dbt_project.yml").read_text(encoding="utf-8"))
    assert [path for path in project["seed-paths"] if Path(path).is_absolute()] == []


def test_yes_and_no_are_spelt_one_way(seed: Path) -> None:
    """As 1 and 0, kept as the text that they are: as a boolean, yes, t and TRUE would pass too."""
    entry = seed_entry(seed)
    questions = [column for column in header_of(seed) if column.startswith(("is_", "has_"))]
    listed = {
        column: values
        for test in entry.get("data_tests", [])
        if "listed_values" in test
        for column, values in test["listed_values"]["arguments"]["values"].items()
    }
    assert [column for column in questions if listed.get(column) != ["0", "1"]] == []
    types = entry.get("config", {}).get("column_types", {})
    assert [column for column in questions if types.get(column) != "varchar"] == []
