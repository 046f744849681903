"""The log of decisions: appended to and never changed, each line carrying the SHA-256 of the line before it.

    landing/decision_log.jsonl    one line a decision recorded or withdrawn, in the order in which the files came in

A decision is withdrawn when the file that brought it is superseded by one without it. One that the new file still has
and that went into quarantine (a rule or a seed has changed) has not been judged, which is no withdrawal: nothing is
written of it, and nothing when it is accepted again. The log follows from the deliveries of the store alone: so it can
be continued after a crash, and compared with the store line by line. Each
release keeps the entries of its edition, so that log and store cannot go back together behind what was published. A
person can check a link by hand: `sed -n 3p decision_log.jsonl | tr -d '\\n' | sha256sum` is the `previous_hash` of
line 4.
"""

from __future__ import annotations

import datetime
import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from orchestration.file_digest import sha256_of
from orchestration.home import Home
from orchestration.landing.contracts.decision import DECISION
from orchestration.landing.store import FIRST_HASH, LANDED, Batch, Store, StoreDamaged, sync_path
from orchestration.wording import Wording

ENTRY_NAMES = frozenset({"number", "delivery", "received_at", "decision"})
RECORDED, WITHDRAWN = "recorded", "withdrawn"
CHANGED = Wording(
    "日志被手工改动或已损坏;请从备份恢复", "the log was changed by hand or is damaged; restore it from its backup"
)
UNREADABLE = Wording("第 {number} 条无法读取:{advice}", "entry {number} cannot be read: {advice}")
DOES_NOT_FOLLOW = Wording(
    "第 {number} 条不承接第 {before} 条(其 SHA-256 为 {hash}):{advice}",
    "entry {number} does not follow from entry {before}, whose SHA-256 is {hash}: {advice}",
)
NO_DELIVERY = Wording(
    "第 {number} 条({decision})在入库存储中没有投递记录:{advice}",
    "entry {number} ({decision}) has no delivery in the landing store: {advice}",
)
OTHER_CONTENT = Wording(
    "第 {number} 条与收到的内容不符:{file} 第 {row} 行的决定 {decision}({action}):{advice}",
    "entry {number} does not say what was received: decision {decision} of {file} row {row} ({action}): {advice}",
)
OTHER_FILE = Wording(
    "第 {number} 条:入库存储中保存的文件 {file}({original})不是当时收到的那一个:请从备份恢复入库存储",
    "entry {number}: the file {file} as kept in the landing store ({original}) is not the one that was received: "
    "restore the landing store from its backup",
)
ENTRY_MISSING = Wording(
    "缺第 {number} 条:{file} 第 {row} 行的决定 {decision} 已入库。再次入库(zhengxin land)会补写;"
    "若并无中断,则日志末尾被截去:请先与备份比对",
    "entry {number} is missing: decision {decision} of {file} row {row} has landed. Landing again (zhengxin land) "
    "writes it; if nothing was interrupted, the log's end was cut off: compare it with its backup first",
)
CUT_OFF = Wording(
    "第 {number} 条(决定 {decision})载于发布 {release},而日志现在不到该条:入库内容与日志一并被改动;"
    "请从备份恢复入库文件夹",
    "entry {number} (decision {decision}) stands in the release {release}, and the log now ends before it: what was "
    "landed was changed together with the log; restore the landing folder from its backup",
)
REPLACED = Wording(
    "第 {number} 条(决定 {decision})载于发布 {release},而日志该处现为另一条:入库内容与日志一并被改动;"
    "请从备份恢复入库文件夹",
    "entry {number} (decision {decision}) stands in the release {release}, and the log now holds another one there: "
    "what was landed was changed together with the log; restore the landing folder from its backup",
)


@dataclass(frozen=True)
class ChainState:
    """What a check of the log found.

    `entry_count` lines were read; `head` is the SHA-256 of the last one (of an empty log: 64 zeros). `broken_entry` is
    the number (from 1) of the first line that is not as it was written, None where all are; `problem` says what is
    wrong with it and what to do.
    """

    entry_count: int
    head: str
    broken_entry: int | None = None
    problem: Wording | None = None

    @property
    def is_whole(self) -> bool:
        return self.broken_entry is None


