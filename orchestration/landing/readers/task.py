"""What a reader is to do with a file: for which contract, under which names and limits, and where to write."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from orchestration.landing.contracts.definition import Contract
from orchestration.landing.readers.names import Names
from orchestration.landing.readers.table import Limits


@dataclass(frozen=True)
class Task:
    """`told` is called with the number of rows read so far."""

    contract: Contract
    names: Names
    work_folder: Path
    limits: Limits
    told: Callable[[int], None] | None = None
