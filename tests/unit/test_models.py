"""The rules of dbt_project_evaluator that the house keeps, asked of the manifest: who reads whom, what is tested, what
is documented, and where a thing stands. An exception stands here with its reason, and goes once it is none."""

from __future__ import annotations

import json
import re
import string
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

from orchestration.home import Home
from orchestration.landing.inbox import EVIDENCE_FOLDER
from orchestration.release.candidate import REVISION
from orchestration.release.gates import FINDINGS, TESTED
from orchestration.warehouse import dbt, edition_inputs
from orchestration.warehouse.build_record import GATE_TAG
from tests.small.home import make_small_home

Node = dict[str, Any]

MOST_JOINS = 9
MOST_LINES = 150

# Records land in bulk and are counted where they lie, beside seeds that say how: no view of one table stands before
# them.
COUNTS_RECORDS = {
    "dim_derivation",
    "evidence_file",
    "evidence_partition",
    "int_evidence_check",
    "int_evidence_count",
    "int_evidence_duplicate",
    "int_evidence_measure",
    "int_evidence_partition",
    "int_evidence_sample",
}
# Figures are lined up with the published ones under their names, and conflicts stand in a mart already.
READS_MARTS = {
    "int_collector_count",
    "int_frame_statistic",
    "int_published_constraint",
    "int_published_figure",
    "int_region_statistic",
    "int_verification_reason",
}
# Evaluated for the few rows that somebody asks for: as tables they would take longer to write than to read.
READ_AS_VIEWS = {"region_history", "score_trace", "unit_history"}
# Their columns follow from the tree; a test of the SQL compares them with it.
WITHOUT_CONTRACT = {"unit_scorecard", "unit_scorecard_all"}
# Models whose key is held where each of their rows ends up, or by a test that looks at the rows anyway.
KEY_IS_HELD_BY = {
    "int_data_set": "int_pair_statistic",
    "int_event_leaf": "int_leaf_score",
    "int_event_point_day": "warning",
    "int_event_source": "trace_reaches_its_file",
    "int_event_trace": "trace_reaches_its_file",
    "int_frame_statistic": "int_region_statistic",
    "int_gathered_leaf": "trace_reaches_its_file",
    "int_leaf_finding": "score_contribution",
    "int_measure_score_deduct": "int_measure_score",
    "int_measure_score_linear": "int_measure_score",
    "int_measure_score_relative": "int_measure_score",
    "int_measure_score_veto": "int_measure_score",
    "int_measure_source": "trace_reaches_its_file",
    "int_measure_trace": "trace_reaches_its_file",
    "int_measured_value": "int_variant_normalised",
    "int_node_event": "score_contribution",
    "int_node_point": "score_contribution",
    "int_node_reason": "score_contribution",
    "int_node_share": "score_contribution",
    "int_peer_group_by_value": "int_peer_group",
    "int_peer_value": "int_peer_group",
    "int_published_constraint": "published_reconciliation",
    "int_published_figure": "published_reconciliation",
    "int_rank_fall": "warning",
    "int_refused_value": "suspect_observation",
    "int_score_fall": "warning",
    "int_screen_reason": "int_verification_reason",
    "int_unit_before": "warning",
    "int_variant_denominated": "int_variant_normalised",
    "int_variant_imputed": "int_variant_normalised",
    "int_variant_screened": "int_variant_normalised",
    "int_variant_treated": "int_variant_normalised",
    "int_warning_edition": "warning",
    "int_warning_event_points": "warning",
    "int_warning_response": "warning",
    "int_warning_rule": "warning",
    "int_warning_veto": "warning",
    "score_trace": "trace_reaches_its_file",
}
# To be split by what they say.
LONGER = {
    "effective_weight",
    "indicator_redundancy",
    "int_evidence_count",
    "int_observation_candidate",
    "int_region_node_score",
    "int_unit_draw",
    "int_unit_score",
    "int_variant_imputed",
    "int_variant_normalised",
    "int_variant_treatment",
    "internal_consistency",
    "measure_statistic",
}
# What models by edition read of tables that every build makes in full, and why the rows of an edition there change only
# with what warehouse/edition_inputs.py counts among its inputs.
MADE_IN_FULL = {
    "dim_region": "regions and frame of the edition",
    "dim_unit": "regions and frame of the edition",
    "int_decision": "decisions and objections that share a code hang together there",
    "int_derived_observation": "evidence counts as input of all editions",
    "int_edition": "an edition is there with its observations; which is the latest, none asks",
    "int_event": "reports of several years that share a cluster hang together there",
    "int_region": "regions and frame of the edition",
    "int_region_ancestor": "regions and frame of the edition",
    "int_unit": "frame of the edition, and the one before in the seeds",
    "int_unit_attribute": "attributes count as inputs of all editions",
    "int_unit_region": "regions and frame of the edition",
    "int_unit_weight": "attributes count as inputs of all editions",
    "int_verification_decision": "verifications of the edition",
    # Where a home compares units, all editions are inputs of each.
    "int_variant_edition": "a home that compares units",
    "int_variant_normalised": "a home that compares units",
}
# CTEs that a macro reads by their name.
READ_BY_A_MACRO = {("int_node_point", "depth_0"), ("int_evidence_count", "duplicates")}


