"""The example of COINr as a warehouse: its seeds and observations, built once by the project's own models."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest

from orchestration.demo.asem import SETTINGS, write_asem_inbox, write_asem_seeds
from orchestration.home import Home
from orchestration.landing.run import land_inbox
from orchestration.warehouse import dbt
from orchestration.warehouse.connection import writing
from orchestration.warehouse.raw import load_raw
from tests.small.parsed import share_parse

# The models of a variant, what follows from them, and what else that needs.
WANTED = (
    "@zhengxin.intermediate.variant",
    "@zhengxin.intermediate.robustness",
    "@zhengxin.intermediate.statistic",
    "+zhengxin.marts.over_units",
)


@pytest.fixture(scope="session")
def asem(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    home = Home(tmp_path_factory.mktemp("asem"))
    write_asem_seeds(home.seeds)
    home.settings.write_text(SETTINGS, encoding="utf-8")
    write_asem_inbox(home.inbox)
    land_inbox(home)
    with writing(home.warehouse) as connection:
        load_raw(connection, home)
    share_parse(home)
    dbt.run(home, ["build", "--quiet", "--exclude-resource-type", "test", "unit_test", "--select", *WANTED])
    with duckdb.connect(str(home.warehouse), read_only=True) as connection:
        yield connection
