"""`zhengxin init`: a folder for an index of one's own."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated

import typer

from orchestration.commands.language import Language
from orchestration.commands.terminal import output
from orchestration.errors import UsageError
from orchestration.home import Home
from orchestration.project_folder.start import Start, start_folder
from orchestration.settings import in_home_language
from orchestration.wording import Wording

READY = Wording("{home} 已就绪。下一步:{command}", "{home} is ready. Next: {command}")


def init(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="Folder to make; an empty one is taken too.", show_default=False)
    ],
    start: Annotated[
        Start,
        typer.Option(
            "--from",
            help="blank: seeds with columns and no rows; county: the index that is shipped, with your officers and "
            "data; hdi: the Human Development Index with its data, as an example.",
        ),
    ] = Start.blank,
    region: Annotated[
        str | None,
        typer.Option(
            help="With --from county: of this province or prefecture only, such as 520000; nothing of the others is "
            "kept.",
            show_default=False,
        ),
    ] = None,
    language: Annotated[
        Language | None,
        typer.Option(
            help="Language of messages and reports, kept in zhengxin.toml. Default: zh, of hdi en.", show_default=False
        ),
    ] = None,
) -> None:
    """Make the project folder of an index: settings, seeds, inbox.

    Everything of an index lies in this folder, and zhengxin finds it from within, as git finds a repository. An upgrade
    of zhengxin never touches it.

    [dim]zhengxin init my-index
    zhengxin init my-index --language en
    zhengxin init --from hdi hdi
    zhengxin init --from county --region 520000 guizhou
    cd my-index && zhengxin check-seeds[/dim]
    """
    if folder.is_file():
        raise UsageError(
            Wording(
                f"{folder} 是文件而不是文件夹:请另指定一个文件夹。",
                f"{folder} is a file, not a folder: name another folder.",
            )
        )
    home = Home(folder.expanduser().resolve())
    written = start_folder(home, start, language=language.value if language else None, region=region)
    say = output()
    for path in written:
        say.print(f"  {path.relative_to(home.root)}")
    if start is Start.hdi:
        from orchestration.demo.hdi import write_hdi_inbox

        for path in write_hdi_inbox(home.inbox):
            say.print(f"  {path.relative_to(home.root)}")
    follow = "run" if start is Start.hdi else "check-seeds" if start is Start.blank else "template observation"
    ready = READY.filled(home=home.root, command=f"cd {shlex.quote(str(folder))} && zhengxin {follow}")
    say.print(in_home_language(ready, home))
