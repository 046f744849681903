"""Long tables as matrices: units down, codes across, one matrix a group."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa


@dataclass(frozen=True)
class Group:
    """One matrix (units × codes, NaN where there is no value), the key of its group, and the codes of its columns."""

    key: tuple[Any, ...]
    codes: np.ndarray
    values: np.ndarray


def groups(table: pa.Table, keys: Sequence[str], row: str, column: str, value: str) -> Iterator[Group]:
    """The matrices of a long table, one for each distinct `keys`, in their order; codes ascending.

    Rows of the table stand in any order, at most one for each place.
    """
    number, names = _numbered(table, keys)
    rows, _ = _encoded(table[row])
    columns, codes = _encoded(table[column])
    values = table[value].combine_chunks().to_numpy(zero_copy_only=False).astype(float)
    order = np.argsort(number, kind="stable")
    starts = np.searchsorted(number[order], np.arange(len(names)))
    for key, places in zip(names, np.split(order, starts[1:]), strict=True):
        row_count, row_places = _dense(rows[places])
        here, column_places = np.unique(columns[places], return_inverse=True)
        matrix = np.full((row_count, here.size), np.nan)
        matrix[row_places, column_places] = values[places]
        yield Group(key, codes[here], matrix)


def _numbered(table: pa.Table, keys: Sequence[str]) -> tuple[np.ndarray, list[tuple[Any, ...]]]:
    """The number of each row's group among the sorted distinct keys, and these."""
    parts = [_encoded(table[key]) for key in keys]
    number = np.zeros(table.num_rows, dtype=np.int64)
    for codes, names in parts:
        number = number * len(names) + codes
    distinct, places = np.unique(number, return_inverse=True)
    found = []
    for value in distinct.tolist():
        key = []
        for _, names in reversed(parts):
            value, place = divmod(value, len(names))
            key.append(names[place])
        found.append(tuple(reversed(key)))
    return places, found


def _encoded(column: pa.ChunkedArray) -> tuple[np.ndarray, np.ndarray]:
    """Each value's place among the sorted distinct values, and these."""
    encoded = column.combine_chunks().dictionary_encode()
    names = np.array(encoded.dictionary.to_pylist(), dtype=object)
    order = np.argsort(names)
    places = np.empty(len(names), dtype=np.int64)
    places[order] = np.arange(len(names))
    return places[encoded.indices.to_numpy(zero_copy_only=False)], names[order]


def _dense(numbers: np.ndarray) -> tuple[int, np.ndarray]:
    distinct, places = np.unique(numbers, return_inverse=True)
    return distinct.size, places
