"""Small files that went wrong somewhere, under the project's own seeds: each is accepted as it is meant, or refused
with what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestration.home import Home, project_root

from .conftest import EVENT_ROW, OBSERVATION_ROW, World, csv_text

CASES = Path(__file__).parent / "cases"


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(Home(tmp_path / "home"), project_root() / "seeds")


def case(name: str) -> str:
    return (CASES / f"case_{name}.csv").read_text(encoding="utf-8")


def test_a_code_is_not_walked_back_before_its_first_day(world: World) -> None:
    landed = world.land_one(case("02_code_walked_back_before_it_existed"))
    (quarantined,) = world.quarantined(landed)
    assert (quarantined["row_number"], quarantined["rule"]) == (2, "unit_code_before_first_day")
    assert "232701" in quarantined["message"] and "2018-02-22" in quarantined["message"]
    assert [row["unit_code"] for row in world.accepted(landed)] == ["232723"]


def test_an_event_in_a_part_is_one_of_the_whole(world: World) -> None:
    landed = world.land_one(case("13_event_in_merged_county"), source="opinion_event")
    (event,) = world.accepted(landed)
    assert (event["unit_code"], event["unit_code_received"]) == ("140403", "140402")
    assert "unit_code_part_of_whole" in world.warnings(landed)


def test_dates_that_begin_with_the_year_are_read_and_counted(world: World) -> None:
    landed = world.land_one(case("16_slash_dates"))
    assert [row["captured_at"].isoformat() for row in world.accepted(landed)] == [
        "2019-12-03T00:00:00",
        "2019-12-03T10:15:00",
    ]
    assert landed.readings == {"date_year_first": 2}
    assert world.store.batch("observation", landed.batch_id).readings == {"date_year_first": 2}


def test_a_code_written_as_a_number_is_read(world: World) -> None:
    landed = world.land_one(case("17_code_as_float"))
    (row,) = world.accepted(landed)
    assert (row["unit_code"], row["assessment_year"]) == ("520115", 2019)
    assert landed.readings["number_for_code"] == 1


def test_placeholders_name_no_event(world: World) -> None:
    landed = world.land_one(case("19_placeholder_cluster_code"), source="opinion_event")
    assert landed.accepted_count == 0
    assert {row["rule"] for row in world.quarantined(landed)} == {"cluster_code_placeholder"}


def test_one_event_in_two_files_and_years_is_told(world: World) -> None:
    world.drop(case("20_a_2018"), "a_2018.csv", "opinion_event")
    world.drop(case("20_b_2019"), "b_2019.csv", "opinion_event")
    first, second = world.land()
    assert first.notices == ()
    (notice,) = second.notices
    assert "'x-dup'" in notice.en and "a_2018.csv, b_2019.csv" in notice.en and "x-dup" in notice.zh
    assert [landed.notices for landed in world.land()] == [(), ()]


def test_other_words_of_several_files_on_one_thing_are_told(world: World) -> None:
    """As `repeated_key` and `cluster_on_several_days` tell them of one file; equal words are no contradiction."""
    rows = [OBSERVATION, OBSERVATION | {"captured_at": "2019-11-01"}]
    assert world.land_one(csv_text(rows), "a.csv").notices == ()
    assert world.land_one(csv_text([OBSERVATION | {"collector": "team 2"}]), "equal.csv").notices == ()
    (notice,) = world.land_one(csv_text([row | {"value": "5"} for row in rows]), "b.csv").notices
    assert "a.csv, b.csv, equal.csv" in notice.en and "2 times, such as 520102 2019 T1.2" in notice.en
    assert "2 处" in notice.zh
    assert world.land_one(csv_text([OBSERVATION | {"unit_code": "520103"}]), "c.csv").notices == ()

    event = EVENT_ROW | {"topic": "default_or_discipline"}
    assert world.land_one(csv_text([event]), "a.csv", "opinion_event").notices == ()
    later = event | {"event_date": "2019-08-01", "headline": "又一报道"}
    (notice,) = world.land_one(csv_text([later]), "b.csv", "opinion_event").notices
    assert "different days" in notice.en and "a.csv, b.csv" in notice.en


@pytest.mark.parametrize("code", ["12E34", "E2.1", "2019E1", "5e-3"])
def test_a_code_that_only_looks_like_a_number_stays(world: World, code: str) -> None:
    event = EVENT_ROW | {"topic": "default_or_discipline", "cluster_code": code}
    (row,) = world.accepted(world.land_one(csv_text([event]), source="opinion_event"))
    assert row["cluster_code"] == code


def test_a_name_is_compared_with_the_code(world: World) -> None:
    landed = world.land_one(case("25_extra_name_column"))
    (row,) = world.quarantined(landed)
    assert row["rule"] == "unit_name_unfit"
    assert all(name in row[message] for name in ("桥东区", "襄都区") for message in ("message", "message_zh"))
    right = world.land_one(case("25_extra_name_column").replace("襄都区", "桥东区"), "right.csv")
    assert right.accepted_count == 1


def test_an_answer_of_the_same_day_is_not_before_the_report(world: World) -> None:
    landed = world.land_one(case("04_date_only_response"), source="opinion_event")
    assert (landed.accepted_count, landed.quarantined_count) == (1, 0)
    earlier = case("04_date_only_response").replace("2019-08-07,targeted", "2019-08-06,targeted")
    assert [row["rule"] for row in world.quarantined(world.land_one(earlier, "b.csv", "opinion_event"))] == [
        "response_before_report"
    ]


# --- what else an office writes ---


def wide(text: str) -> str:
    """A text in full-width characters, as Chinese input methods write digits and letters."""
    return "".join(chr(ord(character) + 0xFEE0) if "!" <= character <= "~" else character for character in text)


OBSERVATION = OBSERVATION_ROW | {"measure_code": "T1.2", "evidence_url": ""}


@pytest.mark.parametrize(
    ("changes", "reading", "column", "stored"),
    [
        ({"captured_at": "2019年12月3日"}, "date_year_first", "captured_at", "2019-12-03 00:00:00"),
        ({"captured_at": "2019年12月3日9时5分"}, "date_year_first", "captured_at", "2019-12-03 09:05:00"),
        ({"captured_at": "2019-12-3 9:05:07"}, "date_year_first", "captured_at", "2019-12-03 09:05:07"),
        ({"captured_at": "2019/12/03T10:15:00Z"}, "date_year_first", "captured_at", "2019-12-03 18:15:00"),
        ({"captured_at": wide("2019年12月3日")}, "full_width", "captured_at", "2019-12-03 00:00:00"),
        ({"value": wide("91.64")}, "full_width", "value", "91.640000000"),
        ({"unit_code": wide("520102")}, "full_width", "unit_code", "520102"),
        ({"measure_code": wide("T1.2")}, "full_width", "measure_code", "T1.2"),
        ({"value": "91.64%"}, "percent", "value", "91.640000000"),
        ({"value": "91.64 %"}, "percent", "value", "91.640000000"),
        ({"value": "未公开"}, "word_for_value", "state", "not_published"),
        ({"value": "不适用"}, "word_for_value", "state", "not_applicable"),
        ({"value": "", "state": "未采集"}, "choice_title", "state", "not_collected"),
        ({"channel": "政务公开"}, "choice_title", "channel", "government_disclosure"),
        ({"collection_mode": "线上"}, "choice_title", "collection_mode", "online"),
        ({"unit_code": "", "unit_name": "南明区"}, "name_for_code", "unit_code", "520102"),
        ({"unit_code": "", "unit_name": "贵州省贵阳市南明区"}, "name_for_code", "unit_code", "520102"),
        ({"unit_code": "", "unit_name": "白云区", "region_name": "贵阳市"}, "name_for_code", "unit_code", "520113"),
        ({"unit_code": "520222"}, "successor", "unit_code", "520281"),
    ],
)
def test_what_is_read(world: World, changes: dict[str, str], reading: str, column: str, stored: str) -> None:
    row = OBSERVATION | {"unit_name": "", "region_name": ""} | changes
    landed = world.land_one(csv_text([row]))
    assert world.quarantined(landed) == []
    assert str(world.accepted(landed)[0][column]) == stored
    assert landed.readings[reading] >= 1


@pytest.mark.parametrize(
    ("changes", "rule", "words"),
    [
        ({"captured_at": "3/12/2019"}, "captured_at_malformed", "year first"),
        ({"captured_at": "2019/13/3"}, "captured_at_malformed", "year first"),
        ({"captured_at": "2019/12-3"}, "captured_at_malformed", "year first"),
        ({"captured_at": "2019年12月"}, "captured_at_malformed", "year first"),
        ({"measure_code": "T1.1", "value": "3%"}, "value_malformed", "a percentage may carry it"),
        ({"value": "约90"}, "value_malformed", "plain number"),
        ({"value": "未公开", "state": "不适用"}, "value_malformed", "plain number"),
        ({"unit_code": "兴义市"}, "unit_code_unknown", "522301"),
        ({"unit_code": "520100"}, "unit_code_not_in_edition", "the prefecture 贵阳市; its units are 520102 南明区"),
        ({"unit_code": "520000"}, "unit_code_not_in_edition", "the province 贵州省"),
        ({"unit_code": "130171"}, "unit_code_unknown", "statistical zone"),
        ({"unit_code": "520102000000"}, "unit_code_unknown", "its county is 520102 南明区"),
        ({"unit_code": "520102001"}, "unit_code_unknown", "its county is 520102 南明区"),
        ({"unit_code": "999902000000"}, "unit_code_unknown", "in any year: correct the code"),
        ({"unit_code": "", "unit_name": "白云区"}, "unit_code_missing", "440111 白云区, 520113 白云区"),
        ({"measure_code": "政务公开标准目录编制率"}, "measure_code_unknown", "nearest: T1.2"),
    ],
)
def test_what_is_refused_says_what_to_do(world: World, changes: dict[str, str], rule: str, words: str) -> None:
    row = OBSERVATION | {"unit_name": "", "region_name": ""} | changes
    (refused,) = world.quarantined(world.land_one(csv_text([row])))
    assert refused["rule"] == rule
    assert words in refused["message"], refused["message"]


def test_a_file_may_name_its_units_without_a_column_of_codes(world: World) -> None:
    row = {name: cell for name, cell in OBSERVATION.items() if name != "unit_code"} | {"unit_name": "南明区"}
    (accepted,) = world.accepted(world.land_one(csv_text([row])))
    assert accepted["unit_code"] == "520102"


def test_two_codes_of_one_unit_are_one_unit(world: World) -> None:
    """A row under the old code repeats the one under the new code; an event under both is no contradiction."""
    old, new = {"unit_code": "520222"}, {"unit_code": "520281"}
    landed = world.land_one(csv_text([OBSERVATION | new, OBSERVATION | old, OBSERVATION | old | {"value": "1"}]))
    assert [(row["row_number"], row["rule"]) for row in world.quarantined(landed)] == [(3, "duplicate_row")]
    assert world.warnings(landed)["repeated_key"]["unexpected_count"] == 2
    event = EVENT_ROW | {"topic": "default_or_discipline"}
    landed = world.land_one(csv_text([event | new, event | old | {"headline": "又一报道"}]), source="opinion_event")
    assert (landed.accepted_count, world.warnings(landed)) == (2, {})
