"""What the checks at the door know from the seeds: editions, frames, measures, topics, succession, officers.

`read_reference` reads only the columns that the checks use; `Reference.digest_of` a source changes when one of these
changes and with nothing else, so a corrected translation in a seed, or a new officer, does not land every file anew.
"""

from __future__ import annotations

import csv
import datetime
import hashlib
import json
from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import cached_property
from pathlib import Path

from orchestration.errors import UsageError
from orchestration.landing.succession import Succession

# The columns that the checks of all sources read, per seed file.
SEED_COLUMNS = {
    "methodology/edition.csv": ("series_code", "assessment_year", "frame_date"),
    "methodology/measure.csv": (
        "measure_code",
        "series_code",
        "value_kind",
        "lower_bound",
        "upper_bound",
        "is_whole_number",
        "funnel_earlier_measure_code",
    ),
    "methodology/methodology.csv": ("series_code", "tree_code"),
    "methodology/event_topic.csv": ("tree_code", "topic", "polarity"),
    "methodology/event_factor.csv": ("factor_kind", "factor_level"),
    "geography/assessment_frame.csv": ("series_code", "assessment_year", "unit_code", "name_zh", "is_included"),
    "geography/division_history.csv": ("code", "name_zh", "first_year", "last_year"),
    "geography/division_change.csv": ("year", "from_code", "to_code", "link_kind"),
}
# What only the checks of decisions read.
OFFICE_COLUMNS = {
    "decisions/decision_authority.csv": ("role_code", "decision_kind"),
    "decisions/decision_officer.csv": ("officer_code", "role_code", "unit_code", "valid_from", "valid_to"),
}
POLARITY_OF_FACTOR = {"base_negative": "negative", "base_positive": "positive"}


class SeedError(UsageError):
    """A seed that the checks need is missing or cannot be read."""


@dataclass(frozen=True)
class Measure:
    """One measure: its series, bounds (None: unbounded), and its earlier stage where it is part of a funnel."""

    code: str
    series: str
    lower_bound: Decimal | None
    upper_bound: Decimal | None
    is_whole_number: bool
    is_from_events: bool
    earlier_stage: str | None


@dataclass(frozen=True)
class Term:
    """One officer's term in a role: `unit_code` is the unit that the officer belongs to, None for none; `until` is
    exclusive, None while it lasts."""

    role: str
    unit_code: str | None
    since: datetime.date
    until: datetime.date | None


@dataclass(frozen=True)
class UnitStanding:
    """What a received unit code is in an edition.

    `standing`: in_edition, left_out (in the frame, not assessed), too_short, unknown, not_in_edition, split, merged.
    `unit_code` is the code in the edition's frame (after succession), None where there is none; `candidates` is a text
    for the message, such as "520302 红花岗区".
    """

    standing: str
    unit_code: str | None = None
    candidates: str = ""


@dataclass(frozen=True)
class Reference:
    """The seeds as the checks use them. Keys: series_code, assessment year, unit_code."""

    digest: str
    office_digest: str
    frame_years: dict[tuple[str, int], int]
    frames: dict[tuple[str, int], dict[str, bool]]
    names: dict[str, str]
    measures: dict[str, Measure]
    topics: dict[str, tuple[str, str]]
    severities: dict[str, str]
    succession: Succession
    authorities: frozenset[tuple[str, str]]
    officers: dict[str, list[Term]]

    def digest_of(self, source: str) -> str:
        """SHA-256 over all that the checks of a source read."""
        return self.office_digest if source == "decision" else self.digest

    def holds_role(self, officer: str, role: str, day: datetime.date) -> bool:
        return any(
            term.role == role and term.since <= day and (term.until is None or day < term.until)
            for term in self.officers.get(officer, ())
        )

    def belongs_to(self, officer: str, unit_code: str, series: str, year: int) -> bool:
        """Whether a term of the officer, of any time, is in the unit, under its code in that edition or another."""
        own = {term.unit_code for term in self.officers.get(officer, ()) if term.unit_code}
        if unit_code in own:
            return True
        return (series, year) in self.frame_years and any(
            self.stand(series, code, year).unit_code == unit_code for code in own
        )

    @cached_property
    def known_codes(self) -> dict[str, set[str]]:
        """Codes by series that are in the frame of some edition."""
        known: dict[str, set[str]] = defaultdict(set)
        for (series, _), frame in self.frames.items():
            known[series].update(frame)
        return known

    @cached_property
    def event_series(self) -> list[str]:
        return sorted({series for series, _ in self.topics.values()})

    def latest_year(self, series: str) -> int | None:
        """The latest edition of a series."""
        return max(self._years(series), default=None)

    def series_years(self, series: str) -> str:
        """The editions of a series for a message, such as "2017 to 2019"."""
        years = self._years(series)
        if not years:
            return "none"
        return str(years[0]) if len(years) == 1 else f"{years[0]} to {years[-1]}"

    def _years(self, series: str) -> list[int]:
        return sorted(year for other, year in self.frame_years if other == series)

    def series_of_event_unit(self, unit_code: str | None) -> str | None:
        """Series of an event that is known by its unit only: of those with events the one that knows the unit."""
        knowing = [series for series in self.event_series if unit_code in self.known_codes[series]]
        return next(iter(knowing or self.event_series), None)

    def stand(self, series: str, unit_code: str, year: int) -> UnitStanding:
        """What `unit_code` is in the edition of `series` and `year`, which must exist."""
        frame = self.frames.get((series, year), {})
        if unit_code in frame:
            return UnitStanding("in_edition" if frame[unit_code] else "left_out", unit_code)
        known = self.known_codes[series]
        # An unknown series of divisions has no business with the history of another one.
        in_history = self.succession.knows(unit_code) and self._uses_history(series)
        if unit_code not in known and not in_history:
            return self._too_short(unit_code, known) or UnitStanding("unknown")
        counterpart = self.succession.counterpart(unit_code, self.frame_years[series, year])
        candidates = [code for code in counterpart.codes if code in frame]
        text = ", ".join(f"{code} {self.names.get(code, '')}".strip() for code in candidates)
        if not candidates:
            return UnitStanding("not_in_edition")
        if len(counterpart.codes) > 1:
            return UnitStanding("split", None, text)
        if counterpart.kind == "merged":
            return UnitStanding("merged", None, text)
        unit = candidates[0]
        return UnitStanding("in_edition" if frame[unit] else "left_out", unit)

    def _uses_history(self, series: str) -> bool:
        return any(self.succession.knows(code) for code in self.known_codes[series])

    @staticmethod
    def _too_short(unit_code: str, known: set[str]) -> UnitStanding | None:
        lengths = {len(code) for code in known if code.isdigit()}
        for length in sorted(lengths):
            padded = unit_code.zfill(length)
            if len(unit_code) < length and padded in known:
                return UnitStanding("too_short", None, f" (a leading zero is lost: it may be {padded})")
        if unit_code.isascii() and unit_code.isdigit() and len(unit_code) + 1 in lengths:
            return UnitStanding("too_short", None, f" (a code has {len(unit_code) + 1})")
        return None


