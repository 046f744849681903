"""Section 2: the composite, its gaps and grades, the five dimensions, three years, and the other methodologies."""

from __future__ import annotations

from decimal import Decimal

from orchestration.report.document import (
    Block,
    Cell,
    Chart,
    ChartKind,
    Column,
    KeyFigure,
    Paragraph,
    ScoreCard,
    Section,
    Series,
    Table,
    Text,
    Tone,
)
from orchestration.report.figures.region import (
    BestRegionDimension,
    GradeCount,
    MethodologyScore,
    RankedRegionCount,
    RegionHistory,
    RegionScore,
    RegionTrend,
)
from orchestration.report.release import Answer
from orchestration.report.scope import BASE_NODE, ROOT_NODE, Context, Kind
from orchestration.report.sections.parts import (
    Numbering,
    change_cell,
    key_figure,
    names_column,
    number_column,
    rate_series,
    row,
    score_series,
    with_ties,
)


def sections(ctx: Context, number: Numbering) -> list[Section]:
    t, scores = ctx.t, ctx.ask(RegionScore)
    own = {score.node_code: score for score in scores if score.region_code == ctx.scope.code}
    found = [
        Section(t.word("overall.heading"), 1, "overall", (), number.first()),
        Section(t.word("overall.composite_heading"), 2, "composite", _composite(ctx, scores, own), number.second()),
        Section(t.word("overall.grade_heading"), 2, "grades", _grades(ctx), number.second()),
        Section(_dimension_heading(ctx), 2, "profile", _dimensions(ctx, scores, own), number.second()),
        Section(t.word("overall.trend_heading"), 2, "trend", _trend(ctx), number.second()),
    ]
    if len(ctx.infos) > 1:
        text = t.word("overall.methodology_heading")
        found.append(Section(text, 2, "methodologies", _methodologies(ctx), number.second()))
    return found


def _for_scope(ctx: Context, key: str) -> str:
    """The key of a heading or caption: the whole has no rank, nor anything to be compared with but its own regions."""
    return f"{key}_nation" if ctx.scope.is_whole else key


def _dimension_heading(ctx: Context) -> str:
    return ctx.t.word(f"overall.dimension_heading{'' if _has_national_mean(ctx) else '_nation'}")


def _has_national_mean(ctx: Context) -> bool:
    return ctx.has_nation and not ctx.scope.is_whole


def _composite(ctx: Context, scores: Answer[RegionScore], own: dict[str, RegionScore]) -> tuple[Block, ...]:
    t, root, base = ctx.t, own[ROOT_NODE], own.get(BASE_NODE)
    if root.mean_of_units is None:
        return (Paragraph(t("overall.no_score", region=ctx.subject_name)),)
    return (
        _card(ctx, scores, root, base),
        Paragraph(t.sentences(*_composite_sentences(ctx, scores, root, base))),
        _means_table(ctx, scores),
    )


def _card(ctx: Context, scores: Answer[RegionScore], root: RegionScore, base: RegionScore | None) -> ScoreCard:
    t = ctx.t
    figures = [
        key_figure(
            t,
            t.word("card.mean_of_units"),
            scores.mark(root.mean_of_units),
            t.word("unit.points"),
            _of_full(ctx, scores, root),
        ),
        key_figure(t, t.word("card.mean_of_subregions"), scores.mark(root.mean_of_subregions), t.word("unit.points")),
    ]
    if base:
        figures.append(
            key_figure(
                t,
                t.word("card.base"),
                scores.mark(base.mean_of_units),
                t.word("unit.points"),
                _of_full(ctx, scores, base),
            )
        )
    if root.rank_in_level is not None:
        counts = ctx.ask(RankedRegionCount)
        level = next(count for count in counts if count.region_level == root.region_level)
        figures.append(
            key_figure(
                t,
                t.word("card.rank"),
                scores.count(root.rank_in_level),
                "",
                t(f"card.rank_of_{root.region_level}", total=counts.count(level.region_count)),
            )
        )
        if _has_national_mean(ctx):
            figures.append(_gap_figure(ctx, scores, "card.gap_to_nation", root.gap_to_national_mean_of_subregions))
        figures.append(
            key_figure(
                t,
                t.word("card.gap_to_best"),
                scores.mark(root.gap_to_best),
                t.word("unit.points"),
                _best_note(ctx, counts, level, root),
            )
        )
    figures += [
        key_figure(t, t.word("card.highest_unit"), scores.mark(root.max_score), t.word("unit.points")),
        key_figure(t, t.word("card.lowest_unit"), scores.mark(root.min_score), t.word("unit.points")),
    ]
    return ScoreCard(tuple(figures))


