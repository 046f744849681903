"""The evidence models in a DuckDB in memory: rendered and run as dbt does it, by steps, without dbt's seconds.

Macros are the project's own, dispatched to DuckDB's; an incremental model first runs its hook and then appends, or
replaces the rows of its key.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import jinja2
import yaml

from orchestration.home import project_root, shipped_seeds

PROJECT = project_root() / "dbt_project"
MACRO = re.compile(r"{%-?\s*macro\s+(\w+)\(.*?{%-?\s*endmacro\s*-?%}", re.DOTALL)
MODELS = ("int_evidence_duplicate", "int_evidence_count", "int_evidence_partition", "int_evidence_sample")
SEEDS = ("evidence_kind", "evidence_column", "measure_derivation", "measure_derivation_condition", "measure")
TYPES = {"string": "varchar", "int": "integer", "bigint": "bigint", "float": "double", "timestamp": "timestamp"}


# With the filter of dbt that the project uses.
ENVIRONMENT = jinja2.Environment(extensions=["jinja2.ext.do"])
ENVIRONMENT.filters["as_bool"] = bool


@cache
def template(text: str) -> jinja2.Template:
    """Compiled once: a warehouse is made for each step of a test, of the same files."""
    return ENVIRONMENT.from_string(text)


@cache
def column_types(yml: Path) -> dict[str, dict[str, str]]:
    """The types of the columns of each seed that a yml of the project describes."""
    described = yaml.safe_load(yml.read_text(encoding="utf-8"))["seeds"]
    return {seed["name"]: seed["config"]["column_types"] for seed in described}


class _Returned(Exception):
    def __init__(self, value: Any) -> None:
        self.value = value


def _return(value: Any) -> None:
    raise _Returned(value)


class EvidenceModels:
    """A warehouse that has nothing but what counts records: `build` makes its models once more."""

    def __init__(self, store: Path) -> None:
        self.connection = duckdb.connect()
        self.connection.execute("create schema raw")
        self._config: dict[str, Any] = {}
        self._context = self._words(store)
        for path in sorted((PROJECT / "macros").rglob("*.sql")):
            for found in MACRO.finditer(path.read_text(encoding="utf-8")):
                self._context[found[1]] = self._macro(found[1], found[0])
        for name in SEEDS:
            self._load_seed(name)

    def build(self) -> None:
        for model in MODELS:
            self._build(model)

    def sql_of(self, macro: str, *arguments: object) -> str:
        return self._context[macro](*arguments)

    def rows(self, model: str) -> list[tuple]:
        return sorted(self.connection.execute(f"select * from {model}").fetchall(), key=repr)

    def _load_seed(self, name: str) -> None:
        (path,) = shipped_seeds().rglob(f"{name}.csv")
        for yml in sorted(path.parent.glob("_*.yml")):
            if types := column_types(yml).get(name):
                columns = ", ".join(f"{column} {kind}" for column, kind in types.items())
                self.connection.execute(f"create table {name} ({columns})")
        read = f"read_csv('{path}', all_varchar = true, header = true)"
        self.connection.execute(f"insert into {name} by name from {read}")

    def _build(self, model: str) -> None:
        there = self._is_there(model)
        self._context["this"] = _Relation(database=None, schema=None, name=model)
        path = next((PROJECT / "models").rglob(f"{model}.sql"))
        self._config.clear()
        query = self._rendered(path.read_text(encoding="utf-8"))
        hook = self._config.get("pre_hook")
        if not there or self._config.get("materialized") != "incremental":
            self.connection.execute(f"create or replace table {model} as {query}")
            return
        if hook:
            self.connection.execute(self._rendered(hook))
        self.connection.execute(f"create or replace temp table newer as {query}")
        if key := self._config.get("unique_key"):
            columns = ", ".join(key)
            self.connection.execute(f"delete from {model} where ({columns}) in (select ({columns}) from newer)")
        self.connection.execute(f"insert into {model} by name select * from newer")

    def _rendered(self, text: str) -> str:
        return template(text).render(self._context)

    def _macro(self, name: str, text: str) -> Callable[..., Any]:
        def call(*arguments: Any, **named: Any) -> Any:
            macro = getattr(template(text).make_module(self._context), name)
            try:
                return macro(*arguments, **named)
            except _Returned as returned:
                return returned.value

        return call

    def _words(self, store: Path) -> dict[str, Any]:
        """What dbt gives to a model and its macros, as far as these use it."""
        return {
            "ref": lambda name: name,
            "source": lambda schema, table: f"{schema}.{table}",
            "config": lambda **given: self._config.update(given) or "",
            "return": _return,
            "execute": True,
            "var": yaml.safe_load((PROJECT / "dbt_project.yml").read_text(encoding="utf-8"))["vars"].get,
            "zip": zip,
            "env_var": lambda name, default="": str(store) if name == "ZHENGXIN_EVIDENCE_STORE" else default,
            "run_query": self._run_query,
            "is_incremental": lambda: self._is_there(str(self._context["this"])),
            "target": SimpleNamespace(type="duckdb", name="duckdb"),
            "adapter": SimpleNamespace(
                dispatch=lambda name, *_: self._context[f"duckdb__{name}"],
                get_relation=lambda database, schema, name: name if self._is_there(name) else None,
                get_columns_in_relation=self._columns,
                type=lambda: "duckdb",
            ),
            "dbt": SimpleNamespace(**{f"type_{name}": (lambda kind=kind: kind) for name, kind in TYPES.items()}),
        }

    def _run_query(self, query: str) -> SimpleNamespace:
        answer = self.connection.execute(query)
        return SimpleNamespace(column_names=[column[0] for column in answer.description], rows=answer.fetchall())

    def _columns(self, relation: object) -> list[SimpleNamespace]:
        return [SimpleNamespace(name=row[0]) for row in self.connection.execute(f"describe {relation}").fetchall()]

    def _is_there(self, name: str) -> bool:
        found = self.connection.execute("select count(*) from duckdb_tables() where table_name = $1", [name])
        return found.fetchone()[0] > 0


class _Relation(SimpleNamespace):
    def __str__(self) -> str:
        return self.name
