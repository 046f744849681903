"""The note of what each edition was built from: it is believed only of the file that its last writer left."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from orchestration.warehouse import built_editions

INPUTS = {2018: "a", 2019: "b"}


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    """A file that was built from `INPUTS`."""
    path = tmp_path / "warehouse.duckdb"
    with built_editions.custody(path):
        path.write_bytes(b"tables")
        editions = built_editions.begin(path, INPUTS)
        assert (editions.built, editions.taken_over, editions.are_all) == ((2018, 2019), (), True)
        built_editions.record(path, editions)
    return path


def built(warehouse: Path, inputs: dict[int, str]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    with built_editions.custody(warehouse):
        editions = built_editions.begin(warehouse, inputs)
    return editions.built, editions.taken_over


@pytest.mark.parametrize(
    ("inputs", "expected"),
    [
        pytest.param(INPUTS, ((), (2018, 2019)), id="nothing changed"),
        pytest.param(INPUTS | {2019: "c"}, ((2019,), (2018,)), id="other input"),
        pytest.param(INPUTS | {2020: "c"}, ((2020,), (2018, 2019)), id="one more edition"),
        pytest.param({2018: "a"}, ((2019,), (2018,)), id="withdrawn"),
        pytest.param({2018: "x", 2019: "y"}, ((2018, 2019), ()), id="other code"),
    ],
)
def test_what_differs_is_built(
    warehouse: Path, inputs: dict[int, str], expected: tuple[tuple[int, ...], tuple[int, ...]]
) -> None:
    assert built(warehouse, inputs) == expected


def test_what_was_begun_and_not_recorded_is_built_again(warehouse: Path) -> None:
    assert built(warehouse, INPUTS | {2019: "c"}) == ((2019,), (2018,))
    assert built(warehouse, INPUTS) == ((2019,), (2018,))
    assert built_editions.last_built(warehouse) is None


def test_a_killed_writer_leaves_nothing_to_believe(warehouse: Path) -> None:
    built_editions.begin(warehouse, INPUTS | {2019: "c"})
    die_before_the_log_is_written_back(warehouse)
    assert built(warehouse, INPUTS | {2019: "c"}) == ((2018, 2019), ())


def test_what_was_built_is_told(warehouse: Path) -> None:
    with built_editions.custody(warehouse):
        built_editions.record(warehouse, built_editions.begin(warehouse, INPUTS | {2019: "c"}))
    assert built_editions.last_built(warehouse) == ([2019], [2018])


def write_beside_the_lock(warehouse: Path) -> None:
    warehouse.write_bytes(b"other tables")


def restore(warehouse: Path) -> None:
    copy = warehouse.with_name("copy")
    copy.write_bytes(warehouse.read_bytes())
    copy.replace(warehouse)


def die_before_the_log_is_written_back(warehouse: Path) -> None:
    warehouse.with_name(warehouse.name + ".wal").write_bytes(b"half")


@pytest.mark.parametrize("happen", [write_beside_the_lock, restore, die_before_the_log_is_written_back, Path.unlink])
def test_of_another_file_nothing_is_known(warehouse: Path, happen: Callable[[Path], object]) -> None:
    happen(warehouse)
    assert built(warehouse, INPUTS) == ((2018, 2019), ())


def test_a_writer_that_was_killed_leaves_nothing_that_is_believed(warehouse: Path) -> None:
    killed = built_editions.custody(warehouse)
    killed.__enter__()
    built_editions.begin(warehouse, INPUTS | {2019: "c"})
    warehouse.write_bytes(b"half of the tables")
    assert built(warehouse, INPUTS) == ((2018, 2019), ())


def test_a_writer_of_other_tables_keeps_the_note(warehouse: Path) -> None:
    with built_editions.custody(warehouse):
        warehouse.write_bytes(b"the same tables, and what was released")
    assert built(warehouse, INPUTS) == ((), (2018, 2019))
