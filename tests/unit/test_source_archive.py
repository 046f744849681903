"""What a release keeps of its code, from a checkout and from an installed package."""

from __future__ import annotations

import tarfile
from pathlib import Path

import pytest

from orchestration.home import Home, project_root
from orchestration.release import inputs

NEEDED = {
    "dbt_project/dbt_project.yml",
    "orchestration/release/rebuild.py",
    "seeds/methodology/series.csv",
    "profiles.yml",
}


def archived(tmp_path: Path) -> set[str]:
    archive = tmp_path / "source.tar.gz"
    inputs.write_source_archive(Home(tmp_path), archive)
    with tarfile.open(archive) as opened:
        return set(opened.getnames())


def test_a_rebuild_finds_models_seeds_and_code_but_no_demo(tmp_path: Path) -> None:
    names = archived(tmp_path)
    assert names >= NEEDED
    assert not [name for name in names if name.startswith("orchestration/demo")]


def test_what_an_installed_package_ships_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """There models and seeds lie in a folder of the package that is left out of its code."""
    monkeypatch.setattr(inputs, "NOT_ARCHIVED", {project_root()})
    assert archived(tmp_path) >= NEEDED
