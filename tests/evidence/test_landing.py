"""Evidence lands like every other source: parted by rule, content-addressed, idempotent, superseding, kill-safe."""

from __future__ import annotations

import gzip
import os
import signal
import subprocess
import sys
from datetime import datetime

import duckdb
import pyarrow as pa
import pytest

from orchestration.demo.evidence import records_query, write_evidence
from orchestration.home import shipped_seeds
from orchestration.landing.evidence.door import EvidenceDoor
from orchestration.landing.evidence.kinds import landed_contracts, read_kinds
from orchestration.landing.evidence.layout import has_evidence, lay_out
from orchestration.landing.integrity import check_store
from orchestration.landing.judge import recorded
from orchestration.landing.reference import read_reference
from tests.evidence.conftest import GOOD, HEADER, Evidence, messages

KIND = "citizen_message"
MANY_ROWS = 2_100_000
BROKEN = {
    "unit_code_missing": ",A,2019-03-01,,,,synthetic",
    "unit_code_unknown": "999999,A,2019-03-01,,,,synthetic",
    "unit_code_not_of_its_day": "520281,A,2005-03-01,,,,synthetic",
    "message_code_missing": "520115,,2019-03-01,,,,synthetic",
    "submitted_at_missing": "520115,A,,,,,synthetic",
    "submitted_at_malformed": "520115,A,2019-02-30,,,,synthetic",
    "submitted_at_implausible": "520115,A,2150-02-03,,,,synthetic",
    "due_at_before_submitted_at": "520115,A,2019-03-02,2019-03-01,,,synthetic",
    "answered_at_before_submitted_at": "520115,A,2019-03-02,,2019-03-01 23:59,,synthetic",
    "rating_out_of_bounds": "520115,A,2019-03-01,,,6,synthetic",
    "rating_malformed": "520115,A,2019-03-01,,,4.5,synthetic",
    "provenance_unknown": "520115,A,2019-03-01,,,,made up",
    "provenance_missing": "520115,A,2019-03-01,,,,",
    "row_unreadable": "520115,A",
}


def test_each_rule_puts_its_row_into_quarantine(evidence: Evidence) -> None:
    text = messages(*BROKEN.values(), GOOD.format(code="good"))
    file = evidence.landed(KIND, "a.csv", text)
    assert (file.outcome, file.row_count, file.accepted_count) == ("landed", len(BROKEN) + 1, 1)
    found = {row["row_number"]: row for row in evidence.quarantined(file)}
    assert {number: row["rule"] for number, row in found.items()} == dict(enumerate(BROKEN, start=2))
    for row in found.values():
        assert row["message"] and row["message_zh"] and row["raw_payload"]
    (accepted,) = evidence.accepted(KIND)
    assert accepted["row_number"] == len(BROKEN) + 2
    assert accepted["answered_at"] == datetime(2019, 3, 7, 9, 30)


def test_a_code_is_in_use_until_a_table_says_otherwise(evidence: Evidence) -> None:
    """What is recorded after the last table of divisions is judged by it; a code that had gone by then is not used."""
    rows = [f"{code},{code},2027-03-01,,,,synthetic" for code in ("520115", "520222")]
    file = evidence.landed(KIND, "a.csv", messages(*rows))
    assert [row["unit_code"] for row in evidence.accepted(KIND)] == ["520115"]
    assert [row["rule"] for row in evidence.quarantined(file)] == ["unit_code_not_of_its_day"]


def test_days_decide_where_an_hour_is_missing(evidence: Evidence) -> None:
    """Due on the day of submission is no day before it."""
    file = evidence.landed(KIND, "a.csv", messages("520115,A,2019-03-01 10:00,2019-03-01,2019-03-01,,synthetic"))
    assert file.accepted_count == 1


