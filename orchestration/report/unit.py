"""A unit's own report: where it stands, how to improve, what changed and why, against whom, events, every indicator."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from orchestration.report import advice
from orchestration.report.dimensions import event_table
from orchestration.report.document import Block, BulletList, ChartKind, Code, OnScreen, Paragraph, ScoreCard, Text
from orchestration.report.parts import Outline, Shown, beside, card, chart, series
from orchestration.report.scope import ROOT_NODE, Context
from orchestration.report.summary import labelled

SHOWN_LOSSES = 10
SHOWN_LEVERS = 3
# Asked of a whole province at once where many units are reported on; each says of a unit what it would say alone.
READ_AHEAD = (
    *("unit", "unit_card", "unit_dimension", "unit_indicator", "unit_measure", "unit_trend", "unit_neighbour"),
    *("unit_peer", "unit_event", "lost_mark", "rank_band", "unit_warning", "unit_status"),
)


def message(ctx: Context) -> list[Block]:
    t, unit = ctx.t, _card_row(ctx)
    if unit is None or unit.score is None:
        return [Paragraph(ctx.say("unit.not_scored"))]
    peers = t.sentences(*(ctx.say("unit.among_peers", row) for row in ctx.ask("unit_peer")[:2]))
    items = {"moved": t.sentences(*_moved(ctx)), "levers": _levers(ctx), "next": t.sentences(*_next(ctx, unit))}
    standing = Paragraph(t.sentences(*_standing(ctx, unit)))
    return [_card(ctx, unit), standing, BulletList(labelled(ctx, {**items, "peers": peers}))]


def add(ctx: Context, outline: Outline) -> None:
    outline.chapter(ctx.word("unit.lost_heading"), "improve", *_lost(ctx))
    outline.section(ctx.word("advice.heading"), "recommendations", *advice.recommendations(ctx))
    outline.chapter(ctx.word("unit.history_heading"), "history", *_history(ctx))
    outline.chapter(ctx.word("unit.peers_heading"), "peers", *_compared(ctx), *_neighbours(ctx), *_peers(ctx))
    outline.chapter(ctx.word("unit.events_heading"), "events", *_events(ctx))
    outline.section(ctx.word("unit.warnings_heading"), "warnings", *_warnings(ctx))
    if quotes := advice.context(ctx):
        outline.chapter(ctx.word("narrative.heading"), "context", *quotes)
    outline.chapter(ctx.word("unit.indicators_heading"), "indicators", _indicators(ctx))
    outline.section(ctx.word("unit.evidence_heading"), "evidence", *_evidence(ctx))


def _card_row(ctx: Context) -> Any:
    return next(iter(ctx.ask("unit_card")), None)


def _card(ctx: Context, unit: Any) -> ScoreCard:
    change = ctx.ask("unit_trend").by("node_code").get(ROOT_NODE)
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
    return card(ctx.t, *figures)


def _standing(ctx: Context, unit: Any) -> list[Text]:
    province = ctx.named(ctx.units[unit.unit_code], "province_name")
    if not unit.is_ranked:
        return [ctx.say("unit.unranked", unit, limit=ctx.info.figure("rate", "min_ranked_coverage"))]
    texts = [ctx.say("unit.ranked" if ctx.has_nation else "unit.ranked_in_one", unit, province=province)]
    for band in ctx.ask("rank_band"):
        texts.append(ctx.say("unit.band", band))
        key = "unit.band_alone" if band.is_alone_in_province else "unit.band_in_province"
        texts.append(ctx.if_known(key, band, "lower_rank_in_province"))
    return texts


def _next(ctx: Context, unit: Any) -> list[Text]:
    """What the next place and the next grade take."""
    texts = [ctx.if_known("unit.next_rank", unit, "points_to_next_rank")]
    return [*texts, ctx.if_known("unit.next_grade", unit, "points_to_next_grade", "next_grade")]


def _moved(ctx: Context) -> list[Text]:
    """How the score and the rank moved against the year before."""
    root = ctx.ask("unit_trend").by("node_code").get(ROOT_NODE)
    if root is None or root.change_from_previous is None:
        return [ctx.say("unit.no_history")]
    rank = ctx.if_known("unit.rank_moved" if root.rank_gain else "unit.rank_kept", root, "rank_gain")
    recoded = ctx.say("unit.recoded", root) if root.is_recoded else ()
    return [ctx.say(f"unit.change_{root.change_side}", root), rank, recoded]


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
    note = ctx.say("unit.lost_note", lost[0], shown=str(SHOWN_LOSSES)) if len(lost) > SHOWN_LOSSES else ()
    return [ctx.table("lost_mark", lost[:SHOWN_LOSSES], info, note=note)] if lost else []


def _history(ctx: Context) -> list[Block]:
    """What changed since the year before, and why: where marks are missing now, and which events counted."""
    trends = ctx.ask("unit_trend")
    root = trends.by("node_code").get(ROOT_NODE)
    if root is None or root.previous_score is None:
        return [Paragraph(ctx.say("unit.no_history"))]
    years = {"now": str(root.assessment_year), "before": str(root.previous_assessment_year)}
    years["first"] = str(root.first_assessment_year or ctx.word("column.two_years_before"))
    made = ctx.table("unit_history", trends, cells={"why": lambda row: _why(ctx, row)}, words=years)
    return [Paragraph(ctx.t.sentences(*_moved(ctx))), made]


def _why(ctx: Context, moved: Any) -> Text:
    """What is behind a dimension's movement, as far as the release tells: events that counted, marks now lost."""
    if not moved.change_from_previous or moved.node_code not in ctx.nodes or moved.node_code == ROOT_NODE:
        return ()
    if not ctx.nodes[moved.node_code].is_base:
        counted = (row for row in ctx.ask("unit_event") if row.points and not row.is_rejected)
        largest = min(counted, key=lambda row: -abs(row.points), default=None)
        return ctx.say("unit.why_event", largest, headline=largest.headline) if largest else ()
    lost = [row for row in ctx.ask("lost_mark") if row.dimension_code == moved.node_code]
    return ctx.say("unit.why_lost", lost[0]) if lost else ctx.say("unit.why_nothing_lost")


