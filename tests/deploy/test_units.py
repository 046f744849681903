"""The units of systemd, the rotation of logs and the health check of deploy/, asked of the real programs."""

from __future__ import annotations

import getpass
import grp
import http.server
import os
import re
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.deploy.conftest import DEPLOY

systemd = shutil.which("systemd-analyze")
logrotate = shutil.which("logrotate", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
UNITS = sorted(DEPLOY.glob("systemd/*"))


@pytest.mark.skipif(not systemd, reason="no systemd on this machine")
def test_systemd_reads_the_units(tmp_path: Path) -> None:
    """Every setting is known and every unit that one names is there; the programs stand in for those of /opt."""
    for unit in UNITS:
        said = re.sub(r"/opt/zhengxin/\S+", "/bin/true", unit.read_text(encoding="utf-8"))
        (tmp_path / unit.name).write_text(said, encoding="utf-8")
    checked = subprocess.run(
        [systemd, "verify", *(f"./{unit.name}" for unit in UNITS)], cwd=tmp_path, capture_output=True, text=True
    )
    complaints = [line for line in checked.stderr.splitlines() if "zhengxin" in line]
    assert (checked.returncode, complaints) == (0, [])


def test_units_start_what_is_there() -> None:
    """What a unit or the documentation starts from deploy/ exists and can be run."""
    named = {path for unit in UNITS for path in re.findall(r"/opt/zhengxin/(deploy/\S+)", unit.read_text("utf-8"))}
    assert named == {"deploy/backup.sh", "deploy/health.sh"}
    assert all(os.access(DEPLOY.parent / path, os.X_OK) for path in named)


@pytest.fixture
def rotation(tmp_path: Path) -> tuple[Path, Path]:
    """The shipped configuration for a folder of logs of this test's; the folder."""
    logs = tmp_path / "home" / "logs"
    logs.mkdir(parents=True)
    me = f"su {getpass.getuser()} {grp.getgrgid(os.getegid()).gr_name}"
    said = (DEPLOY / "logrotate" / "zhengxin").read_text(encoding="utf-8")
    said = said.replace("/srv/zhengxin", str(tmp_path / "home")).replace("su zhengxin zhengxin", me)
    configuration = tmp_path / "logrotate.conf"
    configuration.write_text(said, encoding="utf-8")
    configuration.chmod(0o644)
    return configuration, logs


@pytest.mark.skipif(not logrotate, reason="no logrotate on this machine")
def test_logs_are_rotated_under_the_one_who_writes_them(rotation: tuple[Path, Path]) -> None:
    configuration, logs = rotation
    tried = subprocess.run([logrotate, "--debug", str(configuration)], capture_output=True, text=True)
    assert tried.returncode == 0 and "error" not in tried.stderr.lower(), tried.stderr
    (logs / "run-1.log").write_text("a run\n", encoding="ascii")
    with (logs / "daemon.log").open("a", encoding="ascii") as writer:
        writer.write("before\n")
        writer.flush()
        for _ in range(2):
            subprocess.run(
                [logrotate, "--force", "--state", str(logs.parent / "state"), str(configuration)], check=True
            )
            writer.write("after\n")
            writer.flush()
    assert (logs / "daemon.log").read_text(encoding="ascii") == "after\n"
    names = sorted(path.name for path in logs.iterdir())
    assert names == ["daemon.log", "daemon.log.1", "daemon.log.2.gz", "run-1.log.1.gz"]


@pytest.fixture
def web_server() -> Iterator[str]:
    class Answer(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if self.path == "/health" else 404)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def health(tmp_path: Path, server: str, **changes: str) -> subprocess.CompletedProcess[str]:
    """The health check of a server where all is well, but for `changes`; the daemon's own program is a stand-in."""
    program = tmp_path / "bin" / "dagster-daemon"
    if not program.exists():
        program.parent.mkdir()
        program.write_text('#!/bin/sh\ntest "$1" = liveness-check && test -e "$DAGSTER_HOME/alive"\n', encoding="ascii")
        program.chmod(0o755)
        (tmp_path / "home" / "dagster").mkdir(parents=True)
        (tmp_path / "home" / "dagster" / "alive").touch()
        (tmp_path / "backup").mkdir()
        (tmp_path / "backup" / "zhengxin-20260301T023512Z.tar.gz").touch()
    variables = {
        "PATH": os.environ["PATH"],
        "ZHENGXIN_HOME": str(tmp_path / "home"),
        "ZHENGXIN_BIN": str(program.parent),
        "BACKUP_DIR": str(tmp_path / "backup"),
        "SERVERS": server,
        "LEAST_FREE_PERCENT": "0",
    }
    return subprocess.run(
        [str(DEPLOY / "health.sh")], env=variables | changes, capture_output=True, text=True, timeout=60
    )


@pytest.mark.skipif(not shutil.which("curl"), reason="no curl on this machine")
def test_the_health_check_names_what_is_wrong(tmp_path: Path, web_server: str) -> None:
    well = health(tmp_path, web_server)
    assert (well.returncode, well.stderr) == (0, "")
    for change, named in (
        ({"SERVERS": f"{web_server} http://127.0.0.1:9"}, "web server: http://127.0.0.1:9/health"),
        ({"LEAST_FREE_PERCENT": "101"}, "disk:"),
        ({"BACKUP_DIR": str(tmp_path / "nowhere")}, "backup:"),
    ):
        ill = health(tmp_path, web_server, **change)
        assert ill.returncode == 1 and named in ill.stderr, ill.stderr
    (tmp_path / "home" / "dagster" / "alive").unlink()
    assert "daemon:" in health(tmp_path, web_server).stderr
    old = time.time() - 3 * 86400
    os.utime(tmp_path / "backup" / "zhengxin-20260301T023512Z.tar.gz", (old, old))
    assert "backup:" in health(tmp_path, web_server).stderr
