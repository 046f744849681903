"""Opinion events of the demo, and their calibration: what happened, and what it brings under the event rule.

An event holds the facts that its reports will tell; its points follow from these facts. Points are whole
ten-thousandths, so that they add up exactly. Each region's composite mean is brought to its target by adding positive
events: the base is settled before, events come last.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from fractions import Fraction

import numpy as np

from orchestration.demo.draws import generator
from orchestration.demo.exact_sum import ExactSum
from orchestration.demo.frame import GUIZHOU, Frame, Unit, read_csv
from orchestration.demo.target import DATA

POINT = 10_000  # ten-thousandths in a point
FILL_STEP = 100  # the last step works in hundredths of a point
RESERVE = 2 * POINT  # what is left to the last step
MAX_EVENTS = 14
EVENT_BOUND = 20 * POINT

SEVERITIES = {
    "positive": (("national", "provincial", "municipal", "routine"), (0.04, 0.16, 0.36, 0.44)),
    "negative": (("particularly_major", "major", "larger", "ordinary"), (0.004, 0.026, 0.15, 0.82)),
}
TOPICS = {
    "positive": (("media_coverage", "award_or_pilot", "governance_result"), (0.48, 0.27, 0.25)),
    "negative": (("default_or_discipline", "safety_or_public_event"), (0.6, 0.4)),
}
REACHES = ("local", "provincial", "national")
REACH_CHANCES = {"positive": (0.5, 0.36, 0.14), "negative": (0.58, 0.3, 0.12)}
RESPONSIBILITIES = (("found", "reported", "none"), (0.36, 0.46, 0.18))
RESPONSES = (
    ("timely", "late", "off_point", "wrong_body", "late_wrong_body", "silent", "repaired", "repaired_late", "claimed"),
    (0.56, 0.12, 0.05, 0.06, 0.02, 0.08, 0.06, 0.02, 0.03),
)
CONFIRMED_REPAIRS = ("repaired", "repaired_late")
REPAIRS = (*CONFIRMED_REPAIRS, "claimed")
AT_THE_LIMIT_SHARE = 0.04  # answers in the very last minute, and the first one after it
GOVERNMENT = "人民政府"
BODIES = {
    "default_or_discipline": ("财政部门", "招商部门", "自然资源部门", "住房城乡建设部门", "纪检监察机关"),
    "safety_or_public_event": ("应急管理部门", "市场监管部门", "教育部门", "住房城乡建设部门", "生态环境部门"),
}
WRONG_BODY = "互联网信息管理办公室"
# The report: all 88 counties of Guizhou had a media centre by the end of 2019.
MEDIA_CENTRE_HEADLINE = "县级融媒体中心全面建成"


@dataclass(frozen=True)
class Event:
    """One event of one unit (its index). `is_confirmed` and `is_rejected` are verdicts of those who checked.

    `reported_at` and `headline` are those of the first report, `later_reports` (time, headline) of further ones that
    are known. `name` is part of the event's code where the event has one of its own.
    """

    unit: int
    polarity: str
    severity: str
    reach: str
    responsibility: str
    topic: str
    event_date: date
    reported_at: datetime
    headline: str
    responsible_body: str
    responder: str | None = None
    response_at: datetime | None = None
    response_kind: str | None = None
    is_confirmed: bool = False
    is_rejected: bool = False
    is_named_in_report: bool = False
    name: str | None = None
    later_reports: tuple[tuple[datetime, str], ...] = field(default=())


class EventRule:
    """Points of an event, by the factors of the seeds."""

    def __init__(self, frame: Frame) -> None:
        self._factors = frame.event_factors
        self._limits = frame.response_limit_hours
        self._nodes = frame.topic_nodes
        self._fault_node = frame.fault_node
        self.bounds = {
            node: (_ten_thousandths(low), _ten_thousandths(high))
            for node, (low, high) in frame.event_node_bounds.items()
        }

    def limit(self, severity: str) -> timedelta:
        return timedelta(hours=self._limits[severity])

    def node(self, topic: str) -> str:
        return self._nodes[topic][1]

    def points(self, event: Event) -> dict[str, int]:
        """Node → points of one event."""
        if event.is_rejected:
            return {}
        points = self._factors[f"base_{event.polarity}", event.severity] * self._factors["reach", event.reach]
        points *= self._factors["responsibility", event.responsibility]
        if event.polarity == "positive":
            return {self.node(event.topic): _ten_thousandths(points)}
        level, faults = self._response(event)
        return {
            self.node(event.topic): -_ten_thousandths(points * self._factors["response", level]),
            self._fault_node: sum(_ten_thousandths(self._factors["response_fault", fault]) for fault in faults),
        }

    def _response(self, event: Event) -> tuple[str, list[str]]:
        if event.response_at is None:
            return "other", ["silent"]
        faults = []
        if event.response_at - event.reported_at > self.limit(event.severity):
            faults.append("late")
        if event.response_kind == "off_point":
            faults.append("off_point")
        if event.responder != event.responsible_body:
            faults.append("wrong_body")
        if event.response_kind == "repaired" and event.is_confirmed:
            return "repaired", faults
        return ("other" if faults else "timely"), faults


class Ledger:
    """Points of the units by node as events come in."""

    def __init__(self, rule: EventRule) -> None:
        self._rule = rule
        self._by_node: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        self.count: dict[int, int] = defaultdict(int)

    def add(self, event: Event) -> None:
        self.count[event.unit] += 1
        for node, points in self._rule.points(event).items():
            self._by_node[event.unit][node] += points

    def has_room(self, unit: int, node: str, points: int) -> bool:
        """Whether points in an event node would all count, and the unit can have another event."""
        is_below_cap = self._by_node[unit][node] + points <= self._rule.bounds[node][1]
        return is_below_cap and self.count[unit] < MAX_EVENTS and self.total(unit) + points <= EVENT_BOUND

    def total(self, unit: int) -> int:
        return sum(
            min(max(points, self._rule.bounds[node][0]), self._rule.bounds[node][1])
            for node, points in self._by_node[unit].items()
        )


def province_events(
    frame: Frame,
    units: Sequence[Unit],
    year: int,
    seed: int,
    latent: np.ndarray,
    targets: Sequence[tuple[np.ndarray, float]],
) -> list[Event]:
    """Events of one province and year; `targets` are (indices of units, points to reach in sum), one a part."""
    province = units[0].province
    draws = generator(seed, "events", province, year)
    maker = _EventMaker(EventRule(frame), units, year, draws)
    given = _given_events(units, year) if province == GUIZHOU and year == 2019 else []
    events: list[Event] = []
    for members, target in targets:
        inside = set(members.tolist())
        own = [event for event in given if event.unit in inside]
        events += own + _events_for_target(maker, frame, members.tolist(), round(target * POINT), own, latent)
    # Events that people found to be untrue; they count for nothing.
    for unit in draws.choice(len(units), size=max(1, len(units) // 40), replace=False).tolist():
        events.append(replace(maker.negative(unit), is_rejected=True, is_confirmed=False))
    return sorted(events, key=lambda event: (event.unit, event.reported_at, event.headline))


def _events_for_target(
    maker: _EventMaker, frame: Frame, members: list[int], target: int, given: list[Event], latent: np.ndarray
) -> list[Event]:
    draws, rule = maker.draws, maker.rule
    ledger = Ledger(rule)
    for event in given:
        ledger.add(event)
    mean_target = target / POINT / len(members)
    negatives = []
    for unit in members:
        rate = 0.75 * float(np.exp(-0.25 * latent[unit])) + 0.55 * max(0.0, 0.4 - mean_target)
        for _ in range(min(int(draws.poisson(rate)), MAX_EVENTS // 2)):
            negatives.append(maker.negative(unit))
            ledger.add(negatives[-1])

    def missing() -> int:
        return target - sum(ledger.total(unit) for unit in members)

    while missing() < RESERVE:
        event = maker.negative(members[int(draws.integers(len(members)))])
        if ledger.count[event.unit] < MAX_EVENTS // 2:
            negatives.append(event)
            ledger.add(event)
    positives = []
    weights = np.exp(0.4 * latent[members])
    left = missing()
    tries = 0
    while left > RESERVE and tries < 60 * len(members):
        tries += 1
        event = maker.positive(members[int(draws.choice(len(members), p=weights / weights.sum()))], max(mean_target, 0))
        (node, points), *_ = rule.points(event).items()
        if left - points >= RESERVE / 4 and ledger.has_room(event.unit, node, points):
            ledger.add(event)
            positives.append(event)
            left -= points  # below the cap, so all of it counts
    positives += _exact_rest(maker, frame, ledger, members, left)
    return negatives + positives


def _exact_rest(maker: _EventMaker, frame: Frame, ledger: Ledger, members: list[int], left: int) -> list[Event]:
    """Small positive events that bring exactly what is left, to a hundredth of a point."""
    draws, rule = maker.draws, maker.rule
    kinds = {
        int(factor * frame.event_factors["reach", reach] * POINT) // FILL_STEP: (severity, reach)
        for severity in ("municipal", "routine")
        for reach in REACHES
        for factor in [frame.event_factors["base_positive", severity]]
    }
    rest = ExactSum(max(round(left / FILL_STEP), 0), kinds)
    events = []
    tries = 0
    while rest.left:
        tries += 1
        if tries > 10_000:
            raise ValueError(f"calibration: no room for {rest.left / 100} more points in {len(members)} units")
        piece = sorted(kinds)[int(draws.integers(len(kinds)))]
        if not rest.fits(piece):
            continue
        severity, reach = kinds[piece]
        event = maker.positive(members[int(draws.integers(len(members)))], 0.0, severity, reach)
        if ledger.has_room(event.unit, rule.node(event.topic), piece * FILL_STEP):
            rest.take(piece)
            ledger.add(event)
            events.append(event)
    return events


class _EventMaker:
    """Makes events with plausible facts."""

    def __init__(self, rule: EventRule, units: Sequence[Unit], year: int, draws: np.random.Generator) -> None:
        self.rule = rule
        self.draws = draws
        self._units = units
        self._year = year
        self._phrases: dict[str, list[str]] = defaultdict(list)
        for row in read_csv(DATA / "event_phrase.csv"):
            self._phrases[row["topic"]].append(row["phrase_zh"])

    def positive(self, unit: int, strength: float, severity: str | None = None, reach: str | None = None) -> Event:
        """A positive event; `strength`, the points that the region's units are to have, makes greater ones likelier."""
        names, chances = SEVERITIES["positive"]
        lifted = np.array(chances) * (1 + strength * np.array([0.35, 0.25, 0.1, 0]))
        drawn_severity = names[int(self.draws.choice(len(names), p=lifted / lifted.sum()))]
        drawn_reach = REACHES[int(self.draws.choice(3, p=REACH_CHANCES["positive"]))]
        topic = self._pick(*TOPICS["positive"])
        happened, reported_at = self._times()
        return Event(
            unit,
            "positive",
            severity or drawn_severity,
            reach or drawn_reach,
            "found",
            topic,
            happened,
            reported_at,
            self._headline(unit, topic),
            self._units[unit].name + GOVERNMENT,
        )

    def negative(self, unit: int) -> Event:
        severity = self._pick(*SEVERITIES["negative"])
        topic = self._pick(*TOPICS["negative"])
        happened, reported_at = self._times()
        body = self._units[unit].name + BODIES[topic][int(self.draws.integers(len(BODIES[topic])))]
        event = Event(
            unit,
            "negative",
            severity,
            REACHES[int(self.draws.choice(3, p=REACH_CHANCES["negative"]))],
            self._pick(*RESPONSIBILITIES),
            topic,
            happened,
            reported_at,
            self._headline(unit, topic),
            body,
        )
        return self._answered(event, self._pick(*RESPONSES))

    def _answered(self, event: Event, response: str) -> Event:
        limit = self.rule.limit(event.severity)
        is_at_the_limit = self.draws.random() < AT_THE_LIMIT_SHARE
        if response == "silent":
            return replace(event, response_kind="none" if self.draws.random() < 0.7 else None)
        if "late" in response:
            delay = limit + timedelta(minutes=1 if is_at_the_limit else int(self.draws.integers(60, 60 * 24 * 20)))
        else:
            minutes = int(self.draws.integers(90, limit // timedelta(minutes=1)))
            delay = limit if is_at_the_limit else timedelta(minutes=minutes)
        kind = "off_point" if response == "off_point" else "repaired" if response in REPAIRS else "targeted"
        return replace(
            event,
            responder=self._units[event.unit].name + WRONG_BODY if "wrong_body" in response else event.responsible_body,
            response_at=event.reported_at + delay,
            response_kind=kind,
            is_confirmed=response in CONFIRMED_REPAIRS,
        )

    def _times(self) -> tuple[date, datetime]:
        happened = date(self._year, 1, 1) + timedelta(days=int(self.draws.integers(0, 362)))
        minutes = int(self.draws.integers(7 * 60, 40 * 60))
        return happened, datetime.combine(happened, datetime.min.time()) + timedelta(minutes=minutes)

    def _headline(self, unit: int, topic: str) -> str:
        phrases = self._phrases[topic]
        return self._units[unit].name + phrases[int(self.draws.integers(len(phrases)))]

    def _pick(self, names: Sequence[str], chances: Sequence[float]) -> str:
        return names[int(self.draws.choice(len(names), p=chances))]


def _given_events(units: Sequence[Unit], year: int) -> list[Event]:
    """Events that the report of 2019 names, and the media centres that it says every county of Guizhou had."""
    place = {unit.code: index for index, unit in enumerate(units)}
    reports = defaultdict(list)
    for row in read_csv(DATA / f"report_event_{year}.csv"):
        reports[row["cluster_name"]].append(row)
    named = []
    for name, rows in reports.items():
        first, last = rows[0], rows[-1]
        named.append(
            Event(
                unit=place[last["unit_code"]],
                polarity=last["polarity"],
                severity=last["severity"],
                reach=max((row["reach"] for row in rows), key=REACHES.index),
                responsibility=last["responsibility"],
                topic=last["topic"],
                event_date=date.fromisoformat(first["event_date"]),
                reported_at=datetime.fromisoformat(first["reported_at"]),
                headline=first["headline"],
                responsible_body=last["responsible_body"],
                responder=last["responder"] or None,
                response_at=datetime.fromisoformat(last["response_at"]) if last["response_at"] else None,
                response_kind=last["response_kind"],
                is_confirmed=last["is_confirmed"] == "1",
                is_named_in_report=True,
                name=name,
                later_reports=tuple((datetime.fromisoformat(r["reported_at"]), r["headline"]) for r in rows[1:]),
            )
        )
    centres = [
        Event(
            unit=index,
            polarity="positive",
            severity="routine",
            reach="local",
            responsibility="found",
            topic="governance_result",
            event_date=date(year, 12, 20),
            reported_at=datetime(year, 12, 20, 10, 0),
            headline=unit.name + MEDIA_CENTRE_HEADLINE,
            responsible_body=unit.name + GOVERNMENT,
            is_named_in_report=True,
            name="media-centre",
        )
        for index, unit in enumerate(units)
    ]
    return named + centres


def _ten_thousandths(points: Fraction) -> int:
    scaled = points * POINT
    if scaled.denominator != 1:
        raise ValueError(f"event factors give {points} points, finer than ten-thousandths")
    return scaled.numerator
