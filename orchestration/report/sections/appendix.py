"""Section 7: full tables, the methodology, the quality of the data, the release, and how to reproduce it all."""

from __future__ import annotations

import re
from decimal import Decimal

from orchestration.release.catalogue import public_manifest_of
from orchestration.release.files import sha256_of
from orchestration.report.document import Block, Code, Column, Facts, Paragraph, Run, Section, SourceList, Table
from orchestration.report.figures.quality import (
    CellStatus,
    QuarantineCount,
    Reconciliation,
    ReconciliationCount,
    StatusCount,
    VerificationQueueCount,
)
from orchestration.report.figures.unit import UnitScore
from orchestration.report.release import Answer
from orchestration.report.scope import ROOT_NODE, Context, Kind
from orchestration.report.sections.parts import Numbering, names_column, number_column, row
from orchestration.report.sections.regions import ranking_table

CODE = re.compile("[a-z_]+")
TRUTHS = ("at_full_mark", "rank_position")
COUNTS = ("rank_within_parent", "child_node_count", "unit_count", "county_division_count", "province_count")


def sections(ctx: Context, number: Numbering) -> list[Section]:
    t = ctx.t
    found = [Section(t.word("appendix.heading"), 1, "appendix", (), number.first())]
    if ctx.scope.kind is not Kind.unit:
        units = ctx.ask(UnitScore)
        caption = t.word("regions.ranking_caption", region=ctx.subject_name)
        ranking = ranking_table(ctx, units, units, caption, dense=True)
        found.append(Section(t.word("appendix.ranking_heading"), 2, "annex-ranking", (ranking,), number.second()))
    for name, blocks in (
        ("methodology", _methodology(ctx)),
        ("quality", _quality(ctx)),
        ("reconciliation", _reconciliation(ctx)),
        ("release", _release(ctx)),
        ("reproduce", _reproduce(ctx)),
        ("sources", (Paragraph(t("appendix.sources")), SourceList())),
    ):
        if blocks:
            heading = t.word(f"appendix.{name}_heading")
            found.append(Section(heading, 2, f"annex-{name}", tuple(blocks), number.second()))
    return found


def _methodology(ctx: Context) -> list[Block]:
    t, answer = ctx.t, ctx.node_answer
    rows = [
        row(
            node.node_code if node.node_level else "",
            ctx.named(node),
            answer.plain(node.full_mark),
            answer.plain(node.min_mark),
            ctx.named(node, "rule_text"),
            t.known(f"origin.{node.origin}", node.origin),
            emphasis=node.node_level <= 1,
        )
        for node in ctx.nodes.values()
    ]
    columns = (
        Column(t.word("column.code"), width=0.8),
        names_column(t.word("column.indicator"), 3),
        number_column(t.word("column.full_mark"), width=0.8),
        number_column(t.word("column.min_mark"), width=0.8),
        Column(t.word("column.rule"), width=3.5),
        Column(t.word("column.origin"), width=1.6),
    )
    caption = t.word("appendix.methodology_caption", methodology=ctx.named(ctx.info, "methodology_name"))
    return [Paragraph(t("appendix.methodology")), Table(columns, tuple(rows), caption, dense=True)]


def _quality(ctx: Context) -> list[Block]:
    t, statuses = ctx.t, ctx.ask(StatusCount)
    rows = [
        row(
            t.word(f"status.{status.status}"),
            t.word(f"status_meaning.{status.status}"),
            statuses.count(status.cell_count),
            statuses.rate(status.share),
        )
        for status in statuses
    ]
    columns = (
        names_column(t.word("column.status"), 1.5),
        Column(t.word("column.meaning"), width=4),
        number_column(t.word("column.cells")),
        number_column(t.word("column.share")),
    )
    blocks: list[Block] = [Paragraph(t("appendix.quality"))]
    blocks.append(Table(columns, tuple(rows), t.word("appendix.status_caption", region=ctx.subject_name)))
    return [*blocks, _cells(ctx), *_quarantine(ctx), *_verification(ctx)]