def log_path(home: Home) -> Path:
    return _path(Store(home.landing))


@dataclass(frozen=True)
class ReleasedEntry:
    """An entry of the log as a release keeps it: where it stood, what it decided, and its hash."""

    release: str
    number: int
    decision_code: str
    entry_hash: str


def verify(home: Home, released: Iterable[ReleasedEntry] = ()) -> ChainState:
    """Check every line of the log of `home` against the line before it, the landing store, and what was `released`."""
    store = Store(home.landing)
    lines = _lines(_path(store))
    previous = FIRST_HASH
    expected = list(_events(store))
    for number, line in enumerate(lines, start=1):
        problem = _problem(line, number, previous, expected)
        if problem:
            return ChainState(len(lines), _hash(lines[-1]), number, problem)
        previous = _hash(line)
    for position, event in enumerate(expected[: len(lines)]):
        original = store.original_path(store.batch(DECISION.source, event["batch_id"]))
        if not original.is_file() or sha256_of(original) != event["file_sha256"]:
            return ChainState(
                len(lines),
                previous,
                position + 1,
                OTHER_FILE.filled(number=position + 1, file=event["file_name"], original=original),
            )
    if len(lines) < len(expected):
        number, missing = len(lines) + 1, expected[len(lines)]
        return ChainState(
            len(lines),
            previous,
            number,
            ENTRY_MISSING.filled(
                number=number,
                decision=missing["decision_code"],
                file=missing["file_name"],
                row=missing["row_number"],
            ),
        )
    for kept in released:
        is_cut_off = kept.number > len(lines)
        if is_cut_off or _hash(lines[kept.number - 1]) != kept.entry_hash:
            return ChainState(
                len(lines),
                previous,
                kept.number,
                (CUT_OFF if is_cut_off else REPLACED).filled(
                    number=kept.number, decision=kept.decision_code, release=kept.release
                ),
            )
    return ChainState(len(lines), previous)


def entries(home: Home) -> Iterator[dict[str, Any]]:
    """The lines of the log as written, each with its own hash as `entry_hash`. Raises `StoreDamaged` for one that is
    no entry."""
    path = _path(Store(home.landing))
    for number, line in enumerate(_lines(path), start=1):
        entry = _parsed(line)
        if entry is None or not entry.keys() >= ENTRY_NAMES:
            raise StoreDamaged(
                Wording(
                    f"{path}:第 {number} 条无法读取;请从备份恢复该日志",
                    f"{path}: entry {number} cannot be read; restore the log from its backup",
                )
            )
        yield entry | {"entry_hash": _hash(line)}


def head(home: Home) -> tuple[int, str]:
    """How many entries the log has, and the SHA-256 of the last one (64 zeros where there is none)."""
    lines = _lines(log_path(home))
    return len(lines), _hash(lines[-1]) if lines else FIRST_HASH


def extend(store: Store) -> int:
    """Append what the deliveries of the store say and the log does not yet; return the number of lines appended.

    Only while the store's lock is held. What a killed process left of a line is cut off first: it never was an entry.
    """
    path = _path(store)
    known = {_identity(entry) for entry in map(_parsed, _lines(path)) if entry is not None}
    missing = [event for event in _events(store) if _identity(event) not in known]
    _cut_torn_line(path)
    if not missing:
        return 0
    lines = _lines(path)
    previous, number = (_hash(lines[-1]) if lines else FIRST_HASH), len(lines)
    written = []
    for event in missing:
        number += 1
        line = _as_line({"number": number, "previous_hash": previous, **event})
        written.append(line + b"\n")
        previous = _hash(line)
    is_new = not path.exists()
    with path.open("ab") as file:
        file.write(b"".join(written))
        file.flush()
        os.fsync(file.fileno())
    if is_new:
        sync_path(path.parent)
    return len(written)


