"""Behind the results: who was assessed, by which method, on what data; where the full tables are; how to reproduce."""

from __future__ import annotations

from typing import Any

from orchestration.file_digest import sha256_of
from orchestration.release.catalogue import public_manifest_of
from orchestration.report.document import Block, BulletList, Code, Facts, OnScreen, Paragraph, Run, SourceList
from orchestration.report.parts import Outline, beside, col
from orchestration.report.scope import Context, Kind

FACTS = (
    *("release_id", "released_at", "note", "title", "methodology", "frame_date", "data_kind", "input_row_count"),
    *("synthetic_row_count", "batch_count", "input_digest", "git_revision", "file", "file_sha256"),
)
# What internal readers alone see: rows held back at the door, and what waits for verification.
INTERNAL = {
    "quarantine": ("quarantined_row", "quarantine_count"),
    "verification": ("verification_queue", "verification_queue_count"),
}


def add(ctx: Context, outline: Outline) -> None:
    outline.chapter(ctx.word("about.heading"), "about", *_basis(ctx))
    for name, blocks in (
        ("scope", [] if ctx.is_unit else _scope(ctx)),
        ("method", _method(ctx)),
        ("reading", _reading(ctx)),
        ("quality", _quality(ctx)),
        ("reconciliation", [] if ctx.is_unit else _reconciliation(ctx)),
        ("release", _release(ctx)),
        ("sources", [Paragraph(ctx.say("about.sources")), SourceList()]),
    ):
        outline.section(ctx.word(f"about.{name}_heading"), name, *blocks)


def _basis(ctx: Context) -> list[Block]:
    info = ctx.info
    primary = next((other for other in ctx.infos if other.is_primary_methodology), info)
    key = "about.basis" if info.is_primary_methodology else "about.basis_other"
    texts = [
        ctx.say(key, info, primary=ctx.named(primary, "methodology_name"), frame=ctx.say("about.frame_date", info)),
        ctx.say(f"data_kind.{info.data_kind}", info),
        ctx.say("about.where"),
    ]
    return [Paragraph(ctx.t.sentences(*texts))]


def _scope(ctx: Context) -> list[Block]:
    info, own = ctx.info, ctx.region_by_code[ctx.code]
    provinces = ctx.root.figure("count", "subregion_count")
    key = "about.national_units" if ctx.has_nation else "about.units_in_one"
    texts = [ctx.say(key if info.excluded_unit_count else f"{key}_all", info, provinces=provinces)]
    if not ctx.is_whole:
        texts.append(ctx.say("about.own_units" if own.excluded_unit_count else "about.own_units_all", own))
    if ctx.has_nation:
        texts.append(ctx.say("about.outside"))
    blocks: list[Block] = [Paragraph(ctx.t.sentences(*texts)), *_unit_counts(ctx, own)]
    if not (reasons := ctx.ask("exclusion")):
        return [*blocks, Paragraph(ctx.say("about.none_excluded"))]
    blocks.append(ctx.table("exclusion", reasons))
    excluded = tuple(ctx.say("about.excluded_unit", unit) for unit in ctx.units.values() if not unit.is_included)
    return blocks if ctx.is_nation else [*blocks, BulletList(excluded)]


def _unit_counts(ctx: Context, own: Any) -> list[Block]:
    """How many units each region below has; long, so in full on the screen."""
    below = [region for region in ctx.regions if region.parent_region_code == ctx.code]
    if not below or ctx.kind is Kind.prefecture:
        return []
    note = ctx.say("regions.direct_units", own) if own.direct_unit_count else ()
    return [OnScreen((ctx.table("unit_counts", [*below, own], note=note),), ctx.say("about.units_on_screen"))]


