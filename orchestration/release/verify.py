"""Checks a release: its files, its tables and what it says of itself; on request its tables against a rebuild."""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import duckdb

from orchestration.errors import UsageError
from orchestration.home import HOME_VARIABLE, Home
from orchestration.landing import chain
from orchestration.landing.store import Store
from orchestration.release.catalogue import (
    INTERNAL,
    LOCK_NAME,
    MANIFEST_NAME,
    PUBLIC,
    Catalogue,
    ReleaseId,
    read_json,
)
from orchestration.release.files import CHECKSUMS, hashes_of_files, sha256_of
from orchestration.release.inputs import ARCHIVE_NAME
from orchestration.release.logical_hash import logical_hash
from orchestration.release.tables import READERS_SCHEMA
from orchestration.settings import DRAWS_VARIABLE, Settings
from orchestration.warehouse.connection import connect_reader, connect_reader_of_file
from orchestration.wording import Wording
from orchestration.writing.sql import identifier, literal


@dataclass(frozen=True)
class Verification:
    """`checked` things, one line in `problems` for each that is not as it was released, and in `gaps` for what could
    not be checked here."""

    checked: int
    problems: list[str]
    gaps: list[str] = field(default_factory=list)

    def __add__(self, other: Verification) -> Verification:
        return Verification(self.checked + other.checked, self.problems + other.problems, self.gaps + other.gaps)


def verify_release(catalogue: Catalogue, release: ReleaseId) -> Verification:
    """Files, identity and tables of both parts of a release, and the copies of it that readers open."""
    catalogue.require(release)
    if strange := no_files_of_ours(*(catalogue.folder(release, audience) for audience in (PUBLIC, INTERNAL))):
        return Verification(1, strange)
    parts, gaps = [PUBLIC], []
    if not catalogue.folder(release, INTERNAL).exists():
        gaps.append(f"{release}: its internal part is not here, and was not checked")
    elif catalogue.has_two_trees(release):
        parts.append(INTERNAL)
    found = Verification(0, [], gaps)
    for audience in parts:
        found += verify_files(catalogue.folder(release, audience))
        found += _verify_manifest(catalogue, release, audience)
    audiences = [PUBLIC] + [INTERNAL] * catalogue.folder(release, INTERNAL).exists()
    for audience in audiences:
        found += verify_tables(catalogue, release, audience)
        if catalogue.shown(audience) == release:
            found += _verify_copy(catalogue, release, audience)
    return Verification(found.checked, [f"{release}: {problem}" for problem in found.problems], found.gaps)


def no_files_of_ours(*folders: Path) -> list[str]:
    """Links, pipes and devices below the folders, one line each: a release is made of files and folders, and to read
    anything else could lead elsewhere or never end."""
    found = sorted(path for folder in folders for path in folder.rglob("*"))
    return [
        f"{path} is neither a file nor a folder: nothing was read"
        for path in found
        if not (stat.S_ISREG(mode := path.lstat().st_mode) or stat.S_ISDIR(mode))
    ]


def verify_files(folder: Path) -> Verification:
    """Every file below `folder` against its SHA256SUMS: changed, missing and added ones are named."""
    wanted = _checksums(folder)
    found = hashes_of_files(folder)
    found.pop(CHECKSUMS, None)
    problems = [f"{folder / name} is missing" for name in sorted(wanted.keys() - found.keys())]
    problems += [f"{folder / name} was added" for name in sorted(found.keys() - wanted.keys())]
    problems += [
        f"{folder / name} was changed" for name in sorted(found.keys() & wanted.keys()) if found[name] != wanted[name]
    ]
    return Verification(len(wanted), problems)


