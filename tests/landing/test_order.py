"""Rows that come nearly in order are stored in order, whatever a join held back."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from orchestration.landing import check


@pytest.mark.parametrize("late", [0, 1, 300])
def test_rows_that_come_late_are_put_where_they_belong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, late: int
) -> None:
    monkeypatch.setattr(check, "ROWS_AT_A_TIME", 100)
    keys = [(number, row) for number in range(3) for row in range(2, 402)]
    held_back = set(np.random.default_rng(7).choice(len(keys), late, replace=False).tolist())
    came = [each for at, each in enumerate(keys) if at not in held_back] + [keys[at] for at in sorted(held_back)]
    numbers, row_numbers = zip(*came, strict=True)
    rows = pa.table({"file_number": pa.array(numbers, pa.int32()), "row_number": pa.array(row_numbers, pa.int32())})
    path = str(tmp_path / "aside.arrow")
    with pa.ipc.new_file(path, rows.schema) as file:
        file.write_table(rows, max_chunksize=90)
    with check._set_aside(path) as batches:
        stored = [pair for table in check._in_order(batches) for pair in zip(*table.to_pydict().values(), strict=True)]
    assert stored == keys
    assert not Path(path).exists()


def test_nothing_set_aside_is_nothing_stored(tmp_path: Path) -> None:
    path = str(tmp_path / "aside.arrow")
    schema = pa.schema([("file_number", pa.int32()), ("row_number", pa.int32())])
    pa.ipc.new_file(path, schema).close()
    with check._set_aside(path) as batches:
        assert list(check._in_order(batches)) == []
