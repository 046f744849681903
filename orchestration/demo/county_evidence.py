"""SYNTHETIC records for a few counties of the demo: what its typed values would have been counted from.

Derived values are the typed ones, to two decimals, but for three cells (`FOUND`) in which the records say something
else than was reported: the typed values stay in force, for they were captured later, and the conflicts can be looked
at. Beside the sound records lie broken ones, some that were delivered before their outcome was known, and one whose
day moved into the next year.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from orchestration.demo.county import drawn_cells
from orchestration.demo.dispute import CASES, MEASURES
from orchestration.demo.draws import generator
from orchestration.demo.evidence_rows import TOLD_KINDS, Record, ToldKind, Truth
from orchestration.demo.frame import GUIZHOU, Frame
from orchestration.demo.inbox_file import write_csv, write_jsonl, write_parquet
from orchestration.demo.presence import State
from orchestration.home import shipped_seeds
from orchestration.seeds import read_seed

PROVENANCE = "synthetic"
UNITS = ("520115", "520281", "520402", "522301")
# What records say where it is not what was reported, in hundredths: 46 of 58 messages answered on time; two open cases
# more; three columns more without anything new.
FOUND = {("520115", "P3.2.rate"): 7931}
FOUND_MORE = {("520281", "S3.2.open_case_count"): 200, ("522301", "T5.3.stale_column_count"): 300}
SILENT = (State.QUARANTINED, State.NOT_COLLECTED)
# Every so many records: one that is broken, one that came before its outcome was known.
BROKEN, EARLY = 83, 12
MOVED_KIND = "contract_performance"
WRITERS = {"disclosure_item": ("parquet", write_parquet), "site_probe": ("jsonl", write_jsonl)}


def write_county_evidence(inbox: Path, year: int, seed: int) -> list[Path]:
    """Write the records of a year below `inbox`/<kind>/; return the files. The same arguments give the same bytes."""
    seeds = shipped_seeds() / "evidence"
    kinds = read_seed(seeds / "evidence_kind.csv")
    columns = read_seed(seeds / "evidence_column.csv")
    derivations = read_seed(seeds / "measure_derivation.csv")
    measures = {kind: {row["measure_code"] for row in derivations if row["kind_code"] == kind} for kind in TOLD_KINDS}
    records: dict[str, list[Record]] = {kind: [] for kind in TOLD_KINDS}
    for unit, states in _cells_of_units(year, seed).items():
        for kind, told in TOLD_KINDS.items():
            records[kind] += _records(unit, year, seed, kind, told, measures[kind], states)
    paths = []
    for row in kinds:
        kind, key = row["kind_code"], row["key_columns"].split()[-1]
        names = [column["column_name"] for column in columns if column["kind_code"] == kind]
        early = [*_early(records[kind], kind, row["date_column"]), *_broken(records[kind], key, row["date_column"])]
        for number, rows in enumerate((early, records[kind]), start=1):
            ending, write = WRITERS.get(kind, ("csv", write_csv))
            path = inbox / kind / f"synthetic_{kind}_{year}_{number}.{ending}"
            paths.append(write(path, names, [[record.get(name) for name in names] for record in rows]))
    return paths


def _cells_of_units(year: int, seed: int) -> dict[str, dict[str, tuple[State, int]]]:
    """State and value of each measure of the chosen units, as the records are to tell them."""
    frame = Frame()
    cells = drawn_cells(frame, GUIZHOU, year, seed)
    found = {}
    for index, unit in enumerate(frame.units[year][GUIZHOU]):
        if unit.identity not in UNITS:
            continue
        found[unit.code] = {
            measure.code: (
                State(cells.states[index, at]),
                FOUND.get((unit.identity, measure.code), int(cells.values[index, at]))
                + FOUND_MORE.get((unit.identity, measure.code), 0),
            )
            for at, measure in enumerate(frame.measures)
            # Decided by a person: what is true has moved.
            if not (unit.code in CASES and measure.code in MEASURES)
        }
    return found


def _records(
    unit: str,
    year: int,
    seed: int,
    kind: str,
    told: ToldKind,
    measures: set[str],
    cells: dict[str, tuple[State, int]],
) -> list[Record]:
    """The records of a kind for a unit; none where a cell is open, or a value would be told that there is not."""
    own = {code: cells[code] for code in measures if code in cells}
    values = {code: value for code, (state, value) in own.items() if state == State.VALUE}
    if any(state in SILENT for state, _ in own.values()) or not values.keys() >= set(told.always):
        return []
    truth = Truth(unit, year, values, generator(seed, "evidence", kind, unit, year))
    rest: Record = {"unit_code": unit, "channel": told.channel, "provenance": PROVENANCE}
    return [record | rest for record in told.tell(truth)]


def _early(records: Sequence[Record], kind: str, date_column: str) -> list[Record]:
    """Some of the records as they were first delivered: without their outcome, one of them dated a year too early."""
    blank = dict.fromkeys(TOLD_KINDS[kind].outcomes)
    early = [record | blank for record in records[::EARLY]]
    if kind == MOVED_KIND and early:
        told = str(early[0][date_column])
        early[0][date_column] = f"{int(told[:4]) - 1}-12-31{told[10:]}"
    return early


def _broken(records: Sequence[Record], key: str, date_column: str) -> list[Record]:
    """Copies that break a rule each: no such unit, no key, no such day."""
    faults: tuple[Record, ...] = ({"unit_code": "999999"}, {key: None}, {date_column: "2019-02-30"})
    return [record | faults[number % len(faults)] for number, record in enumerate(records[1::BROKEN])]
