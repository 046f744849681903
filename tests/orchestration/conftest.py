"""A home with one small edition, built once by Dagster in this process, and a way to call the command line."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from orchestration.home import Home
from tests.small.copied import copy_home
from tests.small.home import make_small_home
from tests.small.inbox import write_small_inbox

YEAR = 2019


@contextmanager
def unchanged_environment() -> Iterator[None]:
    """What is set in `os.environ` within the block is taken back."""
    before = dict(os.environ)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


@pytest.fixture(autouse=True)
def _restored_environment() -> Iterator[None]:
    with unchanged_environment():
        yield


@dataclass(frozen=True)
class BuiltHome:
    """A home after an annual run, and what the run said."""

    home: Home
    outcome: object
    good_rows: int


@pytest.fixture(scope="package")
def project_home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A small home, whose runs are short and publish what they scored: empty, with a parsed manifest, to copy from, for
    parsing takes seconds."""
    from orchestration.warehouse.dbt import prepare_manifest

    home = make_small_home(tmp_path_factory.mktemp("project") / "home")
    prepare_manifest(home)
    return home


@pytest.fixture
def home(project_home: Home, tmp_path: Path) -> Home:
    """An empty home of one's own."""
    return copy_home(project_home, tmp_path / "home")


@pytest.fixture(scope="package")
def built(project_home: Home, tmp_path_factory: pytest.TempPathFactory) -> BuiltHome:
    """The small inbox after `annual_run` through Dagster's own API. Look, don't change; copy it to change it."""
    from orchestration.pipeline.code_location import definitions_of
    from orchestration.pipeline.execution import execute
    from orchestration.pipeline.instance import open_instance
    from orchestration.pipeline.partitions import span_tags

    home = copy_home(project_home, tmp_path_factory.mktemp("built") / "home")
    good_rows = write_small_inbox(home.inbox, [YEAR])
    with unchanged_environment(), open_instance(home) as instance:
        outcome = execute(instance, definitions_of(home).resolve_job_def("annual_run"), span_tags([YEAR]))
    return BuiltHome(home, outcome, good_rows)


Call = Callable[..., subprocess.CompletedProcess[str]]


def command_line(home: Home, *arguments: str) -> list[str]:
    return [sys.executable, "-m", "orchestration.cli", "--home", str(home.root), *arguments]


def process_environment(**variables: str) -> dict[str, str]:
    """The environment of a person who has set nothing but `variables`."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ZHENGXIN_", "DAGSTER_", "DBT_"))}
    return kept | {"PYTHONIOENCODING": "utf-8"} | variables


@pytest.fixture
def zhengxin() -> Call:
    """Call `zhengxin --home HOME ARGUMENTS…` as a process; variables by keyword."""

    def call(home: Home, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command_line(home, *arguments),
            env=process_environment(**variables),
            cwd=home.root.parent,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=300,
        )

    return call
