"""Hostile strings through every way out: what arrives is the text, and nothing in it acts."""

from __future__ import annotations

import csv
import io
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import jinja2
import openpyxl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from rich.text import Text

from orchestration.commands.terminal import TextConsole, cell_text, natural_width, styled, table
from orchestration.report.fonts import chinese_font
from orchestration.writing import csv_rows, markdown, sheet
from orchestration.writing.html import CONTENT_SECURITY_POLICY, drawing_text, environment
from orchestration.writing.plain import NO_TEXT, json_text, one_line, visible
from orchestration.writing.typst import PaperText
from tests.guard.hostile import HOSTILE, hostile_text

ANSI_OF_STYLE = re.compile(r"\x1b\[[0-9;]*m")
MARKDOWN = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])


def each_hostile(function):
    for text in HOSTILE:
        function = example(text)(function)
    return settings(deadline=None, max_examples=60)(given(hostile_text)(function))


# What is text


@each_hostile
def test_what_is_visible_is_text_and_stays_so(text: str) -> None:
    shown = visible(text)
    assert not NO_TEXT.search(shown)
    assert visible(shown) == shown
    shown.encode("utf-8")
    assert set(one_line(text)).isdisjoint("\n\t\r")


def test_ordinary_text_is_left_alone() -> None:
    text = "贵州省 观山湖区\tT5.1 “引号” — é ≥ 🚧 བོད་ཡིག ئۇيغۇر a\u200db 10:100:2 [1] =1\n"
    assert visible(text) == text


# The terminal


def printed(what: object, **console: object) -> str:
    stream = io.StringIO()
    made = TextConsole(stream, 4000)
    made._color_system = console.get("color_system")  # a terminal's, where styles are written as ANSI
    made.print(what)
    return stream.getvalue()


@each_hostile
def test_a_terminal_is_not_steered(text: str) -> None:
    for what in (
        text,
        f"before {text} after",
        Text(text),
        styled("[bold]{}[/] {}", text, text),
        table([text], [[text]]),
    ):
        assert not NO_TEXT.search(ANSI_OF_STYLE.sub("", printed(what)))


@each_hostile
def test_a_terminal_shows_every_character_of_the_text(text: str) -> None:
    one = one_line(text)
    assert printed(one) == f"{one}\n"
    assert printed(styled("[dim]<{}>[/]", one)) == f"<{one}>\n"
    assert printed(table(["x"], [[text]])).split("\n")[1].rstrip() == cell_text(text).rstrip()
    assert natural_width(["x"], [[text]]) == natural_width(["x"], [[cell_text(text)]])


def test_values_take_the_style_of_their_place() -> None:
    text = styled("[bold]{}[/] and [red]{}[/]{}", "[dim]one[/dim]", "", "two")
    assert text.plain == "[dim]one[/dim] and two"
    assert [(span.start, span.end, span.style) for span in text.spans if span.end > span.start] == [(0, 14, "bold")]
    with pytest.raises(ValueError, match="2 values for the 1 places"):
        styled("{}", 1, 2)


def test_no_command_hands_data_to_markup() -> None:
    """Style comes from `styled` with a plain template; Rich's markup is used nowhere else."""
    folder = Path(__file__).parents[2] / "orchestration"
    for path in [*folder.glob("commands/*.py"), folder / "cli.py"]:
        source = path.read_text(encoding="utf-8")
        if path.name != "terminal.py":
            assert "rich.markup" not in source and "from_markup" not in source and "Console(" not in source, path
            assert not re.search(r"styled\(\s*f[\"']", source), path
            assert not re.search(r"print\(\s*f?[\"'][^\"'\n]*\[(bold|dim|red|yellow|green|/)", source), path


@each_hostile
def test_json_for_a_terminal_is_the_same_json(text: str) -> None:
    written = json_text({"text": text})
    assert json.loads(written) == {"text": text}
    assert not NO_TEXT.search(written)


# Workbooks and CSV


@example(list(HOSTILE))
@settings(deadline=None, max_examples=15)
@given(st.lists(hostile_text, min_size=1))
def test_a_workbook_holds_text(texts: list[str]) -> None:
    workbook = openpyxl.Workbook()
    for text in texts:
        sheet.append(workbook.active, ["first", text, 1, None])
        sheet.note(workbook.active.cell(workbook.active.max_row, 1), text, 100, 100)
    content = io.BytesIO()
    workbook.save(content)
    read = openpyxl.load_workbook(content).active
    assert read.max_row == len(texts)
    for text, (_, cell, number) in zip(texts, read.iter_rows(), strict=True):
        assert cell.data_type != "f" and cell.data_type != "e"
        assert excel_text(cell.value or "") == visible(text)
        assert number.value == 1


def excel_text(value: str) -> str:
    """What Excel makes of `_x0041_`; openpyxl shows it as it stands in the file."""
    return re.sub(r"_x([0-9A-F]{4})_", lambda found: chr(int(found[1], 16)), value)


def test_a_cell_that_begins_as_a_formula_is_marked_as_text() -> None:
    workbook = openpyxl.Workbook()
    for text in ("=1+1", "+1", "-1+2", "@x", "＝1", " =1"):
        assert sheet.put(workbook.active["A1"], text).quotePrefix, text
    assert not sheet.put(workbook.active["A1"], "1-2").quotePrefix