class Project:
    """The dbt project as its manifest has it."""

    def __init__(self, manifest: Node) -> None:
        self.nodes: dict[str, Node] = manifest["nodes"] | manifest["sources"] | manifest["exposures"]
        self.exposures: list[Node] = list(manifest["exposures"].values())

    def of(self, kind: str) -> list[Node]:
        return [node for node in self.nodes.values() if node["resource_type"] == kind]

    @cached_property
    def models(self) -> list[Node]:
        return self.of("model")

    @cached_property
    def keyed(self) -> set[str]:
        """What a test says to have a key, by unique id."""
        return {test["attached_node"] for test in self.of("test") if rule_of(test) == "unique_key"}

    def parents(self, node: Node) -> list[Node]:
        return [self.nodes[name] for name in node.get("depends_on", {}).get("nodes", ())]

    def read_tables(self, node: Node) -> list[Node]:
        """What a model reads, through views: tables, seeds and sources."""
        read = []
        for parent in self.parents(node):
            is_view = parent.get("config", {}).get("materialized") in ("view", "ephemeral")
            read += self.read_tables(parent) if is_view else [parent]
        return read

    def depends_on_data(self, node: Node) -> bool:
        return any(name.startswith("source.") for name in self.ancestors(node))

    def named(self, name: str) -> Node:
        (node,) = [node for kind in ("model", "test") for node in self.of(kind) if node["name"] == name]
        return node

    def ancestors(self, node: Node) -> set[str]:
        found: set[str] = set()
        waiting = [node]
        while waiting:
            above = [parent for parent in self.parents(waiting.pop()) if parent["unique_id"] not in found]
            found |= {parent["unique_id"] for parent in above}
            waiting += above
        return found


def rule_of(test: Node) -> str | None:
    """The generic test that it is a case of; a singular test is none."""
    return (test.get("test_metadata") or {}).get("name")


def layer(node: Node) -> str:
    return node["path"].split("/")[0]


