"""The landing run: outcomes, ledger, what supersedes what, and what lies in the inbox without being a file to land."""

from __future__ import annotations

import os
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest

from orchestration.errors import UsageError
from orchestration.home import Home
from orchestration.landing.contracts import CONTRACTS
from orchestration.landing.reference import SeedError
from orchestration.landing.run import land_inbox
from orchestration.landing.store import StoreDamaged
from orchestration.landing.waiting import observed_years, waiting_files

from .conftest import EVENT_ROW, OBSERVATION_ROW, VERIFICATION_ROW, World, csv_text, observations, write_seeds

A = csv_text(observations(3))
B = csv_text(observations(4, value="50"))


def outcomes(world: World) -> dict[str, str]:
    return {landed.file_name: landed.outcome for landed in world.land()}


def effective(world: World) -> dict[str, str]:
    return {name: item.batch_id for (_, name), item in world.store.effective_deliveries().items()}


def test_same_bytes_are_a_visible_no_op(world: World) -> None:
    first = world.land_one(A)
    second = world.land()[0]
    assert (first.outcome, second.outcome) == ("landed", "unchanged")
    assert (second.batch_id, second.accepted_count) == (first.batch_id, 3)
    assert len(world.store.deliveries()) == 1
    os.utime(world.home.inbox / "observation" / "a.csv")
    assert outcomes(world) == {"a.csv": "unchanged"}


def test_a_to_b_to_a(world: World) -> None:
    first = world.land_one(A)
    second = world.land_one(B)
    third = world.land_one(A)
    assert [landed.outcome for landed in (first, second, third)] == ["landed", "superseding", "superseding"]
    assert (second.superseded_batch_id, third.superseded_batch_id) == (first.batch_id, second.batch_id)
    assert third.batch_id == first.batch_id
    assert effective(world) == {"a.csv": first.batch_id}
    assert [(delivery.seq, delivery.batch_id) for delivery in world.store.deliveries()] == [
        (1, first.batch_id),
        (2, second.batch_id),
        (3, first.batch_id),
    ]
    ledger = [(batch.batch_id, item.seq, is_effective) for batch, item, is_effective in world.store.ledger()]
    assert ledger == [(second.batch_id, 2, False), (first.batch_id, 3, True)]


def test_the_same_bytes_under_two_names_are_one_batch(world: World) -> None:
    world.drop(A, "a.csv")
    world.drop(A, "sub/b.txt")
    assert outcomes(world) == {"a.csv": "landed", "sub/b.txt": "landed"}
    assert len(world.store.effective_batches("observation")) == 1
    assert len(world.store.ledger()) == 2


def test_a_rejected_file_puts_nothing_out_of_effect(world: World) -> None:
    first = world.land_one(A)
    broken = world.land_one(b"%PDF")
    assert (broken.outcome, broken.error_rule) == ("rejected", "kind_unsupported")
    assert "stays in effect" in broken.notices[0].en
    assert effective(world) == {"a.csv": first.batch_id}
    again = world.land()[0]
    assert (again.outcome, again.error) == ("rejected", broken.error)
    assert len(world.store.deliveries()) == 2
    repaired = world.land_one(A)
    assert (repaired.outcome, repaired.batch_id) == ("landed", first.batch_id)
    assert outcomes(world) == {"a.csv": "unchanged"}


def test_one_bad_file_does_not_stop_the_others(world: World) -> None:
    world.drop(b"", "a.csv")
    world.drop(A, "b.csv")
    world.drop(csv_text([EVENT_ROW]), "e.csv", "opinion_event")
    world.drop(csv_text([VERIFICATION_ROW]), "v.csv", "verification")
    assert outcomes(world) == {"a.csv": "rejected", "b.csv": "landed", "e.csv": "landed", "v.csv": "landed"}


def test_originals_are_kept_and_the_inbox_is_left_alone(world: World) -> None:
    for content in (A.encode(), b"\xff\xfe rubbish"):
        landed = world.land_one(content, "a.CSV")
        batch = world.store.batch("observation", landed.batch_id)
        assert world.store.original_path(batch).read_bytes() == content
        assert world.store.original_path(batch).name == "original.csv"
    assert (world.home.inbox / "observation" / "a.CSV").read_bytes() == b"\xff\xfe rubbish"


