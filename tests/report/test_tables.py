"""The tables of `tables.toml` are made, and every text that they name is there in both languages."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestration.report import parts
from orchestration.report.parts import LINE, col, tables
from orchestration.report.texts import LANGUAGES, Texts, templates

FOLDER = Path(parts.__file__).parent
FLAGS = {"region", "part", "compared", "inner", "base", "ranked", "answer", "place", "bands", "graded"}


def test_every_table_is_made_somewhere() -> None:
    code = "".join(path.read_text(encoding="utf-8") for path in FOLDER.glob("*.py"))
    assert [name for name in tables() if f'"{name}"' not in code] == []


@pytest.mark.parametrize("name", tables())
def test_a_table_s_lines_and_texts_are_known(name: str) -> None:
    told = tables()[name]
    for key in (told[each] for each in ("caption", "note") if each in told):
        assert all(key in templates(language) for language in LANGUAGES), key
    for line in told["columns"]:
        if line.startswith("+"):
            continue
        heading, _, _, _, group, flag = LINE.fullmatch(line).groups()
        assert flag is None or flag in FLAGS, line
        for key in (each for each in (heading, group) if each and not each.startswith("{")):
            key = key if "." in key else f"column.{key}"
            assert all(key in templates(language) for language in LANGUAGES), line


def test_a_line_tells_a_column() -> None:
    column = col(Texts("en"), "mean mark:mean_of_units*2 @column.rank").column
    assert (column.heading, column.width, column.group, str(column.align)) == ("Mean", 2.0, "Rank", "decimal")
