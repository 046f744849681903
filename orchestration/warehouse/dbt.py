"""dbt against one home: the environment it runs in, its manifest, and running one of its commands.

All paths are absolute: with a relative project folder or profile path, what dbt reads and writes depends on the
directory it is called from.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from filelock import FileLock

from orchestration.errors import UsageError
from orchestration.file_digest import content_digest, files_below
from orchestration.home import Home, project_root
from orchestration.landing.evidence.layout import evidence_folder, has_evidence
from orchestration.seeds import DBT_PROJECT, dbt_folder, read_seed, seeds_folder
from orchestration.settings import settings_of
from orchestration.wording import Wording

# What has every model built.
EVERYTHING = {"ZHENGXIN_EVIDENCE": "1", "ZHENGXIN_DRAW_COUNT": "500", "ZHENGXIN_OVER_UNITS": "1"}

# Without the folder that it is called from among the modules that can be imported.
MODULE = ("-P", "-m", "orchestration.warehouse.dbt_process")
MANIFEST_NAME = "manifest.json"
LOG_NAME = "dbt.log"
PARSED_NAME = "partial_parse.msgpack"
DIGEST_NAME = "digest.txt"
SEED_SUFFIX = ".csv"
IGNORED_FOLDERS = {"target", "logs", "dbt_packages", "__pycache__"}


def profiles_folder() -> Path:
    return project_root()


def command() -> list[str]:
    """The words that run dbt in a process of this very environment, whether or not it is activated."""
    return [sys.executable, *MODULE]


def environment(home: Home) -> dict[str, str]:
    """The variables that dbt needs for this home, to be laid over `os.environ`."""
    is_parsed = _is_current(manifest_folder(home), manifest_digest(home))
    return {
        "ZHENGXIN_WAREHOUSE": str(home.warehouse),
        "DBT_PROJECT_DIR": str(dbt_folder(home)),
        "DBT_PROFILES_DIR": str(profiles_folder()),
        "DBT_TARGET_PATH": str(target_folder(home)),
        "DBT_LOG_PATH": str(target_folder(home)),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "DO_NOT_TRACK": "1",
        "ZHENGXIN_PROJECT_DIGEST": project_digest(home),
        "ZHENGXIN_PARSED": str(parse_folder(home) / PARSED_NAME) if is_parsed else "",
        "ZHENGXIN_DRAW_COUNT": str(settings_of(home).draws),
        "ZHENGXIN_OVER_UNITS": "1" if has_models_over_units(home) else "0",
        # The editions to build; a run that knows better lays its own over them (warehouse/edition_inputs.py).
        "ZHENGXIN_EDITIONS": "all",
        "ZHENGXIN_EDITIONS_AND_NEXT": "all",
        "ZHENGXIN_EVIDENCE": "1" if has_evidence(home) else "0",
        "ZHENGXIN_EVIDENCE_STORE": str(evidence_folder(home.landing)),
        "ZHENGXIN_SPARK_FOLDER": str(home.spark),
        # Products of small matrices wait for their threads longer than they compute.
        "OPENBLAS_NUM_THREADS": "1",
    }


def has_models_over_units(home: Home) -> bool:
    """Whether models that compare units are of use: for draws, or for a rule that scores against the other units."""
    return settings_of(home).draws > 0 or compares_units(home)


def compares_units(home: Home) -> bool:
    """Whether a rule of the home's seeds scores a measure against the other units, so that its models are needed."""
    folder = seeds_folder(home) / "methodology"
    files = [folder / "measure_rule.csv", folder / "methodology_change.csv"]
    return any("relative" in row.values() for file in files if file.exists() for row in read_seed(file))


def log_file(home: Home) -> Path:
    return target_folder(home) / LOG_NAME


def target_folder(home: Home) -> Path:
    """Where dbt writes what it compiled and its results: one folder, for there is one writer."""
    return home.dbt / "target"


def manifest_folder(home: Home) -> Path:
    """Where the manifest lies that the definitions are loaded from; a run of dbt does not touch it."""
    return home.dbt / "manifest"


def parse_folder(home: Home) -> Path:
    """Where dbt keeps what it parsed last: its commands start from that, and it parses only what changed since."""
    return home.dbt / "parse"


