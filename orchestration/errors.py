"""The errors that a person caused or can mend: said in one message (what, where, what to do), never as a traceback.

Anything else that is raised is a fault of the program and keeps its traceback.
"""

from __future__ import annotations


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
