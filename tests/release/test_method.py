"""A method belongs to editions: a later one moves no release, and one that was released under is not changed."""

from __future__ import annotations

import logging
from pathlib import Path

import dagster as dg
import pytest

from orchestration.home import Home
from orchestration.pipeline.landing import METHOD_CHECK, landing_assets
from orchestration.pipeline.partitions import yearly_partitions
from orchestration.pipeline.resources import HomeResource
from orchestration.release.candidate import Candidate, cut_candidate
from orchestration.release.catalogue import PUBLIC, Catalogue, ReleaseId
from orchestration.release.changed_method import changed_methodologies
from orchestration.release.cut import ReleaseFacts
from orchestration.release.publish import PUBLISHED, UNCHANGED
from orchestration.release.tables import tables_of_edition
from orchestration.warehouse import connection, dbt
from tests.release.conftest import build, release
from tests.release.figures import rows
from tests.small.build import say_sound
from tests.small.inbox import SERIES, write_small_inbox

LATER = 2020
# E within ±15 instead of ±20: eight rows, one of them in place of the edition's former method.
CAPPED = {
    "tree.csv": ["county_capped,county_5_19_60,上限15,Capped at 15"],
    "methodology.csv": [
        "presence_capped,1.0,county_integrity,county_capped,presence,有无评分(上限15),Presence (capped),,,"
        "unrounded_score,0.65,reconstructed,",
    ],
    "methodology_change.csv": [
        "node,county_capped,E,override,full_mark,15,E within 15",
        "node,county_capped,E,override,min_mark,-15,E within 15",
        "node,county_capped,composite,override,full_mark,95,E within 15",
        "node,county_capped,composite,override,min_mark,-15,E within 15",
    ],
    "edition_methodology.csv": [f"county_integrity,{LATER},presence_capped,1,official"],
}


def methodology_seed(home: Home, name: str) -> Path:
    return home.seeds / "methodology" / name