def _best_note(ctx: Context, counts: Answer[RankedRegionCount], level: RankedRegionCount, root: RegionScore) -> Text:
    """Whom the gap to the best is measured to: nobody where the region is the highest or shares that place."""
    if root.rank_in_level == 1:
        shared = level.best_region_count > 1
        return ctx.t("card.shares_best", n=counts.count(level.best_region_count)) if shared else ctx.t("card.is_best")
    name = ctx.named(root, "best_region_name")
    return with_ties(ctx.t, name, level.best_region_count, counts.count(level.best_region_count))


def _of_full(ctx: Context, scores: Answer[RegionScore], score: RegionScore) -> Text:
    return ctx.t("card.of_full", full=scores.plain(score.full_mark))


def _gap_figure(ctx: Context, scores: Answer, key: str, gap: Decimal | None) -> KeyFigure:
    tone = Tone.neutral if not gap else Tone.good if gap > 0 else Tone.bad
    return key_figure(ctx.t, ctx.t.word(key), scores.signed(gap), ctx.t.word("unit.points"), (), tone)


def _composite_sentences(
    ctx: Context, scores: Answer[RegionScore], root: RegionScore, base: RegionScore | None
) -> list[Text]:
    t, kind = ctx.t, ctx.scope.kind
    given = {
        "region": ctx.subject_name,
        "year": str(ctx.year),
        "mean": scores.mark(root.mean_of_units),
        "subregion_mean": scores.mark(root.mean_of_subregions),
    }
    if kind is Kind.nation:
        texts = [t("overall.nation_mean", **given)]
        best = _extreme_regions(ctx, scores)
        if best:
            texts.append(t("overall.nation_extremes", **best))
    else:
        texts = [t("overall.mean", **given)]
        if _has_national_mean(ctx):
            texts.append(
                t(
                    f"overall.against_nation_{_side(root.gap_to_national_mean_of_subregions)}",
                    national=scores.mark(root.national_mean_of_subregions),
                    gap=scores.mark(abs(root.gap_to_national_mean_of_subregions)),
                )
            )
        if root.rank_in_level is not None:
            texts.append(_rank_sentence(ctx, scores, root))
    if base and base.mean_of_units is not None:
        texts.append(t("overall.base", base=scores.mark(base.mean_of_units), full=scores.plain(base.full_mark)))
    return texts


def _extreme_regions(ctx: Context, scores: Answer[RegionScore]) -> dict:
    below = _ranked_below(ctx, scores)
    if len({score.rank_within_parent for score in below}) < 2:
        return {}
    first, last = _extremes(below)
    return {
        "best": _tied_region(ctx, scores, first),
        "best_mean": scores.mark(first.mean_of_units),
        "worst": _tied_region(ctx, scores, last),
        "worst_mean": scores.mark(last.mean_of_units),
    }


def _ranked_below(ctx: Context, scores: Answer[RegionScore]) -> list[RegionScore]:
    """The composites of the regions directly below that have a rank."""
    return [
        score
        for score in scores
        if score.parent_region_code == ctx.scope.code and score.node_code == ROOT_NODE and score.rank_within_parent
    ]


