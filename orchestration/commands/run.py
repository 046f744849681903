"""`zhengxin run` and `zhengxin rebuild`: Dagster's jobs, run in this process on the same instance as the UI."""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import asdict
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from orchestration.commands.land import land_with_progress
from orchestration.commands.summary import print_summary
from orchestration.commands.terminal import console_on, diverted_output, messages, output, spinner, styled
from orchestration.errors import UsageError, WarehouseBusy, full_disk
from orchestration.home import Home
from orchestration.settings import DRAWS_VARIABLE, in_home_language, settings_of
from orchestration.wording import Wording
from orchestration.years import parse_years

if TYPE_CHECKING:
    from dagster import EventLogEntry

    from orchestration.pipeline.execution import RunOutcome

KEPT_LOGS = 20
RUN_FAILED = Wording(
    "运行 {code} 失败。其输出:{log}。在界面中查看:zhengxin ui",
    "The run {code} failed. What it printed: {log}. In the UI: zhengxin ui",
)
UNCHANGED = Wording("上次运行之后没有任何变化。", "Nothing has changed since the last run.")
BEGUN = Wording("运行 {years}:{series},主目录 {home}", "Run of {years}: {series}, home {home}")
PUT_BACK = Wording("{path} 缺失,已恢复。", "{path} was missing and is there again.")
NOT_IN_FORCE = Wording(
    "[yellow]{} 年没有生效的发布[/]:zhengxin release {}{} 即可发布。",
    "[yellow]No release of {} is in force[/]: zhengxin release {}{} makes one.",
)
WHY = Wording("为何重新发布", "why there is a new one")
STARTING_DAGSTER = Wording("启动 Dagster,读取 dbt 项目", "Starting Dagster and reading the dbt project")
STARTING = Wording("启动", "Starting")
DONE = Wording("  [green]完成[/]    {}  [dim]{} 秒[/]", "  [green]done[/]    {}  [dim]{} s[/]")
STEP_FAILED = Wording("  [bold red]失败[/]    {}", "  [bold red]failed[/]  {}")
NOTE = Wording("  [yellow]提示[/]    {}", "  [yellow]note[/]    {}")
STEP_TITLES = {
    "land_inbox": Wording("收件箱入库并载入", "Land the inbox and load it"),
    "build_models": Wording("计算得分(dbt)", "Build the scores (dbt)"),
    "validate_marts": Wording("校验结果表(Great Expectations)", "Validate the marts (Great Expectations)"),
    "release_editions": Wording("发布或提出有变化的年度", "Offer or release what is new"),
    "marts__warning_none_open": Wording("查看未解除的预警", "Look for open early warnings"),
    "warning__handed_on": Wording("转发未解除的预警", "Hand open early warnings on"),
}
REBUILD_TITLES = STEP_TITLES | {
    "land_inbox": Wording("清除数据库,载入已入库内容", "Drop the warehouse and load what has landed")
}


