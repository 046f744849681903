"""`zhengxin status`: what is in a home, and how it stands."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

import duckdb
import typer
from rich.console import Console

from orchestration.commands.summary import DATA_KINDS, print_releases
from orchestration.commands.terminal import cut_to_width, output, styled, table
from orchestration.errors import WarehouseBusy, WarehouseMissing
from orchestration.home import Home
from orchestration.warehouse.connection import reading

SHOWN_FILES = 10


def status() -> None:
    """Show what is in the home: files that wait, batches, quarantine, editions scored, the last run.

    [dim]zhengxin status
    zhengxin --home var/hdi status[/dim]
    """
    home = Home.from_environment()
    say = output()
    if not home.root.exists():
        say.print(f"There is nothing at {home.root} yet. zhengxin demo writes inputs to try.")
        raise typer.Exit(0)
    from orchestration.editions import edition_years, series_of, years_in_words
    from orchestration.last_run import last_version, this_version

    series_code = series_of(home)
    editions = years_in_words(edition_years(home, series_code))
    say.print(styled("[bold]Home[/]       {}", home.root))
    if last := last_version(home):
        say.print(styled("[bold]Version[/]    last run with zhengxin {}, this is {}", last, this_version()))
    say.print(styled("[bold]Series[/]     {}, editions {}", series_code, editions))
    _print_inbox(say, home)
    _print_batches(say, home)
    _print_rejected(say, home)
    _print_rules(say, home)
    _print_warehouse(say, home)
    say.print()
    print_releases(say, home)
    _print_last_run(say, home)


def _print_inbox(say: Console, home: Home) -> None:
    from orchestration.landing.waiting import waiting_files

    waiting = waiting_files(home)
    names = ", ".join(f"{file.item.source}/{file.item.file_name}" for file in waiting[:SHOWN_FILES])
    more = f" and {len(waiting) - SHOWN_FILES} more" if len(waiting) > SHOWN_FILES else ""
    listed = f": {names}{more}" if waiting else ""
    say.print(styled("[bold]Inbox[/]      {} files wait{}", len(waiting), listed))


def _print_batches(say: Console, home: Home) -> None:
    from orchestration.landing import CONTRACTS, Store

    store = Store(home.landing)
    rows = []
    for source in CONTRACTS:
        batches = store.effective_batches(source)
        counts = [sum(getattr(batch, name) for batch in batches) for name in ("accepted_count", "quarantined_count")]
        rows.append((source, len(batches), *counts, len(store.rejected_batches(source))))
    say.print()
    say.print(table(["landed", "batches in effect", "rows accepted", "rows quarantined", "files rejected"], rows))


def _print_rejected(say: Console, home: Home) -> None:
    """Files that were rejected when they last came, with the reason."""
    from orchestration.landing import Store

    store = Store(home.landing)
    rejected = [
        (f"{source}/{file_name}", batch.error_rule, batch.error_message)
        for (source, file_name), delivery in sorted(store.latest_deliveries().items())
        if (batch := store.batch(source, delivery.batch_id)).error_rule
    ]
    if rejected:
        say.print()
        columns = ["rejected", "rule", "reason"]
        say.print(table(columns, cut_to_width(say, columns, rejected[:SHOWN_FILES])))
        if len(rejected) > SHOWN_FILES:
            say.print(f"and {len(rejected) - SHOWN_FILES} more files: zhengxin land names those in the inbox")


def _print_rules(say: Console, home: Home) -> None:
    """Rows in quarantine by rule, as they have landed: the warehouse may not have loaded them yet."""
    from orchestration.landing import Store
    from orchestration.landing.quarantine import rows_by_rule

    rules = rows_by_rule(Store(home.landing))
    if rules:
        say.print()
        columns = ["quarantine", "rule", "rows", "for example"]
        say.print(table(columns, cut_to_width(say, columns, rules)))
        say.print("Each row of the files in the inbox: zhengxin land --rows 0")


def _print_warehouse(say: Console, home: Home) -> None:
    say.print()
    try:
        with reading(home.warehouse) as connection:
            size = home.warehouse.stat().st_size / 1e6
            say.print(styled("[bold]Warehouse[/]  {} ({} MB)", home.warehouse, f"{size:.1f}"))
            if _has(connection, "marts", "release_info"):
                _print_editions(say, connection)
            else:
                say.print("Nothing has been scored yet: zhengxin run")
    except WarehouseMissing:
        say.print(styled("[bold]Warehouse[/]  none yet: zhengxin run builds it"))
    except WarehouseBusy as error:
        say.print(styled("[bold]Warehouse[/]  {}", error))


def _has(connection: duckdb.DuckDBPyConnection, schema: str, name: str) -> bool:
    return bool(
        connection.execute(
            "select 1 from information_schema.tables where table_schema = $1 and table_name = $2", [schema, name]
        ).fetchall()
    )


def _print_editions(say: Console, connection: duckdb.DuckDBPyConnection) -> None:
    rows = connection.execute(
        "select assessment_year, methodology_code, unit_count, scored_unit_count, ranked_unit_count, data_kind "
        "from marts.release_info order by assessment_year, not is_primary_methodology, methodology_code"
    ).fetchall()
    say.print()
    say.print(table(["edition", "methodology", "units", "scored", "ranked", "data"], rows))
    for kind in dict.fromkeys(row[-1] for row in rows):
        say.print(DATA_KINDS[kind])


def _print_last_run(say: Console, home: Home) -> None:
    if not (home.dagster / "dagster.yaml").exists():
        return
    if not os.access(home.dagster, os.W_OK):
        # Dagster opens its databases for writing only.
        say.print(styled("\n[bold]Last run[/]   unknown: {} can only be read", home.dagster))
        return
    from orchestration.pipeline.instance import open_instance

    with open_instance(home) as instance:
        records = instance.get_run_records(limit=1)
    say.print()
    if not records:
        say.print(styled("[bold]Last run[/]   none"))
        return
    run = records[0].dagster_run
    started = datetime.fromtimestamp(records[0].start_time or records[0].create_timestamp.timestamp())
    say.print(
        styled(
            "[bold]Last run[/]   {} {}, started {} ({}; zhengxin ui shows it)",
            run.job_name,
            run.status.value.lower(),
            f"{started:%Y-%m-%d %H:%M:%S}",
            run.run_id[:8],
        )
    )
    logs = sorted(Path(home.root / "logs").glob("run-*.log"))
    if logs:
        say.print(styled("[bold]Its output[/] {}", logs[-1]))
