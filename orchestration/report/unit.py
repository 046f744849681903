"""A unit's own report: where it stands, how to improve, what changed and why, against whom, events, every indicator."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from orchestration.report import advice
from orchestration.report.dimensions import event_table
from orchestration.report.document import (
    Block,
    BulletList,
    ChartKind,
    Code,
    OnScreen,
    Paragraph,
    ScoreCard,
    Section,
    Strong,
    Text,
)
from orchestration.report.parts import Outline, card, chart, col, series, table
from orchestration.report.release import Release
from orchestration.report.scope import ROOT_NODE, Context

SHOWN_LOSSES = 10
SHOWN_LEVERS = 3
# Asked of a whole province at once where many units are reported on; each says of a unit what it would say alone.
READ_AHEAD = (
    *("unit", "unit_card", "unit_dimension", "unit_indicator", "unit_measure", "unit_trend", "unit_neighbour"),
    *("unit_peer", "unit_event", "lost_mark", "rank_band", "unit_warning", "unit_status"),
)


def summary(ctx: Context) -> Section:
    return Section(ctx.word("summary.heading"), 1, "summary", tuple(_summary(ctx)))


def _summary(ctx: Context) -> list[Block]:
    unit = _card_row(ctx)
    if unit is None or unit.score is None:
        return [Paragraph(ctx.say("unit.not_scored"))]
    items = [
        ("moved", ctx.t.sentences(*_moved(ctx))),
        ("levers", _levers(ctx)),
        ("next", ctx.t.sentences(*_next(ctx, unit))),
        ("peers", ctx.t.sentences(*(ctx.say("unit.among_peers", row) for row in ctx.ask("unit_peer")[:2]))),
    ]
    bullets = (
        ctx.say("summary.item", label=Strong(ctx.word(f"summary.{key}")), text=text) for key, text in items if text
    )
    return [_card(ctx, unit), Paragraph(ctx.t.sentences(*_standing(ctx, unit))), BulletList(tuple(bullets))]


def add(ctx: Context, outline: Outline) -> None:
    outline.chapter(ctx.word("unit.lost_heading"), "improve", *_lost(ctx))
    outline.section(ctx.word("advice.heading"), "recommendations", *advice.recommendations(ctx))
    outline.chapter(ctx.word("unit.history_heading"), "history", *_history(ctx))
    outline.chapter(ctx.word("unit.peers_heading"), "peers", *_compared(ctx), *_neighbours(ctx), *_peers(ctx))
    outline.chapter(ctx.word("unit.events_heading"), "events", *_events(ctx))
    outline.section(ctx.word("unit.warnings_heading"), "warnings", *_warnings(ctx))
    if quotes := advice.context(ctx):
        outline.chapter(ctx.word("narrative.heading"), "context", *quotes)
    outline.chapter(ctx.word("unit.indicators_heading"), "indicators", *_indicators(ctx))
    outline.section(ctx.word("unit.evidence_heading"), "evidence", *_evidence(ctx))


def read_ahead(release: Release, region: str, nation: str, methodology: str) -> None:
    release.read_ahead(READ_AHEAD, region=region, nation=nation, methodology=methodology)


def _card_row(ctx: Context) -> Any:
    return next(iter(ctx.ask("unit_card")), None)


def _card(ctx: Context, unit: Any) -> ScoreCard:
    t, change = ctx.t, ctx.ask("unit_trend").by("node_code").get(ROOT_NODE)
    note = ctx.say("card.grade_is" if unit.grade else "card.of_full", unit)
    figures = [("score", unit.figure("mark", "score"), "points", note)]
    for scope, column in (("nation", "overall"), ("province", "in_province")):
        if unit.is_ranked and (ctx.has_nation or scope == "nation"):
            note = ctx.say(f"card.of_units_{scope}", unit)
            figures.append((f"rank_in_{scope}", unit.figure("count", f"rank_{column}"), "", note))
    if not unit.is_ranked:
        figures.append(("coverage", unit.figure("rate", "coverage"), "", ()))
    if change and change.change_from_previous is not None:
        since = ctx.say("card.since", change)
        figures.append(("change", change.figure("signed", "change_from_previous"), "points", since))
    if unit.veto_count:
        figures.append(("vetoes", unit.figure("count", "veto_count"), "", ()))
    return card(t, *figures)


def _standing(ctx: Context, unit: Any) -> list[Text]:
    province = ctx.named(ctx.units[unit.unit_code], "province_name")
    if not unit.is_ranked:
        return [ctx.say("unit.unranked", unit, limit=ctx.info.figure("rate", "min_ranked_coverage"))]
    texts = [ctx.say("unit.ranked" if ctx.has_nation else "unit.ranked_in_one", unit, province=province)]
    for band in ctx.ask("rank_band"):
        texts.append(ctx.say("unit.band", band))
        if band.lower_rank_in_province is not None:
            alone = (
                band.lower_rank_in_province == band.upper_rank_in_province and not band.overlapping_count_in_province
            )
            texts.append(ctx.say("unit.band_alone" if alone else "unit.band_in_province", band))
    return texts


def _next(ctx: Context, unit: Any) -> list[Text]:
    """What the next place and the next grade take."""
    texts = []
    if unit.points_to_next_rank is not None:
        texts.append(ctx.say("unit.next_rank", unit))
    if unit.points_to_next_grade is not None and unit.next_grade:
        texts.append(ctx.say("unit.next_grade", unit))
    return texts


def _moved(ctx: Context) -> list[Text]:
    """How the score and the rank moved against the year before."""
    root = ctx.ask("unit_trend").by("node_code").get(ROOT_NODE)
    if root is None or root.change_from_previous is None:
        return [ctx.say("unit.no_history")]
    texts = [ctx.say(f"unit.change_{root.change_side}", root)]
    if root.rank_gain is not None:
        texts.append(ctx.say("unit.rank_moved" if root.rank_gain else "unit.rank_kept", root))
    return texts + ([ctx.say("unit.recoded", root)] if root.is_recoded else [])


def _levers(ctx: Context) -> Text:
    parts = [ctx.say("unit.lever", row) for row in ctx.ask("lost_mark")[:SHOWN_LEVERS]]
    return ctx.say("summary.parts", parts=ctx.t.joined(parts)) if parts else ()


def _lost(ctx: Context) -> list[Block]:
    """Where the marks are that the unit has not, most first, events included; and what the next step takes."""
    lost, unit = ctx.ask("lost_mark"), _card_row(ctx)
    if not lost and not any(row.is_base and row.score is not None for row in ctx.ask("unit_indicator")):
        return [Paragraph(ctx.say("unit.losses_unknown"))]
    texts = [ctx.say("unit.lost_introduction" if lost else "unit.nothing_lost"), *(_next(ctx, unit) if unit else [])]
    blocks = [Paragraph(ctx.t.sentences(*texts)), *_losses(ctx, lost, ctx.info)]
    for info in ctx.infos:
        if info is not ctx.info:
            key = f"lost_mark.{info.methodology_code}"
            blocks += _losses(ctx, ctx.ask("lost_mark", key, methodology=info.methodology_code), info)
    return blocks


def _losses(ctx: Context, lost: Any, info: Any) -> list[Block]:
    """The largest losses under a method: what scores presence alone hides what quality shows."""
    t = ctx.t
    columns = [
        col(t, "leaf node:node_code*3"),
        col(t, "dimension short:dimension_code*1.3"),
        col(t, "full_mark plain*0.8"),
        col(t, "points_lost size*0.8"),
        col(t, "reason name*3.5"),
    ]
    note = ctx.say("unit.lost_note", lost[0], shown=str(SHOWN_LOSSES)) if len(lost) > SHOWN_LOSSES else ()
    return [table(lost[:SHOWN_LOSSES], ctx.word("unit.lost_caption", info), columns, note=note)] if lost else []


def _history(ctx: Context) -> list[Block]:
    """What changed since the year before, and why: where marks are missing now, and which events counted."""
    t, trends = ctx.t, ctx.ask("unit_trend")
    root = trends.by("node_code").get(ROOT_NODE)
    if root is None or root.previous_score is None:
        return [Paragraph(ctx.say("unit.no_history"))]
    columns = [
        col(t, "dimension short:node_code"),
        col(t, f"{root.first_assessment_year or t.word('column.two_years_before')} mark:first_score"),
        col(t, f"{root.previous_assessment_year} mark:previous_score"),
        col(t, f"{root.assessment_year} mark:score"),
        col(t, "change change:change_from_previous"),
        col(t, "why name*4", cell=lambda row: _why(ctx, row)),
    ]
    made = table(trends, ctx.word("unit.history_caption"), columns, lambda row: row.node_code == ROOT_NODE)
    return [Paragraph(t.sentences(*_moved(ctx))), made]


def _why(ctx: Context, moved: Any) -> Text:
    """What is behind a dimension's movement, as far as the release tells: events that counted, marks now lost."""
    if not moved.change_from_previous or moved.node_code not in ctx.nodes or moved.node_code == ROOT_NODE:
        return ()
    if not ctx.nodes[moved.node_code].is_base:
        counted = [row for row in ctx.ask("unit_event") if row.points and not row.is_rejected]
        counted.sort(key=lambda row: -abs(row.points))
        return ctx.t.joined(ctx.say("unit.why_event", row, headline=row.headline) for row in counted[:1])
    lost = [row for row in ctx.ask("lost_mark") if row.dimension_code == moved.node_code]
    if not lost:
        return ctx.say("unit.why_nothing_lost")
    return ctx.t.joined(ctx.say("unit.why_lost", row) for row in lost[:1])


