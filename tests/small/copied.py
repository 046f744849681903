"""A home like another one, to change. Copying took two fifths of the time of the tests of releases."""

from __future__ import annotations

import os
import shutil
import stat
from pathlib import Path

from orchestration.home import Home

WRITABLE = stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH
TABLES = {".duckdb", ".parquet"}
# What dbt writes anew before it reads it.
COMPILED = ("compiled", "run", "graph.gpickle")


def copy_home(home: Home, root: Path) -> Home:
    """A copy of `home` in `root`. The tables of releases, which nobody may write, are the same files: who changes them
    all the same first makes them its own (`make_own`). What dbt compiled stays behind."""

    def compiled(folder: str, names: list[str]) -> set[str]:
        return set(COMPILED).intersection(names) if Path(folder) == home.dbt / "target" else set()

    shutil.copytree(home.root, root, symlinks=True, ignore=compiled, copy_function=_copy_or_link)
    return Home(root)


def make_own(path: Path) -> None:
    """Put a file of its own in the place of one that several homes share."""
    if path.stat().st_nlink > 1:
        own = path.with_name(f"{path.name}.own")
        shutil.copy2(path, own)
        own.replace(path)


def _copy_or_link(source: str, target: str) -> None:
    is_sealed = not os.lstat(source).st_mode & WRITABLE
    if is_sealed and Path(source).suffix in TABLES:
        os.link(source, target)
    else:
        shutil.copy2(source, target, follow_symlinks=False)
