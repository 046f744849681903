"""The door in front of Dagster's web server, on a real socket: requests as scripts send them, pages in a real browser.

Behind the door stands an application that writes down what reaches it, so "nothing launches" is seen and not inferred.
"""

from __future__ import annotations

import http.client
import json
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket
from typer.testing import CliRunner

from orchestration.cli import app as command_line
from orchestration.errors import UsageError
from orchestration.web.guard import Access, Guard, local_names

TOKEN = "a-token-that-nobody-guesses"
MUTATION = {"query": "mutation Launch { launchRun }", "operationName": "Launch"}
JSON = {"Content-Type": "application/json"}
BEARER = {"Authorization": f"Bearer {TOKEN}"}


@dataclass
class Served:
    """A guarded server and what got through to the application behind it."""

    port: int
    reached: list[str] = field(default_factory=list)
    access: Access | None = None

    def ask(
        self,
        method: str,
        path: str,
        headers: dict[str, str] | None = None,
        body: object = None,
        host: str | None = None,
    ) -> http.client.HTTPResponse:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        content = body if isinstance(body, (bytes, type(None))) else json.dumps(body).encode()
        connection.putrequest(method, path, skip_host=True)
        if host != "":
            connection.putheader("Host", host or f"127.0.0.1:{self.port}")
        for name, value in (headers or {}).items():
            connection.putheader(name, value)
        if content is not None:
            connection.putheader("Content-Length", str(len(content)))
        connection.endheaders(content)
        answer = connection.getresponse()
        answer.content = answer.read()
        return answer

    @property
    def origin(self) -> dict[str, str]:
        return {"Origin": f"http://127.0.0.1:{self.port}", "Sec-Fetch-Site": "same-origin"}

    def cookie(self) -> dict[str, str]:
        """What a browser keeps after the printed address."""
        answer = self.ask("GET", f"/?token={TOKEN}")
        return {"Cookie": answer.headers["Set-Cookie"].partition(";")[0]}

    def opens_websocket(self, headers: dict[str, str], host: str | None = None) -> bool:
        lines = [
            "GET /graphql HTTP/1.1",
            f"Host: {host or f'127.0.0.1:{self.port}'}",
            "Upgrade: websocket",
            "Connection: Upgrade",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
            "Sec-WebSocket-Version: 13",
            *(f"{name}: {value}" for name, value in headers.items()),
        ]
        with socket.create_connection(("127.0.0.1", self.port), timeout=20) as stream:
            stream.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
            return stream.recv(64).startswith(b"HTTP/1.1 101")


@contextmanager
def serving(guarded: bool = True, **access: object) -> Iterator[Served]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    served = Served(port)

    async def note(request: Request) -> HTMLResponse | JSONResponse:
        body = (await request.body()).decode()
        served.reached.append(f"{request.method} {request.url.path} {body}".strip())
        if request.method == "POST":
            return JSONResponse({"asked": json.loads(body)})
        return HTMLResponse("<!doctype html><title>inside</title><p id=inside>inside</p>")

    async def note_websocket(websocket: WebSocket) -> None:
        served.reached.append("websocket")
        await websocket.accept(subprotocol=(websocket.scope["subprotocols"] or [None])[0])
        await websocket.close()

    inner = Starlette(
        routes=[
            WebSocketRoute("/graphql", note_websocket),
            Route("/{path:path}", note, methods=["GET", "POST", "PUT", "DELETE", "OPTIONS"]),
        ]
    )
    served.access = Access(**{"token": TOKEN, "port": port, "names": local_names()} | access)
    app = Guard(inner, served.access) if guarded else inner
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + 30
    while not server.started:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    try:
        yield served
    finally:
        server.should_exit = True
        thread.join(timeout=20)


@pytest.fixture(scope="module")
def door() -> Iterator[Served]:
    with serving() as served:
        yield served


@pytest.fixture
def served(door: Served) -> Served:
    door.reached.clear()
    return door


# Who comes in


def test_the_printed_address_opens_once_and_a_cookie_stays(served: Served) -> None:
    answer = served.ask("GET", f"/runs?token={TOKEN}&view=all")
    cookie = answer.headers["Set-Cookie"]
    assert answer.status == 200 and b'url=/runs?view=all"' in answer.content
    assert TOKEN not in cookie and TOKEN.encode() not in answer.content
    assert all(word in cookie for word in ("HttpOnly", "SameSite=strict", "Path=/", f"zhengxin-{served.port}="))
    assert served.reached == []
    assert served.ask("GET", "/runs", {"Cookie": cookie.partition(";")[0]}).status == 200
    assert served.ask("POST", "/graphql", JSON | served.cookie() | served.origin, MUTATION).status == 200
    assert served.reached == ["GET /runs", f"POST /graphql {json.dumps(MUTATION)}"]


