"""The assets for Superset fit the release and each other; no Superset is needed to see that."""

from __future__ import annotations

import csv
import io
import re
import socket
import zipfile
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from tests.bi.superset_files import ASSETS, FOLDER, assets, relation, script, used_columns, used_metrics

DATASETS = assets("datasets")
CHARTS = assets("charts")
DASHBOARDS = assets("dashboards")
DASHBOARD, COUNTY_PAGE = DASHBOARDS["county_integrity"], DASHBOARDS["county"]
DATABASE = assets("databases")["zhengxin"]


@pytest.mark.parametrize("name", DATASETS)
def test_a_dataset_has_the_columns_of_its_relation(name: str, direct: duckdb.DuckDBPyConnection) -> None:
    dataset = DATASETS[name]
    found = direct.execute(f"describe select * from {relation(dataset)}").fetchall()
    assert [(column["column_name"], column["type"]) for column in dataset["columns"]] == [row[:2] for row in found]
    assert all(column["verbose_name"] for column in dataset["columns"])
    assert dataset["database_uuid"] == DATABASE["uuid"]


@pytest.mark.parametrize("name", [name for name, dataset in DATASETS.items() if not dataset["sql"]])
def test_a_table_brings_its_comments_into_superset(name: str, direct: duckdb.DuckDBPyConnection) -> None:
    comments = direct.execute(
        "select column_name, comment from duckdb_columns() where schema_name = 'marts' and table_name = $1 "
        "order by column_index",
        [DATASETS[name]["table_name"]],
    ).fetchall()
    assert [(column["column_name"], column["description"]) for column in DATASETS[name]["columns"]] == comments


@pytest.mark.parametrize("name", DATASETS)
def test_a_dataset_s_metrics_can_be_computed(name: str, direct: duckdb.DuckDBPyConnection) -> None:
    for metric in DATASETS[name]["metrics"]:
        ((value,),) = direct.execute(f"select {metric['expression']} from {relation(DATASETS[name])}").fetchall()
        assert value is not None, metric["metric_name"]


@pytest.mark.parametrize("name", CHARTS)
def test_a_chart_uses_what_its_dataset_has(name: str) -> None:
    chart = CHARTS[name]
    (dataset,) = (each for each in DATASETS.values() if each["uuid"] == chart["dataset_uuid"])
    columns = {column["column_name"] for column in dataset["columns"]}
    metrics = {metric["metric_name"] for metric in dataset["metrics"]}
    assert used_columns(chart["params"]) <= columns
    assert used_metrics(chart["params"]) <= metrics
    assert chart["params"].get("x_axis_sort", next(iter(columns))) in columns | metrics
    assert set(chart["params"].get("column_config", {})) <= set(chart["params"].get("all_columns", []))
    assert chart["viz_type"] == chart["params"]["viz_type"]


def charts_of(dashboard: dict[str, Any]) -> list[dict[str, Any]]:
    """The charts of a dashboard in the order in which a narrow screen shows them."""
    position = dashboard["position"]
    rows = [position[row] for row in position["GRID_ID"]["children"]]
    return [position[chart]["meta"] for row in rows for chart in row["children"]]


def test_every_chart_stands_on_one_dashboard_once() -> None:
    placed = [meta for dashboard in DASHBOARDS.values() for meta in charts_of(dashboard)]
    assert sorted(meta["uuid"] for meta in placed) == sorted(chart["uuid"] for chart in CHARTS.values())
    names = {chart["uuid"]: chart["slice_name"] for chart in CHARTS.values()}
    assert all(names[meta["uuid"]] == meta["sliceName"] for meta in placed)


def test_a_county_s_page_is_one_column_and_asks_for_a_county() -> None:
    assert {meta["width"] for meta in charts_of(COUNTY_PAGE)} == {12}
    shown = [meta["uuid"] for meta in charts_of(COUNTY_PAGE)]
    order = ("unit_standing", "unit_dimensions", "unit_lost", "unit_years", "unit_events")
    assert shown == [CHARTS[name]["uuid"] for name in order]
    methodology, _, county = COUNTY_PAGE["metadata"]["native_filter_configuration"]
    assert methodology["defaultDataMask"]["filterState"]["value"] == ["presence"]
    assert county["targets"][0]["column"]["name"] == "unit_label"
    assert county["controlValues"]["enableEmptyFilter"] and not county["controlValues"]["multiSelect"]


def test_the_dashboard_filters_by_methodology_province_and_prefecture() -> None:
    filters = {
        each["targets"][0]["column"]["name"]: each for each in DASHBOARD["metadata"]["native_filter_configuration"]
    }
    assert set(filters) == {"methodology_code", "province_name_zh", "prefecture_name_zh"}
    scorecard = DATASETS["unit_scorecard_all"]
    columns = {column["column_name"] for column in scorecard["columns"]}
    for name, each in filters.items():
        assert each["targets"][0]["datasetUuid"] == scorecard["uuid"]
        assert name in columns
    methodology = filters["methodology_code"]
    assert methodology["defaultDataMask"]["filterState"]["value"] == ["presence"]
    assert methodology["controlValues"]["enableEmptyFilter"], "two methodologies in one average would mean nothing"


