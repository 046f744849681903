"""The shipped seeds of the counties, cut down to one province or prefecture: its units and regions, and nothing of the
others. What an edition does not assess needs no row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from orchestration.errors import UsageError
from orchestration.seeds import Row
from orchestration.wording import Wording

Seeds = Mapping[str, list[Row]]
FRAME, REGION, EDITION = "geography/assessment_frame.csv", "geography/region.csv", "methodology/edition.csv"
SERIES, METHODS = "methodology/series.csv", "methodology/edition_methodology.csv"
PEERS, PEER_RULES = "attributes/peer_list.csv", "attributes/peer_rule.csv"
EXCEPTIONS = "attributes/attribute_total_exception.csv"
COUNTRY = Wording("中国", "China")
NO_REGION = Wording(
    "没有代码为 {code} 的省或市。请用省级或地级区划代码,如 520000(贵州省)、520100(贵阳市)。",
    "There is no province or prefecture {code}. Give the code of one, such as 520000 (贵州省) or 520100 (贵阳市).",
)


def cut_to(region_code: str, shipped: Seeds) -> dict[str, list[Row]]:
    """`shipped`, with the frame, the regions and the editions of `region_code` alone, which is their root.

    What was published of the nation is no figure of a part of it. Raises `UsageError` for a code that is no region
    below the root.
    """
    regions = _regions_within(region_code, shipped[REGION])
    if not regions:
        raise UsageError(NO_REGION.filled(code=region_code))
    within = {(row["assessment_year"], row["region_code"]) for row in regions}
    frame = [row for row in shipped[FRAME] if (row["assessment_year"], row["region_code"]) in within]
    years = {row["assessment_year"] for row in frame if row["is_included"] == "1"}
    name = Wording(regions[-1]["name_zh"], regions[-1]["name_en"])
    kept = {place: rows for place, rows in shipped.items() if not place.startswith("published/")}
    kept |= {
        FRAME: _of_years(frame, years),
        REGION: _of_years(regions, years),
        METHODS: _of_years(shipped[METHODS], years),
        EDITION: [_renamed(row, "title", name) for row in _of_years(shipped[EDITION], years)],
        SERIES: [_renamed(row, "name", name) for row in shipped[SERIES]],
    }
    units, places = {row["unit_code"] for row in frame}, {row["region_code"] for row in regions}
    kept[PEERS] = [row for row in shipped.get(PEERS, ()) if row["unit_code"] in units]
    listed = {row["peer_rule_code"] for row in kept[PEERS]}
    kept[PEER_RULES] = [
        row for row in shipped.get(PEER_RULES, ()) if row["rule_kind"] != "list" or row["peer_rule_code"] in listed
    ]
    kept[EXCEPTIONS] = [row for row in shipped.get(EXCEPTIONS, ()) if row["area_code"] in units | places]
    return {place: rows for place, rows in kept.items() if rows}


def _regions_within(region_code: str, regions: Iterable[Row]) -> list[Row]:
    """The region and all below it, edition by edition, itself last and without a region above."""
    rows = list(regions)
    within = {(row["assessment_year"], region_code) for row in rows if row["region_code"] == region_code}
    found: list[Row] = []
    reached = within
    while reached:
        below = [row for row in rows if (row["assessment_year"], row["parent_region_code"]) in reached]
        found = below + found
        reached = {(row["assessment_year"], row["region_code"]) for row in below}
    roots = [row for row in rows if row["region_code"] == region_code and row["parent_region_code"]]
    return found + [row | {"parent_region_code": ""} for row in roots] if roots else []


def _of_years(rows: Iterable[Row], years: set[str]) -> list[Row]:
    return [row for row in rows if row["assessment_year"] in years]


def _renamed(row: Row, stem: str, name: Wording) -> Row:
    """A title that names the part in place of the country."""
    zh, en = row[f"{stem}_zh"], row[f"{stem}_en"]
    return row | {
        f"{stem}_zh": f"{name.zh}{zh.removeprefix(COUNTRY.zh)}",
        f"{stem}_en": en.replace(COUNTRY.en, name.en) if COUNTRY.en in en else f"{en}, {name.en}",
    }
