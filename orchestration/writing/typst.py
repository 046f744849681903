"""Text for paper: a font that lacks a character must not end a report, so a mark stands in its place and is counted."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from fontTools.ttLib import TTFont

from orchestration.writing.html import drawing_text
from orchestration.writing.plain import visible

# What printers of Chinese set for a character that they do not have, then what any font has.
MARKS = "〓□?"
# Need no sign of their own, as they only join or vary others.
JOINERS = re.compile("[\u034f\u180b-\u180f\u200c\u200d\ufe00-\ufe0f\U000e0100-\U000e01ef]")


class PaperText:
    """Turns texts into such as a font can set, and keeps what it could not."""

    def __init__(self, font_file: str, font_number: int) -> None:
        self._covered = covered_characters(font_file, font_number)
        self.mark = next(mark for mark in MARKS if ord(mark) in self._covered)
        self._missing: set[str] = set()

    @property
    def missing(self) -> tuple[str, ...]:
        """The characters that marks stand for, such as `U+1F6A7`, in the order of their numbers."""
        return tuple(f"U+{ord(character):04X}" for character in sorted(self._missing))

    def __call__(self, text: str) -> str:
        return self._set(visible(text))

    def drawing(self, svg: str) -> str:
        """The same for a finished drawing."""
        return self._set(drawing_text(svg))

    def _set(self, text: str) -> str:
        if self._is_covered(text):
            return text
        composed = unicodedata.normalize("NFC", text)
        return "".join(self._sign(character) for character in composed)

    def _is_covered(self, text: str) -> bool:
        return all(ord(character) in self._covered or character in "\n\t" for character in set(text))

    def _sign(self, character: str) -> str:
        if self._is_covered(character):
            return character
        if JOINERS.match(character):
            return ""
        self._missing.add(character)
        return self.mark


@lru_cache(maxsize=4)
def covered_characters(font_file: str, font_number: int) -> frozenset[int]:
    """Numbers of the characters that a font of a font file has signs for."""
    with TTFont(font_file, fontNumber=font_number, lazy=True) as font:
        # Names of the glyphs are not asked for, and finding them would take most of the time.
        font.setGlyphOrder([str(number) for number in range(font["maxp"].numGlyphs)])
        return frozenset(font.getBestCmap())