def replace(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")


# What is not the edition's own: the digest of all seeds and rows, warnings that go on after it, and what is computed
# for the latest edition alone, because it takes as long as all else.
NOT_OF_THE_EDITION = {"release_info", "warning"}
OF_THE_LATEST_EDITION = {
    "effective_weight",
    "internal_consistency",
    "measure_statistic",
    "node_correlation",
    "principal_component",
    "treated_value",
    *("grade_share", "pairwise_order", "rank_distinguishable", "rank_draw", "rank_interval", "sensitivity_index"),
    *("scenario_contribution", "scenario_draw", "scenario_mark", "scenario_score", "variant_screening"),
}


def cut_now(home: Home, one: ReleaseId, folder: Path) -> Candidate:
    """The edition's public file as the warehouse stands."""
    catalogue = Catalogue(home.releases)
    facts = ReleaseFacts(**{**catalogue.lock_of(one)["release"], "release": one})
    earlier = [each for each in catalogue.all_in_force() if each.year < one.year]
    manifest = dbt.prepare_manifest(home)
    with connection.writing(home.warehouse) as warehouse:
        tables = tables_of_edition(warehouse, manifest, SERIES, one.year)
        return cut_candidate(warehouse, catalogue, tables, facts, earlier, None, folder)


@pytest.mark.slow
def test_method_of_a_later_edition_moves_no_release(home: Home, tmp_path: Path) -> None:
    catalogue = Catalogue(home.releases)
    released = catalogue.all_in_force()
    for name, lines in CAPPED.items():
        seed = methodology_seed(home, name)
        seed.write_text(seed.read_text(encoding="utf-8") + "".join(f"{line}\n" for line in lines), encoding="utf-8")
    replace(methodology_seed(home, "edition_methodology.csv"), f"county_integrity,{LATER},presence,1,official\n", "")
    write_small_inbox(home.inbox, [LATER])
    build(home)
    with connection.reading(home.warehouse) as warehouse:
        say_sound(home, warehouse, [*(one.year for one in released), LATER])
    for one in released:
        assert release(home, one.year).state == UNCHANGED
    assert release(home, LATER).state == PUBLISHED
    assert catalogue.all_in_force() == [*released, ReleaseId(LATER, 1)]
    assert catalogue.offers() == []

    scored = rows(
        home.warehouse, "select distinct assessment_year, methodology_code from marts.fct_unit_score order by all"
    )
    assert scored == [
        *((one.year, code) for one in released for code in ("presence", "quality")),
        *((LATER, code) for code in ("presence_capped", "quality")),
    ]
    for one in released:
        then = {name: facts["sha256"] for name, facts in catalogue.manifest(one)["tables"][PUBLIC].items()}
        now = {
            name: summary.sha256 for name, summary in cut_now(home, one, tmp_path / str(one)).summaries[PUBLIC].items()
        }
        differing = {name for name in then.keys() | now.keys() if then.get(name) != now.get(name)}
        assert differing <= NOT_OF_THE_EDITION | (OF_THE_LATEST_EDITION if one == released[-1] else set())

    caps = rows(
        catalogue.database(ReleaseId(LATER, 1)),
        "select methodology_code, full_mark, min_mark from marts.dim_indicator where node_code = 'E' order by all",
    )
    assert [(code, int(full), int(low)) for code, full, low in caps] == [
        ("presence_capped", 15, -15),
        ("quality", 20, -20),
    ]
    assert changed_methodologies(home) == []


@pytest.mark.slow
def test_backcast_is_in_no_release_of_its_year(home: Home, tmp_path: Path) -> None:
    backcast_2019(home)
    build(home)
    of_the_year = (
        "select methodology_code, methodology_purpose from marts.release_info where assessment_year = 2019 order by 1"
    )
    assert rows(home.warehouse, of_the_year) == [
        ("later", "backcast"),
        ("presence", "official"),
        ("quality", "profile"),
    ]
    for year in (2018, 2019):
        assert release(home, year).state == UNCHANGED
    assert {"fct_unit_score", "region_score"} <= places_of("later", home, tmp_path)


@pytest.mark.slow
def test_statistics_and_variants_of_a_backcast_are_in_no_release(home: Home, tmp_path: Path) -> None:
    """They name the methodology, or a variant of it, as their method."""
    backcast_2019(home)
    home.settings.write_text(home.settings.read_text(encoding="utf-8").replace("draws = 0", "draws = 16"))
    variants = home.seeds / "variant" / "variant.csv"
    [varied] = [
        line for line in variants.read_text(encoding="utf-8").splitlines() if line.startswith("quality_min_max,")
    ]
    with variants.open("a", encoding="utf-8") as file:
        file.write(
            varied.replace("quality_min_max,county_integrity,quality,", "later_min_max,county_integrity,later,") + "\n"
        )
    build(home)
    assert {"measure_statistic", "node_correlation", "rank_interval"} <= places_of("later", home, tmp_path / "1")
    assert {"measure_statistic", "scenario_score", "dim_variant"} <= places_of("later_min_max", home, tmp_path / "2")
    # What the edition is published under, and its variants, are there.
    public = cut_now(home, ReleaseId(2019, 1), tmp_path / "3").database(PUBLIC)
    methods = {method for (method,) in rows(public, "select distinct method_code from marts.measure_statistic")}
    assert {"presence", "quality", "quality_min_max", SERIES} <= methods


def backcast_2019(home: Home) -> None:
    """A methodology of later years, under which 2019 is scored too."""
    with methodology_seed(home, "methodology.csv").open("a", encoding="utf-8") as file:
        file.write(
            "later,1.0,county_integrity,county_5_19_60,quality,后来,Later,,,published_score,0.65,reconstructed,\n"
        )
    with methodology_seed(home, "edition_methodology.csv").open("a", encoding="utf-8") as file:
        file.write("county_integrity,2019,later,0,backcast\n")


def places_of(method: str, home: Home, folder: Path) -> set[str]:
    """The tables for the public that hold a method in the warehouse; fails where the release of 2019 holds it too."""
    candidate = cut_now(home, ReleaseId(2019, 1), folder)
    named = {
        (table.name, column)
        for table in candidate.tables
        for column in ("methodology_code", "method_code", "variant_code")
        if table.audience == PUBLIC and column in table.column_names
    }
    found = {
        file: {
            table for table, column in named if rows(file, f"select 1 from marts.{table} where {column} = '{method}'")
        }
        for file in (home.warehouse, candidate.database(PUBLIC))
    }
    assert found[candidate.database(PUBLIC)] == set()
    return found[home.warehouse]


def test_changed_method_is_named(home: Home) -> None:
    assert changed_methodologies(home) == []
    replace(
        methodology_seed(home, "measure_rule.csv"),
        "quality,T1.1,T1.1,linear,1,identity,0,3",
        "quality,T1.1,T1.1,linear,1,identity,0,2",
    )
    found = changed_methodologies(home)
    assert len(found) == 2
    assert all("quality" in text and "measure_rule.csv" in text and "node.csv" not in text for text in found)
    assert ["2018-r1" in found[0], "2019-r1" in found[1]] == [True, True]


def test_changed_method_is_told_before_anything_is_computed(home: Home) -> None:
    """In the log of the run and as a check, wherever it was launched."""
    changed_rules = ("quality,T1.1,T1.1,linear,1,identity,0,3", "quality,T1.1,T1.1,linear,1,identity,0,2")
    replace(methodology_seed(home, "measure_rule.csv"), *changed_rules)
    checks, warnings = land_in_dagster(home)
    assert METHOD_CHECK in {check.check_name for check in checks if not check.passed}
    assert len(warnings) == 2
    assert all(
        "quality" in text and release in text for text, release in zip(warnings, ("2018-r1", "2019-r1"), strict=True)
    )
    replace(methodology_seed(home, "measure_rule.csv"), *reversed(changed_rules))
    checks, warnings = land_in_dagster(home)
    assert METHOD_CHECK in {check.check_name for check in checks if check.passed}
    assert warnings == []


def land_in_dagster(home: Home) -> tuple[list[dg.AssetCheckEvaluation], list[str]]:
    """Run the first step of the yearly run; its checks, and what its log warns of."""
    with dg.DagsterInstance.ephemeral() as instance:
        result = dg.materialize(
            [landing_assets(yearly_partitions(home, SERIES))],
            partition_key="2019",
            instance=instance,
            resources={"home": HomeResource(root=str(home.root), series_code=SERIES)},
        )
        warnings = [entry.user_message for entry in instance.all_logs(result.run_id) if entry.level == logging.WARNING]
    return result.get_asset_check_evaluations(), warnings