def _cells(ctx: Context) -> Block:
    """Which cells are not simply observed: for a region how many of each measure, for a unit the cells themselves."""
    t, cells = ctx.t, ctx.ask(CellStatus)
    if not cells:
        return Paragraph(t("appendix.no_cells", region=ctx.subject_name))
    is_unit = ctx.scope.kind is Kind.unit
    rows = [
        row(
            ctx.named(entry),
            ctx.node_name(entry.node_code),
            t.word(f"status.{entry.status}"),
            *([] if is_unit else [cells.count(entry.unit_count)]),
        )
        for entry in cells
    ]
    columns = (
        names_column(t.word("column.measure"), 3),
        Column(t.word("column.leaf"), width=3),
        Column(t.word("column.status"), width=1.2),
        *([] if is_unit else [number_column(t.word("column.units"))]),
    )
    caption = t.word("appendix.unit_cells_caption" if is_unit else "appendix.cells_caption", region=ctx.subject_name)
    return Table(columns, tuple(rows), caption, dense=True)


def _quarantine(ctx: Context) -> list[Block]:
    t = ctx.t
    if not ctx.release.has("quarantined_row"):
        return [Paragraph(t("appendix.no_quarantine"), small=True)]
    counts = ctx.ask(QuarantineCount)
    if not counts:
        return [Paragraph(t("appendix.quarantine_empty"))]
    rows = [row(count.rule, count.source, counts.count(count.row_count)) for count in counts]
    columns = (
        names_column(t.word("column.rule"), 3),
        Column(t.word("column.input"), width=2),
        number_column(t.word("column.rows")),
    )
    return [Table(columns, tuple(rows), t.word("appendix.quarantine_caption"), dense=True)]


def _verification(ctx: Context) -> list[Block]:
    t = ctx.t
    if not ctx.release.has("verification_queue"):
        return [Paragraph(t("appendix.no_verification"), small=True)]
    counts = ctx.ask(VerificationQueueCount)
    if not counts:
        return []
    rows = [
        row(
            t.known(f"queue_reason.{count.reason}", count.reason),
            counts.count(count.item_count),
            counts.count(count.unit_count),
        )
        for count in counts
    ]
    columns = (
        names_column(t.word("column.reason"), 3),
        number_column(t.word("column.items")),
        number_column(t.word("column.units")),
    )
    return [Table(columns, tuple(rows), t.word("appendix.verification_caption"))]


def _reconciliation(ctx: Context) -> list[Block]:
    if not ctx.release.has("published_reconciliation") or ctx.scope.kind is Kind.unit:
        return []
    t, figures, counts = ctx.t, ctx.ask(Reconciliation), ctx.ask(ReconciliationCount)
    if not figures:
        return []
    rows = [
        row(
            ctx.named(entry, "region_name"),
            ctx.node_name(entry.node_code) if entry.node_code in ctx.nodes else "",
            t.known(f"statistic.{entry.statistic}", entry.statistic or ""),
            _statement(ctx, entry),
            t.known(f"comparison.{entry.comparison}", entry.comparison),
            _published_value(ctx, figures, entry, entry.published_value),
            _published_value(ctx, figures, entry, entry.computed_rounded),
            t.known(f"outcome.{entry.outcome}", entry.outcome),
        )
        for entry in figures
    ]
    columns = (
        names_column(t.word("column.region"), 1.5),
        Column(t.word("column.indicator"), width=2),
        Column(t.word("column.statistic"), width=2.5),
        Column(t.word("column.statement"), width=5),
        Column(t.word("column.comparison")),
        number_column(t.word("column.published")),
        number_column(t.word("column.computed")),
        Column(t.word("column.outcome")),
    )
    [count] = counts
    given = {
        "match": counts.count(count.match_count),
        "mismatch": counts.count(count.mismatch_count),
        "not_compared": counts.count(count.not_compared_count),
    }
    if ctx.scope.kind is Kind.nation:
        text = t("appendix.reconciliation_nation", **given)
    else:
        text = t(
            "appendix.reconciliation",
            region=ctx.subject_name,
            own_match=counts.count(count.own_match_count),
            own_mismatch=counts.count(count.own_mismatch_count),
            **given,
        )
    return [Paragraph(text), Table(columns, tuple(rows), t.word("appendix.reconciliation_caption"), dense=True)]