def verify_tables(catalogue: Catalogue, release: ReleaseId, audience: str) -> Verification:
    """The logical hash of every table in the database and in the Parquet files of a part, computed anew."""
    wanted = {name: table["sha256"] for name, table in catalogue.tables(release)[audience].items()}
    database = catalogue.database(release, audience)
    try:
        with closing(connect_reader(database)) as connection:
            columns = _columns_of(connection)
            hashes = {
                name: logical_hash(connection, f"{READERS_SCHEMA}.{identifier(name)}", found)
                for name, found in columns.items()
                if name in wanted
            }
    except duckdb.Error as error:
        return Verification(1, [f"{database} cannot be read: {str(error).splitlines()[0]}"])
    problems = [f"{database.name}: table {name} was added" for name in sorted(columns.keys() - wanted.keys())]
    problems += [
        f"{database.name}: table {name} is {'not what was released' if name in hashes else 'missing'}"
        for name in sorted(wanted)
        if hashes.get(name) != wanted[name]
    ]
    files = sorted((catalogue.folder(release, audience) / "parquet").glob("*.parquet"))
    for path in files:
        if not _is_as_released(path, columns.get(path.stem, []), wanted.get(path.stem)):
            problems.append(f"{audience} parquet/{path.name} does not hold the table that was released")
    return Verification(len(wanted) + len(files), problems)


def _columns_of(connection: duckdb.DuckDBPyConnection) -> dict[str, list[tuple[str, str]]]:
    """Name and type of each column by table, of all that is in the file; other schemas' tables by their full name. A
    view is no table: what it says may come from anywhere, or have no end."""
    rows = connection.execute(
        "select columns.schema_name, columns.table_name, column_name, data_type from duckdb_columns() as columns "
        "inner join duckdb_tables() as tables using (database_name, table_oid) "
        "where columns.database_name = current_database() and not columns.internal order by table_oid, column_index"
    ).fetchall()
    tables: dict[str, list[tuple[str, str]]] = {}
    for schema, table, column, data_type in rows:
        name = table if schema == READERS_SCHEMA else f"{schema}.{table}"
        tables.setdefault(name, []).append((column, data_type))
    return tables


def _is_as_released(path: Path, columns: list[tuple[str, str]], wanted: str | None) -> bool:
    relation = f"read_parquet({literal(path)})"
    with closing(connect_reader_of_file(path)) as connection:
        try:
            names = [name for name, *_ in connection.execute(f"describe select * from {relation}").fetchall()]
            return names == [name for name, _ in columns] and logical_hash(connection, relation, columns) == wanted
        except duckdb.Error:
            return False


def _verify_manifest(catalogue: Catalogue, release: ReleaseId, audience: str) -> Verification:
    """What a manifest says of its release, against its folder and against the other files of the part."""
    folder = catalogue.folder(release, audience)
    manifest = read_json(catalogue.manifest_path(release, audience))
    problems = []
    said = (manifest.get("release_id"), manifest.get("assessment_year"), manifest.get("revision_number"))
    if said != (str(release), release.year, release.revision):
        problems.append(f"{folder / MANIFEST_NAME} is that of {said[0]}: the release lies in another's folder")
    listed = manifest.get("files")
    if listed is not None:
        sums = {name: digest for name, digest in _checksums(folder).items() if not name.startswith(MANIFEST_NAME)}
        problems += [
            f"{folder / CHECKSUMS} has another hash of {name} than the manifest"
            for name in sorted(listed.keys() | sums.keys())
            if listed.get(name) != sums.get(name)
        ]
    internal = catalogue.manifest_path(release, INTERNAL)
    bound = manifest.get("internal_manifest_sha256")
    if audience == PUBLIC and bound and internal.exists() and sha256_of(internal) != bound:
        problems.append(f"{internal} is not the one that the public manifest names")
    return Verification(1, problems)


def _verify_copy(catalogue: Catalogue, release: ReleaseId, audience: str) -> Verification:
    copy = catalogue.current(audience)
    wanted = sha256_of(catalogue.database(release, audience))
    if copy.exists() and sha256_of(copy) == wanted:
        return Verification(1, [])
    advice = "delete it, and the next zhengxin run puts it back"
    return Verification(1, [f"{copy.name} is not what the release holds: {advice}"])