def test_ledger_entry(world: World) -> None:
    landed = world.land_one(csv_text([*observations(2), OBSERVATION_ROW | {"value": "101"}]).encode("gb18030"))
    batch = world.store.batch("observation", landed.batch_id)
    assert (batch.file_format, batch.contract_version, batch.state) == ("csv", "3", "landed")
    assert (batch.row_count, batch.accepted_count, batch.quarantined_count) == (3, 2, 1)
    assert batch.rules == {"value_above_upper_bound": 1}
    assert len(batch.batch_id) == 16 and len(batch.file_sha256) == 64
    results = {item["rule"]: item for item in world.store.validation(batch)["results"]}
    failed = results["value_above_upper_bound"]
    assert (failed["suite"], failed["severity"], failed["success"]) == ("observation.rows", "error", False)
    assert (failed["evaluated_count"], failed["unexpected_count"]) == (3, 1)
    assert failed["sample"] == ["row 4: value 101 of share is above the upper bound 100: correct the value"]
    assert {item["suite"] for item in results.values()} == {
        "observation.structure",
        "observation.reading",
        "observation.rows",
    }


def test_header_only_lands_without_rows_and_withdraws_on_record(world: World) -> None:
    header = A.splitlines()[0] + "\n"
    landed = world.land_one(header)
    assert (landed.outcome, landed.row_count, landed.warning_count) == ("landed", 0, 1)
    assert set(world.warnings(landed)) == {"rows_missing"}
    world.land_one(A)
    withdrawn = world.land_one(header)
    assert withdrawn.outcome == "superseding"
    assert "withdraws the 3 rows" in withdrawn.notices[-1].en


@pytest.mark.parametrize(
    ("text", "rule", "words"),
    [
        (
            A.replace("captured_at", "captured", 1),
            "column_missing",
            ["captured_at is missing", "did you mean captured_at"],
        ),
        (
            csv_text([OBSERVATION_ROW | {"vlaue": ""}]),
            "column_unknown",
            ["'vlaue' is unknown", "Columns of observation"],
        ),
        (A.replace("evidence_url", "value", 1), "column_repeated", ["value appears 2 times"]),
        (csv_text([{"unit_code": "1"}]), "column_missing", ["assessment_year, measure_code, value, channel"]),
    ],
)
def test_headers_that_do_not_fit(world: World, text: str, rule: str, words: list[str]) -> None:
    landed = world.land_one(text)
    assert (landed.outcome, landed.error_rule) == ("rejected", rule)
    assert all(word in landed.error.en for word in words), landed.error
    results = world.store.validation(world.store.batch("observation", landed.batch_id))["results"]
    assert rule in [item["rule"] for item in results if not item["success"]]


def test_optional_columns_may_be_left_out(world: World) -> None:
    needed = [name for name in OBSERVATION_ROW if name not in ("state", "evidence_url", "evidence_hash")]
    landed = world.land_one(csv_text([{name: OBSERVATION_ROW[name] for name in needed}]))
    assert landed.accepted_count == 1


def test_wrong_extensions_do_no_harm(world: World, tmp_path: Path) -> None:
    frame = pd.DataFrame(observations(2))
    frame.to_parquet(tmp_path / "a.parquet")
    frame.to_excel(tmp_path / "a.xlsx", index=False)
    frame.to_json(tmp_path / "a.jsonl", orient="records", lines=True)
    for kind in ("parquet", "xlsx", "jsonl"):
        landed = world.land_one((tmp_path / f"a.{kind}").read_bytes(), f"{kind}.csv")
        assert (landed.outcome, landed.accepted_count) == ("landed", 2)
        assert world.store.batch("observation", landed.batch_id).file_format == kind


# --- succession ---


@pytest.mark.parametrize(
    ("unit_code", "year", "mapped"),
    [("520222", "2019", "520281"), ("520281", "2017", "520222"), ("520102", "2018", "520102")],
)
def test_a_code_of_another_year_is_mapped_where_one_to_one(
    world: World, unit_code: str, year: str, mapped: str
) -> None:
    row = OBSERVATION_ROW | {"unit_code": unit_code, "assessment_year": year}
    (accepted,) = world.accepted(world.land_one(csv_text([row])))
    assert (accepted["unit_code"], accepted["unit_code_received"]) == (mapped, unit_code)


