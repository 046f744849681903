"""What is used of Dagster beyond its public interface stands in one module, and was read in the versions installed."""

from __future__ import annotations

import re
from importlib.metadata import version

import pytest

from orchestration.home import PACKAGE
from orchestration.pipeline.dagster_internals import READ_IN

PRIVATE_IMPORT = re.compile(r"^\s*(?:from|import) dagster\w*(?:\.\w+)*\._", re.MULTILINE)


@pytest.mark.parametrize("package", READ_IN)
def test_versions_are_those_that_were_read(package: str) -> None:
    assert version(package) == READ_IN[package], "reread dagster_internals.py and what it names, then raise READ_IN"


def test_no_other_module_imports_what_is_private() -> None:
    found = {
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*.py")
        if PRIVATE_IMPORT.search(path.read_text(encoding="utf-8"))
    }
    assert found == {"pipeline/dagster_internals.py"}