def test_a_long_text_is_cut_visibly() -> None:
    workbook = openpyxl.Workbook()
    assert sheet.put(workbook.active["A1"], "县" * 40_000).value == "县" * 32_766 + "…"


@each_hostile
def test_csv_calculates_nothing(text: str) -> None:
    stream = io.StringIO()
    csv_rows.CsvRows(stream).write([text, -0.5, None])
    [[cell, number, nothing]] = csv.reader(io.StringIO(stream.getvalue()))
    assert (number, nothing) == ("-0.5", "")
    assert cell.removeprefix("'") == visible(text).removeprefix("'")
    assert not cell.strip() or cell.strip()[0] not in "=+-@＝＋－＠" or re.fullmatch(r"[+-]?[\d.eE+-]+%?", cell)


# Seeds are read by programs, to the letter.
EXACT = {"writing/csv_rows.py", "seeds.py", "project_folder/start.py"}


def test_rows_for_people_are_written_in_one_place() -> None:
    folder = Path(__file__).parents[2] / "orchestration"
    own = re.compile(r"csv\.(writer|DictWriter)\(|\.to_(csv|excel)\(|\.append\(\[.*\.value")
    writing = {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*.py")
        if own.search(path.read_text(encoding="utf-8")) and "demo" not in path.parts
    }
    assert writing == EXACT


def test_csv_leaves_numbers_and_words_as_they_are() -> None:
    for text in ("-0.5", "+3", "-1e-7", "12%", "-3.5%", "a=b", "2019-r1", "–"):
        assert csv_rows.csv_text(text) == text


# Markdown


class Words(HTMLParser):
    """The text of a page, and the tags that made it."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.text, self.tags = "", set()
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attributes: list) -> None:
        self.tags.add(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


@each_hostile
def test_markdown_shows_a_cell_as_it_is(text: str) -> None:
    page = Words(MARKDOWN.render(markdown.table(["column"], [[text], ["next"]])))
    assert page.tags <= {"table", "thead", "tbody", "tr", "th", "td"}
    assert page.text.split() == ["column", *one_line(text).split(), "next"]


@each_hostile
def test_markdown_shows_a_note_as_it_is(text: str) -> None:
    for said in (markdown.prose(text), f"Note: {markdown.prose(text)}", f"Note: {markdown.inline(text)}"):
        page = Words(MARKDOWN.render(said))
        assert page.tags <= {"p", "br"}
    assert Words(MARKDOWN.render(markdown.prose(text))).text.split() == visible(text).split()


def test_names_of_tables_stay_readable() -> None:
    assert (
        markdown.inline("marts.fct_unit_score, 2019-r1, -0.5 % (n = 3)")
        == "marts.fct_unit_score, 2019-r1, -0.5 % (n = 3)"
    )


# Pages


@each_hostile
def test_a_page_shows_text(text: str) -> None:
    template = '<p title="{{ text }}">{{ text }}</p>'
    pages = environment(jinja2.DictLoader({"page": template}))
    page = Words(pages.get_template("page").render(text=text))
    assert page.tags == {"p"}
    assert page.text == visible(text)


@each_hostile
def test_a_drawing_keeps_its_markup(text: str) -> None:
    drawing = f"<text>{jinja2.filters.do_forceescape(text)}</text>"
    page = Words(drawing_text(drawing))
    assert page.tags == {"text"}
    assert page.text.replace("\n", "") == visible(text).replace("\n", "") or "\r\n" in text


def test_every_page_says_what_it_runs() -> None:
    folder = Path(__file__).parents[2] / "orchestration"
    # The web server sends the policies of its own pages as a header.
    pages = [path for path in folder.rglob("*.html") if path.parent.name != "web"]
    heads = [path for path in pages if "<head>" in path.read_text(encoding="utf-8")]
    assert len(heads) >= 2
    for path in heads:
        policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]+)"', path.read_text(encoding="utf-8"))
        assert policy, path
        # The public site has a script of its own, for its search.
        assert policy[1] == "{{ content_security_policy }}" or policy[1].startswith("default-src 'none'"), path
        assert "script-src 'self' " not in policy[1].replace("script-src 'self'; ", ""), path
    assert "default-src 'none'" in CONTENT_SECURITY_POLICY and "script-src" not in CONTENT_SECURITY_POLICY


# Paper


@each_hostile
def test_paper_gets_only_what_its_font_has(text: str) -> None:
    paper = PaperText(*chinese_font().file)
    shown = paper(text)
    covered = PaperText(*chinese_font().file)
    assert covered(shown) == shown and covered.missing == ()
    assert bool(paper.missing) == (shown.count(paper.mark) > visible(text).count(paper.mark))


def test_paper_names_what_it_could_not_say() -> None:
    paper = PaperText(*chinese_font().file)
    assert paper("🚧欠薪 བ") == "〓欠薪 〓"
    assert paper("👨\u200d👩\ufe0f") == "〓〓"
    assert paper("e\u0301 县") in ("é 县", "e\u0301 县")
    assert paper.missing == ("U+0F56", "U+1F468", "U+1F469", "U+1F6A7")
