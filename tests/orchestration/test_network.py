"""The guard that keeps all tests on this machine (see `tests/conftest.py`) notices what it is there for."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

import pytest

from orchestration.home import Home
from orchestration.warehouse import dbt
from tests.orchestration.conftest import process_environment


def refused_by(command: list[str], log: Path, **variables: str) -> tuple[int, str]:
    """Exit code of a process, and the connections that it was refused."""
    log.touch()
    environment = process_environment(REFUSED_CONNECTIONS=str(log), **variables)
    done = subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, timeout=120)
    return done.returncode, log.read_text(encoding="utf-8")


def test_connection_within_this_machine_is_let_through(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        program = f"import socket; socket.create_connection(('localhost', {port})).close()"
        assert refused_by([sys.executable, "-c", program], tmp_path / "refused.txt") == (0, "")


@pytest.mark.parametrize(
    ("program", "noted"),
    [
        ("import socket; socket.create_connection(('192.0.2.1', 80), timeout=1)", "192.0.2.1"),
        ("import urllib.request; urllib.request.urlopen('https://zhengxin.invalid', timeout=1)", "zhengxin.invalid"),
        (
            "import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('192.0.2.1', 53))",
            "socket.sendto 192.0.2.1",
        ),
    ],
)
def test_connection_elsewhere_is_refused(tmp_path: Path, program: str, noted: str) -> None:
    code, refused = refused_by([sys.executable, "-c", program], tmp_path / "refused.txt")
    assert code == 1
    assert noted in refused


def test_telemetry_of_dbt_would_be_noticed(home: Home, tmp_path: Path) -> None:
    loud = dbt.environment(home) | {"DBT_SEND_ANONYMOUS_USAGE_STATS": "true", "DO_NOT_TRACK": "0"}
    code, refused = refused_by([*dbt.command(), "parse", "--quiet"], tmp_path / "refused.txt", **loud)
    assert code == 0
    assert "socket.getaddrinfo" in refused
