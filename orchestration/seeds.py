"""The seeds that a home is scored by, resolved in one place: landing, dbt, releases and checks all read this folder.

A home without rows of its own has the shipped seeds. Else its `seeds/` is laid over them, or stands alone
(`seeds = "own"` in `zhengxin.toml`); the result is written below the home, into a folder named by its content, with the
dbt project beside it. dbt finds its seeds by a relative path there: with an absolute one it writes the SQL that it runs
over the CSV files. Neither what is shipped nor what the user wrote is ever changed.
"""

from __future__ import annotations

import csv
import difflib
import hashlib
import io
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from orchestration.errors import UsageError
from orchestration.file_digest import content_digest, files_below
from orchestration.home import Home, project_root, shipped_seeds
from orchestration.settings import SEEDS_OWN, settings_of
from orchestration.wording import Wording

DBT_PROJECT = "dbt_project"
NO_SUCH_COLUMN = Wording(
    "{path} 第 1 行:没有列 {names}。可用的列:{known}。",
    "{path}, row 1: there is no column {names}. The columns are {known}.",
)
COLUMN_TWICE = Wording(
    "{path} 第 1 行:列 {names} 出现两次。可用的列:{known}。",
    "{path}, row 1: column {names} stands twice. The columns are {known}.",
)
COLUMN_MISSING = Wording(
    "{path} 第 1 行:缺列 {names}。可用的列:{known}。",
    "{path}, row 1: column {names} is missing. The columns are {known}.",
)
TESTS, SHIPPED_FACTS = "tests", "shipped_seeds"
KEPT_RESOLUTIONS = 3
Row = dict[str, str]


@dataclass(frozen=True)
class SeedTable:
    """One seed as zhengxin knows it: its place below a folder of seeds, its columns with their types, its key."""

    path: str
    types: dict[str, str]
    key: tuple[str, ...]

    @property
    def name(self) -> str:
        return Path(self.path).stem


@cache
def seed_tables() -> dict[str, SeedTable]:
    """Every seed by its place, such as `methodology/node.csv`, from the yml files beside the shipped ones."""
    tables = {}
    for described in sorted(shipped_seeds().glob("*/_*.yml")):
        for entry in seed_descriptions(described):
            (key,) = (test["unique_key"]["arguments"] for test in entry["data_tests"] if "unique_key" in test)
            path = f"{described.parent.name}/{entry['name']}.csv"
            tables[path] = SeedTable(path, dict(entry["config"]["column_types"]), tuple(key["columns"]))
    return tables


def seed_descriptions(path: Path) -> list[dict[str, Any]]:
    """What the yml file beside the seeds of a folder says of each: columns, types, tests."""
    # The loader in C, where PyYAML has it: the one in Python takes a second for these files.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load(path.read_text(encoding="utf-8"), loader)["seeds"]


def has_own_seeds(home: Home) -> bool:
    """Whether the home says anything that the shipped seeds do not."""
    return settings_of(home).seeds == SEEDS_OWN or bool(_own_files(home))


def seeds_folder(home: Home) -> Path:
    """The folder of the seeds that `home` is scored by. Look, don't change.

    Raises `UsageError` for a file or column that no seed has, a row of the wrong length, and a row with the key of
    another one; both places are named.
    """
    return _resolution(home) / "seeds" if has_own_seeds(home) else shipped_seeds()


def dbt_folder(home: Home) -> Path:
    """The dbt project whose relative `../seeds` are those of `home`."""
    return (_resolution(home) if has_own_seeds(home) else project_root()) / DBT_PROJECT


def read_seed(path: Path) -> list[Row]:
    """The rows of one seed file, by column."""
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))
    except OSError as error:
        raise UsageError(
            Wording(f"{path} 无法读取:{error.strerror}。", f"{path} cannot be read: {error.strerror}.")
        ) from error


def places_of_rows(home: Home, table: SeedTable) -> dict[tuple[str, ...], str]:
    """Where each row of a seed of `home` was written, by its key: "file, row 3"."""
    own = home.seeds / table.path
    shipped = () if settings_of(home).seeds == SEEDS_OWN else (shipped_seeds() / table.path,)
    return {
        _key(table, row): f"{path}, row {number}"
        for path in (*shipped, own)
        if path.exists()
        for number, row in _numbered_rows(table, path)
    }


def _resolution(home: Home) -> Path:
    """The folder of `seeds/` and `dbt_project/` for the state that both parts are in now; made where it is missing."""
    resolutions = home.dbt / "resolved"
    folder = resolutions / _digest(home)
    if folder.is_dir():
        return folder
    resolutions.mkdir(parents=True, exist_ok=True)
    partial = Path(tempfile.mkdtemp(prefix=".partial-", dir=resolutions))
    try:
        _write_seeds(home, partial / "seeds")
        _link_project(partial / DBT_PROJECT, settings_of(home).seeds == SEEDS_OWN)
        try:
            partial.rename(folder)
        except OSError:
            if not folder.is_dir():
                raise
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    _drop_old(resolutions, folder)
    return folder


def _digest(home: Home) -> str:
    """Names the resolution: the policy, the contents of all files, and where the shipped project lies."""
    digest = hashlib.sha256(f"{settings_of(home).seeds}\n{project_root()}\n".encode())
    project = project_root() / DBT_PROJECT
    for entry in sorted(project.iterdir()):
        digest.update(f"{entry.name}\n".encode())
    for folder, suffixes in ((project / TESTS, {".sql"}), (shipped_seeds(), {".csv", ".yml"}), (home.seeds, {".csv"})):
        for name, path in files_below(folder):
            if path.suffix in suffixes and not path.name.startswith("."):
                digest.update(f"{name}\0{content_digest(path)}\n".encode())
    return digest.hexdigest()[:16]


