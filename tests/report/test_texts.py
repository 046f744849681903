"""Both languages say the same things, in the same places; numbers are printed as people round."""

from __future__ import annotations

import re
from collections import namedtuple
from datetime import date
from decimal import Decimal

import pytest

from orchestration.errors import UsageError
from orchestration.report.document import Figure
from orchestration.report.parts import Numbering, chinese_number, cut_axis, key_figure
from orchestration.report.release import Row, count_text, decimal_text, plain_text, rate_text, signed_text
from orchestration.report.texts import PLACE, Texts, full_width, plain, templates

MAP_REVIEW_NUMBER = "GS(2024)0650号"
HALF_WIDTH_BESIDE_CHINESE = re.compile("[\u4e00-\u9fff][,;:()]|[,;:()][\u4e00-\u9fff]")


def test_both_languages_hold_the_same_templates() -> None:
    assert templates("zh").keys() == templates("en").keys()


@pytest.mark.parametrize("key", sorted(templates("zh")))
def test_a_template_has_the_same_places_in_both_languages(key: str) -> None:
    places = [{place.group(1, 2) for place in PLACE.finditer(templates(language)[key])} for language in ("zh", "en")]
    assert places[0] == places[1]


def test_chinese_is_set_in_full_width() -> None:
    assert [text for text in templates("zh").values() if HALF_WIDTH_BESIDE_CHINESE.search(text)] == []
    english = [text.replace(MAP_REVIEW_NUMBER, "") for text in templates("en").values()]
    assert [text for text in english if re.search("[\u3000-\u9fff\uff00-\uffef]", text)] == []
    assert full_width("透明度(政务公开)") == "透明度\uff08政务公开\uff09"
    assert full_width("中国(2019年度),B级") == "中国\uff082019年度\uff09\uff0cB级"
    assert full_width("GS 1,234 (a)") == "GS 1,234 \uff08a\uff09"


def test_a_language_that_is_not_there_is_refused() -> None:
    with pytest.raises(UsageError, match="zh, en"):
        Texts("fr")


def row(**columns: object) -> Row:
    return type("row", (Row, namedtuple("row", columns)), {"source": "a", "digits": 2})(*columns.values())


def test_one_is_singular() -> None:
    t = Texts("en")
    for count, said in ((1, "1 positive event counts, +3.00"), (2, "2 positive events count, +3.00")):
        assert plain(t("event.positive", row(event_count=count, points=Decimal(3)))).startswith(said)


def test_a_row_is_told_by_its_columns() -> None:
    t = Texts("zh", short=lambda code: f"<{code}>")
    moved = row(node_code="E", change_from_previous=Decimal("-0.38"))
    assert t("summary.dimension_moved", moved) == ("<E>\uff08", Figure("−0.38", "a"), "\uff09")
    dated = row(frame_date=date(2018, 12, 31))
    assert plain(t("about.frame_date", dated)) == "以截至2018年12月31日的行政区划为准"
    assert plain(Texts("en")("about.frame_date", dated)).endswith("as of 31 December 2018")


def test_a_value_with_its_unit_is_singular_or_plural() -> None:
    t = Texts("en")
    assert [plain(t("measurement_unit.项", n=Figure(n, "a"))) for n in ("1", "6")] == ["1 item", "6 items"]
    assert plain(t("measurement_unit.个", n=Figure("6", "a"))) == "6"


def test_a_key_figure_without_a_value_has_no_unit() -> None:
    for language, none in (("zh", "无"), ("en", "none")):
        missing = key_figure(Texts(language), "x", Figure("–", "a"), "points")
        assert (missing.value, missing.unit) == (Figure(none, "a"), "")
    assert key_figure(Texts("en"), "x", Figure("1.00", "a"), "points").unit == "points"


# What officials do not write, by docs/style.zh-CN.md.
UNWANTED = re.compile("单位|单元|被隔离|第[^、，。]*名(?!次)|zhengxin |marts\\.|县级政府县")


def test_an_editors_chinese() -> None:
    found = {key for key, text in templates("zh").items() if UNWANTED.search(PLACE.sub("", text))}
    assert found == set()


def test_items_are_listed_as_the_language_does() -> None:
    assert plain(Texts("zh").listed(["甲", "乙", "丙"])) == "甲、乙和丙"
    assert plain(Texts("en").listed(["a", "b", "c"])) == "a, b and c"
    assert plain(Texts("en").listed([])) == ""


def test_figures_stay_figures_in_a_text() -> None:
    figure = Figure("80.74", "region_score")
    assert figure in Texts("zh")("summary.item", label="", text=figure)


def test_bars_begin_where_differences_show() -> None:
    close = [Decimal(value) for value in ("82.33", "82.20", "79.31")]
    assert cut_axis(close) == Decimal(77)
    assert cut_axis([Decimal(10), Decimal(80)]) is None
    assert cut_axis([Decimal(-1), Decimal("0.5")]) is None
    assert cut_axis([]) is None


@pytest.mark.parametrize(
    ("value", "printed"),
    [("80.735", "80.74"), ("-0.005", "−0.01"), ("-0.004", "0.00"), ("1234.5", "1,234.50"), ("2.665", "2.67")],
)
def test_scores_are_rounded_half_up(value: str, printed: str) -> None:
    assert decimal_text(Decimal(value), 2) == printed


def test_signs_shares_and_counts() -> None:
    assert signed_text(Decimal("1.3598"), 2) == "+1.36"
    assert signed_text(Decimal("-8.24"), 2) == "−8.24"
    assert signed_text(Decimal("0.001"), 2) == "0.00"
    assert rate_text(Decimal("0.9909090909")) == "99.1%"
    assert (rate_text(Decimal("0.0003653635")), rate_text(Decimal(0))) == ("0.04%", "0.0%")
    assert count_text(2737) == "2,737"
    assert plain_text(Decimal("2.5000")) == "2.5"
    assert plain_text(Decimal("-20")) == "−20"
    assert {decimal_text(None, 2), signed_text(None, 2), rate_text(None), count_text(None), plain_text(None)} == {"–"}


def test_headings_are_numbered_as_the_language_does() -> None:
    zh, en = Numbering("zh"), Numbering("en")
    assert [zh.first(), zh.second(), zh.second(), zh.first(), zh.second()] == [
        "一、", "\uff08一\uff09", "\uff08二\uff09", "二、", "\uff08一\uff09"
    ]  # fmt: skip
    assert [en.first(), en.second(), en.first()] == ["1", "1.1", "2"]
    assert [chinese_number(number) for number in (9, 10, 11, 20, 35)] == ["九", "十", "十一", "二十", "三十五"]