def run(
    home: Home, arguments: Sequence[str], target: Path | None = None, variables: Mapping[str, str] | None = None
) -> str:
    """Run one dbt command to its end and return what it printed; `variables` are laid over those of the home. Raises
    `UsageError` with the output if it fails."""
    laid_over = {**os.environ, **environment(home), **(variables or {})}
    if variables:
        laid_over["ZHENGXIN_PARSED"] = ""  # it was parsed with others
    if target is not None:
        laid_over |= {"DBT_TARGET_PATH": str(target), "DBT_LOG_PATH": str(target)}
    finished = subprocess.run(
        [*command(), *arguments],
        cwd=dbt_folder(home),
        env=laid_over,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
    )
    if finished.returncode != 0:
        raise UsageError(
            Wording(
                f"dbt {' '.join(arguments)} 失败:\n{finished.stdout.strip()}",
                f"dbt {' '.join(arguments)} failed:\n{finished.stdout.strip()}",
            )
        )
    return finished.stdout


def prepare_manifest(home: Home) -> Path:
    """The manifest of the dbt project as it is now: parsed when absent or older than the project, else left alone.

    It is written beside and moved into place, so that who loads definitions meanwhile never reads half of one.
    """
    folder = manifest_folder(home)
    manifest = folder / MANIFEST_NAME
    digest = manifest_digest(home)
    if _is_current(folder, digest):
        return manifest
    folder.mkdir(parents=True, exist_ok=True)
    with FileLock(folder.with_name("manifest.lock"), preserve_lock_file=True):
        if not _is_current(folder, digest):
            parsed = parse_folder(home)
            run(home, ["parse", "--quiet"], target=parsed)
            (folder / DIGEST_NAME).unlink(missing_ok=True)
            copy = folder / (MANIFEST_NAME + ".tmp")
            shutil.copyfile(parsed / MANIFEST_NAME, copy)
            copy.replace(manifest)
            (folder / DIGEST_NAME).write_text(digest, encoding="ascii")
    return manifest


def whole_manifest(home: Home) -> Path:
    """A manifest of all models, those too that this home does without: for documents."""
    target = parse_folder(home) / "whole"
    run(home, ["parse", "--quiet"], target, EVERYTHING)
    return target / MANIFEST_NAME


def project_digest(home: Home) -> str:
    """SHA-256 over all that tables are made from beside what was landed: paths and contents of dbt project, profile and
    seeds, draws, and whether there is evidence."""
    digest = hashlib.sha256(f"draws\0{settings_of(home).draws}\n".encode())
    if has_evidence(home):
        digest.update(b"evidence\n")
    for name, file in _project_files(home):
        digest.update(f"{name}\0{content_digest(file)}\n".encode())
    return digest.hexdigest()


def manifest_digest(home: Home) -> str:
    """SHA-256 over all that a manifest is made from: the same without the rows of seeds, which dbt does not read to
    parse, with whether models are of use instead of how many draws they make, and with whether the seeds stand alone,
    which leaves tests out."""
    settings = settings_of(home)
    chosen = (settings.draws > 0, has_models_over_units(home), has_evidence(home), settings.seeds)
    digest = hashlib.sha256(f"{chosen}\n".encode())
    for name, file in _project_files(home):
        content = "" if file.suffix == SEED_SUFFIX else content_digest(file)
        digest.update(f"{name}\0{content}\n".encode())
    return digest.hexdigest()


def _project_files(home: Home) -> Iterable[tuple[str, Path]]:
    """Every file that tables are made from beside what was landed, with the name it counts under, in a fixed order."""
    yield "profiles.yml", profiles_folder() / "profiles.yml"
    for label, root in (("dbt_project", project_root() / DBT_PROJECT), ("seeds", seeds_folder(home))):
        for name, file in files_below(root, IGNORED_FOLDERS):
            if not file.name.startswith("."):
                yield f"{label}/{name}", file


def _is_current(folder: Path, digest: str) -> bool:
    known = folder / DIGEST_NAME
    return (folder / MANIFEST_NAME).exists() and known.exists() and known.read_text(encoding="ascii") == digest
