"""Fixtures of the daily life between two reports: a small landing world, and a small home built by dbt."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestration.home import Home
from tests.daily.small_home import SmallHome
from tests.landing.conftest import World, write_seeds


@pytest.fixture(scope="session")
def seeds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_seeds(tmp_path_factory.mktemp("seeds"))


@pytest.fixture
def world(tmp_path: Path, seeds: Path) -> World:
    return World(Home(tmp_path / "home"), seeds)


@pytest.fixture(scope="session")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose warehouse holds the seeds and what follows from them alone. Copy, don't change."""
    return SmallHome.seeded(Home(tmp_path_factory.mktemp("seeded"))).home.root


@pytest.fixture
def small_home(tmp_path: Path, seeded: Path) -> SmallHome:
    """A home of one's own, seeded, with an empty inbox."""
    return SmallHome.copied(seeded, Home(tmp_path / "home"))
