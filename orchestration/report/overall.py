"""Overall results: the composite with its grades, the five dimensions, three years, and the other methodologies."""

from __future__ import annotations

from typing import Any

from orchestration.report.document import Block, ChartKind, Paragraph, Series, Text
from orchestration.report.parts import Outline, chart, col, series, table
from orchestration.report.scope import BASE_NODE, ROOT_NODE, Context
from orchestration.report.summary import behind_best, ceiling, region_card, standing


def add(ctx: Context, outline: Outline) -> None:
    outline.chapter(ctx.word("overall.heading"), "overall")
    outline.section(ctx.word("overall.composite_heading"), "composite", *_composite(ctx))
    outline.section(ctx.word("overall.grade_heading"), "grades", *_grades(ctx))
    outline.section(ctx.word(ctx.per_scope("overall.dimension_heading")), "profile", *_dimensions(ctx))
    outline.section(ctx.word("overall.trend_heading"), "trend", *_trend(ctx))
    if len(ctx.infos) > 1:
        outline.section(ctx.word("overall.methodology_heading"), "methodologies", *_methodologies(ctx))


def _composite(ctx: Context) -> list[Block]:
    root, base = ctx.own.get(ROOT_NODE), ctx.own.get(BASE_NODE)
    if root is None:
        return [Paragraph(ctx.say("overall.no_score"))]
    texts = standing(ctx, root) + ([ctx.say("overall.base", base)] if base else [])
    return [region_card(ctx, root), Paragraph(ctx.t.sentences(*texts)), *ceiling(ctx), _means(ctx)]


def _means(ctx: Context) -> Block:
    """Both kinds of means of the composite and the base, of the region and of those that it lies in."""
    t, parent = ctx.t, ctx.region_by_code[ctx.scope.code].parent_region_code
    codes = dict.fromkeys([ctx.scope.code, parent or ctx.scope.code, ctx.scope.nation])
    rows = [
        row
        for code in codes
        for row in ctx.scores
        if row.region_code == code and row.node_code in (ROOT_NODE, BASE_NODE)
    ]
    rows.sort(key=lambda row: (list(codes).index(row.region_code), row.node_code != ROOT_NODE))
    return table(
        rows,
        ctx.word("overall.means_caption"),
        [
            col(t, "region_and_score name", cell=lambda row: t("overall.mean_row", row)),
            col(t, "full_mark plain"),
            col(t, "mean_of_units mark"),
            col(t, "mean_of_subregions mark"),
            col(t, "lowest_unit mark:min_score"),
            col(t, "highest_unit mark:max_score"),
            col(t, "units count:scored_unit_count"),
        ],
        emphasis=lambda row: row.is_own and row.node_code == ROOT_NODE,
        note=ctx.say("overall.means_note"),
    )  # fmt: skip


def _grades(ctx: Context) -> list[Block]:
    t, counts = ctx.t, ctx.ask("grade_count")
    parts = [t("overall.grade_part", row) for row in counts if row.unit_count]
    if not parts:
        return [Paragraph(ctx.say("overall.no_grades"))]
    drawn = [series(ctx.subject_name, counts, "rate", "share")]
    if not ctx.is_whole:
        drawn.append(series(ctx.region_name(ctx.scope.nation), counts, "rate", "national_share", "reference"))
    names = [t.word("overall.grade_name", row) for row in counts]
    caption = ctx.word("overall.grade_chart_caption")
    return [
        Paragraph(ctx.say("overall.grades", parts=t.listed(parts))),
        chart(t, ChartKind.bar, names, drawn, counts.source, caption, unit="%", minimum=None),
    ]


def _dimensions(ctx: Context) -> list[Block]:
    own = [ctx.own[node.node_code] for node in ctx.dimensions if node.node_code in ctx.own]
    if not own:
        return [Paragraph(ctx.say("overall.no_dimensions"))]
    texts = _dimension_sentences(ctx, own)
    return [
        *([Paragraph(ctx.t.sentences(*texts))] if texts else []),
        _dimension_table(ctx),
    ]


