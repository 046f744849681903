"""Which commands there are and in which module each stands; a call loads the module of its own command alone."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup

INPUT, WORK, RELEASE, LOOK = "Inputs", "Work", "Releases", "Look"
# The heading of the help under which a command stands, and its module in this package.
COMMANDS = {
    "init": (INPUT, "init"),
    "check-seeds": (INPUT, "check_seeds"),
    "demo": (INPUT, "demo"),
    "template": (INPUT, "template"),
    "land": (INPUT, "land"),
    "collect": (INPUT, "collect"),
    "run": (WORK, "run"),
    "rebuild": (WORK, "run"),
    "spark": (WORK, "spark"),
    "release": (RELEASE, "release"),
    "withdraw": (RELEASE, "release"),
    "verify": (RELEASE, "release"),
    "export": (RELEASE, "release"),
    "report": (RELEASE, "report"),
    "site": (RELEASE, "site"),
    "status": (LOOK, "status"),
    "explain": (LOOK, "explain"),
    "evidence": (LOOK, "evidence"),
    "compare": (LOOK, "compare"),
    "robust": (LOOK, "robust"),
    "query": (LOOK, "query"),
    "warnings": (LOOK, "warnings"),
    "queue": (LOOK, "queue"),
    "dictionary": (LOOK, "dictionary"),
    "ui": (LOOK, "ui"),
}
# What is asked for often, and answers from DuckDB alone.
ANSWERING = {"status", "explain", "evidence", "compare", "query", "warnings"}


class CommandsOnDemand(TyperGroup):
    """All of `COMMANDS`: together they import the landing, Dagster and the report, which most calls have no use for."""

    def list_commands(self, ctx: Any) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in COMMANDS:
            # Typer names those among the loaded ones that the word comes close to.
            for name in COMMANDS:
                self.get_command(ctx, name)
            return None
        if cmd_name not in self.commands:
            self.commands[cmd_name] = _load(cmd_name)
        return self.commands[cmd_name]


def help_text(documented: Callable[..., Any]) -> str:
    """The docstring as help: paragraphs flow to the terminal's width, examples (in [dim]) keep their lines."""
    paragraphs = (inspect.getdoc(documented) or "").split("\n\n")
    return "\n\n".join(text if text.startswith("[dim]") else " ".join(text.split()) for text in paragraphs)


def _load(name: str) -> Any:
    panel, module = COMMANDS[name]
    command = getattr(import_module(f"orchestration.commands.{module}"), name.replace("-", "_"))
    if isinstance(command, typer.Typer):
        # It has commands of its own.
        group: Any = typer.main.get_command(command)
        group.rich_help_panel = panel
        return group
    alone = typer.Typer(
        rich_markup_mode="rich", add_completion=False, context_settings={"help_option_names": ["-h", "--help"]}
    )
    called = _without_pandas()(command) if name in ANSWERING else command
    alone.command(name, rich_help_panel=panel, help=help_text(command))(called)
    return typer.main.get_command(alone)


@contextmanager
def _without_pandas() -> Iterator[None]:
    """DuckDB imports pandas at the first statement with a parameter, for a third of a second, in case that is a value
    of pandas; where it seems not to be installed, it goes on without."""
    if "pandas" in sys.modules:
        yield
        return
    sys.modules["pandas"] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        del sys.modules["pandas"]
