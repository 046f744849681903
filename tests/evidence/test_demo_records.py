"""The demo's records: labelled, with dirt in them, and saying what was typed but where a conflict is meant."""

from __future__ import annotations

from collections import Counter
from decimal import ROUND_HALF_UP, Decimal

import pytest

from orchestration.demo.county import SEED, drawn_cells
from orchestration.demo.county_evidence import FOUND, FOUND_MORE, UNITS, write_county_evidence
from orchestration.demo.frame import GUIZHOU, Frame
from orchestration.demo.presence import State
from orchestration.home import shipped_seeds
from orchestration.seeds import read_seed
from tests.evidence.conftest import Evidence
from tests.methodology.reference_evidence import Derived, derive


def typed_values(year: int) -> dict[tuple[str, str], Decimal | State]:
    """The true value of each cell of the chosen units, or its state, by the unit's lasting code."""
    frame = Frame()
    cells = drawn_cells(frame, GUIZHOU, year, SEED)
    return {
        (unit.identity, measure.code): Decimal(int(cells.values[row, column])) / 100
        if cells.states[row, column] == State.VALUE
        else State(cells.states[row, column])
        for row, unit in enumerate(frame.units[year][GUIZHOU])
        for column, measure in enumerate(frame.measures)
        if unit.identity in UNITS
    }


def derived_values(evidence: Evidence, year: int) -> dict[tuple[str, str], Derived]:
    """What the reference derives from the records in effect, by the unit's lasting code and the measure."""
    seeds = {path.stem: read_seed(path) for path in (shipped_seeds() / "evidence").glob("*.csv")}
    lasting = {unit.code: unit.identity for unit in Frame().units[year][GUIZHOU]}
    order = {item.batch_id: item.seq for item in evidence.store.effective_deliveries().values()}
    found = {}
    for kind in (row["kind_code"] for row in seeds["evidence_kind"]):
        records = evidence.accepted(kind)
        records.sort(key=lambda record: (order[record["batch_id"]], record["row_number"]))
        found |= derive(records, seeds, kind, year, lasting.get)
    return found


@pytest.mark.parametrize("year", [pytest.param(2017, marks=pytest.mark.slow), 2019])
def test_records_say_what_was_typed_but_in_three_cells(evidence: Evidence, year: int) -> None:
    paths = write_county_evidence(evidence.home.inbox / "evidence", year, SEED)
    landed = evidence.land()
    assert len(landed) == len(paths) and {file.outcome for file in landed} == {"landed"}
    rules = Counter()
    for file in landed:
        rules.update(evidence.store.batch(file.source, file.batch_id).rules)
    assert rules["unit_code_unknown"] and rules["message_code_missing"] and rules["submitted_at_malformed"]
    assert 3_000 < sum(file.accepted_count for file in landed) < 12_000

    typed, derived = typed_values(year), derived_values(evidence, year)
    differing, equal = set(), Counter()
    for key, found in derived.items():
        if found.value is None:
            # Nothing else may come into force by it: neither where only broken rows came in, nor where nothing did.
            assert typed[key] not in (State.QUARANTINED, State.NOT_COLLECTED), key
        elif typed[key] == found.value.quantize(Decimal("0.01"), ROUND_HALF_UP):
            equal[key[0]] += 1
        else:
            differing.add(key)
    meant = {key for key in {*FOUND, *FOUND_MORE} if not isinstance(typed[key], State)}
    assert differing == meant and meant
    assert set(equal) == set(UNITS) and equal.total() > 40


def test_the_examples_of_the_readme_are_in_it(evidence: Evidence) -> None:
    """46 of 58 messages of 观山湖区 were answered on time; a contract moved into another year; some came twice."""
    write_county_evidence(evidence.home.inbox / "evidence", 2019, SEED)
    evidence.land()
    found = derived_values(evidence, 2019)["520115", "P3.2.rate"]
    assert (found.among, found.counted) == (58, 46)
    records = [(row["unit_code"], row["contract_code"]) for row in evidence.accepted("contract_performance")]
    years = {row["record_year"] for row in evidence.accepted("contract_performance")}
    assert max(Counter(records).values()) == 2 and years == {2018, 2019}
    kinds = [row["kind_code"] for row in read_seed(shipped_seeds() / "evidence" / "evidence_kind.csv")]
    assert {row["provenance"] for kind in kinds for row in evidence.accepted(kind)} == {"synthetic"}


def test_writing_again_changes_no_byte(evidence: Evidence) -> None:
    folder = evidence.home.inbox / "evidence"
    first = {path: path.read_bytes() for path in write_county_evidence(folder, 2019, SEED)}
    assert {path: path.read_bytes() for path in write_county_evidence(folder, 2019, SEED)} == first
