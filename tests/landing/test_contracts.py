"""The contracts as the one definition: names, templates that land as they are, examples that pass their own checks."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from orchestration.errors import UsageError
from orchestration.home import Home
from orchestration.landing.contracts import CONTRACTS
from orchestration.landing.judge import row_suite
from orchestration.landing.template import write_template
from orchestration.seeds import seeds_folder
from tests.small.home import lay_demo_seeds

from .conftest import World, csv_text


@pytest.fixture
def real_world(tmp_path: Path) -> World:
    """A home that lands under the shipped seeds and the demo's officers, for the examples speak of true units, measures
    and officers."""
    home = Home(tmp_path / "home")
    lay_demo_seeds(home)
    return World(home, seeds_folder(home))


@pytest.mark.parametrize("contract", CONTRACTS.values(), ids=CONTRACTS)
def test_names_are_unique_and_texts_complete(contract) -> None:
    rules = contract.rules()
    assert len({rule.name for rule in rules}) == len(rules)
    assert len(set(contract.column_names)) == len(contract.columns)
    assert set(contract.key) <= set(contract.column_names)
    assert [expectation.meta["rule"] for expectation in row_suite(contract).expectations] == [
        rule.name for rule in rules
    ]
    for column in contract.columns:
        assert column.description_zh and column.description_en, column.name
    for rule in rules:
        assert rule.column in ("", *contract.column_names), rule.name
        assert rule.requirement and rule.message, rule.name


@pytest.mark.parametrize("source", CONTRACTS)
@pytest.mark.parametrize("extension", ["csv", "xlsx"])
def test_an_unfilled_template_lands_without_rows(world: World, source: str, extension: str) -> None:
    write_template(source, world.home.inbox / source / f"t.{extension}")
    (landed,) = world.land()
    assert (landed.outcome, landed.row_count, landed.error) == ("landed", 0, None)


@pytest.mark.parametrize("source", CONTRACTS)
def test_the_example_row_passes(real_world: World, source: str) -> None:
    """A template filled with its own examples is accepted whole, in both formats."""
    example = {column.name: column.example for column in CONTRACTS[source].columns}
    folder = real_world.home.inbox / source
    text = write_template(source, folder / "t.csv").read_text(encoding="utf-8-sig")
    (folder / "t.csv").write_text(text + csv_text([example]).split("\n", 1)[1], encoding="utf-8-sig")
    path = write_template(source, folder / "t.xlsx")
    workbook = openpyxl.load_workbook(path)
    workbook[source].append(list(example.values()))
    workbook.save(path)
    for landed in real_world.land():
        found = real_world.quarantined(landed)
        assert (landed.accepted_count, found) == (1, []), landed.file_name


def test_templates_say_what_to_fill(tmp_path: Path) -> None:
    text = write_template("observation", tmp_path / "t.csv").read_text(encoding="utf-8-sig")
    assert text.splitlines()[0].split(",")[0] == "unit_code"
    assert "采集渠道" in text and "Channel of collection" in text and "government_disclosure" in text
    book = openpyxl.load_workbook(write_template("observation", tmp_path / "t.xlsx"))
    assert book.sheetnames == ["observation", "说明 help", "清单 choices"]
    assert book["observation"].column_dimensions["A"].number_format == "@"
    assert len(book["observation"].data_validations.dataValidation) == 4


def test_a_template_of_another_kind_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"csv or an \.xlsx"):
        write_template("observation", tmp_path / "t.ods")
    with pytest.raises(UsageError, match="observation, opinion_event, verification"):
        write_template("observations", tmp_path / "t.csv")