def test_row_numbers_stand_after_unreadable_rows(evidence: Evidence) -> None:
    good = [GOOD.format(code=code) for code in "ABCDE"]
    evidence.landed(KIND, "a.csv", messages(good[0], "x", "y,z", good[1], good[2], "x", good[3], good[4]))
    assert {row["message_code"]: row["row_number"] for row in evidence.accepted(KIND)} == {
        "A": 2,
        "B": 5,
        "C": 6,
        "D": 8,
        "E": 9,
    }


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_row_numbers_stand_after_blank_lines_of_a_csv(evidence: Evidence, ending: str) -> None:
    """Blank lines are no rows, as in a spreadsheet, and the rows after them keep their numbers; what could not be read
    stands between, and a blank line inside a cell is none."""
    good = [GOOD.format(code=code) for code in ("A", "B", '"C\n\n1"', "D")]
    lines = [HEADER, good[0], "", good[1], "", "", "x", good[2], "", good[3], "", ""]
    file = evidence.landed(KIND, "a.csv", ending.join(lines).replace("C\n\n1", f"C{ending * 2}1") + ending)
    assert (file.row_count, file.accepted_count) == (5, 4)
    assert [row["row_number"] for row in evidence.accepted(KIND)] == [2, 4, 8, 10]
    assert [row["row_number"] for row in evidence.quarantined(file)] == [7]


@pytest.mark.parametrize("ending", ["jsonl", "jsonl.gz"])
def test_row_numbers_stand_after_blank_lines_of_json(evidence: Evidence, ending: str) -> None:
    line = '{"unit_code": "520115", "message_code": "%s", "submitted_at": "%s", "provenance": "synthetic"}'
    lines = [
        "",
        line % ("A", "2019-03-01"),
        "",
        "  ",
        line % ("B", "2019-02-30"),
        "no JSON",
        "",
        line % ("C", "2019-03-01"),
    ]
    content = "\n".join(lines).encode()
    file = evidence.landed(KIND, f"a.{ending}", gzip.compress(content) if ending.endswith("gz") else content)
    assert {row["message_code"]: row["row_number"] for row in evidence.accepted(KIND)} == {"A": 2, "C": 8}
    assert [row["row_number"] for row in evidence.quarantined(file)] == [5, 6]


def test_a_file_of_blank_lines_is_refused(evidence: Evidence) -> None:
    """To number rows around any amount of blank lines is not worth its time."""
    rows = "\n\n".join(GOOD.format(code=code) for code in range(3000))
    file = evidence.landed(KIND, "a.csv", f"{HEADER}\n{rows}\n")
    assert (file.outcome, file.error_rule) == ("rejected", "rows_blank")


@pytest.mark.parametrize("file_format", ["parquet", "csv"])
def test_accepted_rows_stand_in_the_order_of_the_file(evidence: Evidence, file_format: str) -> None:
    """Several row groups, checked by several threads: the same file always gives the same bytes."""
    path = evidence.put(KIND, f"a.{file_format}", "")
    duckdb.execute(f"copy ({records_query(KIND, ['520115', '520102'], 2019, 0, 320_000)}) to '{path}'")
    (file,) = evidence.land()
    [path] = evidence.home.landing.glob(f"evidence/evidence_kind={KIND}/*/*.parquet")
    steps = f"select row_number - lag(row_number) over () as step from '{path}'"
    backwards = duckdb.sql(f"select count(*) filter (where step <= 0) from ({steps})")
    assert backwards.fetchone() == (0,)
    assert file.accepted_count + file.quarantined_count == 320_000


@pytest.mark.parametrize(
    "kind_of_file", ["csv.gz", "csv.zst", "jsonl", "jsonl.gz", "jsonl.zst", "gb18030", "crlf", "parquet"]
)
def test_every_format_gives_the_same_records(evidence: Evidence, kind_of_file: str) -> None:
    text = messages(GOOD.format(code="甲"), GOOD.format(code="B"))
    rows = [dict(zip(HEADER.split(","), line.split(","), strict=True)) for line in text.splitlines()[1:]]
    lines = "".join(f"{row}\n".replace("'", '"') for row in rows)
    plain = lines if kind_of_file.startswith("jsonl") else text
    content = {
        "gz": lambda: gzip.compress(plain.encode()),
        "zst": lambda: pa.compress(plain.encode(), codec="zstd", asbytes=True),
        "gb18030": lambda: plain.encode("gb18030"),
        "crlf": lambda: plain.replace("\n", "\r\n").encode(),
    }.get(kind_of_file.rsplit(".", 1)[-1], plain.encode)
    if kind_of_file == "parquet":
        evidence.put_parquet(KIND, "a.parquet", pa.Table.from_pylist(rows))
    else:
        evidence.put(KIND, f"a.{kind_of_file}", content())
    (file,) = evidence.land()
    assert (file.outcome, file.accepted_count, file.error) == ("landed", 2, None)
    assert [(row["message_code"], row["answered_at"], row["rating"]) for row in evidence.accepted(KIND)] == [
        ("甲", datetime(2019, 3, 7, 9, 30), 5),
        ("B", datetime(2019, 3, 7, 9, 30), 5),
    ]


