"""rows in = accepted + quarantined, whatever the rows hold."""

from __future__ import annotations

import csv
import io
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orchestration.home import Home
from orchestration.landing.contracts import CONTRACTS
from orchestration.landing.readers import FileRejected

from .conftest import GOOD_ROWS, World, csv_text, read_bytes

ODD_CELLS = st.one_of(
    st.sampled_from(
        ["", " ", "0", "-1", "1e9", "2019", "2019-02-30", "#N/A", "NaN", "null", "=1+1", "，", '"', "a\nb", "\0"]
    ),
    st.text(max_size=8),
    st.integers().map(str),
    st.decimals(allow_nan=True).map(str),
    st.datetimes().map(str),
)
LINES = st.one_of(st.none(), st.text(max_size=20), st.just('"'))


@st.composite
def files(draw: st.DrawFn) -> tuple[str, str]:
    """(source, CSV text): good rows with some cells replaced, rows repeated, and lines of rubbish in between."""
    source = draw(st.sampled_from(sorted(GOOD_ROWS)))
    good = GOOD_ROWS[source]
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(good)
    for _ in range(draw(st.integers(0, 30))):
        changed = draw(st.dictionaries(st.sampled_from(sorted(good)), ODD_CELLS, max_size=3))
        writer.writerow((good | changed).values())
        rubbish = draw(LINES)
        if rubbish is not None:
            buffer.write(rubbish + "\n")
    return source, buffer.getvalue()


@settings(max_examples=8, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(file=files())
def test_every_row_is_accepted_or_quarantined(seeds: Path, file: tuple[str, str]) -> None:
    source, text = file
    with tempfile.TemporaryDirectory() as folder:
        world = World(Home(Path(folder)), seeds)
        landed = world.land_one(text.encode("utf-8", "surrogatepass"), source=source)
        if landed.outcome == "rejected":
            assert landed.error and landed.row_count == 0
            return
        accepted, quarantined = world.accepted(landed), world.quarantined(landed)
        assert landed.row_count == len(accepted) + len(quarantined)
        numbers = [row["row_number"] for row in accepted + quarantined]
        assert len(set(numbers)) == len(numbers)
        assert all(row["rule"] and row["message"] and row["raw_payload"] for row in quarantined)
        assert all(row["unit_code"] and row["series_code"] and row["assessment_year"] for row in accepted)


@settings(max_examples=60, derandomize=True, deadline=None)
@given(file=files())
def test_the_reader_loses_no_row(file: tuple[str, str]) -> None:
    assert_no_row_is_lost(*file)


@pytest.mark.slow
@settings(max_examples=300, derandomize=True, deadline=None)
@given(file=files())
def test_the_reader_loses_no_row_of_many_files(file: tuple[str, str]) -> None:
    assert_no_row_is_lost(*file)


def assert_no_row_is_lost(source: str, text: str) -> None:
    """Rubbish between rows, stray quotation marks above all, costs no row that stands on a line of its own."""
    try:
        table = read_bytes(text.encode("utf-8", "surrogatepass"), CONTRACTS[source])
    except FileRejected:
        return
    numbers = [*table.row_numbers, *(row.row_number for row in table.unreadable)]
    assert len(set(numbers)) == len(numbers) == table.row_count
    good = csv_text([GOOD_ROWS[source]]).split("\n")[1]
    assert table.row_count >= text.split("\n").count(good)