def read_reference(seeds: Path) -> Reference:
    """Read the seeds below `seeds`. Raises `SeedError` naming the file and what is wrong with it."""
    tables = {name: _read_seed(seeds / name, columns) for name, columns in SEED_COLUMNS.items()}
    offices = {name: _read_seed(seeds / name, columns) for name, columns in OFFICE_COLUMNS.items()}
    series_of_tree = {row["tree_code"]: row["series_code"] for row in tables["methodology/methodology.csv"]}
    frames: dict[tuple[str, int], dict[str, bool]] = defaultdict(dict)
    names: dict[str, str] = {row["code"]: row["name_zh"] for row in tables["geography/division_history.csv"]}
    for row in tables["geography/assessment_frame.csv"]:
        frames[row["series_code"], int(row["assessment_year"])][row["unit_code"]] = row["is_included"] == "1"
        names[row["unit_code"]] = row["name_zh"]
    try:
        return Reference(
            digest=_digest(tables),
            office_digest=_digest(tables | offices),
            authorities=frozenset(
                (row["role_code"], row["decision_kind"]) for row in offices["decisions/decision_authority.csv"]
            ),
            officers=_terms(offices["decisions/decision_officer.csv"]),
            frame_years={
                (row["series_code"], int(row["assessment_year"])): int(row["frame_date"][:4])
                for row in tables["methodology/edition.csv"]
            },
            frames=dict(frames),
            names=names,
            measures={row["measure_code"]: _measure(row) for row in tables["methodology/measure.csv"]},
            topics={
                row["topic"]: (series_of_tree[row["tree_code"]], row["polarity"])
                for row in tables["methodology/event_topic.csv"]
            },
            severities={
                row["factor_level"]: POLARITY_OF_FACTOR[row["factor_kind"]]
                for row in tables["methodology/event_factor.csv"]
                if row["factor_kind"] in POLARITY_OF_FACTOR
            },
            succession=Succession(
                (
                    (row["code"], int(row["first_year"]), int(row["last_year"]))
                    for row in tables["geography/division_history.csv"]
                ),
                (
                    (int(row["year"]), row["from_code"], row["to_code"])
                    for row in tables["geography/division_change.csv"]
                    if row["link_kind"] == "succeeds" and row["from_code"] != row["to_code"]
                ),
            ),
        )
    except (ValueError, KeyError, InvalidOperation) as error:
        raise SeedError(f"a seed below {seeds} holds something the checks cannot use: {error!r}") from error


def _read_seed(path: Path, columns: tuple[str, ...]) -> list[dict[str, str]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            missing = [column for column in columns if column not in (reader.fieldnames or [])]
            if missing:
                raise SeedError(f"{path}: the column {', '.join(missing)} is missing, the checks at the door need it")
            return [{column: row[column] or "" for column in columns} for row in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise SeedError(f"{path}: cannot be read ({error}); the checks at the door need it") from error


def _measure(row: dict[str, str]) -> Measure:
    return Measure(
        code=row["measure_code"],
        series=row["series_code"],
        lower_bound=Decimal(row["lower_bound"]) if row["lower_bound"] else None,
        upper_bound=Decimal(row["upper_bound"]) if row["upper_bound"] else None,
        is_whole_number=row["is_whole_number"] == "1",
        is_from_events=row["value_kind"] == "event_points",
        earlier_stage=row["funnel_earlier_measure_code"] or None,
    )


def _terms(rows: list[dict[str, str]]) -> dict[str, list[Term]]:
    terms: dict[str, list[Term]] = defaultdict(list)
    for row in rows:
        since = datetime.date.fromisoformat(row["valid_from"])
        until = datetime.date.fromisoformat(row["valid_to"]) if row["valid_to"] else None
        terms[row["officer_code"]].append(Term(row["role_code"], row["unit_code"] or None, since, until))
    return dict(terms)


def _digest(tables: dict[str, list[dict[str, str]]]) -> str:
    """SHA-256 over the used columns; the order of rows does not matter."""
    digest = hashlib.sha256()
    for name in sorted(tables):
        digest.update(name.encode())
        for line in sorted(json.dumps(list(row.values()), ensure_ascii=False) for row in tables[name]):
            digest.update(line.encode() + b"\n")
    return digest.hexdigest()
