"""What SQL says to people stands in one seed, in both languages: no model writes it itself."""

from __future__ import annotations

import re
from string import Formatter

from orchestration.home import project_root
from orchestration.seeds import read_seed

PROJECT = project_root() / "dbt_project"
MESSAGES = {row["message_code"]: row for row in read_seed(PROJECT / "seeds" / "message.csv")}
MODELS = {path.stem: path.read_text(encoding="utf-8") for path in (PROJECT / "models").rglob("*.sql")}
# Readings of characters, and a word that units are told apart by.
NO_MESSAGE = {"int_pinyin", "int_frame_statistic"}
NO_SQL = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}|--[^\n]*", re.DOTALL)
# Who counted a value from records, as it is named in every language.
COMPOSED = {("int_derived_observation", "derivation ")}
# What one language says with a word of its own, or takes from elsewhere.
OF_ONE_LANGUAGE = {"unit", "percent_sign", "message"}


def places(text: str) -> set[str]:
    return {name for _, name, *_ in Formatter().parse(text) if name}


def test_no_model_writes_chinese() -> None:
    assert {name for name, sql in MODELS.items() if re.search("[一-鿿]", sql)} == NO_MESSAGE


def test_no_model_writes_a_sentence() -> None:
    """Words within quotes, where neither Jinja nor a comment stands."""
    written = {
        (name, text)
        for name, sql in MODELS.items()
        for text in re.findall(
            r"'([^'\n]*)'", re.sub(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}|--[^\n]*", "", sql, flags=re.DOTALL)
        )
        if re.search("[A-Za-z]{2,}[ :;,]|[ :;,][A-Za-z]{2,}", text)
    }
    assert written == COMPOSED


def test_both_languages_tell_the_same() -> None:
    for code, row in MESSAGES.items():
        assert (places(row["text_zh"]) ^ places(row["text_en"])) <= OF_ONE_LANGUAGE, code


def test_every_place_is_filled_somewhere() -> None:
    filled = {name for sql in MODELS.values() if "filled(" in sql for name in re.findall(r"'(\w+)': ", sql)}
    named = set().union(*(places(row[text]) for row in MESSAGES.values() for text in ("text_zh", "text_en")))
    assert named <= filled


def test_every_message_is_asked_for() -> None:
    """By its code, or by what it begins with and a word that the data has."""
    sql = "\n".join(MODELS.values())
    begun = set(re.findall(r"'(\w+_)' \|\|", sql))
    unasked = [code for code in MESSAGES if f"'{code}'" not in sql and not any(code.startswith(one) for one in begun)]
    assert [code for code in unasked if not code.startswith("reason_event")] == []


def test_every_kind_of_warning_has_its_text() -> None:
    kinds = {row["warning_kind"] for row in read_seed(project_root() / "seeds" / "methodology" / "warning_rule.csv")}
    assert {f"warning_{kind}" for kind in kinds} == {code for code in MESSAGES if code.startswith("warning_")}


def test_a_warning_is_told_by_titles_and_days() -> None:
    """Not by codes of events and measures, nor in thousands of hours: officials read them."""
    told = {code: places(row["text_zh"]) for code, row in MESSAGES.items() if code.startswith("warning_")}
    assert [code for code, named in told.items() if "subject" in named] == []
    assert "days" in told["warning_response_overdue"] and "title" in told["warning_veto"]
    assert not any("单元" in MESSAGES[code]["text_zh"] for code in told)


def test_messages_stand_in_order() -> None:
    assert list(MESSAGES) == sorted(MESSAGES)
