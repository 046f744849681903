"""Superset itself, installed by the documented command: what its charts show is what the release says.

Installs some 700 MB unless ZHENGXIN_SUPERSET_ENVIRONMENT names an environment that `launch.py` made before.
"""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.home import Home
from orchestration.release.catalogue import ReleaseId
from tests.bi.small_release import build_small_home, publish
from tests.bi.superset_files import FOLDER, assets, script, used_metrics

pytestmark = pytest.mark.slow

SECONDS_TO_INSTALL = 1200
SECONDS_TO_START = 300
INSTALL = "import launch; launch.install(launch.place_of(launch.arguments()))"
CHARTS = assets("charts")
DATASETS = assets("datasets")
PROVINCE_SCORES = """
    from marts.region_score as scores
    inner join marts.dim_indicator as nodes
        on scores.methodology_code = nodes.methodology_code and scores.node_code = nodes.node_code
    inner join marts.region_score as nation
        on scores.methodology_code = nation.methodology_code and scores.node_code = nation.node_code
        and nation.region_level = 'nation'
    where scores.methodology_code = 'presence' and scores.region_level = 'province'
"""
COUNTY = "units.name_zh || ' ' || units.unit_code"
KIND = "case polarity when 'negative' then '负面 negative' else '正面 positive' end"
RESPONSE = (
    "case when is_rejected then '查验未采信 not upheld' when polarity <> 'negative' then '' "
    "when is_silent then '没有回应 no answer' when is_late or is_off_point or is_wrong_body "
    "then '回应有缺陷 faulty answer' else '已回应 answered' end"
)
EVENTS_ASKED = "select epoch_ms(cast(event_date as timestamp))"
EVENTS = (
    "from marts.opinion_event inner join marts.dim_unit as units using (unit_code) where methodology_code = 'presence'"
)
# By chart, the question to the release whose answer the chart shows under the dashboard's default filters.
ANSWERS = {
    "release": "select release_id, title_zh, methodology_code, data_kind_zh, unit_count, ranked_unit_count "
    "from marts.release_info where methodology_code = 'presence'",
    "unit_count": "select count(*) from marts.fct_unit_score where methodology_code = 'presence'",
    "mean_of_units": "select mean_of_units from marts.region_score "
    "where methodology_code = 'presence' and node_code = 'composite' and parent_region_code is null",
    "mean_of_provinces": "select mean_of_subregions from marts.region_score "
    "where methodology_code = 'presence' and node_code = 'composite' and parent_region_code is null",
    "province_ranking": "select scores.rank_in_level, scores.region_name_zh, scores.region_name_en, "
    "scores.published_mean_of_units, scores.mean_of_units - nation.mean_of_subregions, scores.scored_unit_count "
    f"{PROVINCE_SCORES} and scores.node_code = 'composite'",
    "province_gap": "select scores.region_name_zh, scores.mean_of_units - nation.mean_of_subregions "
    f"{PROVINCE_SCORES} and scores.node_code = 'composite'",
    "dimension_profile": "select position || ' ' || name_zh, rate, rate from ("
    "select row_number() over (order by any_value(nodes.sort_path)) as position, any_value(nodes.name_zh) as name_zh, "
    f"100 * any_value(nation.mean_of_subregions) / any_value(nation.full_mark) as rate {PROVINCE_SCORES} "
    "and nodes.node_level = 1 group by scores.node_code)",
    "trend": "select cast(assessment_year as varchar), mean_of_subregions, mean_of_subregions "
    "from marts.region_history where methodology_code = 'presence' and node_code = 'composite' "
    "and basis = 'restated' and region_level = 'nation'",
    "weak_indicators": "select scores.node_code || ' ' || any_value(nodes.name_zh), "
    f"100 * any_value(nation.mean_of_subregions) / any_value(nation.full_mark) {PROVINCE_SCORES} "
    "and nodes.node_level = 2 and nodes.is_base group by scores.node_code",
    "grades": "select grade, count(*) from marts.fct_unit_score "
    "where methodology_code = 'presence' and grade is not null group by grade",
    "unit_ranking": "select scores.rank_overall, unit_name_zh, units.province_name_zh, units.prefecture_name_zh, "
    "scores.published_score, published_base_score, grade, t.published_score, c.published_score, p.published_score, "
    "s.published_score, e.published_score, trend.rank_gain from marts.fct_unit_score as scores "
    "inner join marts.dim_unit as units using (unit_code) "
    + " ".join(
        f"left join marts.fct_dimension_score as {node.lower()} on {node.lower()}.node_code = '{node}' "
        f"and {node.lower()}.unit_code = scores.unit_code and {node.lower()}.methodology_code = scores.methodology_code"
        for node in "TCPSE"
    )
    + " left join marts.unit_trend as trend on trend.node_level = 0 and trend.unit_code = scores.unit_code "
    "and trend.methodology_code = scores.methodology_code where scores.methodology_code = 'presence'",
    "rank_band": "select intervals.nominal_rank, units.name_zh, province_name_zh, prefecture_name_zh, cast(floor("
    "lower_rank) as integer), median_rank, cast(ceil(upper_rank) as integer), overlapping_count, band_first_rank, "
    "band_last_rank, share_keeping_grade from marts.rank_interval as intervals inner join marts.rank_distinguishable "
    "using (series_code, assessment_year, methodology_code, scenario_code, scope_kind, unit_code) inner join "
    "marts.dim_unit as units using (unit_code) where intervals.is_default_scenario and "
    "methodology_code = 'presence' and scope_kind = 'nation'",
    "events": f"{EVENTS_ASKED}, {COUNTY}, headline, severity, {KIND}, points, {RESPONSE} {EVENTS}",
    "unit_events": f"{EVENTS_ASKED}, headline, severity, {KIND}, points, {RESPONSE} {EVENTS}",
    "unit_standing": f"select {COUNTY}, published_score, grade, rank_overall, ranked_unit_count_overall, "
    "rank_in_province, ranked_unit_count_in_province, coverage from marts.fct_unit_score "
    "inner join marts.dim_unit as units using (unit_code) where methodology_code = 'presence'",
    "unit_dimensions": "select node_code || ' ' || any_value(node_name_zh), avg(score), avg(full_mark) "
    "from marts.score_contribution where methodology_code = 'presence' and node_level = 1 group by node_code",
    "unit_lost": "select node_code || ' ' || node_name_zh, full_mark, score, points_lost, reason_zh "
    "from marts.score_contribution where methodology_code = 'presence' and is_leaf and points_lost > 0",
    "unit_years": "select cast(assessment_year as varchar), avg(score) from marts.unit_history "
    "where methodology_code = 'presence' and basis = 'restated' "
    "and lineage_code in (select lineage_code from marts.dim_unit) group by assessment_year",
}