def test_a_script_brings_the_token_itself(served: Served) -> None:
    assert served.ask("POST", "/graphql", JSON | BEARER, MUTATION).status == 200
    assert json.loads(served.ask("POST", "/graphql", JSON | BEARER, MUTATION).content) == {"asked": MUTATION}


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer wrong"},
        {"Authorization": TOKEN},
        {"Authorization": f"Basic {TOKEN}"},
        {"Cookie": "zhengxin-1=x"},
        {"Cookie": f"zhengxin-3000={TOKEN}"},
        {"X-Remote-User": "admin"},
        {"X-Forwarded-For": "127.0.0.1"},
    ],
)
def test_without_the_token_nothing_is_answered(headers: dict[str, str], served: Served) -> None:
    assert served.ask("GET", "/", headers).status == 401
    assert served.ask("GET", "/logs/run/compute.err", headers).status == 401
    assert served.ask("POST", "/graphql", JSON | headers | served.origin, MUTATION).status == 401
    assert served.ask("GET", "/?token=wrong", headers).status == 401
    assert not served.opens_websocket(headers | served.origin)
    assert served.reached == []


def test_the_token_can_be_entered_on_the_page(served: Served) -> None:
    form = {"Content-Type": "application/x-www-form-urlencoded"} | served.origin
    assert b"<form" in served.ask("GET", "/").content
    assert served.ask("POST", "/sign_in", form, f"token={TOKEN}".encode()).headers["Set-Cookie"]
    wrong = served.ask("POST", "/sign_in", form, b"token=wrong")
    assert wrong.status == 401 and wrong.headers["Set-Cookie"] is None
    foreign = served.ask("POST", "/sign_in", form | {"Origin": "http://example.invalid"}, f"token={TOKEN}".encode())
    assert foreign.status == 403
    assert served.ask("POST", "/sign_in", form, b"token=" + b"x" * 10_000).status == 413


def test_health_needs_no_token_and_tells_nothing(served: Served) -> None:
    assert json.loads(served.ask("GET", "/health").content) == {"status": "ok"}
    assert served.ask("GET", "/health", host="rebound.example").status == 421


# Where from, and how


@pytest.mark.parametrize(
    "host", ["example.invalid", "127.0.0.1.example.invalid", "192.168.0.1", "", "a@127.0.0.1", "127.0.0.1:x", "[::1"]
)
def test_another_name_is_refused(host: str, served: Served) -> None:
    for headers in (BEARER, served.cookie()):
        named = served.ask("POST", "/graphql", JSON | headers | {"Origin": f"http://{host}"}, MUTATION, host=host)
        assert named.status in (400, 421)
    assert served.reached == []
    assert host == "" or not served.opens_websocket(served.cookie() | {"Origin": f"http://{host}"}, host=host)


@pytest.mark.parametrize("host", ["localhost:{port}", "127.0.0.1:{port}", "[::1]:{port}", "LOCALHOST"])
def test_its_own_names_are_answered(host: str, served: Served) -> None:
    assert served.ask("GET", "/", BEARER, host=host.format(port=served.port)).status == 200


@pytest.mark.parametrize(
    "page",
    [
        {"Origin": "http://example.invalid", "Sec-Fetch-Site": "cross-site"},
        {"Origin": "http://example.invalid"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "http://127.0.0.1:1"},
        {"Origin": "http://127.0.0.1"},
    ],
)
def test_another_page_cannot_ask(page: dict[str, str], served: Served) -> None:
    """Even where a browser would send the cookie along."""
    cookie = served.cookie()
    for headers in (JSON, {"Content-Type": "text/plain"}):
        assert served.ask("POST", "/graphql", headers | cookie | page, MUTATION).status == 403
    assert served.ask("GET", "/graphql?query=mutation%7BlaunchRun%7D", cookie | page).status == 403
    assert served.ask("GET", "/logs/x", cookie | page).status == 403
    assert not served.opens_websocket(cookie | page)
    assert served.reached == []


def test_nothing_changes_but_by_post_with_json(served: Served) -> None:
    known = BEARER | served.origin
    for query in ("query=mutation%7BlaunchRun%7D", "query=%7Bversion%7D"):
        assert served.ask("GET", f"/graphql?{query}", known | {"Accept": "text/html"}).status == 405
        assert served.ask("GET", f"/graphql/?{query}", known).status == 405
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "application/graphql", ""):
        assert served.ask("POST", "/graphql", known | {"Content-Type": kind}, MUTATION).status == 415
        assert served.ask("POST", "/report_asset_materialization/x", known | {"Content-Type": kind}, {}).status == 415
    for method in ("PUT", "DELETE", "OPTIONS", "PATCH"):
        assert served.ask(method, "/graphql", known | JSON, MUTATION).status == 405
    assert served.reached == []


