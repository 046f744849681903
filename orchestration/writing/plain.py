"""Characters that are no text: what steers a terminal, turns a line around or hides in it is shown by its number."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

# C0 without tab and line feed, DEL and C1; what sets the direction of text; what has no width and no use in it;
# separators of lines that only some programs heed; halves of characters; what Unicode has set aside as no character;
# tags.
NO_TEXT = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"
    "\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff"
    "\U000e0000-\U000e007f"
    + "".join(chr(plane << 16 | last) for plane in range(1, 17) for last in (0xFFFE, 0xFFFF))
    + "]"
)
BREAKS = re.compile(r"[\n\t]+")
BREAK_MARK = "⏎"
# Where a spreadsheet program begins to calculate; the wide forms are typed by Chinese keyboards.
FORMULA_STARTS = frozenset("=+-@＝＋－＠")


def visible(text: str) -> str:
    """The text with what is none as `<U+001B>`; line breaks and tabs stay."""
    return NO_TEXT.sub(_by_number, text.replace("\r\n", "\n"))


def one_line(text: str) -> str:
    """As `visible`, and on one line, so that a cell cannot pass for rows of its own."""
    return BREAKS.sub(BREAK_MARK, visible(text))


def json_text(value: Any, default: Callable[[Any], Any] | None = None) -> str:
    """JSON for people and programs: Chinese as it is, and what is no text escaped, which JSON reads as the same."""
    text = json.dumps(value, ensure_ascii=False, indent=1, default=default)
    return NO_TEXT.sub(lambda found: json.dumps(found[0])[1:-1], text)


def may_calculate(text: str) -> bool:
    """Whether a spreadsheet program would take the text for a formula; spaces and line breaks before it do not help."""
    return bool(text.strip()) and text.lstrip()[0] in FORMULA_STARTS


def _by_number(found: re.Match[str]) -> str:
    return f"<U+{ord(found[0]):04X}>"
