"""The sensor on the inbox and the yearly schedule: off by default, and what they ask for."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
import pytest

from orchestration.home import Home
from orchestration.landing.run import land_inbox
from orchestration.pipeline.automation import inbox_sensor, yearly_schedule
from tests.small.inbox import write_small_inbox

SERIES = "county_integrity"


def evaluate(home: Home, cursor: str | None) -> tuple[list[dg.RunRequest], str | None]:
    """Run requests of one tick, and the cursor for the next."""
    context = dg.build_sensor_context(cursor=cursor)
    data = inbox_sensor(home, SERIES).evaluate_tick(context)
    return list(data.run_requests), data.cursor


def test_both_are_off_until_someone_turns_them_on(tmp_path: Path) -> None:
    assert inbox_sensor(Home(tmp_path), SERIES).default_status == dg.DefaultSensorStatus.STOPPED
    assert yearly_schedule(Home(tmp_path), SERIES).default_status == dg.DefaultScheduleStatus.STOPPED


def test_sensor_asks_for_the_years_of_settled_files(tmp_path: Path) -> None:
    home = Home(tmp_path)
    requests, cursor = evaluate(home, None)
    assert requests == []
    write_small_inbox(home.inbox, [2017, 2019])
    requests, cursor = evaluate(home, cursor)
    assert requests == []
    requests, cursor = evaluate(home, cursor)
    assert [request.tags.get("dagster/partition") for request in requests] == ["2017", "2019"]
    repeated, cursor = evaluate(home, cursor)
    assert [request.run_key for request in repeated] == [request.run_key for request in requests]
    land_inbox(home)
    requests, cursor = evaluate(home, cursor)
    assert requests == []


def test_sensor_takes_neighbouring_years_in_one_run(tmp_path: Path) -> None:
    home = Home(tmp_path)
    write_small_inbox(home.inbox, [2018, 2019])
    _, cursor = evaluate(home, None)
    [request], _ = evaluate(home, cursor)
    assert request.tags["dagster/asset_partition_range_start"] == "2018"
    assert request.tags["dagster/asset_partition_range_end"] == "2019"


def test_event_of_a_year_without_observations_comes_in_with_the_last_one_observed(tmp_path: Path) -> None:
    home = Home(tmp_path)
    write_small_inbox(home.inbox, [2017, 2018])
    land_inbox(home)
    folder = home.inbox / "opinion_event"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "may.csv").write_text("cluster_code,unit_code,assessment_year\nC1,520402,2019\n", encoding="utf-8")
    _, cursor = evaluate(home, None)
    [request], _ = evaluate(home, cursor)
    assert request.tags["dagster/partition"] == "2018"


def test_unreadable_file_is_landed_to_be_rejected(tmp_path: Path) -> None:
    home = Home(tmp_path)
    (home.inbox / "observation").mkdir(parents=True)
    (home.inbox / "observation" / "scan.csv").write_bytes(b"%PDF-1.7")
    _, cursor = evaluate(home, None)
    [request], _ = evaluate(home, cursor)
    assert request.tags["dagster/partition"] == "2025"


@pytest.mark.parametrize(
    ("year", "partition", "reason"),
    [(2020, "2019", None), (2026, None, "No observation of 2025 has come in"), (2030, None, "no edition 2029")],
)
def test_schedule_asks_for_the_year_before(tmp_path: Path, year: int, partition: str | None, reason: str) -> None:
    home = Home(tmp_path)
    write_small_inbox(home.inbox, [2019])
    context = dg.build_schedule_context(scheduled_execution_time=datetime(year, 1, 31, 22, tzinfo=UTC))
    asked = yearly_schedule(home, SERIES)(context)
    if partition is None:
        assert isinstance(asked, dg.SkipReason) and reason in asked.skip_message
    else:
        assert asked.tags["dagster/partition"] == partition
