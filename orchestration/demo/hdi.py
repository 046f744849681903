"""The observations of the Human Development Index as an inbox file: real input with a published answer."""

from __future__ import annotations

import hashlib
from pathlib import Path

from orchestration.demo.frame import read_csv
from orchestration.demo.inbox_file import write_csv
from orchestration.demo.target import DATA
from orchestration.landing.contracts import CONTRACTS

SOURCE = DATA / "hdi_observations_1990_2022.csv"
MEASURES = ("life_expectancy_years", "expected_schooling_years", "mean_schooling_years", "gni_per_capita_ppp_usd")
PUBLISHED_AT = "2024-03-13"
PUBLISHER = "UNDP Human Development Report Office"
PUBLISHED_AS = "https://hdr.undp.org/data-center/documentation-and-downloads"


def write_hdi_inbox(inbox: Path) -> list[Path]:
    """Write one file of observations, a row for each country, year and measure, with the values as printed."""
    columns = tuple(column.name for column in CONTRACTS["observation"].stored_columns)
    source_hash = hashlib.sha256(SOURCE.read_bytes()).hexdigest()
    rows = []
    for source in read_csv(SOURCE):
        for measure in MEASURES:
            record = {
                "unit_code": source["iso3"],
                "assessment_year": source["year"],
                "measure_code": measure,
                "value": source[measure],
                "state": None,
                "channel": "secondary_source",
                "collection_mode": "online",
                "captured_at": PUBLISHED_AT,
                "evidence_url": PUBLISHED_AS,
                "evidence_hash": source_hash,
                "collector": PUBLISHER,
                "provenance": "published",
            }
            rows.append(tuple(record[name] for name in columns))
    return [write_csv(Path(inbox) / "observation" / "hdi_observation_1990_2022.csv", columns, rows)]
