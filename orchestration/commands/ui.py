"""`zhengxin ui`: Dagster's web server and daemon on the home."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer
from filelock import FileLock, Timeout

from orchestration.commands.terminal import messages, spinner
from orchestration.errors import UsageError
from orchestration.home import Home, project_root

LOOPBACK = "127.0.0.1"
DEFAULT_PORT = 3000


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
            from orchestration.pipeline.editions import series_of
            from orchestration.pipeline.instance import end_abandoned_runs, instance_environment, open_instance
            from orchestration.warehouse.dbt import prepare_manifest

            series_of(home)
            with open_instance(home) as instance:
                ended = end_abandoned_runs(instance)
            prepare_manifest(home)
        if ended:
            say.print(f"{len(ended)} runs whose process was gone are now marked as failed.")
        say.print(f"[bold]http://{host}:{port}[/]  home {home.root}  (Ctrl-C ends it; the first page takes a moment)")
        command = [sys.executable, "-W", "ignore", "-m", "dagster", "dev", "--host", host, "--port", str(port)]
        command += ["--log-level", "warning"]
        # pyproject.toml in the project's root names the definitions.
        environment = os.environ | instance_environment(home)
        server = subprocess.Popen(command, cwd=project_root(), env=environment)
        try:
            code = server.wait()
        except KeyboardInterrupt:
            # The server got the same signal from the terminal and is shutting down.
            code = server.wait()
    raise typer.Exit(0 if code in (0, -2, 130) else 1)


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