def test_websockets_only_from_its_own_pages(served: Served) -> None:
    assert served.opens_websocket(served.cookie() | served.origin)
    assert not served.opens_websocket(served.cookie()), "a browser always says where it comes from"
    assert not served.opens_websocket(served.origin)
    assert served.reached == ["websocket"]


def test_pages_are_not_framed_and_load_nothing_from_elsewhere(served: Served) -> None:
    headers = served.ask("GET", "/", BEARER).headers
    policy = headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in policy and "img-src 'self' data: blob:" in policy and "http:" not in policy
    assert (headers["X-Frame-Options"], headers["Referrer-Policy"]) == ("DENY", "no-referrer")


# For others


def test_for_reading_only_nothing_but_graphql_is_posted() -> None:
    with serving(read_only=True) as served:
        assert served.ask("POST", "/report_asset_materialization/x", JSON | BEARER, {}).status == 403
        assert served.ask("POST", "/graphql", JSON | BEARER, {"query": "{ version }"}).status == 200


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("mutation Launch { launchRun }", 403),
        ("query mutation { mutation: version }", 200),
        ("# mutation\n{ version }", 200),
        ("{ version } mutation Later { launchRun }", 403),
        ("mutation\ufeff,,,{ logTelemetry launchRun }", 403),
        ("mutation { logTelemetry: launchRun }", 403),
        ("mutation { seen: setNuxSeen }", 200),
        ("mutation { ...all } fragment all on Mutation { launchRun }", 403),
        ("mutation { ... { launchRun } }", 403),
        ("mutation {", 200),
        ("", 200),
    ],
)
def test_for_reading_only_no_mutation_comes_through(query: str, status: int) -> None:
    """What cannot be read goes on to Dagster, which cannot read it either."""
    with serving(read_only=True) as served:
        assert served.ask("POST", "/graphql", JSON | BEARER, {"query": query}).status == status


def test_a_proxy_brings_the_token_and_the_name() -> None:
    with serving(proxy_header="X-Remote-User", names=local_names() | {"zhengxin.example"}) as served:
        through = BEARER | {"X-Remote-User": "lisi"}
        assert served.ask("GET", "/", through, host="zhengxin.example").status == 200
        page = {"Origin": "https://zhengxin.example", "Sec-Fetch-Site": "same-origin"}
        assert served.ask("POST", "/graphql", JSON | through | page, MUTATION, host="zhengxin.example").status == 200
        reached = len(served.reached)
        for lacking in (BEARER, {"X-Remote-User": "lisi"}, {"X-Remote-User": "lisi"} | {"Authorization": "Bearer x"}):
            assert served.ask("POST", "/graphql", JSON | lacking, MUTATION).status == 401
        assert served.ask("GET", f"/?token={TOKEN}").status == 401, "people come through the proxy only"
        assert len(served.reached) == reached


def test_who_changed_what_is_written_down(caplog: pytest.LogCaptureFixture) -> None:
    with serving(proxy_header="X-Remote-User") as served, caplog.at_level("INFO", logger="zhengxin.web"):
        through = JSON | BEARER | {"X-Remote-User": "lisi"}
        served.ask("POST", "/graphql", through, MUTATION | {"operationName": "Launch\nforged line"})
        served.ask("POST", "/graphql", through, {"query": "{ version }"})
        served.ask("POST", "/graphql", through, b"no json")
    assert [record.getMessage() for record in caplog.records] == ["lisi at 127.0.0.1: Launch⏎forged line"]


def test_an_address_is_no_name_where_the_server_listens_on_all() -> None:
    with serving(any_address=True) as served:
        assert served.ask("GET", "/", BEARER, host="10.1.2.3:8000").status == 200
        assert served.ask("GET", "/", BEARER, host="rebound.example").status == 421


# The command


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--host", "0.0.0.0"], "--allow-remote"),
        (["--host", "192.168.1.5"], "launch runs, publish releases"),
        (["--host", "::"], "--allow-remote"),
        (["--proxy-header", "X-Remote-User"], "--token-file"),
    ],
)
def test_what_would_let_others_in_is_asked_for_by_name(options: list[str], says: str, tmp_path: Path) -> None:
    done = CliRunner().invoke(command_line, ["--home", str(tmp_path), "ui", *options])
    assert isinstance(done.exception, UsageError) and says in str(done.exception)


def test_a_token_file_is_ones_own_and_long(tmp_path: Path) -> None:
    def said(path: Path) -> str:
        done = CliRunner().invoke(command_line, ["--home", str(tmp_path), "ui", "--token-file", str(path)])
        assert isinstance(done.exception, UsageError)
        return str(done.exception)

    file = tmp_path / "token"
    assert "One is made by" in said(file)
    file.write_text("x" * 40, encoding="ascii")
    file.chmod(0o644)
    assert "chmod 600" in said(file)
    file.chmod(0o600)
    file.write_text("short", encoding="ascii")
    assert "can be guessed" in said(file)


