"""What is collected goes the way of all evidence: through the door, into measures, and back to the page."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from pathlib import Path

import dagster as dg
import pytest

from orchestration.collect.journal import now
from orchestration.home import Home
from orchestration.landing.run import land_inbox
from orchestration.landing.store import Store
from orchestration.pipeline.collect import COLLECTED, collect_asset
from orchestration.pipeline.partitions import yearly_partitions
from orchestration.pipeline.resources import HomeResource
from tests.collect.conftest import MESSAGES, SETTINGS, Collector
from tests.collect.site import Portal, Reply, detail_page, list_page
from tests.small.home import make_small_home
from tests.small.inbox import SERIES, write_small_inbox

UNIT = "520402"
# Day of the reply to each of the messages of 1 March, which are to be answered within a week.
REPLIES = {"A": "2019-03-03", "B": "2019-03-08", "C": "2019-03-09", "D": "", "E": "2019-03-05", "F": "2019-03-07"}
ON_TIME = 4


def put_board(portal: Portal) -> None:
    portal.put("/m/", list_page([(f"{code}.html", "问", "") for code in REPLIES]))
    for code, replied in REPLIES.items():
        reply = f'<div class="reply"><span class="day">{replied}</span></div>' if replied else ""
        portal.put(f"/m/{code}.html", f'<b class="code">{code}</b><i class="asked">2019-03-01</i>{reply}')


def board(portal: Portal) -> dict[str, str]:
    address = {"portal_code": "m", "url": f"{portal.address}/m/"}
    return address | {"shape": "messages", "layout_code": "board", "due_days": "7", "board": "portal"}


def test_what_was_collected_lands_without_a_fault(portal: Portal, collector: Collector) -> None:
    put_board(portal)
    portal.put("/n/", list_page([("1.html", "一", "2019-05-01"), ("2.html", "二", "")]))
    portal.put("/n/1.html", detail_page("一", "2019-05-01 08:00"))
    portal.pages["/n/2.html"] = Reply(b"", 500)
    portal.put("/", "<html/>")
    collector.portals(
        board(portal),
        {"portal_code": "n", "shape": "items", "url": f"{portal.address}/n/", "layout_code": "news"},
        {"portal_code": "p", "shape": "probe", "url": f"{portal.address}/"},
    )
    collector.collect()
    landed = land_inbox(collector.home)
    told = {file.source: (file.outcome, file.accepted_count, file.quarantined_count) for file in landed}
    assert told == {
        "citizen_message": ("landed", len(REPLIES), 0),
        "disclosure_item": ("landed", 1, 0),
        "site_probe": ("landed", 1, 0),
    }
    # What comes later is a file of its own, and the one before stays.
    portal.put("/n/2.html", detail_page("二", "2019-05-02 08:00"))
    collector.collect()
    again = {file.source: (file.outcome, file.accepted_count) for file in land_inbox(collector.home)}
    assert again["disclosure_item"] == ("landed", 1)
    assert len(Store(collector.home.landing).effective_batches("disclosure_item")) == 2


def test_an_asset_of_dagster_collects_a_year(portal: Portal, collector: Collector) -> None:
    put_board(portal)
    portal.pages["/m/D.html"] = Reply(b"", 500)
    collector.portals(board(portal), {"portal_code": "p", "shape": "probe", "url": f"{portal.address}/"})
    home = collector.home
    done = dg.materialize(
        [collect_asset(yearly_partitions(home, SERIES))],
        partition_key="2019",
        resources={"home": HomeResource(root=str(home.root), series_code=SERIES)},
    )
    (event,) = done.asset_materializations_for_node("collect_portals")
    assert event.asset_key == COLLECTED
    told = {name: value.value for name, value in event.metadata.items()}
    assert (told["pages"], told["errors"], told["new_items"], told["waiting"]) == (6, 1, 5, 0)
    assert "citizen_message" in told["files"]
    # A probe of today is nothing of 2019.
    assert now().year > 2019
    assert not (home.inbox / "evidence" / "site_probe").exists()


def zhengxin(home: Home, *words: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "orchestration.cli", *words],
        env=os.environ | {"ZHENGXIN_HOME": str(home.root), "COLUMNS": "200"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.slow
def test_a_mark_is_followed_to_the_page_that_shows_it(portal: Portal, tmp_path: Path) -> None:
    home = make_small_home(tmp_path / "home")
    home.settings.write_text(home.settings.read_text(encoding="utf-8") + SETTINGS, encoding="utf-8")
    write_small_inbox(home.inbox, [2019])
    collector = Collector(home)
    collector.host()
    collector.write("selector.csv", collector.layout("board", MESSAGES))
    put_board(portal)
    collector.portals(board(portal) | {"unit_code": UNIT})
    collector.collect(year=2019)
    zhengxin(home, "run", "2019")
    export = tmp_path / "others.csv"
    shown = zhengxin(home, "evidence", UNIT, "--measure", "P3.2.rate", "--language", "en")
    assert f"{ON_TIME} of {len(REPLIES)} records count" in shown
    assert "The page of a record, as it was: zhengxin collect show urn:uuid:" in shown
    zhengxin(home, "evidence", UNIT, "--measure", "P3.2.rate", "--export", str(export))
    with export.open(encoding="utf-8-sig", newline="") as file:
        others = {row["message_code"]: row for row in csv.DictReader(file)}
    assert set(others) == {"C", "D"}
    page = zhengxin(home, "collect", "show", others["C"]["evidence_url"])
    assert others["C"]["evidence_hash"] in page
    assert "2019-03-09" in page
