"""What the demo's files look like: labels, formats, the disorder of real deliveries, and the same bytes each time."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections import Counter, defaultdict
from datetime import datetime
from itertools import product
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from orchestration.demo.county import write_county_inbox
from orchestration.home import project_root
from tests.demo.conftest import ReadInbox
from tests.demo.inbox_reader import read_rows

SOURCES = ("observation", "opinion_event", "verification")


def digests(paths: list[Path], inbox: Path) -> dict[str, str]:
    return {str(path.relative_to(inbox)): hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}


@pytest.mark.slow
def test_same_bytes_from_two_processes(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from orchestration.demo.county import write_county_inbox;"
        "write_county_inbox(Path(sys.argv[1]), provinces=['520000', '310000'])"
    )
    written = []
    for hash_seed in ("1", "2"):
        inbox = tmp_path / hash_seed
        environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "TZ": f"UTC{hash_seed}"}
        subprocess.run([sys.executable, "-c", code, inbox], check=True, cwd=project_root(), env=environment)
        written.append(digests(sorted(path for path in inbox.rglob("*") if path.is_file()), inbox))
    assert len(written[0]) >= 15
    assert written[0] == written[1]


def test_writing_again_changes_nothing(guizhou: ReadInbox) -> None:
    before = digests(guizhou.paths, guizhou.inbox)
    again = write_county_inbox(guizhou.inbox, provinces=["520000"])
    assert digests(again, guizhou.inbox) == before
    assert sorted(again) == sorted(path for path in guizhou.inbox.rglob("*") if path.is_file())


def test_another_seed_gives_other_rows(tmp_path: Path) -> None:
    first = write_county_inbox(tmp_path / "first", years=[2019], units={"520102"})
    second = write_county_inbox(tmp_path / "second", years=[2019], units={"520102"}, seed=1)
    assert digests(first, tmp_path / "first") != digests(second, tmp_path / "second")


def test_a_part_has_the_rows_of_the_whole(whole: ReadInbox, guizhou: ReadInbox, tmp_path: Path) -> None:
    def rows(inbox: ReadInbox, year: str, prefix: str) -> list[tuple]:
        return sorted(
            tuple((name, cell) for name, cell in row.items() if name not in ("row_number", "batch_id"))
            for source in SOURCES
            for row in inbox.sound[source]
            if row["assessment_year"] == year and row["unit_code"].startswith(prefix)
        )

    assert rows(whole, "2019", "52") == rows(guizhou, "2019", "52")
    # A unit is followed over changes of its code: 兴仁 was 522322 until 2018.
    write_county_inbox(tmp_path, units={"522302"})
    codes = {(row["assessment_year"], row["unit_code"]) for _, _, row in read_rows(tmp_path, "observation")}
    assert {("2017", "522322"), ("2018", "522322"), ("2019", "522302")} <= codes


def test_unknown_parts_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="540000"):
        write_county_inbox(tmp_path, provinces=["540000"])
    with pytest.raises(ValueError, match="999999"):
        write_county_inbox(tmp_path, units={"999999"})
    with pytest.raises(ValueError, match="2031"):
        write_county_inbox(tmp_path, years=[2031])
    assert not list(tmp_path.iterdir())


def test_progress_is_told(tmp_path: Path) -> None:
    steps: list[tuple[str, int, int]] = []
    write_county_inbox(tmp_path, years=[2019], provinces=["310000"], progress=lambda *step: steps.append(step))
    assert steps[-1][1] == steps[-1][2]
    assert [done for _, done, _ in steps] == sorted(done for _, done, _ in steps)


def test_every_row_says_that_it_is_synthetic(whole: ReadInbox, guizhou: ReadInbox) -> None:
    for source, inbox in product(SOURCES, (whole, guizhou)):
        rows = inbox.sound[source] + [row for broken, _, row in inbox.broken if broken == source]
        assert {row["provenance"] for row in rows} == {"synthetic"}
        for row in rows:
            assert (
                row["evidence_url"].startswith(("https://synthetic.example.invalid/", "见附件 synthetic"))
                or not (row["evidence_url"])
            )
            for name in ("collector", "verifier", "reason", "headline"):
                assert not row.get(name) or "synthetic" in row[name]
    assert all("synthetic" in path.name for path in (*whole.paths, *guizhou.paths))


def test_formats_and_encodings(guizhou: ReadInbox, whole: ReadInbox) -> None:
    by_name = {path.name: path for path in (*guizhou.paths, *whole.paths)}
    manual = by_name["synthetic_manual_collection_2019.csv"].read_bytes()
    with pytest.raises(UnicodeDecodeError):
        manual.decode("utf-8")
    assert "合成" in manual.decode("gb18030")
    assert by_name["synthetic_county_observation_2018_supplement.csv"].read_bytes().startswith(b"\xef\xbb\xbf")
    schema = pq.read_schema(by_name["synthetic_county_observation_2017.parquet"])
    assert schema.field("value").type == pa.decimal128(20, 9)
    assert schema.field("captured_at").type == pa.timestamp("us")
    sheet = openpyxl.load_workbook(by_name["synthetic_county_observation_2019_supplement.xlsx"]).worksheets[0]
    assert 200 <= sheet.max_row <= 1000
    header = [cell.value for cell in sheet[1]]
    second = dict(zip(header, (cell.value for cell in sheet[2]), strict=True))
    assert isinstance(second["captured_at"], datetime)
    assert isinstance(second["unit_code"], str)
    first_line = by_name["synthetic_opinion_event_2019.jsonl"].read_text(encoding="utf-8").splitlines()[0]
    assert json.loads(first_line)["assessment_year"] == 2019


def test_conflicts_late_rows_and_duplicates(guizhou: ReadInbox) -> None:
    """Also in the smallest demo: one province."""
    for year in ("2017", "2018", "2019"):
        cells = defaultdict(list)
        for row in guizhou.sound["observation"]:
            if row["assessment_year"] == year:
                cells[row["unit_code"], row["measure_code"]].append(row)
        said = {cell: {(row["value"], row["state"]) for row in rows} for cell, rows in cells.items()}
        in_conflict = [rows for cell, rows in cells.items() if len(said[cell]) > 1]
        assert any(len({row["collection_mode"] for row in rows}) == 2 for rows in in_conflict)
        assert any(len({row["channel"] for row in rows}) == 2 for rows in in_conflict)
        assert any(
            len({row["batch_id"] for row in rows if row["collection_mode"] == "online"}) == 2 for rows in in_conflict
        )
        assert any(len({row["captured_at"] for row in rows}) == 1 for rows in in_conflict)
    assert ("observation", "repeated") in {(source, problem) for source, problem, _ in guizhou.broken}


def test_codes_of_another_year(guizhou: ReadInbox, whole: ReadInbox) -> None:
    mapped = {
        (row["assessment_year"], row["unit_code_received"], row["unit_code"])
        for row in guizhou.sound["observation"]
        if row["unit_code_received"] != row["unit_code"]
    }
    assert mapped == {
        ("2017", "520281", "520222"),
        ("2018", "520222", "520281"),
        ("2018", "522302", "522322"),
        ("2019", "522322", "522302"),
    }
    assert {row["unit_code_received"] for row in guizhou.sound["opinion_event"]} >= {"522302", "520222"}
    strays = {row["unit_code"] for source, problem, row in whole.broken if (source, problem) == ("observation", "unit")}
    assert {"999999", "52011", "", "520321", "140202", "140402", "511521"} == strays


def test_broken_rows_of_many_kinds(guizhou: ReadInbox) -> None:
    kinds = Counter((source, problem) for source, problem, _ in guizhou.broken)
    assert {problem for source, problem in kinds if source == "observation"} == {
        *("repeated", "year", "unit", "measure", "captured_at", "channel", "blank", "hash", "url"),
        *("value or state", "state", "number", "bound", "whole", "precision"),
    }
    outside = [row for _, problem, row in guizhou.broken if problem == "outside the year"]
    assert [(row["unit_code"], row["event_date"]) for row in outside] == [("522726", "2020-07-12")]
    assert any(source == "opinion_event" and not row["responsibility"] for source, _, row in guizhou.broken)
    assert any(source == "opinion_event" and row["topic"] == "gossip" for source, _, row in guizhou.broken)
    assert len({problem for source, problem in kinds if source == "verification"}) >= 5
    told = {(row["assessment_year"], row["unit_code"], row["measure_code"]) for row in guizhou.sound["observation"]}
    only_broken = {
        (row["assessment_year"], row["unit_code"], row["measure_code"])
        for source, problem, row in guizhou.broken
        if source == "observation" and problem not in ("unit", "year", "measure")
    } - told
    assert len(only_broken) >= 20


def test_verifications_of_all_verdicts(guizhou: ReadInbox) -> None:
    for year in ("2017", "2018", "2019"):
        rows = [row for row in guizhou.sound["verification"] if row["assessment_year"] == year]
        verdicts = Counter((row["subject"], row["verdict"]) for row in rows)
        assert set(verdicts) == {
            *(("observation", verdict) for verdict in ("confirm", "correct", "reject")),
            *(("opinion_event", verdict) for verdict in ("confirm", "reject")),
        }
        twice = Counter((row["unit_code"], row["measure_code"]) for row in rows if row["measure_code"])
        assert max(twice.values()) >= 2


def test_events_are_plausible(whole: ReadInbox) -> None:
    clusters = defaultdict(list)
    for row in whole.sound["opinion_event"]:
        clusters[row["assessment_year"], row["unit_code"], row["cluster_code"]].append(row)
    per_unit = Counter((year, unit) for year, unit, _ in clusters)
    assert max(per_unit.values()) <= 15
    assert sum(len(reports) > 1 for reports in clusters.values()) > 300
    assert any(len({row["batch_id"] for row in reports}) > 1 for reports in clusters.values())
    negative = [reports for reports in clusters.values() if reports[0]["polarity"] == "negative"]
    kinds = Counter(reports[-1]["response_kind"] for reports in negative)
    assert set(kinds) == {"targeted", "off_point", "repaired", "none", ""}
    assert any(row["responder"] not in ("", row["responsible_body"]) for reports in negative for row in reports)
    assert {row["responsibility"] for reports in negative for row in reports} == {"found", "reported", "none"}


def test_events_that_the_report_names(guizhou: ReadInbox) -> None:
    events = defaultdict(list)
    for row in guizhou.sound["opinion_event"]:
        if row["assessment_year"] == "2019":
            events[row["unit_code"], row["cluster_code"].split("-", 3)[3]].append(row)
    vanity = events["522726", "dushan-vanity-project"]
    assert sorted(row["reported_at"][:10] for row in vanity) == ["2019-08-07", "2019-08-08"]
    assert all(not row["response_at"] for row in vanity)
    (lunch,) = events["520181", "qingzhen-school-lunch"]
    assert lunch["responder"] == "清镇市互联网信息管理办公室" != lunch["responsible_body"]
    assert events["520115", "guanshanhu-collapse"][0]["event_date"] == "2019-10-28"
    assert events["520203", "liuzhi-tower-crane"]
    for name in ("shuicheng-landslide", "duge-crime"):
        assert events["520221", name][0]["responsibility"] == "none"
    assert sum(name == "media-centre" for _, name in events) == 88


def test_more_cases_prosecuted_than_filed_in_some_counties(guizhou: ReadInbox) -> None:
    """As the report prints it for the province: a later stage larger than an earlier one is suspect, and kept."""
    counts: dict[str, dict[str, int]] = defaultdict(dict)
    for row in sorted(guizhou.sound["observation"], key=lambda row: row["collection_mode"] == "offline"):
        if row["assessment_year"] == "2019" and row["measure_code"].startswith("E1.3.") and row["value"]:
            counts[row["measure_code"]].setdefault(row["unit_code"], int(row["value"]))
    filed, prosecuted = counts["E1.3.case_filed_count"], counts["E1.3.case_prosecuted_count"]
    assert len(filed) == len(prosecuted) == 88
    assert any(prosecuted[unit] > filed[unit] for unit in filed)
