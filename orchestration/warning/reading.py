"""The warnings of a warehouse, as rows of `marts.warning`."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import duckdb

from orchestration.errors import UsageError
from orchestration.wording import Wording

# Of the series that data came in for: events raise warnings in editions without observations too.
EDITIONS = "select distinct assessment_year from marts.frame_place order by 1"
METHODOLOGIES = (
    "select methodology_code from marts.dim_methodology "
    "where series_code in (select series_code from marts.frame_place) order by 1"
)


@dataclass(frozen=True)
class EarlyWarning:
    """One row of `marts.warning`; days, and points or shares as exact decimals."""

    warning_code: str
    series_code: str
    assessment_year: int
    methodology_code: str
    unit_code: str
    unit_name_zh: str
    unit_name_en: str
    warning_kind: str
    warning_name_zh: str
    warning_name_en: str
    severity: str
    node_code: str
    subject_code: str
    value: Decimal | None
    threshold: Decimal | None
    first_seen: date
    last_seen: date
    cleared_on: date | None
    as_of: date
    text_zh: str
    text_en: str

    def as_record(self) -> dict[str, Any]:
        """For JSON: decimals and days as text."""
        return {
            name: cell if cell is None or isinstance(cell, (str, int)) else str(cell)
            for name, cell in asdict(self).items()
        }


def read_warnings(
    connection: duckdb.DuckDBPyConnection,
    *,
    year: int | None = None,
    region: str | None = None,
    methodology: str | None = None,
    only_open: bool = False,
) -> list[EarlyWarning]:
    """The warnings of the warehouse, the gravest and newest first; `region` is the code of a region or unit.

    Unless a methodology is named: those of the editions' primary ones, and what any other of the edition's says of
    vetoes and answers to events, each once. Raises `UsageError` where there are no warnings built, and for a year,
    region or methodology that there is not.
    """
    if not connection.execute(
        "select 1 from information_schema.tables where table_schema = 'marts' and table_name = 'warning'"
    ).fetchall():
        raise UsageError(
            Wording(
                "数据库中还没有预警:zhengxin run 建立。",
                "There are no warnings in the warehouse yet: zhengxin run builds them.",
            )
        )
    if year is not None:
        _require(connection, Wording(f"年度 {year}", f"edition {year}"), EDITIONS, year)
    if methodology is not None:
        _require(
            connection, Wording(f"方法 '{methodology}'", f"methodology '{methodology}'"), METHODOLOGIES, methodology
        )
    if region is not None:
        _require_region(connection, region)
    columns = ", ".join(f"warning.{name}" for name in EarlyWarning.__dataclass_fields__)
    found = connection.execute(
        f"""
        select {columns}
        from marts.warning as warning
        where ($year is null or warning.assessment_year = $year)
            and (
                warning.methodology_code = $methodology
                or (
                    $methodology is null
                    and (warning.is_primary_methodology or warning.warning_kind in ('veto', 'response_overdue'))
                )
            )
            and (warning.is_open or not $only_open)
            and (
                $region is null
                or (warning.series_code, warning.assessment_year, warning.unit_code) in (
                    select (series_code, assessment_year, place_code)
                    from marts.frame_place
                    where place_kind = 'unit' and within_code = $region
                )
            )
        qualify row_number() over (
            partition by
                warning.series_code,
                warning.assessment_year,
                warning.unit_code,
                warning.warning_kind,
                warning.subject_code,
                warning.first_seen
            order by warning.is_primary_methodology desc, warning.methodology_code
        ) = 1
        order by
            case warning.severity when 'high' then 1 when 'medium' then 2 else 3 end,
            warning.first_seen desc,
            warning.unit_code,
            warning.warning_code
        """,
        {"year": year, "region": region, "methodology": methodology, "only_open": only_open},
    ).fetchall()
    return [EarlyWarning(*row) for row in found]


def _require(connection: duckdb.DuckDBPyConnection, what: Wording, query: str, wanted: object) -> None:
    known = [name for (name,) in connection.execute(query).fetchall()]
    if wanted not in known:
        raise UsageError(
            Wording(
                f"没有{what.zh}。已有:{', '.join(map(str, known)) or '无'}。",
                f"There is no {what.en}. There are: {', '.join(map(str, known)) or 'none'}.",
            )
        )


def _require_region(connection: duckdb.DuckDBPyConnection, region: str) -> None:
    known = connection.execute("select 1 from marts.frame_place where place_code = $1 limit 1", [region])
    if not known.fetchall():
        raise UsageError(
            Wording(
                f"没有地区或单位 {region}:代码见 marts.dim_region 与 marts.dim_unit。",
                f"There is no region or unit {region}: codes stand in marts.dim_region and marts.dim_unit.",
            )
        )
