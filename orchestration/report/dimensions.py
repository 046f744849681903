"""Each dimension with its indicators, what was lost and where; the events and how they were answered."""

from __future__ import annotations

from typing import Any

from orchestration.report.document import Block, ChartKind, Paragraph, Table, Text
from orchestration.report.parts import Outline, beside, chart, series, with_ties
from orchestration.report.scope import Context

SHOWN_LOSSES = 6


def add(ctx: Context, outline: Outline) -> None:
    outline.chapter(ctx.word("dimension.heading"), "dimensions")
    for node in ctx.dimensions:
        outline.section(ctx.named(node), f"dimension-{node.node_code.lower()}", *_dimension(ctx, node))


def _dimension(ctx: Context, node: Any) -> list[Block]:
    score, name = ctx.own.get(node.node_code), ctx.short_node_name(node.node_code)
    if score is None:
        return [Paragraph(ctx.say("dimension.no_score", name=name))]
    shares, base = ctx.ask("full_mark_share").by("node_code"), {"base"} if node.is_base else set()
    rows = [ctx.own[each.node_code] for each in (node, *ctx.children(node.node_code)) if each.node_code in ctx.own]
    cells = {"full_share": beside(shares, "rate", "full_share", "node_code")}
    return [
        Paragraph(ctx.t.sentences(*_sentences(ctx, node, score, shares))),
        *(_chart(ctx, name, rows[1:]) if base else []),
        ctx.table("dimension", rows, flags=base, cells=cells, words={"name": name}),
        *(_losses(ctx, node.node_code, name) if base else _events(ctx)),
    ]


def _sentences(ctx: Context, node: Any, score: Any, shares: dict[str, Any]) -> list[Text]:
    texts = [ctx.say("dimension.mean" if node.is_base else "dimension.event_mean", score)]
    if ctx.is_compared and score.nation_side != "unknown":
        texts.append(ctx.say(f"dimension.nation_{score.nation_side}", score))
    texts.append(ctx.if_known(f"dimension.moved_{score.change_side}", score, "change_from_previous"))
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
    if rated and rated[0].score_rate == rated[-1].score_rate:
        return [ctx.say("dimension.all_alike", rated[0])]
    texts = []
    for key, end in zip(("strongest", "weakest"), (rated[0], rated[-1]) if rated else (), strict=False):
        names = ctx.t.listed(ctx.node_name(row.node_code) for row in rated if row.score_rate == end.score_rate)
        texts.append(ctx.say(f"dimension.{key}", end, names=names))
    return texts


def _chart(ctx: Context, name: str, rows: list[Any]) -> list[Block]:
    """Score rates of the second level against the nation, where not all of them are full."""
    if not rows or all(row.score_rate == 1 for row in rows):
        return []
    drawn = [series(ctx.subject_name, rows, "rate", "score_rate")]
    if ctx.is_compared:
        drawn.append(series(ctx.word("word.national_mean"), rows, "rate", "national_score_rate", "reference"))
    names = [ctx.node_name(row.node_code) for row in rows]
    caption, unit = ctx.word("dimension.chart_caption", name=name), ctx.word("unit.rate")
    return [chart(ctx.t, ChartKind.dot, names, drawn, ctx.scores.source, caption, unit=unit)]


def _losses(ctx: Context, code: str, name: str) -> list[Block]:
    rows = [row for row in ctx.ask("leaf_loss") if row.dimension_code == code]
    if not rows:
        return [Paragraph(ctx.say("dimension.nothing_lost"))]

    def worst(row: Any) -> Text:
        return with_ties(ctx.t, ctx.unit_name(row.worst_unit_code), row, "worst_unit_count")

    return [ctx.table("leaf_loss", rows[:SHOWN_LOSSES], cells={"worst_unit": worst}, words={"name": name})]


def _events(ctx: Context) -> list[Block]:
    counts = ctx.ask("event_count").by("polarity")
    if not counts:
        return [Paragraph(ctx.say("event.none"))]
    kinds = ("positive", "negative")
    texts = (ctx.say(f"event.{each}" if each in counts else f"event.no_{each}", counts.get(each)) for each in kinds)
    blocks: list[Block] = [Paragraph(ctx.t.sentences(*texts))]
    if negative := counts.get("negative"):
        told = ["answered", "timely", f"median_{negative.time_unit}", "faults"]
        if negative.time_unit == "none":
            del told[2]
        blocks.append(Paragraph(ctx.t.sentences(*(ctx.say(f"event.{each}", negative) for each in told))))
    blocks.append(ctx.table("event_severity", ctx.ask("event_severity")))
    for polarity in ("negative", "positive"):
        if chosen := [row for row in ctx.ask("event_largest") if row.polarity == polarity]:
            blocks.append(event_table(ctx, chosen, f"event.largest_{polarity}", polarity == "negative"))
    return blocks


def event_table(ctx: Context, events: list[Any], caption: str, with_answer: bool) -> Table:
    """Events with how they were answered; one that counts nothing says why."""
    kinds, found = ("rejected", "no_responsibility", "zero"), {row.why_zero for row in events}
    note = ctx.t.joined(ctx.say(f"event.why_{reason}") for reason in kinds if reason in found)
    cells, flags = {"response": lambda row: _answer(ctx, row)}, {"answer"} if with_answer else set()
    return ctx.table("event", events, caption=ctx.word(caption), note=note, cells=cells, flags=flags)


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
