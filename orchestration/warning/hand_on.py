"""Hands open warnings on to a webhook: each once, in parcels, with patience for a receiver that is down.

Off unless `webhook` in `zhengxin.toml`, or `ZHENGXIN_WARNING_WEBHOOK`, names an address;
`ZHENGXIN_WARNING_WEBHOOK_HEADER` may hold one header more, for a receiver that asks for a password. A parcel is one
POST of JSON:

    {"parcel": "<id>", "may_repeat": false, "as_of": "2019-07-01", "warnings": [{"warning_code": …, …}, …]}

with the id also as the header `Idempotency-Key`. `warnings/sent.jsonl` in the home says of every parcel that it is
being sent, before, and that it was taken, after. What was taken is never sent again. Where a process died in between
nobody can know whether the receiver has it: that parcel goes out again under its own id, marked `may_repeat`, so that
a receiver that keeps ids takes it once.

However a receiver behaves, an attempt ends within `ATTEMPT_SECONDS` and handing on within `LONGEST_SECONDS`. Of an
answer only status and headers are read.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import re
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import filelock
import httpx

from orchestration.errors import UsageError
from orchestration.home import Home
from orchestration.settings import WEBHOOK_VARIABLE, settings_of
from orchestration.warning.reading import EarlyWarning
from orchestration.wording import Wording

HEADER_VARIABLE = "ZHENGXIN_WARNING_WEBHOOK_HEADER"
HEADER = re.compile(r"(?P<name>[A-Za-z0-9-]+): *(?P<value>[!-~]+(?: [!-~]+)*)")
# These say what a parcel is.
OWN_HEADERS = frozenset({"host", "content-length", "content-type", "transfer-encoding", "idempotency-key"})
PARCEL_SIZE = 100
# Of one attempt: name, connection, headers and all that comes before them. Of all attempts for all parcels.
ATTEMPT_SECONDS = 10.0
LONGEST_SECONDS = 120.0
# Waits between the attempts for one parcel.
BACKOFF_SECONDS = (1.0, 2.0, 4.0, 8.0)
SENDING, TAKEN = "sending", "taken"

Say = Callable[[str], None]


class WebhookFailed(UsageError):
    """The receiver did not take a parcel; what it did take is recorded, the rest goes out the next time."""


@dataclass(frozen=True)
class HandedOn:
    """How many warnings went out now, and how many had gone out before."""

    sent: int
    known: int


@dataclass(frozen=True)
class Parcel:
    """Warnings that go out together, under an id made from their codes."""

    codes: tuple[str, ...]
    may_repeat: bool = False

    @property
    def id(self) -> str:
        return hashlib.sha256("\n".join(self.codes).encode()).hexdigest()[:32]


def webhook_address(home: Home) -> str | None:
    """The address that warnings go to, None where handing on is off. Raises `UsageError` for one that cannot be called:
    no http(s), a port that is none, characters that an address does not hold, a name and password in it."""
    address = settings_of(home).webhook
    if not address:
        return None
    webhook_header()
    if not _can_be_called(address):
        raise UsageError(
            Wording(
                f"{home.settings} 中的 webhook 或 {WEBHOOK_VARIABLE} 不是地址:请写 https:"
                "//host/path,不含空格,非 ASCII 字符用 % 编码;或留空。",
                f"webhook in {home.settings}, or {WEBHOOK_VARIABLE}, is no address: write https://host/path, without "
                "spaces and with %-codes for other than ASCII characters, or leave it empty.",
            )
        )
    if "@" in urlsplit(address).netloc:
        raise UsageError(
            Wording(
                f"{WEBHOOK_VARIABLE} 含用户名或密码,会出现在日志中:请从地址中去掉,"
                f"改用请求头 {HEADER_VARIABLE}='Authorization: Basic …'(或 Bearer …)。",
                f"{WEBHOOK_VARIABLE} holds a name or password, which would show in logs: take it out "
                "of the address, and"
                f" give it as a header, {HEADER_VARIABLE}='Authorization: Basic …' (or Bearer …).",
            )
        )
    return address


def webhook_header() -> dict[str, str]:
    """The header that the environment adds to each parcel, if any. Raises `UsageError`, which does not show it, for
    what is none."""
    given = os.environ.get(HEADER_VARIABLE, "").strip()
    if not given:
        return {}
    header = HEADER.fullmatch(given)
    if header is None or header["name"].lower() in OWN_HEADERS:
        raise UsageError(
            Wording(
                f"{HEADER_VARIABLE} 不是可添加的请求头:请用 ASCII 在一行内写 NAME: VALUE,"
                f"例如 Authorization: Bearer …,且不得为 {', '.join(sorted(OWN_HEADERS))}。",
                f"{HEADER_VARIABLE} is no header that can be added: write NAME: VALUE on one line in ASCII, such as"
                " Authorization: Bearer …, and none of " + ", ".join(sorted(OWN_HEADERS)) + ".",
            )
        )
    return {header["name"]: header["value"]}


def _can_be_called(address: str) -> bool:
    if not address.isascii() or any(character.isspace() or not character.isprintable() for character in address):
        return False
    try:
        parts = urlsplit(address)
        names = (parts.hostname or "").removesuffix(".").split(".")
        return parts.scheme in ("http", "https") and all(names) and parts.port != 0
    except ValueError:
        return False


def ledger_path(home: Home) -> Path:
    return home.root / "warnings" / "sent.jsonl"


def hand_on(
    home: Home,
    warnings: Sequence[EarlyWarning],
    address: str,
    *,
    backoff: Sequence[float] = BACKOFF_SECONDS,
    say: Say | None = None,
    attempt_seconds: float = ATTEMPT_SECONDS,
    longest_seconds: float = LONGEST_SECONDS,
) -> HandedOn:
    """Send the open ones of `warnings` that have not been taken yet. Raises `WebhookFailed` when the receiver refuses,
    or cannot be reached after the attempts that `backoff` allows (seconds between them), or when time is up."""
    receiver = _Receiver(address, backoff, say or (lambda _: None), attempt_seconds, time.monotonic() + longest_seconds)
    is_open = {warning.warning_code: warning for warning in warnings if warning.cleared_on is None}
    with _ledger(home) as ledger:
        parcels = [parcel for parcel in ledger.unsettled() if set(parcel.codes) & is_open.keys()]
        waiting = set().union(*(parcel.codes for parcel in parcels))
        fresh = [code for code in is_open if code not in ledger.taken and code not in waiting]
        parcels += [Parcel(tuple(fresh[at : at + PARCEL_SIZE])) for at in range(0, len(fresh), PARCEL_SIZE)]
        known = len(is_open.keys() & ledger.taken)
        sent = 0
        for parcel in parcels:
            content = [is_open[code].as_record() for code in parcel.codes if code in is_open]
            ledger.note(SENDING, parcel)
            receiver.post(parcel, content)
            ledger.note(TAKEN, parcel)
            sent += len(content)
    return HandedOn(sent=sent, known=known)


class _Ledger:
    """What was sent: a file of lines, only appended to."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._parcels: dict[str, Parcel] = {}
        self._taken: dict[str, Parcel] = {}
        for line in self._whole_lines():
            entry = json.loads(line)
            parcel = Parcel(tuple(entry["warning_codes"]), may_repeat=True)
            (self._taken if entry["state"] == TAKEN else self._parcels)[parcel.id] = parcel

    @property
    def taken(self) -> set[str]:
        return set().union(*(parcel.codes for parcel in self._taken.values()))

    def unsettled(self) -> Iterable[Parcel]:
        """Parcels of which nobody knows whether they were taken."""
        return [parcel for parcel in self._parcels.values() if parcel.id not in self._taken]

    def note(self, state: str, parcel: Parcel) -> None:
        line = json.dumps({"state": state, "parcel": parcel.id, "warning_codes": parcel.codes})
        with self._path.open("a", encoding="ascii") as file:
            file.write(line + "\n")
            file.flush()
            os.fsync(file.fileno())

    def _whole_lines(self) -> list[str]:
        """The lines of the ledger; what a killed process left of one is cut off."""
        if not self._path.exists():
            return []
        content = self._path.read_bytes()
        whole = content.rfind(b"\n") + 1
        if whole < len(content):
            with self._path.open("r+b") as file:
                file.truncate(whole)
        return content[:whole].decode("ascii").splitlines()