def _statement(ctx: Context, entry: Reconciliation) -> str:
    """What stands beside the published figure; a bare code says no more than the statistic."""
    statement = ctx.named(entry, "statement")
    return "" if CODE.fullmatch(statement) else statement


def _published_value(
    ctx: Context, figures: Answer[Reconciliation], entry: Reconciliation, value: Decimal | None
) -> Run:
    """A value as its statistic is printed: in words, as a count, or with two decimals as it was published."""
    t = ctx.t
    if entry.statistic in TRUTHS and value is not None:
        return t.word("word.yes" if value else "word.no")
    if entry.statistic == "trend_direction" and value is not None:
        return t.word("direction.rise" if value > 0 else "direction.fall" if value < 0 else "direction.level")
    is_count = entry.published_kind == "constraint" and _is_whole(entry.published_value, entry.computed_rounded)
    return figures.count(value) if entry.statistic in COUNTS or is_count else figures.mark(value)


def _is_whole(*values: Decimal | None) -> bool:
    return all(value is None or value == value.to_integral_value() for value in values)


def _release(ctx: Context) -> list[Block]:
    t, infos, info = ctx.t, ctx.infos, ctx.info
    items = (
        ("release_id", infos.text(info.release_id)),
        ("released_at", (infos.text(info.released_at), t.word("word.time_zone"))),
        ("note", info.release_note or t.word("word.none")),
        ("title", ctx.named(info, "title")),
        ("methodology", f"{info.methodology_code} {info.methodology_version}"),
        ("frame_date", infos.text(info.frame_date)),
        ("input_rows", infos.count(info.input_row_count)),
        ("synthetic_rows", infos.count(info.synthetic_row_count)),
        ("batches", infos.count(info.batch_count)),
        ("input_digest", infos.text(info.input_digest)),
        ("git_revision", infos.text(info.git_revision)),
        ("file", ctx.release.path.name),
        ("file_sha256", sha256_of(ctx.release.path)),
        *(("chain_head", head) for head in _chain_head(ctx)),
    )
    return [
        Facts(
            tuple(
                (t.word(f"release.{name}"), value if isinstance(value, tuple) else (value,)) for name, value in items
            ),
            monospace=True,
        )
    ]


def _chain_head(ctx: Context) -> list[str]:
    """The hash by which a reader can tell, later and elsewhere, that the release is this one; none for a lone file."""
    manifest = public_manifest_of(ctx.release.path)
    return [sha256_of(manifest)] if manifest else []


def _reproduce(ctx: Context) -> list[Block]:
    t, info = ctx.t, ctx.info
    options = "" if info.is_primary_methodology else f" --methodology {ctx.methodology}"
    options += " --internal" if ctx.is_internal else ""
    commands = [
        " --head ".join(["zhengxin verify --all", *_chain_head(ctx)]),
        f"zhengxin report --region {ctx.scope.code} --year {ctx.year} --release {info.release_id} "
        f"--language {ctx.language}{options}",
    ]
    query = (
        "select * from marts.region_score\n"
        f"where region_code = '{ctx.scope.code}' and methodology_code = '{ctx.methodology}' "
        f"and node_code = '{ROOT_NODE}'"
        if ctx.scope.kind is not Kind.unit
        else "select * from marts.fct_unit_score\n"
        f"where unit_code = '{ctx.scope.code}' and methodology_code = '{ctx.methodology}'"
    )
    return [
        Paragraph(t("appendix.reproduce")),
        Code("\n".join(commands)),
        Paragraph(t("appendix.reproduce_query")),
        Code(query),
    ]
