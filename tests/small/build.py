"""Tables that count as tested: to test and validate them takes most of a test's time."""

from __future__ import annotations

from collections.abc import Iterable

import duckdb

from orchestration.home import Home
from orchestration.warehouse import build_record


def say_sound(home: Home, connection: duckdb.DuckDBPyConnection, years: Iterable[int]) -> None:
    """Let all tests count as passed on the tables as they are now, and the marts of `years` as validated."""
    build_record.record_build(home, connection, {"nodes": {}}, [])
    build_record.record_validation(home, {year: [] for year in years})
