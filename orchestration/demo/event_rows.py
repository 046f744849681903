"""Turns events into the reports that collectors deliver, one or several rows each, and into verdicts on them.

Whatever is delivered, the rows of one cluster tell the event's facts when put together by the method.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta

from orchestration.demo.draws import generator, pseudo_evidence_hash
from orchestration.demo.event import REACHES, Event
from orchestration.demo.fault import EVENT_FAULTS, Record
from orchestration.demo.frame import GUIZHOU, Unit
from orchestration.demo.observation_rows import PROVENANCE, VERIFIER
from orchestration.landing.contracts import CONTRACTS

COLUMNS = tuple(column.name for column in CONTRACTS["opinion_event"].stored_columns)
COLLECTOR = "合成舆情监测程序 (synthetic media watch)"
LABEL = "[合成 synthetic] "
REPORT_LABEL = "(标题引自2019年度报告;级别、时间等为合成 synthetic)"
SEVERAL_REPORTS_SHARE = 0.13
LATE_DELIVERY_SHARE = 0.04
CHECKED_SHARE = 0.05
CHECKED_TWICE_SHARE = 0.1
YEAR_WITH_LATER_CODES = 2018  # its events come under the codes that the units have carried since


class EventTeller:
    """Rows of the events of one province and year; `main` and `late` are deliveries, as records of the contract."""

    def __init__(self, units: Sequence[Unit], year: int, seed: int) -> None:
        self._units = units
        self._year = year
        self._province = units[0].province
        self._draws = generator(seed, "event rows", self._province, year)
        self.main: list[tuple[str, Record]] = []
        self.late: list[tuple[str, Record]] = []
        self.verifications: list[tuple[str, Record]] = []

    def tell(self, events: Sequence[Event]) -> None:
        numbers: dict[int, int] = defaultdict(int)
        for event in events:
            numbers[event.unit] += 1
            unit = self._units[event.unit]
            cluster = f"synthetic-{self._year}-{unit.code}-{event.name or f'{numbers[event.unit]:02d}'}"
            self._tell_one(event, unit, cluster)
            self._check(event, unit, cluster)
        if self._province == GUIZHOU and self._year == 2019:
            self._tell_broken(events)

    def _tell_one(self, event: Event, unit: Unit, cluster: str) -> None:
        full = self._full_report(event, unit, cluster)
        earlier = self._named_reports(event, full) or self._other_reports(event, full)
        is_late = self._draws.random() < LATE_DELIVERY_SHARE
        for number, report in enumerate(earlier):
            self._deliver(unit, report, is_late=is_late and number == 0)
        self._deliver(unit, full, is_late=is_late)

    def _deliver(self, unit: Unit, record: Record, is_late: bool) -> None:
        if self._year == YEAR_WITH_LATER_CODES and unit.other_code:
            record = {**record, "unit_code": unit.other_code}
        (self.late if is_late else self.main).append((unit.code, record))

    def _full_report(self, event: Event, unit: Unit, cluster: str) -> Record:
        """The report captured last: it knows the answer and decides on everything but place in time and reach."""
        known_at = max(event.reported_at, event.response_at or event.reported_at)
        captured_at = known_at + timedelta(days=5, minutes=int(self._draws.integers(0, 14 * 24 * 60)))
        url = f"https://synthetic.example.invalid/{self._year}/{unit.code}/event/{cluster}"
        return {
            "cluster_code": cluster,
            "unit_code": unit.code,
            "assessment_year": str(self._year),
            "event_date": event.event_date,
            "reported_at": event.reported_at,
            "polarity": event.polarity,
            "severity": event.severity,
            "reach": event.reach,
            "responsibility": event.responsibility,
            "topic": event.topic,
            "headline": _labelled(event.headline, event.is_named_in_report),
            "responsible_body": event.responsible_body,
            "responder": event.responder,
            "response_at": event.response_at,
            "response_kind": event.response_kind,
            "evidence_url": url,
            "evidence_hash": pseudo_evidence_hash(url),
            "captured_at": captured_at,
            "collector": COLLECTOR,
            "provenance": PROVENANCE,
        }

    def _named_reports(self, event: Event, full: Record) -> list[Record]:
        """Earlier reports of an event whose reports are known; `full` becomes the last of them."""
        if not event.later_reports:
            return []
        times = [event.reported_at, *(moment for moment, _ in event.later_reports)]
        headlines = [event.headline, *(headline for _, headline in event.later_reports)]
        full.update(reported_at=times[-1], headline=_labelled(headlines[-1], event.is_named_in_report))
        return [
            self._earlier_report(event, full, number, reported_at=moment, headline=_labelled(headline, True))
            for number, (moment, headline) in enumerate(zip(times[:-1], headlines[:-1], strict=True), start=1)
        ]

    def _other_reports(self, event: Event, full: Record) -> list[Record]:
        if self._draws.random() >= SEVERAL_REPORTS_SHARE:
            return []
        reports = []
        for number in range(1, 1 + int(self._draws.integers(1, 4))):
            reported_at = event.reported_at + timedelta(hours=number * int(self._draws.integers(2, 20)))
            reports.append(self._earlier_report(event, full, number, reported_at=reported_at))
        if self._draws.random() < 0.5:
            # The full report came out a little after the first one, and was heard less far.
            reports[0].update(reported_at=event.reported_at, reach=event.reach)
            full.update(reported_at=event.reported_at + timedelta(minutes=30), reach=REACHES[0])
            first_told = event.reported_at.date()
            if first_told.year == self._year:
                full.update(event_date=first_told)
        return reports

    def _earlier_report(self, event: Event, full: Record, number: int, **cells: object) -> Record:
        """A report captured before the full one: less is known, and no answer yet."""
        url = f"{full['evidence_url']}/{number}"
        report: Record = {
            **full,
            "event_date": event.event_date,
            "responsibility": event.responsibility if event.polarity == "positive" else "reported",
            "severity": event.severity if event.polarity == "positive" else "ordinary",
            "reach": REACHES[0],
            "responder": None,
            "response_at": None,
            "response_kind": None,
            "evidence_url": url,
            "evidence_hash": pseudo_evidence_hash(url),
            **cells,
        }
        report["captured_at"] = min(
            report["reported_at"] + timedelta(hours=1), full["captured_at"] - timedelta(hours=number)
        )
        return report

    def _check(self, event: Event, unit: Unit, cluster: str) -> None:
        at = datetime(self._year + 1, 5, 10, 9) + timedelta(minutes=int(self._draws.integers(0, 20 * 24 * 60)))
        if event.is_rejected:
            self._verify(unit, cluster, "reject", at)
        # A confirmed repair counts less, so one that is only claimed stays unchecked.
        elif event.is_confirmed or (event.response_kind != "repaired" and self._draws.random() < CHECKED_SHARE):
            if self._draws.random() < CHECKED_TWICE_SHARE:
                self._verify(unit, cluster, "reject", at - timedelta(days=2))
            self._verify(unit, cluster, "confirm", at)

    def _verify(self, unit: Unit, cluster: str, verdict: str, at: datetime) -> None:
        record = {
            "subject": "opinion_event",
            "unit_code": unit.code,
            "assessment_year": str(self._year),
            "measure_code": None,
            "cluster_code": cluster,
            "verdict": verdict,
            "value": None,
            "state": None,
            "reason": "合成:查无此事 (synthetic)" if verdict == "reject" else None,
            "verifier": VERIFIER,
            "verified_at": f"{at:%Y-%m-%d %H:%M}",
            "evidence_url": f"https://synthetic.example.invalid/{self._year}/{unit.code}/verification/{cluster}",
            "evidence_hash": pseudo_evidence_hash(cluster, verdict, at.isoformat()),
            "provenance": PROVENANCE,
        }
        self.verifications.append((unit.code, record))

    def _tell_broken(self, events: Sequence[Event]) -> None:
        sound = {
            "negative": next(e for e in events if e.polarity == "negative" and e.response_at and not e.name),
            "positive": next(e for e in events if e.polarity == "positive" and not e.name),
        }
        for name, polarity, cells in EVENT_FAULTS:
            event = sound[polarity]
            unit = self._units[event.unit]
            record = self._full_report(event, unit, f"synthetic-{self._year}-{unit.code}-broken-{name}")
            self.late.append((unit.code, {**record, **cells}))


def as_row(record: Record, time_text: Callable[[datetime], str]) -> tuple[str | None, ...]:
    """The record in the order of the contract; `time_text` writes times, days are written as YYYY-MM-DD."""

    def text(cell: str | date | None) -> str | None:
        if isinstance(cell, datetime):
            return time_text(cell)
        return cell.isoformat() if isinstance(cell, date) else cell

    return tuple(text(record[name]) for name in COLUMNS)


def _labelled(headline: str, is_named_in_report: bool) -> str:
    return headline + REPORT_LABEL if is_named_in_report else LABEL + headline
