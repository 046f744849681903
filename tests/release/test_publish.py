"""What a release holds, when a new one comes to be, and what is refused."""

from __future__ import annotations

import json
import re
import shutil
import stat
import zipfile
from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from orchestration import last_run
from orchestration.errors import UsageError, WarehouseBusy
from orchestration.home import Home
from orchestration.landing.run import land_inbox
from orchestration.landing.store import Store
from orchestration.release import cut, inputs, publish
from orchestration.release.catalogue import INTERNAL, PUBLIC, Catalogue, ReleaseId
from orchestration.release.causes import causes_between
from orchestration.release.publish import (
    OFFERED,
    PUBLISHED,
    UNCHANGED,
    EditionIncomplete,
    ReleaseRefused,
    withdraw,
)
from orchestration.release.verify import verify_release
from orchestration.warehouse import build_record
from tests.release.conftest import Call, alter, change_observation, deliver_change, release
from tests.release.figures import assert_tells_every_change, changes_in, rows, scoring_cell

FIRST, SECOND, EARLIER = ReleaseId(2019, 1), ReleaseId(2019, 2), ReleaseId(2018, 1)


@pytest.mark.parametrize("one", [EARLIER, FIRST], ids=str)
def test_files_are_there_and_sealed(released: Home, one: ReleaseId) -> None:
    catalogue = Catalogue(released.releases)
    public, internal = (catalogue.folder(one, audience) for audience in (PUBLIC, INTERNAL))
    assert {path.name for path in public.iterdir()} == {
        f"zhengxin-{one}.duckdb",
        *("parquet", "manifest.json", "diff.md", "diff.csv", "data_dictionary.md", "SHA256SUMS"),
    }
    assert {path.name for path in internal.iterdir()} == {
        f"zhengxin-{one}-internal.duckdb",
        *("parquet", "manifest.json", "lock.json", "source.tar.gz", "SHA256SUMS"),
    }
    assert verify_release(catalogue, one).problems == []


def test_public_tree_is_for_all_and_internal_one_for_its_owner(released: Home) -> None:
    catalogue = Catalogue(released.releases)
    modes = {
        audience: {
            (path.is_dir(), stat.S_IMODE(path.stat().st_mode))
            for path in (catalogue.tree(audience), *catalogue.tree(audience).rglob("*"))
            if not path.name.endswith((".lock", ".writer.json"))
        }
        for audience in (PUBLIC, INTERNAL)
    }
    assert modes == {PUBLIC: {(True, 0o755), (False, 0o444)}, INTERNAL: {(True, 0o700), (False, 0o400)}}


def test_public_tree_names_no_file_of_the_inbox(released: Home) -> None:
    """In whatever form it is written: notes and manifests, tables and their Parquet files."""
    catalogue = Catalogue(released.releases)
    names = {Path(delivery.file_name).stem for delivery in Store(released.landing).deliveries()}
    assert names == {"small_2018", "small_2019"}
    said = [path.read_bytes() for path in catalogue.root.rglob("*") if path.is_file() and path.suffix != ".duckdb"]
    with duckdb.connect(str(catalogue.database(FIRST)), read_only=True) as opened:
        tables = opened.execute("select table_name from duckdb_tables()").fetchall()
        said += [str(opened.execute(f"select * from marts.{table}").fetchall()).encode() for (table,) in tables]
    assert len(said) > len(tables) > 20
    assert not [name for name in names for text in said if name.encode() in text]


def test_public_file_holds_nothing_internal(released: Home) -> None:
    catalogue = Catalogue(released.releases)
    seen = "select table_name, column_name from duckdb_columns() where schema_name = 'marts'"
    public, internal = (set(rows(catalogue.database(FIRST, audience), seen)) for audience in (PUBLIC, INTERNAL))
    assert public < internal
    hidden = {"evidence_url", "evidence_hash", "collector", "verifier", "raw_payload", "file_name"}
    assert not {column for _, column in public} & hidden
    internal_tables = {"quarantined_row", "verification_queue", "observation_conflict"}
    assert not {table for table, _ in public} & internal_tables
    assert internal_tables <= {table for table, _ in internal}


