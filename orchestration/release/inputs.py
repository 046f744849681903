"""What a release is made from, written down so that it can be made again: its lock."""

from __future__ import annotations

import gzip
import hashlib
import io
import platform
import subprocess
import tarfile
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import duckdb

from orchestration.errors import UsageError
from orchestration.file_digest import content_digest, files_below, sha256_of
from orchestration.home import INSTALLED, PACKAGE, Home, is_installed, project_root
from orchestration.landing.store import Store
from orchestration.last_run import this_version
from orchestration.release.catalogue import Catalogue, ReleaseId
from orchestration.release.cut import ReleaseFacts
from orchestration.seeds import DBT_PROJECT, seeds_folder
from orchestration.warehouse.built_from import PACKAGES
from orchestration.warehouse.dbt import IGNORED_FOLDERS, project_digest
from orchestration.warehouse.resolved_method import method_digests
from orchestration.wording import Wording

ARCHIVE_NAME = "source.tar.gz"
ARCHIVED_FILES = ("profiles.yml", "pyproject.toml", "constraints.txt", "README.md", "LICENSE")
# What is shipped is archived from where the home reads it, and the demo is no part of a score.
NOT_ARCHIVED = {INSTALLED, PACKAGE / "demo"}
ARCHIVED_SUFFIXES = (".py", ".sql", ".yml", ".yaml", ".md", ".csv", ".html", ".toml", ".typ", ".css", ".json", ".jinja")


def lock_of(
    home: Home,
    catalogue: Catalogue,
    facts: ReleaseFacts,
    methodologies: Mapping[str, str],
    earlier: Iterable[ReleaseId],
) -> dict[str, Any]:
    """Batches with hashes, deliveries, seeds, the version of each methodology, code, packages and the earlier releases
    that were read."""
    store = Store(home.landing)
    batches = {(batch.source, batch.batch_id): batch for batch, _, _ in store.ledger()}
    return {
        "release": {**asdict(facts), "release": str(facts.release)},
        "batches": [
            {
                "source": batch.source,
                "batch_id": batch.batch_id,
                "original": batch.original,
                "contract_version": batch.contract_version,
                "sha256": {path.name: sha256_of(path) for path in sorted(store.batch_folder(*key).iterdir())},
            }
            for key, batch in sorted(batches.items())
        ],
        "methodologies": dict(methodologies),
        "methodology_rows": {code: rows for code, rows in method_digests(home).items() if code in methodologies},
        "earlier_releases": {str(each): sha256_of(catalogue.folder(each) / "manifest.json") for each in earlier},
        **state_of(home),
    }


def state_of(home: Home) -> dict[str, Any]:
    """What scores are made from, as far as a difference between releases can be explained by it."""
    seeds = seeds_folder(home)
    return {
        "deliveries": [
            {**asdict(delivery), "is_effective": is_effective}
            for _, delivery, is_effective in Store(home.landing).ledger()
        ],
        "seeds": {path.relative_to(seeds).as_posix(): sha256_of(path) for path in sorted(seeds.rglob("*.csv"))},
        "project_digest": project_digest(home),
        "zhengxin": this_version(),
        "versions": {"python": platform.python_version(), **{name: version(name) for name in PACKAGES}},
    }


def drawn_points(database: Path) -> list[dict[str, Any]]:
    """The draws that a release has its rank intervals from: by scenario their number, seed, and a hash of the points.

    A later version of the library that draws could give other points; those of the release stand in
    `marts.scenario_draw`. None where the home wants no draws.
    """
    with duckdb.connect(str(database), read_only=True) as connection:
        if not connection.execute("select 1 from duckdb_tables() where table_name = 'dim_scenario'").fetchall():
            return []
        scenarios = connection.execute(
            "select scenario_code, draw_count, seed from marts.dim_scenario where draw_count is not null order by all"
        ).fetchall()
        return [
            {"scenario": scenario, "draws": count, "seed": seed, "sha256": _hash_of_draws(connection, scenario)}
            for scenario, count, seed in scenarios
        ]


def _hash_of_draws(connection: duckdb.DuckDBPyConnection, scenario: str) -> str:
    points = connection.execute(
        "select methodology_code, draw_number, factor_code, dimension_number, drawn from marts.scenario_draw "
        "where scenario_code = $1 order by all",
        [scenario],
    ).fetchall()
    return hashlib.sha256("\n".join(map(repr, points)).encode()).hexdigest()


def require_built_from_inputs(connection: duckdb.DuckDBPyConnection, home: Home) -> None:
    """Raise `UsageError` where the warehouse does not hold what has landed, or was built by other seeds or models."""
    effective = {
        (source, file_name, delivery.batch_id)
        for (source, file_name), delivery in Store(home.landing).effective_deliveries().items()
    }
    loaded = set(connection.execute("select source, file_name, batch_id from raw.batch where is_effective").fetchall())
    built_by = {digest for (digest,) in connection.execute("select project_digest from marts.release_info").fetchall()}
    if effective != loaded or built_by != {project_digest(home)}:
        reason = Wording("种子文件或模型其后有改动", "seeds or models have changed since")
        if effective != loaded:
            reason = Wording("其后又有文件入库", "something has landed since")
        raise UsageError(
            Wording(
                f"数据库与发布将要声明的内容不符:{reason.zh}。请先运行:zhengxin run",
                f"The warehouse is not what a release would say it is: {reason.en}. Run first: zhengxin run",
            )
        )


def git_revision() -> str | None:
    """The commit that is checked out, with `+changes` where files differ from it; None outside a git checkout."""
    if is_installed():
        return None
    try:
        commit = _git("rev-parse", "HEAD").strip()
        return commit + ("+changes" if _git("status", "--porcelain", "--untracked-files=no").strip() else "")
    except (OSError, subprocess.CalledProcessError):
        return None


def write_source_archive(home: Home, target: Path) -> None:
    """The home's seeds, models and code as one archive; the same content always makes the same bytes."""
    target.write_bytes(_packed(tuple((name, path, content_digest(path)) for name, path in sorted(_archived(home)))))


@lru_cache(maxsize=1)
def _packed(files: tuple[tuple[str, Path, str], ...]) -> bytes:
    """A tar, compressed, of files by name, place and content: all releases of a run have the same."""
    packed = io.BytesIO()
    # The header of gzip would name the file and the time.
    with (
        gzip.GzipFile(filename="", mode="wb", compresslevel=6, fileobj=packed, mtime=0) as compressed,
        tarfile.open(fileobj=compressed, mode="w") as archive,
    ):
        for name, path, _ in files:
            content = path.read_bytes()
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return packed.getvalue()


def _archived(home: Home) -> Iterable[tuple[str, Path]]:
    root = project_root()
    for name in ARCHIVED_FILES:
        if (root / name).exists():
            yield name, root / name
    folders = ((DBT_PROJECT, root / DBT_PROJECT), (PACKAGE.name, PACKAGE), ("seeds", seeds_folder(home)))
    for label, folder in folders:
        # In an installed package dbt project and seeds lie within what is left out of the code.
        left_out = {path for path in NOT_ARCHIVED if folder in path.parents}
        for name, path in files_below(folder, IGNORED_FOLDERS):
            if path.suffix in ARCHIVED_SUFFIXES and not left_out.intersection(path.parents):
                yield f"{label}/{name}", path


def _git(*arguments: str) -> str:
    return subprocess.run(
        ["git", "-C", str(project_root()), *arguments], check=True, capture_output=True, text=True
    ).stdout
