"""The errors that a person caused or can mend: said in one message (what, where, what to do), never as a traceback.

So are the system's refusals of a path, see `system_refusal`. Anything else that is raised is a fault of the program
and keeps its traceback.
"""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path
from typing import Any

from orchestration.wording import Wording

_NO_PERMISSION = Wording("请取得权限,或另指定位置", "Have the permission given to you, or name another place")
_FILE_FOR_FOLDER = Wording(
    "此处应为文件夹,却有一个文件:请将其移走,或另指定位置",
    "A file stands where a folder is needed: move it away, or name another place",
)
WHAT_TO_DO = {
    errno.EROFS: Wording("该处只能读取:请另指定位置", "What lies there can only be read: name another place"),
    errno.EACCES: _NO_PERMISSION,
    errno.EPERM: _NO_PERMISSION,
    errno.ENOSPC: Wording("请在该磁盘上腾出空间后重做", "Make room on that disk and do it again"),
    errno.EDQUOT: Wording("请在配额内腾出空间后重做", "Make room within your quota and do it again"),
    errno.EFBIG: Wording(
        "系统不允许文件再增大(ulimit -f):请提高上限,或另指定位置",
        "The system lets no file become larger (ulimit -f): have the limit raised, or name another place",
    ),
    errno.ENOTDIR: _FILE_FOR_FOLDER,
    errno.EEXIST: _FILE_FOR_FOLDER,
    errno.EISDIR: Wording(
        "此处应为文件,却有一个文件夹:请指定文件", "A folder stands where a file is needed: name a file"
    ),
    errno.ENOENT: Wording("请检查路径", "Check the path"),
}


# How databases and libraries say that a disk is full; the last is what SQLite says of any failure to write.
FULL_DISK = ("no space left on device", "disk is full", "disk quota exceeded")
WRITE_FAILED = "disk i/o error"
NEXT_TO_NOTHING = 1024 * 1024


def full_disk(error: BaseException | str, folder: Path) -> Wording | None:
    """What to say where an error, its causes or their text mean that the disk of `folder` is full; None where not."""
    texts = [error.lower()] if isinstance(error, str) else [str(each).lower() for each in _causes(error)]
    is_full = any(word in text for text in texts for word in FULL_DISK)
    if not is_full and any(WRITE_FAILED in text for text in texts):
        is_full = _free_bytes(folder) < NEXT_TO_NOTHING
    return _refusal(f"{folder}: ", os.strerror(errno.ENOSPC), WHAT_TO_DO[errno.ENOSPC]) if is_full else None


def _refusal(place: str, reason: str, advice: Wording) -> Wording:
    """What the system says is quoted as it says it."""
    return Wording(f"{place}{reason}。{advice.zh}。", f"{place}{reason}. {advice.en}.")


def _causes(error: BaseException) -> list[BaseException]:
    """The error, and what it came of."""
    found: list[BaseException] = []
    cause: BaseException | None = error
    while cause is not None and cause not in found:
        found.append(cause)
        cause = cause.__cause__ or cause.__context__
    return found


def _free_bytes(folder: Path) -> int:
    there = next(path for path in (folder, *folder.parents) if path.exists())
    return shutil.disk_usage(there).free


def system_refusal(error: OSError) -> Wording | None:
    """Path, the system's reason and what to do; None where it is no matter of a path that a person can mend."""
    if error.filename is None and error.errno not in (errno.ENOSPC, errno.EDQUOT):
        return None
    advice = WHAT_TO_DO.get(error.errno or 0)
    if advice is None:
        return None
    path = f"{os.fsdecode(error.filename)}: " if isinstance(error.filename, str | bytes | os.PathLike) else ""
    return _refusal(path, error.strerror or "", advice)


class UsageError(Exception):
    """What was asked for cannot be done; the message says what is wrong, where, and what to do.

    As text it is the English one.
    """

    def __init__(self, wording: Wording) -> None:
        self.wording = wording
        super().__init__(wording.en)

    def __reduce__(self) -> tuple[Any, ...]:
        """From one process to another it keeps both languages, and what a subclass holds."""
        return _as_raised, (type(self), self.__dict__)

    def in_language(self, language: str) -> str:
        return self.wording.in_language(language)


def _as_raised(kind: type[UsageError], state: dict[str, Any]) -> UsageError:
    error = kind.__new__(kind, state["wording"].en)
    error.__dict__.update(state)
    return error


class Interrupted(UsageError):
    """Somebody ended the work with Ctrl-C."""


class WarehouseMissing(UsageError):
    """There is no warehouse file yet."""


class WarehouseDamaged(UsageError):
    """The warehouse file cannot be opened, although no process holds it."""


class WarehouseBusy(UsageError):
    """Another process holds the warehouse; the message names it."""
