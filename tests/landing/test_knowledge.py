"""Seeds that know less than those of the last landing are refused, and what was not judged is not withdrawn."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestration.landing import chain
from orchestration.landing.knowledge import SeedsKnowLess

from .conftest import DECISION_ROW, World, csv_text, write_seeds

OFFICERS = "decisions/decision_officer.csv"


@pytest.fixture
def world(world: World, tmp_path: Path) -> World:
    world.seeds = write_seeds(tmp_path / "own seeds")
    world.land_one(csv_text([DECISION_ROW]), source="decision")
    return world


def without_officer(world: World, folder: Path) -> Path:
    seeds = write_seeds(folder)
    text = (seeds / OFFICERS).read_text(encoding="utf-8")
    (seeds / OFFICERS).write_text(text.replace("O1,lead,,2017-01-01,\n", ""), encoding="utf-8")
    return seeds


def log(world: World) -> list[tuple[str, str]]:
    return [(entry["action"], entry["decision_code"]) for entry in chain.entries(world.home)]


def test_seeds_that_know_less_are_refused_with_both_named(world: World, tmp_path: Path) -> None:
    before, own = world.store.effective_deliveries(), world.seeds
    world.seeds = without_officer(world, tmp_path / "other seeds")
    with pytest.raises(SeedsKnowLess, match="officers O1 are missing") as refused:
        world.land()
    assert str(own) in str(refused.value) and str(world.seeds) in str(refused.value)
    assert "缺 经办人 O1" in refused.value.in_language("zh")
    assert str(own) in refused.value.in_language("zh") and "--fewer-seeds" in refused.value.in_language("zh")
    assert world.store.effective_deliveries() == before
    world.seeds = own
    assert {landed.outcome for landed in world.land()} == {"unchanged"}


def test_an_edition_that_is_gone_is_named(world: World, tmp_path: Path) -> None:
    edition = write_seeds(tmp_path / "seeds") / "methodology" / "edition.csv"
    edition.write_text(edition.read_text().replace("countries,2019,2019-12-31\n", ""))
    world.seeds = tmp_path / "seeds"
    with pytest.raises(SeedsKnowLess, match="editions countries 2019"):
        world.land()


def test_what_is_not_judged_is_not_withdrawn(world: World, tmp_path: Path) -> None:
    own = world.seeds
    world.seeds = without_officer(world, tmp_path / "other seeds")
    (landed,) = world.land(fewer_seeds=True)
    assert (landed.outcome, landed.quarantined_count) == ("superseding", 1)
    assert log(world) == [("recorded", "D1")]
    world.seeds = own
    (landed,) = world.land()
    assert landed.accepted_count == 1
    assert log(world) == [("recorded", "D1")]
    assert chain.verify(world.home).is_whole


def test_a_decision_that_the_file_no_longer_has_is_withdrawn(world: World) -> None:
    world.land_one(csv_text([DECISION_ROW | {"decision_code": "D2"}]), source="decision")
    assert log(world) == [("recorded", "D1"), ("withdrawn", "D1"), ("recorded", "D2")]