def _compared(ctx: Context) -> list[Block]:
    """Score rates beside the province's: as far as they differ."""
    t = ctx.t
    rows = [row for row in ctx.ask("unit_dimension") if row.score_rate is not None and row.node_code in ctx.nodes]
    if len(rows) < 2:
        return []
    # An edition of a part of a province has the part to compare with.
    province = ctx.region_name(ctx.units[ctx.scope.code].province_code or ctx.scope.nation)
    drawn = [
        series(ctx.subject_name, rows, "rate", "score_rate"),
        series(province, rows, "rate", "province_score_rate", "reference"),
    ]
    names = [ctx.short_node_name(row.node_code) for row in rows]
    caption, source = ctx.word("unit.chart_caption", province=province), ctx.ask("unit_dimension").source
    return [chart(t, ChartKind.dot, names, drawn, source, caption, unit=t.word("unit.rate"))]


def _neighbours(ctx: Context) -> list[Block]:
    """The units that stand next to it in its province."""
    t, rows = ctx.t, ctx.ask("unit_neighbour")
    if not ctx.units[ctx.scope.code].province_code:
        return []
    if not rows:
        return [Paragraph(ctx.say("unit.peers_unranked"))]
    if len(rows) == 1:
        return [Paragraph(ctx.say("unit.no_peers"))]
    columns = [
        col(t, "unit name:neighbour_name"),
        col(t, "rank_in_province count"),
        col(t, "rank_in_nation count:rank_overall"),
        col(t, "composite mark:score"),
        col(t, "grade raw*0.8"),
    ]
    return [table(rows, ctx.word("unit.neighbours_caption"), columns, lambda row: row.is_own)]


