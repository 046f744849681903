"""The language that a command answers in: names, reasons and rules of what it shows."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from orchestration.home import Home
from orchestration.settings import settings_of


class Language(StrEnum):
    """Chinese or English."""

    zh = "zh"
    en = "en"


def language_of(asked: Language | None) -> str:
    """The language that was asked for, else that of the home's settings."""
    return asked.value if asked else settings_of(Home.from_environment()).language


def in_language(row: Mapping[str, Any], stem: str, language: str) -> str:
    """A text that a row holds as `STEM_zh` and `STEM_en`: in `language`, else in the other one, else empty."""
    other = Language.en if language == Language.zh else Language.zh
    return row[f"{stem}_{language}"] or row[f"{stem}_{other}"] or ""
