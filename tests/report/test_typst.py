"""PDF: everything that a report says is on paper, in its place, whatever characters it is made of."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from io import BytesIO

import pikepdf
import pypdfium2
import pytest

from orchestration.report import charts, fonts, maps
from orchestration.report import typst as paper
from orchestration.report.document import (
    Align,
    Block,
    Cell,
    Column,
    Finding,
    FindingList,
    Paragraph,
    Row,
    Section,
    Table,
)
from orchestration.report.fonts import chinese_font
from orchestration.writing.typst import PaperText
from tests.report.drawn_examples import NASTY, a_report
from tests.report.paper_check import departures, page_texts, squeezed


@cache
def pdf_of(language: str, text: str = "说明") -> bytes:
    return paper.pdf(a_report(language, text))


def pages(pdf: bytes) -> list[str]:
    return [re.sub(r"\s+", "", page) for page in page_texts(pdf)]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_block_is_on_paper(language):
    text = "".join(pages(pdf_of(language)))
    for shown in (
        "贵州省报告",
        "评估机构",
        "目录",
        "80.74",
        "表1",
        "图6",
        "指标得分",
        "59.25",
        "标签4",
        "小标题",
        "规则说明",
        "zhengxinreport--region520000",
        "a" * 64,
        "某报https://example.invalid/1",
        "完整的表见网页版",
        "[1]",
        "GS(2024)0650号",
        "全国平均79.38",
    ):
        assert shown in text, shown


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("text", ["说明", NASTY])
def test_texts_are_in_their_places_and_no_number_beside_them(language, text):
    assert departures(a_report(language, text), page_texts(pdf_of(language, text))) == []


@pytest.mark.parametrize(
    ("printed", "altered"),
    [
        pytest.param("80.74", "80.75", id="score"),
        pytest.param("59.25", "58.25", id="cell"),
        pytest.param("图5", "图9", id="number of a drawing"),
        pytest.param("79.38", "79.83", id="label of a drawing"),
        pytest.param("小标题", "小标题7", id="number beside"),
        pytest.param("小标题", "", id="lack"),
        pytest.param("0650", "0651", id="source of a map"),
        pytest.param(".3", ".4", id="page of a heading"),
    ],
)
def test_one_sign_that_differs_is_found(printed, altered):
    text = [squeezed(page) for page in page_texts(pdf_of("zh"))]
    assert any(printed in page for page in text[1:])
    found = [page.replace(printed, altered, 1) if page_number else page for page_number, page in enumerate(text)]
    assert departures(a_report("zh"), found) != []


def test_every_page_says_that_data_are_synthetic():
    reader = pages(pdf_of("zh"))
    assert len(reader) > 4
    for number, page in enumerate(reader, start=1):
        assert "本报告所用数据为合成数据" in page and page.count("合成数据") >= 2
        assert (f"第{number}页共{len(reader)}页" in page) == (number > 1)
        assert ("页眉" in page) == (number > 1)


def test_real_data_carry_no_watermark():
    text = "".join(pages(paper.pdf(replace(a_report(), notice="", watermark=""))))
    assert "合成数据" not in text


def test_table_headings_are_repeated_and_rows_kept_whole():
    with_rows = [page for page in pages(pdf_of("zh")) if re.search(r"说明\d+\d\.25", page)]
    assert len(with_rows) >= 2
    assert all("得分率" in page for page in with_rows)
    whole = re.compile(r"\d{1,2}\.2599\.10%规则说明")
    assert sum(len(whole.findall(page)) for page in with_rows) == 60


@pytest.mark.parametrize("language", ["zh", "en"])
def test_nasty_texts_are_printed_as_they_are(language):
    text = "".join(pages(pdf_of(language, NASTY)))
    # In an English report marks of quotation are as given, too: nothing is read as markup.
    assert re.sub(r"\s+", "", NASTY) in text


@pytest.mark.parametrize(
    "text", ["\x00\x07坏", "很长的名称" * 200, "Averylongword" * 60, "\\", "]", "#", "*", "“引”", "a\nb"]
)
def test_any_text_can_be_set(text):
    assert pages(paper.pdf(a_report("zh", text)))


def test_control_characters_become_spaces():
    assert PaperText(*chinese_font().file)("a\x00b\tc\nd") == "a<U+0000>b\tc\nd"


def test_the_same_report_gives_the_same_bytes():
    charts.draw.cache_clear()
    maps.draw.cache_clear()
    assert paper.pdf(a_report("zh")) == pdf_of("zh")


def test_metadata_outline_and_archive_standard():
    reader = pypdfium2.PdfDocument(pdf_of("zh"))
    metadata = reader.get_metadata_dict()
    assert metadata["Title"] == "贵州省报告说明 2019年度"
    assert metadata["Author"] == "评估机构"
    assert metadata["CreationDate"] == "D:20200705020000Z"  # ten in the morning in China
    headings = [entry.get_title() for entry in reader.get_toc() if entry.level == 0]
    assert headings == ["摘要", "一、总体表现说明", "二、出处"]
    with pikepdf.open(BytesIO(pdf_of("zh"))) as document:
        assert document.Root.Lang == "zh-CN"
        assert document.Root.MarkInfo.Marked
        with document.open_metadata() as metadata:
            assert metadata.pdfa_status == "2A"
            assert metadata["pdfuaid:part"] == "1"


def test_every_font_is_embedded():
    with pikepdf.open(BytesIO(pdf_of("zh"))) as document:
        descriptors = [
            thing
            for thing in document.objects
            if isinstance(thing, pikepdf.Dictionary) and thing.get("/Type") == "/FontDescriptor"
        ]
        assert descriptors
        assert all({"/FontFile2", "/FontFile3"} & set(descriptor.keys()) for descriptor in descriptors)
        assert any("NotoSansCJK" in str(descriptor.FontName) for descriptor in descriptors)


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


def of_blocks(language: str, *blocks: Block) -> list[str]:
    """The pages behind the message of a report of these blocks alone."""
    sections = (Section("a", 1, "a", ()), Section("b", 1, "b", blocks))
    return page_texts(paper.pdf(replace(a_report(language), sections=sections)))[2:]


def a_table(headings: tuple[str, ...], *rows: tuple[str, ...]) -> Table:
    """Names in the first column, numbers in the others."""
    aligned = (Align.start, *[Align.decimal] * (len(headings) - 1))
    columns = tuple(Column(heading, align, width=2.2) for heading, align in zip(headings, aligned, strict=True))
    return Table(columns, tuple(Row(tuple(Cell((text,)) for text in row)) for row in rows), "表")


@pytest.mark.parametrize(("numbers", "set_as"), [(4, "县级平均分"), (11, "县级平\n均分")])
def test_headings_over_numbers_break_in_the_middle_where_they_must(numbers, set_as):
    [page] = of_blocks("zh", a_table(("地区", *["县级平均分"] * numbers), ("三都水族自治县", *["80.74"] * numbers)))
    assert page.count(set_as) == numbers and "三都水族自治县" in page


def test_many_english_headings_take_two_lines():
    headings = "China", "Province", "90% band", "Composite", "Base", "Transparency", "Compliance", "Commitment", "Work"
    numbers = "1,981", "85", "1,910–2,056", "76.74", "79.00", "30.00", "20.00", "20.00", "10.00", "-2.26"
    table = a_table(("County", *headings, "Events"), ("Sandu Sui Autonomous County", *numbers))
    [page] = of_blocks("en", table)
    broken = "Com-posite", "Trans-parency", "Com-pliance", "Commit-ment"
    assert [word for word in broken if word.replace("-", "\xad\n") not in page] == []
    assert page.count("\xad\n") == len(broken)


def test_a_long_list_of_units_is_cut_on_paper_and_says_where_it_goes_on():
    finding = Finding("偏低", ("说明",), "规则", tuple((f"{number}号县",) for number in range(70)), "有关单位")
    others = [replace(finding, heading=f"第{number}项", concerned=()) for number in range(2, 9)]
    last = replace(finding, heading="别的规则", rule="另一条", concerned=())
    text = "".join("".join(of_blocks("zh", FindingList((finding, *others, last)))).split())
    assert "6.第6项" in text and "第7项" not in text and "9.别的规则" in text and "其余2项见网页版" in text
    assert "29号县" in text and "30号县" not in text and "其余40个见网页版" in text


def test_a_number_of_two_parts_is_not_broken():
    headings = ("县", "名次", "九成区间", *["透明度"] * 7)
    [page] = of_blocks("zh", a_table(headings, ("沿河土家族自治县", "1,981", "1,910–2,056", *["100.0%"] * 7)))
    assert "1,910–2,056" in page


@pytest.mark.parametrize(("rows", "is_whole"), [(8, True), (30, False)])
def test_a_short_table_stays_whole_and_a_long_one_begins_where_there_is_room(rows, is_whole):
    """So no page is left a third empty, and no table of a few lines is torn apart."""
    table = a_table(("县", "得分"), *[(f"第{number}县", "80.74") for number in range(rows)])
    paged = of_blocks("zh", *[Paragraph(("字" * 30,))] * 22, table)
    first, second, *_ = ("".join(page.split()) for page in paged)
    assert ("第0县" in first, "第0县" in second) == (not is_whole, is_whole)
    assert f"第{rows - 1}县" in second and ("得分" in first) is not is_whole


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
