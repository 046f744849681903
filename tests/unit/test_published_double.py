"""Doubles that are published have no zero with a sign: DuckDB keeps the sign of one zero for many that follow on each
other, so two builds of the same inputs would differ."""

from __future__ import annotations

import re

import duckdb
import jinja2

from orchestration.home import project_root

MACROS = project_root() / "dbt_project" / "macros" / "exact_statistics.sql"
MARTS = project_root() / "dbt_project" / "models" / "marts"


def test_a_zero_has_no_sign() -> None:
    macros = MACROS.read_text(encoding="utf-8")
    rounded = (
        jinja2.Environment().from_string(macros + "{{ published_double('value') }}").render().strip().splitlines()[-1]
    )
    values = "(values (-1e-18::double), (-0.0::double), (0.0::double), (-1.5::double), (null)) as given (value)"
    with duckdb.connect() as connection:
        connection.execute(f"create table published as select {rounded} as value from {values}")
        found = connection.execute("select cast(value as varchar) from published").fetchall()
    assert found == [("0.0",), ("0.0",), ("0.0",), ("-1.5",), (None,)]


def test_no_mart_rounds_in_another_way() -> None:
    rounding = {
        path.name: re.findall(r"round\([^()]*, 12\) as \w+", path.read_text(encoding="utf-8"))
        for path in MARTS.rglob("*.sql")
    }
    assert {name: found for name, found in rounding.items() if found} == {}
    assert sum("published_double(" in path.read_text(encoding="utf-8") for path in MARTS.rglob("*.sql")) >= 2
