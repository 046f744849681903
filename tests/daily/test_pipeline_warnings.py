"""Early warnings in Dagster: open ones show as a check that blocks nothing, and go on to the webhook once."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import dagster as dg
import duckdb
import pytest

from orchestration.home import Home
from orchestration.pipeline import findings
from orchestration.pipeline.resources import HomeResource
from orchestration.pipeline.warnings import CHECK_NAME, HANDED_ON, handed_on_asset, open_warnings_check
from orchestration.settings import WEBHOOK_VARIABLE

SERIES = "county_integrity"


@pytest.fixture
def warned(tmp_path: Path) -> Home:
    """A home whose warehouse holds one open and one cleared warning."""
    home = Home(tmp_path)
    home.warehouse.parent.mkdir(parents=True)
    with duckdb.connect(str(home.warehouse)) as connection:
        connection.execute("create schema marts")
        connection.execute(
            f"create table marts.frame_place as select '{SERIES}' as series_code, 2019 as assessment_year, "
            "'unit' as place_kind, '520402' as place_code, '520402' as within_code"
        )
        connection.execute(
            f"""
            create table marts.warning as
            select
                code as warning_code, '{SERIES}' as series_code, 2019 as assessment_year,
                'presence' as methodology_code, true as is_primary_methodology, '520402' as unit_code,
                '西秀区' as unit_name_zh, 'Xixiu' as unit_name_en, '520400' as region_code, 'veto' as warning_kind,
                '单项否决' as warning_name_zh, 'Veto' as warning_name_en, 'high' as severity, 'T4.1' as node_code,
                'T4.1' as subject_code, 60.0 as value, 5.0 as threshold, date '2019-05-01' as first_seen,
                date '2019-06-01' as last_seen, cleared_on, cleared_on is null as is_open, date '2019-06-01' as as_of,
                '合成' as text_zh, 'synthetic' as text_en
            from (values ('open', null), ('cleared', date '2019-05-20')) as warnings (code, cleared_on)
            """
        )
    return home


@pytest.fixture
def received() -> Iterator[tuple[str, list[dict]]]:
    parcels: list[dict] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            parcels.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/", parcels
    server.shutdown()
    server.server_close()


def materialised(home: Home) -> dict[str, object]:
    """Metadata of the asset, after a run of it and the check."""
    resources = {"home": HomeResource(root=str(home.root), series_code=SERIES)}
    result = dg.materialize([handed_on_asset()], resources=resources)
    (event,) = result.asset_materializations_for_node(HANDED_ON.to_python_identifier())
    return {name: value.value for name, value in event.metadata.items()}


def test_open_warnings_show_as_a_check_that_blocks_nothing(warned: Home) -> None:
    definitions = dg.Definitions(
        assets=[dg.AssetSpec(["marts", "warning"])],
        asset_checks=[open_warnings_check()],
        resources={"home": HomeResource(root=str(warned.root), series_code=SERIES)},
        jobs=[
            dg.define_asset_job(
                "look", selection=dg.AssetSelection.checks_for_assets(dg.AssetKey(["marts", "warning"]))
            )
        ],
    )
    look = definitions.resolve_job_def("look")
    # Nothing was released yet: what there is, is where one begins.
    (evaluation,) = look.execute_in_process().get_asset_check_evaluations()
    assert evaluation.passed and evaluation.metadata[findings.COUNT].value == 1
    findings.released(warned)
    record = warned.quality / findings.FILE
    record.write_text(record.read_text(encoding="utf-8").replace('"released": {"marts/warning', '"released": {"other'))
    result = look.execute_in_process()
    (evaluation,) = result.get_asset_check_evaluations()
    assert result.success
    assert (evaluation.check_name, evaluation.passed) == (CHECK_NAME, False)
    assert evaluation.severity == dg.AssetCheckSeverity.WARN
    assert evaluation.metadata["open"].value == 1
    assert "西秀区" in evaluation.metadata["warnings"].value
    findings.released(warned)
    (evaluation,) = look.execute_in_process().get_asset_check_evaluations()
    assert evaluation.passed and evaluation.metadata[findings.NEW].value == 0


def test_handing_on_is_off_by_default(warned: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(WEBHOOK_VARIABLE, raising=False)
    assert "off" in str(materialised(warned)["webhook"])


def test_open_warnings_go_out_once(
    warned: Home, received: tuple[str, list[dict]], monkeypatch: pytest.MonkeyPatch
) -> None:
    address, parcels = received
    monkeypatch.setenv(WEBHOOK_VARIABLE, address)
    assert materialised(warned)["sent"] == 1
    assert materialised(warned)["sent_before"] == 1
    assert [[item["warning_code"] for item in parcel["warnings"]] for parcel in parcels] == [["open"]]


def test_a_refusing_receiver_does_not_fail_the_run(warned: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(WEBHOOK_VARIABLE, "http://127.0.0.1:9/")
    monkeypatch.setattr("orchestration.warning.hand_on.time.sleep", lambda _: None)
    assert "无法连接" in str(materialised(warned)["problem"])


def test_a_bad_address_does_not_fail_the_run(warned: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(WEBHOOK_VARIABLE, "webhook.example/hook")
    assert WEBHOOK_VARIABLE in str(materialised(warned)["problem"])
