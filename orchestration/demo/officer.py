"""The demo's officers: codes without people, who decide in the demo's home and nowhere else."""

from __future__ import annotations

import shutil
from pathlib import Path

from orchestration.demo.target import DATA


def write_officers(seeds: Path) -> Path:
    """Write the list of officers below the folder of a home's own seeds, in place of one that is there."""
    target = seeds / "decisions" / "decision_officer.csv"
    target.parent.mkdir(parents=True, exist_ok=True)
    return Path(shutil.copyfile(DATA / target.name, target))
