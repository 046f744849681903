"""Section 1: who was assessed and who was not, by which method, on what data."""

from __future__ import annotations

from orchestration.report.document import Align, BulletList, Column, Paragraph, Section, Table
from orchestration.report.figures.release import Exclusion, Grade, NodeOrigin
from orchestration.report.release import Answer
from orchestration.report.scope import Context, Kind
from orchestration.report.sections.parts import Numbering, names_column, number_column, row


def sections(ctx: Context, number: Numbering) -> list[Section]:
    heading = Section(ctx.t.word("background.heading"), 1, "background", (_basis(ctx),), number.first())
    return [
        heading,
        Section(ctx.t.word("background.units_heading"), 2, "scope", _units(ctx), number.second()),
        Section(ctx.t.word("background.method_heading"), 2, "method", _method(ctx), number.second()),
        Section(ctx.t.word("background.data_heading"), 2, "data-kind", _data(ctx), number.second()),
        Section(ctx.t.word("background.reading_heading"), 2, "reading", _reading(ctx), number.second()),
    ]


def _basis(ctx: Context) -> Paragraph:
    info = ctx.info
    given = {
        "release": ctx.infos.text(info.release_id),
        "title": ctx.named(info, "title"),
        "frame_date": ctx.infos.text(info.frame_date),
        "methodology": ctx.named(info, "methodology_name"),
        "version": info.methodology_version,
    }
    if info.is_primary_methodology:
        return Paragraph(ctx.t("background.basis", **given))
    primary = next(other for other in ctx.infos if other.is_primary_methodology)
    return Paragraph(ctx.t("background.basis_other", primary=ctx.named(primary, "methodology_name"), **given))


def _units(ctx: Context) -> tuple:
    t, info, regions = ctx.t, ctx.info, ctx.regions
    key = "background.national_units" if ctx.has_nation else "background.units_in_one"
    texts = [
        t(
            key if info.excluded_unit_count else f"{key}_all",
            units=ctx.infos.count(info.unit_count),
            excluded=ctx.infos.count(info.excluded_unit_count),
            ranked=ctx.infos.count(info.ranked_unit_count),
            provinces=regions.count(ctx.region_by_code[ctx.scope.nation].subregion_count),
        )
    ]
    if ctx.scope.kind in (Kind.province, Kind.prefecture):
        own = ctx.region_by_code[ctx.scope.code]
        key = "background.own_units" if own.excluded_unit_count else "background.own_units_all"
        texts.append(
            t(
                key,
                region=ctx.subject_name,
                frame=regions.count(own.frame_unit_count),
                units=regions.count(own.unit_count),
                excluded=regions.count(own.excluded_unit_count),
            )
        )
    if ctx.has_nation:
        texts.append(t("background.outside"))
    blocks: list = [Paragraph(t.sentences(*texts))]
    if ctx.scope.kind in (Kind.nation, Kind.province):
        blocks += _units_table(ctx)
    return (*blocks, *_excluded(ctx))


def _units_table(ctx: Context) -> list[Table]:
    t, regions = ctx.t, ctx.regions
    below = [region for region in regions if region.parent_region_code == ctx.scope.code]
    if not below:
        return []
    own = ctx.region_by_code[ctx.scope.code]
    rows = [
        row(
            ctx.named(region),
            regions.count(region.frame_unit_count),
            regions.count(region.unit_count),
            regions.count(region.excluded_unit_count),
        )
        for region in below
    ]
    if own.direct_unit_count:
        direct = regions.count(own.direct_unit_count)
        rows.append(row(t.word("background.direct_units"), "", direct, ""))
    total = (own.frame_unit_count, own.unit_count, own.excluded_unit_count)
    rows.append(row(ctx.named(own), *(regions.count(value) for value in total), emphasis=True))
    columns = (
        names_column(t.word("column.region")),
        number_column(t.word("column.frame_units")),
        number_column(t.word("column.assessed_units")),
        number_column(t.word("column.excluded_units")),
    )
    return [Table(columns, tuple(rows), t.word("background.units_caption", region=ctx.subject_name), dense=True)]


