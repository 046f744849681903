"""Writing files so that a reader, or a kill, finds the old one or the new one and never half of one."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from pathlib import Path
from typing import Any

READ_ONLY_FILE = 0o444


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_json(path: Path, content: Any) -> None:
    """Write or replace a JSON file in one step."""
    text = json.dumps(content, ensure_ascii=False, indent=1) + "\n"
    partial = path.with_name(path.name + ".tmp")
    partial.write_text(text, encoding="utf-8")
    _move(partial, path)


def replace_file(source: Path, target: Path) -> None:
    """Put a read-only copy of `source` at `target` in one step; who has the old file open keeps it."""
    partial = target.with_name(target.name + ".tmp")
    partial.unlink(missing_ok=True)
    shutil.copyfile(source, partial)
    partial.chmod(READ_ONLY_FILE)
    _move(partial, target)


def seal(folder: Path) -> None:
    """Sync all that is below `folder` and take away the right to write it."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            path.chmod(READ_ONLY_FILE)
        sync(path)
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
