"""The attribution of docs/explain.md, computed a second time in Python: what each child stands for in its parent."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction


def shares(aggregation: str, children: Sequence[dict]) -> tuple[list[Fraction], list[Fraction]]:
    """Each child's share of the parent's full points, and of the points that a scored parent lost.

    Both sum to 1, or to 0 where there is nothing to share.

    Children have `score` (None: NA), `full_mark`, `is_base` and `weight`.
    """
    taking_part = [each["score"] is not None or (aggregation == "sum" and not each["is_base"]) for each in children]
    if not any(taking_part):
        full = [_full_weight(aggregation, each) for each in children]
        return _of_one(full), _of_one(full)
    full, lost = [], []
    for each, takes_part in zip(children, taking_part, strict=True):
        full.append(
            _full_weight(aggregation, each) * _enlargement(aggregation, each, children) if takes_part else Fraction(0)
        )
        lost.append(max(_loss(aggregation, each, children, taking_part), Fraction(0)) if takes_part else Fraction(0))
    return _of_one(full), _of_one(lost) if any(lost) else _of_one(full)


def reweighted_losses(children: Sequence[dict]) -> list[Fraction]:
    """What each child of a sum lost, base children enlarged; below 0 where rounding lifted one over its mark."""
    return [
        (Fraction(each["full_mark"]) - Fraction(each["score"] or 0)) * _enlargement("sum", each, children)
        if each["score"] is not None or not each["is_base"]
        else Fraction(0)
        for each in children
    ]


def _full_weight(aggregation: str, child: dict) -> Fraction:
    return Fraction(child["full_mark"] if aggregation == "sum" else child["weight"])


def _enlargement(aggregation: str, child: dict, children: Sequence[dict]) -> Fraction:
    """By how much the base children of a sum grow when others have no score."""
    if aggregation != "sum" or not child["is_base"]:
        return Fraction(1)
    base = [each for each in children if each["is_base"]]
    scored = sum(Fraction(each["full_mark"]) for each in base if each["score"] is not None)
    return sum(Fraction(each["full_mark"]) for each in base) / scored if scored else Fraction(1)


def _loss(aggregation: str, child: dict, children: Sequence[dict], taking_part: Sequence[bool]) -> Fraction:
    if aggregation == "sum":
        lost = Fraction(child["full_mark"]) - Fraction(child["score"] or 0)
        return lost * _enlargement(aggregation, child, children)
    rate = Fraction(child["score"]) / Fraction(child["full_mark"])
    weight = Fraction(child["weight"])
    if aggregation == "weighted_arithmetic":
        return weight * (1 - rate)
    has_zero = any(
        Fraction(each["score"]) <= 0 for each, takes_part in zip(children, taking_part, strict=True) if takes_part
    )
    if has_zero:
        return weight if rate <= 0 else Fraction(0)
    return weight * Fraction(-math.log(rate)) if aggregation == "geometric" else weight * (1 / rate - 1)


def _of_one(weights: Sequence[Fraction]) -> list[Fraction]:
    whole = sum(weights)
    return [weight / whole if whole else Fraction(0) for weight in weights]
