"""The regions directly below, the map, and the ranking of units."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from orchestration.report.document import Block, ChartKind, MapKind, OnScreen, Paragraph, ReferenceLine, Table, Text
from orchestration.report.maps.label import region_labels
from orchestration.report.parts import Outline, bands, beside, chart, col, series, with_ties
from orchestration.report.scope import BASE_NODE, ROOT_NODE, Context, Kind
from orchestration.report.score_map import score_map
from orchestration.report.summary import place_name

SHOWN_UNITS = 10
SHOWN_PLACES = 3
UNITS_ON_PAPER = 90  # a larger province's counties stand on the web page, so that all reports have about thirty pages


def add(ctx: Context, outline: Outline) -> None:
    scores = ctx.scores.by("region_code", "node_code")
    # One that is alone below has no rank.
    below = [row for row in ctx.scores if row.is_below and row.node_code == ROOT_NODE and row.mean_of_units is not None]
    below.sort(key=lambda row: (row.rank_within_parent or 1, row.region_code))
    outline.chapter(ctx.word(f"regions.heading_{ctx.kind}" if below else "regions.heading_units"), "regions")
    if below:
        outline.section(ctx.word("regions.comparison_heading"), "region-comparison", *_comparison(ctx, scores, below))
    # Of the region's units; of the nation its provinces.
    drawn = (MapKind(ctx.kind), ctx.code, ctx.subject_name)
    drawings = score_map(ctx.t, ctx.ask("map_area"), drawn, ctx.year, ctx.named)
    outline.section(ctx.word("regions.map_heading"), "map", *drawings)
    outline.section(ctx.word("regions.ranking_heading"), "unit-ranking", *_ranking(ctx))
    for row in below if ctx.kind is Kind.province else ():
        outline.section(ctx.named(row, "region_name"), f"region-{row.region_code}", *_profile(ctx, row))


def _comparison(ctx: Context, scores: dict[Any, Any], below: list[Any]) -> list[Block]:
    t, own, points = ctx.t, scores[ctx.code, ROOT_NODE], ctx.word("unit.points")
    names = [ctx.named(row, "region_name") for row in below]
    line = ReferenceLine(own.mean_of_units, f"{ctx.subject_name} {own.figure('mark', 'mean_of_units').text}")
    drawn = [series(ctx.word("column.composite"), below, "mark", "mean_of_units")]
    caption, source = ctx.word("regions.chart_caption"), ctx.scores.source
    bars = chart(t, ChartKind.bar, names, drawn, source, caption, unit=points, reference_lines=(line,))
    rated = ("rate", "score_rate", "column.score_rate")
    columns = [col(t, "base mark", beside(scores, "mark", "mean_of_units", "region_code", BASE_NODE))]
    for node in sorted(ctx.dimensions, key=lambda node: node.min_mark < 0):
        kind, column, group = rated if node.min_mark >= 0 else ("mark", "mean_of_units", "unit.points")
        told = beside(scores, kind, column, "region_code", node.node_code)
        columns.append(col(t, f"{{name}} {kind} @{group}", told, {"name": ctx.short_node_name(node.node_code)}))
    region = ctx.region_by_code[ctx.code]
    note = ctx.say("regions.direct_units", region) if region.direct_unit_count else ()
    cells = {"rank": lambda row: row.figure("count", "rank_within_parent") if row.is_below else "–"}
    made = ctx.table("comparison", [*below, own], note=note, cells=cells, more={"dimensions": columns})
    return [*([Paragraph(_extremes(ctx))] if len(below) > 1 else []), bars, made]


def _extremes(ctx: Context) -> Text:
    """The regions of the first three places and of the last one."""
    places = ctx.ask("region_place")
    if len(places) == 1:
        return ctx.say("regions.extremes_equal", places[0])
    parts = [ctx.say("regions.part", row, name=place_name(ctx, row)) for row in places[:-1][:SHOWN_PLACES]]
    return ctx.say("regions.extremes", places[-1], parts=ctx.t.listed(parts), worst=place_name(ctx, places[-1]))


def _ranking(ctx: Context) -> list[Block]:
    units, ends = ctx.ask("unit_score"), ctx.ask("unit_end").by("group_code").get(ctx.code)
    if ends is None:
        return [Paragraph(ctx.say("regions.none_ranked"))]
    ranked = [unit for unit in units if unit.is_ranked]
    full, shown = ranking_table(ctx, ranked, ctx.word("regions.ranking_caption"), "place"), str(SHOWN_UNITS)
    blocks: list[Block] = [Paragraph(_ends(ctx, ends, "regions.ranking"))]
    if len(ranked) <= 2 * SHOWN_UNITS:
        blocks.append(full)
    else:
        for key, members in (("top", ranked[:SHOWN_UNITS]), ("bottom", ranked[-SHOWN_UNITS:])):
            blocks.append(ranking_table(ctx, members, ctx.word(f"regions.{key}_caption", n=shown), "place"))
        count = units.figure("count", len(ranked))
        blocks.append(OnScreen((replace(full, dense=True),), ctx.say("regions.full_ranking", n=count)))
    if unranked := [unit for unit in units if not unit.is_ranked]:
        names = ctx.t.listed(ctx.unit_name(unit.unit_code) for unit in unranked[:SHOWN_UNITS])
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


def ranking_table(ctx: Context, units: Iterable[Any], caption: str, *flags: str) -> Table:
    """Units with composite, base, dimensions, grade, ranks and, where the release has them, the bands of the ranks."""
    by_key, (cells, held) = ctx.ask("unit_dimension").by("unit_code", "node_code"), bands(ctx)
    columns = []
    for code in (node.node_code for node in ctx.dimensions):
        told = beside(by_key, "mark", "score", "unit_code", code)
        line, words = "{name} mark*0.9 @column.dimension_scores", {"name": ctx.short_node_name(code)}
        columns.append(col(ctx.t, line, told, words))
    more = {"dimensions": columns}
    cells["place"] = lambda unit: _short_place(ctx, unit)
    return ctx.table("ranking", units, caption=caption, flags=held.union(flags), cells=cells, more=more)


def _short_place(ctx: Context, unit: Any) -> Any:
    """The region that a unit lies in as maps call it, 黔南: a narrow column has no room for all of its name."""
    names = region_labels().get(unit.prefecture_code or unit.province_code)
    return names[ctx.language] if names else ctx.t.told(unit, "place_name", "name")


def _profile(ctx: Context, root: Any) -> list[Block]:
    """A region below in a paragraph: its place, what sets it apart from the whole, its highest and lowest unit."""
    code = root.region_code
    texts = [ctx.say("regions.profile", root), ctx.if_known("regions.profile_rank", root, "rank_within_parent")]
    texts.append(ctx.if_known("regions.profile_national_rank", root, "rank_in_level") if ctx.has_nation else ())
    ends = ctx.ask("unit_end").by("group_code").get(code)
    if ends and ends.unit_count > 1:
        texts.append(_ends(ctx, ends, "regions.profile_units"))
    for side in ("above", "below"):
        apart = (row for row in ctx.ask("region_apart") if row.region_code == code and row.side == side)
        if parts := [ctx.say("regions.apart", row) for row in apart]:
            texts.append(ctx.say(f"regions.apart_{side}", parts=ctx.t.listed(parts)))
    members = [unit for unit in ctx.ask("unit_score") if unit.prefecture_code == code and unit.score is not None]
    caption = ctx.word("regions.profile_caption", root)
    table = ranking_table(ctx, members, caption)
    is_long = len(ctx.ask("unit_score")) > UNITS_ON_PAPER
    return [Paragraph(ctx.t.sentences(*texts)), OnScreen((table,), ()) if is_long else table]