def _excluded(ctx: Context) -> list:
    """Who is left out and why: by reason, and below the nation each by name."""
    t = ctx.t
    if ctx.scope.kind is Kind.unit:
        return []
    reasons = ctx.ask(Exclusion)
    if not reasons:
        return [Paragraph(t("background.none_excluded", region=ctx.subject_name))]
    table = _reasons_table(ctx, reasons)
    if ctx.scope.kind is Kind.nation:
        return [table]
    excluded = tuple(
        t(
            "background.excluded_unit",
            unit=ctx.named(unit),
            code=unit.unit_code,
            reason=ctx.named(unit, "exclusion_reason"),
        )
        for unit in ctx.units.values()
        if not unit.is_included
    )
    return [table, BulletList(excluded)]


def _reasons_table(ctx: Context, reasons: Answer[Exclusion]) -> Table:
    t = ctx.t
    rows = [
        row(
            ctx.named(reason, "exclusion_reason"),
            t.known(f"origin.{reason.exclusion_origin}", reason.exclusion_origin or ""),
            reasons.count(reason.unit_count),
        )
        for reason in reasons
    ]
    columns = (
        names_column(t.word("column.reason"), 5),
        Column(t.word("column.origin"), width=1.2),
        number_column(t.word("column.units")),
    )
    return Table(columns, tuple(rows), t.word("background.excluded_caption", region=ctx.subject_name))


def _method(ctx: Context) -> tuple:
    t, info = ctx.t, ctx.info
    text = t(
        "background.method" if info.is_primary_methodology else "background.method_other",
        methodology=ctx.named(info, "methodology_name"),
        description=ctx.named(info, "description"),
        origin=t.known(f"origin.{info.origin}", info.origin),
    )
    rows = []
    for node in ctx.dimensions:
        rows.append(
            row(
                ctx.named(node),
                ctx.node_answer.plain(node.full_mark),
                ctx.node_answer.plain(node.min_mark),
                ctx.node_answer.count(node.second_level_count),
                ctx.node_answer.count(node.third_level_count),
                t.known(f"origin.{node.origin}", node.origin),
            )
        )
    columns = (
        names_column(t.word("column.dimension")),
        number_column(t.word("column.full_mark")),
        number_column(t.word("column.min_mark")),
        number_column(t.word("column.second_level")),
        number_column(t.word("column.third_level")),
        Column(t.word("column.origin"), width=2),
    )
    return (
        Paragraph(text),
        Table(columns, tuple(rows), t.word("background.method_caption")),
        *_origins(ctx),
    )


def _origins(ctx: Context) -> tuple:
    t, origins = ctx.t, ctx.ask(NodeOrigin)
    codes = list(dict.fromkeys(entry.origin for entry in origins))
    levels = sorted({entry.node_level for entry in origins} - {0})
    counts = {(entry.node_level, entry.origin): entry.node_count for entry in origins}
    rows = [
        row(
            t.known(f"origin.{code}", code),
            t.known(f"origin_meaning.{code}", ""),
            *(origins.count(counts[level, code]) for level in levels),
        )
        for code in codes
        if any(counts[level, code] for level in levels)
    ]
    columns = (
        names_column(t.word("column.origin"), 1.4),
        Column(t.word("column.meaning"), width=4),
        *(number_column(t.known(f"level.{level}", str(level))) for level in levels),
    )
    return (Table(columns, tuple(rows), t.word("background.origin_caption"), note=t("background.origin_note")),)


def _data(ctx: Context) -> tuple:
    t, info = ctx.t, ctx.info
    return (
        Paragraph(
            t(
                f"data_kind.{info.data_kind}",
                rows=ctx.infos.count(info.input_row_count),
                synthetic=ctx.infos.count(info.synthetic_row_count),
                batches=ctx.infos.count(info.batch_count),
            )
        ),
    )


def _reading(ctx: Context) -> tuple:
    t = ctx.t
    means = "two_means" if ctx.has_nation else "two_means_in_one"
    items = tuple(t(f"reading.{name}") for name in (means, "rounding", "ranks", "events", "missing", "figures"))
    blocks: list = [BulletList(items)]
    if ctx.release.has("dim_grade", "grade_lower_bound"):
        grades = ctx.ask(Grade)
        rows = [
            row(
                grade.grade,
                ctx.named(grade),
                grades.plain(grade.grade_lower_bound),
                grades.plain(grade.grade_upper_bound),
            )
            for grade in grades
        ]
        columns = (
            Column(t.word("column.grade"), Align.center),
            names_column(t.word("column.meaning"), 2),
            number_column(t.word("column.from")),
            number_column(t.word("column.below")),
        )
        blocks.append(Table(columns, tuple(rows), t.word("background.grade_caption")))
    return tuple(blocks)
