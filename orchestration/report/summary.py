"""The message on the first page: where the subject stands, what moved it, what is strong and weak, what would help."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby
from typing import Any

from orchestration.report.document import Block, BulletList, ChartKind, Paragraph, ScoreCard, Strong, Text
from orchestration.report.parts import card, chart, series, with_ties
from orchestration.report.scope import BASE_NODE, ROOT_NODE, Context

SHOWN = 3


def message(ctx: Context) -> list[Block]:
    root = ctx.own.get(ROOT_NODE)
    if root is None:
        return [Paragraph(ctx.say("overall.no_score"))]
    items = {
        "moved": _moved(ctx),
        "behind": behind_best(ctx),
        "strengths": _nodes(ctx, "strength"),
        "weaknesses": _nodes(ctx, "weakness"),
        "levers": levers(ctx),
    }
    return [
        region_card(ctx, root),
        Paragraph(ctx.t.sentences(*standing(ctx, root))),
        *ceiling(ctx),
        BulletList(labelled(ctx, items)),
        *_chart(ctx),
        *([Paragraph(ctx.say(ctx.per_scope("summary.baseline")), small=True)] if ctx.has_nation else []),
    ]


def labelled(ctx: Context, items: Mapping[str, Text]) -> tuple[Text, ...]:
    """What there is to say, each under its label."""
    labels = {key: Strong(ctx.word(f"summary.{key}")) for key, text in items.items() if text}
    return tuple(ctx.say("summary.item", label=label, text=items[key]) for key, label in labels.items())


def region_card(ctx: Context, root: Any) -> ScoreCard:
    base, change = ctx.own.get(BASE_NODE), root.figure("signed", "change_from_previous")
    figures = [("mean_of_units", root.figure("mark", "mean_of_units"), "points", ctx.say("card.of_full", root))]
    if ctx.is_whole:
        below = "mean_of_subregions" if ctx.has_nation else "mean_of_parts"
        figures.append((below, root.figure("mark", "mean_of_subregions"), "points", ()))
    else:
        of = ctx.say(f"card.rank_of_{root.region_level}", root)
        figures.append(("rank", root.figure("count", "rank_in_level"), "", of))
    if ctx.is_compared:
        gap = root.figure("signed", "gap_to_national_mean_of_subregions")
        figures.append(("gap_to_nation", gap, "points", ctx.say("card.nation_is", root)))
    since = ctx.say("card.since", root) if root.previous_assessment_year else ()
    figures.append(("change", change, "points", since))
    if base and not ctx.is_unit:
        figures.append(("base", base.figure("mark", "mean_of_units"), "points", ctx.say("card.of_full", base)))
    return card(ctx.t, *figures[:4])


def _chart(ctx: Context) -> list[Block]:
    """Score rates of the base dimensions (events have none): against nation and best; of the nation, its highest and
    its lowest region."""
    rows = [row for each in ctx.dimensions if (row := ctx.own.get(each.node_code)) and row.score_rate is not None]
    if not rows:
        return []
    drawn = [series(ctx.subject_name, rows, "rate", "score_rate")]
    if not ctx.is_compared:
        places, scores = ctx.ask("region_place"), ctx.scores.by("region_code", "node_code")
        for place, role in zip([*places[:1], *places[1:][-1:]], ("best", "other"), strict=False):
            members = [scores.get((place.region_code, row.node_code)) for row in rows]
            drawn.append(series(ctx.named(place, "region_name"), members, "rate", "score_rate", role))
    else:
        drawn.append(series(ctx.word("word.national_mean"), rows, "rate", "national_score_rate", "reference"))
    caption, unit = ctx.word(ctx.per_scope("overall.dimension_chart_caption")), ctx.word("unit.rate")
    names = [ctx.short_node_name(row.node_code) for row in rows]
    return [chart(ctx.t, ChartKind.dot, names, drawn, ctx.scores.source, caption, unit=unit)]


def standing(ctx: Context, root: Any) -> list[Text]:
    """The composite, against the nation and its rank; of the nation, its highest and lowest region."""
    if ctx.is_whole:
        whole, places = "nation" if ctx.has_nation else "whole", ctx.ask("region_place")
        texts = [ctx.say(f"overall.{whole}_mean", root)]
        if len(places) > 1:
            ends = {"best": places[0], "worst": places[-1]}
            said = {name: place_name(ctx, place) for name, place in ends.items()}
            said |= {f"{name}_mean": (place.figure("mark", "mean_of_units"),) for name, place in ends.items()}
            texts.append(ctx.say(f"overall.{whole}_extremes", **said))
        return texts
    against = ctx.say(f"overall.against_nation_{root.nation_side}", root) if ctx.is_compared else ()
    return [ctx.say("overall.mean", root), against, rank_sentence(ctx, root)]


def rank_sentence(ctx: Context, root: Any) -> Text:
    best = with_ties(ctx.t, ctx.named(root, "best_region_name"), root, "best_region_count")
    place = "rank" if (root.rank_in_level or 0) > 1 else "rank_best" if root.best_region_count == 1 else "rank_shared"
    return ctx.if_known(f"overall.{place}_{root.region_level}", root, "rank_in_level", best=best)


def place_name(ctx: Context, place: Any) -> Text:
    """The region that takes a place, with how many share it."""
    return with_ties(ctx.t, ctx.named(place, "region_name"), place, "tied_within_parent")


def ceiling(ctx: Context) -> list[Block]:
    """That the method no longer tells units apart, where that is so: the first thing to know of a full mark."""
    rows = ctx.ask("problem_ceiling", ceiling_limit=ctx.limit("ceiling", "ceiling_limit"))
    if not rows:
        return []
    parts = [ctx.say("summary.ceiling_part", next(group)) for _, group in groupby(rows, lambda row: row.dimension_code)]
    limit = rows[0].figure("rate", "ceiling_limit").text.replace(".0%", "%")
    return [Paragraph(ctx.say("summary.ceiling", rows[0], limit=limit, parts=ctx.t.listed(parts)))]


def _moved(ctx: Context) -> Text:
    """What moved the mean: its dimensions, and the units that rose and fell most."""
    root = ctx.ask("region_trend").by("node_code").get(ROOT_NODE)
    if root is None or root.change_from_previous is None:
        return ()
    texts = [ctx.say(f"summary.change_{root.change_side}", root), *moved_dimensions(ctx, "summary")]
    for row in ctx.ask("unit_mover"):
        unit = with_ties(ctx.t, ctx.unit_name(row.unit_code), row, "tied_unit_count")
        texts.append(ctx.say(f"summary.mover_{row.direction}", row, unit=unit))
    return ctx.t.sentences(*texts)


def moved_dimensions(ctx: Context, group: str) -> list[Text]:
    """Which dimensions rose and which fell, in the words of `group`."""
    nodes, texts = ctx.nodes.keys() - {ROOT_NODE}, list[Text]()
    rows = [row for row in ctx.ask("region_trend") if row.node_code in nodes]
    for side in ("above", "below"):
        if parts := [ctx.say("summary.dimension_moved", row) for row in rows if row.change_side == side]:
            texts.append(ctx.say(f"{group}.dimensions_{side}", parts=ctx.t.listed(parts)))
    return texts


def behind_best(ctx: Context) -> Text:
    """Which dimension separates the region from the best of its level."""
    widest = [row for row in ctx.ask("best_region_dimension") if row.is_widest and not ctx.is_whole]
    return ctx.say("overall.behind_best", widest[0]) if widest else ()


def _nodes(ctx: Context, kind: str) -> Text:
    names = {info.methodology_code: ctx.named(info, "methodology_name") for info in ctx.infos}
    parts = []
    for row in ctx.ask("strength"):
        if row.kind == kind:
            basis = "rate" if row.basis == "nation" and not ctx.is_compared else row.basis
            parts.append(ctx.say(f"summary.{kind}_{basis}", row, methodology=names[row.methodology_code]))
    return ctx.say("summary.parts", parts=ctx.t.joined(parts)) if parts else ()


def levers(ctx: Context) -> Text:
    """Where most marks lie that could be won."""
    parts = [ctx.say("summary.lever", row) for row in ctx.ask("lever")[:SHOWN]]
    return ctx.say("summary.parts", parts=ctx.t.joined(parts)) if parts else ()
