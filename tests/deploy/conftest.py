"""A PostgreSQL of its own, and a home whose run was recorded in it."""

from __future__ import annotations

import glob
import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from orchestration.home import Home, project_root
from tests.orchestration.conftest import command_line, process_environment
from tests.small.home import make_small_home
from tests.small.inbox import write_small_inbox

DEPLOY = project_root() / "deploy"
SETTINGS = DEPLOY / "dagster-postgresql.yaml"
PROGRAMS = sorted(glob.glob("/usr/lib/postgresql/*/bin"))
# PostgreSQL refuses to run as root.
USER = "postgres" if os.geteuid() == 0 else None
PASSWORD = "for this test"
DATABASE = "zhengxin_dagster"


@dataclass(frozen=True)
class Server:
    """A server on loopback, which asks for a password."""

    port: int

    @property
    def address(self) -> str:
        return f"postgresql://zhengxin:{PASSWORD.replace(' ', '%20')}@127.0.0.1:{self.port}/{DATABASE}"

    @property
    def variables(self) -> dict[str, str]:
        """What PostgreSQL's own programs need to reach it."""
        return {
            "PGHOST": "127.0.0.1",
            "PGPORT": str(self.port),
            "PGUSER": "zhengxin",
            "PGPASSWORD": PASSWORD,
            "PATH": f"{PROGRAMS[-1]}:{os.environ['PATH']}",
        }

    def call(self, program: str, *arguments: str) -> str:
        done = subprocess.run([program, *arguments], env=self.variables, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout


@pytest.fixture(scope="package")
def server() -> Iterator[Server]:
    if not PROGRAMS:
        pytest.skip("no PostgreSQL on this machine")
    folder = Path(f"/tmp/zhengxin-postgresql-{os.getpid()}")
    folder.mkdir(mode=0o755)
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]

    def own(program: str, *arguments: str) -> None:
        command = [str(Path(PROGRAMS[-1]) / program), *arguments]
        done = subprocess.run(command, user=USER, capture_output=True, text=True, env={"PATH": os.environ["PATH"]})
        assert done.returncode == 0, done.stderr

    try:
        if USER:
            shutil.chown(folder, USER)
        (folder / "password").write_text(PASSWORD, encoding="ascii")
        cluster = str(folder / "cluster")
        own(
            "initdb", "--pgdata", cluster, "--username", "zhengxin", "--auth", "scram-sha-256", "--no-sync",
            "--pwfile", str(folder / "password"), "--encoding", "UTF8", "--locale", "C",
        )  # fmt: skip
        options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder}"
        own("pg_ctl", "--pgdata", cluster, "--wait", "--log", str(folder / "log"), "--options", options, "start")
        try:
            started = Server(port)
            started.call("createdb", DATABASE)
            yield started
        finally:
            own("pg_ctl", "--pgdata", cluster, "--wait", "--mode", "fast", "stop")
    finally:
        shutil.rmtree(folder)


@dataclass(frozen=True)
class Recorded:
    """A home whose runs are recorded in PostgreSQL, and how to call the command line on it."""

    home: Home
    server: Server

    @property
    def environment(self) -> dict[str, str]:
        return process_environment(ZHENGXIN_DAGSTER_DATABASE=self.server.address)

    def zhengxin(self, *arguments: str) -> str:
        done = subprocess.run(
            command_line(self.home, *arguments),
            env=self.environment,
            cwd=project_root(),
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


@pytest.fixture(scope="package")
def recorded(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Recorded:
    """After the run of 2019, which published what it scored."""
    pytest.importorskip("dagster_postgres", reason="the extra postgresql is not installed")
    home = make_small_home(tmp_path_factory.mktemp("recorded") / "home")
    write_small_inbox(home.inbox, [2019])
    home.dagster.mkdir(parents=True)
    shutil.copyfile(SETTINGS, home.dagster / "dagster.yaml")
    recorded = Recorded(home, server)
    recorded.zhengxin("run", "2019")
    return recorded
