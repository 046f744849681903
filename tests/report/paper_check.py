"""Reads a PDF's text along the report that it was made from: every text in its place, and no number beside them.

The figures of the report are held against the release, each by the query that it names (`figure_check`); what stands on
paper is held here against the report, text by text. A drawing's texts are those of its SVG: the labels of its data are
held against the release as well; the others are categories, legends and the ticks of axes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import unescape
from typing import Any

import pypdfium2

from orchestration.report.document import Report
from orchestration.report.typst.content import ReportContent

# How many characters may lie between a text and the one before it, beside a table's heading that stands again: marks of
# lists and sources.
REACH = 200
# Extraction gives some signs another code; the page hyphenates, and forbids breaks, as it needs.
SIGNS = str.maketrans({"•": "·", "‐": None, "-": None, "\u00ad": None, "\u2060": None, "\u200b": None})
SPACE = re.compile(r"\s+")
DIGIT = re.compile(r"\d")
SOURCE_MARKS = re.compile(r"\[\s*\d+(?:,\s*\d+)*\s*\]")
SVG_TEXT = re.compile(r"<text[^>]*>(.*?)</text>", re.DOTALL)
TAG = re.compile(r"<[^>]+>")


@dataclass(frozen=True)
class TableHeading:
    """The heading of a table, which stands again where a page breaks it; an empty one ends the table."""

    text: str


def departures(report: Report, pages: list[str]) -> list[str]:
    """What the pages of a PDF lack of the report, and the numbers that they hold beside it; empty if all agrees."""
    return departures_from(ReportContent(report).content(), pages)


def departures_from(content: dict[str, Any], pages: list[str]) -> list[str]:
    """The same of what the template gets of a report, for who holds it against many pages."""
    bodies = [_body(content, number, page, len(pages)) for number, page in enumerate(pages, start=1)]
    if not content["has_contents"]:
        return list(_along("".join(bodies), [*_title(content), *_sections(content["sections"])]))
    first = next(count for count, body in enumerate(bodies) if "....." in body)
    last = next(count for count, body in enumerate(bodies) if count > first and "....." not in body)
    return [
        *_along("".join(bodies[:first]), [*_title(content), *_sections(content["sections"][:1])]),
        *_misleading_entries(content, "".join(bodies[first:last]), bodies),
        *_along("".join(bodies[last:]), _sections(content["sections"][1:])),
    ]


def page_texts(pdf: bytes) -> list[str]:
    pages = [page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(pdf)]
    # A word that is broken at the end of a line is told in one piece, with U+FFFE where it breaks.
    return [page.replace("\r\n", "\n").replace("\ufffe", "\xad\n") for page in pages]


def squeezed(text: str) -> str:
    return SPACE.sub("", text.translate(SIGNS))


def _body(content: dict[str, Any], number: int, page: str, page_count: int) -> str:
    """The text of a page between its head and its foot, which have to be there."""
    head = squeezed(content["watermark"] + (content["running_head"] if number > 1 else ""))
    label = content["labels"]["page"].replace("{page}", str(number)).replace("{pages}", str(page_count))
    foot = squeezed(content["notice"] + (label if number > 1 else ""))
    text = squeezed(page)
    assert text.startswith(head) and text.endswith(foot), f"page {number}: {text[:80]} … {text[-80:]}"
    return text[len(head) : len(text) - len(foot)]


def _along(text: str, pieces: Iterable[str | TableHeading]) -> Iterator[str]:
    """The first departure: what follows it is out of step."""
    position, table_heading = 0, ""
    for piece in pieces:
        if isinstance(piece, TableHeading):
            table_heading = squeezed(piece.text)
        wanted = table_heading if isinstance(piece, TableHeading) else squeezed(piece)
        mark = SOURCE_MARKS.match(text, position)
        if mark and not text.startswith(wanted, position):
            position = mark.end()
        start = text.find(wanted, position, position + len(table_heading) + REACH + len(wanted))
        if start < 0:
            yield f"missing: {wanted[:100]!r} at {text[position : position + 100]!r}"
            return
        between = SOURCE_MARKS.sub("", text[position:start])
        if table_heading:
            between = between.replace(table_heading, "")
        if DIGIT.search(between):
            yield f"beside the report: {between!r} before {wanted[:100]!r}"
            return
        position = start + len(wanted)
    rest = SOURCE_MARKS.sub("", text[position:])
    if rest:
        yield f"beside the report, at its end: {rest[:100]!r}"


def _misleading_entries(content: dict[str, Any], contents: str, bodies: list[str]) -> Iterator[str]:
    """Headings that the table of contents lacks, or that are not on the page that it names for them."""
    headings = [squeezed(_heading(section)) for section in _listed_sections(content)]
    end = 0
    for heading, following in zip(headings, [*headings[1:], None], strict=True):
        start = contents.find(heading, end)
        if start < 0:
            yield f"missing in the contents: {heading!r}"
            return
        position = start + len(heading)
        end = len(contents) if following is None else contents.find(following, position)
        page = contents[position:end].strip(".")
        if not page.isdecimal() or heading not in bodies[int(page) - 1]:
            yield f"not on page {page[:100]}: {heading!r}"
            return


def _title(content: dict[str, Any]) -> Iterator[str]:
    yield from (content["title"], content["subtitle"], content["publisher"], _plain(content["edition"]))


def _listed_sections(content: dict[str, Any]) -> list[dict[str, Any]]:
    return [each for each in content["sections"] if each["level"] <= 2]


def _heading(section: dict[str, Any]) -> str:
    return section["number"] + section["heading"]


def _sections(sections: list[dict[str, Any]]) -> Iterator[str | TableHeading]:
    for section in sections:
        yield _heading(section)
        for block in section["blocks"]:
            yield from _block(block)


def _block(block: dict[str, Any]) -> Iterator[str | TableHeading]:
    match block["kind"]:
        case "paragraph" | "subheading":
            yield _plain(block["runs"])
        case "bulletlist":
            yield from (_plain(item["runs"]) for item in block["items"])
        case "table":
            yield from _table(block)
        case "scorecard":
            for figure in block["figures"]:
                yield from (figure["label"], figure["value"]["text"], figure["unit"], _plain(figure["note"]))
        case "drawing":
            yield from (unescape(TAG.sub("", text)) for text in SVG_TEXT.findall(block["svg"]))
            yield block["label"] + block["caption"]
        case "findinglist":
            for finding in block["findings"]:
                yield from (f"{finding['number']}.{finding['heading']}", _plain(finding["statement"]))
                yield finding["concerned_label"] if finding["concerned"] else ""
                yield from map(_plain, finding["concerned"])
                yield finding["further"]
                yield finding["rule_label"] + finding["rule"]
            yield block["further"]
        case "facts":
            for item in block["items"]:
                yield from (item["term"], _plain(item["runs"]))
        case "code":
            yield block["text"]
        case "quote":
            yield from (block["text"], block["source_name"], block["source_url"])
        case kind:
            assert kind == "sourcelist", kind
            for source in block["sources"]:
                yield f"[{source['number']}]{source['statement']}({', '.join(source['tables'])})"


def _table(block: dict[str, Any]) -> Iterator[str | TableHeading]:
    yield block["label"] + block["caption"]
    groups = "".join(group["heading"] for group in block["groups"])
    yield TableHeading(groups + "".join(column["heading"] + column["unit"] for column in block["columns"]))
    for row in block["rows"]:
        yield from (_plain(cell["runs"]) for cell in row["cells"])
    yield TableHeading("")
    yield _plain(block["note"])


def _plain(runs: list[dict[str, Any]]) -> str:
    return "".join(run if isinstance(run, str) else run["text"] for run in runs)