def test_only_the_edition_is_in_it(released: Home) -> None:
    database = Catalogue(released.releases).database(FIRST)
    assert rows(database, "select distinct assessment_year from marts.fct_unit_score") == [(2019,)]
    assert rows(database, "select distinct series_code from marts.dim_indicator") == [("county_integrity",)]


def test_comments_reach_the_reader(released: Home) -> None:
    bare = (
        "select table_name, column_name from duckdb_columns() "
        "where schema_name = 'marts' and coalesce(comment, '') = ''"
    )
    assert rows(Catalogue(released.releases).database(FIRST), bare) == []


def test_storage_version_is_one_that_older_clients_read(released: Home) -> None:
    database = str(Catalogue(released.releases).database(FIRST))
    with duckdb.connect() as opened:
        opened.execute(f"attach '{database}' as release (read_only)")
        (tags,) = opened.execute("select tags from duckdb_databases() where database_name = 'release'").fetchone()
    assert tags["storage_version"].startswith("v1.4")


@pytest.mark.parametrize("audience", [PUBLIC, INTERNAL])
def test_rows_stand_in_the_order_of_their_keys(released: Home, audience: str) -> None:
    catalogue = Catalogue(released.releases)
    with duckdb.connect(str(catalogue.database(FIRST, audience)), read_only=True) as opened:
        for table, facts in catalogue.tables(FIRST)[audience].items():
            keys = opened.execute(f"select {', '.join(facts['key'])} from marts.{table}").fetchall()
            assert keys == sorted(set(keys)), table


def test_parquet_holds_the_same_rows(released: Home) -> None:
    catalogue = Catalogue(released.releases)
    folder = catalogue.folder(FIRST) / "parquet"
    for table, facts in catalogue.manifest(FIRST)["tables"][PUBLIC].items():
        assert duckdb.sql(f"select count(*) from '{folder / table}.parquet'").fetchone() == (facts["rows"],)


def test_current_is_the_newest_edition(released: Home) -> None:
    catalogue = Catalogue(released.releases)
    for audience in (PUBLIC, INTERNAL):
        assert rows(catalogue.current(audience), "select distinct release_id from marts.release_info") == [("2019-r1",)]
    assert json.loads((released.releases / "index.json").read_text(encoding="utf-8"))["current"] == "2019-r1"


def test_copied_folder_is_no_release(home: Home) -> None:
    catalogue = Catalogue(home.releases)
    shutil.copytree(catalogue.folder(FIRST), catalogue.folder(FIRST).with_name("r1 copy"))
    assert catalogue.releases() == [EARLIER, FIRST]
    assert catalogue.offers() == []


def test_history_holds_both_bases(released: Home) -> None:
    found = rows(
        Catalogue(released.releases).database(FIRST),
        "select assessment_year, basis, release_id from marts.unit_history group by all order by all",
    )
    assert found == [
        (2018, "as_published", "2018-r1"),
        (2018, "restated", None),
        (2019, "as_published", "2019-r1"),
        (2019, "restated", None),
    ]


