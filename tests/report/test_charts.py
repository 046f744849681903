"""Charts: one svg element each, complete, the same every time, and honest about gaps and negatives."""

from __future__ import annotations

import re
from decimal import Decimal
from itertools import pairwise
from xml.etree import ElementTree

import pytest

from orchestration.report import charts, maps
from orchestration.report.charts.axis import round_axis
from orchestration.report.charts.bar import bar_specification, label_step
from orchestration.report.charts.line import point_rows
from orchestration.report.charts.look import band_colours
from orchestration.report.charts.text import fitted, text_width, wrapped
from orchestration.report.document import ChartKind, MapKind
from tests.report.drawn_examples import DIMENSIONS, NASTY, a_map, chart, one_chart_of_each_kind, series

SVG = "{http://www.w3.org/2000/svg}"


def texts(svg: str) -> list[str]:
    root = ElementTree.fromstring(svg)
    return ["".join(node.itertext()) for node in root.iter(f"{SVG}text")]


@pytest.mark.parametrize("drawn", one_chart_of_each_kind(), ids=lambda drawn: drawn.kind)
def test_every_kind_is_one_svg_that_stands_alone(drawn):
    svg = charts.draw(drawn, "zh")
    root = ElementTree.fromstring(svg)
    assert root.tag == f"{SVG}svg"
    assert root.get("aria-label") == root.findtext(f"{SVG}title") == "替代文字"
    assert not re.search(r"<script|<image|href=|https?://(?!www\.w3\.org/2000/svg)", svg)
    charts.draw.cache_clear()
    assert svg == charts.draw(drawn, "zh")
    assert root.get("font-family").startswith("Noto Sans CJK SC")


@pytest.mark.parametrize("drawn", one_chart_of_each_kind(), ids=lambda drawn: drawn.kind)
def test_nothing_reaches_beyond_the_drawing(drawn):
    root = ElementTree.fromstring(charts.draw(drawn, "zh"))
    assert float(root.get("width")) <= 605
    for place, anchor, size, text in placed_texts(root):
        width = text_width(text, size)
        start = place - {"start": 0, "middle": width / 2, "end": width}[anchor]
        assert start >= -1.5 and start + width <= float(root.get("width")) + 1.5, text


def placed_texts(root: ElementTree.Element):
    """x in the drawing, anchor, size and text of every text."""

    def walk(node, x):
        moved = re.match(r"translate\((-?[\d.]+)", node.get("transform", ""))
        x += float(moved[1]) if moved else 0.0
        if node.tag == f"{SVG}text":
            size = float(node.get("font-size").removesuffix("px"))
            yield x, node.get("text-anchor", "start"), size, "".join(node.itertext())
        for child in node:
            yield from walk(child, x)

    return walk(root, 0.0)


def test_values_and_names_are_printed_as_given():
    shown = texts(charts.draw(one_chart_of_each_kind()[0], "zh"))
    assert {"100.0", "98.5", "-", "99.1", "-4.15", *DIMENSIONS, "全国平均 79.38", "%"} <= set(shown)


def test_bars_hold_zero_and_negative_values():
    domain = bar_specification(one_chart_of_each_kind()[0], "zh")["scales"][0]["domain"]
    assert domain == [-4.15, 100.0]
    only_positive = chart(ChartKind.bar, ("甲",), series("得分", ("80.74",)))
    assert bar_specification(only_positive, "zh")["scales"][0]["domain"] == [0.0, 80.74]


def test_nasty_texts_stay_texts():
    svg = charts.draw(chart(ChartKind.bar, (NASTY[:20], "<b>&amp;"), series(NASTY, ("1", "2"))), "zh")
    assert "<b>&amp;" in texts(svg)


def test_lightness_falls_from_band_to_band():
    def lightness(colour):
        red, green, blue = (int(colour[start : start + 2], 16) for start in (1, 3, 5))
        return 0.299 * red + 0.587 * green + 0.114 * blue

    for count in range(2, 7):
        steps = [lightness(colour) for colour in band_colours(count)]
        assert all(later - earlier > 25 for earlier, later in pairwise(steps))


