"""What is driven into faults: each step as a person's command does it, without a shell around it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from graphlib import TopologicalSorter
from typing import Any

import dagster as dg

from orchestration.commands import run as run_command
from orchestration.home import HOME_VARIABLE, Home
from orchestration.landing.run import land_inbox
from orchestration.pipeline import dbt_models
from orchestration.release.catalogue import Catalogue, ReleaseId
from orchestration.release.publish import release_edition, withdraw
from orchestration.report.release import find_release
from orchestration.report.write import Format, write_report
from orchestration.site.build import build_site
from orchestration.site.releases import chain_head, releases_of_site
from orchestration.warehouse import build_record, connection, dbt
from tests.small.build import say_sound
from tests.small.inbox import SERIES

NOTE = "a reason"


def land(home: Home) -> None:
    """Whatever waits in the inbox: observations, objections, decisions."""
    land_inbox(home)


def run(home: Home) -> None:
    """`zhengxin run 2019`: land, load, validate, offer. The tables stay as they are: dbt is a process of its own whose
    death `tests/orchestration/test_killed_run.py` tries, and it takes longer than all the rest."""
    os.environ[HOME_VARIABLE] = str(home.root)
    dbt_models.build_events = _found_built
    run_command.run(["2019"])


def _found_built(context: dg.AssetExecutionContext, _: Any, home: Home) -> Iterator[dg.MaterializeResult]:
    """As `build_events`, for tables that come out as they are."""
    connection.wait_until_free(home.warehouse)
    build_record.forget(home)
    with connection.reading(home.warehouse) as tables:
        say_sound(home, tables, [])
    upstream = {key: context.assets_def.asset_deps[key] for key in context.selected_asset_keys}
    for key in TopologicalSorter(upstream).static_order():
        if key in upstream:
            yield dg.MaterializeResult(key)


def publish(home: Home) -> None:
    """A revision; left alone where it is there already."""
    with connection.writing(home.warehouse) as warehouse:
        release_edition(home, warehouse, dbt.prepare_manifest(home), SERIES, 2019, NOTE)


def withdraw_revision(home: Home) -> None:
    """The edition's first release, unless it was withdrawn."""
    if Catalogue(home.releases).withdrawal(ReleaseId(2019, 1)) is None:
        withdraw(home, ReleaseId(2019, 1), NOTE)
    with Catalogue(home.releases).lock("what every command does"):
        pass


def report(home: Home) -> None:
    """The web page on the whole index in 2019."""
    write_report(find_release(home, 2019), None, "zh", Format.html, home.reports / "2019")


def site(home: Home) -> None:
    """The public site, of which other processes write the pages."""
    build_site(releases_of_site(home), home.root / "site", chain_head(home))