def _extremes(below: list[RegionScore]) -> tuple[RegionScore, RegionScore]:
    """The highest and the lowest, each the first of those that share its place."""
    return (
        min(below, key=lambda score: (score.rank_within_parent, score.region_code)),
        min(below, key=lambda score: (-score.rank_within_parent, score.region_code)),
    )


def _tied_region(ctx: Context, scores: Answer[RegionScore], score: RegionScore) -> Text:
    name = ctx.named(score, "region_name")
    return with_ties(ctx.t, name, score.tied_within_parent, scores.count(score.tied_within_parent))


def _rank_sentence(ctx: Context, scores: Answer[RegionScore], root: RegionScore) -> Text:
    t, counts = ctx.t, ctx.ask(RankedRegionCount)
    level = next(count for count in counts if count.region_level == root.region_level)
    given = {"rank": scores.count(root.rank_in_level), "total": counts.count(level.region_count)}
    best_count = counts.count(level.best_region_count)
    if root.rank_in_level == 1 and level.best_region_count > 1:
        return t(f"overall.rank_shared_{root.region_level}", total=given["total"], n=best_count)
    if root.rank_in_level == 1:
        return t(f"overall.rank_best_{root.region_level}", **given)
    return t(
        f"overall.rank_{root.region_level}",
        best=with_ties(t, ctx.named(root, "best_region_name"), level.best_region_count, best_count),
        best_mean=scores.mark(root.best_mean_of_units),
        gap=scores.mark(root.gap_to_best),
        **given,
    )


def _side(gap: Decimal | None) -> str:
    return "unknown" if gap is None else "above" if gap > 0 else "below" if gap < 0 else "equal"


def _means_table(ctx: Context, scores: Answer[RegionScore]) -> Table:
    """Both kinds of means, of the composite and the base, of the region and those that it lies in."""
    t = ctx.t
    codes = list(dict.fromkeys([ctx.scope.code, *_parents(ctx), ctx.scope.nation]))
    by_key = {(score.region_code, score.node_code): score for score in scores}
    rows = []
    for code in codes:
        for node in (ROOT_NODE, BASE_NODE):
            score = by_key.get((code, node))
            if score:
                rows.append(
                    row(
                        t.word("overall.mean_row", region=ctx.region_name(code), node=ctx.node_name(node)),
                        scores.plain(score.full_mark),
                        scores.mark(score.mean_of_units),
                        scores.mark(score.mean_of_subregions),
                        scores.mark(score.min_score),
                        scores.mark(score.max_score),
                        scores.count(score.scored_unit_count),
                        emphasis=code == ctx.scope.code and node == ROOT_NODE,
                    )
                )
    columns = (
        names_column(t.word("column.region_and_score")),
        number_column(t.word("column.full_mark")),
        number_column(t.word("column.mean_of_units")),
        number_column(t.word("column.mean_of_subregions")),
        number_column(t.word("column.lowest_unit")),
        number_column(t.word("column.highest_unit")),
        number_column(t.word("column.scored_units")),
    )
    return Table(columns, tuple(rows), t.word("overall.means_caption"), note=t("overall.means_note"))


def _parents(ctx: Context) -> list[str]:
    parent = ctx.region_by_code[ctx.scope.code].parent_region_code
    return [parent] if parent else []


