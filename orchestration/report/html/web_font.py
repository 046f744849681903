"""The part of the Chinese font that a page carries with it, so that it shows no boxes on a machine without one."""

from __future__ import annotations

from base64 import b64encode
from functools import lru_cache
from io import BytesIO

import uharfbuzz as hb
from fontTools.ttLib import TTFont

from orchestration.report.fonts import FAMILIES, chinese_font

# What a browser needs to draw glyphs in every weight; layout tables only serve vertical and other scripts.
KEPT_TABLES = {
    *("CFF ", "CFF2", "glyf", "loca", "gvar", "cvt ", "fpgm", "prep"),
    *("GlyphOrder", "cmap", "fvar", "avar", "head", "hhea", "hmtx", "HVAR", "maxp", "name", "OS/2", "post"),
}
STYLE_CHARACTERS = "\uff1a"  # what style.css adds to the text
IDEOGRAPH_WIDE_MARKS = "“”‘’…"  # in a Chinese font; an English page has them from a Latin one
FACE = (
    '@font-face {{ font-family: "{family}"; font-weight: {weights}; src: url(data:font/woff;base64,{data}) '
    'format("woff"); }}'
)


def font_face(page: str, language: str) -> str:
    """The `@font-face` with every character of the page, under the name that page and drawings ask for first.
    `UsageError` when no Chinese font is found."""
    characters = {*page, *STYLE_CHARACTERS} - set("" if language == "zh" else IDEOGRAPH_WIDE_MARKS)
    weights, data = font_subset("".join(sorted(characters)))
    return FACE.format(family=FAMILIES[0], weights=weights, data=b64encode(data).decode())


@lru_cache(maxsize=32)
def font_subset(characters: str) -> tuple[str, bytes]:
    """The weights that the font has, as CSS writes them, and a WOFF file of these characters' glyphs. WOFF, as WOFF 2
    would take twice the time to save a tenth. HarfBuzz makes the part twenty times faster than fontTools."""
    face = hb.Face(hb.Blob.from_file_path(chinese_font().file[0]), chinese_font().file[1])
    wanted = hb.SubsetInput()
    wanted.flags = hb.SubsetFlags.NOTDEF_OUTLINE
    wanted.unicode_set.update(map(ord, characters))
    wanted.layout_feature_tag_set.clear()
    wanted.drop_table_tag_set.update(int.from_bytes(tag.encode()) for tag in {*face.table_tags} - KEPT_TABLES)
    part, result = BytesIO(hb.subset(face, wanted).blob.data), BytesIO()
    with TTFont(part, lazy=True, recalcBBoxes=False, recalcTimestamp=False) as font:
        font.flavor = "woff"
        font.save(result)
        return css_weights(font), result.getvalue()


def css_weights(font: TTFont) -> str:
    """A range for a variable font; `normal` for another one, from which browsers make the bold themselves."""
    axes = {axis.axisTag: axis for axis in font["fvar"].axes} if "fvar" in font else {}
    if "wght" not in axes:
        return "normal"
    return f"{axes['wght'].minValue:.0f} {axes['wght'].maxValue:.0f}"