def test_a_quarantined_row_carries_the_mapped_code(world: World) -> None:
    row = OBSERVATION_ROW | {"unit_code": "520222", "value": "101"}
    (quarantined,) = world.quarantined(world.land_one(csv_text([row])))
    assert quarantined["unit_code"] == "520281"
    assert quarantined["row_key"].startswith("520222|")


# --- seeds ---


def test_changed_seeds_check_the_files_anew(world: World, tmp_path: Path) -> None:
    world.seeds = write_seeds(tmp_path / "seeds")
    first = world.land_one(A, "kept.csv")
    world.land_one(csv_text([OBSERVATION_ROW | {"value": "77"}]), "removed.csv")
    (world.home.inbox / "observation" / "removed.csv").unlink()
    frame = world.seeds / "geography" / "assessment_frame.csv"
    frame.write_text(frame.read_text(encoding="utf-8").replace("南明区", "南明"), encoding="utf-8")
    measure = world.seeds / "methodology" / "measure.csv"
    measure.write_text(
        measure.read_text(encoding="utf-8").replace(
            "share,county_integrity,percentage,0,100,", "share,county_integrity,percentage,0,60,"
        )
    )
    landed = {item.file_name: item for item in world.land()}
    assert {name: item.outcome for name, item in landed.items()} == {
        "kept.csv": "superseding",
        "removed.csv": "superseding",
    }
    assert landed["kept.csv"].batch_id != first.batch_id
    assert landed["removed.csv"].quarantined_count == 1
    assert {item.outcome for item in world.land()} == {"unchanged"}


def test_seed_columns_that_no_check_reads_change_nothing(world: World, tmp_path: Path) -> None:
    world.seeds = write_seeds(tmp_path / "seeds")
    world.land_one(A)
    edition = world.seeds / "methodology" / "edition.csv"
    header, *lines = edition.read_text(encoding="utf-8").splitlines()
    edition.write_text("\n".join([header + ",title_zh", *(line + ",新" for line in reversed(lines))]), encoding="utf-8")
    assert outcomes(world) == {"a.csv": "unchanged"}


def test_unusable_seeds_are_named(world: World, tmp_path: Path) -> None:
    world.seeds = write_seeds(tmp_path / "seeds")
    measure = world.seeds / "methodology" / "measure.csv"
    measure.write_text("measure_code\n")
    with pytest.raises(SeedError, match=r"measure\.csv.*series_code"):
        world.land()
    measure.unlink()
    with pytest.raises(SeedError, match=r"measure\.csv"):
        world.land()


# --- what lies in the inbox ---


def test_things_that_are_no_files_to_land(world: World, tmp_path: Path) -> None:
    folder = world.home.inbox / "observation"
    world.drop(A, "good.csv")
    world.drop(A, "folder.csv/inside.csv")
    world.drop(A, "half.csv.part")
    world.drop(A, "~$open.xlsx")
    world.drop(A, ".hidden.csv")
    world.drop(A, "stray.csv", source="")
    world.drop(A, "a.csv", source="observations")
    outside = tmp_path / "outside.csv"
    outside.write_text(A)
    (folder / "link.csv").symlink_to(outside)
    (folder / "loop.csv").symlink_to(folder / "loop.csv")
    (folder / "inner.csv").symlink_to(folder / "good.csv")
    (folder / "away").symlink_to(tmp_path)
    os.mkfifo(folder / "pipe.csv")
    os.makedirs(os.fsencode(folder), exist_ok=True)
    with open(os.fsencode(folder) + b"/\xd6\xd0.csv", "w") as file:
        file.write(A)
    landed = {item.file_name: item for item in world.land()}
    found = {name: item.error_rule or item.outcome for name, item in landed.items()}
    assert found == {
        "stray.csv": "outside_source_folder",
        "observations": "outside_source_folder",
        "good.csv": "landed",
        "folder.csv/inside.csv": "landed",
        "half.csv.part": "skipped",
        "link.csv": "link_outside_inbox",
        "loop.csv": "unreachable",
        "inner.csv": "landed",
        "away": "link_outside_inbox",
        "pipe.csv": "not_a_file",
        "\\udcd6\\udcd0.csv": "name_unreadable",
    }
    assert "did you mean observation?" in landed["observations"].error.en
    assert "inbox/observation/" in landed["stray.csv"].error.en
    assert set(effective(world)) == {"good.csv", "folder.csv/inside.csv", "inner.csv"}


