"""Handing warnings on: to a real local server that fails, stays down, refuses, or hears from a sender that dies."""

from __future__ import annotations

import json
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from orchestration.errors import UsageError
from orchestration.home import Home
from orchestration.warning import hand_on as module
from orchestration.warning.hand_on import WebhookFailed, hand_on, ledger_path, webhook_address
from orchestration.warning.reading import EarlyWarning
from tests.landing.lander_process import start

QUICK = (0.01, 0.01)


def warning(number: int) -> EarlyWarning:
    return EarlyWarning(
        warning_code=f"w{number:03d}",
        series_code="county_integrity",
        assessment_year=2019,
        methodology_code="presence",
        unit_code="520402",
        unit_name_zh="西秀区",
        unit_name_en="Xixiu",
        warning_kind="event_points",
        warning_name_zh="舆情事件得分过低",
        warning_name_en="Low points of opinion events",
        severity="high",
        node_code="E",
        subject_code="C1",
        value=Decimal("-7.5000000000"),
        threshold=Decimal(-5),
        first_seen=date(2019, 5, 2),
        last_seen=date(2019, 5, 4),
        cleared_on=None,
        as_of=date(2019, 5, 4),
        text_zh="合成",
        text_en="synthetic",
    )


@dataclass
class Receiver:
    """A web server on this machine that answers with `answers` in turn, then 204, and keeps what it was sent."""

    answers: list[int] = field(default_factory=list)
    location: str = ""
    gets: int = 0
    parcels: list[dict] = field(default_factory=list)
    taken: list[str] = field(default_factory=list)
    address: str = ""

    def sent_codes(self) -> list[list[str]]:
        return [[item["warning_code"] for item in parcel["warnings"]] for parcel in self.parcels]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    state = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            parcel = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            assert self.headers["Idempotency-Key"] == parcel["parcel"]
            state.parcels.append(parcel)
            answer = state.answers.pop(0) if state.answers else 204
            if answer < 300:
                state.taken.append(parcel["parcel"])
            self.send_response(answer)
            if 300 <= answer < 400:
                self.send_header("Location", state.location)
            self.end_headers()

        def do_GET(self) -> None:
            state.gets += 1
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state.address = f"http://127.0.0.1:{server.server_port}/hook/secret"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield state
    server.shutdown()
    server.server_close()


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def test_each_warning_goes_out_once(home: Home, receiver: Receiver) -> None:
    first = hand_on(home, [warning(1), warning(2)], receiver.address)
    again = hand_on(home, [warning(1), warning(2)], receiver.address)
    more = hand_on(home, [warning(2), warning(3)], receiver.address)
    assert [(done.sent, done.known) for done in (first, again, more)] == [(2, 0), (0, 2), (1, 1)]
    assert receiver.sent_codes() == [["w001", "w002"], ["w003"]]
    parcel = receiver.parcels[0]
    assert (parcel["may_repeat"], parcel["as_of"]) == (False, "2019-05-04")
    assert parcel["warnings"][0]["value"] == "-7.5000000000"
    assert parcel["warnings"][0]["text_zh"] == "合成"


def test_cleared_warnings_stay(home: Home, receiver: Receiver) -> None:
    hand_on(home, [replace(warning(1), cleared_on=date(2019, 5, 3))], receiver.address)
    assert receiver.parcels == []


def test_many_go_out_in_parcels(home: Home, receiver: Receiver) -> None:
    hand_on(home, [warning(number) for number in range(250)], receiver.address)
    assert [len(codes) for codes in receiver.sent_codes()] == [100, 100, 50]


def test_a_receiver_that_fails_first_is_asked_again(home: Home, receiver: Receiver) -> None:
    receiver.answers = [503, 429]
    said: list[str] = []
    assert hand_on(home, [warning(1)], receiver.address, backoff=QUICK, say=said.append).sent == 1
    assert len(receiver.parcels) == 3 and len(receiver.taken) == 1
    assert len(said) == 2 and "503" in said[0] and "secret" not in "".join(said)


def test_a_receiver_that_stays_down_gets_it_the_next_time(home: Home, receiver: Receiver) -> None:
    receiver.answers = [500, 500, 500]
    with pytest.raises(WebhookFailed, match="3 times") as failed:
        hand_on(home, [warning(1)], receiver.address, backoff=QUICK)
    assert "secret" not in str(failed.value)
    assert hand_on(home, [warning(1)], receiver.address, backoff=QUICK).sent == 1
    assert len(receiver.taken) == 1


