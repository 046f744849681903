"""The errors that a person caused or can mend: said in one message (what, where, what to do), never as a traceback.

So are the system's refusals of a path, see `system_refusal`. Anything else that is raised is a fault of the program
and keeps its traceback.
"""

from __future__ import annotations

import errno
import os

WHAT_TO_DO = {
    errno.EROFS: "What lies there can only be read: name another place",
    errno.EACCES: "Have the permission given to you, or name another place",
    errno.EPERM: "Have the permission given to you, or name another place",
    errno.ENOSPC: "Make room on that disk and do it again",
    errno.EDQUOT: "Make room within your quota and do it again",
    errno.ENOTDIR: "A file stands where a folder is needed: move it away, or name another place",
    errno.EEXIST: "A file stands where a folder is needed: move it away, or name another place",
    errno.EISDIR: "A folder stands where a file is needed: name a file",
    errno.ENOENT: "Check the path",
}


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
    """What was asked for cannot be done; the message says what is wrong, where, and what to do."""


class Interrupted(UsageError):
    """Somebody ended the work with Ctrl-C."""


class WarehouseMissing(UsageError):
    """There is no warehouse file yet."""


class WarehouseDamaged(UsageError):
    """The warehouse file cannot be opened, by nobody's holding it."""


class WarehouseBusy(UsageError):
    """Another process holds the warehouse; the message names it."""
