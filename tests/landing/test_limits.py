"""Limits at the door: stated, set by the home, and refused before memory is spent."""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from orchestration.errors import UsageError
from orchestration.landing.contracts import CONTRACTS
from orchestration.landing.readers import BeyondLimit, FileRejected, Limits, read_table
from orchestration.landing.readers.rows import RowsFile
from orchestration.landing.run import land_inbox

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


def parquet_of(**columns: pa.Array) -> bytes:
    """A file whose other columns say a sound row again and again."""
    count = len(next(iter(columns.values())))
    sound = {name: pa.array([cell] * count) for name, cell in OBSERVATION_ROW.items() if name not in columns}
    buffer = io.BytesIO()
    pq.write_table(pa.table(sound | columns), buffer, compression="zstd")
    return buffer.getvalue()


def said_often(text: str, count: int) -> pa.Array:
    return pa.DictionaryArray.from_arrays(pa.array([0] * count, pa.int32()), pa.array([text]))


def shared_text_book(text: str, count: int) -> bytes:
    """A workbook whose table of texts has one long text, which all cells of all rows say."""
    cells = b"".join(b'<c r="%c%%d" t="s"><v>0</v></c>' % letter for letter in b"ABCDEFGHIJKL"[: len(COLUMNS)])
    row = b'<row r="%d">' + cells + b"</row>"
    rows = b"".join(row % ((number,) * (1 + len(COLUMNS))) for number in range(2, count + 2))
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    added = {
        "[Content_Types].xml": b'<Override PartName="/xl/sharedStrings.xml" ContentType="application/'
        b'vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/></Types>',
        "xl/_rels/workbook.xml.rels": b'<Relationship Id="texts" Target="sharedStrings.xml" Type="http://schemas.'
        b'openxmlformats.org/officeDocument/2006/relationships/sharedStrings"/></Relationships>',
        "xl/worksheets/sheet1.xml": rows + b"</sheetData>",
    }
    source, target = zipfile.ZipFile(io.BytesIO(book([COLUMNS]))), io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as result:
        for name in source.namelist():
            data = source.read(name)
            if name in added:
                end = added[name][added[name].rindex(b"</") :]
                data = data.replace(end, added[name])
            result.writestr(name, data)
        result.writestr("xl/sharedStrings.xml", f'<sst xmlns="{main}"><si><t>{text}</t></si></sst>')
    return target.getvalue()


LONG = "x" * 100_000


def fixed_width() -> pa.Array:
    return pa.array([b"x" * 100_000] * 400, pa.binary(100_000))


# Made by the test: a second of work for each process that only collects it.
@pytest.mark.parametrize(
    ("make", "limits", "rule"),
    [
        (lambda: parquet_of(collector=said_often(LONG, 2_000_000)), {}, "too_much_text"),
        (lambda: parquet_of(collector=fixed_width()), {"file_megabytes": 30}, "too_much_text"),
        (lambda: parquet_of(collector=pa.array([[0] * 1000] * 100)), {}, "column_nested"),
        (
            lambda: parquet_of(collector=pa.array([f"{n:0100000d}" for n in range(200)])),
            {"unpacked_megabytes": 1},
            "row_group_too_large",
        ),
        (lambda: shared_text_book(LONG, 100), {"file_megabytes": 3}, "too_much_text"),
    ],
    ids=["one text often", "fixed width", "lists", "row group", "shared text"],
)
def test_a_small_file_does_not_unpack_to_a_large_one(
    make: Callable[[], bytes], limits: dict[str, int], rule: str
) -> None:
    content = make()
    assert len(content) < 300_000
    with pytest.raises(BeyondLimit if rule != "column_nested" else FileRejected) as refused:
        read(content, **limits)
    assert refused.value.rule == rule


@pytest.mark.parametrize(
    ("reader", "make"),
    [
        ("parquet", lambda: parquet_of(collector=said_often("x" * 5000, 2000))),
        ("workbook", lambda: shared_text_book("x" * 5000, 100)),
    ],
    ids=["parquet", "workbook"],
)
def test_what_is_within_the_limits_is_read_in_light_parts(
    reader: str, make: Callable[[], bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(f"orchestration.landing.readers.{reader}.BATCH_CHARACTERS", MEGABYTE)
    parts: list[int] = []
    add = RowsFile.add

    def weighed(self: RowsFile, numbers: list[int], columns: list[pa.Array], *more: object) -> None:
        parts.append(sum(column.nbytes for column in columns))
        add(self, numbers, columns, *more)

    monkeypatch.setattr(RowsFile, "add", weighed)
    assert read(make()).row_count in (100, 2000)
    assert len(parts) > 5 and max(parts) < 1.3 * MEGABYTE


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
