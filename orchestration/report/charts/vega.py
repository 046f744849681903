"""From a Vega specification to one `<svg>` element: text stays text, in the font of the surrounding document.

Vega lays out nothing by itself here (`autosize` none): its idea of how wide a text is depends on the machine's fonts.
"""

from __future__ import annotations

import re
from hashlib import sha256
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import vl_convert

from orchestration.report.charts.look import FONT_FAMILY, INK, TEXT_SIZE
from orchestration.writing.plain import visible

# A renderer that reads a variable font through its default instance (thin) needs to be told the weight.
ROOT_ATTRIBUTES = f'font-family="{FONT_FAMILY}" style="font-variation-settings:\'wght\' 400" role="img"'
BOLD_ATTRIBUTES = 'font-weight="bold" style="font-variation-settings:\'wght\' 700"'
TAG = re.compile(r"<[^>]+>")
NEEDLESS_ATTRIBUTE = re.compile(
    r""" (font-family|xmlns:xlink|version|class|aria-[a-z]+|role|pointer-events)=("[^"]*"|'[^']*')"""
)
PATH = re.compile(r' d="[^"]+"')
# A tenth of a pixel is all that a path needs.
DECIMALS = re.compile(r"(\.\d)\d+")
CONFIG = {"aria": False, "background": None, "text": {"fontSize": TEXT_SIZE, "fill": INK}}


def specification(
    *,
    size: tuple[float, float],
    padding: tuple[float, float, float, float],
    data: dict[str, list[dict[str, Any]]],
    marks: list[dict[str, Any]],
    scales: list[dict[str, Any]] | None = None,
) -> dict[str, Any]:
    """A Vega specification. `size`: width and height of the plot; `padding`: left, top, right, bottom of it."""
    left, top, right, bottom = padding
    return {
        "$schema": "https://vega.github.io/schema/vega/v6.json",
        "autosize": {"type": "none"},
        "width": size[0],
        "height": size[1],
        "padding": {"left": left, "top": top, "right": right, "bottom": bottom},
        "data": [{"name": name, "values": values} for name, values in data.items()],
        "scales": scales or [],
        "marks": marks,
        "config": CONFIG,
    }


def svg(specification: dict[str, Any], alternative_text: str) -> str:
    """One `<svg>` element that names its content for readers who do not see it."""
    # What is no text would not only be drawn wrongly: a control character ends the process that draws.
    drawing = own_ids(TAG.sub(tidied_tag, vl_convert.vega_to_svg(only_text(specification))))
    opening = f"<svg {ROOT_ATTRIBUTES} aria-label={quoteattr(alternative_text)}"
    head, tail = drawing.split(">", 1)
    return f"{head.replace('<svg', opening, 1)}><title>{escape(alternative_text)}</title>{tail}"


def only_text(value: Any) -> Any:
    """The specification with every text in it made visible."""
    if isinstance(value, str):
        return visible(value)
    if isinstance(value, dict):
        return {name: only_text(each) for name, each in value.items()}
    return [only_text(each) for each in value] if isinstance(value, list | tuple) else value


def own_ids(drawing: str) -> str:
    """The drawing with ids that no other drawing on the same page has, and that do not tell what was drawn before."""
    ids = list(dict.fromkeys(re.findall(r' id="([^"]+)"', drawing)))
    for number, old in enumerate(ids):
        drawing = drawing.replace(f' id="{old}"', f' id="{number}"').replace(f"url(#{old})", f"url(#{number})")
    prefix = f"d{sha256(drawing.encode()).hexdigest()[:10]}-"
    return drawing.replace(' id="', f' id="{prefix}').replace("url(#", f"url(#{prefix}")


def tidied_tag(match: re.Match[str]) -> str:
    """The tag without what the root element says for all, or what only a live chart needs; the edge of a letter lies
    behind it."""
    tag = PATH.sub(lambda path: DECIMALS.sub(r"\1", path[0]), match[0])
    tag = NEEDLESS_ATTRIBUTE.sub("", tag).replace('font-weight="bold"', BOLD_ATTRIBUTES)
    return tag.replace("<text", '<text paint-order="stroke"', 1) if " stroke=" in tag else tag


def mark(kind: str, data: str, **encoding: Any) -> dict[str, Any]:
    """A mark with one item per row of `data`; a channel is a field name (`"@name"`), an object as Vega has it, or a
    constant."""
    return {"type": kind, "from": {"data": data}, "encode": {"enter": channels(encoding)}}


def single(kind: str, **encoding: Any) -> dict[str, Any]:
    """A mark with one item."""
    return {"type": kind, "encode": {"enter": channels(encoding)}}


def channels(encoding: dict[str, Any]) -> dict[str, Any]:
    return {name: channel(value) for name, value in encoding.items()}


def channel(value: Any) -> Any:
    if isinstance(value, dict):
        return value
    if isinstance(value, str) and value.startswith("@"):
        return {"field": value[1:]}
    return {"value": value}


def scaled(scale: str, field: str, **further: Any) -> dict[str, Any]:
    return {"scale": scale, "field": field, **further}
