"""The verification queue of a warehouse, item by item in the order in which to verify."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

import duckdb

from orchestration.errors import UsageError
from orchestration.wording import Wording


@dataclass(frozen=True)
class QueueItem:
    """One row of `marts.verification_list`; `score_weight` in points of the composite, times in China Standard Time."""

    priority: int
    subject: str
    unit_code: str
    unit_name_zh: str
    subject_code: str
    subject_name_zh: str
    reasons: str
    reasons_zh: str
    detail_zh: str | None
    score_weight: Decimal
    value: Decimal | None
    state: str | None
    channel: str | None
    captured_at: datetime | None
    evidence_url: str | None


def read_queue(
    connection: duckdb.DuckDBPyConnection, year: int, region: str | None = None, limit: int | None = None
) -> list[QueueItem]:
    """The items of an edition, below a region or of a unit (a code) if one is given; the first `limit` of them.

    Raises `UsageError` where the edition has not been built, or the region is not in it.
    """
    built = "select 1 from information_schema.tables where table_schema = 'marts' and table_name = 'verification_list'"
    if not connection.execute(built).fetchall():
        raise UsageError(
            Wording(
                "数据库中还没有核查清单:zhengxin run 建立。",
                "There is no verification queue in the warehouse yet: zhengxin run builds it.",
            )
        )
    editions = [
        found for (found,) in connection.execute("select distinct assessment_year from marts.release_info").fetchall()
    ]
    if year not in editions:
        named = ", ".join(map(str, sorted(editions))) or "none"
        raise UsageError(
            Wording(
                f"{year} 年度尚未计分(已有:{', '.join(map(str, sorted(editions))) or '无'}):zhengxin run {year}。",
                f"The edition {year} has not been scored (there are: {named}): zhengxin run {year}.",
            )
        )
    known = "select 1 from marts.frame_place where assessment_year = $1 and place_code = $2 limit 1"
    if region is not None and not connection.execute(known, [year, region]).fetchall():
        raise UsageError(
            Wording(
                f"{year} 年度没有地区或单位 {region}:见 marts.dim_region。",
                f"There is no region or unit {region} in the edition {year}: see marts.dim_region.",
            )
        )
    columns = ", ".join(f"items.{name}" for name in QueueItem.__dataclass_fields__)
    found = connection.execute(
        f"""
        select {columns}
        from marts.verification_list as items
        where items.assessment_year = $year
            and (
                $region is null
                or (items.series_code, items.assessment_year, items.unit_code) in (
                    select (series_code, assessment_year, place_code)
                    from marts.frame_place
                    where place_kind = 'unit' and within_code = $region
                )
            )
        order by items.series_code, items.priority
        limit coalesce($limit, 9223372036854775807)
        """,
        {"year": year, "region": region, "limit": limit},
    ).fetchall()
    return [QueueItem(*row) for row in found]
