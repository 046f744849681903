"""How a measure is scored against the other units (`docs/methodology.md`, section 2), computed in plain Python.

It knows the variants of a world (`variant`, `variant_measure`, `measure_denominator`) and nothing of scores: values go
in by edition, unit and measure, rates in [0, 1] come out. Outliers are not treated here.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

Row = Mapping[str, Any]
# By edition and unit; None for a cell without a value.
Values = dict[tuple[int, str], Fraction | None]

FULL_AT_ONE = (
    "percentile_rank",
    "fraction_of_maximum",
    "distance_to_maximum",
    "distance_to_reference",
    "distance_to_target",
)


class Comparison:
    """The one published variant of a methodology, with what single measures have otherwise."""

    def __init__(self, methodology_code: str, world: Mapping[str, Iterable[Row]]) -> None:
        (self.variant,) = (
            row
            for row in world.get("variant", ())
            if row["methodology_code"] == methodology_code and _flag(row["is_published"])
        )
        code = self.variant["variant_code"]
        self.own = {r["measure_code"]: r for r in world.get("variant_measure", ()) if r["variant_code"] == code}
        self.denominators = {row["measure_code"]: row for row in world.get("measure_denominator", ())}

    @property
    def is_over_all_editions(self) -> bool:
        return self.variant["scope"] == "series"

    def denominator_of(self, measure_code: str) -> str | None:
        if not _flag(self.variant["is_denominated"]) or measure_code not in self.denominators:
            return None
        return self.denominators[measure_code]["denominator_measure_code"]

    def rates(self, rule: Row, values: Values, denominators: Values | None) -> dict[tuple[int, str], float | None]:
        """The rate of each cell with a value, over all of them; None where the formula has no value."""
        z: dict[tuple[int, str], float] = {}
        direction = -1 if _below(rule["target"], rule["floor"]) else 1
        for place, value in values.items():
            found = _transformed(rule["transform"], value)
            if found is not None and denominators is not None:
                scale = float(self.denominators[rule["measure_code"]]["scale"])
                below = denominators.get(place)
                found = found / float(below) * scale if below else None
            if found is not None:
                z[place] = direction * found
        option = self._options(rule["measure_code"])
        return {place: self._rate(z, place, direction, option) for place in z}

    def _options(self, measure_code: str) -> dict[str, Any]:
        own = self.own.get(measure_code, {})
        found = {name: own.get(name) for name in ("normalisation", "lower", "upper", "scale", "target")}
        for name in ("normalisation", "lower", "upper"):
            if found[name] in (None, ""):
                found[name] = self.variant[name]
        found["scale"] = 1 if found["scale"] in (None, "") else found["scale"]
        return {name: _number(value) if name != "normalisation" else value for name, value in found.items()}

    def _rate(self, z: dict, place: tuple[int, str], direction: int, option: dict[str, Any]) -> float | None:
        """The value that section 8 gives, over what is full, cut to [0, 1]."""
        kind = option["normalisation"]
        all_values = list(z.values())
        value, least, most, count = z[place], min(all_values), max(all_values), len(all_values)
        below = sum(other < value for other in all_values)
        lower, upper, scale = option["lower"], option["upper"], option["scale"]
        try:
            if kind == "min_max":
                rate = ((value - least) / (most - least) * (upper - lower) + lower) / upper
            elif kind == "z_score":
                rate = ((value - statistics.fmean(all_values)) / statistics.stdev(all_values) * upper + lower) / 100
            elif kind == "rank":
                rate = (below + 1) / count
            elif kind in ("borda", "percentile_rank"):
                rate = below / (count - 1)
            elif kind == "fraction_of_maximum":
                rate = value / most
            elif kind == "distance_to_maximum":
                rate = 1 - (most - value) / (most - least)
            elif kind in ("distance_to_reference", "distance_to_target"):
                rate = self._distance(z, place, direction, option)
            elif kind in ("scaled", "goal_posts"):
                low, high = (-upper, -lower) if kind == "goal_posts" and direction < 0 else (lower, upper)
                rate = (value - low) / (high - low) * scale / scale
            else:
                raise ValueError(f"no such normalisation: {kind}")
        except (ZeroDivisionError, statistics.StatisticsError):
            return None
        return None if rate is None else min(1.0, max(0.0, rate))

    def _distance(self, z: dict, place: tuple[int, str], direction: int, option: dict[str, Any]) -> float | None:
        least = min(z.values())
        if option["normalisation"] == "distance_to_target":
            end = direction * option["target"]
        else:
            # The reference unit of the scope; over several editions its best.
            own = [value for (_, unit), value in z.items() if unit == self.variant["reference_unit_code"]]
            if not own:
                return None
            end = max(own)
        return 1 - (end - z[place]) / (end - least)


def _transformed(transform: str, value: Fraction | None) -> float | None:
    if value is None:
        return None
    if transform == "log":
        return round(math.log(value), 12) if value > 0 else None
    if transform == "positive":
        return float(value > 0)
    return 1.0 if transform == "observed" else float(value)


def _below(first: Any, second: Any) -> bool:
    return first not in (None, "") and Fraction(str(first)) < Fraction(str(second))


def _number(value: Any) -> float | None:
    return None if value in (None, "") else float(value)


def _flag(value: Any) -> bool:
    return str(value).lower() in ("1", "true")
