"""Whatever comes, is replaced and withdrawn, in whatever order: counting by steps gives the rows of a full recount."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from orchestration.home import Home
from orchestration.landing.evidence.layout import evidence_folder
from orchestration.landing.run import land_inbox
from orchestration.landing.store import Store
from orchestration.warehouse import evidence as warehouse_evidence
from tests.evidence.conftest import Evidence
from tests.evidence.models import MODELS, EvidenceModels

# Of two kinds that look back (cases, columns of a site) and one that does not.
HEADERS = {
    "citizen_message": "unit_code,message_code,submitted_at,due_at,answered_at,provenance",
    "court_default": "unit_code,case_code,registered_at,closed_at,provenance",
    "disclosure_item": "unit_code,url,published_at,site_column,provenance",
}
# 520281 was 520222 until 2017: the records of both are one unit's.
UNITS = ("520222", "520281", "520115")
YEARS = (2017, 2018, 2019)
FILES = ("a.csv", "b.csv", "c.csv")


@st.composite
def record(draw: st.DrawFn, kind: str) -> str:
    """Few keys, units and years, so that files repeat each other's records, also in another year."""
    year, month = draw(st.sampled_from(YEARS)), draw(st.integers(1, 12))
    unit = draw(st.sampled_from(UNITS if year == 2017 else UNITS[1:]))
    key, day = draw(st.integers(1, 5)), f"{year}-{month:02}-05"
    later = draw(st.sampled_from(("", f"{year}-{month:02}-09", f"{year}-{month:02}-25", f"{year + 1}-02-01")))
    if kind == "citizen_message":
        return f"{unit},M{key},{day},{year}-{month:02}-15,{later},synthetic"
    if kind == "court_default":
        return f"{unit},J{key},{day},{later},synthetic"
    return f"{unit},https://a/{key},{day},column {draw(st.integers(1, 2))},synthetic"


@st.composite
def delivery(draw: st.DrawFn) -> tuple[str, str, list[str]]:
    """(kind, file, rows): a file without rows withdraws what landed under its name."""
    kind = draw(st.sampled_from(sorted(HEADERS)))
    return kind, draw(st.sampled_from(FILES)), draw(st.lists(record(kind), max_size=8))


STEPS = st.lists(st.lists(delivery(), min_size=1, max_size=3), min_size=2, max_size=4)


@pytest.fixture(scope="module", autouse=True)
def units_found_once() -> Iterator[None]:
    """Each count looks up the units of all codes, which are the same here."""
    with pytest.MonkeyPatch.context() as patch:
        units: list[dict] = []

        def units_of_codes(*given: object) -> list[dict]:
            found = units or list(whole(*given))
            units[:] = [row for row in found if row["received_code"] in UNITS]
            return units

        whole = warehouse_evidence.units_of_codes
        patch.setattr(warehouse_evidence, "units_of_codes", units_of_codes)
        yield


def count(models: EvidenceModels, home: Home) -> None:
    """Tell the models what is in effect, and have them count."""
    store, connection = Store(home.landing), models.connection
    ledger = [(batch.batch_id, delivery.seq, effective) for batch, delivery, effective in store.ledger()]
    connection.execute("create or replace table raw.batch (batch_id text, delivery_seq integer, is_effective boolean)")
    if ledger:
        connection.executemany("insert into raw.batch values (?, ?, ?)", ledger)
    warehouse_evidence.load_evidence(connection, home, store)
    models.build()


def follow(steps: list[list[tuple[str, str, list[str]]]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        evidence = Evidence(Home(Path(folder)))
        by_steps = EvidenceModels(evidence_folder(evidence.home.landing))
        for step in steps:
            for kind, name, rows in step:
                evidence.put(kind, name, "\n".join((HEADERS[kind], *rows)) + "\n")
            landed = land_inbox(evidence.home, accept_shrunk=True)
            assert {file.outcome for file in landed} <= {"landed", "superseding", "unchanged"}
            assert not [file for file in landed if file.quarantined_count]
            count(by_steps, evidence.home)
            whole = EvidenceModels(evidence_folder(evidence.home.landing))
            count(whole, evidence.home)
            for model in MODELS:
                assert by_steps.rows(model) == whole.rows(model), model


A_RECORD_THAT_MOVES_AND_COMES_BACK = [
    [("citizen_message", "a.csv", ["520115,M1,2018-03-05,2018-03-15,,synthetic"])],
    [("citizen_message", "b.csv", ["520115,M1,2019-03-05,2019-03-15,2019-03-09,synthetic"])],
    [("citizen_message", "b.csv", [])],
]
THREE_YEARS_OF_ONE_KEY = [
    [("court_default", name, [f"520281,J1,{year}-03-05,,synthetic"]) for name, year in zip(FILES, YEARS, strict=True)],
    [("court_default", "c.csv", [])],
    [("court_default", "b.csv", ["520281,J2,2018-03-05,,synthetic"])],
]


@pytest.mark.parametrize("steps", [A_RECORD_THAT_MOVES_AND_COMES_BACK, THREE_YEARS_OF_ONE_KEY])
def test_a_key_of_several_years_counts_where_it_was_delivered_last(steps: list) -> None:
    follow(steps)


@given(steps=STEPS)
@settings(
    max_examples=3,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_by_steps_as_in_one_go(steps: list[list[tuple[str, str, list[str]]]]) -> None:
    follow(steps)


@pytest.mark.slow
@given(steps=STEPS)
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
def test_by_steps_as_in_one_go_many_times(steps: list[list[tuple[str, str, list[str]]]]) -> None:
    follow(steps)
