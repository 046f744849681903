"""How a unit code of one year relates to the units of another: followed through the division history, year by year.

A code stands for its counterpart in another year only if the two are one-to-one: all of the one became the other, and
the other is made of nothing else. Splits and mergers are told apart, so that a message can name the candidates.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Counterpart:
    """What a code is in another year: `kind` is same, one_to_one, split, merged, gone or unknown.

    `codes` are the candidates of that year: one for same and one_to_one, several for split, those that absorbed the
    code for merged, none for gone and unknown.
    """

    kind: str
    codes: tuple[str, ...] = ()


class Succession:
    """Divisions as they stood at each year's end, and the `succeeds` links between one year's end and the next."""

    def __init__(self, lifetimes: Iterable[tuple[str, int, int]], links: Iterable[tuple[int, str, str]]) -> None:
        """`lifetimes`: (code, first year, last year), several per code allowed. `links`: (year, from code, to code)."""
        self._years: dict[str, set[int]] = defaultdict(set)
        for code, first_year, last_year in lifetimes:
            self._years[code].update(range(first_year, last_year + 1))
        self._successors: dict[tuple[int, str], set[str]] = defaultdict(set)
        self._predecessors: dict[tuple[int, str], set[str]] = defaultdict(set)
        for year, from_code, to_code in links:
            self._successors[year, from_code].add(to_code)
            self._predecessors[year, to_code].add(from_code)

    def knows(self, code: str) -> bool:
        return code in self._years

    def counterpart(self, code: str, year: int) -> Counterpart:
        """What `code` is at the end of `year`."""
        years = self._years.get(code)
        if not years:
            return Counterpart("unknown")
        if year in years:
            return Counterpart("same", (code,))
        nearest = min(years, key=lambda known: abs(known - year))
        candidates = self._walk({code}, nearest, year)
        if not candidates:
            return Counterpart("gone")
        if len(candidates) > 1:
            return Counterpart("split", tuple(sorted(candidates)))
        origins = self._walk(candidates, year, nearest)
        kind = "one_to_one" if origins == {code} else "merged"
        return Counterpart(kind, tuple(candidates))

    def _walk(self, codes: set[str], from_year: int, to_year: int) -> set[str]:
        """The codes at the end of `to_year` that `codes` of `from_year` became, or were made of."""
        if from_year <= to_year:
            for year in range(from_year + 1, to_year + 1):
                codes = self._step(codes, self._successors, year, year)
        else:
            for year in range(from_year, to_year, -1):
                codes = self._step(codes, self._predecessors, year, year - 1)
        return codes

    def _step(
        self, codes: set[str], links: Mapping[tuple[int, str], set[str]], link_year: int, arrival_year: int
    ) -> set[str]:
        """One year's step: what is linked, and what simply stayed."""
        linked = {other for code in codes for other in links.get((link_year, code), ())}
        stayed = {code for code in codes if arrival_year in self._years[code]}
        return {code for code in linked | stayed if arrival_year in self._years.get(code, ())}