def test_what_was_taken_before_a_failure_is_not_sent_again(home: Home, receiver: Receiver) -> None:
    receiver.answers = [204, 500, 500, 500]
    many = [warning(number) for number in range(150)]
    with pytest.raises(WebhookFailed):
        hand_on(home, many, receiver.address, backoff=QUICK)
    done = hand_on(home, many, receiver.address)
    assert (done.sent, done.known) == (50, 100)
    assert len(receiver.taken) == len(set(receiver.taken)) == 2


def test_a_refusal_is_not_tried_again(home: Home, receiver: Receiver) -> None:
    receiver.answers = [404]
    with pytest.raises(WebhookFailed, match="404"):
        hand_on(home, [warning(1)], receiver.address, backoff=QUICK)
    assert len(receiver.parcels) == 1


def test_a_redirect_is_a_refusal_and_not_followed(home: Home, receiver: Receiver) -> None:
    """urllib would ask the new place with GET, and call the parcel taken."""
    receiver.answers, receiver.location = [302], "/login/secret"
    with pytest.raises(WebhookFailed, match=r"302 .*pointing to http://127\.0\.0\.1; ") as failed:
        hand_on(home, [warning(1)], receiver.address, backoff=QUICK)
    assert "secret" not in str(failed.value)
    assert receiver.gets == 0 and len(receiver.parcels) == 1
    assert hand_on(home, [warning(1)], receiver.address).sent == 1


def test_what_is_no_web_server_is_asked_again(home: Home) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            for _ in range(3):
                connection, _ = server.accept()
                with connection:
                    connection.sendall(b"SSH-2.0-OpenSSH\r\n")
                    connection.shutdown(socket.SHUT_WR)
                    # What is left unread would reset the connection.
                    while connection.recv(65536):
                        pass

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        with pytest.raises(WebhookFailed, match=r"RemoteProtocolError\), 3 times"):
            hand_on(home, [warning(1)], f"http://127.0.0.1:{server.getsockname()[1]}/hook", backoff=QUICK)
        thread.join(10)


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:9/se cret", "http://127.0.0.1:9/secret/密", "http://a..b/secret"]
)
def test_an_address_that_cannot_be_called(home: Home, address: str) -> None:
    with pytest.raises(WebhookFailed, match="cannot be called") as failed:
        hand_on(home, [warning(1)], address, backoff=QUICK)
    assert "secret" not in str(failed.value)


def test_nobody_listening(home: Home) -> None:
    with pytest.raises(WebhookFailed, match="cannot be reached"):
        hand_on(home, [warning(1)], "http://127.0.0.1:9/hook", backoff=QUICK)


def send_and_die(root: Path, address: str, when: str) -> None:
    """Send one warning, and be killed before or after the receiver has it."""
    real = module._Receiver.post

    def deadly(*arguments: object) -> None:
        if when == "after":
            real(*arguments)
        os.kill(os.getpid(), signal.SIGKILL)

    module._Receiver.post = deadly
    hand_on(Home(root), [warning(1)], address)


@pytest.mark.parametrize(("when", "posts"), [("before", 1), ("after", 2)])
def test_a_killed_sender(home: Home, receiver: Receiver, when: str, posts: int) -> None:
    """What the receiver may have goes out again under the same id and says so."""
    process = start(send_and_die, home.root, receiver.address, when)
    process.join(60)
    assert process.exitcode == -signal.SIGKILL
    hand_on(home, [warning(1), warning(2)], receiver.address)
    hand_on(home, [warning(1), warning(2)], receiver.address)
    about_first = [parcel for parcel in receiver.parcels if parcel["warnings"][0]["warning_code"] == "w001"]
    assert len(about_first) == posts
    assert len({parcel["parcel"] for parcel in about_first}) == 1
    assert about_first[-1]["may_repeat"]
    assert receiver.sent_codes()[-1] == ["w002"]


def test_a_torn_ledger_line_is_cut_off(home: Home, receiver: Receiver) -> None:
    hand_on(home, [warning(1)], receiver.address)
    with ledger_path(home).open("a") as file:
        file.write('{"state": "sen')
    assert hand_on(home, [warning(1), warning(2)], receiver.address).sent == 1
    assert receiver.sent_codes() == [["w001"], ["w002"]]


