"""An upheld objection moves the figures that hang on its cell; the next release's diff names them and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestration.home import Home
from orchestration.landing import chain
from orchestration.release.catalogue import Catalogue, ReleaseId
from orchestration.release.publish import OFFERED, PUBLISHED, UNCHANGED
from orchestration.release.verify import fresh_home
from tests.daily.small_home import DECISION, OBJECTION
from tests.landing.conftest import csv_text
from tests.release.conftest import build, release
from tests.release.figures import assert_tells_every_change, changes_in, rows, scoring_cell

REASON = "objection Y1 was upheld"
# A changed score can move all that stand beside it: another unit's place, another loss's place.
PLACES = ("rank", "next", "percentile")


def drop(home: Home, source: str, row: dict[str, str]) -> None:
    path = home.inbox / source / "one.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(csv_text([row]), encoding="utf-8")


def path_to_the_root(home: Home, measure: str) -> set[str]:
    """The measure's leaf and all nodes above it."""
    found = rows(
        home.warehouse,
        f"""
        with recursive path as (
            select nodes.methodology_code, nodes.node_code, nodes.parent_node_code
            from marts.dim_indicator as nodes
            inner join marts.dim_measure as measures using (methodology_code, node_code)
            where measures.measure_code = '{measure}'
            union
            select nodes.methodology_code, nodes.node_code, nodes.parent_node_code
            from path
            inner join marts.dim_indicator as nodes
                on path.methodology_code = nodes.methodology_code and path.parent_node_code = nodes.node_code
        )
        select distinct node_code from path
        """,
    )
    # The sum of the base dimensions is a figure of its own.
    return {node for (node,) in found} | {"base"}


def peers_of(home: Home, unit: str) -> set[tuple[str, str]]:
    """Whoever stands in a group with the unit, by the rule of the group: a score moves the mean of its group."""
    return set(
        rows(
            home.warehouse,
            f"""
            select peers.peer_rule_code, peers.unit_code
            from marts.peer_ranking as own
            inner join marts.peer_ranking as peers using (assessment_year, peer_rule_code, group_code)
            where own.unit_code = '{unit}' and own.assessment_year = 2019
            """,
        )
    )


def hangs_on(
    change: dict, unit: str, measure: str, nodes: set[str], regions: set[str], peers: set[tuple[str, str]]
) -> bool:
    key = change["row_key"]
    if change["table_name"] == "peer_ranking" and change["column_name"].endswith("_of_group"):
        return (key["peer_rule_code"], key["unit_code"]) in peers
    if any(place in change["column_name"] for place in PLACES):
        return "unit_code" in key or key["region_code"] in regions
    if change["table_name"] == "indicator_redundancy":
        return bool(nodes & {key["first_node_code"], key["second_node_code"]})
    return (
        (key.get("unit_code") == unit or key.get("region_code") in regions)
        and key.get("measure_code", measure) == measure
        and key.get("node_code", "composite") in nodes
    )


# `test_publish.py` has a changed observation, `tests/daily` what a decision moves.
@pytest.mark.slow
def test_upheld_objection(home: Home, tmp_path: Path) -> None:
    catalogue, first, second = Catalogue(home.releases), ReleaseId(2019, 1), ReleaseId(2019, 2)
    unit, measure = scoring_cell(home, 2019)
    [(value,)] = rows(
        home.warehouse,
        "select distinct value from marts.fct_measure_score "
        f"where assessment_year = 2019 and unit_code = '{unit}' and measure_code = '{measure}'",
    )
    cell = {"unit_code": unit, "measure_code": measure, "value": "0"}
    drop(home, "objection", OBJECTION | cell)
    build(home)
    assert release(home, 2019).state == UNCHANGED

    drop(home, "decision", DECISION | cell | {"expected_value": str(value)})
    build(home)
    assert release(home, 2019).state == OFFERED
    assert release(home, 2019, note=REASON).state == PUBLISHED

    changes = changes_in(catalogue.folder(second))
    assert_tells_every_change(changes, catalogue.database(first), catalogue.database(second))
    # One prefecture is all that the small home assesses.
    nodes, regions, peers = path_to_the_root(home, measure), {"520400"}, peers_of(home, unit)
    assert [change for change in changes if not hangs_on(change, unit, measure, nodes, regions, peers)] == []
    scores = [change for change in changes if change["table_name"] == "fct_indicator_score"]
    assert {change["row_key"]["node_code"] for change in scores if change["column_name"] == "score"} == {
        node for (node,) in rows(home.warehouse, "select distinct node_code from marts.fct_indicator_score")
    } & nodes
    [(decided,)] = rows(catalogue.database(second), "select decision_status from marts.decision")
    assert decided == "in_effect"
    assert rows(catalogue.database(second), "select distinct reason from marts.revision") == [(REASON,)]

    rebuilt = fresh_home(home, catalogue, catalogue.lock_of(second), tmp_path / "rebuilt")
    assert list(chain.entries(rebuilt)) == list(chain.entries(home)) != []
