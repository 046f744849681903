"""The demo's files give the figures of the 2019 report when scored by the method, and nothing in the files says so."""

from __future__ import annotations

from collections import Counter
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise

import pytest

from orchestration.demo.frame import YEARS
from tests.demo.conftest import PROFILE, ReadInbox
from tests.demo.inbox_reader import SERIES, seed
from tests.methodology.reference_scorer import Result

NATION, GUIZHOU, SHANGHAI = "000000", "520000", "310000"
COMPOSITE = "composite"
# In the order of the report's headings: 安顺, 贵阳, 黔南, 黔西南, 遵义, 六盘水, 铜仁, 毕节, 黔东南.
PREFECTURES = ["520400", "520100", "522700", "522300", "520300", "520200", "520600", "520500", "522600"]


def of_units(result: Result, year: int, region: str, node: str) -> Decimal:
    """Mean of the units of a region."""
    mean = result.region_means[SERIES, year, PROFILE, region, node].mean_of_units
    assert mean is not None
    return mean


def of_nation(result: Result, year: int, node: str) -> Decimal:
    """Mean of the 30 provincial means, as we read the report."""
    mean = result.region_means[SERIES, year, PROFILE, NATION, node].mean_of_subregions
    assert mean is not None
    return mean


def published(score: Decimal, digits: str = "0.01") -> str:
    return str(score.quantize(Decimal(digits), ROUND_HALF_UP))


def provinces(result: Result, year: int) -> list[str]:
    """Provinces from the best composite to the worst."""
    codes = [
        row["region_code"]
        for row in seed("geography/region.csv")
        if row["series_code"] == SERIES and row["assessment_year"] == str(year) and row["region_level"] == "province"
    ]
    means = {code: result.region_means[SERIES, year, PROFILE, code, COMPOSITE].mean_of_units for code in codes}
    return sorted((code for code in codes if means[code] is not None), key=lambda code: -means[code])


@pytest.mark.parametrize(
    ("region", "node", "figure"),
    [
        (GUIZHOU, COMPOSITE, "80.74"),
        (GUIZHOU, "T", "30.00"),
        (GUIZHOU, "C", "20.00"),
        (GUIZHOU, "P", "20.00"),
        (GUIZHOU, "S", "9.91"),
        (GUIZHOU, "E", "0.83"),
        ("520400", COMPOSITE, "82.33"),
        ("520100", COMPOSITE, "82.20"),
        ("522700", COMPOSITE, "81.83"),
        ("522600", COMPOSITE, "79.31"),
    ],
)
def test_published_means_of_guizhou_in_2019(guizhou_result: Result, region: str, node: str, figure: str) -> None:
    assert published(of_units(guizhou_result, 2019, region, node)) == figure


@pytest.mark.parametrize(("node", "figure"), [(COMPOSITE, "88.32"), ("E", "9.07")])
def test_published_means_of_shanghai_in_2019(shanghai_result: Result, node: str, figure: str) -> None:
    assert published(of_units(shanghai_result, 2019, SHANGHAI, node)) == figure


def test_guizhou_against_shanghai_in_2019(guizhou_result: Result, shanghai_result: Result) -> None:
    for node in "TS":
        assert of_units(shanghai_result, 2019, SHANGHAI, node) < of_units(guizhou_result, 2019, GUIZHOU, node)


@pytest.mark.slow
def test_published_nation_and_ranks_of_2019(result: Result) -> None:
    order = provinces(result, 2019)
    assert published(of_nation(result, 2019, COMPOSITE)) == "79.38"
    assert len(order) == 30
    assert order[0] == SHANGHAI
    assert order.index(GUIZHOU) + 1 == 11
    assert published(of_units(result, 2019, GUIZHOU, "S") * 10, "0.1") == "99.1"
    base = result.region_base_means[SERIES, 2019, PROFILE, SHANGHAI].mean_of_units
    assert base is not None
    assert published(base) == "79.25"


@pytest.mark.slow
def test_guizhou_against_the_nation_in_2019(result: Result) -> None:
    for node in "TCPS":
        assert of_nation(result, 2019, node) < of_units(result, 2019, GUIZHOU, node)
        assert of_units(result, 2019, NATION, node) < of_units(result, 2019, GUIZHOU, node)
    assert of_nation(result, 2019, "E") > of_units(result, 2019, GUIZHOU, "E")
    assert of_units(result, 2019, NATION, "E") > of_units(result, 2019, GUIZHOU, "E")


