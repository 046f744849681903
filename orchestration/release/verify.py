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
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import duckdb

from orchestration.errors import UsageError
from orchestration.file_digest import sha256_of
from orchestration.home import HOME_VARIABLE, Home
from orchestration.landing import chain
from orchestration.landing.store import Store
from orchestration.release.catalogue import (
    INTERNAL,
    LOCK_NAME,
    MANIFEST_NAME,
    PARQUET_FOLDER,
    PUBLIC,
    Catalogue,
    ReleaseId,
    read_json,
)
from orchestration.release.files import CHECKSUMS, hashes_of_files
from orchestration.release.inputs import ARCHIVE_NAME
from orchestration.release.logical_hash import logical_hash
from orchestration.release.tables import READERS_SCHEMA
from orchestration.settings import DRAWS_VARIABLE, Settings, in_home_language
from orchestration.warehouse.connection import connect_reader, connect_reader_of_folder
from orchestration.wording import Wording
from orchestration.writing.sql import identifier, literal

NO_INTERNAL_PART = Wording(
    "{release}:其内部部分不在此处,未核验", "{release}: its internal part is not here, and was not checked"
)
OF_RELEASE = Wording("{release}:{problem}", "{release}: {problem}")
NO_FILE = Wording(
    "{path} 既不是文件也不是文件夹:什么都没有读取", "{path} is neither a file nor a folder: nothing was read"
)
IS_MISSING = Wording("{what} 缺失", "{what} is missing")
WAS_ADDED = Wording("{what} 是后来加入的", "{what} was added")
WAS_CHANGED = Wording("{what} 被改动", "{what} was changed")
UNREADABLE = Wording("{what} 无法读取:{error}", "{what} cannot be read: {error}")
TABLE_ADDED = Wording("{file}:表 {table} 是后来加入的", "{file}: table {table} was added")
TABLE_CHANGED = Wording("{file}:表 {table} 不是当时发布的", "{file}: table {table} is not what was released")
TABLE_MISSING = Wording("{file}:表 {table} 缺失", "{file}: table {table} is missing")
PARQUET_CHANGED = Wording(
    "{audience} parquet/{file} 所载的不是当时发布的表",
    "{audience} parquet/{file} does not hold the table that was released",
)
OF_ANOTHER_RELEASE = Wording(
    "{manifest} 是 {said} 的清单:该发布放在别的文件夹中",
    "{manifest} is that of {said}: the release lies in another's folder",
)
OTHER_HASH = Wording("{sums} 中 {file} 的哈希值与清单不同", "{sums} has another hash of {file} than the manifest")
OTHER_INTERNAL_PART = Wording(
    "{manifest} 不是公开清单所指的那一个", "{manifest} is not the one that the public manifest names"
)
OTHER_COPY = Wording(
    "{copy} 与发布的内容不同:请删除,下次 zhengxin run 会恢复",
    "{copy} is not what the release holds: delete it, and the next zhengxin run puts it back",
)
OTHER_VERSION = Wording(
    "提示:此处 {package} 为 {installed},发布时为 {wanted}",
    "note: {package} is {installed} here; the release was built with {wanted}",
)
NOT_BUILT_ANEW = Wording(
    "{release} 未重建,因为其中的代码会在此运行:{problem}",
    "{release} is not built anew, for the code in it would run here: {problem}",
)
NOT_INSTALLED = Wording("未安装", "not installed")
FRESH_HOME = Wording("新主目录 {home}:复制 {count} 个批次", "Fresh home {home}: copying {count} batches")
BUILDING = Wording("用该发布的代码重新计算得分", "Building the scores anew with the code of the release")
COMES_OUT_DIFFERENTLY = Wording("{audience} 表 {table} 重建结果不同", "{audience} table {table} comes out differently")
NOT_RELEASED = Wording("{audience} 表 {table} 当时没有发布", "{audience} table {table} was not released")


@dataclass(frozen=True)
class Verification:
    """`checked` things, one text in `problems` for each that is not as it was released, and in `gaps` for what could
    not be checked here."""

    checked: int
    problems: list[Wording]
    gaps: list[Wording] = field(default_factory=list)

    def __add__(self, other: Verification) -> Verification:
        return Verification(self.checked + other.checked, self.problems + other.problems, self.gaps + other.gaps)


def verify_release(catalogue: Catalogue, release: ReleaseId) -> Verification:
    """Files, identity and tables of both parts of a release, and the copies of it that readers open."""
    catalogue.require(release)
    if strange := no_files_of_ours(*(catalogue.folder(release, audience) for audience in (PUBLIC, INTERNAL))):
        return Verification(1, strange)
    parts, gaps = [PUBLIC], []
    if not catalogue.folder(release, INTERNAL).exists():
        gaps.append(NO_INTERNAL_PART.filled(release=release))
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
    return Verification(
        found.checked, [OF_RELEASE.filled(release=release, problem=problem) for problem in found.problems], found.gaps
    )


def no_files_of_ours(*folders: Path) -> list[Wording]:
    """Links, pipes and devices below the folders, one text each: a release is made of files and folders, and to read
    anything else could lead elsewhere or never end."""
    found = sorted(path for folder in folders for path in folder.rglob("*"))
    return [
        NO_FILE.filled(path=path)
        for path in found
        if not (stat.S_ISREG(mode := path.lstat().st_mode) or stat.S_ISDIR(mode))
    ]


