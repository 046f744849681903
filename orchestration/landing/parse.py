"""From text to typed values, column by column. Each distinct text is read once, so large files cost little.

Times without an offset are China Standard Time; times with one are converted to it. All times are kept naive.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable
from decimal import Decimal

import numpy as np
import pandas as pd

from orchestration.landing.contracts.definition import DECIMAL_PRECISION, DECIMAL_SCALE, Kind

CHINA_STANDARD_TIME = datetime.timezone(datetime.timedelta(hours=8))

WELL_FORMED, MALFORMED, TOO_PRECISE = "well_formed", "malformed", "too_precise"

INTEGER = re.compile(r"([+-]?[0-9]{1,9})(?:\.0+)?", re.ASCII)
DECIMAL = re.compile(r"([+-]?)([0-9]*)(?:\.([0-9]*))?", re.ASCII)
DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
TIMESTAMP = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[T ]([0-9]{2}:[0-9]{2})(:[0-9]{2})?(?:\.[0-9]+)?[ ]?(Z|[+-][0-9]{2}:?[0-9]{2})?)?",
    re.ASCII,
)
# Excel stores a day as the number of days since 1899-12-30; these lie in 1954 to 2119.
SERIAL_DAY = re.compile(r"([2-7][0-9]{4})(?:\.[0-9]+)?", re.ASCII)
FIRST_SERIAL_DAY = datetime.date(1899, 12, 30)
# Years that a pandas time of microseconds and a DuckDB timestamp both hold, and that a person may mean.
FIRST_YEAR, LAST_YEAR = 1900, 2199

Parsed = tuple[object, str]


def parse_column(kind: Kind, texts: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Return (values, forms) for a column of text.

    Values: objects of int or Decimal, or datetime64[us] for dates and times; missing where the text is blank or cannot
    be read. Forms: well_formed, malformed or too_precise; missing where the text is blank.
    """
    parse, dtype = _PARSERS[kind]
    codes, distinct = pd.factorize(texts)
    parsed = [parse(text) for text in distinct]
    values = np.array([value for value, _ in parsed] + [None], dtype=object)[codes]
    forms = np.array([form for _, form in parsed] + [None], dtype=object)[codes]
    return pd.Series(values, index=texts.index, dtype=dtype), pd.Series(forms, index=texts.index, dtype="str")


def _integer(text: str) -> Parsed:
    match = INTEGER.fullmatch(text)
    return (int(match[1]), WELL_FORMED) if match else (None, MALFORMED)


def _decimal(text: str) -> Parsed:
    match = DECIMAL.fullmatch(text)
    if not match or not (match[2] or match[3]):
        return None, MALFORMED
    whole, fraction = match[2].lstrip("0"), (match[3] or "").rstrip("0")
    if len(whole) > DECIMAL_PRECISION - DECIMAL_SCALE:
        return None, MALFORMED
    if len(fraction) > DECIMAL_SCALE:
        return None, TOO_PRECISE
    return Decimal(f"{match[1]}{whole or '0'}" + (f".{fraction}" if fraction else "")), WELL_FORMED


def _date(text: str) -> Parsed:
    if not DATE.fullmatch(text):
        # A date column of a workbook or a Parquet file may carry a time of midnight.
        value, form = _timestamp(text)
        return (value, form) if form == WELL_FORMED and value.time() == datetime.time() else (None, MALFORMED)
    return _timestamp(text)


def _timestamp(text: str) -> Parsed:
    match = TIMESTAMP.fullmatch(text)
    if not match:
        return None, MALFORMED
    day, minute, second, offset = match.groups()
    try:
        value = datetime.datetime.fromisoformat(f"{day}T{minute or '00:00'}{second or ':00'}")
        if offset and offset != "Z":
            offset = offset if ":" in offset else f"{offset[:3]}:{offset[3:]}"
            value = datetime.datetime.fromisoformat(f"{value.isoformat()}{offset}")
        elif offset:
            value = value.replace(tzinfo=datetime.UTC)
        if value.tzinfo:
            value = value.astimezone(CHINA_STANDARD_TIME).replace(tzinfo=None)
    except (ValueError, OverflowError):
        return None, MALFORMED
    return (value, WELL_FORMED) if FIRST_YEAR <= value.year <= LAST_YEAR else (None, MALFORMED)


def serial_day(text: str) -> datetime.date | None:
    """The day that a number in place of a date or time is in Excel, None for other text."""
    match = SERIAL_DAY.fullmatch(text)
    return FIRST_SERIAL_DAY + datetime.timedelta(days=int(match[1])) if match else None


_PARSERS: dict[str, tuple[Callable[[str], Parsed], object]] = {
    "integer": (_integer, object),
    "decimal": (_decimal, object),
    "date": (_date, "datetime64[us]"),
    "timestamp": (_timestamp, "datetime64[us]"),
}