def test_order_of_the_prefectures_in_2019(guizhou_result: Result) -> None:
    means = [of_units(guizhou_result, 2019, prefecture, COMPOSITE) for prefecture in PREFECTURES]
    assert all(better > worse for better, worse in pairwise(means))
    # What follows from the published figures where transparency, compliance and commitment are full everywhere.
    bounds = {"520400": ("2.33", "3.73"), "520100": ("2.20", "3.04"), "522700": ("1.83", "2.53")}
    bounds["522600"] = ("-0.69", "-0.16")
    for prefecture, (low, high) in bounds.items():
        assert Decimal(low) - Decimal("0.005") <= of_units(guizhou_result, 2019, prefecture, "E") <= Decimal(high)


def test_three_dimensions_full_in_every_county_of_guizhou_in_2019(guizhou_result: Result) -> None:
    scores = {
        (unit, node): node_score.score
        for (series, year, profile, unit, node), node_score in guizhou_result.nodes.items()
        if (series, year, profile) == (SERIES, 2019, PROFILE) and unit.startswith("52") and node in "TCP"
    }
    assert len(scores) == 88 * 3
    assert {(node, score) for (_, node), score in scores.items()} == {("T", 30), ("C", 20), ("P", 20)}


def test_trends_of_guizhou(guizhou_result: Result) -> None:
    for node in ("T", "C", "P", "S"):
        means = [of_units(guizhou_result, year, GUIZHOU, node) for year in (2017, 2018, 2019)]
        assert means[0] < means[1] < means[2], node
    events = [of_units(guizhou_result, year, GUIZHOU, "E") for year in (2017, 2018, 2019)]
    assert events[0] > events[1] > events[2]
    for number in range(1, 6):
        node = f"S{number}"
        assert of_units(guizhou_result, 2017, GUIZHOU, node) < of_units(guizhou_result, 2019, GUIZHOU, node)


@pytest.mark.slow
def test_a_province_alone_scores_as_in_the_whole(guizhou_result: Result, result: Result) -> None:
    alone = {key: unit for key, unit in guizhou_result.units.items() if key[1] == 2019}
    assert len(alone) == 88
    assert all(unit.composite == result.units[key].composite for key, unit in alone.items())


@pytest.mark.slow
def test_rank_of_guizhou_in_the_middle_each_year(result_of_all_years: Result) -> None:
    for year in (2017, 2018, 2019):
        assert 11 <= provinces(result_of_all_years, year).index(GUIZHOU) + 1 <= 20
    assert_scored_and_told(result_of_all_years, {2017: 2742, 2018: 2742, 2019: 2737})


def test_every_unit_scored_and_every_cell_told(guizhou_result: Result) -> None:
    assert_scored_and_told(guizhou_result, {2017: 88, 2018: 88, 2019: 88})


@pytest.mark.slow
def test_every_unit_of_the_whole_scored_and_every_cell_told(result: Result) -> None:
    assert_scored_and_told(result, {2019: 2737})
    # A few units have too little to be ranked.
    assert 0 < sum(not unit.is_ranked for unit in result.units.values()) < 100


def assert_scored_and_told(result: Result, expected_units: dict[int, int]) -> None:
    units = Counter(year for (_, year, _, _), unit in result.units.items() if unit.composite is not None)
    assert units == expected_units
    statuses = Counter((year, cell.status) for (_, year, _, _, _), cell in result.cells.items())
    for year in units:
        assert statuses[year, "to_be_assessed"] == 0
        for status in ("observed", "verified", "not_published", "not_collected", "not_applicable", "quarantined"):
            assert statuses[year, status] > 0, (year, status)


@pytest.mark.in_ci
def test_every_measure_of_every_unit_has_a_row(whole: ReadInbox, guizhou: ReadInbox) -> None:
    measures = {
        row["measure_code"]
        for row in seed("methodology/measure.csv")
        if row["series_code"] == SERIES and row["value_kind"] != "event_points"
    }
    units = {
        (row["assessment_year"], row["unit_code"])
        for row in seed("geography/assessment_frame.csv")
        if row["series_code"] == SERIES
        and int(row["assessment_year"]) in YEARS
        and row["is_included"] == "1"
        and (row["assessment_year"] == "2019" or row["unit_code"].startswith("52"))
    }
    told = {
        (row["assessment_year"], row["unit_code"], row["measure_code"])
        for inbox in (whole, guizhou)
        for row in inbox.sound["observation"] + [row for source, _, row in inbox.broken if source == "observation"]
    }
    assert not {(*unit, measure) for unit in units for measure in measures} - told