def verify_rebuild(home: Home, release: ReleaseId, say: Callable[[str], None] = lambda _: None) -> Verification:
    """Build the release anew from its lock in a fresh home, with its own code, and compare all logical hashes.

    Reads of `home` the landed batches and the earlier releases that the lock names, after checking their hashes.
    """
    catalogue = Catalogue(home.releases)
    catalogue.require(release)
    if not catalogue.has_lock(release):
        raise UsageError(
            Wording(
                f"{release}:其内部部分不在这里,而重建需要其锁定文件。",
                f"{release}: its internal part is not here, and a rebuild needs its lock.",
            )
        )
    _require_as_released(catalogue, release)
    lock = catalogue.lock_of(release)
    _require_inputs(home, catalogue, lock)
    for line in _other_versions(lock):
        say(f"note: {line}")
    with tempfile.TemporaryDirectory(prefix="zhengxin-rebuild-") as temporary:
        root = Path(temporary)
        say(f"Fresh home {root / 'home'}: copying {len(lock['batches'])} batches")
        project = _unpack(catalogue.kept(release, ARCHIVE_NAME), root / "project")
        fresh = fresh_home(home, catalogue, lock, root / "home")
        say("Building the scores anew with the code of the release")
        hashes = _rebuild(project, fresh, catalogue.kept(release, LOCK_NAME))
    return _compare(catalogue.tables(release), hashes)


def _require_as_released(catalogue: Catalogue, release: ReleaseId) -> None:
    """Raise `UsageError` where a file of the release is not what was released: its archived code would run here."""
    parts = (PUBLIC, INTERNAL) if catalogue.has_two_trees(release) else (PUBLIC,)
    for audience in parts:
        folder = catalogue.folder(release, audience)
        strange = no_files_of_ours(folder)
        for problem in (
            strange or verify_files(folder).problems + _verify_manifest(catalogue, release, audience).problems
        ):
            raise UsageError(
                Wording(
                    f"{release} 未重建,因为其中的代码会在此运行:{problem}",
                    f"{release} is not built anew, for the code in it would run here: {problem}",
                )
            )


def _checksums(folder: Path) -> dict[str, str]:
    sums = folder / CHECKSUMS
    if not sums.exists():
        raise UsageError(
            Wording(f"{sums} 缺失;请从备份恢复该发布。", f"{sums} is missing; restore the release from its backup.")
        )
    pairs = [line.partition("  ") for line in sums.read_text(encoding="utf-8").splitlines()]
    return {name: digest for digest, _, name in pairs}


def _require_inputs(home: Home, catalogue: Catalogue, lock: dict[str, Any]) -> None:
    """Raise `UsageError` where a batch or an earlier release is not the one that the lock names."""
    for batch in lock["batches"]:
        folder = home.landing / "batches" / batch["source"] / batch["batch_id"]
        for name, digest in batch["sha256"].items():
            path = folder / name
            if not path.exists() or sha256_of(path) != digest:
                raise UsageError(
                    Wording(
                        f"{path} {'已改动' if path.exists() else '缺失'}:请从备份恢复入库存储。",
                        f"{path} is {'changed' if path.exists() else 'missing'}: restore the landing "
                        "store from its backup.",
                    )
                )
    for name, digest in lock["earlier_releases"].items():
        manifest = catalogue.folder(ReleaseId.parse(name)) / "manifest.json"
        if not manifest.exists() or sha256_of(manifest) != digest:
            raise UsageError(
                Wording(
                    f"先前的发布 {name} 不是当时读取的那一个:请恢复 {manifest.parent}。",
                    f"The earlier release {name} is not the one that was read: restore {manifest.parent}.",
                )
            )


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
    # Locks of older versions do not say it: they had the default.
    draws = str(read_json(lock).get("draw_count", Settings.draws))
    done = subprocess.run(
        command,
        cwd=project,
        env=os.environ | {"PYTHONPATH": str(project), HOME_VARIABLE: str(fresh.root), DRAWS_VARIABLE: draws},
        capture_output=True,
        text=True,
    )
    if done.returncode != 0:
        raise UsageError(
            Wording(
                f"按 {lock} 重建失败:\n{(done.stderr or done.stdout).strip()}",
                f"The rebuild from {lock} failed:\n{(done.stderr or done.stdout).strip()}",
            )
        )
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
