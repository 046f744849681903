"""Whatever is changed, taken away or put between in the landing store or in the log of decisions is named, by a landing
or a run that would build on it, and by `zhengxin verify --all`."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from orchestration.home import Home
from orchestration.landing import chain
from orchestration.landing.integrity import require_unbroken, require_whole
from orchestration.landing.store import Store, StoreDamaged
from orchestration.release.verify_all import LANDING_STORE, parts_to_verify, verify_part

from .conftest import DECISION_ROW, OBSERVATION_ROW, World, csv_text, observations


@pytest.fixture(scope="module")
def landed_once(tmp_path_factory: pytest.TempPathFactory, seeds: Path) -> World:
    """Four deliveries: two files of observations, of which one has a row in quarantine, and two of decisions. Copy,
    don't change."""
    world = World(Home(tmp_path_factory.mktemp("landed") / "home"), seeds)
    world.land_one(csv_text([*observations(3), OBSERVATION_ROW | {"unit_code": "999999"}]), "a.csv")
    world.land_one(csv_text(observations(2, value="7")), "b.csv")
    for name, codes in (("d.csv", ("D1", "D2")), ("e.csv", ("D3",))):
        text = csv_text([DECISION_ROW | {"decision_code": code} for code in codes])
        world.land_one(text, name, "decision")
    return world


@pytest.fixture
def landed(landed_once: World, tmp_path: Path) -> World:
    shutil.copytree(landed_once.home.root, tmp_path / "home")
    return World(Home(tmp_path / "home"), landed_once.seeds)


def problems(world: World) -> list[str]:
    """What `zhengxin verify --all` says is not as it was."""
    parts = parts_to_verify(world.home, None, None)
    return [problem.en for _, check in parts for problem in verify_part(check).problems]


def batch_folder(world: World, name: str) -> Path:
    store = world.store
    delivery = next(item for item in store.deliveries() if item.file_name == name)
    return store.batch_folder(delivery.source, delivery.batch_id)


def delivery_path(world: World, number: int) -> Path:
    return world.home.landing / "deliveries" / f"{number:08d}.json"


def change_value(world: World) -> None:
    path = batch_folder(world, "a.csv") / "accepted.parquet"
    table = pq.read_table(path)
    column = table.column_names.index("value")
    doubled = pc.add(table["value"], table["value"]).cast(table.schema.field("value").type)
    pq.write_table(table.set_column(column, table.schema.field(column), doubled), path)


def change_value_and_its_hash(world: World) -> None:
    change_value(world)
    folder = batch_folder(world, "a.csv")
    entry = json.loads((folder / "batch.json").read_text())
    entry["sha256"]["accepted.parquet"] = hashlib.sha256((folder / "accepted.parquet").read_bytes()).hexdigest()
    (folder / "batch.json").write_text(json.dumps(entry))


def empty_quarantine(world: World) -> None:
    path = batch_folder(world, "a.csv") / "quarantined.parquet"
    pq.write_table(pq.read_table(path).slice(0, 0), path)


def change_delivery(world: World) -> None:
    path = delivery_path(world, 2)
    path.write_text(path.read_text().replace("b.csv", "c.csv"))


def swap_deliveries(world: World) -> None:
    first, second = delivery_path(world, 1), delivery_path(world, 2)
    kept = first.read_bytes()
    first.write_bytes(second.read_bytes())
    second.write_bytes(kept)


def exchange_original(world: World) -> None:
    (batch_folder(world, "b.csv") / "original.csv").write_text("another file")


# What was done, what a check names, and whether a run may go on all the same.
STORE: dict[str, tuple[Callable[[World], object], str, bool]] = {
    "changed value": (change_value, "accepted.parquet was changed", False),
    "changed value, hash redone": (change_value_and_its_hash, "batch.json is not what delivery 1 brought", False),
    "emptied quarantine": (empty_quarantine, "quarantined.parquet was changed", False),
    "removed delivery": (lambda world: delivery_path(world, 2).unlink(), "delivery 2 is missing", False),
    "removed last delivery": (lambda world: delivery_path(world, 4).unlink(), "has no delivery", False),
    "changed delivery": (change_delivery, "delivery 3 (decision/d.csv) does not follow from delivery 2", False),
    "swapped deliveries": (swap_deliveries, "00000001.json says that it is number 2", False),
    "removed batch": (lambda world: shutil.rmtree(batch_folder(world, "b.csv")), "b.csv): its batch", False),
    "exchanged original": (exchange_original, "original.csv was changed", False),
    "removed rows": (lambda world: (batch_folder(world, "b.csv") / "accepted.parquet").unlink(), "is missing", False),
    "stray delivery": (
        lambda world: (world.home.landing / "deliveries" / "1x.json").write_text("{}"),
        "deliveries/1x.json is no delivery",
        True,
    ),
    "added file": (
        lambda world: (batch_folder(world, "b.csv") / "more.parquet").write_text("x"),
        "more.parquet was added",
        True,
    ),
}


def test_an_untouched_store_is_whole(landed: World) -> None:
    assert problems(landed) == []
    require_whole(landed.store)
    assert {item.outcome for item in landed.land()} == {"unchanged"}


@pytest.mark.parametrize("case", STORE)
def test_tampered_store(landed: World, case: str) -> None:
    tamper, said, may_go_on = STORE[case]
    tamper(landed)
    assert any(said in problem for problem in problems(landed)), problems(landed)
    if may_go_on:
        require_whole(landed.store)
        assert {item.outcome for item in landed.land()} == {"unchanged"}
    else:
        with pytest.raises(StoreDamaged, match="zhengxin verify --all") as refused:
            require_whole(Store(landed.home.landing))
        assert said in str(refused.value)


