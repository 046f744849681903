"""Measures from records: every family at its boundaries, equal to the reference, and the same by steps as in one go."""

from __future__ import annotations

import csv
import json
import re
import shutil
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from orchestration.demo.evidence import write_evidence
from orchestration.home import Home, project_root, shipped_seeds
from orchestration.landing.reference import read_reference
from orchestration.landing.run import land_inbox
from orchestration.seeds import read_seed, seeds_folder
from orchestration.warehouse import connection, dbt
from orchestration.warehouse.evidence import units_of_codes
from orchestration.warehouse.raw import load_raw
from tests.evidence.conftest import Evidence
from tests.evidence.models import EvidenceModels
from tests.methodology.reference_evidence import Derived, derive
from tests.small.home import make_small_home
from tests.small.parsed import share_parse

SEEDS = ["evidence_kind", "evidence_column", "measure", "measure_derivation", "measure_derivation_condition"]
MODELS = [
    *("int_evidence_check", "int_evidence_duplicate", "int_evidence_count", "int_evidence_partition"),
    *("int_evidence_measure", "dim_derivation"),
]
YEARS = (2017, 2018, 2019)
# 520281 was 520222 until 2017, and is so still in the edition of that year: the records of both are one unit's.
FORMER, UNIT, OTHER = "520222", "520281", "520115"

# Families that no shipped measure needs.
OWN_DERIVATIONS = """\
median_days,1,C4.1,citizen_message,median,,submitted_at,answered_at,,year,1,internet,中位数,median,test
ninth_decile,1,C4.3,citizen_message,quantile,rating,,,0.9,year,2,internet,分位数,quantile,test
columns,1,T4.3,disclosure_item,distinct_count,site_column,,,,year,1,internet,栏目,columns,test
"""
OWN_CONDITIONS = """\
columns,among,1,site_column,is_filled,
columns,counted,1,format,differs_from,text
columns,counted,2,related_url,is_blank,
median_days,counted,1,answered_at,after_column,submitted_at
"""

MESSAGES = "unit_code,message_code,submitted_at,due_at,answered_at,rating,provenance"
ITEMS = "unit_code,url,site_column,item_type,published_at,due_at,format,related_url,provenance"
PROBES = "unit_code,url,probed_at,http_status,seconds,is_resolved,provenance"
CASES = "unit_code,case_code,registered_at,closed_at,provenance"


def by_hand() -> dict[str, str]:
    """Records of 2019 that lie on both sides of every boundary, by file below evidence/."""
    messages = [
        # On the day due, at its last minute: on time. A day later: not.
        f"{UNIT},1,2019-01-01,2019-01-15,2019-01-15 23:59,5,synthetic",
        f"{UNIT},2,2019-01-01,2019-01-15,2019-01-16 00:00,4,synthetic",
        # Due on the last day of the year counts as due, the day after does not.
        f"{UNIT},3,2019-12-20,2019-12-31,,3,synthetic",
        f"{UNIT},4,2019-12-20,2020-01-01,2019-12-21,,synthetic",
        f"{UNIT},5,2019-06-01,2019-06-10,2019-06-10,1,synthetic",
        # Under the former code, in the same year: one of the whole.
        f"{FORMER},6,2017-03-01,2017-03-02,2017-03-02,,synthetic",
        *(f"{UNIT},7{n},2017-03-01,2017-03-02,2017-03-0{n},,synthetic" for n in range(1, 5)),
        # Five of these are due: the least number. Of the other unit four are: too few.
        f"{UNIT},8,2019-06-01,2019-06-10,,2,synthetic",
        *(f"{OTHER},{n},2019-05-01,2019-05-10,2019-05-05,,synthetic" for n in range(4)),
    ]
    items = [
        # 183 days before the end of the year is fresh, 184 is stale.
        f"{UNIT},https://a/1,fresh,notice,2019-07-01 08:00,,picture,,synthetic",
        f"{UNIT},https://a/2,stale,notice,2019-06-30 23:00,,text,,synthetic",
        f"{UNIT},https://a/3,long ago,notice,2018-01-01,,picture,,synthetic",
        # A report on its day is not late, and the latest of two decides.
        f"{UNIT},https://a/4,,disclosure_report,2019-03-31 23:00,2019-03-31,text,,synthetic",
        f"{OTHER},https://b/1,,disclosure_report,2019-04-02,2019-03-31,text,,synthetic",
        f"{OTHER},https://b/2,,policy,2019-04-02,,text,,synthetic",
    ]
    probes = [
        # 15 s is no timeout, a thousandth more is.
        *(f"{UNIT},https://u,2019-05-01 {n:02}:00,200,15,1,synthetic" for n in range(19)),
        f"{UNIT},https://u,2019-05-02 00:00,399,15.001,1,synthetic",
        f"{UNIT},https://u,2019-05-02 01:00,400,,1,synthetic",
        *(f"{OTHER},https://o,2019-05-01 {n:02}:00,200,1,1,synthetic" for n in range(19)),
    ]
    cases = [
        f"{UNIT},open,2018-02-01,,synthetic",
        f"{UNIT},closed on the last day,2018-02-01,2019-12-31 18:00,synthetic",
        f"{UNIT},closed later,2019-02-01,2020-01-01,synthetic",
        f"{UNIT},listed later,2020-01-01,,synthetic",
    ]
    tables = {
        "citizen_message/hand.csv": (MESSAGES, messages),
        "disclosure_item/hand.csv": (ITEMS, items),
        "site_probe/hand.csv": (PROBES, probes),
        "court_default/hand.csv": (CASES, cases),
    }
    return {name: "\n".join((header, *rows)) + "\n" for name, (header, rows) in tables.items()}


