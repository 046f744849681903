"""The regions directly below, the map, and the ranking of units."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from orchestration.report.document import (
    Block,
    ChartKind,
    Map,
    MapKind,
    OnScreen,
    Paragraph,
    ReferenceLine,
    Table,
    Text,
)
from orchestration.report.parts import Outline, band_column, chart, col, series, table, with_ties
from orchestration.report.scope import BASE_NODE, ROOT_NODE, Context, Kind
from orchestration.report.score_map import score_map
from orchestration.report.summary import place_name

SHOWN_UNITS = 10
SHOWN_PLACES = 3


def add(ctx: Context, outline: Outline) -> None:
    scores = ctx.scores.by("region_code", "node_code")
    # One that is alone below has no rank.
    below = [row for row in ctx.scores if row.is_below and row.node_code == ROOT_NODE and row.mean_of_units is not None]
    below.sort(key=lambda row: (row.rank_within_parent or 1, row.region_code))
    outline.chapter(ctx.word(f"regions.heading_{ctx.scope.kind}" if below else "regions.heading_units"), "regions")
    if below:
        outline.section(ctx.word("regions.comparison_heading"), "region-comparison", *_comparison(ctx, scores, below))
    outline.section(ctx.word("regions.map_heading"), "map", *map_of_scores(ctx))
    outline.section(ctx.word("regions.ranking_heading"), "unit-ranking", *_ranking(ctx))
    if ctx.scope.kind is Kind.province:
        for row in below:
            outline.section(ctx.named(row, "region_name"), f"region-{row.region_code}", *_profile(ctx, scores, row))


def _comparison(ctx: Context, scores: dict[Any, Any], below: list[Any]) -> list[Block]:
    t, own = ctx.t, scores[ctx.scope.code, ROOT_NODE]
    names = [ctx.named(row, "region_name") for row in below]
    line = ReferenceLine(own.mean_of_units, f"{ctx.subject_name} {own.figure('mark', 'mean_of_units').text}")
    drawn = [series(t.word("column.composite"), below, "mark", "mean_of_units")]
    caption = ctx.word("regions.chart_caption")
    bars = chart(
        t, ChartKind.bar, names, drawn, ctx.scores.source, caption, unit=t.word("unit.points"), reference_lines=(line,)
    )

    def at(node: str, kind: str, column: str) -> Any:
        def told(row: Any) -> Any:
            score = scores.get((row.region_code, node))
            return score.figure(kind, column) if score else "–"

        return told

    def rank(row: Any) -> Any:
        return row.figure("count", "rank_within_parent") if row.is_below else "–"

    short, rates = ctx.short_node_name, [node.node_code for node in ctx.dimensions if node.min_mark >= 0]
    events = [node.node_code for node in ctx.dimensions if node.node_code not in rates]
    columns = [
        col(t, "region name:region_name*2.2"),
        col(t, "rank count*0.7", cell=rank),
        col(t, "units count:scored_unit_count*0.8"),
        col(t, "composite mark:mean_of_units"),
        col(t, "base mark", cell=at(BASE_NODE, "mark", "mean_of_units")),
        *(col(t, f"{short(code)} rate", t.word("column.score_rate"), at(code, "rate", "score_rate")) for code in rates),
        *(col(t, f"{short(code)} mark", t.word("unit.points"), at(code, "mark", "mean_of_units")) for code in events),
    ]
    region = ctx.region_by_code[ctx.scope.code]
    note = ctx.say("regions.direct_units", region) if region.direct_unit_count else ()
    made = table([*below, own], ctx.word("regions.caption"), columns, lambda row: row.is_own, note=note)
    return [*([Paragraph(_extremes(ctx))] if len(below) > 1 else []), bars, made]


def _extremes(ctx: Context) -> Text:
    """The regions of the first three places and of the last one."""
    places = ctx.ask("region_place")
    if len(places) == 1:
        return ctx.say("regions.extremes_equal", places[0])
    parts = [ctx.say("regions.part", row, name=place_name(ctx, row)) for row in places[:-1][:SHOWN_PLACES]]
    return ctx.say("regions.extremes", places[-1], parts=ctx.t.listed(parts), worst=place_name(ctx, places[-1]))


def map_of_scores(ctx: Context, place: str = "") -> list[Map]:
    """The map of the region's units (of the nation: its provinces), or of the province that `place` lies in."""
    code = ctx.units[place].province_code if place else ctx.scope.code
    kind = MapKind.province if place else MapKind(ctx.scope.kind)
    answer = ctx.ask("map_area", region=code)
    return score_map(ctx.t, answer, (kind, code, ctx.region_name(code)), ctx.year, ctx.named, place)