WITHOUT_AN_ANSWER = ("events", "unit_events")  # the small home has no events


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home of its own: a second release is published in it."""
    home = build_small_home(tmp_path_factory.mktemp("superset") / "home")
    publish(home, ReleaseId(2019, 1))
    return home


@pytest.fixture(scope="module")
def server(home: Home) -> Iterator[int]:
    """The port of a Superset that `launch.py` has installed, set up and started on the home."""
    port = free_port()
    environment = os.environ.get("ZHENGXIN_SUPERSET_ENVIRONMENT")
    options = ["--home", str(home.root), "--port", str(port), *(["--environment", environment] if environment else [])]
    # The one thing in all tests that needs a network; what is installed then runs without, as everything else.
    subprocess.run(
        [sys.executable, "-c", INSTALL, *options],
        cwd=FOLDER,
        env={name: value for name, value in os.environ.items() if name != "PYTHONPATH"},
        check=True,
        timeout=SECONDS_TO_INSTALL,
    )
    log = home.root / "launch.log"
    with log.open("w", encoding="utf-8") as output:
        process = subprocess.Popen(
            [sys.executable, str(FOLDER / "launch.py"), *options],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        deadline = time.monotonic() + SECONDS_TO_START
        while "Superset is at" not in log.read_text(encoding="utf-8"):
            assert process.poll() is None, log.read_text(encoding="utf-8")
            assert time.monotonic() < deadline, log.read_text(encoding="utf-8")
            time.sleep(1)
        yield port
    finally:
        process.terminate()
        process.wait(timeout=60)


@pytest.fixture(scope="module")
def client(server: int, home: Home) -> Any:
    password = (home.root / "superset" / "admin_password").read_text(encoding="ascii").strip()
    return script("client").SupersetClient(f"http://127.0.0.1:{server}", "admin", password)


@pytest.fixture(scope="module")
def dataset_ids(client: Any) -> dict[str, int]:
    """Superset's number of each dataset, by uuid."""
    return {each["uuid"]: each["id"] for each in client.get("/api/v1/dataset/?q=(page_size:100)")["result"]}


