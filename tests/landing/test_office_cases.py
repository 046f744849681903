"""Small files that went wrong in the readers, under the project's own seeds: each lands as meant, or says why not."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from orchestration.home import Home, project_root
from orchestration.landing.mending import write_errors

from .conftest import World

CASES = Path(__file__).parent / "cases"
SEEDS = project_root() / "seeds"


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(Home(tmp_path / "home"), SEEDS)


def case(number: str) -> tuple[bytes, str, str]:
    """Content, file name and source of a case."""
    (path,) = (path for folder in CASES.glob(f"{number}-*") for path in folder.iterdir())
    return path.read_bytes(), path.name, path.stem


def test_01_long_numbers_of_a_workbook_stay_two(world: World) -> None:
    landed = world.land_one(*case("01"))
    assert [row["cluster_code"] for row in world.accepted(landed)] == ["2019080712000001", "2019080712000002"]


def test_05_an_answer_merged_over_two_reports_is_one_of_both(world: World) -> None:
    landed = world.land_one(*case("05"))
    rows = world.accepted(landed)
    assert len(rows) == 2 and rows[0]["response_at"] == rows[1]["response_at"] is not None
    assert {row["response_kind"] for row in rows} == {"targeted"}
    assert any("合并单元格" in notice.zh for notice in landed.notices)


def test_06_the_sheet_that_excel_shows_lands(world: World) -> None:
    landed = world.land_one(*case("06"))
    assert [int(row["value"]) for row in world.accepted(landed)] == [90]
    assert any("隐藏" in notice.zh for notice in landed.notices)


@pytest.mark.parametrize(("number", "rule"), [("08", "control_character"), ("12", "nul_byte")])
def test_08_12_what_is_no_text_stops_its_row(world: World, number: str, rule: str) -> None:
    landed = world.land_one(*case(number))
    (row,) = world.quarantined(landed)
    assert (landed.accepted_count, row["rule"]) == (0, rule)
    assert "headline" in row["message"] and "U+00" in row["message_zh"]


def test_09_headlines_of_every_script_land(world: World) -> None:
    landed = world.land_one(*case("09"))
    assert (landed.accepted_count, landed.quarantined_count) == (6, 0)
    assert "🚧欠薪" in [row["headline"] for row in world.accepted(landed)]


def test_23_a_message_quotes_the_text_as_it_is(world: World) -> None:
    landed = world.land_one(*case("23"))
    (row,) = world.quarantined(landed)
    assert row["rule"] == "value_malformed"
    assert "':office:'" in row["message"] and ":office:" in row["message_zh"]


def test_10_formulas_are_text_on_the_way_in_and_out(world: World, tmp_path: Path) -> None:
    content, name, source = case("10")
    landed = world.land_one(content, name, source)
    assert [row["headline"] for row in world.accepted(landed)] == ['=HYPERLINK("http://127.0.0.1/x","点此")', "=1+1"]
    broken = world.land_one(content.replace(b",found,", b",fuond,"), "broken.csv", source)
    ((_, path, count),) = write_errors(world.store, [broken], tmp_path / "errors.xlsx", "zh", SEEDS)
    sheet = openpyxl.load_workbook(path)[source]
    cells = [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert count == 2 and any(cell.value == "=1+1" for cell in cells)
    assert not any(cell.data_type == "f" for cell in cells)


def test_24_several_byte_order_marks_are_none(world: World) -> None:
    landed = world.land_one(*case("24"))
    assert (landed.outcome, landed.accepted_count) == ("landed", 1)
