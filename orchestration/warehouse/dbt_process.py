"""`dbt` as a process: the same commands, flags and exit codes as dbt's own, at two thirds of its processor time.

dbt makes a message of each of some twenty events a node and writes it into lines for its console and its log file,
also where the level of both leaves it out, and collects garbage over a manifest that lives to the end. Here only what
is told is made a message and written into lines, by dbt's own programming interface, and nothing is collected: the
process ends with the command. What was parsed for the manifest that the command is called with (`ZHENGXIN_PARSED`) is
not parsed again.
"""

from __future__ import annotations

import gc
import json
import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO

from dbt.cli.exceptions import DbtUsageException
from dbt.cli.main import dbtRunner
from dbt.contracts.graph.manifest import Manifest
from dbt.parser.manifest import extended_mashumuro_decoder
from dbt_common.events.base_types import BaseEvent, DebugLevel, EventLevel
from dbt_common.events.event_manager import EventManager
from dbt_common.events.event_manager_client import ctx_set_event_manager
from dbt_common.events.functions import msg_to_dict

from orchestration.warehouse.dbt import LOG_NAME

TOLD = ("info", "warn", "error")
# What dbt's print() says is told whatever the level.
PRINTED = "PrintEvent"
# Exit codes as documented by dbt: a node failed; dbt could not do what was asked.
FAILED, BROKEN = 1, 2


class ToldEvents(EventManager):
    """Those of dbt's events that somebody hears of."""

    def fire_event(
        self,
        e: BaseEvent,
        level: EventLevel | None = None,
        node: Any = None,
        force_warn_or_error_handling: bool = False,
    ) -> None:
        # What dbt may make an error of is given as a warning.
        if (level or e.level_tag()).value in TOLD:
            super().fire_event(e, level, node, force_warn_or_error_handling)


class MessageWhenRead:
    """The message of an event, made of what the event was given when it is first read: of most nobody hears."""

    def __get__(self, event: BaseEvent, _kind: type[BaseEvent]) -> Any:
        words, named = vars(event)["given"]
        BaseEvent.__init__(event, *words, **named)
        return vars(event)["pb_msg"]

    @staticmethod
    def keep(event: BaseEvent, *words: Any, **named: Any) -> None:
        """In place of the event's own `__init__`, which makes the message."""
        vars(event)["given"] = (words, named)


def make_messages_when_read() -> None:
    """Have events below the told levels made messages of only when they are read; for the rest of the process."""
    DebugLevel.__init__, DebugLevel.pb_msg = MessageWhenRead.keep, MessageWhenRead()  # type: ignore[method-assign, assignment]


class Told:
    """dbt's events as lines: of text or, for Dagster, JSON on the console; of text in the log."""

    def __init__(self, log: TextIO, as_json: bool, is_quiet: bool) -> None:
        self._log, self._as_json, self._is_quiet = log, as_json, is_quiet

    def __call__(self, event: Any) -> None:
        try:
            self._tell(event)
        except BrokenPipeError:
            # Who called this was killed. dbt would wait for the node that could not be told of, the warehouse open.
            os._exit(BROKEN)

    def _tell(self, event: Any) -> None:
        line = f"{datetime.now(UTC):%H:%M:%S}  {event.info.msg}"
        print(line, file=self._log, flush=True)
        if self._as_json:
            print(json.dumps(msg_to_dict(event)), flush=True)
        elif event.info.name == PRINTED:
            print(event.info.msg, flush=True)
        elif event.info.level == "error" or not self._is_quiet:
            print(line, flush=True)


def read_parsed(path: Path) -> Manifest:
    """What dbt keeps of a parse; the `graph` of macros is made from it anew, as dbt does."""
    manifest: Manifest = Manifest.from_msgpack(path.read_bytes(), decoder=extended_mashumuro_decoder)
    manifest.build_flat_graph()  # type: ignore[no-untyped-call]
    return manifest


def main(arguments: Sequence[str]) -> int:
    """Run one dbt command; return its exit code."""
    gc.disable()
    as_json = os.environ.get("DBT_LOG_FORMAT") == "json"
    os.environ |= {"DBT_LOG_LEVEL": "none", "DBT_LOG_LEVEL_FILE": "none", "DBT_USE_COLORS": "false"}
    folder = Path(os.environ["DBT_LOG_PATH"])
    folder.mkdir(parents=True, exist_ok=True)
    parsed = os.environ.get("ZHENGXIN_PARSED")
    manifest = read_parsed(Path(parsed)) if parsed else None
    ctx_set_event_manager(ToldEvents())
    make_messages_when_read()
    with (folder / LOG_NAME).open("w", encoding="utf-8") as log:
        tell = Told(log, as_json, "--quiet" in arguments)
        ended = dbtRunner(manifest, callbacks=[tell]).invoke(list(arguments))
    if isinstance(ended.exception, DbtUsageException):
        print(ended.exception, file=sys.stderr)  # every other exception is an event too
    if ended.exception is not None:
        return BROKEN
    return 0 if ended.success else FAILED


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
