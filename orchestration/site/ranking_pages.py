"""A ranking of all units per edition and methodology: sorted and filtered in the browser, by rank without scripts."""

from __future__ import annotations

from collections.abc import Iterator

from orchestration.site.editions import Row
from orchestration.site.page import Page
from orchestration.site.view import View


def ranking_name(year: int, methodology_code: str) -> str:
    return f"{year}-{methodology_code}"


def ranking_pages(view: View) -> Iterator[Page]:
    editions = view.editions
    scores = editions.by("unit_score", "assessment_year", "methodology_code")
    dimensions = {
        (row["assessment_year"], row["methodology_code"], row["unit_code"], row["node_code"]): row
        for row in editions.ask("ranking_dimension")
    }
    units = {
        (row["assessment_year"], row["unit_code"]): {
            **row,
            "holders": view.regions.holding(row["assessment_year"], row["region_code"]),
        }
        for row in editions.ask("ranking_unit")
    }
    here = {row["unit_code"] for row in editions.ask("unit")}
    for year in editions.years:
        for methodology in editions.methodologies(year):
            nodes = _nodes(editions.ask("ranking_node", year=year, methodology=methodology.code))
            rows = [
                {
                    **score,
                    "unit": units[year, score["unit_code"]],
                    "top": next(iter(units[year, score["unit_code"]]["holders"]), None),
                    "marks": [
                        dimensions.get((year, methodology.code, score["unit_code"], node["node_code"]))
                        for node in nodes
                    ],
                    "has_page": score["unit_code"] in here,
                }
                for score in scores[year, methodology.code]
                if (year, score["unit_code"]) in units
            ]
            tops = {top["region_code"]: top for row in rows if (top := row["top"])}
            yield Page(
                view.address("ranking", ranking_name(year, methodology.code)),
                "ranking.html",
                {
                    "year": year,
                    "methodology": methodology,
                    "nodes": nodes,
                    "rows": rows,
                    "tops": [tops[code] for code in sorted(tops)],
                },
            )
    yield Page(view.page("ranking"), "rankings.html", {})


def _nodes(rows: list[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: row["sort_path"])
