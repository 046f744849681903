"""Markdown that shows data as it is: no heading, list, link, image or HTML comes about by what a cell holds.

An address that is written out may still be shown as a link; it leads where it says.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from orchestration.writing.plain import one_line, visible

# An underscore within a word is no mark, and names of tables stay readable where nothing renders them.
MARKS = re.compile(r"[\\`*{}\[\]!|~$^]|(?<![^\W_])_|_(?![^\W_])")
# These only mean something where a line begins; spaces there may make it code.
BEGINNINGS = re.compile(r"^[^\S\n]*(?:([#=+-])|(\d+)([.)]))?", re.MULTILINE)
ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


def inline(value: Any) -> str:
    """One value on one line; nothing for None."""
    return "" if value is None else _beginnings_escaped(_escaped(one_line(str(value))))


def prose(text: str) -> str:
    """Text of a person, its lines kept."""
    return _beginnings_escaped(_escaped(visible(text)))


def table(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """A table; an empty cell for None."""
    lines = ["| " + " | ".join(map(_cell, columns)) + " |", "|" + " --- |" * len(columns)]
    lines += ["| " + " | ".join(map(_cell, row)) + " |" for row in rows]
    return "\n".join(lines)


def _cell(value: Any) -> str:
    return "" if value is None else _escaped(one_line(str(value)))


def _escaped(text: str) -> str:
    return MARKS.sub(r"\\\g<0>", text).translate(ENTITIES)


def _beginnings_escaped(text: str) -> str:
    return BEGINNINGS.sub(
        lambda found: f"\\{found[1]}" if found[1] else f"{found[2]}\\{found[3]}" if found[2] else "", text
    )
