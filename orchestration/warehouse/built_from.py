"""What the warehouse was last built from, so that a run can tell that it would change nothing.

The note lies beside the warehouse file. Whoever starts to write the warehouse removes it first, and a run that came to
its end writes it anew: so a note that is there speaks of a complete warehouse.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from orchestration.file_digest import content_digest, files_below
from orchestration.home import INSTALLED, PACKAGE, Home
from orchestration.landing.store import Store
from orchestration.landing.waiting import waiting_files
from orchestration.warehouse.dbt import project_digest
from orchestration.whole_file import write_whole

# The packages whose code makes or judges the tables.
PACKAGES = ("dbt-core", "dbt-duckdb", "duckdb", "great-expectations", "numpy", "pyarrow", "salib", "scipy")


def note_path(home: Home) -> Path:
    return home.warehouse.with_name("built_from.json")


def forget(home: Home) -> None:
    """The warehouse is about to change."""
    note_path(home).unlink(missing_ok=True)


def record(home: Home, years: Sequence[int], result: Any) -> None:
    """The warehouse is complete, as a run of `years` left it; `result` is kept to be shown again (JSON)."""
    note = {"built_from": _identity(home, years), "result": result}
    write_whole(note_path(home), json.dumps(note, ensure_ascii=False))


def result_if_unchanged(home: Home, years: Sequence[int]) -> Any | None:
    """The `result` of the last run if one of `years` now would read the very same inputs, else None."""
    try:
        note = json.loads(note_path(home).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    if not home.warehouse.exists() or waiting_files(home):
        return None
    return note["result"] if note["built_from"] == _identity(home, years) else None


def _identity(home: Home, years: Sequence[int]) -> str:
    """SHA-256 over years, code, packages, dbt project, seeds and the batches in effect."""
    digest = hashlib.sha256(f"{sorted(years)}\n{project_digest(home)}\n".encode())
    for package in package_versions():
        digest.update(f"{package}\n".encode())
    for name, file in files_below(PACKAGE, {"__pycache__"}):
        if INSTALLED not in file.parents:
            digest.update(f"{name}\0{content_digest(file)}\n".encode())
    for (source, file_name), delivery in sorted(Store(home.landing).effective_deliveries().items()):
        digest.update(f"{source}\0{file_name}\0{delivery.batch_id}\n".encode())
    return digest.hexdigest()


def package_versions() -> list[str]:
    """What is installed of the packages, each as `name==version`."""
    return [f"{package}=={version(package)}" for package in PACKAGES]
