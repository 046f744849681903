"""A home whose seeds stand alone and in which one prefecture is the whole nation: small enough to assess every cell in
a test."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable
from pathlib import Path

from orchestration.demo.officer import write_officers
from orchestration.home import Home, shipped_seeds
from orchestration.project_folder.start import COUNTY_SEEDS
from tests.small.inbox import PREFECTURE, SERIES
from tests.small.parsed import share_parse

SETTINGS = f'series = "{SERIES}"\nseeds = "own"\npublish = "auto"\n'
# What is known of the nation says nothing of one prefecture.
NATIONAL_SEEDS = ("published_figure", "published_constraint", "published_constraint_term")

Row = dict[str, str]


def make_small_home(root: Path, frame: Callable[[Row], bool] | None = None, draws: int = 0) -> Home:
    """A home with nothing in it but its settings and its seeds: those that are shipped and the demo's officers, with
    the county series' frame cut down to the units of one prefecture, or to those that `frame` wants."""
    home = Home(root)
    home.root.mkdir(parents=True, exist_ok=True)
    # Draws are of no use to most tests and take a quarter of a build.
    home.settings.write_text(f"{SETTINGS}draws = {draws}\n", encoding="utf-8")
    shutil.copytree(shipped_seeds(), home.seeds, ignore=shutil.ignore_patterns("*.yml", "*.md"))
    lay_demo_seeds(home)
    wanted = frame or (lambda row: row["region_code"] == PREFECTURE)
    keep_rows(
        home.seeds / "geography" / "assessment_frame.csv", lambda row: row["series_code"] != SERIES or wanted(row)
    )
    _leave_regions_with_units(home.seeds / "geography")
    kept = {(row["series_code"], row["unit_code"]) for row in _rows(home.seeds / "geography" / "assessment_frame.csv")}
    keep_rows(home.seeds / "attributes" / "peer_list.csv", lambda row: (row["series_code"], row["unit_code"]) in kept)
    listed = {(row["series_code"], row["peer_rule_code"]) for row in _rows(home.seeds / "attributes" / "peer_list.csv")}
    keep_rows(
        home.seeds / "attributes" / "peer_rule.csv",
        lambda row: row["rule_kind"] != "list" or (row["series_code"], row["peer_rule_code"]) in listed,
    )
    for name in NATIONAL_SEEDS:
        keep_rows(home.seeds / "published" / f"{name}.csv", lambda row: False)
    share_parse(home)
    return home


def _leave_regions_with_units(geography: Path) -> None:
    """Leave of the series' regions, edition by edition, those that a unit lies in."""
    regions = _rows(geography / "region.csv")
    above = {(row["series_code"], row["assessment_year"], row["region_code"]): row for row in regions}
    kept = set()
    for row in _rows(geography / "assessment_frame.csv"):
        place = (row["series_code"], row["assessment_year"], row["region_code"])
        while place in above and place not in kept:
            kept.add(place)
            place = (*place[:2], above[place]["parent_region_code"])
    keep_rows(
        geography / "region.csv",
        lambda row: row["series_code"] != SERIES or (SERIES, row["assessment_year"], row["region_code"]) in kept,
    )


def lay_demo_seeds(home: Home) -> None:
    """Lay the demo's officers, roles and authorities over the shipped seeds of a home."""
    shutil.copytree(COUNTY_SEEDS, home.seeds, dirs_exist_ok=True)
    write_officers(home.seeds)


def _rows(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def keep_rows(path: Path, wanted: Callable[[Row], bool]) -> None:
    """Leave only the rows that are wanted in a seed."""
    rows = _rows(path)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(row for row in rows if wanted(row))
