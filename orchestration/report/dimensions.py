"""Each dimension with its indicators, what was lost and where; the events and how they were answered."""

from __future__ import annotations

from typing import Any

from orchestration.report.document import Block, ChartKind, Paragraph, Run, Table, Text
from orchestration.report.parts import Col, Outline, chart, col, series, table, with_ties
from orchestration.report.scope import Context

SHOWN_LOSSES = 6


def add(ctx: Context, outline: Outline) -> None:
    outline.chapter(ctx.word("dimension.heading"), "dimensions")
    for node in ctx.dimensions:
        outline.section(ctx.named(node), f"dimension-{node.node_code.lower()}", *_dimension(ctx, node))


def _dimension(ctx: Context, node: Any) -> list[Block]:
    score = ctx.own.get(node.node_code)
    if score is None:
        return [Paragraph(ctx.say("dimension.no_score", name=ctx.short_node_name(node.node_code)))]
    shares = ctx.ask("full_mark_share").by("node_code")
    blocks: list[Block] = [Paragraph(ctx.t.sentences(*_sentences(ctx, node, score, shares)))]
    if node.is_base:
        blocks += _chart(ctx, node)
    blocks.append(_table(ctx, node, shares))
    return blocks + (_losses(ctx, node) if node.is_base else _events(ctx))


def _sentences(ctx: Context, node: Any, score: Any, shares: dict[str, Any]) -> list[Text]:
    texts = [ctx.say("dimension.mean" if node.is_base else "dimension.event_mean", score)]
    if ctx.is_compared and score.nation_side != "unknown":
        texts.append(ctx.say(f"dimension.nation_{score.nation_side}", score))
    if score.change_from_previous is not None:
        texts.append(ctx.say(f"dimension.moved_{score.change_side}", score))
    if node.is_base:
        texts += _second_level(ctx, node)
    share, limit = shares.get(node.node_code), ctx.limit("ceiling", "ceiling_limit")
    if share and share.full_share is not None and share.full_share > limit:
        texts.append(ctx.say("dimension.ceiling", share, limit=f"{limit * 100:.0f}%"))
    return texts


def _second_level(ctx: Context, node: Any) -> list[Text]:
    """The second-level indicators of the highest and of the lowest score rate."""
    rated = [row for child in ctx.children(node.node_code) if (row := ctx.own.get(child.node_code))]
    rated = sorted((row for row in rated if row.score_rate is not None), key=lambda row: -row.score_rate)
    if not rated:
        return []
    if rated[0].score_rate == rated[-1].score_rate:
        return [ctx.say("dimension.all_alike", rated[0])]
    return [
        ctx.say(
            f"dimension.{key}",
            end,
            names=ctx.t.listed(ctx.node_name(row.node_code) for row in rated if row.score_rate == end.score_rate),
        )
        for key, end in (("strongest", rated[0]), ("weakest", rated[-1]))
    ]


def _chart(ctx: Context, node: Any) -> list[Block]:
    """Score rates of the second level against the nation, where not all of them are full."""
    t = ctx.t
    rows = [ctx.own[child.node_code] for child in ctx.children(node.node_code) if child.node_code in ctx.own]
    if not rows or all(row.score_rate == 1 for row in rows):
        return []
    drawn = [series(ctx.subject_name, rows, "rate", "score_rate")]
    if ctx.is_compared:
        drawn.append(series(t.word("word.national_mean"), rows, "rate", "national_score_rate", "reference"))
    names = [ctx.node_name(row.node_code) for row in rows]
    caption = ctx.word("dimension.chart_caption", name=ctx.short_node_name(node.node_code))
    return [chart(t, ChartKind.dot, names, drawn, ctx.scores.source, caption, unit=t.word("unit.rate"))]


def _table(ctx: Context, node: Any, shares: dict[str, Any]) -> Table:
    """The dimension and its second level."""
    t, nation = ctx.t, ctx.t.word("word.national_mean")
    rated = [col(t, "score_rate rate")] if node.is_base else []
    compared = [
        col(t, "mean mark:national_mean_of_subregions", nation),
        col(t, "gap change:gap_to_national_mean_of_subregions", nation),
    ]

    def full(row: Any) -> Run:
        share = shares.get(row.node_code)
        return share.figure("rate", "full_share") if share else "–"

    columns = [
        col(t, "indicator node:node_code"),
        col(t, "full_mark plain"),
        col(t, "mean_of_units mark"),
        *rated,
        *(compared if ctx.is_compared else []),
        *([] if ctx.is_whole else [col(t, "rank count:rank_in_level")]),
        col(t, "change change:change_from_previous"),
        *([col(t, "full_share rate", cell=full)] if node.is_base else []),
    ]
    rows = [ctx.own[each.node_code] for each in (node, *ctx.children(node.node_code)) if each.node_code in ctx.own]
    caption = ctx.word("dimension.caption", name=ctx.short_node_name(node.node_code))
    return table(rows, caption, columns, lambda row: row.node_level == 1, lambda row: row.node_level - 1)


