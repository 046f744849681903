"""`docs/own-index.md`, followed word by word: its files are written, its commands run, what it shows is printed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from orchestration.home import Home, project_root
from orchestration.landing.lists import choices_of
from orchestration.landing.run import land_inbox
from orchestration.seeds import seeds_folder
from tests.own_index.conftest import Shell

DOCUMENT = project_root() / "docs" / "own-index.md"
BLOCK = re.compile(r"(?:^`(?P<path>[^`\n]+)`\n\n)?^```(?P<kind>\w+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Block:
    """One block: commands (sh), a file under its path (csv), or what the commands before print (text)."""

    kind: str
    text: str
    path: str | None


def blocks() -> Iterator[Block]:
    for found in BLOCK.finditer(DOCUMENT.read_text(encoding="utf-8")):
        yield Block(found["kind"], found["text"], found["path"])


@pytest.mark.slow
def test_the_document_holds_what_it_says(shell: Shell) -> None:
    said = ""
    for block in blocks():
        if block.kind == "sh":
            said = shell.run(block.text)
        elif block.kind == "csv":
            path = shell.folder / block.path
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(block.text, encoding="utf-8")
        else:
            missing = [line for line in block.text.splitlines() if line not in said]
            assert missing == [], said
    outputs = [path for path in shell.folder.rglob("*") if path.is_file()]
    report = next(path for path in outputs if path.suffix == ".html" and "reports" in path.parts)
    assert "Open Town Index" in report.read_text(encoding="utf-8")
    assert (shell.folder / "towns.xlsx").exists()


@pytest.fixture
def towns(tmp_path: Path) -> Home:
    """The folder of the document, with seeds and without data."""
    home = Home(tmp_path)
    home.settings.write_text('seeds = "own"\nlanguage = "en"\n', encoding="utf-8")
    for block in blocks():
        if block.path and block.path.startswith("seeds/"):
            path = home.root / block.path
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(block.text, encoding="utf-8")
    return home


def test_the_template_lists_the_towns_by_name(towns: Home) -> None:
    assert choices_of(seeds_folder(towns), "unit_code").rows == (
        ("ald", "Aldham", "East shore"),
        ("bry", "Bryford", "East shore"),
        ("cor", "Corwen", "West shore"),
        ("dun", "Dunster", "West shore"),
    )


def test_a_file_may_name_the_towns_instead_of_their_codes(towns: Home) -> None:
    """In the one language that they have a name in."""
    folder = towns.inbox / "observation"
    folder.mkdir(parents=True)
    rows = [
        "unit_name,assessment_year,measure_code,value,channel,collection_mode,captured_at,collector,provenance",
        "Corwen,2024,answer_days,9,internet,online,2024-11-06,team 2,collected",
        "Nowhere,2024,answer_days,9,internet,online,2024-11-06,team 2,collected",
    ]
    (folder / "named.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    [landed] = land_inbox(towns)
    assert (landed.accepted_count, landed.quarantined_count) == (1, 1)


def test_every_block_has_a_meaning() -> None:
    kinds = [block.kind for block in blocks()]
    assert set(kinds) == {"sh", "csv", "text"}
    assert all(bool(block.path) == (block.kind == "csv") for block in blocks())
    # Nothing is shown before something was run.
    assert all("sh" in kinds[:position] for position, kind in enumerate(kinds) if kind == "text")
