"""The report as one web page: its style, font, charts and maps inside, no script, nothing from the network."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from itertools import groupby
from pathlib import Path

import jinja2
from markupsafe import Markup, escape

from orchestration.report import charts, maps
from orchestration.report.document import (
    Chart,
    Column,
    Figure,
    Map,
    Paragraph,
    Report,
    Run,
    Section,
    Strong,
    Table,
    Text,
)
from orchestration.report.html.web_font import font_face
from orchestration.writing.html import drawing_text
from orchestration.writing.html import environment as text_environment
from orchestration.writing.plain import visible

FOLDER = Path(__file__).parent
LOCALES = {"zh": "zh-CN", "en": "en-GB"}
FEW_CONTENTS = 24
CHINESE = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]+")
FIGURE = Markup('<data class="figure" data-source="{}" value="{}">{}</data>')


def render(report: Report) -> str:
    """The whole page. Charts and maps are drawn here. `UsageError` when no font has Chinese glyphs."""
    page = (
        _environment()
        .get_template("page.html")
        .render(
            report=report,
            locale=LOCALES[report.language],
            style=Markup((FOLDER / "style.css").read_text(encoding="utf-8")),
            contents=_contents(report),
            draw=lambda block: _drawn(block, report.language),
            number=_Counter(report),
            few=FEW_CONTENTS,
        )
    )
    return page.replace("<style>", f"<style>\n{font_face(page, report.language)}", 1)


@cache
def _environment() -> jinja2.Environment:
    environment = text_environment(jinja2.FileSystemLoader(FOLDER))
    environment.filters["runs"] = _runs
    environment.filters["plain"] = lambda text: "".join(run.text for run in text)
    environment.filters["spoken"] = _spoken
    environment.tests["heading"] = _is_heading
    environment.filters["kind"] = lambda block: type(block).__name__
    environment.filters["groups"] = _column_groups
    environment.filters["share"] = _column_share
    return environment


@jinja2.pass_context
def _runs(context: jinja2.runtime.Context, text: Text) -> Markup:
    speak = escape if context["report"].language == "zh" else _with_chinese_marked
    return Markup("").join(_run(run, speak) for run in text)


@jinja2.pass_context
def _spoken(context: jinja2.runtime.Context, text: str) -> Markup:
    return _runs(context, (text,))


def _run(run: Run, speak: Callable[[str], Markup]) -> Markup:
    if isinstance(run, str):
        return speak(visible(run))
    text = visible(run.text)
    if isinstance(run, Figure):
        return FIGURE.format(run.source, text, speak(text))
    assert isinstance(run, Strong)
    return Markup("<strong>{}</strong>").format(speak(text))


def _with_chinese_marked(text: str) -> Markup:
    """Chinese inside an English page, so that it is read aloud as Chinese."""
    return Markup(CHINESE.sub(r'<span lang="zh">\g<0></span>', str(escape(text))))


def _is_heading(paragraph: Paragraph) -> bool:
    """A paragraph of emphasised words only heads what follows it."""
    return bool(paragraph.runs) and all(isinstance(run, Strong) for run in paragraph.runs)


def _drawn(block: Chart | Map, language: str) -> Markup:
    svg = charts.draw(block, language) if isinstance(block, Chart) else maps.draw(block, language)
    return Markup(drawing_text(svg))


def _contents(report: Report) -> list[tuple[Section, list[Section]]]:
    """Sections of level 1, each with those of level 2 that belong to it."""
    found: list[tuple[Section, list[Section]]] = []
    for section in report.sections:
        if section.level == 1:
            found.append((section, []))
        elif section.level == 2 and section.in_contents:
            found[-1][1].append(section)
    return found


def _column_groups(table: Table) -> list[tuple[str, int]]:
    """Headings that span columns, with how many; no list where no column has one."""
    if not any(column.group for column in table.columns):
        return []
    spans: list[tuple[str, int]] = []
    for group, members in groupby(table.columns, key=lambda column: column.group):
        count = len(list(members))
        spans += [(group, count)] if group else [("", 1)] * count
    return spans


def _column_share(column: Column, table: Table) -> str:
    """A column's part of the table's width, in per cent."""
    return f"{100 * (column.width or 1) / sum(other.width or 1 for other in table.columns):.1f}"


class _Counter:
    """Numbers of tables and of charts and maps, in the order of the report, by the block itself."""

    def __init__(self, report: Report) -> None:
        tables = figures = 0
        self._numbers: dict[int, int] = {}
        for block in report.blocks():
            if isinstance(block, Table):
                tables += 1
                self._numbers[id(block)] = tables
            elif isinstance(block, Chart | Map):
                figures += 1
                self._numbers[id(block)] = figures

    def __call__(self, label: str, block: Table | Chart | Map) -> str:
        return label.replace("{number}", str(self._numbers[id(block)]))
