"""COINr's example, 51 countries and 49 indicators, as a home of its own: seeds that stand alone, settings, inbox.

The seeds are those that the project ships, without the rows of its own series, and with the rows in `data/asem`.
"""

from __future__ import annotations

import csv
import hashlib
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

from orchestration.demo.frame import read_csv
from orchestration.demo.inbox_file import write_csv
from orchestration.demo.target import DATA
from orchestration.home import shipped_seeds
from orchestration.landing.contracts import CONTRACTS
from orchestration.landing.contracts.definition import DECIMAL_SCALE

ROWS = DATA / "asem"
SETTINGS = """# The example of COINr: seeds of its own, and runs that release what they scored.
series = "asem"
seeds = "own"
publish = "auto"
language = "en"
"""
YEAR = 2018
PUBLISHED_AT = "2024-05-21"
PUBLISHER = "COINr 1.1.14 (bluefoxr/COINr, MIT licence)"
PUBLISHED_AS = "https://github.com/bluefoxr/COINr"
# A row that names one of these belongs to a series; a row that names none serves them all.
OWNERS = ("series_code", "methodology_code", "tree_code", "constraint_id")


def write_asem_seeds(folder: Path) -> list[Path]:
    """Write the seeds of the example below `folder`; return the files. A seed without a row of it is not written."""
    written = []
    for source in sorted(shipped_seeds().glob("*/*.csv")):
        header, rows = _rows(source)
        target = Path(folder) / source.parent.name / source.name
        if rows:
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("w", encoding="utf-8", newline="") as file:
                csv.writer(file, lineterminator="\n").writerows([header, *rows])
            written.append(target)
    return written


def write_asem_inbox(inbox: Path) -> list[Path]:
    """Write one file of observations: each value to the decimals that a landed value may have."""
    columns = tuple(column.name for column in CONTRACTS["observation"].stored_columns)
    smallest = Decimal(1).scaleb(-DECIMAL_SCALE)
    source_hash = hashlib.sha256((ROWS / "measured_value.csv").read_bytes()).hexdigest()
    rows = []
    for source in read_csv(ROWS / "measured_value.csv"):
        value = Decimal(source["value"]).quantize(smallest, rounding=ROUND_HALF_UP)
        record = {
            "unit_code": source["unit_code"],
            "assessment_year": source["assessment_year"],
            "measure_code": source["measure_code"],
            "value": format(value.normalize() + 0, "f"),
            "channel": "secondary_source",
            "collection_mode": "online",
            "captured_at": PUBLISHED_AT,
            "evidence_url": PUBLISHED_AS,
            "evidence_hash": source_hash,
            "collector": PUBLISHER,
            "provenance": "published",
        }
        rows.append(tuple(record.get(name) for name in columns))
    return [write_csv(Path(inbox) / "observation" / f"asem_observation_{YEAR}.csv", columns, rows)]


def _rows(shipped: Path) -> tuple[list[str], list[list[str]]]:
    """Columns and rows of one seed: the example's own, or what a seed says that serves every series."""
    with shipped.open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    own = ROWS / shipped.name
    if own.exists():
        return header, [[row.get(name, "") for name in header] for row in read_csv(own)]
    return header, [] if any(owner in header for owner in OWNERS) else rows
