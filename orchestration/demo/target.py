"""The means that the generator aims at: data, and known to nothing outside `demo`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from orchestration.demo.frame import read_csv

DATA = Path(__file__).parent / "data"
DIMENSION_COLUMNS = {"T": "transparency", "C": "compliance", "P": "commitment", "S": "dedicated_work"}


@dataclass(frozen=True)
class Target:
    """Means of the units of one region: by dimension of the base, and of the composite."""

    region_code: str
    dimensions: dict[str, float]
    composite: float


def read_targets(file_name: str) -> dict[int, dict[str, Target]]:
    """Targets of `data/<file_name>` by edition and region."""
    targets: dict[int, dict[str, Target]] = {}
    for row in read_csv(DATA / file_name):
        targets.setdefault(int(row["assessment_year"]), {})[row["region_code"]] = Target(
            row["region_code"],
            {code: float(row[column]) for code, column in DIMENSION_COLUMNS.items()},
            float(row["composite"]),
        )
    return targets
