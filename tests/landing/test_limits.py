"""Limits at the door: stated, set by the home, and refused before memory is spent."""

from __future__ import annotations

import io
import os
import zipfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from orchestration.errors import UsageError
from orchestration.landing import land_inbox
from orchestration.landing.contracts import CONTRACTS
from orchestration.landing.readers import BeyondLimit, Limits, read_table

from .conftest import OBSERVATION_ROW, ReadFile, World, csv_text, observations, read_bytes
from .test_office_layouts import COLUMNS, GOOD, book

OBSERVATION = CONTRACTS["observation"]
TEXT = csv_text(observations(3))
MEGABYTE = 1024 * 1024


def read(content: str | bytes, **limits: int) -> ReadFile:
    return read_bytes(content, OBSERVATION, limits=Limits(**limits))


def sheet_of(row: bytes, count: int) -> bytes:
    """A workbook of one sheet with a header and `count` times the same row."""
    buffer = io.BytesIO(book([COLUMNS]))
    source, target = zipfile.ZipFile(buffer), io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as result:
        for name in source.namelist():
            data = source.read(name)
            if name == "xl/worksheets/sheet1.xml":
                data = data.replace(b"</sheetData>", row * count + b"</sheetData>")
            result.writestr(name, data)
    return target.getvalue()


@pytest.mark.parametrize(
    ("content", "limits", "rule"),
    [
        (sheet_of(b"<row/>" * 100, 2000), {"unpacked_megabytes": 1}, "workbook_too_large"),
        (sheet_of(b"<row>" + b"<c/>" * 300_000 + b"</row>", 1), {"line_megabytes": 1}, "line_too_long"),
        (sheet_of(b"<row>" + b"<c/>" * 300_000, 1), {"line_megabytes": 1}, "line_too_long"),
        (TEXT + "x" * (2 * MEGABYTE), {"line_megabytes": 1}, "line_too_long"),
        (TEXT.replace("\n", "\r") + "x" * (2 * MEGABYTE), {"line_megabytes": 1}, "line_too_long"),
        ('{"a": "' + "x" * (2 * MEGABYTE), {"line_megabytes": 1}, "line_too_long"),
        (",".join([*COLUMNS, *(f"column_{i}" for i in range(100_000))]), {}, "too_many_columns"),
        (book([[*COLUMNS, *(f"column_{i}" for i in range(100))]]), {"columns": 100}, "too_many_columns"),
        (TEXT, {"rows": 2}, "too_many_rows"),
        (book([COLUMNS, GOOD, GOOD, GOOD]), {"rows": 2}, "too_many_rows"),
        (TEXT + "520102\n" * 11, {"unreadable_rows": 10}, "too_many_unreadable_rows"),
        (TEXT + '"\n' * 11, {"unreadable_rows": 10}, "too_many_unreadable_rows"),
        ("{}\n" + "{\n" * 11, {"unreadable_rows": 10}, "too_many_unreadable_rows"),
    ],
)
def test_what_is_beyond_a_limit_is_refused_shortly(content: str | bytes, limits: dict[str, int], rule: str) -> None:
    with pytest.raises(BeyondLimit) as caught:
        read(content, **limits)
    assert caught.value.rule == rule
    name = next(iter(limits), "columns")
    assert f"limits.{name}" in caught.value.wording.zh and f"limits.{name}" in caught.value.wording.en
    assert len(caught.value.wording.en) < 300


@pytest.mark.parametrize("text", [TEXT, TEXT.replace("team 1", '"team 1"')])
def test_a_cell_beyond_the_limit_costs_its_row(text: str) -> None:
    lines = text.splitlines()
    table = read("\n".join([*lines, lines[1].replace("team 1", "x" * 200)]), cell_characters=100)
    assert [(row.row_number, row.rule) for row in table.unreadable] == [(5, "cell_too_long")]
    assert table.row_numbers == [2, 3, 4]


