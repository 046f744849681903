"""The real web server and daemon, as `zhengxin ui` starts them; a run and a backfill launched over GraphQL."""

from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from orchestration.home import Home
from orchestration.warehouse.connection import reading
from orchestration.warehouse.lock import is_held
from orchestration.web.mutations import HARMLESS
from tests.orchestration.conftest import YEAR, BuiltHome, Call, command_line, process_environment
from tests.orchestration.tables import fingerprint
from tests.small.cold import cold
from tests.small.copied import copy_home
from tests.small.inbox import write_small_inbox

pytestmark = pytest.mark.in_ci
START_SECONDS = 90
RUN_SECONDS = 240

LAUNCH = """
mutation Launch($parameters: ExecutionParams!) {
  launchRun(executionParams: $parameters) {
    __typename
    ... on LaunchRunSuccess { run { runId } }
    ... on PythonError { message }
  }
}
"""
RUN = """
query Run($id: ID!) {
  runOrError(runId: $id) { ... on Run { status } }
  logsForRun(runId: $id) {
    ... on EventConnection { events { ... on ExecutionStepFailureEvent { stepKey error { message } } } }
  }
}
"""
BACKFILL = """
mutation Backfill($parameters: LaunchBackfillParams!) {
  launchPartitionBackfill(backfillParams: $parameters) {
    __typename
    ... on LaunchBackfillSuccess { backfillId }
    ... on PythonError { message }
  }
}
"""
BACKFILL_RUNS = """
query BackfillRuns($id: String!) {
  partitionBackfillOrError(backfillId: $id) { ... on PartitionBackfill { status runs(limit: 10) { runId } } }
}
"""
JOB = """
query Job {
  pipelineOrError(
    params: { repositoryName: "__repository__", repositoryLocationName: "zhengxin", pipelineName: "annual_run" }
  ) { ... on Pipeline { partitionKeysOrError { partitionKeys } } }
}
"""


def _launch_parameters(year: str, job: str = "annual_run") -> dict[str, Any]:
    return {
        "selector": {
            "repositoryName": "__repository__",
            "repositoryLocationName": "zhengxin",
            "jobName": job,
        },
        "runConfigData": {},
        "executionMetadata": {"tags": [{"key": "dagster/partition", "value": year}]},
    }


class WebServer:
    """The GraphQL interface of a server that is running, for one who has its token."""

    def __init__(self, address: str, token: str) -> None:
        self.address, self.token = address, token

    def ask(self, query: str, **variables: Any) -> dict[str, Any]:
        answer = self.told(query, variables)
        assert "errors" not in answer, answer
        return answer["data"]

    def told(self, query: str, variables: dict[str, Any]) -> dict[str, Any]:
        """The whole answer, errors and all."""
        request = urllib.request.Request(
            f"{self.address}/graphql",
            data=json.dumps({"query": query, "variables": variables}).encode(),
            headers={"Content-Type": "application/json", "Authorization": f"Bearer {self.token}"},
        )
        try:
            with urllib.request.urlopen(request, timeout=60) as response:
                return json.load(response)
        except urllib.error.HTTPError as error:
            with error:
                return {"errors": error.read().decode("utf-8", "replace")}

    def launch(self, year: str, job: str) -> str:
        """Launch a job as the UI does; the run's id."""
        answer = self.ask(LAUNCH, parameters=_launch_parameters(year, job))["launchRun"]
        assert answer["__typename"] == "LaunchRunSuccess", answer
        return answer["run"]["runId"]

    def launch_backfill(self, years: list[int]) -> str:
        """Launch a backfill of annual_run as the UI does; the backfill's id."""
        parameters = {
            "selector": {
                "partitionSetName": "annual_run_partition_set",
                "repositorySelector": {"repositoryName": "__repository__", "repositoryLocationName": "zhengxin"},
            },
            "partitionNames": [str(year) for year in years],
        }
        answer = self.ask(BACKFILL, parameters=parameters)["launchPartitionBackfill"]
        assert answer["__typename"] == "LaunchBackfillSuccess", answer
        return answer["backfillId"]

    def runs_of(self, backfill_id: str) -> list[str]:
        """The runs of a backfill that has launched all of them."""
        deadline = time.monotonic() + RUN_SECONDS
        while True:
            backfill = self.ask(BACKFILL_RUNS, id=backfill_id)["partitionBackfillOrError"]
            if backfill["runs"] and backfill["status"] != "REQUESTED":
                return [run["runId"] for run in backfill["runs"]]
            assert time.monotonic() < deadline, f"the backfill is still {backfill}"
            time.sleep(0.5)

    def end_of(self, run_id: str) -> tuple[str, list[str]]:
        """Status of a run that has ended, and the messages of its failed steps."""
        deadline = time.monotonic() + RUN_SECONDS
        while True:
            answer = self.ask(RUN, id=run_id)
            status = answer["runOrError"]["status"]
            if status in ("SUCCESS", "FAILURE", "CANCELED"):
                return status, [event["error"]["message"] for event in answer["logsForRun"]["events"] if event]
            assert time.monotonic() < deadline, f"the run is still {status}"
            time.sleep(0.5)