def _grades(ctx: Context) -> tuple[Block, ...]:
    t, counts = ctx.t, ctx.ask(GradeCount)
    if not any(count.unit_count for count in counts):
        return (Paragraph(t("overall.no_grades", region=ctx.subject_name)),)
    nation = ctx.scope.is_whole
    parts = [
        t("overall.grade_part", grade=count.grade, n=counts.count(count.unit_count), share=counts.rate(count.share))
        for count in counts
        if count.unit_count
    ]
    text = t("overall.grades", region=ctx.subject_name, parts=t.listed(parts))
    names = (ctx.subject_name,) if nation else (ctx.subject_name, ctx.region_name(ctx.scope.nation))
    series = []
    for count in counts:
        shares = (count.share,) if nation else (count.share, count.national_share)
        series.append(rate_series(t.word("overall.grade_name", grade=count.grade), shares, "other"))
    chart = Chart(
        ChartKind.stacked,
        names,
        tuple(series),
        t.word("overall.grade_chart_caption", region=ctx.subject_name),
        t.word("overall.grade_chart_alt", text=text),
        counts.source,
        unit="%",
        minimum=Decimal(0),
        maximum=Decimal(100),
    )
    columns = [
        names_column(t.word("column.grade"), 1.5),
        number_column(t.word("column.units"), group="" if nation else ctx.subject_name),
        number_column(t.word("column.share"), group="" if nation else ctx.subject_name),
    ]
    if not nation:
        name = ctx.region_name(ctx.scope.nation)
        columns += [
            number_column(t.word("column.units"), group=name),
            number_column(t.word("column.share"), group=name),
        ]
    rows = []
    for count in counts:
        cells = [count.grade, counts.count(count.unit_count), counts.rate(count.share)]
        if not nation:
            cells += [counts.count(count.national_unit_count), counts.rate(count.national_share)]
        rows.append(row(*cells))
    table = Table(tuple(columns), tuple(rows), t.word("overall.grade_caption"))
    return (Paragraph(text), chart, table)


def _dimensions(ctx: Context, scores: Answer[RegionScore], own: dict[str, RegionScore]) -> tuple[Block, ...]:
    t = ctx.t
    nodes = [
        node for node in ctx.dimensions if own.get(node.node_code) and own[node.node_code].mean_of_units is not None
    ]
    if not nodes:
        return (Paragraph(t("overall.no_dimensions", region=ctx.subject_name)),)
    best = ctx.ask(BestRegionDimension) if own[ROOT_NODE].rank_in_level is not None else ()
    texts = _dimension_sentences(ctx, scores, own, nodes, best)
    return (
        *([Paragraph(t.sentences(*texts))] if texts else []),
        _dimension_chart(ctx, scores, own, nodes, best),
        _dimension_table(ctx, scores, own, best),
    )


def _dimension_sentences(ctx: Context, scores, own, nodes, best) -> list[Text]:
    t = ctx.t
    texts: list[Text] = []
    full = [node for node in nodes if own[node.node_code].min_score == own[node.node_code].full_mark]
    if full:
        texts.append(t("overall.full_dimensions", names=t.listed(ctx.short_node_name(node.node_code) for node in full)))
    for side in ("above", "below", "equal"):
        on_side = [node for node in nodes if _side(own[node.node_code].gap_to_national_mean_of_subregions) == side]
        if on_side and _has_national_mean(ctx):
            parts = [
                t(
                    "overall.dimension_gap" if side != "equal" else "overall.dimension_only",
                    name=ctx.short_node_name(node.node_code),
                    gap=scores.signed(own[node.node_code].gap_to_national_mean_of_subregions),
                )
                for node in on_side
            ]
            texts.append(t(f"overall.dimensions_{side}", parts=t.listed(parts)))
    gaps = [
        entry
        for entry in best
        if entry.node_code in ctx.nodes and entry.node_code != ROOT_NODE and entry.gap is not None
    ]
    behind = sorted((entry for entry in gaps if entry.gap < 0), key=lambda entry: (entry.gap, entry.node_code))
    if behind and behind[0].region_code != ctx.scope.code:
        texts.append(
            t(
                "overall.behind_best",
                best=ctx.named(behind[0], "region_name"),
                name=ctx.short_node_name(behind[0].node_code),
                gap=best.mark(abs(behind[0].gap)),
            )
        )
    return texts