@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_nothing_lands_in_the_place_of_a_delivery_that_was_taken_away(landed: World, number: int) -> None:
    delivery_path(landed, number).unlink()
    landed.drop(csv_text(observations(1, value="3")), "new.csv")
    with pytest.raises(StoreDamaged):
        landed.land()
    with pytest.raises(StoreDamaged):
        require_unbroken(landed.store)


def test_a_killed_lander_is_not_taken_for_a_thief(landed: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed between batch and delivery, and the file is gone: the batch has a mark, and lands with its file."""
    file = landed.drop(csv_text(observations(1, value="3")), "new.csv")

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Store, "commit_deliveries", killed)
        with pytest.raises(KeyboardInterrupt):
            landed.land()
    content = file.read_bytes()
    file.unlink()
    assert problems(landed) == []
    require_whole(landed.store)
    landed.land()
    assert len(landed.store.deliveries()) == 4 and len(landed.store.undelivered()) == 1
    assert landed.land_one(content, "new.csv").outcome == "landed"
    assert landed.store.undelivered() == set()
    assert problems(landed) == []


def test_a_store_of_an_older_version_is_checked_by_its_counts(landed: World) -> None:
    for number, path in enumerate(landed.store.delivery_paths(), start=1):
        record = json.loads(path.read_text())
        entry = landed.store.batch_folder(record["source"], record["batch_id"]) / "batch.json"
        entry.write_text(json.dumps({k: v for k, v in json.loads(entry.read_text()).items() if k != "sha256"}))
        older = {name: record[name] for name in ("seq", "source", "file_name", "batch_id", "received_at")}
        assert older["seq"] == number
        path.write_text(json.dumps(older))
    checks = dict(parts_to_verify(landed.home, None, None))
    state = verify_part(checks[LANDING_STORE])
    assert state.problems == [] and "4 of 4 batches were landed by an older version" in state.gaps[0].en
    empty_quarantine(landed)
    assert "quarantined.parquet has 0 rows where 1 landed" in verify_part(checks[LANDING_STORE]).problems[0].en
    landed.land_one(csv_text(observations(1, value="3")), "new.csv")
    assert len(landed.store.deliveries()) == 5


def lines_of(world: World) -> list[bytes]:
    return chain.log_path(world.home).read_bytes().splitlines(keepends=True)


def write_lines(world: World, lines: list[bytes]) -> None:
    chain.log_path(world.home).write_bytes(b"".join(lines))


def rechain(lines: list[bytes]) -> list[bytes]:
    """The same entries with links and numbers made anew, as a careful forger would."""
    previous, made = chain.FIRST_HASH, []
    for number, line in enumerate(lines, start=1):
        entry = json.loads(line) | {"number": number, "previous_hash": previous}
        text = json.dumps(entry, ensure_ascii=False, separators=(",", ":")).encode()
        previous = hashlib.sha256(text).hexdigest()
        made.append(text + b"\n")
    return made


def invented(line: bytes) -> bytes:
    entry = json.loads(line)
    return json.dumps(entry | {"decision_code": "D9", "decision": entry["decision"] | {"decision_code": "D9"}}).encode()


LOG: dict[str, tuple[Callable[[list[bytes]], list[bytes]], str]] = {
    "changed value": (lambda lines: [lines[0].replace(b'"95', b'"99'), *lines[1:]], "entry 1"),
    "changed value, chained anew": (lambda lines: rechain([lines[0].replace(b'"95', b'"99'), *lines[1:]]), "entry 1"),
    "removed first": (lambda lines: lines[1:], "entry 1"),
    "removed middle": (lambda lines: [lines[0], lines[2]], "entry 2"),
    "removed middle, chained anew": (lambda lines: rechain([lines[0], lines[2]]), "entry 2"),
    "cut off": (lambda lines: lines[:2], "entry 3 is missing"),
    "swapped": (lambda lines: [lines[1], lines[0], lines[2]], "entry 1"),
    "invented": (lambda lines: rechain([*lines, invented(lines[2])]), "has no delivery"),
    "emptied": (lambda lines: [], "entry 1 is missing"),
}


@pytest.mark.parametrize("case", LOG)
def test_tampered_log(landed: World, case: str) -> None:
    tamper, said = LOG[case]
    before = lines_of(landed)
    write_lines(landed, tamper(before))
    assert lines_of(landed) != before
    found = problems(landed)
    assert len(found) == 1 and found[0].startswith("log of decisions") and said in found[0], found


def test_log_and_store_removed_together_are_named_by_the_release(landed: World) -> None:
    """What a release keeps of both is compared with what is there now."""
    for path in landed.store.delivery_paths():
        path.unlink()
    shutil.rmtree(landed.home.landing / "batches")
    chain.log_path(landed.home).unlink()
    assert problems(landed) == []
    folder = landed.home.root / "releases-internal" / "2019" / "r1"
    (folder / "parquet").mkdir(parents=True)
    (landed.home.releases / "2019" / "r1").mkdir(parents=True)
    kept = {"entry_number": [1], "decision_code": ["D1"], "entry_hash": ["0" * 64]}
    pq.write_table(pa.table(kept), folder / "parquet" / "decision_log.parquet")
    lost = {"seq": 1, "source": "observation", "file_name": "a.csv", "batch_id": "0" * 16, "received_at": "2020-01-01"}
    lock = {"deliveries": [lost], "batches": [{"source": "observation", "batch_id": "0" * 16}]}
    (folder / "lock.json").write_text(json.dumps(lock))
    found = problems(landed)
    assert any("decision D1" in problem and "release 2019-r1" in problem for problem in found)
    assert any("delivery 1 (observation/a.csv), from which 2019-r1 was made, is missing" in each for each in found)