def _own_files(home: Home) -> list[Path]:
    return [path for _, path in files_below(home.seeds) if path.suffix == ".csv" and not path.name.startswith(".")]


def _write_seeds(home: Home, target: Path) -> None:
    own = {_place(home, path): path for path in _own_files(home)}
    stands_alone = settings_of(home).seeds == SEEDS_OWN
    for described in shipped_seeds().glob("*/_*.yml"):
        (target / described.parent.name).mkdir(parents=True, exist_ok=True)
        shutil.copyfile(described, target / described.parent.name / described.name)
    for place, table in seed_tables().items():
        shipped = None if stands_alone else shipped_seeds() / place
        _write_seed(table, shipped, own.get(place), target / place)


def _place(home: Home, path: Path) -> str:
    """Which seed a file of the user's is. Raises `UsageError` where it is none."""
    place = path.relative_to(home.seeds).as_posix()
    if place in seed_tables():
        return place
    near = difflib.get_close_matches(place, seed_tables(), n=1)
    meant = Wording(f"是否为 {near[0]}?", f" Is {near[0]} meant?") if near else Wording("", "")
    known = ", ".join(seed_tables())
    raise UsageError(
        Wording(
            f"{path} 不是种子文件。{meant.zh}种子文件有 {known}。",
            f"{path} is no seed.{meant.en} The seeds are {known}.",
        )
    )


def _write_seed(table: SeedTable, shipped: Path | None, own: Path | None, target: Path) -> None:
    if own is None and shipped is not None:
        shutil.copyfile(shipped, target)
        return
    places: dict[tuple[str, ...], str] = {}
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(table.types), restval="", lineterminator="\n")
        writer.writeheader()
        for path in filter(None, (shipped, own)):
            for number, row in _numbered_rows(table, path):
                key = _key(table, row)
                place = f"{path}, row {number}"
                if key in places:
                    named = ", ".join(f"{column} {value}" for column, value in zip(table.key, key, strict=True))
                    raise UsageError(
                        Wording(
                            f"{place}:{named} 在 {places[key]} 中已有。请改用另一个代码,或在 "
                            'zhengxin.toml 中写 seeds = "own",只用自己的种子文件。',
                            f"{place}: {named} stands already in {places[key]}. Give it another code, "
                            "or let your seeds "
                            'stand alone with seeds = "own" in zhengxin.toml.',
                        )
                    )
                places[key] = place
                writer.writerow(row)


def _key(table: SeedTable, row: Row) -> tuple[str, ...]:
    return tuple(row.get(column, "") for column in table.key)


def _numbered_rows(table: SeedTable, path: Path) -> Iterator[tuple[int, Row]]:
    """Each row with its line as a spreadsheet counts it (header = 1); empty lines are passed over.

    A column may be left out, its cells are empty then; the order of columns is free.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(
            Wording(
                f"{path} 不是 UTF-8(第 {error.start + 1} 字节):请另存为 CSV UTF-8。",
                f"{path} is not UTF-8 (byte {error.start + 1}): save it as CSV UTF-8.",
            )
        ) from error
    lines = csv.reader(io.StringIO(text, newline=""))
    header = next(lines, [])
    unknown = [name for name in header if name not in table.types]
    repeated = [name for name in dict.fromkeys(header) if header.count(name) > 1]
    missing = [name for name in table.key if name not in header]
    if unknown or repeated or missing:
        names, known = ", ".join(map(repr, unknown) if unknown else repeated or missing), ", ".join(table.types)
        problem = NO_SUCH_COLUMN if unknown else COLUMN_TWICE if repeated else COLUMN_MISSING
        raise UsageError(problem.filled(path=path, names=names, known=known))
    for number, cells in enumerate(lines, start=2):
        if not any(cells):
            continue
        if len(cells) != len(header):
            raise UsageError(
                Wording(
                    f"{path} 第 {number} 行有 {len(cells)} 个单元格,而表头有 {len(header)} 个。",
                    f"{path}, row {number} has {len(cells)} cells where the header has {len(header)}.",
                )
            )
        yield number, dict(zip(header, cells, strict=True))


def _link_project(target: Path, stands_alone: bool) -> None:
    """A folder that looks like the shipped dbt project, and has other seeds beside it.

    What is a fact about the shipped seeds is no test of seeds that stand alone. The tests are copied then, since dbt
    does not follow links below the folders that it looks into.
    """
    target.mkdir()
    for entry in (project_root() / DBT_PROJECT).iterdir():
        if stands_alone and entry.name == TESTS:
            shutil.copytree(entry, target / TESTS, ignore=shutil.ignore_patterns(SHIPPED_FACTS))
        elif not entry.name.startswith(".") and entry.name not in ("target", "logs"):
            (target / entry.name).symlink_to(entry)


def _drop_old(resolutions: Path, current: Path) -> None:
    """Keep the latest few: a process that began under another state may still read it."""
    others = [path for path in resolutions.iterdir() if path != current and not path.name.startswith(".")]
    for path in sorted(others, key=lambda path: path.stat().st_mtime)[: -KEPT_RESOLUTIONS + 1 or None]:
        shutil.rmtree(path, ignore_errors=True)