def test_typed_parquet_lands_as_typed(evidence: Evidence) -> None:
    zoned = pa.array([datetime(2019, 12, 31, 17, 0)], pa.timestamp("us", tz="UTC"))
    table = pa.table(
        {
            "unit_code": pa.array([520115], pa.int64()),
            "message_code": ["A"],
            "submitted_at": zoned,
            "rating": pa.array([4.0], pa.float64()),
            "provenance": ["synthetic"],
        }
    )
    evidence.put_parquet(KIND, "a.parquet", table)
    (file,) = evidence.land()
    assert file.accepted_count == 1
    (row,) = evidence.accepted(KIND)
    # Half past midnight in China is a record of the next year.
    assert (row["unit_code"], row["submitted_at"], row["rating"]) == ("520115", datetime(2020, 1, 1, 1, 0), 4)
    assert (evidence.home.landing / f"evidence/evidence_kind={KIND}/record_year=2020").is_dir()


@pytest.mark.parametrize("column", ["姓名", "applicant_name", "手机号码", "身份证号", "email", "home address"])
def test_personal_data_is_refused_and_nothing_of_it_kept(evidence: Evidence, column: str) -> None:
    text = f"{HEADER},{column}\n{GOOD.format(code='A')},张三\n"
    file = evidence.landed(KIND, "a.csv", text)
    assert (file.outcome, file.error_rule, file.batch_id) == ("rejected", "personal_data", None)
    kept = [path for path in evidence.home.landing.rglob("*") if path.is_file()]
    assert not any("张三".encode() in path.read_bytes() for path in kept)


def test_a_key_of_personal_data_in_one_line_is_found(evidence: Evidence) -> None:
    line = '{"unit_code": "520115", "message_code": "%s", "submitted_at": "2019-03-01", "provenance": "synthetic"%s}\n'
    text = line % ("A", "") * 50 + line % ("B", ', "phone": "13900000000"')
    assert evidence.landed(KIND, "a.jsonl", text).error_rule == "personal_data"


def test_a_header_that_does_not_fit_rejects_the_file(evidence: Evidence) -> None:
    file = evidence.landed(KIND, "a.csv", "unit_code,colour\n520115,red\n")
    assert (file.outcome, file.error_rule) == ("rejected", "column_missing")
    assert "message_code" in file.error.en and "colour" in file.error.en
    assert evidence.store.rejected_batches(KIND)


def test_the_same_bytes_change_nothing_and_new_ones_supersede(evidence: Evidence) -> None:
    first = evidence.landed(KIND, "a.csv", messages(GOOD.format(code="A"), GOOD.format(code="B")))
    assert evidence.landed(KIND, "a.csv", messages(GOOD.format(code="A"), GOOD.format(code="B"))).outcome == "unchanged"
    second = evidence.landed(KIND, "a.csv", messages(GOOD.format(code="A"), GOOD.format(code="C")))
    assert (second.outcome, second.superseded_batch_id) == ("superseding", first.batch_id)
    assert [row["message_code"] for row in evidence.accepted(KIND)] == ["A", "C"]
    assert {row["batch_id"] for row in evidence.accepted(KIND)} == {second.batch_id}
    assert not [finding.text for finding in check_store(evidence.store).findings]


def test_years_lie_apart(evidence: Evidence) -> None:
    rows = [f"520115,{code},{year}-03-01,,,,synthetic" for code, year in zip("ABC", (2017, 2018, 2018), strict=True)]
    evidence.landed(KIND, "a.csv", messages(*rows))
    laid = lay_out(evidence.store, [KIND])
    assert {key: len(batches) for key, batches in laid.items()} == {(KIND, 2017): 1, (KIND, 2018): 1}
    assert [row["message_code"] for row in evidence.accepted(KIND)] == ["A", "B", "C"]