def _method(ctx: Context) -> list[Block]:
    info = ctx.info
    key = "about.method" if info.is_primary_methodology else "about.method_other"
    text = Paragraph(ctx.say(key, info, origin=ctx.t.known(f"origin.{info.origin}", info.origin)))
    answer = ctx.ask("node_origin")
    counts, levels = answer.by("origin", "node_level"), sorted({row.node_level for row in answer} - {0})
    columns = [col(ctx.t, f"level.{n} count", beside(counts, "count", "node_count", "origin", n)) for n in levels]
    # A row per origin that any level but the root's has.
    origins = {row.origin: row for row in answer if any(counts[row.origin, n].node_count for n in levels)}
    full = ctx.table("tree", ctx.nodes.values(), info)
    screen = (full, ctx.table("origins", origins.values(), more={"levels": columns}))
    shown = [] if ctx.is_unit else [ctx.table("method", ctx.dimensions)]
    return [text, *shown, OnScreen(screen, ctx.say("about.tree_on_screen"))]


def _reading(ctx: Context) -> list[Block]:
    grades, means = ctx.ask("grade"), "two_means" if ctx.has_nation else "two_means_in_one"
    items = [ctx.say(f"reading.{name}") for name in (means, "rounding", "ranks", "events", "missing", "figures")]
    if grades:
        parts = ctx.t.listed(ctx.say(f"reading.grade_{row.grade_end}", row) for row in grades)
        items.append(ctx.say("reading.grades", parts=parts))
    return [BulletList(tuple(items))]


def _quality(ctx: Context) -> list[Block]:
    """Every cell that must exist, by its state; which of them are not simply observed stands on the screen."""
    statuses, cells = ctx.ask("unit_status" if ctx.is_unit else "status_count"), ctx.ask("cell_status")
    blocks: list[Block] = [Paragraph(ctx.say("about.quality")), ctx.table("status", statuses)]
    if cells:
        caption = ctx.word("about.unit_cells_caption" if ctx.is_unit else "about.cells_caption")
        blocks.append(OnScreen((ctx.table("cells", cells, caption=caption),), ctx.say("about.cells_on_screen")))
    else:
        blocks.append(Paragraph(ctx.say("about.no_cells")))
    for name, (mart, query) in INTERNAL.items():
        if not ctx.release.has(mart):
            blocks.append(Paragraph(ctx.say(f"about.no_{name}"), small=True))
        elif rows := ctx.ask(query):
            blocks.append(ctx.table(name, rows))
        else:
            blocks.append(Paragraph(ctx.say(f"about.{name}_empty")))
    return blocks


def _reconciliation(ctx: Context) -> list[Block]:
    figures = ctx.ask("reconciliation")
    if not figures:
        return []

    def value(row: Any, column: str, sign: int) -> Run:
        if row.value_kind in ("truth", "direction") and getattr(row, column) is not None:
            return ctx.word(f"{row.value_kind}.{sign}")
        return row.figure("count" if row.value_kind == "count" else "mark", column)

    cells = {
        "published": lambda row: value(row, "published_value", row.published_sign),
        "computed": lambda row: value(row, "computed_rounded", row.computed_sign),
    }
    [count] = ctx.ask("reconciliation_count")
    text = ctx.say("about.reconciliation_nation" if ctx.is_whole else "about.reconciliation", count)
    made = ctx.table("reconciliation", figures, cells=cells)
    return [Paragraph(text), OnScreen((made,), ctx.say("about.reconciliation_on_screen"))]


def _release(ctx: Context) -> list[Block]:
    heads = [sha256_of(manifest)] if (manifest := public_manifest_of(ctx.release.path)) else []
    items = ctx.facts(FACTS, methodology=f"{ctx.methodology} {ctx.info.methodology_version}")
    items += tuple((ctx.word("release.chain_head"), (each,)) for each in heads)
    place = "fct_unit_score\nwhere unit_code" if ctx.is_unit else "region_score\nwhere region_code"
    query = f"select * from marts.{place} = '{ctx.code}' and methodology_code = '{ctx.methodology}'"
    again = (Paragraph(ctx.say("about.reproduce")), Code(ctx.commands(" --head ".join(["--all", *heads]))))
    asked = (Paragraph(ctx.say("about.reproduce_query")), Code(query))
    return [Facts(items, monospace=True), OnScreen((*again, *asked), ctx.say("about.reproduce_on_screen"))]
