"""The scoring models in a DuckDB in memory: rendered and run as dbt does it, by editions, without dbt's seconds."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb

from orchestration.home import Home
from orchestration.seeds import seeds_folder
from tests.evidence.models import MACRO, PROJECT, EvidenceModels, column_types

# What a home without draws and without records does without.
LEFT_OUT = {"evidence", "evidence_sample", "over_units", "robustness", "statistic", "variant", "scenario"}
# Its columns are those of the methodology: dbt asks for them, and it is always made in full.
WIDE = {"unit_scorecard_all", "unit_scorecard"}
ENVIRONMENT = {"ZHENGXIN_DRAW_COUNT": "0", "ZHENGXIN_OVER_UNITS": "0", "ZHENGXIN_EVIDENCE": "0"}


class EditionModels(EvidenceModels):
    """A warehouse whose tables are made from a home's seeds and what `connection` holds in schema raw."""

    def __init__(self, home: Home) -> None:
        self.connection = duckdb.connect(config={"threads": "1"})
        self.home = home
        self._variables: dict[str, str] = {}
        self._config = _Config()
        self._context = self._words(home.landing) | {
            "config": self._config,
            "env_var": lambda name, default="": self._variables.get(name, default),
            "modules": SimpleNamespace(re=re),
            "ref": self._referred,
        }
        macros = [path for path in sorted((PROJECT / "macros").rglob("*.sql")) if path.name != "table.sql"]
        for path in macros:
            for found in MACRO.finditer(path.read_text(encoding="utf-8")):
                self._context[found[1]] = self._macro(found[1], found[0])
        self.paths = {
            path.stem: path
            for path in sorted((PROJECT / "models").rglob("*.sql"))
            if path.stem not in WIDE and not LEFT_OUT.intersection(path.relative_to(PROJECT / "models").parts[:-1])
        }
        self.order: list[str] = []
        self._read: set[str] = set()
        self.by_edition: dict[str, bool] = {}

    def build(self, editions: Mapping[str, str] | None = None) -> None:
        """Make all models; with `editions`, the variables of a run, only the rows of these where a model allows it."""
        self._variables = ENVIRONMENT | dict(editions or {})
        self._load_seeds()
        for model in self.order or self._in_order():
            self._build(model)

    def tables(self) -> dict[str, list[tuple]]:
        """All rows of every table, in an order of their own."""
        found = self.connection.execute(
            "select table_name from duckdb_tables() where schema_name = 'main' and not temporary order by 1"
        ).fetchall()
        return {name: self.rows(name) for (name,) in found if name in self.paths}

    def _build(self, model: str) -> None:
        self._config.clear()
        query = self._rendered(self.paths[model].read_text(encoding="utf-8"))
        kind = self._config.get("materialized") or ("view" if model.startswith("stg_") else "table")
        editions = None
        if kind == "by_edition":
            self.by_edition[model] = self._config.get("looks_back", False)
            editions = self._context["editions_to_build"](self.by_edition[model])
        if kind == "view":
            self.connection.execute(f"create or replace view {model} as {query}")
        elif editions is None or not self._is_there(model):
            self.connection.execute(f"create or replace table {model} as {query}")
        elif editions:
            self.connection.execute(self._context["replace_editions"](model, query, editions))

    def _in_order(self) -> list[str]:
        """Every model after those that it reads."""

        def visit(model: str) -> None:
            if model in self.order or model not in self.paths:
                return
            self._read.clear()
            # What is read is known by then, even where the rows that a macro asks for are not there yet.
            with suppress(duckdb.Error):
                self._rendered(self.paths[model].read_text(encoding="utf-8"))
            for name in sorted(self._read):
                visit(name)
            self.order.append(model)

        for model in self.paths:
            visit(model)
        return self.order

    def _referred(self, name: str) -> str:
        self._read.add(name)
        return name

    def _load_seeds(self) -> None:
        folder = seeds_folder(self.home)
        for yml in sorted([*(PROJECT.parent / "seeds").rglob("_*.yml"), *(PROJECT / "seeds").glob("_*.yml")]):
            for name, types in column_types(yml).items():
                # Messages are the project's own, all else is the home's.
                own = yml.parent == PROJECT / "seeds"
                path = (yml.parent if own else folder / yml.parent.name) / f"{name}.csv"
                columns = ", ".join(f"{column} {kind}" for column, kind in types.items())
                self.connection.execute(f"create or replace table {name} ({columns})")
                if _has_rows(path):
                    read = f"read_csv('{path}', all_varchar = true, header = true)"
                    self.connection.execute(f"insert into {name} by name from {read}")


class _Config(dict):
    """dbt's `config`: called at the head of a model, asked by a macro."""

    def __call__(self, **given: Any) -> str:
        self.update(given)
        return ""

    def get(self, name: str, default: Any = None) -> Any:
        return SimpleNamespace(enforced=False) if name == "contract" else super().get(name, default)


def _has_rows(path: Path) -> bool:
    return path.exists() and len(path.read_text(encoding="utf-8").splitlines()) > 1
