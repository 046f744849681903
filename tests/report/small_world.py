"""A small country with all that a report must survive, scored by the real models, as a release file.

Guizhou has two prefectures: Guiyang with four units and Liupanshui with one that nobody could score; Beijing has units
directly below it; Qinghai has one unit only, whose name is very long. Nothing else of the frame is there, and of the
regions no prefecture of another province.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import duckdb

from orchestration.home import shipped_seeds
from tests.methodology.reference_scorer import world_from_csv_seeds
from tests.methodology.world_warehouse import build_warehouse

YEAR = 2019
SERIES = "county_integrity"
NATION, GUIZHOU, BEIJING, QINGHAI, GUIYANG = "000000", "520000", "110000", "630000", "520100"
WITH_UNITS = (GUIZHOU, BEIJING, QINGHAI)
PLAIN, WITHOUT_EVENTS, WITHOUT_A_DIMENSION, LOST_A_LOT = "520102", "520103", "520111", "520112"
NEVER_SCORED, LONG_NAMED = "520201", "630102"
DIRECT = ("110101", "110102")
LONG_NAME_ZH = "某某族某某族某某族某某族自治县高新技术产业开发区与综合保税区联合管理委员会"
LONG_NAME_EN = (
    "The Joint Administrative Committee of the High-Technology Development Zone and Bonded Area of Long-Named County"
)
UNITS = (PLAIN, WITHOUT_EVENTS, WITHOUT_A_DIMENSION, LOST_A_LOT, NEVER_SCORED, LONG_NAMED, *DIRECT)
CAPTURED_AT = datetime(2020, 3, 1, 9, 0)


def build_release(folder: Path) -> Path:
    """Score the world below `folder` and return its release file."""
    warehouse = build_warehouse(small_world(), folder)
    return release_file_of(warehouse, folder / f"zhengxin-{YEAR}-r1.duckdb")


def release_file_of(warehouse: Path, target: Path) -> Path:
    """The marts of the edition in a file of their own, without those that only internal readers see."""
    with duckdb.connect(str(target)) as connection:
        connection.execute(f"attach '{warehouse}' as warehouse (read_only)")
        connection.execute("create schema marts")
        tables = connection.execute(
            "select table_name from duckdb_tables() where database_name = 'warehouse' and schema_name = 'marts'"
        ).fetchall()
        for (table,) in tables:
            if table not in ("quarantined_row", "verification_queue", "score_trace"):
                connection.execute(
                    f"create table marts.{table} as from warehouse.marts.{table} {_edition(connection, table)}"
                )
        connection.execute(
            "update marts.release_info set release_id = '2019-r1', revision_number = 1, release_note = 'first', "
            "released_at = timestamp '2020-07-05 10:00:00', git_revision = '0123456789'"
        )
    return target


def _edition(connection: duckdb.DuckDBPyConnection, table: str) -> str:
    columns = {name for name, *_ in connection.execute(f"describe warehouse.marts.{table}").fetchall()}
    wanted = {"series_code": f"'{SERIES}'", "assessment_year": str(YEAR)}
    conditions = [f"{column} = {value}" for column, value in wanted.items() if column in columns]
    return f"where {' and '.join(conditions)}" if conditions else ""


def small_world() -> dict[str, list[dict]]:
    world: dict[str, list[dict]] = world_from_csv_seeds(shipped_seeds())
    world["assessment_frame"] = [_unit(row) for row in world["assessment_frame"] if _is_here(row)]
    world["region"] = [row for row in world["region"] if _is_of_the_country(row)]
    measures = [row for row in world["measure"] if row["series_code"] == SERIES and row["value_kind"] != "event_points"]
    world["observation"] = list(_observations(measures))
    world["opinion_event"] = _events()
    return world


def _is_here(row: dict) -> bool:
    return row["series_code"] == SERIES and row["assessment_year"] == str(YEAR) and row["unit_code"] in UNITS


def _is_of_the_country(row: dict) -> bool:
    """The nation, its provinces, and the prefectures of those that have units: the others have nothing to show."""
    is_edition = (row["series_code"], row["assessment_year"]) == (SERIES, str(YEAR))
    return is_edition and (row["region_level"] != "prefecture" or row["parent_region_code"] in WITH_UNITS)


def _unit(row: dict) -> dict:
    names = {"name_zh": LONG_NAME_ZH, "name_en": LONG_NAME_EN} if row["unit_code"] == LONG_NAMED else {}
    return {**row, **names}


def _observations(measures: list[dict]) -> Iterator[dict]:
    for unit_code in UNITS:
        for number, measure in enumerate(measures):
            yield {
                "series_code": SERIES,
                "unit_code": unit_code,
                "unit_code_received": unit_code,
                "assessment_year": YEAR,
                "measure_code": measure["measure_code"],
                **_reading(unit_code, measure, number),
                "channel": "government_disclosure",
                "collection_mode": "online",
                "captured_at": CAPTURED_AT,
                "evidence_url": f"https://example.invalid/{unit_code}/{measure['measure_code']}",
                "collector": "tester",
                "provenance": "synthetic",
                "batch_id": "observations",
                "row_number": number + 2,
            }


def _reading(unit_code: str, measure: dict, number: int) -> dict:
    """What was found: most units do well, one loses a lot, one dimension and one unit were not collected at all."""
    code = measure["measure_code"]
    if unit_code == NEVER_SCORED or (unit_code == WITHOUT_A_DIMENSION and code.startswith("T")):
        return {"value": None, "state": "not_collected"}
    if unit_code == LOST_A_LOT and number % 2:
        return {"value": None, "state": "not_published"}
    good = measure["upper_bound"] if measure["direction"] == "higher_better" else measure["lower_bound"]
    return {"value": good or "10", "state": "observed"}


def _events() -> list[dict]:
    common = {
        "series_code": SERIES,
        "assessment_year": YEAR,
        "reach": "local",
        "captured_at": CAPTURED_AT,
        "collector": "tester",
        "provenance": "synthetic",
        "batch_id": "events",
    }
    answered = {"response_at": datetime(2019, 5, 1, 20, 0), "response_kind": "targeted"}
    negative = {"polarity": "negative", "topic": "default_or_discipline", "responsibility": "found"}
    positive = {"polarity": "positive", "topic": "award_or_pilot", "severity": "national", "responsibility": "found"}
    at = {"event_date": "2019-05-01", "reported_at": datetime(2019, 5, 1, 8, 0)}
    rows = [
        {"unit_code": PLAIN, **positive, **at, "headline": "列入国家级试点"},
        {"unit_code": PLAIN, **negative, **at, "severity": "ordinary", "headline": "被列入失信名单", **answered,
         "responsible_body": "财政局", "responder": "宣传部"},
        {"unit_code": LOST_A_LOT, **negative, **at, "severity": "particularly_major", "headline": "重大违约",
         "responsible_body": "财政局", "response_kind": "none"},
        {"unit_code": LOST_A_LOT, **negative, **at, "severity": "major", "headline": "拖欠账款",
         "responsible_body": "财政局", "response_kind": "none"},
    ]  # fmt: skip
    return [
        {
            **common,
            **row,
            "unit_code_received": row["unit_code"],
            "cluster_code": f"event-{number}",
            "row_number": number + 2,
        }
        for number, row in enumerate(rows)
    ]
