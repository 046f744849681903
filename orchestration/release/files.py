"""Writing files so that a reader, or a kill, finds the old one or the new one and never half of one."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

from orchestration.file_digest import sha256_of

# Nobody writes what was published; what is internal is read by its owner alone.
PUBLIC_FILE, PUBLIC_FOLDER = 0o444, 0o755
OWNER_FILE, OWNER_FOLDER = 0o400, 0o700


CHECKSUMS = "SHA256SUMS"


def hashes_of_files(folder: Path) -> dict[str, str]:
    """SHA-256 of each file below `folder`, by its path in it."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): sha256_of(path) for path in files}


def write_checksums(folder: Path) -> None:
    """Write the hashes of all files as `sha256sum --check` reads them."""
    lines = [f"{digest}  {name}\n" for name, digest in hashes_of_files(folder).items()]
    (folder / CHECKSUMS).write_text("".join(lines), encoding="utf-8")


def make_folder(folder: Path, mode: int) -> None:
    """Make a folder, and those above it that are missing, with this mode whatever the umask."""
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    for path in missing:
        path.chmod(mode)


def write_json(path: Path, content: Any, mode: int) -> None:
    """Write or replace a JSON file in one step."""
    write_file(path, json_bytes(content), mode)


def json_bytes(content: Any) -> bytes:
    """What a JSON file of a release holds."""
    return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode()


def write_file(path: Path, content: bytes, mode: int) -> None:
    """Write or replace a file in one step."""
    partial = path.with_name(path.name + ".tmp")
    partial.unlink(missing_ok=True)
    partial.write_bytes(content)
    partial.chmod(mode)
    _move(partial, path)


def replace_file(source: Path, target: Path, mode: int = PUBLIC_FILE) -> None:
    """Put a copy of `source` at `target` in one step; who has the old file open keeps it."""
    partial = target.with_name(target.name + ".tmp")
    partial.unlink(missing_ok=True)
    shutil.copyfile(source, partial)
    partial.chmod(mode)
    _move(partial, target)


def seal(folder: Path, file_mode: int, folder_mode: int) -> None:
    """Sync all that is below `folder` and give it its modes, which let nobody write a file."""
    for path in sorted(folder.rglob("*")):
        path.chmod(file_mode if path.is_file() else folder_mode)
        sync(path)
    folder.chmod(folder_mode)
    sync(folder)


def sync(path: Path) -> None:
    """Have the operating system write a file, or a folder's entries, to disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _move(partial: Path, target: Path) -> None:
    sync(partial)
    os.replace(partial, target)
    sync(target.parent)
