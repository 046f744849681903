"""A copy of the project in which one prefecture is the whole nation: small enough to assess every cell in a test."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

from orchestration.home import project_root
from orchestration.warehouse.dbt import IGNORED_FOLDERS
from tests.small.inbox import PREFECTURE, SERIES

FOLDERS = ("dbt_project", "orchestration", "seeds")
FILES = ("profiles.yml", "pyproject.toml", "constraints.txt")
# What is known of the nation says nothing of one prefecture.
NATIONAL_TESTS = ("frame_of_2019_matches_the_report", "frame_agrees_with_division_history", "frame_region_exists")
NATIONAL_SEEDS = ("published_figure", "published_constraint", "published_constraint_term")


def write_small_project(target: Path) -> Path:
    """Copy models, seeds and code to `target`; the county series' frame is left with the units of one prefecture."""
    target.mkdir(parents=True)
    for name in FOLDERS:
        shutil.copytree(project_root() / name, target / name, ignore=shutil.ignore_patterns(*IGNORED_FOLDERS))
    for name in FILES:
        shutil.copyfile(project_root() / name, target / name)
    frame = target / "seeds" / "geography" / "assessment_frame.csv"
    _keep(frame, lambda row: row["series_code"] != SERIES or row["region_code"] == PREFECTURE)
    for name in NATIONAL_SEEDS:
        _keep(target / "seeds" / "published" / f"{name}.csv", lambda row: False)
    for name in NATIONAL_TESTS:
        _silence(target / "dbt_project" / "tests" / "seeds" / f"{name}.sql")
    return target


def _silence(test: Path) -> None:
    """The test stays, and finds nothing."""
    test.write_text(f"select * from (\n{test.read_text(encoding='utf-8')}\n) where false\n", encoding="utf-8")


def _keep(path: Path, wanted) -> None:
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        kept = [row for row in reader if wanted(row)]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, reader.fieldnames, lineterminator="\n")
        writer.writeheader()
        writer.writerows(kept)
