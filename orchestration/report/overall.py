"""Overall results: the composite with its grades, the five dimensions, three years, and the other methodologies."""

from __future__ import annotations

from typing import Any

from orchestration.report.document import Block, ChartKind, Paragraph, Series, Text
from orchestration.report.parts import Col, Outline, beside, chart, col, series
from orchestration.report.scope import BASE_NODE, ROOT_NODE, Context
from orchestration.report.summary import behind_best, ceiling, moved_dimensions, region_card, standing


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
    cells = {"region_and_score": lambda row: ctx.say("overall.mean_row", row)}
    means = ctx.table("means", ctx.ask("region_mean"), cells=cells)
    return [region_card(ctx, root), Paragraph(ctx.t.sentences(*texts)), *ceiling(ctx), means]


def _grades(ctx: Context) -> list[Block]:
    counts = ctx.ask("grade_count")
    parts = [ctx.say("overall.grade_part", row) for row in counts if row.unit_count]
    if not parts:
        return [Paragraph(ctx.say("overall.no_grades"))]
    drawn = [series(ctx.subject_name, counts, "rate", "share")]
    if not ctx.is_whole:
        drawn.append(series(ctx.region_name(ctx.nation), counts, "rate", "national_share", "reference"))
    names = [ctx.word("overall.grade_name", row) for row in counts]
    caption = ctx.word("overall.grade_chart_caption")
    bars = chart(ctx.t, ChartKind.bar, names, drawn, counts.source, caption, unit="%", minimum=None)
    return [Paragraph(ctx.say("overall.grades", parts=ctx.t.listed(parts))), bars]


def _dimensions(ctx: Context) -> list[Block]:
    own = [ctx.own[node.node_code] for node in ctx.dimensions if node.node_code in ctx.own]
    if not own:
        return [Paragraph(ctx.say("overall.no_dimensions"))]
    text = ctx.t.sentences(*_dimension_sentences(ctx, own))
    best = ctx.ask("best_region_dimension").by("node_code")
    root = ctx.own.get(ROOT_NODE)
    ranked = {"ranked"} if root and root.rank_in_level is not None and not ctx.is_whole else set()
    name = next((ctx.named(row, "region_name") for row in best.values()), ctx.word("column.best"))
    mean = beside(best, "mark", "mean_of_units", "node_code")
    cells, rows = {"best_mean": mean}, _in_order(ctx, ctx.own)
    made = ctx.table("dimensions", rows, flags=ranked, cells=cells, words={"best": name})
    return [*([Paragraph(text)] if text else []), made]


def _dimension_sentences(ctx: Context, own: list[Any]) -> list[Text]:
    t, texts = ctx.t, []
    if full := [ctx.short_node_name(row.node_code) for row in own if row.is_full]:
        texts.append(ctx.say("overall.full_dimensions", names=t.listed(full)))
    for side in ("above", "below", "equal") if ctx.is_compared else ():
        if parts := [ctx.say(f"overall.dimension_{side}", row) for row in own if row.nation_side == side]:
            texts.append(ctx.say(f"overall.dimensions_{side}", parts=t.listed(parts)))
    return [*texts, behind_best(ctx)]


def _in_order(ctx: Context, rows: dict[str, Any]) -> list[Any]:
    """The composite, the base and the dimensions, where there is a row of them."""
    codes = (ROOT_NODE, BASE_NODE, *(node.node_code for node in ctx.dimensions))
    return [rows[code] for code in codes if code in rows]


def _trend(ctx: Context) -> list[Block]:
    rows = ctx.ask("region_trend").by("node_code")
    root = rows.get(ROOT_NODE)
    if root is None or root.previous_score is None:
        return [Paragraph(ctx.say("trend.none")), *_history(ctx)]
    texts = [ctx.say(f"trend.change_{root.change_side}", root)]
    texts.append(() if ctx.is_whole else ctx.if_known(f"trend.rank_{root.rank_side}", root, "rank_gain"))
    texts.append(ctx.if_known(f"trend.three_years_{root.three_year_side}", root, "three_year_change"))
    text = ctx.t.sentences(*texts, *moved_dimensions(ctx, "trend"))
    words = {"now": str(root.assessment_year), "before": str(root.previous_assessment_year)}
    words["first"] = str(root.first_assessment_year or ctx.word("column.two_years_before"))
    words |= {"methodology": ctx.named(ctx.info, "methodology_name"), "version": ctx.info.methodology_version}
    made = ctx.table("trend", _in_order(ctx, rows), caption=ctx.word(ctx.per_scope("trend.caption")), words=words)
    return [Paragraph(text), _line(ctx, root), made, *_history(ctx)]


def _line(ctx: Context, root: Any) -> Block:
    """The composite over the years."""
    years = {str(getattr(root, f"{stem}assessment_year")): f"{stem}score" for stem in ("first_", "previous_", "")}
    years.pop("None", None)
    values = tuple(getattr(root, column) for column in years.values())
    own = Series(ctx.subject_name, values, tuple(root.figure("mark", column).text for column in years.values()))
    caption, unit = ctx.word("trend.chart_caption"), ctx.word("unit.points")
    return chart(ctx.t, ChartKind.line, years, [own], root.source, caption, unit=unit)


def _history(ctx: Context) -> list[Block]:
    entries = ctx.ask("region_history")
    return [ctx.table("history", entries)] if entries else []


def _methodologies(ctx: Context) -> list[Block]:
    """The same observations under every methodology of the edition."""
    scores = ctx.ask("methodology_score").by("node_code", "methodology_code")
    own = {node: row for (node, code), row in scores.items() if code == ctx.methodology}
    columns, parts = list[Col](), list[Text]()
    for info in ctx.infos:
        name = ctx.named(info, "methodology_name")
        parts.append(ctx.say("overall.methodology_part", name=name, description=ctx.named(info, "description")))
        kept = ("mean_of_units mark", "score_rate rate", *(() if ctx.is_whole else ("rank count:rank_in_level",)))
        for line in kept:
            kind, column = [*line.replace(":", " ").split()[1:], line.split()[0]][:2]
            told = beside(scores, kind, column, "node_code", info.methodology_code)
            columns.append(col(ctx.t, f"{line} @{{name}}", told, {"name": name}))
    text = ctx.say("overall.methodologies", parts=ctx.t.listed(parts), own=ctx.named(ctx.info, "methodology_name"))
    caption = ctx.word(ctx.per_scope("overall.methodology_caption"))
    made = ctx.table("methodologies", _in_order(ctx, own), caption=caption, more={"methods": columns})
    return [Paragraph(text), made, *_other_methods(ctx)]


def _other_methods(ctx: Context) -> list[Block]:
    """Second-level indicators under the other methodologies: what tells units apart where the own one does not."""
    blocks: list[Block] = []
    for info in ctx.infos:
        code = info.methodology_code
        if info is not ctx.info and (rows := ctx.ask("second_level", f"second_level.{code}", methodology=code)):
            blocks += [Paragraph(ctx.say("overall.other_text", info)), ctx.table("other_method", rows, info)]
    return blocks