def test_every_chart_has_a_question_to_compare_it_with() -> None:
    assert {*ANSWERS, "province_map"} == set(CHARTS)


@pytest.mark.parametrize("name", ANSWERS)
def test_a_chart_shows_what_the_release_says(
    client: Any, dataset_ids: dict[str, int], direct: duckdb.DuckDBPyConnection, name: str
) -> None:
    shown = chart_rows(client, dataset_ids, name, {"methodology_code": "presence"})
    expected = [tuple(row) for row in direct.execute(ANSWERS[name]).fetchall()]
    assert bool(expected) is (name not in WITHOUT_AN_ANSWER)
    assert sorted(map(rounded, shown)) == sorted(map(rounded, expected))


def test_the_map_of_provinces_shows_their_means(
    client: Any, dataset_ids: dict[str, int], direct: duckdb.DuckDBPyConnection
) -> None:
    rows = chart_rows(client, dataset_ids, "province_map", {"methodology_code": "presence"})
    shown = dict(found for row in rows for tile in row for found in re.findall(r">([^<]+)<br>([-\d.–]+)</div>", tile))
    means = direct.execute(
        "select region_name_zh, printf('%.2f', published_mean_of_units) from marts.region_score "
        "where methodology_code = 'presence' and node_code = 'composite' and region_level = 'province'"
    ).fetchall()
    assert len(means) > 1 and len(shown) == 34
    for name, mean in means:
        assert shown.pop(next(short for short in shown if name.startswith(short))) == mean
    assert set(shown.values()) == {"–"}, "a province without a figure is on the map, too"


def test_a_province_narrows_the_charts(
    client: Any, dataset_ids: dict[str, int], direct: duckdb.DuckDBPyConnection
) -> None:
    chosen = {"methodology_code": "quality", "province_name_zh": "贵州省"}
    expected = direct.execute(
        "select mean_of_units from marts.region_score "
        "where methodology_code = 'quality' and node_code = 'composite' and region_code = '520000'"
    ).fetchall()
    assert rounded(*chart_rows(client, dataset_ids, "mean_of_units", chosen)) == rounded(*expected)
    units = chart_rows(client, dataset_ids, "unit_ranking", chosen)
    assert {unit[2] for unit in units} == {"贵州省"}
    (count,) = direct.execute(
        "select count(*) from marts.fct_unit_score inner join marts.dim_unit as units using (unit_code) "
        "where methodology_code = 'quality' and units.province_name_zh = '贵州省'"
    ).fetchone()
    assert len(units) == count > 1


def test_comments_stand_beside_the_columns(client: Any, dataset_ids: dict[str, int]) -> None:
    dataset = client.get(f"/api/v1/dataset/{dataset_ids[DATASETS['unit_scorecard_all']['uuid']]}")["result"]
    texts = {column["column_name"]: (column["verbose_name"], column["description"]) for column in dataset["columns"]}
    assert texts["t_score"][0] == "T 透明度"
    assert texts["t_score"][1].startswith("透明度(政务公开)(T,0至30分)公布得分 / Score as published: Transparency")