# A browser

ATTACK = """<!doctype html><meta charset=utf-8><title>attack</title>
<img src="{target}/graphql?query=mutation%7BlaunchRun%7D">
<iframe src="{target}/"></iframe>
<script src="{target}/graphql?query=mutation%7BlaunchRun%7D"></script>
<iframe name=sink></iframe>
<form id=plain method=post target=sink action="{target}/graphql" enctype="text/plain">
<input name='{{"query":"mutation{{launchRun}}","x":"' value='"}}'></form>
<form id=get method=get target=sink action="{target}/graphql"><input name=query value="mutation{{launchRun}}"></form>
<script>
const body = JSON.stringify({{query: "mutation{{launchRun}}"}}), url = "{target}/graphql";
for (const type of ["text/plain", "application/json"])
  fetch(url, {{method: "POST", credentials: "include", mode: type === "text/plain" ? "no-cors" : "cors",
    headers: {{"Content-Type": type}}, body}}).catch(() => 0);
navigator.sendBeacon(url, new Blob([body], {{type: "text/plain"}}));
const socket = new WebSocket("{target}/graphql".replace("http", "ws"), "graphql-ws");
socket.onopen = () => {{ document.title = "websocket open"; }};
document.getElementById("plain").submit();
setTimeout(() => document.getElementById("get").submit(), 300);
</script>"""
chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
in_a_browser = pytest.mark.skipif(not chromium, reason="no Chromium on this machine")


def browse(profile: Path, address: str, *options: str) -> str:
    """The page at `address` as Chromium has it after some seconds of its own time."""
    command = [
        chromium,
        *("--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-proxy-server"),
        *(f"--user-data-dir={profile}", "--virtual-time-budget=6000", "--dump-dom", *options, address),
    ]
    return subprocess.run(command, capture_output=True, text=True, timeout=120).stdout


@contextmanager
def a_page_elsewhere(content: Callable[[], str]) -> Iterator[int]:
    """A web server of somebody else, on another port."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(content().encode())

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Page)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()


@in_a_browser
def test_a_browser_with_the_printed_address_is_inside_and_stays(served: Served, tmp_path: Path) -> None:
    page = browse(tmp_path / "profile", f"http://127.0.0.1:{served.port}/?token={TOKEN}")
    assert 'id="inside"' in page
    assert [each for each in served.reached if "favicon" not in each] == ["GET /"]
    assert 'id="inside"' in browse(tmp_path / "profile", f"http://127.0.0.1:{served.port}/"), "by the cookie"


@in_a_browser
@pytest.mark.parametrize(
    "elsewhere",
    [
        pytest.param("127.0.0.1", id="another port", marks=pytest.mark.slow),
        pytest.param("example.invalid", id="another site"),
    ],
)
def test_another_page_in_the_operators_browser_launches_nothing(elsewhere: str, served: Served, tmp_path: Path) -> None:
    """The browser has the cookie. What it sends anyway must not reach what stands behind the door."""
    profile = tmp_path / "profile"
    assert 'id="inside"' in browse(profile, f"http://127.0.0.1:{served.port}/?token={TOKEN}")
    served.reached.clear()
    page = attacked(served, profile, elsewhere)
    assert "<title>attack</title>" in page, "the page was shown, and no websocket opened"
    assert [each for each in served.reached if "favicon" not in each] == []


@in_a_browser
def test_the_same_page_reaches_a_server_without_the_door(tmp_path: Path) -> None:
    with serving(guarded=False) as served:
        page = attacked(served, tmp_path / "profile", "127.0.0.1")
    assert "<title>websocket open</title>" in page
    assert {"websocket", "GET /graphql"} <= {each.partition(" {")[0] for each in served.reached}
    assert sum(each.startswith("POST /graphql") for each in served.reached) >= 2


def attacked(served: Served, profile: Path, elsewhere: str) -> str:
    """A page of somebody else, shown in the browser of `profile`; it tries all that pages can."""
    with a_page_elsewhere(lambda: ATTACK.format(target=f"http://127.0.0.1:{served.port}")) as port:
        rules = f"--host-resolver-rules=MAP {elsewhere} 127.0.0.1"
        return browse(profile, f"http://{elsewhere}:{port}/", rules)


@in_a_browser
def test_a_name_pointed_at_this_machine_finds_a_closed_door(served: Served, tmp_path: Path) -> None:
    """DNS rebinding: the page's own name leads here, so to the browser it is all one origin."""
    rules = "--host-resolver-rules=MAP rebound.example 127.0.0.1"
    page = browse(tmp_path / "profile", f"http://rebound.example:{served.port}/?token={TOKEN}", rules)
    assert "does not answer to the name rebound.example" in page
    assert served.reached == []