@contextmanager
def _ledger(home: Home) -> Iterator[_Ledger]:
    """The ledger of `home`, for one process at a time."""
    path = ledger_path(home)
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = filelock.FileLock(path.with_name("sent.lock"), timeout=0, preserve_lock_file=True)
    try:
        lock.acquire()
    except filelock.Timeout:
        raise UsageError(
            Wording(
                "另一个进程正在转送预警:请等它结束后再试。",
                "Another process is handing warnings on: try again when it has finished.",
            )
        ) from None
    try:
        yield _Ledger(path)
    finally:
        lock.release()


class _NotTaken(Exception):
    """An attempt that may be tried again; `problem` says what happened."""

    def __init__(self, problem: Wording) -> None:
        super().__init__(problem.en)
        self.problem = problem


class _Receiver:
    """The webhook, asked with patience and within limits."""

    def __init__(
        self, address: str, backoff: Sequence[float], say: Say, attempt_seconds: float, deadline: float
    ) -> None:
        self._address, self._backoff, self._say = address, backoff, say
        self._attempt_seconds, self._deadline = attempt_seconds, deadline
        host = urlsplit(address).hostname  # the path may hold a secret
        self._name = Wording(f"{host} 上的 webhook", f"The webhook at {host}")
        self._headers = webhook_header()
        if not _can_be_called(address):
            raise WebhookFailed(
                Wording(
                    f"无法调用 {self._name.zh}:请检查 {WEBHOOK_VARIABLE}。",
                    f"{self._name.en} cannot be called: check {WEBHOOK_VARIABLE}.",
                )
            )

    def post(self, parcel: Parcel, content: list[dict[str, Any]]) -> None:
        """One parcel, tried again after each wait while the receiver is unreachable, busy or at fault."""
        body = {
            "parcel": parcel.id,
            "may_repeat": parcel.may_repeat,
            "as_of": content[0]["as_of"],
            "warnings": content,
        }
        for attempt, wait in enumerate((*self._backoff, None), start=1):
            try:
                self._require_taken(self._status_of(parcel, json.dumps(body, ensure_ascii=False).encode()))
                return
            except _NotTaken as not_taken:
                problem = not_taken.problem
                if wait is None or time.monotonic() + wait >= self._deadline:
                    raise WebhookFailed(
                        Wording(
                            f"{self._name.zh} {problem.zh},共 {attempt} 次:未被接收的下次再转送"
                            "(zhengxin warnings --send)。",
                            f"{self._name.en} {problem.en}, {attempt} times: what it has not taken goes out the next"
                            " time (zhengxin warnings --send).",
                        )
                    ) from None
                self._say(f"{self._name.en} {problem.en}; again in {wait:g} s.")
            time.sleep(wait)

    def _require_taken(self, answer: httpx.Response) -> None:
        """What the receiver says beside its status is not repeated: it may say anything."""
        if answer.is_success:
            return
        known = HTTPStatus(answer.status_code).phrase if answer.status_code in set(HTTPStatus) else ""
        status, pointing = f"{answer.status_code} {known}".rstrip(), self._redirection(answer)
        problem = Wording(f"回答 {status}{pointing.zh}", f"answered {status}{pointing.en}")
        if answer.status_code >= 500 or answer.status_code in (408, 425, 429):
            raise _NotTaken(problem)
        raise WebhookFailed(
            Wording(
                f"{self._name.zh} {problem.zh}:请检查 {WEBHOOK_VARIABLE} 与 {HEADER_VARIABLE},"
                "然后运行 zhengxin warnings --send。",
                f"{self._name.en} {problem.en}: check {WEBHOOK_VARIABLE} and {HEADER_VARIABLE}, then zhengxin warnings "
                "--send.",
            )
        )

    def _status_of(self, parcel: Parcel, body: bytes) -> httpx.Response:
        seconds = min(self._attempt_seconds, self._deadline - time.monotonic())
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "Idempotency-Key": parcel.id,
            "Connection": "close",
            **self._headers,
        }
        loop = asyncio.new_event_loop()
        try:
            return loop.run_until_complete(asyncio.wait_for(_answer(self._address, headers, body), seconds))
        except TimeoutError:
            raise _NotTaken(
                Wording(f"在 {seconds:.3g} 秒内没有回答", f"has not answered within {seconds:.3g} s")
            ) from None
        except (httpx.InvalidURL, httpx.UnsupportedProtocol, httpx.LocalProtocolError, ValueError):
            # What the error says would show the path.
            raise WebhookFailed(
                Wording(
                    f"无法调用 {self._name.zh}:请检查 {WEBHOOK_VARIABLE}。",
                    f"{self._name.en} cannot be called: check {WEBHOOK_VARIABLE}.",
                )
            ) from None
        except httpx.NetworkError as error:
            cause = _cause(error)
            raise _NotTaken(Wording(f"无法连接({cause})", f"cannot be reached ({cause})")) from None
        except httpx.HTTPError as error:
            kind = type(error).__name__
            raise _NotTaken(
                Wording(f"不像网站服务器那样回答({kind})", f"does not answer as a web server does ({kind})")
            ) from None
        finally:
            # Not by `asyncio.run`, which would wait for a name server that does not answer.
            loop.close()

    def _redirection(self, answer: httpx.Response) -> Wording:
        """Where an answer 3xx points to, without the path. Followed, a POST becomes a GET, and the parcel would count
        as taken."""
        location = answer.headers.get("Location")
        if not location or not answer.is_redirect:
            return Wording("", "")
        try:
            parts = urlsplit(urljoin(self._address, location))
            place = f"{parts.scheme}://{parts.hostname}"
            return Wording(f",指向 {place};不跟随重定向", f", pointing to {place}; redirects are not followed")
        except ValueError:
            return Wording(",指向的不是地址", ", pointing to what is no address")


async def _answer(address: str, headers: dict[str, str], body: bytes) -> httpx.Response:
    """The answer to one POST, its body left unread."""
    async with (
        httpx.AsyncClient(timeout=None, follow_redirects=False) as client,
        client.stream("POST", address, content=body, headers=headers) as answer,
    ):
        return answer


def _cause(error: BaseException) -> str:
    """What the system said, below what libraries made of it."""
    while (inner := error.__cause__ or error.__context__) is not None:
        error = inner
    return getattr(error, "strerror", None) or str(error) or type(error).__name__