def _dimension_chart(ctx: Context, scores, own, nodes, best) -> Chart:
    t = ctx.t
    codes = [node.node_code for node in nodes]
    series: list[Series] = [rate_series(ctx.subject_name, (own[code].score_rate for code in codes), "subject")]
    caption = _for_scope(ctx, "overall.dimension_chart_caption")
    if ctx.scope.is_whole:
        series += _extreme_series(ctx, scores, codes)
    else:
        if ctx.has_nation:
            national = t.word("word.national_mean")
            series.append(rate_series(national, (own[code].national_score_rate for code in codes), "reference"))
        else:
            caption = "overall.dimension_chart_caption_best"
        by_node = {entry.node_code: entry for entry in best}
        if best and best[0].region_code != ctx.scope.code:
            rates = (by_node[code].score_rate if code in by_node else None for code in codes)
            series.append(rate_series(ctx.named(best[0], "region_name"), rates, "best"))
    return Chart(
        ChartKind.dot,
        tuple(ctx.short_node_name(code) for code in codes),
        tuple(series),
        t.word(caption, region=ctx.subject_name),
        t.word(
            "overall.dimension_chart_alt",
            parts=t.listed(
                t("overall.rate_part", name=ctx.short_node_name(code), rate=scores.rate(own[code].score_rate))
                for code in codes
            ),
        ),
        scores.source,
        unit=t.word("unit.rate"),
    )


def _extreme_series(ctx: Context, scores: Answer[RegionScore], codes: list[str]) -> list[Series]:
    """The score rates of the regions with the highest and the lowest composite mean."""
    below = _ranked_below(ctx, scores)
    if len({score.rank_within_parent for score in below}) < 2:
        return []
    rates = {(score.region_code, score.node_code): score.score_rate for score in scores}
    return [
        rate_series(ctx.region_name(end.region_code), (rates.get((end.region_code, code)) for code in codes), role)
        for end, role in zip(_extremes(below), ("best", "other"), strict=True)
    ]


def _dimension_table(ctx: Context, scores, own, best) -> Table:
    t, has_mean, is_ranked = ctx.t, _has_national_mean(ctx), own[ROOT_NODE].rank_in_level is not None
    by_node = {entry.node_code: entry for entry in best}
    rows = []
    for code in (ROOT_NODE, BASE_NODE, *(node.node_code for node in ctx.dimensions)):
        score = own.get(code)
        if score is None:
            continue
        cells: list = [
            ctx.node_name(code),
            scores.plain(score.full_mark),
            scores.mark(score.mean_of_units),
            scores.rate(score.score_rate),
        ]
        if has_mean:
            cells += [
                scores.mark(score.national_mean_of_subregions),
                change_cell(scores.signed(score.gap_to_national_mean_of_subregions)),
            ]
        if is_ranked:
            entry = by_node.get(code)
            cells += [
                scores.count(score.rank_in_level),
                best.mark(entry.mean_of_units if entry else None),
                change_cell(best.signed(entry.gap if entry else None)),
            ]
        cells.append(change_cell(scores.signed(score.change_from_previous)))
        rows.append(row(*cells, emphasis=code == ROOT_NODE))
    columns = [
        names_column(t.word("column.dimension")),
        number_column(t.word("column.full_mark")),
        number_column(t.word("column.mean_of_units")),
        number_column(t.word("column.score_rate")),
    ]
    if has_mean:
        columns += [
            number_column(t.word("column.mean"), group=t.word("word.nation")),
            number_column(t.word("column.gap"), group=t.word("word.nation")),
        ]
    if is_ranked:
        name = ctx.named(best[0], "region_name") if best else t.word("column.best")
        columns += [
            number_column(t.word("column.rank")),
            number_column(t.word("column.mean"), group=name),
            number_column(t.word("column.gap"), group=name),
        ]
    columns.append(number_column(t.word("column.change")))
    return Table(tuple(columns), tuple(rows), t.word("overall.dimension_caption", region=ctx.subject_name))


