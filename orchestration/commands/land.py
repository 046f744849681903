"""`zhengxin land`: take what waits in the inbox, check it, and say what became of each file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape

from orchestration.commands.terminal import messages, output, progress_bar, table
from orchestration.home import Home

if TYPE_CHECKING:
    from orchestration.landing import LandedFile, Store

DEFAULT_ROWS = 5


def land(
    source: Annotated[
        list[str] | None,
        typer.Option(
            help="Only this source: observation, opinion_event, verification, objection, decision or unit_attribute; "
            "again for more."
        ),
    ] = None,
    rows: Annotated[
        int, typer.Option(help="Most rows shown of a file's quarantine; 0 shows all.", min=0)
    ] = DEFAULT_ROWS,
    fewer_seeds: Annotated[
        bool, typer.Option("--fewer-seeds", help="Land though the seeds lack what those of the last landing had.")
    ] = False,
) -> None:
    """Land the files of the inbox: check every row, keep what was received, quarantine what is wrong.

    Nothing is scored; files stay in the inbox, and landing the same bytes again changes nothing. A run lands too, so
    this is for seeing early what is wrong with a file.

    [dim]zhengxin land
    zhengxin land --source observation
    zhengxin land --rows 0[/dim]
    """
    from orchestration.landing import Store

    home = Home.from_environment()
    landed = land_with_progress(home, source, fewer_seeds)
    say = output()
    if not landed:
        say.print(
            f"The inbox {home.inbox} is empty. zhengxin demo fills it; zhengxin template writes a file to fill in."
        )
        return
    _print_landed(say, landed)
    _print_quarantined(say, Store(home.landing), landed, rows)
    if any(file.outcome == "rejected" for file in landed):
        raise typer.Exit(1)


def land_with_progress(home: Home, sources: list[str] | None = None, fewer_seeds: bool = False) -> list[LandedFile]:
    """Land the inbox, drawing how far it is."""
    from orchestration.landing import land_inbox
    from orchestration.settings import settings_of

    with progress_bar(messages()) as bar:
        task = bar.add_task("Landing", total=None)

        def show(done: int, total: int, file: LandedFile) -> None:
            bar.update(task, description=f"Landing {file.source}/{file.file_name}", completed=done, total=total)

        wait = settings_of(home).wait_seconds
        return land_inbox(home, sources, progress=show, wait_seconds=wait, fewer_seeds=fewer_seeds)


def _print_landed(say: Console, landed: list[LandedFile]) -> None:
    """A table of the files, then what is to be mended."""
    columns = ["file", "outcome", "batch", "rows", "accepted", "quarantined", "suspect"]
    rows = [
        (
            f"{file.source}/{file.file_name}".lstrip("/"),
            file.outcome,
            file.batch_id,
            file.row_count,
            file.accepted_count,
            file.quarantined_count,
            file.warning_count,
        )
        for file in landed
    ]
    say.print(table(columns, rows))
    for file in landed:
        name = f"{file.source}/{file.file_name}".lstrip("/")
        if file.error:
            say.print(f"[bold red]{escape(name)}[/]: {escape(f'{file.error_rule}: {file.error.en}')}")
        for notice in file.notices:
            say.print(f"{name}: {notice.en}", markup=False)


def _print_quarantined(say: Console, store: Store, landed: list[LandedFile], limit: int) -> None:
    """The rows in quarantine of each file, at most `limit` of one (0: all), and what to do about them."""
    quarantined = sum(file.quarantined_count for file in landed)
    if not quarantined:
        return
    say.print()
    for file in landed:
        if not file.quarantined_count:
            continue
        name = f"{file.source}/{file.file_name}"
        rows = store.quarantined(store.batch(file.source, file.batch_id)).to_pylist()
        shown = rows[:limit] if limit else rows
        for row in shown:
            say.print(f"{name} row {row['row_number']}: {row['rule']}: {row['message']}", markup=False)
        if len(rows) > len(shown):
            say.print(f"{name}: and {len(rows) - len(shown):,} more: zhengxin land --rows 0 shows all", markup=False)
    say.print(
        f"{quarantined:,} rows are in quarantine; zhengxin status counts them by rule. To mend them, correct the file "
        "and land it again."
    )
