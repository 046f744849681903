"""What may import what: the warehouse works without the demo, and nothing that scores knows the command line."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from orchestration.home import PACKAGE

# The commands that write a demo, and nobody else.
MAY_IMPORT_THE_DEMO = {"commands/demo.py", "commands/init.py"}
BELOW_THE_PIPELINE = (
    "collect",
    "landing",
    "quality",
    "warehouse",
    "release",
    "report",
    "verification",
    "warning",
    "demo",
)


def imported(path: Path) -> Iterator[tuple[str, bool]]:
    """Every module of ours that a file imports, and whether it does so when it is loaded itself."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    at_load = {node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for alias in node.names:
                yield f"{node.module}.{alias.name}", node in at_load
        elif isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, node in at_load


def files() -> list[Path]:
    return sorted(path for path in PACKAGE.rglob("*.py") if "shipped" not in path.parts)


def test_only_the_commands_that_write_a_demo_import_it_and_only_when_called() -> None:
    importing = {
        (path.relative_to(PACKAGE).as_posix(), at_load)
        for path in files()
        for module, at_load in imported(path)
        if module.startswith("orchestration.demo") and "demo" not in path.relative_to(PACKAGE).parts[:-1]
    }
    assert importing == {(name, False) for name in MAY_IMPORT_THE_DEMO}


@pytest.mark.parametrize("upper", ["orchestration.commands", "orchestration.cli", "orchestration.pipeline"])
def test_no_import_runs_up(upper: str) -> None:
    running_up = [
        (path.relative_to(PACKAGE).as_posix(), module)
        for path in files()
        for module, _ in imported(path)
        if module.startswith(upper) and path.relative_to(PACKAGE).parts[0] in BELOW_THE_PIPELINE
    ]
    assert running_up == []


def test_only_the_process_that_crawls_imports_scrapy_when_it_is_loaded() -> None:
    """It is an extra, and takes a second."""
    of_the_process = {f"collect/{name}.py" for name in ("archive", "crawler", "politeness", "reading", "spider")}
    importing = {
        path.relative_to(PACKAGE).as_posix()
        for path in files()
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in ([node.module or ""] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names])
        if name.split(".")[0] in ("scrapy", "twisted", "warcio", "parsel", "w3lib")
    }
    assert importing == of_the_process
    asking = {
        (path.relative_to(PACKAGE).as_posix(), module)
        for path in files()
        for module, at_load in imported(path)
        if at_load
        and path.relative_to(PACKAGE).as_posix() not in of_the_process
        and any(module.startswith(f"orchestration.{name[:-3].replace('/', '.')}.") for name in of_the_process)
    }
    assert asking == set()


# Names of files and folders in the two trees of releases.
IN_A_RELEASE = {
    *("current.duckdb", "current.json", "current-internal.duckdb", "index.json", "offer.json"),
    *("lock.json", "diff.md", "diff.csv", "SHA256SUMS", "source.tar.gz", "data_dictionary.md"),
}


def test_only_releases_know_how_a_release_is_laid_out() -> None:
    """Who else wants a file of one asks the catalogue."""
    joining = {
        str(path.relative_to(PACKAGE))
        for path in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.BinOp)
        and isinstance(node.op, ast.Div)
        and isinstance(node.right, ast.Constant)
        and node.right.value in IN_A_RELEASE
    }
    assert joining <= {f"release/{path.name}" for path in (PACKAGE / "release").glob("*.py")} and joining
    globbing = re.compile(r"glob\(.*r\[1-9\]|glob\(\"\[0-9\]|releases.*\.r?glob\(|\"releases-internal\"")
    asking = {
        str(path.relative_to(PACKAGE)) for path in PACKAGE.rglob("*.py") if globbing.search(path.read_text("utf-8"))
    }
    assert {name.split("/")[0] for name in asking} == {"release"}
