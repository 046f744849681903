"""The command line `zhengxin`: its commands, its global options, and how errors reach a person."""

from __future__ import annotations

import os
import shlex
import sys
from pathlib import Path
from typing import Annotated

import typer

from orchestration.commands.on_demand import CommandsOnDemand, help_text
from orchestration.commands.terminal import messages, styled
from orchestration.errors import Interrupted, UsageError, full_disk, system_refusal
from orchestration.home import HOME_VARIABLE, Home
from orchestration.last_run import this_version
from orchestration.settings import in_home_language
from orchestration.wording import Wording

DEBUG_VARIABLE = "ZHENGXIN_DEBUG"


app = typer.Typer(
    name="zhengxin",
    cls=CommandsOnDemand,
    rich_markup_mode="rich",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(wanted: bool) -> None:
    if wanted:
        print(f"zhengxin {this_version()}")
        raise typer.Exit(0)


def zhengxin(
    home: Annotated[
        Path | None,
        typer.Option(
            help="Folder of the index: settings, seeds, inbox, warehouse. Default: the nearest folder upwards with a "
            "zhengxin.toml, in a checkout else its var/.",
            envvar=HOME_VARIABLE,
            show_envvar=True,
            show_default=False,
        ),
    ] = None,
    debug: Annotated[bool, typer.Option("--debug", help="Show tracebacks.", envvar=DEBUG_VARIABLE)] = False,
    _version: Annotated[
        bool, typer.Option("--version", help="Show the version.", callback=_print_version, is_eager=True)
    ] = False,
) -> None:
    """政信 zhengxin: score governments on integrity, year by year.

    Files dropped into the inbox are landed and checked, loaded into DuckDB, scored by dbt and validated; Dagster runs
    it. To try it all:

    [dim]zhengxin demo                 synthetic inputs for 2017-2019
    zhengxin run                  land, score, validate, and a summary
    zhengxin query "select * from marts.unit_ranking limit 10"
    zhengxin ui                   the same in Dagster's UI[/dim]

    Your own index: zhengxin init my-index; your own data: zhengxin template observation, fill it in, put it into the
    inbox, zhengxin run.
    """
    if home is not None:
        if home.expanduser().is_file():
            raise UsageError(
                Wording(
                    f"主目录 {home} 是文件而不是文件夹:请用 --home 或 {HOME_VARIABLE} 指定一个文件夹。",
                    f"The home {home} is a file, not a folder: name a folder with --home or {HOME_VARIABLE}.",
                )
            )
        os.environ[HOME_VARIABLE] = str(home.expanduser().resolve())
    if debug:
        os.environ[DEBUG_VARIABLE] = "1"


app.callback(help=help_text(zhengxin))(zhengxin)


def main() -> None:
    """Run a command; every error ends in one message, with a traceback only for those who ask for it."""
    try:
        app()
    except Interrupted as error:
        _fail(error.wording, code=130)
    except UsageError as error:
        _fail(error.wording)
    except OSError as error:
        _fail(system_refusal(error) or _full_disk(error) or _unexpected(error))
    except Exception as error:
        _fail(_full_disk(error) or _unexpected(error))


def _in_home_language(wording: Wording) -> str:
    """In both languages where there is no home."""
    try:
        return in_home_language(wording, Home.from_environment())
    except (UsageError, OSError):
        return f"{wording.zh}\n{wording.en}"


def _full_disk(error: Exception) -> Wording | None:
    """Databases tell of a full disk in words of their own."""
    return full_disk(error, Home.from_environment().root)


def _unexpected(error: Exception) -> Wording:
    command = f"zhengxin --debug {shlex.join(sys.argv[1:])}"
    return Wording(
        f"意外:{type(error).__name__}:{error}。这是程序的缺陷;{command} 显示出处。",
        f"Unexpected: {type(error).__name__}: {error}. This is a fault of the program; {command} shows where.",
    )


def _fail(wording: Wording, code: int = 1) -> None:
    if os.environ.get(DEBUG_VARIABLE):
        raise
    messages().print(styled("[bold red]error:[/] {}", _in_home_language(wording)))
    sys.exit(code)


if __name__ == "__main__":
    main()
