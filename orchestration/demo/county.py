"""Synthetic inbox files of the county assessment, calibrated to the published aggregates of 2019.

`write_county_inbox` draws, province by province and year by year, what is true of every cell and which events happened
(`value`, `cell`, `event`), and tells it in rows as collectors deliver them (`observation_rows`, `event_rows`): with
conflicts, corrections, duplicates, broken rows and verifications; a few objections and decisions come on top
(`dispute`). What it aims at is data (`data/*_target.csv`).

Every row says `synthetic` in its provenance; evidence lies under the reserved domain `example.invalid`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from orchestration.demo import dispute, event_rows, observation_rows
from orchestration.demo.cell import base_of_units, province_cells
from orchestration.demo.event import Event, province_events
from orchestration.demo.event_rows import EventTeller
from orchestration.demo.frame import YEARS, Frame, Unit
from orchestration.demo.inbox_file import write_csv, write_jsonl, write_parquet, write_workbook
from orchestration.demo.observation_rows import ObservationTeller, quarantined_count
from orchestration.demo.presence import Cells
from orchestration.demo.target import Target, read_targets
from orchestration.demo.value import Profile, Quality, province_quality, read_profiles
from orchestration.landing.contracts import CONTRACTS

SEED = 20190705
VERIFICATION_COLUMNS = tuple(column.name for column in CONTRACTS["verification"].stored_columns)

# (what is being done, steps done, steps in all)
Progress = Callable[[str, int, int], None]


def write_county_inbox(
    inbox: Path,
    years: Collection[int] = YEARS,
    seed: int = SEED,
    progress: Progress | None = None,
    *,
    provinces: Collection[str] | None = None,
    units: Collection[str] | None = None,
) -> list[Path]:
    """Write the deliveries of `years` below `inbox`, one folder a source; return the files written.

    The same arguments give the same bytes. `provinces` (codes such as 520000) or `units` (codes as in the frame of any
    edition) keep only these; their rows are then the same as in the whole, so a province's own means still hold.
    Raises ValueError for a year, province or unit that the frame does not have.
    """
    frame = Frame()
    years = sorted(set(years))
    chosen = _chosen_provinces(frame, years, provinces, units)
    identities = None if units is None else _identities(frame, units)
    inbox = Path(inbox)
    profiles, targets = read_profiles(), _Targets(frame)
    paths: list[Path] = []
    steps = len(years) * (len(chosen) + 1)
    for number, year in enumerate(years):
        delivery = _Delivery(year)
        for place, province in enumerate(province for province in chosen if province in frame.units[year]):
            if progress:
                progress(f"{year}: {province}", number * (len(chosen) + 1) + place, steps)
            members = frame.units[year][province]
            wanted = np.array([identities is None or unit.identity in identities for unit in members])
            quality, parts, cells = _drawn(frame, profiles, targets, province, year, seed)
            base = base_of_units(frame, cells)
            points = [(at, target.composite * len(at) - float(base[at].sum())) for at, target in parts]
            events = province_events(frame, members, year, seed, quality.latent, points)
            delivery.add_observations(ObservationTeller(frame, members, year, seed, cells, delivery.take), wanted)
            delivery.add_events(EventTeller(members, year, seed), events, {u.code for u in _only(members, wanted)})
        if progress:
            progress(f"{year}: writing files", (number + 1) * (len(chosen) + 1) - 1, steps)
        paths += delivery.write(inbox)
    if progress:
        progress("written", steps, steps)
    return paths


def drawn_cells(frame: Frame, province: str, year: int, seed: int) -> Cells:
    """What is true of the units of a province in a year, as `write_county_inbox` tells it."""
    return _drawn(frame, read_profiles(), _Targets(frame), province, year, seed)[2]


def _drawn(
    frame: Frame, profiles: dict[str, Profile], targets: _Targets, province: str, year: int, seed: int
) -> tuple[Quality, list[tuple[np.ndarray, Target]], Cells]:
    quality = province_quality(frame, province, year, seed, targets.latest(province))
    parts = targets.parts(province, year)
    broken = quarantined_count(province, year)
    return quality, parts, province_cells(frame, profiles, province, year, seed, quality, broken, parts)


def _chosen_provinces(
    frame: Frame, years: list[int], provinces: Collection[str] | None, units: Collection[str] | None
) -> list[str]:
    for year in years:
        if year not in frame.units:
            raise ValueError(f"year {year} has no demo inputs: choose from {', '.join(map(str, frame.years))}")
    known = sorted({province for year in frame.years for province in frame.units[year]})
    if unknown := sorted(set(provinces or ()) - set(known)):
        raise ValueError(f"no assessed province {', '.join(unknown)}: choose from {', '.join(known)}")
    if unknown := sorted(set(units or ()) - {unit.code for unit in frame.all_units}):
        raise ValueError(f"no assessed unit {', '.join(unknown)}: see seeds/geography/assessment_frame.csv")
    of_units = {code[:2] + "0000" for code in units} if units is not None else set(known)
    return [province for province in known if province in of_units and (provinces is None or province in provinces)]


def _identities(frame: Frame, units: Collection[str]) -> set[str]:
    """The chosen units over changes of their codes."""
    return {unit.identity for unit in frame.all_units if unit.code in units}


def _only(members: list[Unit], wanted: np.ndarray) -> list[Unit]:
    return [unit for unit, is_wanted in zip(members, wanted, strict=True) if is_wanted]


class _Targets:
    """Which means a province and year are to reach: its own, or those of its prefectures where there are any."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame
        self._provinces = read_targets("province_target.csv")
        self._prefectures = read_targets("prefecture_target.csv")

    def latest(self, province: str) -> Target:
        return self._provinces[max(self._provinces)][province]

    def parts(self, province: str, year: int) -> list[tuple[np.ndarray, Target]]:
        """(Indices of units, target) for each part."""
        members = self._frame.units[year][province]
        by_prefecture: dict[str, list[int]] = defaultdict(list)
        for index, unit in enumerate(members):
            by_prefecture[unit.prefecture].append(index)
        of_prefectures = self._prefectures.get(year, {})
        if set(by_prefecture) <= set(of_prefectures):
            return [(np.array(at), of_prefectures[prefecture]) for prefecture, at in by_prefecture.items()]
        return [(np.arange(len(members)), self._provinces[year][province])]