def test_off_by_default(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(module.WEBHOOK_VARIABLE, raising=False)
    assert webhook_address(home) is None


@pytest.mark.parametrize(
    "address", ["file:///etc/passwd", "https://host/a b", "https://host:port/", "http://[::1/", "https://host/密"]
)
def test_only_web_addresses(home: Home, monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv(module.WEBHOOK_VARIABLE, address)
    with pytest.raises(UsageError, match="https://host/path"):
        webhook_address(home)


# Receivers that mean harm


def one_byte_a_second(connection: socket.socket) -> None:
    for byte in b"HTTP/1.1 204 No Content\r\n\r\n":
        connection.sendall(bytes([byte]))
        time.sleep(1)


def endless_continue(connection: socket.socket) -> None:
    while True:
        connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n" * 1000)


def endless_headers(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\n")
    while True:
        connection.sendall(b"X-More: " + b"x" * 10_000 + b"\r\n")


def silence(connection: socket.socket) -> None:
    connection.recv(1)
    time.sleep(30)


@contextmanager
def harmful(behave: Callable[[socket.socket], None]) -> Iterator[str]:
    """A receiver that reads the head of a parcel and then does as it likes, however often it is asked."""

    def answer() -> None:
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            threading.Thread(target=serve, args=(connection,), daemon=True).start()

    def serve(connection: socket.socket) -> None:
        with connection, suppress(OSError):
            connection.recv(65536)
            behave(connection)

    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=answer, daemon=True).start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/hook/secret"


@pytest.mark.parametrize(
    "behave",
    [
        one_byte_a_second,
        *(pytest.param(each, marks=pytest.mark.slow) for each in (endless_continue, endless_headers, silence)),
    ],
)
def test_no_receiver_holds_a_run(home: Home, behave: Callable[[socket.socket], None]) -> None:
    with harmful(behave) as address:
        started = time.monotonic()
        with pytest.raises(WebhookFailed, match="2 times") as failed:
            hand_on(home, [warning(1)], address, backoff=(0.1,), attempt_seconds=1.5)
        assert time.monotonic() - started < 8, "two attempts of a second and a half, and a busy machine"
    assert "secret" not in str(failed.value)


def test_all_attempts_together_have_an_end(home: Home) -> None:
    with harmful(silence) as address:
        started = time.monotonic()
        with pytest.raises(WebhookFailed):
            hand_on(home, [warning(1)], address, backoff=(0.1,) * 1000, attempt_seconds=0.5, longest_seconds=2)
        assert time.monotonic() - started < 6


def test_an_endless_body_is_not_read(home: Home) -> None:
    def endless(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while True:
            connection.sendall(b"ffff\r\n" + b"x" * 0xFFFF + b"\r\n")

    with harmful(endless) as address:
        assert hand_on(home, [warning(1)], address, backoff=()).sent == 1


def test_what_a_receiver_says_is_not_repeated(home: Home) -> None:
    def steering(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 404 \x1b[2Jgone\r\nContent-Length: 0\r\n\r\n")

    with harmful(steering) as address, pytest.raises(WebhookFailed) as failed:
        hand_on(home, [warning(1)], address, backoff=())
    assert "\x1b" not in str(failed.value)


@pytest.mark.parametrize("address", ["https://user:word@host/hook", "https://user@host/hook", "http://:word@host/"])
def test_a_password_in_the_address_is_refused_with_the_way_to_give_it(
    home: Home, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setenv(module.WEBHOOK_VARIABLE, address)
    with pytest.raises(UsageError, match=module.HEADER_VARIABLE) as refused:
        webhook_address(home)
    assert "word@" not in str(refused.value) and "user" not in str(refused.value)


def test_a_header_from_the_environment_goes_along(monkeypatch: pytest.MonkeyPatch, home: Home) -> None:
    heard: list[bytes] = []

    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            connection, _ = server.accept()
            with connection:
                heard.append(connection.recv(65536))
                connection.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        monkeypatch.setenv(module.HEADER_VARIABLE, "Authorization: Bearer xyz")
        assert hand_on(home, [warning(1)], f"http://127.0.0.1:{server.getsockname()[1]}/").sent == 1
        thread.join(10)
    assert b"authorization: bearer xyz" in heard[0].lower()


@pytest.mark.parametrize("header", ["Secret", "A b: c", "X: a\r\nY: b", "Host: other", "Content-Length: 3", "X: 密"])
def test_what_is_no_header_is_refused_and_not_shown(home: Home, monkeypatch: pytest.MonkeyPatch, header: str) -> None:
    monkeypatch.setenv(module.WEBHOOK_VARIABLE, "https://host/hook")
    monkeypatch.setenv(module.HEADER_VARIABLE, header)
    with pytest.raises(UsageError, match="NAME: VALUE") as refused:
        webhook_address(home)
    assert header not in str(refused.value)