def test_sql_lab_reads_and_neither_writes_nor_leaves_the_release(
    client: Any, direct: duckdb.DuckDBPyConnection
) -> None:
    (units,) = direct.execute("select count(*) from marts.unit_scorecard").fetchone()
    (database,) = client.get("/api/v1/database/")["result"]
    ask = {"database_id": database["id"], "schema": "marts", "runAsync": False}
    answer = client.post(
        "/api/v1/sqllab/execute/", {**ask, "sql": "select count(*) as units from marts.unit_scorecard"}
    )
    assert answer["data"] == [{"units": units}]
    for refused in ("delete from marts.unit_scorecard", "select * from read_text('/etc/hostname')"):
        with pytest.raises(script("client").SupersetError):
            client.post("/api/v1/sqllab/execute/", {**ask, "sql": refused})


def test_its_pages_may_ask_no_other_host(server: int) -> None:
    with urllib.request.urlopen(f"http://127.0.0.1:{server}/login/", timeout=60) as answer:
        policy = answer.headers["Content-Security-Policy"]
    assert "connect-src 'self';" in policy and "http" not in policy


def test_the_dashboard_is_there_with_its_charts(client: Any) -> None:
    names = []
    for dashboard in assets("dashboards").values():
        names += [
            chart["slice_name"] for chart in client.get(f"/api/v1/dashboard/{dashboard['slug']}/charts")["result"]
        ]
    assert sorted(names) == sorted(chart["slice_name"] for chart in CHARTS.values())


def test_idle_it_holds_no_file_and_the_next_look_sees_the_next_release(
    client: Any, dataset_ids: dict[str, int], home: Home
) -> None:
    """The last test of this module: it changes the release."""
    assert release_shown(client, dataset_ids) == {"2019-r1"}
    assert open_databases(home) == []
    publish(home, ReleaseId(2019, 2))
    assert release_shown(client, dataset_ids) == {"2019-r2"}
    assert open_databases(home) == []


def release_shown(client: Any, dataset_ids: dict[str, int]) -> set[str]:
    rows = chart_rows(client, dataset_ids, "release", {})
    return {row[0] for row in rows}


def chart_rows(client: Any, dataset_ids: dict[str, int], name: str, chosen: dict[str, str]) -> list[tuple]:
    """What Superset answers when the chart asks, with the dashboard's filters set to `chosen`."""
    params = CHARTS[name]["params"]
    columns = params.get("all_columns") or [
        *([params["x_axis"]] if "x_axis" in params else []),
        *params.get("groupby", []),
    ]
    metrics = sorted(used_metrics(params), key=[*params.get("metrics", []), params.get("metric")].index)
    query = {
        "columns": columns,
        "metrics": metrics or None,
        "filters": [
            *(
                {"col": each["subject"], "op": each["operator"], "val": each["comparator"]}
                for each in params["adhoc_filters"]
            ),
            *({"col": column, "op": "IN", "val": [value]} for column, value in chosen.items()),
        ],
        "row_limit": 10000,
    }
    body = {
        "datasource": {"id": dataset_ids[CHARTS[name]["dataset_uuid"]], "type": "table"},
        "queries": [query],
        "result_format": "json",
        "result_type": "full",
    }
    (result,) = client.post("/api/v1/chart/data", body)["result"]
    return [tuple(row[column] for column in [*columns, *metrics]) for row in result["data"]]


def rounded(row: tuple) -> tuple[str, ...]:
    """The row as text, numbers with six decimals: Superset answers in JSON, where a decimal is a double."""
    return tuple(
        f"{Decimal(str(value)):.6f}"
        if isinstance(value, int | float | Decimal) and not isinstance(value, bool)
        else str(value)
        for value in row
    )


def open_databases(home: Home) -> list[str]:
    """DuckDB files below the home that a process other than this one has open."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/fd/*"):
        if entry.parts[2] == str(os.getpid()):
            continue
        try:
            target = os.readlink(entry)
        except OSError:
            continue
        if target.startswith(str(home.releases)):
            found.append(target)
    return found


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
