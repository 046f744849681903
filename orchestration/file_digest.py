"""SHA-256 of files that are asked for often: seeds, models and code name the state that a run is built from."""

from __future__ import annotations

import hashlib
import time
from pathlib import Path

# A file that was written so lately may be written again within one tick of the file system's clock.
SETTLED_NANOSECONDS = 1_000_000_000

_known: dict[Path, tuple[tuple[int, ...], str]] = {}


def content_digest(path: Path) -> str:
    """SHA-256 of the file's content, in hex; read again only where the file is not the one that was read before."""
    state = path.stat()
    seen = (state.st_ino, state.st_size, state.st_mtime_ns, state.st_ctime_ns)
    known = _known.get(path)
    if known is not None and known[0] == seen:
        return known[1]
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    if time.time_ns() - max(state.st_mtime_ns, state.st_ctime_ns) > SETTLED_NANOSECONDS:
        _known[path] = (seen, digest)
    return digest
