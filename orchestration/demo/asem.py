"""COINr's example, 51 countries and 49 indicators, as a project of its own: models, seeds and inbox in one home.

The seeds are those that the project ships, without the rows of its own series, and with the rows in `data/asem`.
"""

from __future__ import annotations

import csv
import hashlib
import shutil
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

from orchestration.demo.frame import read_csv
from orchestration.demo.inbox_file import write_csv
from orchestration.demo.target import DATA
from orchestration.home import project_root
from orchestration.landing.contracts import CONTRACTS
from orchestration.landing.contracts.definition import DECIMAL_SCALE

ROWS = DATA / "asem"
YEAR = 2018
PUBLISHED_AT = "2024-05-21"
PUBLISHER = "COINr 1.1.14 (bluefoxr/COINr, MIT licence)"
PUBLISHED_AS = "https://github.com/bluefoxr/COINr"
IGNORED = shutil.ignore_patterns("target", "logs", "dbt_packages", "__pycache__", ".*")
# A row that names one of these belongs to a series; a row that names none serves them all.
OWNERS = ("series_code", "methodology_code", "tree_code", "constraint_id")


def write_asem_project(folder: Path) -> Path:
    """Write models, profile and seeds of the example below `folder`, in place of what is there; return `folder`.

    `ZHENGXIN_PROJECT` then names it.
    """
    folder, shipped = Path(folder), project_root()
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    shutil.copytree(shipped / "dbt_project", folder / "dbt_project", ignore=IGNORED)
    shutil.copyfile(shipped / "profiles.yml", folder / "profiles.yml")
    for source in sorted((shipped / "seeds").glob("*/*")):
        target = folder / "seeds" / source.parent.name / source.name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.suffix == ".csv":
            _write_seed(source, target)
        else:
            shutil.copyfile(source, target)
    return folder


def write_asem_inbox(inbox: Path) -> list[Path]:
    """Write one file of observations: each value to the decimals that a landed value may have."""
    columns = tuple(CONTRACTS["observation"].column_names)
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


def _write_seed(source: Path, target: Path) -> None:
    with source.open(encoding="utf-8", newline="") as file:
        header, *shipped = csv.reader(file)
    is_owned = any(owner in header for owner in OWNERS) or (ROWS / source.name).exists()
    rows = [] if is_owned else shipped
    if (ROWS / source.name).exists():
        rows = [[row.get(name, "") for name in header] for row in read_csv(ROWS / source.name)]
    with target.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([header, *rows])