def _events(store: Store) -> Iterator[dict[str, Any]]:
    """What each delivery of decisions did, in order: rows that its file had not said before, rows that are gone."""
    in_effect: dict[str, list[dict[str, Any]]] = {}
    for delivery in store.deliveries():
        if delivery.source != DECISION.source:
            continue
        batch = store.batch(delivery.source, delivery.batch_id)
        if batch.state != LANDED:
            continue
        before = in_effect.get(delivery.file_name, [])
        now = [
            {
                "decision_code": row["decision_code"],
                "file_name": delivery.file_name,
                "file_sha256": batch.file_sha256,
                "batch_id": batch.batch_id,
                "row_number": row.pop("row_number"),
                "decision": {
                    name: _text(cell) for name, cell in row.items() if cell is not None and name != "batch_id"
                },
            }
            for row in store.accepted(batch).to_pylist()
        ]
        said_before = [item["decision"] for item in before]
        said_now = [item["decision"] for item in now]
        set_aside = _codes_in_quarantine(store, batch)
        not_judged = [
            item for item in before if item["decision"] not in said_now and item["decision_code"] in set_aside
        ]
        received = {"delivery": delivery.seq, "received_at": delivery.received_at}
        for item in before:
            if item["decision"] not in said_now and item not in not_judged:
                yield {"action": WITHDRAWN, **received, **item}
        for item in now:
            if item["decision"] not in said_before:
                yield {"action": RECORDED, **received, **item}
        in_effect[delivery.file_name] = now + not_judged


def _codes_in_quarantine(store: Store, batch: Batch) -> set[str]:
    """Codes of the decisions that a file has and that are not judged: the first part of the key of a decision."""
    if not batch.quarantined_count:
        return set()
    keys = store.quarantined(batch).column("row_key").to_pylist()
    return {key.split("|")[0] for key in keys}


def _problem(line: bytes, number: int, previous: str, expected: list[dict[str, Any]]) -> Wording | None:
    """What is wrong with one line, None where nothing is."""
    entry = _parsed(line)
    if entry is None:
        return UNREADABLE.filled(number=number, advice=CHANGED)
    if entry.get("previous_hash") != previous:
        return DOES_NOT_FOLLOW.filled(number=number, before=number - 1, hash=previous, advice=CHANGED)
    if number > len(expected):
        return NO_DELIVERY.filled(number=number, decision=entry.get("decision_code"), advice=CHANGED)
    if line != _as_line({"number": number, "previous_hash": previous, **expected[number - 1]}):
        event = expected[number - 1]
        return OTHER_CONTENT.filled(
            number=number,
            decision=event["decision_code"],
            file=event["file_name"],
            row=event["row_number"],
            action=event["action"],
            advice=CHANGED,
        )
    return None


def _identity(entry: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(entry.get(name) for name in ("delivery", "action", "decision_code", "batch_id", "row_number"))


def _path(store: Store) -> Path:
    return store.root / "decision_log.jsonl"


def _lines(path: Path) -> list[bytes]:
    """The complete lines of the log, without their line feeds."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return []
    except OSError as error:
        raise StoreDamaged(
            Wording(
                f"{path}:无法读取({error});请从备份恢复",
                f"{path}: cannot be read ({error}); restore it from its backup",
            )
        ) from error
    return content.split(b"\n")[:-1]


def _cut_torn_line(path: Path) -> None:
    if not path.exists():
        return
    content = path.read_bytes()
    whole = content.rfind(b"\n") + 1
    if whole < len(content):
        with path.open("r+b") as file:
            file.truncate(whole)
            os.fsync(file.fileno())


def _as_line(entry: dict[str, Any]) -> bytes:
    return json.dumps(entry, ensure_ascii=False, separators=(",", ":")).encode()


def _parsed(line: bytes) -> dict[str, Any] | None:
    try:
        entry = json.loads(line)
    except ValueError:
        return None
    return entry if isinstance(entry, dict) else None


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _text(cell: object) -> object:
    """A cell as JSON holds it: decimals and times as text, so that nothing is rounded."""
    if isinstance(cell, Decimal):
        return format(cell, "f")
    return cell.isoformat() if isinstance(cell, datetime.date) else cell
