"""`zhengxin release`, `withdraw`, `verify` and `export`: what is published, and whether it is still what it was."""

from __future__ import annotations

from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from orchestration.commands.language import Language, language_of
from orchestration.commands.terminal import messages, output, spinner, styled
from orchestration.errors import UsageError
from orchestration.home import Home
from orchestration.settings import in_home_language
from orchestration.wording import Wording

IS_WITHDRAWN = Wording(
    "{release} 已撤回。current.duckdb 的读者现在看到 {current}。",
    "{release} is withdrawn. Readers of current.duckdb see {current} now.",
)
NOTHING_LEFT = Wording(
    "{release} 已撤回。current.duckdb 的读者现在什么也看不到。",
    "{release} is withdrawn. Readers of current.duckdb see nothing now.",
)
REBUILD = Wording("{release} 的重建", "rebuild of {release}")
CHECKING = Wording("核验:{title}", "Checking: {title}")
CHECKED = Wording("已核验 {count} 项", "{count} checked")
PROBLEMS = Wording("{count} 处不符", "{count} problems")
OUTCOME = Wording("{title}:{outcome}", "{title}: {outcome}")
NOT_CHECKED = Wording("  未核验:{gap}", "  not checked: {gap}")
DIFFERS = Wording("[bold red]不符:[/]{}", "[bold red]differs:[/] {}")
HEAD = Wording("链首:{hash}({release})", "Head of the chain: {hash} ({release})")
RELEASING = Wording("发布 {year} 年度", "Release of {year}")
WRITING = Wording("写出 {path}", "Writing {path}")
IS_WRITTEN = Wording("已写出 {path}。", "{path} is written.")
WAS_WITHDRAWN = Wording("[yellow]{} 已撤回:[/]{}", "[yellow]{} was withdrawn:[/] {}")


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
        typer.Option(help="Digest of the changes and departures that you have read.", show_default=False),
    ] = None,
) -> None:
    """Release an edition as the last run built it, if any figure differs from what was released last.

    The first release of an edition needs nothing more, unless it departs from figures that were published elsewhere. A
    changed result is offered with the difference (diff.md, all of it in diff.csv) and published once you say why. A
    release is never changed; readers of current.duckdb see the new one from their next connection on.

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
    check_years(home, [year], series_code)
    if not home.warehouse.exists():
        raise UsageError(
            Wording(
                f"{home.warehouse} 处还没有数据库:zhengxin run 建立。",
                f"There is no warehouse at {home.warehouse} yet: zhengxin run builds it.",
            )
        )
    say = messages()
    title = in_home_language(RELEASING.filled(year=year), home)
    with spinner(say, title) as show, writer_lock(home.warehouse, f"release of {year}", say=say.print):
        manifest = prepare_manifest(home)
        with connection.writing(home.warehouse, say=say.print) as warehouse:
            outcome = release_edition(home, warehouse, manifest, series_code, year, note, acknowledge, say=show)
    output().print(in_home_language(outcome.message, home))
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
    told = IS_WITHDRAWN.filled(release=name, current=current) if current else NOTHING_LEFT.filled(release=name)
    output().print(in_home_language(told, home))


def verify(
    name: Annotated[str | None, typer.Argument(metavar="RELEASE", help="Such as 2019-r1.", show_default=False)] = None,
    everything: Annotated[
        bool,
        typer.Option("--all", help="All releases, their chain and index, the log of decisions, the landing store."),
    ] = False,
    rebuild: Annotated[
        bool, typer.Option("--rebuild", help="Also build it anew from its lock in a fresh home, and compare.")
    ] = False,
    key: Annotated[
        Path | None,
        typer.Option(help="The publisher's key (PEM) that signatures are checked with.", show_default=False),
    ] = None,
    head: Annotated[
        str | None,
        typer.Option(help="A head of the chain that was published elsewhere; it must be in it.", show_default=False),
    ] = None,
) -> None:
    """Check that a release is what it was, or with --all that everything published is: every table of every file by its
    hash, what each release says of itself and of the one before, and on request every table by a rebuild.

    It reads only, so that it works on a copy of the public folder too. docs/trust.md says what it proves, and against
    whom.

    [dim]zhengxin verify --all
    zhengxin verify --all --key publisher.pem --head 9c1f…
    zhengxin verify 2019-r1 --rebuild[/dim]
    """
    from orchestration.release.catalogue import Catalogue, ReleaseId
    from orchestration.release.links import head as head_of
    from orchestration.release.signature import public_key
    from orchestration.release.verify import verify_rebuild, verify_release
    from orchestration.release.verify_all import DECISIONS, RELEASE, parts_to_verify, verify_decisions, verify_part

    if everything == bool(name):
        raise UsageError(
            Wording(
                "请指定一次发布,例如 2019-r1,或用 --all 检查全部。",
                "Name one release, such as 2019-r1, or check everything with --all.",
            )
        )
    if (key or head) and not everything:
        raise UsageError(
            Wording(
                "--key 与 --head 须与 --all 同用:一次发布的可信以其之前的各次为据。",
                "--key and --head are checked with --all: what one release says rests on those before it.",
            )
        )
    home, say = Home.from_environment(), messages()
    told = partial(in_home_language, home=home)
    catalogue = Catalogue(home.releases)
    if everything:
        parts = list(parts_to_verify(home, public_key(key) if key else None, head))
        asked = catalogue.releases()
    else:
        release = catalogue.require(ReleaseId.parse(name or ""))
        parts = [(RELEASE.filled(release=release), lambda: verify_release(catalogue, release))]
        if home.landing.exists():
            parts.append((DECISIONS, lambda: verify_decisions(home)))
        asked = [release]
    if rebuild:
        parts += [(REBUILD.filled(release=one), partial(verify_rebuild, home, one, say=say.print)) for one in asked]
    problems = 0
    for title, check in parts:
        with spinner(say, told(CHECKING.filled(title=title))):
            found = verify_part(check)
        problems += len(found.problems)
        outcome = PROBLEMS.filled(count=len(found.problems)) if found.problems else CHECKED.filled(count=found.checked)
        output().print(told(OUTCOME.filled(title=title, outcome=outcome)))
        for gap in found.gaps:
            output().print(told(NOT_CHECKED.filled(gap=gap)))
        for problem in found.problems:
            say.print(styled(told(DIFFERS), told(problem)))
    if everything and (last := head_of(catalogue)) and last.number:
        output().print(told(HEAD.filled(hash=last.sha256, release=last.release)))
    if problems:
        raise typer.Exit(1)


def export(
    name: Annotated[str, typer.Argument(metavar="RELEASE", help="Such as 2019-r1.", show_default=False)],
    format: Annotated[ExportFormat, typer.Option("--format", "-f", help="xlsx or csv.")] = ExportFormat.xlsx,
    target: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="File (xlsx) or folder (csv). Default: named by the release, here."),
    ] = None,
    language: Annotated[
        Language | None, typer.Option(help="Language of headings. Default: the home's.", show_default=False)
    ] = None,
) -> None:
    """Write a release for people without SQL: ranking, summary, units, regions, indicators, methodology, dictionary.

    [dim]zhengxin export 2019-r1
    zhengxin export 2019-r1 --format csv --output tables/[/dim]
    """
    from orchestration.release.catalogue import Catalogue, ReleaseId
    from orchestration.release.workbook import write_csv_files, write_workbook

    home = Home.from_environment()
    catalogue, asked = Catalogue(home.releases), ReleaseId.parse(name)
    database = catalogue.database(catalogue.require(asked))
    if withdrawal := catalogue.withdrawal(asked):
        messages().print(styled(in_home_language(WAS_WITHDRAWN, home), asked, withdrawal["reason"]))
    target = (target or Path(f"zhengxin-{asked}" + (".xlsx" if format is ExportFormat.xlsx else ""))).expanduser()
    with spinner(messages(), in_home_language(WRITING.filled(path=target), home)):
        write = write_workbook if format is ExportFormat.xlsx else write_csv_files
        write(database, target, language_of(language))
    output().print(in_home_language(IS_WRITTEN.filled(path=target), home))
