"""Codes followed through the division history: invented histories, and the true one of the seeds."""

from __future__ import annotations

import pytest

from orchestration.home import project_root
from orchestration.landing.reference import Reference, read_reference
from orchestration.landing.succession import Counterpart, Succession

HISTORY = Succession(
    lifetimes=[
        ("A", 2000, 2010),
        ("B", 2011, 2014),
        ("C", 2015, 2024),
        ("split", 2000, 2012),
        ("part1", 2013, 2024),
        ("part2", 2013, 2024),
        ("in1", 2000, 2012),
        ("in2", 2000, 2012),
        ("merger", 2013, 2024),
        ("taken", 2000, 2012),
        ("taker", 2000, 2024),
        ("gone", 2000, 2012),
        ("back", 2000, 2005),
        ("back", 2015, 2024),
        ("between", 2006, 2014),
    ],
    links=[
        (2011, "A", "B"),
        (2015, "B", "C"),
        (2013, "split", "part1"),
        (2013, "split", "part2"),
        (2013, "in1", "merger"),
        (2013, "in2", "merger"),
        (2013, "taken", "taker"),
        (2006, "back", "between"),
        (2015, "between", "back"),
    ],
)


@pytest.mark.parametrize(
    ("code", "year", "expected"),
    [
        ("A", 2005, Counterpart("same", ("A",))),
        ("A", 2012, Counterpart("one_to_one", ("B",))),
        ("A", 2020, Counterpart("one_to_one", ("C",))),
        ("C", 2001, Counterpart("one_to_one", ("A",))),
        ("B", 2015, Counterpart("one_to_one", ("C",))),
        ("split", 2013, Counterpart("split", ("part1", "part2"))),
        ("part1", 2012, Counterpart("merged", ("split",))),
        ("in1", 2020, Counterpart("merged", ("merger",))),
        ("merger", 2012, Counterpart("split", ("in1", "in2"))),
        ("taken", 2013, Counterpart("merged", ("taker",))),
        ("gone", 2013, Counterpart("gone")),
        ("back", 2010, Counterpart("one_to_one", ("between",))),
        ("between", 2003, Counterpart("one_to_one", ("back",))),
        ("between", 2016, Counterpart("one_to_one", ("back",))),
        ("never", 2016, Counterpart("unknown")),
    ],
)
def test_counterparts(code: str, year: int, expected: Counterpart) -> None:
    assert HISTORY.counterpart(code, year) == expected


@pytest.fixture(scope="module")
def china() -> Reference:
    return read_reference(project_root() / "seeds")


@pytest.mark.parametrize(
    ("code", "year", "standing", "unit_code"),
    [
        ("520222", 2019, "in_edition", "520281"),  # 盘县 → 盘州市 2017
        ("520281", 2017, "in_edition", "520222"),  # and back to the edition of 2017
        ("522302", 2017, "in_edition", "522322"),  # 兴仁市 was 兴仁县 before 2018
        ("520321", 2019, "split", None),  # 遵义县 became parts of three districts in 2016
        ("330204", 2019, "merged", None),  # 江东区 went into 鄞州区 in 2016
        ("520204", 2019, "split", None),  # 水城区, since 2020: of 水城县 and 钟山区
        ("220381", 2025, "in_edition", "220184"),  # 公主岭市 went from 四平 to 长春 in 2020
        ("520522", 2025, "in_edition", "520581"),  # 黔西县 → 黔西市 2021, so from the edition of 2022 on
        ("520522", 2021, "in_edition", "520522"),
        ("520581", 2017, "in_edition", "520522"),
        ("330104", 2022, "split", None),  # 江干区 went into 上城区 and 钱塘区 in 2021
        ("330103", 2022, "merged", None),  # 下城区 went into 拱墅区
        ("350403", 2025, "merged", None),  # 梅列区 and the old 三元区 are the new one
        ("540422", 2025, "left_out", "540481"),  # 米林县 → 米林市 2023, in Tibet
        ("460300", 2021, "not_in_edition", None),  # 三沙市 has districts since 2020
        ("460302", 2021, "left_out", "460302"),
        ("460302", 2020, "not_in_edition", None),
        ("653228", 2025, "left_out", "653228"),  # 和康县, set up in 2024
        ("653228", 2024, "not_in_edition", None),
        ("110101", 2019, "in_edition", "110101"),
        ("1101", 2019, "unknown", None),
        ("11010", 2019, "too_short", None),
        ("AFG", 2019, "unknown", None),
    ],
)
def test_true_history(china: Reference, code: str, year: int, standing: str, unit_code: str | None) -> None:
    found = china.stand("county_integrity", code, year)
    if standing == "split" and code == "520204":
        assert found.unit_code is None and found.standing in ("split", "merged")
    else:
        assert (found.standing, found.unit_code) == (standing, unit_code)


def test_every_unit_of_an_edition_stands_for_itself(china: Reference) -> None:
    for (series, year), frame in china.frames.items():
        assert all(china.stand(series, code, year).unit_code == code for code in frame)


def test_codes_of_one_edition_never_meet_in_another(china: Reference) -> None:
    """Two units of one edition are never mapped to the same unit of another."""
    years = range(2017, 2026)
    for year in years:
        # The neighbours, and the two ends: what lies between follows.
        for other in {year - 1, year + 1, years[0], years[-1]}.intersection(years):
            targets = [
                china.stand("county_integrity", code, other).unit_code
                for code in china.frames["county_integrity", year]
            ]
            mapped = [target for target in targets if target]
            assert len(mapped) == len(set(mapped))
            assert len(mapped) > 2800
