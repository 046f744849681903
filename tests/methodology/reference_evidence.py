"""The derivation of measures from records a second time: plain Python over the rows of the seeds, record by record.

It shares nothing with the SQL. Records are mappings as they were accepted, in the order in which they were delivered;
of those with one key the last one counts, in the year of its day.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

Record = Mapping[str, Any]
SIX_DECIMALS = Decimal("0.000001")


@dataclass(frozen=True)
class Derived:
    """What a derivation gives for one unit and year."""

    among: int
    counted: int
    value: Decimal | None


def derive(
    records: Sequence[Record],
    seeds: Mapping[str, list[dict[str, str]]],
    kind: str,
    year: int,
    unit_of: Callable[[str], str | None],
) -> dict[tuple[str, str], Derived]:
    """Every derivation of a kind for the assessed `year`, by (unit, derivation code)."""
    [kind_row] = [row for row in seeds["evidence_kind"] if row["kind_code"] == kind]
    counted_once: dict[tuple, Record] = {}
    for record in records:
        key = tuple(record[name] for name in kind_row["key_columns"].split())
        counted_once[key] = record
    found = {}
    for rule in seeds["measure_derivation"]:
        if rule["kind_code"] != kind:
            continue
        in_window: dict[str, list[Record]] = {}
        for record in counted_once.values():
            unit, its_year = unit_of(record["unit_code"]), record[kind_row["date_column"]].year
            if unit and (its_year == year or (rule["time_window"] == "until" and its_year < year)):
                in_window.setdefault(unit, []).append(record)
        conditions = [
            row for row in seeds["measure_derivation_condition"] if row["derivation_code"] == rule["derivation_code"]
        ]
        for unit, own in in_window.items():
            found[unit, rule["derivation_code"]] = _derived(rule, conditions, own, date(year, 12, 31))
    return found


def _derived(rule: dict[str, str], conditions: list[dict[str, str]], records: list[Record], end: date) -> Derived:
    among = [record for record in records if _holds(conditions, "among", record, end)]
    counted = [record for record in among if _holds(conditions, "counted", record, end)]
    family = rule["family"]
    if family == "share_over_limit":
        among = [record for record in among if record[rule["value_column"]] is not None]
        limit = Decimal(rule["parameter"])
        counted = [record for record in among if record in counted and record[rule["value_column"]] > limit]
    value = None
    if len(among) >= int(rule["min_record_count"]):
        value = _value(rule, among, counted, end)
    return Derived(len(among), len(counted), None if value is None else _rounded(value))


def _value(rule: dict[str, str], among: list[Record], counted: list[Record], end: date) -> Fraction | None:
    family, column = rule["family"], rule["value_column"]
    if family in ("share", "share_over_limit"):
        return Fraction(100 * len(counted), len(among)) if among else None
    if family == "count":
        return Fraction(len(counted))
    if family in ("distinct_count", "lapsed_count"):
        fresh = {record[column] for record in counted} - {None}
        every = {record[column] for record in among} - {None}
        return Fraction(len(fresh if family == "distinct_count" else every - fresh))
    measured = [amount for record in counted if (amount := _amount(rule, record, end)) is not None]
    if not measured:
        return None
    if family == "largest_age":
        return Fraction(max(measured))
    if family == "days_late":
        return Fraction(max(0, *measured))
    return _quantile(measured, Fraction("0.5" if family == "median" else rule["parameter"]))


def _amount(rule: dict[str, str], record: Record, end: date) -> Fraction | None:
    """A column, or days; what is still open, or ended later, counts up to the end of the year."""
    if rule["value_column"]:
        amount = record[rule["value_column"]]
        return None if amount is None else Fraction(amount)
    ended = _day(record[rule["to_column"]]) if rule["to_column"] else end
    if rule["family"] in ("largest_age", "days_late"):
        ended = end if ended is None or ended > end else ended
    begun = _day(record[rule["from_column"]])
    return None if begun is None or ended is None else Fraction((ended - begun).days)


def _quantile(values: Iterable[Fraction], share: Fraction) -> Fraction:
    """Between the neighbouring values, in proportion."""
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    below = math.floor(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (place - below) * (ordered[above] - ordered[below])


def _holds(conditions: list[dict[str, str]], part: str, record: Record, end: date) -> bool:
    return all(_is_true(row, record, end) for row in conditions if row["part"] == part)


def _is_true(row: dict[str, str], record: Record, end: date) -> bool:
    cell, operand = record[row["column_name"]], row["operand"]
    operator = row["operator"]
    if operator == "is_filled":
        return cell is not None
    if operator == "is_blank":
        return cell is None
    if operator == "open_at_window_end":
        return cell is None or _day(cell) > end
    if cell is None:
        return False
    if operator in ("not_after_column", "after_column"):
        other = _day(record[operand])
        return other is not None and (_day(cell) > other) == (operator == "after_column")
    return {
        "equals": lambda: str(cell) == operand,
        "differs_from": lambda: str(cell) != operand,
        "one_of": lambda: cell in operand.split(),
        "at_least": lambda: cell >= Decimal(operand),
        "at_most": lambda: cell <= Decimal(operand),
        "by_window_end": lambda: _day(cell) <= end,
        "within_days_of_end": lambda: (end - _day(cell)).days <= int(operand),
    }[operator]()


def _day(moment: datetime | None) -> date | None:
    return moment and moment.date()


def _rounded(value: Fraction) -> Decimal:
    scaled = Decimal(value.numerator) / Decimal(value.denominator)
    return scaled.quantize(SIX_DECIMALS, rounding=ROUND_HALF_UP)