def verify_files(folder: Path) -> Verification:
    """Every file below `folder` against its SHA256SUMS: changed, missing and added ones are named."""
    wanted = _checksums(folder)
    found = hashes_of_files(folder)
    found.pop(CHECKSUMS, None)
    problems = [IS_MISSING.filled(what=folder / name) for name in sorted(wanted.keys() - found.keys())]
    problems += [WAS_ADDED.filled(what=folder / name) for name in sorted(found.keys() - wanted.keys())]
    problems += [
        WAS_CHANGED.filled(what=folder / name)
        for name in sorted(found.keys() & wanted.keys())
        if found[name] != wanted[name]
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
        return Verification(1, [UNREADABLE.filled(what=database, error=str(error).splitlines()[0])])
    problems = [TABLE_ADDED.filled(file=database.name, table=name) for name in sorted(columns.keys() - wanted.keys())]
    problems += [
        (TABLE_CHANGED if name in hashes else TABLE_MISSING).filled(file=database.name, table=name)
        for name in sorted(wanted)
        if hashes.get(name) != wanted[name]
    ]
    folder = catalogue.folder(release, audience) / PARQUET_FOLDER
    files = sorted(folder.glob("*.parquet"))
    problems += [
        PARQUET_CHANGED.filled(audience=audience, file=path.name)
        for path in _changed_parquet(folder, files, columns, wanted)
    ]
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


def _changed_parquet(
    folder: Path, files: Iterable[Path], columns: Mapping[str, list[tuple[str, str]]], wanted: Mapping[str, str]
) -> Iterator[Path]:
    """The files below `folder` that do not hold what was released. One that breaks the database in which it is read
    breaks it for no other."""
    waiting = deque(files)
    while waiting:
        with closing(connect_reader_of_folder(folder)) as connection:
            try:
                while waiting:
                    path = waiting.popleft()
                    if not _is_as_released(connection, path, columns.get(path.stem, []), wanted.get(path.stem)):
                        yield path
            except duckdb.Error:
                yield path


def _is_as_released(
    connection: duckdb.DuckDBPyConnection, path: Path, columns: list[tuple[str, str]], wanted: str | None
) -> bool:
    relation = f"read_parquet({literal(path)})"
    names = [name for name, *_ in connection.execute(f"describe select * from {relation}").fetchall()]
    return names == [name for name, _ in columns] and logical_hash(connection, relation, columns) == wanted


def _verify_manifest(catalogue: Catalogue, release: ReleaseId, audience: str) -> Verification:
    """What a manifest says of its release, against its folder and against the other files of the part."""
    folder = catalogue.folder(release, audience)
    manifest = read_json(catalogue.manifest_path(release, audience))
    problems = []
    said = (manifest.get("release_id"), manifest.get("assessment_year"), manifest.get("revision_number"))
    if said != (str(release), release.year, release.revision):
        problems.append(OF_ANOTHER_RELEASE.filled(manifest=folder / MANIFEST_NAME, said=said[0]))
    listed = manifest.get("files")
    if listed is not None:
        sums = {name: digest for name, digest in _checksums(folder).items() if not name.startswith(MANIFEST_NAME)}
        problems += [
            OTHER_HASH.filled(sums=folder / CHECKSUMS, file=name)
            for name in sorted(listed.keys() | sums.keys())
            if listed.get(name) != sums.get(name)
        ]
    internal = catalogue.manifest_path(release, INTERNAL)
    bound = manifest.get("internal_manifest_sha256")
    if audience == PUBLIC and bound and internal.exists() and sha256_of(internal) != bound:
        problems.append(OTHER_INTERNAL_PART.filled(manifest=internal))
    return Verification(1, problems)


def _verify_copy(catalogue: Catalogue, release: ReleaseId, audience: str) -> Verification:
    copy = catalogue.current(audience)
    wanted = sha256_of(catalogue.database(release, audience))
    if copy.exists() and sha256_of(copy) == wanted:
        return Verification(1, [])
    return Verification(1, [OTHER_COPY.filled(copy=copy.name)])


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
        say(in_home_language(line, home))
    with tempfile.TemporaryDirectory(prefix="zhengxin-rebuild-") as temporary:
        root = Path(temporary)
        fresh_here = FRESH_HOME.filled(home=root / "home", count=len(lock["batches"]))
        say(in_home_language(fresh_here, home))
        project = _unpack(catalogue.kept(release, ARCHIVE_NAME), root / "project")
        fresh = fresh_home(home, catalogue, lock, root / "home")
        say(in_home_language(BUILDING, home))
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
            raise UsageError(NOT_BUILT_ANEW.filled(release=release, problem=problem))


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


def _other_versions(lock: dict[str, Any]) -> list[Wording]:
    lines = []
    for name, wanted in lock["versions"].items():
        try:
            installed: str | Wording = sys.version.split()[0] if name == "python" else version(name)
        except PackageNotFoundError:
            installed = NOT_INSTALLED
        if installed != wanted:
            lines.append(OTHER_VERSION.filled(package=name, installed=installed, wanted=wanted))
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
                problems.append(COMES_OUT_DIFFERENTLY.filled(audience=audience, table=name))
        problems += [
            NOT_RELEASED.filled(audience=audience, table=name)
            for name in sorted(rebuilt[audience].keys() - tables.keys())
        ]
    return Verification(checked, problems)
