"""PDF: everything that a report says is on paper, in its place, whatever characters it is made of."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache

import pytest

from orchestration.report import fonts
from orchestration.report import typst as paper
from orchestration.report.document import Align, Cell, Column, Row, Section, Table
from orchestration.report.typst.content import broken_heading
from tests.report.drawn_examples import a_report
from tests.report.paper_check import departures, page_texts


@cache
def pdf_of(language: str, text: str = "说明") -> bytes:
    return paper.pdf(a_report(language, text))


def pages(pdf: bytes) -> list[str]:
    return [re.sub(r"\s+", "", page) for page in page_texts(pdf)]


def test_a_file_is_written_whole_or_not_at_all(tmp_path, monkeypatch):
    path = tmp_path / "reports" / "a.pdf"
    paper.write_pdf(a_report(), path)
    assert path.read_bytes() == pdf_of("zh")
    monkeypatch.setattr(paper, "paper", lambda report: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        paper.write_pdf(a_report("en"), path)
    assert [file.name for file in path.parent.iterdir()] == ["a.pdf"]
    assert path.read_bytes() == pdf_of("zh")


def test_pages_as_pictures():
    images = paper.page_images(a_report(), pixels_per_inch=30)
    assert len(images) == len(pages(pdf_of("zh")))
    assert all(image.startswith(b"\x89PNG") for image in images)


def test_without_a_chinese_font_nothing_is_written(tmp_path, monkeypatch):
    fonts.chinese_font.cache_clear()
    paper.compiler.cache_clear()
    monkeypatch.setattr(fonts, "package_folder", lambda: None)
    monkeypatch.setattr(fonts, "FAMILIES", ("No Such Font",))
    with pytest.raises(fonts.UsageError):
        paper.write_pdf(a_report(), tmp_path / "a.pdf")
    assert list(tmp_path.iterdir()) == []


def test_headings_break_in_the_middle():
    assert broken_heading("下级平均") == "下级平均"
    assert broken_heading("九成区间名次") == "九成区\n间名次"
    assert broken_heading("Transparency") == "Transparency"


def test_the_message_stands_on_the_first_page_and_the_contents_behind_it():
    first, second = pages(pdf_of("zh"))[:2]
    assert "摘要" in first and "说明80.74" in first
    assert "目录" in second and "....." in second


def test_a_short_report_has_no_contents():
    assert "....." not in "".join(pages(paper.pdf(replace(a_report(), has_contents=False))))


def test_many_columns_and_long_codes_stay_on_the_page():
    """Whatever has to be broken: every cell is on paper, whole."""
    headings = ("Unit", "Lies in", "China", "Province", "Composite", "Base", "Transparency", "Compliance", "Commitment")
    numbers = tuple(Column(heading, Align.decimal) for heading in (*headings, "Dedicated work", "Events", "Grade"))
    wide = Table(numbers, (Row(tuple(Cell((f"{n}7.65",)) for n in range(12))),), "wide")
    address = "https://synthetic.example.invalid/2019/520115/government_disclosure/T5.3.stale_column_count"
    codes = Table((Column("Measure"), Column("Evidence")), (Row((Cell(("T5.3",)), Cell((address,)))),), "codes")
    report = replace(a_report("en"), sections=(Section("a", 1, "a", ()), Section("b", 1, "b", (wide, codes))))
    text = "".join(pages(paper.pdf(report)))
    assert departures(report, page_texts(paper.pdf(report))) == []
    assert "".join(f"{n}7.65" for n in range(12)) in text and address in text.replace("\u200b", "")
