"""Maps: every province is there, units find their shapes of any year, areas are true, the review number is printed."""

from __future__ import annotations

import csv
import re
from dataclasses import replace
from itertools import pairwise
from xml.etree import ElementTree

import pytest

from orchestration.home import project_root
from orchestration.report import maps
from orchestration.report.charts.text import text_width
from orchestration.report.document import MapKind
from orchestration.report.maps.content import map_content, own_name
from orchestration.report.maps.frame import NATION, fitted, local
from orchestration.report.maps.label import box_around, overlaps, placed
from orchestration.report.maps.layout import NAME_SIZE, outlines
from orchestration.report.maps.topology import (
    counties,
    label_points,
    other_boundary_lines,
    provinces,
    south_china_sea_dashes,
)
from orchestration.report.maps.unit_shape import shape_codes, unit_of_shape
from tests.report.drawn_examples import a_map

SVG = "{http://www.w3.org/2000/svg}"
GUIYANG = ("520102", "520103", "520111", "520112", "520113", "520115", "520121", "520122", "520123", "520181")


def assessed_units() -> dict[int, list[str]]:
    """The units of every edition of county governments, by year."""
    with (project_root() / "seeds/geography/assessment_frame.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["series_code"] == "county_integrity"]
    found: dict[int, list[str]] = {}
    for row in rows:
        if row["is_included"] == "1":
            found.setdefault(int(row["assessment_year"]), []).append(row["unit_code"])
    return found


def texts(svg: str) -> set[str]:
    return {"".join(node.itertext()) for node in ElementTree.fromstring(svg).iter(f"{SVG}text")}


@pytest.mark.parametrize(
    "drawn",
    [
        a_map(MapKind.nation, "000000", ("520000", "310000", "110000")),
        a_map(MapKind.province, "520000", GUIYANG, place="520115"),
        a_map(MapKind.province, "460000", ("460105", "460300", "460400")),
        a_map(MapKind.prefecture, "520100", GUIYANG),
    ],
    ids=["nation", "province", "hainan", "prefecture"],
)
def test_a_map_stands_alone_and_names_its_source(drawn):
    svg = maps.draw(drawn, "zh")
    assert ElementTree.fromstring(svg).get("aria-label") == "替代文字"
    assert not re.search(r"<script|<image|https?://(?!www\.w3\.org/2000/svg)", svg)
    maps.draw.cache_clear()
    assert svg == maps.draw(drawn, "zh")
    shown = texts(svg)
    assert any("GS(2024)0650号" in text for text in shown)
    assert {"综合得分", "无数据", *(band.label for band in drawn.bands)} <= shown


def test_the_national_map_is_complete():
    content = map_content(a_map(MapKind.nation, "000000", ("520000", "310000")), "zh")
    assert len(content.shapes) == 34
    assert {"710000", "540000", "810000", "820000"} <= {shape.code for shape in content.shapes}
    assert set(content.areas) == {"520000", "310000"}
    shown = texts(maps.draw(a_map(MapKind.nation, "000000", ("520000", "310000")), "zh"))
    assert {"台湾", "西藏", "贵州", "南海诸岛"} <= shown
    assert "South China Sea Islands" in texts(maps.draw(a_map(MapKind.nation, "000000", ("520000",)), "en"))


def test_the_dashes_in_the_sea_and_the_western_frontier_are_drawn():
    assert len(south_china_sea_dashes()) == 10
    assert all(108 < x < 123 and y < 25 for line in south_china_sea_dashes() for x, y in line)
    assert [line for line in other_boundary_lines() if line[0][0] < 80]
    svg = maps.draw(a_map(MapKind.nation, "000000", ("520000", "310000")), "zh")
    assert svg.count('stroke="#1d2733" stroke-width="1.1"') == 2, "on the map and in its inset"


def test_clips_of_two_maps_on_one_page_have_ids_of_their_own():
    ids = [
        set(re.findall(r'id="([^"]+)"', maps.draw(a_map(MapKind.prefecture, region, codes), "zh")))
        for region, codes in (("520100", GUIYANG), ("520200", ("520201", "520203")))
    ]
    assert ids[0] and ids[1] and not ids[0] & ids[1]


def test_units_find_the_shapes_of_their_year():
    topology = counties()
    assert shape_codes(topology, "520115", 2019) == ("520115",)
    assert shape_codes(topology, "130521", 2019) == ("130502", "130503")  # split since
    assert shape_codes(topology, "140726", 2019) == ("140703",)  # recoded in 2019
    assert shape_codes(topology, "460300", 2019) == ("460321", "460322")  # a prefecture that is a unit
    assert shape_codes(topology, "999999", 2019) == ()


def test_every_unit_of_the_frame_has_a_shape_or_shares_one():
    topology = counties()
    for year, codes in assessed_units().items():
        assert [code for code in codes if not shape_codes(topology, code, year)] == []


def test_a_shared_shape_shows_one_unit_and_names_the_other():
    drawn = a_map(MapKind.prefecture, "130500", ("130502", "130503", "130521", "130522"))
    shown, hidden = unit_of_shape(counties(), drawn.areas, 2019)
    assert shown["130502"] == "130502" and shown["130503"] == "130503"
    assert hidden == ["130521"]
    assert any("单位130521" in text for text in texts(maps.draw(drawn, "zh")))


def test_every_part_of_a_province_is_drawn():
    content = map_content(a_map(MapKind.province, "520000", GUIYANG), "zh")
    assert len(content.shapes) == 88
    assert {name for name, _ in content.names} == {
        "贵阳", "六盘水", "遵义", "安顺", "毕节", "铜仁", "黔西南", "黔东南", "黔南",
    }  # fmt: skip


def test_vega_projects_as_the_frame_says():
    """Outlines come from Vega, names from the frame: both have to know the same projection."""
    for drawn in (a_map(MapKind.nation, "000000", ("520000", "310000")), a_map(MapKind.province, "520000", GUIYANG)):
        content = map_content(drawn, "zh")
        frame = content.frame(470, 450)
        paths = dict(outlines(content, frame))
        assert len(paths) == len(content.shapes)
        for shape in content.shapes[:5]:
            numbers = [float(each) for each in re.findall(r"-?[\d.]+", paths[shape.code])]
            drawn_points = set(zip(numbers[::2], numbers[1::2], strict=True))
            points = [frame(point) for arc in shape.arcs() for point in frame.thinned(content.topology.arcs[arc])]
            assert all(min(abs(x - a) + abs(y - b) for a, b in drawn_points) < 0.3 for x, y in points)


def test_areas_are_true():
    sizes = {code: label_points()[code][1] for code in ("520000", "510000")}
    assert sizes["520000"] == pytest.approx(176_167, rel=0.01)  # area that the province itself publishes
    assert sizes["510000"] == pytest.approx(486_000, rel=0.01)


def test_every_shape_has_a_place_for_its_name_inside():
    for topology in (counties(), provinces()):
        for shape in topology.shapes.values():
            (x, y), _ = label_points()[shape.code]
            crossings = 0
            for arc in shape.arcs():
                line = topology.arcs[arc]
                for (x1, y1), (x2, y2) in pairwise(line):
                    if (y1 > y) != (y2 > y) and x < x1 + (y - y1) * (x2 - x1) / (y2 - y1):
                        crossings += 1
            assert crossings % 2 == 1, shape.name_zh


def test_a_frame_keeps_proportions_and_holds_its_points():
    points = [(104.0, 25.0), (109.0, 25.0), (104.0, 29.0), (109.0, 29.0)]
    frame = fitted(local(points), points, 400, 300)
    assert all(-0.01 <= x <= 400.01 and -0.01 <= y <= frame.height + 0.01 for x, y in map(frame, points))
    east = frame((109.0, 27.0))[0] - frame((104.0, 27.0))[0]
    north = frame((106.5, 25.0))[1] - frame((106.5, 29.0))[1]
    assert east / north == pytest.approx(5 * 0.891 * 111.2 / (4 * 111.2), rel=0.01)  # cos 27° = 0.891
    assert NATION.longitude == 105


def test_lines_that_meet_still_do_when_points_are_left_out():
    line = [(104.0 + number / 1000, 25.0) for number in range(1000)]
    frame = fitted(local([(104.0, 24.0), (110.0, 28.0)]), [(104.0, 24.0), (110.0, 28.0)], 400, 300)
    thinned = frame.thinned(line)
    assert (thinned[0], thinned[-1]) == (line[0], line[-1]) and 50 < len(thinned) < 200


def test_areas_without_a_value_are_striped():
    svg = maps.draw(a_map(MapKind.prefecture, "520100", GUIYANG), "zh")
    assert "linearGradient" in svg and 'fill="url(#' in svg


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(
    ("kind", "region"), [(MapKind.province, "460000"), (MapKind.prefecture, "520100"), (MapKind.province, "110000")]
)
def test_no_label_covers_another_and_none_is_lost(language, kind, region):
    codes = tuple(code for code in counties().shapes if code.startswith(region.rstrip("0")))
    drawn = a_map(kind, region, codes)
    named = replace(
        drawn,
        areas=tuple(replace(area, name=own_name(counties().shapes[area.code], language)) for area in drawn.areas),
    )
    content = map_content(named, language)
    frame = content.frame(462, 450)
    labels, size = content.labels(frame), NAME_SIZE[kind]
    names = placed(labels, size, frame.width, frame.height)
    boxes = [box_around(label.x, label.y, text_width(label.text, size) / 2, size) for label in names.labels]
    assert not any(overlaps(box, other) for number, box in enumerate(boxes) for other in boxes[:number])
    assert all(left >= -1.1 and right <= frame.width + 1.1 for left, _, right, _ in boxes)
    numbers = {str(number) for number, _ in names.key}
    shown = {label.text for label in names.labels} - numbers | {text for _, text in names.key}
    wanted = {label.text for label in labels}
    assert shown == wanted
    note = " ".join(texts(maps.draw(named, language)))
    assert all(text.split()[0] in note for _, text in names.key)
