"""`zhengxin queue`: what to verify next, on the screen or as a workbook to fill in."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import duckdb
import typer

from orchestration.commands.language import language_of
from orchestration.commands.terminal import fitted, messages, output, table
from orchestration.errors import UsageError
from orchestration.home import Home
from orchestration.warehouse.connection import reading
from orchestration.warehouse.place import find_places, only_place, series_of
from orchestration.wording import Wording

COLUMNS = (
    *(Wording("优先级", "priority"), Wording("代码", "unit"), Wording("名称", "name"), Wording("项目", "item")),
    *(Wording("观测值", "value"), Wording("权重", "weight"), Wording("原因", "reasons")),
)
NOTHING = Wording("那里没有待查验的事项。", "Nothing waits to be verified there.")
WROTE = Wording(
    "已将 {count} 项写入 {target}。填写后放入 {folder},再运行:zhengxin land",
    "Wrote {count} items to {target}. Fill it in, put it into {folder}, then: zhengxin land",
)
MORE = Wording("只列出前 {count} 项;--items 0 列出全部。", "The first {count}; --items 0 takes all.")


def queue(
    year: Annotated[int, typer.Option(help="Edition.", show_default=False)],
    region: Annotated[
        str | None, typer.Option(help="Only below this region, or of this unit (code or name).", show_default=False)
    ] = None,
    items: Annotated[int, typer.Option(help="How many, the most urgent first; 0 takes all.", min=0)] = 100,
    out: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Write a workbook (.xlsx) to fill in.", show_default=False),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Write over a file that exists.")] = False,
) -> None:
    """Show what to verify next, each with its reasons and its weight in the score.

    The workbook holds the keys and what is known; fill in verdict, reason, verifier and time, delete the rows that
    nobody came to, and put it into inbox/verification.

    [dim]zhengxin queue --year 2019 --region 贵州
    zhengxin queue --year 2019 --region 520000 --output to_verify.xlsx[/dim]
    """
    from orchestration.verification.queue import read_queue
    from orchestration.verification.worksheet import write_worksheet

    home = Home.from_environment()
    target = out.expanduser() if out else None
    if target and target.exists() and not force:
        raise UsageError(
            Wording(
                f"{target} 已存在:请换一个文件名,或用 --force 覆盖。",
                f"{target} exists already: name another file, or write over it with --force.",
            )
        )
    with reading(home.warehouse) as connection:
        found = read_queue(connection, year, _code(connection, year, region), items or None)
    say, language = output(), language_of(None)
    if not found:
        say.print(NOTHING.in_language(language))
        return
    if target:
        write_worksheet(found, year, target)
        place = {"target": target, "folder": home.inbox / "verification"}
        say.print(WROTE.filled(count=len(found), **place).in_language(language))
        return
    columns = [column.in_language(language) for column in COLUMNS]
    priority, _, name, *_, reasons = columns
    rows = [
        (
            item.priority,
            item.unit_code,
            item.unit_name_zh,
            item.subject_code,
            item.state if item.value is None else item.value.normalize(),
            item.score_weight.normalize(),
            item.reasons_zh if language == "zh" else item.reasons,
        )
        for item in found
    ]
    say.print(table(*fitted(say, columns, rows, texts=[name, reasons], least=[name, priority])))
    if items and len(found) == items:
        messages().print(MORE.filled(count=items).in_language(language))


def _code(connection: duckdb.DuckDBPyConnection, year: int, region: str | None) -> str | None:
    """The code of the place that was meant; what names none goes on as it is, to be refused with the editions."""
    if region is None:
        return None
    place = only_place(find_places(connection, series_of(connection), year, region), region, year)
    return place.code if place else region
