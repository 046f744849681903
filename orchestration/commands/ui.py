"""`zhengxin ui`: Dagster's web server and daemon on the home."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from filelock import FileLock, Timeout

from orchestration.commands.terminal import messages, spinner
from orchestration.errors import UsageError
from orchestration.home import Home, project_root

LOOPBACK = "127.0.0.1"
DEFAULT_PORT = 3000
STOP_SECONDS = 30
TAIL_LINES = 10


def ui(
    port: Annotated[int, typer.Option(help="Port of the web server.", min=1, max=65535)] = DEFAULT_PORT,
    host: Annotated[
        str, typer.Option(help="Address to listen on. Other than 127.0.0.1 lets others on the network launch runs.")
    ] = LOOPBACK,
) -> None:
    """Open Dagster's UI on the home: launch runs and backfills, see checks, tables and lineage. Ctrl-C ends it.

    In the UI: Jobs, annual_run, Materialize, choose the years. The inbox sensor and the yearly schedule are off until
    you turn them on under Automation.

    [dim]zhengxin ui
    zhengxin ui --port 3001
    zhengxin --home var/hdi ui[/dim]
    """
    home = Home.from_environment()
    say = messages()
    with _only_ui(home, f"http://{host}:{port}"):
        _require_free(host, port)
        with spinner(say, "Reading the dbt project"):
            from orchestration.editions import series_of
            from orchestration.pipeline.instance import end_abandoned_runs, instance_environment, open_instance
            from orchestration.warehouse.dbt import prepare_manifest

            series_of(home)
            with open_instance(home) as instance:
                ended = end_abandoned_runs(instance)
            prepare_manifest(home)
        if ended:
            say.print(f"{len(ended)} runs whose process was gone are now marked as failed.")
        log = home.root / "logs" / "ui.log"
        say.print(f"[bold]http://{host}:{port}[/]  (Ctrl-C ends it; the first page takes a moment)")
        say.print(f"Home {home.root}. What the server and its runs print: {log}", markup=False)
        code = _serve(host, port, os.environ | instance_environment(home), log)
    if code:
        raise UsageError(f"The web server ended with code {code}. What it printed last ({log}):\n{_tail(log)}")


def _serve(host: str, port: int, environment: dict[str, str], log: Path) -> int:
    """Run the web server and the daemon until Ctrl-C or a request to terminate; 0 if it ended by that."""
    command = [sys.executable, "-W", "ignore", "-m", "dagster", "dev", "--host", host, "--port", str(port)]
    log.parent.mkdir(parents=True, exist_ok=True)
    # A shell starts what it runs in the background with SIGINT ignored, and the server would inherit that.
    handlers = {number: signal.signal(number, signal.default_int_handler) for number in (signal.SIGINT, signal.SIGTERM)}
    with log.open("wb") as output:
        # pyproject.toml in the project's root names the definitions. A session of its own, so that Ctrl-C in the
        # terminal reaches this process alone, and it alone tells the server to end.
        server = subprocess.Popen(
            command, cwd=project_root(), env=environment, stdout=output, stderr=output, start_new_session=True
        )
    try:
        return server.wait()
    except KeyboardInterrupt:
        _stop(server)
        return 0
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)


def _stop(server: subprocess.Popen) -> None:
    server.send_signal(signal.SIGINT)
    try:
        server.wait(timeout=STOP_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(server.pid, signal.SIGKILL)


def _tail(log: Path) -> str:
    return "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-TAIL_LINES:])


@contextmanager
def _only_ui(home: Home, address: str) -> Iterator[None]:
    """Two daemons on one home would each launch what is queued; so there is one UI a home."""
    home.dagster.mkdir(parents=True, exist_ok=True)
    note = home.dagster / "ui.json"
    lock = FileLock(home.dagster / "ui.lock", timeout=0, preserve_lock_file=True)
    try:
        lock.acquire()
    except Timeout:
        try:
            where = json.loads(note.read_text(encoding="utf-8"))["address"]
        except (OSError, ValueError, KeyError):
            where = "an address it did not note"
        raise UsageError(f"The UI of {home.root} is running already, at {where}.") from None
    try:
        note.write_text(json.dumps({"address": address, "pid": os.getpid()}), encoding="utf-8")
        yield
    finally:
        note.unlink(missing_ok=True)
        lock.release()


def _require_free(host: str, port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise UsageError(
                f"Port {port} of {host} cannot be used ({error.strerror}). Choose another, such as --port {port + 1}."
            ) from error
