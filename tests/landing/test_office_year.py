"""The agency's year: nine workbooks as offices make them, a GB18030 CSV and a crawler's JSON Lines, all landed."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from orchestration.errors import UsageError
from orchestration.home import Home
from orchestration.landing.mending import write_errors
from orchestration.landing.readers.names import PROBLEM_COLUMN
from orchestration.landing.run import LandedFile
from orchestration.project_folder.start import Start, start_folder
from orchestration.seeds import read_seed, seeds_folder
from orchestration.warehouse.seed_check import check_seeds

from .conftest import World
from .office_files import MEASURES, Delivered, read_counties, values_of, write_office_files

GUIZHOU = "520000"


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> tuple[World, dict[str, LandedFile], list[Delivered]]:
    """A folder of the agency's own, for its province alone, with the eleven files landed: what became of each, and what
    was to be."""
    home = Home(tmp_path_factory.mktemp("office") / "guizhou")
    start_folder(home, Start.county, region=GUIZHOU)
    world = World(home, seeds_folder(home))
    delivered = write_office_files(world.home.inbox, world.seeds)
    return world, {file.file_name: file for file in world.land()}, delivered


def test_88_lines_do_for_88_counties(office) -> None:
    world, _, _ = office
    frame = [
        row
        for row in read_seed(world.home.seeds / "geography" / "assessment_frame.csv")
        if row["assessment_year"] == "2019"
    ]
    assert len(frame) == 88 and all(row["unit_code"].startswith("52") for row in frame)
    regions = [
        row for row in read_seed(world.home.seeds / "geography" / "region.csv") if row["assessment_year"] == "2019"
    ]
    assert [row["region_code"] for row in regions if not row["parent_region_code"]] == [GUIZHOU]
    assert len(regions) == 1 + 9
    assert list(check_seeds(world.home).faults) == []
    titles = read_seed(world.home.seeds / "methodology" / "edition.csv")
    assert all(row["title_zh"].startswith("贵州省县级政府") and "中国" not in row["title_zh"] for row in titles)


def test_a_region_that_there_is_not_is_refused(tmp_path: Path) -> None:
    for region in ("529900", "000000", "520115"):
        with pytest.raises(UsageError, match=region):
            start_folder(Home(tmp_path / region), Start.county, region=region)
        assert not (tmp_path / region).exists()
    with pytest.raises(UsageError, match="--from county"):
        start_folder(Home(tmp_path / "hdi"), Start.hdi, region=GUIZHOU)


def test_every_file_lands_with_the_rows_that_are_in_order(office) -> None:
    world, landed, delivered = office
    assert len(delivered) == 11
    found = {
        name: (file.outcome, file.accepted_count, dict(Counter(row["rule"] for row in world.quarantined(file))))
        for name, file in landed.items()
    }
    assert found == {each.name: ("landed", each.accepted, each.quarantined) for each in delivered}


def test_every_county_has_the_values_that_its_office_wrote(office) -> None:
    world, landed, _ = office
    values = {
        (row["unit_code"], row["measure_code"]): (row["value"], row["state"])
        for name, file in landed.items()
        if name.endswith(".xlsx")
        for row in world.accepted(file)
    }
    counties = read_counties(world.seeds)
    assert len(counties) == 88
    written = {
        (county.code, measure): Decimal(value)
        for county in counties
        for measure, value in zip(MEASURES, values_of(county), strict=True)
    }
    # Three words in place of a value, one cell left blank, and four rows that stopped.
    assert len(written) - len(values) == 1 + 1 + 1 + 1
    words = {key: state for key, (value, state) in values.items() if value is None}
    assert sorted(words.values()) == ["not_applicable", "not_collected", "not_published"]
    assert {key: value for key, (value, _) in values.items() if key not in words} == {
        key: written[key] for key in values if key not in words
    }


def test_what_was_interpreted_is_counted(office) -> None:
    _, landed, _ = office
    readings = {name: file.readings for name, file in landed.items()}
    assert readings["安顺.xlsx"]["date_year_first"] == 18 and readings["安顺.xlsx"]["percent"] == 12
    assert readings["遵义.xlsx"]["percent"] == 28
    assert readings["毕节.xlsx"]["full_width"] == 8 * 3 * 4
    assert readings["铜仁.xlsx"]["name_for_code"] == 29
    assert readings["黔西南.xlsx"]["number_for_code"] == 24 and readings["黔西南.xlsx"]["word_for_value"] == 3
    assert readings["舆情.csv"]["date_year_first"] == 10 * 4
    assert landed["舆情.csv"].notices and landed["六盘水.xlsx"].notices


def test_the_rows_that_stopped_land_back_once_mended(office, tmp_path: Path) -> None:
    world, landed, delivered = office
    written = write_errors(world.store, landed.values(), tmp_path / "errors.xlsx", "zh", world.seeds)
    counts = {source: count for source, _, count in written}
    assert counts == {
        source: sum(sum(each.quarantined.values()) for each in delivered if each.source == source)
        for source in ("observation", "opinion_event")
    }
    path = next(path for source, path, _ in written if source == "observation")
    assert path.name == "errors-observation.xlsx"
    workbook = openpyxl.load_workbook(path)
    sheet = workbook["observation"]
    position = {(sheet.cell(2, at).value or sheet.cell(1, at).value): at for at in range(1, sheet.max_column + 1)}
    for row in range(3, sheet.max_row + 1):
        problem = sheet.cell(row, position[PROBLEM_COLUMN]).value
        assert any("\u4e00" <= character <= "\u9fff" for character in problem)
        if sheet.cell(row, position["unit_code"]).value == "522600":
            sheet.cell(row, position["unit_code"], "522601")
            sheet.cell(row, position["captured_at"], "2019-12-05")
        if sheet.cell(row, position["unit_name"]).value == "碧江县":
            sheet.cell(row, position["unit_name"], "碧江区")
        if sheet.cell(row, position["unit_name"]).value == "福泉市":
            sheet.cell(row, position["unit_name"]).value = None
        if "\\ud83d" in (sheet.cell(row, position["collector"]).value or ""):
            sheet.cell(row, position["collector"], "crawler 2")
    workbook.save(world.home.inbox / "observation" / "mended.xlsx")
    mended = next(file for file in world.land() if file.file_name == "mended.xlsx")
    assert (mended.outcome, mended.accepted_count, mended.quarantined_count) == ("landed", counts["observation"], 0)