def run(
    years: Annotated[
        list[str] | None,
        typer.Argument(help="2019, 2017-2019 or 2017,2019. Default: all years that have data.", show_default=False),
    ] = None,
    if_changed: Annotated[
        bool, typer.Option("--if-changed", help="Only if inputs, seeds or code have changed since the last run.")
    ] = False,
    draws: Annotated[
        int | None,
        typer.Option(
            min=0,
            help="Draws of the scenarios behind rank intervals; 0 for none. Default: the setting draws, or 500.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Run the pipeline for years: land, check, build the scores, validate, and print a summary.

    It is Dagster's job annual_run, recorded like a run launched in the UI. All years run in one go; running again is
    safe and gives the same tables. Exit code 1 if it fails.

    [dim]zhengxin run
    zhengxin run 2019
    zhengxin run 2017-2019[/dim]
    """
    from orchestration.editions import check_years, series_of, years_in_words
    from orchestration.landing.waiting import require_data
    from orchestration.pipeline.execution import CheckCount
    from orchestration.seeds import has_own_seeds
    from orchestration.warehouse import built_from
    from orchestration.warehouse.lock import writer_lock
    from orchestration.warehouse.seed_check import require_sound_seeds

    if draws is not None:
        os.environ[DRAWS_VARIABLE] = str(draws)
    home = Home.from_environment()
    settings = settings_of(home)
    if has_own_seeds(home):
        require_sound_seeds(home)
    if not settings.series:
        # Which series this is, its rows say.
        land_with_progress(home)
    series_code = series_of(home)
    asked = parse_years(years or [])
    check_years(home, asked, series_code)
    wanted = asked or _years_with_data(home, series_code, settings.years)
    if if_changed:
        known = built_from.result_if_unchanged(home, wanted)
        if known is not None:
            output().print(in_home_language(UNCHANGED, home))
            _mend_releases(output(), home, wanted)
            print_summary(output(), home, wanted, CheckCount(**known))
            return
    require_data(home, asked)
    begun = BEGUN.filled(years=years_in_words(wanted), series=series_code, home=home.root)
    messages().print(in_home_language(begun, home))
    with _execution(home) as execution:
        outcome = execution.annual_run(wanted, series_code)
    _report(home, outcome, wanted, execution.log)
    # Whoever writes by now has made the note void.
    with suppress(WarehouseBusy), writer_lock(home.warehouse, "the note of a run", wait_seconds=0):
        built_from.record(home, wanted, asdict(outcome.checks))


def _mend_releases(say: Console, home: Home, years: list[int]) -> None:
    """Bring back a lost current file, and name the editions of which nothing is in force."""
    from orchestration.release.catalogue import INTERNAL, PUBLIC, Catalogue

    catalogue = Catalogue(home.releases)
    if catalogue.releases():
        lost = [path for path in map(catalogue.current, (PUBLIC, INTERNAL)) if not path.exists()]
        with catalogue.lock("settling the releases"):
            for path in lost:
                if path.exists():
                    say.print(in_home_language(PUT_BACK.filled(path=path), home))
    for year in years:
        if catalogue.in_force(year) is None:
            note = f' --note "{in_home_language(WHY, home)}"' if catalogue.latest(year) else ""
            say.print(styled(in_home_language(NOT_IN_FORCE, home), year, year, note))


def rebuild() -> None:
    """Drop the warehouse file and build it anew from what has landed and the seeds.

    For a damaged file, or to see that nothing else is needed. Nothing is landed and nothing received is touched. It is
    Dagster's job rebuild_warehouse.
    """
    home = Home.from_environment()
    with _execution(home) as execution:
        outcome = execution.rebuild()
    _report(home, outcome, None, execution.log)


def _years_with_data(home: Home, series_code: str, wanted: Collection[int]) -> list[int]:
    """Editions (of those `wanted`, where some are) of which observations were accepted, after landing what waits."""
    from orchestration.editions import edition_years, years_in_words
    from orchestration.landing.accepted import accepted_rows_by_series
    from orchestration.landing.waiting import landed_years

    land_with_progress(home)
    rows = accepted_rows_by_series(home)
    others = {code: count for code, count in sorted(rows.items()) if code != series_code}
    if others and not rows[series_code]:
        counted = ", ".join(f"{count:,} of {code}" for code, count in others.items())
        raise UsageError(
            Wording(
                f"此主目录的系列是 {series_code},但没有接收该系列的观测值;已接收的是 "
                f'{counted}。请在 {home.settings} 中写明系列:series = "'
                f'{next(iter(others))}"。',
                f"This home holds {series_code}, of which no observation has been accepted; accepted "
                f"are {counted}. Name "
                f'that series in {home.settings}: series = "{next(iter(others))}".',
            )
        )
    landed = landed_years(home).intersection(edition_years(home, series_code))
    found = sorted(landed.intersection(wanted) if wanted else landed)
    if landed and not found:
        raise UsageError(
            Wording(
                f"{home.settings} 写明的年度 {years_in_words(wanted)} 没有已接收的观测值;"
                f"已接收的是 {years_in_words(landed)} 中的年度。请写明年度:zhengxin run "
                f"{max(landed)}。",
                f"{home.settings} names the years {years_in_words(wanted)}, of which no observation has been accepted; "
                f"accepted are some of {years_in_words(landed)}. Name the years: zhengxin run {max(landed)}.",
            )
        )
    if not found:
        raise UsageError(
            Wording(
                f"没有可运行的内容:{home.root} 中没有已接收的观测值。zhengxin template "
                f"observation 写出待填的空表;文件放入 {home.inbox / 'observation'}。"
                "zhengxin status 显示被隔离的行。想先试用:zhengxin demo。",
                f"There is nothing to run: no observation has been accepted in {home.root}. zhengxin "
                "template observation "
                f"writes a file to fill in; files go into {home.inbox / 'observation'}. zhengxin "
                "status shows what is in "
                "quarantine. To try it all first: zhengxin demo.",
            )
        )
    return found


class _Execution:
    """Runs jobs of one home while all other output goes to a log file."""

    def __init__(self, home: Home, log: Path, console: Console) -> None:
        self.home, self.log, self.console = home, log, console

    def annual_run(self, years: list[int], series_code: str) -> RunOutcome:
        from orchestration.editions import edition_years, year_spans
        from orchestration.pipeline.jobs import ANNUAL_RUN
        from orchestration.pipeline.partitions import span_tags

        spans = year_spans(years, edition_years(self.home, series_code))
        return self._execute(ANNUAL_RUN, [span_tags(span) for span in spans], STEP_TITLES)

    def rebuild(self) -> RunOutcome:
        from orchestration.editions import series_of
        from orchestration.pipeline.jobs import REBUILD_WAREHOUSE
        from orchestration.pipeline.partitions import offered_years, span_tags

        offered = offered_years(self.home, series_of(self.home))
        return self._execute(REBUILD_WAREHOUSE, [span_tags(offered)], REBUILD_TITLES)

    def _execute(self, job_name: str, tags_of_runs: list[dict[str, str]], titles: Mapping[str, Wording]) -> RunOutcome:
        """One run for each set of tags, until one fails; their checks are counted together."""
        from orchestration.warehouse.dbt import prepare_manifest

        with spinner(self.console, in_home_language(STARTING_DAGSTER, self.home)), ThreadPoolExecutor(1) as beside:
            # A first parse takes ten seconds, as these imports do, in a process of its own.
            beside.submit(prepare_manifest, self.home)
            from orchestration.pipeline.code_location import definitions_of
            from orchestration.pipeline.execution import CheckCount, execute
            from orchestration.pipeline.instance import end_abandoned_runs, open_instance

            # The steps would import it, after the wait for the parse.
            import_module("orchestration.quality.results")
            instance = open_instance(self.home)
            job = definitions_of(self.home).resolve_job_def(job_name)
        checks = CheckCount()
        with instance:
            end_abandoned_runs(instance)
            for tags in tags_of_runs:
                with spinner(self.console, in_home_language(STARTING, self.home)) as show:
                    outcome = execute(instance, job, tags, _StepLines(self.home, self.console, show, titles).take)
                checks.add(outcome.checks)
                if not outcome.success:
                    break
        return type(outcome)(outcome.run_id, outcome.success, outcome.errors, checks)


@contextmanager
def _execution(home: Home) -> Iterator[_Execution]:
    from orchestration.pipeline.instance import instance_environment

    logs = home.root / "logs"
    logs.mkdir(parents=True, exist_ok=True)
    for old in sorted(logs.glob("run-*.log"))[: -KEPT_LOGS + 1]:
        old.unlink(missing_ok=True)
    log = logs / f"run-{datetime.now():%Y%m%d-%H%M%S}.log"
    os.environ.update(instance_environment(home))
    with diverted_output(log) as person:
        yield _Execution(home, log, console_on(person))


class _StepLines:
    """Draws a run's steps: a line that moves while a step is under way, and one that stays when it has ended."""

    def __init__(
        self, home: Home, console: Console, show: Callable[[str], None], titles: Mapping[str, Wording]
    ) -> None:
        self._home = home
        self._console = console
        self._show = show
        self._titles = titles
        self._title = ""

    def take(self, entry: EventLogEntry) -> None:
        event = entry.dagster_event
        if event is None:
            self._take_message(entry)
        elif event.is_step_start:
            step = event.step_key or ""
            self._title = self._in_words(self._titles.get(step, Wording(step, step)))
            self._show(self._title)
        elif event.is_step_success:
            seconds = event.step_success_data.duration_ms / 1000
            self._console.print(styled(self._in_words(DONE), self._title, f"{seconds:.1f}"))
        elif event.is_step_failure:
            self._console.print(styled(self._in_words(STEP_FAILED), self._title))

    def _in_words(self, wording: Wording) -> str:
        return in_home_language(wording, self._home)

    def _take_message(self, entry: EventLogEntry) -> None:
        text = entry.user_message.splitlines()[0] if entry.user_message else ""
        if int(entry.level) >= logging.WARNING and not text.startswith("Dependencies for step"):
            self._console.print(styled(self._in_words(NOTE), text))
        elif re.match(r"\d+/\d+ ", text):
            self._show(f"{self._title}: {text}")


def _report(home: Home, outcome: RunOutcome, years: list[int] | None, log: Path) -> None:
    if not outcome.success:
        say = messages()
        for error in outcome.errors:
            refused = full_disk(error, home.root)
            say.print(styled("[bold red]error:[/] {}", in_home_language(refused, home) if refused else error))
        say.print(in_home_language(RUN_FAILED.filled(code=outcome.run_id[:8], log=log), home))
        raise typer.Exit(1)
    try:
        print_summary(output(), home, years, outcome.checks)
    except WarehouseBusy as busy:
        # The run did all of its steps; another one has begun.
        told = Wording(f"运行已完成。没有摘要:{busy.wording.zh}", f"The run is done. No summary: {busy.wording.en}")
        messages().print(in_home_language(told, home))
