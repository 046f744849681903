"""`zhengxin dictionary`: what every table and column means, as a document."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from orchestration.commands.terminal import output
from orchestration.home import Home
from orchestration.settings import in_home_language
from orchestration.wording import Wording

IS_WRITTEN = Wording("已写出 {path}。", "Wrote {path}.")


def dictionary(
    path: Annotated[Path | None, typer.Argument(help="A Markdown file. Default: print it.", show_default=False)] = None,
) -> None:
    """Write the data dictionary: every table of the marts with its key and columns, in Chinese and English, those too
    that this home does not build (of evidence, of draws).

    [dim]zhengxin dictionary
    zhengxin dictionary docs/data_dictionary.md[/dim]
    """
    from orchestration.release.data_dictionary import data_dictionary
    from orchestration.warehouse.dbt import whole_manifest

    home = Home.from_environment()
    text = data_dictionary(whole_manifest(home))
    if path is None:
        typer.echo(text, nl=False)
    else:
        target = path.expanduser()
        target.write_text(text, encoding="utf-8")
        output().print(in_home_language(IS_WRITTEN.filled(path=target), home))
