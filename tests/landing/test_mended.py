"""A row that was mended in another file takes the place of the one in quarantine, and the quarantine says so."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import duckdb
import jinja2
import openpyxl
import pytest

from orchestration.home import project_root
from orchestration.landing.mending import write_errors
from orchestration.landing.quarantine import replaced_rows, rows_by_batch, rows_by_rule
from orchestration.landing.readers.names import ORIGIN_COLUMN
from orchestration.landing.run import LandedFile
from orchestration.warehouse.raw import load_raw

from .conftest import OBSERVATION_ROW, World, csv_text, write_seeds
from .test_raw import rows

TOO_HIGH = OBSERVATION_ROW | {"value": "101"}
NO_UNIT = OBSERVATION_ROW | {"unit_code": "999999", "value": "5"}
# The second is no text at all: it stops its row before any rule is asked.
BAD = csv_text([OBSERVATION_ROW, TOO_HIGH, NO_UNIT, OBSERVATION_ROW | {"collector": "team\a1", "value": "7"}])
STAGED = project_root() / "dbt_project" / "models" / "staging" / "raw" / "stg_quarantined_row.sql"

Mend = Callable[[dict[str, str | None]], dict[str, str | None]]


def errors_of(world: World, landed: list[LandedFile], path: Path) -> list[dict[str, str | None]]:
    """The rows of the workbook of what is to mend, by technical name."""
    written = write_errors(world.store, landed, path, "zh", world.seeds)
    if not written:
        return []
    sheet = openpyxl.load_workbook(written[0][1])["observation"]
    names = [sheet.cell(2, at).value or sheet.cell(1, at).value for at in range(1, sheet.max_column + 1)]
    return [
        dict(zip(names, (cell.value for cell in row), strict=True))
        for row in sheet.iter_rows(min_row=3, max_col=len(names))
        if any(cell.value for cell in row)
    ]


def mended(row: dict[str, str | None]) -> dict[str, str | None]:
    collector = "team 1" if "\\u0007" in (row["collector"] or "") else row["collector"]
    unit = "520103" if row["unit_code"] == "999999" else row["unit_code"]
    return row | {"value": "99" if row["value"] == "101" else row["value"], "collector": collector, "unit_code": unit}


def land_back(world: World, to_mend: list[dict[str, str | None]], name: str = "mended.xlsx") -> LandedFile:
    workbook = openpyxl.Workbook()
    for line in ([*to_mend[0]], *([*row.values()] for row in to_mend)):
        workbook.active.append(line)
    path = world.home.inbox / "observation" / name
    workbook.save(path)
    return next(landed for landed in world.land() if landed.file_name == name)


@pytest.fixture
def to_mend(world: World, tmp_path: Path) -> list[dict[str, str | None]]:
    """Three rows of a file as the workbook of what is to mend has them."""
    landed = world.land_one(BAD)
    assert (landed.accepted_count, landed.quarantined_count) == (1, 3)
    found = errors_of(world, [landed], tmp_path / "errors.xlsx")
    assert [row[ORIGIN_COLUMN].split("[")[0] for row in found] == [f"a.csv 第 {number} 行 " for number in (3, 4, 5)]
    return found


def in_quarantine(world: World) -> int:
    count = sum(rule.row_count for rule in rows_by_rule(world.store))
    assert count == sum(count for *_, count in rows_by_batch(world.store, "observation"))
    return count


def test_mended_rows_leave_the_quarantine(world: World, to_mend: list[dict], tmp_path: Path) -> None:
    back = land_back(world, [mended(row) for row in to_mend])
    assert (back.accepted_count, back.quarantined_count) == (3, 0)
    assert in_quarantine(world) == 0
    assert errors_of(world, world.land(), tmp_path / "again.xlsx") == []
    with duckdb.connect() as connection:
        counts = load_raw(connection, world.home)
        assert (counts["quarantined_row"], counts["observation"]) == (3, 4)
        assert rows(
            connection,
            "select row_number, replaced_by_row_number, replaced_by_batch_id from raw.quarantined_row order by 1",
        ) == [(3, 2, back.batch_id), (4, 3, back.batch_id), (5, 4, back.batch_id)]
        assert rows(connection, staged()) == []


def staged() -> str:
    """The staging model over the raw table."""
    return jinja2.Template(STAGED.read_text(encoding="utf-8")).render(source=lambda schema, table: f"{schema}.{table}")


def test_a_row_that_is_still_wrong_is_in_quarantine_once(world: World, to_mend: list[dict], tmp_path: Path) -> None:
    back = land_back(world, [mended(to_mend[0]), to_mend[1] | {"value": "6"}, mended(to_mend[2])])
    assert (back.accepted_count, back.quarantined_count) == (2, 1)
    assert rows_by_batch(world.store, "observation") == [(back.batch_id, "unit_code_unknown", 1)]
    (left,) = errors_of(world, world.land(), tmp_path / "again.xlsx")
    assert left[ORIGIN_COLUMN].startswith("mended.xlsx 第 3 行") and left["value"] == "6"
    land_back(world, [mended(left)], "second.xlsx")
    assert in_quarantine(world) == 0
    with duckdb.connect() as connection:
        load_raw(connection, world.home)
        assert len(rows(connection, "from raw.quarantined_row")) == 4
        assert rows(connection, staged()) == []


def test_what_no_longer_stands_for_a_row_lets_it_back(world: World, to_mend: list[dict]) -> None:
    land_back(world, [mended(row) for row in to_mend])
    land_back(world, [mended(to_mend[0])])
    assert in_quarantine(world) == 2
    world.land_one(csv_text([OBSERVATION_ROW]))
    assert (in_quarantine(world), replaced_rows(world.store)) == (0, [])


def test_other_rules_and_another_name_change_nothing(world: World, to_mend: list[dict], tmp_path: Path) -> None:
    land_back(world, [mended(row) for row in to_mend])
    world.seeds = write_seeds(tmp_path / "other seeds")
    frame = world.seeds / "geography" / "assessment_frame.csv"
    frame.write_text(frame.read_text(encoding="utf-8").replace("南明区", "南明"), encoding="utf-8")
    (world.home.inbox / "observation" / "a.csv").rename(world.home.inbox / "observation" / "b.csv")
    assert {landed.outcome for landed in world.land()} == {"landed", "superseding"}
    assert in_quarantine(world) == 0


@pytest.mark.parametrize("form", ["without", "broken", "unknown", "accepted"])
def test_only_a_mark_takes_a_place(world: World, to_mend: list[dict], form: str) -> None:
    """A row whose origin was cleared, or names nothing that is in quarantine, stands for itself."""
    origin = to_mend[0][ORIGIN_COLUMN]
    told = {
        "without": None,
        "broken": origin.replace("#", " "),
        "unknown": f"a.csv [{'0' * 16}#3]",
        "accepted": origin.replace("#3", "#2"),
    }
    back = land_back(world, [mended(to_mend[0]) | {ORIGIN_COLUMN: told[form]}])
    assert (back.accepted_count, in_quarantine(world)) == (1, 3)
    assert replaced_rows(world.store) == []


def test_a_workbook_saved_as_text_does_too(world: World, to_mend: list[dict]) -> None:
    cells = [{name: cell or "" for name, cell in mended(row).items()} for row in to_mend]
    assert world.land_one(csv_text(cells).encode("gb18030"), "mended.csv").accepted_count == 3
    assert in_quarantine(world) == 0
