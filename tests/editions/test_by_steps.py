"""Whatever is landed, decided, withdrawn and changed in the method, in whatever order: editions built by steps have the
rows of a full rebuild, table by table."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from orchestration.home import Home
from orchestration.landing.run import land_inbox
from orchestration.warehouse import built_editions, edition_inputs
from orchestration.warehouse.built_editions import EditionsToBuild
from orchestration.warehouse.raw import load_raw
from tests.daily.small_home import DECISION, EVENT, OBJECTION, UNITS, VERIFICATION, observations
from tests.editions.models import EditionModels
from tests.landing.conftest import csv_text
from tests.small.home import make_small_home

YEARS = (2017, 2018, 2019)
# 519001 is in no edition's frame.
CODES = (*UNITS[:3], "519001")
MEASURES = ("T5.1.linked_share", "T1.1", "C1.1.lost_share")
Row = dict[str, str]
Step = list[tuple[str, str, list[Row]]]
METHOD = "method"


@st.composite
def observed(draw: st.DrawFn) -> tuple[str, str, list[Row]]:
    """A year once more, or a few of its values in another file; without rows what came under the name is withdrawn."""
    year, is_whole = draw(st.sampled_from(YEARS)), draw(st.booleans())
    values = {"T5.1.linked_share": str(draw(st.integers(0, 120))), "T1.1": draw(st.sampled_from("01"))}
    if is_whole:
        rows = observations(year) + observations(year, values, units=UNITS[:2], captured_at=f"{year}-12-04 10:00:00")
        return "observation", f"{year}.csv", draw(st.sampled_from((rows, [])))
    units = tuple(draw(st.lists(st.sampled_from(CODES), min_size=1, max_size=2, unique=True)))
    return "observation", f"more_{draw(st.integers(1, 2))}.csv", observations(year, values, units=units)


@st.composite
def reported(draw: st.DrawFn) -> tuple[str, str, list[Row]]:
    """Events of few codes, so that those of one year go on in another."""
    rows = []
    for _ in range(draw(st.integers(0, 3))):
        year = draw(st.sampled_from(YEARS))
        cluster, unit = draw(st.sampled_from(("C1", "C2", "C3"))), draw(st.sampled_from(CODES[:2]))
        rows.append(
            EVENT
            | {"cluster_code": cluster, "unit_code": unit, "assessment_year": str(year)}
            | {"event_date": f"{year}-06-10", "reported_at": f"{year}-06-10 09:00:00"}
            | {"response_at": f"{year}-06-{draw(st.integers(11, 14))} 09:00:00"}
            | {"captured_at": f"{year}-07-{draw(st.integers(10, 12))} 09:00:00"}
            | {"severity": draw(st.sampled_from(("ordinary", "major")))}
        )
    return "opinion_event", f"{draw(st.sampled_from('ab'))}.csv", rows


def _subject(draw: st.DrawFn) -> Row:
    found = {"unit_code": draw(st.sampled_from(CODES[:2])), "assessment_year": str(draw(st.sampled_from(YEARS)))}
    if draw(st.booleans()):
        return found | {"subject": "observation", "measure_code": "T5.1.linked_share", "cluster_code": ""}
    return found | {"subject": "opinion_event", "measure_code": "", "cluster_code": draw(st.sampled_from(("C1", "C2")))}


@st.composite
def verified(draw: st.DrawFn) -> tuple[str, str, list[Row]]:
    rows = []
    for _ in range(draw(st.integers(0, 2))):
        verdict = draw(st.sampled_from(("confirm", "reject", "correct")))
        row = VERIFICATION | _subject(draw) | {"verdict": verdict, "reason": "" if verdict == "confirm" else "wrong"}
        is_value = verdict == "correct" and row["subject"] == "observation"
        rows.append(row | {"value": "61" if is_value else ""})
    return "verification", f"{draw(st.sampled_from('ab'))}.csv", rows


@st.composite
def decided(draw: st.DrawFn) -> tuple[str, str, list[Row]]:
    """Objections and decisions of few codes: a code used twice holds for neither, be it in another year."""
    rows = []
    for _ in range(draw(st.integers(0, 2))):
        subject = _subject(draw)
        is_value = subject["subject"] == "observation"
        value = {} if is_value else {"value": "", "expected_value": ""}
        rows.append(
            DECISION
            | subject
            | value
            | {
                "decision_code": draw(st.sampled_from(("D1", "D2"))),
                "objection_code": draw(st.sampled_from(("Y1", ""))),
            }
            | {"decided_at": f"2020-03-{draw(st.integers(20, 22))} 10:00:00"}
        )
    return "decision", f"{draw(st.sampled_from('ab'))}.csv", rows


@st.composite
def objected(draw: st.DrawFn) -> tuple[str, str, list[Row]]:
    year = draw(st.sampled_from(YEARS))
    rows = [OBJECTION | {"assessment_year": str(year)}] if draw(st.booleans()) else []
    return "objection", "a.csv", rows


CHANGE = st.one_of(
    observed(),
    observed(),
    reported(),
    verified(),
    decided(),
    objected(),
    st.just((METHOD, "", [])),
    st.just(("", "", [])),
)
STEPS = st.lists(st.lists(CHANGE, min_size=1, max_size=2), min_size=2, max_size=4)


@pytest.fixture(scope="module")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_small_home(tmp_path_factory.mktemp("editions") / "home").root


class BySteps:
    """A home whose tables follow what lands; `follow` compares them with tables made in full."""

    def __init__(self, root: Path) -> None:
        self.home = Home(root)
        self.models, self.whole = EditionModels(self.home), EditionModels(self.home)
        self.built: list[tuple[int, ...]] = []

    def put(self, source: str, name: str, rows: list[Row], templates: dict[str, Row]) -> None:
        path = self.home.inbox / source / name
        path.parent.mkdir(parents=True, exist_ok=True)
        header = csv_text([templates[source]]).splitlines()[0] + "\n"
        path.write_text(csv_text(rows) if rows else header, encoding="utf-8")

    def follow(self, step: Step) -> None:
        """Build what the step brought, and compare every table with what a full build makes."""
        editions = self.take(step)
        load_raw(self.whole.connection, self.home)
        self.whole.build()
        expected = self.whole.tables()
        for name, rows in self.models.tables().items():
            assert rows == expected[name], (name, editions.built)

    def take(self, step: Step) -> EditionsToBuild:
        templates = {
            "observation": observations(2019)[0],
            "opinion_event": EVENT,
            "verification": VERIFICATION,
            "decision": DECISION,
            "objection": OBJECTION,
        }
        for source, name, rows in step:
            if source == METHOD:
                self.change_method()
            elif source:
                self.put(source, name, rows, templates)
        land_inbox(self.home, accept_shrunk=True)
        editions = self.build()
        self.built.append(editions.built)
        return editions

    def build(self) -> EditionsToBuild:
        """As a run does it."""
        load_raw(self.models.connection, self.home, is_known=bool(self.built))
        inputs = edition_inputs.inputs_of_editions(self.models.connection, self.home)
        editions = built_editions.begin(self.home.warehouse, inputs)
        self.models.build(edition_inputs.environment(self.home, editions))
        built_editions.record(self.home.warehouse, editions)
        return editions

    def change_method(self) -> None:
        """The target of a measure is another, for every edition."""
        path = self.home.seeds / "methodology" / "measure_rule.csv"
        text = path.read_text(encoding="utf-8")
        line = next(line for line in text.splitlines() if line.startswith("quality,T5.1.linked_share,"))
        cells = line.split(",")
        cells[7] = "90" if cells[7] != "90" else "95"
        path.write_text(text.replace(line, ",".join(cells)), encoding="utf-8")


def begun(seeded: Path, folder: str) -> BySteps:
    """Three editions, each with the values of the one before and a few of its own."""
    root = Path(folder) / "home"
    shutil.copytree(seeded, root)
    home = BySteps(root)
    home.home.warehouse.parent.mkdir()
    home.take(
        [
            ("observation", f"{year}.csv", observations(year, units=UNITS[:4] if year < 2019 else UNITS))
            for year in YEARS
        ]
    )
    assert home.built == [YEARS]
    return home


def of_year(year: int, value: str = "40", **changes: str) -> tuple[str, str, list[Row]]:
    return "observation", f"late_{year}.csv", observations(year, {"T5.1.linked_share": value}, **changes)


def events_of(year: int, cluster: str, name: str, reported: str) -> tuple[str, str, list[Row]]:
    times = {"event_date": f"{year}-06-10", "reported_at": reported, "response_at": "", "response_kind": "none"}
    row = (
        EVENT | {"assessment_year": str(year), "cluster_code": cluster, "captured_at": f"{year}-12-12 09:00:00"} | times
    )
    return "opinion_event", name, [row]


def test_only_what_changed_is_built(seeded: Path, tmp_path: Path) -> None:
    """The sequence that every change goes through once, with the editions that each may build."""
    home = begun(seeded, str(tmp_path))
    first = events_of(2018, "C1", "a.csv", "2018-06-10 09:00:00")
    home.follow([of_year(2019), first])
    home.follow([("", "", [])])
    # The same event, reported once more in the next year: it counts where it happened.
    home.follow([events_of(2019, "C1", "b.csv", "2019-06-10 09:00:00")])
    assert home.built[1:] == [(2018, 2019), (), (2018, 2019)]


@pytest.mark.slow
def test_decisions_and_method_too(seeded: Path, tmp_path: Path) -> None:
    home = begun(seeded, str(tmp_path))
    decision = DECISION | {"objection_code": "", "expected_value": "80"}
    home.follow([("decision", "a.csv", [decision])])
    # The door refuses the same code in another file.
    home.follow([("decision", "b.csv", [decision | {"assessment_year": "2017"}])])
    home.follow([("decision", "b.csv", [])])
    home.follow([(METHOD, "", [])])
    home.follow([("observation", "2018.csv", [])])
    assert home.built[1:] == [(2019,), (2017,), (2017,), YEARS, (2018,)]


@pytest.mark.slow
@given(steps=STEPS)
@settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_by_steps_as_in_one_go(seeded: Path, steps: list[Step]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        home = begun(seeded, folder)
        for step in steps:
            home.follow(step)