@pytest.mark.slow
def test_an_offer_says_what_an_upgrade_changes(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    before = last_run.this_version()
    for module in (inputs, publish):
        monkeypatch.setattr(module, "this_version", lambda: "9.9.9")
    stands = release(home, 2018)
    assert stands.state == UNCHANGED and f"made with zhengxin {before}; this is 9.9.9" in stands.message.en
    alter(home, "update marts.fct_unit_score set grade = 'X' where unit_code = '520403'")
    offered = release(home, 2019)
    assert offered.state == OFFERED and f"made with zhengxin {before}; this is 9.9.9" in offered.message.en
    told = (Catalogue(home.releases).offer(SECOND) / "diff.md").read_text(encoding="utf-8")
    assert f"zhengxin {before} → 9.9.9." in told
    assert "every difference comes from the upgrade" in told and "差异全部来自升级" in told


def test_an_offer_names_data_and_seeds_that_are_not_as_they_were(home: Home) -> None:
    deliver_change(home, 2019, *scoring_cell(home, 2019), "0")
    land_inbox(home)
    seed = "methodology/report_rule.csv"
    text = (home.seeds / seed).read_text(encoding="utf-8")
    assert "ceiling,0.9," in text
    (home.seeds / seed).write_text(text.replace("ceiling,0.9,", "ceiling,0.8,"), encoding="utf-8")
    causes = causes_between(home, Catalogue(home.releases).lock_of(FIRST), inputs.state_of(home))
    assert causes.seeds == [seed] and causes.upgrade is None and not causes.is_upgrade_alone
    # The file that came and the one whose place it took, by their batches.
    assert len(causes.batches) == 2 and all(name.startswith("observation ") for name in causes.batches)
    said = " ".join(wording.en for wording in causes.in_words())
    assert seed in said and causes.batches[0] in said and "small_2019" not in said


def test_nothing_changed_is_no_release(home: Home) -> None:
    outcome = release(home, 2019)
    assert (outcome.state, outcome.release) == (UNCHANGED, FIRST)
    assert Catalogue(home.releases).releases() == [EARLIER, FIRST]
    assert_history_is_of_what_is_in_force(home)


def assert_history_is_of_what_is_in_force(home: Home) -> None:
    """The warehouse names no release that there is not."""
    named = "select distinct release_id from marts.unit_history where basis = 'as_published' order by all"
    in_force = [(str(each),) for each in Catalogue(home.releases).all_in_force()]
    assert rows(home.warehouse, named) == in_force
    assert {name for (name,) in rows(home.warehouse, "select release_id from marts.revision")} <= {
        str(each) for each in Catalogue(home.releases).releases()
    }


def test_changed_observation_is_offered_with_exactly_its_figures_then_published(home: Home) -> None:
    catalogue = Catalogue(home.releases)
    unit, measure = scoring_cell(home, 2019)
    change_observation(home, 2019, unit, measure, "0")

    offered = release(home, 2019)
    assert (offered.state, offered.release) == (OFFERED, SECOND)
    assert catalogue.releases() == [EARLIER, FIRST]
    assert "--note" in (catalogue.offer(SECOND) / "diff.md").read_text(encoding="utf-8")
    assert_history_is_of_what_is_in_force(home)
    assert release(home, 2019, note="  ").state == OFFERED

    published = release(home, 2019, note="a wrong value was corrected")
    assert (published.state, published.release) == (PUBLISHED, SECOND)
    assert not catalogue.offer(SECOND).exists()

    changes = changes_in(catalogue.folder(SECOND))
    assert_tells_every_change(changes, catalogue.database(FIRST), catalogue.database(SECOND))
    assert {
        (change["row_key"]["unit_code"], change["row_key"]["measure_code"])
        for change in changes
        if change["table_name"] == "fct_measure_score" and change["column_name"] == "value"
    } == {(unit, measure)}

    revised = rows(catalogue.database(SECOND), "select count(*), min(reason), max(release_id) from marts.revision")
    assert revised == [(len(changes), "a wrong value was corrected", "2019-r2")]
    assert rows(catalogue.current(), "select distinct release_id from marts.release_info") == [("2019-r2",)]
    assert rows(catalogue.database(FIRST), "select distinct release_id from marts.release_info") == [("2019-r1",)]


@pytest.mark.slow
def test_changed_figures_of_an_earlier_edition_must_be_acknowledged(home: Home) -> None:
    change_observation(home, 2018, *scoring_cell(home, 2018), "0")
    offered = release(home, 2019, note="the trend moved")
    assert offered.state == OFFERED
    digest = offered.message.en.rsplit("--acknowledge ", 1)[1].split()[0]
    assert release(home, 2019, note="the trend moved", acknowledged="00000000").state == OFFERED
    assert release(home, 2019, note="the trend moved", acknowledged=digest).state == PUBLISHED
    catalogue = Catalogue(home.releases)
    scores = "select methodology_code, unit_code, score from marts.{} where assessment_year = 2018 {} order by all"
    printed = rows(catalogue.database(EARLIER), scores.format("fct_unit_score", ""))
    history = [
        rows(catalogue.database(SECOND), scores.format("unit_history", f"and basis = '{basis}'"))
        for basis in ("as_published", "restated")
    ]
    assert history[0] == printed != history[1]


def test_withdrawn_release_stays_and_current_goes_back(home: Home) -> None:
    catalogue = Catalogue(home.releases)
    assert withdraw(home, FIRST, "wrong batch") == EARLIER
    assert catalogue.database(FIRST).exists()
    assert rows(catalogue.current(), "select distinct release_id from marts.release_info") == [("2018-r1",)]
    index = json.loads((home.releases / "index.json").read_text(encoding="utf-8"))
    entry = next(each for each in index["releases"] if each["release_id"] == "2019-r1")
    assert (entry["state"], entry["reason"]) == ("withdrawn", "wrong batch")
    with pytest.raises(UsageError, match="withdrawn already"):
        withdraw(home, FIRST, "again")
    assert release(home, 2019).state == OFFERED
    assert release(home, 2019, note="right batch").release == SECOND


@pytest.mark.slow
def test_revision_of_a_withdrawn_release_tells_what_it_changes(home: Home) -> None:
    catalogue = Catalogue(home.releases)
    withdraw(home, FIRST, "wrong batch")
    alter(home, "update marts.fct_unit_score set grade = 'X' where unit_code = '520403'")
    assert "figures differ from 2019-r1" in release(home, 2019).message.en
    assert release(home, 2019, note="right batch").release == SECOND
    changes = changes_in(catalogue.folder(SECOND))
    assert_tells_every_change(changes, catalogue.database(FIRST), catalogue.database(SECOND))
    revised = rows(catalogue.database(SECOND), "select distinct previous_release_id, reason from marts.revision")
    assert revised == [("2019-r1", "right batch")]
    assert "2019-r1 (withdrawn" in (catalogue.folder(SECOND) / "diff.md").read_text(encoding="utf-8")


DAMAGES = {
    "cells_assessed": "update marts.fct_measure_score set status = null where unit_code = '520402'",
    "expected_counts": "delete from marts.fct_unit_score where assessment_year = 2019 and unit_code = '520402'",
    "parts_equal_wholes": "update marts.region_score set unit_count = 1 where parent_region_code is null",
    "contracts": "alter table marts.fct_unit_score alter column veto_count type bigint",
    "checks": "insert into quality.validation_result by name select 'marts' as layer, 'a suite' as suite, "
    "'a rule' as rule, 'what it asks' as description, 'error' as severity, false as success",
}


@pytest.mark.parametrize(
    "gate", [pytest.param(gate, marks=() if gate in ("contracts", "checks") else pytest.mark.slow) for gate in DAMAGES]
)
def test_gate_refuses(home: Home, gate: str) -> None:
    # A figure differs, so that there is a candidate; what the damage does to the tests behind gates is recorded.
    alter(home, "update marts.fct_unit_score set grade = 'X' where unit_code = '520403'", DAMAGES[gate])
    with pytest.raises(ReleaseRefused, match=gate):
        release(home, 2019, note="try")
    assert Catalogue(home.releases).releases() == [EARLIER, FIRST]
    assert not list(home.root.glob("releases*/tmp"))


def test_gate_speaks_both_languages(home: Home) -> None:
    alter(home, *DAMAGES.values())
    with pytest.raises(ReleaseRefused) as refused:
        release(home, 2019, note="try")
    of_gates = {gate.name: gate.findings for gate in refused.value.gates if not gate.passed}
    assert of_gates.keys() == {"cells_assessed", "expected_counts", "parts_equal_wholes"}
    for findings in of_gates.values():
        for finding in findings:
            assert re.search("[一-鿿]", finding.zh) and not re.search("[一-鿿]", finding.en)
    assert "fct_unit_score presence 有 5 行,应为 6 行" in refused.value.wording.zh


def test_gate_without_a_recorded_test_is_shut(home: Home) -> None:
    record = build_record.record_path(home)
    said = json.loads(record.read_text(encoding="utf-8"))
    for test in said["gates"]:
        test["status"] = {"region_counts_add_up": "error"}.get(test["test"], test["status"])
    said["gates"] = [test for test in said["gates"] if test["gate"] != "cells_assessed"]
    record.write_text(json.dumps(said), encoding="utf-8")
    with pytest.raises(ReleaseRefused, match="no result of a test is recorded") as refused:
        release(home, 2019)
    assert "the test region_counts_add_up did not end on these tables (error)" in str(refused.value)


@pytest.mark.slow
def test_cells_of_another_edition_shut_no_gate(home: Home) -> None:
    """What fails of another edition does: the same SQL counted the rows of this one."""
    alter(home, "update marts.fct_measure_score set status = 'to_be_assessed' where assessment_year = 2018")
    assert release(home, 2019).state == UNCHANGED
    alter(home, "delete from marts.fct_unit_score where assessment_year = 2018 and unit_code = '520402'")
    with pytest.raises(ReleaseRefused, match=r"score_marts_are_complete fails of other editions \(2018\)"):
        release(home, 2019)


def test_score_lost_on_the_way_into_the_file_is_refused(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    real = cut._rows_of_edition

    def without_one(connection, table, facts):
        query, parameters = real(connection, table, facts)
        return (f"{query} and unit_code <> '520402'" if table.name == "fct_unit_score" else query), parameters

    monkeypatch.setattr(cut, "_rows_of_edition", without_one)
    with pytest.raises(ReleaseRefused, match="fct_unit_score has 10 rows where the warehouse has 12 of the edition"):
        release(home, 2019, note="try")


def test_file_that_does_not_open_is_refused(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    from orchestration.release import gates

    real = gates.run_gates

    def with_broken_file(candidate, *others):
        candidate.database(PUBLIC).write_bytes(b"no database")
        monkeypatch.setattr(gates, "_columns_of", lambda _: {})
        return real(candidate, *others)

    monkeypatch.setattr("orchestration.release.publish.run_gates", with_broken_file)
    alter(home, "update marts.fct_unit_score set grade = 'X' where unit_code = '520403'")
    with pytest.raises(ReleaseRefused, match=r"zhengxin-2019-r2\.duckdb does not open"):
        release(home, 2019, note="try")


def test_edition_with_a_cell_to_be_assessed_is_too_early(home: Home) -> None:
    alter(home, "update marts.fct_measure_score set status = 'to_be_assessed' where unit_code = '520402'")
    with pytest.raises(EditionIncomplete, match="still to be assessed"):
        release(home, 2019)


UNMET_FIGURE = (
    "insert into marts.published_unit_reconciliation by name select 'county_integrity' as series_code, 2019 as "
    "assessment_year, '520402' as unit_code, 'composite' as node_code, 80.74 as published_value, "
    "80.63 as computed_rounded, false as is_match"
)


def test_first_release_that_departs_from_a_published_figure_must_be_acknowledged(home: Home) -> None:
    catalogue = Catalogue(home.releases)
    for audience in (PUBLIC, INTERNAL):
        shutil.rmtree(catalogue.folder(FIRST, audience))
    alter(home, UNMET_FIGURE)
    offered = release(home, 2019)
    assert offered.state == OFFERED and "the first of its edition" in offered.message.en
    assert "--note" in offered.message.en and "--acknowledge" in offered.message.en
    difference = (catalogue.offer(FIRST) / "diff.md").read_text(encoding="utf-8")
    assert "| published_reconciliation | 520402 | computed_rounded | 80.7400 | 80.6300 |" in difference
    digest = offered.message.en.rsplit("--acknowledge ", 1)[1].split()[0]
    assert release(home, 2019, acknowledged=digest).state == OFFERED
    assert release(home, 2019, note="the print has a misprint", acknowledged=digest).state == PUBLISHED


def test_nobody_decided_is_an_offer(home: Home, zhengxin: Call) -> None:
    """A run ends with a candidate and its difference; the command that publishes it stands in the status, whole."""
    catalogue = Catalogue(home.releases)
    for audience in (PUBLIC, INTERNAL):
        shutil.rmtree(catalogue.folder(FIRST, audience))
    offered = release(home, 2019, is_decided=False)
    assert (offered.state, offered.release) == (OFFERED, FIRST)
    assert offered.message.en.endswith("then: zhengxin release 2019")
    assert catalogue.releases() == [EARLIER]
    assert "## First release" in (catalogue.offer(FIRST) / "diff.md").read_text(encoding="utf-8")
    assert not list(catalogue.root.rglob("*.offer*"))
    assert zhengxin(home, "release", "2019").returncode == 0
    assert catalogue.releases() == [EARLIER, FIRST] and catalogue.offers() == []


@pytest.mark.slow
def test_revision_that_departs_from_a_published_figure_must_be_acknowledged(home: Home, zhengxin: Call) -> None:
    """Only an edition's first release must meet what was printed; an upheld objection may well move it. The status
    prints the whole command."""
    alter(home, "update marts.fct_unit_score set grade = 'X' where unit_code = '520403'", UNMET_FIGURE)
    offered = release(home, 2019, note="it's upheld")
    assert offered.state == OFFERED
    command = offered.message.en.rsplit("then: ", 1)[1]
    assert "--acknowledge" in command and "it" in command
    assert command in " ".join(zhengxin(home, "status").stdout.split())
    difference = (Catalogue(home.releases).offer(SECOND) / "diff.md").read_text(encoding="utf-8")
    assert "| published_reconciliation | 520402 | computed_rounded | 80.7400 | 80.6300 |" in difference
    digest = offered.message.en.rsplit("--acknowledge ", 1)[1].split()[0]
    assert release(home, 2019, note="it's upheld", acknowledged=digest).state == PUBLISHED


def test_internal_column_in_the_public_file_is_refused(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    real = cut.visible_tables
    # The cut forgets the audience; the gate looks at the file.
    monkeypatch.setattr(cut, "visible_tables", lambda tables, audience: real(tables, INTERNAL))
    alter(home, "update marts.fct_unit_score set grade = 'X' where unit_code = '520403'")
    with pytest.raises(ReleaseRefused, match="quarantined_row is internal"):
        release(home, 2019, note="try")


def test_warehouse_that_misses_a_landed_file_is_refused(home: Home) -> None:
    folder = home.inbox / "observation"
    folder.mkdir(parents=True, exist_ok=True)
    some = next(home.landing.glob("batches/observation/*/original.csv")).read_text(encoding="utf-8").splitlines()
    (folder / "more.csv").write_text("\n".join(some[:3]) + "\n", encoding="utf-8")
    land_inbox(home)
    with pytest.raises(UsageError, match="landed since"):
        release(home, 2019)


def test_lock_names_inputs_and_versions(released: Home) -> None:
    lock = Catalogue(released.releases).lock_of(FIRST)
    assert lock["methodologies"] == {"presence": "1.0", "quality": "1.0"}
    assert lock["batches"] and lock["seeds"] and lock["versions"]["duckdb"] == duckdb.__version__


def test_second_writer_is_told_who_holds_the_releases(home: Home) -> None:
    with (
        Catalogue(home.releases).lock("release of the test"),
        pytest.raises(WarehouseBusy, match="release of the test"),
    ):
        release(home, 2019)


def test_a_workbook_is_dated_as_its_release(released: Home, tmp_path: Path) -> None:
    """So the same release gives the same bytes, whenever it is exported; archives know even seconds alone."""
    from orchestration.release.workbook import write_workbook

    database = Catalogue(released.releases).database(FIRST)
    write_workbook(database, tmp_path / "exported.xlsx", "en")
    [(released_at,)] = rows(database, "select distinct released_at from marts.release_info")
    with zipfile.ZipFile(tmp_path / "exported.xlsx") as packed:
        dates = {datetime(*entry.date_time) for entry in packed.infolist()}
        assert released_at.strftime("%Y-%m-%dT%H:%M:%SZ").encode() in packed.read("docProps/core.xml")
    [dated] = dates
    assert timedelta() <= released_at - dated < timedelta(seconds=2)


BANDS = """
    create table marts.rank_interval as
    select
        assessment_year, methodology_code, unit_code, true as is_default_scenario,
        (select region_code from marts.dim_region where parent_region_code is null) as scope_code,
        rank_overall - 0.5 as lower_rank, rank_overall + 1.25 as upper_rank
    from marts.fct_unit_score
"""


def test_the_first_sheet_is_for_people(released: Home, tmp_path: Path) -> None:
    from openpyxl import load_workbook

    from orchestration.release.workbook import write_workbook

    database = Catalogue(released.releases).database(FIRST)
    with_bands = Path(shutil.copyfile(database, tmp_path / "with_bands.duckdb"))
    with duckdb.connect(str(with_bands)) as connection:
        connection.execute(BANDS)
    sheets = []
    for file in (database, with_bands):
        write_workbook(file, tmp_path / f"{file.stem}.xlsx", "zh")
        sheets.append(load_workbook(tmp_path / f"{file.stem}.xlsx").worksheets[0])
    without, sheet = sheets
    # An edition of one prefecture has no provinces.
    headings = ["名次", "名次区间", "代码", "县级政府", "市(州、盟)", "得分", "等级"]
    assert [cell.value for cell in sheet[2]][:7] == headings
    assert [cell.value for cell in without[2]][:6] == headings[:1] + headings[2:]
    shown = rows(
        database,
        "select rank_overall, unit_code, unit_name_zh, published_score from marts.fct_unit_score"
        " where methodology_code = 'presence' order by rank_overall, unit_code",
    )
    found = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=3)]
    assert [(row[0], row[2], row[3], round(row[5], 2)) for row in found] == [
        (rank, code, name, round(float(score), 2)) for rank, code, name, score in shown
    ]
    assert [row[1] for row in found] == [f"{rank - 1}–{rank + 2}" for rank, *_ in shown]
    assert {cell.number_format for cell in sheet["F"][2:]} == {"0.00"}
    assert (str(sheet.page_setup.paperSize), sheet.page_setup.orientation) == ("9", "landscape")
    assert (sheet.sheet_properties.pageSetUpPr.fitToPage, sheet.print_title_rows) == (True, "$1:$2")
    write_workbook(database, tmp_path / "en.xlsx", "en")
    assert load_workbook(tmp_path / "en.xlsx").worksheets[0]["C2"].value == "County government"


def test_the_dictionary_of_a_release_lists_what_it_holds(released: Home) -> None:
    catalogue = Catalogue(released.releases)
    text = (catalogue.folder(FIRST) / "data_dictionary.md").read_text(encoding="utf-8")
    listed = set()
    for part in text.split("\n## ")[1:]:
        table = part.split("\n", 1)[0]
        listed |= {(table, name) for name in re.findall(r"^\| `(\w+)` \|", part, re.MULTILINE)}
    held = set(
        rows(
            catalogue.database(FIRST),
            "select table_name, column_name from duckdb_columns() where schema_name = 'marts'",
        )
    )
    of_nodes = {(table, name) for table, name in held if table.startswith("unit_scorecard") and name.endswith("_score")}
    assert held - of_nodes <= listed <= held


def test_unknown_release_is_told_with_those_there_are(released: Home, zhengxin: Call) -> None:
    done = zhengxin(released, "verify", "2017-r3")
    assert done.returncode == 1 and "2018-r1、2019-r1" in done.stderr
    assert "如 2019-r1" in zhengxin(released, "verify", "2019").stderr


def test_export_writes_a_workbook_and_csv(released: Home, zhengxin: Call, tmp_path: Path) -> None:
    from openpyxl import load_workbook

    book, folder = tmp_path / "out.xlsx", tmp_path / "out"
    assert zhengxin(released, "export", "2019-r1", "--output", str(book)).returncode == 0
    export = ("export", "2019-r1", "--language", "en")
    assert zhengxin(released, *export, "--format", "csv", "--output", str(folder)).returncode == 0
    assert (folder.stat().st_mode & 0o055, (folder / "units.csv").stat().st_mode & 0o044) == (0o055, 0o044)
    names = ["ranking", "summary", "units", "regions", "indicators", "methodology", "dictionary"]
    workbook = load_workbook(book)
    assert workbook.sheetnames == ["排名", "摘要", "得分", "地区", "指标", "方法", "字典"]
    assert all("SYNTHETIC" in sheet["A1"].value for sheet in workbook)
    database = Catalogue(released.releases).database(FIRST)
    (count,) = rows(database, "select count(*) from marts.dim_unit where is_included")[0]
    assert workbook["得分"].max_row == count + 3
    assert [cell.value for cell in workbook["得分"][3]][:4] == [
        *("series_code", "assessment_year", "methodology_code", "unit_code"),
    ]
    assert [cell.value for cell in workbook["得分"][2]][:3] == ["指数系列代码", "评估年度", "方法代码"]
    assert sorted(path.stem for path in folder.iterdir()) == sorted(names)
    with (folder / "ranking.csv").open(encoding="utf-8-sig") as file:
        assert file.readline().startswith("Rank,Code,County government,Prefecture,Score,Grade")
    done = zhengxin(released, "export", "2019-r1", "--output", str(book))
    assert done.returncode == 1 and "已存在" in done.stderr
