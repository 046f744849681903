"""The methodologies as the seeds state them, each with all its rows, those that it takes over among them.

What belongs here: asking the dbt models between the seeds and the first score for their rows, before anything is built.
The rule by which rows are taken over stays in those models.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from functools import lru_cache
from pathlib import Path
from typing import Any

import duckdb

from orchestration.home import Home
from orchestration.seeds import dbt_folder, seeds_folder
from orchestration.warehouse.dbt import project_digest
from orchestration.warehouse.seed_check import SeedSql, load_seeds

# The rows of a methodology by seed: the model that resolves them, and the column that names whose they are.
RESOLVED = {
    "node": ("int_tree_node", "tree_code"),
    "event_factor": ("int_tree_event_factor", "tree_code"),
    "event_topic": ("int_tree_event_topic", "tree_code"),
    "warning_rule": ("int_tree_warning_rule", "tree_code"),
    "measure_rule": ("int_methodology_rule", "methodology_code"),
    "grade_band": ("int_methodology_grade_band", "methodology_code"),
}
# What a methodology is called may change without a figure; what it is based on shows in its rows.
SCORED_COLUMNS = ("methodology_version", "rank_basis", "min_ranked_coverage")


def method_digests(home: Home) -> dict[str, dict[str, str]]:
    """SHA-256 of the rows of each methodology that `home` is scored by, by methodology and seed."""
    return _digests_in(project_digest(home), dbt_folder(home), seeds_folder(home))


@lru_cache(maxsize=4)
def _digests_in(_state: str, project: Path, seeds: Path) -> dict[str, dict[str, str]]:
    """Of the project and seeds as they are in the state that is named: every release of a run asks for them."""
    sql = SeedSql(project, seeds)
    with duckdb.connect() as connection:
        load_seeds(connection, sql.seeds)
        for model in ("stg_methodology", *(model for model, _ in RESOLVED.values())):
            sql.relation(model)
        for name, select in sql.views:
            connection.execute(f"create view {name} as {select}")
        methodologies = connection.execute(
            f"select methodology_code, tree_code, {', '.join(SCORED_COLUMNS)} from stg_methodology order by all"
        ).fetchall()
        rows = {seed: _rows_by_owner(connection, *where) for seed, where in RESOLVED.items()}
    return {
        code: {
            "methodology": _digest([scored]),
            **{
                seed: _digest(owned.get(tree if RESOLVED[seed][1] == "tree_code" else code, []))
                for seed, owned in rows.items()
            },
        }
        for code, tree, *scored in methodologies
    }


def _rows_by_owner(connection: duckdb.DuckDBPyConnection, model: str, owner_column: str) -> dict[str, list[list[Any]]]:
    found: dict[str, list[list[Any]]] = defaultdict(list)
    for owner, *row in connection.execute(
        f"select {owner_column}, * exclude ({owner_column}) from {model} order by all"
    ).fetchall():
        found[owner].append(row)
    return found


def _digest(rows: list[Any]) -> str:
    text = json.dumps(rows, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()
