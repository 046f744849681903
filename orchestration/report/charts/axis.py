"""A value axis with round numbers, and the names of categories along the other one."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any

from orchestration.report.document import Chart

NAME_LINE_HEIGHT = 13.0
STEPS = (Decimal(1), Decimal(2), Decimal("2.5"), Decimal(5), Decimal(10))


@dataclass(frozen=True)
class Axis:
    """From `lower` to `upper` with a tick at every `step`; `labels` are the ticks as printed."""

    lower: Decimal
    upper: Decimal
    ticks: tuple[Decimal, ...]
    labels: tuple[str, ...]

    def at(self, value: Decimal, length: float) -> float:
        """Where a value lies on an axis of that length."""
        return float((value - self.lower) / (self.upper - self.lower)) * length

    def rows(self, length: float) -> list[dict[str, float | str]]:
        """A row per tick, for marks: its place, its label."""
        return [
            {"at": self.at(tick, length), "label": label} for tick, label in zip(self.ticks, self.labels, strict=True)
        ]


def round_axis(
    values: list[Decimal], minimum: Decimal | None = None, maximum: Decimal | None = None, tick_count: int = 6
) -> Axis:
    """An axis that holds all values, from `minimum` and to `maximum` where they are given and no value lies beyond."""
    shown = [*values, *(bound for bound in (minimum, maximum) if bound is not None)] or [Decimal(0)]
    lower, upper = min(shown), max(shown)
    if lower == upper:
        lower, upper = lower - 1, upper + 1
    step = round_step((upper - lower) / tick_count)
    first = (lower / step).to_integral_value(ROUND_FLOOR) * step
    last = (upper / step).to_integral_value(ROUND_CEILING) * step
    if minimum is not None and lower == minimum:
        first = (lower / step).to_integral_value(ROUND_CEILING) * step
    else:
        lower = first
    if maximum is not None and upper == maximum:
        last = (upper / step).to_integral_value(ROUND_FLOOR) * step
    else:
        upper = last
    ticks = tuple(first + step * number for number in range(int((last - first) / step) + 1))
    digits = max(0, -int(step.normalize().as_tuple().exponent))
    return Axis(lower, upper, ticks, tuple(f"{tick:.{digits}f}".replace("-", "−") for tick in ticks))


def round_step(raw: Decimal) -> Decimal:
    """The smallest of 1, 2, 2.5, 5 times a power of ten that is at least `raw`."""
    power = Decimal(1).scaleb(raw.adjusted())
    return next(power * step for step in STEPS if power * step >= raw)


def name_rows(chart: Chart, index: int, lines: list[str], line_height: float) -> list[dict[str, Any]]:
    """A row per line of a category's name."""
    weight = "bold" if index in chart.highlight else "normal"
    first = (index + 0.5) * line_height - (len(lines) - 1) * NAME_LINE_HEIGHT / 2
    return [
        {"name": line, "y": first + number * NAME_LINE_HEIGHT, "weight": weight} for number, line in enumerate(lines)
    ]
