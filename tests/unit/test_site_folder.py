"""The folder of the site may lie where others write: what its inventory says is not believed beyond the folder, and a
build that was killed leaves nothing on which the next one stumbles."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from orchestration.errors import UsageError
from orchestration.site.page import INVENTORY, SiteFolder, Written


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A site that an earlier build wrote, with a page that is no longer wanted."""
    root = tmp_path / "site"
    for name in ("old.html", "zh/old.html"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("old")
    (root / INVENTORY).write_text(json.dumps(["old.html", "zh/old.html"]))
    return root


def build(root: Path) -> int:
    target, written = SiteFolder(root), Written()
    target.require_ours()
    target.begin()
    target.write("new.html", "new", written)
    return target.finish(written)


def files(root: Path) -> set[str]:
    return {path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file()}


def test_what_is_no_longer_written_goes(folder: Path) -> None:
    (folder / "zh" / "page.html.tmp").write_text("of a build that was killed")
    assert build(folder) == 2
    assert files(folder) == {"new.html", INVENTORY}


@pytest.mark.parametrize("outside", ["../kept", "zh/../../kept", "{root}/kept", "..", "", ".", "zh", 7, None, ["kept"]])
def test_an_inventory_reaches_nothing_outside(folder: Path, tmp_path: Path, outside: object) -> None:
    kept = tmp_path / "kept"
    kept.write_text("not of the site")
    (folder / "linked").symlink_to(tmp_path)
    named = outside.format(root=tmp_path) if isinstance(outside, str) else outside
    (folder / INVENTORY).write_text(json.dumps(["old.html", named, "linked/kept"]))
    assert build(folder) == 1
    assert kept.read_text() == "not of the site" and not (folder / "old.html").exists()


@pytest.mark.parametrize("damaged", ["", "{", "{}", "null"])
def test_a_damaged_inventory_ends_nothing(folder: Path, damaged: str) -> None:
    (folder / INVENTORY).write_text(damaged)
    assert build(folder) == 0
    assert json.loads((folder / INVENTORY).read_text()) == ["new.html"]


def test_one_build_at_a_time(folder: Path) -> None:
    target = SiteFolder(folder)
    with target.only_writer(), pytest.raises(UsageError, match="another build"), SiteFolder(folder).only_writer():
        pass
    with target.only_writer():
        assert build(folder) == 2


def test_a_build_that_ended_before_its_first_page_leaves_a_folder_of_ours(tmp_path: Path) -> None:
    with SiteFolder(tmp_path / "site").only_writer():
        pass
    assert build(tmp_path / "site") == 0
