"""Killed, torn, full or read-only at an exact point: what is there is the old state or the new one, the fault is told,
and the next command goes through to what an undisturbed one leaves."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import duckdb
import pytest

from orchestration.home import Home
from orchestration.landing import Store, chain
from orchestration.landing.integrity import require_whole
from orchestration.release.catalogue import INTERNAL, PUBLIC, Catalogue
from orchestration.release.verify_all import parts_to_verify, verify_part
from tests.faults import steps
from tests.faults.faulty_process import FULL, KILLED, READ_ONLY, TORN, Step, perform

STEPS: dict[str, Step] = {"land": steps.land, "publish": steps.publish, "withdraw": steps.withdraw_revision}
FAULTS = (KILLED, TORN, FULL, READ_ONLY)
# Where in a step the fault lies, as a share of its operations: few by default, each step at its ends and in between.
FEW = [
    ("land", KILLED, 0.2),
    ("land", KILLED, 0.6),
    ("land", TORN, 0.4),
    ("land", FULL, 0.7),
    ("publish", KILLED, 0.3),
    ("publish", KILLED, 0.85),
    ("publish", TORN, 0.9),
    ("publish", FULL, 0.75),
    ("publish", READ_ONLY, 0.95),
    ("withdraw", KILLED, 0.5),
]
DRAWS = random.Random(20)
MANY = [(DRAWS.choice(list(STEPS)), DRAWS.choice(FAULTS), DRAWS.random()) for _ in range(200)]


@pytest.fixture(scope="package")
def operations(waiting: Home, tmp_path_factory: pytest.TempPathFactory) -> dict[str, int]:
    """How many operations each step has when nothing disturbs it."""
    counts = {}
    for name, step in STEPS.items():
        home = Home(tmp_path_factory.mktemp(name) / "home")
        shutil.copytree(waiting.root, home.root)
        count, said = perform(step, home)
        assert said is None
        counts[name] = count
    return counts


def assert_whole(home: Home) -> None:
    """Nothing that was published or landed is half there."""
    catalogue = Catalogue(home.releases)
    for audience in (PUBLIC, INTERNAL):
        with duckdb.connect(str(catalogue.current(audience)), read_only=True) as opened:
            assert opened.execute("select count(*) > 0 from marts.fct_unit_score").fetchone() == (True,)
    require_whole(Store(home.landing))
    for release in catalogue.releases():
        [check] = [check for name, check in parts_to_verify(home, None, None) if name == f"release {release}"]
        # The switch of `current` is the one thing that the next command mends.
        assert [problem for problem in verify_part(check).problems if ": current" not in problem] == []


def assert_settled(home: Home, name: str) -> None:
    """As an undisturbed step leaves it."""
    assert [problem for _, check in parts_to_verify(home, None, None) for problem in verify_part(check).problems] == []
    assert not list(home.root.glob("releases*/tmp")) and not list(home.landing.glob("tmp/*"))
    catalogue = Catalogue(home.releases)
    releases = [str(release) for release in catalogue.releases()]
    if name == "land":
        assert [delivery.seq for delivery in Store(home.landing).deliveries()] == [1, 2, 3, 4, 5]
        assert chain.head(home)[0] == 1
    elif name == "publish":
        assert releases == ["2018-r1", "2019-r1", "2019-r2"]
    else:
        assert [str(each) for each in catalogue.withdrawn()] == ["2019-r1"] and releases[-1] == "2019-r1"


def run_into(home: Home, operations: dict[str, int], name: str, fault: str, share: float) -> None:
    point = 1 + int(share * operations[name])
    answer = perform(STEPS[name], home, fault, min(point, operations[name]))
    if answer is not None:
        assert fault in (FULL, READ_ONLY)
        # Sweeping what is left over is best effort; everything else says what the system said.
        assert answer[1] is None or any(word in answer[1] for word in ("No space left", "Read-only file system"))
    assert_whole(home)
    count, said = perform(STEPS[name], home)
    assert (count > 0, said) == (True, None)
    assert_settled(home, name)


@pytest.mark.parametrize(("name", "fault", "share"), FEW)
def test_fault(home: Home, operations: dict[str, int], name: str, fault: str, share: float) -> None:
    run_into(home, operations, name, fault, share)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "fault", "share"), MANY)
def test_fault_anywhere(home: Home, operations: dict[str, int], name: str, fault: str, share: float) -> None:
    run_into(home, operations, name, fault, share)


@pytest.mark.parametrize("name", ["current.json", "index.json"])
def test_torn_note_is_told_and_mended(home: Home, name: str) -> None:
    path: Path = home.releases / name
    path.chmod(0o644)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    assert [problem for _, check in parts_to_verify(home, None, None) for problem in verify_part(check).problems]
    assert perform(steps.publish, home)[1] is None
    assert_settled(home, "publish")
