"""A page per indicator: what it means, its rule, how the units spread over its marks, who is best and worst."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from orchestration.report import charts
from orchestration.report.document import Chart, ChartKind, Series
from orchestration.site.editions import Methodology, Row
from orchestration.site.page import Page
from orchestration.site.view import View

ENDS = 5
TENTHS = (*(f"{10 * tenth}–{10 * tenth + 9}%" for tenth in range(10)), "100%")
# Of what adds and deducts, such as events: it has no rate.
MARKS = ("< −5", "−5 – −2", "−2 – 0", "0", "0 – 2", "2 – 5", "> 5")


def indicator_pages(view: View) -> Iterator[Page]:
    editions = view.editions
    nodes = editions.by("indicator", "node_code")
    distributions = editions.by("indicator_distribution", "methodology_code", "node_code")
    ceilings = {(row["methodology_code"], row["node_code"]): row for row in editions.ask("indicator_ceiling")}
    regions = editions.by("indicator_region", "methodology_code", "node_code")
    measures = editions.by("indicator_measure", "methodology_code", "node_code")
    methods = editions.methodologies(editions.year)
    tree = sorted((rows[0] for rows in nodes.values()), key=lambda row: row["sort_path"])
    for node in tree:
        code = node["node_code"]
        if node["node_level"] == 0:
            continue
        by_method = []
        for method in methods:
            own = next((row for row in nodes[code] if row["methodology_code"] == method.code), None)
            if own is None:
                continue
            key = method.code, code
            caption = _caption(view, own, method)
            by_method.append(
                {
                    "methodology": method,
                    "node": own,
                    "ceiling": ceilings.get(key),
                    "measures": measures.get(key, []),
                    "best": regions.get(key, [])[:ENDS],
                    "worst": list(reversed(regions.get(key, [])[ENDS:][-ENDS:])),
                    "caption": caption,
                    "chart": _distribution_chart(view, own, caption, distributions.get(key, [])),
                }
            )
        above = [each for each in tree if each["node_code"] == node["parent_node_code"] and each["node_level"] > 0]
        below = [each for each in tree if each["parent_node_code"] == code]
        yield Page(
            view.address("indicator", code),
            "indicator.html",
            {"node": node, "above": above, "below": below, "by_method": by_method},
        )
    yield Page(view.page("indicators"), "indicators.html", {"nodes": [node for node in tree if node["node_level"] > 0]})
    yield Page(view.page("methodology"), "methodology.html", _methodology(view, nodes))


def _caption(view: View, node: Row, method: Methodology) -> str:
    key = "indicator.distribution" if node["is_base"] else "indicator.marks"
    return view.t(key, indicator=view.named(node), method=view.methodology_name(method))


def _distribution_chart(view: View, node: Row, caption: str, rows: list[Row]) -> str:
    counts = {row["class"]: row["unit_count"] for row in rows}
    if not counts:
        return ""
    classes = TENTHS if node["is_base"] else MARKS
    values = tuple(Decimal(counts.get(place, 0)) for place in range(len(classes)))
    series = Series(view.t("indicator.units"), values, tuple(view.count(value) for value in values))
    chart = Chart(ChartKind.bar, classes, (series,), caption, caption, "fct_indicator_score")
    return charts.draw(chart, view.language)


def _methodology(view: View, nodes: dict[Any, list[Row]]) -> dict[str, Any]:
    grades = view.editions.by("grade", "methodology_code")
    return {
        "methods": [
            (row, grades.get(row["methodology_code"], []))
            for row in view.editions.releases
            if row["assessment_year"] == view.editions.year
        ],
        "dimensions": sorted(
            (rows[0] for rows in nodes.values() if rows[0]["node_level"] == 1), key=lambda row: row["sort_path"]
        ),
    }
