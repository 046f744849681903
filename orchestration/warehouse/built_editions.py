"""Of which inputs the tables of each edition were built: `editions.json` beside the warehouse file.

The note speaks of one state of the file. Whoever writes the warehouse holds its lock and keeps the note true; where the
file is not the one that the last of them left (killed on the way, written by another program, restored from a backup),
the note is void and the next run builds every edition.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from orchestration.whole_file import write_whole


@dataclass(frozen=True)
class EditionsToBuild:
    """What a build makes of each edition: `inputs` holds a fingerprint of what each one is made from now."""

    inputs: Mapping[int, str]
    built: tuple[int, ...]
    taken_over: tuple[int, ...]

    @property
    def are_all(self) -> bool:
        """Whether nothing is taken over from the build before."""
        return not self.taken_over


def note_path(warehouse: Path) -> Path:
    return warehouse.with_name("editions.json")


def forget(warehouse: Path) -> None:
    """The tables are gone, or nobody can tell what they were built from."""
    note_path(warehouse).unlink(missing_ok=True)


def begin(warehouse: Path, inputs: Mapping[int, str]) -> EditionsToBuild:
    """A build starts, and `inputs` is what the editions are made from now: which are to be built?

    Until `record` the note speaks only of those that are taken over. An edition that has no input any more is built
    too, and then has no rows.
    """
    known = {int(year): fingerprint for year, fingerprint in _read(warehouse).get("inputs", {}).items()}
    taken_over = {year: fingerprint for year, fingerprint in inputs.items() if known.get(year) == fingerprint}
    built = sorted((known.keys() | inputs.keys()) - taken_over.keys())
    if taken_over:
        _write(warehouse, taken_over)
    else:
        forget(warehouse)
    return EditionsToBuild(inputs, tuple(built), tuple(sorted(taken_over)))


def record(warehouse: Path, editions: EditionsToBuild, tables: str = "") -> None:
    """The build came to its end, and every test passed, on tables of this fingerprint."""
    _write(warehouse, editions.inputs, {"built": sorted(editions.built), "tables": tables})


def is_known(warehouse: Path) -> bool:
    """Whether the file is the one that a writer of ours left; for who holds its lock."""
    return bool(_read(warehouse))


def tables_left(warehouse: Path) -> str | None:
    """The fingerprint of the tables of the last build; None where somebody may have been at the file since."""
    note = _read(warehouse)
    return note.get("tables") if _is_of(note, warehouse) else None


def last_built(warehouse: Path) -> tuple[list[int], list[int]] | None:
    """Which editions the last build made, and which it took over; None where it did not come to its end."""
    note = _read(warehouse)
    if "built" not in note:
        return None
    years = sorted(map(int, note["inputs"]))
    return [year for year in years if year in note["built"]], [year for year in years if year not in note["built"]]


@contextmanager
def custody(warehouse: Path) -> Iterator[None]:
    """While one writer works: the note is void where another has been at the file, and true again at the end."""
    if not _is_of(_read(warehouse), warehouse):
        forget(warehouse)
    try:
        yield
    finally:
        left = _read(warehouse)
        if left:
            write_whole(note_path(warehouse), json.dumps(left | {"file": _state(warehouse)}))


def _is_of(note: Mapping[str, Any], warehouse: Path) -> bool:
    """Whether the file is the one that the note speaks of; a killed writer leaves a note of none, and maybe a log."""
    state = _state(warehouse)
    return state is not None and note.get("file") == state


def _state(warehouse: Path) -> dict[str, int] | None:
    """What tells that a file was written; None where it is not there, or where a writer left it half done."""
    if not warehouse.exists() or warehouse.with_name(warehouse.name + ".wal").exists():
        return None
    found = warehouse.stat()
    return {"inode": found.st_ino, "size": found.st_size, "written_at": found.st_mtime_ns}


def _read(warehouse: Path) -> dict[str, Any]:
    try:
        return json.loads(note_path(warehouse).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def _write(warehouse: Path, inputs: Mapping[int, str], result: Mapping[str, Any] | None = None) -> None:
    note = {"inputs": {str(year): inputs[year] for year in sorted(inputs)}, **(result or {})}
    write_whole(note_path(warehouse), json.dumps(note))
