"""Whoever reads the warehouse from outside of dbt reads marts, and stands in exposures.yml with those that it reads."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from orchestration.home import project_root

ROOT = project_root()
MODELS = ROOT / "dbt_project" / "models"
MARTS = {path.stem for path in (MODELS / "marts").rglob("*.sql")}
EXPOSURES = yaml.safe_load((MODELS / "exposures.yml").read_text("utf-8"))["exposures"]
# Files that may hold SQL, or name a table to somebody.
SUFFIXES = {".py", ".sql", ".yaml", ".html", ".toml", ".typ", ".js"}
READERS = ("orchestration", "bi")
DOCUMENTS = [ROOT / "README.md", ROOT / "README.zh-CN.md", *sorted((ROOT / "docs").glob("*.md"))]
# Schemas below the marts. `raw` is not among them: Python itself loads it.
PRIVATE = re.compile(r"""(?i)\b(?:from|join|into|update|table|exists)\s+["']?(staging|intermediate|seed)["']?\.""")
# Records stay in their store, and so does the list of those that repeat another one: every release would copy a mart.
# What was counted elsewhere is laid where dbt would have built it.
MAY_READ_BELOW_MARTS = {
    "docs/evidence.md",
    "orchestration/warehouse/evidence_elsewhere.py",
    "orchestration/warehouse/evidence_records.py",
}


def place(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def files_below(path: Path) -> list[Path]:
    found = [path] if path.is_file() else sorted(path.rglob("*"))
    return [file for file in found if file.suffix in SUFFIXES and "shipped" not in file.parts]


def marts_named(path: Path) -> set[str]:
    text = path.read_text("utf-8")
    named = set(re.findall(r"\bmarts\.([a-z_]+)", text)) & MARTS
    if path.suffix == ".yaml" and "\nschema: marts\n" in text:
        named |= {found[1] for found in re.finditer(r"^table_name: (\w+)$", text, re.MULTILINE)} & MARTS
    return named


def readers() -> dict[tuple[str, ...], set[str]]:
    """The marts that an exposure, or two of them for the same files, depend on."""
    found: dict[tuple[str, ...], set[str]] = {}
    for exposure in EXPOSURES:
        marts = {re.fullmatch(r"ref\('(\w+)'\)", reference)[1] for reference in exposure["depends_on"]}
        found.setdefault(tuple(exposure["meta"]["reads"]), set()).update(marts)
    return found


@pytest.mark.parametrize("places", readers(), ids=lambda places: places[0])
def test_an_exposure_depends_on_what_its_files_name(places: tuple[str, ...]) -> None:
    named = {mart for name in places for file in files_below(ROOT / name) for mart in marts_named(file)}
    assert readers()[places] == named


def test_every_reader_of_marts_has_an_exposure() -> None:
    covered = [file for places in readers() for name in places for file in files_below(ROOT / name)]
    assert len(covered) == len(set(covered)), "a file belongs to two readers"
    naming = {file for folder in READERS for file in files_below(ROOT / folder) if marts_named(file)}
    assert sorted(map(place, naming - set(covered))) == []


def texts(path: Path) -> Iterator[str]:
    """What may be SQL in a file: the whole of it, or the strings of Python code, f-strings with their gaps."""
    if path.suffix != ".py":
        yield path.read_text("utf-8")
        return
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        elif isinstance(node, ast.JoinedStr):
            yield "".join(part.value if isinstance(part, ast.Constant) else "{}" for part in node.values)


def test_nothing_outside_of_dbt_reads_below_the_marts() -> None:
    outside = [file for folder in READERS for file in files_below(ROOT / folder)] + DOCUMENTS
    reading = {place(file) for file in outside for text in texts(file) if PRIVATE.search(text)}
    assert reading == MAY_READ_BELOW_MARTS


@pytest.mark.parametrize("text", ["select 1 from staging.stg_unit", "join intermediate.{} as x", 'into "seed".unit'])
def test_sql_that_reads_below_the_marts_is_known(text: str) -> None:
    assert PRIVATE.search(text)
