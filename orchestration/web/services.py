"""The processes behind the UI: started in order, watched, ended together."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path

from orchestration.errors import UsageError
from orchestration.home import project_root
from orchestration.pipeline.dagster_internals import DAEMON_MODULE
from orchestration.web.guard import HEALTH
from orchestration.web.settings import ServerSettings
from orchestration.wording import Wording

START_SECONDS = 180
STOP_SECONDS = 30
LOOK_EVERY_SECONDS = 0.3
TAIL_LINES = 10
NOT_STARTED = Wording("界面未能在 {seconds} 秒内启动。", "The UI did not start within {seconds} s.")


class Services:
    """The processes behind the UI, in the order in which they need each other: definitions, web server, daemon."""

    def __init__(self, environment: Mapping[str, str], folder: Path, log: Path) -> None:
        self._socket = folder / "code.sock"
        self._folder, self._log = folder, log
        self._environment = environment
        self._started: dict[str, subprocess.Popen[str]] = {}

    def __enter__(self) -> Services:
        self._log.write_bytes(b"")
        # Appending, so that who rotates logs may empty the file meanwhile.
        self._output = self._log.open("ab")
        return self

    def __exit__(self, *_: object) -> None:
        """The last started ends first; runs end with the definitions."""
        for process in reversed(self._started.values()):
            _stop(process)
        self._output.close()

    @property
    def workspace(self) -> Path:
        """The file that says where the definitions are served."""
        return self._folder / "workspace.yaml"

    def start(self, settings: ServerSettings | None, with_daemon: bool) -> None:
        """Start the web server (None: none) and the daemon on the same definitions; return when the web server answers.
        Raises `UsageError` when one ends before. The web server imports what it needs beside the definitions, and reads
        its settings when those are there."""
        # A socket in a folder of one's own: who reaches the definitions can launch runs, and needs no token for it.
        workspace = {"load_from": [{"grpc_server": {"socket": str(self._socket), "location_name": "zhengxin"}}]}
        self.workspace.write_text(json.dumps(workspace), encoding="utf-8")
        definitions = self._run(
            "definitions",
            *("dagster", "code-server", "start", "--socket", str(self._socket), "--location-name", "zhengxin"),
            *("--module-name", "orchestration.definitions", "--use-python-environment-entry-point"),
            *("--inject-env-vars-from-instance", "--log-level", "warning"),
        )
        _tell(definitions)
        web_server = self._run("web server", "orchestration.web.server", str(self.workspace)) if settings else None
        self._until(lambda: self._socket.exists())
        if settings and web_server:
            _tell(web_server, settings.to_json())
            self._until(lambda: _is_healthy(settings.host, settings.port))
        if with_daemon:
            _tell(self._run("daemon", DAEMON_MODULE, "run", "--workspace", str(self.workspace)))

    def wait(self) -> Wording:
        """Return, with what happened, once one of them has ended by itself."""
        while True:
            ended = self._ended()
            if ended:
                return ended
            time.sleep(LOOK_EVERY_SECONDS)

    def _run(self, what: str, *command: str) -> subprocess.Popen[str]:
        # Sessions of their own, so that Ctrl-C in the terminal reaches this process alone, and it alone ends them.
        process = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", *command],
            cwd=project_root(),
            env=self._environment,
            stdin=subprocess.PIPE,
            stdout=self._output,
            stderr=self._output,
            start_new_session=True,
            text=True,
        )
        self._started[what] = process
        return process

    def _until(self, is_there: Callable[[], bool]) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not is_there():
            problem = self._ended()
            if not problem and time.monotonic() > deadline:
                problem = NOT_STARTED.filled(seconds=START_SECONDS)
            if problem:
                raise UsageError(with_output(problem, self._log))
            time.sleep(LOOK_EVERY_SECONDS)

    def _ended(self) -> Wording | None:
        codes = {what: process.poll() for what, process in self._started.items()}
        ended = [(what, code) for what, code in codes.items() if code is not None]
        if not ended:
            return None
        return Wording(
            "".join(f"{what} 已结束,代码 {code}。" for what, code in ended),
            "".join(f"The {what} ended with code {code}." for what, code in ended),
        )


def _tell(process: subprocess.Popen[str], settings: str = "") -> None:
    """Hand a process what it reads; to one that has ended nothing can be told."""
    assert process.stdin is not None, "asked for as it was started"
    with contextlib.suppress(BrokenPipeError):
        process.stdin.write(f"{settings}\n")
        process.stdin.close()


def _stop(process: subprocess.Popen[str]) -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
    try:
        process.wait(timeout=STOP_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _is_healthy(host: str, port: int) -> bool:
    address = address_of("127.0.0.1" if host == "0.0.0.0" else "::1" if host == "::" else host, port)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(f"{address}{HEALTH}", timeout=5) as answer:
            return answer.status == 200
    except (urllib.error.URLError, OSError):
        return False


def address_of(host: str, port: int) -> str:
    """Where a browser finds the server."""
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def with_output(problem: Wording, log: Path) -> Wording:
    """What happened, and what was printed last."""
    tail = tail_of(log)
    return Wording(f"{problem.zh} 最后的输出({log}):\n{tail}", f"{problem.en} What was printed last ({log}):\n{tail}")


def tail_of(log: Path) -> str:
    """The last lines of a log."""
    return "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-TAIL_LINES:])
