"""Checks a release: its files against its checksums, and, on request, its tables against a rebuild from its lock."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from orchestration.errors import UsageError
from orchestration.home import HOME_VARIABLE, Home
from orchestration.landing import Store, chain
from orchestration.release.catalogue import Catalogue, ReleaseId, database_name
from orchestration.release.cut import AUDIENCES
from orchestration.release.files import sha256_of
from orchestration.release.inputs import ARCHIVE_NAME
from orchestration.release.publish import CHECKSUMS


@dataclass(frozen=True)
class Verification:
    """`checked` things, and one line in `problems` for each that is not as it was released."""

    checked: int
    problems: list[str]


def verify_files(catalogue: Catalogue, release: ReleaseId) -> Verification:
    """Every file of the release against SHA256SUMS, and the copies that readers open: changed, missing and added ones
    are named."""
    folder = catalogue.folder(catalogue.require(release))
    wanted = _checksums(folder)
    found = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()} - {CHECKSUMS}
    problems = [f"{name} is missing" for name in sorted(wanted.keys() - found)]
    problems += [f"{name} was added" for name in sorted(found - wanted.keys())]
    problems += [
        f"{name} was changed" for name in sorted(found & wanted.keys()) if sha256_of(folder / name) != wanted[name]
    ]
    copies = {
        catalogue.current(audience): database_name(release, audience)
        for audience in AUDIENCES
        if catalogue.shown(audience) == release
    }
    problems += [
        f"{copy.name} is not what the release holds: delete it, and the next zhengxin run puts it back"
        for copy, name in copies.items()
        if not copy.exists() or sha256_of(copy) != wanted[name]
    ]
    return Verification(len(wanted) + len(copies), problems)


def verify_rebuild(home: Home, release: ReleaseId, say: Callable[[str], None] = lambda _: None) -> Verification:
    """Build the release anew from its lock in a fresh home, with its own code, and compare all logical hashes.

    Reads of `home` the landed batches and the earlier releases that the lock names, after checking their hashes.
    """
    catalogue = Catalogue(home.releases)
    folder = catalogue.folder(catalogue.require(release))
    lock = catalogue.lock_of(release)
    _require_inputs(home, catalogue, lock)
    for line in _other_versions(lock):
        say(f"note: {line}")
    with tempfile.TemporaryDirectory(prefix="zhengxin-rebuild-") as temporary:
        root = Path(temporary)
        say(f"Fresh home {root / 'home'}: copying {len(lock['batches'])} batches")
        project = _unpack(folder / ARCHIVE_NAME, root / "project")
        fresh = fresh_home(home, catalogue, lock, root / "home")
        say("Building the scores anew with the code of the release")
        hashes = _rebuild(project, fresh, folder / "lock.json")
    return _compare(catalogue.manifest(release)["tables"], hashes)


def _checksums(folder: Path) -> dict[str, str]:
    sums = folder / CHECKSUMS
    if not sums.exists():
        raise UsageError(f"{sums} is missing; restore the release from its backup.")
    lines = sums.read_text(encoding="utf-8").splitlines()
    return {name: digest for digest, name in (line.split("  ", 1) for line in lines)}


def _require_inputs(home: Home, catalogue: Catalogue, lock: dict[str, Any]) -> None:
    """Raise `UsageError` where a batch or an earlier release is not the one that the lock names."""
    for batch in lock["batches"]:
        folder = home.landing / "batches" / batch["source"] / batch["batch_id"]
        for name, digest in batch["sha256"].items():
            path = folder / name
            if not path.exists() or sha256_of(path) != digest:
                raise UsageError(
                    f"{path} is {'changed' if path.exists() else 'missing'}: restore the landing store from its backup."
                )
    for name, digest in lock["earlier_releases"].items():
        manifest = catalogue.folder(ReleaseId.parse(name)) / "manifest.json"
        if not manifest.exists() or sha256_of(manifest) != digest:
            raise UsageError(f"The earlier release {name} is not the one that was read: restore {manifest.parent}.")


def _other_versions(lock: dict[str, Any]) -> list[str]:
    lines = []
    for name, wanted in lock["versions"].items():
        try:
            installed = sys.version.split()[0] if name == "python" else version(name)
        except PackageNotFoundError:
            installed = "not installed"
        if installed != wanted:
            lines.append(f"{name} is {installed} here; the release was built with {wanted}")
    return lines


def _unpack(archive: Path, target: Path) -> Path:
    with tarfile.open(archive) as opened:
        opened.extractall(target, filter="data")
    return target


def fresh_home(home: Home, catalogue: Catalogue, lock: dict[str, Any], root: Path) -> Home:
    """A home with the batches, deliveries and earlier releases of the lock, and nothing else."""
    fresh = Home(root)
    for batch in lock["batches"]:
        place = Path("batches") / batch["source"] / batch["batch_id"]
        shutil.copytree(home.landing / place, fresh.landing / place)
    (fresh.landing / "deliveries").mkdir(parents=True, exist_ok=True)
    for delivery in lock["deliveries"]:
        facts = {name: value for name, value in delivery.items() if name != "is_effective"}
        target = fresh.landing / "deliveries" / f"{delivery['seq']:08d}.json"
        target.write_text(json.dumps(facts, ensure_ascii=False), encoding="utf-8")
    # The log of decisions follows from the deliveries.
    chain.extend(Store(fresh.landing))
    copied = Catalogue(fresh.releases)
    for name in lock["earlier_releases"]:
        release = ReleaseId.parse(name)
        copied.folder(release).parent.mkdir(parents=True, exist_ok=True)
        copied.folder(release).symlink_to(catalogue.folder(release))
    fresh.settings.write_text(f'series = "{lock["release"]["series_code"]}"\n', encoding="utf-8")
    return fresh


def _rebuild(project: Path, fresh: Home, lock: Path) -> dict[str, dict[str, str]]:
    """Logical hashes by audience and table, from a process that runs the code of the release."""
    command = [sys.executable, "-m", "orchestration.release.rebuild", str(lock)]
    done = subprocess.run(
        command,
        cwd=project,
        env=os.environ | {"PYTHONPATH": str(project), HOME_VARIABLE: str(fresh.root)},
        capture_output=True,
        text=True,
    )
    if done.returncode != 0:
        raise UsageError(f"The rebuild from {lock} failed:\n{(done.stderr or done.stdout).strip()}")
    return json.loads(done.stdout.splitlines()[-1])


def _compare(released: dict[str, dict[str, Any]], rebuilt: dict[str, dict[str, str]]) -> Verification:
    problems = []
    checked = 0
    for audience, tables in released.items():
        for name, table in tables.items():
            checked += 1
            if rebuilt[audience].get(name) != table["sha256"]:
                problems.append(f"{audience} table {name} comes out differently")
        problems += [
            f"{audience} table {name} was not released" for name in sorted(rebuilt[audience].keys() - tables.keys())
        ]
    return Verification(checked, problems)
