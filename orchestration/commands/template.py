"""`zhengxin template`: the file that a user fills in."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from orchestration.commands.terminal import output, table
from orchestration.errors import UsageError
from orchestration.home import Home
from orchestration.seeds import seeds_folder
from orchestration.settings import in_home_language, settings_of
from orchestration.wording import Wording

if TYPE_CHECKING:
    from orchestration.landing.contracts.definition import Contract

IS_WRITTEN = Wording(
    "已写出 {path}。填好后放入 {inbox},再运行:zhengxin land",
    "Wrote {path}. Fill it in, put it into {inbox}, then: zhengxin land",
)

COLUMNS = (
    Wording("列", "column"),
    Wording("必填", "required"),
    Wording("填写格式", "format"),
    Wording("说明", "meaning"),
)
YES = Wording("是", "yes")


def template(
    source: Annotated[
        str,
        typer.Argument(
            help="A folder of the inbox, such as observation, or a kind of evidence, such as citizen_message.",
            show_default=False,
        ),
    ],
    path: Annotated[
        Path | None,
        typer.Argument(
            help="A .xlsx or .csv file. Default: SOURCE_template.xlsx here, of evidence .csv.", show_default=False
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Write over a file that exists.")] = False,
) -> None:
    """Write an empty file to fill in, with help on every column in Chinese and English.

    Evidence comes by the million, from programs: its template is a CSV with the names of the columns alone, and what
    they are is printed.

    [dim]zhengxin template observation
    zhengxin template opinion_event events_2019.csv
    zhengxin template citizen_message[/dim]
    """
    from orchestration.landing.contracts import CONTRACTS
    from orchestration.landing.evidence.kinds import read_kinds
    from orchestration.landing.inbox import EVIDENCE_FOLDER
    from orchestration.landing.reference import read_reference
    from orchestration.landing.template import write_header, write_template

    home = Home.from_environment()
    seeds = seeds_folder(home)
    kinds = {} if source in CONTRACTS else read_kinds(seeds, read_reference(seeds))
    if source not in (*CONTRACTS, *kinds):
        known = ", ".join((*CONTRACTS, *kinds))
        raise UsageError(Wording(f"没有数据源 {source}:有 {known}", f"unknown source {source}: there are {known}"))
    target = (path or Path(f"{source}_template.{'csv' if kinds else 'xlsx'}")).expanduser()
    if target.exists() and not force:
        raise UsageError(
            Wording(
                f"{target} 已存在:请换一个文件名,或用 --force 覆盖。",
                f"{target} exists already: name another file, or write over it with --force.",
            )
        )
    if kinds:
        contract = kinds[source].contract
        write_header(contract, target)
        _print_columns(contract, settings_of(home).language)
        inbox = home.inbox / EVIDENCE_FOLDER / source
    else:
        write_template(source, target, seeds)
        inbox = home.inbox / source
    output().print(in_home_language(IS_WRITTEN.filled(path=target, inbox=inbox), home))


def _print_columns(contract: Contract, language: str) -> None:
    rows = [
        (
            column.name,
            YES.in_language(language) if column.required else "",
            column.format.in_language(language),
            Wording(column.description_zh, column.description_en).in_language(language),
        )
        for column in contract.columns
    ]
    output().print(table([title.in_language(language) for title in COLUMNS], rows))
