"""The errors that a person caused or can mend: said in one message (what, where, what to do), never as a traceback.

So are the system's refusals of a path, see `system_refusal`. Anything else that is raised is a fault of the program
and keeps its traceback.
"""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path

from orchestration.wording import Wording

WHAT_TO_DO = {
    errno.EROFS: "What lies there can only be read: name another place",
    errno.EACCES: "Have the permission given to you, or name another place",
    errno.EPERM: "Have the permission given to you, or name another place",
    errno.ENOSPC: "Make room on that disk and do it again",
    errno.EDQUOT: "Make room within your quota and do it again",
    errno.EFBIG: "The system lets no file become larger (ulimit -f): have the limit raised, or name another place",
    errno.ENOTDIR: "A file stands where a folder is needed: move it away, or name another place",
    errno.EEXIST: "A file stands where a folder is needed: move it away, or name another place",
    errno.EISDIR: "A folder stands where a file is needed: name a file",
    errno.ENOENT: "Check the path",
}


# How databases and libraries say that a disk is full; the last is what SQLite says of any failure to write.
FULL_DISK = ("no space left on device", "disk is full", "disk quota exceeded")
WRITE_FAILED = "disk i/o error"
NEXT_TO_NOTHING = 1024 * 1024


def full_disk(error: BaseException | str, folder: Path) -> str | None:
    """What to say where an error, its causes or their text mean that the disk of `folder` is full; None where not."""
    texts = [error.lower()] if isinstance(error, str) else [str(each).lower() for each in _causes(error)]
    is_full = any(word in text for text in texts for word in FULL_DISK)
    if not is_full and any(WRITE_FAILED in text for text in texts):
        is_full = _free_bytes(folder) < NEXT_TO_NOTHING
    return f"{folder}: {os.strerror(errno.ENOSPC)}. {WHAT_TO_DO[errno.ENOSPC]}." if is_full else None


def _causes(error: BaseException) -> list[BaseException]:
    """The error, and what it came of."""
    found: list[BaseException] = []
    while error is not None and error not in found:
        found.append(error)
        error = error.__cause__ or error.__context__
    return found


def _free_bytes(folder: Path) -> int:
    there = next(path for path in (folder, *folder.parents) if path.exists())
    return shutil.disk_usage(there).free


def system_refusal(error: OSError) -> str | None:
    """Path, the system's reason and what to do; None where it is no matter of a path that a person can mend."""
    if error.filename is None and error.errno not in (errno.ENOSPC, errno.EDQUOT):
        return None
    advice = WHAT_TO_DO.get(error.errno)
    if advice is None:
        return None
    path = f"{os.fsdecode(error.filename)}: " if isinstance(error.filename, str | bytes | os.PathLike) else ""
    return f"{path}{error.strerror}. {advice}."


class UsageError(Exception):
    """What was asked for cannot be done; the message says what is wrong, where, and what to do.

    The message is English, or a `Wording` in both languages; as text it is always the English one.
    """

    def __init__(self, message: str | Wording = "") -> None:
        self.wording = message if isinstance(message, Wording) else Wording(message, message)
        super().__init__(self.wording.en)

    def in_language(self, language: str) -> str:
        return self.wording.in_language(language)


class Interrupted(UsageError):
    """Somebody ended the work with Ctrl-C."""


class WarehouseMissing(UsageError):
    """There is no warehouse file yet."""


class WarehouseDamaged(UsageError):
    """The warehouse file cannot be opened, although no process holds it."""


class WarehouseBusy(UsageError):
    """Another process holds the warehouse; the message names it."""
