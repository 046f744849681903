"""Hands open warnings on to a webhook: each once, in parcels, with patience for a receiver that is down.

Off unless `webhook` in `zhengxin.toml`, or `ZHENGXIN_WARNING_WEBHOOK`, names an address. A parcel is one POST of JSON:

    {"parcel": "<id>", "may_repeat": false, "as_of": "2019-07-01", "warnings": [{"warning_code": …, …}, …]}

with the id also as the header `Idempotency-Key`. `warnings/sent.jsonl` in the home says of every parcel that it is
being sent, before, and that it was taken, after. What was taken is never sent again. Where a process died in between
nobody can know whether the receiver has it: that parcel goes out again under its own id, marked `may_repeat`, so that
a receiver that keeps ids takes it once.
"""

from __future__ import annotations

import hashlib
import http.client
import json
import os
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import filelock

from orchestration.errors import UsageError
from orchestration.home import Home
from orchestration.settings import WEBHOOK_VARIABLE, settings_of
from orchestration.warning.reading import EarlyWarning

PARCEL_SIZE = 100
TIMEOUT_SECONDS = 10.0
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
    no http(s), a port that is none, characters that an address does not hold."""
    address = settings_of(home).webhook
    if not address:
        return None
    if not _can_be_called(address):
        raise UsageError(
            f"webhook in {home.settings}, or {WEBHOOK_VARIABLE}, is no address: write https://host/path, without "
            "spaces and with %-codes for other than ASCII characters, or leave it empty."
        )
    return address


def _can_be_called(address: str) -> bool:
    if not address.isascii() or any(character.isspace() or not character.isprintable() for character in address):
        return False
    try:
        parts = urlsplit(address)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
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
) -> HandedOn:
    """Send the open ones of `warnings` that have not been taken yet. Raises `WebhookFailed` when the receiver refuses,
    or cannot be reached after the attempts that `backoff` allows (seconds between them)."""
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
            _post(address, parcel, content, backoff, say or (lambda _: None))
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
def _ledger(home: Home):
    """The ledger of `home`, for one process at a time."""
    path = ledger_path(home)
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = filelock.FileLock(path.with_name("sent.lock"), timeout=0, preserve_lock_file=True)
    try:
        lock.acquire()
    except filelock.Timeout:
        raise UsageError("Another process is handing warnings on: try again when it has finished.") from None
    try:
        yield _Ledger(path)
    finally:
        lock.release()


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """Leaves an answer 3xx what it is. Followed, a POST becomes a GET, and the parcel would count as taken."""

    def redirect_request(self, *_: Any) -> None:
        return None


def _post(address: str, parcel: Parcel, content: list[dict[str, Any]], backoff: Sequence[float], say: Say) -> None:
    """One parcel, tried again after each wait of `backoff` while the receiver is unreachable, busy or at fault."""
    host = urlsplit(address).hostname  # the path may hold a secret
    body = {
        "parcel": parcel.id,
        "may_repeat": parcel.may_repeat,
        "as_of": content[0]["as_of"],
        "warnings": content,
    }
    request = urllib.request.Request(
        address,
        data=json.dumps(body, ensure_ascii=False).encode(),
        headers={"Content-Type": "application/json; charset=utf-8", "Idempotency-Key": parcel.id},
        method="POST",
    )
    opener = urllib.request.build_opener(_NoRedirects)
    for wait in (*backoff, None):
        try:
            with opener.open(request, timeout=TIMEOUT_SECONDS):
                return
        except urllib.error.HTTPError as error:
            with error:
                problem = f"answered {error.code} {error.reason}" + _redirection(address, error)
            if error.code < 500 and error.code not in (408, 425, 429):
                raise WebhookFailed(
                    f"The webhook at {host} {problem}: check {WEBHOOK_VARIABLE}, then zhengxin warnings --send."
                ) from error
        except (http.client.InvalidURL, ValueError):
            # What the error says would show the path.
            raise WebhookFailed(f"The webhook at {host} cannot be called: check {WEBHOOK_VARIABLE}.") from None
        except OSError as error:
            problem = f"cannot be reached ({getattr(error, 'reason', error)})"
        except http.client.HTTPException as error:
            problem = f"does not answer as a web server does ({type(error).__name__})"
        if wait is None:
            raise WebhookFailed(
                f"The webhook at {host} {problem}, {len(backoff) + 1} times: what it has not taken goes out the next"
                " time (zhengxin warnings --send)."
            )
        say(f"The webhook at {host} {problem}; again in {wait:g} s.")
        time.sleep(wait)


def _redirection(address: str, error: urllib.error.HTTPError) -> str:
    """Where an answer 3xx points to, without the path."""
    location = error.headers.get("Location")
    if not location:
        return ""
    try:
        parts = urlsplit(urljoin(address, location))
        return f", pointing to {parts.scheme}://{parts.hostname}; redirects are not followed"
    except ValueError:
        return ", pointing to what is no address"
