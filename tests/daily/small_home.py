"""A home whose editions have the counties of one prefecture: files go through the real landing, and the models
that a test asks about are built by dbt."""

from __future__ import annotations

import csv
import shutil
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import duckdb

from orchestration.home import Home, shipped_seeds
from orchestration.landing.run import LandedFile, land_inbox
from orchestration.landing.store import Store
from orchestration.warehouse import dbt
from orchestration.warehouse.raw import load_raw
from tests.landing.conftest import csv_text
from tests.small.home import make_small_home

# 安顺: six counties; four measures carry what the tests look at.
UNITS = ("520402", "520403", "520422", "520423", "520424", "520425")

OBSERVATION = {
    "unit_code": "520402",
    "assessment_year": "2019",
    "measure_code": "T5.1.linked_share",
    "value": "80",
    "state": "",
    "channel": "government_disclosure",
    "collection_mode": "online",
    "captured_at": "2019-12-03 10:15:00",
    "evidence_url": "https://example.invalid/1",
    "evidence_hash": "",
    "collector": "team 1",
    "provenance": "synthetic",
}
EVENT = {
    "cluster_code": "C1",
    "unit_code": "520402",
    "assessment_year": "2019",
    "event_date": "2019-06-10",
    "reported_at": "2019-06-10 09:00:00",
    "polarity": "negative",
    "severity": "ordinary",
    "reach": "local",
    "responsibility": "found",
    "topic": "default_or_discipline",
    "headline": "拖欠工程款(合成)",
    "responsible_body": "住建局",
    "responder": "住建局",
    "response_at": "2019-06-11 09:00:00",
    "response_kind": "targeted",
    "evidence_url": "",
    "evidence_hash": "",
    "captured_at": "2019-06-12 09:00:00",
    "collector": "media watch",
    "provenance": "synthetic",
}
VERIFICATION = {
    "subject": "observation",
    "unit_code": "520402",
    "assessment_year": "2019",
    "measure_code": "T5.1.linked_share",
    "cluster_code": "",
    "verdict": "confirm",
    "value": "",
    "state": "",
    "reason": "",
    "verifier": "team A",
    "verified_at": "2020-01-15 09:00:00",
    "evidence_url": "",
    "evidence_hash": "",
    "provenance": "synthetic",
}
OBJECTION = {
    "objection_code": "Y1",
    "unit_code": "520402",
    "assessment_year": "2019",
    "subject": "observation",
    "measure_code": "T5.1.linked_share",
    "cluster_code": "",
    "request": "correct",
    "value": "95",
    "state": "",
    "reason": "年末统计",
    "evidence_url": "https://example.invalid/2",
    "evidence_hash": "",
    "submitted_by": "区政府办公室",
    "submitted_at": "2020-03-02 09:00:00",
    "provenance": "synthetic",
}
DECISION = {
    "decision_code": "D1",
    "decision_kind": "objection",
    "objection_code": "Y1",
    "outcome": "upheld",
    "unit_code": "520402",
    "assessment_year": "2019",
    "subject": "observation",
    "measure_code": "T5.1.linked_share",
    "cluster_code": "",
    "expected_value": "80",
    "expected_state": "",
    "value": "95",
    "state": "",
    "repaired_at": "",
    "reason": "属实",
    "officer_code": "OFF-03",
    "role_code": "review_panel",
    "decided_at": "2020-03-20 10:00:00",
    "evidence_url": "",
    "evidence_hash": "",
    "provenance": "synthetic",
}
NO_VALUE = {"value": "", "state": "", "expected_value": "", "expected_state": ""}
OF_EVENT = {"subject": "opinion_event", "measure_code": "", "cluster_code": "C1"}


def observations(
    year: int = 2019, values: dict[str, str] | None = None, units: tuple[str, ...] = UNITS, **changes: str
) -> list[dict[str, str]]:
    """Observations of a year for some units, captured in its December: of every base measure, in good order but for
    T5.1.linked_share, which is 80; or of the measures in `values` only."""
    return [
        OBSERVATION
        | {"unit_code": unit, "assessment_year": str(year), "measure_code": measure, "value": value}
        | {"captured_at": f"{year}-12-03 10:15:00"}
        | changes
        for unit in units
        for measure, value in (values or _good_values()).items()
    ]


@cache
def _good_values() -> dict[str, str]:
    with (shipped_seeds() / "methodology" / "measure.csv").open(encoding="utf-8", newline="") as file:
        measures = list(csv.DictReader(file))
    return {
        row["measure_code"]: row["upper_bound"] if row["direction"] == "higher_better" else row["lower_bound"]
        for row in measures
        if row["series_code"] == "county_integrity" and row["value_kind"] != "event_points"
    } | {"T5.1.linked_share": "80"}


# What is built from landed rows, as dbt selects it.
FROM_DATA = "source:*+"


@dataclass
class SmallHome:
    """One small home: drop files, land them, build models, look."""

    home: Home

    @classmethod
    def copied(cls, seeded: Path, home: Home) -> SmallHome:
        """A copy of a seeded home."""
        shutil.copytree(seeded, home.root)
        return cls(home)

    def drop(self, source: str, rows: list[dict[str, str]], name: str = "a.csv") -> Path:
        path = self.home.inbox / source / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(csv_text(rows), encoding="utf-8")
        return path

    def land(self) -> list[LandedFile]:
        return land_inbox(self.home)

    @classmethod
    def seeded(cls, home: Home) -> SmallHome:
        """A home whose warehouse holds the seeds, and the models that follow from them alone."""
        make_small_home(home.root)
        with duckdb.connect(str(_made(home.warehouse))) as connection:
            load_raw(connection, home)
        of_seeds = ["--exclude", FROM_DATA, "--exclude-resource-type", "test", "unit_test"]
        dbt.run(home, ["--quiet", "build", *of_seeds])
        return cls(home)

    def build(self, *selection: str, command: str = "run") -> str:
        """Land what waits, load it, and build the models selected; return what dbt printed."""
        self.load()
        return self.run(*selection, command=command)

    def load(self) -> None:
        """Land what waits, and load it."""
        landed = self.land()
        refused = [file.error for file in landed if file.outcome == "rejected"]
        assert refused == []
        with duckdb.connect(str(_made(self.home.warehouse))) as connection:
            load_raw(connection, self.home)

    def run(self, *selection: str, command: str = "run") -> str:
        """Build the models selected from what is loaded, those that a seeded home has left out; return what dbt
        printed."""
        chosen = [f"{each},{FROM_DATA}" for each in selection] if command == "run" else selection
        return dbt.run(self.home, ["--quiet", command, "--select", *chosen])

    def rows(self, query: str) -> list[tuple]:
        return rows(self.home.warehouse, query)

    def keep(self, name: str) -> Path:
        """A copy of the warehouse as it is now, to be looked at later."""
        return Path(shutil.copyfile(self.home.warehouse, self.home.root / f"{name}.duckdb"))

    def quarantined(self) -> list[dict[str, Any]]:
        """All quarantined rows in effect."""
        store = Store(self.home.landing)
        return [row for batch in store.effective_batches() for row in store.quarantined(batch).to_pylist()]


def rows(warehouse: Path, query: str) -> list[tuple]:
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        return connection.execute(query).fetchall()


def _made(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    return path
