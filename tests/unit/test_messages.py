"""What is said to people stands in Chinese and in English: nothing can be raised, or worded, in one of them alone."""

from __future__ import annotations

import ast
import pickle
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from orchestration.cli import main
from orchestration.errors import UsageError
from orchestration.home import HOME_VARIABLE, PACKAGE
from orchestration.report.write import ReportsFailed
from orchestration.wording import Wording

LITERAL = (ast.Constant, ast.JoinedStr, ast.BinOp)
CHINESE = re.compile(r"[\u4e00-\u9fff]")
WORD = re.compile(r"[A-Za-z]{2,}")


@cache
def trees() -> list[tuple[Path, ast.Module]]:
    files = sorted(path for path in PACKAGE.rglob("*.py") if "shipped" not in path.parts)
    return [(path.relative_to(PACKAGE), ast.parse(path.read_text(encoding="utf-8"))) for path in files]


def calls(name: str | set[str]) -> Iterator[tuple[str, ast.Call]]:
    for path, tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in name:
                yield f"{path}:{node.lineno}", node


def errors() -> set[str]:
    """`UsageError` and all that is one."""
    found = {"UsageError"}
    classes = [node for _, tree in trees() for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    while more := {
        each.name
        for each in classes
        if each.name not in found and any(isinstance(base, ast.Name) and base.id in found for base in each.bases)
    }:
        found |= more
    return found


def said(node: ast.expr) -> str:
    """The text of a literal without what is put into it."""
    return " ".join(
        re.sub(r"{[^}]*}|zhengxin|https?://\S+|'[^']*'|\"[^\"]*\"", "", each.value)
        for each in ast.walk(node)
        if isinstance(each, ast.Constant) and isinstance(each.value, str)
    )


def test_no_error_is_raised_in_one_language() -> None:
    kinds = errors()
    assert {"WarehouseBusy", "ReleaseRefused", "SeedsKnowLess"} <= kinds
    plain = [place for place, call in calls(kinds) if call.args and isinstance(call.args[0], LITERAL)]
    assert plain == []


def test_each_wording_is_chinese_and_english() -> None:
    wordings = [(place, call) for place, call in calls({"Wording"}) if len(call.args) == 2]
    assert len(wordings) > 500
    odd = [
        (place, said(zh), said(en))
        for place, call in wordings
        for zh, en in [call.args]
        if isinstance(zh, LITERAL)
        and isinstance(en, LITERAL)
        # A name of a thing is the same in both.
        and said(zh) != said(en)
        and bool(WORD.search(said(en))) != bool(CHINESE.search(said(zh)))
    ]
    assert odd == []


@pytest.mark.parametrize(
    "error", [UsageError(Wording("没有", "there is none")), ReportsFailed({"520000": "没有"}, []), KeyError("a")]
)
def test_an_error_of_another_process_keeps_both_languages(error: Exception) -> None:
    returned = pickle.loads(pickle.dumps(error))
    assert (type(returned), str(returned)) == (type(error), str(error))
    assert returned.__dict__ == error.__dict__


@pytest.mark.parametrize(
    ("settings", "chinese", "english"),
    [('language = "zh"', True, False), ('language = "en"', False, True), ('language = "fr"', True, True)],
)
def test_a_refusal_speaks_the_homes_language(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    settings: str,
    chinese: bool,
    english: bool,
) -> None:
    """In both where the settings themselves cannot be read."""
    (tmp_path / "zhengxin.toml").write_text(settings, encoding="utf-8")
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path))
    monkeypatch.setattr("sys.argv", ["zhengxin", "run", "1066"])
    with pytest.raises(SystemExit):
        main()
    printed = capsys.readouterr().err
    assert (bool(CHINESE.search(printed)), " is " in printed or " no " in printed) == (chinese, english)
