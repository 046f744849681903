"""What a unit's page tells as data: `data/unit/<code>.json` and `.csv`, the same for both languages."""

from __future__ import annotations

import io
import json
from decimal import Decimal
from typing import Any

from orchestration.site.editions import Editions, Row
from orchestration.site.page import SiteFolder, Written
from orchestration.writing.csv_rows import CsvRows

COLUMNS = (
    "methodology_code",
    "node_code",
    "node_level",
    "node_name_zh",
    "node_name_en",
    "full_mark",
    "score",
    "points",
    "points_lost",
    "status",
    "reason_zh",
    "reason_en",
)


def write_unit_data(editions: Editions, folder: SiteFolder, written: Written) -> None:
    """Every node of every methodology of the newest edition, unit by unit, headed by its composite and its release."""
    units = {unit["unit_code"]: unit for unit in editions.ask("unit")}
    scores = editions.by("unit_score", "unit_code")
    for code, nodes in editions.streamed("unit_data", "unit_code"):
        own = [row for row in scores.get(code, []) if row["assessment_year"] == editions.year]
        folder.write(f"data/unit/{code}.csv", _csv(nodes), written)
        folder.write(f"data/unit/{code}.json", _json(editions, units[code], own, nodes), written)


def _csv(nodes: list[Row]) -> str:
    text = io.StringIO()
    rows = CsvRows(text)
    rows.write(COLUMNS)
    rows.write_all([_plain(node[column]) for column in COLUMNS] for node in nodes)
    return "\ufeff" + text.getvalue()


def _json(editions: Editions, unit: Row, scores: list[Row], nodes: list[Row]) -> str:
    release = editions.newest
    content: dict[str, Any] = {
        "unit_code": unit["unit_code"],
        "name_zh": unit["name_zh"],
        "name_en": unit["name_en"],
        "assessment_year": editions.year,
        "release_id": release["release_id"],
        "data_kind": release["data_kind"],
        "scores": [
            {
                key: _plain(row[key])
                for key in (
                    "methodology_code",
                    "published_score",
                    "full_mark",
                    "published_base_score",
                    "base_full_mark",
                    "grade",
                    "is_ranked",
                    "rank_overall",
                    "ranked_unit_count_overall",
                    "rank_national",
                    "ranked_unit_count_national",
                    "rank_in_province",
                    "ranked_unit_count_in_province",
                    "coverage",
                )
            }
            for row in scores
        ],
        "nodes": [{column: _plain(node[column]) for column in COLUMNS} for node in nodes],
    }
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")) + "\n"


def _plain(value: Any) -> Any:
    """Numbers as the digits that they have: no binary fraction comes between the release and its reader."""
    if isinstance(value, Decimal):
        text = f"{value:f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    return value
