"""Section 6: a page for each unit, from its score card to the evidence."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from orchestration.report.document import (
    Block,
    BulletList,
    Chart,
    ChartKind,
    Code,
    Column,
    PageBreak,
    Paragraph,
    ScoreCard,
    Section,
    Series,
    Strong,
    Table,
    Text,
    Tone,
)
from orchestration.report.figures.event import UnitEvent
from orchestration.report.figures.unit import (
    LostMark,
    Peer,
    PointsToNext,
    RankBand,
    ScoreTrace,
    UnitDimension,
    UnitIndicator,
    UnitMeasure,
    UnitScore,
    UnitTrend,
)
from orchestration.report.figures.unit import (
    Warning as UnitWarning,
)
from orchestration.report.release import Answer
from orchestration.report.scope import BASE_NODE, ROOT_NODE, Context, Kind, unit_anchor
from orchestration.report.sections.dimensions import event_columns, event_row
from orchestration.report.sections.parts import (
    Numbering,
    change_cell,
    key_figure,
    names_column,
    number_column,
    radar_minimum,
    rate_series,
    row,
)

PEERS_EACH_SIDE = 3
SHOWN_LOSSES = 10
GROUPED = ("dimensions", "indicators", "measures", "trends", "events", "next_points", "lost", "warnings", "traces")


@dataclass(frozen=True)
class _Answers:
    """What unit pages are told from; optional marts are None where the release has none."""

    scores: Answer[UnitScore]
    dimensions: Answer[UnitDimension]
    indicators: Answer[UnitIndicator]
    measures: Answer[UnitMeasure]
    trends: Answer[UnitTrend]
    events: Answer[UnitEvent]
    peers: Answer[Peer]
    next_points: Answer[PointsToNext] | None
    lost: Answer[LostMark] | None
    warnings: Answer[UnitWarning] | None
    traces: Answer[ScoreTrace] | None
    bands: Answer[RankBand] | None


class UnitPages:
    """The pages of all units of the scope, read once and told unit by unit."""

    def __init__(self, ctx: Context) -> None:
        self.ctx, self.t = ctx, ctx.t
        self.answers = self._read()
        answers = self.answers
        self._by_unit = {
            name: _grouped(getattr(answers, name) or ())
            for name in (
                "dimensions",
                "indicators",
                "measures",
                "trends",
                "events",
                "next_points",
                "lost",
                "warnings",
                "traces",
                "bands",
            )
        }

    def _read(self) -> _Answers:
        ctx, has = self.ctx, self.ctx.release.has
        return _Answers(
            ctx.ask(UnitScore),
            ctx.ask(UnitDimension),
            ctx.ask(UnitIndicator),
            ctx.ask(UnitMeasure),
            ctx.ask(UnitTrend),
            ctx.ask(UnitEvent),
            ctx.ask(Peer),
            ctx.ask(PointsToNext) if has("points_to_next") else None,
            ctx.ask(LostMark) if has("lost_mark") else None,
            ctx.ask(UnitWarning) if has("warning") else None,
            ctx.ask(ScoreTrace) if has("score_trace", "evidence_url") else None,
            ctx.ask(RankBand) if has("rank_interval") and has("rank_distinguishable") else None,
        )

    def sections(self, number: Numbering) -> list[Section]:
        ctx, t = self.ctx, self.t
        if ctx.scope.kind is Kind.unit:
            [score] = self.answers.scores
            return [
                Section(heading, 1, anchor, blocks, number.first()) for heading, anchor, blocks in self._parts(score)
            ]
        found = [Section(t.word("unit.heading"), 1, "units", (Paragraph(t("unit.introduction")),), number.first())]
        ordered = sorted(self.answers.scores, key=lambda score: score.unit_code)
        for score in ordered:
            blocks: list[Block] = [PageBreak()] if score is not ordered[0] else []
            for position, (heading, _, part) in enumerate(self._parts(score)):
                if position:
                    blocks.append(Paragraph(t("unit.part", heading=Strong(heading))))
                blocks += part
            name = t.word("unit.name_and_code", unit=ctx.named(score, "unit_name"), code=score.unit_code)
            anchor = unit_anchor(score.unit_code)
            found.append(Section(name, 2, anchor, tuple(blocks), in_contents=True))
        return found

    def _parts(self, score: UnitScore) -> list[tuple[str, str, tuple[Block, ...]]]:
        """Heading, anchor and blocks of each part of a unit's page."""
        t, code = self.t, score.unit_code
        parts = [
            ("card", unit_anchor(code), self._overview(score)),
            ("lost", f"lost-{code}", self._lost(code)),
            ("indicators", f"indicators-{code}", self._indicators(code)),
            ("peers", f"peers-{code}", self._peers(score)),
            ("history", f"history-{code}", self._history(code)),
            ("warnings", f"warnings-{code}", self._warnings(code)),
            ("events", f"events-{code}", self._events(code)),
            ("evidence", f"evidence-{code}", self._evidence(code)),
        ]
        return [(t.word(f"unit.{name}_heading"), anchor, blocks) for name, anchor, blocks in parts if blocks]

    def _overview(self, score: UnitScore) -> tuple[Block, ...]:
        t, scores = self.t, self.answers.scores
        unit = self.ctx.units[score.unit_code]
        province = self.ctx.named(unit, "province_name")
        if score.score is None:
            return (Paragraph(t("unit.not_scored", unit=self.ctx.named(unit))),)
        if score.is_ranked:
            text = t(
                "unit.ranked" if self.ctx.has_nation else "unit.ranked_in_one",
                unit=self.ctx.named(unit),
                score=scores.mark(score.score),
                grade=score.grade or t.word("word.no_grade"),
                rank=scores.count(score.rank_overall),
                all=scores.count(score.ranked_unit_count_overall),
                province=province,
                province_rank=scores.count(score.rank_in_province),
                province_all=scores.count(score.ranked_unit_count_in_province),
            )
        else:
            text = t(
                "unit.unranked",
                unit=self.ctx.named(unit),
                score=scores.mark(score.score),
                coverage=scores.rate(score.coverage),
                limit=self.ctx.infos.rate(self.ctx.info.min_ranked_coverage),
            )
        texts = (text, *self._band(score), *self._next(score))
        return (self._card(score), Paragraph(t.sentences(*texts)), self._radar(score))

    def _band(self, score: UnitScore) -> list[Text]:
        """How sure the rank is: where nine draws in ten lie, and from how many units it cannot be told."""
        t, bands = self.t, self.answers.bands
        found = self._by_unit["bands"].get(score.unit_code) if bands else None
        if not found or not score.is_ranked:
            return []
        band = found[0]
        given = {"draws": bands.count(band.draw_count), "lower": bands.count(band.lower_rank)}
        given |= {"upper": bands.count(band.upper_rank), "others": bands.count(band.overlapping_count)}
        texts = [t("unit.band", **given)]
        if band.overlapping_count_in_province is not None:
            texts.append(
                t(
                    "unit.band_in_province",
                    lower=bands.count(band.lower_rank_in_province),
                    upper=bands.count(band.upper_rank_in_province),
                    others=bands.count(band.overlapping_count_in_province),
                )
            )
        return texts

    def _card(self, score: UnitScore) -> ScoreCard:
        t, scores = self.t, self.answers.scores
        points = t.word("unit.points")
        figures = [
            key_figure(
                t,
                t.word("column.composite"),
                scores.mark(score.score),
                points,
                t("card.of_full", full=scores.plain(score.full_mark)),
            ),
            key_figure(
                t,
                t.word("column.base"),
                scores.mark(score.base_score),
                points,
                t("card.of_full", full=scores.plain(score.base_full_mark)),
            ),
            key_figure(t, t.word("column.grade"), scores.text(score.grade)),
        ]
        for name, rank, count in (
            ("nation", score.rank_national, score.ranked_unit_count_national),
            ("province", score.rank_in_province, score.ranked_unit_count_in_province),
            ("prefecture", score.rank_in_prefecture, score.ranked_unit_count_in_prefecture),
        ):
            if rank is not None:
                note = t("card.of_units", total=scores.count(count))
                figures.append(key_figure(t, t.word(f"card.rank_in_{name}"), scores.count(rank), "", note))
        figures.append(key_figure(t, t.word("card.coverage"), scores.rate(score.coverage)))
        if score.veto_count:
            figures.append(key_figure(t, t.word("card.vetoes"), scores.count(score.veto_count), tone=Tone.bad))
        return ScoreCard(tuple(figures))

    def _next(self, score: UnitScore) -> list[Text]:
        t, entries = self.t, self._by_unit["next_points"].get(score.unit_code)
        if not entries:
            return []
        [entry], answer, texts = entries, self.answers.next_points, []
        if entry.points_to_next_rank is not None:
            texts.append(
                t("unit.next_rank", points=answer.mark(entry.points_to_next_rank), rank=answer.count(entry.next_rank))
            )
        if entry.points_to_next_grade is not None and entry.next_grade:
            texts.append(t("unit.next_grade", points=answer.mark(entry.points_to_next_grade), grade=entry.next_grade))
        return texts

    def _radar(self, score: UnitScore) -> Chart:
        ctx, t = self.ctx, self.t
        own = {entry.node_code: entry for entry in self._by_unit["dimensions"].get(score.unit_code, ())}
        # An edition of a part of a province has the part to compare with.
        province_code = ctx.units[score.unit_code].province_code or ctx.scope.nation
        codes = [node.node_code for node in ctx.dimensions]
        parts = t.listed(
            t(
                "overall.rate_part",
                name=ctx.short_node_name(code),
                rate=self.answers.dimensions.rate(own[code].score_rate if code in own else None),
            )
            for code in codes
        )
        series = (
            rate_series(
                ctx.named(score, "unit_name"),
                (own[code].score_rate if code in own else None for code in codes),
                "subject",
            ),
            rate_series(
                ctx.region_name(province_code),
                (own[code].province_score_rate if code in own else None for code in codes),
                "reference",
            ),
        )
        return Chart(
            ChartKind.radar,
            tuple(ctx.short_node_name(code) for code in codes),
            series,
            t.word("regions.radar_caption", region=ctx.named(score, "unit_name")),
            t.word("overall.dimension_chart_alt", parts=parts),
            self.answers.dimensions.source,
            unit=t.word("unit.rate"),
            minimum=radar_minimum(series),
            maximum=Decimal(100),
        )

    def _lost(self, code: str) -> tuple[Block, ...]:
        t = self.t
        if self.answers.lost is not None:
            answer, entries = self.answers.lost, self._by_unit["lost"].get(code, ())
            reasons = {entry.node_code: self.ctx.named(entry, "reason") for entry in entries}
        else:
            answer = self.answers.indicators
            lost = [
                entry
                for entry in self._by_unit["indicators"].get(code, ())
                if entry.is_leaf and entry.points_lost and (entry.is_base or not entry.full_mark)
            ]
            entries, reasons = sorted(lost, key=lambda entry: (-entry.points_lost, entry.node_code)), {}
        if not entries:
            scored = any(
                entry.is_base and entry.score is not None for entry in self._by_unit["indicators"].get(code, ())
            )
            return (Paragraph(t("unit.nothing_lost" if scored else "unit.losses_unknown")),)
        rows = [
            row(
                self.ctx.node_name(entry.node_code),
                self.ctx.short_node_name(self.ctx.nodes[entry.node_code].dimension_code),
                self.ctx.node_answer.plain(self.ctx.nodes[entry.node_code].full_mark),
                answer.mark(entry.points_lost),
                *([reasons[entry.node_code]] if reasons else []),
            )
            for entry in entries[:SHOWN_LOSSES]
        ]
        columns = [
            names_column(t.word("column.leaf"), 3),
            Column(t.word("column.dimension"), width=1.2),
            number_column(t.word("column.full_mark")),
            number_column(t.word("column.points_lost")),
            *([Column(t.word("column.reason"), width=3)] if reasons else []),
        ]
        note = (
            t("unit.lost_note", shown=str(SHOWN_LOSSES), n=answer.count(entries[0].lost_mark_count))
            if len(entries) > SHOWN_LOSSES
            else ()
        )
        return (Table(tuple(columns), tuple(rows), t.word("unit.lost_caption"), note=note),)

    def _indicators(self, code: str) -> tuple[Block, ...]:
        ctx, t, answers = self.ctx, self.t, self.answers
        indicators = {entry.node_code: entry for entry in self._by_unit["indicators"].get(code, ())}
        dimensions = {entry.node_code: entry for entry in self._by_unit["dimensions"].get(code, ())}
        measures: dict[str, list[UnitMeasure]] = defaultdict(list)
        for measure in self._by_unit["measures"].get(code, ()):
            measures[measure.node_code].append(measure)
        rows = []
        for node in ctx.nodes.values():
            if not node.node_level:
                continue
            answer, entry = (
                (answers.dimensions, dimensions.get(node.node_code))
                if node.node_level == 1
                else (answers.indicators, indicators.get(node.node_code))
            )
            score = entry.score if entry else None
            rows.append(
                row(
                    ctx.named(node),
                    ctx.node_answer.plain(node.full_mark),
                    answer.mark(score),
                    answer.rate(entry.score_rate if entry and node.is_base else None),
                    self._values(measures[node.node_code]) if node.is_leaf else (),
                    ctx.named(node, "rule_text") if node.is_leaf else "",
                    depth=node.node_level - 1,
                    emphasis=node.node_level == 1,
                )
            )
        columns = (
            names_column(t.word("column.indicator"), 3),
            number_column(t.word("column.full_mark"), width=0.8),
            number_column(t.word("column.score"), width=0.8),
            number_column(t.word("column.score_rate")),
            Column(t.word("column.value"), width=2.2),
            Column(t.word("column.rule"), width=3),
        )
        caption = t.word("unit.indicators_caption", unit=ctx.named(ctx.units[code]))
        return (Table(columns, tuple(rows), caption, dense=True),)

    def _values(self, measures: Iterable[UnitMeasure]) -> Text:
        """What was observed: each measure's value with its unit, or the state of its cell."""
        t, answer, parts = self.t, self.answers.measures, []
        for measure in measures:
            if measure.value is None:
                parts.append(t(f"status.{measure.status}"))
            else:
                key, value = f"measurement_unit.{measure.measurement_unit}", answer.plain(measure.value)
                parts.append(t(key, n=value) if t.known(key, "") else (value, measure.measurement_unit))
            if measure.is_vetoed:
                parts.append(t("unit.vetoed"))
        return self.t.joined(parts)

    def _peers(self, score: UnitScore) -> tuple[Block, ...]:
        """The units that stand next to it in its province; nothing where the edition is of a part of one."""
        ctx, t, peers = self.ctx, self.t, self.answers.peers
        if not ctx.units[score.unit_code].province_code:
            return ()
        codes = [peer.unit_code for peer in peers]
        if score.unit_code not in codes:
            return (Paragraph(t("unit.peers_unranked")),)
        if len(codes) == 1:
            return (Paragraph(t("unit.no_peers")),)
        position = codes.index(score.unit_code)
        rows = [
            row(
                (ctx.unit_run(peer.unit_code),) if peer.unit_code in ctx.units else ctx.named(peer, "unit_name"),
                peers.count(peer.rank_in_province),
                *([peers.count(peer.rank_national)] if ctx.has_nation else []),
                peers.mark(peer.score),
                peer.grade or t.word("word.no_grade"),
                emphasis=peer.unit_code == score.unit_code,
            )
            for peer in peers[max(0, position - PEERS_EACH_SIDE) : position + PEERS_EACH_SIDE + 1]
        ]
        columns = (
            names_column(t.word("column.unit")),
            number_column(t.word("card.rank_in_province")),
            *([number_column(t.word("card.rank_in_nation"))] if ctx.has_nation else []),
            number_column(t.word("column.composite")),
            Column(t.word("column.grade")),
        )
        return (Table(columns, tuple(rows), t.word("unit.peers_caption")),)

    def _history(self, code: str) -> tuple[Block, ...]:
        t, trends = self.t, self.answers.trends
        own = {entry.node_code: entry for entry in self._by_unit["trends"].get(code, ())}
        root = own.get(ROOT_NODE)
        if root is None or root.previous_score is None:
            return (Paragraph(t("unit.no_history")),)
        rows = [
            row(
                self.ctx.node_name(node),
                trends.mark(own[node].first_score),
                trends.mark(own[node].previous_score),
                trends.mark(own[node].score),
                change_cell(trends.signed(own[node].change_from_previous)),
                emphasis=node == ROOT_NODE,
            )
            for node in (ROOT_NODE, BASE_NODE, *(node.node_code for node in self.ctx.dimensions))
            if node in own
        ]
        first = str(root.first_assessment_year) if root.first_assessment_year else t.word("column.two_years_before")
        columns = (
            names_column(t.word("column.dimension")),
            number_column(first),
            number_column(str(root.previous_assessment_year)),
            number_column(str(root.assessment_year)),
            number_column(t.word("column.change")),
        )
        blocks: list[Block] = [Table(columns, tuple(rows), t.word("unit.history_caption"))]
        texts = []
        if root.rank_gain is not None:
            given = {"year": str(root.previous_assessment_year), "rank": trends.count(root.rank_overall)}
            if root.rank_gain:
                texts.append(t("unit.rank_moved", previous=trends.count(root.previous_rank_overall), **given))
            else:
                texts.append(t("unit.rank_kept", **given))
        if root.previous_unit_code and root.previous_unit_code != code:
            texts.append(t("unit.recoded", code=trends.text(root.previous_unit_code)))
        if texts:
            blocks.append(Paragraph(t.sentences(*texts)))
        return tuple(blocks)

    def _warnings(self, code: str) -> tuple[Block, ...]:
        t, answer = self.t, self.answers.warnings
        if answer is None:
            return (Paragraph(t("unit.no_warnings_mart"), small=True),)
        entries = self._by_unit["warnings"].get(code, ())
        if not entries:
            return (Paragraph(t("unit.no_warnings")),)
        items = []
        for entry in entries:
            given = {"text": self.ctx.named(entry, "text"), "first": answer.text(entry.first_seen)}
            if entry.cleared_on:
                items.append(t("unit.warning_cleared", cleared=answer.text(entry.cleared_on), **given))
            else:
                items.append(t("unit.warning_standing", **given))
        return (BulletList(tuple(items)),)

    def _events(self, code: str) -> tuple[Block, ...]:
        t, entries = self.t, self._by_unit["events"].get(code, ())
        if not entries:
            return (Paragraph(t("unit.no_events")),)
        rows = tuple(event_row(self.ctx, self.answers.events, entry, with_unit=False) for entry in entries)
        table = Table(event_columns(self.ctx, with_unit=False), rows, t.word("unit.events_caption"))
        return (*self._timeline(code, entries), table)

    def _timeline(self, code: str, entries: list[UnitEvent]) -> list[Chart]:
        """The events over the year: in a unit's own report, where there are some that count."""
        t, answer = self.t, self.answers.events
        counted = [entry for entry in entries if not entry.is_rejected]
        if self.ctx.scope.kind is not Kind.unit or len(counted) < 2:
            return []
        parts = t.listed((answer.text(entry.event_date), " ", answer.signed(entry.points)) for entry in counted)
        return [
            Chart(
                ChartKind.timeline,
                tuple(str(entry.event_date) for entry in counted),
                (
                    Series(
                        t.word("column.points"),
                        tuple(entry.points for entry in counted),
                        tuple(entry.headline for entry in counted),
                    ),
                ),
                t.word("unit.timeline_caption", unit=self.ctx.named(self.ctx.units[code])),
                t.word("unit.timeline_alt", parts=parts),
                answer.source,
                unit=t.word("unit.points"),
            )
        ]

    def _evidence(self, code: str) -> tuple[Block, ...]:
        t, answer = self.t, self.answers.traces
        if answer is None:
            return self._where_evidence_is(code)
        entries = [entry for entry in self._by_unit["traces"].get(code, ()) if entry.file_name]
        if not entries:
            return (Paragraph(t("unit.evidence_empty")),)
        rows = [
            row(
                entry.measure_code,
                t.known(f"channel.{entry.channel}", entry.channel),
                answer.text(entry.captured_at),
                entry.evidence_url or "–",
                t("unit.file_row", file=entry.file_name, row=answer.count(entry.row_number)),
            )
            for entry in entries
        ]
        columns = (
            Column(t.word("column.measure")),
            Column(t.word("column.channel"), width=1.5),
            Column(t.word("column.captured_at"), width=1.4),
            Column(t.word("column.evidence"), width=3),
            Column(t.word("column.file"), width=3),
        )
        return (Table(columns, tuple(rows), t.word("unit.evidence_caption"), dense=True),)

    def _where_evidence_is(self, code: str) -> tuple[Block, ...]:
        """A public file has none; a unit's own report also says how those who have the internal file get the list."""
        ctx, t, info = self.ctx, self.t, self.ctx.info
        said = Paragraph(t("unit.no_evidence", release=ctx.infos.text(info.release_id)))
        if ctx.scope.kind is not Kind.unit:
            return (said,)
        command = f"zhengxin report --region {code} --year {ctx.year} --release {info.release_id} --internal"
        return (said, Paragraph(t("unit.evidence_command")), Code(command))


def _grouped(entries: Iterable[Any]) -> dict[str, list[Any]]:
    groups: dict[str, list[Any]] = defaultdict(list)
    for entry in entries:
        groups[entry.unit_code].append(entry)
    return dict(groups)
