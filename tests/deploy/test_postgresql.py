"""Dagster's records in PostgreSQL by configuration: the shipped settings, and a run recorded in a real server."""

from __future__ import annotations

import pytest
import yaml

from orchestration.pipeline.instance import SHIPPED_SETTINGS
from tests.deploy.conftest import DATABASE, SETTINGS, Recorded


def test_both_settings_say_the_same_but_for_the_storage() -> None:
    own, with_postgresql = (yaml.safe_load(path.read_text(encoding="utf-8")) for path in (SHIPPED_SETTINGS, SETTINGS))
    assert list(with_postgresql.pop("storage")) == ["postgres"]
    own.pop("event_log_storage")
    assert with_postgresql == own


@pytest.mark.slow
def test_a_run_is_recorded_in_postgresql(recorded: Recorded) -> None:
    def ask(query: str) -> str:
        return recorded.server.call("psql", "--dbname", DATABASE, "--tuples-only", "--no-align", "--command", query)

    assert "annual_run success" in recorded.zhengxin("status")
    assert ask("select pipeline_name, status from runs").split() == ["annual_run|SUCCESS"]
    assert int(ask("select count(*) from event_logs")) > 100
    assert not [*recorded.home.dagster.rglob("runs.db")], "nothing is kept beside it"
