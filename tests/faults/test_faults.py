"""Killed, torn, full or read-only at an exact point: what is there is the old state or the new one, the fault is told,
and the next command goes through to what an undisturbed one leaves."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import duckdb
import pytest

from orchestration.home import Home
from orchestration.landing import chain
from orchestration.landing.integrity import require_whole
from orchestration.landing.store import Store
from orchestration.release.catalogue import INTERNAL, PUBLIC, Catalogue
from orchestration.release.verify import Verification
from orchestration.release.verify_all import RELEASE, parts_to_verify, verify_part
from orchestration.site.page import INVENTORY, LOCK
from tests.faults import steps
from tests.faults.faulty_process import FULL, KILLED, READ_ONLY, TORN, Step, perform
from tests.small.copied import copy_home

STEPS: dict[str, Step] = {
    "land": steps.land,
    "decide": steps.land,
    "run": steps.run,
    "publish": steps.publish,
    "withdraw": steps.withdraw_revision,
    "report": steps.report,
    "site": steps.site,
}
FAULTS = (KILLED, TORN, FULL, READ_ONLY)
# Where in a step the fault lies, as a share of its operations: few by default, each step at its ends and in between. A
# run and a release take longest, and are killed elsewhere too (test_unsound_build, test_killed_release).
FEW = [
    ("land", KILLED, 0.2),
    pytest.param("land", TORN, 0.4, marks=pytest.mark.slow),
    ("land", FULL, 0.7),
    ("decide", KILLED, 0.9),
    pytest.param("run", KILLED, 0.6, marks=pytest.mark.slow),
    pytest.param("publish", KILLED, 0.85, marks=pytest.mark.slow),
    pytest.param("publish", TORN, 0.9, marks=pytest.mark.in_ci),
    pytest.param("publish", FULL, 0.75, marks=pytest.mark.slow),
    ("withdraw", KILLED, 0.5),
    pytest.param("report", KILLED, 0.0, marks=pytest.mark.slow),
]
DRAWS = random.Random(20)
# A run and a site take several times as long as the others.
CHOICES = {"land": 6, "decide": 4, "run": 2, "publish": 6, "withdraw": 4, "report": 1, "site": 1}
MANY = [
    (*DRAWS.choices(list(CHOICES), list(CHOICES.values())), DRAWS.choice(FAULTS), DRAWS.random()) for _ in range(200)
]


@dataclass(frozen=True)
class Undisturbed:
    """What a step does when nothing disturbs it: how many operations, and what it leaves for readers."""

    operations: int
    written: dict[str, bytes]


Look = Callable[[str], Undisturbed]


@pytest.fixture(autouse=True)
def _unhashed_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every byte of a release is compared with its sums; to hash its tables too takes longer than all the rest."""
    monkeypatch.setattr("orchestration.release.verify.verify_tables", lambda *_: Verification(0, []))


@pytest.fixture(scope="package")
def before(waiting: Home, before_decision: Home) -> Callable[[str], Home]:
    """The home in which a step has something to do. Look, don't change."""
    return lambda name: before_decision if name == "decide" else waiting


@pytest.fixture(scope="package")
def undisturbed(before: Callable[[str], Home], tmp_path_factory: pytest.TempPathFactory) -> Look:
    """Each step is looked at once, when it is first asked for."""

    @cache
    def look(name: str) -> Undisturbed:
        home = copy_home(before(name), tmp_path_factory.mktemp(name) / "home")
        count, said = perform(STEPS[name], home)
        assert said is None, said
        return Undisturbed(count, pages(home))

    return look


def pages(home: Home) -> dict[str, bytes]:
    """The files of reports and site."""
    folders = (home.reports, home.root / "site")
    return {
        path.relative_to(home.root).as_posix(): path.read_bytes()
        for folder in folders
        for path in folder.rglob("*")
        if path.is_file()
    }


def assert_whole(home: Home, written: dict[str, bytes]) -> None:
    """Nothing that was published, landed or written for readers is half there."""
    catalogue = Catalogue(home.releases)
    for audience in (PUBLIC, INTERNAL):
        with duckdb.connect(str(catalogue.current(audience)), read_only=True) as opened:
            assert opened.execute("select count(*) > 0 from marts.fct_unit_score").fetchone() == (True,)
    require_whole(Store(home.landing))
    for release in catalogue.releases():
        [check] = [
            check for name, check in parts_to_verify(home, None, None) if name == RELEASE.filled(release=release)
        ]
        # The switch of `current` is the one thing that the next command mends.
        assert [problem for problem in verify_part(check).problems if ": current" not in problem.en] == []
    found = {name: content for name, content in pages(home).items() if not name.endswith((".tmp", INVENTORY, LOCK))}
    assert found == {name: content for name, content in written.items() if name in found}


def assert_settled(home: Home, name: str, written: dict[str, bytes]) -> None:
    """As an undisturbed step leaves it."""
    assert [problem for _, check in parts_to_verify(home, None, None) for problem in verify_part(check).problems] == []
    assert not list(home.root.glob("releases*/tmp")) and not list(home.landing.glob("tmp/*"))
    catalogue = Catalogue(home.releases)
    releases = [str(release) for release in catalogue.releases()]
    assert releases == ["2018-r1", "2019-r1", "2019-r2"][: 3 if name == "publish" else 2]
    assert [str(each) for each in catalogue.withdrawn()] == ["2019-r1"] * (name == "withdraw")
    assert [str(each) for each in catalogue.offers()] == ["2019-r2"] * (name == "run")
    if name in ("land", "decide", "run"):
        assert [delivery.seq for delivery in Store(home.landing).deliveries()] == [1, 2, 3, 4, 5]
        assert chain.head(home)[0] == 1
    assert pages(home) == written


def run_into(home: Home, look: Look, name: str, fault: str, share: float) -> None:
    """A step with a fault, then without."""
    expected = look(name)
    point = min(1 + int(share * expected.operations), expected.operations)
    answer = perform(STEPS[name], home, fault, point)
    if answer is not None:
        # A run does some of its operations or not as its threads come along.
        assert fault in (FULL, READ_ONLY) or (name == "run" and answer[0] < point)
        # Sweeping what is left over is best effort; everything else says what the system said.
        assert answer[1] is None or any(word in answer[1] for word in ("No space left", "Read-only file system"))
    assert_whole(home, expected.written)
    count, said = perform(STEPS[name], home)
    assert (count > 0, said) == (True, None)
    assert_settled(home, name, expected.written)


@pytest.fixture
def home(request: pytest.FixtureRequest, before: Callable[[str], Home], tmp_path: Path) -> Home:
    """A copy of the home in which the step that is tried has something to do."""
    return copy_home(before(request.node.callspec.params["name"]), tmp_path / "home")


@pytest.mark.parametrize(("name", "fault", "share"), FEW)
def test_fault(home: Home, undisturbed: Look, name: str, fault: str, share: float) -> None:
    run_into(home, undisturbed, name, fault, share)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "fault", "share"), MANY)
def test_fault_anywhere(home: Home, undisturbed: Look, name: str, fault: str, share: float) -> None:
    run_into(home, undisturbed, name, fault, share)


@pytest.mark.parametrize("name", [pytest.param("current.json", marks=pytest.mark.slow), "index.json"])
def test_torn_note_is_told_and_mended(home: Home, name: str) -> None:
    path = home.releases / name
    path.chmod(0o644)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    assert [problem for _, check in parts_to_verify(home, None, None) for problem in verify_part(check).problems]
    assert perform(steps.publish, home)[1] is None
    assert_settled(home, "publish", {})
