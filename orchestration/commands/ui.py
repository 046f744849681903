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
from orchestration.settings import in_home_language
from orchestration.wording import Wording

if TYPE_CHECKING:
    from orchestration.web.settings import ServerSettings

READING = Wording("读取 dbt 项目", "Reading the dbt project")
STARTING = Wording("启动", "Starting")
ENDED = Wording(
    "{count} 次运行的进程已不存在,现标为失败。", "{count} runs whose process was gone are now marked as failed."
)
OUTPUT = Wording(
    "各进程及其运行的输出:{log}(按 Ctrl-C 结束)",
    "What the processes and their runs print: {log}  (Ctrl-C ends them)",
)
FOR_PROXY = Wording("[bold]{}[/]  供代理使用,须带令牌与 {}", "[bold]{}[/]  for the proxy, with its token and {}")
ASKS_FOR_TOKEN = Wording("[bold]{}/[/]  需要 {} 中的令牌", "[bold]{}/[/]  asks for the token of {}")
REACHED = Wording(
    "[yellow]其他机器可以访问此处。[/]持有令牌者{};除非前面有带 TLS 的代理,令牌在网络上不加密。",
    "[yellow]Other machines reach this.[/] Who has the token {}; it goes over the network unencrypted unless a proxy "
    "with TLS stands in front.",
)
MAY_LOOK = Wording("可看到全部运行、日志和数据表", "sees all runs, logs and tables")
MAY_PUBLISH = Wording("可启动运行并发布", "can launch runs and publish releases")
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
    web: Annotated[
        bool, typer.Option("--web/--no-web", help="Also the web server; without it the daemon alone.")
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
    from orchestration.web.services import address_of

    if not (web or daemon):
        raise UsageError(
            Wording(
                "--no-web 与 --no-daemon 同用时没有可启动的内容。",
                "--no-web and --no-daemon together leave nothing to start.",
            )
        )
    home = Home.from_environment()
    settings = None
    if web:
        _require_leave(host, allow_remote, token_file, proxy_header)
        settings = _settings(home, host, port, _token_of(token_file), name or [], read_only, proxy_header)
    with _only_ui(home, address_of(host, port) if web else "no address, as a daemon alone", daemon):
        if web:
            _require_free(host, port)
        _prepare(home)
        log = home.root / "logs" / ("ui.log" if web and daemon else f"ui-{port}.log" if web else "daemon.log")
        failed = _serve(home, settings, token_file, daemon, log)
    if failed:
        raise UsageError(failed)


def _settings(
    home: Home, host: str, port: int, token: str, names: list[str], read_only: bool, proxy_header: str | None
) -> ServerSettings:
    from orchestration.web.guard import local_names
    from orchestration.web.settings import ServerSettings

    return ServerSettings(
        host=host,
        port=port,
        token=token,
        names=sorted(local_names() | {host.lower(), *(each.lower() for each in names)}),
        any_address=_is_wildcard(host),
        read_only=read_only,
        proxy_header=proxy_header,
        audit_log=str(home.root / "logs" / "ui-changes.log"),
    )


def _prepare(home: Home) -> None:
    """What all the processes need is made once; runs that died are taken off the queue."""
    say = messages()
    with spinner(say, in_home_language(READING, home)):
        from orchestration.editions import series_of
        from orchestration.pipeline.instance import end_abandoned_runs, open_instance
        from orchestration.warehouse.dbt import prepare_manifest

        series_of(home)
        with open_instance(home) as instance:
            ended = end_abandoned_runs(instance)
        prepare_manifest(home)
    if ended:
        say.print(in_home_language(ENDED.filled(count=len(ended)), home))


def _serve(
    home: Home, settings: ServerSettings | None, token_file: Path | None, daemon: bool, log: Path
) -> Wording | None:
    """Serve until Ctrl-C or a request to terminate; what happened, where one of the processes ended by itself."""
    from orchestration.pipeline.instance import instance_environment
    from orchestration.web.services import Services, with_output

    log.parent.mkdir(parents=True, exist_ok=True)
    environment = os.environ | instance_environment(home)
    with (
        tempfile.TemporaryDirectory(prefix="zhengxin-ui-") as folder,
        _handling_signals(),
        Services(environment, Path(folder), log) as services,
    ):
        try:
            with spinner(messages(), in_home_language(STARTING, home)):
                services.start(settings, daemon)
            if settings:
                _tell(home, settings, token_file)
            messages().print(in_home_language(OUTPUT.filled(log=log), home))
            return with_output(services.wait(), log)
        except KeyboardInterrupt:
            # A second Ctrl-C must not leave processes behind.
            for number in (signal.SIGINT, signal.SIGTERM):
                signal.signal(number, signal.SIG_IGN)
            return None


def _tell(home: Home, settings: ServerSettings, token_file: Path | None) -> None:
    from orchestration.web.services import address_of

    say = messages()
    address = address_of(settings.host, settings.port)
    if settings.proxy_header:
        say.print(styled(in_home_language(FOR_PROXY, home), address, settings.proxy_header))
    elif token_file:
        say.print(styled(in_home_language(ASKS_FOR_TOKEN, home), address, token_file))
    else:
        say.print(styled("[bold]{}/?token={}[/]", address, settings.token), soft_wrap=True)
    if not _is_loopback(settings.host):
        may = in_home_language(MAY_LOOK if settings.read_only else MAY_PUBLISH, home)
        say.print(styled(in_home_language(REACHED, home), may))


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
        raise UsageError(
            Wording(
                "--proxy-header 需要 --token-file:代理以令牌表明自己是代理。",
                "--proxy-header needs --token-file: the proxy shows by the token that it is the proxy.",
            )
        )
    if _is_loopback(host) or allow_remote:
        return
    raise UsageError(
        Wording(
            f"{host} 可从其他机器访问:持有令牌者可以启动运行、发布、读取全部日志与表,"
            f"且连接未加密。最好在 {LOOPBACK} 之前设带 TLS 的代理(见 "
            "docs/operations.md);确实需要时用 --allow-remote。",
            f"{host} can be reached from other machines: whoever has the token could launch runs, "
            "publish releases and read"
            " all logs and tables, and the connection is not encrypted. Better let a proxy with TLS stand in front of"
            f" {LOOPBACK} (docs/operations.md has one); --allow-remote if you mean it.",
        )
    )


def _token_of(file: Path | None) -> str:
    if file is None:
        return secrets.token_urlsafe(32)
    file = file.expanduser()
    if not file.is_file():
        raise UsageError(
            Wording(
                f"没有令牌文件 {file}。可这样生成:(umask 077; python3 -c 'import secrets; "
                f"print(secrets.token_urlsafe(32))' > {file})",
                f"There is no token file {file}. One is made by: (umask 077; python3 -c 'import secrets;"
                f" print(secrets.token_urlsafe(32))' > {file})",
            )
        )
    if file.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise UsageError(
            Wording(
                f"他人可以读取令牌文件 {file}:chmod 600 {file}",
                f"Others can read the token file {file}: chmod 600 {file}",
            )
        )
    token = file.read_text(encoding="utf-8").strip()
    if len(token) < LEAST_TOKEN or not token.isascii() or not token.isprintable() or " " in token:
        raise UsageError(
            Wording(
                f"{file} 中的令牌可被猜出或无法正确发送:须为 {LEAST_TOKEN} 个以上的 ASCII 字符。",
                f"The token in {file} can be guessed or sent wrongly: {LEAST_TOKEN} ASCII characters or more.",
            )
        )
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
            address = json.loads(note.read_text(encoding="utf-8"))["address"]
            where = Wording(address, address)
        except (OSError, ValueError, KeyError):
            where = Wording("未记下的地址", "an address it did not note")
        raise UsageError(
            Wording(
                f"{home.root} 的界面已在运行:{where.zh}。", f"The UI of {home.root} is running already, at {where.en}."
            )
        ) from None
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
                Wording(
                    f"{host} 的端口 {port} 不能使用({error.strerror})。请换一个,例如 --port {port + 1}。",
                    f"Port {port} of {host} cannot be used ({error.strerror}). Choose another, such "
                    f"as --port {port + 1}.",
                )
            ) from error