def _dimension_sentences(ctx: Context, own: list[Any]) -> list[Text]:
    t, texts = ctx.t, []
    full = [ctx.short_node_name(row.node_code) for row in own if row.is_full]
    if full:
        texts.append(ctx.say("overall.full_dimensions", names=t.listed(full)))
    if not ctx.is_compared:
        return [*texts, behind_best(ctx)]
    for side in ("above", "below", "equal"):
        parts = [t(f"overall.dimension_{side}", row) for row in own if row.nation_side == side]
        if parts:
            texts.append(ctx.say(f"overall.dimensions_{side}", parts=t.listed(parts)))
    return [*texts, behind_best(ctx)]


def _dimension_table(ctx: Context) -> Block:
    t, best = ctx.t, {row.node_code: row for row in ctx.ask("best_region_dimension")}
    nation, compared, ranked = t.word("word.national_mean"), [], []
    if ctx.is_compared:
        compared = [
            col(t, "mean mark:national_mean_of_subregions", nation),
            col(t, "gap change:gap_to_national_mean_of_subregions", nation),
        ]
    if ROOT_NODE in ctx.own and ctx.own[ROOT_NODE].rank_in_level is not None and not ctx.is_whole:

        def of_best(row: Any) -> Any:
            return best[row.node_code].figure("mark", "mean_of_units") if row.node_code in best else "–"

        name = next((ctx.named(row, "region_name") for row in best.values()), t.word("column.best"))
        ranked = [col(t, "mean mark", name, of_best), col(t, "rank count:rank_in_level")]
    columns = [
        col(t, "dimension short:node_code"),
        col(t, "full_mark plain"),
        col(t, "mean_of_units mark"),
        col(t, "score_rate rate"),
        *compared,
        *ranked,
    ]
    return table(
        _in_order(ctx, ctx.own), ctx.word("overall.dimension_caption"), columns, lambda row: row.node_code == ROOT_NODE
    )  # fmt: skip


def _in_order(ctx: Context, rows: dict[str, Any]) -> list[Any]:
    """The composite, the base and the dimensions, where there is a row of them."""
    codes = (ROOT_NODE, BASE_NODE, *(node.node_code for node in ctx.dimensions))
    return [rows[code] for code in codes if code in rows]


def _trend(ctx: Context) -> list[Block]:
    t, answer = ctx.t, ctx.ask("region_trend")
    rows = answer.by("node_code")
    root = rows.get(ROOT_NODE)
    if root is None or root.previous_score is None:
        return [Paragraph(ctx.say("trend.none")), *_history(ctx)]
    texts = [ctx.say(f"trend.change_{root.change_side}", root)]
    if not ctx.is_whole and root.rank_gain is not None:
        texts.append(ctx.say(f"trend.rank_{root.rank_side}", root))
    if root.three_year_change is not None:
        texts.append(ctx.say(f"trend.three_years_{root.three_year_side}", root))
    for side in ("above", "below"):
        moved = [
            row for code, row in rows.items() if code in ctx.nodes and code != ROOT_NODE and row.change_side == side
        ]
        if moved:
            parts = t.listed(ctx.say("summary.dimension_moved", row) for row in moved)
            texts.append(ctx.say(f"trend.dimensions_{side}", parts=parts))
    mean, rank = t.word("column.mean_of_units"), t.word("column.rank")
    year, before = str(root.assessment_year), str(root.previous_assessment_year)
    first = str(root.first_assessment_year or t.word("column.two_years_before"))
    columns = [
        col(t, "dimension short:node_code"),
        col(t, f"{first} mark:first_score", mean),
        col(t, f"{before} mark:previous_score", mean),
        col(t, f"{year} mark:score", mean),
        col(t, "change change:change_from_previous"),
        col(t, "three_year_change change"),
    ]
    if not ctx.is_whole:
        columns += [
            col(t, f"{before} count:previous_rank_in_level", rank),
            col(t, f"{year} count:rank_in_level", rank),
            col(t, "rank_gain change", cell=lambda row: row.figure("gain", "rank_gain")),
        ]
    note = ctx.say(
        "trend.note", methodology=ctx.named(ctx.info, "methodology_name"), version=ctx.info.methodology_version
    )
    caption = ctx.word(ctx.per_scope("trend.caption"))
    made = table(_in_order(ctx, rows), caption, columns, lambda row: row.node_code == ROOT_NODE, note=note)
    return [Paragraph(t.sentences(*texts)), _line(ctx, root), made, *_history(ctx)]


