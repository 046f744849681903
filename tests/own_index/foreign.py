"""An index that nobody here wrote, as a project folder: a random tree, levels of its own, one language, no grades, no
units of measurement, equal weights, and an observation of every cell that must be assessed."""

from __future__ import annotations

import csv
import random
from collections.abc import Collection
from pathlib import Path

from orchestration.home import Home
from orchestration.landing.contracts import CONTRACTS
from orchestration.seeds import seed_tables
from tests.methodology.random_method import EMPTY_STATES, Row, World, random_world

LEVELS = {"nation": "realm", "province": "march", "prefecture": "hundred", "district": "parish"}
# What an index can do without.
LEFT_OUT = ("grade_band",)


def foreign_world(seed: int, year_count: int = 2) -> World:
    """The seeds of a random index; `observation` and its like are left out."""
    world = random_world(random.Random(seed), 1, unit_count=8, year_count=year_count, series_count=1, max_depth=4)
    world["assessment_frame"] = [row for row in world["assessment_frame"] if row["is_included"]]
    world["region"] = _with_units(world)
    world["event_topic"] = _that_count(world)
    weighed = {row["node_code"] for row in world["measure_rule"] if row["rule_family"] not in ("linear", "event")}
    world["methodology_change"] = _of_weighed_leaves(world, weighed)
    tables = {Path(place).stem for place in seed_tables()} - set(LEFT_OUT)
    return {
        name: [_foreign(name, row, weighed) for row in rows] for name, rows in world.items() if name in tables and rows
    }


def _that_count(world: World) -> list[Row]:
    """The topics whose points their node can hold: the seeds' rules refuse the others."""
    nodes = {(row["tree_code"], row["node_code"]): row for row in world["node"]}

    def counts(topic: Row) -> bool:
        node = nodes[topic["tree_code"], topic["node_code"]]
        return node["full_mark"] > 0 if topic["polarity"] == "positive" else node["min_mark"] < 0

    return [topic for topic in world["event_topic"] if counts(topic)]


def _of_weighed_leaves(world: World, weighed: Collection[str]) -> list[Row]:
    """The changes of methodologies without weights for rules of other leaves: beside blank ones the seeds' rules refuse
    them."""
    leaves = {row["measure_code"]: row["node_code"] for row in world["measure_rule"]}
    return [
        change
        for change in world["methodology_change"]
        if change["column_name"] != "weight" or leaves[change["row_key"]] in weighed
    ]


def _with_units(world: World) -> list[Row]:
    """The regions that hold a unit, each year, and those above them."""
    held = {(row["assessment_year"], row["region_code"]) for row in world["assessment_frame"]}
    for row in reversed(world["region"]):  # below before above
        if (row["assessment_year"], row["region_code"]) in held and row["parent_region_code"]:
            held.add((row["assessment_year"], row["parent_region_code"]))
    return [row for row in world["region"] if (row["assessment_year"], row["region_code"]) in held]


def _foreign(table: str, row: Row, weighed: Collection[str]) -> Row:
    """In one language, with other words for places, without units of measurement; weights are left blank but for the
    rules of the leaves in `weighed`, where a rule that only takes away stands beside others."""
    changed = {name: value for name, value in row.items() if not name.endswith("_zh")}
    if table in ("region", "region_level"):
        changed["region_level"] = LEVELS[row["region_level"]]
    if table == "region_level":
        changed["name_en"] = LEVELS[row["region_level"]].title()
    if table == "assessment_frame":
        changed["unit_type"] = "manor"
    if table == "series":
        changed |= {"unit_name_en": "manor", "is_released": 1}
    if table == "measure":
        changed["measurement_unit"] = None
    if table == "node" or (table == "measure_rule" and row["node_code"] not in weighed):
        changed["weight"] = None
    return changed


def write_foreign_folder(root: Path, world: World, seed: int) -> Home:
    """A project folder with the seeds of `world` and an inbox in which every cell is observed."""
    home = Home(root)
    home.root.mkdir(parents=True)
    home.settings.write_text('seeds = "own"\nlanguage = "en"\npublish = "manual"\n', encoding="utf-8")
    places = {Path(place).stem: place for place in seed_tables()}
    for table, rows in world.items():
        _write(home.seeds / places[table], rows)
    _write(home.inbox / "observation" / "all.csv", list(_observations(world, random.Random(seed))))
    return home


def _observations(world: World, rng: random.Random) -> list[Row]:
    columns = CONTRACTS["observation"].column_names
    rows = []
    for unit in world["assessment_frame"]:
        if not unit["is_included"]:
            continue
        for measure in world["measure"]:
            if measure["value_kind"] == "event_points":
                continue
            row = dict.fromkeys(columns, "") | {
                "unit_code": unit["unit_code"],
                "assessment_year": unit["assessment_year"],
                "measure_code": measure["measure_code"],
                "channel": "internet",
                "collection_mode": "online",
                "captured_at": f"{unit['assessment_year']}-12-01",
                "collector": "surveyor",
                "provenance": "collected",
            }
            if rng.random() < 0.15:
                rows.append(row | {"state": rng.choice(EMPTY_STATES)})
            else:
                rows.append(row | {"value": rng.randint(int(measure["lower_bound"]), int(measure["upper_bound"]))})
    return rows


def _write(path: Path, rows: list[Row]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    columns = list(dict.fromkeys(name for row in rows for name in row))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