@pytest.fixture(scope="module")
def home(project_home: Home, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """What the built home held before its run: seeds of its own too, so that a run launched here must see them."""
    home = copy_home(project_home, tmp_path_factory.mktemp("served") / "home")
    write_small_inbox(home.inbox, [YEAR])
    return home


@pytest.fixture(scope="module")
def server(home: Home) -> Iterator[WebServer]:
    with _serving(home) as server:
        yield server


@contextmanager
def _serving(home: Home, *options: str) -> Iterator[WebServer]:
    """`zhengxin ui` of a home; it ends as by Ctrl-C."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = home.root / f"test_ui_{port}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            command_line(home, "ui", "--port", str(port), *options),
            env=cold(process_environment()),
            cwd=home.root,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_until_up(address, process, log)
        yield WebServer(address, _printed_token(address, log))
    finally:
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=60) == 0, log.read_text(encoding="utf-8", errors="replace")
        with pytest.raises(urllib.error.URLError):
            urllib.request.urlopen(f"{address}/health", timeout=5)


def _wait_until_up(address: str, process: subprocess.Popen, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            with urllib.request.urlopen(f"{address}/health", timeout=5):
                return
        except (urllib.error.URLError, TimeoutError, ConnectionError):
            assert process.poll() is None, log.read_text(encoding="utf-8", errors="replace")
            assert time.monotonic() < deadline, log.read_text(encoding="utf-8", errors="replace")
            time.sleep(0.3)


def _printed_token(address: str, log: Path) -> str:
    """The token in the address that is printed once the server answers."""
    deadline = time.monotonic() + START_SECONDS
    while True:
        printed = re.search(rf"{re.escape(address)}/\?token=(\S+)", log.read_text(encoding="utf-8"))
        if printed:
            return printed[1]
        assert time.monotonic() < deadline, log.read_text(encoding="utf-8")
        time.sleep(0.1)


def test_nobody_launches_without_the_token_or_from_another_page(server: WebServer) -> None:
    """As a page in the operator's browser did: a run was launched by the address of a picture."""
    launch = json.dumps({"query": LAUNCH, "variables": {"parameters": _launch_parameters(str(YEAR))}})
    by_get = "/graphql?" + urllib.parse.urlencode({"query": LAUNCH, "variables": launch})
    signed_in = {"Authorization": f"Bearer {server.token}"}
    foreign = {"Origin": "http://example.invalid", "Sec-Fetch-Site": "cross-site"}
    json_type = {"Content-Type": "application/json"}
    attempts = [
        (by_get, None, {}, 401),
        (by_get, None, foreign, 403),
        (by_get, None, signed_in, 405),
        ("/graphql", launch, json_type, 401),
        ("/graphql", launch, json_type | signed_in | foreign, 403),
        ("/graphql", launch, json_type | signed_in | {"Host": "rebound.example"}, 421),
        ("/graphql", launch, {"Content-Type": "text/plain"} | signed_in, 415),
        ("/graphql", launch, {"Content-Type": "application/x-www-form-urlencoded"} | signed_in, 415),
    ]
    for path, body, headers, status in attempts:
        request = urllib.request.Request(server.address + path, data=body and body.encode(), headers=headers)
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(request, timeout=30)
        with refused.value as answer:
            assert answer.status == status, (path, headers)
    assert server.ask("{ runsOrError { ... on Runs { results { runId } } } }")["runsOrError"]["results"] == []


def test_editions_are_offered_as_partitions(server: WebServer) -> None:
    assert server.ask(JOB)["pipelineOrError"]["partitionKeysOrError"]["partitionKeys"] == [
        "2017",
        "2018",
        "2019",
    ]


def test_one_ui_a_home(server: WebServer, home: Home, zhengxin: Call) -> None:
    done = zhengxin(home, "ui", "--port", "1")
    assert done.returncode == 1
    assert "已在运行" in done.stderr and server.address in done.stderr


def test_a_launch_lands(server: WebServer, home: Home) -> None:
    assert server.end_of(server.launch(str(YEAR), "land_year")) == ("SUCCESS", [])
    with reading(home.warehouse) as connection:
        assert connection.execute("select count(*) from raw.observation").fetchone()[0] > 0
    assert not is_held(home.warehouse)


@pytest.mark.slow
def test_one_launch_does_the_whole_and_two_at_once_do_not_collide(
    server: WebServer, home: Home, built: BuiltHome
) -> None:
    run, wrong = server.launch(str(YEAR), "annual_run"), server.launch("2035", "annual_run")
    assert server.end_of(run) == ("SUCCESS", [])
    status, messages = server.end_of(wrong)
    assert status == "FAILURE"
    assert len(messages) == 1 and "county_integrity 没有年度 2035。已有 2017–2025。" in messages[0]
    assert fingerprint(home) == fingerprint(built.home)
    assert not is_held(home.warehouse)


def test_a_server_for_reading_refuses_every_change_that_dagster_knows(home: Home) -> None:
    """All mutations of its schema, so that one which a later version adds is asked as well."""
    with _serving(home, "--read-only", "--no-daemon") as server:
        schema = server.ask("{ __schema { mutationType { fields { name } } } }")["__schema"]
        names = {field["name"] for field in schema["mutationType"]["fields"]}
        assert names > HARMLESS | {"launchRun", "launchPartitionBackfill", "wipeAssets"}
        answers = {name: server.told(f"mutation {{ {name} }}", {}) for name in names}
        refused = {name for name, answer in answers.items() if "for reading only" in str(answer.get("errors"))}
        assert refused == names - HARMLESS
        assert server.told(LAUNCH, {"parameters": _launch_parameters(str(YEAR))})["errors"]


# The daemon looks for backfills every half minute.
@pytest.mark.slow
def test_backfill_of_three_years(server: WebServer, home: Home) -> None:
    write_small_inbox(home.inbox, [2017, 2018, 2019])
    runs = server.runs_of(server.launch_backfill([2017, 2018, 2019]))
    assert [server.end_of(run) for run in runs] == [("SUCCESS", [])] * len(runs)
    with reading(home.warehouse) as connection:
        scored = connection.execute(
            "select assessment_year, count(*) filter (score is not null) from marts.fct_unit_score "
            "where methodology_code = 'quality' group by 1 order by 1"
        ).fetchall()
    assert scored == [(2017, 6), (2018, 6), (2019, 6)]
    assert not is_held(home.warehouse)