def _losses(ctx: Context, node: Any) -> list[Block]:
    t, rows = ctx.t, [row for row in ctx.ask("leaf_loss") if row.dimension_code == node.node_code]
    if not rows:
        return [Paragraph(ctx.say("dimension.nothing_lost"))]

    def worst(row: Any) -> Text:
        return with_ties(t, ctx.unit_name(row.worst_unit_code), row, "worst_unit_count")

    columns = [
        col(t, "leaf node:node_code*3"),
        col(t, "full_mark plain"),
        col(t, "mean_lost mark:mean_points_lost"),
        col(t, "losing_units count:losing_unit_count"),
        col(t, "units count:scored_unit_count"),
        col(t, "worst_unit name*2", cell=worst),
        col(t, "most_lost mark:max_points_lost"),
    ]
    return [
        table(
            rows[:SHOWN_LOSSES], ctx.word("dimension.loss_caption", name=ctx.short_node_name(node.node_code)), columns
        )
    ]


def _events(ctx: Context) -> list[Block]:
    t, counts = ctx.t, ctx.ask("event_count").by("polarity")
    if not counts:
        return [Paragraph(ctx.say("event.none"))]
    texts = [
        ctx.say(f"event.{polarity}", counts[polarity]) if polarity in counts else ctx.say(f"event.no_{polarity}")
        for polarity in ("positive", "negative")
    ]
    blocks: list[Block] = [Paragraph(t.sentences(*texts))]
    if negative := counts.get("negative"):
        answers = [ctx.say("event.answered", negative), ctx.say("event.timely", negative)]
        if negative.time_unit != "none":
            answers.append(ctx.say(f"event.median_{negative.time_unit}", negative))
        blocks.append(Paragraph(t.sentences(*answers, ctx.say("event.faults", negative))))
    columns = [
        col(t, "severity word.severity*2"),
        col(t, "polarity word.polarity*1"),
        col(t, "base_points plain:base_value"),
        col(t, "events count:event_count"),
        col(t, "points signed"),
    ]
    blocks.append(table(ctx.ask("event_severity"), ctx.word("event.severity_caption"), columns))
    for polarity in ("negative", "positive"):
        chosen = [row for row in ctx.ask("event_largest") if row.polarity == polarity]
        if chosen:
            blocks.append(event_table(ctx, chosen, ctx.word(f"event.largest_{polarity}"), polarity == "negative"))
    return blocks


def event_table(ctx: Context, events: list[Any], caption: str, with_answer: bool, with_unit: bool = True) -> Table:
    """Events with how they were answered; one that counts nothing says why."""
    t = ctx.t
    answered: list[Col] = [
        col(t, "response name*3", cell=lambda row: _answer(ctx, row)),
        col(t, "response_fault signed:response_fault_points"),
    ]
    columns = [
        col(t, "date text:event_date*0"),
        *([col(t, "unit unit:unit_code*2")] if with_unit else []),
        col(t, "headline raw*4"),
        col(t, "severity word.severity*1.4"),
        *(answered[:1] if with_answer else []),
        col(t, "points signed"),
        *(answered[1:] if with_answer else []),
    ]
    reasons = [
        reason for reason in ("rejected", "no_responsibility", "zero") if any(row.why_zero == reason for row in events)
    ]
    return table(events, caption, columns, note=t.joined(ctx.say(f"event.why_{reason}") for reason in reasons))


def _answer(ctx: Context, event: Any) -> Text:
    """How an event was answered: by whom, after what time, with which faults; nothing for positive events."""
    t = ctx.t
    if event.is_rejected:
        return t("event.rejected")
    if event.polarity != "negative":
        return ()
    names = {"responsible": event.responsible_body, "responder": event.responder}
    if event.is_silent:
        return t("event.silent_of", **names) if event.responsible_body else t("event.silent")
    by = "answered_for" if event.responder and event.responsible_body else "answered_by"
    parts = [t(f"event.{by}", **names) if event.responder else ()]
    parts.append(t(f"event.after_{event.time_unit}", event) if event.time_unit != "none" else ())
    parts += [t(f"event.{name}") for name in ("late", "off_point", "wrong_body") if getattr(event, f"is_{name}")]
    if event.response_level != "other":
        parts.append(t(f"response_level.{event.response_level}"))
    return t.joined(parts)
