"""The list that the look-up searches, as a script: it also loads where the site is opened from a disk.

A line per place: code, kind (u unit, r region), Chinese name, English name, where it lies in both languages, page, and
every further text by which it is found, divided by `|`.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence

from orchestration.site.editions import Editions, Row
from orchestration.site.regions import Regions

OTHER_KINDS = ("former_name_zh", "former_name_en", "former_code", "pinyin", "initials")


def lookup_script(editions: Editions, units: Sequence[Row], regions: Sequence[Row]) -> str:
    """`window.places = [...]`, in the order of codes, regions first."""
    texts = _texts(editions)
    holders = Regions(editions.ask("place_region"))
    lines = [
        _line(region["region_code"], "r", region, holders.holding(editions.year, region["parent_region_code"]), texts)
        for region in regions
    ]
    lines += [
        _line(unit["unit_code"], "u", unit, holders.holding(editions.year, unit["region_code"]), texts)
        for unit in units
    ]
    # A name with markup in it stays text even if somebody pastes the script into a page.
    rows = ",\n".join(json.dumps(line, ensure_ascii=False, separators=(",", ":")) for line in lines).replace(
        "<", "\\u003c"
    )
    return f"window.places=[\n{rows}\n];\n"


def _line(code: str, kind: str, place: Row, above: list[Row], texts: Mapping[tuple[str, str], list[str]]) -> list[str]:
    name_en = place["name_en"] or place["name_zh"]
    own = {place["name_zh"], name_en}
    others = [text for text in texts.get(("unit" if kind == "u" else "region", code), []) if text not in own]
    return [
        code,
        kind,
        place["name_zh"] or name_en,
        name_en,
        " ".join(region["name_zh"] or region["name_en"] for region in above),
        ", ".join(region["name_en"] or region["name_zh"] for region in reversed(above)),
        "|".join(others),
    ]


def _texts(editions: Editions) -> dict[tuple[str, str], list[str]]:
    """Further texts of each place; releases older than the mart of look-ups are found by code and name alone."""
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    if editions.has("place_lookup"):
        for row in editions.ask("place_lookup"):
            if (
                row["lookup_kind"] in OTHER_KINDS
                and row["lookup_text"] not in found[row["place_kind"], row["place_code"]]
            ):
                found[row["place_kind"], row["place_code"]].append(row["lookup_text"])
    return found


def former_codes(editions: Editions) -> dict[str, list[str]]:
    """By a code that no unit of the newest edition bears, the units that it went over to."""
    if not editions.has("place_lookup"):
        return {}
    rows = [row for row in editions.ask("place_lookup") if row["place_kind"] == "unit"]
    present = {row["lookup_text"] for row in rows if row["lookup_kind"] == "code"}
    found: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        if row["lookup_kind"] == "former_code" and row["lookup_text"] not in present:
            found[row["lookup_text"]].append(row["place_code"])
    return dict(sorted(found.items()))