def _trend(ctx: Context) -> tuple[Block, ...]:
    t, trends = ctx.t, ctx.ask(RegionTrend)
    own = {trend.node_code: trend for trend in trends if trend.region_code == ctx.scope.code}
    root = own.get(ROOT_NODE)
    if root is None or root.previous_score is None:
        return (Paragraph(t("trend.none", year=str(ctx.year))),)
    return (
        Paragraph(t.sentences(*_trend_sentences(ctx, trends, own, root))),
        *_trend_chart(ctx, trends),
        _trend_table(ctx, trends, own, root),
        *_history(ctx),
    )


def _trend_sentences(ctx: Context, trends, own, root) -> list[Text]:
    t = ctx.t
    texts = [
        t(
            f"trend.change_{_side(root.change_from_previous)}",
            region=ctx.subject_name,
            year=str(root.previous_assessment_year),
            change=trends.mark(abs(root.change_from_previous)),
        )
    ]
    if not ctx.scope.is_whole and root.rank_gain is not None:
        texts.append(
            t(
                f"trend.rank_{_side(Decimal(root.rank_gain))}",
                year=str(root.previous_assessment_year),
                rank=trends.count(root.rank_in_level),
                previous=trends.count(root.previous_rank_in_level),
                gain=trends.count(abs(root.rank_gain)),
            )
        )
    if root.first_score is not None:
        texts.append(
            t(
                f"trend.three_years_{_side(root.three_year_change)}",
                year=str(root.first_assessment_year),
                change=trends.mark(abs(root.three_year_change)),
            )
        )
    for side in ("above", "below"):
        moved = [
            node
            for node in ctx.dimensions
            if own.get(node.node_code) and _side(own[node.node_code].change_from_previous) == side
        ]
        if moved:
            parts = [
                t(
                    "overall.dimension_gap",
                    name=ctx.short_node_name(node.node_code),
                    gap=trends.signed(own[node.node_code].change_from_previous),
                )
                for node in moved
            ]
            texts.append(t(f"trend.dimensions_{side}", parts=t.listed(parts)))
    return texts


def _trend_chart(ctx: Context, trends: Answer[RegionTrend]) -> list[Chart]:
    t = ctx.t
    series, years = [], ()
    for code, role in ((ctx.scope.code, "subject"), (ctx.scope.nation, "reference")):
        trend = next((entry for entry in trends if (entry.region_code, entry.node_code) == (code, ROOT_NODE)), None)
        if trend is None or (role == "reference" and code == ctx.scope.code):
            continue
        points = [
            (trend.first_assessment_year, trend.first_score),
            (trend.previous_assessment_year, trend.previous_score),
            (trend.assessment_year, trend.score),
        ]
        points = [(year, score) for year, score in points if year is not None]
        if role == "subject":
            years = tuple(str(year) for year, _ in points)
        scores = [score for _, score in points]
        name = ctx.region_name(code) if role == "subject" else t.word("word.nation_mean_of_units")
        series.append(score_series(name, scores, [trends.mark(score) for score in scores], role))
    series = [entry for entry in series if len(entry.values) == len(years)]
    return [
        Chart(
            ChartKind.line,
            years,
            tuple(series),
            t.word("trend.chart_caption", region=ctx.subject_name),
            t.word(
                "trend.chart_alt",
                parts=t.listed(
                    t.word("trend.point", year=year, score=label)
                    for year, label in zip(years, series[0].labels, strict=True)
                ),
            ),
            trends.source,
            unit=t.word("unit.points"),
        )
    ]


