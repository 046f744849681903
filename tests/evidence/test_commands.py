"""From the composite to the records: what explain and evidence say of a measure that records give."""

from __future__ import annotations

import csv
import hashlib
import json
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from orchestration.cli import app
from orchestration.demo.county import SEED
from orchestration.demo.county_evidence import write_county_evidence
from orchestration.home import Home, project_root, shipped_seeds
from orchestration.landing.run import land_inbox
from orchestration.landing.store import Store
from orchestration.seeds import read_seed
from orchestration.warehouse import connection, dbt
from orchestration.warehouse.evidence_records import derived_measures, records_behind
from orchestration.warehouse.raw import load_raw
from tests.small.home import make_small_home
from tests.small.inbox import SERIES, write_small_inbox
from tests.small.parsed import share_parse

UNIT, SILENT_UNIT = "520402", "520403"
HEADER = "unit_code,message_code,url,submitted_at,due_at,answered_at,provenance"
MESSAGE = "{unit},{code},https://www.example.gov.cn/{code},2019-03-01 10:00,2019-03-15,{answered},synthetic"
DERIVED = {row["measure_code"] for row in read_seed(shipped_seeds() / "evidence" / "measure_derivation.csv")}
FILLED_IN = {
    **{"unit_code": "520115", "message_code": "M1", "board": "portal", "rating": "5", "provenance": "synthetic"},
    **{"submitted_at": "2019-03-01", "due_at": "2019-03-15", "answered_at": "2019-03-09"},
}
MARTS = (
    *("score_trace", "score_contribution", "lost_mark", "points_to_next", "unit_ranking", "place_lookup", "dim_unit"),
    *("dim_methodology", "release_info", "observation_conflict"),
    *("evidence_measure", "dim_derivation", "evidence_partition", "evidence_file", "evidence_sample"),
)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """Of 58 messages of a unit 46 were answered on time; of what its records give nothing was typed. Another unit has a
    typed value."""
    # With draws and records it has the models of the county's demo, and shares their parse.
    home = make_small_home(tmp_path_factory.mktemp("evidence"), draws=16)
    write_small_inbox(home.inbox, [2019])
    typed = home.inbox / "observation" / "small_2019.csv"
    lines = typed.read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if not (line.startswith(UNIT) and DERIVED.intersection(line.split(",")))]
    typed.write_text("\n".join(kept) + "\n", encoding="utf-8")
    rows = [HEADER]
    for number in range(58):
        answered = "2019-03-15 23:00" if number < 46 else "2019-04-01" if number < 50 else ""
        rows.append(MESSAGE.format(unit=UNIT, code=f"M{number:02}", answered=answered))
    rows += [MESSAGE.format(unit=SILENT_UNIT, code=f"S{number}", answered="") for number in range(6)]
    # Sent in twice: the same message, known alike.
    rows.append(rows[1])
    folder = home.inbox / "evidence" / "citizen_message"
    for path in write_county_evidence(home.inbox / "evidence", 2019, SEED):
        if path.parent == folder:
            path.unlink()
    (folder / "messages.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    land_inbox(home)
    home.warehouse.parent.mkdir()
    with connection.writing(home.warehouse) as open_connection:
        load_raw(open_connection, home)
    share_parse(home)  # that of a home without records has no models of them
    wanted = [f"+{mart}" for mart in MARTS]
    dbt.run(home, ["build", "--select", *wanted, "--exclude-resource-type", "test", "unit_test"])
    return home


def said(home: Home, *words: str) -> str:
    result = CliRunner(env={"ZHENGXIN_HOME": str(home.root), "COLUMNS": "200"}).invoke(app, list(words))
    assert result.exit_code == 0, result.output
    return result.output


def test_explain_ends_at_the_records(home: Home) -> None:
    text = said(home, "explain", UNIT, "--year", "2019", "--node", "P3.2", "--language", "en")
    assert "P3.2.rate: 46 of 58 records count" in text
    assert "value 79.310345; which is in effect" in text
    _, end = text.split("P3.2.rate, the 12 others:")
    others = end.splitlines()[2:14]
    assert [line.split()[0] for line in others] == [f"M{number}" for number in (*range(50, 58), *range(46, 50))]
    # Unanswered until the end of the year, and seventeen days late.
    assert others[0].split()[1:] == ["291", "https://www.example.gov.cn/M50", "messages.csv", "52"]
    assert others[-1].split()[1:] == ["17", "https://www.example.gov.cn/M49", "messages.csv", "51"]


def test_explain_ends_at_the_records_of_every_derived_measure(home: Home) -> None:
    """From each node that such a measure scores in down to file and row: as many records as were counted. What scores
    nowhere is shown by zhengxin evidence."""
    with duckdb.connect(str(home.warehouse), read_only=True) as warehouse:
        measures = derived_measures(warehouse, SERIES, 2019, UNIT)
        nodes = warehouse.execute(
            "select distinct node_code, measure_code from marts.score_trace"
            " where unit_code = $1 and assessment_year = 2019 and list_contains($2, measure_code)"
            " and methodology_code = 'quality'",
            [UNIT, list(measures)],
        ).fetchall()
        of_file = {
            measure.measure_code: records_behind(
                warehouse, Store(home.landing), measure, SERIES, 2019, UNIT, measure.which_to_show
            )
            for measure in measures.values()
        }
    assert set(measures) == DERIVED
    by_node = {
        node: said(home, "explain", UNIT, "--methodology", "quality", "--node", node, "--language", "en")
        for node in sorted({node for node, _ in nodes})
    }
    told = {measure: by_node[node] for node, measure in nodes}
    for code in set(measures) - set(told):
        told[code] = said(home, "evidence", UNIT, "--measure", code, "--language", "en")
    for code, measure in measures.items():
        text, behind = told[code], of_file[code]
        assert f"{code}: {measure.counted_count} of {measure.among_count} records count" in text
        assert len(behind.rows) == measure.count_of(measure.which_to_show)
        _, shown = text.split(f"{code}, the ", 1)
        for row in behind.rows[:3]:
            record = dict(zip(behind.columns, row, strict=True))
            assert any(record["file_name"] in line and str(record["row_number"]) in line for line in shown.splitlines())


def test_a_typed_value_of_another_source_is_in_conflict(home: Home) -> None:
    with duckdb.connect(str(home.warehouse), read_only=True) as warehouse:
        rows = warehouse.execute(
            "select source, value, is_effective, collector from marts.observation_conflict"
            " where unit_code = $1 and measure_code = 'P3.2.rate' order by precedence",
            [SILENT_UNIT],
        ).fetchall()
    assert [(source, is_effective) for source, _, is_effective, _ in rows] == [
        ("observation", True),
        ("derivation", False),
    ]
    assert rows[1][1] == 0 and rows[1][3] == "derivation P3.2.rate v1"
    assert "from observation" in said(home, "evidence", SILENT_UNIT, "--measure", "P3.2.rate", "--language", "en")


def test_the_derived_value_scores(home: Home) -> None:
    with duckdb.connect(str(home.warehouse), read_only=True) as warehouse:
        traces = warehouse.execute(
            "select state, value, source, collection_mode, collector, batch_id from marts.score_trace"
            " where unit_code = $1 and measure_code = 'P3.2.rate' and methodology_code = 'quality'",
            [UNIT],
        ).fetchall()
    ((state, value, *rest),) = traces
    assert (state, round(float(value), 6)) == ("observed", 79.310345)
    assert rest == ["derivation", "online", "derivation P3.2.rate v1", None]


def test_json_has_counts_and_conditions(home: Home) -> None:
    answer = json.loads(said(home, "explain", UNIT, "--year", "2019", "--node", "P3.2", "--format", "json"))
    [derived] = [trace["derived"] for trace in answer["node"]["trace"] if trace["measure_code"] == "P3.2.rate"]
    assert (derived["among_count"], derived["counted_count"], derived["value"]) == (58, 46, "79.310345000")


def test_evidence_lists_measures_and_exports_records(home: Home, tmp_path: Path) -> None:
    listed = said(home, "evidence", UNIT, "--language", "en")
    assert "P3.2.rate" in listed and "derivation" in listed
    path = tmp_path / "records.csv"
    said(home, "evidence", UNIT, "--measure", "P3.2.rate", "--which", "all", "--export", str(path))
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 58
    assert sum(row["is_counted"] == "True" for row in rows) == 46


def test_the_documented_query_gives_the_same(home: Home) -> None:
    text = (project_root() / "docs" / "evidence.md").read_text(encoding="utf-8")
    query = text.split("```sql\n")[1].split("```")[0]
    store = home.landing / "evidence"
    query = query.replace("landing/evidence", str(store)).replace("520115", UNIT)
    with duckdb.connect(str(home.warehouse), read_only=True) as warehouse:
        rows = warehouse.execute(query).fetchall()
    assert len(rows) == 12


def test_a_sample_is_drawn_and_the_rest_is_addressed(home: Home) -> None:
    """Each record drawn is that of the store, word for word, and the file in which all lie has the hash told."""
    with duckdb.connect(str(home.warehouse), read_only=True) as warehouse:
        [(kind, year, batch, file_sha256, records_sha256, count)] = warehouse.execute(
            "select evidence_kind, record_year, batch_id, file_sha256, records_sha256, record_count"
            " from marts.evidence_file where evidence_kind = 'citizen_message'"
        ).fetchall()
        samples = warehouse.execute(
            "select row_number, record, record_sha256, is_counted from marts.evidence_sample"
            " where evidence_kind = 'citizen_message' order by row_number"
        ).fetchall()
    assert (kind, year, count, len(samples)) == ("citizen_message", 2019, 65, 20)
    records = home.landing / "batches" / kind / batch / f"accepted_{year}.parquet"
    assert hashlib.sha256(records.read_bytes()).hexdigest() == records_sha256
    delivered = home.inbox / "evidence" / kind / "messages.csv"
    assert hashlib.sha256(delivered.read_bytes()).hexdigest() == file_sha256
    in_store = {row["row_number"]: row for row in pq.ParquetFile(records).read().to_pylist()}
    drawn = sorted(in_store, key=lambda number: hashlib.md5(f"{batch}-{number}".encode()).hexdigest())[:20]
    assert [number for number, *_ in samples] == sorted(drawn)
    for number, record, record_sha256, _ in samples:
        told = {name: str(cell) for name, cell in in_store[number].items() if cell is not None}
        assert json.loads(record) == {name: told[name] for name in told if name not in ("batch_id", "row_number")}
        assert hashlib.sha256(record.encode()).hexdigest() == record_sha256
    # The first message came twice: the second time counts.
    assert {number: is_counted for number, _, _, is_counted in samples if not is_counted} in ({}, {2: False})


def test_the_template_of_a_kind_lands_as_it_is(tmp_path: Path) -> None:
    """Its columns are told on the screen, for the file holds nothing but their names."""
    home = Home(tmp_path / "home")
    path = home.inbox / "evidence" / "citizen_message" / "template.csv"
    told = said(home, "template", "citizen_message", str(path))
    assert "answered_at" in told and "满意度评分" in told
    header = path.read_text(encoding="utf-8-sig").strip().split(",")
    row = ",".join(FILLED_IN.get(name, "") for name in header)
    path.write_text(path.read_text(encoding="utf-8") + row + "\n", encoding="utf-8")
    (file,) = land_inbox(home)
    assert (file.outcome, file.accepted_count) == ("landed", 1)
    refused = CliRunner(env={"ZHENGXIN_HOME": str(home.root)})
    assert "citizen_message" in str(refused.invoke(app, ["template", "gossip"]).exception)
    assert ".csv" in str(refused.invoke(app, ["template", "citizen_message", str(tmp_path / "t.xlsx")]).exception)


def test_evidence_says_what_there_is(home: Home) -> None:
    result = CliRunner(env={"ZHENGXIN_HOME": str(home.root)}).invoke(app, ["evidence", UNIT, "--measure", "P9"])
    assert result.exit_code != 0
    assert "P3.2.rate" in str(result.exception)