def test_a_reader_that_breaks_down_stops_no_other_file(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """And says nothing final: the next version of the reader may read the file."""
    world.drop('{"unit_code": "520102"}', "a.jsonl")
    world.drop(A, "b.csv")
    with monkeypatch.context() as patch:
        patch.setattr("orchestration.landing.readers.read_json_lines", lambda *_: [][1])
        landed = {item.file_name: item for item in world.land()}
    assert (landed["a.jsonl"].outcome, landed["a.jsonl"].error_rule) == ("rejected", "reader_failed")
    assert "IndexError: list index out of range" in landed["a.jsonl"].error.en
    assert landed["b.csv"].outcome == "landed"
    assert {item.file_name: item.error_rule for item in world.land()} == {"a.jsonl": "column_missing", "b.csv": None}


def test_years_of_waiting_files_are_those_that_can_be_read(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.drop(csv_text(observations(2, assessment_year="9" * 5000) + observations(1, assessment_year=" 2018 ")))
    world.drop("assessment_year,assessment_year\n2017,2017\n", "b.csv")
    world.drop('{"unit_code": "520102"}', "c.jsonl")
    monkeypatch.setattr("orchestration.landing.readers.read_json_lines", lambda *_: [][1])
    assert observed_years(world.home, waiting_files(world.home)) == {2018}


def test_unreadable_files_are_told(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Root may read everything, so the system's answers are put in its mouth."""
    secret = world.drop(A, "secret.csv")
    world.drop(B, "open.csv")
    monkeypatch.setattr("orchestration.landing.inbox.os.access", lambda path, mode: path != secret)
    landed = {item.file_name: item for item in world.land()}
    assert (landed["secret.csv"].outcome, landed["secret.csv"].error_rule) == ("rejected", "unreadable")
    assert landed["open.csv"].outcome == "landed"
    monkeypatch.undo()

    real_open = Path.open

    def refuse(path: Path, mode: str = "r", **options: object) -> object:
        if path == secret:
            raise PermissionError(13, "Permission denied")
        return real_open(path, mode, **options)

    monkeypatch.setattr(Path, "open", refuse)
    landed = {item.file_name: item for item in world.land()}
    assert (landed["secret.csv"].outcome, landed["secret.csv"].batch_id) == ("rejected", None)
    assert "Permission denied" in landed["secret.csv"].error.en


def test_a_file_that_grows_while_it_is_copied_waits(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    path = world.drop(A)

    class GrowingHash:
        """Stands for SHA-256 and writes to the file while it is read."""

        def update(self, block: bytes) -> None:
            with path.open("a") as file:
                file.write("more")

    monkeypatch.setattr("orchestration.landing.run.hashlib", SimpleNamespace(sha256=GrowingHash))
    (landed,) = world.land()
    assert (landed.outcome, landed.batch_id) == ("skipped", None)
    assert "still being written" in landed.notices[0].en
    assert world.store.deliveries() == []
    monkeypatch.undo()
    world.drop(A)
    assert outcomes(world) == {"a.csv": "landed"}


def test_only_the_named_sources(world: World) -> None:
    world.drop(A)
    world.drop(csv_text([EVENT_ROW]), "e.csv", "opinion_event")
    landed = world.land(sources=["opinion_event"])
    assert [item.source for item in landed] == ["opinion_event"]
    with pytest.raises(UsageError, match="observations"):
        world.land(sources=["observations"])


def test_an_empty_inbox_is_made_ready(world: World) -> None:
    assert world.land() == []
    assert sorted(path.name for path in world.home.inbox.iterdir()) == sorted(CONTRACTS)
    assert world.store.effective_batches() == []


def test_progress_is_told_after_each_file(world: World) -> None:
    world.drop(A, "a.csv")
    world.drop(B, "b.csv")
    told = []
    world.land(progress=lambda done, total, landed: told.append((done, total, landed.file_name)))
    assert told == [(1, 2, "a.csv"), (2, 2, "b.csv")]


def test_a_damaged_store_is_named(world: World) -> None:
    landed = world.land_one(A)
    entry = world.store.batch_folder("observation", landed.batch_id) / "batch.json"
    entry.write_text("{")
    with pytest.raises(StoreDamaged, match=r"batch\.json"):
        world.land()


def test_the_homes_are_apart(tmp_path: Path, seeds: Path) -> None:
    assert land_inbox(Home(tmp_path / "one"), seeds=seeds) == []
    assert not (tmp_path / "two").exists()