def _peers(ctx: Context) -> list[Block]:
    t, rows = ctx.t, ctx.ask("unit_peer")
    columns = [
        col(t, "peer_rule name:peer_rule_name"),
        col(t, "peer_group name:group_name"),
        col(t, "rank count:rank_in_group"),
        col(t, "units count:ranked_unit_count"),
        col(t, "mean mark:mean_of_group"),
        col(t, "gap change:gap_to_mean_of_group"),
        col(t, "highest_unit mark:best_score_of_group"),
    ]
    return [table(rows, ctx.word("unit.peers_caption"), columns)] if rows else []


def _events(ctx: Context) -> list[Block]:
    events = ctx.ask("unit_event")
    if not events:
        return [Paragraph(ctx.say("unit.no_events"))]
    return [event_table(ctx, events, ctx.word("unit.events_caption"), with_answer=True, with_unit=False)]


def _warnings(ctx: Context) -> list[Block]:
    if not ctx.release.has("warning"):
        return [Paragraph(ctx.say("unit.no_warnings_mart"), small=True)]
    rows = ctx.ask("unit_warning")
    if not rows:
        return [Paragraph(ctx.say("unit.no_warnings"))]
    return [BulletList(tuple(ctx.say(f"unit.warning_{row.outcome}", row) for row in rows))]


