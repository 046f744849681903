"""The log of decisions: every decision is in it once, in order, whatever dies meanwhile, and no change goes unseen."""

from __future__ import annotations

import hashlib
import json
import shutil
import signal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from orchestration.home import Home
from orchestration.landing import chain
from orchestration.release.catalogue import Catalogue
from orchestration.release.kept_inputs import released_entries
from tests.landing.conftest import DECISION_ROW, World, csv_text, observations
from tests.landing.lander_process import land_and_die, start


def decisions(*codes: str, **changes: str) -> str:
    return csv_text([DECISION_ROW | {"decision_code": code} | changes for code in codes])


def log(home: Home) -> list[dict]:
    return [json.loads(line) for line in chain.log_path(home).read_text(encoding="utf-8").splitlines()]


def verify(home: Home) -> chain.ChainState:
    return chain.verify(home, released_entries(Catalogue(home.releases)))


def said(home: Home) -> list[tuple[str, str]]:
    return [(entry["action"], entry["decision_code"]) for entry in log(home)]


@pytest.fixture
def three(world: World) -> World:
    """A home with three decisions in two files."""
    world.land_one(decisions("D1", "D2"), "a.csv", "decision")
    world.land_one(decisions("D3"), "b.csv", "decision")
    return world


def test_a_home_without_decisions_is_whole(world: World) -> None:
    world.land_one(csv_text(observations(2)))
    assert not chain.log_path(world.home).exists()
    assert verify(world.home) == chain.ChainState(0, chain.FIRST_HASH)


def test_each_entry_carries_the_hash_of_the_one_before(three: World) -> None:
    lines = chain.log_path(three.home).read_bytes().splitlines()
    hashes = ["0" * 64, *(hashlib.sha256(line).hexdigest() for line in lines)]
    assert [entry["previous_hash"] for entry in log(three.home)] == hashes[:-1]
    assert [entry["number"] for entry in log(three.home)] == [1, 2, 3]
    state = verify(three.home)
    assert (state.is_whole, state.entry_count, state.head) == (True, 3, hashes[-1])
    first = log(three.home)[0]
    assert (first["file_name"], first["row_number"]) == ("a.csv", 2)
    assert (first["decision"]["value"], first["decision"]["decided_at"]) == ("95.000000000", "2020-03-20T10:00:00")


def test_landing_again_adds_nothing(three: World) -> None:
    before = chain.log_path(three.home).read_bytes()
    three.land()
    assert chain.log_path(three.home).read_bytes() == before


def test_a_superseding_file_adds_what_changed(three: World) -> None:
    before = chain.log_path(three.home).read_bytes()
    three.land_one(decisions("D2", "D4"), "a.csv", "decision")
    assert chain.log_path(three.home).read_bytes().startswith(before)
    assert said(three.home)[3:] == [("withdrawn", "D1"), ("recorded", "D4")]
    assert verify(three.home).is_whole


def test_a_quarantined_decision_is_none(three: World) -> None:
    three.land_one(decisions("D5", officer_code="O9"), "c.csv", "decision")
    assert len(log(three.home)) == 3
    assert verify(three.home).is_whole


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_changed_entry_is_named(three: World, number: int) -> None:
    path = chain.log_path(three.home)
    lines = path.read_bytes().splitlines(keepends=True)
    lines[number - 1] = lines[number - 1].replace(b'"95.000000000"', b'"99.000000000"')
    path.write_bytes(b"".join(lines))
    state = verify(three.home)
    assert state.broken_entry == number
    assert f"entry {number}" in state.problem.en and f"D{number}" in state.problem.en


def test_a_rewritten_chain_is_named(three: World) -> None:
    """All hashes fit, but the store knows what was received."""
    path = chain.log_path(three.home)
    previous, lines = chain.FIRST_HASH, []
    for entry in log(three.home):
        entry = entry | {"previous_hash": previous}
        entry["decision"] = entry["decision"] | {"outcome": "rejected"}
        line = json.dumps(entry, ensure_ascii=False, separators=(",", ":")).encode()
        previous = hashlib.sha256(line).hexdigest()
        lines.append(line + b"\n")
    path.write_bytes(b"".join(lines))
    assert verify(three.home).broken_entry == 1


