"""Runs by command: what a file of one edition has built, and what is left after a run that was killed."""

from __future__ import annotations

import pytest

from orchestration.home import Home
from tests.orchestration.conftest import YEAR, Call
from tests.orchestration.tables import fingerprint
from tests.orchestration.test_killed_run import kill_run, logged
from tests.small.inbox import write_small_inbox

BEFORE = YEAR - 1


def correct(home: Home, value: str) -> None:
    """A file of a few values of the later edition, each time with others."""
    lines = (home.inbox / "observation" / f"small_{YEAR}.csv").read_text(encoding="utf-8").splitlines()
    rows = [line.split(",") for line in lines[1:4]]
    changed = [",".join([*row[:3], value, *row[4:]]).replace(f"{YEAR + 1}-02-01", f"{YEAR + 1}-03-01") for row in rows]
    (home.inbox / "observation" / "corrected.csv").write_text("\n".join([lines[0], *changed]) + "\n", encoding="utf-8")


def tables(home: Home) -> dict[str, tuple[int, int]]:
    """All but what was released, which a rebuild does not bring back."""
    return {name: rows for name, rows in fingerprint(home).items() if not name.startswith(("raw.re", "quality."))}


def run(zhengxin: Call, home: Home, *arguments: str) -> str:
    done = zhengxin(home, *arguments)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.slow
def test_one_edition_changes(home: Home, zhengxin: Call) -> None:
    # With draws: those of an edition whose inputs are the same are taken over.
    home.settings.write_text(home.settings.read_text(encoding="utf-8").replace("draws = 0", "draws = 16"))
    write_small_inbox(home.inbox, [BEFORE, YEAR])
    assert f"本次重建的年度:{BEFORE}–{YEAR};沿用上次结果的年度:无。" in run(zhengxin, home, "run")
    correct(home, "1")
    assert f"本次重建的年度:{YEAR};沿用上次结果的年度:{BEFORE}。" in run(zhengxin, home, "run")
    by_steps = tables(home)
    run(zhengxin, home, "rebuild")
    assert by_steps == tables(home)

    correct(home, "0")
    kill_run(home, "完成    收件箱", logged("model intermediate.int_node_score"))
    assert f"本次重建的年度:{BEFORE}–{YEAR};沿用上次结果的年度:无。" in run(zhengxin, home, "run")
    after_kill = tables(home)
    assert after_kill != by_steps
    run(zhengxin, home, "rebuild")
    assert after_kill == tables(home)
