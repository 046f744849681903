"""Section 3: each dimension with its indicators, what was lost and where; the events and how they were answered."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from orchestration.report.document import (
    Block,
    Chart,
    ChartKind,
    Column,
    Paragraph,
    ScoreCard,
    Section,
    Table,
    Text,
)
from orchestration.report.figures.event import EventCount, EventLargest, EventSeverity
from orchestration.report.figures.region import FullMarkShare, LeafLoss, RegionScore, SubregionLoss
from orchestration.report.figures.release import Node
from orchestration.report.release import Answer
from orchestration.report.scope import Context
from orchestration.report.sections.parts import (
    Numbering,
    change_cell,
    key_figure,
    names_column,
    number_column,
    rate_series,
    row,
    with_ties,
)
from orchestration.report.texts import Texts

SHOWN_LOSSES = 8


@dataclass(frozen=True)
class _Figures:
    """What all dimensions are told from."""

    scores: Answer[RegionScore]
    own: dict[str, RegionScore]
    full: Answer[FullMarkShare]
    full_by_node: dict[str, FullMarkShare]
    losses: Answer[LeafLoss]
    subregion_losses: Answer[SubregionLoss]


def sections(ctx: Context, number: Numbering) -> list[Section]:
    t = ctx.t
    scores, full = ctx.ask(RegionScore), ctx.ask(FullMarkShare)
    figures = _Figures(
        scores,
        {score.node_code: score for score in scores if score.region_code == ctx.scope.code},
        full,
        {share.node_code: share for share in full},
        ctx.ask(LeafLoss),
        ctx.ask(SubregionLoss),
    )
    found = [Section(t.word("dimension.heading"), 1, "dimensions", (), number.first())]
    for node in ctx.dimensions:
        anchor = f"dimension-{node.node_code.lower()}"
        found.append(Section(ctx.named(node), 2, anchor, _dimension(ctx, figures, node), number.second()))
    return found


def _dimension(ctx: Context, figures: _Figures, node: Node) -> tuple[Block, ...]:
    t, score = ctx.t, figures.own.get(node.node_code)
    if score is None or score.mean_of_units is None:
        return (Paragraph(t("dimension.no_score", region=ctx.subject_name, name=ctx.short_node_name(node.node_code))),)
    blocks: list[Block] = [
        _card(ctx, figures, node, score),
        Paragraph(t.sentences(*_sentences(ctx, figures, node, score))),
        *_chart(ctx, figures, node),
        _table(ctx, figures, node),
    ]
    blocks += _losses(ctx, figures, node) if node.is_base else _events(ctx)
    return tuple(blocks)


def _card(ctx: Context, figures: _Figures, node: Node, score: RegionScore) -> ScoreCard:
    t, scores = ctx.t, figures.scores
    points = t.word("unit.points")
    cards = [
        key_figure(
            t,
            t.word("card.mean_of_units"),
            scores.mark(score.mean_of_units),
            points,
            t("card.of_full" if node.is_base else "card.of_range", full=scores.plain(score.full_mark)),
        ),
    ]
    if node.is_base:
        cards.append(key_figure(t, t.word("card.score_rate"), scores.rate(score.score_rate)))
    if not ctx.scope.is_whole:
        cards.append(key_figure(t, t.word("card.rank"), scores.count(score.rank_in_level)))
        if ctx.has_nation:
            gap = scores.signed(score.gap_to_national_mean_of_subregions)
            cards.append(key_figure(t, t.word("card.gap_to_nation"), gap, points))
    cards.append(key_figure(t, t.word("card.change"), scores.signed(score.change_from_previous), points))
    share = figures.full_by_node.get(node.node_code)
    if share:
        cards.append(key_figure(t, t.word("card.full_share"), figures.full.rate(share.full_share)))
    return ScoreCard(tuple(cards))


def _sentences(ctx: Context, figures: _Figures, node: Node, score: RegionScore) -> list[Text]:
    t, scores = ctx.t, figures.scores
    given = {
        "region": ctx.subject_name,
        "name": ctx.short_node_name(node.node_code),
        "mean": scores.mark(score.mean_of_units),
        "full": scores.plain(score.full_mark),
        "rate": scores.rate(score.score_rate),
    }
    texts = [t("dimension.mean" if node.is_base else "dimension.event_mean", **given)]
    if not ctx.scope.is_whole and score.gap_to_national_mean_of_subregions is not None:
        gap = score.gap_to_national_mean_of_subregions
        side = "above" if gap > 0 else "below" if gap < 0 else "equal"
        texts.append(
            t(
                f"dimension.nation_{side}",
                national=scores.mark(score.national_mean_of_subregions),
                gap=scores.mark(abs(gap)),
            )
        )
    if score.change_from_previous is not None:
        change = score.change_from_previous
        side = "above" if change > 0 else "below" if change < 0 else "equal"
        texts.append(
            t(f"dimension.moved_{side}", year=str(score.previous_assessment_year), change=scores.mark(abs(change)))
        )
    if node.is_base:
        texts += _indicator_sentences(ctx, figures, node)
    return texts


def _indicator_sentences(ctx: Context, figures: _Figures, node: Node) -> list[Text]:
    """Strongest and weakest second-level indicators, and the ceiling warning."""
    t = ctx.t
    rated = [
        figures.own[child.node_code]
        for child in ctx.children(node.node_code)
        if figures.own.get(child.node_code) and figures.own[child.node_code].score_rate is not None
    ]
    texts: list[Text] = []
    if rated:
        best, worst = max(score.score_rate for score in rated), min(score.score_rate for score in rated)
        if best == worst:
            texts.append(t("dimension.all_alike", rate=figures.scores.rate(best)))
        else:
            for key, limit in (("strongest", best), ("weakest", worst)):
                names = t.listed(ctx.node_name(score.node_code) for score in rated if score.score_rate == limit)
                texts.append(t(f"dimension.{key}", names=names, rate=figures.scores.rate(limit)))
    share = figures.full_by_node.get(node.node_code)
    limit = ctx.limit("ceiling", "ceiling_limit")
    if share and share.full_share is not None and share.full_share > limit:
        texts.append(t("dimension.ceiling", share=figures.full.rate(share.full_share), limit=_per_cent(limit)))
    return texts


def _per_cent(limit: Decimal) -> str:
    return f"{limit * 100:.0f}%"


def _chart(ctx: Context, figures: _Figures, node: Node) -> list[Chart]:
    """Score rates of the second level against the nation; events have no rates."""
    t, own = ctx.t, figures.own
    codes = [child.node_code for child in ctx.children(node.node_code) if own.get(child.node_code)]
    if not node.is_base or not codes:
        return []
    series = [rate_series(ctx.subject_name, (own[code].score_rate for code in codes), "subject")]
    if ctx.has_nation and not ctx.scope.is_whole:
        rates = (own[code].national_score_rate for code in codes)
        series.append(rate_series(t.word("word.national_mean"), rates, "reference"))
    parts = t.listed(
        t("overall.rate_part", name=ctx.node_name(code), rate=figures.scores.rate(own[code].score_rate))
        for code in codes
    )
    return [
        Chart(
            ChartKind.bar,
            tuple(ctx.node_name(code) for code in codes),
            tuple(series),
            t.word("dimension.chart_caption", region=ctx.subject_name, name=ctx.short_node_name(node.node_code)),
            t.word("overall.dimension_chart_alt", parts=parts),
            figures.scores.source,
            unit=t.word("unit.rate"),
            minimum=Decimal(0),
            maximum=Decimal(100),
        )
    ]


def _table(ctx: Context, figures: _Figures, node: Node) -> Table:
    """The dimension and its second level."""
    t, scores, whole = ctx.t, figures.scores, ctx.scope.is_whole
    rows = []
    for entry in (node, *ctx.children(node.node_code)):
        score = figures.own.get(entry.node_code)
        if score is None:
            continue
        cells: list = [
            ctx.node_name(entry.node_code),
            scores.plain(score.full_mark),
            scores.mark(score.mean_of_units),
        ]
        if node.is_base:
            cells.append(scores.rate(score.score_rate))
        if ctx.has_nation and not whole:
            cells += [
                scores.mark(score.national_mean_of_subregions),
                change_cell(scores.signed(score.gap_to_national_mean_of_subregions)),
            ]
        if not whole:
            cells.append(scores.count(score.rank_in_level))
        cells.append(change_cell(scores.signed(score.change_from_previous)))
        if node.is_base:
            share = figures.full_by_node.get(entry.node_code)
            cells.append(figures.full.rate(share.full_share if share else None))
        rows.append(row(*cells, depth=entry.node_level - 1, emphasis=entry is node))
    columns = [
        names_column(t.word("column.indicator")),
        number_column(t.word("column.full_mark")),
        number_column(t.word("column.mean_of_units")),
    ]
    if node.is_base:
        columns.append(number_column(t.word("column.score_rate")))
    if ctx.has_nation and not whole:
        columns += [
            number_column(t.word("column.mean"), group=t.word("word.nation")),
            number_column(t.word("column.gap"), group=t.word("word.nation")),
        ]
    if not whole:
        columns.append(number_column(t.word("column.rank")))
    columns.append(number_column(t.word("column.change")))
    if node.is_base:
        columns.append(number_column(t.word("column.full_share")))
    caption = t.word("dimension.caption", region=ctx.subject_name, name=ctx.short_node_name(node.node_code))
    return Table(tuple(columns), tuple(rows), caption)


def _losses(ctx: Context, figures: _Figures, node: Node) -> list[Block]:
    t, losses = ctx.t, figures.losses
    own = [loss for loss in losses if loss.dimension_code == node.node_code]
    if not own:
        return [Paragraph(t("dimension.nothing_lost", region=ctx.subject_name))]
    rows = [
        row(
            ctx.node_name(loss.node_code),
            losses.plain(loss.full_mark),
            losses.mark(loss.mean_points_lost),
            losses.count(loss.losing_unit_count),
            losses.count(loss.scored_unit_count),
            with_ties(
                t, ctx.unit_run(loss.worst_unit_code), loss.worst_unit_count, losses.count(loss.worst_unit_count)
            ),
            losses.mark(loss.max_points_lost),
        )
        for loss in own[:SHOWN_LOSSES]
    ]
    columns = (
        names_column(t.word("column.leaf")),
        number_column(t.word("column.full_mark")),
        number_column(t.word("column.mean_lost")),
        number_column(t.word("column.losing_units")),
        number_column(t.word("column.scored_units")),
        Column(t.word("column.worst_unit"), width=2),
        number_column(t.word("column.most_lost")),
    )
    blocks: list[Block] = []
    where = [entry for entry in figures.subregion_losses if entry.node_code == node.node_code][:3]
    if where:
        parts = [
            t(
                "dimension.lost_part",
                region=ctx.named(entry, "region_name"),
                lost=figures.subregion_losses.mark(entry.mean_points_lost),
            )
            for entry in where
        ]
        blocks.append(Paragraph(t("dimension.lost_where", parts=t.listed(parts))))
    caption = t.word("dimension.loss_caption", name=ctx.short_node_name(node.node_code))
    return [*blocks, Table(columns, tuple(rows), caption)]


def _events(ctx: Context) -> list[Block]:
    t, counts = ctx.t, ctx.ask(EventCount)
    by_polarity = {count.polarity: count for count in counts}
    if not by_polarity:
        return [Paragraph(t("event.none", region=ctx.subject_name))]
    positive, negative = by_polarity.get("positive"), by_polarity.get("negative")
    texts = []
    if positive:
        texts.append(t("event.positive", n=counts.count(positive.event_count), points=counts.signed(positive.points)))
    else:
        texts.append(t("event.no_positive"))
    if negative:
        texts.append(
            t(
                "event.negative",
                n=counts.count(negative.event_count),
                units=counts.count(negative.unit_count),
                major=counts.count(negative.major_count),
                points=counts.signed(negative.points),
            )
        )
    else:
        texts.append(t("event.no_negative"))
    blocks: list[Block] = [Paragraph(t.sentences(*texts)), *_severity_blocks(ctx)]
    if negative:
        blocks += _response(ctx, counts, negative)
    return [*blocks, *_largest(ctx)]


def _severity_blocks(ctx: Context) -> list[Block]:
    t, severities = ctx.t, ctx.ask(EventSeverity)
    rows = [
        row(
            t.known(f"severity.{entry.severity}", entry.severity),
            t.known(f"polarity.{entry.polarity}", entry.polarity),
            severities.plain(entry.base_value),
            severities.count(entry.event_count),
            severities.signed(entry.points),
        )
        for entry in severities
    ]
    columns = (
        names_column(t.word("column.severity"), 2),
        Column(t.word("column.polarity")),
        number_column(t.word("column.base_points")),
        number_column(t.word("column.events")),
        number_column(t.word("column.points")),
    )
    return [Table(columns, tuple(rows), t.word("event.severity_caption"))]


def _response(ctx: Context, counts: Answer[EventCount], negative: EventCount) -> list[Block]:
    t = ctx.t
    texts = [
        t(
            "event.answered",
            answered=counts.count(negative.answered_count),
            share=counts.rate(negative.answered_share),
            silent=counts.count(negative.silent_count),
        ),
        t("event.timely", timely=counts.count(negative.timely_count), share=counts.rate(negative.timely_share)),
    ]
    if negative.median_response_hours is not None:
        texts.append(t("event.median", hours=counts.plain(negative.median_response_hours)))
    texts.append(
        t(
            "event.faults",
            late=counts.count(negative.late_count),
            off_point=counts.count(negative.off_point_count),
            wrong_body=counts.count(negative.wrong_body_count),
            points=counts.signed(negative.response_fault_points),
        )
    )
    return [Paragraph(t.sentences(*texts))]


def _largest(ctx: Context) -> list[Block]:
    t, events = ctx.t, ctx.ask(EventLargest)
    blocks: list[Block] = []
    for polarity in ("negative", "positive"):
        chosen = [event for event in events if event.polarity == polarity]
        if chosen:
            blocks.append(
                Table(
                    event_columns(ctx, with_unit=True, with_answer=polarity == "negative"),
                    tuple(
                        event_row(ctx, events, event, with_unit=True, with_answer=polarity == "negative")
                        for event in chosen
                    ),
                    t.word(f"event.largest_{polarity}"),
                )
            )
    return blocks


def event_columns(ctx: Context, with_unit: bool, with_answer: bool = True) -> tuple[Column, ...]:
    t = ctx.t
    return (
        Column(t.word("column.date"), width=1.3),
        *([Column(t.word("column.unit"), width=1.6)] if with_unit else []),
        Column(t.word("column.headline"), width=4),
        Column(t.word("column.severity"), width=1.4),
        *([Column(t.word("column.response"), width=3)] if with_answer else []),
        number_column(t.word("column.points")),
        *([number_column(t.word("column.response_fault"))] if with_answer else []),
    )


def event_row(ctx: Context, events: Answer, event: EventLargest, with_unit: bool, with_answer: bool = True):
    t = ctx.t
    return row(
        events.text(event.event_date),
        *([(ctx.unit_run(event.unit_code),)] if with_unit else []),
        event.headline,
        t.known(f"severity.{event.severity}", event.severity),
        *([_response_text(ctx, events, event)] if with_answer else []),
        events.signed(event.points),
        *([events.signed(event.response_fault_points)] if with_answer else []),
    )


def _response_text(ctx: Context, events: Answer, event: EventLargest) -> Text:
    """How an event was answered: by whom, after what time, with which faults; nothing for positive events."""
    t = ctx.t
    if event.is_rejected:
        return t("event.rejected")
    if event.polarity != "negative":
        return ()
    if event.is_silent:
        if event.responsible_body:
            return t("event.silent_of", responsible=event.responsible_body)
        return t("event.silent")
    faults = [t(f"event.{name}") for name in ("late", "off_point", "wrong_body") if getattr(event, f"is_{name}")]
    if event.response_level != "other":
        faults.append(t(f"response_level.{event.response_level}"))
    hours = t("event.hours", hours=events.plain(event.response_hours)) if event.response_hours is not None else ()
    return t.joined([part for part in (_answered_by(t, event), hours, *faults) if part])


def _answered_by(t: Texts, event: EventLargest) -> Text:
    if event.responder and event.responsible_body:
        return t("event.answered_for", responder=event.responder, responsible=event.responsible_body)
    return t("event.answered_by", responder=event.responder) if event.responder else ()
