"""Small charts, maps and reports for the tests of drawing: every kind of block, and texts that are hard to set."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from orchestration.report.document import (
    Align,
    BulletList,
    Cell,
    Chart,
    ChartKind,
    Code,
    Column,
    Facts,
    Figure,
    Finding,
    FindingList,
    KeyFigure,
    Labels,
    Map,
    MapArea,
    MapBand,
    MapKind,
    OnScreen,
    Paragraph,
    Quote,
    ReferenceLine,
    Report,
    Row,
    ScoreCard,
    Section,
    Series,
    Source,
    SourceList,
    Strong,
    Table,
)

NASTY = "#let x = 1 $a_b$ *b* _c_ @ref \\back `raw` \"q\" 'p' <lab> [br] {cur} ~ // c /* d */ & %"
DIMENSIONS = ("透明度", "合规度", "践约度", "政务诚信建设专项工作", "政务信用舆情事件")


def series(name: str, values: tuple[str | None, ...], role: str = "subject") -> Series:
    return Series(
        name,
        tuple(None if value is None else Decimal(value) for value in values),
        tuple("-" if value is None else value for value in values),
        role,
    )


def chart(kind: ChartKind, categories: tuple[str, ...], *rows: Series, **further: object) -> Chart:
    return Chart(kind, categories, rows, "图题", "替代文字", "region_score", **further)


def one_chart_of_each_kind() -> list[Chart]:
    own = series("贵州省", ("100.0", "98.5", None, "99.1", "-4.15"))
    nation = series("全国平均", ("99.3", "98.7", "98.2", "96.0", "8.0"), "reference")
    return [
        chart(
            ChartKind.bar,
            DIMENSIONS,
            own,
            unit="%",
            reference_lines=(ReferenceLine(Decimal("79.38"), "全国平均 79.38"),),
            highlight=(1,),
        ),
        chart(ChartKind.bar, DIMENSIONS, own, nation),
        chart(ChartKind.dot, DIMENSIONS, own, nation, minimum=Decimal(0), maximum=Decimal(100)),
        chart(ChartKind.bar, ("甲", "乙"), series("综合", ("82.33", "79.31")), minimum=Decimal("78.5"), unit="分"),
        chart(ChartKind.line, ("2017", "2018", "2019"), series("贵州省", ("77.10", None, "80.74")), unit="分"),
    ]


BANDS = (
    MapBand("80.00-", Decimal(80), None),
    MapBand("70.00-80.00", Decimal(70), Decimal(80)),
    MapBand("-70.00", None, Decimal(70)),
)


def a_map(kind: MapKind, region_code: str, codes: tuple[str, ...], **further: object) -> Map:
    """A map whose areas lie in the bands in turn; the last area has no value."""
    areas = tuple(
        MapArea(code, f"单位{code}", Decimal(80 - index), f"{80 - index}.00", index % len(BANDS))
        for index, code in enumerate(codes[:-1])
    )
    areas += (MapArea(codes[-1], f"单位{codes[-1]}", None, "", None),)
    return Map(
        kind=kind,
        region_code=region_code,
        assessment_year=2019,
        areas=areas,
        bands=BANDS,
        no_value_label="无数据",
        caption="得分分布",
        alt="替代文字",
        source="unit_score",
        attribution="底图:天地图,审图号:GS(2024)0650号",
        legend_title="综合得分",
        **further,
    )


def indicator_table(row_count: int, name: str = "指标") -> Table:
    columns = (
        Column("指标", width=3),
        Column("得分", Align.decimal, unit="分", group="全国"),
        Column("得分率", Align.decimal, group="全国"),
        Column("规则", width=2),
    )
    rows = tuple(
        Row(
            (
                Cell((f"{name}{number}",)),
                Cell((Figure(f"{number}.25", "region_score"),)),
                Cell((Figure("99.10%", "region_score"),)),
                Cell(("规则说明",)),
            ),
            depth=number % 3,
            emphasis=number == 0,
        )
        for number in range(row_count)
    )
    return Table(columns, rows, "指标得分", ("表注",))


def a_report(language: str = "zh", text: str = "说明", **further: object) -> Report:
    """A report with every kind of block."""
    figure = Figure("80.74", "region_score")
    overall = (
        Paragraph((text, figure, Strong(text))),
        Paragraph((Strong("小标题"),)),
        Paragraph((text,), small=True),
        BulletList(((text,), ("二", figure))),
        ScoreCard(tuple(KeyFigure(f"标签{n}", figure, "分", ("注",)) for n in range(5))),
        *one_chart_of_each_kind(),
        a_map(MapKind.prefecture, "520100", ("520102", "520103", "520111")),
        indicator_table(60, text[:20]),
        FindingList((Finding(text, (text, figure), "规则", ((text,), ("乙",)), "有关单位"),)),
        Facts((("摘要", ("a" * 64,)), (text, (text,))), monospace=True),
        Code(f"zhengxin report --region 520000\n{text}"),
        Quote(text, "某报", "https://example.invalid/1"),
        OnScreen((indicator_table(3, text[:20]),), ("完整的表见网页版", figure)),
    )
    return Report(
        title="贵州省报告" + text[:30],
        subtitle="2019年度",
        language=language,
        file_stem="2019-520000",
        description="一句话",
        notice="本报告所用数据为合成数据",
        watermark="合成数据",
        running_head="页眉" + text[:30],
        edition=("发布版本2019-r1",),
        labels=Labels(
            "目录",
            "图 {number}",
            "表 {number}",
            "第 {page} 页 共 {pages} 页",
            "跳到正文",
            "规则",
            "其余{count}个见网页版",
            "其余{count}项见网页版",
        ),
        sections=(
            Section("摘要", 1, "summary", (Paragraph((text, figure)),)),
            Section("总体表现" + text[:20], 1, "overall", overall, "一、"),
            Section("出处", 1, "sources", (SourceList(),), "二、"),
        ),
        sources=(Source("region_score", 1, ("region_score",), text, f"select 1 -- {text}"),),
        publisher="评估机构",
        released_at=datetime(2020, 7, 5, 10, 0),
        **further,
    )
