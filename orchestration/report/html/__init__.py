"""The report as one web page: its style, font, charts and maps inside, no script, nothing from the network."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import cache
from itertools import count
from pathlib import Path

import jinja2
from markupsafe import Markup, escape

from orchestration.report import charts, maps
from orchestration.report.document import Chart, Column, Figure, Map, Report, Run, Section, Strong, Table, Text
from orchestration.report.html.web_font import font_face
from orchestration.report.texts import plain
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
    numbers: dict[str, Iterator[int]] = defaultdict(lambda: count(1))
    page = (_environment().get_template("page.html")).render(
        report=report,
        locale=LOCALES[report.language],
        style=Markup("".join(path.read_text(encoding="utf-8") for path in (FOLDER / "style.css", charts.DARK_STYLE))),
        contents=_contents(report),
        draw=lambda block: _drawn(block, report.language),
        number=lambda label: label.replace("{number}", str(next(numbers[label]))),
        few=FEW_CONTENTS,
    )
    return page.replace("<style>", f"<style>\n{font_face(page, report.language)}", 1)


@cache
def _environment() -> jinja2.Environment:
    environment = text_environment(jinja2.FileSystemLoader(FOLDER))
    environment.filters |= {"runs": _runs, "plain": plain, "share": _column_share}
    environment.filters["kind"] = lambda block: type(block).__name__
    return environment


@jinja2.pass_context
def _runs(context: jinja2.runtime.Context, text: Text) -> Markup:
    speak = escape if context["report"].language == "zh" else _with_chinese_marked
    return Markup("").join(_run(run, speak) for run in text)


def _run(run: Run, speak: Callable[[str], Markup]) -> Markup:
    text = visible(run if isinstance(run, str) else run.text)
    if isinstance(run, Figure):
        return FIGURE.format(run.source, text, speak(text))
    return Markup("<strong>{}</strong>").format(speak(text)) if isinstance(run, Strong) else speak(text)


def _with_chinese_marked(text: str) -> Markup:
    """Chinese inside an English page, so that it is read aloud as Chinese."""
    return Markup(CHINESE.sub(r'<span lang="zh">\g<0></span>', str(escape(text))))


def _drawn(block: Chart | Map, language: str) -> Markup:
    svg = charts.draw(block, language) if isinstance(block, Chart) else maps.draw(block, language)
    return Markup(drawing_text(svg))


def _contents(report: Report) -> list[tuple[Section, list[Section]]]:
    """Sections of level 1, each with those of level 2 that belong to it."""
    found: list[tuple[Section, list[Section]]] = []
    for section in report.sections:
        if section.level == 1:
            found.append((section, []))
        elif section.level == 2:
            found[-1][1].append(section)
    return found


def _column_share(column: Column, table: Table) -> str:
    """A column's part of the table's width, in per cent."""
    return f"{100 * (column.width or 1) / sum(other.width or 1 for other in table.columns):.1f}"