@pytest.mark.parametrize("content", [book([COLUMNS, [*GOOD[:10], "x" * 200, GOOD[11]]]), "parquet"])
def test_a_cell_beyond_the_limit_costs_its_row_in_every_format(content: bytes | str) -> None:
    if content == "parquet":
        buffer = io.BytesIO()
        pq.write_table(pa.Table.from_pylist([OBSERVATION_ROW | {"collector": "x" * 200}]), buffer)
        content = buffer.getvalue()
    table = read(content, cell_characters=100)
    assert [row.rule for row in table.unreadable] == ["cell_too_long"]
    assert len(table.unreadable[0].payload["collector"]) == 101


def test_a_file_beyond_the_limit_is_not_even_copied(world: World) -> None:
    path = world.drop(TEXT)
    os.truncate(path, 3 * MEGABYTE)  # sparse: no byte of it is on disk
    (landed,) = world.land(limits=Limits(file_megabytes=2))
    assert (landed.outcome, landed.error_rule, landed.batch_id) == ("rejected", "file_too_large", None)


def test_a_file_of_nul_is_told_by_its_beginning(world: World) -> None:
    path = world.drop(b"")
    os.truncate(path, 512 * MEGABYTE)
    (landed,) = world.land()
    assert (landed.error_rule, landed.batch_id) == ("encoding_unsupported", None)
    assert not any(world.home.landing.glob("tmp/*"))


def test_a_home_sets_its_limits_and_they_are_no_verdict_on_the_file(world: World) -> None:
    world.drop(TEXT)
    settings = world.home.root / "zhengxin.toml"
    settings.write_text("[limits]\nrows = 2\n", encoding="utf-8")
    (refused,) = world.land()
    assert (refused.error_rule, refused.batch_id) == ("too_many_rows", None)
    settings.write_text("[limits]\nrows = 3\n", encoding="utf-8")
    (landed,) = world.land()
    assert (landed.outcome, landed.accepted_count) == ("landed", 3)


def test_an_unknown_limit_is_named(world: World) -> None:
    world.home.root.mkdir()
    (world.home.root / "zhengxin.toml").write_text("[limits]\nrow = 2\n", encoding="utf-8")
    with pytest.raises(UsageError, match=r"zhengxin\.toml: limits: there is no limit 'row'.*unpacked_megabytes"):
        world.land()


def test_progress_is_told_while_a_long_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    path.write_text(csv_text(observations(60_000)), encoding="utf-8")
    told: list[int] = []
    read_table(path, OBSERVATION, tmp_path, told=told.append)
    assert len(told) > 1 and told == sorted(told)
    assert told[-1] == 60_000


def test_landing_tells_which_file_it_reads(world: World) -> None:
    world.drop(TEXT)
    told: list[tuple[str, int]] = []
    land_inbox(world.home, seeds=world.seeds, row_progress=lambda item, rows: told.append((item.file_name, rows)))
    assert told == [("a.csv", 3)]


@pytest.mark.slow
def test_a_million_rows_take_little_memory(tmp_path: Path) -> None:
    """Measured in a process of its own: what reading adds, not what the libraries take."""
    import subprocess
    import sys

    path = tmp_path / "long.csv"
    line = TEXT.splitlines()[1]
    with path.open("w", encoding="utf-8") as file:
        file.write(TEXT.splitlines()[0] + "\n")
        for i in range(1_000_000):
            file.write(line.replace("team 1", f'"team, {i}"' if i % 2 else f"team {i}") + "\n")
    script = """
import resource, sys
from pathlib import Path
from orchestration.landing.contracts import CONTRACTS
from orchestration.landing.readers import read_table
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
table = read_table(Path(sys.argv[1]), CONTRACTS["observation"], Path(sys.argv[2]))
print(table.row_count, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""
    run = subprocess.run([sys.executable, "-c", script, path, tmp_path], capture_output=True, text=True, check=True)
    rows, megabytes = map(int, run.stdout.split())
    assert rows == 1_000_000
    assert megabytes < 500
