"""The methodologies as the seeds state them, each with all its rows, those that it takes over among them.

What belongs here: running the dbt models between the seeds and the first score on an in-memory database, so that the
rows are known before anything is built. The rule by which rows are taken over stays in those models.
"""

from __future__ import annotations

import csv
import hashlib
import json
from collections import defaultdict
from pathlib import Path

import duckdb
import jinja2
import yaml

from orchestration.warehouse.dbt import project_folder

MACROS = ("in_both_languages", "inherited_rows")
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


def method_digests(seeds: Path) -> dict[str, dict[str, str]]:
    """SHA-256 of the rows of each methodology of the folder `seeds`, by methodology and seed.

    Raises `jinja2.TemplateError` or `duckdb.Error` where the seeds cannot be resolved; the seeds' tests say why.
    """
    with duckdb.connect() as connection:
        _load(connection, seeds)
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


def render(source: str, ref=lambda name: name, **variables: object) -> str:
    """The SQL of a dbt file, its refs naming tables of the same name."""
    project = yaml.safe_load((project_folder() / "dbt_project.yml").read_text(encoding="utf-8"))
    values = project["vars"] | variables
    macros = "".join((project_folder() / "macros" / f"{name}.sql").read_text(encoding="utf-8") for name in MACROS)
    template = jinja2.Template(macros + source, undefined=jinja2.StrictUndefined)
    return template.render(ref=ref, var=lambda name, default=None: values.get(name, default), config=lambda **_: "")


def create_resolving_views(connection: duckdb.DuckDBPyConnection) -> None:
    """The views from the seeds' tables to the resolved rows, in the order in which they need each other."""
    models = project_folder() / "models"
    staging = ("tree", "methodology", "methodology_change", *RESOLVED)
    files = [models / "staging" / "methodology" / f"stg_{seed}.sql" for seed in staging]
    files += [
        models / "intermediate" / f"{model}.sql" for model in ("int_method_basis", *(m for m, _ in RESOLVED.values()))
    ]
    for file in files:
        connection.execute(f"create view {file.stem} as {render(file.read_text(encoding='utf-8'))}")


def _load(connection: duckdb.DuckDBPyConnection, seeds: Path) -> None:
    for seed in ("tree", "methodology", "methodology_change", *RESOLVED):
        path = seeds / "methodology" / f"{seed}.csv"
        with path.open(encoding="utf-8", newline="") as file:
            columns = next(csv.reader(file))
        typed = ", ".join(f"'{column}': 'varchar'" for column in columns)
        connection.execute(
            f"create table {seed} as from read_csv($1, header = true, auto_detect = false, columns = {{{typed}}})",
            [str(path)],
        )
    create_resolving_views(connection)


def _rows_by_owner(connection: duckdb.DuckDBPyConnection, model: str, owner_column: str) -> dict[str, list[tuple]]:
    found: dict[str, list[tuple]] = defaultdict(list)
    for owner, *row in connection.execute(
        f"select {owner_column}, * exclude ({owner_column}) from {model} order by all"
    ).fetchall():
        found[owner].append(row)
    return found


def _digest(rows: list) -> str:
    text = json.dumps(rows, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()
