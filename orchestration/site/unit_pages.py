"""A page per unit of the newest edition, one that points on for each code that went over to another, and the list of
all units by region for readers without scripts."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from orchestration.site.editions import Row
from orchestration.site.lookup import former_codes
from orchestration.site.page import Page
from orchestration.site.view import View

NEIGHBOURS = 2


def unit_pages(view: View) -> Iterator[Page]:
    facts = _Facts(view)
    for unit in facts.units:
        content = facts.of_assessed(unit) if unit["is_included"] else facts.of_excluded(unit)
        yield Page(
            view.address("unit", unit["unit_code"]), "unit.html" if unit["is_included"] else "excluded.html", content
        )
    for code, successors in former_codes(view.editions).items():
        targets = [facts.by_code[successor] for successor in successors if successor in facts.by_code]
        if targets:
            yield Page(view.address("unit", code), "moved.html", {"code": code, "targets": targets})
    yield Page(view.page("units"), "units.html", {"tops": facts.by_region()})


class _Facts:
    """All that unit pages tell, read once and kept by unit."""

    def __init__(self, view: View) -> None:
        editions = view.editions
        self.view, self.year, self.primary = view, editions.year, editions.primary
        self.units = editions.ask("unit")
        self.by_code = {unit["unit_code"]: unit for unit in self.units}
        self.regions = {region["region_code"]: region for region in editions.ask("region")}
        self.scores = editions.by("unit_score", "lineage_code")
        self.dimensions = editions.by("unit_dimension", "unit_code", "methodology_code")
        self.means = {
            (row["region_code"], row["methodology_code"], row["node_code"]): row["mean_of_units"]
            for row in editions.ask("region_score")
        }
        self.ranks = {(row["unit_code"], row["region_code"]): row for row in editions.ask("unit_place")}
        self.levers = editions.by("unit_lever", "unit_code", "methodology_code")
        self.nodes = editions.by("unit_node", "unit_code")
        self.events = editions.by("unit_event", "lineage_code")
        # A release has the history; a file that was only scored has not.
        self.history = (
            editions.by("unit_history", "lineage_code", "methodology_code") if editions.has("unit_history") else {}
        )
        self.warnings = editions.by("unit_warning", "unit_code") if editions.has("warning") else {}
        self.next = {row["unit_code"]: row for row in editions.ask("unit_next")}
        self.objections = editions.by("unit_objection", "unit_code") if editions.has("objection") else {}
        self.intervals = (
            {row["unit_code"]: row for row in editions.ask("rank_interval")} if editions.has("rank_interval") else {}
        )
        self.neighbours = self._neighbours()

    def of_assessed(self, unit: Row) -> dict[str, Any]:
        code, lineage = unit["unit_code"], unit["lineage_code"]
        scores = {(row["assessment_year"], row["methodology_code"]): row for row in self.scores.get(lineage, [])}
        methods = self.view.editions.methodologies(self.year)
        group = self._group(unit)
        return {
            "unit": unit,
            "places": self.places(unit),
            "group": group,
            "place": self._rank_in(group, code),
            "score": scores.get((self.year, self.primary)),
            "interval": self.intervals.get(code),
            "dimensions": [self._bar(row, group) for row in self.dimensions.get((code, self.primary), [])],
            "next": self.next.get(code),
            "levers": [(method, self.levers.get((code, method.code), [])) for method in methods],
            "nodes": self.nodes.get(code, []),
            "events": self.events.get(lineage, []),
            "warnings": self.warnings.get(code, []),
            "history": [(method, self.history.get((lineage, method.code), [])) for method in methods],
            "others": [(method, scores.get((self.year, method.code))) for method in methods if not method.is_primary],
            "neighbours": self.neighbours.get(code, []),
            "objections": self.objections.get(code, []),
        }

    def of_excluded(self, unit: Row) -> dict[str, Any]:
        return {"unit": unit, "places": self.places(unit)}

    def places(self, unit: Row) -> list[Row]:
        return self.view.regions.holding(self.year, unit["region_code"])

    def _group(self, unit: Row) -> Row | None:
        """The region directly below the whole that the unit is compared in; none where it lies in the whole itself."""
        return next(iter(self.places(unit)), None)

    def _rank_in(self, group: Row | None, code: str) -> Row | None:
        return self.ranks.get((code, group["region_code"])) if group else None

    def _bar(self, row: Row, group: Row | None) -> Row:
        """A dimension with its places on a bar of a hundred: where its scale begins below zero, zero is marked."""
        node = row["methodology_code"], row["node_code"]
        [root] = self._roots()
        means = {
            "group_mean": self.means.get((group["region_code"], *node)) if group else None,
            "whole_mean": self.means.get((root["region_code"], *node)),
        }
        at = {
            "at": row["score"],
            "zero": Decimal(0),
            "group_at": means["group_mean"],
            "whole_at": means["whole_mean"],
        }
        return row | means | {name: _place(value, row) for name, value in at.items()}

    def by_region(self) -> list[tuple[Row, list[tuple[Row, list[Row]]]]]:
        """The regions directly below the whole with those below them (or themselves) with their units."""
        held: dict[str, list[Row]] = {}
        for unit in self.units:
            held.setdefault(unit["region_code"], []).append(unit)
        tops = [region for region in self.regions.values() if self._is_top(region)]
        found = []
        for top in tops:
            inner = [region for region in self.regions.values() if region["parent_region_code"] == top["region_code"]]
            groups = [(region, held.get(region["region_code"], [])) for region in (*inner, top)]
            found.append((top, [(region, units) for region, units in groups if units]))
        # Units that lie directly in the whole: a district of an edition of one town, a country of the world.
        return found + [
            (root, [(root, held[root["region_code"]])]) for root in self._roots() if root["region_code"] in held
        ]

    def _roots(self) -> list[Row]:
        return [region for region in self.regions.values() if region["parent_region_code"] is None]

    def _is_top(self, region: Row) -> bool:
        parent = self.regions.get(region["parent_region_code"])
        return parent is not None and parent["parent_region_code"] is None

    def _neighbours(self) -> dict[str, list[Row]]:
        """By unit, the ranked units around it in its group, or in the whole where it has none, itself among them, best
        first."""
        ranked: dict[str | None, list[Row]] = {}
        for rows in self.scores.values():
            for row in rows:
                if (row["assessment_year"], row["methodology_code"]) == (self.year, self.primary) and row["is_ranked"]:
                    unit = self.by_code.get(row["unit_code"])
                    if unit is not None:
                        group = self._group(unit)
                        place = self._rank_in(group, row["unit_code"])
                        ranked.setdefault(group["region_code"] if group else None, []).append(
                            {**row, "rank_in_group": place and place["unit_rank"]}
                        )
        found = {}
        for rows in ranked.values():
            rows.sort(key=lambda row: (-row["score"], row["unit_code"]))
            for position, row in enumerate(rows):
                found[row["unit_code"]] = rows[max(0, position - NEIGHBOURS) : position + NEIGHBOURS + 1]
        return found


def _place(value: Decimal | None, row: Row) -> float | None:
    low, high = min(row["min_mark"] or Decimal(0), Decimal(0)), row["full_mark"]
    if value is None or not high or high == low:
        return None
    return round(float(100 * (min(max(value, low), high) - low) / (high - low)), 1)
