"""`zhengxin template`: the file that a user fills in."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from orchestration.commands.terminal import output
from orchestration.errors import UsageError
from orchestration.home import Home
from orchestration.seeds import seeds_folder
from orchestration.wording import Wording


def template(
    source: Annotated[
        str,
        typer.Argument(help="What is to be delivered: a folder of the inbox, as observation.", show_default=False),
    ],
    path: Annotated[
        Path | None,
        typer.Argument(help="A .xlsx or .csv file. Default: SOURCE_template.xlsx here.", show_default=False),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Write over a file that exists.")] = False,
) -> None:
    """Write an empty file to fill in, with help on every column in Chinese and English.

    [dim]zhengxin template observation
    zhengxin template opinion_event events_2019.csv[/dim]
    """
    from orchestration.landing.template import write_template

    target = (path or Path(f"{source}_template.xlsx")).expanduser()
    if target.exists() and not force:
        raise UsageError(
            Wording(
                f"{target} 已存在:请换一个文件名,或用 --force 覆盖。",
                f"{target} exists already: name another file, or write over it with --force.",
            )
        )
    home = Home.from_environment()
    write_template(source, target, seeds_folder(home))
    inbox = home.inbox / source
    output().print(f"Wrote {target}. Fill it in, put it into {inbox}, then: zhengxin land")
