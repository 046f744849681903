"""Editions as partitions, the series of a home, and years in words."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestration.editions import (
    SERIES_VARIABLE,
    check_years,
    edition_years,
    note_series,
    series_of,
    year_spans,
    years_in_words,
)
from orchestration.errors import UsageError
from orchestration.home import Home
from orchestration.pipeline.partitions import span_tags, yearly_partitions


def write_editions(folder: Path, years: list[int]) -> Path:
    (folder / "methodology").mkdir(parents=True)
    lines = ["series_code,assessment_year", *(f"own,{year}" for year in years)]
    (folder / "methodology" / "edition.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def test_partitions_are_the_editions() -> None:
    assert yearly_partitions("county_integrity").get_partition_keys() == ["2017", "2018", "2019", "2020"]
    assert yearly_partitions("hdi").get_partition_keys() == [str(year) for year in range(1990, 2023)]


def test_years_without_an_edition_are_no_partitions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZHENGXIN_SEEDS", str(write_editions(tmp_path, [2015, 2019, 2021])))
    assert yearly_partitions("own").get_partition_keys() == ["2015", "2019", "2021"]


def test_series_of_a_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(SERIES_VARIABLE, raising=False)
    home = Home(tmp_path)
    assert series_of(home) == "county_integrity"
    note_series(home, "hdi")
    assert series_of(home) == "hdi"
    monkeypatch.setenv(SERIES_VARIABLE, "county_integrity")
    assert series_of(home) == "county_integrity"
    monkeypatch.setenv(SERIES_VARIABLE, "moon")
    with pytest.raises(UsageError, match=r"no series 'moon'.*county_integrity, hdi"):
        series_of(home)


def test_unknown_years_are_named() -> None:
    check_years([2017, "2019"], "county_integrity")
    with pytest.raises(UsageError, match=r"no edition 2016, 2035 of county_integrity. It has 2017–2020"):
        check_years([2016, 2019, "2035"], "county_integrity")


def test_missing_seeds_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZHENGXIN_SEEDS", str(tmp_path))
    with pytest.raises(UsageError, match=r"edition\.csv"):
        edition_years("county_integrity")


def test_spans_are_runs_of_neighbouring_editions() -> None:
    editions = [2015, 2017, 2018, 2019]
    assert year_spans([2019, 2015, 2017], editions) == [[2015, 2017], [2019]]
    assert year_spans([], editions) == []
    assert span_tags([2019]) == {"dagster/partition": "2019"}
    assert span_tags([2015, 2017]) == {
        "dagster/asset_partition_range_start": "2015",
        "dagster/asset_partition_range_end": "2017",
    }


def test_years_in_words() -> None:
    assert years_in_words([2021, 2018, 2017, 2019]) == "2017–2019, 2021"
    assert years_in_words([2017]) == "2017"
    assert years_in_words([]) == ""
