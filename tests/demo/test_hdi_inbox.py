"""The observations of the Human Development Index come as published: every row, every digit."""

from __future__ import annotations

import csv
from pathlib import Path

from orchestration.demo.hdi import MEASURES, write_hdi_inbox
from orchestration.home import project_root
from tests.demo.inbox_reader import read_rows

SOURCE = project_root() / "orchestration" / "demo" / "data" / "hdi_observations_1990_2022.csv"


def test_rows_and_values_as_published(tmp_path: Path) -> None:
    (path,) = write_hdi_inbox(tmp_path)
    rows = [row for _, _, row in read_rows(tmp_path, "observation")]
    assert len(rows) == 23_232
    with SOURCE.open(encoding="utf-8", newline="") as lines:
        expected = {
            (row["iso3"], row["year"], measure): row[measure] for row in csv.DictReader(lines) for measure in MEASURES
        }
    assert {(row["unit_code"], row["assessment_year"], row["measure_code"]): row["value"] for row in rows} == expected
    assert {(row["provenance"], row["channel"], row["state"]) for row in rows} == {
        ("published", "secondary_source", "")
    }
    before = path.read_bytes()
    assert write_hdi_inbox(tmp_path) == [path]
    assert path.read_bytes() == before


def test_measures_and_units_are_those_of_the_seeds(tmp_path: Path) -> None:
    write_hdi_inbox(tmp_path)
    rows = [row for _, _, row in read_rows(tmp_path, "observation")]
    with (project_root() / "seeds/methodology/measure.csv").open(encoding="utf-8", newline="") as lines:
        assert {row["measure_code"] for row in csv.DictReader(lines) if row["series_code"] == "hdi"} == set(MEASURES)
    with (project_root() / "seeds/geography/assessment_frame.csv").open(encoding="utf-8", newline="") as lines:
        frame = {
            (row["assessment_year"], row["unit_code"]) for row in csv.DictReader(lines) if row["series_code"] == "hdi"
        }
    assert {(row["assessment_year"], row["unit_code"]) for row in rows} <= frame
