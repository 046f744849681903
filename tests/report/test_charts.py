"""Charts: one svg element each, complete, the same every time, and honest about gaps and negatives."""

from __future__ import annotations

import re
from decimal import Decimal
from itertools import pairwise
from xml.etree import ElementTree

import pytest

from orchestration.report import charts
from orchestration.report.charts.axis import round_axis
from orchestration.report.charts.bar import bar_specification, label_step
from orchestration.report.charts.line import value_places
from orchestration.report.charts.look import band_colours, text_colour_on
from orchestration.report.charts.text import apart, fitted, text_width, wrapped
from orchestration.report.charts.timeline import telling_parts
from orchestration.report.document import ChartKind
from tests.report.drawn_examples import DIMENSIONS, NASTY, chart, one_chart_of_each_kind, series

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


def test_a_gap_draws_no_dot_and_breaks_the_radar():
    with_gap, whole = (
        charts.draw(chart(ChartKind.radar, DIMENSIONS, series("甲", values)), "zh")
        for values in (("60", "70", None, "90", "80"), ("60", "70", "75", "90", "80"))
    )
    assert "fill-opacity" in whole and "fill-opacity" not in with_gap
    assert whole.count("<path") == with_gap.count("<path") + 1


def test_values_beyond_a_radar_widen_it():
    shown = texts(charts.draw(chart(ChartKind.radar, DIMENSIONS, series("甲", ("60", "70", "75", "90", "-20"))), "zh"))
    assert "40" in shown  # the middle ring of a scale from -20 to 100


def test_all_values_missing_is_drawn():
    nothing = (None,) * 5
    for kind in (ChartKind.bar, ChartKind.dot, ChartKind.radar, ChartKind.line):
        assert "甲" in texts(charts.draw(chart(kind, DIMENSIONS, series("甲", nothing)), "zh")) or kind in (
            ChartKind.bar,
            ChartKind.radar,
            ChartKind.line,
        )


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
    assert text_colour_on("#083d6e") == "#ffffff" and text_colour_on("#deebf5") != "#ffffff"


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


def test_a_lines_labels_stand_on_no_point_and_on_no_label():
    for points in ([60.0, 72.0], [70.0, 70.0], [20.0, 40.0, 45.0], [80.0], [145.0, 140.0, 138.0, 30.0]):
        places = value_places(points)
        assert all(abs(y - point) >= 10 for y in places for point in points)
        assert all(abs(a - b) >= 12 for number, a in enumerate(places) for b in places[number + 1 :])


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


def test_a_timelines_labels_say_what_differs():
    assert telling_parts(
        [
            "[合成 synthetic] 观山湖区小区停电",
            "[合成 synthetic] 观山湖区回应失当",
            "10.28观山湖倒塌(标题引自2019年度报告;时间为合成 synthetic)",
            "观山湖区",
            "",
        ]
    ) == ["小区停电", "回应失当", "10.28观山湖倒塌", "观山湖区", ""]
    assert telling_parts(["[合成 synthetic] 观山湖区停电"]) == ["观山湖区停电"]


def test_labels_move_apart():
    moved = apart([10.0, 12.0, 50.0], 12, 0, 100)
    assert moved[1] - moved[0] >= 11.9 and moved[2] == 50.0
