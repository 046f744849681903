"""The report's wording: one file a language, templates that sections fill with figures.

A template is plain text with places: `{mean}` takes a run or a whole text; `{n|unit|units}` takes the first word when
the figure `n` is 1, else the second. Both languages hold the same keys with the same places.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from orchestration.errors import UsageError
from orchestration.report.document import Figure, Link, Run, Strong, Text

FOLDER = Path(__file__).parent
LANGUAGES = ("zh", "en")
PLACE = re.compile(r"\{(\w+)(?:\|([^|}]*)\|([^}]*))?\}")


@cache
def templates(language: str) -> dict[str, str]:
    """All templates of a language under dotted keys (`overall.mean`)."""
    if language not in LANGUAGES:
        raise UsageError(f"There is no report in '{language}': choose one of {', '.join(LANGUAGES)}.")
    tables = tomllib.loads((FOLDER / f"{language}.toml").read_text(encoding="utf-8"))
    return {f"{table}.{key}": text for table, entries in tables.items() for key, text in entries.items()}


def plain(text: Text) -> str:
    """The words and figures of a text, without what they are."""
    return "".join(run if isinstance(run, str) else run.text for run in text)


class Texts:
    """The wording of one language."""

    def __init__(self, language: str, **everywhere: Run | Text) -> None:
        """`everywhere` fills a place of any template that is not given one of its own."""
        self.language, self._templates, self._everywhere = language, templates(language), everywhere

    def __call__(self, key: str, **places: Run | Text) -> Text:
        """The template `key` with its places filled, as runs. A missing place is an error of the program."""
        runs: list[Run] = []
        places = self._everywhere | places
        template, position = self._templates[key], 0
        for place in PLACE.finditer(template):
            runs.append(template[position : place.start()])
            filling = places[place[1]]
            if place[2] is not None:
                runs.append(place[2] if plain((filling,)) == "1" else place[3])
            elif isinstance(filling, tuple):
                runs.extend(filling)
            else:
                runs.append(filling)
            position = place.end()
        runs.append(template[position:])
        return _merged(runs)

    def word(self, key: str, **places: Run | Text) -> str:
        """The same as a string, where runs have no place: headings, captions, alternative texts."""
        return plain(self(key, **places))

    def known(self, key: str, default: str) -> str:
        """The word for a code of the data, or the code itself where the wording has none."""
        return self._templates.get(key, default)

    def listed(self, items: Iterable[Run | Text]) -> Text:
        """Items as an enumeration of the language: `甲、乙和丙`, `a, b and c`."""
        texts = [item if isinstance(item, tuple) else (item,) for item in items]
        runs: list[Run] = []
        for position, item in enumerate(texts):
            if position:
                last = position == len(texts) - 1
                runs.append(self._templates["list.last" if last else "list.between"])
            runs.extend(item)
        return _merged(runs)

    def joined(self, parts: Iterable[Text]) -> Text:
        """Remarks after each other, divided by the language's semicolon."""
        runs: list[Run] = []
        for position, part in enumerate(parts):
            runs.extend(([self._templates["list.semicolon"]] if position else []) + list(part))
        return _merged(runs)

    def sentences(self, *parts: Text) -> Text:
        """Sentences after each other, with the space that the language puts between them."""
        runs: list[Run] = []
        for part in filter(None, parts):
            if runs:
                runs.append(self._templates["list.sentence_gap"])
            runs.extend(part)
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


__all__ = ["LANGUAGES", "Figure", "Link", "Strong", "Texts", "plain", "templates"]
