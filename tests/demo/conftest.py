"""The demo's files, written once for all tests, and what the reference scorer makes of them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import pytest

from orchestration.demo.county import write_county_inbox
from tests.demo.inbox_reader import SEEDS, SERIES, Door, Row, sound_rows
from tests.methodology.reference_scorer import Result, score, world_from_csv_seeds

PROFILE = "presence"


@dataclass(frozen=True)
class ReadInbox:
    """An inbox and its rows; see `sound_rows`."""

    inbox: Path
    paths: list[Path]
    sound: dict[str, list[Row]]
    broken: list[tuple[str, str, Row]]


def read_inbox(inbox: Path, paths: list[Path]) -> ReadInbox:
    sound, broken = sound_rows(inbox, Door())
    return ReadInbox(inbox, paths, sound, broken)


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory) -> ReadInbox:
    """All provinces in 2019."""
    inbox = tmp_path_factory.mktemp("whole") / "inbox"
    return read_inbox(inbox, write_county_inbox(inbox, years=[2019]))


@pytest.fixture(scope="session")
def guizhou(tmp_path_factory: pytest.TempPathFactory) -> ReadInbox:
    """One province, all years."""
    inbox = tmp_path_factory.mktemp("guizhou") / "inbox"
    return read_inbox(inbox, write_county_inbox(inbox, provinces=["520000"]))


@pytest.fixture(scope="session")
def result(whole: ReadInbox) -> Result:
    """Scores of all provinces in 2019; for slow tests."""
    return scored(whole, years={"2019"})


@pytest.fixture(scope="session")
def guizhou_result(guizhou: ReadInbox) -> Result:
    """Scores of one province in all years."""
    return scored(guizhou, unit_prefix="52")


@pytest.fixture(scope="session")
def shanghai_result(tmp_path_factory: pytest.TempPathFactory) -> Result:
    """Scores of another province in 2019."""
    inbox = tmp_path_factory.mktemp("shanghai") / "inbox"
    return scored(read_inbox(inbox, write_county_inbox(inbox, [2019], provinces=["310000"])), {"2019"}, "31")


@pytest.fixture(scope="session")
def result_of_all_years(tmp_path_factory: pytest.TempPathFactory) -> Result:
    """Scores of everything; for slow tests."""
    inbox = tmp_path_factory.mktemp("all_years") / "inbox"
    return scored(read_inbox(inbox, write_county_inbox(inbox)))


def scored(inbox: ReadInbox, years: Collection[str] = ("2017", "2018", "2019"), unit_prefix: str = "") -> Result:
    """Scores under `presence`, by a scorer that shares nothing with the generator."""
    world = world_from_csv_seeds(SEEDS)
    for table in ("series", "edition", "assessment_frame", "region"):
        world[table] = [row for row in world[table] if row["series_code"] == SERIES]
    world["assessment_frame"] = [
        row
        for row in world["assessment_frame"]
        if row["assessment_year"] in years and row["unit_code"].startswith(unit_prefix)
    ]
    world["methodology"] = [row for row in world["methodology"] if row["methodology_code"] == PROFILE]
    door = Door()
    quarantined = [
        {
            "source": source,
            "unit_code": door.unit_in_frame(row["unit_code"], row["assessment_year"]),
            "assessment_year": row["assessment_year"],
            "measure_code": row.get("measure_code"),
        }
        for source, problem, row in inbox.broken
        if problem not in ("year", "unit", "repeated")
    ]
    return score({**world, **inbox.sound, "quarantined_row": quarantined})