def _indicators(ctx: Context) -> list[Block]:
    t, measures = ctx.t, defaultdict(list)
    for row in ctx.ask("unit_measure"):
        measures[row.node_code].append(row)
    scored = {**ctx.ask("unit_dimension").by("node_code"), **ctx.ask("unit_indicator").by("node_code")}
    nodes = [node for node in ctx.nodes.values() if node.node_level]

    def told(kind: str, column: str) -> Any:
        return lambda node: scored[node.node_code].figure(kind, column) if node.node_code in scored else "–"

    columns = [
        col(t, "indicator name:name*3"),
        col(t, "full_mark plain*0.8"),
        col(t, "score mark*0.8", cell=told("mark", "score")),
        col(t, "score_rate rate", cell=told("rate", "score_rate")),
        col(t, "value name*2.2", cell=lambda node: _values(ctx, measures[node.node_code]) if node.is_leaf else ()),
        col(t, "rule name*3", cell=lambda node: ctx.named(node, "rule_text") if node.is_leaf else ""),
    ]
    return [
        table(
            nodes,
            ctx.word("unit.indicators_caption"),
            columns,
            lambda node: node.node_level == 1,
            lambda node: node.node_level - 1,
            dense=True,
        )
    ]


def _values(ctx: Context, measures: list[Any]) -> Text:
    """What was observed: each measure's value with its unit, or the state of its cell."""
    t, parts = ctx.t, []
    for measure in measures:
        if measure.value is None:
            parts.append(t(f"status.{measure.status}"))
        else:
            key, value = f"measurement_unit.{measure.measurement_unit}", measure.figure("plain", "value")
            parts.append(t(key, n=value) if t.known(key, "") else (value, measure.measurement_unit))
        if measure.is_vetoed:
            parts.append(t("unit.vetoed"))
    return t.joined(parts)


def _evidence(ctx: Context) -> list[Block]:
    """A public file has none; the report then says how those who have the internal file get the list."""
    t = ctx.t
    if not ctx.release.has("score_trace", "evidence_url"):
        command = (
            f"zhengxin report --region {ctx.scope.code} --year {ctx.year} --release {ctx.info.release_id} --internal"
        )
        said = ctx.say("unit.no_evidence", ctx.info)
        return [Paragraph(said), OnScreen((Paragraph(ctx.say("unit.evidence_command")), Code(command)), ())]
    rows = [row for row in ctx.ask("score_trace") if row.file_name]
    if not rows:
        return [Paragraph(ctx.say("unit.evidence_empty"))]
    columns = [
        col(t, "measure raw:measure_code*1"),
        col(t, "channel word.channel*1.5"),
        col(t, "captured_at text*0"),
        col(t, "evidence raw:evidence_url*3"),
        col(t, "file name*3", cell=lambda row: ctx.say("unit.file_row", row, file=row.file_name)),
    ]
    made = table(rows, ctx.word("unit.evidence_caption"), columns, dense=True)
    return [OnScreen((made,), ctx.say("unit.evidence_on_screen"))]