def test_a_file_outside_the_kinds_is_told(evidence: Evidence) -> None:
    evidence.put("gossip", "a.csv", "x\n")
    (file,) = evidence.land()
    assert (file.outcome, file.error_rule) == ("rejected", "outside_source_folder")


def test_a_home_without_evidence_has_none(evidence: Evidence) -> None:
    evidence.land()
    assert not has_evidence(evidence.home)
    assert not (evidence.home.landing / "evidence").exists()
    evidence.put(KIND, "a.csv", messages(GOOD.format(code="A")))
    assert has_evidence(evidence.home)


@pytest.mark.parametrize("file_format", ["parquet", "csv"])
def test_generated_evidence_lands_with_its_dirt(evidence: Evidence, file_format: str) -> None:
    write_evidence(evidence.home.inbox / "evidence", ["520115", "520102"], [2018, 2019], 6000, file_format)
    landed = evidence.land()
    assert {file.outcome for file in landed} == {"landed"}
    assert all(file.row_count == file.accepted_count + file.quarantined_count for file in landed)
    rules = {rule for file in landed for rule in evidence.store.batch(file.source, file.batch_id).rules}
    assert {"unit_code_unknown", "message_code_missing", "due_at_before_submitted_at"} <= rules


# `tests/landing/test_limits.py` measures the memory of a long file of observations.
@pytest.mark.slow
def test_memory_stays_within_its_limit(evidence: Evidence) -> None:
    """Rows are streamed: the text is larger than what the database may keep of it."""
    rows = "".join(f"520115,{number:090},2019-03-01,,,,synthetic\n" for number in range(MANY_ROWS))
    path = evidence.put(KIND, "a.csv", f"{HEADER}\n{rows}")
    assert path.stat().st_size > 256e6
    door = EvidenceDoor(evidence.home.root, memory_limit="256MB")
    kind = read_kinds(shipped_seeds(), read_reference(shipped_seeds()))[KIND]
    work = evidence.home.root / "work"
    work.mkdir()
    facts = dict.fromkeys(("file_name", "file_sha256", "contract_version", "seeds_digest", "original"), "")
    batch = door.make_batch(kind, {"batch_id": "b", "source": KIND, "file_size": 0, **facts}, path, work)
    door.close()
    assert batch.accepted_count == MANY_ROWS
    assert duckdb.sql(f"select max(row_number) from '{work}/accepted_2019.parquet'").fetchone() == (MANY_ROWS + 1,)


def test_a_killed_landing_leaves_no_half(evidence: Evidence) -> None:
    """Killed at any moment, the next landing has each file once and whole."""
    for number in range(6):
        evidence.put(KIND, f"{number}.csv", messages(*(GOOD.format(code=f"{number}-{row}") for row in range(2000))))
    program = (
        "import sys; from pathlib import Path; from orchestration.home import Home;"
        "from orchestration.landing.run import land_inbox;"
        "land_inbox(Home(Path(sys.argv[1])), progress=lambda *told: print('landed', flush=True))"
    )
    command = [sys.executable, "-c", program, str(evidence.home.root)]
    for files in (1, 3):
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        for _ in range(files):
            process.stdout.readline()
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    evidence.land()
    assert len(evidence.accepted(KIND)) == 12_000
    assert not [finding.text for finding in check_store(evidence.store).findings]


def test_great_expectations_records_each_rule(evidence: Evidence) -> None:
    """What the door found of a batch is put to the suites like that of any other source."""
    file = evidence.landed(KIND, "a.csv", messages(BROKEN["unit_code_unknown"], GOOD.format(code="good")))
    contract = landed_contracts(evidence.home)[KIND]
    found = evidence.store.validation(evidence.store.batch(KIND, file.batch_id))["results"]
    [records] = recorded([found], contract)
    rules = {record["rule"]: record for record in records if record["suite"] == f"{KIND}.rows"}
    assert [rule for rule, record in rules.items() if not record["success"]] == ["unit_code_unknown"]
    assert rules["unit_code_unknown"]["unexpected_count"] == 1
    assert list(rules) == [rule.name for rule in contract.rules()]
