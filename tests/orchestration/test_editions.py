"""Editions as partitions, the series of a home, and years in words."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestration.commands.run import _years_with_data
from orchestration.editions import (
    check_years,
    is_released,
    series_of,
    year_spans,
    years_in_words,
)
from orchestration.errors import UsageError
from orchestration.home import Home
from orchestration.landing.contracts import CONTRACTS
from orchestration.landing.run import land_inbox
from orchestration.landing.waiting import require_data
from orchestration.pipeline.partitions import span_tags, yearly_partitions
from orchestration.settings import SERIES_VARIABLE
from tests.small.inbox import write_small_inbox


def write_editions(root: Path, *editions: tuple[str, int]) -> Home:
    """A home whose seeds stand alone and hold nothing but editions."""
    folder = root / "seeds" / "methodology"
    folder.mkdir(parents=True)
    lines = ["series_code,assessment_year", *(f"{series},{year}" for series, year in editions)]
    (folder / "edition.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (root / "zhengxin.toml").write_text('seeds = "own"\n', encoding="utf-8")
    return Home(root)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """Overrides the built home: nothing but the shipped seeds."""
    return Home(tmp_path)


def test_without_data_all_editions_are_partitions(tmp_path: Path) -> None:
    home = Home(tmp_path)
    assert yearly_partitions(home, "county_integrity").get_partition_keys() == [str(y) for y in range(2017, 2026)]
    assert yearly_partitions(home, "hdi").get_partition_keys() == [str(year) for year in range(1990, 2023)]


def test_last_partition_is_the_newest_year_with_data(tmp_path: Path) -> None:
    """Whether its observations wait or have landed; events alone are nothing that can be scored."""
    home = Home(tmp_path)
    write_small_inbox(home.inbox, [2018])
    (home.inbox / "opinion_event").mkdir()
    (home.inbox / "opinion_event" / "may.csv").write_text("unit_code,assessment_year\n520402,2020\n", encoding="utf-8")
    for _ in ("waiting", "landed"):
        assert yearly_partitions(home, "county_integrity").get_partition_keys() == ["2017", "2018"]
        land_inbox(home)
    write_small_inbox(home.inbox, [2025])
    assert yearly_partitions(home, "county_integrity").get_last_partition_key() == "2025"


def test_damaged_store_leaves_all_editions(tmp_path: Path) -> None:
    """The UI must open to show what is wrong; who asks for a year is told which batch it is."""
    home = Home(tmp_path)
    write_small_inbox(home.inbox, [2018])
    land_inbox(home)
    [accepted] = (home.landing / "batches" / "observation").glob("*/accepted.parquet")
    accepted.write_bytes(b"PAR1")
    assert yearly_partitions(home, "county_integrity").get_last_partition_key() == "2025"
    with pytest.raises(UsageError, match=r"accepted\.parquet is missing or damaged"):
        require_data(home, [2018])


def test_year_without_data_is_told(tmp_path: Path) -> None:
    home = Home(tmp_path)
    write_small_inbox(home.inbox, [2018])
    require_data(home, [2018])
    with pytest.raises(UsageError, match=r"No observation of 2017, 2019 has been accepted\. Put files") as raised:
        require_data(home, [2017, 2018, 2019])
    assert str(raised.value).endswith("in quarantine and why.")
    land_inbox(home)
    with pytest.raises(UsageError, match=r"of 2019 has been accepted.*come with each run: zhengxin run 2018\.$"):
        require_data(home, [2019])


def test_years_without_an_edition_are_no_partitions(tmp_path: Path) -> None:
    home = write_editions(tmp_path, ("own", 2015), ("own", 2019), ("own", 2021))
    assert yearly_partitions(home, "own").get_partition_keys() == ["2015", "2019", "2021"]


def test_a_home_that_says_nothing_holds_the_county_series(home: Home) -> None:
    assert series_of(home) == "county_integrity"


def land_hdi(home: Home) -> None:
    """Four accepted observations of another series than the one that is held where nothing is said."""
    folder = home.inbox / "observation"
    folder.mkdir(parents=True)
    columns = CONTRACTS["observation"].column_names
    values = {
        "life_expectancy_years": "70",
        "expected_schooling_years": "12",
        "mean_schooling_years": "8",
        "gni_per_capita_ppp_usd": "9000",
    }
    known = {
        "unit_code": "NOR",
        "assessment_year": "2019",
        "channel": "secondary_source",
        "collection_mode": "online",
        "captured_at": "2020-12-01",
        "collector": "test",
        "provenance": "published",
    }
    rows = [known | {"measure_code": measure, "value": value} for measure, value in values.items()]
    lines = [",".join(columns), *(",".join(row.get(column, "") for column in columns) for row in rows)]
    (folder / "hdi.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    [landed] = land_inbox(home)
    assert landed.accepted_count == len(values)


def test_the_series_follows_from_the_rows(home: Home) -> None:
    land_hdi(home)
    assert series_of(home) == "hdi"


def test_rows_of_another_series_than_the_one_named_are_told(home: Home) -> None:
    home.settings.write_text('series = "county_integrity"\n', encoding="utf-8")
    land_hdi(home)
    with pytest.raises(UsageError, match=r"holds county_integrity, .* accepted are 4 of hdi\..*series = \"hdi\""):
        _years_with_data(home, series_of(home), [])


def test_the_only_series_of_the_own_seeds_is_the_series(tmp_path: Path) -> None:
    assert series_of(write_editions(tmp_path, ("own", 2015), ("own", 2016))) == "own"


def test_several_series_are_asked_about(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"several series: one, two\. Write into .*zhengxin\.toml .*series = \"one\""):
        series_of(write_editions(tmp_path, ("one", 2015), ("two", 2016)))


def test_seeds_without_an_edition_are_said_to_lack_it(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"give .*edition\.csv a row"):
        series_of(write_editions(tmp_path))


def test_settings_and_environment_name_the_series(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    home.settings.write_text('series = "hdi"\n', encoding="utf-8")
    assert series_of(home) == "hdi"
    monkeypatch.setenv(SERIES_VARIABLE, "county_integrity")
    assert series_of(home) == "county_integrity"
    monkeypatch.setenv(SERIES_VARIABLE, "moon")
    with pytest.raises(UsageError, match=r"no series 'moon'.*county_integrity, hdi"):
        series_of(home)


@pytest.mark.parametrize(("written", "answer"), [("1", True), ("0", False), ("true", None), ("", None), ("2", None)])
def test_yes_is_1_and_no_is_0(tmp_path: Path, written: str, answer: bool | None) -> None:
    """Another spelling is refused, never taken for a no."""
    home = write_editions(tmp_path, ("own", 2015))
    header = "series_code,name_en,unit_name_en,publication_digits,is_released"
    (home.seeds / "methodology" / "series.csv").write_text(f"{header}\nown,Own,town,2,{written}\n", encoding="utf-8")
    if answer is not None:
        assert is_released(home, "own") is answer
        return
    with pytest.raises(UsageError, match=rf"is_released of own is '{written}'; write 1 for yes, 0 for no"):
        is_released(home, "own")


def test_unknown_years_are_named(home: Home) -> None:
    check_years(home, [2017, "2019"], "county_integrity")
    with pytest.raises(UsageError, match=r"no edition 2016, 2035 of county_integrity. It has 2017–2025"):
        check_years(home, [2016, 2019, "2035"], "county_integrity")


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
