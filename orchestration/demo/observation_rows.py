"""Turns true cells into the rows that collectors deliver: most cells one row, some with the disorder of real life.

Whatever is delivered, reconciling it by the method gives the true cell back.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import numpy as np

from orchestration.demo.draws import generator, pseudo_evidence_hash
from orchestration.demo.fault import (
    OBSERVATION_FAULTS,
    OBSERVATION_KEY_FAULTS,
    STRAY_UNIT_CODES_2019,
    VERIFICATION_FAULTS,
    Fault,
    Record,
    stray_unit,
)
from orchestration.demo.frame import GUIZHOU, Frame, Measure, Unit
from orchestration.demo.presence import Cells, State
from orchestration.landing.contracts import CONTRACTS

COLUMNS = tuple(column.name for column in CONTRACTS["observation"].stored_columns)
PROVENANCE = "synthetic"
COLLECTORS = {
    "government_disclosure": "合成采集程序·政务公开 (synthetic crawler)",
    "internet": "合成采集程序·互联网 (synthetic crawler)",
    "credit_agency": "合成数据接口·信用 (synthetic feed)",
    "news_media": "合成采集程序·新闻 (synthetic crawler)",
}
TEAM = "合成人工补充采集组 (synthetic team)"
SUBMITTER = "合成自行报送 (synthetic submission)"
VERIFIER = "合成查验组 (synthetic verification team)"

# How the cells of a province and year are told, as shares of its cells; the rest is one row online.
OFFLINE_SHARE = 0.03
STORY_SHARES = {
    "offline_overrides_online": 0.008,
    "earlier_channel_differs": 0.003,
    "corrected_later": 0.0015,
    "state_and_value_at_once": 0.0005,
    "repeated_row": 0.001,
    "delivered_again": 0.0005,
    "confirmed": 0.001,
    "confirmed_against_later": 0.0003,
    "confirmed_before_captured": 0.0002,
    "corrected_by_verification": 0.0008,
    "corrected_twice": 0.0002,
    "rejected_then_collected_again": 0.0003,
}
REJECTED_SHARE = 0.15  # of the cells not collected: something had come in, and was rejected

# Days after the end of the assessed year.
CRAWL_DAYS = (5, 104)
OFFLINE_DAYS = (31, 124)
CHECK_DAYS = (126, 138)
LATE_DAYS = (140, 156)
BEFORE_THE_CRAWL = 2

BROKEN_BESIDE_SOUND = 1
BROKEN_BESIDE_SOUND_GUIZHOU_2019 = 12

# Receives (role of the file, channel, row in the order of COLUMNS).
Deliver = Callable[[str, str, tuple[Any, ...]], None]


def quarantined_count(province: str, year: int) -> int:
    """How many cells of a province and year have only broken rows; enough in Guizhou in 2019 for every fault."""
    if province == GUIZHOU and year == 2019:
        return len(OBSERVATION_FAULTS) + 4
    return 2 if year == 2019 else 1


class ObservationTeller:
    """Rows of one province and year."""

    def __init__(self, frame: Frame, units: list[Unit], year: int, seed: int, cells: Cells, deliver: Deliver) -> None:
        self._measures = frame.measures
        self._units = units
        self._province = units[0].province
        self._year = year
        self._cells = cells
        self._deliver = deliver
        self._draws = generator(seed, "observation rows", self._province, year)
        self._start = datetime(year + 1, 1, 1)
        self._texts = {int(value): _decimal_text(int(value)) for value in np.unique(cells.values)}
        pages = sorted({measure.page for measure in self._measures})
        self._page_of = [pages.index(measure.page) for measure in self._measures]
        self._seen_at = self._page_times(len(pages))
        self._urls = [
            [f"https://synthetic.example.invalid/{year}/{unit.code}/{page}" for page in pages] for unit in units
        ]
        self._hashes = [[pseudo_evidence_hash(url) for url in row] for row in self._urls]
        self.verifications: list[Record] = []

    def tell(self, wanted: np.ndarray) -> None:
        """Deliver the rows of the units for which `wanted` is true; the draws do not depend on it."""
        self._wanted = wanted
        is_plain = self._cells.states != State.QUARANTINED
        for name, places in self._stories().items():
            for unit, index in places:
                is_plain[unit, index] = False
                getattr(self, f"_{name}")(unit, index)
        is_offline = self._draws.random(is_plain.shape) < OFFLINE_SHARE
        is_offline &= is_plain & (self._cells.states != State.NOT_COLLECTED)
        self._tell_plain(is_plain & ~is_offline & wanted[:, None])
        for unit, index in np.argwhere(is_offline).tolist():
            self._hand_in("offline", unit, self._row(unit, index, mode="offline", at=self._offline_time()))
        self._tell_broken(is_plain & ~is_offline)

    # --- plain rows ---

    def _page_times(self, page_count: int) -> list[list[datetime]]:
        size = (len(self._units), page_count)
        days = self._draws.integers(*CRAWL_DAYS, size)
        seconds = self._draws.integers(7 * 3600, 22 * 3600, size)
        return [
            [self._start + timedelta(days=day, seconds=second) for day, second in zip(*unit, strict=True)]
            for unit in zip(days.tolist(), seconds.tolist(), strict=True)
        ]

    def _tell_plain(self, mask: np.ndarray) -> None:
        times = [[_time_text(moment) for moment in row] for row in self._seen_at]
        state_names = [None if state == State.VALUE else state.name.lower() for state in State]
        year = str(self._year)
        states, values = self._cells.states.tolist(), self._cells.values.tolist()
        not_collected = int(State.NOT_COLLECTED)
        for unit, index in np.argwhere(mask).tolist():
            measure, page = self._measures[index], self._page_of[index]
            state_name = state_names[states[unit][index]]
            has_evidence = states[unit][index] != not_collected
            self._deliver(
                "main",
                measure.channel,
                (
                    self._code_in_list(unit, measure),
                    year,
                    measure.code,
                    self._texts[values[unit][index]] if state_name is None else None,
                    state_name,
                    measure.channel,
                    "online",
                    times[unit][page],
                    self._urls[unit][page] if has_evidence else None,
                    self._hashes[unit][page] if has_evidence else None,
                    COLLECTORS[measure.channel],
                    PROVENANCE,
                ),
            )

    def _code_in_list(self, unit: int, measure: Measure) -> str:
        """The internet crawler works from a list of another year: units that changed their code come with the other."""
        other = self._units[unit].other_code
        return other if other and measure.channel == "internet" else self._units[unit].code

    # --- stories ---

    def _stories(self) -> dict[str, list[tuple[int, int]]]:
        states = self._cells.states
        stories = {}
        answered = self._shuffled((states == State.VALUE) | (states == State.NOT_PUBLISHED))
        for name, share in STORY_SHARES.items():
            count = max(1, round(share * states.size))
            fitting = [
                place
                for place in answered[: 3 * count + 20]
                if name != "state_and_value_at_once" or states[place] == State.VALUE
            ]
            stories[name] = fitting[:count]
            taken = set(stories[name])
            answered = [place for place in answered if place not in taken]
        open_cells = self._shuffled(states == State.NOT_COLLECTED)
        stories["rejected"] = open_cells[: int(np.ceil(REJECTED_SHARE * len(open_cells)))]
        return stories

    def _shuffled(self, mask: np.ndarray) -> list[tuple[int, int]]:
        """Unit and measure of the cells of a mask, in drawn order."""
        places = np.argwhere(mask)
        return [(unit, index) for unit, index in places[self._draws.permutation(len(places))].tolist()]

    def _offline_overrides_online(self, unit: int, index: int) -> None:
        online = self._row(unit, index)
        if self._draws.random() < 0.4 and self._cells.states[unit, index] == State.VALUE:
            online.update(value=None, state="not_published")
        else:
            online.update(self._something_else(unit, index))
        self._hand_in("main", unit, online)
        self._hand_in("offline", unit, self._row(unit, index, mode="offline", at=self._offline_time()))

    def _earlier_channel_differs(self, unit: int, index: int) -> None:
        seen_at = self._seen_at[unit][self._page_of[index]] - timedelta(days=int(self._draws.integers(1, 5)))
        earlier = self._row(unit, index, channel=self._second_channel(index), at=seen_at)
        self._hand_in("main", unit, {**earlier, **self._something_else(unit, index)})
        self._hand_in("main", unit, self._row(unit, index))

    def _corrected_later(self, unit: int, index: int) -> None:
        self._hand_in("main", unit, {**self._row(unit, index), **self._something_else(unit, index)})
        self._hand_in("late", unit, self._row(unit, index, at=self._time(LATE_DAYS)))

    def _state_and_value_at_once(self, unit: int, index: int) -> None:
        self._hand_in("main", unit, self._row(unit, index))
        other = self._row(unit, index, channel=self._second_channel(index))
        self._hand_in("main", unit, {**other, "value": None, "state": "not_published"})

    def _repeated_row(self, unit: int, index: int) -> None:
        row = self._row(unit, index)
        self._hand_in("main", unit, row)
        self._hand_in("main", unit, row)

    def _delivered_again(self, unit: int, index: int) -> None:
        row = self._row(unit, index)
        self._hand_in("main", unit, row)
        self._hand_in("unchecked", unit, row)

    def _confirmed(self, unit: int, index: int) -> None:
        self._hand_in("main", unit, self._row(unit, index))
        self._verify(unit, index, "confirm", self._time(CHECK_DAYS))

    def _confirmed_against_later(self, unit: int, index: int) -> None:
        self._confirmed(unit, index)
        later = self._row(unit, index, at=self._time(LATE_DAYS))
        self._hand_in("late", unit, {**later, **self._something_else(unit, index)})

    def _confirmed_before_captured(self, unit: int, index: int) -> None:
        self._hand_in("main", unit, self._row(unit, index))
        self._verify(unit, index, "confirm", self._start + timedelta(days=BEFORE_THE_CRAWL, hours=9))

    def _corrected_by_verification(self, unit: int, index: int) -> None:
        self._hand_in("main", unit, {**self._row(unit, index), **self._something_else(unit, index)})
        self._verify(unit, index, "correct", self._time(CHECK_DAYS), self._truth(unit, index))

    def _corrected_twice(self, unit: int, index: int) -> None:
        self._hand_in("main", unit, {**self._row(unit, index), **self._something_else(unit, index)})
        first = self._time(CHECK_DAYS)
        self._verify(unit, index, "correct", first, self._something_else(unit, index))
        self._verify(unit, index, "correct", first + timedelta(days=3), self._truth(unit, index))

    def _rejected_then_collected_again(self, unit: int, index: int) -> None:
        self._hand_in("main", unit, {**self._row(unit, index), **self._something_else(unit, index)})
        self._verify(unit, index, "reject", self._time(CHECK_DAYS))
        self._hand_in("late", unit, self._row(unit, index, at=self._time(LATE_DAYS)))

    def _rejected(self, unit: int, index: int) -> None:
        self._hand_in("main", unit, {**self._row(unit, index), **self._something_else(unit, index)})
        self._verify(unit, index, "reject", self._time(CHECK_DAYS))

    # --- broken rows ---

    def _tell_broken(self, is_plain: np.ndarray) -> None:
        is_guizhou_2019 = self._province == GUIZHOU and self._year == 2019
        unused = list(OBSERVATION_FAULTS)
        for unit, index in np.argwhere(self._cells.states == State.QUARANTINED).tolist():
            self._break(unit, index, self._next_fault(unused, index))
        sound = np.argwhere(is_plain & (self._cells.states == State.VALUE))
        count = BROKEN_BESIDE_SOUND_GUIZHOU_2019 if is_guizhou_2019 else BROKEN_BESIDE_SOUND
        for unit, index in sound[self._draws.choice(len(sound), count, replace=False)].tolist():
            self._break(unit, index, self._next_fault(unused, index))
        unit, index = sound[int(self._draws.integers(len(sound)))].tolist()
        if is_guizhou_2019:
            for fault in OBSERVATION_KEY_FAULTS:
                self._break(unit, index, fault)
            self._break_verifications()
        for code in STRAY_UNIT_CODES_2019.get(self._province, ()) if self._year == 2019 else ():
            self._break(unit, index, stray_unit(code))

    def _break_verifications(self) -> None:
        broken = []
        for _, verdict, cells in VERIFICATION_FAULTS:
            sound = next((record for record in self.verifications if record["verdict"] == verdict), None)
            if sound:
                broken.append({**sound, **cells})
        self.verifications += broken

    def _next_fault(self, unused: list[Fault], index: int) -> Fault:
        if self._province != GUIZHOU or not any(fault.fits(self._measures[index]) for fault in unused):
            unused[:] = OBSERVATION_FAULTS
            self._draws.shuffle(unused)
        fault = next(fault for fault in unused if fault.fits(self._measures[index]))
        unused.remove(fault)
        return fault

    def _break(self, unit: int, index: int, fault: Fault) -> None:
        row = self._row(unit, index, collector=SUBMITTER)
        if row["state"] == "quarantined":
            row.update(self._value_cells(unit, index))
        self._hand_in("unchecked", unit, fault.change(row, self._measures[index]))

    # --- parts of rows ---

    def _row(
        self,
        unit: int,
        index: int,
        *,
        channel: str | None = None,
        mode: str = "online",
        at: datetime | None = None,
        collector: str | None = None,
    ) -> Record:
        """A row that tells the truth."""
        measure, page = self._measures[index], self._page_of[index]
        channel = channel or measure.channel
        return {
            "unit_code": self._units[unit].code,
            "assessment_year": str(self._year),
            "measure_code": measure.code,
            **self._truth(unit, index),
            "channel": channel,
            "collection_mode": mode,
            "captured_at": at or self._seen_at[unit][page],
            # What was collected on paper has a scan, but no address.
            "evidence_url": None if mode == "offline" else self._urls[unit][page],
            "evidence_hash": self._hashes[unit][page],
            "collector": collector or (TEAM if mode == "offline" else COLLECTORS[channel]),
            "provenance": PROVENANCE,
        }

    def _truth(self, unit: int, index: int) -> Record:
        state = State(self._cells.states[unit, index])
        return self._value_cells(unit, index) if state == State.VALUE else {"value": None, "state": state.name.lower()}

    def _value_cells(self, unit: int, index: int) -> Record:
        return {"value": self._texts[int(self._cells.values[unit, index])], "state": None}

    def _something_else(self, unit: int, index: int) -> Record:
        """A value that the measure could have and that is not the truth."""
        values = self._cells.values[:, index]
        if self._cells.states[unit, index] != State.VALUE:
            return {"value": self._texts[int(values[unit])], "state": None}
        others = np.flatnonzero(values != values[unit])
        if not len(others):
            return {"value": None, "state": "not_published"}
        return {"value": self._texts[int(values[others[int(self._draws.integers(len(others)))]])], "state": None}

    def _second_channel(self, index: int) -> str:
        return "news_media" if self._measures[index].channel == "internet" else "internet"

    def _time(self, days: tuple[int, int]) -> datetime:
        return self._start + timedelta(
            days=int(self._draws.integers(*days)), minutes=int(self._draws.integers(9 * 60, 17 * 60))
        )

    def _offline_time(self) -> datetime:
        return self._start + timedelta(days=int(self._draws.integers(*OFFLINE_DAYS)))

    def _hand_in(self, role: str, unit: int, record: Record) -> None:
        if not self._wanted[unit]:
            return
        moment = record["captured_at"]
        if isinstance(moment, datetime):
            record = {**record, "captured_at": _TIME_TEXTS.get((role, self._year), _ROLE_TIME_TEXTS[role])(moment)}
        self._deliver(role, record["channel"], tuple(record[name] for name in COLUMNS))

    def _verify(self, unit: int, index: int, verdict: str, at: datetime, cells: Record | None = None) -> None:
        if not self._wanted[unit]:
            return
        code, measure = self._units[unit].code, self._measures[index].code
        reasons = {
            "confirm": None,
            "correct": "合成:复核原始材料后更正 (synthetic)",
            "reject": "合成:证据与测量项不符 (synthetic)",
        }
        record = {
            "subject": "observation",
            "unit_code": code,
            "assessment_year": str(self._year),
            "measure_code": measure,
            "cluster_code": None,
            "verdict": verdict,
            "value": None,
            "state": None,
            **(cells or {}),
            "reason": reasons[verdict],
            "verifier": VERIFIER,
            "verified_at": f"{at:%Y-%m-%d %H:%M}",
            "evidence_url": f"https://synthetic.example.invalid/{self._year}/{code}/verification/{measure}",
            "evidence_hash": pseudo_evidence_hash(code, self._year, measure, verdict, at.isoformat()),
            "provenance": PROVENANCE,
        }
        self.verifications.append(record)


def _decimal_text(hundredths: int) -> str:
    whole, rest = divmod(hundredths, 100)
    return f"{whole}.{rest:02d}".rstrip("0").rstrip(".") if rest else str(whole)


def _time_text(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S}"


def _day_text(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d}"


def _minute_text(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M}"


def _world_time_text(moment: datetime) -> str:
    """China Standard Time told as world time."""
    return f"{moment - timedelta(hours=8):%Y-%m-%dT%H:%M:%S}+00:00"


# Files of different hands write times in different ways.
_ROLE_TIME_TEXTS = {"main": _time_text, "offline": _day_text, "late": _time_text, "unchecked": _time_text}
_TIME_TEXTS = {("late", 2018): _world_time_text, ("late", 2017): _minute_text}
