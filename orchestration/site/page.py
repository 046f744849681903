"""A page to be written, and the folder that it is written into.

A file whose bytes are there already is left alone, also where nothing but the release that it was written from is
another one: a page names the release with which it last changed. One that an earlier build wrote and this one does not
is removed.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from orchestration.errors import UsageError
from orchestration.wording import Wording

INVENTORY = ".site.json"
# It stays: one that is removed while another build opens it would let two in. It names nobody, for it lies in public.
LOCK = ".site.lock"
PARTIAL = ".tmp"
# Where a page or a unit's file names its release; no markup stands in it.
AS_OF = re.compile(rb'<p class="as-of">[^<]*</p>|<code class="as-of">[^<]*</code>|"release_id":"[^"]*"')
NOT_A_FOLDER = Wording("{folder} 是文件:请指定网站的文件夹。", "{folder} is a file: name a folder for the site.")
OTHER_FILES = Wording(
    "{folder} 中有其他文件:请为网站指定空的或新的文件夹。",
    "{folder} holds other files: name an empty or a new folder for the site.",
)
BEING_WRITTEN = Wording(
    "{folder} 正由另一次网站生成写入:请等它结束后再试。",
    "{folder} is being written by another build of the site. Try again when it has ended.",
)


@dataclass(frozen=True)
class Page:
    """`path` within the site (`zh/unit/520115.html`), the template and what it shows."""

    path: str
    template: str
    content: dict[str, Any]


@dataclass
class Written:
    """How many files a build wrote, and which it stands by."""

    changed: int = 0
    paths: list[str] = field(default_factory=list)

    def add(self, other: Written) -> None:
        self.changed += other.changed
        self.paths += other.paths


class SiteFolder:
    """Writes below `root`; each file appears whole or not at all."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._folders: set[Path] = set()

    def require_ours(self) -> None:
        """Raises `UsageError` where the folder holds something that no build wrote."""
        if self.root.exists() and not self.root.is_dir():
            raise UsageError(NOT_A_FOLDER.filled(folder=self.root))
        if not self.root.is_dir() or (self.root / INVENTORY).is_file():
            return
        if any(path.name != LOCK for path in self.root.iterdir()):
            raise UsageError(OTHER_FILES.filled(folder=self.root))

    @contextmanager
    def only_writer(self) -> Iterator[None]:
        """Raises `UsageError` while another process builds here."""
        self.root.mkdir(parents=True, exist_ok=True)
        try:
            with FileLock(self.root / LOCK, timeout=0, preserve_lock_file=True):
                yield
        except Timeout:
            raise UsageError(BEING_WRITTEN.filled(folder=self.root)) from None

    def write(self, path: str, content: str | bytes, written: Written) -> None:
        data = content.encode("utf-8") if isinstance(content, str) else content
        target = self._target(path)
        written.paths.append(path)
        if target.is_file():
            before = target.read_bytes()
            if before == data or AS_OF.sub(b"", before) == AS_OF.sub(b"", data):
                return
        partial = target.with_name(f"{target.name}{PARTIAL}")
        partial.write_bytes(data)
        os.replace(partial, target)
        written.changed += 1

    def copy(self, path: str, source: Path, written: Written) -> None:
        """The file `source`, which never changes once it is released."""
        target = self._target(path)
        written.paths.append(path)
        if target.exists() and _same_release_file(source, target):
            return
        partial = target.with_name(f"{target.name}{PARTIAL}")
        shutil.copyfile(source, partial)
        shutil.copystat(source, partial)
        partial.chmod(0o644)
        os.replace(partial, target)
        written.changed += 1

    def make(self, path: str, source: Path, maker: Callable[[Path, Path], None], written: Written) -> Path:
        """A file that `maker` derives from the released file `source` alone: made once, and dated as that is."""
        target, dated = self._target(path), source.stat().st_mtime_ns
        written.paths.append(path)
        if not target.exists() or target.stat().st_mtime_ns != dated:
            target.unlink(missing_ok=True)
            maker(source, target)
            os.utime(target, ns=(dated, dated))
            written.changed += 1
        return target

    def finish(self, written: Written) -> int:
        """Remove what an earlier build wrote and this one did not, and note what is there. Returns how many went."""
        kept = sorted(set(written.paths))
        gone = sorted(set(self._written_before()) - set(kept))
        for path in gone:
            (self.root / path).unlink(missing_ok=True)
        for folder in sorted({(self.root / path).parent for path in gone}, reverse=True):
            if folder.is_dir() and not any(folder.iterdir()):
                folder.rmdir()
        for partial in self.root.rglob(f"*{PARTIAL}"):
            partial.unlink(missing_ok=True)
        self.write(INVENTORY, json.dumps(kept, ensure_ascii=False, indent=0) + "\n", Written())
        return len(gone)

    def _written_before(self) -> list[str]:
        """What the inventory names below the folder. It may lie where a web server writes, so it is not believed where
        it leads elsewhere; a damaged one names nothing."""
        try:
            named = json.loads((self.root / INVENTORY).read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError):
            return []
        root = self.root.resolve()
        paths = [path for path in named if isinstance(path, str)] if isinstance(named, list) else []
        return [
            path for path in paths if (root / path).parent.resolve().is_relative_to(root) and not (root / path).is_dir()
        ]

    def begin(self) -> None:
        """The inventory first: a build that is killed leaves a folder that the next one knows."""
        if not (self.root / INVENTORY).is_file():
            self.write(INVENTORY, "[]\n", Written())

    def _target(self, path: str) -> Path:
        target = self.root / path
        if target.parent not in self._folders:
            target.parent.mkdir(parents=True, exist_ok=True)
            self._folders.add(target.parent)
        return target


def _same_release_file(source: Path, target: Path) -> bool:
    ours, theirs = source.stat(), target.stat()
    return (ours.st_size, int(ours.st_mtime)) == (theirs.st_size, int(theirs.st_mtime))


def relative_root(path: str) -> str:
    """From a page's folder up to the site's: `../../` for `zh/unit/520115.html`."""
    return "../" * path.count("/")
