"""Records of one unit and year from which the derived measures come out as they are in truth: as many as a share needs
to say the same at two decimals, and each on the side of its deadline that the count wants.

A kind is told only where all its measures have an answer: of a cell whose rows are all broken nothing else may speak.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

Record = dict[str, str | None]

# The least number of records behind a share, and the most: no share of two decimals needs more.
LEAST, MOST = 20, 2000
LEAST_MESSAGES = 50
# Days within which an answer, a publication, or what was promised is due.
MESSAGE_DAYS, REQUEST_DAYS, PUBLICATION_DAYS, PROMISE_DAYS = 15, 20, 7, 90
LONGEST_TOLD = 300
FRESH_COLUMNS = ("要闻", "公示公告", "政策文件", "财政资金", "规划计划", "人事信息")


@dataclass(frozen=True)
class Truth:
    """What is true of one unit and year: `values` in hundredths by measure, of those that have one."""

    unit: str
    year: int
    values: Mapping[str, int]
    draws: np.random.Generator

    def share(self, measure: str, least: int = LEAST) -> tuple[int, int]:
        """(records, those that count) of the smallest set that gives the measure's percentage; none where it has no
        value."""
        if measure not in self.values:
            return 0, 0
        return next(found for found in _fractions(self.values[measure]) if found[0] >= least)

    def count(self, measure: str) -> int:
        return self.values.get(measure, 0) // 100

    def between(self, first: int, last: int) -> int:
        """A whole number, both ends included."""
        return int(self.draws.integers(first, last + 1))

    def day(self, number: int, hour: int = 9) -> datetime:
        """The day with this number in the year, from 0, during office hours."""
        return datetime(self.year, 1, 1, hour) + timedelta(days=number, minutes=self.between(0, 59))

    @property
    def last_day(self) -> int:
        return (datetime(self.year, 12, 31) - datetime(self.year, 1, 1)).days

    def url(self, kind: str, number: int) -> str:
        return f"https://synthetic.example.invalid/{self.year}/{self.unit}/{kind}/{number}.html"


def _fractions(hundredths: int) -> Iterator[tuple[int, int]]:
    """(records, those that count), few first, whose share in percent rounds to the value, six decimals first."""
    for records in range(1, MOST):
        counted = round(hundredths * records / 10_000)
        millionths = (2 * counted * 100_000_000 + records) // (2 * records)
        if (millionths + 5_000) // 10_000 == hundredths:
            yield records, counted


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else f"{moment:%Y-%m-%d %H:%M}"


def _due(begun: datetime, days: int) -> datetime:
    return datetime(begun.year, begun.month, begun.day) + timedelta(days=days)


def _messages(truth: Truth) -> Iterator[Record]:
    """Late ones answered after their day or, every third, open at the end of the year; one is the longest of all."""
    due, on_time = truth.share("P3.2.rate", LEAST_MESSAGES)
    rated, good = truth.share("P2.3.good_rating_rate")
    longest = truth.count("P3.2.longest_unanswered_days")
    has_late = on_time < due
    if longest > LONGEST_TOLD or (has_late and longest < 2):
        return
    allowed = min(MESSAGE_DAYS, longest - 1) if has_late else max(MESSAGE_DAYS, longest)
    for number in range(max(due, rated, 1)):
        is_late = on_time <= number < due
        if number == (on_time if has_late else 0):
            days = longest
        else:
            days = truth.between(allowed + 1, longest) if is_late else truth.between(0, min(allowed, longest))
        is_open = is_late and number % 3 == 0
        last = truth.last_day - max(days, allowed)
        submitted = truth.day(truth.last_day - days if is_open else truth.between(0, last))
        rating = None if number >= rated else truth.between(4, 5) if number < good else truth.between(1, 3)
        yield {
            "message_code": f"M{truth.year}-{number:04}",
            "url": truth.url("message", number),
            "board": ("portal", "hotline", "app", "letter")[number % 4],
            "submitted_at": _text(submitted),
            "due_at": _text(_due(submitted, allowed)) if number < due else None,
            "answered_at": None if is_open else _text(submitted + timedelta(days=days, hours=6)),
            "rating": None if rating is None else str(rating),
        }


def _requests(truth: Truth) -> Iterator[Record]:
    due, on_time = truth.count("T5.2.due_count"), truth.count("T5.2.on_time_count")
    for number in range(due):
        received = truth.day(truth.between(0, truth.last_day - 2 * REQUEST_DAYS))
        days = truth.between(1, REQUEST_DAYS) if number < on_time else REQUEST_DAYS + truth.between(1, REQUEST_DAYS)
        yield {
            "request_code": f"R{truth.year}-{number:04}",
            "url": truth.url("request", number),
            "received_at": _text(received),
            "due_at": _text(_due(received, REQUEST_DAYS)),
            "answered_at": _text(received + timedelta(days=days)),
        }


def _probes(truth: Truth) -> Iterator[Record]:
    """Twenty a day; as many again until the timeouts have room."""
    probes, opened = truth.share("T4.1.rate")
    timed, slow = truth.share("T4.1.probe_timeout_rate")
    again = max(1, -(-timed // probes))
    for number in range(probes * again):
        seconds = None
        if number < timed:
            seconds = truth.between(15_001, 40_000) if number < slow else truth.between(120, 9_000)
        yield {
            "url": f"https://{truth.unit}.example.invalid/",
            "probed_at": _text(datetime(truth.year, 11, 4) + timedelta(minutes=72 * number)),
            "http_status": "200" if number < opened * again else "503",
            "seconds": None if seconds is None else f"{seconds / 1000:.3f}",
            "is_resolved": "1",
        }


def _items(truth: Truth) -> Iterator[Record]:
    """Consultations, policies, interpretations, two yearly reports, and notices until the search has enough items."""
    stale = truth.count("T5.3.stale_column_count")
    searched, found = truth.share("T4.2")
    drafts = list(_typed_items(truth))
    drafts += [{"item_type": "notice"} for _ in range(max(stale + len(FRESH_COLUMNS), searched - len(drafts)))]
    has_columns = "T5.3.stale_column_count" in truth.values
    notices = 0
    for number, draft in enumerate(drafts):
        day, column = truth.between(0, truth.last_day), FRESH_COLUMNS[number % len(FRESH_COLUMNS)]
        if draft["item_type"] == "notice":
            # A stale column has one item of spring, each other one of December.
            if notices < stale:
                day, column = truth.between(20, 120), f"专栏{notices + 1}"
            elif notices < stale + len(FRESH_COLUMNS):
                day, column = truth.last_day - truth.between(0, 30), FRESH_COLUMNS[notices - stale]
            notices += 1
        yield {
            "url": truth.url("item", number),
            "site_column": column if has_columns else None,
            "published_at": _text(truth.day(day)),
            "stage": ("decision", "execution", "management", "service", "result")[number % 5],
            "is_searchable": None if number >= searched else str(int(number < found)),
            **draft,
        }


def _typed_items(truth: Truth) -> Iterator[Record]:
    consultations, answered = truth.count("C2.2.consultation_count"), truth.count("C2.2.feedback_count")
    for number in range(consultations):
        related = truth.url("feedback", number) if number < answered else None
        yield {"item_type": "consultation", "format": "text", "related_url": related}
    policies, linked = truth.share("T5.1.linked_share")
    for number in range(policies):
        related = truth.url("interpretation", number) if number < linked else None
        yield {"item_type": "policy", "format": "text", "related_url": related}
    interpretations, shown = truth.share("T5.1.multimedia_share")
    for number in range(interpretations):
        form = ("picture", "video", "audio")[number % 3] if number < shown else "text"
        yield {"item_type": "interpretation", "format": form}
    for measure, item_type, due in (
        ("T5.3.report_days_late", "disclosure_report", datetime(truth.year, 3, 31)),
        ("C1.2.days_late", "rule_of_law_report", datetime(truth.year, 4, 1)),
    ):
        late = truth.count(measure)
        published = due + timedelta(days=late or -truth.between(1, 20), hours=10)
        if measure in truth.values and published.year == truth.year:
            yield {"item_type": item_type, "published_at": _text(published), "due_at": _text(due), "format": "text"}


def _contracts(truth: Truth) -> Iterator[Record]:
    breached = truth.count("P1.4.breach_count")
    # Of each type: its share, whether it falls due, and the column that tells a good one.
    told = (
        ("procurement", "P1.3", False, "published_at"),
        ("project", "T3.3", False, "published_at"),
        ("promise", "P1.2", True, "performed_at"),
        ("investment", "P1.4.rate", True, "performed_at"),
        ("arrears", "P1.5", True, "paid_at"),
    )
    for contract_type, measure, falls_due, good_column in told:
        records, good = truth.share(measure)
        is_investment = contract_type == "investment"
        for number in range(max(records, breached if is_investment else 0)):
            signed = truth.day(truth.between(0, truth.last_day - PROMISE_DAYS))
            done = signed + timedelta(days=truth.between(1, PROMISE_DAYS))
            yield {
                "contract_code": f"{contract_type}-{truth.year}-{number:04}",
                "url": truth.url(contract_type, number),
                "contract_type": contract_type,
                "signed_at": _text(signed),
                "due_at": _text(_due(signed, PROMISE_DAYS)) if falls_due and number < records else None,
                good_column: _text(done) if number < good else None,
                "is_breached": str(int(number < breached)) if is_investment else None,
            }


def _documents(truth: Truth) -> Iterator[Record]:
    decisions, on_time = truth.share("S2.1")
    penalties, entered = truth.share("C3.2")
    inspections, published = truth.share("S5.1")
    for number in range(max(decisions, penalties)):
        decided = truth.day(truth.between(0, truth.last_day - 2 * PUBLICATION_DAYS))
        is_penalty = number < penalties
        days = truth.between(0, PUBLICATION_DAYS) if number < on_time else PUBLICATION_DAYS + truth.between(1, 7)
        yield {
            "document_code": f"D{truth.year}-{number:04}",
            "url": truth.url("document", number),
            "decision_type": "penalty" if is_penalty else "permit",
            "decided_at": _text(decided),
            "due_at": _text(_due(decided, PUBLICATION_DAYS)) if number < decisions else None,
            "published_at": _text(decided + timedelta(days=days)),
            "is_entered": str(int(number < entered)) if is_penalty else None,
        }
    for number in range(inspections):
        decided = truth.day(truth.between(0, truth.last_day - PUBLICATION_DAYS))
        yield {
            "document_code": f"I{truth.year}-{number:04}",
            "url": truth.url("inspection", number),
            "decision_type": "inspection",
            "decided_at": _text(decided),
            "published_at": _text(decided + timedelta(days=3)) if number < published else None,
        }


def _cases(truth: Truth) -> Iterator[Record]:
    """The open ones, and two that were closed within the year."""
    still_open = truth.count("S3.2.open_case_count")
    for number in range(still_open + 2):
        registered = truth.day(truth.between(0, truth.last_day - 100))
        closed = registered + timedelta(days=truth.between(20, 90))
        yield {
            "case_code": f"({truth.year})黔执{number + 1:04}号",
            "url": truth.url("case", number),
            "registered_at": _text(registered),
            "closed_at": None if number < still_open else _text(closed),
        }


def _credit_records(truth: Truth) -> Iterator[Record]:
    adverse, resolved = truth.share("S5.2")
    looked_at, collected = truth.share("S2.2")
    for number in range(max(adverse, looked_at)):
        recorded = truth.day(truth.between(0, truth.last_day - 60))
        is_adverse = number < adverse
        yield {
            "record_code": f"X{truth.year}-{number:04}",
            "url": truth.url("record", number),
            "record_type": ("adverse", "default")[number % 2] if is_adverse else "good",
            "recorded_at": _text(recorded),
            "resolved_at": _text(recorded + timedelta(days=truth.between(1, 60))) if number < resolved else None,
            "is_collected": None if number >= looked_at else str(int(number < collected)),
        }


@dataclass(frozen=True)
class ToldKind:
    """How a kind is told: `always` are the measures that any record of it gives a value for, so that they need one;
    `outcomes` the columns that are filled later than the record."""

    tell: Callable[[Truth], Iterator[Record]]
    channel: str
    always: tuple[str, ...]
    outcomes: tuple[str, ...] = ()


TOLD_KINDS = {
    "disclosure_item": ToldKind(
        _items, "government_disclosure", ("C2.2.consultation_count", "C2.2.feedback_count"), ("related_url",)
    ),
    "citizen_message": ToldKind(_messages, "internet", ("P3.2.longest_unanswered_days",), ("answered_at", "rating")),
    "disclosure_request": ToldKind(
        _requests, "government_disclosure", ("T5.2.due_count", "T5.2.on_time_count"), ("answered_at",)
    ),
    "site_probe": ToldKind(_probes, "internet", ("T4.1.rate",)),
    "permit_or_penalty": ToldKind(_documents, "credit_agency", (), ("published_at",)),
    "contract_performance": ToldKind(
        _contracts, "government_disclosure", ("P1.4.breach_count",), ("performed_at", "paid_at", "published_at")
    ),
    "court_default": ToldKind(_cases, "credit_agency", ("S3.2.open_case_count",), ("closed_at",)),
    "credit_record": ToldKind(_credit_records, "credit_agency", (), ("resolved_at",)),
}