def _compared(ctx: Context) -> list[Block]:
    """Score rates beside the province's: as far as they differ."""
    scores = ctx.ask("unit_dimension")
    rows = [row for row in scores if row.score_rate is not None and row.node_code in ctx.nodes]
    if len(rows) < 2:
        return []
    # An edition of a part of a province has the part to compare with.
    province = ctx.region_name(ctx.units[ctx.code].province_code or ctx.nation)
    own = series(ctx.subject_name, rows, "rate", "score_rate")
    others = series(province, rows, "rate", "province_score_rate", "reference")
    names = [ctx.short_node_name(row.node_code) for row in rows]
    caption, unit = ctx.word("unit.chart_caption", province=province), ctx.word("unit.rate")
    return [chart(ctx.t, ChartKind.dot, names, [own, others], scores.source, caption, unit=unit)]


def _neighbours(ctx: Context) -> list[Block]:
    """The units that stand next to it in its province."""
    rows = ctx.ask("unit_neighbour")
    if not ctx.units[ctx.code].province_code:
        return []
    if len(rows) < 2:
        return [Paragraph(ctx.say("unit.no_peers" if rows else "unit.peers_unranked"))]
    return [ctx.table("neighbours", rows)]


def _peers(ctx: Context) -> list[Block]:
    rows = ctx.ask("unit_peer")
    return [ctx.table("peers", rows)] if rows else []


def _events(ctx: Context) -> list[Block]:
    events = ctx.ask("unit_event")
    return [event_table(ctx, events, "unit.events_caption", True) if events else Paragraph(ctx.say("unit.no_events"))]


def _warnings(ctx: Context) -> list[Block]:
    if not ctx.release.has("warning"):
        return [Paragraph(ctx.say("unit.no_warnings_mart"), small=True)]
    rows = ctx.ask("unit_warning")
    if not rows:
        return [Paragraph(ctx.say("unit.no_warnings"))]
    return [BulletList(tuple(ctx.say(f"unit.warning_{row.outcome}", row) for row in rows))]


def _indicators(ctx: Context) -> Block:
    measures = defaultdict(list)
    for row in ctx.ask("unit_measure"):
        measures[row.node_code].append(row)
    scored = {**ctx.ask("unit_dimension").by("node_code"), **ctx.ask("unit_indicator").by("node_code")}
    cells: dict[str, Shown] = {
        "score": beside(scored, "mark", "score", "node_code"),
        "score_rate": beside(scored, "rate", "score_rate", "node_code"),
        "value": lambda node: _values(ctx, measures[node.node_code]) if node.is_leaf else (),
        "rule": lambda node: ctx.named(node, "rule_text") if node.is_leaf else "",
    }
    return ctx.table("unit_indicators", [node for node in ctx.nodes.values() if node.node_level], cells=cells)


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
    if not ctx.release.has("score_trace", "evidence_url"):
        command = f"zhengxin report --region {ctx.code} --year {ctx.year} --release {ctx.info.release_id} --internal"
        said = Paragraph(ctx.say("unit.no_evidence", ctx.info))
        return [said, OnScreen((Paragraph(ctx.say("unit.evidence_command")), Code(command)), ())]
    rows = [row for row in ctx.ask("score_trace") if row.file_name]
    if not rows:
        return [Paragraph(ctx.say("unit.evidence_empty"))]
    made = ctx.table("evidence", rows, cells={"file": lambda row: ctx.say("unit.file_row", row, file=row.file_name)})
    return [OnScreen((made,), ctx.say("unit.evidence_on_screen"))]
