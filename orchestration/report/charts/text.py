"""How wide a text will be, without asking a font: so a drawing is the same on every machine, whatever fonts it has."""

from __future__ import annotations

# Advance widths of U+0020 to U+007E in Noto Sans SC Regular, in thousandths of the type size.
ASCII_WIDTHS = (
    *(224, 323, 474, 555, 555, 921, 680, 278, 338, 338, 467, 555, 278, 347, 278, 392),
    *(555, 555, 555, 555, 555, 555, 555, 555, 555, 555, 278, 278, 555, 555, 555, 474),
    *(946, 608, 657, 638, 688, 589, 552, 689, 728, 293, 535, 646, 543, 812, 723, 742),
    *(633, 742, 635, 596, 599, 721, 575, 878, 573, 531, 603, 338, 392, 338, 555, 559),
    *(606, 563, 618, 510, 620, 554, 325, 564, 607, 275, 275, 552, 284, 926, 610, 606),
    *(620, 620, 388, 468, 377, 607, 521, 802, 498, 521, 475, 338, 270, 338, 555),
)
WIDE_FROM = 0x2E80  # ideographs, kana, full-width forms: one em each
OTHER_WIDTH = 600  # accented Latin, dashes, signs
SLACK = 1.05  # a reader's own font may be a little wider than ours
ELLIPSIS = "…"


def character_width(character: str) -> int:
    """In thousandths of the type size."""
    code = ord(character)
    if code >= WIDE_FROM or character in "“”‘’…—±≥≤×":
        return 1000
    if 0x20 <= code <= 0x7E:
        return ASCII_WIDTHS[code - 0x20]
    return OTHER_WIDTH


def text_width(text: str, size: float) -> float:
    """The width of one line of text in the unit of `size`, rather too much than too little."""
    return sum(map(character_width, text)) * size / 1000 * SLACK


def fitted(text: str, size: float, width: float) -> str:
    """The text, or its beginning with an ellipsis where it is wider than `width`."""
    if text_width(text, size) <= width:
        return text
    kept = text
    while kept and text_width(kept + ELLIPSIS, size) > width:
        kept = kept[:-1]
    return kept.rstrip() + ELLIPSIS


def wrapped(text: str, size: float, width: float, lines: int = 2) -> list[str]:
    """The text in at most `lines` lines of about equal length: Latin breaks between words, Chinese anywhere; the last
    one ends with an ellipsis where there is too much."""
    result = filled(text, size, width, lines)
    for tenths in range(5, 10):
        narrower = filled(text, size, width * tenths / 10, lines)
        if len(narrower) == len(result) and "".join(narrower) == "".join(result):
            return narrower
    return result


def filled(text: str, size: float, width: float, lines: int) -> list[str]:
    """The text in at most `lines` lines, each as full as can be."""
    pieces = breakable_pieces(text)
    result: list[str] = []
    current = ""
    while pieces:
        piece = pieces[0]
        if len(result) == lines - 1:
            result.append(fitted("".join([current, *pieces]).strip(), size, width))
            return result
        if current and text_width((current + piece).rstrip(), size) > width:
            result.append(current.rstrip())
            current = ""
            continue
        current += pieces.pop(0)
    if current.strip():
        result.append(fitted(current.strip(), size, width))
    return result or [""]


def breakable_pieces(text: str) -> list[str]:
    """Words with the space after them, and single wide characters."""
    pieces: list[str] = []
    word = ""
    for character in text:
        if ord(character) >= WIDE_FROM:
            if word:
                pieces.append(word)
            pieces.append(character)
            word = ""
        else:
            word += character
            if character == " ":
                pieces.append(word)
                word = ""
    return [*pieces, word] if word else pieces