class _Delivery:
    """Everything that comes in for one year, by file."""

    def __init__(self, year: int) -> None:
        self._year = year
        self._observations: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
        self._events: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
        self._verifications: list[tuple[Any, ...]] = []

    def take(self, role: str, channel: str, row: tuple[Any, ...]) -> None:
        self._observations[_file_of_role(self._year, role, channel)].append(row)

    def add_observations(self, teller: ObservationTeller, wanted: np.ndarray) -> None:
        teller.tell(wanted)
        self._add_verifications(teller.verifications)

    def add_events(self, teller: EventTeller, events: list[Event], wanted: set[str]) -> None:
        teller.tell(events)
        main, late = EVENT_FILES[self._year]
        for file_name, records in ((main, teller.main), (late, teller.late)):
            self._events[file_name] += [
                event_rows.as_row(record, EVENT_TIMES[file_name]) for unit, record in records if unit in wanted
            ]
        self._add_verifications([record for unit, record in teller.verifications if unit in wanted])

    def _add_verifications(self, records: list[dict[str, Any]]) -> None:
        self._verifications += [tuple(record[name] for name in VERIFICATION_COLUMNS) for record in records]

    def write(self, inbox: Path) -> list[Path]:
        paths = []
        for file_name, rows in self._observations.items():
            paths.append(_write(inbox / "observation" / file_name, observation_rows.COLUMNS, rows))
        for file_name, rows in self._events.items():
            if rows:
                paths.append(_write(inbox / "opinion_event" / file_name, event_rows.COLUMNS, rows))
        if self._verifications:
            path = inbox / "verification" / f"synthetic_verification_{self._year}.csv"
            paths.append(_write(path, VERIFICATION_COLUMNS, self._verifications))
        if self._year == dispute.YEAR:
            paths += self._write_disputes(inbox)
        return sorted(paths)

    def _write_disputes(self, inbox: Path) -> list[Path]:
        told = [row for rows in self._observations.values() for row in rows]
        objections, decisions = dispute.disputes(told, self._verifications)
        second = dispute.second_verifications(told, self._verifications)
        files = (
            (f"objection/synthetic_objection_{self._year}.csv", dispute.OBJECTION_COLUMNS, objections),
            (f"decision/synthetic_decision_{self._year}.csv", dispute.DECISION_COLUMNS, decisions),
            (f"verification/synthetic_second_verification_{self._year}.csv", VERIFICATION_COLUMNS, second),
        )
        return [_write(inbox / name, columns, rows) for name, columns, rows in files if rows]


def _file_of_role(year: int, role: str, channel: str) -> str:
    """Each year was delivered in its own way; the latest by channel, with files of other hands and formats."""
    if year == 2017:
        return MAIN_2017 if role == "main" else SUPPLEMENT_2017
    if year == 2018:
        return MAIN_2018 if role in ("main", "unchecked") else SUPPLEMENT_2018
    if role == "main":
        return f"2019/synthetic_{channel}_2019.csv"
    return {"offline": MANUAL_2019, "late": SUPPLEMENT_2019, "unchecked": UNCHECKED_2019}[role]


MAIN_2017 = "2017/synthetic_county_observation_2017.parquet"
SUPPLEMENT_2017 = "2017/synthetic_county_observation_2017_supplement.csv"
MAIN_2018 = "2018/synthetic_county_observation_2018.csv"
SUPPLEMENT_2018 = "2018/synthetic_county_observation_2018_supplement.csv"
MANUAL_2019 = "2019/synthetic_manual_collection_2019.csv"
SUPPLEMENT_2019 = "2019/synthetic_county_observation_2019_supplement.xlsx"
UNCHECKED_2019 = "2019/synthetic_unchecked_submission_2019.csv"

# Year → files of the main delivery and of what came late.
EVENT_FILES = {
    2017: ("synthetic_opinion_event_2017.csv", "synthetic_opinion_event_2017.csv"),
    2018: ("synthetic_opinion_event_2018.csv", "synthetic_opinion_event_2018_supplement.csv"),
    2019: ("synthetic_opinion_event_2019.jsonl", "synthetic_opinion_event_2019_supplement.csv"),
}


def _minute_text(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M}"


def _china_time_text(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%S}+08:00"


EVENT_TIMES = {
    file_name: _china_time_text if file_name.endswith(".jsonl") else _minute_text
    for files in EVENT_FILES.values()
    for file_name in files
}

# Saved by a spreadsheet program with the Chinese code page, and as Unicode with a mark at the start.
ENCODINGS = {MANUAL_2019: "gb18030", SUPPLEMENT_2018: "utf-8-sig"}


def _write(path: Path, columns: tuple[str, ...], rows: list[tuple[Any, ...]]) -> Path:
    if path.suffix == ".parquet":
        return write_parquet(path, columns, rows)
    if path.suffix == ".xlsx":
        return write_workbook(path, columns, rows)
    if path.suffix == ".jsonl":
        return write_jsonl(path, columns, rows)
    return write_csv(path, columns, rows, ENCODINGS.get(f"{path.parent.name}/{path.name}", "utf-8"))
