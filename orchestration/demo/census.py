"""The census of 2020 by county as inbox files: real attributes of units, and the inputs of the demonstration index.

The table is `data/census_2020_by_county.csv`; `data/README.md` names source and licence. Nothing of it is mended: rows
of regions are landed as the totals that the table prints, and the warehouse compares them with the sums of their parts.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from orchestration.demo.frame import read_csv
from orchestration.demo.inbox_file import write_csv
from orchestration.demo.target import DATA
from orchestration.home import shipped_seeds
from orchestration.landing.contracts import CONTRACTS

TABLE = DATA / "census_2020_by_county.csv"
SERIES = "census"
YEAR = "2020"
# Midnight of this day is the census's own moment.
AS_OF = "2020-11-01"
PUBLISHED_AT = "2022-12-31"
SOURCE = "National Bureau of Statistics: Tabulation on the 2020 China Population Census by County (leiii/census)"
LICENCE = "MIT, Copyright 2022 Lei Dong"
ADDRESS = "https://github.com/leiii/census"
COLLECTOR = "National Bureau of Statistics"
NATION = "000000"
NATION_NAME = "全国"
# The table prints what a province governs directly under a subtotal without code; the division list has one for it.
DIRECT_SUBTOTAL = "直辖县级行政区划"
DIRECT_SUBTOTALS = {"湖北省": "429000", "海南省": "469000", "新疆维吾尔自治区": "659000"}
AREA_COLUMNS = ("code", "province", "prefecture", "county")
# What weighs and groups units; the rest only makes the demonstration index.
BASIC_ATTRIBUTES = ("population", "urban_population")
# Measure of the index: an attribute as it is, or 100 × one over another, to so many decimals.
MEASURES = {
    "census_mean_years_of_schooling": ("mean_years_of_schooling", None),
    "census_urban_share": ("urban_population", "population"),
    "census_working_age_share": ("share_15_64_percent", None),
    "census_piped_water_share": ("households_with_piped_water", "family_households_long_form"),
    "census_bath_share": ("households_with_bath", "family_households_long_form"),
    "census_housing_area": ("housing_area_per_person_m2", None),
}
SHARE_DECIMALS = Decimal("0.000001")


@dataclass(frozen=True)
class Area:
    """One row of the table. `kind` is unit, region (a published total) or zone (counted, but no unit of government);
    `part_of` is the region whose total counts it, empty for the nation; `values` are the cells by column."""

    code: str
    name: str
    kind: str
    part_of: str
    values: dict[str, str]


def read_areas() -> list[Area]:
    """All rows of the table, in its order, with a code for each and the region that counts it."""
    rows = list(read_csv(TABLE))
    prefectures = {row["code"] for row in rows if row["code"].endswith("00")}
    units = _unit_codes()
    zones: Counter[str] = Counter()
    areas = []
    province = prefecture = NATION
    for row in rows:
        code, part_of = row["code"], ""
        if row["province"] == NATION_NAME:
            code = NATION
        elif code.endswith("0000"):
            province = prefecture = code
            part_of = NATION
        elif code.endswith("00") or DIRECT_SUBTOTAL in row["county"]:
            code = code or DIRECT_SUBTOTALS[row["province"]]
            prefecture, part_of = code, province
        else:
            part_of = _region_of(row, prefecture, province, prefectures)
        if not code:
            zones[part_of] += 1
            code = f"{part_of[:4]}Z{zones[part_of]}"
        kind = "unit" if code in units else "region" if code.endswith("00") else "zone"
        values = {name: cell for name, cell in row.items() if name not in AREA_COLUMNS and cell}
        areas.append(Area(code, row["county"], kind, part_of, values))
    return areas


def _region_of(row: dict[str, str], prefecture: str, province: str, prefectures: set[str]) -> str:
    """The region that counts a county or zone: the prefecture of its code, else the one that it stands under."""
    own = row["code"][:4] + "00"
    if row["code"] and own in prefectures:
        return own
    if row["code"] and own in DIRECT_SUBTOTALS.values():
        return own
    if row["prefecture"] == row["county"] and row["code"]:
        return province
    return prefecture


def _unit_codes() -> set[str]:
    frame = read_csv(shipped_seeds() / "geography" / "assessment_frame.csv")
    return {row["unit_code"] for row in frame if (row["series_code"], row["assessment_year"]) == (SERIES, YEAR)}


def write_census_attributes(inbox: Path, names: tuple[str, ...] | None = None) -> Path:
    """Write the attributes (all, or those named) of units, regions and zones as one file of `inbox/unit_attribute`."""
    columns = tuple(CONTRACTS["unit_attribute"].column_names)
    rows = [
        tuple(record[column] for column in columns)
        for area in read_areas()
        for record in _attribute_records(area, names)
    ]
    return write_csv(Path(inbox) / "unit_attribute" / "census_2020.csv", columns, rows)


def _attribute_records(area: Area, names: tuple[str, ...] | None) -> Iterator[dict[str, str | None]]:
    for name, value in area.values.items():
        if names is None or name in names:
            yield {
                "unit_code": area.code,
                "area_name": area.name,
                "area_kind": area.kind,
                "part_of_code": area.part_of or None,
                "attribute_code": name,
                "as_of": AS_OF,
                "value": value,
                "source_title": SOURCE,
                "licence": LICENCE,
                "evidence_url": ADDRESS,
                "provenance": "published",
            }


def write_census_observations(inbox: Path) -> Path:
    """Write the measures of the demonstration index for the units of the frame of 2020, computed from the table."""
    columns = tuple(CONTRACTS["observation"].column_names)
    table_hash = hashlib.sha256(TABLE.read_bytes()).hexdigest()
    rows = []
    for area in read_areas():
        if area.kind != "unit":
            continue
        for measure, (name, per) in MEASURES.items():
            value = _measure_value(area, name, per)
            record = dict.fromkeys(columns)
            record |= {
                "unit_code": area.code,
                "assessment_year": YEAR,
                "measure_code": measure,
                "value": value,
                "state": None if value is not None else "not_published",
                "channel": "secondary_source",
                "collection_mode": "online",
                "captured_at": PUBLISHED_AT,
                "evidence_url": ADDRESS,
                "evidence_hash": table_hash,
                "collector": COLLECTOR,
                "provenance": "published",
            }
            rows.append(tuple(record[column] for column in columns))
    return write_csv(Path(inbox) / "observation" / "census_observation_2020.csv", columns, rows)


def _measure_value(area: Area, name: str, per: str | None) -> str | None:
    """The measure as text; None where the table has no figure."""
    value = area.values.get(name)
    if per is None or value is None:
        return value
    whole = area.values.get(per)
    if whole is None or not Decimal(whole):
        return None
    return str((100 * Decimal(value) / Decimal(whole)).quantize(SHARE_DECIMALS))


def write_census_inbox(inbox: Path) -> list[Path]:
    """Write the attributes and the observations of the census index."""
    return [write_census_attributes(inbox), write_census_observations(inbox)]
