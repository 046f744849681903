"""One lander at a time: a second process is refused with the holder's name, or waits."""

from __future__ import annotations

import threading

import pytest

from orchestration.landing.store import LandingLocked, sweep
from tests.small.forked import PROCESSES

from .conftest import World, csv_text, observations
from .lander_process import land_and_wait, start


def test_a_second_lander_is_refused_or_waits(world: World) -> None:
    world.drop(csv_text(observations(2)))
    has_lock, may_go_on = PROCESSES.Event(), PROCESSES.Event()
    process = start(land_and_wait, world.home.root, world.seeds, has_lock, may_go_on)
    assert has_lock.wait(60)
    with pytest.raises(
        LandingLocked, match=rf"process {process.pid} on .* \(landing the inbox, since 20.*\): wait until"
    ):
        world.land()
    with pytest.raises(LandingLocked):
        sweep(world.home.landing)
    # Readers are not in the way and see what is complete.
    assert len(world.store.effective_batches()) == 1
    threading.Timer(0.3, may_go_on.set).start()
    assert [landed.outcome for landed in world.land(wait_seconds=60)] == ["unchanged"]
    process.join(60)
    assert process.exitcode == 0


def test_sweep_removes_unfinished_work(world: World) -> None:
    left = world.home.landing / "tmp" / "dead"
    left.mkdir(parents=True)
    (left / "original.csv").write_text("half")
    sweep(world.home.landing)
    assert not left.exists()


def test_the_lock_is_free_after_a_failure(world: World) -> None:
    world.drop(csv_text(observations(1)))

    def fail(*_: object) -> None:
        raise RuntimeError("disk full")

    with pytest.raises(RuntimeError):
        world.land(progress=fail)
    assert [landed.outcome for landed in world.land()] == ["unchanged"]
