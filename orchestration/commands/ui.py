"""`zhengxin ui`: Dagster's web server and daemon on the home, for those who have the token."""

from __future__ import annotations

import ipaddress
import json
import os
import secrets
import signal
import socket
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from filelock import FileLock, Timeout

from orchestration.commands.terminal import messages, spinner, styled
from orchestration.errors import UsageError
from orchestration.home import Home

if TYPE_CHECKING:
    from orchestration.web.settings import ServerSettings

LOOPBACK = "127.0.0.1"
DEFAULT_PORT = 3000
LEAST_TOKEN = 24


def ui(
    port: Annotated[int, typer.Option(help="Port of the web server.", min=1, max=65535)] = DEFAULT_PORT,
    host: Annotated[str, typer.Option(help="Address to listen on. Other than 127.0.0.1: --allow-remote.")] = LOOPBACK,
    allow_remote: Annotated[
        bool, typer.Option("--allow-remote", help="Listen where other machines can reach it: docs/operations.md.")
    ] = False,
    name: Annotated[
        list[str] | None,
        typer.Option(help="Name by which people or a proxy reach it, such as zhengxin.example; may be repeated."),
    ] = None,
    read_only: Annotated[bool, typer.Option("--read-only", help="To look at only: nothing can be launched.")] = False,
    token_file: Annotated[
        Path | None,
        typer.Option(help="File with the token, readable by you alone. Default: a new token each time."),
    ] = None,
    proxy_header: Annotated[
        str | None,
        typer.Option(help="Only a proxy comes in: it brings the token and, in this header, who signed in with it."),
    ] = None,
    daemon: Annotated[
        bool, typer.Option("--daemon/--no-daemon", help="Also the daemon: queue, sensor, schedule, backfills.")
    ] = True,
) -> None:
    """Open Dagster's UI on the home: launch runs and backfills, see checks, tables and lineage. Ctrl-C ends it.

    The address it prints carries a token; who has it can launch runs and publish releases. In the UI: Jobs, annual_run,
    Materialize, choose the years. The inbox sensor and the yearly schedule are off until you turn them on under
    Automation.

    [dim]zhengxin ui
    zhengxin ui --port 3001 --read-only
    zhengxin --home var/hdi ui[/dim]
    """
    from orchestration.web.services import Services, address_of, tail_of
    from orchestration.web.settings import ServerSettings

    home = Home.from_environment()
    say = messages()
    _require_leave(host, allow_remote, token_file, proxy_header)
    token = _token_of(token_file)
    with _only_ui(home, address_of(host, port), daemon):
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
        log.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="zhengxin-ui-") as folder, _handling_signals():
            settings = ServerSettings(
                host=host,
                port=port,
                token=token,
                names=sorted({"localhost", LOOPBACK, "::1", host.lower(), *(each.lower() for each in name or [])}),
                any_address=_is_wildcard(host),
                read_only=read_only,
                proxy_header=proxy_header,
                workspace=str(Path(folder) / "workspace.yaml"),
                audit_log=str(home.root / "logs" / "ui-changes.log"),
            )
            with Services(os.environ | instance_environment(home), Path(folder), log) as services:
                try:
                    with spinner(say, "Starting"):
                        services.start(settings, daemon)
                    _tell(settings, token_file, log)
                    failed = services.wait()
                except KeyboardInterrupt:
                    failed = None
    if failed:
        raise UsageError(f"{failed} What was printed last ({log}):\n{tail_of(log)}")


def _tell(settings: ServerSettings, token_file: Path | None, log: Path) -> None:
    from orchestration.web.services import address_of

    say = messages()
    address = address_of(settings.host, settings.port)
    if settings.proxy_header:
        say.print(styled("[bold]{}[/]  for the proxy, with its token and {}", address, settings.proxy_header))
    elif token_file:
        say.print(styled("[bold]{}/[/]  asks for the token of {}", address, token_file))
    else:
        say.print(styled("[bold]{}/?token={}[/]  (Ctrl-C ends it)", address, settings.token), soft_wrap=True)
    if not _is_loopback(settings.host):
        say.print(
            styled(
                "[yellow]Other machines reach this.[/] Who has the token {}; it goes over the network unencrypted"
                " unless a proxy with TLS stands in front.",
                "sees all runs, logs and tables" if settings.read_only else "can launch runs and publish releases",
            )
        )
    say.print(f"What the server and its runs print: {log}")


@contextmanager
def _handling_signals() -> Iterator[None]:
    """A shell starts what it runs in the background with SIGINT ignored, and the processes would inherit that."""
    handlers = {number: signal.signal(number, signal.default_int_handler) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)


def _require_leave(host: str, allow_remote: bool, token_file: Path | None, proxy_header: str | None) -> None:
    if proxy_header and not token_file:
        raise UsageError("--proxy-header needs --token-file: the proxy shows by the token that it is the proxy.")
    if _is_loopback(host) or allow_remote:
        return
    raise UsageError(
        f"{host} can be reached from other machines: whoever has the token could launch runs, publish releases and read"
        " all logs and tables, and the connection is not encrypted. Better let a proxy with TLS stand in front of"
        f" {LOOPBACK} (docs/operations.md has one); --allow-remote if you mean it."
    )


def _token_of(file: Path | None) -> str:
    if file is None:
        return secrets.token_urlsafe(32)
    file = file.expanduser()
    if not file.is_file():
        raise UsageError(
            f"There is no token file {file}. One is made by: (umask 077; python3 -c 'import secrets;"
            f" print(secrets.token_urlsafe(32))' > {file})"
        )
    if file.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise UsageError(f"Others can read the token file {file}: chmod 600 {file}")
    token = file.read_text(encoding="utf-8").strip()
    if len(token) < LEAST_TOKEN or not token.isascii() or not token.isprintable() or " " in token:
        raise UsageError(f"The token in {file} can be guessed or sent wrongly: {LEAST_TOKEN} ASCII characters or more.")
    return token


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def _is_wildcard(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_unspecified
    except ValueError:
        return False


@contextmanager
def _only_ui(home: Home, address: str, with_daemon: bool) -> Iterator[None]:
    """Two daemons on one home would each launch what is queued; so there is one UI per home, and any number without a
    daemon."""
    if not with_daemon:
        yield
        return
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
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise UsageError(
                f"Port {port} of {host} cannot be used ({error.strerror}). Choose another, such as --port {port + 1}."
            ) from error
