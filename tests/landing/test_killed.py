"""Nothing is lost or half-landed when the process is killed: a real process gets SIGKILL, and landing is done again."""

from __future__ import annotations

import shutil
import signal
import time
from pathlib import Path

import pytest

from orchestration.home import Home
from orchestration.landing.integrity import require_unbroken, require_whole
from orchestration.landing.store import Store

from .conftest import EVENT_ROW, World, csv_text, observations
from .lander_process import land, land_and_die, start

KILLS = [
    ("orchestration.landing.run", "_copy", "after", 2),
    ("orchestration.landing.judge", "faults_among_accepted", "after", 1),
    ("pyarrow.parquet", "write_table", "after", 1),
    ("os", "fsync", "before", 3),
    ("os", "rename", "before", 1),
    ("os", "rename", "after", 1),
    ("os", "rename", "before", 2),
    ("os", "rename", "after", 2),
    ("os", "rename", "after", 5),
]


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory, seeds: Path) -> Path:
    """A home where something has landed, and where a good file, a superseding one and an unreadable one wait."""
    world = World(Home(tmp_path_factory.mktemp("prepared")), seeds)
    world.land_one(csv_text(observations(2, value="1")), "a.csv")
    world.drop(csv_text(observations(40)), "a.csv")
    world.drop(csv_text([EVENT_ROW]), "e.csv", "opinion_event")
    world.drop(b"%PDF", "z.csv", "verification")
    return world.home.root


def state(home: Home) -> dict[str, object]:
    """What landing stands for: the batches in effect with their rows, the ledger, and no unfinished work."""
    store = Store(home.landing)
    return {
        "effective": {key: delivery.batch_id for key, delivery in store.effective_deliveries().items()},
        "rows": {batch.batch_id: store.accepted(batch).to_pylist() for batch in store.effective_batches()},
        "quarantined": {batch.batch_id: store.quarantined(batch).to_pylist() for batch in store.effective_batches()},
        "ledger": [
            (batch.batch_id, delivery.seq, delivery.file_name, used) for batch, delivery, used in store.ledger()
        ],
        "unfinished": [path.name for path in (home.landing / "tmp").glob("*")],
    }


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory, prepared: Path, seeds: Path) -> dict[str, object]:
    world = World(Home(tmp_path_factory.mktemp("undisturbed") / "home"), seeds)
    shutil.copytree(prepared, world.home.root)
    world.land()
    return state(world.home)


def test_undisturbed_state(undisturbed: dict[str, object]) -> None:
    assert len(undisturbed["ledger"]) == 4
    assert undisturbed["unfinished"] == []


@pytest.mark.parametrize(("module", "name", "when", "count"), KILLS)
def test_killed_at_a_step(
    world: World, prepared: Path, undisturbed: dict[str, object], module: str, name: str, when: str, count: int
) -> None:
    shutil.copytree(prepared, world.home.root)
    process = start(land_and_die, world.home.root, world.seeds, module, name, when, count)
    process.join(60)
    assert process.exitcode == -signal.SIGKILL
    world.land()
    assert state(world.home) == undisturbed
    assert {landed.outcome for landed in world.land()} == {"unchanged", "rejected"}


def test_killed_at_any_time(world: World) -> None:
    """Kill a longer landing again and again, each time a little later, until it gets through."""
    for number in range(4):
        world.drop(csv_text(observations(600, value=str(number))), f"{number}.csv")
    kills = 0
    delay = 0.02
    while True:
        process = start(land, world.home.root, world.seeds)
        process.join(delay)
        if process.exitcode is not None:
            break
        process.kill()
        process.join()
        kills += 1
        delay *= 1.5
    assert process.exitcode == 0
    assert kills > 3
    assert {landed.outcome for landed in world.land()} == {"unchanged"}
    batches = world.store.effective_batches()
    assert [batch.accepted_count for batch in batches] == [600] * 4
    assert all(world.store.accepted(batch).num_rows == 600 for batch in batches)
    assert len(world.store.deliveries()) == 4
    assert not list((world.home.landing / "tmp").glob("*"))


def test_a_dead_holder_blocks_nobody(world: World) -> None:
    world.drop(csv_text(observations(2)))
    process = start(land_and_die, world.home.root, world.seeds, "orchestration.landing.run", "_copy", "before", 1)
    process.join(60)
    assert (world.home.landing / "landing.lock.holder.json").exists()
    began = time.monotonic()
    assert [landed.outcome for landed in world.land()] == ["landed"]
    assert time.monotonic() - began < 10
    assert not (world.home.landing / "landing.lock.holder.json").exists()


@pytest.mark.parametrize(("module", "name", "count"), [("os", "rename", 20), ("os", "rename", 55), ("os", "open", 12)])
def test_killed_among_files_that_land_together(world: World, module: str, name: str, count: int) -> None:
    """Forty files are judged, synced and delivered together; killed among them, the first are in effect, each whole."""
    for number in range(40):
        world.drop(csv_text(observations(1, value=str(number))), f"{number:02}.csv")
    process = start(land_and_die, world.home.root, world.seeds, module, name, "before", count)
    process.join(60)
    assert process.exitcode == -signal.SIGKILL
    require_unbroken(world.store)
    in_effect = [delivery.file_name for delivery in world.store.deliveries()]
    assert in_effect == [f"{number:02}.csv" for number in range(len(in_effect))]
    assert len(in_effect) < 40
    assert len(world.land()) == 40
    assert [delivery.file_name for delivery in world.store.deliveries()] == [f"{number:02}.csv" for number in range(40)]
    require_whole(world.store)
    assert world.store.undelivered() == set()
