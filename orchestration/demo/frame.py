"""What the generator reads of the seeds: units of each edition, measures, the tree of `presence`, the event factors."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from pathlib import Path

from orchestration.home import shipped_seeds

SERIES = "county_integrity"
# Calibrated as a whole: an edition that ships without observations draws nothing.
YEARS = (2017, 2018, 2019)
GUIZHOU = "520000"
METHODOLOGY = "presence"


def read_csv(path: Path) -> Iterator[dict[str, str]]:
    """Rows of a CSV file in UTF-8 with a header, as text."""
    with path.open(encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines)


@dataclass(frozen=True)
class Unit:
    """One assessed unit of one edition.

    `identity` is the code that the unit has come to carry in the latest edition, the same in every edition.
    `other_code` is the code that the same unit carries in a neighbouring edition, where that differs.
    """

    code: str
    name: str
    province: str
    prefecture: str
    identity: str
    other_code: str | None


@dataclass(frozen=True)
class Measure:
    """One measure that is observed. `is_scored` is false for context counts; bounds are in hundredths."""

    code: str
    channel: str
    page: str
    is_percentage: bool
    is_whole: bool
    lower_hundredths: int
    upper_hundredths: int
    is_scored: bool


@dataclass(frozen=True)
class Leaf:
    """A leaf of the base: full mark, and (index of the measure, weight as a share, earned by any value)."""

    full_mark: float
    rules: tuple[tuple[int, float, bool], ...]


@dataclass(frozen=True)
class Group:
    """A second-level node: its leaves and the least coverage at which it has a score."""

    full_mark: float
    min_coverage: float
    leaves: tuple[Leaf, ...]


@dataclass(frozen=True)
class Dimension:
    """A first-level node of the base."""

    code: str
    full_mark: float
    groups: tuple[Group, ...]

    @property
    def measures(self) -> list[int]:
        return [rule[0] for group in self.groups for leaf in group.leaves for rule in leaf.rules]


class Frame:
    """The seeds of the county series, as far as the generator needs them."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or shipped_seeds()

    def _rows(self, name: str) -> Iterator[dict[str, str]]:
        return read_csv(self.folder / name)

    @cached_property
    def units(self) -> dict[int, dict[str, list[Unit]]]:
        """Included units by year of the demo and province, in the order of their codes."""
        codes: dict[int, set[str]] = defaultdict(set)
        included = []
        for row in self._rows("geography/assessment_frame.csv"):
            if row["series_code"] != SERIES or int(row["assessment_year"]) not in YEARS:
                continue
            codes[int(row["assessment_year"])].add(row["unit_code"])
            if row["is_included"] == "1":
                included.append(row)
        follow = self._one_to_one_changes()
        units: dict[int, dict[str, list[Unit]]] = defaultdict(lambda: defaultdict(list))
        for row in sorted(included, key=lambda row: (row["assessment_year"], row["unit_code"])):
            year, code = int(row["assessment_year"]), row["unit_code"]
            identity, other_code = code, None
            for later in range(year + 1, max(codes) + 1):
                if identity not in codes[later]:
                    identity = follow.get(identity, identity)
                    other_code = other_code or (identity if later == year + 1 and identity in codes[later] else None)
            if other_code is None and code not in codes.get(year - 1, {code}):
                before = [old for old, new in follow.items() if new == code and old in codes[year - 1]]
                other_code = before[0] if len(before) == 1 else None
            province = code[:2] + "0000"
            units[year][province].append(Unit(code, row["name_zh"], province, row["region_code"], identity, other_code))
        return {year: dict(of_province) for year, of_province in units.items()}

    @property
    def all_units(self) -> list[Unit]:
        """Included units of all editions."""
        return [unit for of_province in self.units.values() for members in of_province.values() for unit in members]

    def _one_to_one_changes(self) -> dict[str, str]:
        """Old code → new code, where the old unit became exactly one new unit that has no other origin."""
        successors: dict[str, set[str]] = defaultdict(set)
        origins: dict[str, set[str]] = defaultdict(set)
        for row in self._rows("geography/division_change.csv"):
            if row["link_kind"] == "succeeds":
                successors[row["from_code"]].add(row["to_code"])
                origins[row["to_code"]].add(row["from_code"])
        return {
            old: next(iter(new))
            for old, new in successors.items()
            if len(new) == 1 and origins[next(iter(new))] == {old} and {old} != new
        }

    @cached_property
    def years(self) -> list[int]:
        return sorted(self.units)

    @cached_property
    def measures(self) -> list[Measure]:
        """Measures that are observed, in the order of the seed; a page is the second-level node that shows them."""
        scored = {row["measure_code"] for row in self._rows("methodology/measure_rule.csv")}
        return [
            Measure(
                code=row["measure_code"],
                channel=row["collection_channel"],
                page=row["measure_code"].split(".")[0],
                is_percentage=row["value_kind"] == "percentage",
                is_whole=row["is_whole_number"] == "1",
                lower_hundredths=int(Fraction(row["lower_bound"]) * 100),
                upper_hundredths=int(Fraction(row["upper_bound"]) * 100),
                is_scored=row["measure_code"] in scored,
            )
            for row in self._rows("methodology/measure.csv")
            if row["series_code"] == SERIES and row["value_kind"] != "event_points"
        ]

    @cached_property
    def measure_index(self) -> dict[str, int]:
        return {measure.code: index for index, measure in enumerate(self.measures)}

    @cached_property
    def _nodes(self) -> dict[str, list[dict[str, str]]]:
        methodologies = self._rows("methodology/methodology.csv")
        tree = next(row["tree_code"] for row in methodologies if row["methodology_code"] == METHODOLOGY)
        children: dict[str, list[dict[str, str]]] = defaultdict(list)
        for row in self._rows("methodology/node.csv"):
            if row["tree_code"] == tree:
                children[row["parent_node_code"]].append(row)
        return children

    @cached_property
    def dimensions(self) -> list[Dimension]:
        """The dimensions of the base under `presence`."""
        rules: dict[str, list[dict[str, str]]] = defaultdict(list)
        for row in self._rows("methodology/measure_rule.csv"):
            if row["methodology_code"] == METHODOLOGY:
                rules[row["node_code"]].append(row)

        def leaf(node: dict[str, str]) -> Leaf:
            total = sum(float(rule["weight"]) for rule in rules[node["node_code"]])
            return Leaf(
                float(node["full_mark"]),
                tuple(
                    (self.measure_index[r["measure_code"]], float(r["weight"]) / total, r["transform"] == "observed")
                    for r in rules[node["node_code"]]
                ),
            )

        def group(node: dict[str, str]) -> Group:
            return Group(
                float(node["full_mark"]),
                int(node["min_coverage_numerator"]) / int(node["min_coverage_denominator"]),
                tuple(leaf(child) for child in self._nodes[node["node_code"]]),
            )

        root = self._nodes[""][0]["node_code"]
        return [
            Dimension(
                node["node_code"],
                float(node["full_mark"]),
                tuple(group(child) for child in self._nodes[node["node_code"]]),
            )
            for node in self._nodes[root]
            if node["is_base"] == "1"
        ]

    @cached_property
    def event_factors(self) -> dict[tuple[str, str], Fraction]:
        """(factor kind, level) → factor."""
        return {
            (row["factor_kind"], row["factor_level"]): Fraction(row["factor_value"])
            for row in self._rows("methodology/event_factor.csv")
        }

    @cached_property
    def response_limit_hours(self) -> dict[str, int]:
        """Severity of a negative event → hours within which an answer is timely."""
        return {
            row["factor_level"]: int(row["limit_hours"])
            for row in self._rows("methodology/event_factor.csv")
            if row["factor_kind"] == "base_negative"
        }

    @cached_property
    def topic_nodes(self) -> dict[str, tuple[str, str]]:
        """Topic → (polarity, node)."""
        return {row["topic"]: (row["polarity"], row["node_code"]) for row in self._rows("methodology/event_topic.csv")}

    @cached_property
    def event_node_bounds(self) -> dict[str, tuple[Fraction, Fraction]]:
        """Event node → (least, greatest) points."""
        event_nodes = [
            row["node_code"]
            for row in self._rows("methodology/measure_rule.csv")
            if row["methodology_code"] == METHODOLOGY and row["rule_family"] == "event"
        ]
        return {
            row["node_code"]: (Fraction(row["min_mark"]), Fraction(row["full_mark"]))
            for rows in self._nodes.values()
            for row in rows
            if row["node_code"] in event_nodes
        }

    @cached_property
    def fault_node(self) -> str:
        """The node to which failed responses go."""
        return next(
            row["node_code"]
            for row in self._rows("methodology/measure_rule.csv")
            if row["methodology_code"] == METHODOLOGY and row["event_source"] == "response_fault"
        )