def test_the_map_of_provinces_has_each_of_them_once(direct: duckdb.DuckDBPyConnection) -> None:
    """Only its cells are HTML: their words are the dataset's own, what a release holds is in them as numbers."""
    assert [name for name, chart in CHARTS.items() if chart["params"].get("allow_render_html")] == ["province_map"]
    tiles = re.findall(r"\('(\d{6})', '(\w+)', (\d), (\d)\)", DATASETS["province_map"]["sql"])
    with (FOLDER.parents[1] / "orchestration/report/maps/data/region_label.csv").open(encoding="utf-8") as file:
        labels = [(row["region_code"], row["label_zh"]) for row in csv.DictReader(file)]
    named = {(code, label) for code, label in labels if code.endswith("0000")}
    assert {tile[:2] for tile in tiles} == named and len(named) == 34
    assert len({tile[2:] for tile in tiles}) == 34
    rows = direct.execute(f"select * from {relation(DATASETS['province_map'])} where methodology_code = 'presence'")
    cells = [cell for row in rows.fetchall() for cell in row[4:] if cell]
    assert len(cells) == 34 + 5
    assert all(re.fullmatch(r'<div style="[^"<>]+">[^<>]+<br>[^<>]+</div>', cell) for cell in cells)


def test_every_dataset_has_the_columns_that_its_charts_are_filtered_by() -> None:
    """Superset skips, without a word, a filter whose column a chart's dataset lacks."""
    datasets = {dataset["uuid"]: dataset for dataset in DATASETS.values()}
    dataset_of = {chart["uuid"]: datasets[chart["dataset_uuid"]] for chart in CHARTS.values()}
    for dashboard in DASHBOARDS.values():
        charts = {meta["chartId"]: meta["uuid"] for meta in charts_of(dashboard)}
        for each in dashboard["metadata"]["native_filter_configuration"]:
            name = each["targets"][0]["column"]["name"]
            filtered = set(charts) - set(each["scope"]["excluded"])
            assert sorted(each["chartsInScope"]) == sorted(filtered)
            for chart in filtered:
                assert name in {column["column_name"] for column in dataset_of[charts[chart]]["columns"]}, (name, chart)


def test_the_database_is_opened_for_reading_only() -> None:
    assert DATABASE["extra"]["engine_params"]["connect_args"]["read_only"] is True
    assert not any(DATABASE[name] for name in ("allow_dml", "allow_ctas", "allow_cvas", "allow_file_upload"))


def test_the_bundle_names_the_release_and_is_always_the_same() -> None:
    launch = script("launch")
    release = Path("/some where/发布/releases/current.duckdb")
    bundle = launch.bundle_of(release)
    assert bundle == launch.bundle_of(release)
    with zipfile.ZipFile(io.BytesIO(bundle)) as archive:
        database = yaml.safe_load(archive.read("assets/databases/zhengxin.yaml"))
        names = {name.removeprefix("assets/") for name in archive.namelist()}
    assert database == {**DATABASE, "sqlalchemy_uri": f"duckdb:///{release}"}
    assert names == {file.relative_to(ASSETS).as_posix() for file in ASSETS.rglob("*.yaml")}


def test_without_a_release_it_says_what_to_do(tmp_path: Path) -> None:
    launch = script("launch")
    with pytest.raises(launch.LaunchError, match="There is no release at"):
        launch.place_of(options(launch, home=tmp_path))


def test_a_taken_port_is_not_served_by_someone_else(tmp_path: Path) -> None:
    launch = script("launch")
    with socket.socket() as taken_port:
        taken_port.bind(("127.0.0.1", 0))
        taken_port.listen()
        number = taken_port.getsockname()[1]
        place = launch.Place(tmp_path / "current.duckdb", tmp_path, tmp_path / "environment", number)
        with pytest.raises(launch.LaunchError, match=f"Port {number} is taken"):
            launch.start_server(place)
    assert list(tmp_path.iterdir()) == []


def test_every_package_is_pinned_and_none_names_where_it_came_from() -> None:
    pins = [line for line in (FOLDER / "constraints.txt").read_text().splitlines() if not line.startswith("#")]
    assert all(re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.+!]+", pin) for pin in pins)
    pinned = {pin.split("==")[0].lower().replace("_", "-") for pin in pins}
    wanted = [line for line in (FOLDER / "requirements.txt").read_text().splitlines() if not line.startswith("#")]
    assert {re.split("[<=]", line)[0] for line in wanted} <= pinned


def options(launch: Any, home: Path) -> Any:
    return launch.argparse.Namespace(home=home, port=8088, environment=None)