EXPECTED = {
    (2019, UNIT, "P3.2.rate"): Derived(5, 2, Decimal(40)),
    (2019, OTHER, "P3.2.rate"): Derived(4, 4, None),
    (2017, FORMER, "P3.2.rate"): Derived(5, 3, Decimal(60)),
    (2019, UNIT, "P3.2.longest_unanswered_days"): Derived(6, 6, Decimal(213)),
    (2019, UNIT, "median_days"): Derived(6, 4, Decimal("11.5")),
    (2019, UNIT, "ninth_decile"): Derived(6, 6, Decimal("4.6")),
    (2019, UNIT, "T5.3.stale_column_count"): Derived(3, 1, Decimal(2)),
    (2019, UNIT, "columns"): Derived(2, 1, Decimal(1)),
    (2019, UNIT, "T5.3.report_days_late"): Derived(1, 1, Decimal(0)),
    (2019, OTHER, "T5.3.report_days_late"): Derived(1, 1, Decimal(2)),
    (2019, OTHER, "C1.2.days_late"): Derived(0, 0, None),
    (2019, OTHER, "T5.1.linked_share"): Derived(1, 0, None),
    (2019, UNIT, "T4.1.probe_timeout_rate"): Derived(20, 1, Decimal(5)),
    (2019, UNIT, "T4.1.rate"): Derived(21, 20, Decimal("95.238095")),
    (2019, OTHER, "T4.1.rate"): Derived(19, 19, None),
    (2019, UNIT, "S3.2.open_case_count"): Derived(3, 2, Decimal(2)),
    (2018, UNIT, "S3.2.open_case_count"): Derived(2, 2, Decimal(2)),
}


def build(home: Home, is_first: bool = False) -> None:
    """Land, load and derive, as a run does."""
    land_inbox(home)
    home.warehouse.parent.mkdir(parents=True, exist_ok=True)
    with connection.writing(home.warehouse) as open_connection:
        load_raw(open_connection, home)
    # A run refreshes everything in full; what is counted by steps is not.
    wanted = [*SEEDS, *MODELS] if is_first else MODELS
    share_parse(home)
    command = ["build", "--full-refresh", "--select", *wanted, "--exclude-resource-type", "test", "unit_test"]
    dbt.run(home, command)


def derived(home: Home) -> dict[tuple[int, str, str], Derived]:
    with duckdb.connect(str(home.warehouse), read_only=True) as connection:
        rows = connection.execute(
            "select assessment_year, unit_code, derivation_code, among_count, counted_count, value"
            " from intermediate.int_evidence_measure"
        ).fetchall()
    return {(year, unit, code): Derived(*found) for year, unit, code, *found in rows}


def expected(home: Home) -> dict[tuple[int, str, str], Derived]:
    """What the reference derives from the records in effect."""
    folder = seeds_folder(home) / "evidence"
    seeds = {path.stem: read_seed(path) for path in folder.glob("*.csv")}
    editions = [
        int(row["assessment_year"])
        for row in read_seed(seeds_folder(home) / "methodology" / "edition.csv")
        if row["series_code"] == "county_integrity"
    ]
    evidence = Evidence(home)
    order = {item.batch_id: item.seq for item in evidence.store.effective_deliveries().values()}
    found = {}
    for row in seeds["evidence_kind"]:
        records = sorted(
            evidence.accepted(row["kind_code"]), key=lambda record: (order[record["batch_id"]], record["row_number"])
        )
        last = max((record["record_year"] for record in records), default=0)
        for year in (year for year in editions if year <= last):
            one = FORMER if year == 2017 else UNIT
            units = {FORMER: one, UNIT: one, OTHER: OTHER}
            for (unit, code), value in derive(records, seeds, row["kind_code"], year, units.get).items():
                found[year, unit, code] = value
    return found


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    # With draws and records it has the models of the county's demo, and shares their parse.
    home = make_small_home(tmp_path_factory.mktemp("derived"), frame=lambda row: True, draws=16)
    for name, rows in (("measure_derivation", OWN_DERIVATIONS), ("measure_derivation_condition", OWN_CONDITIONS)):
        with (home.seeds / "evidence" / f"{name}.csv").open("a", encoding="utf-8") as seed:
            seed.write(rows)
    for name, content in by_hand().items():
        path = home.inbox / "evidence" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    build(home, is_first=True)
    yield home


