"""The report's wording: one file a language, templates that sections fill with figures.

A template is plain text with places: `{mean}` takes a run or a whole text that is given; `{mean_of_units:mark}` takes
the column of the row that is told of, printed as its kind says (`release.figure`; `name` is its name in the language;
other kinds are those that `Texts` was made with). `{n|unit|units}` and `{unit_count:count|unit|units}` take the first
word when the place's figure is 1, else the second. Both languages hold the same keys with the same places.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from orchestration.errors import UsageError
from orchestration.report.document import Figure, Run, Text
from orchestration.report.release import MINUS, Row
from orchestration.wording import Wording

FOLDER = Path(__file__).parent
LANGUAGES = ("zh", "en")
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
NO_LANGUAGE = Wording(
    "没有语言为 '{language}' 的报告:可选 {known}。", "There is no report in '{language}': choose one of {known}."
)
PLACE = re.compile(r"\{(\w+)(?::(\w+))?(?:\|([^|}]*)\|([^}]*))?\}")
CHINESE = "\u3400-\u9fff\u3001\u3002\uff08\uff09"
FULL_WIDTH = str.maketrans("(),:;", "\uff08\uff09\uff0c\uff1a\uff1b")
BESIDE_CHINESE = f"(?<=[{CHINESE}])[(),:;]|[(),:;](?=[{CHINESE}])"
HYPHEN_AS_MINUS = re.compile(r"(?<![0-9A-Za-z-])-(?=\d)")
BRACKETED = "[(\uff08]([^()\uff08\uff09]*)[)\uff09]"


@cache
def templates(language: str) -> dict[str, str]:
    """All templates of a language under dotted keys (`overall.mean`)."""
    if language not in LANGUAGES:
        raise UsageError(NO_LANGUAGE.filled(language=language, known=", ".join(LANGUAGES)))
    tables = tomllib.loads((FOLDER / f"{language}.toml").read_text(encoding="utf-8"))
    return {f"{table}.{key}": text for table, entries in tables.items() for key, text in entries.items()}


def plain(text: Text) -> str:
    """The words and figures of a text, without what they are."""
    return "".join(run if isinstance(run, str) else run.text for run in text)


def full_width(text: str) -> str:
    """Brackets and marks that stand beside Chinese characters, in the width that Chinese is set in."""
    bracketed = re.sub(BRACKETED, "\uff08\\1\uff09", text)
    return re.sub(BESIDE_CHINESE, lambda found: found[0].translate(FULL_WIDTH), bracketed)


class Texts:
    """The wording of one language; `kinds` say how columns with codes are told: by their name, as a link."""

    def __init__(self, language: str, **kinds: Callable[[Any], Run]) -> None:
        self.language, self._templates = language, templates(language)
        self.kinds = kinds
        self.everywhere: dict[str, Run | Text] = {}

    def __call__(self, key: str, row: Row | None = None, /, **places: Run | Text) -> Text:
        """The template `key` with its places filled, as runs; `everywhere` fills a place that is not given one of its
        own. A missing place is an error of the program."""
        runs: list[Run] = []
        places = self.everywhere | places
        template, position = self._templates[key], 0
        for place in PLACE.finditer(template):
            runs.append(template[position : place.start()])
            name, kind, one, many = place.groups()
            filling = self.told(row, name, kind) if kind else places[name]
            filling = filling if isinstance(filling, tuple) else (filling,)
            runs.extend(filling if one is None else [one if plain(filling) == "1" else many])
            position = place.end()
        runs.append(template[position:])
        return _merged(runs)

    def told(self, row: Any, column: str, kind: str) -> Run:
        """A row's column as its kind says."""
        if kind in ("name", "coded"):
            code = getattr(row, column.replace("name", "code")) if kind == "coded" else ""
            return self.named(row, column, code)
        if kind == "day":
            return Figure(self.day(getattr(row, column)), row.source)
        if kind in self.kinds:
            return self.kinds[kind](getattr(row, column))
        return row.figure(kind, column)

    def day(self, value: date) -> str:
        """A date in running text: `2018年12月31日`, `31 December 2018`."""
        if self.language == "zh":
            return f"{value.year}年{value.month}月{value.day}日"
        return f"{value.day} {MONTHS[value.month - 1]} {value.year}"

    def word(self, key: str, row: Row | None = None, /, **places: Run | Text) -> str:
        """The same as a string, where runs have no place: headings, captions, alternative texts."""
        return plain(self(key, row, **places))

    def known(self, key: str, default: str) -> str:
        """The word for a code of the data, or the code itself where the wording has none."""
        return self._templates.get(key, default)

    def named(self, row: object, stem: str = "name", default: str = "") -> str:
        """The name of a row in the report's language (`name_zh`, `name_en`), else in the other one, else `default`."""
        other = "en" if self.language == "zh" else "zh"
        name = getattr(row, f"{stem}_{self.language}") or getattr(row, f"{stem}_{other}") or default
        name = HYPHEN_AS_MINUS.sub(MINUS, name)
        return full_width(name) if self.language == "zh" else name

    def listed(self, items: Iterable[Run | Text]) -> Text:
        """Items as an enumeration of the language: `甲、乙和丙`, `a, b and c`."""
        texts = [item if isinstance(item, tuple) else (item,) for item in items]
        between = self._put_together(texts[:-1], "list.between")
        return self._put_together((between, *texts[-1:]), "list.last")

    def joined(self, parts: Iterable[Text]) -> Text:
        """Remarks after each other, divided by the language's semicolon."""
        return self._put_together(parts, "list.semicolon")

    def sentences(self, *parts: Text) -> Text:
        """Sentences after each other, with the space that the language puts between them."""
        return self._put_together(parts, "list.sentence_gap")

    def _put_together(self, parts: Iterable[Text], between: str) -> Text:
        runs: list[Run] = []
        for part in filter(None, parts):
            runs.extend(([self._templates[between]] if runs else []) + list(part))
        return _merged(runs)


def _merged(runs: Iterable[Run]) -> Text:
    """Strings that follow each other as one, empty ones dropped."""
    merged: list[Run] = []
    for run in runs:
        if isinstance(run, str) and merged and isinstance(merged[-1], str):
            merged[-1] += run
        elif run != "":
            merged.append(run)
    return tuple(merged)
