"""The lists that people choose from when they fill in a file: units, measures, topics, officers and roles.

Read from the seeds for the template and for headers that name measures; the checks have their own reading of the seeds
(`reference`). A list whose seed is missing, or lacks its names, is empty: a template without lists still lands.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_REMARK = re.compile(r"[((][^()()]*[))]$")


@dataclass(frozen=True)
class Choices:
    """A list: its sheet's title in the template, the names of its columns, and its rows, the code first."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def choices_of(seeds: Path, column: str) -> Choices | None:
    """The list from which a column of any contract takes its codes; None where there is none, or an empty one."""
    find = _LISTS.get(column)
    found = find(seeds) if find else None
    return found if found and found.rows else None


def measure_labels(seeds: Path) -> dict[str, str]:
    """Labels of measures in headers, each with its measure code: the code, and each name that is one measure's alone,
    with and without the remark in brackets at its end."""
    rows = list(_rows(seeds / "methodology" / "measure.csv"))
    labels = [
        (label, row["measure_code"])
        for row in rows
        for name in (row.get("name_zh"), row.get("name_en"))
        if name
        for label in dict.fromkeys((name, _REMARK.sub("", name)))
    ]
    uses = Counter(label for label, _ in labels)
    return {label: code for label, code in labels if uses[label] == 1} | {
        row["measure_code"]: row["measure_code"] for row in rows if row.get("measure_code")
    }


def _units(seeds: Path) -> Choices:
    """The units of the latest edition of each series, with the province and prefecture that they lie in, or, of units
    that no history of divisions knows, the region."""
    frame = list(_rows(seeds / "geography" / "assessment_frame.csv"))
    latest: dict[str, str] = {}
    for row in frame:
        latest[row["series_code"]] = max(latest.get(row["series_code"], ""), row["assessment_year"])
    units = [
        row
        for row in frame
        if row["assessment_year"] == latest[row["series_code"]] and row.get("is_included", "1") == "1"
    ]
    places: dict[str, tuple[str, ...]] = {
        row.get("code", ""): (row.get("province_name", ""), row.get("prefecture_name", ""))
        for row in _rows(seeds / "geography" / "division_history.csv")
    }
    columns: tuple[str, ...] = ("省 province", "市州 prefecture")
    if not any(row["unit_code"] in places for row in units):
        columns = ("地区 region",)
        regions = {
            (row["series_code"], row["assessment_year"], row["region_code"]): _name(row)
            for row in _rows(seeds / "geography" / "region.csv")
        }
        places = {
            row["unit_code"]: (regions.get((row["series_code"], row["assessment_year"], row["region_code"]), ""),)
            for row in units
        }
    nowhere = ("",) * len(columns)
    return Choices(
        "清单 units",
        ("单位代码 unit_code", "名称 name", *columns),
        tuple((row["unit_code"], _name(row), *places.get(row["unit_code"], nowhere)) for row in units),
    )


def _name(row: dict[str, str]) -> str:
    """The name in Chinese, else in English."""
    return row.get("name_zh") or row.get("name_en") or ""


def _measures(seeds: Path) -> Choices:
    return Choices(
        "清单 measures",
        ("测量项代码 measure_code", "名称 name", "name", "计量单位 unit", "下限 from", "上限 to"),
        tuple(
            tuple(
                row.get(name, "") or ""
                for name in ("measure_code", "name_zh", "name_en", "measurement_unit", "lower_bound", "upper_bound")
            )
            for row in _rows(seeds / "methodology" / "measure.csv")
            if row.get("value_kind") != "event_points"
        ),
    )


def _topics(seeds: Path) -> Choices:
    rows = _rows(seeds / "methodology" / "event_topic.csv")
    found = {
        row["topic"]: (row["topic"], row.get("name_zh", ""), row.get("name_en", ""), row.get("polarity", ""))
        for row in rows
    }
    columns = ("主题代码 topic", "名称 name", "name", "正负面 polarity")
    return Choices("清单 topics", columns, tuple(found.values()))


def _officers(seeds: Path) -> Choices:
    return Choices(
        "清单 officers",
        ("经办人代码 officer_code", "职责代码 role_code"),
        tuple(
            (row["officer_code"], row.get("role_code", ""))
            for row in _rows(seeds / "decisions" / "decision_officer.csv")
        ),
    )


def _roles(seeds: Path) -> Choices:
    return Choices(
        "清单 roles",
        ("职责代码 role_code", "名称 name", "name"),
        tuple(
            (row["role_code"], row.get("name_zh", ""), row.get("name_en", ""))
            for row in _rows(seeds / "decisions" / "decision_role.csv")
        ),
    )


_LISTS = {
    "unit_code": _units,
    "measure_code": _measures,
    "topic": _topics,
    "officer_code": _officers,
    "role_code": _roles,
}


def _rows(path: Path) -> Iterator[dict[str, str]]:
    try:
        with path.open(encoding="utf-8", newline="") as file:
            yield from csv.DictReader(file)
    except FileNotFoundError:
        return