def test_every_family_at_its_boundaries(home: Home) -> None:
    found = derived(home)
    assert {key: found.get(key) for key in EXPECTED} == EXPECTED
    assert found == expected(home)


# `test_increments.py` has it in memory, without dbt.
@pytest.mark.slow
def test_by_steps_as_in_one_go_and_as_the_reference(home: Home) -> None:
    """Files come, are repeated and superseded; after each step all counts are those of a full recount by the
    reference, and at the end those of a warehouse made anew."""
    assert derived(home) == expected(home)
    inbox = home.inbox / "evidence"
    write_evidence(inbox, [UNIT, OTHER, FORMER], list(YEARS), 4000)
    build(home)
    assert derived(home) == expected(home)
    # The same records once more under another name, and another file cut to half.
    for path in sorted((inbox / "disclosure_request").glob("*.parquet")):
        path.with_name(f"again_{path.name}").write_bytes(path.read_bytes())
    cut = inbox / "court_default" / "hand.csv"
    cut.write_text("\n".join(cut.read_text(encoding="utf-8").splitlines()[:3]) + "\n", encoding="utf-8")
    with (inbox / "citizen_message" / "later.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(MESSAGES.split(","))
        # What is known of a message later is what counts.
        rows.writerow([UNIT, "2", "2019-01-01", "2019-01-15", "2019-01-10", "5", "synthetic"])
        # And its day: a message of 2019 turns out to be one of 2018, and counts there.
        rows.writerow([UNIT, "5", "2018-06-01", "2018-06-10", "2018-06-10", "1", "synthetic"])
    before = counted_by(home)
    build(home)
    by_steps = derived(home)
    assert by_steps == expected(home)
    assert by_steps[2019, UNIT, "P3.2.rate"].counted != EXPECTED[2019, UNIT, "P3.2.rate"].counted
    assert moved(home) == [("citizen_message", 2019, 2018)]
    assert recounted(home, before) == {"citizen_message", "court_default", "disclosure_request"}
    home.warehouse.unlink()
    build(home, is_first=True)
    assert derived(home) == by_steps


def moved(home: Home) -> list[tuple[str, int, int]]:
    """Records that do not count because they were delivered again with a day in another year."""
    with duckdb.connect(str(home.warehouse), read_only=True) as connection:
        return connection.execute(
            "select evidence_kind, record_year, counted_record_year from intermediate.int_evidence_duplicate"
            " where record_year <> counted_record_year"
        ).fetchall()


def counted_by(home: Home) -> dict[tuple[str, int], str]:
    with duckdb.connect(str(home.warehouse), read_only=True) as connection:
        rows = connection.execute(
            "select evidence_kind, partition_year, state_hash from intermediate.int_evidence_partition"
            " where partition_kind = 'assessment_year'"
        ).fetchall()
    return {(kind, year): state for kind, year, state in rows}


def recounted(home: Home, before: dict[tuple[str, int], str]) -> set[str]:
    """The kinds whose records the last build read: those that its SQL names."""
    (ran,) = Path(dbt.target_folder(home)).glob("compiled/**/int_evidence_count.sql")
    text = ran.read_text(encoding="utf-8")
    changed = {kind for (kind, year), state in counted_by(home).items() if before.get((kind, year)) != state}
    read = {kind for kind, _ in before if f"evidence_kind={kind}/" in text}
    assert read == changed
    return read


def test_a_record_of_the_sample_is_json_whatever_its_cells_hold() -> None:
    models = EvidenceModels(Path("none"))
    text = models.sql_of("evidence_record_text", ["url", "title", "seconds"])
    cells = {"url": 'https://a/?q="x"\\', "title": None, "seconds": Decimal("1.500")}
    [(record,)] = models.connection.execute(
        f"select {text} from (select $url as url, $title as title, $seconds::decimal(9, 3) as seconds)", cells
    ).fetchall()
    assert json.loads(record) == {"url": cells["url"], "seconds": "1.500"}


def test_codes_stand_for_the_units_of_each_edition() -> None:
    """A former code, and one that went into a larger unit, stand for the unit; one that was split stands for none."""
    reference = read_reference(shipped_seeds())
    unit_of = {
        (row["assessment_year"], row["received_code"]): row["unit_code"]
        for row in units_of_codes(reference, ["county_integrity"])
    }
    assert (unit_of[2017, UNIT], unit_of[2018, FORMER], unit_of[2019, UNIT]) == (FORMER, UNIT, UNIT)
    # 江东区 went into 鄞州区, 遵义县 into three.
    assert unit_of[2019, "330204"] == "330212"
    assert (2019, "520321") not in unit_of


# What DuckDB and Spark both know by one name and in one meaning; what one of them alone has stands in macros/engine.
PORTABLE = re.compile(
    "bit_length|bit_xor|cast|coalesce|concat|count|extract|filter|first_value|length|make_date|max|md5|min|over"
    "|percentile_cont|substr|sum"
)
KEYWORD = re.compile(
    "and|as|decimal|from|group|in|join|not|on|or|order|partition|select|then|union|using|values|when|where|with|by|as"
)
ONLY_DUCKDB = re.compile(
    r"::|\bexclude\b|\blambda\b|\bqualify\b|\busing\s*\(|\bvarchar\b|(?<![\w'])\[|//|\bsemi\b|\banti\b"
)
DUCKDBS_OWN = {"read_parquet", "date_diff", "hash"}


def test_evidence_models_speak_what_every_engine_knows(home: Home) -> None:
    """Of the SQL that ran here, all that is DuckDB's own comes from its macro file."""
    engine = (project_root() / "dbt_project" / "macros" / "engine" / "duckdb.sql").read_text(encoding="utf-8")
    assert all(f"{name}(" in engine for name in DUCKDBS_OWN)
    compiled = [
        path
        for path in sorted(Path(dbt.target_folder(home)).glob("compiled/zhengxin/models/evidence/*.sql"))
        if path.name != "int_derived_observation.sql"
    ]
    assert len(compiled) == 5
    for path in compiled:
        sql = re.sub(r"--.*|/\*.*?\*/", "", path.read_text(encoding="utf-8"))
        sql = re.sub(r"read_parquet\([^)]*\)", "records", sql)
        sql = re.sub(r"\((?:[^()]|\([^()]*\))+ // \(2 \* [\w.]+\)\)", "quotient", sql)
        sql = re.sub(r"cast\('0x' \|\|[^\n]*? as bigint\)", "fingerprint", sql)
        sql = re.sub(r"\banti join\b", "join", sql)
        words = re.sub(r"'[^']*'", "''", sql)
        called = {name.lower() for name in re.findall(r"(\w+)\s*\(", words)}
        unknown = {name for name in called if not PORTABLE.fullmatch(name) and not KEYWORD.fullmatch(name)}
        assert unknown - DUCKDBS_OWN == set(), path.name
        assert ONLY_DUCKDB.findall(words) == [], path.name


def test_each_engine_says_every_word() -> None:
    """A macro that one engine has and another lacks would be missed only on a cluster."""
    folder = project_root() / "dbt_project" / "macros" / "engine"
    words = {
        path.stem: set(re.findall(rf"macro {path.stem}__(\w+)", path.read_text(encoding="utf-8")))
        for path in folder.glob("*.sql")
    }
    assert len(words) == 2
    assert words["duckdb"] == words["spark"] != set()


def test_the_warehouse_takes_over_what_was_counted_from_the_states_of_now(home: Home, tmp_path: Path) -> None:
    """Tables as Spark leaves them: of a kind whose states are those of now the rows are taken over, of others none."""
    shutil.copytree(home.root, tmp_path / "home")
    there = Home(tmp_path / "home")
    kept = {
        "int_evidence_check": "evidence_kind, record_year",
        "int_evidence_duplicate": "evidence_kind, record_year",
        "int_evidence_count": "evidence_kind, assessment_year",
        "int_evidence_partition": "",
    }
    made = there.spark / "tables" / "intermediate.db"
    made.mkdir(parents=True)
    with duckdb.connect(str(there.warehouse), read_only=True) as warehouse:
        counted = {
            table: sorted(warehouse.execute(f"from intermediate.{table}").fetchall(), key=repr) for table in kept
        }
        for table, columns in kept.items():
            if columns:
                how = f"format parquet, partition_by ({columns})"
                warehouse.execute(f"copy intermediate.{table} to '{made / table}' ({how})")
        (made / "int_evidence_partition").mkdir()
        warehouse.execute(
            "copy (select * replace (if(evidence_kind = 'court_default', 'older', state_hash) as state_hash)"
            f" from intermediate.int_evidence_partition) to '{made}/int_evidence_partition/part.parquet'"
        )
    there.warehouse.unlink()
    with connection.writing(there.warehouse) as anew:
        load_raw(anew, there)
        for table, rows in counted.items():
            taken = sorted(anew.execute(f"from intermediate.{table}").fetchall(), key=repr)
            assert taken == [row for row in rows if "court_default" not in row], table
            # Of the kind that was counted from other states there is nothing.
            assert taken != rows or table == "int_evidence_duplicate"
