"""What is read of the seeds stands for all seeds of the same contents, and for no others."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from orchestration.home import shipped_seeds
from orchestration.landing.reference import SeedError, read_reference

MEASURES = "methodology/measure.csv"


@pytest.fixture
def seeds(tmp_path: Path) -> Path:
    return Path(shutil.copytree(shipped_seeds(), tmp_path / "seeds"))


def test_seeds_of_the_same_contents_are_read_once(seeds: Path) -> None:
    assert read_reference(seeds) is read_reference(shipped_seeds())


def test_a_changed_row_is_read(seeds: Path) -> None:
    before = read_reference(seeds)
    measures = seeds / MEASURES
    measures.write_text(measures.read_text(encoding="utf-8").replace("P3.2.rate", "P3.2.renamed"), encoding="utf-8")
    after = read_reference(seeds)
    assert "P3.2.renamed" in after.measures.keys() - before.measures.keys()
    assert after.digest != before.digest


def test_a_seed_that_went_is_missed(seeds: Path) -> None:
    read_reference(seeds)
    (seeds / MEASURES).unlink()
    with pytest.raises(SeedError, match=r"measure\.csv"):
        read_reference(seeds)
