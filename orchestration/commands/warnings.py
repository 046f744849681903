"""`zhengxin warnings`: who is slipping, and handing that on."""

from __future__ import annotations

from typing import Annotated

import typer

from orchestration.commands.terminal import fitted, messages, output, table
from orchestration.errors import UsageError
from orchestration.home import Home
from orchestration.warehouse.connection import reading
from orchestration.wording import Wording


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
    say = output()
    if send and address is not None:
        handed_on = hand_on(home, found, address, say=messages().print)
        say.print(f"{handed_on.sent} warnings handed on, {handed_on.known} had been before.")
        return
    if not found:
        say.print("There are no such warnings.")
        return
    columns = ["since", "cleared", "severity", "unit", "name", "warning", "what"]
    shown = found[:rows] if rows else found
    lines = [
        (
            warning.first_seen,
            warning.cleared_on,
            warning.severity,
            warning.unit_code,
            warning.unit_name_zh,
            warning.warning_name_zh,
            warning.text_zh,
        )
        for warning in shown
    ]
    say.print(table(*fitted(say, columns, lines, texts=["name", "what"], least=["warning", "severity", "cleared"])))
    still_open = sum(warning.cleared_on is None for warning in found)
    say.print(f"{len(found)} warnings, {still_open} open, as of {max(warning.as_of for warning in found)}.")
    if len(shown) < len(found):
        messages().print(f"The first {len(shown)}; --rows 0 shows all.")