def _ranking(ctx: Context) -> list[Block]:
    t, units = ctx.t, ctx.ask("unit_score")
    ends = ctx.ask("unit_end").by("group_code").get(ctx.scope.code)
    if ends is None:
        return [Paragraph(ctx.say("regions.none_ranked"))]
    blocks: list[Block] = [Paragraph(_ends(ctx, ends, "regions.ranking"))]
    ranked = [unit for unit in units if unit.is_ranked]
    if len(ranked) <= 2 * SHOWN_UNITS:
        blocks.append(ranking_table(ctx, ranked, ctx.word("regions.ranking_caption")))
    else:
        for key, shown in (("top", ranked[:SHOWN_UNITS]), ("bottom", ranked[-SHOWN_UNITS:])):
            blocks.append(ranking_table(ctx, shown, ctx.word(f"regions.{key}_caption", n=str(SHOWN_UNITS))))
        full = ranking_table(ctx, ranked, ctx.word("regions.ranking_caption"), dense=True)
        blocks.append(OnScreen((full,), ctx.say("regions.full_ranking", n=units.figure("count", len(ranked)))))
    unranked = [unit for unit in units if not unit.is_ranked]
    if unranked:
        names = t.listed(ctx.unit_name(unit.unit_code) for unit in unranked[:SHOWN_UNITS])
        blocks.append(Paragraph(ctx.say("regions.unranked", unranked[0], names=names), small=True))
    return blocks


def _ends(ctx: Context, ends: Any, key: str) -> Text:
    """The highest and the lowest unit; who shares a place stands with how many do."""
    if ends.unit_count > 1 and ends.best_score == ends.worst_score:
        return ctx.say(f"{key}_equal", ends)
    best, worst = (
        with_ties(ctx.t, ctx.unit_name(getattr(ends, f"{end}_unit_code")), ends, f"{end}_count")
        for end in ("best", "worst")
    )
    return ctx.say(f"{key}_one" if ends.unit_count == 1 else key, ends, best=best, worst=worst)


def ranking_table(ctx: Context, units: Iterable[Any], caption: str, dense: bool = False, place: bool = True) -> Table:
    """Units with composite, base, dimensions, grade, ranks and, where the release has them, the bands of the ranks."""
    t = ctx.t
    by_key = ctx.ask("unit_dimension").by("unit_code", "node_code")
    rank, dimension = t.word("column.rank"), t.word("column.dimension_scores")

    def score(node: str) -> Any:
        return lambda unit: (
            by_key[unit.unit_code, node].figure("mark", "score") if (unit.unit_code, node) in by_key else "–"
        )

    codes = [node.node_code for node in ctx.dimensions]
    columns = [
        col(t, "unit unit:unit_code*2.2"),
        *([col(t, "place name*1.8", cell=lambda unit: ctx.place_of(unit.unit_code))] if place else []),
        col(t, f"{t.word('word.nation')} count:rank_overall*0.8", rank),
        *(
            []
            if ctx.is_nation or not ctx.has_nation
            else [col(t, f"{t.word('word.province')} count:rank_in_province*0.8", rank)]
        ),
        *band_column(t, ctx.ask("rank_band"), rank),
        col(t, "composite mark:score"),
        col(t, "base mark:base_score"),
        *(col(t, f"{ctx.short_node_name(code)} mark*0.9", dimension, score(code)) for code in codes),
        col(t, "grade raw*0.7"),
    ]
    return table(units, caption, columns, dense=dense)


def _profile(ctx: Context, scores: dict[Any, Any], root: Any) -> list[Block]:
    """A region below in a paragraph: its place, what sets it apart from the whole, its highest and lowest unit."""
    t, code = ctx.t, root.region_code
    texts = [ctx.say("regions.profile", root)]
    if root.rank_within_parent is not None:
        texts.append(ctx.say("regions.profile_rank", root))
    if ctx.has_nation and root.rank_in_level is not None:
        texts.append(ctx.say("regions.profile_national_rank", root))
    ends = ctx.ask("unit_end").by("group_code").get(code)
    if ends and ends.unit_count > 1:
        texts.append(_ends(ctx, ends, "regions.profile_units"))
    apart = [row for row in ctx.ask("region_apart") if row.region_code == code]
    for side in ("above", "below"):
        parts = [ctx.say("regions.apart", row) for row in apart if row.side == side]
        if parts:
            texts.append(ctx.say(f"regions.apart_{side}", parts=t.listed(parts)))
    members = [unit for unit in ctx.ask("unit_score") if unit.prefecture_code == code and unit.score is not None]
    return [
        Paragraph(t.sentences(*texts)),
        ranking_table(ctx, members, ctx.word("regions.profile_caption", root), place=False),
    ]
