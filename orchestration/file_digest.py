"""SHA-256 of files, also of those that are asked for often: seeds, models and code name the state of a run."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Collection
from pathlib import Path

# A file that was written so lately may be written again within one tick of the file system's clock.
SETTLED_NANOSECONDS = 1_000_000_000

_known: dict[Path, tuple[tuple[int, ...], str]] = {}


def files_below(folder: Path, ignored_folders: Collection[str] = ()) -> list[tuple[str, Path]]:
    """The files below a folder by their path in it, in the order of its parts, without those in folders of ignored
    names. Asked for often too, and `Path.rglob` takes several times as long."""
    found = []
    for root, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if name not in ignored_folders]
        above = Path(root).relative_to(folder).parts
        found += [((*above, name), path) for name in files if os.path.isfile(path := os.path.join(root, name))]
    return [("/".join(parts), Path(path)) for parts, path in sorted(found)]


def sha256_of(path: Path) -> str:
    """SHA-256 of a file's bytes, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def content_digest(path: Path) -> str:
    """The same of a file that is asked for often: it is read again only where it is not the one read before."""
    state = path.stat()
    seen = (state.st_ino, state.st_size, state.st_mtime_ns, state.st_ctime_ns)
    known = _known.get(path)
    if known is not None and known[0] == seen:
        return known[1]
    digest = sha256_of(path)
    if time.time_ns() - max(state.st_mtime_ns, state.st_ctime_ns) > SETTLED_NANOSECONDS:
        _known[path] = (seen, digest)
    return digest
