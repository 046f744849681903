"""`zhengxin collect`: crawl the portals that are configured, try one, check their rows, and show what was found."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.cells import cell_len, set_cell_size
from rich.console import Console

from orchestration.commands.language import Language, language_of
from orchestration.commands.on_demand import help_text
from orchestration.commands.terminal import cut_to_width, messages, output, spinner, styled, table
from orchestration.errors import UsageError
from orchestration.home import Home
from orchestration.wording import Wording
from orchestration.writing.plain import one_line

if TYPE_CHECKING:
    from orchestration.collect.crawl import CrawlReport
    from orchestration.collect.portals import Configuration
    from orchestration.collect.show import Shown
    from orchestration.collect.trial import Trial

DONE = Wording(
    "采集 {crawl} 已完成:读取 {pages} 页,记录 {records} 条(新 {new} 条)。",
    "Crawl {crawl} is complete. Pages read: {pages}, records: {records}, of them new: {new}.",
)
LEFT = Wording(
    "采集 {crawl} 未完,尚有 {waiting} 页:已读取 {pages} 页,记录 {records} 条(新 {new} 条)。再次运行即可继续。",
    "Crawl {crawl} is not complete. Pages read: {pages}, waiting: {waiting}, records: {records}, of them new: {new}."
    " Run it again to go on.",
)
COLUMNS = (
    Wording("门户", "portal"),
    Wording("页", "pages"),
    Wording("记录", "records"),
    Wording("新", "new"),
    Wording("失败", "failed"),
    Wording("未取", "refused"),
    Wording("待取", "waiting"),
)
NOT_READ = (
    Wording("门户", "portal"),
    Wording("页", "pages"),
    Wording("原因", "reason"),
    Wording("例如", "such as"),
)
DELIVERED = Wording(
    "已放入 {path}({count} 条)。入库:zhengxin land",
    "Wrote {path}, records: {count}. To land it: zhengxin land",
)
REASONS = {
    "robots": Wording("robots.txt 不允许", "robots.txt forbids it"),
    "robots_unreachable": Wording("robots.txt 无法读取,按不允许处理", "robots.txt cannot be had, which forbids it"),
    "off_host": Wording("转到未配置的主机", "leads to a host that is not configured"),
    "private_address": Wording("域名指向内网地址", "the name leads to a private address"),
    "redirects": Wording("转址过多", "too many redirects"),
    "portal_off": Wording("门户已停用", "the portal is off"),
    "hours": Wording("不在允许的时段", "outside the hours"),
    "bound_pages": Wording("达到每个门户的页数上限(pages)", "the most pages of a portal (pages)"),
    "bound_megabytes": Wording("达到总字节上限(megabytes)", "the most bytes of a call (megabytes)"),
    "bound_minutes": Wording("达到时间上限(minutes)", "the longest time of a call (minutes)"),
    "timeout": Wording("超时", "no answer in time"),
    "connection_refused": Wording("拒绝连接", "connection refused"),
    "unresolved": Wording("域名无法解析", "the name cannot be resolved"),
    "too_large": Wording("页面超过 page_megabytes", "larger than page_megabytes"),
    "no_answer": Wording("连接中断", "the connection broke off"),
    "no_text": Wording("不是文本页面", "no page of text"),
    "unreadable": Wording("页面无法读取(见 collect.log)", "the page cannot be read (collect.log says why)"),
}
STATUS = Wording("HTTP 状态 {status}", "HTTP status {status}")
LEFT_BECAUSE = Wording("停止的原因:{reason}", "It stopped: {reason}")
GOING_ON = Wording(
    "已读 {pages} 页,记录 {records} 条,待取 {waiting} 页", "pages: {pages}, records: {records}, waiting: {waiting}"
)
STARTING = Wording("正在启动", "Starting")
SOUND = Wording("配置无误:{count} 个门户,{hosts} 个主机。", "The rows are sound: {count} portals on {hosts} hosts.")
PORTALS = (
    Wording("门户", "portal"),
    Wording("单位", "unit"),
    Wording("形式", "shape"),
    Wording("间隔(秒)", "seconds between"),
    Wording("时段", "hours"),
    Wording("网址", "address"),
)
SHOWN_LINES = 30

Spoken = Annotated[Language | None, typer.Option(help="Language. Default: the home's.", show_default=False)]


def crawl_portals(
    context: typer.Context,
    portal: Annotated[
        list[str] | None, typer.Option(help="Only this portal of portal.csv; may be repeated.", show_default=False)
    ] = None,
    unit: Annotated[
        list[str] | None, typer.Option(help="Only portals of this unit; may be repeated.", show_default=False)
    ] = None,
    year: Annotated[int | None, typer.Option(help="Only records of this year.", show_default=False)] = None,
    anew: Annotated[bool, typer.Option("--anew", help="Ask again for what earlier crawls have found.")] = False,
    language: Spoken = None,
) -> None:
    """Collect evidence from the portals of the units, into the inbox.

    What is asked for stands in collect/portal.csv and selector.csv of the home; docs/collect.md says how to describe a
    portal. robots.txt is obeyed, a host is asked once a second at most, and only within its hours. Every answer is kept
    as WARC. A crawl that was ended or killed goes on with the next call.

    [dim]zhengxin collect check            are the rows sound?
    zhengxin collect try news         what do the selectors find? (three requests, nothing is kept)
    zhengxin collect                  crawl
    zhengxin collect --unit 520115 --year 2026
    zhengxin collect show RECORD      the page that a record was found on, as it was[/dim]
    """
    if context.invoked_subcommand:
        return
    from orchestration.collect.crawl import collect as crawl

    spoken = language_of(language)
    with spinner(messages(), STARTING.in_language(spoken)) as say:
        report = crawl(
            Home.from_environment(),
            portal or (),
            unit or (),
            year,
            anew,
            progress=lambda told: say(_going_on(told, spoken)),
        )
    _print_report(output(), report, spoken)


def check(language: Spoken = None) -> None:
    """Say what is wrong with the rows that describe the portals; nothing is asked for."""
    from orchestration.collect.extra import require_extra
    from orchestration.collect.portals import read_portals

    require_extra()
    _print_portals(output(), read_portals(Home.from_environment()), language_of(language))


def try_portal(
    portal: Annotated[str, typer.Argument(help="The portal, by its portal_code.", show_default=False)],
    language: Spoken = None,
) -> None:
    """Ask for one list and what is behind its first entries, and show what the selectors find. Nothing is kept."""
    from orchestration.collect.trial import try_one

    spoken = language_of(language)
    with spinner(messages(), STARTING.in_language(spoken)):
        trial = try_one(Home.from_environment(), portal)
    _print_trial(output(), trial, spoken)


def show(
    record: Annotated[
        str, typer.Argument(help="A record id (evidence_url) or the address of a page.", show_default=False)
    ],
    save: Annotated[
        Path | None, typer.Option(help="Write what the host sent into this file, byte by byte.", show_default=False)
    ] = None,
    source: Annotated[bool, typer.Option("--source", help="Show the page's source instead of its text.")] = False,
    lines: Annotated[int, typer.Option(help="Most lines shown; 0 shows all.", min=0)] = SHOWN_LINES,
    language: Spoken = None,
) -> None:
    """Show the answer that a record of evidence was found in, as it was kept.

    [dim]zhengxin collect show urn:uuid:2f4c…
    zhengxin collect show http://www.example.gov.cn/a.html --save page.html[/dim]
    """
    from orchestration.collect.show import shown

    found = shown(Home.from_environment(), record)
    if save:
        save.expanduser().write_bytes(found.payload)
    _print_shown(output(), found, save, source, lines, language_of(language))


def _going_on(told: Mapping[str, Any], language: str) -> str:
    counts = {name: told[name] for name in ("pages", "records", "waiting")}
    return GOING_ON.filled(**counts).in_language(language)


def reason_wording(reason: str) -> Wording:
    return REASONS.get(reason) or STATUS.filled(status=reason)


def _print_report(say: Console, report: CrawlReport, language: str) -> None:
    wording = DONE if report.is_complete else LEFT
    totals = {
        "pages": report.total("page_count"),
        "records": report.total("record_count"),
        "new": report.total("new_count"),
        "waiting": report.total("waiting_count"),
    }
    say.print(wording.filled(crawl=report.crawl_id, **totals).in_language(language))
    for reason in report.left:
        say.print(LEFT_BECAUSE.filled(reason=reason_wording(reason)).in_language(language))
    rows = [
        (
            count.portal_code,
            count.page_count,
            count.record_count,
            count.new_count,
            count.failed_count,
            count.refused_count,
            count.waiting_count,
        )
        for count in report.portals
    ]
    say.print()
    say.print(table([column.in_language(language) for column in COLUMNS], rows))
    if report.not_read:
        names = [column.in_language(language) for column in NOT_READ]
        unread = [
            (portal, number, reason_wording(reason).in_language(language), address)
            for portal, reason, address, number in report.not_read
        ]
        say.print()
        say.print(table(names, cut_to_width(say, names, unread)))
    if report.files:
        say.print()
    for file in report.files:
        say.print(DELIVERED.filled(path=file.path, count=file.record_count).in_language(language))


def _print_portals(say: Console, configuration: Configuration, language: str) -> None:
    say.print(SOUND.filled(count=len(configuration.portals), hosts=len(configuration.hosts)).in_language(language))
    names = [column.in_language(language) for column in PORTALS]
    rows = []
    for portal in configuration.portals.values():
        host = configuration.hosts[portal.host]
        paced = (host.delay_seconds, host.hours_text)
        rows.append((portal.code, portal.unit_code, str(portal.shape), *paced, portal.address))
    say.print(table(names, cut_to_width(say, names, rows)))


TRIED = Wording("{address}:{count} 条", "{address}: {count} entries")
NEXT = Wording("下一页:{address}", "next page: {address}")
NO_NEXT = Wording("没有下一页", "there is no next page")
FIRST_ENTRIES = Wording("最前的几条记录:", "The first records:")
NOTHING_FOUND = Wording(
    "没有取到:{columns}。请检查这些列的选择器。", "Nothing was found of {columns}: look at their selectors."
)
NO_ENTRIES = Wording(
    "列表中一条也没有取到:请检查 row 的选择器;若页面由脚本生成,源代码中没有这些条目,则不能采集。",
    "Not one entry of the list was found: look at the selector of row. Where a script draws the list, the page's source"
    " does not have it, and it cannot be collected.",
)


def _print_trial(say: Console, trial: Trial, language: str) -> None:
    for address, reason in trial.not_read:
        say.print(styled("[bold red]{}[/]: {}", address, reason_wording(reason).in_language(language)))
    if trial.list_address:
        say.print(TRIED.filled(address=trial.list_address, count=trial.entry_count).in_language(language))
        if not trial.entry_count:
            say.print(NO_ENTRIES.in_language(language))
        following = NEXT.filled(address=trial.next_address) if trial.next_address else NO_NEXT
        say.print(following.in_language(language))
    if trial.records:
        say.print(FIRST_ENTRIES.in_language(language))
    for number, record in enumerate(trial.records):
        say.print(*([""] if number else []))
        _print_facts(say, {name: value for name, value in record.items() if name not in SHOWN_BY})
    if trial.missing:
        say.print(NOTHING_FOUND.filled(columns=", ".join(trial.missing)).in_language(language))


# Of a record, what its answer tells by itself.
SHOWN_BY = ("evidence_url", "evidence_hash")
# What says nothing of one record beside the others of its page.
UNSHOWN = ("unit_code", "channel", "provenance", "title_hash", *SHOWN_BY)
FIELDS = {
    "record": Wording("记录号", "record"),
    "address": Wording("网址", "address"),
    "fetched_at": Wording("取得时间", "fetched"),
    "status": Wording("状态", "status"),
    "digest": Wording("SHA-256", "SHA-256"),
    "file": Wording("存档", "archive"),
}
NO_ANSWER = Wording("没有应答", "no answer")
AS_KEPT = Wording("{digest}(与取得时一致)", "{digest} (as when it was fetched)")
EVIDENCE = Wording("由此得出的证据:", "Evidence found in it:")
CONTENT = Wording("内容:", "What it says:")
MORE_LINES = Wording("……另有 {count} 行:--lines 0", "… and {count} more lines: --lines 0")
SAVED = Wording("已写出 {path}({count} 字节)。", "Wrote {path} ({count} bytes).")
CHANGED = Wording(
    "{file} 中的记录 {record} 与取得时不同(SHA-256 {now},原为 {before}):存档已被改动,请从备份恢复。",
    "Record {record} in {file} is not what was fetched (SHA-256 {now}, was {before}): the archive was changed, restore"
    " it from its backup.",
)


def _print_facts(say: Console, facts: Mapping[str, Any]) -> None:
    """A name and a value a line."""
    width = max(map(cell_len, facts))
    for name, value in facts.items():
        say.print(styled("[bold]{}[/]  {}", set_cell_size(name, width), value))


def _print_shown(say: Console, found: Shown, save: Path | None, source: bool, most: int, language: str) -> None:
    kept = found.kept
    if found.payload_digest != kept.payload_digest:
        raise UsageError(
            CHANGED.filled(
                file=kept.segment, record=kept.record_id, now=found.payload_digest, before=kept.payload_digest
            )
        )
    status = found.status_line or NO_ANSWER.in_language(language)
    facts = {
        "record": kept.record_id,
        "address": kept.address,
        "fetched_at": found.fetched_at,
        "status": status,
        "digest": AS_KEPT.filled(digest=kept.payload_digest).in_language(language),
        "file": f"{found.file}, {kept.position}",
    }
    _print_facts(say, {FIELDS[name].in_language(language): value for name, value in facts.items()})
    if found.evidence:
        say.print(EVIDENCE.in_language(language))
    for kind, cells in found.evidence:
        told = ", ".join(f"{name} {value}" for name, value in cells.items() if name not in UNSHOWN)
        say.print(one_line(f"  {kind}: {told}"))
    if save:
        say.print(SAVED.filled(path=save, count=len(found.payload)).in_language(language))
        return
    text = found.source if source else found.text
    all_lines = [line for line in text.splitlines() if source or line.strip()]
    say.print(CONTENT.in_language(language))
    cut = all_lines[:most] if most else all_lines
    for line in cut:
        say.print(f"  {line.rstrip()}")
    if len(all_lines) > len(cut):
        say.print(MORE_LINES.filled(count=len(all_lines) - len(cut)).in_language(language))


collect = typer.Typer(
    name="collect",
    rich_markup_mode="rich",
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
collect.callback(invoke_without_command=True, help=help_text(crawl_portals))(crawl_portals)
parts: dict[str, Callable[..., None]] = {"check": check, "try": try_portal, "show": show}
for name, command in parts.items():
    collect.command(name, help=help_text(command))(command)
