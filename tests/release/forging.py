"""What whoever owns the files of a release would do to them, up to the hashes beside them."""

from __future__ import annotations

import json
from pathlib import Path

from orchestration.release.catalogue import INTERNAL, PUBLIC, Catalogue
from orchestration.release.files import hashes_of_files
from tests.small.copied import make_own


def open_up(catalogue: Catalogue) -> None:
    """Whoever forges owns the files."""
    for audience in (PUBLIC, INTERNAL):
        for path in catalogue.tree(audience).rglob("*"):
            if path.is_file():
                make_own(path)
            path.chmod(0o755 if path.is_dir() else 0o644)


def rewrite(path: Path, **changes: object) -> None:
    path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8")) | changes), encoding="utf-8")


def redo_sums(folder: Path) -> None:
    hashes = {name: digest for name, digest in hashes_of_files(folder).items() if name != "SHA256SUMS"}
    (folder / "SHA256SUMS").write_text("".join(f"{digest}  {name}\n" for name, digest in hashes.items()))


def redo_manifest(folder: Path) -> None:
    """The hashes of the files in the manifest and in SHA256SUMS, as a careful forger would."""
    kept = {
        name: digest for name, digest in hashes_of_files(folder).items() if name not in ("SHA256SUMS", "manifest.json")
    }
    rewrite(folder / "manifest.json", files=kept)
    redo_sums(folder)
