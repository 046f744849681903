"""Section 4: the regions directly below with their profiles, the map, and the ranking of units."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from orchestration.report.document import (
    Align,
    Block,
    Chart,
    ChartKind,
    Column,
    Link,
    Map,
    MapArea,
    MapBand,
    MapKind,
    Paragraph,
    ReferenceLine,
    Section,
    Table,
    Text,
)
from orchestration.report.figures.region import RegionScore
from orchestration.report.figures.unit import UnitDimension, UnitScore
from orchestration.report.release import Answer, decimal_text
from orchestration.report.scope import BASE_NODE, ROOT_NODE, Context, Kind
from orchestration.report.sections.parts import (
    Numbering,
    names_column,
    number_column,
    radar_minimum,
    rate_series,
    row,
    score_series,
    with_ties,
)

SHOWN_UNITS = 10
SHOWN_PLACES = 3
BAND_STEPS = (Decimal("0.5"), Decimal(1), Decimal(2), Decimal(5), Decimal(10), Decimal(20))
MOST_BANDS = 6
MAP_KINDS = {Kind.nation: MapKind.nation, Kind.province: MapKind.province, Kind.prefecture: MapKind.prefecture}


def sections(ctx: Context, number: Numbering) -> list[Section]:
    t, scores, units = ctx.t, ctx.ask(RegionScore), ctx.ask(UnitScore)
    below = _below(ctx, scores)
    heading = t.word(f"regions.heading_{ctx.scope.kind}" if below else "regions.heading_units")
    found = [Section(heading, 1, "regions", (), number.first())]
    if below:
        title = t.word("regions.comparison_heading")
        found.append(Section(title, 2, "region-comparison", _comparison(ctx, scores, below), number.second()))
    drawn = _map(ctx, scores, units)
    if drawn:
        found.append(Section(t.word("regions.map_heading"), 2, "map", (drawn,), number.second()))
    found.append(Section(t.word("regions.ranking_heading"), 2, "unit-ranking", _ranking(ctx, units), number.second()))
    if below and ctx.scope.kind is Kind.province:
        for region_code in below:
            anchor = f"region-{region_code}"
            blocks = _profile(ctx, scores, units, region_code)
            found.append(Section(ctx.region_name(region_code), 2, anchor, blocks, number.second()))
    return found


def _below(ctx: Context, scores: Answer[RegionScore]) -> list[str]:
    """Codes of the regions directly below that have a score, best first."""
    found = [
        score
        for score in scores
        if score.parent_region_code == ctx.scope.code
        and score.node_code == ROOT_NODE
        and score.mean_of_units is not None
    ]
    # One that is alone below has no rank.
    return [
        score.region_code
        for score in sorted(found, key=lambda score: (score.rank_within_parent or 1, score.region_code))
    ]


def _comparison(ctx: Context, scores: Answer[RegionScore], below: list[str]) -> tuple[Block, ...]:
    t = ctx.t
    by_key = {(score.region_code, score.node_code): score for score in scores}
    rows = []
    for code in (*below, ctx.scope.code):
        root, base = by_key[code, ROOT_NODE], by_key.get((code, BASE_NODE))
        name = ctx.region_name(code)
        rows.append(
            row(
                name,
                scores.count(root.rank_within_parent if code in below else None),
                scores.count(root.scored_unit_count),
                scores.mark(root.mean_of_units),
                scores.mark(base.mean_of_units if base else None),
                *(
                    scores.rate(by_key[code, node.node_code].score_rate) if (code, node.node_code) in by_key else ""
                    for node in ctx.dimensions
                ),
                emphasis=code == ctx.scope.code,
            )
        )
    group = t.word("column.score_rate")
    columns = (
        names_column(t.word("column.region"), 2.2),
        number_column(t.word("column.rank"), width=0.7),
        number_column(t.word("column.units"), width=0.8),
        number_column(t.word("column.composite")),
        number_column(t.word("column.base")),
        *(number_column(ctx.short_node_name(node.node_code), group=group) for node in ctx.dimensions),
    )
    own = by_key[ctx.scope.code, ROOT_NODE]
    blocks: list[Block] = []
    if len(below) > 1:
        blocks.append(Paragraph(_extremes(ctx, scores, [by_key[code, ROOT_NODE] for code in below])))
    blocks.append(_bar(ctx, scores, below, by_key, own))
    direct = ctx.region_by_code[ctx.scope.code].direct_unit_count
    note = t("regions.direct_units", n=ctx.regions.count(direct)) if direct else ()
    blocks.append(Table(columns, tuple(rows), t.word("regions.caption", region=ctx.subject_name), note=note))
    return tuple(blocks)


def _extremes(ctx: Context, scores: Answer[RegionScore], ordered: list[RegionScore]) -> Text:
    """The regions of the first three places and of the last one; who shares a place stands with how many do."""
    t = ctx.t
    places: dict[int | None, RegionScore] = {}
    for score in ordered:
        places.setdefault(score.rank_within_parent, score)
    *higher, last = places.values()
    if not higher:
        return t("regions.extremes_equal", mean=scores.mark(last.mean_of_units))

    def name(score: RegionScore) -> Text:
        tied = score.tied_within_parent
        return with_ties(t, ctx.named(score, "region_name"), tied, scores.count(tied))

    parts = [
        t("regions.part", region=name(score), mean=scores.mark(score.mean_of_units)) for score in higher[:SHOWN_PLACES]
    ]
    return t("regions.extremes", parts=t.listed(parts), worst=name(last), worst_mean=scores.mark(last.mean_of_units))


def _bar(ctx: Context, scores: Answer[RegionScore], below: list[str], by_key: dict, own: RegionScore) -> Chart:
    t = ctx.t
    values = [by_key[code, ROOT_NODE].mean_of_units for code in below]
    lines = [
        ReferenceLine(own.mean_of_units, f"{ctx.subject_name} {decimal_text(own.mean_of_units, ctx.release.digits)}")
    ]
    parts = t.listed(
        t("regions.part", region=ctx.region_name(code), mean=scores.mark(by_key[code, ROOT_NODE].mean_of_units))
        for code in below
    )
    return Chart(
        ChartKind.bar,
        tuple(ctx.region_name(code) for code in below),
        (score_series(t.word("column.composite"), values, [scores.mark(value) for value in values], "subject"),),
        t.word("regions.chart_caption", region=ctx.subject_name),
        t.word("regions.chart_alt", parts=parts),
        scores.source,
        unit=t.word("unit.points"),
        reference_lines=tuple(lines),
    )


def _map(ctx: Context, scores: Answer[RegionScore], units: Answer[UnitScore]) -> Map | None:
    t = ctx.t
    if ctx.scope.kind is Kind.nation:
        values = [
            (score.region_code, ctx.named(score, "region_name"), score.mean_of_units)
            for score in scores
            if score.parent_region_code == ctx.scope.code and score.node_code == ROOT_NODE
        ]
        source = scores.source
    else:
        values = [(unit.unit_code, ctx.named(unit, "unit_name"), unit.score) for unit in units]
        source = units.source
    known = [value for _, _, value in values if value is not None]
    if not known:
        return None
    bands = score_bands(known)
    areas = tuple(
        MapArea(code, name, value, decimal_text(value, ctx.release.digits), band_of(value, bands))
        for code, name, value in values
    )
    return Map(
        MAP_KINDS[ctx.scope.kind],
        ctx.scope.code,
        ctx.year,
        areas,
        bands,
        t.word("map.no_value"),
        t.word("map.caption", region=ctx.subject_name, year=str(ctx.year)),
        t.word(
            "map.alt",
            region=ctx.subject_name,
            n=str(len(known)),
            low=decimal_text(min(known), ctx.release.digits),
            high=decimal_text(max(known), ctx.release.digits),
        ),
        source,
        t.word("map.attribution"),
        t.word("map.legend"),
    )


def score_bands(values: Iterable[Decimal]) -> tuple[MapBand, ...]:
    """Bands of equal, round width over the values, best first, no more than `MOST_BANDS`."""
    values = list(values)
    for step in BAND_STEPS:
        low, high = min(values) // step, max(values) // step
        if high - low < MOST_BANDS:
            break
    lowers = [step * number for number in range(int(high), int(low) - 1, -1)]
    digits = 1 if step < 1 else 0
    return tuple(MapBand(f"{lower:.{digits}f}–{lower + step:.{digits}f}", lower, lower + step) for lower in lowers)


def band_of(value: Decimal | None, bands: tuple[MapBand, ...]) -> int | None:
    if value is None:
        return None
    return next((index for index, band in enumerate(bands) if band.lower <= value < band.upper), None)


def _ranking(ctx: Context, units: Answer[UnitScore]) -> tuple[Block, ...]:
    t = ctx.t
    ranked = [unit for unit in units if unit.is_ranked]
    blocks: list[Block] = []
    if not ranked:
        return (Paragraph(t("regions.none_ranked", region=ctx.subject_name)),)
    blocks.append(Paragraph(_ends_of_ranking(ctx, units, ranked)))
    if len(ranked) <= 2 * SHOWN_UNITS:
        blocks.append(ranking_table(ctx, units, ranked, t.word("regions.ranking_caption", region=ctx.subject_name)))
    else:
        blocks.append(
            ranking_table(ctx, units, ranked[:SHOWN_UNITS], t.word("regions.top_caption", n=str(SHOWN_UNITS)))
        )
        blocks.append(
            ranking_table(ctx, units, ranked[-SHOWN_UNITS:], t.word("regions.bottom_caption", n=str(SHOWN_UNITS)))
        )
        blocks.append(
            Paragraph(
                t("regions.full_ranking", annex=Link(t.word("appendix.ranking_heading"), "annex-ranking")), small=True
            )
        )
    unranked = [unit for unit in units if not unit.is_ranked]
    if unranked:
        names = t.listed((ctx.unit_run(unit.unit_code),) for unit in unranked[:SHOWN_UNITS])
        blocks.append(
            Paragraph(t("regions.unranked", n=units.count(unranked[0].unranked_unit_count), names=names), small=True)
        )
    return tuple(blocks)


def _ends_of_ranking(ctx: Context, units: Answer[UnitScore], ranked: list[UnitScore]) -> Text:
    """The highest and the lowest unit; who shares a place stands with how many do."""
    t, first = ctx.t, ranked[0]
    last = next(unit for unit in ranked if unit.rank_overall == ranked[-1].rank_overall)

    def name(unit: UnitScore) -> Text:
        return with_ties(t, ctx.unit_run(unit.unit_code), unit.tied_in_region, units.count(unit.tied_in_region))

    rank = units.count(first.rank_overall)
    if len(ranked) == 1:
        return t("regions.one_unit", first=name(first), first_score=units.mark(first.score), rank=rank)
    if first is last:
        return t("regions.ranking_equal", score=units.mark(first.score), rank=rank)
    return t(
        "regions.ranking",
        first=name(first),
        first_score=units.mark(first.score),
        rank=rank,
        last=name(last),
        last_score=units.mark(last.score),
        last_rank=units.count(last.rank_overall),
    )


def ranking_table(
    ctx: Context, units: Answer[UnitScore], chosen: Iterable[UnitScore], caption: str, dense: bool = False
) -> Table:
    """Units with composite, base, dimensions, grade and ranks."""
    t = ctx.t
    dimensions = ctx.ask(UnitDimension)
    by_key = {(entry.unit_code, entry.node_code): entry.score for entry in dimensions}
    rows = []
    for unit in chosen:
        rows.append(
            row(
                (ctx.unit_run(unit.unit_code),),
                ctx.place_of(ctx.units[unit.unit_code]),
                units.count(unit.rank_overall),
                *([units.count(unit.rank_in_province)] if ctx.has_nation else []),
                units.mark(unit.score),
                units.mark(unit.base_score),
                *(dimensions.mark(by_key.get((unit.unit_code, node.node_code))) for node in ctx.dimensions),
                unit.grade or t.word("word.no_grade"),
            )
        )
    rank = t.word("column.rank")
    columns = (
        Column(t.word("column.unit"), width=2.2),
        Column(t.word("column.place"), width=1.8),
        number_column(t.word("word.nation"), width=0.8, group=rank),
        *([number_column(t.word("word.province"), width=0.8, group=rank)] if ctx.has_nation else []),
        number_column(t.word("column.composite")),
        number_column(t.word("column.base")),
        *(
            number_column(ctx.short_node_name(node.node_code), width=0.9, group=t.word("column.dimension_scores"))
            for node in ctx.dimensions
        ),
        Column(t.word("column.grade"), Align.center, width=0.7),
    )
    return Table(columns, tuple(rows), caption, dense=dense)


def _profile(
    ctx: Context, scores: Answer[RegionScore], units: Answer[UnitScore], region_code: str
) -> tuple[Block, ...]:
    t = ctx.t
    own = {score.node_code: score for score in scores if score.region_code == region_code}
    root = own[ROOT_NODE]
    members = sorted(
        (unit for unit in units if unit.prefecture_code == region_code and unit.score is not None),
        key=lambda unit: (-unit.score, unit.unit_code),
    )
    texts = [
        t(
            "regions.profile",
            region=ctx.region_name(region_code),
            mean=scores.mark(root.mean_of_units),
            units=scores.count(root.scored_unit_count),
        )
    ]
    if root.rank_within_parent is not None:
        texts.append(t("regions.profile_rank", parent=ctx.subject_name, rank=scores.count(root.rank_within_parent)))
    if ctx.has_nation and root.rank_in_level is not None:
        texts.append(t("regions.profile_national_rank", rank=scores.count(root.rank_in_level)))
    if len(members) > 1:
        texts.append(_ends_of_profile(ctx, units, members))
    below = [
        node
        for node in ctx.dimensions
        if own[node.node_code].gap_to_national_mean_of_subregions is not None
        and own[node.node_code].gap_to_national_mean_of_subregions < 0
    ]
    if below:
        parts = [
            t(
                "overall.dimension_gap",
                name=ctx.short_node_name(node.node_code),
                gap=scores.signed(own[node.node_code].gap_to_national_mean_of_subregions),
            )
            for node in below
        ]
        texts.append(t("overall.dimensions_below", parts=t.listed(parts)))
    return (Paragraph(t.sentences(*texts)), _radar(ctx, scores, own, region_code))


def _ends_of_profile(ctx: Context, units: Answer[UnitScore], members: list[UnitScore]) -> Text:
    t, best = ctx.t, members[0]
    worst = next(unit for unit in members if unit.score == members[-1].score)
    if best is worst:
        return t("regions.profile_units_equal", score=units.mark(best.score))

    def name(unit: UnitScore) -> Text:
        tied = unit.tied_in_prefecture
        return with_ties(t, ctx.unit_run(unit.unit_code), tied, units.count(tied))

    return t(
        "regions.profile_units",
        best=name(best),
        best_score=units.mark(best.score),
        worst=name(worst),
        worst_score=units.mark(worst.score),
    )


def _radar(ctx: Context, scores: Answer[RegionScore], own: dict[str, RegionScore], region_code: str) -> Chart:
    t = ctx.t
    codes = [node.node_code for node in ctx.dimensions]
    parent = {score.node_code: score for score in scores if score.region_code == ctx.scope.code}
    series = (
        rate_series(ctx.region_name(region_code), (own[code].score_rate for code in codes), "subject"),
        rate_series(ctx.subject_name, (parent[code].score_rate for code in codes), "reference"),
    )
    return Chart(
        ChartKind.radar,
        tuple(ctx.short_node_name(code) for code in codes),
        series,
        t.word("regions.radar_caption", region=ctx.region_name(region_code)),
        t.word(
            "overall.dimension_chart_alt",
            parts=t.listed(
                t("overall.rate_part", name=ctx.short_node_name(code), rate=scores.rate(own[code].score_rate))
                for code in codes
            ),
        ),
        scores.source,
        unit=t.word("unit.rate"),
        minimum=radar_minimum(series),
        maximum=Decimal(100),
    )
