"""Charts: one svg element each, complete, the same every time, and honest about gaps and negatives."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise
from xml.etree import ElementTree

from orchestration.report import charts
from orchestration.report.charts.axis import round_axis
from orchestration.report.charts.bar import bar_specification, label_step
from orchestration.report.charts.line import value_places
from orchestration.report.charts.look import band_colours, text_colour_on
from orchestration.report.charts.text import apart, fitted, text_width, wrapped
from orchestration.report.document import ChartKind
from tests.report.drawn_examples import DIMENSIONS, NASTY, chart, series

SVG = "{http://www.w3.org/2000/svg}"


def texts(svg: str) -> list[str]:
    root = ElementTree.fromstring(svg)
    return ["".join(node.itertext()) for node in root.iter(f"{SVG}text")]


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


def test_labels_move_apart():
    moved = apart([10.0, 12.0, 50.0], 12, 0, 100)
    assert moved[1] - moved[0] >= 11.9 and moved[2] == 50.0
