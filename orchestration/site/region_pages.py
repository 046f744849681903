"""A page per region of the newest edition: its means and ranks, its map, what lies below it, its trend."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from orchestration.report import charts
from orchestration.report.charts.look import band_colours
from orchestration.report.document import Chart, ChartKind, MapKind, Series
from orchestration.report.score_map import score_bands
from orchestration.site.editions import Row
from orchestration.site.page import Page
from orchestration.site.view import View

MOVERS = 5


def region_pages(view: View) -> Iterator[Page]:
    """The regions' own pages, and the home page, which shows the root."""
    facts = _Facts(view)
    for region in facts.regions.values():
        yield Page(view.address("region", region["region_code"]), "region.html", facts.of(region))
    yield Page(view.page("index"), "home.html", {**facts.of(facts.root), "movers": facts.movers()})


class _Facts:
    """All that region pages tell, read once and kept by region."""

    def __init__(self, view: View) -> None:
        editions = view.editions
        self.view, self.year, self.primary = view, editions.year, editions.primary
        self.regions = {region["region_code"]: region for region in editions.ask("region")}
        self.root = next(region for region in self.regions.values() if region["parent_region_code"] is None)
        self.scores = editions.by("region_score", "region_code", "methodology_code")
        self.root_nodes = {
            row["methodology_code"]: row["node_code"]
            for rows in self.scores.values()
            for row in rows
            if row["node_level"] == 0
        }
        self.trends = editions.by("region_trend", "region_code", "node_code")
        self.units = editions.by("unit", "region_code")
        root = self.root["region_code"]
        self.areas = editions.by("map_area", "map_code", region=None, nation=root, methodology=self.primary)
        self.names = {unit["unit_code"]: unit for units in self.units.values() for unit in units}
        self.ranks = {(row["unit_code"], row["region_code"]): row["unit_rank"] for row in editions.ask("unit_place")}
        self.unit_scores = {
            row["unit_code"]: row
            for row in editions.ask("unit_score")
            if (row["assessment_year"], row["methodology_code"]) == (self.year, self.primary)
        }

    def of(self, region: Row) -> dict[str, Any]:
        code = region["region_code"]
        below = [self.regions[each] for each in self.regions if self.regions[each]["parent_region_code"] == code]
        below.sort(key=lambda each: (self._rank(each), each["region_code"]))
        units = self._units_of(code)
        scores = self.scores.get((code, self.primary), [])
        return {
            "region": region,
            "is_root": region["parent_region_code"] is None,
            "above": self.view.regions.holding(self.year, region["parent_region_code"]),
            "scores": scores,
            "root_node": self.root_nodes.get(self.primary),
            "composite": self._composite(code),
            "root_composite": self._composite(self.root["region_code"]),
            "others": [
                (method, self._composite(code, method.code))
                for method in self.view.editions.methodologies(self.year)
                if not method.is_primary
            ],
            "below": [(each, self._by_node(each["region_code"])) for each in below],
            "units": units if region["parent_region_code"] is not None else [],
            "ranks": {unit["unit_code"]: self.ranks.get((unit["unit_code"], code)) for unit, _ in units},
            "map": self._map(region, below, units),
            "trend": self._trend(code),
            "trend_chart": self._trend_chart(region),
            "profile_chart": self._profile_chart(region, scores),
        }

    def movers(self) -> tuple[list[Row], list[Row]]:
        """Units with the largest gains and losses of score against the edition before."""
        rows = [
            {**row, "unit": unit, "places": self.view.places(self.year, unit["region_code"])}
            for row in self.view.editions.ask("mover")
            for unit in [self.names[row["unit_code"]]]
        ]
        gains = [row for row in rows if row["change_from_previous"] > 0][:MOVERS]
        losses = [row for row in reversed(rows) if row["change_from_previous"] < 0][:MOVERS]
        return gains, losses

    def _composite(self, code: str, method: str | None = None) -> Row | None:
        rows = self.scores.get((code, method or self.primary), [])
        return next((row for row in rows if row["node_level"] == 0), None)

    def _trend(self, code: str) -> list[Row]:
        return self.trends.get((code, self.root_nodes.get(self.primary)), [])

    def _by_node(self, code: str) -> dict[str, Row]:
        return {row["node_code"]: row for row in self.scores.get((code, self.primary), [])}

    def _rank(self, region: Row) -> tuple[bool, int]:
        composite = self._composite(region["region_code"])
        rank = composite["rank_within_parent"] if composite else None
        return rank is None, rank or 0

    def _units_of(self, code: str) -> list[tuple[Row, Row | None]]:
        """The region's units with their scores, best first."""
        codes = {code}
        for region in self.regions.values():
            if region["parent_region_code"] in codes:
                codes.add(region["region_code"])
        units = [unit for each in sorted(codes) for unit in self.units.get(each, [])]
        found = [(unit, self.unit_scores.get(unit["unit_code"])) for unit in units]
        return sorted(found, key=_best_first)

    def _map(self, region: Row, below: list[Row], units: list[tuple[Row, Row | None]]) -> dict[str, Any] | None:
        drawing = self.view.drawings.get(region["region_code"])
        if drawing is None:
            return None
        view = self.view
        shown: dict[str, tuple[str, str, Decimal | None]] = {}
        if region["region_level"] == MapKind.nation:
            for each in below:
                composite = self._composite(each["region_code"])
                mean = composite["mean_of_units"] if composite else None
                shown[each["region_code"]] = view.named(each), view.address("region", each["region_code"]), mean
        else:
            for unit, score in units:
                value = score["score"] if score else None
                shown[unit["unit_code"]] = view.named(unit), view.address("unit", unit["unit_code"]), value
        banded = {row["area_code"]: row for row in self.areas.get(region["region_code"], [])}
        first = next(iter(banded.values()), None)
        bands = score_bands(first["step"], first["top_step"], first["band_count"]) if first else ()
        colours = band_colours(len(bands)) if bands else []

        def coloured(areas: tuple[tuple[str | None, str], ...]) -> list[dict[str, Any]]:
            found = []
            for code, path in areas:
                name, address, value = shown.get(code or "", ("", "", None))
                fill = None if value is None or code not in banded else colours[banded[code]["band"]]
                text = f"{name} {view.score(value)}" if name and value is not None else name
                found.append({"path": path, "fill": fill, "title": text, "address": address})
            return found

        return {
            "drawing": drawing,
            "areas": coloured(drawing.areas),
            "inset": coloured(drawing.inset.areas) if drawing.inset else [],
            "labels": drawing.labels[view.language],
            "legend": list(zip([band.label for band in bands], colours, strict=True)),
        }

    def _trend_chart(self, region: Row) -> str:
        rows = self._trend(region["region_code"])
        if len(rows) < 2:
            return ""
        view, years = self.view, tuple(str(row["assessment_year"]) for row in rows)
        series = [self._trend_series(rows, view.named(region), "subject")]
        root = self._trend(self.root["region_code"])
        if region is not self.root and len(root) == len(rows):
            series.append(self._trend_series(root, view.named(self.root), "reference"))
        caption = view.t("region.trend_caption", region=view.named(region))
        return charts.draw(Chart(ChartKind.line, years, tuple(series), caption, caption, "region_trend"), view.language)

    def _trend_series(self, rows: list[Row], name: str, role: str) -> Series:
        values = tuple(row["score"] for row in rows)
        return Series(name, values, tuple(self.view.score(value) for value in values), role)

    def _profile_chart(self, region: Row, scores: list[Row]) -> str:
        """Dimensions by score rate beside the root's; the base dimensions only, whose scales begin at zero."""
        view = self.view
        root = {row["node_code"]: row for row in self.scores.get((self.root["region_code"], self.primary), [])}
        rows = [
            row
            for row in scores
            if row["node_level"] == 1 and row["is_base"] and row["mean_of_units"] is not None and row["full_mark"]
        ]
        if len(rows) < 2 or region is self.root:
            return ""
        caption = view.t("region.profile_caption", region=view.named(region))

        def series(name: str, members: list[Row], role: str) -> Series:
            rates = tuple(100 * row["mean_of_units"] / row["full_mark"] for row in members)
            return Series(name, rates, tuple(view.rate(rate / 100) for rate in rates), role)

        own = series(view.named(region), rows, "subject")
        reference = series(view.named(self.root), [root[row["node_code"]] for row in rows], "reference")
        names = tuple(view.named(row) for row in rows)
        return charts.draw(
            Chart(ChartKind.dot, names, (own, reference), caption, caption, "region_score"), view.language
        )


def _best_first(pair: tuple[Row, Row | None]) -> tuple[bool, Decimal, str]:
    unit, score = pair
    value = score["score"] if score else None
    return value is None, -(value or Decimal(0)), unit["unit_code"]
