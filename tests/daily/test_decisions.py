"""Objections, corrections and repairs: a decision changes exactly what it decides, or says why it does not.

One story in three states of a small home: before the decisions, after them, and after a source was mended and a second
decision came. Each decision is about a unit of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pytest

from orchestration.errors import UsageError
from orchestration.home import Home
from tests.daily.small_home import (
    DECISION,
    EVENT,
    NO_VALUE,
    OBJECTION,
    OF_EVENT,
    UNITS,
    VERIFICATION,
    SmallHome,
    observations,
    rows,
)
from tests.small.home import lay_demo_seeds

SCORES = "+fct_indicator_score", "+fct_dimension_score", "+fct_unit_score", "+fct_measure_score"
MARTS = *SCORES, "+opinion_event", "+decision", "+objection", "+decision_log", "+observation_conflict"
TESTS = "decision_takes_effect_or_says_why", "decision_reaches_its_cell", "observation_reaches_its_cell"
STEWARD = {"officer_code": "OFF-02", "role_code": "data_steward"}
INSPECTOR = {"officer_code": "OFF-05", "role_code": "repair_inspector"}
CORRECTION = {"decision_kind": "correction", "objection_code": "", **STEWARD}
REPAIR = {"decision_kind": "repair", "objection_code": "", "repaired_at": "2019-09-01 09:00", **NO_VALUE, **OF_EVENT}
WITHDRAWAL = {"request": "withdraw", "value": "", "state": "", **OF_EVENT}

UPHELD, REFUSED, CORRECTED, REPAIRED, WITHDRAWN, LEFT_ALONE = UNITS


@dataclass(frozen=True)
class Story:
    """The warehouse in its three states, and what dbt said of its tests in the last one."""

    before: Path
    decided: Path
    mended: Path
    complaint: str

    def moved(self) -> set[tuple]:
        """(methodology, unit, node) whose score the decisions moved."""
        before, after = scores(self.before), scores(self.decided)
        assert before.keys() == after.keys()
        return {key for key in before if before[key] != after[key]}


def scores(warehouse: Path) -> dict[tuple, Decimal | None]:
    """(methodology, unit, node) to score, every node of the tree."""
    found = rows(
        warehouse,
        """
        select methodology_code, unit_code, node_code, score from marts.fct_indicator_score
        union all select methodology_code, unit_code, node_code, score from marts.fct_dimension_score
        union all select methodology_code, unit_code, 'composite', score from marts.fct_unit_score
        """,
    )
    return {tuple(key): score for *key, score in found}


def written_observations() -> list[dict[str, str]]:
    earlier = observations(values={"T5.1.linked_share": "70"}, units=(UPHELD,), captured_at="2019-11-01 09:00")
    return [*observations(), *earlier]


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory, seeded: Path) -> Story:
    small = SmallHome.copied(seeded, Home(tmp_path_factory.mktemp("story") / "home"))
    silent = {"severity": "major", "responder": "", "response_at": "", "response_kind": "none"}
    small.drop("observation", written_observations())
    small.drop(
        "opinion_event",
        [EVENT | silent | {"unit_code": REPAIRED}, EVENT | {"unit_code": WITHDRAWN, "cluster_code": "C2"}],
    )
    small.drop(
        "objection",
        [
            OBJECTION,
            OBJECTION | {"objection_code": "Y2", "unit_code": REFUSED},
            OBJECTION | WITHDRAWAL | {"objection_code": "Y3", "unit_code": WITHDRAWN, "cluster_code": "C2"},
            OBJECTION | {"objection_code": "Y4", "unit_code": LEFT_ALONE},
        ],
    )
    small.build(*MARTS)
    before = small.keep("before")

    small.drop(
        "decision",
        [
            DECISION,
            DECISION | NO_VALUE | {"decision_code": "D2", "objection_code": "Y2"} | outcome("rejected", REFUSED),
            DECISION
            | NO_VALUE
            | OF_EVENT
            | {"decision_code": "D3", "objection_code": "Y3", "cluster_code": "C2"}
            | outcome("upheld", WITHDRAWN),
            DECISION | CORRECTION | {"decision_code": "D4"} | outcome("upheld", CORRECTED),
            DECISION | REPAIR | INSPECTOR | {"decision_code": "D5"} | outcome("upheld", REPAIRED),
        ],
        "decisions.csv",
    )
    small.build(*MARTS)
    small.build(*TESTS, command="test")
    decided = small.keep("decided")

    small.drop(
        "observation",
        [row | {"value": "96"} if is_of(row, CORRECTED) else row for row in written_observations()],
    )
    small.drop("verification", [VERIFICATION | {"verified_at": "2020-05-01 09:00"}])
    again = {"decision_code": "D6", "value": "90", "decided_at": "2020-04-20 10:00"}
    small.drop("decision", [DECISION | CORRECTION | again], "again.csv")
    small.build(*MARTS)
    with pytest.raises(UsageError) as complaint:
        small.build("decision_takes_effect_or_says_why", command="test")
    return Story(before, decided, small.keep("mended"), str(complaint.value))


def outcome(word: str, unit: str) -> dict[str, str]:
    return {"outcome": word, "unit_code": unit}


def is_of(row: dict[str, str], unit: str) -> bool:
    return (row["unit_code"], row["measure_code"]) == (unit, "T5.1.linked_share")


def test_decisions_move_exactly_their_figures(story: Story) -> None:
    """Quality takes the values; presence asks only whether anything is there, so only the events move it."""
    values = {("quality", unit, node) for unit in (UPHELD, CORRECTED) for node in ("T5.1", "T5", "T", "composite")}
    events = {
        (methodology, unit, node)
        for methodology in ("presence", "quality")
        for unit in (REPAIRED, WITHDRAWN)
        for node in ("E2.1", "E2", "E", "composite")
    }
    faults = {(methodology, REPAIRED, "E2.3") for methodology in ("presence", "quality")}
    assert story.moved() == values | events | faults


def test_an_objection_stays_visible_with_its_decision(story: Story) -> None:
    assert set(rows(story.before, "select objection_status from marts.objection")) == {("open",)}
    assert rows(
        story.decided,
        "select objection_code, objection_status, decision_code, found_value, value from marts.objection order by 1",
    ) == [
        ("Y1", "upheld", "D1", Decimal(80), Decimal(95)),
        ("Y2", "rejected", "D2", Decimal(80), None),
        ("Y3", "upheld", "D3", None, None),
        ("Y4", "open", None, None, None),
    ]


def test_a_decided_cell_leads_to_file_and_row(story: Story) -> None:
    assert rows(
        story.decided,
        f"""
        select distinct scores.status, scores.value, batch.file_name, batch.source, scores.row_number
        from marts.fct_measure_score as scores
        inner join raw.batch as batch on scores.batch_id = batch.batch_id
        where scores.unit_code = '{UPHELD}' and scores.measure_code = 'T5.1.linked_share'
        """,
    ) == [("verified", Decimal(95), "decisions.csv", "decision", 2)]
    # The observations that disagreed stay, and none of them counts any longer.
    conflict = "select value, is_effective from marts.observation_conflict order by precedence"
    assert rows(story.before, conflict)[:2] == [(Decimal(80), True), (Decimal(70), False)]
    assert rows(story.decided, conflict)[:2] == [(Decimal(80), False), (Decimal(70), False)]


def test_a_repair_lowers_a_silent_event(story: Story) -> None:
    """A major event, 3 points, silent: −3 and −2. Found repaired after the limit: 3 × 0.5, and late, −1."""
    facts = f"""
        select distinct response_level, points, response_fault_points, is_silent, is_late
        from marts.opinion_event where unit_code = '{REPAIRED}'
    """
    assert rows(story.before, facts) == [("other", Decimal(-3), Decimal(-2), True, False)]
    assert rows(story.decided, facts) == [("repaired", Decimal("-1.5"), Decimal(-1), False, True)]


def test_a_withdrawn_event_counts_nothing(story: Story) -> None:
    facts = f"select distinct points, is_rejected from marts.opinion_event where unit_code = '{WITHDRAWN}'"
    assert rows(story.before, facts) == [(Decimal("-0.35"), False)]
    assert rows(story.decided, facts) == [(Decimal(0), True)]


def test_a_correction_fails_loudly_once_the_source_is_mended(story: Story) -> None:
    assert rows(
        story.mended,
        "select expected_value, found_value, file_name, row_number from marts.decision"
        " where decision_status = 'stale_correction'",
    ) == [(Decimal(80), Decimal(96), "decisions.csv", 5)]
    assert "decision_takes_effect_or_says_why" in story.complaint
    # Not applied: the mended source is what counts.
    value = f"""
        select distinct value from marts.fct_measure_score
        where unit_code = '{CORRECTED}' and measure_code = 'T5.1.linked_share'
    """
    assert rows(story.decided, value) == [(Decimal(95),)]
    assert rows(story.mended, value) == [(Decimal(96),)]


def test_only_a_later_decision_takes_the_place_of_one(story: Story) -> None:
    """A later verification does not."""
    assert rows(
        story.mended,
        f"select decision_code, decision_status, value from marts.decision where unit_code = '{UPHELD}' order by 1",
    ) == [("D1", "replaced", Decimal(95)), ("D6", "in_effect", Decimal(90))]


def test_the_log_holds_every_decision(story: Story) -> None:
    assert rows(story.mended, "select action, decision_code from marts.decision_log order by entry_number") == [
        ("recorded", f"D{number}") for number in range(1, 7)
    ]


def test_who_may_not_decide_is_refused_at_the_door(tmp_path: Path) -> None:
    """Under the project's seeds: a steward on an objection, an officer on the own unit, a term that has ended."""
    small_home = SmallHome(Home(tmp_path / "home"))
    lay_demo_seeds(small_home.home)
    ended = {"decided_at": "2021-01-01 09:00", "repaired_at": "2020-12-01 09:00"}
    small_home.drop(
        "decision",
        [
            DECISION | STEWARD,
            DECISION | {"decision_code": "D2", "officer_code": "OFF-04", "unit_code": "520102"},
            DECISION | REPAIR | INSPECTOR | {"decision_code": "D3"} | ended,
        ],
    )
    small_home.land()
    assert [row["rule"] for row in small_home.quarantined()] == [
        "kind_not_allowed",
        "decider_is_party",
        "officer_without_role",
    ]
