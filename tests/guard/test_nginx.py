"""The shipped configuration of nginx, run on loopback before two guarded servers, for operators and for viewers."""

from __future__ import annotations

import base64
import http.client
import json
import os
import shutil
import signal
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from orchestration.home import project_root
from orchestration.web.guard import local_names
from tests.guard.test_web_guard import JSON, MUTATION, TOKEN, Served, serving

nginx = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
htpasswd = shutil.which("htpasswd")
pytestmark = pytest.mark.skipif(not (nginx and htpasswd), reason="no nginx or no htpasswd on this machine")
NAMES = {"operators": "zhengxin.example", "viewers": "look.zhengxin.example"}


@dataclass
class Proxy:
    """nginx, and the servers behind it."""

    port: int
    behind: dict[str, Served]

    def ask(self, method: str, whom: str, path: str, headers: dict[str, str], body: object = None) -> int:
        context = ssl._create_unverified_context()
        connection = http.client.HTTPSConnection("127.0.0.1", self.port, timeout=20, context=context)
        connection.connect()
        # As a browser does after looking the name up.
        connection.sock = context.wrap_socket(
            socket.create_connection(("127.0.0.1", self.port), timeout=20), server_hostname=NAMES[whom]
        )
        sent = {"Host": f"{NAMES[whom]}:{self.port}"} | headers
        connection.request(method, path, None if body is None else json.dumps(body), sent)
        return connection.getresponse().status


def login(user: str, password: str = "right-1") -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


@pytest.fixture(scope="module")
def proxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    folder = tmp_path_factory.mktemp("nginx")
    options = {"proxy_header": "X-Remote-User"}
    with (
        serving(names=local_names() | {NAMES["operators"]}, **options) as operators,
        serving(names=local_names() | {NAMES["viewers"]}, read_only=True, **options) as viewers,
    ):
        ports = free_ports(2)
        write_configuration(folder, operators.port, viewers.port, *ports)
        command = [nginx, "-e", str(folder / "error.log"), "-p", str(folder), "-c", str(folder / "nginx.conf")]
        checked = subprocess.run([*command, "-t"], capture_output=True, text=True)
        assert checked.returncode == 0, checked.stderr
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            wait_for(ports[1], folder / "error.log")
            yield Proxy(ports[1], {"operators": operators, "viewers": viewers})
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=20)


def free_ports(count: int) -> list[int]:
    probes = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [probe.getsockname()[1] for probe in probes]
    for probe in probes:
        probe.close()
    return ports


def wait_for(port: int, log: Path) -> None:
    deadline = time.monotonic() + 20
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            assert time.monotonic() < deadline, log.read_text(encoding="utf-8")
            time.sleep(0.1)


def write_configuration(folder: Path, operators: int, viewers: int, plain: int, tls: int) -> None:
    """The shipped files with this machine's folder and ports; the certificate and the users are made here."""
    shipped = project_root() / "deploy" / "nginx"
    places = {
        "/etc/zhengxin/": f"{folder}/",
        "127.0.0.1:3000": f"127.0.0.1:{operators}",
        "127.0.0.1:3001": f"127.0.0.1:{viewers}",
        "listen 80": f"listen 127.0.0.1:{plain}",
        "listen 443": f"listen 127.0.0.1:{tls}",
    }
    text = (shipped / "zhengxin.conf").read_text(encoding="utf-8")
    for place, here in places.items():
        assert place in text
        text = text.replace(place, here)
    user = "user root;" if os.geteuid() == 0 else ""
    temporary = " ".join(
        f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (folder / "nginx.conf").write_text(
        f"daemon off; {user} pid {folder}/pid; error_log {folder}/error.log; events {{}}\n"
        f"http {{ access_log off; {temporary}\n{text}}}\n",
        encoding="utf-8",
    )
    shutil.copyfile(shipped / "proxy.conf", folder / "proxy.conf")
    for who in ("operator", "viewer"):
        token = f'proxy_set_header Authorization "Bearer {TOKEN}";\n'
        (folder / f"{who}_token.conf").write_text(token, encoding="ascii")
    for group, user_name in (("operators", "zhang"), ("viewers", "li")):
        subprocess.run([htpasswd, "-bBc", str(folder / group), user_name, "right-1"], check=True, capture_output=True)
    (folder / "tls").mkdir()
    certificate = ["-keyout", str(folder / "tls" / "privkey.pem"), "-out", str(folder / "tls" / "fullchain.pem")]
    request = ["-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=zhengxin.example"]
    subprocess.run(["openssl", "req", *request, *certificate], check=True, capture_output=True)


def test_without_a_login_nobody_comes_in(proxy: Proxy) -> None:
    for whom in NAMES:
        for headers in ({}, login("zhang", "wrong"), login("nobody"), {"X-Remote-User": "zhang"}):
            assert proxy.ask("GET", whom, "/", headers) == 401
            assert proxy.ask("POST", whom, "/graphql", JSON | headers, MUTATION) == 401
        assert proxy.behind[whom].reached == []
    assert proxy.ask("GET", "operators", "/", login("li")) == 401, "a viewer is no operator"


def test_who_signed_in_is_named_whatever_the_browser_says(proxy: Proxy, caplog: pytest.LogCaptureFixture) -> None:
    page = {"Origin": f"https://{NAMES['operators']}:{proxy.port}", "Sec-Fetch-Site": "same-origin"}
    with caplog.at_level("INFO", logger="zhengxin.web"):
        headers = JSON | login("zhang") | page | {"X-Remote-User": "somebody else"}
        assert proxy.ask("POST", "operators", "/graphql", headers, MUTATION) == 200
    assert proxy.behind["operators"].reached == [f"POST /graphql {json.dumps(MUTATION)}"]
    assert [record.getMessage() for record in caplog.records] == ["zhang at 127.0.0.1: Launch"]


def test_a_page_of_another_origin_is_refused_through_the_proxy_too(proxy: Proxy) -> None:
    """The browser sends the login along by itself."""
    reached = len(proxy.behind["operators"].reached)
    for page in ({"Origin": "https://example.invalid"}, {"Sec-Fetch-Site": "cross-site"}):
        assert proxy.ask("POST", "operators", "/graphql", JSON | login("zhang") | page, MUTATION) == 403
    assert proxy.ask("POST", "operators", "/graphql", login("zhang") | {"Content-Type": "text/plain"}, MUTATION) == 415
    assert proxy.ask("GET", "operators", "/graphql?query=mutation%7Bx%7D", login("zhang")) == 405
    assert len(proxy.behind["operators"].reached) == reached


def test_websockets_pass(proxy: Proxy) -> None:
    upgrade = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
        "Sec-WebSocket-Version": "13",
    }
    own = {"Origin": f"https://{NAMES['viewers']}:{proxy.port}"}
    assert proxy.ask("GET", "viewers", "/graphql", login("li") | upgrade | own) == 101
    assert proxy.ask("GET", "viewers", "/graphql", login("li") | upgrade | {"Origin": "https://example.invalid"}) == 403


def test_viewers_change_nothing(proxy: Proxy) -> None:
    assert proxy.ask("GET", "viewers", "/", login("li")) == 200
    assert proxy.ask("POST", "viewers", "/report_asset_materialization/x", JSON | login("li"), {}) == 403