def _line(ctx: Context, root: Any) -> Block:
    """The composite over the years."""
    t = ctx.t
    years = {str(getattr(root, f"{stem}assessment_year")): f"{stem}score" for stem in ("first_", "previous_", "")}
    years.pop("None", None)
    values = tuple(getattr(root, column) for column in years.values())
    told = tuple(root.figure("mark", column).text for column in years.values())
    own = Series(ctx.subject_name, values, told)
    return chart(
        t, ChartKind.line, years, [own], root.source, ctx.word("trend.chart_caption"), unit=t.word("unit.points")
    )


def _history(ctx: Context) -> list[Block]:
    t, entries = ctx.t, ctx.ask("region_history")
    columns = [
        col(t, "year text:assessment_year*1"),
        col(t, "basis word.basis:basis*1.5"),
        col(t, "release raw:release_id*1.5"),
        col(t, "mean_of_units mark"),
        col(t, "mean_of_subregions mark"),
        *([] if ctx.is_whole else [col(t, "rank count:rank_in_level")]),
    ]
    caption, note = ctx.word("trend.history_caption"), ctx.say("trend.history_note")
    return [table(entries, caption, columns, note=note)] if entries else []


def _methodologies(ctx: Context) -> list[Block]:
    """The same observations under every methodology of the edition."""
    t, scores = ctx.t, ctx.ask("methodology_score").by("methodology_code", "node_code")
    columns = [col(t, "dimension name", cell=ctx.short_node_name)]
    for info in ctx.infos:

        def told(kind: str, column: str, code: str = info.methodology_code) -> Any:
            return lambda node: scores[code, node].figure(kind, column) if (code, node) in scores else ""

        name = ctx.named(info, "methodology_name")
        columns += [
            col(t, "mean_of_units mark", name, told("mark", "mean_of_units")),
            col(t, "score_rate rate", name, told("rate", "score_rate")),
            *([] if ctx.is_whole else [col(t, "rank count", name, told("count", "rank_in_level"))]),
        ]
    nodes = [code for code in (ROOT_NODE, BASE_NODE, *(each.node_code for each in ctx.dimensions))]
    parts = [
        t(
            "overall.methodology_part",
            name=ctx.named(info, "methodology_name"),
            description=ctx.named(info, "description"),
        )
        for info in ctx.infos
    ]
    text = ctx.say("overall.methodologies", parts=t.listed(parts), own=ctx.named(ctx.info, "methodology_name"))
    caption = ctx.word(ctx.per_scope("overall.methodology_caption"))
    return [Paragraph(text), table(nodes, caption, columns, lambda node: node == ROOT_NODE), *_other_methods(ctx)]


def _other_methods(ctx: Context) -> list[Block]:
    """Second-level indicators under the other methodologies: what tells units apart where the own one does not."""
    t, blocks, nation = ctx.t, [], ctx.t.word("word.national_mean")
    for info in ctx.infos:
        if info is ctx.info:
            continue
        rows = ctx.ask("second_level", f"second_level.{info.methodology_code}", methodology=info.methodology_code)
        columns = [
            col(t, "indicator name:node_name*3"),
            col(t, "full_mark plain"),
            col(t, "mean_of_units mark"),
            col(t, "score_rate rate"),
        ]
        if ctx.is_compared:
            columns.append(col(t, "mean mark:national_mean_of_subregions", nation))
            columns.append(col(t, "gap change:gap_to_national_mean_of_subregions", nation))
        if not ctx.is_whole:
            columns.append(col(t, "rank count:rank_in_level"))
        if rows:
            blocks += [
                Paragraph(ctx.say("overall.other_text", info)),
                table(rows, ctx.word("overall.other_caption", info), columns),
            ]
    return blocks
