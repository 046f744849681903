"""The template: names in both languages, marks of what must be filled, lists to choose from; and it lands as it is."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from orchestration.home import project_root
from orchestration.landing.contracts import CONTRACTS
from orchestration.landing.lists import choices_of, measure_labels
from orchestration.landing.template import CHOICES_SHEET, FIRST_ROW, HELP_SHEET, write_template

from .conftest import OBSERVATION_ROW, World

SEEDS = project_root() / "seeds"


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> openpyxl.Workbook:
    return openpyxl.load_workbook(write_template("observation", tmp_path_factory.mktemp("t") / "t.xlsx", SEEDS))


def offered(sheet: Worksheet, name: str) -> list[str]:
    """The cells from which the drop-down of a column takes its choices."""
    column = next(cell.column_letter for cell in sheet[2] if cell.value == name)
    (found,) = [
        each.formula1 for each in sheet.data_validations.dataValidation if f"{column}{FIRST_ROW}" in str(each.sqref)
    ]
    title, cells = found.replace("$", "").split("!")
    return [row[0].value for row in sheet.parent[title.strip("'")][cells]]


def test_names_stand_in_both_languages_and_say_what_is_required(book: openpyxl.Workbook) -> None:
    sheet = book["observation"]
    names = {cell.value: sheet.cell(1, cell.column).value for cell in sheet[2]}
    assert list(names) == CONTRACTS["observation"].column_names
    assert names["measure_code"] == "*测量项代码"
    assert names["evidence_url"] == "证据网址"
    assert names["value"] == "观测值(与无值状态至少填一项)"
    assert names["unit_code"] == "单位代码(与单位名称至少填一项)"
    assert sheet.freeze_panes == f"A{FIRST_ROW}"


def test_evidence_of_an_objection_is_marked_as_one_of_two(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(write_template("objection", tmp_path / "t.xlsx"))
    titles = [cell.value for cell in book["objection"][1]]
    assert "证据网址(与证据校验值至少填一项)" in titles and "证据校验值(与证据网址至少填一项)" in titles
    required = {row[0].value: row[2].value for row in book[HELP_SHEET].iter_rows(min_row=2)}
    assert "证据校验值" in required["evidence_url"] and required["reason"] == "是 yes"


def test_lists_of_units_and_measures_are_offered(book: openpyxl.Workbook) -> None:
    sheet = book["observation"]
    assert {"520102", "110101"} <= set(offered(sheet, "unit_code"))
    assert len(offered(sheet, "unit_code")) == len(choices_of(SEEDS, "unit_code").rows) > 2700
    assert "T1.2" in offered(sheet, "measure_code")
    assert not set(offered(sheet, "measure_code")) & {"E1.1", "E2.1"}, "points of events are not observed"
    assert offered(sheet, "collection_mode") == ["online", "offline"]
    listed = {row[0].value: row for row in book["清单 units"].iter_rows(min_row=2)}
    assert [cell.value for cell in listed["520102"]][1:] == ["南明区", "贵州省", "贵阳市"]
    measures = {row[0].value: [cell.value for cell in row] for row in book["清单 measures"].iter_rows(min_row=2)}
    assert measures["T1.2"][1] == "政务公开标准目录编制率" and "%" in measures["T1.2"]
    assert any(cell.value == "online" for row in book[CHOICES_SHEET] for cell in row)


@pytest.mark.parametrize("source", CONTRACTS)
@pytest.mark.parametrize("extension", ["csv", "xlsx"])
def test_an_unfilled_template_with_its_lists_lands_without_rows(world: World, source: str, extension: str) -> None:
    write_template(source, world.home.inbox / source / f"t.{extension}", world.seeds)
    (landed,) = world.land()
    assert (landed.outcome, landed.row_count, landed.error) == ("landed", 0, None)


def test_a_filled_template_lands(world: World) -> None:
    path = write_template("observation", world.home.inbox / "observation" / "t.xlsx", world.seeds)
    workbook = openpyxl.load_workbook(path)
    sheet = workbook["observation"]
    for cell in sheet[2]:
        sheet.cell(FIRST_ROW, cell.column, OBSERVATION_ROW.get(cell.value) or None)
    workbook.save(path)
    (landed,) = world.land()
    assert (landed.accepted_count, world.accepted(landed)[0]["row_number"]) == (1, FIRST_ROW)


def test_labels_of_measures_are_those_of_one_measure_alone(tmp_path: Path) -> None:
    labels = measure_labels(SEEDS)
    name = "政务公开组织领导与责任机构"
    assert {labels[label] for label in ("T1.1", f"{name}(项数)", name)} == {"T1.1"}
    (tmp_path / "methodology").mkdir()
    text = "measure_code,name_zh,name_en\na,甲(一),x\nb,甲(二),x\n"
    (tmp_path / "methodology" / "measure.csv").write_text(text, encoding="utf-8")
    assert measure_labels(tmp_path) == {"a": "a", "b": "b", "甲(一)": "a", "甲(二)": "b"}
    assert measure_labels(tmp_path / "nowhere") == {}
