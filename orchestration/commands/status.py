"""`zhengxin status`: what is in a home, and how it stands, in the home's language."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import duckdb
import typer
from rich.console import Console

from orchestration import run_history
from orchestration.commands.summary import data_kind_text, print_releases
from orchestration.commands.terminal import cut_to_width, output, styled, table
from orchestration.errors import WarehouseBusy, WarehouseMissing
from orchestration.home import Home
from orchestration.settings import settings_of
from orchestration.warehouse.connection import reading
from orchestration.wording import Wording

SHOWN_FILES = 10

NOTHING_YET = Wording(
    "{home} 下还没有内容。zhengxin demo 写入示例数据。",
    "There is nothing at {home} yet. zhengxin demo writes inputs to try.",
)
HOME = Wording("[bold]主目录[/]     {}", "[bold]Home[/]       {}")
VERSION = Wording(
    "[bold]版本[/]       上次运行用 zhengxin {},现为 {}", "[bold]Version[/]    last run with zhengxin {}, this is {}"
)
SERIES = Wording("[bold]系列[/]       {},年度 {}", "[bold]Series[/]     {}, editions {}")
INBOX = Wording("[bold]收件箱[/]     {} 个文件待入库{}", "[bold]Inbox[/]      {} files wait{}")
MORE = Wording("{names} 等", "{names} and {count} more")
LANDED = (
    Wording("入库", "landed"),
    Wording("有效批次", "batches in effect"),
    Wording("接收行", "rows accepted"),
    Wording("隔离行", "rows quarantined"),
    Wording("拒收文件", "files rejected"),
)
REPLACED = Wording(
    "另有 {count} 行曾被隔离,已由其他文件中的改正行取代",
    "and {count} rows that were in quarantine, for which mended ones of other files stand now",
)
REJECTED = (Wording("拒收", "rejected"), Wording("规则", "rule"), Wording("原因", "reason"))
MORE_REJECTED = Wording(
    "另有 {count} 个文件:zhengxin land 列出收件箱中的这些文件",
    "and {count} more files: zhengxin land names those in the inbox",
)
RULES = (
    Wording("隔离", "quarantine"),
    Wording("规则", "rule"),
    Wording("行数", "rows"),
    Wording("例如", "for example"),
)
EVERY_ROW = Wording(
    "收件箱各文件的每一行:zhengxin land --rows 0", "Each row of the files in the inbox: zhengxin land --rows 0"
)
WAREHOUSE = Wording("[bold]数据库[/]     {}", "[bold]Warehouse[/]  {}")
NOT_SCORED = Wording("尚未计分:zhengxin run", "Nothing has been scored yet: zhengxin run")
NOT_BUILT = Wording("还没有:zhengxin run 建立", "none yet: zhengxin run builds it")
EDITIONS = (
    Wording("年度", "edition"),
    Wording("方法", "methodology"),
    Wording("单位", "units"),
    Wording("计分", "scored"),
    Wording("排名", "ranked"),
    Wording("数据", "data"),
)
LAST_RUN = Wording("[bold]上次运行[/]   {}", "[bold]Last run[/]   {}")
UNKNOWN_RUN = Wording("不详:{folder} 只能读", "unknown: {folder} can only be read")
NO_RUN = Wording("无", "none")
RUN = Wording(
    "{job} {state},开始于 {started}({code};用 zhengxin ui 查看)",
    "{job} {state}, started {started} ({code}; zhengxin ui shows it)",
)
RUN_OUTPUT = Wording("[bold]运行输出[/]   {}", "[bold]Its output[/] {}")


def status() -> None:
    """Show what is in the home: files that wait, batches, quarantine, editions scored, the last run.

    [dim]zhengxin status
    zhengxin --home var/hdi status[/dim]
    """
    home = Home.from_environment()
    say, language = output(), settings_of(home).language
    if not home.root.exists():
        say.print(NOTHING_YET.in_language(language).format(home=home.root))
        raise typer.Exit(0)
    from orchestration.editions import edition_years, series_of, years_in_words
    from orchestration.last_run import last_version, this_version

    series_code = series_of(home)
    editions = years_in_words(edition_years(home, series_code))
    say.print(styled(HOME.in_language(language), home.root))
    if last := last_version(home):
        say.print(styled(VERSION.in_language(language), last, this_version()))
    say.print(styled(SERIES.in_language(language), series_code, editions))
    _print_inbox(say, home, language)
    _print_batches(say, home, language)
    _print_rejected(say, home, language)
    _print_rules(say, home, language)
    _print_warehouse(say, home, language)
    say.print()
    print_releases(say, home, language)
    _print_last_run(say, home, language)


def _headed(columns: Sequence[Wording], language: str) -> list[str]:
    return [column.in_language(language) for column in columns]


def _print_inbox(say: Console, home: Home, language: str) -> None:
    from orchestration.landing.waiting import waiting_files

    waiting = waiting_files(home)
    names = ", ".join(f"{file.item.source}/{file.item.file_name}" for file in waiting[:SHOWN_FILES])
    if len(waiting) > SHOWN_FILES:
        names = MORE.in_language(language).format(names=names, count=len(waiting) - SHOWN_FILES)
    say.print(styled(INBOX.in_language(language), len(waiting), f": {names}" if waiting else ""))


def _print_batches(say: Console, home: Home, language: str) -> None:
    from orchestration.landing.contracts import CONTRACTS
    from orchestration.landing.evidence.layout import landed_kinds
    from orchestration.landing.quarantine import counts_by_source, replaced_rows
    from orchestration.landing.store import Store

    store = Store(home.landing)
    quarantined = counts_by_source(store)
    rows = []
    for source in (*CONTRACTS, *landed_kinds(home)):
        batches = store.effective_batches(source)
        accepted = sum(batch.accepted_count for batch in batches)
        rows.append((source, len(batches), accepted, quarantined.get(source, 0), len(store.rejected_batches(source))))
    say.print()
    say.print(table(_headed(LANDED, language), rows))
    if count := len(replaced_rows(store)):
        say.print(REPLACED.in_language(language).format(count=f"{count:,}"))


def _print_rejected(say: Console, home: Home, language: str) -> None:
    """Files that were rejected when they last came, with the reason."""
    from orchestration.landing.store import Store

    store = Store(home.landing)
    rejected = [
        (f"{source}/{file_name}", batch.error_rule, batch.error.in_language(language))
        for (source, file_name), delivery in sorted(store.latest_deliveries().items())
        if (batch := store.batch(source, delivery.batch_id)).error_rule and batch.error
    ]
    if rejected:
        say.print()
        columns = _headed(REJECTED, language)
        say.print(table(columns, cut_to_width(say, columns, rejected[:SHOWN_FILES])))
        if len(rejected) > SHOWN_FILES:
            say.print(MORE_REJECTED.in_language(language).format(count=len(rejected) - SHOWN_FILES))


def _print_rules(say: Console, home: Home, language: str) -> None:
    """Rows in quarantine by rule, as they have landed: the warehouse may not have loaded them yet."""
    from orchestration.landing.quarantine import rows_by_rule
    from orchestration.landing.store import Store

    rules = rows_by_rule(Store(home.landing), language)
    if rules:
        say.print()
        columns = _headed(RULES, language)
        say.print(table(columns, cut_to_width(say, columns, rules)))
        say.print(EVERY_ROW.in_language(language))


def _print_warehouse(say: Console, home: Home, language: str) -> None:
    say.print()
    try:
        with reading(home.warehouse) as connection:
            size = home.warehouse.stat().st_size / 1e6
            say.print(styled(WAREHOUSE.in_language(language), f"{home.warehouse} ({size:.1f} MB)"))
            if _has(connection, "marts", "release_info"):
                _print_editions(say, connection, language)
            else:
                say.print(NOT_SCORED.in_language(language))
    except WarehouseMissing:
        say.print(styled(WAREHOUSE.in_language(language), NOT_BUILT.in_language(language)))
    except WarehouseBusy as error:
        say.print(styled(WAREHOUSE.in_language(language), error.in_language(language)))


def _has(connection: duckdb.DuckDBPyConnection, schema: str, name: str) -> bool:
    return bool(
        connection.execute(
            "select 1 from information_schema.tables where table_schema = $1 and table_name = $2", [schema, name]
        ).fetchall()
    )


def _print_editions(say: Console, connection: duckdb.DuckDBPyConnection, language: str) -> None:
    rows = connection.execute(
        "select assessment_year, methodology_code, unit_count, scored_unit_count, ranked_unit_count, data_kind "
        "from marts.release_info order by assessment_year, not is_primary_methodology, methodology_code"
    ).fetchall()
    say.print()
    say.print(table(_headed(EDITIONS, language), rows))
    for kind in dict.fromkeys(row[-1] for row in rows):
        say.print(data_kind_text(kind, language))


def _print_last_run(say: Console, home: Home, language: str) -> None:
    if not (home.dagster / "dagster.yaml").exists():
        return
    if not os.access(home.dagster, os.W_OK):
        # Dagster opens its databases for writing only.
        unknown = UNKNOWN_RUN.in_language(language).format(folder=home.dagster)
        say.print()
        say.print(styled(LAST_RUN.in_language(language), unknown))
        return
    run = run_history.last_run(home) if run_history.is_in_home(home) else _last_run_in_server(home)
    say.print()
    if run is None:
        say.print(styled(LAST_RUN.in_language(language), NO_RUN.in_language(language)))
        return
    told = RUN.in_language(language).format(
        job=run.job, state=run.status, started=f"{run.started:%Y-%m-%d %H:%M:%S}", code=run.run_id[:8]
    )
    say.print(styled(LAST_RUN.in_language(language), told))
    logs = sorted(Path(home.root / "logs").glob("run-*.log"))
    if logs:
        say.print(styled(RUN_OUTPUT.in_language(language), logs[-1]))


def _last_run_in_server(home: Home) -> run_history.RecordedRun | None:
    from orchestration.pipeline.instance import open_instance

    with open_instance(home) as instance:
        records = instance.get_run_records(limit=1)
    if not records:
        return None
    run, began = records[0].dagster_run, records[0].start_time or records[0].create_timestamp.timestamp()
    return run_history.RecordedRun(run.job_name, run.status.value.lower(), datetime.fromtimestamp(began), run.run_id)
