"""From the composite to the records: what explain and evidence say of a measure that records give."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from orchestration.cli import app
from orchestration.home import Home, project_root
from orchestration.landing.run import land_inbox
from orchestration.warehouse import connection, dbt
from orchestration.warehouse.raw import load_raw
from tests.small.home import make_small_home
from tests.small.inbox import write_small_inbox

UNIT, SILENT_UNIT = "520402", "520403"
HEADER = "unit_code,message_code,url,submitted_at,due_at,answered_at,provenance"
MESSAGE = "{unit},{code},https://www.example.gov.cn/{code},2019-03-01 10:00,2019-03-15,{answered},synthetic"
MARTS = (
    *("score_trace", "score_contribution", "lost_mark", "points_to_next", "unit_ranking", "place_lookup", "dim_unit"),
    *("dim_methodology", "release_info", "observation_conflict"),
    *("evidence_measure", "dim_derivation", "evidence_partition"),
)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """Of 58 messages of a unit 46 were answered on time; nothing was typed of it. Another unit has a typed value."""
    home = make_small_home(tmp_path_factory.mktemp("evidence"))
    write_small_inbox(home.inbox, [2019])
    typed = home.inbox / "observation" / "small_2019.csv"
    lines = typed.read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if not (line.startswith(UNIT) and ",P3.2.rate," in line)]
    typed.write_text("\n".join(kept) + "\n", encoding="utf-8")
    rows = [HEADER]
    for number in range(58):
        answered = "2019-03-15 23:00" if number < 46 else "2019-04-01" if number < 50 else ""
        rows.append(MESSAGE.format(unit=UNIT, code=f"M{number:02}", answered=answered))
    rows += [MESSAGE.format(unit=SILENT_UNIT, code=f"S{number}", answered="") for number in range(6)]
    # Sent in twice: the same message, known alike.
    rows.append(rows[1])
    folder = home.inbox / "evidence" / "citizen_message"
    folder.mkdir(parents=True)
    (folder / "messages.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    land_inbox(home)
    home.warehouse.parent.mkdir()
    with connection.writing(home.warehouse) as open_connection:
        load_raw(open_connection, home)
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


def test_evidence_says_what_there_is(home: Home) -> None:
    result = CliRunner(env={"ZHENGXIN_HOME": str(home.root)}).invoke(app, ["evidence", UNIT, "--measure", "P9"])
    assert result.exit_code != 0
    assert "P3.2.rate" in str(result.exception)
