"""`zhengxin warnings`: who is slipping, and handing that on."""

from __future__ import annotations

from typing import Annotated

import typer

from orchestration.commands.language import language_of
from orchestration.commands.terminal import fitted, messages, output, table
from orchestration.errors import UsageError
from orchestration.home import Home
from orchestration.warehouse.connection import reading
from orchestration.wording import Wording, either

COLUMNS = (
    *(Wording("起始", "since"), Wording("解除", "cleared"), Wording("严重程度", "severity"), Wording("代码", "unit")),
    *(Wording("名称", "name"), Wording("预警", "warning"), Wording("内容", "what")),
)
HANDED_ON = Wording(
    "已推送 {sent} 条预警,{known} 条此前已推送。", "{sent} warnings handed on, {known} had been before."
)
NO_WARNINGS = Wording("没有这样的预警。", "There are no such warnings.")
COUNTED = Wording("共 {count} 条预警,{open} 条未解除,截至 {as_of}。", "{count} warnings, {open} open, as of {as_of}.")
MORE = Wording("只列出前 {count} 条;--rows 0 列出全部。", "The first {count}; --rows 0 shows all.")
SEVERITY = {"high": Wording("高", "high"), "medium": Wording("中", "medium"), "low": Wording("低", "low")}


def warnings(
    year: Annotated[int | None, typer.Option(help="Only this edition.", show_default=False)] = None,
    region: Annotated[
        str | None, typer.Option(help="Only below this region, or of this unit (a code).", show_default=False)
    ] = None,
    open_only: Annotated[bool, typer.Option("--open", help="Only those that have not cleared.")] = False,
    methodology: Annotated[
        str | None,
        typer.Option(help="Methodology. Default: the primary one, and vetoes under any.", show_default=False),
    ] = None,
    rows: Annotated[int, typer.Option(help="Most rows that are shown; 0 shows all.", min=0)] = 40,
    send: Annotated[
        bool, typer.Option("--send", help="Hand the open ones on to the webhook that zhengxin.toml names.")
    ] = False,
) -> None:
    """Show early warnings: vetoes, falls, events without an answer, over a rolling twelve months.

    They are computed to the latest time in what has landed (as of), not to today.

    [dim]zhengxin warnings --open --region 520000
    zhengxin warnings --year 2019
    zhengxin warnings --send[/dim]
    """
    from orchestration.settings import WEBHOOK_VARIABLE
    from orchestration.warning.hand_on import hand_on, webhook_address
    from orchestration.warning.reading import read_warnings

    home = Home.from_environment()
    address = webhook_address(home) if send else None
    if send and address is None:
        raise UsageError(
            Wording(
                f"预警转送未开启:请在 {home.settings} 或 {WEBHOOK_VARIABLE} 中写明 webhook 地址。",
                f"Handing on is off: name the address of your webhook in {home.settings} or in {WEBHOOK_VARIABLE}.",
            )
        )
    with reading(home.warehouse) as connection:
        found = read_warnings(
            connection, year=year, region=region, methodology=methodology, only_open=open_only or send
        )
    say, language = output(), language_of(None)
    if send and address is not None:
        handed_on = hand_on(home, found, address, say=messages().print)
        say.print(HANDED_ON.filled(sent=handed_on.sent, known=handed_on.known).in_language(language))
        return
    if not found:
        say.print(NO_WARNINGS.in_language(language))
        return
    columns = [column.in_language(language) for column in COLUMNS]
    _, cleared, severity, _, name, kind, what = columns
    shown = found[:rows] if rows else found
    lines = [
        (
            warning.first_seen,
            warning.cleared_on,
            SEVERITY[warning.severity].in_language(language) if warning.severity in SEVERITY else warning.severity,
            warning.unit_code,
            either(warning.unit_name_zh, warning.unit_name_en).in_language(language),
            either(warning.warning_name_zh, warning.warning_name_en).in_language(language),
            either(warning.text_zh, warning.text_en).in_language(language),
        )
        for warning in shown
    ]
    say.print(table(*fitted(say, columns, lines, texts=[name, what], least=[kind, severity, cleared])))
    still_open = sum(warning.cleared_on is None for warning in found)
    as_of = max(warning.as_of for warning in found)
    say.print(COUNTED.filled(count=len(found), open=still_open, as_of=as_of).in_language(language))
    if len(shown) < len(found):
        messages().print(MORE.filled(count=len(shown)).in_language(language))
