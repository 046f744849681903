"""A file that shrinks sharply under its name waits for a word or a quiet period, and says so."""

from __future__ import annotations

import json

import pytest

from orchestration.landing.readers import Limits

from .conftest import World, csv_text, observations


def accepted_in_effect(world: World) -> int:
    return sum(batch.accepted_count for batch in world.store.effective_batches())


def test_a_file_that_was_cut_off_waits(world: World) -> None:
    text = csv_text(observations(229))
    world.land_one(text)
    cut = world.land_one(text[: text.index("\n", 400) + 1])
    assert (cut.outcome, accepted_in_effect(world)) == ("waiting", 229)
    assert "229" in cut.notices[-1].zh and "--accept-shrunk" in cut.notices[-1].zh
    assert "--accept-shrunk" in cut.notices[-1].en
    assert world.land_one(text).outcome == "unchanged"


def test_a_word_lets_it_land(world: World) -> None:
    world.land_one(csv_text(observations(229)))
    world.drop(csv_text(observations(2)))
    assert world.land()[0].outcome == "waiting"
    assert world.land(accept_shrunk=True)[0].outcome == "superseding"
    assert accepted_in_effect(world) == 2
    assert json.loads((world.home.landing / "held.json").read_text(encoding="utf-8")) == {}
    assert world.land()[0].outcome == "unchanged"


def test_a_quiet_period_lets_it_land_and_other_content_begins_it_anew(world: World) -> None:
    world.land_one(csv_text(observations(229)))
    world.drop(csv_text(observations(3)))
    assert world.land()[0].outcome == "waiting"
    note = world.home.landing / "held.json"
    entry = json.loads(note.read_text(encoding="utf-8"))
    entry["observation/a.csv"]["since"] = "2020-01-01T00:00:00+08:00"
    note.write_text(json.dumps(entry), encoding="utf-8")
    world.drop(csv_text(observations(2)))
    assert world.land()[0].outcome == "waiting"
    entry["observation/a.csv"]["file_sha256"] = json.loads(note.read_text())["observation/a.csv"]["file_sha256"]
    note.write_text(json.dumps(entry), encoding="utf-8")
    assert world.land()[0].outcome == "superseding"
    assert accepted_in_effect(world) == 2


@pytest.mark.parametrize(
    ("before", "after", "outcome"),
    [(229, 115, "superseding"), (229, 114, "waiting"), (229, 0, "waiting"), (19, 1, "superseding"), (20, 9, "waiting")],
)
def test_what_is_sharp(world: World, before: int, after: int, outcome: str) -> None:
    text = csv_text(observations(before))
    world.land_one(text)
    assert world.land_one("\n".join(text.splitlines()[: after + 1])).outcome == outcome


def test_rows_that_are_no_longer_in_order_count_as_lost(world: World) -> None:
    text = csv_text(observations(40))
    world.land_one(text)
    assert world.land_one(text.replace("share", "shore")).outcome == "waiting"
    assert accepted_in_effect(world) == 40


def test_a_home_says_how_long(world: World) -> None:
    world.land_one(csv_text(observations(229)))
    world.drop(csv_text(observations(2)))
    (held,) = world.land(limits=Limits(shrunk_quiet_hours=3))
    assert "3 hours" in held.notices[-1].en


def test_a_lost_note_begins_the_period_anew(world: World) -> None:
    world.land_one(csv_text(observations(229)))
    world.drop(csv_text(observations(2)))
    world.land()
    (world.home.landing / "held.json").write_text("{", encoding="utf-8")
    assert world.land()[0].outcome == "waiting"