def test_every_colour_has_one_for_a_dark_scheme():
    """But the bands of a map, which its legend shows."""
    dark, roles = charts.DARK_STYLE.read_text(encoding="utf-8"), ("subject", "reference", "best", "previous", "other")
    drawn = [charts.draw(each, "zh") for each in one_chart_of_each_kind()]
    for role in roles:
        values = series("甲", ("1", "2", "-3")), series("乙", ("3", "4", "5"), role)
        drawn += [charts.draw(chart(kind, ("子", "丑", "寅"), *values), "zh") for kind in ChartKind]
    areas = "520102", "520103", "520111"
    drawn.append(maps.draw(a_map(MapKind.province, "520000", areas, place="520111"), "zh"))
    drawn.append(maps.draw(a_map(MapKind.nation, "000000", ("520000", "310000")), "zh"))
    found = {each for svg in drawn for each in re.findall(r' ((?:fill|stroke|stop-color)="#[^"]+")', svg)}
    bands = {f'fill="{colour}"' for colour in band_colours(3)}
    assert len(found - bands) > 20
    assert [each for each in sorted(found - bands) if f"[{each}]" not in dark] == []


def test_axis_has_round_ticks_that_hold_all_values():
    axis = round_axis([Decimal("77.1"), Decimal("88.32")])
    assert axis.lower <= Decimal("77.1") and axis.upper >= Decimal("88.32")
    assert axis.labels == ("76", "78", "80", "82", "84", "86", "88", "90")
    fixed = round_axis([Decimal(50)], Decimal(0), Decimal(100))
    assert (fixed.lower, fixed.upper) == (0, 100)
    assert round_axis([Decimal(5)]).lower < 5 < round_axis([Decimal(5)]).upper


def test_text_is_cut_and_wrapped_to_its_room():
    assert fitted("政务诚信建设专项工作", 10, 60).endswith("…")
    assert text_width(fitted("政务诚信建设专项工作", 10, 60), 10) <= 60
    assert wrapped("政务诚信建设专项工作", 10, 90) == ["政务诚信建", "设专项工作"]
    assert wrapped("Dedicated integrity work", 10, 90) == ["Dedicated", "integrity work"]
    assert wrapped("", 10, 90) == [""]


def test_no_reference_line_runs_through_a_bars_label():
    assert label_step(100.0, "80.74", [300.0], 1) == 4.0
    behind = label_step(100.0, "80.74", [110.0], 1)
    assert 100 + behind > 110
    assert label_step(100.0, "80.74", [90.0], -1) < -10


def test_long_names_of_dots_and_bars_are_whole():
    name = "Qiannan Bouyei and Miao Autonomous Prefecture"
    for kind in (ChartKind.dot, ChartKind.bar):
        shown = texts(charts.draw(chart(kind, (name, "Guiyang"), series("Score", ("80", "81"))), "en"))
        assert name in " ".join(shown) and not any("…" in text for text in shown)


def test_all_values_missing_is_drawn():
    nothing = (None,) * 5
    for kind in ChartKind:
        shown = texts(charts.draw(chart(kind, DIMENSIONS, series("甲", nothing)), "zh"))
        assert ("甲" in shown) == (kind is ChartKind.dot)


def test_bars_that_do_not_begin_at_zero_say_so():
    cut = chart(ChartKind.bar, ("甲", "乙"), series("得分", ("82.33", "79.31")), minimum=Decimal("78.5"))
    [scale] = bar_specification(cut, "zh")["scales"]
    assert (scale["domain"], scale["zero"]) == ([78.5, 82.33], False)
    assert "78.5" in texts(charts.draw(cut, "zh"))
    whole = chart(ChartKind.bar, ("甲", "乙"), series("得分", ("82.33", "79.31")))
    assert "78.5" not in texts(charts.draw(whole, "zh"))


def test_the_lower_of_two_lines_has_its_values_below():
    lines = chart(
        ChartKind.line,
        ("2018", "2019"),
        series("贵州省", ("79.10", "80.74")),
        series("全国", ("77.00", None), "reference"),
    )
    axis = round_axis([Decimal("77"), Decimal("80.74")], tick_count=4)
    own, nation = (point_rows(lines, each, axis, 500) for each in lines.series)
    assert all(row["label_y"] < row["y"] for row in own)
    assert nation[0]["label_y"] > nation[0]["y"] and nation[1]["label"] == ""
    assert {"贵州省", "全国", "79.10", "77.00"} <= set(texts(charts.draw(lines, "zh")))