def names(nodes: Iterator[Node] | list[Node]) -> set[str]:
    return {node["name"] for node in nodes}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The project with everything in it, evidence and draws too: as other homes have it, whose parse it shares."""
    home = Home(tmp_path_factory.mktemp("parsed"))
    records = home.inbox / EVIDENCE_FOLDER / "citizen_message" / "messages.csv"
    records.parent.mkdir(parents=True)
    records.touch()
    make_small_home(home.root, draws=16)
    return Project(json.loads(dbt.prepare_manifest(home).read_text("utf-8")))


def test_only_staging_reads_seeds_and_sources(project: Project) -> None:
    reading = names(
        model
        for model in project.models
        if layer(model) != "staging"
        and any(parent["resource_type"] in ("seed", "source") for parent in project.parents(model))
    )
    assert reading == COUNTS_RECORDS


def test_a_staging_model_reads_one_table(project: Project) -> None:
    staging = [model for model in project.models if layer(model) == "staging"]
    assert names(model for model in staging if len(project.parents(model)) != 1) == set()
    assert {model["config"]["materialized"] for model in staging} == {"view"}


def test_nothing_reads_the_layer_above(project: Project) -> None:
    reading = names(
        model
        for model in project.models
        if layer(model) in ("staging", "intermediate", "evidence")
        and any(layer(parent) == "marts" for parent in project.parents(model) if parent["resource_type"] == "model")
    )
    assert reading == READS_MARTS


def test_everything_is_read(project: Project) -> None:
    read = {parent["unique_id"] for node in project.models + project.exposures for parent in project.parents(node)}
    below_marts = [model for model in project.models if layer(model) != "marts"]
    assert names(node for node in below_marts + project.of("source") if node["unique_id"] not in read) == set()


def test_sql_names_no_schema(project: Project) -> None:
    hard_coded = re.compile(r"\b(?:from|join)\s+(?:staging|intermediate|marts|seed|raw)\.", re.IGNORECASE)
    assert names(model for model in project.models if hard_coded.search(model["raw_code"])) == set()


def test_layers_below_the_marts_are_private_to_one_group(project: Project) -> None:
    assert {(layer(model) == "marts", model["access"], model["group"]) for model in project.models} == {
        (True, "public", "warehouse"),
        (False, "private", "warehouse"),
    }


def test_readers_outside_of_dbt_read_tables(project: Project) -> None:
    read = [parent for exposure in project.exposures for parent in project.parents(exposure)]
    assert names(model for model in read if model["config"]["materialized"] == "view") == READ_AS_VIEWS


def test_marts_have_contracts(project: Project) -> None:
    marts = [model for model in project.models if layer(model) == "marts"]
    assert names(model for model in marts if not model["config"]["contract"]["enforced"]) == WITHOUT_CONTRACT


def test_every_model_has_a_tested_key(project: Project) -> None:
    without = names(
        model
        for model in project.models
        if model["unique_id"] not in project.keyed
        # A view of one table has that table's key.
        and not (layer(model) == "staging" and project.parents(model)[0]["unique_id"] in project.keyed)
    )
    assert without == set(KEY_IS_HELD_BY)


@pytest.mark.parametrize("model", KEY_IS_HELD_BY)
def test_a_key_is_held_by_what_rests_on_the_model(project: Project, model: str) -> None:
    holder = project.named(KEY_IS_HELD_BY[model])
    assert holder["resource_type"] == "test" or holder["unique_id"] in project.keyed
    assert project.named(model)["unique_id"] in project.ancestors(holder)


def test_a_rule_of_tests_has_one_spelling(project: Project) -> None:
    used = {rule_of(test) for test in project.of("test")} - {None}
    assert used == {
        "complete_columns",
        "listed_values",
        "named_in_a_language",
        "relationships",
        "unique_key",
        "within_range",
    }


def test_bounds_hold_under_any_method(project: Project) -> None:
    """How many marks there are is a methodology's own; a share's bounds, and the first of a count, are not."""
    ranges = [test["test_metadata"]["kwargs"] for test in project.of("test") if rule_of(test) == "within_range"]
    bounds = {limits.get(bound) for limits in ranges for bound in ("minimum", "maximum")}
    assert bounds - {None} == {0, 1}


def test_one_mart_tells_of_revised_figures(project: Project) -> None:
    """A release cuts it again once it knows what it changes, and no other."""
    revised = "source.zhengxin.raw.revised_figure"
    assert names([model for model in project.models if revised in project.ancestors(model)]) == {
        "stg_revised_figure",
        REVISION,
    }


def test_a_gate_reads_the_tests_that_are_tagged_for_it(project: Project) -> None:
    tagged = [test for test in project.of("test") if GATE_TAG in test["tags"]]
    assert {test["config"]["meta"]["gate"] for test in tagged} == set(TESTED)
    assert names(tagged) == set(FINDINGS)
    for test in tagged:
        finding = FINDINGS[test["name"]]
        said = {place for _, place, *_ in string.Formatter().parse(finding.zh + finding.en) if place}
        assert "assessment_year" in test["raw_code"]
        assert all(re.search(rf"\b{place}\b", test["raw_code"]) for place in said - {"advice"}), test["name"]
        assert re.search("[一-鿿]", test["description"]), test["name"]


def test_names_tell_the_layer(project: Project) -> None:
    prefixes = {"staging": "stg_", "intermediate": "int_", "evidence": "int_"}
    for model in project.models:
        belongs = prefixes.get(layer(model))
        assert (re.match("(?:stg|int)_", model["name"]) or [None])[0] == belongs, model["name"]


def test_everything_is_documented_beside_it(project: Project) -> None:
    """One yml per model, under its name; evidence has one for the folder, the two scorecards share their columns."""
    for node in project.models + project.of("source"):
        assert node["description"], node["name"]
    for model in project.models:
        place = Path(model["original_file_path"])
        beside = {"evidence": "_evidence", "marts": place.stem.removesuffix("_all")}.get(layer(model), place.stem)
        assert model["patch_path"] == f"zhengxin://{place.with_name(beside)}.yml"


def test_models_can_be_held_in_mind(project: Project) -> None:
    joins = {model["name"]: len(re.findall(r"\bjoin\b", model["raw_code"])) for model in project.models}
    lines = {model["name"]: model["raw_code"].count("\n") + 1 for model in project.models}
    assert {name for name, count in joins.items() if count > MOST_JOINS} == set()
    assert {name for name, count in lines.items() if count > MOST_LINES} == LONGER


def test_every_cte_is_read(project: Project) -> None:
    head = re.compile(
        r"(?:^with(?: recursive)?|\),)\s+(?:--.*\n)*\s*(\w+) as (?:not )?(?:materialized )?\(", re.MULTILINE
    )
    unread = {
        (model["name"], cte)
        for model in project.models
        for cte in head.findall(model["raw_code"])
        if len(re.findall(rf"\b{cte}\b", model["raw_code"])) < 2
    }
    assert unread == READ_BY_A_MACRO


def by_edition(project: Project) -> list[Node]:
    return [model for model in project.models if model["config"]["materialized"] == "by_edition"]


def looks_back(model: Node) -> bool:
    return bool(model["config"].get("looks_back"))


def test_what_models_by_edition_read_is_by_edition_or_known_to_follow_it(project: Project) -> None:
    read = [table for model in by_edition(project) for table in project.read_tables(model)]
    in_full = [
        table
        for table in read
        if table["resource_type"] == "model"
        and table["config"]["materialized"] != "by_edition"
        and project.depends_on_data(table)
    ]
    assert names(in_full) == MADE_IN_FULL.keys()


def test_what_looks_back_is_read_by_what_looks_back(project: Project) -> None:
    forgetful = [
        (model["name"], table["name"])
        for model in by_edition(project)
        if not looks_back(model)
        for table in project.read_tables(model)
        if table["resource_type"] == "model" and looks_back(table)
    ]
    assert forgetful == []


def test_what_has_landed_counts_among_the_inputs_of_editions(project: Project) -> None:
    """But for batches: of these, models by edition read the order of the attributes' files alone."""
    known = {*edition_inputs.YEARLY, *edition_inputs.LINKED, "unit_attribute", "batch"}
    sources = {name for model in by_edition(project) for name in project.ancestors(model) if name.startswith("source.")}
    assert {name for name in (name.split(".")[-1] for name in sources) if not name.startswith("evidence")} == known
    readers = [
        model["name"]
        for model in project.models
        if "stg_batch" in names(project.parents(model))
        and any(model["unique_id"] in project.ancestors(dependent) for dependent in by_edition(project))
    ]
    assert readers == ["int_area_attribute"]