def _trend_table(ctx: Context, trends, own, root) -> Table:
    t = ctx.t
    rows = []
    for code in (ROOT_NODE, BASE_NODE, *(node.node_code for node in ctx.dimensions)):
        trend = own.get(code)
        if trend:
            cells: list[Cell | object] = [
                ctx.node_name(code),
                trends.mark(trend.first_score),
                trends.mark(trend.previous_score),
                trends.mark(trend.score),
                change_cell(trends.signed(trend.change_from_previous)),
                change_cell(trends.signed(trend.three_year_change)),
            ]
            if not ctx.scope.is_whole:
                cells += [
                    trends.count(trend.previous_rank_in_level),
                    trends.count(trend.rank_in_level),
                    change_cell(trends.change_of_rank(trend.rank_gain)),
                ]
            rows.append(row(*cells, emphasis=code == ROOT_NODE))
    first = str(root.first_assessment_year) if root.first_assessment_year else t.word("column.two_years_before")
    mean, rank = t.word("column.mean_of_units"), t.word("column.rank")
    columns = [
        names_column(t.word("column.dimension")),
        number_column(first, group=mean),
        number_column(str(root.previous_assessment_year), group=mean),
        number_column(str(root.assessment_year), group=mean),
        number_column(t.word("column.change")),
        number_column(t.word("column.three_year_change")),
    ]
    if not ctx.scope.is_whole:
        columns += [
            number_column(str(root.previous_assessment_year), group=rank),
            number_column(str(root.assessment_year), group=rank),
            number_column(t.word("column.rank_gain")),
        ]
    methodology = ctx.named(ctx.info, "methodology_name")
    return Table(
        tuple(columns),
        tuple(rows),
        t.word(_for_scope(ctx, "trend.caption"), region=ctx.subject_name),
        note=t("trend.note", methodology=methodology, version=ctx.info.methodology_version),
    )


def _history(ctx: Context) -> list[Table]:
    if not ctx.release.has("region_history"):
        return []
    t, entries, nation = ctx.t, ctx.ask(RegionHistory), ctx.scope.is_whole
    rows = [
        row(
            str(entry.assessment_year),
            t.known(f"basis.{entry.basis}", entry.basis),
            entry.release_id or "",
            entries.mark(entry.mean_of_units),
            entries.mark(entry.mean_of_subregions),
            *([] if nation else [entries.count(entry.rank_in_level)]),
        )
        for entry in entries
    ]
    columns = (
        names_column(t.word("column.year"), 1),
        Column(t.word("column.basis"), width=1.5),
        Column(t.word("column.release"), width=1.5),
        number_column(t.word("column.mean_of_units")),
        number_column(t.word("column.mean_of_subregions")),
        *([] if nation else [number_column(t.word("column.rank"))]),
    )
    note = t("trend.history_note")
    return [Table(columns, tuple(rows), t.word("trend.history_caption"), note=note)] if rows else []


def _methodologies(ctx: Context) -> tuple[Block, ...]:
    t, scores = ctx.t, ctx.ask(MethodologyScore)
    by_key = {(score.methodology_code, score.node_code): score for score in scores}
    rows = []
    for code in (ROOT_NODE, BASE_NODE, *(node.node_code for node in ctx.dimensions)):
        cells: list = [ctx.node_name(code)]
        for info in ctx.infos:
            score = by_key.get((info.methodology_code, code))
            cells += [
                scores.mark(score.mean_of_units if score else None),
                scores.rate(score.score_rate if score else None),
            ]
            if not ctx.scope.is_whole:
                cells.append(scores.count(score.rank_in_level if score else None))
        rows.append(row(*cells, emphasis=code == ROOT_NODE))
    columns = [names_column(t.word("column.dimension"))]
    for info in ctx.infos:
        name = ctx.named(info, "methodology_name")
        columns += [
            number_column(t.word("column.mean_of_units"), group=name),
            number_column(t.word("column.score_rate"), group=name),
        ]
        if not ctx.scope.is_whole:
            columns.append(number_column(t.word("column.rank"), group=name))
    parts = [
        t(
            "overall.methodology_part",
            name=ctx.named(info, "methodology_name"),
            description=ctx.named(info, "description"),
        )
        for info in ctx.infos
    ]
    return (
        Paragraph(t("overall.methodologies", parts=t.listed(parts), own=ctx.named(ctx.info, "methodology_name"))),
        Table(
            tuple(columns), tuple(rows), t.word(_for_scope(ctx, "overall.methodology_caption"), region=ctx.subject_name)
        ),
    )
