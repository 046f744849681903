"""A folder says with which version it was last run, and a run under another one says so."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestration import last_run
from orchestration.home import Home


def test_an_upgrade_is_told_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = Home(tmp_path)
    assert last_run.last_version(home) is None
    assert last_run.upgrade_message(home) is None
    last_run.note_run(home)
    assert last_run.upgrade_message(home) is None
    before = last_run.this_version()
    monkeypatch.setattr(last_run, "this_version", lambda: "9.9.9")
    assert f"last run with zhengxin {before}; this is 9.9.9" in last_run.upgrade_message(home)
    last_run.note_run(home)
    assert last_run.upgrade_message(home) is None
    assert last_run.last_version(home) == "9.9.9"


@pytest.mark.parametrize("text", ["", "{", "[]", '{"zhengxin": 3}'])
def test_a_damaged_note_is_none(tmp_path: Path, text: str) -> None:
    home = Home(tmp_path)
    last_run.note_path(home).write_text(text, encoding="utf-8")
    assert last_run.last_version(home) is None
