"""Every `zhengxin …` and `make …` that the READMEs and documents name exists and takes what it is given there."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
import typer

from orchestration.cli import app
from orchestration.home import project_root

ROOT = project_root()
DOCUMENTS = sorted([*ROOT.glob("README*.md"), ROOT / "CONTRIBUTING.md", *ROOT.glob("docs/*.md")])
FENCED = re.compile(r"^```(?:sh|bash|shell|console)\n(.*?)^```", re.DOTALL | re.MULTILINE)
ANY_FENCED = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)
INLINE = re.compile(r"`([^`]+)`")
CALL = re.compile(r"^(?:\$ )?(?:\.venv/bin/)?(zhengxin|make)(?: |$)")
TARGET = re.compile(r"^([a-z-]+):(?!=)", re.MULTILINE)
SETTING = re.compile(r"^([A-Z_]+) \?=", re.MULTILINE)


def commands_of(document: Path) -> list[str]:
    """The calls of zhengxin and make in shell blocks and in running text, each on one line."""
    text = document.read_text(encoding="utf-8")
    lines = [line for block in FENCED.findall(text) for line in block.replace("\\\n", " ").splitlines()]
    spans = [" ".join(span.split()) for span in INLINE.findall(ANY_FENCED.sub("", text))]
    return [line.strip().removeprefix("$ ") for line in lines + spans if CALL.match(line.strip())]


def words_of(command: str) -> list[str]:
    """Arguments of a call, without its comment; an ellipsis stands for more, and COMMAND for any."""
    words = shlex.split(command.replace(" COMMAND ", " status "), comments=True)
    return [word for word in words if "…" not in word][1:]


# Typer keeps the errors of its parser to itself but for this one and what it is a kind of.
RefusedCall = typer.BadParameter.__base__
# A text may name a command without what it asks for.
NAMED_ONLY = {"MissingParameter", "NoArgsIsHelpError"}

NAMED = sorted({(document.name, command) for document in DOCUMENTS for command in commands_of(document)})
ZHENGXIN_CALLS = [named for named in NAMED if not named[1].startswith("make")]
MAKE_CALLS = [named for named in NAMED if named[1].startswith("make")]


def parse(words: list[str]) -> None:
    """Parse the arguments of zhengxin without running anything; raises `RefusedCall` where it would refuse them."""
    group = typer.main.get_command(app)
    try:
        context = group.make_context("zhengxin", list(words))
        called = [*context._protected_args, *context.args]
        if called:
            name, command, rest = group.resolve_command(context, called)
            command.make_context(name, rest, parent=context)
    except typer.Exit:
        pass
    except RefusedCall as error:
        if type(error).__name__ not in NAMED_ONLY:
            raise


@pytest.mark.parametrize(("document", "command"), ZHENGXIN_CALLS)
def test_zhengxin_takes_what_a_document_calls_it_with(document: str, command: str) -> None:
    parse(words_of(command))


@pytest.mark.parametrize(("document", "command"), MAKE_CALLS)
def test_make_has_the_targets_and_settings_that_a_document_names(document: str, command: str) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets, settings = set(TARGET.findall(makefile)), set(SETTING.findall(makefile))
    words = words_of(command)
    assert {word for word in words if "=" not in word} <= targets
    assert {word.split("=")[0] for word in words if "=" in word} <= settings


@pytest.mark.parametrize("words", [["fly"], ["run", "--fast"], ["demo", "moon"], ["--house", "x", "run"]])
def test_what_zhengxin_does_not_know_is_refused(words: list[str]) -> None:
    with pytest.raises(RefusedCall):
        parse(words)


def test_both_readmes_and_the_operations_name_commands() -> None:
    naming = {document for document, _ in NAMED}
    assert {"README.md", "README.zh-CN.md", "operations.md", "CONTRIBUTING.md"} <= naming
