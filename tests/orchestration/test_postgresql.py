"""Dagster's records in PostgreSQL by configuration: the shipped settings, and a run recorded in a real server."""

from __future__ import annotations

import glob
import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from orchestration.home import Home, project_root
from orchestration.pipeline.instance import SHIPPED_SETTINGS
from tests.orchestration.conftest import command_line, process_environment
from tests.small.inbox import write_small_inbox

SETTINGS = Path(__file__).parents[2] / "deploy" / "dagster-postgresql.yaml"
PROGRAMS = sorted(glob.glob("/usr/lib/postgresql/*/bin"))
# PostgreSQL refuses to run as root.
USER = "postgres" if os.geteuid() == 0 else None
PASSWORD = "for this test"


def test_both_settings_say_the_same_but_for_the_storage() -> None:
    own, with_postgresql = (yaml.safe_load(path.read_text(encoding="utf-8")) for path in (SHIPPED_SETTINGS, SETTINGS))
    assert list(with_postgresql.pop("storage")) == ["postgres"]
    own.pop("event_log_storage")
    assert with_postgresql == own


@pytest.fixture
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server of its own on loopback, with a password; the address of a database in it."""
    if not PROGRAMS:
        pytest.skip("no PostgreSQL on this machine")
    folder = Path(f"/tmp/zhengxin-postgresql-{os.getpid()}")
    folder.mkdir(mode=0o755)
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]

    def call(program: str, *arguments: str) -> str:
        done = subprocess.run(
            [str(Path(PROGRAMS[-1]) / program), *arguments],
            user=USER,
            capture_output=True,
            text=True,
            env={"PGPASSWORD": PASSWORD, "PATH": os.environ["PATH"]},
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    try:
        if USER:
            shutil.chown(folder, USER)
        (folder / "password").write_text(PASSWORD, encoding="ascii")
        cluster = str(folder / "cluster")
        call(
            "initdb", "--pgdata", cluster, "--username", "zhengxin", "--auth", "scram-sha-256", "--no-sync",
            "--pwfile", str(folder / "password"), "--encoding", "UTF8", "--locale", "C",
        )  # fmt: skip
        options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder}"
        call("pg_ctl", "--pgdata", cluster, "--wait", "--log", str(folder / "log"), "--options", options, "start")
        try:
            call("createdb", "--host", "127.0.0.1", "--port", str(port), "--username", "zhengxin", "zhengxin_dagster")
            yield f"postgresql://zhengxin:{PASSWORD.replace(' ', '%20')}@127.0.0.1:{port}/zhengxin_dagster"
        finally:
            call("pg_ctl", "--pgdata", cluster, "--wait", "--mode", "fast", "stop")
    finally:
        shutil.rmtree(folder)


@pytest.mark.slow
def test_a_run_is_recorded_in_postgresql(home: Home, database: str) -> None:
    psycopg2 = pytest.importorskip("psycopg2")
    pytest.importorskip("dagster_postgres")
    write_small_inbox(home.inbox, [2019])
    home.dagster.mkdir(parents=True)
    shutil.copyfile(SETTINGS, home.dagster / "dagster.yaml")
    environment = process_environment() | {"ZHENGXIN_DAGSTER_DATABASE": database}
    for arguments in (("run", "2019"), ("status",)):
        done = subprocess.run(
            command_line(home, *arguments), env=environment, cwd=project_root(), capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout + done.stderr
    assert "annual_run success" in done.stdout
    connection = psycopg2.connect(database)
    with connection, connection.cursor() as cursor:
        cursor.execute("select pipeline_name, status from runs")
        assert cursor.fetchall() == [("annual_run", "SUCCESS")]
        cursor.execute("select count(*) > 100 from event_logs")
        assert cursor.fetchone() == (True,)
    connection.close()
    assert not [*home.dagster.rglob("runs.db")], "nothing is kept beside it"
