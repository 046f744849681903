"""With which version of zhengxin a home was last run: `last_run.json` in its folder.

An upgrade never touches a home. So the first run under another version says so; what it changes in the scores is the
difference that every release shows before it is published.
"""

from __future__ import annotations

import json
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from orchestration.home import Home
from orchestration.whole_file import write_whole

NOTE_NAME = "last_run.json"
NOT_INSTALLED = "a checkout that is not installed"


def this_version() -> str:
    """The version that runs now."""
    try:
        return version("zhengxin")
    except PackageNotFoundError:
        return NOT_INSTALLED


def last_version(home: Home) -> str | None:
    """The version that built the home's scores last; None before the first time, or where the note is damaged."""
    try:
        noted = json.loads(note_path(home).read_text(encoding="utf-8"))["zhengxin"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return noted if isinstance(noted, str) else None


def note_run(home: Home) -> None:
    """The scores were built with this version, in a terminal or in the UI."""
    write_whole(note_path(home), json.dumps({"zhengxin": this_version()}) + "\n")


def upgrade_message(home: Home) -> str | None:
    """What to tell where this version is not the one of the last run, else None."""
    last = last_version(home)
    if last is None or last == this_version():
        return None
    return (
        f"{home.root} was last run with zhengxin {last}; this is {this_version()}. What that changes in its scores is "
        "shown before anything is released: read diff.md of the release that is offered. "
        f"此处上次以 zhengxin {last} 运行,现为 {this_version()};升级对得分的影响,在发布前见待定发布版的 diff.md。"
    )


def note_path(home: Home) -> Path:
    return home.root / NOTE_NAME
