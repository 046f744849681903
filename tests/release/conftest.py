"""A home with two small editions, each released once; copy it to change it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from orchestration.home import Home
from orchestration.landing.run import land_inbox
from orchestration.release import inputs
from orchestration.release.catalogue import INTERNAL, PUBLIC, Catalogue
from orchestration.release.files import hashes_of_files
from orchestration.release.publish import Outcome, release_edition
from orchestration.warehouse import connection, dbt, resolved_method
from orchestration.warehouse.raw import load_raw
from tests.small.build import BUILD_UNTESTED, say_sound
from tests.small.copied import copy_home
from tests.small.home import make_small_home
from tests.small.inbox import SERIES, write_small_inbox
from tests.small.made_once import made_once

YEARS = [2018, 2019]
NO_CHECKS = """
    create schema if not exists quality;
    create table if not exists quality.validation_result (
        layer varchar, suite varchar, rule varchar, description varchar, severity varchar, success boolean
    )
"""
Call = Callable[..., subprocess.CompletedProcess[str]]


def build(home: Home) -> None:
    """Land what waits and build the tables, with no tests but those behind the gates, and say that all passed."""
    land_inbox(home)
    with connection.writing(home.warehouse) as warehouse:
        load_raw(warehouse, home)
        warehouse.execute(NO_CHECKS)
    dbt.run(home, BUILD_UNTESTED)
    with connection.reading(home.warehouse) as warehouse:
        say_sound(home, warehouse, YEARS)


def alter(home: Home, *statements: str) -> None:
    """Change tables of the warehouse, as if they had been built and tested so."""
    with connection.writing(home.warehouse) as warehouse:
        for statement in statements:
            warehouse.execute(statement)
        say_sound(home, warehouse, YEARS)


def release(
    home: Home, year: int, note: str | None = None, acknowledged: str | None = None, is_decided: bool = True
) -> Outcome:
    manifest = dbt.prepare_manifest(home)
    with connection.writing(home.warehouse) as warehouse:
        return release_edition(home, warehouse, manifest, SERIES, year, note, acknowledged, is_decided=is_decided)


def command_line(home: Home, *arguments: str) -> list[str]:
    return [sys.executable, "-m", "orchestration.cli", "--home", str(home.root), *arguments]


def process_environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ZHENGXIN_", "DAGSTER_", "DBT_"))}
    return kept | {"PYTHONIOENCODING": "utf-8"}


def make_released(root: Path) -> None:
    home = make_small_home(root)
    write_small_inbox(home.inbox, YEARS)
    build(home)
    for year in YEARS:
        release(home, year)


@pytest.fixture(scope="package")
def released() -> Iterator[Home]:
    """Two editions, built and released. Look, don't change: copies share the tables of its releases."""
    home = Home(made_once("released", make_released))
    before = sealed_files(home)
    yield home
    assert sealed_files(home) == before


def sealed_files(home: Home) -> list[tuple[dict[str, str], dict[Path, int]]]:
    """SHA-256 of every file of the releases, and all modes, for each audience."""
    trees = [Catalogue(home.releases).tree(audience) for audience in (PUBLIC, INTERNAL)]
    return [(hashes_of_files(tree), {path: path.stat().st_mode for path in tree.rglob("*")}) for tree in trees]


KNOWN_METHODS: dict[str, dict[str, dict[str, str]]] = {}
KNOWN_ARCHIVES: dict[tuple[tuple[str, str], ...], bytes] = {}
Files = tuple[tuple[str, Path, str], ...]


@pytest.fixture(autouse=True)
def _known_by_content(monkeypatch: pytest.MonkeyPatch) -> None:
    """Seeds and code of the copies of a home lie elsewhere and are the same: what a release takes a third of its time
    for is computed once for a content."""
    digests_in, packed = resolved_method._digests_in, inputs._packed

    def digests_of(state: str, project: Path, seeds: Path) -> dict[str, dict[str, str]]:
        return KNOWN_METHODS.get(state) or KNOWN_METHODS.setdefault(state, digests_in(state, project, seeds))

    def archive_of(files: Files) -> bytes:
        content = tuple((name, digest) for name, _, digest in files)
        return KNOWN_ARCHIVES.get(content) or KNOWN_ARCHIVES.setdefault(content, packed(files))

    monkeypatch.setattr(resolved_method, "_digests_in", digests_of)
    monkeypatch.setattr(inputs, "_packed", archive_of)


@pytest.fixture
def home(released: Home, tmp_path: Path) -> Home:
    """A copy of the released home."""
    return copy_home(released, tmp_path / "home")


@pytest.fixture
def zhengxin() -> Call:
    """Call `zhengxin --home HOME ARGUMENTS…` as a process."""

    def call(home: Home, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command_line(home, *arguments),
            env=process_environment(),
            cwd=home.root.parent,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=600,
        )

    return call


def change_observation(home: Home, year: int, unit: str, measure: str, value: str) -> None:
    """Deliver the year's file again with another value in one row, and build."""
    deliver_change(home, year, unit, measure, value)
    build(home)


def deliver_change(home: Home, year: int, unit: str, measure: str, value: str) -> None:
    """Put the year's file into the inbox again with another value in one row."""
    original = next(
        path
        for path in sorted(home.landing.glob("batches/observation/*/original.csv"))
        if f",{year}," in path.read_text(encoding="utf-8").splitlines()[1]
    )
    lines = original.read_text(encoding="utf-8").splitlines()
    start = f"{unit},{year},{measure},"
    changed = [f"{start}{value},{line.split(',', 4)[4]}" if line.startswith(start) else line for line in lines]
    assert changed != lines
    folder = home.inbox / "observation"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"small_{year}.csv").write_text("\n".join(changed) + "\n", encoding="utf-8")
