"""`zhengxin release`, `withdraw`, `verify` and `export`: what is published, and whether it is still what it was."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from orchestration.commands.terminal import messages, output, spinner, styled
from orchestration.errors import UsageError
from orchestration.home import Home


class ExportFormat(StrEnum):
    """How a release is written for people without SQL."""

    xlsx = "xlsx"
    csv = "csv"


def release(
    year: Annotated[int, typer.Argument(help="Edition to release.", show_default=False)],
    note: Annotated[
        str | None, typer.Option(help="Why the figures changed; a revision needs it.", show_default=False)
    ] = None,
    acknowledge: Annotated[
        str | None,
        typer.Option(help="Digest of the changes of earlier editions that you have read.", show_default=False),
    ] = None,
) -> None:
    """Release an edition as the last run built it, if any figure differs from what was released last.

    The first release of an edition needs nothing more. A changed result is offered with the difference (diff.md, all of
    it in diff.csv) and published once you say why. A release is never changed; readers of current.duckdb see the new
    one from their next connection on.

    [dim]zhengxin release 2019
    zhengxin release 2019 --note "Objection 2020-17 of Guanshanhu upheld"[/dim]
    """
    from orchestration.editions import check_years, series_of
    from orchestration.release.publish import OFFERED, release_edition
    from orchestration.warehouse import connection
    from orchestration.warehouse.dbt import prepare_manifest
    from orchestration.warehouse.lock import writer_lock

    home = Home.from_environment()
    series_code = series_of(home)
    check_years([year], series_code)
    if not home.warehouse.exists():
        raise UsageError(f"There is no warehouse at {home.warehouse} yet: zhengxin run builds it.")
    say = messages()
    with spinner(say, f"Release of {year}") as show, writer_lock(home.warehouse, f"release of {year}", say=say.print):
        manifest = prepare_manifest(home)
        with connection.writing(home.warehouse, say=say.print) as warehouse:
            outcome = release_edition(home, warehouse, manifest, series_code, year, note, acknowledge, say=show)
    output().print(outcome.message)
    if outcome.state == OFFERED:
        raise typer.Exit(2)


def withdraw(
    name: Annotated[str, typer.Argument(metavar="RELEASE", help="Such as 2019-r1.", show_default=False)],
    reason: Annotated[str, typer.Option(help="Why; it stays in the index for good.", show_default=False)],
) -> None:
    """Take a release out of force. Its files stay; current.duckdb goes back to the one before.

    [dim]zhengxin withdraw 2019-r2 --reason "Wrong batch of Shandong"[/dim]
    """
    from orchestration.release.catalogue import ReleaseId
    from orchestration.release.publish import withdraw as withdraw_release

    home = Home.from_environment()
    current = withdraw_release(home, ReleaseId.parse(name), reason)
    output().print(f"{name} is withdrawn. Readers of current.duckdb see {current or 'nothing'} now.")


def verify(
    name: Annotated[str, typer.Argument(metavar="RELEASE", help="Such as 2019-r1.", show_default=False)],
    rebuild: Annotated[
        bool, typer.Option("--rebuild", help="Also build it anew from its lock in a fresh home, and compare.")
    ] = False,
) -> None:
    """Check that a release is what it was: each file by checksum, the log of decisions by its chain, and on request
    every table by a rebuild.

    [dim]zhengxin verify 2019-r1
    zhengxin verify 2019-r1 --rebuild[/dim]
    """
    from orchestration.landing import chain
    from orchestration.release.catalogue import Catalogue, ReleaseId
    from orchestration.release.verify import verify_files, verify_rebuild

    home, asked, say = Home.from_environment(), ReleaseId.parse(name), messages()
    catalogue = Catalogue(home.releases)
    with spinner(say, "Checking files"):
        files = verify_files(catalogue, asked)
    problems = list(files.problems)
    output().print(f"{files.checked - len(files.problems)} of {files.checked} files are as they were released.")
    decisions = chain.verify(home)
    if decisions.problem:
        problems.append(f"log of decisions, entry {decisions.broken_entry}: {decisions.problem}")
    else:
        output().print(f"The log of decisions is whole: {decisions.entry_count} entries.")
    if rebuild:
        with spinner(say, "Rebuilding") as show:
            tables = verify_rebuild(home, asked, say=show)
        problems += tables.problems
        output().print(f"{tables.checked - len(tables.problems)} of {tables.checked} tables come out the same.")
    for problem in problems:
        say.print(styled("[bold red]differs:[/] {}", problem))
    if problems:
        raise typer.Exit(1)


def export(
    name: Annotated[str, typer.Argument(metavar="RELEASE", help="Such as 2019-r1.", show_default=False)],
    format: Annotated[ExportFormat, typer.Option("--format", "-f", help="xlsx or csv.")] = ExportFormat.xlsx,
    target: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="File (xlsx) or folder (csv). Default: named by the release, here."),
    ] = None,
) -> None:
    """Write a release for people without SQL: summary, units, regions, indicators, methodology, dictionary.

    [dim]zhengxin export 2019-r1
    zhengxin export 2019-r1 --format csv --output tables/[/dim]
    """
    from orchestration.release.catalogue import Catalogue, ReleaseId
    from orchestration.release.workbook import write_csv_files, write_workbook

    catalogue, asked = Catalogue(Home.from_environment().releases), ReleaseId.parse(name)
    database = catalogue.database(catalogue.require(asked))
    if withdrawal := catalogue.withdrawal(asked):
        messages().print(styled("[yellow]{} was withdrawn:[/] {}", asked, withdrawal["reason"]))
    target = (target or Path(f"zhengxin-{asked}" + (".xlsx" if format is ExportFormat.xlsx else ""))).expanduser()
    with spinner(messages(), f"Writing {target}"):
        (write_workbook if format is ExportFormat.xlsx else write_csv_files)(database, target)
    output().print(f"{target} is written.")