@pytest.mark.parametrize(("removed", "broken"), [(0, 1), (1, 2), (2, 3)])
def test_a_removed_entry_is_named(three: World, removed: int, broken: int) -> None:
    path = chain.log_path(three.home)
    lines = path.read_bytes().splitlines(keepends=True)
    del lines[removed]
    path.write_bytes(b"".join(lines))
    assert verify(three.home).broken_entry == broken
    three.land()
    # What is missing is written again, and its wrong place still shows; a cut-off end comes back as it was.
    assert sorted(code for _, code in said(three.home)) == ["D1", "D2", "D3"]
    assert verify(three.home).broken_entry == (broken if removed < 2 else None)


def test_an_invented_entry_is_named(three: World) -> None:
    path = chain.log_path(three.home)
    lines = path.read_bytes().splitlines()
    entry = json.loads(lines[-1]) | {"number": 4, "previous_hash": hashlib.sha256(lines[-1]).hexdigest()}
    path.write_bytes(b"\n".join(lines) + b"\n" + json.dumps(entry).encode() + b"\n")
    state = verify(three.home)
    assert (state.broken_entry, "no delivery" in state.problem.en) == (4, True)


def keep_in_release(home: Home, name: str = "2019/r1") -> None:
    """What a release keeps of the log."""
    (home.releases / name).mkdir(parents=True)
    path = home.root / "releases-internal" / name / "parquet/decision_log.parquet"
    path.parent.mkdir(parents=True)
    kept = [
        {"entry_number": entry["number"], "decision_code": entry["decision_code"], "entry_hash": entry["entry_hash"]}
        for entry in chain.entries(home)
    ]
    pq.write_table(pa.Table.from_pylist(kept), path)


def test_a_log_that_went_on_after_a_release_is_whole(three: World) -> None:
    keep_in_release(three.home)
    three.land_one(decisions("D4"), "c.csv", "decision")
    assert verify(three.home) == chain.ChainState(4, list(chain.entries(three.home))[-1]["entry_hash"])


def test_decisions_removed_with_log_and_store_are_named(three: World) -> None:
    keep_in_release(three.home)
    for delivery in (three.home.landing / "deliveries").iterdir():
        delivery.unlink()
    shutil.rmtree(three.home.landing / "batches" / "decision")
    chain.log_path(three.home).unlink()
    state = verify(three.home)
    assert (state.entry_count, state.broken_entry) == (0, 1)
    assert (
        "decision D1" in state.problem.en
        and "release 2019-r1" in state.problem.en
        and "ends before" in state.problem.en
    )
    three.land_one(decisions("D7"), "z.csv", "decision")
    assert "holds another one" in verify(three.home).problem.en


def test_an_exchanged_file_in_the_store_is_named(three: World) -> None:
    (batch, *_) = three.store.effective_batches("decision")
    three.store.original_path(batch).write_text("another file")
    state = verify(three.home)
    assert not state.is_whole and "is not the one that was received" in state.problem.en


def test_a_torn_line_is_cut_off(three: World) -> None:
    path = chain.log_path(three.home)
    whole = path.read_bytes()
    path.write_bytes(whole[:-20])
    three.land()
    assert path.read_bytes() == whole
    assert verify(three.home).is_whole


KILLS = [
    ("orchestration.landing.chain", "extend", "before", 2),
    ("orchestration.landing.chain", "extend", "after", 2),
    ("orchestration.landing.chain", "_as_line", "before", 2),
    ("orchestration.landing.chain", "_identity", "before", 1),
    ("os", "rename", "before", 2),
    ("os", "rename", "after", 2),
    ("os", "fsync", "before", 10),
    ("os", "fsync", "after", 10),
]


@pytest.fixture(scope="module")
def waiting(tmp_path_factory: pytest.TempPathFactory, seeds: Path) -> Path:
    """A home with one landed decision and a superseding file with two that wait."""
    world = World(Home(tmp_path_factory.mktemp("waiting")), seeds)
    world.land_one(decisions("D1"), "a.csv", "decision")
    world.drop(decisions("D2", "D3"), "a.csv", "decision")
    return world.home.root


@pytest.mark.parametrize(("module", "name", "when", "count"), KILLS)
def test_killed_while_logging(world: World, waiting: Path, module: str, name: str, when: str, count: int) -> None:
    shutil.copytree(waiting, world.home.root)
    process = start(land_and_die, world.home.root, world.seeds, module, name, when, count)
    process.join(60)
    assert process.exitcode == -signal.SIGKILL
    world.land()
    assert said(world.home) == [
        ("recorded", "D1"),
        ("withdrawn", "D1"),
        ("recorded", "D2"),
        ("recorded", "D3"),
    ]
    assert verify(world.home).is_whole
