"""Behind the results: who was assessed, by which method, on what data; where the full tables are; how to reproduce."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from orchestration.release.catalogue import public_manifest_of
from orchestration.release.files import sha256_of
from orchestration.report.document import Block, BulletList, Code, Facts, OnScreen, Paragraph, Run, SourceList, Text
from orchestration.report.parts import Outline, col, table
from orchestration.report.scope import Context, Kind

CODE = re.compile("[a-z_]+")
TRUTHS = ("at_full_mark", "rank_position")
COUNTS = ("rank_within_parent", "child_node_count", "unit_count", "county_division_count", "province_count")


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
    t, info, own = ctx.t, ctx.info, ctx.region_by_code[ctx.scope.code]
    provinces = ctx.region_by_code[ctx.scope.nation].figure("count", "subregion_count")
    key = "about.national_units" if ctx.has_nation else "about.units_in_one"
    texts = [ctx.say(key if info.excluded_unit_count else f"{key}_all", info, provinces=provinces)]
    if not ctx.is_whole:
        texts.append(ctx.say("about.own_units" if own.excluded_unit_count else "about.own_units_all", own))
    if ctx.has_nation:
        texts.append(ctx.say("about.outside"))
    reasons = ctx.ask("exclusion")
    blocks: list[Block] = [Paragraph(t.sentences(*texts)), *_units_table(ctx, own)]
    if not reasons:
        return [*blocks, Paragraph(ctx.say("about.none_excluded"))]
    columns = [
        col(t, "reason name:exclusion_reason*5"),
        col(t, "origin word.origin:exclusion_origin*1.2"),
        col(t, "units count:unit_count"),
    ]
    blocks.append(table(reasons, ctx.word("about.excluded_caption"), columns))
    excluded = tuple(ctx.say("about.excluded_unit", unit) for unit in ctx.units.values() if not unit.is_included)
    return blocks if ctx.is_nation else [*blocks, BulletList(excluded)]


def _units_table(ctx: Context, own: Any) -> list[Block]:
    """How many units each region below has; long, so in full on the screen."""
    t, below = ctx.t, [region for region in ctx.regions if region.parent_region_code == ctx.scope.code]
    if not below or ctx.scope.kind is Kind.prefecture:
        return []
    columns = [
        col(t, "region name:name"),
        col(t, "frame_units count:frame_unit_count"),
        col(t, "assessed_units count:unit_count"),
        col(t, "excluded_units count:excluded_unit_count"),
    ]
    note = ctx.say("regions.direct_units", own) if own.direct_unit_count else ()
    caption = ctx.word("about.units_caption")
    made = table([*below, own], caption, columns, lambda region: region is own, note=note, dense=True)
    return [OnScreen((made,), ctx.say("about.units_on_screen"))]


def _method(ctx: Context) -> list[Block]:
    t, info = ctx.t, ctx.info
    key = "about.method" if info.is_primary_methodology else "about.method_other"
    text = ctx.say(key, info, origin=t.known(f"origin.{info.origin}", info.origin))
    columns = [
        col(t, "dimension name:name"),
        col(t, "full_mark plain"),
        col(t, "min_mark plain"),
        col(t, "second_level count:second_level_count"),
        col(t, "third_level count:third_level_count"),
        col(t, "origin word.origin*2"),
    ]
    tree = [
        col(t, "code raw:node_code*0.8"),
        col(t, "indicator name:name*3"),
        col(t, "full_mark plain*0.8"),
        col(t, "min_mark plain*0.8"),
        col(t, "rule name:rule_text*3.5"),
        col(t, "origin word.origin*1.6"),
    ]
    caption = ctx.word("about.tree_caption", info)
    full = table(ctx.nodes.values(), caption, tree, lambda node: node.node_level <= 1, dense=True)
    shown = [] if ctx.is_unit else [table(ctx.dimensions, ctx.word("about.method_caption"), columns)]
    return [Paragraph(text), *shown, OnScreen((full, *_origins(ctx)), ctx.say("about.tree_on_screen"))]


def _origins(ctx: Context) -> list[Block]:
    """Of what origin the indicators of each level are."""
    t, answer = ctx.t, ctx.ask("node_origin")
    counts = answer.by("origin", "node_level")
    levels = sorted({row.node_level for row in answer} - {0})
    codes = [
        code for code in dict.fromkeys(row.origin for row in answer) if any(counts[code, n].node_count for n in levels)
    ]
    columns = [
        col(t, "origin name*1.4", cell=lambda code: t.known(f"origin.{code}", code)),
        col(t, "meaning name*4", cell=lambda code: t.known(f"origin_meaning.{code}", "")),
        *(
            col(
                t,
                f"{t.known(f'level.{n}', str(n))} count",
                cell=lambda code, n=n: counts[code, n].figure("count", "node_count"),
            )
            for n in levels
        ),
    ]
    return [table(codes, ctx.word("about.origin_caption"), columns, note=ctx.say("about.origin_note"))]


def _reading(ctx: Context) -> list[Block]:
    t, grades, means = ctx.t, ctx.ask("grade"), "two_means" if ctx.has_nation else "two_means_in_one"
    items = tuple(ctx.say(f"reading.{name}") for name in (means, "rounding", "ranks", "events", "missing", "figures"))
    if not grades:
        return [BulletList(items)]
    ends = (
        "top" if row.grade_upper_bound is None else "bottom" if row.grade_lower_bound is None else "" for row in grades
    )
    parts = t.listed(
        ctx.say(f"reading.grade{f'_{end}' if end else ''}", row) for row, end in zip(grades, ends, strict=True)
    )
    return [BulletList((*items, ctx.say("reading.grades", parts=parts)))]


def _quality(ctx: Context) -> list[Block]:
    """Every cell that must exist, by its state; which of them are not simply observed stands on the screen."""
    t, statuses = ctx.t, ctx.ask("unit_status" if ctx.is_unit else "status_count")
    columns = [
        col(t, "status word.status*1.5"),
        col(t, "meaning word.status_meaning:status*4"),
        col(t, "cells count:cell_count"),
        col(t, "share rate"),
    ]
    blocks: list[Block] = [
        Paragraph(ctx.say("about.quality")),
        table(statuses, ctx.word("about.status_caption"), columns),
    ]
    return [*blocks, *_cells(ctx), *_internal(ctx)]


def _cells(ctx: Context) -> list[Block]:
    t, cells = ctx.t, ctx.ask("cell_status")
    if not cells:
        return [Paragraph(ctx.say("about.no_cells"))]
    columns = [
        col(t, "measure name:name*3"),
        col(t, "leaf node:node_code*3"),
        col(t, "status word.status*1.2"),
        *([] if ctx.is_unit else [col(t, "units count:unit_count")]),
    ]
    made = table(
        cells, ctx.word("about.unit_cells_caption" if ctx.is_unit else "about.cells_caption"), columns, dense=True
    )
    return [OnScreen((made,), ctx.say("about.cells_on_screen"))]


def _internal(ctx: Context) -> list[Block]:
    """What internal readers alone see: rows held back at the door, and what waits for verification."""
    t, blocks = ctx.t, []
    for name, specs in (
        ("quarantine", ("rule raw*3", "input raw:source*2", "rows count:row_count")),
        ("verification", ("reason word.queue_reason*3", "items count:item_count", "units count:unit_count")),
    ):
        table_name = {"quarantine": "quarantined_row", "verification": "verification_queue"}[name]
        if not ctx.release.has(table_name):
            blocks.append(Paragraph(ctx.say(f"about.no_{name}"), small=True))
            continue
        rows = ctx.ask("quarantine_count" if name == "quarantine" else "verification_queue_count")
        if rows:
            blocks.append(table(rows, ctx.word(f"about.{name}_caption"), [col(t, line) for line in specs], dense=True))
        else:
            blocks.append(Paragraph(ctx.say(f"about.{name}_empty")))
    return blocks


def _reconciliation(ctx: Context) -> list[Block]:
    t, figures = ctx.t, ctx.ask("reconciliation")
    if not figures:
        return []
    columns = [
        col(t, "region name:region_name*1.5"),
        col(t, "indicator name*2", cell=lambda row: ctx.node_name(row.node_code or "")),
        col(t, "statistic word.statistic*2.5"),
        col(t, "statement name*5", cell=lambda row: _statement(ctx, row)),
        col(t, "comparison word.comparison*1"),
        col(t, "published mark", cell=lambda row: _published_value(ctx, row, "published_value")),
        col(t, "computed mark", cell=lambda row: _published_value(ctx, row, "computed_rounded")),
        col(t, "outcome word.outcome*1"),
    ]
    [count] = ctx.ask("reconciliation_count")
    text = ctx.say("about.reconciliation_nation" if ctx.is_whole else "about.reconciliation", count)
    made = table(figures, ctx.word("about.reconciliation_caption"), columns, dense=True)
    return [Paragraph(text), OnScreen((made,), ctx.say("about.reconciliation_on_screen"))]


def _statement(ctx: Context, entry: Any) -> str:
    """What stands beside the published figure; a bare code says no more than the statistic."""
    statement = ctx.named(entry, "statement")
    return "" if CODE.fullmatch(statement) else statement


def _published_value(ctx: Context, entry: Any, column: str) -> Run:
    """A value as its statistic is printed: in words, as a count, or with two decimals as it was published."""
    value: Decimal | None = getattr(entry, column)
    if entry.statistic in TRUTHS and value is not None:
        return ctx.word("word.yes" if value else "word.no")
    if entry.statistic == "trend_direction" and value is not None:
        return ctx.word("direction.rise" if value > 0 else "direction.fall" if value < 0 else "direction.level")
    both = [each for each in (entry.published_value, entry.computed_rounded) if each is not None]
    is_count = entry.published_kind == "constraint" and all(each == each.to_integral_value() for each in both)
    return entry.figure("count" if entry.statistic in COUNTS or is_count else "mark", column)


def facts(ctx: Context, names: tuple[str, ...]) -> tuple[tuple[str, Text], ...]:
    """What the release says of itself, by the names of `release.…` in the wording."""
    info = ctx.info
    values: dict[str, Run] = {
        "note": info.release_note or ctx.word("word.none"),
        "title": ctx.named(info, "title"),
        "methodology": f"{info.methodology_code} {info.methodology_version}",
        "data_kind": ctx.word(f"data_kind_name.{info.data_kind}"),
        "file": ctx.release.path.name,
    }
    found = []
    for name in names:
        if name == "file_sha256":
            value: Run = ctx.release.file_hash
        elif name.endswith("_count"):
            value = info.figure("count", name)
        else:
            value = values[name] if name in values else info.figure("text", name)
        zone = (ctx.word("word.time_zone"),) if name == "released_at" else ()
        found.append((ctx.word(f"release.{name}"), (value, *zone)))
    return tuple(found)


def _release(ctx: Context) -> list[Block]:
    names = ("release_id", "released_at", "note", "title", "methodology", "frame_date", "data_kind")
    further = ("input_row_count", "synthetic_row_count", "batch_count", "input_digest", "git_revision", "file")
    head = [sha256_of(manifest)] if (manifest := public_manifest_of(ctx.release.path)) else []
    items = facts(ctx, (*names, *further, "file_sha256"))
    items += tuple((ctx.word("release.chain_head"), (each,)) for each in head)
    options = "" if ctx.info.is_primary_methodology else f" --methodology {ctx.methodology}"
    options += " --internal" if ctx.is_internal else ""
    commands = [
        " --head ".join(["zhengxin verify --all", *head]),
        f"zhengxin report --region {ctx.scope.code} --year {ctx.year} --release {ctx.info.release_id} "
        f"--language {ctx.language}{options}",
    ]
    place = ("fct_unit_score", "unit_code") if ctx.is_unit else ("region_score", "region_code")
    query = "select * from marts.{}\nwhere {} = '{}' and methodology_code = '{}'".format(
        *place, ctx.scope.code, ctx.methodology
    )
    again = (Paragraph(ctx.say("about.reproduce")), Code("\n".join(commands)))
    asked = (Paragraph(ctx.say("about.reproduce_query")), Code(query))
    return [Facts(items, monospace=True), OnScreen((*again, *asked), ctx.say("about.reproduce_on_screen"))]
